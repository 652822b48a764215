package contracts

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
)

// jobNode is a node with the jobs of a Market. It counts how often each is read.
type jobNode struct {
	*logNode
	t    *testing.T
	jobs map[common.Hash]bindings.Job
	read map[common.Hash]int
}

func (n *jobNode) Call(q struct{ Input hexutil.Bytes }, _ rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	id := common.Hash(q.Input[4:])
	n.read[id]++
	parsed, err := bindings.MarketMetaData.ParseABI()
	if err != nil {
		return nil, err
	}
	j := n.jobs[id]
	j.MaxFee, j.Fee, j.PriceIn, j.PriceOut = new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	return parsed.Methods["jobOf"].Outputs.Pack(j)
}

func (n *jobNode) log(name string, job common.Hash, who common.Address, third common.Hash, rest ...any) {
	n.t.Helper()
	parsed, err := bindings.MarketMetaData.ParseABI()
	require.NoError(n.t, err)
	e := parsed.Events[name]
	data, err := e.Inputs.NonIndexed().Pack(rest...)
	require.NoError(n.t, err)
	topics := []common.Hash{e.ID, job, common.BytesToHash(who[:]), third}
	n.logs = append(n.logs, types.Log{Address: marketAt, BlockNumber: n.height, Topics: topics[:len(e.Inputs)-len(e.Inputs.NonIndexed())+1], Data: data})
}

// ask puts a job in the newest block, with a deadline in another.
func (n *jobNode) ask(id byte, deadline uint64) common.Hash {
	job, zero := common.Hash{id}, new(big.Int)
	n.jobs[job] = bindings.Job{State: uint8(JobRequested), Deadline: timeOf(deadline)}
	n.log("JobRequested", job, common.Address{1}, common.Hash{},
		bindings.Request{Payment: job, PriceIn: zero, PriceOut: zero, MaxFee: zero, Deadline: timeOf(deadline)},
		bindings.JobOrder{PriceIn: zero, PriceOut: zero, MaxFee: zero, Deadline: timeOf(deadline)})
	return job
}

// deliver delivers a job in the newest block.
func (n *jobNode) deliver(job common.Hash, who common.Address) {
	n.jobs[job] = bindings.Job{State: uint8(JobDelivered), Provider: who}
	n.log("JobDelivered", job, who, common.Hash{}, bindings.Receipt{Provider: who, Fee: new(big.Int)}, []uint32{7}, uint64(0))
}

// A job that nobody took costs money once, and its reading would cost every provider for ever: from its deadline on it is
// read no more. What the provider delivered is seen until it is paid, also where a reorganization takes that back.
func TestJobsThatNobodyTookAreNotRead(t *testing.T) {
	me, other := common.Address{2}, common.Address{3}
	n := &jobNode{logNode: &logNode{height: 1000}, t: t, jobs: map[common.Hash]bindings.Job{}}
	w := NewWatch(readerOf(t, n), me, 0)
	look := func() (list []common.Hash) {
		n.read = map[common.Hash]int{}
		open, err := w.Jobs(t.Context())
		require.NoError(t, err)
		for _, j := range open {
			list = append(list, j.Job)
		}
		return list
	}
	dust, late, mine, theirs := n.ask(1, 1100), n.ask(2, 1100), n.ask(3, 1100), n.ask(4, 1100)
	require.ElementsMatch(t, []common.Hash{dust, late, mine, theirs}, look())
	n.height = 1050
	n.deliver(mine, me)
	n.deliver(theirs, other)
	n.jobs[late] = bindings.Job{State: uint8(JobAccepted), Provider: me}
	require.ElementsMatch(t, []common.Hash{dust, late, mine, theirs}, look())
	n.height = 1099
	require.ElementsMatch(t, []common.Hash{dust, late, mine, theirs}, look())

	n.height = 1100
	for range 2 {
		require.Equal(t, []common.Hash{mine}, look())
		require.Equal(t, map[common.Hash]int{mine: 1}, n.read)
	}
	n.height = 1101
	n.deliver(late, me) // in another branch, whose blocks have other times
	require.ElementsMatch(t, []common.Hash{mine, late}, look())

	n.height = 1100 + watchOverlap + 1
	require.ElementsMatch(t, []common.Hash{mine, late}, look())
	require.NotContains(t, w.jobs, dust)
	require.NotContains(t, w.jobs, theirs)

	paid := n.jobs[mine]
	n.jobs[mine] = bindings.Job{State: uint8(JobFinalized), Provider: me}
	require.Equal(t, []common.Hash{late}, look())
	n.height += reorgs
	n.jobs[mine] = paid
	require.ElementsMatch(t, []common.Hash{mine, late}, look(), "taken back")
	n.jobs[mine] = bindings.Job{State: uint8(JobFinalized), Provider: me}
	require.Equal(t, []common.Hash{late}, look())
	n.height += reorgs + 1
	require.Equal(t, []common.Hash{late}, look())
	require.Zero(t, n.read[mine])
	n.height += watchOverlap
	require.Equal(t, []common.Hash{late}, look())
	require.NotContains(t, w.jobs, mine)
}
