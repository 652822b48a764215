package keys_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/std/rangecheck"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// The test binary is its own key child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, cube(), forgetful(), committed()))
	}
	if len(os.Args) > 1 && os.Args[1] == dyingChild {
		if err := os.WriteFile(filepath.Join(os.Args[3], "proving.key"), []byte("half a key"), 0o600); err != nil {
			os.Exit(1)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	os.Exit(m.Run())
}

// dyingChild is a key child that is killed in the middle of its work.
const dyingChild = "keys-dying-child"

type cubeCircuit struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

func (c *cubeCircuit) Define(api frontend.API) error {
	api.AssertIsEqual(api.Mul(c.X, c.X, c.X), c.Y)
	api.AssertIsEqual(api.Mul(c.Z, c.X), c.Y)
	return nil
}

// forgetfulCircuit has a public input in no constraint, which gnark compiles.
type forgetfulCircuit struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

func (c *forgetfulCircuit) Define(api frontend.API) error {
	api.AssertIsEqual(api.Mul(c.X, c.X, c.X), c.Y)
	return nil
}

type committedCircuit struct {
	X frontend.Variable `gnark:",public"`
}

func (c *committedCircuit) Define(api frontend.API) error {
	rangecheck.New(api).Check(c.X, 20)
	return nil
}

func named(name string, c frontend.Circuit) keys.Circuit {
	return keys.Circuit{Name: name, Compile: func() (constraint.ConstraintSystem, error) {
		return frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, c)
	}}
}

func cube() keys.Circuit      { return named("cube", &cubeCircuit{}) }
func forgetful() keys.Circuit { return named("forgetful", &forgetfulCircuit{}) }
func committed() keys.Circuit { return named("committed", &committedCircuit{}) }

func store(dir string, log *bytes.Buffer) keys.Store {
	return keys.Store{Dir: dir, Child: []string{os.Args[0], keys.ChildCommand}, Progress: log}
}

func TestDevKeysAreDeterministicAndCached(t *testing.T) {
	c := cube()
	c.DevKey = common.Hash{1}
	var hashes []common.Hash
	for range 2 {
		var log bytes.Buffer
		dir := t.TempDir()
		_, err := store(dir, &log).Dev(t.Context(), c)
		require.ErrorIs(t, err, protocol.ErrInvalid, "%s", log.String())
		require.ErrorContains(t, err, "expected "+c.DevKey.Hex())
		files, err := filepath.Glob(filepath.Join(dir, "*", "verifying.key"))
		require.NoError(t, err)
		require.Len(t, files, 1)
		data, err := os.ReadFile(files[0])
		require.NoError(t, err)
		vk := groth16.NewVerifyingKey(ecc.BN254)
		_, err = vk.ReadFrom(bytes.NewReader(data))
		require.NoError(t, err)
		hash, err := keys.Hash(vk)
		require.NoError(t, err)
		hashes = append(hashes, hash)
	}
	require.Equal(t, hashes[0], hashes[1])

	c.DevKey = hashes[0]
	var log bytes.Buffer
	dir := t.TempDir()
	set, err := store(dir, &log).Dev(t.Context(), c)
	require.NoError(t, err)
	require.Equal(t, c.DevKey, set.KeyHash)
	require.Contains(t, log.String(), "making development keys of circuit cube")

	log.Reset()
	cached := store(dir, &log)
	cached.Child = []string{"/nonexistent"}
	set, err = cached.Dev(t.Context(), c)
	require.NoError(t, err, "a warm cache needs no child")
	require.Empty(t, log.String())

	// The keys work.
	w, err := frontend.NewWitness(&cubeCircuit{X: 3, Y: 27, Z: 9}, ecc.BN254.ScalarField())
	require.NoError(t, err)
	proof, err := groth16.Prove(set.System, set.Proving, w)
	require.NoError(t, err)
	public, err := w.Public()
	require.NoError(t, err)
	require.NoError(t, groth16.Verify(proof, set.Verifying, public))

	// Damaged files are made again; both keys are covered.
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no leftovers")
	for _, name := range []string{"proving.key", "verifying.key", "proving.keccak256"} {
		path := filepath.Join(dir, entries[0].Name(), name)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		data[len(data)/2] ^= 0x40
		require.NoError(t, os.WriteFile(path, data, 0o644))
		_, err = store(dir, &log).Dev(t.Context(), c)
		require.NoError(t, err, name)
	}
}

// Keys whose making was cut short are made anew, whether the child was killed or the
// process that waited for it.
func TestKeysCutShortAreMadeAnew(t *testing.T) {
	c := cube()
	c.DevKey = common.Hash{1}
	dir := t.TempDir()
	var log bytes.Buffer
	dying := store(dir, &log)
	dying.Child[1] = dyingChild
	_, err := dying.Dev(t.Context(), c)
	require.ErrorContains(t, err, "killed")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "half a key is left")

	_, err = store(dir, &log).Dev(t.Context(), c)
	require.ErrorContains(t, err, "verifying key of circuit cube is", "the hash is not known here")
	sets, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, sets, 1)
	want, err := os.ReadFile(filepath.Join(sets[0], "proving.key"))
	require.NoError(t, err)
	for _, name := range []string{"proving.key", "verifying.key", "proving.keccak256"} { // in the order of writing
		require.NoError(t, os.Remove(filepath.Join(sets[0], name)))
		_, err = store(dir, &log).Dev(t.Context(), c)
		require.ErrorContains(t, err, "verifying key of circuit cube is", name)
		got, err := os.ReadFile(filepath.Join(sets[0], "proving.key"))
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
}

func TestChainsThatRefuseDevelopmentKeys(t *testing.T) {
	dev := &keys.Set{Circuit: "dot"}
	for _, id := range []uint64{31337, 1337} {
		require.NoError(t, dev.CheckChain(id))
	}
	for _, id := range []uint64{0, 1, 10, 8453, 42161, 31338, 11155111} {
		require.ErrorIs(t, dev.CheckChain(id), protocol.ErrUnauthorized)
		require.NoError(t, (&keys.Set{Deployment: true}).CheckChain(id))
	}
}

func TestChildRefuses(t *testing.T) {
	var log bytes.Buffer
	for _, args := range [][]string{nil, {"cube"}, {"nothing", t.TempDir()}} {
		require.Equal(t, 2, keys.RunChild(args, &log, cube()))
	}
	for name, c := range map[string]keys.Circuit{"lint": forgetful(), "commitments": committed(), "unknown": named("nothing", &cubeCircuit{Y: 1})} {
		_, err := store(t.TempDir(), &log).Dev(context.Background(), c)
		require.Error(t, err, name)
	}
	require.Contains(t, log.String(), "K[2] is at infinity")
	_, err := store(t.TempDir(), nil).Dev(t.Context(), committed())
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = keys.Store{Dir: t.TempDir()}.Dev(t.Context(), cube())
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

// Every way a key is known to have been poisoned, and a few more.
func TestLintRefusesPoisonedKeys(t *testing.T) {
	ccs, err := cube().Compile()
	require.NoError(t, err)
	_, key, err := groth16.Setup(ccs)
	require.NoError(t, err)
	require.NoError(t, keys.Lint(key, 2))

	_, _, g1, g2 := bn254.Generators()
	good := key.(*groth16bn254.VerifyingKey)
	poison := map[string]func(vk *groth16bn254.VerifyingKey){
		"unbound input":    func(vk *groth16bn254.VerifyingKey) { vk.G1.K[1] = bn254.G1Affine{} },
		"unbound constant": func(vk *groth16bn254.VerifyingKey) { vk.G1.K[0] = bn254.G1Affine{} },
		"gamma is delta":   func(vk *groth16bn254.VerifyingKey) { vk.G2.Gamma = vk.G2.Delta },
		"gamma is -delta":  func(vk *groth16bn254.VerifyingKey) { vk.G2.Gamma.Neg(&vk.G2.Delta) },
		"delta generator":  func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta = g2 },
		"gamma generator":  func(vk *groth16bn254.VerifyingKey) { vk.G2.Gamma = g2 },
		"beta infinity":    func(vk *groth16bn254.VerifyingKey) { vk.G2.Beta = bn254.G2Affine{} },
		"alpha generator":  func(vk *groth16bn254.VerifyingKey) { vk.G1.Alpha = g1 },
		"too few inputs":   func(vk *groth16bn254.VerifyingKey) { vk.G1.K = vk.G1.K[:2] },
		"equal inputs":     func(vk *groth16bn254.VerifyingKey) { vk.G1.K[2] = vk.G1.K[1] },
		"opposite inputs":  func(vk *groth16bn254.VerifyingKey) { vk.G1.K[2].Neg(&vk.G1.K[1]) },
		"off the curve":    func(vk *groth16bn254.VerifyingKey) { vk.G1.K[1].Y.SetUint64(5) },
		"off the group":    func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta.Y.A0.SetUint64(5) },
		"a commitment": func(vk *groth16bn254.VerifyingKey) {
			vk.PublicAndCommitmentCommitted = [][]int{{}}
		},
	}
	for name, spoil := range poison {
		vk := *good
		vk.G1.K = append([]bn254.G1Affine(nil), good.G1.K...)
		spoil(&vk)
		require.ErrorIs(t, keys.Lint(&vk, 2), protocol.ErrInvalid, name)
	}
	require.ErrorIs(t, keys.Lint(groth16.NewVerifyingKey(ecc.BLS12_381), 2), protocol.ErrInvalid)
}
