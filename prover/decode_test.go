package prover

import (
	"math/rand/v2"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/internal/cost"
)

// What a proof from a stranger may cost: one that is no encoding of points next to nothing,
// any other one a pairing. A proof has 256 bytes, by its type, before anything is read.
const (
	decodeBytes  = 16 << 10
	pairingBytes = 1 << 20
)

// Proofs with every flag of every point, points off the curve and out of the group, and
// random bytes.
func TestMalformedProofsCostLittle(t *testing.T) {
	p, l := testProver(t), wideLayer(1, 40)
	proof, inputs, err := p.Prove(t.Context(), l.step(t, 0, 0), true)
	require.NoError(t, err)
	require.NoError(t, p.Verify(proof, inputs)) // what is made once is there now

	r := rand.New(rand.NewPCG(25, 26))
	var bad []Proof
	for _, at := range []int{0, 64, 192} {
		for flags := range 8 {
			for _, point := range []func(b []byte){
				func([]byte) {},
				func(b []byte) { clear(b) },
				func(b []byte) { b[31] ^= 1 },
			} {
				b := proof
				point(b[at:min(at+128, ProofSize)])
				b[at] = b[at]&0x1f | byte(flags)<<5
				bad = append(bad, b)
			}
		}
	}
	for range 200 {
		var b Proof
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		b[0], b[64], b[192] = b[0]&0x1f, b[64]&0x1f, b[192]&0x1f // below the modulus, mostly
		bad = append(bad, b)
	}
	_, _, g1, g2 := bn254.Generators()
	a, b := g1.RawBytes(), g2.RawBytes()
	bad = append(bad, Proof(append(append(append([]byte(nil), a[:]...), b[:]...), a[:]...)))

	refused, paired := uint64(0), uint64(0)
	for _, b := range bad {
		var decoding, verifying error
		spent := cost.Allocated(func() { _, decoding = decode(b) })
		whole := cost.Allocated(func() { verifying = p.Verify(b, inputs) })
		if b == proof {
			require.NoError(t, verifying)
			continue
		}
		require.ErrorIs(t, verifying, protocol.ErrInvalid)
		if decoding != nil {
			refused = max(refused, spent, whole)
		} else {
			paired = max(paired, whole)
		}
	}
	t.Logf("a malformed proof allocates %d bytes at most, a false one %d", refused, paired)
	require.Less(t, refused, uint64(decodeBytes))
	require.Less(t, paired, uint64(pairingBytes))
	require.Positive(t, paired)
}
