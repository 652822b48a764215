package ceremony

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
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
	var s Sealed
	if err := readRecord(sealPath(dir, 2), &s); err != nil {
		return nil, err
	}
	if s.Ceremony != t.manifest.Hash || s.Phase != 2 {
		return nil, fmt.Errorf("load keys: the seal belongs to another ceremony: %w", protocol.ErrInvalid)
	}
	if s.Keys.VerifyingKey != want {
		return nil, fmt.Errorf("load keys: the ceremony's verifying key is %s, wanted is %s: %w", s.Keys.VerifyingKey, want, protocol.ErrConflict)
	}
	set := &keys.Set{Circuit: c.Name, System: c.System, KeyHash: want, Deployment: true}
	data, err := readFile(filepath.Join(dir, keysDir, verifyingFile), t.manifest.verifyingSize())
	if err != nil {
		return nil, err
	}
	// The bytes are the ones that were linted, or they have another hash.
	if crypto.Keccak256Hash(data) != want {
		return nil, fmt.Errorf("load keys: %s is not the key of its name: %w", verifyingFile, protocol.ErrInvalid)
	}
	vk := new(groth16bn254.VerifyingKey)
	if _, err := vk.ReadFrom(bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("load keys: %v: %w", err, protocol.ErrInvalid)
	}
	if err := keys.Lint(vk, t.manifest.PublicInputs); err != nil {
		return nil, err
	}
	data, err = readFile(filepath.Join(dir, keysDir, provingFile), s.Keys.ProvingSize)
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

// verifyingSize returns the size of the verifying key's file: six points, K, no
// commitments.
func (m *Manifest) verifyingSize() int64 {
	const g1, g2 = bn254.SizeOfG1AffineUncompressed, bn254.SizeOfG2AffineUncompressed
	return 3*g1 + 3*g2 + lengthSize + int64(m.PublicInputs+1)*g1 + 2*lengthSize
}

// domainSize is the size of gnark's encoding of the domain, which begins with N.
const domainSize = 8 + 5*fr.Bytes + 1

// decodeProvingKey reads a proving key. Its lengths are checked against the circuit
// first, because gnark allocates what they say. Points are not checked: a wrong one
// makes proofs that do not verify, which the prover notices.
func (m *Manifest) decodeProvingKey(data []byte) (pk *groth16bn254.ProvingKey, err error) {
	fail := func(what string) (*groth16bn254.ProvingKey, error) {
		return nil, fmt.Errorf("decode proving key: %s: %w", what, protocol.ErrInvalid)
	}
	const g1, g2 = bn254.SizeOfG1AffineUncompressed, bn254.SizeOfG2AffineUncompressed
	wires := uint64(m.PrivateWires + m.PublicInputs + 1)
	rest := data
	take := func(n int) []byte {
		if n > len(rest) {
			n, rest = 0, nil
		}
		part := rest[:n]
		rest = rest[n:]
		return part
	}
	number := func(size int) uint64 {
		part := take(size)
		switch len(part) {
		case 4:
			return uint64(binary.BigEndian.Uint32(part))
		case 8:
			return binary.BigEndian.Uint64(part)
		}
		return 1 << 63
	}
	// gnark takes a compressed point at any place, and lengths behind a shorter point
	// would be read from where nobody checked them.
	points := func(n, size int) bool {
		part := take(n * size)
		for at := 0; at < len(part); at += size {
			if part[at]&compressed != 0 {
				return false
			}
		}
		return len(part) == n*size
	}
	slice := func(size int, least, most uint64) bool {
		n := number(4)
		return n >= least && n <= most && points(int(n), size)
	}
	if number(8) != m.Domain || len(take(domainSize-8)) != domainSize-8 || data[domainSize-1] > 1 {
		return fail("another domain")
	}
	if !points(3, g1) || !slice(g1, 0, wires) || !slice(g1, 0, wires) || !slice(g1, m.Domain-1, m.Domain-1) || !slice(g1, uint64(m.PrivateWires), uint64(m.PrivateWires)) {
		return fail("lengths in G1")
	}
	if !points(2, g2) || !slice(g2, 0, wires) {
		return fail("lengths in G2")
	}
	if number(8) != wires || number(8) > wires || number(8) > wires {
		return fail("another number of wires")
	}
	if uint64(len(rest)) != 2*wires+4 || binary.BigEndian.Uint32(rest[2*wires:]) != 0 {
		return fail("its end")
	}
	defer func() {
		if r := recover(); r != nil {
			pk, err = nil, fmt.Errorf("decode proving key: %v: %w", r, protocol.ErrInvalid)
		}
	}()
	pk = new(groth16bn254.ProvingKey)
	if _, err := pk.UnsafeReadFrom(bytes.NewReader(data)); err != nil {
		return fail(err.Error())
	}
	if count(pk.InfinityA) != pk.NbInfinityA || count(pk.InfinityB) != pk.NbInfinityB || uint64(len(pk.G1.A))+pk.NbInfinityA != wires ||
		uint64(len(pk.G1.B))+pk.NbInfinityB != wires || len(pk.G2.B) != len(pk.G1.B) {
		return fail("the points left out")
	}
	pk.Domain = *fft.NewDomain(m.Domain)
	return pk, nil
}

func count(marks []bool) (n uint64) {
	for _, marked := range marks {
		if marked {
			n++
		}
	}
	return n
}
