package testsys

import (
	"context"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
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
	require.False(t, byKind["withheld"].Refunded.IsZero(), "who got no answer to its questions gets back what it paid")

	for _, f := range facts.Faults {
		requireShown(t, n.APIURL, f)
	}
	for _, who := range []common.Address{wrong, silent} {
		requireForfeited(t, n.Chain, who)
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

// requireForfeited checks that a convicted provider's credit was forfeited: of what was
// redeemed until its conviction nothing pays it any more. It may have redeemed nothing yet.
func requireForfeited(t *testing.T, c *network.Chain, provider common.Address) {
	t.Helper()
	market := c.Reader.Addresses().Market
	logs, err := c.Client.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(c.Deployment.StartBlock), Addresses: []common.Address{market}})
	require.NoError(t, err)
	pending := map[contracts.CreditKey]bool{}
	convicted := false
	for i := range logs {
		e, err := events.DecodeLog(events.Market, &logs[i])
		require.NoError(t, err)
		switch e := e.(type) {
		case events.VoucherRedeemed:
			if e.Provider == provider && !convicted {
				pending[contracts.CreditKey{ModelVersion: e.ModelVersion, Relayer: e.Relayer, Epoch: e.Epoch}] = true
			}
		case events.CreditForfeited:
			convicted = convicted || e.Provider == provider
		case events.CreditMatured:
			key := contracts.CreditKey{ModelVersion: e.ModelVersion, Relayer: e.Relayer, Epoch: e.Epoch}
			if e.Provider == provider && pending[key] {
				require.True(t, e.Forfeited || !convicted, "credit of epoch %d paid a convicted provider", e.Epoch)
				delete(pending, key)
			}
		}
	}
	require.True(t, convicted, "no credit of %s was forfeited", provider)
	for key := range pending {
		credit, err := c.Reader.Credit(t.Context(), provider, key.ModelVersion, key.Relayer, key.Epoch)
		require.NoError(t, err)
		require.True(t, credit.Forfeited, "credit of epoch %d", key.Epoch)
	}
}
