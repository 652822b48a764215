package provider

import (
	"context"
	"testing"

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
	chain, proofs := &asks{sent: map[common.Hash]int{}}, &newProofs{}
	cfg := testConfig(t.TempDir())
	cfg.Models[0].Backend = blockBackend{}
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain(), Questions: chain, Answers: chain, Binder: proofs})
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
	chain.open = nil
	require.NoError(t, p.AnswersNow(t.Context()))
	require.Empty(t, p.replies.calls, "what is no longer open is forgotten")
}
