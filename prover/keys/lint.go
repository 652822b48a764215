package keys

import (
	"fmt"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"

	"github.com/dgrid-network/dgrid/protocol"
)

// Lint refuses verifying keys that would accept what they must not, with an error
// that wraps protocol.ErrInvalid. It checks what is known to have gone wrong in
// the field:
//
//   - K[i] at infinity: public input i appears in no constraint, so a proof
//     verifies for any value of it;
//   - two K equal up to sign: two public inputs can be shifted into each other;
//   - gamma = delta, or one of them the generator: the second phase of the setup
//     was skipped, and proofs can be forged from the key alone;
//   - a commitment key, a wrong number of public inputs, points outside the group.
func Lint(key groth16.VerifyingKey, public int) error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("lint verifying key: %s: %w", fmt.Sprintf(format, args...), protocol.ErrInvalid)
	}
	vk, ok := key.(*groth16bn254.VerifyingKey)
	if !ok {
		return fail("not a BN254 key")
	}
	if len(vk.CommitmentKeys) != 0 || len(vk.PublicAndCommitmentCommitted) != 0 {
		return fail("has commitments")
	}
	if len(vk.G1.K) != public+1 {
		return fail("%d public inputs instead of %d", len(vk.G1.K)-1, public)
	}
	_, _, g1, g2 := bn254.Generators()
	seen := make(map[string]int, len(vk.G1.K))
	for i := range vk.G1.K {
		k := &vk.G1.K[i]
		if k.IsInfinity() {
			return fail("K[%d] is at infinity: that public input is in no constraint", i)
		}
		if !k.IsOnCurve() {
			return fail("K[%d] is not on the curve", i)
		}
		// The x coordinate is the point up to its sign.
		if j, twice := seen[k.X.String()]; twice {
			return fail("K[%d] and K[%d] are the same point", j, i)
		}
		seen[k.X.String()] = i
	}
	if a := &vk.G1.Alpha; a.IsInfinity() || !a.IsOnCurve() || a.Equal(&g1) {
		return fail("alpha is not a secret point")
	}
	points := []struct {
		name string
		p    *bn254.G2Affine
	}{{"beta", &vk.G2.Beta}, {"gamma", &vk.G2.Gamma}, {"delta", &vk.G2.Delta}}
	for i, a := range points {
		if a.p.IsInfinity() || !a.p.IsOnCurve() || !a.p.IsInSubGroup() {
			return fail("%s is not in the group", a.name)
		}
		if a.p.X.Equal(&g2.X) {
			return fail("%s is the generator", a.name)
		}
		for _, b := range points[:i] {
			if a.p.X.Equal(&b.p.X) {
				return fail("%s equals %s", b.name, a.name)
			}
		}
	}
	return nil
}
