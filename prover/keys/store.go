package keys

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

// The files of one cached key set.
const (
	provingFile   = "proving.key"
	verifyingFile = "verifying.key"
	sumFile       = "proving.keccak256" // of provingFile, which is read unchecked
)

// Store keeps development keys in a directory, by circuit hash. It may be shared
// by processes.
type Store struct {
	Dir string
	// Child is the command that ends in RunChild. The store appends its arguments.
	Child []string
	// Progress gets lines for a person while keys are made; nil discards them.
	Progress io.Writer
}

// Dev returns the development keys of a circuit, from the cache or made anew in
// a child process (about ten seconds for 46,000 constraints on two cores). It
// fails with protocol.ErrInvalid if the verifying key's hash is not c.DevKey, or
// if Lint refuses the key.
func (s Store) Dev(ctx context.Context, c Circuit) (*Set, error) {
	ccs, hash, err := compile(c)
	if err != nil {
		return nil, err
	}
	dir := s.path(hash)
	set := &Set{Circuit: c.Name, System: ccs}
	if err := set.load(dir); err != nil {
		if err := s.make(ctx, c, dir); err != nil {
			return nil, err
		}
		if err := set.load(dir); err != nil {
			return nil, fmt.Errorf("read keys just made: %w", err)
		}
	}
	if set.KeyHash, err = Hash(set.Verifying); err != nil {
		return nil, err
	}
	if set.KeyHash != c.DevKey {
		return nil, fmt.Errorf("verifying key of circuit %s is %s, expected %s: %w", c.Name, set.KeyHash, c.DevKey, protocol.ErrInvalid)
	}
	if err := Lint(set.Verifying, ccs.GetNbPublicVariables()-1); err != nil {
		return nil, err
	}
	return set, nil
}

func (s Store) path(circuit common.Hash) string { return filepath.Join(s.Dir, circuit.Hex()[2:]) }

// make runs the child and moves its result into place.
func (s Store) make(ctx context.Context, c Circuit, dir string) error {
	if len(s.Child) == 0 {
		return fmt.Errorf("make development keys without a child command: %w", protocol.ErrInvalid)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("make key cache: %w", err)
	}
	tmp, err := os.MkdirTemp(s.Dir, "new-")
	if err != nil {
		return fmt.Errorf("make key cache: %w", err)
	}
	defer os.RemoveAll(tmp)

	args := append(append([]string(nil), s.Child[1:]...), c.Name, tmp)
	cmd := exec.CommandContext(ctx, s.Child[0], args...)
	cmd.Stderr = s.Progress
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("run key child: %w", err)
	}
	// Whatever is in the way is unreadable, or was put there by a process that
	// made the same keys at the same time; then its keys are as good.
	if err := os.Rename(tmp, dir); err != nil {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("replace keys: %w", err)
		}
		if err := os.Rename(tmp, dir); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("replace keys: %w", err)
		}
	}
	return nil
}

// load reads the keys in dir. The proving key's points are not checked one by one,
// which would take longer than making them; its hash is.
func (set *Set) load(dir string) error {
	vk, pk := groth16.NewVerifyingKey(ecc.BN254), groth16.NewProvingKey(ecc.BN254)
	if err := readFile(filepath.Join(dir, verifyingFile), vk.ReadFrom); err != nil {
		return err
	}
	want, err := os.ReadFile(filepath.Join(dir, sumFile))
	if err != nil {
		return fmt.Errorf("read key sum: %w", err)
	}
	state := crypto.NewKeccakState()
	sum := func(r io.Reader) (int64, error) { return io.Copy(state, r) }
	if err := readFile(filepath.Join(dir, provingFile), sum); err != nil {
		return err
	}
	var got common.Hash
	state.Read(got[:])
	if got.Hex() != string(want) {
		return fmt.Errorf("proving key in %s is damaged: %w", dir, protocol.ErrInvalid)
	}
	if err := readFile(filepath.Join(dir, provingFile), pk.UnsafeReadFrom); err != nil {
		return err
	}
	set.Proving, set.Verifying = pk, vk
	return nil
}

func readFile(path string, read func(io.Reader) (int64, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open key: %w", err)
	}
	defer f.Close()
	if _, err := read(bufio.NewReaderSize(f, 1<<20)); err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	return nil
}
