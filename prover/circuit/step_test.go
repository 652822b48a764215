package circuit

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/logger"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the committed figures")

func TestMain(m *testing.M) {
	logger.Disable()
	os.Exit(m.Run())
}

// compiled is the circuit, compiled once for all tests.
var compiled = sync.OnceValue(func() constraint.ConstraintSystem {
	ccs, err := Compile()
	if err != nil {
		panic(err)
	}
	return ccs
})

func solve(t testing.TB, ccs constraint.ConstraintSystem, c *Step, opts ...solver.Option) error {
	w, err := frontend.NewWitness(c, ecc.BN254.ScalarField())
	require.NoError(t, err)
	return ccs.IsSolved(w, opts...)
}

// requireAgreement checks that the circuit and the reference agree: the statement that
// holds has a witness, and, if both is set, the other one has none.
func requireAgreement(t testing.TB, in *StepInput, both bool) bool {
	ok, err := in.Reference()
	require.NoError(t, err)
	c, _, err := in.Assign(ok)
	require.NoError(t, err)
	require.NoError(t, solve(t, compiled(), c), "%+v is %v", in.Statement, ok)
	if both {
		c, _, err := in.Assign(!ok)
		require.NoError(t, err)
		require.Error(t, solve(t, compiled(), c), "%+v is %v", in.Statement, ok)
	}
	return ok
}

func TestCircuitAgreesWithReference(t *testing.T) {
	for _, op := range ops() {
		g := generator{rand.New(rand.NewPCG(uint64(op), 2))}
		right := 0
		for i := range randomSteps {
			if requireAgreement(t, g.input(op), i%8 == 0) {
				right++
			}
		}
		require.Greater(t, right, randomSteps/10, "op %d", op)
		require.Less(t, right, randomSteps*9/10, "op %d", op)
	}
}

// The size of the circuit is a figure people rely on: a change is a review.
func TestConstraintCountIsTheCommittedOne(t *testing.T) {
	ccs := compiled()
	require.Empty(t, ccs.GetCommitments().(constraint.Groth16Commitments))
	require.LessOrEqual(t, ccs.GetNbConstraints(), 50_000)
	got := fmt.Sprintf("circuit,constraints,public,secret,internal\nstep,%d,%d,%d,%d\n", ccs.GetNbConstraints(),
		ccs.GetNbPublicVariables()-1, ccs.GetNbSecretVariables(), ccs.GetNbInternalVariables())
	if *update {
		require.NoError(t, os.WriteFile("constraints.csv", []byte(got), 0o644))
	}
	want, err := os.ReadFile("constraints.csv")
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run go test ./prover/circuit -update and review the change")
}
