package circuit

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// Numbers of real blocks of the demo model, from every vector: the statement about each
// holds, over the digests of the opened block, and fails once a bit of its chunk is
// another.
func TestStepsOfTheDemoModel(t *testing.T) {
	const file = "../../models/demo/stories.dgm"
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is needed and missing", file)
		}
		t.Skipf("needs %s", file)
	}
	model, err := runtime.Open(file)
	require.NoError(t, err)
	arch, err := trace.ArchOf(model)
	require.NoError(t, err)
	weights, err := trace.NewWeights(model, nil, nil)
	require.NoError(t, err)
	seq := []uint32{1, 17, 4, 90, 33, 250, 6}
	opener, err := trace.NewOpener(model, seq)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(81, 82))
	position := len(seq) - 2
	seen := map[step.Op]int{}
	for _, at := range []step.Block{{T: position}, {T: position, L: 1}, {T: position, L: arch.Layers}, {T: position, L: arch.Layers + 1}} {
		block, err := opener.Open(t.Context(), at)
		require.NoError(t, err)
		earlier := func(at int) (trace.Pair, error) {
			b, err := trace.Open(t.Context(), model, seq, step.Block{T: at, L: block.L})
			if err != nil {
				return trace.Pair{}, err
			}
			return trace.Pair{Own: b, Theirs: b.Opening()}, nil
		}
		for id, v := range block.Layout {
			if v.Op == step.OpInput || v.Digests() || v.Rows == 0 {
				continue
			}
			for n := range 6 {
				s := step.Step{Block: at, Vector: step.VectorID(id), Row: r.IntN(v.Rows), Col: r.IntN(v.Cols)}
				if n == 0 {
					s.Row, s.Col = v.Rows-1, v.Cols-1
				}
				st, err := arch.Statement(s, int(seq[position]), step.Pick{})
				require.NoError(t, err)
				g, err := trace.Gather(t.Context(), st, trace.Pair{Own: block, Theirs: block.Opening()}, earlier, weights)
				require.NoError(t, err)
				in := FromTrace(g, common.HexToAddress("0xd00d"))
				ok, err := in.Reference()
				require.NoError(t, err, "%s %+v", v.Name, s)
				require.True(t, ok, "%s %+v", v.Name, s)
				inputs, err := in.Inputs(true)
				require.NoError(t, err)
				require.Equal(t, []common.Hash{g.A.Digest, g.B.Digest, g.O.Digest}, inputs[:3])
				seen[st.Op]++
				if n == 0 {
					require.NoError(t, quick().solve(assigned(t, in, true)), "%s %+v", v.Name, s)
				}
				if n != 1 {
					continue
				}
				in.O = append([]byte(nil), in.O...)
				word, limb := (&opened{Operand: st.O}).position(0)
				width, _ := (&opened{Operand: st.O}).width(0)
				bit := limb*width + r.IntN(width)
				in.O[word*32+31-bit/8] ^= 1 << (bit % 8)
				wrong, err := in.Reference()
				require.NoError(t, err)
				if st.Op != step.OpAbsMax && st.Op != step.OpMax { // another element may refute those
					require.False(t, wrong, "%s %+v", v.Name, s)
				}
				require.NoError(t, quick().solve(assigned(t, in, wrong)), "%s %+v", v.Name, s)
			}
		}
	}
	for op := step.OpEmbed; op <= step.OpColumn; op++ {
		if op != step.OpPick && op != step.OpPad {
			require.Positive(t, seen[op], "op %d", op)
		}
	}
}
