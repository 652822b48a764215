package contracts

import (
	"encoding/binary"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
)

var auditsAt = common.Address{8}

// auditNode is a node whose only contract is the one that keeps audits. Each of them has two
// points that wait; their deadlines are in the first byte of the audit's name.
type auditNode struct {
	abi     *abi.ABI
	height  uint64
	time    uint64
	logs    []types.Log
	fails   map[string]bool // methods, by name and first byte of the audit
	nothing map[byte]bool   // audits in which nothing waits any more
	undrawn map[byte]bool
	reads   map[byte]int // of audits
}

func (n *auditNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *auditNode) GetBlockByNumber(rpc.BlockNumber, bool) *types.Header {
	return &types.Header{Number: new(big.Int).SetUint64(n.height), Difficulty: new(big.Int), BaseFee: big.NewInt(7), Time: n.time}
}

func (n *auditNode) GetLogs(q struct{ FromBlock, ToBlock hexutil.Uint64 }) (logs []types.Log) {
	for _, l := range n.logs {
		if l.BlockNumber >= uint64(q.FromBlock) && l.BlockNumber <= uint64(q.ToBlock) {
			logs = append(logs, l)
		}
	}
	return logs
}

func (n *auditNode) Call(msg struct{ Input hexutil.Bytes }, _ rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	m, err := n.abi.MethodById(msg.Input)
	if err != nil {
		return nil, err
	}
	name := byte(0)
	if len(msg.Input) > 4 {
		name = msg.Input[4]
	}
	if n.fails[m.Name+string(rune(name))] {
		return nil, errors.New("missing trie node")
	}
	zero := new(big.Int)
	switch m.Name {
	case "auditTerms":
		return m.Outputs.Pack(bindings.AuditTerms{DrawTime: 100, Clock: 100, Absence: zero, ReportCost: zero})
	case "auditOf":
		n.reads[name]++
		a := bindings.Audit{Root: common.Hash{name}, Beacon: 2, From: zero, Sum: zero, Time: big.NewInt(1), DrawnAt: big.NewInt(3), Stretch: zero, Points: 2}
		if n.undrawn[name] {
			a.DrawnAt = zero
		}
		return m.Outputs.Pack(a)
	case "pointOf":
		p := bindings.Point{Deadline: big.NewInt(int64(name)), AttestBy: zero, SilentSince: zero, State: uint8(PointWaiting)}
		if n.nothing[name] {
			p.State = uint8(PointOpened)
		}
		return m.Outputs.Pack(p)
	case "pointAt":
		return m.Outputs.Pack(new(big.Int).SetBytes(msg.Input[36:68]))
	}
	return nil, errors.New("no such method: " + m.Name)
}

func (n *auditNode) register(t *testing.T, name byte) {
	e := n.abi.Events["AuditRegistered"]
	data, err := e.Inputs.NonIndexed().Pack(uint32(0), new(big.Int), new(big.Int), new(big.Int), uint64(2), uint32(1))
	require.NoError(t, err)
	var line common.Hash
	binary.BigEndian.PutUint64(line[:], uint64(name))
	n.logs = append(n.logs, types.Log{Address: auditsAt, BlockNumber: n.height, Topics: []common.Hash{e.ID, {name}, line, common.BytesToHash(askedProvider[:])}, Data: data})
}

// newAuditNode serves audits of some names, registered at block 10.
func newAuditNode(t *testing.T, names ...byte) (*auditNode, *DrawWatch) {
	t.Helper()
	parsed, err := bindings.AuditsMetaData.ParseABI()
	require.NoError(t, err)
	n := &auditNode{abi: parsed, height: 10, time: 5, fails: map[string]bool{}, nothing: map[byte]bool{}, undrawn: map[byte]bool{}, reads: map[byte]int{}}
	for _, name := range names {
		n.register(t, name)
	}
	return n, NewDrawWatch(readerOf(t, n), askedProvider, 0)
}

// An audit that looked over when its drawTime was is found again on the branch that draws it in
// the last block, although its log lies behind the overlap.
func TestAReorgBringsADrawBack(t *testing.T) {
	n, w := newAuditNode(t, 250)
	n.undrawn[250] = true
	list, err := w.Waiting(t.Context())
	require.NoError(t, err)
	require.Empty(t, list, "registered, not drawn yet")
	n.height, n.time = 500, 101
	list, err = w.Waiting(t.Context())
	require.NoError(t, err)
	require.Empty(t, list, "drawTime is over on this branch")
	n.height, n.time, n.undrawn[250] = 500+watchOverlap+1, 110, false
	list, err = w.Waiting(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Len(t, list[0].Points, 2)

	n.nothing[250] = true
	for _, height := range []uint64{700, 700, 700 + watchOverlap} { // what looks over, it reads once a block
		n.height = height
		list, err = w.Waiting(t.Context())
		require.NoError(t, err)
		require.Empty(t, list)
	}
	require.Equal(t, 5, n.reads[250])
	n.nothing[250] = false
	list, err = w.Waiting(t.Context())
	require.NoError(t, err)
	require.Empty(t, list, "at the next block")
	n.height++
	list, err = w.Waiting(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1, "a reorg took an opening")

	n.nothing[250] = true
	for range 3 {
		n.height += watchOverlap + 1
		_, err = w.Waiting(t.Context())
		require.NoError(t, err)
	}
	require.Equal(t, 8, n.reads[250], "no reorg is that deep")
}

// Of many audits that are over, a bounded number is read each time, each in its turn.
func TestOneRoundReadsABoundedNumberOfAuditsThatAreOver(t *testing.T) {
	names := make([]byte, 3*lookOver)
	for i := range names {
		names[i] = byte(i + 10)
	}
	n, w := newAuditNode(t, names...)
	for _, name := range names {
		n.nothing[name] = true
	}
	for round := range 4 {
		_, err := w.Waiting(t.Context())
		require.NoError(t, err)
		n.height++
		total, most := 0, 0
		for _, reads := range n.reads {
			total, most = total+reads, max(most, reads)
		}
		require.Equal(t, len(names)+round*lookOver, total)
		require.LessOrEqual(t, most, 2)
	}
}

func TestAFailedReadHidesOnePointOnly(t *testing.T) {
	n, w := newAuditNode(t, 30, 10, 20)
	waiting := func(want map[byte]int, order ...byte) error {
		t.Helper()
		list, err := w.Waiting(t.Context())
		require.Len(t, list, len(order), "%v", err)
		for i, a := range list {
			require.Equal(t, common.Hash{order[i]}, a.Audit, "the most urgent first")
			require.Len(t, a.Points, want[order[i]])
		}
		return err
	}
	all := map[byte]int{10: 2, 20: 2, 30: 2}
	require.NoError(t, waiting(all, 10, 20, 30))

	n.fails["auditOf\x0a"] = true
	require.ErrorContains(t, waiting(all, 20, 30), "missing trie node")
	delete(n.fails, "auditOf\x0a")
	n.fails["pointOf\x14"] = true
	require.ErrorContains(t, waiting(all, 10, 30), "point 0")
	delete(n.fails, "pointOf\x14")
	n.fails["pointAt\x1e"] = true
	require.ErrorContains(t, waiting(all, 10, 20), "point 1")
	delete(n.fails, "pointAt\x1e")
	require.NoError(t, waiting(all, 10, 20, 30), "what failed is read again")

	n.nothing[10] = true
	require.NoError(t, waiting(all, 20, 30))
	n.fails["auditOf\x0a"], n.height = true, n.height+1
	require.ErrorContains(t, waiting(all, 20, 30), "missing trie node", "what looks over is read on")
}
