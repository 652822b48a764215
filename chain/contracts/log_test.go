package contracts

import (
	"errors"
	"math/big"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

var ledgerAt, marketAt = common.Address{8}, common.Address{9}

// logNode is a node with a long history that reads watchSpan blocks of logs at once, as public
// nodes do. A block comes every two seconds.
type logNode struct {
	height uint64
	logs   []types.Log // oldest first
	fault  FaultKind   // of every receipt
	lowest uint64      // block that logs were asked for
}

func timeOf(block uint64) uint64 { return 1_000_000 + 2*block }

func (n *logNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *logNode) GetBlockByNumber(number rpc.BlockNumber, _ bool) *types.Header {
	at := n.height
	if number >= 0 {
		at = uint64(number)
	}
	return &types.Header{Number: new(big.Int).SetUint64(at), Difficulty: new(big.Int), BaseFee: big.NewInt(7), Time: timeOf(at)}
}

func (n *logNode) GetLogs(q struct {
	FromBlock, ToBlock *hexutil.Uint64
	Topics             [][]common.Hash
}) ([]types.Log, error) {
	if q.FromBlock == nil || q.ToBlock == nil || *q.ToBlock-*q.FromBlock >= watchSpan {
		return nil, errors.New("query exceeds max block range")
	}
	n.lowest = min(n.lowest, uint64(*q.FromBlock))
	found := []types.Log{}
	for _, l := range n.logs {
		fits := l.BlockNumber >= uint64(*q.FromBlock) && l.BlockNumber <= uint64(*q.ToBlock)
		for i, any := range q.Topics {
			fits = fits && (len(any) == 0 || slices.Contains(any, l.Topics[i]))
		}
		if fits {
			found = append(found, l)
		}
	}
	return found, nil
}

func (n *logNode) Call(struct{ Input hexutil.Bytes }, rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	return common.LeftPadBytes([]byte{byte(n.fault)}, 32), nil
}

func (n *logNode) reader(t *testing.T) *Reader {
	t.Helper()
	n.lowest = n.height
	return readerOf(t, n)
}

// readerOf reads through a node.
func readerOf(t *testing.T, node any) *Reader {
	t.Helper()
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("eth", node))
	t.Cleanup(server.Stop)
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	client, err := chain.Dial(t.Context(), chain.Config{URL: front.URL, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return NewReader(client, Addresses{Questions: questionsAt, Ledger: ledgerAt, Market: marketAt, Audits: auditsAt})
}

// faulted puts a slash for a receipt on the chain.
func (n *logNode) faulted(t *testing.T, block uint64, receipt common.Hash, kind FaultKind) {
	t.Helper()
	parsed, err := bindings.DisputeLedgerMetaData.ParseABI()
	require.NoError(t, err)
	e := parsed.Events["FaultProven"]
	data, err := e.Inputs.NonIndexed().Pack(uint8(kind), new(big.Int), new(big.Int), new(big.Int), common.Hash{})
	require.NoError(t, err)
	n.logs = append(n.logs, types.Log{Address: ledgerAt, BlockNumber: block, Topics: []common.Hash{e.ID, receipt, {}, {}}, Data: data})
}

// However old the deployment is, an answer is read in spans that nodes serve, back to when the question was asked.
func TestAnAnswerIsReadInSpans(t *testing.T) {
	parsed, err := bindings.QuestionsMetaData.ParseABI()
	require.NoError(t, err)
	e := parsed.Events["QuestionAnswered"]
	data, err := e.Inputs.NonIndexed().Pack(Node{}, []byte("what was asked"))
	require.NoError(t, err)
	n, question := &logNode{height: 100_000}, common.Hash{4}
	for _, block := range []uint64{1000, 60_000} { // of another question, and later
		n.logs = append(n.logs, types.Log{Address: questionsAt, BlockNumber: block, Topics: []common.Hash{e.ID, {1}, {byte(block)}, {}}, Data: data})
	}
	r, asked := n.reader(t), uint64(49_000)
	_, err = r.Answer(t.Context(), question, timeOf(asked))
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.LessOrEqual(t, n.lowest, asked)
	require.Greater(t, n.lowest, asked-watchSpan, "nothing is read of before it was asked")

	n.logs = append(n.logs, types.Log{Address: questionsAt, BlockNumber: asked, Topics: []common.Hash{e.ID, {1}, question, {}}, Data: data})
	raw, err := r.Answer(t.Context(), question, timeOf(asked))
	require.NoError(t, err)
	require.Equal(t, []byte("what was asked"), raw)
}

// What convicted a receipt is found among the slashes for it, and nothing is read where nothing did.
func TestAConvictionIsReadInSpans(t *testing.T) {
	n, receipt := &logNode{height: 100_000}, common.Hash{5}
	r := n.reader(t)
	n.faulted(t, 42_000, receipt, FaultSilence)
	_, err := r.Conviction(t.Context(), receipt, 20_000)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.Equal(t, n.height, n.lowest)

	n.fault = FaultWrongStep
	_, err = r.Conviction(t.Context(), receipt, 20_000)
	require.ErrorIs(t, err, protocol.ErrUnavailable, "the node knows of it, and has no log")
	require.EqualValues(t, 20_000, n.lowest)

	n.faulted(t, 70_000, receipt, FaultWrongStep)
	n.faulted(t, 80_000, common.Hash{6}, FaultWrongStep)
	n.faulted(t, 90_000, receipt, FaultEquivocation)
	f, err := r.Conviction(t.Context(), receipt, 20_000)
	require.NoError(t, err)
	require.Equal(t, FaultWrongStep, f.Kind)
	require.EqualValues(t, 70_000, f.Block)

	list, err := r.Faults(t.Context(), receipt, 20_000)
	require.NoError(t, err)
	require.Len(t, list, 3)
}
