package circuit

import (
	"encoding/binary"
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/witness"
	"github.com/consensys/gnark/frontend"
	"github.com/stretchr/testify/require"
)

// quickWitness is frontend.NewWitness without reflection, which takes longer than
// solving does. TestQuickWitness holds the one to the other.
func quickWitness(t testing.TB, c *Step) witness.Witness {
	const secret = 3*(75+4) + len(c.Halves) + len(c.Bytes) + len(c.Scales) + 2 + 6
	raw := make([]byte, 12, 12+32*(PublicInputs+secret))
	binary.BigEndian.PutUint32(raw, PublicInputs)
	binary.BigEndian.PutUint32(raw[4:], uint32(secret))
	binary.BigEndian.PutUint32(raw[8:], PublicInputs+uint32(secret))
	put := func(values ...frontend.Variable) {
		for _, v := range values {
			var word [32]byte
			switch v := v.(type) {
			case uint64:
				binary.BigEndian.PutUint64(word[24:], v)
			case int:
				if v < 0 {
					new(big.Int).Add(ecc.BN254.ScalarField(), big.NewInt(int64(v))).FillBytes(word[:])
				} else {
					binary.BigEndian.PutUint64(word[24:], uint64(v))
				}
			case *big.Int:
				new(big.Int).Mod(v, ecc.BN254.ScalarField()).FillBytes(word[:])
			}
			raw = append(raw, word[:]...)
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
	w, err := witness.New(ecc.BN254.ScalarField())
	require.NoError(t, err)
	require.NoError(t, w.UnmarshalBinary(raw))
	return w
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
