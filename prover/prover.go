// Package prover makes and checks the proofs that settle disputes. It turns a step
// in plain values (package circuit) into 256 proof bytes and five public inputs,
// in the form that the verifier contract takes.
//
// It decides nothing: whether a step is wrong, worth a dispute or bound to a
// receipt is for the auditor and the contracts. Enter at New.
//
// Invariants: a key set that Lint refuses or that does not belong on the chain
// never proves; what Prove returns has been verified. Proofs are malleable: a
// proof's bytes never identify anything.
package prover

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// ProofSize is the size of a proof in bytes: points A (64), B (128), C (64).
const ProofSize = 256

// Proof is a Groth16 proof in the encoding of the verifier contract.
type Proof [ProofSize]byte

// Prover proves and verifies steps. It is safe for concurrent use: proofs are made
// one after the other, since each takes all cores.
type Prover struct {
	set  *keys.Set
	busy chan struct{} // holds one token while a proof is made
	last atomic.Int64  // duration of the last proof in nanoseconds, 0 before the first
}

// New returns a prover for the chain. It fails with protocol.ErrUnauthorized if
// the keys must not be used there and protocol.ErrInvalid if Lint refuses them.
func New(set *keys.Set, chainID uint64) (*Prover, error) {
	if err := set.CheckChain(chainID); err != nil {
		return nil, err
	}
	if err := keys.Lint(set.Verifying, circuit.PublicInputs); err != nil {
		return nil, err
	}
	return &Prover{set: set, busy: make(chan struct{}, 1)}, nil
}

// KeyHash returns the hash of the verifying key. A service refuses to start where
// the chain's key has another.
func (p *Prover) KeyHash() common.Hash { return p.set.KeyHash }

// Prove proves that the claim of a step is right (ok) or wrong (!ok). It waits for
// proofs under way. It fails with protocol.ErrConflict if the statement is false,
// protocol.ErrInvalid if the step has no proof either way, and ctx's error if ctx ends
// before the work begins: a running proof (about a second) is not interrupted.
func (p *Prover) Prove(ctx context.Context, in *circuit.StepInput, ok bool) (Proof, circuit.Inputs, error) {
	holds, err := in.Reference()
	if err != nil {
		return Proof{}, circuit.Inputs{}, err
	}
	if holds != ok {
		return Proof{}, circuit.Inputs{}, fmt.Errorf("prove that a claim is right=%t: %w", ok, protocol.ErrConflict)
	}
	assignment, inputs, err := in.Assign(ok)
	if err != nil {
		return Proof{}, circuit.Inputs{}, err
	}
	select {
	case p.busy <- struct{}{}:
		defer func() { <-p.busy }()
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil {
		return Proof{}, circuit.Inputs{}, fmt.Errorf("prove step: %w", err)
	}
	start := time.Now()
	proof, err := p.prove(assignment)
	if err != nil {
		return Proof{}, circuit.Inputs{}, err
	}
	if err := p.Verify(proof, inputs); err != nil {
		return Proof{}, circuit.Inputs{}, fmt.Errorf("check own proof: %w", err)
	}
	p.last.Store(int64(time.Since(start)))
	return proof, inputs, nil
}

// Estimate says what a proof takes. Every step costs the same.
type Estimate struct {
	Constraints int           `json:"constraints"`
	Memory      uint64        `json:"memory"`      // peak bytes of the process beyond what it holds now
	Duration    time.Duration `json:"duration_ns"` // good to a factor of two while no proof was made
}

// The estimate's rules of thumb, measured: scratch memory of a constraint, and how
// much longer a proof takes than one product over sampled points.
const (
	scratchPerConstraint = 1600 // bytes
	samplePoints         = 4096
	samplesPerProof      = 40
)

// Estimate estimates a proof without making one: from the last one, or else from a
// sample of its work, which takes some milliseconds.
func (p *Prover) Estimate() (Estimate, error) {
	e := Estimate{
		Constraints: p.set.System.GetNbConstraints(),
		Memory:      uint64(p.set.System.GetNbConstraints()) * scratchPerConstraint,
		Duration:    time.Duration(p.last.Load()),
	}
	if e.Duration > 0 {
		return e, nil
	}
	points := p.set.Proving.(*groth16bn254.ProvingKey).G1.Z
	if len(points) < samplePoints {
		return e, nil
	}
	scalars := make([]fr.Element, samplePoints)
	scalars[0].SetUint64(3)
	for i := 1; i < len(scalars); i++ {
		scalars[i].Square(&scalars[i-1])
		scalars[i].Add(&scalars[i], &scalars[0])
	}
	start := time.Now()
	if _, err := new(bn254.G1Jac).MultiExp(points[:samplePoints], scalars, ecc.MultiExpConfig{}); err != nil {
		return e, fmt.Errorf("sample a proof: %w", err)
	}
	e.Duration = samplesPerProof * time.Since(start)
	return e, nil
}

// prove proves an assignment as it is; a false one has no proof.
func (p *Prover) prove(assignment frontend.Circuit) (Proof, error) {
	witness, err := frontend.NewWitness(assignment, ecc.BN254.ScalarField())
	if err != nil {
		return Proof{}, fmt.Errorf("build witness: %w", err)
	}
	made, err := groth16.Prove(p.set.System, p.set.Proving, witness)
	if err != nil {
		return Proof{}, fmt.Errorf("prove step: %w", err)
	}
	raw := made.(*groth16bn254.Proof).MarshalSolidity()
	if len(raw) != ProofSize {
		return Proof{}, fmt.Errorf("proof of %d bytes: %w", len(raw), protocol.ErrInternal)
	}
	return Proof(raw), nil
}

// Verify checks a proof as the contract does. It fails with protocol.ErrInvalid if
// an input is not below the field's modulus, a point is malformed, or the proof
// does not hold.
func (p *Prover) Verify(proof Proof, inputs circuit.Inputs) error {
	decoded, err := decode(proof)
	if err != nil {
		return err
	}
	public := make(fr.Vector, len(inputs))
	for i, in := range inputs {
		if err := public[i].SetBytesCanonical(in[:]); err != nil {
			return fmt.Errorf("public input %d is not a field element: %w", i, protocol.ErrInvalid)
		}
	}
	if err := groth16bn254.Verify(decoded, p.set.Verifying.(*groth16bn254.VerifyingKey), public); err != nil {
		return fmt.Errorf("verify proof: %v: %w", err, protocol.ErrInvalid)
	}
	return nil
}

// decode reads the three points and refuses bytes that are not their one encoding.
func decode(proof Proof) (*groth16bn254.Proof, error) {
	var p groth16bn254.Proof
	const g1, g2 = bn254.SizeOfG1AffineUncompressed, bn254.SizeOfG2AffineUncompressed
	for _, part := range []struct {
		bytes []byte
		set   func([]byte) (int, error)
	}{{proof[:g1], p.Ar.SetBytes}, {proof[g1 : g1+g2], p.Bs.SetBytes}, {proof[g1+g2:], p.Krs.SetBytes}} {
		if n, err := part.set(part.bytes); err != nil || n != len(part.bytes) {
			return nil, fmt.Errorf("decode proof: %v: %w", err, protocol.ErrInvalid)
		}
	}
	if string(p.MarshalSolidity()) != string(proof[:]) {
		return nil, fmt.Errorf("decode proof: encoding is not canonical: %w", protocol.ErrInvalid)
	}
	return &p, nil
}

// Calldata returns the calldata of the verifier contract's verifyProof(bytes,
// uint256[5]), which reverts unless the proof holds.
func Calldata(proof Proof, inputs circuit.Inputs) []byte {
	data := append([]byte(nil), crypto.Keccak256([]byte("verifyProof(bytes,uint256[5])"))[:4]...)
	offset, length := common.Hash{}, common.Hash{}
	const head = 32 * (1 + circuit.PublicInputs)
	offset[31], length[30] = head, ProofSize>>8
	data = append(data, offset[:]...)
	for _, in := range inputs {
		data = append(data, in[:]...)
	}
	data = append(data, length[:]...)
	return append(data, proof[:]...)
}
