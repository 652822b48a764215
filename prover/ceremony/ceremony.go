// Package ceremony makes deployment keys of a circuit with several people, of whom
// one honest one is enough: phase 1 (powers of tau) and phase 2 (the circuit) of
// Groth16 over BN254, each a chain of contributions closed by a public beacon. It
// keeps the transcript in a folder and checks all of it. The cryptography is gnark's
// package mpcsetup; parameter files hold its encoding and nothing else, so that
// other software can check them. Enter at Create and Open.
//
// It is not a service: people pass the folder on. It authenticates nobody: a name in
// a record is what its contributor typed, and counts only where that person
// published the record's hash.
//
// Invariants: every secret comes from the operating system's randomness and lives
// only in the call to Contribute; a file of the folder is read only up to a size
// that follows from the circuit; a record is written after what it speaks of and
// never changed; what Seal writes follows from the transcript and the beacon alone.
package ceremony

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"sync"
	"time"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/logger"
	"github.com/ethereum/go-ethereum/common"
	"github.com/gofrs/flock"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// Circuit is what a ceremony makes keys for.
type Circuit struct {
	Name        string // lower-case letters and digits; names the verifier contract
	System      constraint.ConstraintSystem
	SpecVersion uint32 // version of the trace specification that the circuit proves
}

// quiet stops gnark's own logging to stderr; it has one switch for the process.
var quiet = sync.OnceFunc(logger.Disable)

// Compile compiles a circuit for a ceremony.
func Compile(c keys.Circuit, specVersion uint32) (Circuit, error) {
	quiet()
	system, err := c.Compile()
	if err != nil {
		return Circuit{}, fmt.Errorf("compile circuit %s: %w", c.Name, err)
	}
	return Circuit{Name: c.Name, System: system, SpecVersion: specVersion}, nil
}

// Options are the choices of whoever starts a ceremony.
type Options struct {
	MinContributions int // in each phase, before it can be sealed; at least 1
}

// Transcript is a ceremony's folder together with its circuit. Only one process at
// a time changes a folder; any number may read it.
type Transcript struct {
	// Progress gets lines for a person; nil discards them. No secret gets there.
	Progress io.Writer

	dir      string
	name     string
	system   *cs.R1CS
	manifest Manifest
}

// Create starts a ceremony in a folder that is new or empty. It first makes
// throw-away keys of the circuit and lints them (about ten seconds for 40,000
// constraints): a circuit whose keys would be refused at the end is refused here.
func Create(ctx context.Context, dir string, c Circuit, o Options, progress io.Writer) (*Transcript, error) {
	t, err := bind(dir, c, o, progress)
	if err != nil {
		return nil, err
	}
	if err := checkEntropy(); err != nil {
		return nil, err
	}
	if err := makeEmpty(dir); err != nil {
		return nil, err
	}
	vk, err := step(ctx, t, "circuit "+c.Name+": making throw-away keys to lint", func() (groth16.VerifyingKey, error) {
		_, vk, err := groth16.Setup(t.system)
		return vk, err
	})
	if err != nil {
		return nil, err
	}
	err = keys.Lint(vk, t.manifest.PublicInputs)
	if err != nil {
		return nil, err
	}
	if err := writeRecord(filepath.Join(dir, manifestFile), &t.manifest); err != nil {
		return nil, err
	}
	return t, nil
}

// Open opens a ceremony that was made for this circuit. It fails with
// protocol.ErrNotFound if there is none in the folder and protocol.ErrConflict if it
// is for another circuit or specification. It checks no contribution: see Verify.
func Open(dir string, c Circuit, progress io.Writer) (*Transcript, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	t, err := bind(dir, c, Options{MinContributions: m.MinContributions}, progress)
	if err != nil {
		return nil, err
	}
	if m != t.manifest {
		return nil, fmt.Errorf("open ceremony: it is for circuit %s %s with spec version %d, not for %s %s with spec version %d: %w",
			m.Circuit, m.CircuitHash, m.SpecVersion, c.Name, t.manifest.CircuitHash, c.SpecVersion, protocol.ErrConflict)
	}
	return t, nil
}

// Manifest returns what the ceremony is for.
func (t *Transcript) Manifest() Manifest { return t.manifest }

// bind derives the manifest of a ceremony from its circuit.
func bind(dir string, c Circuit, o Options, progress io.Writer) (*Transcript, error) {
	quiet()
	fail := func(format string, args ...any) (*Transcript, error) {
		return nil, fmt.Errorf("bind ceremony to circuit: %s: %w", fmt.Sprintf(format, args...), protocol.ErrInvalid)
	}
	system, ok := c.System.(*cs.R1CS)
	if !ok {
		return fail("not a rank-1 system over BN254")
	}
	if infos, ok := system.GetCommitments().(constraint.Groth16Commitments); !ok || len(infos) != 0 {
		return fail("it has commitments")
	}
	hash, err := keys.CircuitHash(system)
	if err != nil {
		return nil, err
	}
	internal, secret, public := system.GetNbVariables()
	m := Manifest{
		Format: formatVersion, Circuit: c.Name, CircuitHash: hash, SpecVersion: c.SpecVersion,
		Constraints: system.GetNbConstraints(), PublicInputs: public - 1, PrivateWires: internal + secret,
		// Sequences of powers have a first ratio, so the smallest domain is 2.
		Domain:           max(2, ecc.NextPowerOfTwo(uint64(system.GetNbConstraints()))),
		MinContributions: o.MinContributions,
	}
	seal(&m)
	if err := m.check(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = io.Discard
	}
	return &Transcript{Progress: progress, dir: dir, name: c.Name, system: system, manifest: m}, nil
}

// lock keeps other processes from changing the folder until the function it
// returns is called.
func (t *Transcript) lock() (unlock func(), err error) {
	l := flock.New(filepath.Join(t.dir, lockFile))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock ceremony: %w", err)
	}
	if !got {
		return nil, fmt.Errorf("lock ceremony: another process is working on %s: %w", t.dir, protocol.ErrConflict)
	}
	return func() { _ = l.Unlock() }, nil
}

// heartbeat is how often a long step says that it is alive.
const heartbeat = 20 * time.Second

// step runs one piece of work and says what it is and how long it took. gnark takes
// no context, so when ctx ends step returns at once and leaves the piece to finish
// in the background. A piece therefore never writes files, hands its result over by
// returning it, and nothing that it uses is touched after a failed step. Panics are
// errors: gnark has them for input it did not expect.
func step[T any](ctx context.Context, t *Transcript, what string, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	var none T
	if err := ctx.Err(); err != nil {
		return none, fmt.Errorf("%s: %w", what, err)
	}
	fmt.Fprintf(t.Progress, "%s\n", what)
	start := time.Now()
	done := make(chan result, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- result{err: fmt.Errorf("%v: %w", r, protocol.ErrInvalid)}
			}
		}()
		value, err := work()
		done <- result{value, err}
	}()
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case r := <-done:
			if r.err != nil {
				return none, fmt.Errorf("%s: %w", what, r.err)
			}
			if took := time.Since(start); took > time.Second {
				fmt.Fprintf(t.Progress, "  done in %s\n", took.Round(100*time.Millisecond))
			}
			return r.value, nil
		case <-tick.C:
			fmt.Fprintf(t.Progress, "  still at it after %s\n", time.Since(start).Round(time.Second))
		case <-ctx.Done():
			return none, fmt.Errorf("%s: %w", what, ctx.Err())
		}
	}
}

// zero is the hash that nothing has.
var zero common.Hash
