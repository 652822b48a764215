package circuit_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// limbBits is the width of a number in a packed word.
var limbBits = map[chunk.Kind]int{chunk.Int16: 16, chunk.Int32: 32, chunk.Wide80: 80}

// The numbers of real blocks, from tame weights to saturated residuals, are provable
// one by one, and one off they are provably wrong.
func TestReferenceJudgesBlocksOfTheRuntime(t *testing.T) {
	const position = 4
	for _, top := range []uint32{1 << 4, 1 << 14, 1 << 24} {
		m := raw.Model(t, raw.Odd(), uint64(top), top)
		opener, err := trace.NewOpener(m, []uint32{1, 7, 9, 30, 2, 5})
		require.NoError(t, err)
		weights, err := trace.NewWeights(m, nil, nil)
		require.NoError(t, err)
		steps := 0
		for l := range m.Header().Layers + 2 {
			pair := func(p int) (trace.Pair, error) {
				b, err := opener.Open(t.Context(), step.Block{T: p, L: l})
				if err != nil {
					return trace.Pair{}, err
				}
				return trace.Pair{Own: b, Theirs: b.Opening()}, nil
			}
			here, err := pair(position)
			require.NoError(t, err)
			for id, vec := range here.Own.Layout {
				if vec.Op == step.OpInput || vec.Digests() {
					continue
				}
				for i := 0; i < vec.Rows*vec.Cols; i += 5 {
					s := step.Step{Block: here.Own.Block, Vector: step.VectorID(id), Row: i / vec.Cols, Col: i % vec.Cols}
					judge(t, here, pair, weights, s)
					steps++
				}
			}
		}
		t.Logf("%d steps", steps)
	}
}

func judge(t *testing.T, here trace.Pair, pair func(int) (trace.Pair, error), weights *trace.Weights, s step.Step) {
	t.Helper()
	st, err := here.Own.Arch.Statement(s, here.Own.Token, step.Pick{})
	require.NoError(t, err)
	g, err := trace.Gather(t.Context(), st, here, pair, weights)
	require.NoError(t, err)
	in := circuit.StepInput{Statement: st, A: g.A.Words, B: g.B.Words, O: g.O.Words}
	ok, err := in.Reference()
	require.NoError(t, err, "%+v", st)
	require.True(t, ok, "%+v", st)
	if st.Op == step.OpAbsMax || st.Op == step.OpMax {
		return // a claim may stand against this number and fall to another
	}
	limbs := st.O.Kind.Limbs()
	word, bit := st.O.Places[0]/limbs, st.O.Places[0]%limbs*limbBits[st.O.Kind]
	in.O = append([]byte(nil), g.O.Words...)
	in.O[word*chunk.WordBytes+31-bit/8] ^= 1 << (bit % 8)
	ok, err = in.Reference()
	require.NoError(t, err)
	require.False(t, ok, "%+v", st)
}
