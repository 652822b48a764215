package disputes

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	bn256 "github.com/ethereum/go-ethereum/crypto/bn256/cloudflare"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Everything that a proof of a fault carries is bound: changed anywhere, a hundred times
// each, it convicts nobody.
func TestProvedEverythingInAFaultProofIsBound(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	cases := 0
	row(t, "everything in a fault proof is bound (proved)", &cases)
	e, p := bound(f.a.evidence()), unpackFault(call.Data)
	changes := map[string]func(r *rand.Rand, e *bindings.ReceiptEvidence, p *bindings.StepProof){
		"position": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.T += uint32(r.IntN(9)) - 4
		},
		"layer": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.L += uint32(r.IntN(5)) - 2
		},
		"vector": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			p.Step.Vector = uint16(r.IntN(52))
		},
		"row":      func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Row ^= 1 << r.IntN(32) },
		"column":   func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Col ^= 1 << r.IntN(32) },
		"padding":  func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Step.Padding = true },
		"digest A": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestA[:]) },
		"digest B": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestB[:]) },
		"digest O": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.DigestO[:]) },
		"aliased": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			d := []*[32]byte{&p.DigestA, &p.DigestB, &p.DigestO}[r.IntN(3)]
			sum := new(big.Int).Add(new(big.Int).SetBytes(d[:]), new(big.Int).Mul(modulus, big.NewInt(1+r.Int64N(4))))
			if sum.BitLen() > 256 {
				sum = new(big.Int).Add(new(big.Int).SetBytes(d[:]), modulus)
			}
			*d = common.BigToHash(sum)
		},
		"path": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			path := [][][32]byte{p.PathA, p.PathB, p.PathO}[r.IntN(3)]
			flip(r, path[r.IntN(len(path))][:])
		},
		"depth": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			path := []*[][32]byte{&p.PathA, &p.PathB, &p.PathO}[r.IntN(3)]
			if *path = (*path)[r.IntN(2):]; len(*path) > 0 && r.IntN(2) == 0 {
				*path = (*path)[:len(*path)-1]
			} else {
				*path = append(*path, [32]byte{})
			}
		},
		"submitter": func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Submitter = mallory.Address },
		"proof":     func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.Proof) },
		"opening": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			flip(r, p.Opening.Opening.BlockRoot[:])
		},
		"opening's t": func(_ *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { p.Opening.Opening.T++ },
		"opening of another receipt": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) {
			flip(r, p.Opening.Opening.ReceiptHash[:])
		},
		"opening's signature": func(r *rand.Rand, _ *bindings.ReceiptEvidence, p *bindings.StepProof) { flip(r, p.Opening.Signature) },
		"receipt's signature": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) { flip(r, e.Signature) },
		"model version": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Request.ModelVersion[:])
		},
		"prompt": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Request.PromptRoot[:])
		},
		"answer": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Receipt.OutputRoot[:])
		},
		"trace": func(r *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			flip(r, e.Receipt.TraceRoot[:])
		},
		"provider": func(_ *rand.Rand, e *bindings.ReceiptEvidence, _ *bindings.StepProof) {
			e.Receipt.Provider = owner.Address
		},
	}
	for name, change := range changes {
		for range size(4, 100) {
			e2, p2 := e, p
			e2.Signature, p2.Opening.Signature, p2.Proof = bytes.Clone(e.Signature), bytes.Clone(p.Opening.Signature), bytes.Clone(p.Proof)
			p2.PathA, p2.PathB, p2.PathO = slices.Clone(p.PathA), slices.Clone(p.PathB), slices.Clone(p.PathO)
			change(f.r, &e2, &p2)
			w, a := f.on(t)
			data := game.PackProveFault(e2, p2)
			_, err := w.send(mallory.Address, w.call(w.at.Disputes, name, data))
			cases++
			require.Equal(t, stake, w.stakeOf(owner), name)
			if err == nil { // the draw changed nothing
				require.Equal(t, call.Data, data, name)
				convicted(t, w, a)
			} else {
				require.Equal(t, contracts.FaultNone, w.faultOf(a.hash), name)
			}
		}
	}
	_, err = f.send(mallory.Address, call)
	require.NoError(t, err)
	convicted(t, f.world, f.a)
}

func flip(r *rand.Rand, b []byte) { b[r.IntN(len(b))] ^= 1 << r.IntN(8) }

func minus(t *testing.T, a, b protocol.Amount) protocol.Amount {
	d, err := a.Sub(b)
	require.NoError(t, err)
	return d
}

// Rewritten proofs verify, but change neither whom a fault pays nor how often.
func TestProvedMalleatedProofsPayTheAuthorOnce(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	p := unpackFault(call.Data)
	a, b := new(bn256.G1), new(bn256.G2)
	_, err = a.Unmarshal(p.Proof[:64])
	require.NoError(t, err)
	_, err = b.Unmarshal(p.Proof[64:192])
	require.NoError(t, err)
	rewritten := map[string]*big.Int{"negated": new(big.Int).Sub(modulus, big.NewInt(1))}
	for range size(2, 20) {
		k := randomElement(f.r).Big()
		rewritten[k.String()] = k
	}
	var forms []protocol.Call
	for _, k := range rewritten {
		q := p
		inverse := new(big.Int).ModInverse(k, modulus)
		q.Proof = slices.Concat(new(bn256.G1).ScalarMult(a, k).Marshal(), new(bn256.G2).ScalarMult(b, inverse).Marshal(), p.Proof[192:])
		require.NotEqual(t, p.Proof, q.Proof)
		forms = append(forms, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), q)))
	}
	for _, first := range forms {
		w, a := f.on(t)
		paid := w.balanceOf(auditing)
		w.must(mallory, first)
		convicted(t, w, a)
		require.Equal(t, plus(t, paid, tokens(20)), w.balanceOf(auditing))
		for _, again := range append(forms, call) {
			_, err := w.send(mallory.Address, again)
			require.ErrorContains(t, err, "AlreadyProven")
		}
	}
}

// A copy from the mempool: as it is it pays its author; with another submitter in it the
// proof does not hold.
func TestProvedCopiedFaultPaysItsAuthor(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	f := wrongAnswer(t, realWorld(t), seeds(t)[0])
	call := f.accused(t, system)
	p := unpackFault(call.Data)
	p.Submitter = mallory.Address
	_, err = f.send(mallory.Address, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), p)))
	require.ErrorContains(t, err, "ProofInvalid")
	before, paid := f.balanceOf(mallory), f.balanceOf(auditing)
	f.must(mallory, call)
	require.Equal(t, before, f.balanceOf(mallory))
	require.Equal(t, plus(t, paid, tokens(20)), f.balanceOf(auditing))
	_, err = f.send(auditing.Address, call)
	require.ErrorContains(t, err, "AlreadyProven")
}
