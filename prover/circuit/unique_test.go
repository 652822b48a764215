package circuit

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/step"
)

// system is the constraints in a form to differentiate them.
type system struct {
	r1cs   []constraint.R1C
	coeffs []fr.Element
	uses   [][]int // constraints of a wire
}

func newSystem(ccs *cs.R1CS) *system {
	s := &system{r1cs: ccs.GetR1Cs(), coeffs: ccs.Coefficients}
	s.uses = make([][]int, ccs.GetNbPublicVariables()+ccs.GetNbSecretVariables()+ccs.GetNbInternalVariables())
	for i, c := range s.r1cs {
		for _, side := range []constraint.LinearExpression{c.L, c.R, c.O} {
			for _, term := range side {
				if u := s.uses[term.VID]; len(u) == 0 || u[len(u)-1] != i {
					s.uses[term.VID] = append(u, i)
				}
			}
		}
	}
	return s
}

// slopes returns how a constraint's L*R - O changes with each of its wires that is not
// fixed, leaving out those where it does not.
func (s *system) slopes(i int, values fr.Vector, fixed []bool) map[uint32]fr.Element {
	var l, r fr.Element
	for _, side := range []struct {
		terms constraint.LinearExpression
		sum   *fr.Element
	}{{s.r1cs[i].L, &l}, {s.r1cs[i].R, &r}} {
		for _, t := range side.terms {
			var x fr.Element
			side.sum.Add(side.sum, x.Mul(&s.coeffs[t.CID], &values[t.VID]))
		}
	}
	slopes := map[uint32]fr.Element{}
	one := fr.One()
	var minus fr.Element
	minus.Neg(&one)
	for _, side := range []struct {
		terms constraint.LinearExpression
		by    *fr.Element
	}{{s.r1cs[i].L, &r}, {s.r1cs[i].R, &l}, {s.r1cs[i].O, &minus}} {
		for _, t := range side.terms {
			if fixed[t.VID] {
				continue
			}
			slope, x := slopes[t.VID], fr.Element{}
			slope.Add(&slope, x.Mul(&s.coeffs[t.CID], side.by))
			slopes[t.VID] = slope
		}
	}
	for v, slope := range slopes {
		if slope.IsZero() {
			delete(slopes, v)
		}
	}
	return slopes
}

// loose returns the wires that can be moved a little from a solution without leaving
// it, given that the fixed ones stay: it follows constraints that hold but one wire.
func (s *system) loose(values fr.Vector, fixed []bool) []int {
	queue, queued := make([]int, len(s.r1cs)), make([]bool, len(s.r1cs))
	for i := range queue {
		queue[i], queued[i] = i, true
	}
	for len(queue) > 0 {
		i := queue[0]
		queue, queued[i] = queue[1:], false
		slopes := s.slopes(i, values, fixed)
		if len(slopes) != 1 {
			continue
		}
		for v := range slopes {
			fixed[v] = true
			for _, j := range s.uses[v] {
				if !queued[j] {
					queue, queued[j] = append(queue, j), true
				}
			}
		}
	}
	var free []int
	for v := range fixed {
		if !fixed[v] {
			free = append(free, v)
		}
	}
	return free
}

// held returns the wires of a statement that its public inputs and chunks do not hold.
func (s *system) held(t *testing.T, ccs *cs.R1CS, in *StepInput) (values fr.Vector, free []int) {
	ok, err := in.Reference()
	require.NoError(t, err)
	solution, err := ccs.Solve(quickWitness(t, assigned(t, in, ok)))
	require.NoError(t, err)
	values = solution.(*cs.R1CSSolution).W
	public := ccs.GetNbPublicVariables()
	fixed := make([]bool, len(s.uses))
	for v := range public {
		fixed[v] = true
	}
	// The words are held by the digests, which nobody can invert.
	const perSlot = 75 + 4
	for slot := range 3 {
		for w := range 75 {
			fixed[public+slot*perSlot+w] = true
		}
	}
	return values, s.loose(values, fixed)
}

// Given the chunks, a statement has one witness: every wire is held in its place by a
// constraint, whoever computed it, and cannot move a little. The exceptions have no
// effect: the inverse in a zero test of zero. That no wire can jump to another place is
// for the range checks, and for TestEveryCheckIsNeeded.
func TestEveryWireIsHeld(t *testing.T) {
	ccs := compiled().(*cs.R1CS)
	s := newSystem(ccs)
	chosen := ccs.GetNbPublicVariables() + ccs.GetNbSecretVariables()
	for _, op := range operations() {
		for _, right := range []bool{true, false} {
			values, free := s.held(t, ccs, example(51, op, right))
			for _, v := range free {
				require.GreaterOrEqual(t, v, chosen, "op %d: the prover chooses", op)
				for _, i := range s.uses[v] {
					all := make([]bool, len(s.uses))
					for w := range all {
						all[w] = w != v
					}
					require.Empty(t, s.slopes(i, values, all), "op %d: wire %d moves constraint %d", op, v, i)
				}
			}
		}
	}
	// Without its check, a value floats.
	for omit, op := range map[check]step.Op{halvesCheck: step.OpSum, bytesCheck: step.OpMix} {
		ccs := lacking(t, omit).(*cs.R1CS)
		_, free := newSystem(ccs).held(t, ccs, example(52, op, false))
		require.Less(t, free[0], chosen, "op %d", op)
	}
}
