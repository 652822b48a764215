package ceremony

import (
	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"

	"github.com/dgrid-network/dgrid/prover/keys"
)

// Example returns a circuit of a few constraints, to try ceremonies with.
func Example() keys.Circuit {
	return keys.Circuit{Name: "example", Compile: func() (constraint.ConstraintSystem, error) {
		return frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &example{})
	}}
}

// example knows a number whose cube plus 5 is Y and that divides it into Z.
type example struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

// Define declares the constraints.
func (c *example) Define(api frontend.API) error {
	api.AssertIsEqual(api.Add(api.Mul(c.X, c.X, c.X), 5), c.Y)
	api.AssertIsEqual(api.Mul(c.Z, c.X), c.Y)
	return nil
}
