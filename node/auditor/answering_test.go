package auditor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/queue"
)

// blockShown is a block as its provider shows it.
type blockShown struct {
	*lie
	chunks []common.Hash
}

func (b blockShown) Root() common.Hash          { return protocol.MerkleRoot(b.roots) }
func (b blockShown) VectorRoots() []common.Hash { return b.roots }
func (b blockShown) Digests(v step.VectorID) []common.Hash {
	if d := b.digests[v]; d != nil {
		return d
	}
	return b.b.Digests(v)
}

func (b blockShown) Words(v step.VectorID, c int) []byte {
	if w := b.words[[2]int{int(v), c}]; w != nil {
		return w
	}
	w, _ := b.b.Chunk(v, c)
	return w
}

func (b blockShown) BoundaryLeaves() []common.Hash { return b.chunks }

// replier answers on chain with what the answer's provider shows.
func (a *answer) replier(binder provider.Binder) provider.Replier {
	return provider.Replier{Addresses: a.w.reader.Addresses(), Binder: binder, Submitter: devchain.Address(operator),
		Answered: provider.Answered{Ask: wire.Ask{Request: a.b.Request, Params: a.p, Secret: a.salting(), Prompt: a.b.Prompt}, Output: a.b.Output, Receipt: a.b.Receipt},
		Boundaries: func(context.Context) ([]common.Hash, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			return a.leaves, nil
		},
		Block: func(_ context.Context, b step.Block) (provider.OpenBlock, error) {
			a.mu.Lock()
			defer a.mu.Unlock()
			return blockShown{a.block(b), a.chunks}, nil
		},
		Sign: func(v protocol.Typed) (protocol.Bytes, error) { return a.b.Domain.Sign(devchain.Key(operator), v) }}
}

// Bind implements provider.Binder.
func (q queued) Bind(ctx context.Context, b provider.Binding) ([]byte, error) {
	r, err := q.Queue.Prove(ctx, queue.Job{Right: true, Deadline: b.Deadline,
		Step: &circuit.StepInput{Statement: b.Statement, A: b.Words, Submitter: b.Submitter, Point: b.Point, Value: b.Value}})
	return r.Proof[:], err
}

// answering answers questions on chain for the provider until the test ends. An answer may
// fail while its question goes away, by a reorg or a proof: none may fail that is still
// asked for.
func (a *answer) answering(t *testing.T, binder provider.Binder) { a.w.answering(t, binder, a) }

// answering is that for all answers of the provider.
func (w *world) answering(t *testing.T, binder provider.Binder, list ...*answer) {
	watch := contracts.NewQuestionWatch(w.reader, devchain.Address(owner), w.start)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	heads := w.client.Heads(ctx)
	lane := w.lane(operator)
	by := map[common.Hash]*answer{}
	for _, a := range list {
		by[a.receipt] = a
	}
	go func() {
		failed := map[common.Hash]error{}
		for range heads {
			open, _ := watch.Open(ctx)
			for _, q := range open {
				call, err := by[q.Receipt].replier(binder).Reply(ctx, q)
				if err == nil {
					_, err = lane.Submit(ctx, call)
				}
				if ctx.Err() == nil {
					failed[q.ID] = err
				}
			}
		}
		open, err := watch.Open(context.Background())
		for _, q := range open {
			err = errors.Join(err, failed[q.ID])
		}
		ended <- err
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
}

// accused makes a liar that serves nothing off chain, and an auditor that runs and has its
// answer and money for bonds, which are paid out to it.
func (w *world) accused(t *testing.T, p auditor.Prover) (liar *answer, a *auditor.Auditor, data string) {
	t.Helper()
	w.fund(t, auditing)
	liar = w.answered(t, params(700), prompt, 5, nil)
	liar.cheat(step.Block{T: 5, L: 2}, step.DownLinear, 0, 11)
	liar.serve = func(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }
	data = t.TempDir()
	a = w.auditor(t, data, p, liar, func(c *auditor.Config, d *auditor.Deps) {
		c.RetryEvery, c.LookEvery, c.Patience = 20*time.Millisecond, 20*time.Millisecond, 1
		d.Bonds = bonds{contracts.NewBondWatch(w.reader, devchain.Address(auditing), w.start), w}
	})
	running(t, a)
	_, err := a.Add(t.Context(), liar.b)
	require.NoError(t, err)
	return liar, a, data
}

// paidBack waits until every bond of the auditor came back: with the bounty that is all there is.
func (w *world) paidBack(t *testing.T, c auditor.Case) {
	t.Helper()
	back, err := tokens(1000).Add(c.Verdict.Bounty)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return w.free(t, auditing) == back }, time.Minute, 50*time.Millisecond, "%s is free, not %s", w.free(t, auditing), back)
}

// bonds pays bonds out as the auditor.
type bonds struct {
	*contracts.BondWatch
	w *world
}

func (b bonds) PayBond(ctx context.Context, bond contracts.Bond) (contracts.PaidBond, error) {
	call := b.w.reader.Addresses().PayBondAt(bond)
	if _, err := b.w.reader.Simulate(ctx, devchain.Address(auditing), call); err != nil {
		return contracts.PaidBond{}, err
	}
	id, err := b.w.lane(auditing).Submit(ctx, call)
	if err != nil {
		return contracts.PaidBond{}, err
	}
	receipt, err := b.w.lane(auditing).Wait(ctx, id)
	if err != nil {
		return contracts.PaidBond{}, err
	}
	paid, ok := b.w.reader.Addresses().BondIn(receipt.Logs, bond.Question)
	if !ok || paid.To != devchain.Address(auditing) {
		return paid, errors.New("the transaction paid another bond")
	}
	return paid, nil
}

// A provider answers every question about its wrong receipts, at once, and its share of bonds is not enough for one of them: they
// are proven one after the other, with what the one before gave back.
func TestManyWrongReceiptsOfOneProviderShareBonds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	w.fund(t, auditing)
	a := w.auditor(t, t.TempDir(), queued{q}, nil, func(c *auditor.Config, d *auditor.Deps) {
		c.RetryEvery, c.LookEvery, c.Patience, c.BondShare = 20*time.Millisecond, 20*time.Millisecond, 1, 1 // 10 tokens, 3 bonds
		d.Bonds = bonds{contracts.NewBondWatch(w.reader, devchain.Address(auditing), w.start), w}
	})
	var list []*answer
	for range 2 {
		liar := w.answered(t, params(700), prompt, 5, nil)
		liar.cheat(step.Block{T: 5, L: 2}, step.DownLinear, 0, 11)
		_, err := a.Add(t.Context(), liar.b)
		require.NoError(t, err)
		list = append(list, liar)
	}
	w.answering(t, queued{q}, list...)
	running(t, a)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for _, liar := range list {
		c, err := a.Wait(ctx, liar.receipt, decided)
		require.NoError(t, err)
		require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind, "%s %s", c.State, c.Note)
		require.Greater(t, len(c.Asked), 3, "more than the share")
	}
}

// A question is answered before the auditor looks again: its bond is out of the free balance all the same, and counts once.
func TestTheBondOfAQuestionThatIsAnsweredAtOnceCountsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	liar := w.answered(t, params(700), prompt, 5, nil)
	liar.cheat(step.Block{T: 5, L: 2}, step.DownLinear, 0, 11)
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 20*time.Millisecond, 1 })
	unmined := -1
	a.SetPoint(func(at string, c *auditor.Case) error {
		if at != "after asking" || len(c.Asked) == 0 {
			return nil
		}
		if len(c.Asked) == 2 {
			unmined = a.Unmined()
			return errCrash
		}
		for range w.client.Heads(t.Context()) {
			q, err := w.reader.Question(t.Context(), c.Asked[0].Question)
			if err != nil || q.State == contracts.QuestionAnswered {
				return err
			}
		}
		return t.Context().Err()
	})
	liar.answering(t, nil)
	_, err := a.Add(t.Context(), liar.b)
	require.NoError(t, err)
	require.ErrorIs(t, a.Run(t.Context()), errCrash)
	require.Equal(t, 1, unmined, "that of the second question")
}
