package ceremony

import (
	"bytes"
	"context"
	cryptorand "crypto/rand"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/std/rangecheck"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// The test binary is its own key child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, named("cube", &cubeCircuit{})))
	}
	code := m.Run()
	if fixture.dir != "" {
		_ = os.RemoveAll(fixture.dir)
	}
	os.Exit(code)
}

// cubeCircuit knows a root of Y that divides it into Z.
type cubeCircuit struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

func (c *cubeCircuit) Define(api frontend.API) error {
	api.AssertIsEqual(api.Add(api.Mul(c.X, c.X, c.X), 5), c.Y)
	api.AssertIsEqual(api.Mul(c.Z, c.X), c.Y)
	return nil
}

type otherCircuit struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

func (c *otherCircuit) Define(api frontend.API) error {
	api.AssertIsEqual(api.Add(api.Mul(c.X, c.X, c.X), 7), c.Y)
	api.AssertIsEqual(api.Mul(c.Z, c.X), c.Y)
	return nil
}

// forgetfulCircuit has a public input in no constraint.
type forgetfulCircuit struct {
	X    frontend.Variable
	Y, Z frontend.Variable `gnark:",public"`
}

func (c *forgetfulCircuit) Define(api frontend.API) error {
	api.AssertIsEqual(api.Add(api.Mul(c.X, c.X, c.X), 5), c.Y)
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

func compiled(t testing.TB, name string, c frontend.Circuit) Circuit {
	t.Helper()
	out, err := Compile(named(name, c), 1)
	require.NoError(t, err)
	return out
}

func cube(t testing.TB) Circuit { t.Helper(); return compiled(t, "cube", &cubeCircuit{}) }

func beacon(b byte) Beacon {
	value := bytes.Repeat([]byte{b}, 32)
	value[0]++
	return Beacon{Value: value, Source: "round of a test"}
}

// The stages of a ceremony of two contributors that the tests start from.
const (
	begun    = iota
	powers1  // one contribution to phase 1
	powers2  // two
	powered  // phase 1 sealed
	circuit1 // one contribution to phase 2
	circuit2 // two
	finished // phase 2 sealed
	stages
)

// fixture is one ceremony, kept at each of its stages.
var fixture struct {
	once sync.Once
	dir  string
	err  error
}

func makeFixture(t testing.TB) error {
	var err error
	if fixture.dir, err = os.MkdirTemp("", "ceremony-"); err != nil {
		return err
	}
	work := filepath.Join(fixture.dir, "work")
	c, err := Create(t.Context(), work, cube(t), Options{MinContributions: 2}, nil)
	if err != nil {
		return err
	}
	for stage := range stages {
		switch stage {
		case powers1, circuit1:
			_, err = c.Contribute(t.Context(), Contribution{Name: "ada"})
		case powers2, circuit2:
			_, err = c.Contribute(t.Context(), Contribution{Trust: true})
		case powered:
			_, err = c.Seal(t.Context(), 1, beacon(1))
		case finished:
			_, err = c.Seal(t.Context(), 2, beacon(2))
		}
		if err != nil {
			return err
		}
		if err := os.CopyFS(stageDir(stage), os.DirFS(work)); err != nil {
			return err
		}
	}
	return nil
}

func stageDir(stage int) string { return filepath.Join(fixture.dir, string(rune('0'+stage))) }

// at returns a ceremony of its own at a stage.
func at(t *testing.T, stage int) *Transcript {
	t.Helper()
	fixture.once.Do(func() { fixture.err = makeFixture(t) })
	require.NoError(t, fixture.err)
	dir := filepath.Join(t.TempDir(), "c")
	require.NoError(t, os.CopyFS(dir, os.DirFS(stageDir(stage))))
	c, err := Open(dir, cube(t), nil)
	require.NoError(t, err)
	return c
}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == lockFile {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[name] = data
		return err
	}))
	return out
}

func TestThreePartiesMakeKeysThatProve(t *testing.T) {
	var log bytes.Buffer
	dir := filepath.Join(t.TempDir(), "new", "ceremony")
	circuit := cube(t)
	_, err := Create(t.Context(), dir, circuit, Options{MinContributions: 2}, &log)
	require.NoError(t, err)

	// Each party opens the folder for itself: two contributors and a coordinator.
	party := func() *Transcript {
		c, err := Open(dir, circuit, &log)
		require.NoError(t, err)
		return c
	}
	var hashes []common.Hash
	for phase := 1; phase <= 2; phase++ {
		for n, name := range []string{"Ada of the <first> kind", ""} {
			r, err := party().Contribute(t.Context(), Contribution{Name: name})
			require.NoError(t, err)
			require.Equal(t, [2]int{phase, n + 1}, [2]int{r.Phase, r.Sequence})
			require.Equal(t, name, r.Contributor)
			hashes = append(hashes, r.Hash)
		}
		report, err := party().Verify(t.Context())
		require.NoError(t, err)
		require.Nil(t, report.Keys)
		sealed, err := party().Seal(t.Context(), phase, beacon(byte(phase)))
		require.NoError(t, err)
		hashes = append(hashes, sealed.Hash)
	}
	report, err := party().Verify(t.Context())
	require.NoError(t, err)
	require.True(t, report.KeyFiles)
	require.Len(t, report.Checked, 8, "manifest, four contributions, two seals, files")
	require.Equal(t, hashes[len(hashes)-1], report.State.Head())
	for _, h := range hashes {
		require.True(t, report.State.Includes(h))
	}
	require.False(t, report.State.Includes(common.Hash{1}))
	require.Contains(t, log.String(), "phase 2: checking contribution 2 of 2")

	sealed, err := Load(dir, circuit, report.Keys.VerifyingKey)
	require.NoError(t, err)
	require.True(t, sealed.Deployment)
	require.NoError(t, sealed.CheckChain(1))
	hash, err := keys.Hash(sealed.Verifying)
	require.NoError(t, err)
	require.Equal(t, report.Keys.VerifyingKey, hash)

	// A true statement has a proof under these keys and a false one has none. Proofs
	// under the development keys, which anyone can forge, do not hold under them.
	w, err := frontend.NewWitness(&cubeCircuit{X: 5, Y: 130, Z: 26}, ecc.BN254.ScalarField())
	require.NoError(t, err)
	public, err := w.Public()
	require.NoError(t, err)
	proof, err := groth16.Prove(sealed.System, sealed.Proving, w)
	require.NoError(t, err)
	require.NoError(t, groth16.Verify(proof, sealed.Verifying, public))
	other, err := frontend.NewWitness(&cubeCircuit{Y: 130, Z: 27}, ecc.BN254.ScalarField(), frontend.PublicOnly())
	require.NoError(t, err)
	require.Error(t, groth16.Verify(proof, sealed.Verifying, other))

	pk, vk := developmentKeys(t)
	weak, err := groth16.Prove(sealed.System, pk, w)
	require.NoError(t, err)
	require.NoError(t, groth16.Verify(weak, vk, public))
	require.Error(t, groth16.Verify(weak, sealed.Verifying, public))
	require.Error(t, groth16.Verify(proof, vk, public))
}

// developmentKeys makes the development keys of the circuit in a child process.
func developmentKeys(t *testing.T) (groth16.ProvingKey, groth16.VerifyingKey) {
	t.Helper()
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), os.Args[0], keys.ChildCommand, "cube", dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	pk, vk := groth16.NewProvingKey(ecc.BN254), groth16.NewVerifyingKey(ecc.BN254)
	for name, read := range map[string]func([]byte) error{
		provingFile:   func(b []byte) error { _, err := pk.ReadFrom(bytes.NewReader(b)); return err },
		verifyingFile: func(b []byte) error { _, err := vk.ReadFrom(bytes.NewReader(b)); return err },
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, read(data))
	}
	return pk, vk
}

func TestSealFollowsFromTranscriptAndBeacon(t *testing.T) {
	a, b := at(t, circuit2), at(t, circuit2)
	for _, c := range []*Transcript{a, b} {
		_, err := c.Seal(t.Context(), 2, beacon(2))
		require.NoError(t, err)
	}
	require.Equal(t, files(t, a.dir), files(t, b.dir))
	require.Equal(t, files(t, stageDir(finished)), files(t, a.dir))

	c := at(t, circuit2)
	s, err := c.Seal(t.Context(), 2, beacon(3))
	require.NoError(t, err)
	state, err := Read(a.dir)
	require.NoError(t, err)
	require.NotEqual(t, state.Phases[1].Sealed.Keys.VerifyingKey, s.Keys.VerifyingKey, "another beacon, another key")
}

func TestContributionsAreRandom(t *testing.T) {
	for _, stage := range []int{begun, powered} {
		a, b := at(t, stage), at(t, stage)
		first, err := a.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
		second, err := b.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
		require.NotEqual(t, first.SHA256, second.SHA256)
	}
}

type seeded struct{ *rand.ChaCha8 }

func TestReplacedRandomnessIsRefused(t *testing.T) {
	create := at(t, begun)
	contribute, verify, seal := at(t, begun), at(t, powers2), at(t, powers2)
	before := files(t, contribute.dir)
	saved := cryptorand.Reader
	cryptorand.Reader = seeded{rand.NewChaCha8([32]byte{})}
	defer func() { cryptorand.Reader = saved }()

	_, err := Create(t.Context(), filepath.Join(t.TempDir(), "x"), Circuit{Name: "cube", System: create.system}, Options{MinContributions: 1}, nil)
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	for _, trust := range []bool{false, true} {
		_, err = contribute.Contribute(t.Context(), Contribution{Trust: trust})
		require.ErrorIs(t, err, protocol.ErrUnauthorized)
	}
	_, err = verify.Verify(t.Context())
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	_, err = seal.Seal(t.Context(), 1, beacon(1))
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	require.Equal(t, before, files(t, contribute.dir))
}

func TestWrongCircuits(t *testing.T) {
	dir := at(t, powers1).dir
	for name, c := range map[string]Circuit{
		"another circuit": compiled(t, "cube", &otherCircuit{}),
		"another name":    compiled(t, "cuboid", &cubeCircuit{}),
		"another version": {Name: "cube", System: cube(t).System, SpecVersion: 2},
	} {
		_, err := Open(dir, c, nil)
		require.ErrorIs(t, err, protocol.ErrConflict, name)
	}
	_, err := Open(t.TempDir(), cube(t), nil)
	require.ErrorIs(t, err, protocol.ErrNotFound)

	// Circuits whose keys would be refused at the end are refused at the start.
	for name, c := range map[string]Circuit{
		"unbound input": compiled(t, "cube", &forgetfulCircuit{}),
		"commitments":   compiled(t, "cube", &committedCircuit{}),
		"a bad name":    compiled(t, "../cube", &cubeCircuit{}),
		"none":          {Name: "cube"},
	} {
		dir := filepath.Join(t.TempDir(), "new")
		_, err := Create(t.Context(), dir, c, Options{MinContributions: 1}, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		_, err = os.Stat(filepath.Join(dir, manifestFile))
		require.ErrorIs(t, err, os.ErrNotExist, name)
	}
	for _, n := range []int{-1, 0, maxContributions + 1} {
		_, err := Create(t.Context(), t.TempDir(), cube(t), Options{MinContributions: n}, nil)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
	_, err = Create(t.Context(), dir, cube(t), Options{MinContributions: 1}, nil)
	require.ErrorIs(t, err, protocol.ErrConflict, "a folder that is not empty")
}

func TestWrongOrder(t *testing.T) {
	ctx := t.Context()
	for _, x := range []struct {
		stage, phase int
		beacon       Beacon
		want         error
	}{
		{powers1, 1, beacon(1), protocol.ErrConflict}, // too few
		{begun, 2, beacon(1), protocol.ErrConflict},
		{powers2, 2, beacon(1), protocol.ErrConflict},
		{powered, 1, beacon(2), protocol.ErrConflict},
		{powered, 2, beacon(2), protocol.ErrConflict},  // phase 2 skipped
		{circuit1, 2, beacon(2), protocol.ErrConflict}, // too few
		{finished, 2, beacon(2), protocol.ErrConflict},
		{circuit2, 3, beacon(2), protocol.ErrConflict},
		{circuit2, 2, beacon(1), protocol.ErrInvalid}, // used already
		{circuit2, 2, Beacon{Value: beacon(2).Value[1:], Source: "s"}, protocol.ErrInvalid},
		{circuit2, 2, Beacon{Value: make([]byte, 32), Source: "s"}, protocol.ErrInvalid},
		{circuit2, 2, Beacon{Value: make([]byte, 65), Source: "s"}, protocol.ErrInvalid},
		{circuit2, 2, Beacon{Value: beacon(2).Value}, protocol.ErrInvalid},
		{circuit2, 2, Beacon{Value: beacon(2).Value, Source: "\x1b[2J"}, protocol.ErrInvalid},
	} {
		c := at(t, x.stage)
		before := files(t, c.dir)
		_, err := c.Seal(ctx, x.phase, x.beacon)
		require.ErrorIs(t, err, x.want, "%+v", x)
		require.Equal(t, before, files(t, c.dir))
	}
	_, err := at(t, finished).Contribute(ctx, Contribution{})
	require.ErrorIs(t, err, protocol.ErrConflict)
	for _, name := range []string{"a\nb", "\xff", "\u202e", string(make([]byte, maxText+1))} {
		_, err := at(t, begun).Contribute(ctx, Contribution{Name: name})
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	c := at(t, powers2)
	unlock, err := c.lock()
	require.NoError(t, err)
	again, err := Open(c.dir, cube(t), nil)
	require.NoError(t, err)
	_, err = again.Contribute(t.Context(), Contribution{})
	require.ErrorIs(t, err, protocol.ErrConflict)
	_, err = again.Seal(t.Context(), 1, beacon(1))
	require.ErrorIs(t, err, protocol.ErrConflict)
	_, err = again.Verify(t.Context())
	require.NoError(t, err, "reading needs no lock")
	unlock()
	_, err = again.Contribute(t.Context(), Contribution{})
	require.NoError(t, err)
}

func TestInterruptedContribution(t *testing.T) {
	for _, stage := range []int{powers1, circuit1} {
		c := at(t, stage)
		before := files(t, c.dir)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Contribute(ctx, Contribution{})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, files(t, c.dir))

		// The process died between the parameters and their record, and once in the
		// middle of a file.
		phase := 1 + stage/circuit1
		left := paramsPath(c.dir, phase, 2)
		require.NoError(t, os.WriteFile(left, []byte("half"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(left), ".tmp-123"), []byte("half"), 0o644))
		state, err := Read(c.dir)
		require.NoError(t, err)
		require.Equal(t, left, state.Unfinished)
		_, err = c.Verify(t.Context())
		require.NoError(t, err)
		_, err = c.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
		report, err := c.Verify(t.Context())
		require.NoError(t, err)
		require.Empty(t, report.State.Unfinished)
		require.Len(t, report.State.Phases[phase-1].Contributions, 2)
	}

	// The contributor stops while the work goes on.
	for _, stage := range []int{powers1, circuit1} {
		c := at(t, stage)
		before := files(t, c.dir)
		ctx, cancel := context.WithCancel(t.Context())
		c.Progress = writerFunc(func(p []byte) (int, error) {
			if bytes.Contains(p, []byte(": contributing")) {
				cancel()
			}
			return len(p), nil
		})
		_, err := c.Contribute(ctx, Contribution{})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, before, files(t, c.dir))
		_, err = c.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
	}

	// It died while sealing: the keys are there, the record is not.
	c := at(t, finished)
	require.NoError(t, os.Remove(sealPath(c.dir, 2)))
	require.NoError(t, os.Truncate(filepath.Join(c.dir, keysDir, provingFile), 10))
	_, err := c.Seal(t.Context(), 2, beacon(2))
	require.NoError(t, err)
	require.Equal(t, files(t, stageDir(finished)), files(t, c.dir))
}

func TestSizesFollowFromTheCircuit(t *testing.T) {
	c := at(t, finished)
	all := files(t, c.dir)
	require.EqualValues(t, c.manifest.size(1), len(all["phase1/0001.params"]))
	require.EqualValues(t, c.manifest.size(2), len(all["phase2/0002.params"]))
	require.EqualValues(t, c.manifest.verifyingSize(), len(all["keys/verifying.key"]))
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// The hash of a record as the page on ceremonies says it is made.
func TestHashOfARecord(t *testing.T) {
	for name, data := range files(t, at(t, finished).dir) {
		if filepath.Ext(name) != ".json" {
			continue
		}
		var compact bytes.Buffer
		require.NoError(t, json.Compact(&compact, data))
		body, hash, found := strings.Cut(compact.String(), `,"hash":"`)
		require.True(t, found)
		require.Equal(t, strings.TrimSuffix(hash, `"}`), crypto.Keccak256Hash([]byte(body+"}")).Hex(), name)
	}
}
