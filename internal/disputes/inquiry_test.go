package disputes

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// inquiry is an auditor that gets everything on chain: the provider serves nothing.
type inquiry struct {
	t    testing.TB
	a    *answer
	who  person
	w    *world
	sys  proving
	late bool // the provider answers in the last second
	// silentAt is the number of the question, from 1 on, from which the provider is silent;
	// 0: it answers all.
	silentAt int
	// before sees an answer before it is sent, unless nil.
	before func(n bindings.Node, response protocol.Call)

	questions, transactions int
	gas                     uint64
	kinds                   []uint8
}

// errConvicted says that silence lost, errShown that an answer showed the fault by itself.
var (
	errConvicted = errors.New("convicted for silence")
	errShown     = errors.New("convicted by its own answer")
)

func (q *inquiry) send(c protocol.Call) outcome {
	q.t.Helper()
	q.transactions++
	got := q.w.must(q.who, c)
	q.gas += got.gas
	return got
}

// ask asks, and waits for what the provider makes of it: the children shown, or
// errConvicted after the third silence.
func (q *inquiry) ask(call protocol.Call) (bindings.Node, []common.Hash, error) {
	q.t.Helper()
	q.questions++
	silent := q.silentAt > 0 && q.questions >= q.silentAt
	for silences := 1; ; silences++ {
		open, ok := questionIn(q.send(call).logs)
		require.True(q.t, ok)
		if silences == 1 {
			q.kinds = append(q.kinds, open.node.Kind)
		}
		response, children, able := q.a.answerTo(open.node, q.sys)
		if silent = silent || !able; !silent {
			if q.late {
				q.w.time = open.deadline - 1
			}
			if q.before != nil {
				q.before(open.node, response)
			}
			q.w.must(q.a.operator, response)
			if q.w.faultOf(q.a.hash) != contracts.FaultNone {
				return open.node, nil, errShown
			}
			return open.node, children, nil
		}
		before, rung := q.w.balanceOf(q.who), q.w.stakeOf(q.a.provider)
		q.w.time = open.deadline - 1
		_, err := q.w.send(q.who.Address, q.a.expire(open.node))
		require.ErrorContains(q.t, err, "ClockRunning")
		q.w.time = open.deadline
		if able {
			_, err = q.w.send(q.a.operator.Address, response)
			require.ErrorContains(q.t, err, "ClockOver")
		}
		q.send(q.a.expire(open.node))
		require.Positive(q.t, rung.Cmp(q.w.stakeOf(q.a.provider)), "silence %d costs", silences)
		back, err := q.w.balanceOf(q.who).Sub(before)
		require.NoError(q.t, err)
		require.Equal(q.t, plus(q.t, open.bond, tokens(1)), back, "the bond and the cost, no more")
		if silences == 3 {
			require.Equal(q.t, contracts.FaultWithheld, q.w.faultOf(q.a.hash))
			return open.node, nil, errConvicted
		}
		require.Equal(q.t, contracts.FaultNone, q.w.faultOf(q.a.hash))
	}
}

// view is a tree as the provider showed it on chain; what it did not show is the
// auditor's own.
type view struct {
	own   []common.Hash
	known map[[2]int]common.Hash
}

func newView(own []common.Hash) *view { return &view{own, map[[2]int]common.Hash{}} }

// path leads from a node up to the root.
func (v *view) path(height, at int) (path []common.Hash) {
	for h := range protocol.MerkleDepth(len(v.own)) - height {
		path = append(path, v.node(height+h, (at>>h)^1))
	}
	return path
}

func (v *view) node(height, at int) common.Hash {
	if hash, ok := v.known[[2]int{height, at}]; ok {
		return hash
	}
	if height > 0 {
		return protocol.HashNode(v.node(height-1, 2*at), v.node(height-1, 2*at+1))
	}
	if at < len(v.own) {
		return v.own[at]
	}
	return common.Hash{}
}

// child is a node that an answer showed and that is not the auditor's own.
type child struct {
	height, at int
	hash       common.Hash
	ask        protocol.Call // for what is below it
}

// walk asks for a tree from its root down. Each answer's children that differ from the
// auditor's own are shown to visit in order, of those above the leaves that are not zero
// what is below them; crooked, unless nil, sees those first that no tree of so many leaves
// has. Either ends the walk with done.
func (q *inquiry) walk(root protocol.Call, v *view, crooked func(child) error, visit func(child) error) error {
	n, children, err := q.ask(root)
	if err != nil {
		return err
	}
	down := min(int(n.Level), contracts.NodeStep)
	height := int(n.Level) - down
	var list []child
	for i, h := range children {
		c := child{height, int(n.Index)<<down | i, h, q.a.askChild(n, children, uint32(i))}
		own := (&view{own: v.own}).node(height, c.at)
		v.known[[2]int{height, c.at}] = h
		if h == own {
			continue
		}
		if inside := c.at<<height < len(v.own); crooked != nil && inside == (h == common.Hash{}) {
			if err := crooked(c); err != nil {
				return err
			}
		}
		list = append(list, c)
	}
	for _, c := range list {
		if c.at<<height >= len(v.own) {
			continue // nothing that counts
		}
		if height > 0 && c.hash != (common.Hash{}) {
			err = q.walk(c.ask, v, crooked, visit)
		} else {
			err = visit(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// errDone ends a walk that found what it was for.
var errDone = errors.New("found")

// examined is a block as far as questions showed it: vectors, chunks and words that were
// not asked for are the auditor's own.
type examined struct {
	own     *trace.Block
	signed  bindings.SignedOpening
	vectors *view
	digests map[step.VectorID]*view
	roots   map[step.VectorID]common.Hash
	chunks  map[[2]int]common.Hash
	words   map[[2]int][]byte
	fault   trace.Fault
}

// Roots implements trace.Source.
func (x *examined) Roots(ctx context.Context) ([]common.Hash, error) {
	roots := slices.Clone(x.own.Roots())
	for id := range x.roots {
		if roots[id] = x.roots[id]; roots[id] != (common.Hash{}) {
			d, _ := x.Digests(ctx, id)
			roots[id] = protocol.MerkleRoot(d)
		}
	}
	return roots, nil
}

// Digests implements trace.Source.
func (x *examined) Digests(_ context.Context, id step.VectorID) ([]common.Hash, error) {
	d := slices.Clone(x.own.Digests(id))
	for at, h := range x.chunks {
		if at[0] == int(id) {
			d[at[1]] = h
		}
	}
	return d, nil
}

// Words implements trace.Source.
func (x *examined) Words(_ context.Context, id step.VectorID, c int) ([]byte, error) {
	if words := x.words[[2]int{int(id), c}]; words != nil {
		return words, nil
	}
	return x.own.Chunk(id, c)
}

func (x *examined) pair(t testing.TB) trace.Pair {
	roots, _ := x.Roots(context.Background())
	o, err := trace.NewOpening(x.own.Arch, x.own.Block, protocol.MerkleRoot(roots), x)
	require.NoError(t, err)
	return trace.Pair{Own: x.own, Theirs: o}
}

// path is that of a chunk of a vector up to the opening's root.
func (x *examined) path(id step.VectorID, c int) []common.Hash {
	digests := x.digests[id]
	if digests == nil {
		digests = newView(x.own.Digests(id))
		if root, ok := x.roots[id]; ok && root == (common.Hash{}) {
			digests.own = make([]common.Hash, len(digests.own))
		}
	}
	return append(digests.path(0, c), x.vectors.path(0, int(id))...)
}

// judge looks for a fault in what was shown: errDone if there is one.
func (x *examined) judge(t testing.TB) error {
	var err error
	x.fault, err = x.own.FirstFault(context.Background(), x.pair(t).Theirs, trace.End{})
	require.NoError(t, err)
	if x.fault.Kind != trace.None {
		return errDone
	}
	return nil
}

// examine asks for the opening of a block and, in order, for what differs in it, until
// something is wrong.
func (q *inquiry) examine(opener *trace.Opener, at step.Block) (*examined, error) {
	own, err := opener.Open(context.Background(), at)
	require.NoError(q.t, err)
	if _, _, err = q.ask(q.a.askBlock(at)); err != nil {
		return nil, err
	}
	o, sig, source, _ := q.a.serveOpening(at) // what the answer's event shows
	x := &examined{own: own, signed: contracts.SignedOpening(o, sig), vectors: newView(own.Roots()), digests: map[step.VectorID]*view{},
		roots: map[step.VectorID]common.Hash{}, chunks: map[[2]int]common.Hash{}, words: map[[2]int][]byte{}}
	if o.BlockRoot == own.Root() {
		return x, nil
	}
	vector := func(c child) error { return q.vector(x, source, c) }
	if len(own.Layout) > 1 {
		err = q.walk(q.a.askOpening(at), x.vectors, nil, vector)
	} else {
		x.vectors.known[[2]int{0, 0}] = o.BlockRoot
		err = vector(child{0, 0, o.BlockRoot, q.a.askOpening(at)})
	}
	if err != nil && !errors.Is(err, errDone) {
		return nil, err
	}
	return x, nil
}

// vector looks into a vector, or into several under a zero, whose root differs.
func (q *inquiry) vector(x *examined, source trace.Source, n child) error {
	if n.hash == (common.Hash{}) {
		for id := n.at << n.height; id < min((n.at+1)<<n.height, len(x.own.Layout)); id++ {
			for c := range x.own.Layout[id].Chunks() {
				x.roots[step.VectorID(id)], x.chunks[[2]int{id, c}] = common.Hash{}, common.Hash{}
			}
		}
		return x.judge(q.t)
	}
	id := step.VectorID(n.at)
	chunks := x.own.Layout[id].Chunks()
	if chunks == 0 {
		return nil // of no meaning
	}
	x.roots[id] = n.hash
	if chunks == 1 {
		return q.chunk(x, source, id, child{0, 0, n.hash, n.ask})
	}
	x.digests[id] = newView(x.own.Digests(id))
	return q.walk(n.ask, x.digests[id], nil, func(n child) error { return q.chunk(x, source, id, n) })
}

// chunk looks into a chunk whose digest differs.
func (q *inquiry) chunk(x *examined, source trace.Source, id step.VectorID, n child) error {
	vec := x.own.Layout[id]
	for c := n.at << n.height; c < min((n.at+1)<<n.height, vec.Chunks()); c++ {
		x.chunks[[2]int{int(id), c}] = n.hash
	}
	malformed := n.hash == (common.Hash{}) || !commit.IsElement(n.hash)
	if !malformed && !vec.Digests() && vec.Op != step.OpInput {
		if _, _, err := q.ask(n.ask); err != nil {
			return err
		}
		words, err := source.Words(context.Background(), id, n.at) // what the answer's event shows
		require.NoError(q.t, err)
		x.words[[2]int{int(id), n.at}] = words
	}
	return x.judge(q.t)
}
