package auditor_test

import (
	"context"
	"math/big"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
)

// reads counts what looks at sleepers read.
type reads struct {
	*contracts.Reader
	lines, windows atomic.Int64
}

func (c *reads) Line(ctx context.Context, line protocol.Line) (contracts.Line, error) {
	c.lines.Add(1)
	return c.Reader.Line(ctx, line)
}

func (c *reads) DisputableUntil(ctx context.Context, e contracts.Evidence) (uint64, error) {
	c.windows.Add(1)
	return c.Reader.DisputableUntil(ctx, e)
}

// since is what was read since it was asked last.
func (c *reads) since() [2]int64 { return [2]int64{c.lines.Swap(0), c.windows.Swap(0)} }

// napping makes an auditor to whom some answers were listed when their windows were over, and whose loops have ended: the test makes it look.
func (w *drawWorld) napping(t *testing.T, list ...*answer) (*auditor.Auditor, *reads) {
	node := &reads{Reader: w.reader}
	x := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) { c.LookEvery, d.Chain = time.Hour, node })
	stop := running(t, x)
	for i, a := range list {
		_, err := x.AddPaid(t.Context(), a.b, w.line.Relayer, uint64(i))
		require.NoError(t, err)
		c, err := x.WaitOver(t.Context(), a.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Lost, c.State, c.Note)
	}
	stop()
	require.Equal(t, len(list), x.Asleep())
	node.since()
	return x, node
}

// What was listed after its window costs a look when something happens to its line, not for as long as it sleeps.
func TestALookCostsWhatHappened(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	list := []*answer{w.bought(t, nil), w.bought(t, nil), w.bought(t, nil)}
	w.pass(t, 32*time.Hour)
	x, node := w.napping(t, list...)
	redeems := contracts.NewRedeemWatch(w.reader, w.start)
	look := func() [2]int64 {
		require.NoError(t, x.LateNow(t.Context(), redeems))
		return node.since()
	}
	require.Equal(t, int64(3), look()[1], "who comes to sleep is looked at once")
	require.Equal(t, [2]int64{}, look(), "nothing happened")
	w.redeem(t, w.answered(t, params(700), prompt, 1, nil))
	require.Equal(t, [2]int64{1, 0}, look(), "the line holds what nobody knows")
	for range 3 {
		require.Equal(t, [2]int64{}, look(), "one redeem is looked at once, though it is listed again")
	}
	for range 3 {
		require.NoError(t, x.LateNow(t.Context(), nil))
		require.Equal(t, [2]int64{1, 0}, node.since(), "who follows no redeems reads the line once for all")
	}
	require.Equal(t, 3, x.Asleep())
}

// What was paid long ago is not looked at again whenever its line is redeemed on.
func TestWhatWasPaidLongAgoSleepsOn(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	old, next := w.bought(t, nil), w.bought(t, nil)
	w.redeem(t, old)
	w.pass(t, 64*time.Hour)
	x, node := w.napping(t, old)
	redeems := contracts.NewRedeemWatch(w.reader, w.start)
	look := func() [2]int64 {
		require.NoError(t, x.LateNow(t.Context(), redeems))
		return node.since()
	}
	require.Equal(t, int64(1), look()[1])
	w.redeem(t, next)
	require.Equal(t, [2]int64{1, 0}, look(), "what it holds is not known")
	_, err := x.AddPaid(t.Context(), next.b, w.line.Relayer, 1)
	require.NoError(t, err)
	require.Equal(t, [2]int64{1, 0}, look(), "the old one is where it was")
	require.Equal(t, 1, x.Asleep())
}

// A channel's id is known before it is opened: what was listed under it before is looked at all the same once it is paid, without a read
// of its line meanwhile.
func TestAReceiptOfAChannelThatIsOpenedLaterWakes(t *testing.T) {
	t.Parallel()
	for name, follows := range map[string]bool{"who follows redeems": true, "who reads all lines": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			nonce, err := w.reader.Nonce(t.Context(), devchain.Address(requester))
			require.NoError(t, err)
			id, market := common.BigToHash(big.NewInt(devchain.ChainID)), w.reader.Addresses().Market
			id = crypto.Keccak256Hash(id[:], common.LeftPadBytes(market[:], 32), common.LeftPadBytes(devchain.Address(requester).Bytes(), 32), common.BigToHash(nonce).Bytes())
			wrong := w.dearer(t, id)
			w.pass(t, 32*time.Hour)
			x, node := w.napping(t, wrong)
			var redeems auditor.Redeems
			if follows {
				redeems = contracts.NewRedeemWatch(w.reader, w.start)
			}
			for range 3 {
				require.NoError(t, x.LateNow(t.Context(), redeems))
			}
			require.Equal(t, 1, x.Asleep())
			node.since()
			require.NoError(t, x.LateNow(t.Context(), redeems))
			require.Equal(t, [2]int64{}, node.since(), "nothing is paid in no channel")
			require.Equal(t, id, w.world.channel(t))
			w.redeemBy(t, w.line.Relayer, id, wrong.leaf())
			require.NoError(t, x.LateNow(t.Context(), redeems))
			c, err := x.Cases().Get(wrong.receipt)
			require.NoError(t, err)
			require.False(t, c.State.Over(), c.Note)
		})
	}
}

// Under a channel that is over nothing is paid any more: what sleeps there leaves. One that there is not may come.
func TestWhatNoPaymentWakesLeaves(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	paid, nowhere := w.bought(t, nil), w.answered(t, params(700), prompt, 1, nil)
	nowhere.on(common.Hash{0xaa})
	w.pass(t, 32*time.Hour)
	x, _ := w.napping(t, paid, nowhere)
	redeems := contracts.NewRedeemWatch(w.reader, w.start)
	require.NoError(t, x.LateNow(t.Context(), redeems))
	require.NoError(t, x.LateNow(t.Context(), redeems))
	require.Equal(t, 2, x.Asleep(), "the channel pays for weeks")
	over, err := w.reader.ChannelOver(t.Context(), w.channel)
	require.NoError(t, err)
	w.pass(t, 60*24*time.Hour)
	for range w.client.Heads(t.Context()) {
		_, final, err := w.reader.Final(t.Context())
		require.NoError(t, err)
		if final >= over {
			break
		}
	}
	require.NoError(t, x.LateNow(t.Context(), redeems))
	require.Equal(t, 1, x.Asleep())
}
