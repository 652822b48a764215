package ceremony

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	formatVersion    = 1
	maxRecord        = 64 << 10 // bytes of a JSON file
	maxText          = 200      // bytes of a name or a beacon's source
	maxDomain        = 1 << 20
	maxWires         = 1 << 22
	maxContributions = 1000
)

// Manifest is ceremony.json: what a ceremony is for. Every other record repeats its
// hash.
type Manifest struct {
	Format           int         `json:"format"`
	Circuit          string      `json:"circuit"`
	CircuitHash      common.Hash `json:"circuit_hash"` // keys.CircuitHash
	SpecVersion      uint32      `json:"spec_version"`
	Constraints      int         `json:"constraints"`
	PublicInputs     int         `json:"public_inputs"`
	PrivateWires     int         `json:"private_wires"`
	Domain           uint64      `json:"domain"` // power of two, at least Constraints
	MinContributions int         `json:"min_contributions"`
	Hash             common.Hash `json:"hash,omitzero"`
}

// Record is the JSON file beside the parameters of one contribution.
type Record struct {
	Ceremony    common.Hash `json:"ceremony"` // Manifest.Hash
	CircuitHash common.Hash `json:"circuit_hash"`
	SpecVersion uint32      `json:"spec_version"`
	Phase       int         `json:"phase"`    // 1 or 2
	Sequence    int         `json:"sequence"` // in its phase, from 1
	Contributor string      `json:"contributor,omitempty"`
	Size        int64       `json:"size"`     // of the parameters in bytes
	SHA256      common.Hash `json:"sha256"`   // of the parameters
	Previous    common.Hash `json:"previous"` // of the record before; the manifest's for the first
	Hash        common.Hash `json:"hash,omitzero"`
}

// Sealed is sealed.json: the end of a phase.
type Sealed struct {
	Ceremony      common.Hash   `json:"ceremony"`
	CircuitHash   common.Hash   `json:"circuit_hash"`
	SpecVersion   uint32        `json:"spec_version"`
	Phase         int           `json:"phase"`
	Contributions int           `json:"contributions"`
	Beacon        hexutil.Bytes `json:"beacon"`
	BeaconSource  string        `json:"beacon_source"`
	Parameters    common.Hash   `json:"parameters,omitzero"` // phase 1: SHA-256 of the common reference string
	Keys          *KeyRecord    `json:"keys,omitempty"`      // phase 2
	Previous      common.Hash   `json:"previous"`
	Hash          common.Hash   `json:"hash,omitzero"`
}

// KeyRecord names the keys that came out.
type KeyRecord struct {
	VerifyingKey common.Hash `json:"verifying_key"` // keys.Hash: the hash that is registered
	GnarkKey     common.Hash `json:"gnark_key"`     // the same of gnark's own key, before its gamma was replaced
	ProvingKey   common.Hash `json:"proving_key"`   // keccak256 of the file
	ProvingSize  int64       `json:"proving_size"`
	Verifier     string      `json:"verifier"`      // name of the contract
	VerifierCode common.Hash `json:"verifier_code"` // keccak256 of its Solidity source
}

// record is a JSON file that carries the hash of its own other fields.
type record interface {
	own() *common.Hash
	check() error
}

func (m *Manifest) own() *common.Hash { return &m.Hash }
func (r *Record) own() *common.Hash   { return &r.Hash }
func (s *Sealed) own() *common.Hash   { return &s.Hash }

// seal sets the record's own hash: keccak256 of its compact JSON without the field.
func seal(r record) {
	own := r.own()
	*own = zero
	data, err := json.Marshal(r)
	if err != nil {
		panic("ceremony: records are plain values: " + err.Error())
	}
	*own = crypto.Keccak256Hash(data)
}

func encode(r record) []byte {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		panic("ceremony: records are plain values: " + err.Error())
	}
	return append(data, '\n')
}

// decode reads a record strictly: one value, known fields, its own hash, and the one
// encoding that encode makes.
func decode(data []byte, r record) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return fmt.Errorf("decode record: %v: %w", err, protocol.ErrInvalid)
	}
	if !bytes.Equal(encode(r), data) {
		return fmt.Errorf("decode record: not written the one way it can be: %w", protocol.ErrInvalid)
	}
	said := *r.own()
	if seal(r); *r.own() != said {
		return fmt.Errorf("decode record: its hash is %s but it says %s, it was changed: %w", *r.own(), said, protocol.ErrInvalid)
	}
	return r.check()
}

var circuitName = regexp.MustCompile(`^[a-z][a-z0-9]{0,31}$`)

func (m *Manifest) check() error {
	fail := func(what string) error { return fmt.Errorf("check manifest: %s: %w", what, protocol.ErrInvalid) }
	switch {
	case m.Format != formatVersion:
		return fail("unknown format")
	case !circuitName.MatchString(m.Circuit):
		return fail("a circuit's name is up to 32 lower-case letters and digits")
	case m.Constraints < 1 || m.PrivateWires < 1 || m.PublicInputs < 1:
		return fail("a circuit has constraints, private wires and public inputs")
	case m.Constraints > maxDomain || m.PrivateWires > maxWires || m.PublicInputs > maxWires:
		return fail("the circuit is too large")
	case m.Domain != max(2, ecc.NextPowerOfTwo(uint64(m.Constraints))):
		return fail("the domain is not the next power of two")
	case m.MinContributions < 1 || m.MinContributions > maxContributions:
		return fail(fmt.Sprintf("the least number of contributions is 1 to %d", maxContributions))
	}
	return nil
}

func (r *Record) check() error {
	if r.Phase != 1 && r.Phase != 2 {
		return fmt.Errorf("check record: phase %d: %w", r.Phase, protocol.ErrInvalid)
	}
	if r.Sequence < 1 || r.Sequence > maxContributions {
		return fmt.Errorf("check record: sequence %d: %w", r.Sequence, protocol.ErrInvalid)
	}
	return checkText("contributor's name", r.Contributor)
}

func (s *Sealed) check() error {
	if s.Phase != 1 && s.Phase != 2 {
		return fmt.Errorf("check seal: phase %d: %w", s.Phase, protocol.ErrInvalid)
	}
	if (s.Keys != nil) != (s.Phase == 2) || (s.Parameters != zero) != (s.Phase == 1) {
		return fmt.Errorf("check seal: results do not belong to phase %d: %w", s.Phase, protocol.ErrInvalid)
	}
	if k := s.Keys; k != nil && (k.ProvingSize < 1 || k.ProvingSize > maxProvingKey || !contractName.MatchString(k.Verifier)) {
		return fmt.Errorf("check seal: keys: %w", protocol.ErrInvalid)
	}
	if err := checkBeacon(s.Beacon); err != nil {
		return err
	}
	return checkText("beacon's source", s.BeaconSource)
}

var contractName = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,63}$`)

// A beacon is at least as long as the values of the public sources there are.
const (
	minBeacon = 32
	maxBeacon = 64
)

func checkBeacon(b []byte) error {
	if len(b) < minBeacon || len(b) > maxBeacon {
		return fmt.Errorf("check beacon: %d bytes, it has %d to %d: %w", len(b), minBeacon, maxBeacon, protocol.ErrInvalid)
	}
	if bytes.Count(b, b[:1]) == len(b) {
		return fmt.Errorf("check beacon: all its bytes are %#x: %w", b[0], protocol.ErrInvalid)
	}
	return nil
}

// checkText refuses what a person could not read, or what a terminal would obey.
func checkText(what, s string) error {
	if len(s) > maxText {
		return fmt.Errorf("check %s: longer than %d bytes: %w", what, maxText, protocol.ErrInvalid)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("check %s: not UTF-8: %w", what, protocol.ErrInvalid)
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("check %s: character %U cannot be printed: %w", what, r, protocol.ErrInvalid)
		}
	}
	return nil
}
