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
	"github.com/dgrid-network/dgrid/prover/circuit"
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

	questions, transactions int
	gas                     uint64
	kinds                   []uint8
}

// errConvicted says that silence lost.
var errConvicted = errors.New("convicted for silence")

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
		if !silent {
			if q.late {
				q.w.time = open.deadline - 1
			}
			response, children := q.a.respond(open.node, q.sys)
			q.w.must(q.a.operator, response)
			return open.node, children, nil
		}
		before, rung := q.w.balanceOf(q.who), q.w.stakeOf(q.a.provider)
		q.w.time = open.deadline - 1
		_, err := q.w.send(q.who.Address, q.a.expire(open.node))
		require.ErrorContains(q.t, err, "ClockRunning")
		q.w.time = open.deadline
		response, _ := q.a.respond(open.node, q.sys)
		_, err = q.w.send(q.a.operator.Address, response)
		require.ErrorContains(q.t, err, "ClockOver")
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

// view is a tree as the provider showed it on chain, from the root down; everything to
// the left of the first difference is the auditor's own.
type view struct {
	own   []common.Hash
	known map[[2]int]common.Hash
}

// descend asks from a tree's root down to the first leaf that differs from the auditor's
// own. It returns the last node asked about and the children shown there.
func (q *inquiry) descend(root protocol.Call, own []common.Hash) (v view, leaf int, n bindings.Node, children []common.Hash, err error) {
	v = view{own, map[[2]int]common.Hash{}}
	for call := root; ; {
		if n, children, err = q.ask(call); err != nil {
			return v, 0, n, nil, err
		}
		down := min(int(n.Level), 4)
		height, first := int(n.Level)-down, -1
		mine := level(own, height)
		for i, h := range children {
			at := int(n.Index)<<down | i
			v.known[[2]int{height, at}] = h
			if first < 0 && h != mine[at] {
				first = i
			}
		}
		require.GreaterOrEqual(q.t, first, 0, "a tree without a difference")
		leaf = int(n.Index)<<down | first
		if height == 0 {
			return v, leaf, n, children, nil
		}
		call = q.a.askChild(n, children, uint32(first))
	}
}

// childOf is the number of a leaf among the children of the last node above it.
func childOf(n bindings.Node, leaf int) uint32 {
	return uint32(leaf) & (1<<min(n.Level, 4) - 1)
}

func (v view) path(leaf int) (path []common.Hash) {
	for h := range protocol.MerkleDepth(len(v.own)) {
		path = append(path, v.node(h, (leaf>>h)^1))
	}
	return path
}

func (v view) node(height, at int) common.Hash {
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

// examined is a block as far as questions showed it.
type examined struct {
	own     *trace.Block
	signed  bindings.SignedOpening
	agrees  bool
	vectors view
	digests view
	vector  step.VectorID
	chunk   int
	digest  common.Hash
	words   []byte
}

// examine asks for the opening of a block and for its first wrong chunk.
func (q *inquiry) examine(opener *trace.Opener, at step.Block) (*examined, error) {
	own, err := opener.Open(context.Background(), at)
	require.NoError(q.t, err)
	x := &examined{own: own}
	if _, _, err = q.ask(q.a.askBlock(at)); err != nil {
		return nil, err
	}
	o, sig, source, _ := q.a.serveOpening(at) // what the answer's event shows
	x.signed = contracts.SignedOpening(o, sig)
	if o.BlockRoot == own.Root() {
		x.agrees = true
		return x, nil
	}
	var n bindings.Node
	var children []common.Hash
	id := 0
	below := q.a.askOpening(at)
	if len(own.Roots()) > 1 {
		if x.vectors, id, n, children, err = q.descend(below, own.Roots()); err != nil {
			return nil, err
		}
		below = q.a.askChild(n, children, childOf(n, id))
		if own.Layout[id].Digests() { // nobody asks below it: the digests stand in other blocks
			q.t.Fatal("keys are not asked for in this suite")
		}
	} else {
		x.vectors = view{own.Roots(), nil}
	}
	x.vector = step.VectorID(id)
	if digests := own.Digests(x.vector); len(digests) > 1 {
		if x.digests, x.chunk, n, children, err = q.descend(below, digests); err != nil {
			return nil, err
		}
		below = q.a.askChild(n, children, childOf(n, x.chunk))
	} else {
		x.digests = view{digests, nil}
	}
	if node, _, err := q.ask(below); err != nil {
		return nil, err
	} else {
		x.digest = node.Hash
	}
	x.words, err = source.Words(context.Background(), x.vector, x.chunk) // what the answer's event shows
	require.NoError(q.t, err)
	return x, nil
}

// patched is the auditor's own block with the one chunk that was shown.
type patched struct {
	x *examined
}

func (p patched) Roots(ctx context.Context) ([]common.Hash, error) {
	roots := slices.Clone(p.x.own.Roots())
	d, _ := p.Digests(ctx, p.x.vector)
	roots[p.x.vector] = protocol.MerkleRoot(d)
	return roots, nil
}

func (p patched) Digests(_ context.Context, id step.VectorID) ([]common.Hash, error) {
	d := slices.Clone(p.x.own.Digests(id))
	if id == p.x.vector && p.x.words != nil {
		d[p.x.chunk] = p.x.digest
	}
	return d, nil
}

func (p patched) Words(_ context.Context, id step.VectorID, c int) ([]byte, error) {
	if id == p.x.vector && c == p.x.chunk {
		return p.x.words, nil
	}
	return p.x.own.Chunk(id, c)
}

func (x *examined) pair(t testing.TB) trace.Pair {
	roots, _ := patched{x}.Roots(context.Background())
	o, err := trace.NewOpening(x.own.Arch, x.own.Block, protocol.MerkleRoot(roots), patched{x})
	require.NoError(t, err)
	return trace.Pair{Own: x.own, Theirs: o}
}

// path is that of a chunk of a vector up to the opening's root.
func (x *examined) path(t testing.TB, o step.Operand) [][32]byte {
	if o.Source == step.None {
		return nil
	}
	if x.agrees {
		path, err := x.own.Path(step.VectorID(o.Leaf.Outer), o.Leaf.Inner)
		require.NoError(t, err)
		return contracts.Hashes(path)
	}
	var inner []common.Hash
	if step.VectorID(o.Leaf.Outer) == x.vector {
		inner = x.digests.path(o.Leaf.Inner)
	} else {
		path, err := x.own.Path(step.VectorID(o.Leaf.Outer), o.Leaf.Inner)
		require.NoError(t, err)
		inner = path[:protocol.MerkleDepth(o.Leaf.Inners)]
	}
	return contracts.Hashes(append(inner, x.vectors.path(o.Leaf.Outer)...))
}

// pursue follows the provider through its trees until a proof or its silence convicts it.
func (q *inquiry) pursue() error {
	a := q.a
	report, err := trace.Replay(context.Background(), a.m.Model, a.prompt, a.output, a.params)
	require.NoError(q.t, err)
	_, leaf, _, _, err := q.descend(a.askTrace(), report.Leaves)
	if err != nil {
		return err
	}
	at := step.Block{T: leaf / (a.m.arch.Layers + 1), L: leaf % (a.m.arch.Layers + 1)}
	here, err := q.examine(report.Opener(), at)
	if err != nil {
		return err
	}
	ctx := context.Background()
	fault, err := here.own.FirstFault(ctx, here.pair(q.t).Theirs, trace.End{})
	require.NoError(q.t, err)
	require.Equal(q.t, trace.WrongStep, fault.Kind)
	shown := here
	var before *examined
	if b, _, ok := fault.Other(a.m.arch); ok {
		if before, err = q.examine(report.Opener(), b); err != nil {
			return err
		}
		if !before.agrees {
			shown, before = before, nil
			fault, err = shown.own.FirstFault(ctx, shown.pair(q.t).Theirs, trace.End{})
			require.NoError(q.t, err)
		}
	}
	st, err := a.m.arch.Statement(fault.Step, shown.own.Token, step.Pick{})
	require.NoError(q.t, err)
	g, err := trace.Gather(ctx, st, shown.pair(q.t), func(int) (trace.Pair, error) {
		return trace.Pair{Own: before.own, Theirs: before.own.Opening()}, nil
	}, a.m.weights)
	require.NoError(q.t, err)
	p := stepProof(fault.Step, g, q.who.Address)
	for _, slot := range []struct {
		o    step.Operand
		path *[][32]byte
	}{{st.A, &p.PathA}, {st.B, &p.PathB}, {st.O, &p.PathO}} {
		if slot.o.Source == step.Opened {
			*slot.path = shown.path(q.t, slot.o)
		} else if slot.o.Source == step.Earlier {
			*slot.path = before.path(q.t, slot.o)
		}
	}
	p.Opening = shown.signed
	if before != nil {
		p.Earlier = before.signed
	}
	auditorOf(a, q.who.Address, q.sys).inputs(&p, fault.Step, st.Op, step.Pick{})
	p.Proof, err = q.sys.prove(circuit.FromTrace(g, q.who.Address), false)
	require.NoError(q.t, err)
	q.send(a.w.at.ProveFault(a.evidence(), p))
	return nil
}
