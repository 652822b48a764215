package testsys

import (
	"context"
	"math/big"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/cheat"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/store"
)

// Two more accounts, for a provider that answers jobs.
const (
	jobOwner = iota + 16
	jobOperator
)

// provingKeys are the development keys, made once for all tests.
func provingKeys(t *testing.T) *keys.Set {
	t.Helper()
	source := keys.Store{Dir: filepath.Join("..", "..", ".cache", "keys"), Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
	set, err := source.Dev(t.Context(), keys.Step())
	require.NoError(t, err)
	return set
}

// forge brings an honest provider into the network whose receipts somebody else signs.
func forge(t *testing.T, n *network.Network, owner, operator int, change func(*protocol.Receipt)) *cheat.Forger {
	t.Helper()
	model := bundle.Model{Class: protocol.ClassProven, Positions: uint32(n.Model.Header().Positions), StopIDs: n.Model.Header().StopIDs}
	f := cheat.NewForger(n.Chain.Reader.Domain(), devchain.Key(operator), n.RelayerURL, model, change,
		func(ctx context.Context, v protocol.Voucher, sig protocol.Bytes) error {
			redeem := n.Chain.Reader.Addresses().Redeem(devchain.Address(owner), []protocol.Voucher{v}, []protocol.Bytes{sig}, nil)
			_, err := n.Lane(operator).SubmitAndWait(ctx, redeem)
			return err
		})
	server := httptest.NewServer(f)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	require.NoError(t, n.AddProviderWith(t.Context(), owner, operator, provider.NewRuntime(n.Model, n.Model.Tokenizer(), 4), network.More{Relayer: server.URL}))
	return f
}

// A provider that signs one number twice passes every check of relayer and gateway and is
// paid; one that bills too much is refused by both, and loses to the requester's evidence; one
// that answers a job on chain wrong loses its fee, and the answer is marked. The auditor finds
// all of it by itself, and nobody else loses anything.
func TestContradictionsBillsAndJobsAreCaught(t *testing.T) {
	t.Parallel()
	set := provingKeys(t)
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Log: quiet(), Keys: func(context.Context) (*keys.Set, error) { return set, nil }})
	require.NoError(t, err)
	defer n.Close()
	forge(t, n, network.AccountThirdOwner, network.AccountThirdOperator, cheat.OneNumber)
	dear := forge(t, n, network.AccountFourthOwner, network.AccountFourthOperator, cheat.OneMore)
	wrong := cheat.NewWrong(n.Model, 7)
	require.NoError(t, n.AddProviderWith(t.Context(), jobOwner, jobOperator, wrong, network.More{Jobs: true, Cheap: true}))
	twice, biller, worker := devchain.Address(network.AccountThirdOwner), devchain.Address(network.AccountFourthOwner), devchain.Address(jobOwner)
	before := map[common.Address]protocol.Amount{}
	for _, who := range append(n.Owners(), twice, biller, worker) {
		before[who], err = n.Chain.Reader.Stake(t.Context(), who)
		require.NoError(t, err)
	}
	a, err := n.AddAuditor(t.Context())
	require.NoError(t, err)

	w := world(t, n.Chain, n.APIURL, n.LaneOf, n.Proven)
	w.Requester, w.Auditor = devchain.Key(network.AccountRequester), devchain.Address(network.AccountAuditor)
	w.Proofs = story.Proofs(a.Cases())
	var job common.Hash
	w.Suspects = []story.Suspect{
		{Provider: twice, Kind: events.Equivocation, Asks: 2},
		{Provider: biller, Kind: events.OverBilling, Complain: func(ctx context.Context) error {
			held := dear.Held()
			_, err := a.AddPaid(ctx, held[len(held)-1], devchain.Address(relayerKey), 1)
			return err
		}},
		{Provider: worker, Kind: events.WrongStep, Tempt: func(ctx context.Context) (err error) {
			job, err = askJob(ctx, n, network.AccountRequester, 1_000_000)
			return err
		}},
	}
	facts, err := story.Catch(t.Context(), w)
	require.NoError(t, err)
	require.Zero(t, facts.HonestSlashed)
	byKind := map[string]story.Fault{}
	for _, f := range facts.Faults {
		byKind[f.Kind] = f
	}
	require.Len(t, byKind, 3, "%+v", facts.Faults)

	pair := byKind["equivocation"]
	require.Equal(t, twice, pair.Provider)
	require.Equal(t, 1, pair.Transactions)
	require.Zero(t, pair.ProveMS, "nothing is proven where a contract compares")
	require.False(t, pair.AuditorPaid.IsZero())
	require.True(t, pair.Refunded.IsZero(), "both answers were right, and paid for")
	claim, err := a.WaitClaim(t.Context(), twice, func(c auditor.Claimed) bool { return c.State.Over() })
	require.NoError(t, err)
	require.Equal(t, auditor.Settled, claim.State, claim.Note)
	require.Equal(t, auditor.ClaimEquivocation, claim.Claim.Claim)
	require.Len(t, claim.Receipts, 2)
	for _, receipt := range claim.Receipts {
		c, err := a.WaitOver(t.Context(), receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Right, c.State, "the answers are replayed all the same: %s", c.Note)
	}
	paid := protocol.Amount{}
	for _, e := range marketEvents[events.VoucherRedeemed](t, n.Chain) {
		if e.Provider == twice {
			paid = total(t, paid, e.Amount)
		}
	}
	require.False(t, paid.IsZero(), "the gateway paid for such receipts")

	bill := byKind["over_billing"]
	require.Equal(t, biller, bill.Provider)
	require.Equal(t, 1, bill.Transactions)
	require.False(t, bill.AuditorPaid.IsZero())
	require.True(t, bill.Refunded.IsZero(), "nobody paid")
	for _, e := range marketEvents[events.VoucherRedeemed](t, n.Chain) {
		require.NotEqual(t, biller, e.Provider, "the gateway pays for no such receipt")
	}

	step := byKind["wrong_step"]
	require.Equal(t, worker, step.Provider)
	require.Equal(t, 1, step.Transactions)
	require.NotZero(t, step.ProveMS)
	done, err := n.Chain.Reader.Job(t.Context(), job)
	require.NoError(t, err)
	require.True(t, done.Disproved, "the answer is marked wrong")
	require.True(t, done.Forfeited, "its fee is burned")
	require.Equal(t, protocol.MustAmount(done.Fee), step.Refunded, "and the requester has as much back")
	require.Equal(t, common.Hash(done.ReceiptHash), step.Receipt)
	c, err := a.Cases().Get(done.ReceiptHash)
	require.NoError(t, err)
	require.Equal(t, auditor.OriginJob, c.Origin)
	lie, known := wrong.Lies()[common.Hash(done.RequestHash)]
	require.True(t, known)
	require.Equal(t, [2]int{lie.Row, lie.Col}, [2]int{c.Fault.Step.Row, c.Fault.Step.Col}, "%s", lie)

	for _, f := range facts.Faults {
		left, err := n.Chain.Reader.Stake(t.Context(), f.Provider)
		require.NoError(t, err)
		lost, err := before[f.Provider].Sub(left)
		require.NoError(t, err)
		require.Equal(t, f.Slashed, lost)
		if f.Kind != "equivocation" {
			requireShown(t, n.APIURL, f)
			continue
		}
		list := n.APIURL + "/v1/market/faults?kind=equivocation&provider=" + f.Provider.Hex()
		require.Eventually(t, func() bool { return len(ask[store.Page[store.Fault]](t, list).Data) == 1 }, time.Minute, 50*time.Millisecond)
		require.Equal(t, f.Slashed, ask[store.Page[store.Fault]](t, list).Data[0].Slashed)
	}
	for _, who := range n.Owners() {
		stake, err := n.Chain.Reader.Stake(t.Context(), who)
		require.NoError(t, err)
		require.Equal(t, before[who], stake, "an honest provider lost stake")
	}
}

// askJob puts a request on chain, at a price in base units per 10^6 tokens.
func askJob(ctx context.Context, n *network.Network, account int, price uint64) (common.Hash, error) {
	prompt, _, err := network.Prompt(n.Model, "Tell me a story about a fox.")
	if err != nil {
		return common.Hash{}, err
	}
	now, err := n.Chain.Reader.Now(ctx)
	if err != nil {
		return common.Hash{}, err
	}
	order := contracts.JobOrder{ModelVersion: n.Proven, Prompt: prompt, MaxOutputTokens: 24, Params: protocol.Params{TemperatureMilli: 700, Seed: [32]byte{4}},
		PriceIn: protocol.NewAmount(price), PriceOut: protocol.NewAmount(price), MaxFee: protocol.NewAmount(price / 1_000), Deadline: now + 50, Salt: common.Hash{5}}
	receipt, err := n.Lane(account).SubmitAndWait(ctx, n.Chain.Reader.Addresses().RequestJob(order))
	if err != nil {
		return common.Hash{}, err
	}
	for _, l := range receipt.Logs {
		if e, err := events.DecodeLog(events.Market, l); err == nil {
			if asked, ok := e.(events.JobRequested); ok {
				return asked.Job, nil
			}
		}
	}
	return common.Hash{}, protocol.ErrInternal
}

// Whoever asks an honest provider on chain loses its bond to it: a third to who answered, a
// third to the provider, collected by itself once the answer is out of dispute.
func TestBondsOfAnswersAreCollected(t *testing.T) {
	t.Parallel()
	const asker = 18
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Log: quiet()})
	require.NoError(t, err)
	defer n.Close()
	at, reader := n.Chain.Reader.Addresses(), n.Chain.Reader
	require.NoError(t, network.SubmitAll(t.Context(), n.Lane(asker), network.Fund(at, devchain.Address(asker), 200, "asker")...))
	watch := contracts.NewDeliveryWatch(reader, n.Chain.Deployment.StartBlock)
	job, err := askJob(t.Context(), n, asker, 8_000_000)
	require.NoError(t, err)
	var d contracts.Delivered
	require.Eventually(t, func() bool {
		list, err := watch.Delivered(t.Context())
		require.NoError(t, err)
		for _, d = range list {
			if d.Job == job {
				return true
			}
		}
		return false
	}, time.Minute, 100*time.Millisecond)
	owner := devchain.Address(provenOwner)
	require.Equal(t, owner, d.Receipt.Provider)
	bond, err := reader.QuestionTerms(t.Context())
	require.NoError(t, err)
	before, err := reader.Free(t.Context(), devchain.Address(provenOperator))
	require.NoError(t, err)
	require.True(t, before.IsZero())
	_, err = n.Lane(asker).SubmitAndWait(t.Context(), at.AskTrace(contracts.Evidence{Request: d.Request, Receipt: d.Receipt, Signature: d.Signature}, common.Hash{}))
	require.NoError(t, err)

	var paid []events.BondPaid
	require.Eventually(t, func() bool {
		paid = eventsOf[events.BondPaid](t, n.Chain, events.Questions, at.Questions)
		return len(paid) > 0
	}, 2*time.Minute, 200*time.Millisecond)
	require.Len(t, paid, 1)
	third := protocol.MustAmount(new(big.Int).Div(bond.BaseBond, big.NewInt(3)))
	require.Equal(t, devchain.Address(provenOperator), paid[0].To, "the operator answered")
	require.Equal(t, third, paid[0].ToProvider)
	require.GreaterOrEqual(t, paid[0].Amount.Cmp(third), 0)
	free, err := reader.Free(t.Context(), devchain.Address(provenOperator))
	require.NoError(t, err)
	require.Equal(t, paid[0].Amount, free)
	kind, err := reader.FaultOf(t.Context(), reader.Domain().Digest(d.Receipt))
	require.NoError(t, err)
	require.Equal(t, contracts.FaultNone, kind)
}
