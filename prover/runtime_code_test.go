package prover

import (
	"math/big"
	"math/rand/v2"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// anyKey is a verifying key as a ceremony could make it; its secrets are drawn from rng.
func anyKey(t *testing.T, rng *rand.Rand) *groth16bn254.VerifyingKey {
	t.Helper()
	_, _, g1, g2 := bn254.Generators()
	secret := func() *big.Int { return new(big.Int).SetUint64(rng.Uint64()) }
	key := new(groth16bn254.VerifyingKey)
	key.G1.Alpha.ScalarMultiplication(&g1, secret())
	for _, p := range []*bn254.G2Affine{&key.G2.Beta, &key.G2.Gamma, &key.G2.Delta} {
		p.ScalarMultiplication(&g2, secret())
	}
	key.G1.K = make([]bn254.G1Affine, circuit.PublicInputs+1)
	for i := range key.G1.K {
		key.G1.K[i].ScalarMultiplication(&g1, secret())
	}
	require.NoError(t, key.Precompute())
	return key
}

// Of every key the compiler makes the code that is put together without it, whatever the
// lengths of the key's numbers: shorter ones move all code behind them.
func TestRuntimeCodeIsTheCompilers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	lengths := map[int]bool{}
	for range 3 {
		key := anyKey(t, rng)
		source, err := ExportVerifier(&keys.Set{Verifying: key, Deployment: true}, "StepCeremonyVerifier")
		require.NoError(t, err)
		_, want := compiled(t, "StepCeremonyVerifier", source)
		got, err := runtimeCode(key)
		require.NoError(t, err)
		require.Equal(t, want, got)
		lengths[len(got)] = true
	}
	require.Greater(t, len(lengths), 1, "draw keys whose numbers differ in length")
	development, err := developmentKey()
	require.NoError(t, err)
	code, err := runtimeCode(development)
	require.NoError(t, err)
	require.Equal(t, VerifierCode()[stepVerifierStart:], code)
}

// Nothing but the verifier of its key passes for it: not a contract that accepts
// everything, nor one that refuses everything, nor one that holds the key and does not
// look at it, nor the verifier of another key.
func TestStandInsAreNoVerifiers(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 8))
	key, other := anyKey(t, rng), anyKey(t, rng)
	code, err := runtimeCode(key)
	require.NoError(t, err)
	require.NoError(t, CheckVerifier(key, code))
	require.NoError(t, CheckVerifier(key, append(code[:len(code):len(code)], 0xa1, 0x64)), "what a compiler appends")
	require.NoError(t, CheckDevelopmentVerifier(VerifierCode()[stepVerifierStart:]))

	stop, revert := []byte{0x00}, []byte{0x5f, 0x5f, 0xfd}
	changed := append([]byte(nil), code...)
	changed[rng.IntN(len(changed))] ^= byte(1 + rng.IntN(255))
	for name, bad := range map[string][]byte{
		"none": nil, "accepts": stop, "refuses": revert, "accepts, holds the key": append(stop, code...),
		"changed": changed, "cut off": code[:len(code)-1], "creation code": VerifierCode(),
	} {
		require.ErrorIs(t, CheckVerifier(key, bad), protocol.ErrConflict, name)
		require.ErrorIs(t, CheckDevelopmentVerifier(bad), protocol.ErrConflict, name)
	}
	require.ErrorIs(t, CheckVerifier(other, code), protocol.ErrConflict)
	require.ErrorIs(t, CheckDevelopmentVerifier(code), protocol.ErrConflict)

	short := anyKey(t, rng)
	short.G1.K = short.G1.K[:len(short.G1.K)-1]
	require.ErrorIs(t, CheckVerifier(short, code), protocol.ErrInvalid, "of another circuit")
}
