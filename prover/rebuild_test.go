package prover

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/prover/keys"
)

// The development key is what today's modules, compiler and seed make of today's circuit,
// byte for byte, whatever an older cache holds. With CI=true it is made in every run,
// elsewhere once for everything that it depends on.
func TestDevelopmentKeyIsRebuilt(t *testing.T) {
	set, err := devKeys()
	require.NoError(t, err)
	stamp := filepath.Join(keyCache, "rebuilt-"+dependencies(t, set))
	if _, err := os.Stat(stamp); err == nil && os.Getenv("CI") != "true" {
		t.Skip("made before from these modules and this circuit; CI=true makes it again")
	}
	dir := t.TempDir()
	again, err := keyStore(dir).Dev(t.Context(), keys.Step()) // fails unless the key is the committed one
	require.NoError(t, err)
	require.Equal(t, set.KeyHash, again.KeyHash)
	circuit, err := keys.CircuitHash(set.System)
	require.NoError(t, err)
	for _, name := range []string{"proving.key", "verifying.key"} {
		cached, err := os.ReadFile(filepath.Join(keyCache, circuit.Hex()[2:], name))
		require.NoError(t, err)
		made, err := os.ReadFile(filepath.Join(dir, circuit.Hex()[2:], name))
		require.NoError(t, err)
		require.Equal(t, crypto.Keccak256Hash(cached), crypto.Keccak256Hash(made), name)
	}
	require.NoError(t, os.WriteFile(stamp, nil, 0o644))
}

// dependencies is a hash over all that a key is made from.
func dependencies(t *testing.T, set *keys.Set) string {
	circuit, err := keys.CircuitHash(set.System)
	require.NoError(t, err)
	all := append(circuit[:], runtime.Version()...)
	files, err := filepath.Glob("keys/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range append(files, "../go.sum") {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		all = append(all, crypto.Keccak256(data)...)
	}
	return crypto.Keccak256Hash(all).Hex()[2:]
}
