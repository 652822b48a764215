package testsys

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// A provider that computes one number wrong and one that withholds everything are
// caught by an auditor that is told nothing; the others lose nothing.
func TestCheatersAreCaught(t *testing.T) {
	t.Parallel()
	set := provingKeys(t)
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Log: quiet(), Keys: func(context.Context) (*keys.Set, error) { return set, nil }})
	require.NoError(t, err)
	defer n.Close()

	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	suspects, err := story.Cheaters(t.Context(), n, seed)
	require.NoError(t, err)
	wrong, silent := suspects[0].Provider, suspects[1].Provider
	before := map[common.Address]protocol.Amount{}
	for _, who := range append(n.Owners(), wrong, silent) {
		before[who], err = n.Chain.Reader.Stake(t.Context(), who)
		require.NoError(t, err)
	}
	a, err := n.AddAuditor(t.Context())
	require.NoError(t, err)

	w := world(t, n.Chain, n.APIURL, n.LaneOf, n.Proven)
	w.Requester = devchain.Key(network.AccountRequester)
	w.Auditor = devchain.Address(network.AccountAuditor)
	w.Suspects, w.Proofs = suspects, story.Proofs(a.Cases())
	facts, err := story.Catch(t.Context(), w)
	require.NoError(t, err)

	checkFile(t, facts)
	require.Zero(t, facts.HonestSlashed)
	require.Len(t, facts.Faults, 2)
	byKind := map[string]story.Fault{}
	for _, f := range facts.Faults {
		byKind[f.Kind] = f
	}
	step := byKind["wrong_step"]
	require.Equal(t, wrong, step.Provider)
	require.Equal(t, 1, step.Transactions, "one proof, one transaction")
	require.NotZero(t, step.Gas)
	require.NotZero(t, step.ProveMS)
	require.NotZero(t, step.PeakMB)
	require.False(t, step.AuditorPaid.IsZero())
	require.False(t, step.Refunded.IsZero(), "the requester gets back what it paid")
	require.Equal(t, silent, byKind["withheld"].Provider)

	for _, f := range facts.Faults {
		requireShown(t, n.APIURL, f)
	}
	for _, who := range n.Owners() {
		stake, err := n.Chain.Reader.Stake(t.Context(), who)
		require.NoError(t, err)
		require.Equal(t, before[who], stake, "an honest provider lost stake")
	}
	left, err := n.Chain.Reader.Stake(t.Context(), wrong)
	require.NoError(t, err)
	lost, err := before[wrong].Sub(left)
	require.NoError(t, err)
	require.Equal(t, step.Slashed, lost)
}
