package disputes

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// TestMain lets the test binary be its own key child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, keys.Step()))
	}
	os.Exit(m.Run())
}

// proving makes what the verifier takes for a statement.
type proving interface {
	// prove fails with protocol.ErrConflict if the statement is false.
	prove(in *circuit.StepInput, ok bool) ([]byte, error)
}

// proved makes real proofs under the development key.
type proved struct {
	*prover.Prover
	set *keys.Set
}

var realProver = sync.OnceValues(func() (proved, error) {
	store := keys.Store{Dir: filepath.Join("..", "..", ".cache", "keys"), Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
	set, err := store.Dev(context.Background(), keys.Step())
	if err != nil {
		return proved{}, err
	}
	p, err := prover.New(set, chainID)
	return proved{p, set}, err
})

func (p proved) prove(in *circuit.StepInput, ok bool) ([]byte, error) {
	proof, _, err := p.Prove(context.Background(), in, ok)
	return proof[:], err
}

// ideal is a proof system without mathematics: it knows which statements were shown to
// be true, and its verifier accepts those public inputs and no others. The bytes of a
// proof mean nothing to it, as nothing that a forger writes does.
type ideal struct {
	mu   sync.Mutex
	true map[circuit.Inputs]bool
	last circuit.Inputs // refused last, for messages
}

func newIdeal() *ideal { return &ideal{true: map[circuit.Inputs]bool{}} }

func (o *ideal) prove(in *circuit.StepInput, ok bool) ([]byte, error) {
	right, err := reference(in)
	if err != nil {
		return nil, err
	}
	if right != ok {
		return nil, fmt.Errorf("the claim is %t: %w", right, protocol.ErrConflict)
	}
	inputs, err := in.Inputs(ok)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.true[inputs] = true
	// As dear to send as a real one: no byte is zero.
	return bytes.Repeat([]byte{1}, prover.ProofSize), nil
}

// reference is the circuit's reference. A made-up statement may read behind the end of its
// chunk, for which the reference has no answer.
func reference(in *circuit.StepInput) (ok bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v: %w", r, protocol.ErrInvalid)
		}
	}()
	return in.Reference()
}

// Name implements vm.PrecompiledContract.
func (o *ideal) Name() string { return "ideal verifier" }

// RequiredGas is about that of the real verifier.
func (o *ideal) RequiredGas([]byte) uint64 { return 215_000 }

// Run implements vm.PrecompiledContract: verifyProof(bytes, uint256[5]).
func (o *ideal) Run(input []byte) ([]byte, error) {
	const head = 4 + 32
	if len(input) < head+32*circuit.PublicInputs || !bytes.Equal(input[:4], prover.Calldata(prover.Proof{}, circuit.Inputs{})[:4]) {
		return nil, vm.ErrExecutionReverted
	}
	var inputs circuit.Inputs
	for i := range inputs {
		inputs[i] = common.Hash(input[head+32*i : head+32*i+32])
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.true[inputs] {
		o.last = inputs
		return nil, vm.ErrExecutionReverted
	}
	return nil, nil
}
