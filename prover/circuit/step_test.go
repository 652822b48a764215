package circuit

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/logger"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
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

// drawn is a source of numbers from a fresh seed, which it prints; DGRID_DISPUTES_SEED
// repeats one.
func drawn(t testing.TB, stream uint64) generator {
	t.Helper()
	seed := rand.Uint64()
	if s := os.Getenv("DGRID_DISPUTES_SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("seed %d", seed)
	return generator{rand.New(rand.NewPCG(seed, stream))}
}

func solve(t testing.TB, ccs constraint.ConstraintSystem, c *Step, opts ...solver.Option) error {
	return ccs.IsSolved(quickWitness(t, c), append(opts, solver.WithNbTasks(1))...)
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

// Random steps of every operation, edge values and ties more often than others: the
// statement that holds has a witness and the other one, tried for one of four, has none.
// One of 32 is tried on the whole circuit, every fourth of these with gnark's own solver,
// the rest without the digests.
func TestCircuitAgreesWithReference(t *testing.T) {
	for _, op := range operations() {
		t.Run(fmt.Sprintf("op %d", op), func(t *testing.T) {
			t.Parallel()
			g := generator{rand.New(rand.NewPCG(uint64(op), 2))}
			right := 0
			for i := range randomSteps {
				in, ok := g.input(op), false
				switch {
				case i%128 == 0:
					ok = requireAgreement(t, in, true)
				case i%32 == 0:
					ok = requireOneAnswer(t, whole(), in, true)
				default:
					ok = requireOneAnswer(t, quick(), in, i%4 == 0)
				}
				if ok {
					right++
				}
			}
			require.Greater(t, right, randomSteps/10)
			require.Less(t, right, randomSteps*9/10)
		})
	}
}

// requireOneAnswer is requireAgreement with the quicker solver, of the whole circuit or less.
func requireOneAnswer(t testing.TB, p *program, in *StepInput, both bool) bool {
	ok, err := in.Reference()
	require.NoError(t, err)
	c := assigned(t, in, ok)
	if err := p.solve(c); err != nil {
		require.NoError(t, err, "%+v is %v", in.Statement, ok)
	}
	if both {
		c.Word = in.Statement.Word(!ok).Big()
		if p.solve(c) == nil {
			require.Fail(t, "both have a witness", "%+v is %v", in.Statement, ok)
		}
	}
	return ok
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

// Whatever a statement and its chunks say, the reference answers, or refuses, and what
// it answers has a witness.
func FuzzReference(f *testing.F) {
	for _, op := range operations() {
		in := example(91, op, true)
		f.Add(uint8(op), in.Statement.First, in.Statement.X, in.Statement.Y, uint64(op), []byte{1, 2, 3})
	}
	f.Fuzz(func(t *testing.T, op uint8, first bool, x, y uint32, seed uint64, bytes []byte) {
		if !known(step.Op(op)) {
			_, err := (&StepInput{Statement: step.Statement{Op: step.Op(op)}}).Reference()
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		in := example(seed%16, step.Op(op), seed%2 == 0)
		in.Statement.First, in.Statement.X, in.Statement.Y = first, x, y
		all := [][]byte{in.A, in.B, in.O}
		for i := 0; i+2 < len(bytes); i += 3 {
			if raw := all[bytes[i]%3]; len(raw) > 0 {
				raw[(int(bytes[i])/3+int(bytes[i+1])*64)%len(raw)] ^= bytes[i+2]
			}
		}
		ok, err := in.Reference()
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		require.NoError(t, quick().solve(assigned(t, in, ok)))
	})
}
