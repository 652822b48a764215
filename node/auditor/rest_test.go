package auditor

import (
	"context"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
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
