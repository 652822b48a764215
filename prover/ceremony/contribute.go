package ceremony

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Contribution is how to contribute.
type Contribution struct {
	Name string // free text, at most 200 bytes; may be empty
	// Trust leaves out the proofs of the contributions before. The ceremony is as
	// safe for it; the contributor only finds out later that the work was for nothing.
	Trust bool
}

// Contribute adds a contribution to the open phase and returns its record, whose hash
// the contributor should publish. It fails with protocol.ErrConflict if the ceremony
// is over, protocol.ErrInvalid if what is there does not hold, and
// protocol.ErrUnauthorized if the process's randomness is not the system's. If it is
// interrupted nothing is added, and the secret is gone.
func (t *Transcript) Contribute(ctx context.Context, how Contribution) (Record, error) {
	if err := checkText("contributor's name", how.Name); err != nil {
		return Record{}, err
	}
	unlock, err := t.lock()
	if err != nil {
		return Record{}, err
	}
	defer unlock()
	state, err := t.read()
	if err != nil {
		return Record{}, err
	}
	phase := state.OpenPhase()
	if phase == 0 {
		return Record{}, fmt.Errorf("contribute: the ceremony is sealed: %w", protocol.ErrConflict)
	}
	sequence := len(state.Phases[phase-1].Contributions) + 1
	if sequence > maxContributions {
		return Record{}, fmt.Errorf("contribute: phase %d has %d contributions, which is the limit: %w", phase, maxContributions, protocol.ErrConflict)
	}
	last, err := t.last(ctx, state, phase, how.Trust)
	if err != nil {
		return Record{}, err
	}
	data, err := t.contribute(ctx, phase, last)
	if err != nil {
		return Record{}, err
	}
	r := Record{
		Ceremony: t.manifest.Hash, CircuitHash: t.manifest.CircuitHash, SpecVersion: t.manifest.SpecVersion,
		Phase: phase, Sequence: sequence, Contributor: how.Name,
		Size: int64(len(data)), SHA256: sha256.Sum256(data), Previous: state.Head(),
	}
	seal(&r)
	if err := r.check(); err != nil {
		return Record{}, err
	}
	if err := writeBytes(paramsPath(t.dir, phase, sequence), data); err != nil {
		return Record{}, err
	}
	return r, writeRecord(recordPath(t.dir, phase, sequence), &r)
}

// contributor is gnark's side of a phase.
type contributor interface {
	params
	Contribute()
}

// last returns the parameters that the next contribution builds on.
func (t *Transcript) last(ctx context.Context, s *State, phase int, trust bool) (contributor, error) {
	done := s.Phases[phase-1].Contributions
	if trust && len(done) > 0 {
		data, err := s.readParams(t.dir, &done[len(done)-1])
		if err != nil {
			return nil, err
		}
		return step(ctx, t, fmt.Sprintf("phase %d: reading contribution %d", phase, len(done)), func() (contributor, error) {
			if phase == 1 {
				return t.manifest.decodePhase1(data)
			}
			return t.manifest.decodePhase2(data)
		})
	}
	c, err := t.replay(ctx, s, nil)
	if err != nil {
		return nil, err
	}
	if phase == 1 {
		return c.phase1, nil
	}
	return c.phase2, nil
}

// contribute applies fresh secrets, forgets them, and checks the result as everyone
// else will: a machine that computes wrongly should hear it first.
func (t *Transcript) contribute(ctx context.Context, phase int, last contributor) ([]byte, error) {
	if err := checkEntropy(); err != nil {
		return nil, err
	}
	type pair struct{ before, after []byte }
	files, err := step(ctx, t, fmt.Sprintf("phase %d: contributing", phase), func() (p pair, err error) {
		if p.before, err = encodeParams(last); err != nil {
			return p, err
		}
		last.Contribute()
		p.after, err = encodeParams(last)
		forget()
		return p, err
	})
	if err != nil {
		return nil, err
	}
	if err := checkEntropy(); err != nil { // it was not replaced meanwhile either
		return nil, err
	}
	return step(ctx, t, fmt.Sprintf("phase %d: checking the new contribution", phase), func() ([]byte, error) {
		return files.after, t.checkOwn(phase, files.before, files.after)
	})
}

func (t *Transcript) checkOwn(phase int, before, after []byte) error {
	if sum := common.Hash(sha256.Sum256(before)); challengeOf(after) != sum {
		return fmt.Errorf("check own contribution: its challenge is wrong: %w", protocol.ErrInternal)
	}
	if phase == 1 {
		previous, next, err := decodeTwo(t.manifest.rawPhase1, t.manifest.decodePhase1, before, after)
		if err != nil {
			return err
		}
		return previous.Verify(next)
	}
	previous, next, err := decodeTwo(t.manifest.rawPhase2, t.manifest.decodePhase2, before, after)
	if err != nil {
		return err
	}
	return previous.Verify(next)
}

func decodeTwo[T any](own, checked func([]byte) (T, error), before, after []byte) (previous, next T, err error) {
	if previous, err = own(before); err == nil {
		next, err = checked(after)
	}
	return previous, next, err
}
