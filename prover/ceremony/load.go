package ceremony

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// maxProvingKey is more than the key of any circuit that a manifest allows takes.
const maxProvingKey = 4 << 30

// Load returns the keys of a sealed ceremony for proving on any chain. want is the
// registered verifying key hash. It checks no contribution: who registered the key
// did. It fails with protocol.ErrConflict if the ceremony's key is another one.
func Load(dir string, c Circuit, want common.Hash) (*keys.Set, error) {
	t, err := Open(dir, c, nil)
	if err != nil {
		return nil, err
	}
	s, err := readKeys(dir, t.manifest)
	if err != nil {
		return nil, err
	}
	if s.Keys.VerifyingKey != want {
		return nil, fmt.Errorf("load keys: the ceremony's verifying key is %s, wanted is %s: %w", s.Keys.VerifyingKey, want, protocol.ErrConflict)
	}
	set := &keys.Set{Circuit: c.Name, System: c.System, KeyHash: want, Deployment: true}
	vk, err := t.manifest.readVerifyingKey(dir, want)
	if err != nil {
		return nil, err
	}
	data, err := readFile(filepath.Join(dir, keysDir, provingFile), s.Keys.ProvingSize)
	if err != nil {
		return nil, err
	}
	if sum := crypto.Keccak256Hash(data); sum != s.Keys.ProvingKey {
		return nil, fmt.Errorf("load keys: %s has hash %s instead of %s: %w", provingFile, sum, s.Keys.ProvingKey, protocol.ErrInvalid)
	}
	pk, err := t.manifest.decodeProvingKey(data)
	if err != nil {
		return nil, err
	}
	set.Proving, set.Verifying = pk, vk
	return set, nil
}

// KeyHash returns the hash of the verifying key that the ceremony in a folder made: the
// want of Load for whoever trusts the folder. It fails with protocol.ErrNotFound if there
// is no ceremony or an unfinished one.
func KeyHash(dir string) (common.Hash, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return common.Hash{}, err
	}
	s, err := readKeys(dir, m)
	if err != nil {
		return common.Hash{}, err
	}
	return s.Keys.VerifyingKey, nil
}

// CheckVerifier fails with protocol.ErrConflict unless code is that of the verifier
// contract of the Step circuit's key with the hash want, which lies in a ceremony's
// folder. The hash vouches for the key: nothing else of the folder is read.
func CheckVerifier(dir string, want common.Hash, code []byte) error {
	m := Manifest{PublicInputs: circuit.PublicInputs}
	key, err := m.readVerifyingKey(dir, want)
	if err != nil {
		return err
	}
	return prover.CheckVerifier(key, code)
}

// readVerifyingKey reads the verifying key with the hash want.
func (m *Manifest) readVerifyingKey(dir string, want common.Hash) (*groth16bn254.VerifyingKey, error) {
	data, err := readFile(filepath.Join(dir, keysDir, verifyingFile), m.verifyingSize())
	if err != nil {
		return nil, err
	}
	// The bytes are the ones that were linted, or they have another hash.
	if got := crypto.Keccak256Hash(data); got != want {
		return nil, fmt.Errorf("load keys: %s has hash %s instead of %s: %w", verifyingFile, got, want, protocol.ErrInvalid)
	}
	vk := new(groth16bn254.VerifyingKey)
	if _, err := vk.ReadFrom(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("load keys: %v: %w", err, protocol.ErrInvalid)
	}
	return vk, keys.Lint(vk, m.PublicInputs)
}

// readKeys reads the seal that names a ceremony's keys.
func readKeys(dir string, m Manifest) (Sealed, error) {
	var s Sealed
	if err := readRecord(sealPath(dir, 2), &s); err != nil {
		return s, err
	}
	if s.Ceremony != m.Hash || s.Phase != 2 {
		return s, fmt.Errorf("load keys: the seal belongs to another ceremony: %w", protocol.ErrInvalid)
	}
	return s, nil
}

// verifyingSize returns the size of the verifying key's file: six points, K, no
// commitments.
func (m *Manifest) verifyingSize() int64 {
	const g1, g2 = bn254.SizeOfG1AffineUncompressed, bn254.SizeOfG2AffineUncompressed
	return 3*g1 + 3*g2 + lengthSize + int64(m.PublicInputs+1)*g1 + 2*lengthSize
}

// domainSize is the size of gnark's encoding of the domain, which begins with N.
const domainSize = 8 + 5*fr.Bytes + 1

// decodeProvingKey reads a proving key. Points are not checked: a wrong one makes
// proofs that do not verify, which the prover notices.
func (m *Manifest) decodeProvingKey(data []byte) (pk *groth16bn254.ProvingKey, err error) {
	if err := m.checkProvingKey(data); err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			pk, err = nil, fmt.Errorf("decode proving key: %v: %w", r, protocol.ErrInvalid)
		}
	}()
	pk = new(groth16bn254.ProvingKey)
	if _, err := pk.UnsafeReadFrom(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("decode proving key: %v: %w", err, protocol.ErrInvalid)
	}
	wires := uint64(m.wires())
	if count(pk.InfinityA) != pk.NbInfinityA || count(pk.InfinityB) != pk.NbInfinityB || uint64(len(pk.G1.A))+pk.NbInfinityA != wires ||
		uint64(len(pk.G1.B))+pk.NbInfinityB != wires || len(pk.G2.B) != len(pk.G1.B) {
		return nil, fmt.Errorf("decode proving key: the points left out: %w", protocol.ErrInvalid)
	}
	pk.Domain = *fft.NewDomain(m.Domain)
	return pk, nil
}

// wires is the number of all wires: private ones, public ones and the constant.
func (m *Manifest) wires() int { return m.PrivateWires + m.PublicInputs + 1 }

// checkProvingKey checks the lengths in a proving key against the circuit, because
// gnark allocates what they say.
func (m *Manifest) checkProvingKey(data []byte) error {
	const g1, g2 = bn254.SizeOfG1AffineUncompressed, bn254.SizeOfG2AffineUncompressed
	wires, private, powers := uint64(m.wires()), uint64(m.PrivateWires), m.Domain-1
	r := &rawReader{rest: data}
	ok := r.number(8) == m.Domain && len(r.take(domainSize-8)) == domainSize-8 && data[domainSize-1] <= 1 &&
		r.points(3, g1) && r.slice(g1, 0, wires) && r.slice(g1, 0, wires) && r.slice(g1, powers, powers) && r.slice(g1, private, private) &&
		r.points(2, g2) && r.slice(g2, 0, wires) &&
		r.number(8) == wires && r.number(8) <= wires && r.number(8) <= wires &&
		len(r.take(2*m.wires())) == 2*m.wires() && r.number(4) == 0 && len(r.rest) == 0
	if !ok {
		return fmt.Errorf("decode proving key: its lengths are not those of the circuit: %w", protocol.ErrInvalid)
	}
	return nil
}

// rawReader walks over gnark's uncompressed encoding without decoding it. What is
// not there any more reads as nothing.
type rawReader struct{ rest []byte }

func (r *rawReader) take(n int) []byte {
	if n > len(r.rest) {
		n, r.rest = 0, nil
	}
	part := r.rest[:n]
	r.rest = r.rest[n:]
	return part
}

// number reads an integer of 4 or 8 bytes; missing ones are larger than any length.
func (r *rawReader) number(size int) uint64 {
	part := r.take(size)
	switch len(part) {
	case 4:
		return uint64(binary.BigEndian.Uint32(part))
	case 8:
		return binary.BigEndian.Uint64(part)
	}
	return math.MaxUint64
}

// points reports whether n points follow, all uncompressed: gnark takes a compressed
// one at any place, and lengths behind a shorter point would be read from where
// nobody checked them.
func (r *rawReader) points(n, size int) bool {
	part := r.take(n * size)
	for at := 0; at < len(part); at += size {
		if part[at]&compressed != 0 {
			return false
		}
	}
	return len(part) == n*size
}

// slice reports whether a slice of least to most points follows.
func (r *rawReader) slice(size int, least, most uint64) bool {
	n := r.number(4)
	return n >= least && n <= most && r.points(int(n), size)
}

func count(marks []bool) (n uint64) {
	for _, marked := range marks {
		if marked {
			n++
		}
	}
	return n
}
