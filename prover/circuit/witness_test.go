package circuit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/frontend"
	"github.com/stretchr/testify/require"
)

// quickWitness is frontend.NewWitness without reflection, which takes longer than
// solving does. TestQuickWitness holds the one to the other.
func quickWitness(t testing.TB, c *Step) witness.Witness {
	values := elements(c, nil)
	var raw bytes.Buffer
	require.NoError(t, binary.Write(&raw, binary.BigEndian, []uint32{PublicInputs, uint32(len(values) - PublicInputs)}))
	_, err := values.WriteTo(&raw)
	require.NoError(t, err)
	w, err := witness.New(ecc.BN254.ScalarField())
	require.NoError(t, err)
	require.NoError(t, w.UnmarshalBinary(raw.Bytes()))
	return w
}

// elements appends the values of a witness in the order of the circuit's wires.
func elements(c *Step, to fr.Vector) fr.Vector {
	put := func(values ...frontend.Variable) {
		for _, v := range values {
			var e fr.Element
			switch v := v.(type) {
			case uint64:
				if v < 2 {
					e = bitElements[v]
				} else {
					e.SetUint64(v)
				}
			case int:
				if v != 0 {
					e.SetInt64(int64(v))
				}
			case int64:
				e.SetInt64(v)
			case *big.Int:
				e.SetBigInt(v)
			default:
				panic(fmt.Sprintf("value of type %T", v))
			}
			to = append(to, e)
		}
	}
	put(c.A, c.B, c.O, c.Word, c.Parameters)
	for i := range c.Slots {
		put(c.Slots[i].Words[:]...)
		for _, r := range c.Slots[i].Reads {
			put(r.Word, r.Limb)
		}
	}
	put(c.Halves[:]...)
	put(c.Bytes[:]...)
	put(c.Scales[:]...)
	put(c.Division.Quotient, c.Division.Remainder)
	r := &c.Root
	put(r.Mean, r.MeanRest, r.HalfZeros, r.Root, r.Inverse, r.Rest)
	return to
}

func TestQuickWitness(t *testing.T) {
	for _, op := range operations() {
		in := example(3, op, true)
		c, _, err := in.Assign(true)
		require.NoError(t, err)
		want, err := frontend.NewWitness(c, ecc.BN254.ScalarField())
		require.NoError(t, err)
		require.Equal(t, want.Vector(), quickWitness(t, c).Vector())
	}
}
