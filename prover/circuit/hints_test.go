package circuit

import (
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/stretchr/testify/require"
)

// The constraint system takes two hints, the bits of a number and the inverse in a zero
// test: whoever replaces these replaced all.
func TestTheCircuitTakesTwoHints(t *testing.T) {
	ccs := compiled().(*cs.R1CS)
	seen, hints := map[solver.HintID]int{}, 0
	for _, packed := range ccs.Instructions {
		switch b := ccs.Blueprints[packed.BlueprintID].(type) {
		case constraint.BlueprintHint:
			var h constraint.HintMapping
			b.DecompressHint(&h, packed.Unpack(&ccs.System))
			seen[h.HintID]++
			hints++
		case constraint.BlueprintR1C:
		default: // one that solves itself computes unseen
			require.Fail(t, "instruction of another kind", "%T", b)
		}
	}
	require.Len(t, seen, 2)
	require.Positive(t, seen[bitsHint])
	require.Positive(t, seen[inverseHint])
	require.Equal(t, map[solver.HintID]string{
		bitsHint:    "github.com/consensys/gnark/std/math/bits.nBits",
		inverseHint: solver.GetHintName(solver.InvZeroHint),
	}, ccs.MHintsDependencies)
	t.Logf("%d hints: %d of bits, %d of inverses", hints, seen[bitsHint], seen[inverseHint])
}

// Each hint of the circuit, one at a time, gives another answer: bits of another number,
// or of the same one with a two among them, or another inverse. No statement has a second
// witness, but for the inverse of zero, which is without effect. Every hint is caught by
// some statement.
func TestEveryHintIsHeld(t *testing.T) {
	p := quick() // the digests take no hint
	caught, all := map[int]bool{}, []int(nil)
	for i := range p.steps {
		if p.steps[i].hint != 0 {
			all = append(all, i)
		}
	}
	for round := 0; len(caught) < len(all) && round < 12; round++ { // nearly all in the first one
		for _, op := range operations() {
			r := rand.New(rand.NewPCG(18, uint64(op)))
			right := int(op)%2 == round%2
			c := assigned(t, example(18+uint64(round), op, right), right)
			for _, target := range all {
				if round > 0 && caught[target] {
					continue
				}
				effect := true
				err := p.solveWith(c, func(i int, in *fr.Element, out []fr.Element) {
					if i == target {
						effect = p.steps[i].hint == bitsHint || !in.IsZero()
						lieOfHint(r, out)
					}
				})
				if effect {
					require.Error(t, err, "op %d, instruction %d", op, target)
					caught[target] = true
				} else {
					require.NoError(t, err, "op %d, instruction %d", op, target)
				}
			}
		}
	}
	require.Len(t, caught, len(all))
}

// lieOfHint changes the outputs of a hint: one alone, or two so that their sum stays.
func lieOfHint(r *rand.Rand, out []fr.Element) {
	one, at := fr.One(), r.IntN(len(out))
	if at+1 < len(out) && r.IntN(2) == 0 {
		out[at].Add(&out[at], &one).Add(&out[at], &one)
		out[at+1].Sub(&out[at+1], &one)
		return
	}
	if out[at].IsZero() {
		out[at].SetOne()
	} else {
		out[at].Sub(&out[at], &one)
	}
}
