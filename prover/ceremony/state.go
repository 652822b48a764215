package ceremony

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// State is what a ceremony's folder says about itself.
type State struct {
	Manifest Manifest `json:"manifest"`
	Phases   [2]Phase `json:"phases"`
	// Unfinished is a parameter file whose record was never written: the process
	// that made it died. The next contribution replaces it.
	Unfinished string `json:"unfinished,omitempty"`
}

// Phase is the contributions of a phase in order, and its end.
type Phase struct {
	Contributions []Record `json:"contributions"`
	Sealed        *Sealed  `json:"sealed,omitempty"`
}

// OpenPhase returns the phase that can be contributed to or sealed: 1, 2, or 0 if the
// ceremony is over.
func (s *State) OpenPhase() int {
	for i := range s.Phases {
		if s.Phases[i].Sealed == nil {
			return i + 1
		}
	}
	return 0
}

// Head returns the hash of the last record. Every record before follows from it:
// whoever publishes it publishes the ceremony so far.
func (s *State) Head() common.Hash {
	head := s.Manifest.Hash
	for _, p := range s.Phases {
		for _, r := range p.Contributions {
			head = r.Hash
		}
		if p.Sealed != nil {
			head = p.Sealed.Hash
		}
	}
	return head
}

// Includes reports whether a record with the hash is in the ceremony.
func (s *State) Includes(hash common.Hash) bool {
	if s.Manifest.Hash == hash {
		return true
	}
	for _, p := range s.Phases {
		for _, r := range p.Contributions {
			if r.Hash == hash {
				return true
			}
		}
		if p.Sealed != nil && p.Sealed.Hash == hash {
			return true
		}
	}
	return false
}

// Read reads a ceremony without its circuit. It checks every record, the chain of
// their hashes, and size, hash, lengths and challenge of every parameter file: what
// damage and disorder break. It checks no proof, which is what Verify is for.
func Read(dir string) (*State, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	s := &State{Manifest: m}
	previous := m.Hash
	for phase := 1; phase <= 2; phase++ {
		if previous, err = s.readPhase(dir, phase, previous); err != nil {
			return nil, err
		}
	}
	if len(s.Phases[1].Contributions) > 0 && s.Phases[0].Sealed == nil {
		return nil, fmt.Errorf("read ceremony: phase 2 has contributions and phase 1 is not sealed: %w", protocol.ErrInvalid)
	}
	return s, nil
}

var numbered = regexp.MustCompile(`^([0-9]{4})\.(json|params)$`)

// readPhase reads the records of a phase in order and returns the last one's hash.
func (s *State) readPhase(dir string, phase int, previous common.Hash) (common.Hash, error) {
	m, p := &s.Manifest, &s.Phases[phase-1]
	last, err := lastRecord(dir, phase)
	if err != nil {
		return zero, err
	}
	var before common.Hash // SHA-256 of the parameters before
	for sequence := 1; sequence <= last.record; sequence++ {
		var r Record
		path := recordPath(dir, phase, sequence)
		if err := readRecord(path, &r); err != nil {
			return zero, err
		}
		fail := func(what string) (common.Hash, error) {
			return zero, fmt.Errorf("%s: %s: %w", path, what, protocol.ErrInvalid)
		}
		switch {
		case r.Ceremony != m.Hash || r.CircuitHash != m.CircuitHash || r.SpecVersion != m.SpecVersion:
			return fail("it belongs to another ceremony")
		case r.Phase != phase || r.Sequence != sequence:
			return fail(fmt.Sprintf("it is contribution %d of phase %d, out of its place", r.Sequence, r.Phase))
		case r.Previous != previous:
			return fail("it does not follow the record before it")
		case r.Size != m.size(phase):
			return fail(fmt.Sprintf("parameters of %d bytes instead of %d", r.Size, m.size(phase)))
		}
		data, err := s.readParams(dir, &r)
		if err != nil {
			return zero, err
		}
		if sequence > 1 && challengeOf(data) != before {
			return fail("its parameters do not follow the ones before")
		}
		before, previous = r.SHA256, r.Hash
		p.Contributions = append(p.Contributions, r)
	}
	switch {
	case last.params == last.record+1:
		s.Unfinished = paramsPath(dir, phase, last.params)
	case last.params > last.record:
		return zero, fmt.Errorf("%s: its record is missing: %w", paramsPath(dir, phase, last.params), protocol.ErrInvalid)
	}
	return s.readSeal(dir, phase, previous)
}

func (s *State) readSeal(dir string, phase int, previous common.Hash) (common.Hash, error) {
	m, p := &s.Manifest, &s.Phases[phase-1]
	var sealed Sealed
	path := sealPath(dir, phase)
	err := readRecord(path, &sealed)
	if errors.Is(err, protocol.ErrNotFound) {
		return previous, nil
	}
	if err != nil {
		return zero, err
	}
	fail := func(what string) (common.Hash, error) {
		return zero, fmt.Errorf("%s: %s: %w", path, what, protocol.ErrInvalid)
	}
	switch {
	case sealed.Ceremony != m.Hash || sealed.CircuitHash != m.CircuitHash || sealed.SpecVersion != m.SpecVersion:
		return fail("it belongs to another ceremony")
	case sealed.Phase != phase:
		return fail(fmt.Sprintf("it is the seal of phase %d", sealed.Phase))
	case sealed.Previous != previous:
		return fail("it does not follow the record before it")
	case sealed.Contributions != len(p.Contributions):
		return fail(fmt.Sprintf("it was made over %d contributions and there are %d", sealed.Contributions, len(p.Contributions)))
	case len(p.Contributions) < m.MinContributions:
		return fail(fmt.Sprintf("sealed after %d contributions, at least %d are needed", len(p.Contributions), m.MinContributions))
	case phase == 2 && s.Phases[0].Sealed == nil:
		return fail("phase 1 is not sealed")
	case phase == 2 && string(sealed.Beacon) == string(s.Phases[0].Sealed.Beacon):
		return fail("it uses the beacon of phase 1 again")
	}
	p.Sealed = &sealed
	return sealed.Hash, nil
}

// readParams reads the parameters of a record and checks all that needs no
// arithmetic.
func (s *State) readParams(dir string, r *Record) ([]byte, error) {
	path := paramsPath(dir, r.Phase, r.Sequence)
	data, err := readFile(path, s.Manifest.size(r.Phase))
	if err != nil {
		return nil, err
	}
	if sum := common.Hash(sha256.Sum256(data)); sum != r.SHA256 {
		return nil, fmt.Errorf("%s: SHA-256 is %s and the record says %s: %w", path, sum, r.SHA256, protocol.ErrInvalid)
	}
	if err := s.Manifest.checkLayout(r.Phase, data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return data, nil
}

type highest struct{ record, params int }

// lastRecord returns the highest numbers of the files of a phase. Other files are
// nobody's business: people leave signatures and notes there.
func lastRecord(dir string, phase int) (highest, error) {
	var h highest
	entries, err := os.ReadDir(phaseDir(dir, phase))
	if errors.Is(err, os.ErrNotExist) {
		return h, nil
	}
	if err != nil {
		return h, fmt.Errorf("read ceremony: %w", err)
	}
	for _, e := range entries {
		match := numbered.FindStringSubmatch(filepath.Base(e.Name()))
		if match == nil {
			continue
		}
		n, err := strconv.Atoi(match[1])
		if err != nil || n < 1 || n > maxContributions {
			return h, fmt.Errorf("read ceremony: %s has a number out of range: %w", e.Name(), protocol.ErrInvalid)
		}
		if match[2] == "json" {
			h.record = max(h.record, n)
		} else {
			h.params = max(h.params, n)
		}
	}
	return h, nil
}
