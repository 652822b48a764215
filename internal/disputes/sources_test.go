package disputes

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// source is a wrong answer whose proof reads from a certain place.
type source struct {
	name string
	op   step.Op
	// tell makes an answer of x wrong; place is any block of its that has an earlier
	// position, of a layer.
	tell func(t testing.TB, r *rand.Rand, w *world, x *text, place step.Block) *answer
}

// sources are one wrong answer for each place that a step reads from.
var sources = []source{
	{"numbers of the opening, of an answer that was paid", step.OpNorm, func(t testing.TB, r *rand.Rand, w *world, x *text, at step.Block) *answer {
		a := numberOff(step.Normed)(t, r, w, x, at)
		others := make([]sumLeaf, 2+r.IntN(5))
		for i := range others {
			others[i] = sumLeaf{randomHash(r), protocol.NewAmount(r.Uint64N(50))}
		}
		a.redeem(others, r.IntN(len(others)+1))
		return a
	}},
	{"weights", step.OpLinear, numberOff(step.GateSums)},
	{"a claim", step.OpAbsMax, numberOff(step.NormClaim)},
	{"an earlier position", step.OpColumn, func(t testing.TB, r *rand.Rand, w *world, x *text, at step.Block) *answer {
		a := w.answered(x, accomplice, accompliceKey)
		vec := a.block(at).b.Layout[step.Columns]
		return a.told(t, r, at, step.Columns, r.IntN(vec.Rows), r.IntN(at.T))
	}},
	{"the embedding of a token", step.OpEmbed, func(t testing.TB, r *rand.Rand, w *world, x *text, at step.Block) *answer {
		a := w.answered(x, accomplice, accompliceKey)
		at.L = 0
		return a.told(t, r, at, step.EmbedOut, 0, r.IntN(x.m.arch.Width))
	}},
	{"a pick with noise", step.OpPick, func(t testing.TB, r *rand.Rand, w *world, x *text, _ step.Block) *answer {
		for x.params.TemperatureMilli == 0 {
			x = library(t, r, &world{t: t, models: []*served{x.m}}, 1)[0]
		}
		index := r.IntN(len(x.output))
		v := uint32(x.m.arch.Vocabulary)
		return w.answered(x.forged(t, index, (x.output[index]+1+r.Uint32N(v-1))%v), accomplice, accompliceKey)
	}},
}

// numberOff lets one number of a layer's vector be off by one: of a claim, its value.
func numberOff(id step.VectorID) func(testing.TB, *rand.Rand, *world, *text, step.Block) *answer {
	return func(t testing.TB, r *rand.Rand, w *world, x *text, at step.Block) *answer {
		a := w.answered(x, accomplice, accompliceKey)
		vec := a.block(at).b.Layout[id]
		cols := vec.Cols
		if vec.Op == step.OpAbsMax || vec.Op == step.OpMax {
			cols = 1
		}
		return a.told(t, r, at, id, r.IntN(vec.Rows), r.IntN(cols))
	}
}

// told signs for a block with one number off by one, and for a wrong boundary behind it.
func (a *answer) told(t testing.TB, r *rand.Rand, at step.Block, id step.VectorID, row, col int) *answer {
	t.Helper()
	c, place := a.block(at).b.Layout[id].At(row, col)
	a.off(t, at, id, c, place)
	a.wrongEnd(t, r, at)
	a.sign()
	return a
}

// off changes the lowest bit of a number.
func (a *answer) off(t testing.TB, at step.Block, id step.VectorID, c, place int) {
	t.Helper()
	l := a.block(at)
	own, err := l.Words(context.Background(), id, c)
	require.NoError(t, err)
	words := slices.Clone(own)
	kind := l.b.Layout[id].Kind
	size := map[chunk.Kind]int{chunk.Int16: 2, chunk.Int32: 4, chunk.Wide80: 10}[kind]
	words[place/kind.Limbs()*32+32-place%kind.Limbs()*size-1] ^= 1
	l.setWords(t, id, c, words)
}

// fixture is a world with one wrong answer of the accomplice whose lie a proof shows.
type fixture struct {
	*world
	r *rand.Rand
	x *text
	a *answer
}

// wrongAnswer makes an answer with one number of a layer off, of a drawn text of the first
// model.
func wrongAnswer(t *testing.T, base *world, seed uint64) fixture {
	t.Helper()
	return source{"a number", step.OpNorm, numberOff(step.Normed)}.drawn(t, base, seed, 1)
}

// drawn makes a wrong answer of a drawn text of one of the first n models.
func (s source) drawn(t *testing.T, base *world, seed uint64, n int) fixture {
	t.Helper()
	w := base.branch()
	w.t = t
	r := rand.New(rand.NewPCG(seed, 5))
	m := r.IntN(n)
	var x *text
	for x == nil || len(x.prompt)+len(x.output) < 3 {
		x = library(t, r, &world{t: t, models: w.models[m : m+1]}, 1)[0]
	}
	at := step.Block{T: 1 + r.IntN(len(x.prompt)+len(x.output)-2), L: 1 + r.IntN(x.m.arch.Layers)}
	a := s.tell(t, r, w, x, at)
	return fixture{w, r, a.text, a}
}

// accused is the transaction that convicts the fixture's answer.
func (f fixture) accused(t *testing.T, system proving) protocol.Call {
	t.Helper()
	call, err := auditorOf(f.a, auditing.Address, system).accuse(t.Context())
	require.NoError(t, err)
	return call
}

// on is the fixture's answer on a branch of its world.
func (f fixture) on(t *testing.T) (*world, *answer) {
	w := f.branch()
	w.t = t
	a := *f.a
	a.w = w
	return w, &a
}
