package prover

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover/circuit"
)

// claim is one of the circuit's committed vectors.
type claim struct {
	in     circuit.StepInput
	ok     bool
	inputs circuit.Inputs
}

// claims reads the committed vectors by operation: right, wrong, right, wrong.
func claims(t *testing.T) map[step.Op][]claim {
	type operand struct {
		Kind   chunk.Kind
		Length int
		Places [2]int
		Words  hexutil.Bytes
	}
	var vectors []struct {
		Op           step.Op
		First        bool
		X, Y         uint32
		NoiseA       int32 `json:"noise_a"`
		NoiseB       int32 `json:"noise_b"`
		A, B, O      operand
		Submitter    common.Address
		Point, Value common.Hash
		OK           bool
		Inputs       circuit.Inputs
	}
	raw, err := os.ReadFile("circuit/testdata/steps.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &vectors))
	read := func(o operand) step.Operand { return step.Operand{Kind: o.Kind, Length: o.Length, Places: o.Places} }
	all := map[step.Op][]claim{}
	for _, v := range vectors {
		all[v.Op] = append(all[v.Op], claim{circuit.StepInput{
			Statement: step.Statement{
				Op: v.Op, First: v.First, X: v.X, Y: v.Y, NoiseA: v.NoiseA, NoiseB: v.NoiseB, A: read(v.A), B: read(v.B), O: read(v.O),
			},
			A: v.A.Words, B: v.B.Words, O: v.O.Words, Submitter: v.Submitter, Point: v.Point, Value: v.Value,
		}, v.OK, v.Inputs})
	}
	return all
}

// Every operation is proven and believed by the contract: right claims and wrong ones
// in turn, all committed ones in the heavy size.
func TestEveryOperationOnTheVerifierContract(t *testing.T) {
	p, all := testProver(t), claims(t)
	contract, err := deployVerifier(devChain)
	require.NoError(t, err)
	require.Len(t, all, 22)
	for op := step.OpEmbed; op <= step.OpBind; op++ {
		some := all[op]
		require.Len(t, some, 4)
		if !heavy {
			some = some[op%2 : op%2+1]
		}
		for _, c := range some {
			proof, inputs, err := p.Prove(t.Context(), &c.in, c.ok)
			require.NoError(t, err)
			require.Equal(t, c.inputs, inputs)
			_, gas, err := contract.Call(Calldata(proof, inputs))
			require.NoError(t, err)
			t.Logf("op %d, right %t: %d gas", op, c.ok, gas)
			_, _, err = p.Prove(t.Context(), &c.in, !c.ok)
			require.ErrorIs(t, err, protocol.ErrConflict)

			// Nobody else is paid for it.
			thief := c.in
			thief.Submitter = common.HexToAddress("0xbad")
			stolen, err := thief.Inputs(c.ok)
			require.NoError(t, err)
			require.Equal(t, inputs[:4], stolen[:4])
			require.ErrorIs(t, p.Verify(proof, stolen), protocol.ErrInvalid)
			_, _, err = contract.Call(Calldata(proof, stolen))
			require.ErrorContains(t, err, "revert")
		}
	}
}

func TestEstimate(t *testing.T) {
	set, err := devKeys()
	require.NoError(t, err)
	p, err := New(set, devChain)
	require.NoError(t, err)
	before, err := p.Estimate()
	require.NoError(t, err)
	require.Positive(t, before.Duration)
	require.Positive(t, before.Memory)
	in, err := SampleStep()
	require.NoError(t, err)
	_, _, err = p.Prove(t.Context(), in, true)
	require.NoError(t, err)
	after, err := p.Estimate()
	require.NoError(t, err)
	require.Equal(t, before.Constraints, after.Constraints)
	t.Logf("estimated %v before the first proof, %v after", before.Duration, after.Duration)
}
