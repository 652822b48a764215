package contracts

import (
	"encoding/binary"
	"errors"
	"math/big"
	"net/http/httptest"
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

var auditsAt = common.Address{8}

// auditNode is a node whose only contract is the one that keeps audits. Each of them has two
// points that wait; their deadlines are in the first byte of the audit's name.
type auditNode struct {
	abi     *abi.ABI
	logs    []types.Log
	fails   map[string]bool // methods, by name and first byte of the audit
	nothing map[byte]bool   // audits in which nothing waits any more
}

func (n *auditNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *auditNode) GetBlockByNumber(rpc.BlockNumber, bool) *types.Header {
	return &types.Header{Number: big.NewInt(10), Difficulty: new(big.Int), BaseFee: big.NewInt(7), Time: 5}
}

func (n *auditNode) GetLogs(struct{}) []types.Log { return n.logs }

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
		return m.Outputs.Pack(bindings.Audit{Root: common.Hash{name}, Beacon: 2, From: zero, Sum: zero, Time: big.NewInt(1), DrawnAt: big.NewInt(3), Stretch: zero, Points: 2})
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
	n.logs = append(n.logs, types.Log{Address: auditsAt, Topics: []common.Hash{e.ID, {name}, line, common.BytesToHash(askedProvider[:])}, Data: data})
}

func TestAFailedReadHidesOnePointOnly(t *testing.T) {
	parsed, err := bindings.AuditsMetaData.ParseABI()
	require.NoError(t, err)
	n := &auditNode{abi: parsed, fails: map[string]bool{}, nothing: map[byte]bool{}}
	for _, name := range []byte{30, 10, 20} {
		n.register(t, name)
	}
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("eth", n))
	t.Cleanup(server.Stop)
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	client, err := chain.Dial(t.Context(), chain.Config{URL: front.URL, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	w := NewDrawWatch(NewReader(client, Addresses{Audits: auditsAt}), askedProvider, 0)
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

	n.logs, n.nothing[10] = nil, true
	require.NoError(t, waiting(all, 20, 30))
	n.nothing[10] = false
	require.NoError(t, waiting(all, 20, 30), "what is over is not read again without a log")
}
