package testsys

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/store"
)

// seeded returns a source of moments; DGRID_TEST_SEED repeats a run.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("DGRID_TEST_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("DGRID_TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// moment is when to kill: some time after the story says something, or at some
// piece of the answer that it then gets.
type moment struct {
	said  string
	after time.Duration
	piece int // 0: none
}

func (m moment) String() string {
	if m.piece > 0 {
		return fmt.Sprintf("piece %d of what follows %q", m.piece, m.said)
	}
	return fmt.Sprintf("%s after %q", m.after, m.said)
}

// killer ends a process at a moment of the story.
type killer struct {
	p    *process
	at   moment
	once sync.Once

	mu     sync.Mutex
	heard  bool
	pieces int
}

func (k *killer) say(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !strings.HasPrefix(fmt.Sprintf(format, args...), k.at.said) {
		return
	}
	k.heard = true
	if k.at.piece == 0 {
		time.AfterFunc(k.at.after, func() { k.once.Do(k.p.kill) })
	}
}

func (k *killer) print(string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.heard && k.at.piece > 0 {
		if k.pieces++; k.pieces == k.at.piece {
			k.once.Do(k.p.kill)
		}
	}
}

// A network that keeps its data is killed twice in the middle of the story and
// started again each time. The story is finished by the same people, who keep their
// own outboxes; nothing is lost and nothing paid twice.
func TestKilledTwiceInTheStory(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: starts processes")
	}
	t.Parallel()
	rng := seeded(t)
	early := []string{"a requester deposits", "the requester signs in", "two players wager"}
	late := []moment{
		{said: "asking " + demo.Name + "@1", piece: 1 + rng.IntN(60)},
		{said: "asking " + demo.Name + "-float@1", piece: 1 + rng.IntN(60)},
		{said: "providers redeem", after: time.Duration(rng.IntN(6000)) * time.Millisecond},
	}
	moments := []moment{{said: early[rng.IntN(len(early))], after: time.Duration(rng.IntN(2500)) * time.Millisecond}, late[rng.IntN(len(late))]}
	k := &killed{t: t, data: t.TempDir(), outbox: txmgr.NewMemory(), expiry: uint64(time.Now().Add(12 * time.Hour).Unix())}
	k.up()
	kept := k.api.must(chat(demo.Name+"@1", "a first story"))
	for _, m := range moments {
		t.Logf("killing at %s", m)
		k.tellUntil(m)
		k.up()
		var g generation
		k.api.get("/v1/generations/"+kept.DGrid.RequestID, &g)
		require.Equal(t, kept.ID, g.ID, "a stored answer keeps its id")
		require.Equal(t, kept.DGrid.Receipt.Digest, g.DGrid.Receipt.Digest)
	}
	facts, err := story.Tell(t.Context(), k.world(t.Logf, nil))
	require.NoError(t, err)
	require.True(t, facts.OK)
	require.True(t, facts.Job.CallbackRan)
	require.Equal(t, facts.Solvency.Owed, facts.Solvency.VaultBalance)
	await(t, time.Minute, "the first answer to be redeemed", func() error { return k.api.settled(kept.DGrid.RequestID) })
	k.once()
	// The accounts that the network was set up with are everybody's: creator and owners
	// have sent with their own wallets, and so does the one that dgrid up names.
	me := devchain.Address(upRequester)
	require.NoError(t, network.SubmitAll(t.Context(), k.lanes.of(me), k.chain.Reader.Addresses().Mint(me, protocol.NewAmount(1), common.Hash{1})))
	k.stop()
	k.up()
	last := k.api.must(chat(demo.Name+"@1", "a last story"))
	await(t, time.Minute, "the last answer to be redeemed", func() error { return k.api.settled(last.DGrid.RequestID) })
	sums, domain := redeemed(t, k.chain), k.chain.Reader.Domain()
	k.stop()
	k.books(domain, sums)
}

// killed is a network on a folder, with people who survive it.
type killed struct {
	t      *testing.T
	data   string
	outbox *txmgr.Memory
	expiry uint64

	p     *process
	ready ready
	chain *network.Chain
	lanes *lanes
	api   *visitor
}

func (k *killed) up() {
	k.t.Helper()
	k.p, k.ready = up(k.t, k.data)
	k.chain = connect(k.t, k.data, k.ready)
	k.lanes = newLanes(k.t.Context(), k.chain, k.outbox)
	k.api = &visitor{t: k.t, base: k.ready.APIURL, key: k.ready.APIKey}
}

// stop ends the network as Ctrl-C does.
func (k *killed) stop() {
	k.t.Helper()
	k.down()
	k.p.interrupt()
	require.Empty(k.t, k.p.warnings())
}

func (k *killed) down() {
	k.lanes.close()
	k.chain.Client.Close()
}

func (k *killed) world(say func(string, ...any), print func(string)) story.World {
	version := common.Hash{}
	for _, e := range published(k.t, k.chain) {
		if e.Manifest.Class == protocol.ClassProven {
			version = e.ModelVersion
		}
	}
	w := world(k.t, k.chain, k.ready.APIURL, k.lanes.of, version)
	w.Say, w.Print, w.Name, w.Expiry = say, print, "killed", k.expiry
	return w
}

// tellUntil tells the story until the network dies of it.
func (k *killed) tellUntil(m moment) {
	k.t.Helper()
	killer := &killer{p: k.p, at: m}
	ctx, stop := context.WithCancel(k.t.Context())
	defer stop()
	go func() {
		select {
		case <-k.p.ended:
			stop()
		case <-ctx.Done():
		}
	}()
	_, err := story.Tell(ctx, k.world(killer.say, killer.print))
	require.Error(k.t, err, "the story ended before %s", m)
	select {
	case <-k.p.ended:
	default:
		k.t.Fatalf("the story failed before %s: %v", m, err)
	}
	k.down()
}

// once checks that the people's accounts sent each of their calls once.
func (k *killed) once() {
	nothingTwice(k.t, k.chain)
	opened := 0
	for _, e := range marketEvents[events.ChannelOpened](k.t, k.chain) {
		if e.Requester == devchain.Address(requester) {
			opened++
		}
	}
	require.Equal(k.t, 1, opened, "channels of the requester")
	require.Len(k.t, marketEvents[events.JobRequested](k.t, k.chain), 1)
}

// books compares what was redeemed with the journals of the stopped providers and
// with the books of the stopped gateway.
func (k *killed) books(domain protocol.Domain, redeemed map[common.Hash]protocol.Amount) {
	t := k.t
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(k.data, "dgrid.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, st.Close()) }()
	signed, delivered := map[common.Hash]protocol.Amount{}, map[common.Hash]protocol.Amount{}
	seen := map[common.Hash]bool{}
	for owner, operator := range map[int]int{provenOwner: provenOperator, sampledOwner: sampledOperator} {
		key := devchain.Key(operator)
		err := provider.Export(filepath.Join(k.data, fmt.Sprintf("provider-%d", owner)), domain, devchain.Address(operator),
			func(r protocol.Receipt) (protocol.Bytes, error) { return domain.Sign(key, r) },
			func(common.Hash) (bundle.Model, error) { return bundle.Model{}, nil },
			func(b bundle.Bundle) error {
				hash := domain.Digest(b.Request)
				require.False(t, seen[hash], "two receipts for request %s", hash)
				seen[hash] = true
				channel, fee := b.Request.Payment, b.Receipt.Fee
				signed[channel] = total(t, signed[channel], fee)
				gen, err := st.Gateway().GenerationByHash(t.Context(), hash)
				if err != nil {
					return err
				}
				if gen.State == store.GenerationDelivered {
					delivered[channel] = total(t, delivered[channel], fee)
				}
				return nil
			})
		require.NoError(t, err)
	}
	require.NotEmpty(t, delivered)
	for channel, sum := range signed {
		spent, err := st.Gateway().SpentOf(t.Context(), channel)
		require.NoError(t, err)
		t.Logf("channel %s: receipts for %s, delivered %s, redeemed %s", channel, sum, delivered[channel], redeemed[channel])
		require.Equal(t, delivered[channel], spent.Spent, "no receipt that the gateway paid for is missing from a journal")
		require.Equal(t, delivered[channel], redeemed[channel], "each delivered receipt is redeemed once")
	}
}
