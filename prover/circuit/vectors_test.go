package circuit

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

const vectorFile = "testdata/steps.json"

// vector is a statement with everything that belongs to it, for other implementations
// of the operations and for tests of the proofs.
type vector struct {
	Op        step.Op        `json:"op"`
	First     bool           `json:"first"`
	X         uint32         `json:"x"`
	Y         uint32         `json:"y"`
	NoiseA    int32          `json:"noise_a"`
	NoiseB    int32          `json:"noise_b"`
	A         vectorChunk    `json:"a"`
	B         vectorChunk    `json:"b"`
	O         vectorChunk    `json:"o"`
	Submitter common.Address `json:"submitter"`
	Point     common.Hash    `json:"point"`
	Value     common.Hash    `json:"value"`

	OK     bool   `json:"ok"`
	Result string `json:"result,omitempty"` // decimal, for operations that make a number
	Inputs Inputs `json:"inputs"`           // of the statement that holds
}

type vectorChunk struct {
	Kind   chunk.Kind    `json:"kind"`
	Length int           `json:"length"`
	Places [2]int        `json:"places"`
	Words  hexutil.Bytes `json:"words"`
}

func (c vectorChunk) operand() step.Operand {
	return step.Operand{Kind: c.Kind, Length: c.Length, Places: c.Places}
}

func (v *vector) input() *StepInput {
	return &StepInput{
		Statement: step.Statement{
			Op: v.Op, First: v.First, X: v.X, Y: v.Y, NoiseA: v.NoiseA, NoiseB: v.NoiseB,
			A: v.A.operand(), B: v.B.operand(), O: v.O.operand(),
		},
		A: v.A.Words, B: v.B.Words, O: v.O.Words, Submitter: v.Submitter, Point: v.Point, Value: v.Value,
	}
}

func makeVector(t *testing.T, in *StepInput) vector {
	pack := func(o step.Operand, raw []byte) vectorChunk {
		if raw == nil {
			raw = step.UnusedWords()
		}
		return vectorChunk{o.Kind, o.Length, o.Places, raw}
	}
	st := in.Statement
	v := vector{
		Op: st.Op, First: st.First, X: st.X, Y: st.Y, NoiseA: st.NoiseA, NoiseB: st.NoiseB,
		A: pack(st.A, in.A), B: pack(st.B, in.B), O: pack(st.O, in.O),
		Submitter: in.Submitter, Point: in.Point, Value: in.Value,
	}
	var err error
	v.OK, err = in.Reference()
	require.NoError(t, err)
	v.Inputs, err = in.Inputs(v.OK)
	require.NoError(t, err)
	if result, err := in.Result(); err == nil {
		v.Result = result.String()
	}
	return v
}

// Two right and two wrong claims of every operation, with short chunks.
func TestVectors(t *testing.T) {
	var all []vector
	for _, op := range operations() {
		for i := range 4 {
			var best *StepInput
			for seed := range 12 {
				in := example(uint64(100+20*i+seed), op, i%2 == 0)
				if best == nil || len(in.A)+len(in.B)+len(in.O) < len(best.A)+len(best.B)+len(best.O) {
					best = in
				}
			}
			all = append(all, makeVector(t, best))
		}
	}
	var lines bytes.Buffer
	for i, v := range all {
		line, err := json.Marshal(v)
		require.NoError(t, err)
		lines.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		lines.Write(line)
	}
	lines.WriteString("\n]\n")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(vectorFile, lines.Bytes(), 0o644))
	}
	raw, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(lines.Bytes(), raw), "%s has drifted: run go test ./prover/circuit -run TestVectors -update and review", vectorFile)

	var committed []vector
	require.NoError(t, json.Unmarshal(raw, &committed))
	require.Len(t, committed, 4*len(operations()))
	for _, v := range committed {
		require.Equal(t, v.OK, requireAgreement(t, v.input(), false))
		require.Equal(t, v, makeVector(t, v.input()))
	}
}
