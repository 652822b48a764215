package disputes

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/disputes/figures"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// toll counts what one way to a verdict costs.
type toll struct {
	figures.Path
	w      *world
	a      *answer
	system proving // of answers

	dearestAsk, dearestAnswer uint64
}

func (q *toll) send(c protocol.Call) outcome {
	q.w.t.Helper()
	got := q.w.must(auditing, c)
	q.Transactions++
	q.Gas += got.gas
	return got
}

// ask asks and has the provider answer.
func (q *toll) ask(c protocol.Call) (bindings.Node, []common.Hash) {
	q.w.t.Helper()
	asked := q.send(c)
	open, ok := questionIn(asked.logs)
	require.True(q.w.t, ok)
	response, children := q.a.respond(open.node, q.system)
	answered := q.w.must(accompliceKey, response)
	q.Answers += answered.gas
	q.dearestAsk, q.dearestAnswer = max(q.dearestAsk, asked.gas), max(q.dearestAnswer, answered.gas)
	return open.node, children
}

// down asks from a tree's root to a leaf, and returns what asks below that.
func (q *toll) down(call protocol.Call, leaf int) protocol.Call {
	q.w.t.Helper()
	for {
		n, children := q.ask(call)
		height := int(n.Level) - min(int(n.Level), contracts.NodeStep)
		call = q.a.askChild(n, children, uint32(leaf>>height)&(uint32(len(children))-1))
		if height == 0 {
			return call
		}
	}
}

// examine asks for a block and for one chunk of it.
func (q *toll) examine(at step.Block, id step.VectorID, c int) {
	q.w.t.Helper()
	q.ask(q.a.askBlock(at))
	below := q.down(q.a.askOpening(at), int(id))
	if len(q.a.block(at).digests[id]) > 1 {
		below = q.down(below, c)
	}
	q.ask(below)
}

func (l *lie) opened(t testing.TB, a *answer, leaf step.Leaf) contracts.OpenedDigest {
	t.Helper()
	id := step.VectorID(leaf.Outer)
	return contracts.OpenedDigest{Opening: a.opening(l.b.Block), Vector: uint16(id), Chunk: uint32(leaf.Inner), Digest: l.digests[id][leaf.Inner], Path: l.path(t, id, leaf.Inner)}
}

// accusation is an answer about a made-up model with something wrong in everything that
// a path of its own leads to.
type accusation struct {
	m    *made
	base *world
	a    *answer
	last step.Block // its last layer's last block
	r    *rand.Rand
}

// accuse makes up a model with a wrong step, and an answer of s.T positions, in which
// something is wrong for every other path too.
func accuse(t testing.TB, w *world, s shape, at step.Step) accusation {
	t.Helper()
	m := makeUp(t, w, s, at)
	r := rand.New(rand.NewPCG(uint64(s.T), uint64(at.Vector)))
	a := m.answered(w)
	// As many leaves as the tree has: those behind the trace's are to be zero.
	a.leaves = randomHashes(r, 1<<protocol.MerkleDepth(s.T*(m.arch.Layers+1)))
	a.sign()
	return accusation{m, w, a, step.Block{T: s.T - 1, L: m.arch.Layers}, r}
}

// boundary is the place of the last block's end in the trace.
func (c accusation) boundary() int { return c.last.T*(c.m.arch.Layers+1) + c.last.L }

// on pays the answer in a branch of the world, after a change, and walks a path there.
func (c accusation) on(t testing.TB, name string, change func(a *answer), walk func(q *toll)) figures.Path {
	t.Helper()
	w := c.base.branch()
	w.t = t
	a := *c.a
	a.w = w
	if change != nil {
		change(&a)
	}
	a.inLine()
	q := &toll{Path: figures.Path{Path: name}, w: w, a: &a, system: w.oracle}
	walk(q)
	require.Negative(t, w.stakeOf(accomplice).Cmp(stake), "%s: no verdict", name)
	return q.Path
}

// withheld asks for everything on chain, and proves: a number of the columns is wrong, and
// the block that it is read from is not.
func (c accusation) withheld(t testing.TB) figures.Path {
	return c.on(t, "withheld", nil, func(q *toll) {
		q.down(q.a.askTrace(), c.boundary())
		o := c.m.in.Statement.O.Leaf
		q.examine(c.last, step.VectorID(o.Outer), o.Inner)
		q.ask(q.a.askBlock(c.m.earlier.b.Block))
		q.send(c.m.accused(t, q.a, q.w.oracle))
	})
}

// withheldHop asks for a block's columns first, which agree with the wrong block before.
func (c accusation) withheldHop(t testing.TB) figures.Path {
	after := drawn(t, c.r, c.m.arch, c.last)
	columns := after.b.Layout[step.Columns]
	at, _ := columns.At(columns.Rows-1, c.last.T-1)
	after.setWords(t, step.Columns, at, drawChunk(t, c.r, columns.Kind, columns.Length(at), 40))
	c.a.lies[c.last] = after
	return c.on(t, "withheld, in an earlier block", nil, func(q *toll) {
		q.down(q.a.askTrace(), c.boundary())
		q.examine(c.last, step.Columns, at)
		o := c.m.in.Statement.O.Leaf
		q.examine(c.m.block.b.Block, step.VectorID(o.Outer), o.Inner)
		q.send(c.m.accused(t, q.a, q.w.oracle))
	})
}

func (c accusation) silence(t testing.TB) figures.Path {
	return c.on(t, "silence", nil, func(q *toll) {
		for range 3 {
			open, ok := questionIn(q.send(q.a.askTrace()).logs)
			require.True(t, ok)
			q.w.time = open.deadline
			q.send(q.a.expire(open.node))
		}
	})
}

// seam shows an end of a block whose leaf in the trace is another.
func (c accusation) seam(t testing.TB) figures.Path {
	l := c.m.block
	vec := l.b.Layout[step.Out]
	parts := randomHashes(c.r, vec.Chunks())
	at := len(parts) - 1
	words := drawChunk(t, c.r, vec.Kind, vec.Length(at), 40)
	change := func(a *answer) {
		a.leaves = slices.Clone(a.leaves)
		a.leaves[c.boundary()] = protocol.MerkleRoot(parts)
		a.sign()
	}
	clone := *l
	clone.roots = slices.Clone(l.roots)
	clone.setWords(t, step.Out, at, words)
	return c.on(t, "seam", change, func(q *toll) {
		q.a.lies = map[step.Block]*lie{c.last: &clone}
		low, err := protocol.MerklePath(parts, at)
		require.NoError(t, err)
		high, err := protocol.MerklePath(q.a.leaves, c.boundary())
		require.NoError(t, err)
		digest := clone.digests[step.Out][at]
		proof, err := q.w.oracle.prove(bindInput(step.Bind(vec.Kind, vec.Length(at)), parts[at], digest, words, auditing.Address), true)
		require.NoError(t, err)
		q.send(q.w.at.ProveSeam(q.a.evidence(), contracts.SeamProof{Opening: q.a.opening(c.last), Vector: uint16(step.Out), Chunk: uint32(at),
			Words: wordList(words), WordsDigest: digest, Digest: digest, Path: clone.path(t, step.Out, at), Leaf: parts[at],
			LeafPath: contracts.Hashes(append(low, high...)), TraceSalt: protocol.LeafSalt(q.a.secret, protocol.TagTrace, 0),
			Submitter: auditing.Address, Proof: proof}))
	})
}

// keys shows two digests of one key row.
func (c accusation) keys(t testing.TB) figures.Path {
	here, there, position, err := c.m.arch.Opposite(c.last, c.last.T-1, c.m.arch.KVHeads-1)
	require.NoError(t, err)
	before := step.Block{T: position, L: c.last.L}
	c.a.lies[before] = drawn(t, c.r, c.m.arch, before)
	return c.on(t, "keys", nil, func(q *toll) {
		q.send(q.w.at.ProveKeys(q.a.evidence(), c.m.block.opened(t, q.a, here), c.a.lies[before].opened(t, q.a, there), uint32(position),
			uint32(c.m.arch.KVHeads-1), auditing.Address))
	})
}

// claims are the verdicts by comparison.
func (c accusation) claims(t testing.TB) []figures.Path {
	other := func(q *toll, seq uint64) contracts.SignedReceipt {
		b := *q.a
		r := q.a.receipt
		r.OutputRoot, r.Seq = randomHash(c.r), seq
		b.signReceipt(r)
		return contracts.SignedReceipt{Receipt: b.receipt, Signature: b.signature}
	}
	return []figures.Path{
		c.on(t, "claim of equivocation", nil, func(q *toll) {
			q.send(q.w.at.ClaimEquivocation(contracts.SignedReceipt{Receipt: q.a.receipt, Signature: q.a.signature}, other(q, q.a.receipt.Seq), auditing.Address))
		}),
		c.on(t, "claim of two answers", nil, func(q *toll) {
			q.send(q.w.at.ClaimTwoAnswers(q.a.evidence(), other(q, q.a.receipt.Seq+1), auditing.Address))
		}),
		c.on(t, "claim of a wrong bill", func(a *answer) {
			r := a.receipt
			r.Fee = plus(t, r.Fee, protocol.NewAmount(1))
			a.signReceipt(r)
		}, func(q *toll) { q.send(q.w.at.ClaimBilling(q.a.evidence(), auditing.Address)) }),
		c.on(t, "claim of a wrong finish", func(a *answer) {
			a.request.MaxOutputTokens++
			a.sign()
		}, func(q *toll) { q.send(q.w.at.ClaimFinish(q.a.evidence(), auditing.Address)) }),
		c.on(t, "claim of padding", nil, func(q *toll) {
			at := len(q.a.leaves) - 1
			path, err := protocol.MerklePath(q.a.leaves, at)
			require.NoError(t, err)
			n := contracts.TreeNode{Index: uint64(at), Hash: q.a.leaves[at], Path: contracts.Hashes(path)}
			q.send(q.w.at.ClaimTraceTree(q.a.evidence(), n, protocol.LeafSalt(q.a.secret, protocol.TagTrace, 0), auditing.Address))
		}),
	}
}

// deepest is the vector that a column may come from and that most must be asked about.
func deepest(t testing.TB, s shape) (id step.VectorID) {
	t.Helper()
	layout := s.layout(t, s.T-2)
	id = step.In + 1
	for v := id; v < step.Keys; v++ {
		if layout[v].Chunks() > 0 && questionsInBlock(layout, v) > questionsInBlock(layout, id) {
			id = v
		}
	}
	return id
}

// TestReferencePathsCostTheSame walks every way to a verdict for three shapes, with trees
// as deep as theirs and the answer paid in a line of 1,024, and compares what that costs
// with the file that `dgrid bench proofs` prints. DGRID_DISPUTES_WRITE=1 writes the file.
func TestReferencePathsCostTheSame(t *testing.T) {
	base := newWorld(t, true)
	list := keptFigures(t, len(shaped(t)))
	for i, s := range shaped(t) {
		worst := s.wrong(t, s.T-1, step.Columns)
		worst.Col-- // what this position holds itself needs no other block
		c, hop := accuse(t, base, s, worst), accuse(t, base, s, s.wrong(t, s.T-2, deepest(t, s)))
		paths := append([]figures.Path{c.withheld(t), hop.withheldHop(t), c.silence(t), c.seam(t), c.keys(t)}, c.claims(t)...)
		direct, longest, _ := transactions(t, c.m.arch, s.T)
		require.Equal(t, [2]int{direct, longest}, [2]int{paths[0].Transactions, paths[1].Transactions}, "as counted by the layout")
		for _, p := range paths {
			report(t, "| %s, %s | %d transactions | %d gas | answers %d |\n", s.name, p.Path, p.Transactions, p.Gas, p.Answers)
		}
		if writes() {
			list[i].Paths = paths
			continue
		}
		require.Len(t, list[i].Paths, len(paths), "%s: run with DGRID_DISPUTES_WRITE=1 and commit the file", s.name)
		for n, kept := range list[i].Paths {
			require.Equal(t, []any{kept.Path, kept.Transactions}, []any{paths[n].Path, paths[n].Transactions}, s.name)
			require.InEpsilon(t, kept.Gas, paths[n].Gas, 0.02, "%s, %s", s.name, kept.Path)
			require.InDelta(t, float64(kept.Answers), float64(paths[n].Answers), 0.02*float64(kept.Answers), "%s, %s", s.name, kept.Path)
		}
	}
	if writes() {
		writeFigures(t, list)
	}
}
