package auditor

import (
	"context"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// still is a chain on which one stake and the time are all there is; everything else would panic.
type still struct {
	Chain
	stake protocol.Amount
	now   uint64
	reads int
}

func (s *still) Now(context.Context) (uint64, error) { return s.now, nil }
func (s *still) Bounty(context.Context) (protocol.Amount, error) {
	return protocol.NewAmount(20_000_000), nil
}
func (s *still) ExposureDivisor(context.Context) (uint64, error) { return 400, nil }
func (s *still) QuestionTerms(context.Context) (contracts.Terms, error) {
	return contracts.Terms{BaseBond: big.NewInt(3)}, nil
}
func (s *still) Stake(context.Context, common.Address) (protocol.Amount, error) {
	s.reads++
	return s.stake, nil
}

// What is not worth it costs one read of its provider's stake a look. It goes on when it was drawn, when its window is over, and
// all of it when there is a stake that pays.
func TestWhatIsNotWorthItRestsUntilItIs(t *testing.T) {
	t.Parallel()
	chain := &still{now: 100}
	a := &Auditor{stakes: newStakes(), running: map[common.Hash]bool{}, start: make(chan common.Hash, 8)}
	a.deps.Chain, a.meets, a.cfg.GainMin = chain, map[common.Hash]met{}, protocol.NewAmount(50_000)
	for i := range 5 {
		a.stakes.rest[common.Hash{byte(i)}] = &resting{provider: common.Address{1}, fee: protocol.NewAmount(1), until: uint64(1000 + i)}
	}
	look := func() (gone []byte) {
		t.Helper()
		require.NoError(t, a.restNow(t.Context()))
		for len(a.start) > 0 {
			receipt := <-a.start
			gone = append(gone, receipt[0])
		}
		return gone
	}
	require.Empty(t, look())
	require.Equal(t, 1, chain.reads)
	a.meets[common.Hash{3}] = met{}
	require.Equal(t, []byte{3}, look())
	chain.now = 1000
	require.Equal(t, []byte{0}, look())
	chain.stake = protocol.NewAmount(6_600_000) // the bounty is 49,500
	for receipt := range a.stakes.rest {
		a.stakes.rest[receipt].backed = true // and nothing is paid
	}
	require.Empty(t, look())
	chain.stake = protocol.NewAmount(6_700_000)
	a.running[common.Hash{4}] = true // on its way to rest
	require.ElementsMatch(t, []byte{1, 2}, look())
	delete(a.running, common.Hash{4})
	require.Equal(t, []byte{4}, look())
	require.Empty(t, a.stakes.rest)
}

// A stake of dust backs a fee of dust: a refund counts for what it is, beside the bounty. Who asks for no gain has every refund sent.
func TestADustRefundIsWorthNoTransaction(t *testing.T) {
	t.Parallel()
	k := &worthTerms{bounty: protocol.NewAmount(20_000_000), divisor: 400}
	for _, c := range []struct {
		gainMin, stake, fee uint64
		worth               bool
	}{
		{50_000, 400, 1, false}, {50_000, 4_000_000, 10_000, false},
		{50_000, 4_000_000, 9_999, false}, {40_000, 4_000_000, 9_999, false}, {40_000, 4_000_000, 10_000, true}, // a bounty of 30,000
		{40_000, 4_000_000, 10_001, false}, // it does not come back whole
		{0, 400, 1, true}, {0, 400, 0, false}, {0, 399, 1, false},
	} {
		a := &Auditor{}
		a.cfg.GainMin = protocol.NewAmount(c.gainMin)
		require.Equal(t, c.worth, a.refunds(k, protocol.NewAmount(c.stake), slashFull, protocol.NewAmount(c.fee)), "%+v", c)
	}
}

// What a draw met is worked on without a look at any stake.
func TestWhatWasDrawnIsWorthIt(t *testing.T) {
	t.Parallel()
	chain := &still{}
	a := &Auditor{stakes: newStakes()}
	a.deps.Chain, a.meets = chain, map[common.Hash]met{{1}: {}}
	on, err := (&judge{a: a, c: &Case{Receipt: common.Hash{1}, State: Found}}).worthwhile(t.Context())
	require.NoError(t, err)
	require.True(t, on)
	require.Zero(t, chain.reads)
}

// Claims that are not worth it cost one read of their provider's stake for all of them in a while: none is simulated, or written again.
func TestClaimsThatAreNotWorthItCostOneRead(t *testing.T) {
	t.Parallel()
	chain := &still{now: 100}
	a := &Auditor{stakes: newStakes(), changed: make(chan struct{}), newClaim: make(chan struct{}, 1), log: slog.New(slog.DiscardHandler)}
	a.deps.Chain, a.cfg.GainMin, a.cfg.LookEvery = chain, protocol.NewAmount(50_000), time.Hour
	var err error
	a.metrics, err = newMetrics(nil)
	require.NoError(t, err)
	a.claimed, err = OpenClaims(t.TempDir())
	require.NoError(t, err)
	var list []*Claimed
	for i := range 50 {
		c := &Claimed{ID: common.Hash{1, byte(i)}, Kind: contracts.FaultEquivocation, Provider: common.Address{1}, State: Found}
		_, err := a.claimed.create(c)
		require.NoError(t, err)
		list = append(list, c)
	}
	move := func() {
		for _, c := range list {
			require.NoError(t, a.moveClaim(t.Context(), c))
			require.Contains(t, c.Trouble, errNotWorth.Error())
		}
	}
	move()
	for _, c := range list {
		require.NoError(t, os.Remove(filepath.Join(a.claimed.dir, a.claimed.file(c.ID)))) // whoever writes it makes it anew
	}
	move()
	require.Equal(t, 1, chain.reads)
	left, err := a.claimed.List()
	require.NoError(t, err)
	require.Empty(t, left)
}

// With however many others a receipt shares its number and its request, it is compared with a few: two that differ, and the first of its number.
func TestAReceiptIsComparedWithAFew(t *testing.T) {
	t.Parallel()
	s := newSeen(nil)
	for i := range 100 {
		b := bundle.Bundle{Receipt: protocol.Receipt{Provider: common.Address{1}, Seq: 7, TraceRoot: common.Hash{byte(i / 3)}}}
		others := s.add(common.Hash{byte(i + 1)}, b, common.Address{2})
		require.LessOrEqual(t, len(others), 2)
		require.Equal(t, i > 0, len(others) > 0)
		require.Equal(t, i > 3, len(others) == 2, "what differs from the first is known")
	}
}

// channels is a chain with some channels, none of which ends.
type channels struct {
	Chain
	open  map[common.Hash]bool
	asked int
}

func (c *channels) Final(context.Context) (block, time uint64, err error) { return 1, 100, nil }
func (c *channels) ChannelOver(_ context.Context, id common.Hash) (uint64, error) {
	if c.asked++; !c.open[id] {
		return 0, protocol.ErrNotFound
	}
	return 1 << 40, nil
}

// However many receipts are listed under channels that there are not, no more than so many sleep there, and of those that are, none leaves. A look asks
// about a few.
func TestACrowdInNoChannelIsBounded(t *testing.T) {
	t.Parallel()
	chain := &channels{open: map[common.Hash]bool{{1}: true}}
	a := &Auditor{late: newLate()}
	a.deps.Chain, a.late.most = chain, 8
	for i := range 100 {
		a.late.asleep[common.Hash{2, byte(i)}] = &asleep{channel: common.Hash{byte(1 + i%50)}, self: true}
	}
	require.NoError(t, a.forget(t.Context()))
	require.Equal(t, 50, chain.asked)
	require.Len(t, a.late.asleep, 2+8)
	require.NoError(t, a.forget(t.Context()))
	require.Equal(t, 50+endsAtOnce, chain.asked)
	require.Len(t, a.late.asleep, 2+8)
}
