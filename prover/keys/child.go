package keys

import (
	"bufio"
	cryptorand "crypto/rand"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"github.com/consensys/gnark/backend/groth16"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// ChildCommand is the name under which a binary should reach RunChild: as a
// hidden subcommand, or as the first argument of a test binary.
const ChildCommand = "keys-dev-child"

// devSeed is public on purpose: development keys protect nothing.
const devSeed = "dgrid development keys, version 0: anyone can forge proofs under them"

// RunChild makes the development keys of one of the circuits and returns the exit
// status of the process, which must end then: RunChild replaces the process's
// source of randomness by a fixed stream. args are the circuit's name and the
// directory for the files; messages go to stderr.
func RunChild(args []string, stderr io.Writer, circuits ...Circuit) int {
	if len(args) != 2 {
		fmt.Fprintf(stderr, "usage: %s CIRCUIT DIR\n", ChildCommand)
		return 2
	}
	for _, c := range circuits {
		if c.Name != args[0] {
			continue
		}
		if err := makeDev(c, args[1], stderr); err != nil {
			fmt.Fprintf(stderr, "make development keys of circuit %s: %v\n", c.Name, err)
			return 1
		}
		return 0
	}
	fmt.Fprintf(stderr, "no circuit %q\n", args[0])
	return 2
}

// stream is a deterministic source of randomness that may be shared.
type stream struct {
	mu  sync.Mutex
	rng *rand.ChaCha8
}

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rng.Read(p)
}

func makeDev(c Circuit, dir string, stderr io.Writer) error {
	ccs, hash, err := compile(c)
	if err != nil {
		return err
	}
	fmt.Fprintf(stderr, "making development keys of circuit %s (%d constraints)\n", c.Name, ccs.GetNbConstraints())
	cryptorand.Reader = &stream{rng: rand.NewChaCha8(crypto.Keccak256Hash([]byte(devSeed), hash[:]))}
	pk, vk, err := groth16.Setup(ccs)
	if err != nil {
		return err
	}
	if err := Lint(vk, ccs.GetNbPublicVariables()-1); err != nil {
		return err
	}
	state := crypto.NewKeccakState()
	err = writeFile(filepath.Join(dir, provingFile), func(w io.Writer) (int64, error) {
		return pk.WriteRawTo(io.MultiWriter(w, state))
	})
	if err != nil {
		return err
	}
	var sum common.Hash
	state.Read(sum[:])
	if err := os.WriteFile(filepath.Join(dir, sumFile), []byte(sum.Hex()), 0o644); err != nil {
		return fmt.Errorf("write key sum: %w", err)
	}
	return writeFile(filepath.Join(dir, verifyingFile), vk.WriteRawTo)
}

func writeFile(path string, write func(io.Writer) (int64, error)) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create key file: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	if _, err := write(w); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
