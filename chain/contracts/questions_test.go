package contracts

import (
	"encoding/binary"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
)

var (
	askedProvider = common.Address{7}
	questionsAt   = common.Address{9}
)

// questionNode is a node whose only contract is the one that keeps questions.
type questionNode struct {
	abi *abi.ABI

	mu     sync.Mutex
	height uint64
	time   uint64
	asked  []types.Log
	states map[common.Hash]bindings.Question
	fails  map[common.Hash]bool // reads of these
	noLogs bool
	reads  []common.Hash // since the last look
	calls  int           // requests
	down   bool
}

func (n *questionNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *questionNode) GetBlockByNumber(rpc.BlockNumber, bool) *types.Header {
	n.mu.Lock()
	defer n.mu.Unlock()
	return &types.Header{Number: new(big.Int).SetUint64(n.height), Difficulty: new(big.Int), BaseFee: big.NewInt(7), Time: n.time}
}

func (n *questionNode) GetLogs(struct {
	FromBlock, ToBlock hexutil.Uint64
}) ([]types.Log, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.noLogs {
		return nil, errors.New("logs are being indexed")
	}
	return append([]types.Log{}, n.asked...), nil
}

func (n *questionNode) Call(msg struct{ Input hexutil.Bytes }, _ rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	id := common.Hash(msg.Input[4:])
	n.reads = append(n.reads, id)
	if n.fails[id] {
		return nil, errors.New("missing trie node")
	}
	return n.abi.Methods["questionOf"].Outputs.Pack(n.states[id])
}

// ask puts a question on the chain that waits until a deadline.
func (n *questionNode) ask(t *testing.T, deadline uint64) common.Hash {
	t.Helper()
	var id common.Hash
	binary.BigEndian.PutUint64(id[:], deadline)
	e := n.abi.Events["QuestionAsked"]
	data, err := e.Inputs.NonIndexed().Pack(askedProvider, Node{}, big.NewInt(1), deadline)
	require.NoError(t, err)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, types.Log{Address: questionsAt, Topics: []common.Hash{e.ID, {1}, id, {}}, Data: data})
	n.states[id] = bindings.Question{Deadline: new(big.Int).SetUint64(deadline), AskedAt: new(big.Int), State: QuestionOpen, Bond: new(big.Int)}
	return id
}

func (n *questionNode) readsSince() []common.Hash {
	n.mu.Lock()
	defer n.mu.Unlock()
	reads := n.reads
	n.reads = nil
	return reads
}

func newQuestionNode(t *testing.T) (*questionNode, *QuestionWatch) {
	t.Helper()
	parsed, err := bindings.QuestionsMetaData.ParseABI()
	require.NoError(t, err)
	n := &questionNode{abi: parsed, height: 10, time: 1, states: map[common.Hash]bindings.Question{}, fails: map[common.Hash]bool{}}
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("eth", n))
	t.Cleanup(server.Stop)
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		n.calls++
		down := n.down
		n.mu.Unlock()
		if down {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		server.ServeHTTP(rw, r)
	}))
	t.Cleanup(front.Close)
	client, err := chain.Dial(t.Context(), chain.Config{URL: front.URL, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return n, NewQuestionWatch(NewReader(client, Addresses{Questions: questionsAt}), askedProvider, 0)
}

func idsOf(list []AskedQuestion) (ids []common.Hash) {
	for _, q := range list {
		ids = append(ids, q.ID)
	}
	return ids
}

func TestAFailedReadHidesOneQuestionOnly(t *testing.T) {
	n, w := newQuestionNode(t)
	late, soon, middle := n.ask(t, 300), n.ask(t, 100), n.ask(t, 200)
	open, err := w.Open(t.Context())
	require.NoError(t, err)
	require.Equal(t, []common.Hash{soon, middle, late}, idsOf(open), "the most urgent first")

	n.fails[middle] = true
	open, err = w.Open(t.Context())
	require.ErrorContains(t, err, "read 1 of 3 questions")
	require.Equal(t, []common.Hash{soon, late}, idsOf(open))

	n.noLogs = true
	open, err = w.Open(t.Context())
	require.ErrorContains(t, err, "indexed")
	require.Equal(t, []common.Hash{soon, late}, idsOf(open), "what is known is answered without the log")

	n.noLogs, n.fails[middle] = false, false
	open, err = w.Open(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 3)
}

// A node that does not serve is not asked for each question; one that fails at all of a
// batch is asked for the others.
func TestANodeThatAnswersNothingIsAskedOnce(t *testing.T) {
	n, w := newQuestionNode(t)
	for i := range uint64(150) {
		n.fails[n.ask(t, 100+i)] = true
	}
	last := n.ask(t, 1000)
	open, err := w.Open(t.Context())
	require.ErrorContains(t, err, "read 150 of 151 questions")
	require.Equal(t, []common.Hash{last}, idsOf(open))

	n.calls, n.down = 0, true
	open, err = w.Open(t.Context())
	require.ErrorContains(t, err, "read 151 of 151 questions")
	require.Empty(t, open)
	require.LessOrEqual(t, n.calls, 2+1+64, "two heads, one batch, and each of it alone")
}

// A flood of questions neither makes the rounds longer nor hides the one due first; each
// is read in its turn.
func TestOneRoundReadsABoundedNumberOfQuestions(t *testing.T) {
	n, w := newQuestionNode(t)
	const flood = 1000
	for i := range uint64(flood) {
		n.ask(t, 1000+i)
	}
	first := n.ask(t, 500)
	seen := map[common.Hash]bool{}
	for range (flood+lookOn)/lookOn + 1 {
		open, err := w.Open(t.Context())
		require.NoError(t, err)
		require.Equal(t, first, open[0].ID)
		reads := n.readsSince()
		require.Len(t, reads, lookFirst+lookOn)
		for _, id := range reads {
			seen[id] = true
		}
	}
	require.Len(t, seen, flood+1)
}

// An answered question is read again for as long as a reorg may take its answer, and keeps
// nobody waiting.
func TestAReorgBringsAQuestionBack(t *testing.T) {
	n, w := newQuestionNode(t)
	id := n.ask(t, 500)
	n.height = 1000 // the overlap has passed the log of the asking
	_, err := w.Open(t.Context())
	require.NoError(t, err)
	n.asked = nil
	answered, waiting := n.states[id], n.states[id]
	answered.State = QuestionAnswered
	n.states[id] = answered
	open, err := w.Open(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
	n.states[id] = waiting
	open, err = w.Open(t.Context())
	require.NoError(t, err)
	require.Len(t, open, 1)

	n.states[id] = answered
	_, err = w.Open(t.Context())
	require.NoError(t, err)
	n.height += watchOverlap + 1
	n.readsSince()
	open, err = w.Open(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
	require.False(t, slices.Contains(n.readsSince(), id), "no reorg is that deep")
}
