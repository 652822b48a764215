package disputes

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// spotOf is a number of a block.
type spotOf struct {
	at       step.Block
	id       step.VectorID
	row, col int
}

// numbersOf lists every number of a block that can be wrong by itself: of claims the
// values, of vectors that are not made by a step the chunks.
func numbersOf(layout []step.Vector, at step.Block) (list []spotOf) {
	for id, vec := range layout {
		for row := range vec.Rows {
			for col := range vec.Cols {
				if claim := vec.Op == step.OpAbsMax || vec.Op == step.OpMax; !claim || col == 0 {
					list = append(list, spotOf{at, step.VectorID(id), row, col})
				}
			}
		}
	}
	return list
}

// opOf is the operation that makes a number, 0 for what no step makes.
func (s spotOf) opOf(t testing.TB, x *text) step.Op {
	t.Helper()
	layout, err := x.m.arch.Layout(s.at)
	require.NoError(t, err)
	if op := layout[s.id].Op; op == step.OpInput || op == step.OpKeys {
		return 0
	}
	st, err := x.m.arch.Statement(step.Step{Block: s.at, Vector: s.id, Row: s.row, Col: s.col}, 0, step.Pick{})
	require.NoError(t, err)
	return st.Op
}

// wrongAt makes one number of a block wrong, brings it to a slash and returns what was shown.
func (s spotOf) wrongAt(t testing.TB, r *rand.Rand, w *world, x *text) (op step.Op) {
	t.Helper()
	head := s.at.L > x.m.arch.Layers
	if head {
		index, v := s.at.T+1-len(x.prompt), uint32(x.m.arch.Vocabulary)
		x = x.forged(t, index, (x.output[index]+1+r.Uint32N(v-1))%v)
	}
	a := w.answered(x, accomplice, accompliceKey)
	want, kind := s.opOf(t, x), trace.WrongStep
	vec := a.block(s.at).b.Layout[s.id]
	c, place := vec.At(s.row, s.col)
	switch {
	case vec.Digests():
		kind = trace.WrongKey
		a.block(s.at).setDigest(s.id, c, randomElement(r))
	default:
		if vec.Op == step.OpInput {
			kind = trace.SeamIn
		}
		a.off(t, s.at, s.id, c, place)
	}
	if !head {
		a.wrongEnd(t, r, s.at)
	}
	a.sign()
	j, _ := a.caught(t, r, w.oracle)
	require.Equal(t, kind, j.fault.Kind)
	require.Equal(t, s.at, j.fault.Step.Block)
	require.Equal(t, s.id, j.fault.Step.Vector)
	require.Equal(t, want, j.op)
	if kind == trace.WrongStep {
		require.Equal(t, [2]int{s.row, s.col}, [2]int{j.fault.Step.Row, j.fault.Step.Col})
	}
	return j.op
}

// blocksOf are all blocks of a text's trace.
func blocksOf(x *text) (list []step.Block) {
	for T := range len(x.prompt) + len(x.output) - 1 {
		for l := range x.m.arch.Layers + 2 {
			if l <= x.m.arch.Layers || T+1 >= len(x.prompt) {
				list = append(list, step.Block{T: T, L: l})
			}
		}
	}
	return list
}

// TestReferenceAnErrorEverywhereSlashes makes each vector of each block of an answer wrong
// once, and in one block of each layer, of the embedding and of the head every number. The
// small size tells one number of each vector in a drawn block. Every operation is shown in
// either.
func TestReferenceAnErrorEverywhereSlashes(t *testing.T) {
	cases := 0
	row(t, "an error at every position is caught (reference)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) { cases += anErrorEverywhere(t, referenceWorld(t), seed) })
}

func anErrorEverywhere(t *testing.T, base *world, seed uint64) (cases int) {
	seen := map[step.Op]int{}
	r := rand.New(rand.NewPCG(seed, 12))
	var x *text
	for x == nil || len(x.prompt)+len(x.output) < 3 {
		x = library(t, r, &world{t: t, models: base.models[:1]}, 1)[0]
	}
	layout := func(at step.Block) []step.Vector {
		l, err := x.m.arch.Layout(at)
		require.NoError(t, err)
		return l
	}
	byLayer := make([][]step.Block, x.m.arch.Layers+2)
	for _, at := range blocksOf(x) {
		byLayer[at.L] = append(byLayer[at.L], at)
	}
	var list []spotOf
	add := func(at step.Block, every bool) {
		for id := range layout(at) {
			numbers := slices.DeleteFunc(numbersOf(layout(at), at), func(s spotOf) bool { return s.id != step.VectorID(id) })
			if !every && len(numbers) > 0 {
				numbers = []spotOf{numbers[r.IntN(len(numbers))]}
			}
			list = append(list, numbers...)
		}
	}
	if full() {
		for _, at := range blocksOf(x) {
			add(at, false)
		}
		for _, blocks := range byLayer {
			add(blocks[r.IntN(len(blocks))], true)
		}
	} else {
		for _, l := range []int{0, 1 + r.IntN(x.m.arch.Layers), x.m.arch.Layers + 1} {
			add(byLayer[l][r.IntN(len(byLayer[l]))], false)
		}
	}
	// An operation that was not drawn, of those that make a number here and there of a
	// vector, is told somewhere.
	for op := step.OpEmbed; op <= step.OpColumn; op++ {
		for _, blocks := range byLayer {
			numbers := slices.DeleteFunc(numbersOf(layout(blocks[0]), blocks[0]), func(s spotOf) bool { return s.opOf(t, x) != op })
			if len(numbers) > 0 && !slices.ContainsFunc(list, func(s spotOf) bool { return s.opOf(t, x) == op }) {
				list = append(list, numbers[r.IntN(len(numbers))])
			}
		}
	}
	for _, s := range list {
		w := base.branch()
		ok := t.Run(fmt.Sprintf("(%d, %d) %s %d %d", s.at.T, s.at.L, layout(s.at)[s.id].Name, s.row, s.col), func(t *testing.T) {
			w.t = t
			seen[s.wrongAt(t, r, w, x)]++
		})
		if !ok {
			t.FailNow()
		}
		cases++
	}
	for op := step.OpEmbed; op <= step.OpColumn; op++ {
		if op != step.OpPick && op != step.OpPad { // of no vector: the next test's
			require.NotZero(t, seen[op], "no lie was shown by op %s", op)
		}
	}
	return cases
}

// TestReferenceManyErrorsSlash tells several lies in several blocks, a wrong token or none,
// and padding: the first one is shown.
func TestReferenceManyErrorsSlash(t *testing.T) {
	cases, seen := 0, map[step.Op]int{}
	row(t, "several errors at once are caught (reference)", &cases)
	base := referenceWorld(t)
	eachSeed(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 13))
		texts := library(t, r, &world{t: t, models: base.models[:2]}, 2)
		for n := range size(6, 334) {
			w, x := base.branch(), texts[r.IntN(len(texts))]
			w.t = t
			if r.IntN(3) == 0 || n == 0 {
				index, v := r.IntN(len(x.output)), uint32(x.m.arch.Vocabulary)
				x = x.forged(t, index, (x.output[index]+1+r.Uint32N(v-1))%v)
			}
			a := w.answered(x, accomplice, accompliceKey)
			blocks, what := blocksOf(x), ""
			if n == 0 { // the wrong token alone
				blocks = nil
			}
			first, wrong := x.report.FirstDifference(x.report.Leaves)
			for range min(2+r.IntN(5), len(blocks)) {
				at := blocks[r.IntN(len(blocks))]
				id := drawVector(r, a.block(at).b.Layout)
				if n == 1 { // behind the last number
					a.behindLast(t, at)
				} else {
					what += fmt.Sprintf("(%d, %d) %s; ", at.T, at.L, a.changeIn(t, r, at, id))
				}
				if at.L > x.m.arch.Layers {
					continue // seen only where its token is wrong
				}
				a.wrongEnd(t, r, at)
				if !wrong || at.Before(first) {
					first, wrong = at, true
				}
			}
			if !wrong {
				continue
			}
			a.sign()
			j, _ := a.caught(t, r, w.oracle)
			require.Falsef(t, first.Before(j.fault.Step.Block) && j.fault.Kind != trace.None, "%v was shown, %v was wrong before: %s", j.fault.Step.Block, first, what)
			seen[j.op]++
			cases++
		}
	})
	require.NotZero(t, seen[step.OpPick])
	require.NotZero(t, seen[step.OpPad])
}

// behindLast changes padding alone in a block.
func (a *answer) behindLast(t testing.TB, at step.Block) {
	t.Helper()
	l := a.block(at)
	for id := range l.b.Layout {
		vec := l.b.Layout[id]
		if vec.Chunks() == 0 || vec.Digests() || vec.Op == step.OpInput {
			continue
		}
		words, err := l.b.Chunk(step.VectorID(id), 0)
		require.NoError(t, err)
		if count := len(words) / 32; count%15 != 0 {
			l.setWords(t, step.VectorID(id), 0, append(slices.Clone(words), randomElement(rand.New(rand.NewPCG(uint64(id), 1))).Bytes()...))
			return
		}
	}
}
