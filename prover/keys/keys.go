// Package keys makes, caches and checks the Groth16 keys of the circuits.
//
// It holds development keys only: their secret is a fixed seed, so whoever reads
// this repository can forge proofs under them. They exist to make tests and demo
// networks repeatable and are refused on every chain that is not a development
// one. Enter at Store.Dev.
//
// Invariants: the deterministic randomness behind a development key exists only
// in a child process that does nothing else (RunChild), never in a process that
// makes wallet keys or nonces; a key is used only if its hash is the committed one
// and Lint accepts it.
package keys

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/logger"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/circuit"
)

// Circuit names a circuit and the verifying key that belongs to it.
type Circuit struct {
	Name    string
	Compile func() (constraint.ConstraintSystem, error)
	DevKey  common.Hash // Hash of the development verifying key
}

// Step is the circuit of every operation (package circuit). Its development key
// changes with every change of the circuit: Store.Dev then fails with the new hash.
func Step() Circuit {
	return Circuit{Name: "step", Compile: circuit.Compile, DevKey: common.HexToHash(stepDevKey)}
}

// Set is the keys of one circuit together with its constraint system.
type Set struct {
	Circuit    string
	System     constraint.ConstraintSystem
	Proving    groth16.ProvingKey
	Verifying  groth16.VerifyingKey
	KeyHash    common.Hash // Hash of Verifying
	Deployment bool        // false for development keys
}

// The chain ids on which development keys are accepted.
const (
	hardhatChain = 31337
	gethDevChain = 1337
)

// CheckChain fails with protocol.ErrUnauthorized if the keys must not be used on
// the chain: development keys belong on development chains only.
func (s *Set) CheckChain(chainID uint64) error {
	if s.Deployment || chainID == hardhatChain || chainID == gethDevChain {
		return nil
	}
	return fmt.Errorf("use development keys of circuit %s on chain %d: %w", s.Circuit, chainID, protocol.ErrUnauthorized)
}

// Hash returns the hash of a verifying key: keccak256 over its uncompressed
// serialization.
func Hash(vk groth16.VerifyingKey) (common.Hash, error) {
	var buf bytes.Buffer
	if _, err := vk.WriteRawTo(&buf); err != nil {
		return common.Hash{}, fmt.Errorf("serialize verifying key: %w", err)
	}
	return crypto.Keccak256Hash(buf.Bytes()), nil
}

// CircuitHash returns the hash of a compiled circuit: keccak256 over its
// serialization. Keys of one circuit do not fit another.
func CircuitHash(ccs constraint.ConstraintSystem) (common.Hash, error) {
	state := crypto.NewKeccakState()
	if _, err := ccs.WriteTo(state); err != nil {
		return common.Hash{}, fmt.Errorf("serialize circuit: %w", err)
	}
	var h common.Hash
	state.Read(h[:])
	return h, nil
}

// quiet stops gnark's own logging to stderr; it has one switch for the process.
var quiet = sync.OnceFunc(logger.Disable)

// compile compiles c and refuses a circuit with commitments: they cost gas, and a
// range check can bring one in silently.
func compile(c Circuit) (constraint.ConstraintSystem, common.Hash, error) {
	quiet()
	ccs, err := c.Compile()
	if err != nil {
		return nil, common.Hash{}, err
	}
	if ccs.Field().Cmp(ecc.BN254.ScalarField()) != 0 {
		return nil, common.Hash{}, fmt.Errorf("circuit %s is not over BN254: %w", c.Name, protocol.ErrInvalid)
	}
	if infos, ok := ccs.GetCommitments().(constraint.Groth16Commitments); !ok || len(infos) != 0 {
		return nil, common.Hash{}, fmt.Errorf("circuit %s has commitments: %w", c.Name, protocol.ErrInvalid)
	}
	hash, err := CircuitHash(ccs)
	return ccs, hash, err
}
