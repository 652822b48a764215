package network

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

// jobWorld is a deployment with a version of class proven, a provider with stake, and a requester with money.
type jobWorld struct {
	*redeemWorld
	version  common.Hash
	provider *providerChain
	before   func() // each transaction of the provider's
	asked    byte
}

func newJobWorld(t *testing.T) *jobWorld {
	w := &jobWorld{redeemWorld: newRedeemWorld(t), before: func() {}}
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	root, path, err := WeightsOf(m, nil)
	require.NoError(t, err)
	at, more, requester := w.chain.Reader.Addresses(), common.Hash{2}, devchain.Address(redeemRequester)
	manifest, header := ProvenManifest(m, root, "demo", devchain.Address(redeemCreator), 500), m.Header().Encode()
	w.version = versionID(manifest)
	w.do(redeemCreator, at.Publish(manifest, header[:], path))
	w.do(redeemOwner, at.Stake(protocol.NewAmount(1_000_000), common.Hash{1}))
	w.do(redeemRequester, at.Mint(requester, protocol.NewAmount(10_000), more), at.Approve(at.Vault, protocol.NewAmount(10_000), more), at.Deposit(requester, protocol.NewAmount(10_000), more))
	w.provider = w.redeemWorld.provider(w.lane(redeemOperator, overtaken{txmgr.NewMemory(), &w.before}))
	w.provider.watch = contracts.NewWatch(w.chain.Reader, devchain.Address(redeemOwner), 0)
	return w
}

func (w *jobWorld) now() uint64 {
	now, err := w.chain.Reader.Now(w.ctx)
	require.NoError(w.t, err)
	return now
}

// job asks for an answer and returns the job as the provider sees it.
func (w *jobWorld) job(maxFee uint64) provider.Job {
	timing, err := w.chain.Reader.Timing(w.ctx)
	require.NoError(w.t, err)
	w.asked++
	w.do(redeemRequester, w.chain.Reader.Addresses().RequestJob(contracts.JobOrder{ModelVersion: w.version, Prompt: []uint32{1, 2, 3}, MaxOutputTokens: 4,
		PriceOut: protocol.NewAmount(1), MaxFee: protocol.NewAmount(maxFee), Deadline: w.now() + timing.MaxDeadline, Salt: common.Hash{w.asked}}))
	jobs, err := w.provider.Waiting(w.ctx)
	require.NoError(w.t, err)
	for _, j := range jobs {
		if j.Assigned == (common.Address{}) {
			return j
		}
	}
	w.t.Fatal("no job waits")
	return provider.Job{}
}

// acceptance is one of a job by a provider, signed with a key.
func (w *jobWorld) acceptance(j provider.Job, owner, key int) (protocol.Acceptance, protocol.Bytes) {
	a := protocol.Acceptance{Job: j.ID, RequestHash: w.chain.Reader.Domain().Digest(j.Request), Provider: devchain.Address(owner), ValidUntil: w.now() + 3600}
	signature, err := w.chain.Reader.Domain().Sign(devchain.Key(key), a)
	require.NoError(w.t, err)
	return a, signature
}

// An acceptance whose transaction failed is the provider's all the same where somebody sent a copy first, and nobody's yet
// where the job is open: its signature is public. It is void only where the job is another's, or nothing was sent.
func TestAFailedAcceptanceIsJudgedByTheJob(t *testing.T) {
	w := newJobWorld(t)
	at := w.chain.Reader.Addresses()
	first := w.job(1000)
	a, signature := w.acceptance(first, redeemOwner, redeemOperator)
	w.before = func() { w.do(redeemRequester, at.AcceptJob(a, signature)) }
	require.NoError(t, w.provider.Accept(w.ctx, a, signature), "a copy was mined first")
	jobs, err := w.provider.Waiting(w.ctx)
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	require.Equal(t, devchain.Address(redeemOwner), jobs[0].Assigned)

	other, amount := devchain.Address(redeemRelayer), protocol.NewAmount(1_000_000)
	consent, err := w.chain.Reader.Domain().Sign(devchain.Key(redeemDelegate), protocol.OperatorConsent{Operator: devchain.Address(redeemDelegate), Provider: other})
	require.NoError(t, err)
	w.do(redeemRelayer, at.Mint(other, amount, common.Hash{1}), at.Approve(at.Vault, amount, common.Hash{1}), at.Deposit(other, amount, common.Hash{1}),
		at.Stake(amount, common.Hash{1}), at.AddOperator(devchain.Address(redeemDelegate), consent))
	second := w.job(1000)
	theirs, signed := w.acceptance(second, redeemRelayer, redeemDelegate)
	w.before = func() { w.do(redeemRequester, at.AcceptJob(theirs, signed)) }
	a, signature = w.acceptance(second, redeemOwner, redeemOperator)
	require.ErrorIs(t, w.provider.Accept(w.ctx, a, signature), protocol.ErrConflict, "another was first")

	third := w.job(1001)
	w.before = func() { w.do(redeemOwner, at.Unbond(amount, common.Hash{1})) }
	a, signature = w.acceptance(third, redeemOwner, redeemOperator)
	require.ErrorIs(t, w.provider.Accept(w.ctx, a, signature), protocol.ErrUnavailable, "whoever saw it may send it once there is room")
	w.before = func() { t.Error("sent what the Market refuses") }
	a.ValidUntil++
	signature, err = w.chain.Reader.Domain().Sign(devchain.Key(redeemOperator), a)
	require.NoError(t, err)
	require.ErrorIs(t, w.provider.Accept(w.ctx, a, signature), protocol.ErrConflict, "nobody saw it")
}

// A delivery reads its own job and no list, however long that is; one that somebody sent a copy of first is delivered.
func TestADeliveryReadsOneJob(t *testing.T) {
	w := newJobWorld(t)
	domain := w.chain.Reader.Domain()
	j := w.job(2000)
	a, signature := w.acceptance(j, redeemOwner, redeemOperator)
	w.provider.watch = nil
	output := []uint32{4, 5, 6, 7}
	fee, err := j.Request.FeeFor(uint32(len(output)))
	require.NoError(t, err)
	r := protocol.Receipt{RequestHash: a.RequestHash, Provider: a.Provider, OutputRoot: protocol.TokenRoot(common.Hash{}, protocol.TagOutput, output),
		OutputTokens: uint32(len(output)), Finish: protocol.FinishLength, TraceRoot: common.Hash{1}, Fee: fee, CompletedAt: w.now()}
	signed, err := domain.Sign(devchain.Key(redeemOperator), r)
	require.NoError(t, err)
	deliver := func() error { return w.provider.Deliver(w.ctx, j.ID, r, signed, output) }
	require.ErrorIs(t, deliver(), protocol.ErrUnavailable, "the node has not seen the acceptance yet")
	require.NoError(t, w.provider.Accept(w.ctx, a, signature))
	other := r
	other.RequestHash = common.Hash{1}
	require.ErrorIs(t, w.provider.Deliver(w.ctx, j.ID, other, signed, output), protocol.ErrNotFound)
	sent := w.sent()
	w.before = func() { w.do(redeemRequester, w.chain.Reader.Addresses().DeliverJob(j.ID, r, signed, output)) }
	for range 2 {
		require.NoError(t, deliver())
		require.Equal(t, sent+1, w.sent())
	}
	job, err := w.chain.Reader.Job(w.ctx, j.ID)
	require.NoError(t, err)
	require.Equal(t, contracts.JobDelivered, contracts.JobState(job.State))
}
