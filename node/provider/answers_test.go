package provider

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// asks lists what it is told to, and keeps what is submitted by its identity.
type asks struct {
	open []contracts.AskedQuestion
	due  map[common.Hash]uint64
	sent map[common.Hash]int
}

func (a *asks) Open(context.Context) ([]contracts.AskedQuestion, error) { return a.open, nil }

func (a *asks) LastDue(context.Context) (map[common.Hash]uint64, error) { return a.due, nil }

func (a *asks) Addresses() contracts.Addresses { return contracts.Addresses{} }

func (a *asks) Submit(_ context.Context, c protocol.Call) (common.Hash, error) {
	id := protocol.IntentID(1, common.Address{}, c)
	a.sent[id]++
	return id, nil
}

// newProofs makes another proof each time, as a prover does.
type newProofs struct{ made byte }

func (b *newProofs) Bind(context.Context, Binding) ([]byte, error) {
	b.made++
	return []byte{b.made}, nil
}

type oneBlock struct{ OpenBlock }

func (oneBlock) Words(step.VectorID, int) []byte { return make([]byte, chunk.WordBytes) }

type blockBackend struct{ opening }

func (blockBackend) Open(context.Context, Answered, step.Block) (OpenBlock, error) {
	return oneBlock{}, nil
}

// A proof is made once for one asking, however long its transaction waits for a block;
// the same question asked again is answered again.
func TestAQuestionOpenForLongIsAnsweredOnce(t *testing.T) {
	chain, proofs, clock := &asks{sent: map[common.Hash]int{}}, &newProofs{}, newTestChain()
	cfg := testConfig(t.TempDir())
	cfg.Models[0].Backend, cfg.CacheFor, clock.fixed = blockBackend{}, time.Nanosecond, 1
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: clock, Questions: chain, Answers: chain, Binder: proofs})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	q := contracts.AskedQuestion{ID: common.Hash{1}, Receipt: testDomain.Digest(signOne(t, p.book, 1)), Deadline: 100,
		Node: contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(chunk.Int32), Size: 7}}
	for _, deadline := range []uint64{100, 100, 100, 200, 200} {
		q.Deadline = deadline
		chain.open = []contracts.AskedQuestion{q}
		require.NoError(t, p.AnswersNow(t.Context()))
	}
	require.EqualValues(t, 2, proofs.made)
	require.Len(t, chain.sent, 2)
	// A read that fails hides a question for a while.
	open := chain.open
	chain.open = nil
	require.NoError(t, p.AnswersNow(t.Context()))
	chain.open = open
	require.NoError(t, p.AnswersNow(t.Context()))
	require.EqualValues(t, 2, proofs.made)
	require.Len(t, chain.sent, 2)
	clock.fixed = 200
	require.NoError(t, p.AnswersNow(t.Context()))
	require.Empty(t, p.replies.calls, "whose clock is over is forgotten")
}

// asksLater lists more at each look, with an error.
type asksLater struct {
	*asks
	looks [][]contracts.AskedQuestion
}

func (a *asksLater) Open(context.Context) ([]contracts.AskedQuestion, error) {
	if len(a.looks) > 0 {
		a.open, a.looks = append(a.open, a.looks[0]...), a.looks[1:]
	}
	return a.open, protocol.ErrUnavailable
}

// triedBackend keeps which positions were recomputed, and fails at some.
type triedBackend struct {
	opening
	order *[]int
	fails map[int]bool
}

func (b triedBackend) Open(_ context.Context, _ Answered, at step.Block) (OpenBlock, error) {
	*b.order = append(*b.order, at.T)
	if b.fails[at.T] {
		return nil, protocol.ErrUnavailable
	}
	return oneBlock{}, nil
}

// A flood is answered by deadline. What comes meanwhile and is due before goes before, and
// neither a question without an answer nor a listing that failed in part stops the others.
func TestQuestionsAreAnsweredByTheirDeadlines(t *testing.T) {
	chain, clock := &asksLater{asks: &asks{sent: map[common.Hash]int{}}}, newTestChain()
	var order []int
	cfg := testConfig(t.TempDir())
	cfg.Models[0].Backend, clock.fixed = triedBackend{order: &order, fails: map[int]bool{101: true, 102: true}}, 1
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: clock, Questions: chain, Answers: chain, Binder: &newProofs{}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.book.log.Close()) })
	receipt := testDomain.Digest(signOne(t, p.book, 1))
	// The position says when the question is due.
	ask := func(due int) contracts.AskedQuestion {
		return contracts.AskedQuestion{ID: common.Hash{1, byte(due)}, Receipt: receipt, Deadline: uint64(due),
			Node: contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(chunk.Int32), Size: 7, T: uint32(due)}}
	}
	var flood []contracts.AskedQuestion
	for due := 120; due > 100; due-- {
		flood = append(flood, ask(due))
	}
	chain.looks = [][]contracts.AskedQuestion{flood, {ask(50)}}
	err = p.AnswersNow(t.Context())
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.Equal(t, []int{101, 102, 103, 104, 105, 106, 107, 108, 50, 109, 110, 111, 112, 113, 101, 102}, order[:16])
	require.Len(t, chain.sent, 19, "all but two, each handed over without waiting for the one before")
	require.Equal(t, 120, slices.Max(order))
}
