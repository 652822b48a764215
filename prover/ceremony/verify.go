package ceremony

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Report is what Verify has checked.
type Report struct {
	State   *State
	Checked []string // one line a check, in order
	// Keys is set if the ceremony is over; KeyFiles if its key files are there, which
	// then are the right ones.
	Keys     *KeyRecord
	KeyFiles bool
}

// Verify checks the whole ceremony from its start: everything Read does, the proof of
// every contribution against the one before, both beacons, and that the keys are
// what follows. It fails with protocol.ErrInvalid at the first thing that is wrong;
// the report then holds what was right before. It costs about what contributing to
// every step costs.
func (t *Transcript) Verify(ctx context.Context) (*Report, error) {
	report := &Report{}
	state, err := t.read()
	if err != nil {
		return report, err
	}
	report.State = state
	report.add("manifest %s: circuit %s %s, spec version %d, %d constraints", t.manifest.Hash, t.manifest.Circuit, t.manifest.CircuitHash, t.manifest.SpecVersion, t.manifest.Constraints)
	chain, err := t.replay(ctx, state, report)
	if err != nil {
		return report, err
	}
	sealed := state.Phases[1].Sealed
	if sealed == nil {
		return report, nil
	}
	out, err := t.makeKeys(ctx, chain, sealed.Beacon)
	if err != nil {
		return report, err
	}
	if out.record != *sealed.Keys {
		return report, fmt.Errorf("check keys: the seal says %+v, the transcript and the beacon give %+v: %w", *sealed.Keys, out.record, protocol.ErrInvalid)
	}
	report.add("phase 2 sealed with beacon %s (%s): verifying key %s, lint passed", sealed.Beacon, sealed.BeaconSource, out.record.VerifyingKey)
	report.Keys = sealed.Keys
	if report.KeyFiles, err = checkKeyFiles(t.dir, out); err != nil {
		return report, err
	}
	if report.KeyFiles {
		report.add("files of folder %s: %s, %s, %s", keysDir, provingFile, verifyingFile, out.record.Verifier+".sol")
	}
	return report, nil
}

func (r *Report) add(format string, args ...any) {
	if r != nil {
		r.Checked = append(r.Checked, fmt.Sprintf(format, args...))
	}
}

// read reads the folder again, and checks that it is still the ceremony opened.
func (t *Transcript) read() (*State, error) {
	state, err := Read(t.dir)
	if err != nil {
		return nil, err
	}
	if state.Manifest != t.manifest {
		return nil, fmt.Errorf("read ceremony: its manifest is not that of this circuit: %w", protocol.ErrConflict)
	}
	return state, nil
}

// chain is a ceremony replayed to its last contribution.
type chain struct {
	phase1  *mpcsetup.Phase1 // nil once sealed
	commons *mpcsetup.SrsCommons
	phase2  *mpcsetup.Phase2 // nil while phase 1 is open
	evals   mpcsetup.Phase2Evaluations
}

// replay checks every contribution and the seal of phase 1.
func (t *Transcript) replay(ctx context.Context, s *State, report *Report) (*chain, error) {
	if err := checkEntropy(); err != nil {
		return nil, err
	}
	c := &chain{phase1: mpcsetup.NewPhase1(t.manifest.Domain)}
	for i := range s.Phases[0].Contributions {
		r := &s.Phases[0].Contributions[i]
		next, err := checkLink(ctx, t, s, r, c.phase1, t.manifest.decodePhase1, (*mpcsetup.Phase1).Verify)
		if err != nil {
			return nil, err
		}
		c.phase1 = next
		report.addLink(r)
	}
	sealed := s.Phases[0].Sealed
	if sealed == nil {
		return c, nil
	}
	parameters, err := t.sealPhase1(ctx, c, sealed.Beacon)
	if err != nil {
		return nil, err
	}
	if parameters != sealed.Parameters {
		return nil, fmt.Errorf("check seal of phase 1: it says reference string %s, the transcript and the beacon give %s: %w", sealed.Parameters, parameters, protocol.ErrInvalid)
	}
	report.add("phase 1 sealed with beacon %s (%s)", sealed.Beacon, sealed.BeaconSource)
	return c, t.replayPhase2(ctx, s, c, report)
}

func (t *Transcript) replayPhase2(ctx context.Context, s *State, c *chain, report *Report) error {
	if err := t.startPhase2(ctx, c); err != nil {
		return err
	}
	for i := range s.Phases[1].Contributions {
		r := &s.Phases[1].Contributions[i]
		next, err := checkLink(ctx, t, s, r, c.phase2, t.manifest.decodePhase2, (*mpcsetup.Phase2).Verify)
		if err != nil {
			return err
		}
		c.phase2 = next
		report.addLink(r)
	}
	return nil
}

// checkLink checks one contribution against the parameters before it, which it may
// use up, and returns its own.
func checkLink[P params](ctx context.Context, t *Transcript, s *State, r *Record, previous P, decode func([]byte) (P, error), verify func(previous, next P) error) (P, error) {
	var none P
	data, err := s.readParams(t.dir, r)
	if err != nil {
		return none, err
	}
	what := fmt.Sprintf("phase %d: checking contribution %d of %d", r.Phase, r.Sequence, len(s.Phases[r.Phase-1].Contributions))
	return step(ctx, t, what, func() (P, error) {
		next, err := decode(data)
		if err != nil {
			return none, err
		}
		// gnark lets an empty challenge pass; what was decoded has one.
		before, err := encodeParams(previous)
		if err != nil {
			return none, err
		}
		if challengeOf(data) != common.Hash(sha256.Sum256(before)) {
			return none, fmt.Errorf("it does not follow the parameters before: %w", protocol.ErrInvalid)
		}
		if err := verify(previous, next); err != nil {
			return none, fmt.Errorf("%v: %w", err, protocol.ErrInvalid)
		}
		return next, nil
	})
}

func (r *Report) addLink(link *Record) {
	by := ""
	if link.Contributor != "" {
		by = fmt.Sprintf(" by %q", link.Contributor)
	}
	r.add("phase %d, contribution %d%s: record %s, proofs hold", link.Phase, link.Sequence, by, link.Hash)
}

// sealPhase1 closes phase 1 and returns the SHA-256 of the reference string.
func (t *Transcript) sealPhase1(ctx context.Context, c *chain, beacon []byte) (common.Hash, error) {
	commons, err := step(ctx, t, "phase 1: applying the beacon", func() (*mpcsetup.SrsCommons, error) {
		commons := c.phase1.Seal(beacon)
		return &commons, nil
	})
	if err != nil {
		return zero, err
	}
	c.commons, c.phase1 = commons, nil // gnark: no valid phase 1 any more
	h := sha256.New()
	if _, err := c.commons.WriteTo(h); err != nil {
		return zero, fmt.Errorf("hash reference string: %w", err)
	}
	return common.BytesToHash(h.Sum(nil)), nil
}

// startPhase2 evaluates the circuit at the reference string: the longest step.
func (t *Transcript) startPhase2(ctx context.Context, c *chain) error {
	type start struct {
		phase2 *mpcsetup.Phase2
		evals  mpcsetup.Phase2Evaluations
	}
	s, err := step(ctx, t, "phase 2: evaluating the circuit", func() (start, error) {
		p := new(mpcsetup.Phase2)
		evals := p.Initialize(t.system, c.commons)
		return start{p, evals}, nil
	})
	c.phase2, c.evals = s.phase2, s.evals
	return err
}
