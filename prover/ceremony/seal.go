package ceremony

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/big"
	"path/filepath"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	beacons "github.com/consensys/gnark-crypto/ecc/bn254/mpcsetup"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// Beacon is a public value that nobody could know or choose when the last
// contribution was made.
type Beacon struct {
	Value  []byte // 32 to 64 bytes
	Source string // where anyone can look it up
}

// Seal closes a phase. It checks the whole ceremony first and fails with
// protocol.ErrConflict if the phase is not the open one or has too few contributions.
// Closing phase 2 writes the keys and the verifier contract into the folder keys and
// then the record that names them. What it writes follows from the transcript and
// the beacon alone: sealed again elsewhere, every byte is the same.
func (t *Transcript) Seal(ctx context.Context, phase int, beacon Beacon) (Sealed, error) {
	unlock, err := t.lock()
	if err != nil {
		return Sealed{}, err
	}
	defer unlock()
	state, err := t.read()
	if err != nil {
		return Sealed{}, err
	}
	if err := checkSeal(state, phase, beacon); err != nil {
		return Sealed{}, err
	}
	c, err := t.replay(ctx, state, nil)
	if err != nil {
		return Sealed{}, err
	}
	s := Sealed{
		Ceremony: t.manifest.Hash, CircuitHash: t.manifest.CircuitHash, SpecVersion: t.manifest.SpecVersion,
		Phase: phase, Contributions: len(state.Phases[phase-1].Contributions),
		Beacon: beacon.Value, BeaconSource: beacon.Source, Previous: state.Head(),
	}
	if phase == 1 {
		if s.Parameters, err = t.sealPhase1(ctx, c, beacon.Value); err != nil {
			return Sealed{}, err
		}
	} else {
		out, err := t.makeKeys(ctx, c, beacon.Value)
		if err != nil {
			return Sealed{}, err
		}
		if err := out.write(filepath.Join(t.dir, keysDir)); err != nil {
			return Sealed{}, err
		}
		s.Keys = &out.record
	}
	seal(&s)
	if err := s.check(); err != nil {
		return Sealed{}, err
	}
	return s, writeRecord(sealPath(t.dir, phase), &s)
}

func checkSeal(state *State, phase int, beacon Beacon) error {
	if open := state.OpenPhase(); open == 0 {
		return fmt.Errorf("seal: the ceremony is sealed already: %w", protocol.ErrConflict)
	} else if open != phase {
		return fmt.Errorf("seal phase %d: phase %d is the open one: %w", phase, open, protocol.ErrConflict)
	}
	if n := len(state.Phases[phase-1].Contributions); n < state.Manifest.MinContributions {
		return fmt.Errorf("seal phase %d: it has %d contributions and needs %d: %w", phase, n, state.Manifest.MinContributions, protocol.ErrConflict)
	}
	if err := checkBeacon(beacon.Value); err != nil {
		return err
	}
	if beacon.Source == "" {
		return fmt.Errorf("seal phase %d: where does the beacon come from: %w", phase, protocol.ErrInvalid)
	}
	if err := checkText("beacon's source", beacon.Source); err != nil {
		return err
	}
	if phase == 2 && bytes.Equal(beacon.Value, state.Phases[0].Sealed.Beacon) {
		return fmt.Errorf("seal phase 2: the beacon of phase 1 was known when phase 2 began: %w", protocol.ErrInvalid)
	}
	return nil
}

// output is the keys that came out of a ceremony, as the bytes of their files.
type output struct {
	record    KeyRecord
	proving   *groth16bn254.ProvingKey
	verifying []byte
	contract  []byte
}

// makeKeys applies the beacon to the last contribution of phase 2. c is used up.
func (t *Transcript) makeKeys(ctx context.Context, c *chain, beacon []byte) (*output, error) {
	return step(ctx, t, "phase 2: applying the beacon, making the keys", func() (*output, error) {
		last, err := encodeParams(c.phase2)
		if err != nil {
			return nil, err
		}
		pk, vk := c.phase2.Seal(c.commons, &c.evals, beacon)
		return t.finish(pk.(*groth16bn254.ProvingKey), vk.(*groth16bn254.VerifyingKey), last, beacon)
	})
}

// finish lints the keys and encodes them.
func (t *Transcript) finish(pk *groth16bn254.ProvingKey, vk *groth16bn254.VerifyingKey, last, beacon []byte) (*output, error) {
	out := &output{proving: pk}
	var err error
	if out.record.GnarkKey, err = keys.Hash(vk); err != nil {
		return nil, err
	}
	if err := replaceGamma(vk, crypto.Keccak256(last), beacon); err != nil {
		return nil, err
	}
	if err := keys.Lint(vk, t.manifest.PublicInputs); err != nil {
		return nil, err
	}
	if out.record.VerifyingKey, err = keys.Hash(vk); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if _, err := vk.WriteRawTo(&buf); err != nil {
		return nil, fmt.Errorf("serialize verifying key: %w", err)
	}
	out.verifying = buf.Bytes()
	state := crypto.NewKeccakState()
	if out.record.ProvingSize, err = pk.WriteRawTo(state); err != nil {
		return nil, fmt.Errorf("serialize proving key: %w", err)
	}
	state.Read(out.record.ProvingKey[:])
	out.record.Verifier = contractOf(t.name)
	if out.contract, err = exportVerifier(vk, &t.manifest, &out.record); err != nil {
		return nil, err
	}
	out.record.VerifierCode = crypto.Keccak256Hash(out.contract)
	return out, nil
}

// replaceGamma multiplies gamma by a public number drawn from the beacon and divides
// every K by it, which leaves the equation of the verifier as it is. gnark's gamma is
// the generator, as in the paper, and so is a delta that no phase 2 has touched; with
// this step one lint fits all keys, and a generator in a key always means a skipped
// phase. Nothing rests on gamma being secret.
func replaceGamma(vk *groth16bn254.VerifyingKey, hash, beacon []byte) error {
	gamma := beacons.BeaconContributions(hash, []byte("DGrid ceremony: gamma"), beacon, 1)[0]
	var inverse fr.Element
	inverse.Inverse(&gamma)
	g, i := gamma.BigInt(new(big.Int)), inverse.BigInt(new(big.Int))
	vk.G2.Gamma.ScalarMultiplication(&vk.G2.Gamma, g)
	k := make([]bn254.G1Affine, len(vk.G1.K))
	for n := range k {
		k[n].ScalarMultiplication(&vk.G1.K[n], i)
	}
	vk.G1.K = k
	if err := vk.Precompute(); err != nil {
		return fmt.Errorf("replace gamma: %w", err)
	}
	return nil
}

// write writes the files; the record that vouches for them comes after.
func (o *output) write(dir string) error {
	err := writeFile(filepath.Join(dir, provingFile), func(w io.Writer) error {
		_, err := o.proving.WriteRawTo(w)
		return err
	})
	if err != nil {
		return err
	}
	if err := writeBytes(filepath.Join(dir, verifyingFile), o.verifying); err != nil {
		return err
	}
	return writeBytes(filepath.Join(dir, o.record.Verifier+".sol"), o.contract)
}

// checkKeyFiles compares the files with the keys. Without the folder it reports
// false: a transcript may travel without its keys, which follow from it.
func checkKeyFiles(root string, o *output) (bool, error) {
	dir := filepath.Join(root, keysDir)
	there, err := exists(dir)
	if err != nil || !there {
		return false, err
	}
	sum, err := hashFile(filepath.Join(dir, provingFile), o.record.ProvingSize)
	if err != nil {
		return false, err
	}
	if sum != o.record.ProvingKey {
		return false, fmt.Errorf("check %s: hash %s instead of %s: %w", provingFile, sum, o.record.ProvingKey, protocol.ErrInvalid)
	}
	for name, want := range map[string][]byte{verifyingFile: o.verifying, o.record.Verifier + ".sol": o.contract} {
		data, err := readFile(filepath.Join(dir, name), int64(len(want)))
		if err != nil {
			return false, err
		}
		if !bytes.Equal(data, want) {
			return false, fmt.Errorf("check %s: it is not what the ceremony gave: %w", name, protocol.ErrInvalid)
		}
	}
	return true, nil
}

// hashFile returns the keccak256 of a file of the given size.
func hashFile(path string, size int64) (sum common.Hash, err error) {
	f, got, err := openFile(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	if got != size {
		return sum, fmt.Errorf("read %s: %d bytes instead of %d: %w", filepath.Base(path), got, size, protocol.ErrInvalid)
	}
	state := crypto.NewKeccakState()
	if _, err := io.Copy(state, io.LimitReader(f, size)); err != nil {
		return sum, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	state.Read(sum[:])
	return sum, nil
}
