package ceremony

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	beacons "github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// verify opens and verifies a folder as anyone would.
func verify(t *testing.T, dir string) error {
	t.Helper()
	c, err := Open(dir, cube(t), nil)
	if err != nil {
		return err
	}
	_, err = c.Verify(t.Context())
	return err
}

// Every file of a finished ceremony, damaged in every way a file can be.
func TestTamperedFiles(t *testing.T) {
	dir := at(t, finished).dir
	require.NoError(t, verify(t, dir))
	for name, data := range files(t, dir) {
		path := filepath.Join(dir, name)
		damage := map[string][]byte{"empty": {}, "shorter": data[:len(data)-1], "longer": append(bytes.Clone(data), '\n')}
		for _, at := range []int{0, len(data) / 3, len(data) / 2, len(data) - 2} {
			flipped := bytes.Clone(data)
			flipped[at] ^= 1
			damage[fmt.Sprintf("byte %d", at)] = flipped
		}
		for how, bad := range damage {
			require.NoError(t, os.WriteFile(path, bad, 0o644))
			require.Error(t, verify(t, dir), "%s %s", name, how)
		}
		require.NoError(t, os.Remove(path))
		if name != "phase2/sealed.json" { // without it the ceremony is not over yet
			require.Error(t, verify(t, dir), "%s missing", name)
		}
		require.NoError(t, os.Mkdir(path, 0o755))
		require.Error(t, verify(t, dir), "%s a folder", name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, syscall.Mkfifo(path, 0o644))
		require.Error(t, verify(t, dir), "%s a pipe that nobody writes", name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Symlink("/dev/zero", path))
		require.Error(t, verify(t, dir), "%s without end", name)
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	require.NoError(t, verify(t, dir))

	// Numbers that do not follow each other, and files that are none of ours.
	c := at(t, circuit2)
	for _, name := range []string{"phase1/0004.json", "phase1/0000.json", "phase2/9999.params", "phase2/0005.params"} {
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, name), []byte("{}"), 0o644))
		require.Error(t, verify(t, c.dir), name)
		require.NoError(t, os.Remove(filepath.Join(c.dir, name)))
	}
	require.NoError(t, os.WriteFile(filepath.Join(c.dir, "phase1", "0001.json.sig"), []byte("x"), 0o644))
	require.NoError(t, verify(t, c.dir))
}

// free are the fields that people fill in as they like.
var free = map[string]bool{"contributor": true, "beacon_source": true}

// Every field of every record: changed; changed with the record's hash made again;
// and changed with the whole chain after it made again.
func TestTamperedFields(t *testing.T) {
	dir := at(t, finished).dir
	original := files(t, dir)
	state, err := Read(dir)
	require.NoError(t, err)
	head := state.Head()
	fields := 0
	for name, data := range original {
		if filepath.Ext(name) != ".json" {
			continue
		}
		for _, field := range fieldsOf(t, data) {
			fields++
			changed := change(t, data, field)
			path := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(path, changed, 0o644))
			require.Error(t, verify(t, dir), "%s %s", name, field)
			if field == "hash" {
				require.NoError(t, os.WriteFile(path, data, 0o644))
				continue
			}

			leaf := field[strings.LastIndex(field, ".")+1:]
			require.NoError(t, os.WriteFile(path, rehash(t, name, changed), 0o644))
			if err := verify(t, dir); name != "phase2/sealed.json" || !free[leaf] {
				require.Error(t, err, "%s %s", name, field)
			}

			rechain(t, dir)
			if err := verify(t, dir); !free[leaf] && field != "previous" {
				require.Error(t, err, "%s %s", name, field)
			} else if field != "previous" { // which rechain has put right
				require.NoError(t, err, "%s %s", name, field)
				state, err := Read(dir)
				require.NoError(t, err)
				require.NotEqual(t, head, state.Head(), "who knows the head sees a changed %s", field)
			}
			for name, data := range original {
				require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
			}
		}
	}
	require.Greater(t, fields, 60)
	require.NoError(t, verify(t, dir))
}

func fieldsOf(t *testing.T, data []byte) []string {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(data, &v))
	var names []string
	for name, x := range v {
		if inner, ok := x.(map[string]any); ok {
			for below := range inner {
				names = append(names, name+"."+below)
			}
			continue
		}
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// change alters one value and nothing else of the text.
func change(t *testing.T, data []byte, field string) []byte {
	t.Helper()
	leaf := field[strings.LastIndex(field, ".")+1:]
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		rest, found := strings.CutPrefix(strings.TrimSpace(line), fmt.Sprintf("%q: ", leaf))
		if !found {
			continue
		}
		value := strings.TrimSuffix(rest, ",")
		at := strings.Index(line, value)
		last := len(strings.TrimSuffix(value, `"`)) - 1
		digit := map[byte]byte{'1': '0', '2': '1'}[value[last]]
		if digit == 0 {
			digit = '1'
		}
		lines[i] = line[:at+last] + string(digit) + line[at+last+1:]
		return []byte(strings.Join(lines, "\n"))
	}
	require.Fail(t, "no field", field)
	return nil
}

func recordOf(name string) record {
	switch filepath.Base(name) {
	case manifestFile:
		return new(Manifest)
	case sealFile:
		return new(Sealed)
	}
	return new(Record)
}

// rehash makes the hash of a changed record again.
func rehash(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	r := recordOf(name)
	require.NoError(t, json.Unmarshal(data, r))
	seal(r)
	return encode(r)
}

// rechain makes every hash of a ceremony again, as someone would who changed it.
func rechain(t *testing.T, dir string) {
	t.Helper()
	var manifest Manifest
	var previous common.Hash
	names := []string{manifestFile}
	for phase := 1; phase <= 2; phase++ {
		for n := 1; n <= 2; n++ {
			names = append(names, fmt.Sprintf("phase%d/%04d.json", phase, n))
		}
		names = append(names, fmt.Sprintf("phase%d/%s", phase, sealFile))
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		r := recordOf(name)
		require.NoError(t, json.Unmarshal(data, r))
		switch r := r.(type) {
		case *Record:
			r.Previous = previous
			if r.Ceremony == manifestBefore(t) {
				r.Ceremony = manifest.Hash
			}
		case *Sealed:
			r.Previous = previous
			if r.Ceremony == manifestBefore(t) {
				r.Ceremony = manifest.Hash
			}
		}
		seal(r)
		if m, ok := r.(*Manifest); ok {
			manifest = *m
		}
		previous = *r.own()
		require.NoError(t, os.WriteFile(path, encode(r), 0o644))
	}
}

func manifestBefore(t *testing.T) common.Hash {
	t.Helper()
	m, err := ReadManifest(stageDir(begun))
	require.NoError(t, err)
	return m.Hash
}

// forge adds parameters to the open phase with a record that fits them.
func forge(t *testing.T, c *Transcript, data []byte) {
	t.Helper()
	state, err := Read(c.dir)
	require.NoError(t, err)
	phase := state.OpenPhase()
	r := Record{
		Ceremony: c.manifest.Hash, CircuitHash: c.manifest.CircuitHash, SpecVersion: c.manifest.SpecVersion,
		Phase: phase, Sequence: len(state.Phases[phase-1].Contributions) + 1,
		Size: int64(len(data)), SHA256: sha256.Sum256(data), Previous: state.Head(),
	}
	seal(&r)
	require.NoError(t, writeBytes(paramsPath(c.dir, phase, r.Sequence), data))
	require.NoError(t, writeRecord(recordPath(c.dir, phase, r.Sequence), &r))
}

// refused checks that a ceremony is refused by everyone who looks at it whole.
func refused(t *testing.T, c *Transcript, what string) {
	t.Helper()
	_, err := c.Verify(t.Context())
	require.ErrorIs(t, err, protocol.ErrInvalid, what)
	_, err = c.Contribute(t.Context(), Contribution{})
	require.ErrorIs(t, err, protocol.ErrInvalid, what)
}

// Contributions to phase 1 that spoil the powers of tau, or add nothing.
func TestPoisonedPhase1(t *testing.T) {
	_, _, g1, _ := bn254.Generators()
	one := g1.Bytes()
	var nowhere bn254.G1Affine
	infinity := nowhere.Bytes()
	c := at(t, powers1)
	n := int(c.manifest.Domain)
	tau1 := 3*proofSize + 8 + g2Size
	tau2 := tau1 + (2*n-2)*g1Size
	beta1 := tau2 + (n-1)*g2Size
	alpha1 := beta1 + n*g1Size
	swap := func(d []byte, a, b, size int) {
		first := bytes.Clone(d[a : a+size])
		copy(d[a:], d[b:b+size])
		copy(d[b:], first)
	}
	for name, spoil := range map[string]func(d []byte){
		"tau is 1":             func(d []byte) { copy(d, one[:]) },
		"alpha is 1":           func(d []byte) { copy(d[proofSize:], one[:]) },
		"tau is 0":             func(d []byte) { copy(d, infinity[:]) },
		"alpha is 0":           func(d []byte) { copy(d[alpha1:], infinity[:]) },
		"exchanged proofs":     func(d []byte) { swap(d, proofSize, 2*proofSize, proofSize) },
		"exchanged powers":     func(d []byte) { swap(d, tau1+g1Size, tau1+2*g1Size, g1Size) },
		"exchanged G2 powers":  func(d []byte) { swap(d, tau2, tau2+g2Size, g2Size) },
		"alpha for beta":       func(d []byte) { swap(d, alpha1, beta1, n*g1Size) },
		"last power":           func(d []byte) { copy(d[tau2-g1Size:], one[:]) },
		"beta of G2":           func(d []byte) { swap(d, 3*proofSize+8, tau2, g2Size) },
		"a point off curve":    func(d []byte) { copy(d[alpha1:alpha1+g1Size], bytes.Repeat([]byte{0x85}, g1Size)) },
		"a length":             func(d []byte) { d[3*proofSize+7]++ },
		"a point uncompressed": func(d []byte) { d[0] &^= compressed },
		"a huge length":        func(d []byte) { d[3*proofSize] = 0x7f },
		"a challenge":          func(d []byte) { d[len(d)-1] ^= 1 },
		"an empty challenge":   func(d []byte) { d[len(d)-challengeSize] = 0 },
		"not the one encoding": func(d []byte) { copy(d[alpha1:], bytes.Repeat([]byte{0xff}, g1Size)) },
	} {
		c := at(t, powers1)
		_, err := c.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
		data, err := os.ReadFile(paramsPath(c.dir, 1, 2))
		require.NoError(t, err)
		require.NoError(t, os.Remove(recordPath(c.dir, 1, 2)))
		spoil(data)
		forge(t, c, data)
		refused(t, c, name)
	}

	// Somebody's contribution once more, and one made for another ceremony.
	again, err := os.ReadFile(paramsPath(c.dir, 1, 1))
	require.NoError(t, err)
	forge(t, c, again)
	refused(t, c, "twice the same")
	other, stranger := at(t, begun), at(t, begun)
	for range 2 {
		_, err = other.Contribute(t.Context(), Contribution{})
		require.NoError(t, err)
	}
	data, err := os.ReadFile(paramsPath(other.dir, 1, 2))
	require.NoError(t, err)
	_, err = stranger.Contribute(t.Context(), Contribution{})
	require.NoError(t, err)
	forge(t, stranger, data)
	refused(t, stranger, "of another ceremony")
}

// Contributions to phase 2 whose parameters do not follow from a secret delta.
func TestPoisonedPhase2(t *testing.T) {
	seven := new(fr.Element).SetUint64(7).BigInt(new(big.Int))
	for name, spoil := range map[string]func(p *mpcsetup.Phase2){
		"delta of G1 alone":      func(p *mpcsetup.Phase2) { p.Parameters.G1.Delta.ScalarMultiplication(&p.Parameters.G1.Delta, seven) },
		"delta of G2 alone":      func(p *mpcsetup.Phase2) { p.Parameters.G2.Delta.ScalarMultiplication(&p.Parameters.G2.Delta, seven) },
		"delta a known multiple": func(p *mpcsetup.Phase2) { scale(p, seven.Uint64()) },
		"delta the generator":    func(p *mpcsetup.Phase2) { _, _, p.Parameters.G1.Delta, p.Parameters.G2.Delta = bn254.Generators() },
		"delta at infinity": func(p *mpcsetup.Phase2) {
			p.Parameters.G1.Delta, p.Parameters.G2.Delta = bn254.G1Affine{}, bn254.G2Affine{}
		},
		"a wire":              func(p *mpcsetup.Phase2) { p.Parameters.G1.PKK[0].Double(&p.Parameters.G1.PKK[0]) },
		"exchanged wires":     func(p *mpcsetup.Phase2) { k := p.Parameters.G1.PKK; k[0], k[1] = k[1], k[0] },
		"a power":             func(p *mpcsetup.Phase2) { p.Parameters.G1.Z[0] = bn254.G1Affine{} },
		"a power too many":    func(p *mpcsetup.Phase2) { p.Parameters.G1.Z = append(p.Parameters.G1.Z, p.Parameters.G1.Delta) },
		"a wire too few":      func(p *mpcsetup.Phase2) { p.Parameters.G1.PKK = p.Parameters.G1.PKK[1:] },
		"a proof for another": func(p *mpcsetup.Phase2) { p.Delta = beacons.UpdateValues(nil, p.Challenge, 0) },
		"a challenge":         func(p *mpcsetup.Phase2) { p.Challenge[3] ^= 1 },
		"no challenge":        func(p *mpcsetup.Phase2) { p.Challenge = nil },
		"no secret":           func(p *mpcsetup.Phase2) { p.Delta = beacons.UpdateProof{} },
		"a commitment": func(p *mpcsetup.Phase2) {
			p.Parameters.G2.Sigma = append(p.Parameters.G2.Sigma, p.Parameters.G2.Delta)
			p.Parameters.G1.SigmaCKK = append(p.Parameters.G1.SigmaCKK, p.Parameters.G1.Z)
			p.Sigmas = append(p.Sigmas, p.Delta)
		},
		// The whole of phase 2 skipped: what the circuit gives, with a proof for 1.
		"nothing contributed": func(p *mpcsetup.Phase2) {
			var unit fr.Element
			unit.SetOne()
			p.Delta = beacons.UpdateValues(&unit, p.Challenge, 0)
		},
	} {
		c := at(t, circuit1)
		state, err := Read(c.dir)
		require.NoError(t, err)
		p, err := c.last(t.Context(), state, 2, name != "a challenge")
		require.NoError(t, err)
		if name == "nothing contributed" {
			data, err := encodeParams(p)
			require.NoError(t, err)
			sum := sha256.Sum256(data)
			p.(*mpcsetup.Phase2).Challenge = sum[:]
		} else {
			p.Contribute()
		}
		spoil(p.(*mpcsetup.Phase2))
		data, err := encodeParams(p)
		require.NoError(t, err)
		forge(t, c, data)
		refused(t, c, name)
	}
	c := at(t, circuit1)
	again, err := os.ReadFile(paramsPath(c.dir, 2, 1))
	require.NoError(t, err)
	forge(t, c, again)
	refused(t, c, "twice the same")
	powers, err := os.ReadFile(paramsPath(c.dir, 1, 1))
	require.NoError(t, err)
	c = at(t, circuit1)
	forge(t, c, powers)
	refused(t, c, "powers of tau")
}

// scale multiplies delta by a number that everyone knows, and all that depends on it.
func scale(p *mpcsetup.Phase2, by uint64) {
	var k, inverse fr.Element
	k.SetUint64(by)
	inverse.Inverse(&k)
	p.Parameters.G1.Delta.ScalarMultiplication(&p.Parameters.G1.Delta, k.BigInt(new(big.Int)))
	p.Parameters.G2.Delta.ScalarMultiplication(&p.Parameters.G2.Delta, k.BigInt(new(big.Int)))
	for _, s := range [][]bn254.G1Affine{p.Parameters.G1.Z, p.Parameters.G1.PKK} {
		for i := range s {
			s[i].ScalarMultiplication(&s[i], inverse.BigInt(new(big.Int)))
		}
	}
}

// Keys that a broken ceremony would end in are refused by the last step of sealing,
// whatever the checks before it have missed.
func TestPoisonedKeysAreNotSealed(t *testing.T) {
	c := at(t, circuit2)
	pk, key, err := groth16.Setup(c.system)
	require.NoError(t, err)
	good := key.(*groth16bn254.VerifyingKey)
	_, _, g1, g2 := bn254.Generators()
	last, value := []byte("last"), beacon(2).Value
	gamma := beacons.BeaconContributions(crypto.Keccak256(last), []byte("DGrid ceremony: gamma"), value, 1)[0]
	finish := func(spoil func(vk *groth16bn254.VerifyingKey)) error {
		vk := *good
		vk.G2.Gamma, vk.G1.K = g2, append([]bn254.G1Affine(nil), good.G1.K...) // as gnark's phase 2 leaves them
		spoil(&vk)
		_, err := c.finish(pk.(*groth16bn254.ProvingKey), &vk, last, value)
		return err
	}
	require.NoError(t, finish(func(*groth16bn254.VerifyingKey) {}))
	for name, spoil := range map[string]func(vk *groth16bn254.VerifyingKey){
		"phase 2 skipped":       func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta = g2 },
		"delta -1":              func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta.Neg(&g2) },
		"delta is gamma":        func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta.ScalarMultiplication(&g2, gamma.BigInt(new(big.Int))) },
		"delta at infinity":     func(vk *groth16bn254.VerifyingKey) { vk.G2.Delta = bn254.G2Affine{} },
		"phase 1 without alpha": func(vk *groth16bn254.VerifyingKey) { vk.G1.Alpha = g1 },
		"phase 1 without beta":  func(vk *groth16bn254.VerifyingKey) { vk.G2.Beta = g2 },
		"an input unbound":      func(vk *groth16bn254.VerifyingKey) { vk.G1.K[2] = bn254.G1Affine{} },
		"an input too few":      func(vk *groth16bn254.VerifyingKey) { vk.G1.K = vk.G1.K[:2] },
		"an input too many":     func(vk *groth16bn254.VerifyingKey) { vk.G1.K = append(vk.G1.K, g1) },
		"inputs alike":          func(vk *groth16bn254.VerifyingKey) { vk.G1.K[1] = vk.G1.K[2] },
		"off the curve":         func(vk *groth16bn254.VerifyingKey) { vk.G1.K[1].Y.SetUint64(3) },
	} {
		require.ErrorIs(t, finish(spoil), protocol.ErrInvalid, name)
	}
}

// Key files that are not the ceremony's, with hashes in the seal that fit them.
func TestLoadRefusesOtherKeys(t *testing.T) {
	c := at(t, finished)
	var s Sealed
	require.NoError(t, readRecord(sealPath(c.dir, 2), &s))
	want := s.Keys.VerifyingKey
	_, err := Load(c.dir, cube(t), want)
	require.NoError(t, err)
	_, err = Load(c.dir, cube(t), common.Hash{1})
	require.ErrorIs(t, err, protocol.ErrConflict)
	_, err = Load(at(t, circuit2).dir, cube(t), want)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	_, err = Load(c.dir, compiled(t, "cube", &otherCircuit{}), want)
	require.ErrorIs(t, err, protocol.ErrConflict)
	named, err := KeyHash(c.dir)
	require.NoError(t, err)
	require.Equal(t, want, named)
	for _, dir := range []string{t.TempDir(), at(t, circuit2).dir} {
		_, err = KeyHash(dir)
		require.ErrorIs(t, err, protocol.ErrNotFound)
	}

	pk, vk := developmentKeys(t)
	var weak bytes.Buffer
	_, err = vk.WriteRawTo(&weak)
	require.NoError(t, err)
	path := filepath.Join(c.dir, keysDir, verifyingFile)
	right, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, weak.Bytes(), len(right))
	require.NoError(t, os.WriteFile(path, weak.Bytes(), 0o644))
	_, err = Load(c.dir, cube(t), want)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = c.Verify(t.Context())
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.NoError(t, os.WriteFile(path, right, 0o644))

	// A proving key with a fitting hash and lengths that would take all memory.
	var buf bytes.Buffer
	_, err = pk.WriteRawTo(&buf)
	require.NoError(t, err)
	for _, at := range []int{0, domainSize + 3*64, len(buf.Bytes()) - 1, domainSize - 1} {
		bad := bytes.Clone(buf.Bytes())
		bad[at] = 0x7f
		s.Keys.ProvingKey, s.Keys.ProvingSize = crypto.Keccak256Hash(bad), int64(len(bad))
		seal(&s)
		require.NoError(t, os.WriteFile(filepath.Join(c.dir, keysDir, provingFile), bad, 0o644))
		require.NoError(t, os.WriteFile(sealPath(c.dir, 2), encode(&s), 0o644))
		_, err = Load(c.dir, cube(t), want)
		require.ErrorIs(t, err, protocol.ErrInvalid)
		_, err = c.Verify(t.Context())
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}
