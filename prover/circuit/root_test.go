package circuit

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// rsqrtOf claims the inverse root, or the zeros, of a mean of squares rightly; a mean that
// has none has a claim of 0.
func rsqrtOf(squares int64, x, y uint32, first bool) *StepInput {
	in := &StepInput{Statement: step.Statement{Op: step.OpRsqrt, First: first, X: x, Y: y, B: step.Unused}}
	in.Statement.A, in.A = operandOf(chunk.Wide80, [2]int{}, squares)
	in.Statement.O, in.O = operandOf(chunk.Wide80, [2]int{}, 0)
	if want, err := in.Result(); err == nil {
		set(in.O, in.Statement.O, 0, want)
	}
	return in
}

// Each range check of the root has an attack that works without it. One check is not
// listed, since it follows from others: whatever lies within 33 bits on both sides of its
// square is a root of 32 bits.
func TestEveryCheckOfTheRootIsNeeded(t *testing.T) {
	// lieAboutRoot claims what another mean, or other zeros of the right one, make.
	lieAboutRoot := func(mean, rest int64, halfZeros int) *Step {
		in := rsqrtOf(50, 10, 1, false)
		c := assigned(t, in, true)
		v := big.NewInt(mean + 1)
		r := &root{halfZeros: big.NewInt(int64(halfZeros))}
		r.root = new(big.Int).Sqrt(new(big.Int).Lsh(v, uint(2*halfZeros)))
		r.inverse, r.inverseRest = new(big.Int).DivMod(pow2(63), r.root, new(big.Int))
		lieAbout(t, in, c, new(big.Int).Sub(r.inverse, toBig(c.Root.Inverse)).Int64())
		c.Root = Root{Mean: big.NewInt(mean), MeanRest: big.NewInt(rest), HalfZeros: r.halfZeros, Root: r.root, Inverse: r.inverse, Rest: r.inverseRest}
		c.Division.Quotient = r.inverse
		return c
	}
	// lieAboutInverse claims another quotient by the right root.
	lieAboutInverse := func(by int64) *Step {
		in := rsqrtOf(50, 10, 1, false)
		c := assigned(t, in, true)
		add(&c.Root.Inverse, by)
		c.Root.Rest = new(big.Int).Sub(toBig(c.Root.Rest), new(big.Int).Mul(big.NewInt(by), toBig(c.Root.Root)))
		c.Division.Quotient = c.Root.Inverse
		lieAbout(t, in, c, by)
		return c
	}
	for omit, attacks := range map[check]map[string]func() *Step{
		meanRestCheck: {
			"a mean too small": func() *Step { return lieAboutRoot(4, 10, 30) },
			"a mean too large": func() *Step { return lieAboutRoot(6, -10, 30) },
		},
		normalCheck: {"zeros too few": func() *Step { return lieAboutRoot(5, 0, 29) }},
		rootCheck: {"a root too large": func() *Step {
			in := rsqrtOf(50, 10, 1, false)
			c := assigned(t, in, true)
			add(&c.Root.Root, 1)
			q, rest := new(big.Int).DivMod(pow2(63), toBig(c.Root.Root), new(big.Int))
			lieAbout(t, in, c, new(big.Int).Sub(q, toBig(c.Root.Inverse)).Int64())
			c.Root.Inverse, c.Root.Rest, c.Division.Quotient = q, rest, q
			return c
		}},
		inverseRestCheck: {
			"an inverse too small": func() *Step { return lieAboutInverse(-1) },
			"an inverse too large": func() *Step { return lieAboutInverse(1) },
		},
		// What has no proof gets one: squares below zero have the mean -1.
		meanCheck: {"a mean below zero": func() *Step { return forge(t, rsqrtOf(-1, 3, 2, false), true) }},
		// What is true has a second witness: any rest has an inverse in the field.
		inverseCheck: {"an inverse out of range": func() *Step {
			c := assigned(t, rsqrtOf(50, 10, 1, true), true)
			add(&c.Root.Rest, 1)
			r := ecc.BN254.ScalarField()
			by := new(big.Int).ModInverse(toBig(c.Root.Root), r)
			c.Root.Inverse = by.Mul(by, new(big.Int).Sub(pow2(63), toBig(c.Root.Rest))).Mod(by, r)
			return c
		}},
	} {
		for name, attack := range attacks {
			lie := attack()
			require.Error(t, quick().solve(lie), name)
			require.NoError(t, without(t, digestCheck|omit).solve(lie), "%s: the attack itself does not work", name)
		}
	}
}
