package disputes

import (
	"bytes"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	bn256 "github.com/ethereum/go-ethereum/crypto/bn256/cloudflare"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// effect is what a transaction about a wrong answer did.
type effect struct {
	fault                                contracts.FaultKind
	stake, author, requester, sender, at protocol.Amount
}

func effectOn(w *world, a *answer) effect {
	return effect{w.faultOf(a.hash), w.stakeOf(accomplice), w.balanceOf(auditing), w.balanceOf(requester), w.balanceOf(mallory), w.stakeOf(owner)}
}

// Everything that a proof of a fault carries is bound, whatever the step reads: a field
// changed in any way convicts nobody. Fields that a step does not read change nothing of
// what the proof does.
func TestProvedEverythingInAFaultProofIsBound(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	cases := 0
	row(t, "everything in a fault proof is bound (proved)", &cases)
	live, tried := map[string]int{}, map[string]int{}
	drawn := seeds(t)
	for turn, seed := range drawn {
		for _, s := range sources {
			t.Run(fmt.Sprintf("seed %d, %s", seed, s.name), func(t *testing.T) {
				f := s.drawn(t, realWorld(t), seed, 2)
				j := auditorOf(f.a, auditing.Address, system)
				call, err := j.accuse(t.Context())
				require.NoError(t, err)
				require.Equal(t, s.op, j.op)
				n := f.mutate(t, call, j.statement, live, tried, func(fields []int) []int { return share(fields, turn, len(drawn)) })
				cases += n
			})
		}
	}
	for name, n := range tried {
		require.NotZero(t, live[name], "%d changes of %s were all ones that no step reads", n, name)
	}
	t.Logf("%d fields", len(tried))
}

// share is what falls to one of several seeds of a list that all of them go through
// together: in full size everything.
func share(list []int, turn, turns int) (own []int) {
	if full() || len(list) < turns {
		return list
	}
	for i := turn; i < len(list); i += turns {
		own = append(own, list[i])
	}
	return own
}

// mutate changes fields of a call that convicts, of each part those chosen. live counts, by field, the changes of
// fields that are read, tried all of them.
func (f fixture) mutate(t *testing.T, call protocol.Call, st step.Statement, live, tried map[string]int, choose func(fields []int) []int) (cases int) {
	t.Helper()
	paid, greedy := f.a.payment.Count > 0, f.a.params.TemperatureMilli == 0
	w, a := f.on(t)
	before := effectOn(w, a)
	w.must(mallory, call)
	want := effectOn(w, a)
	require.NotEqual(t, contracts.FaultNone, want.fault)
	require.Equal(t, plus(t, before.author, tokens(20)), want.author)
	unpaid := want
	unpaid.requester = before.requester

	fields := map[string][]int{} // of each part, by number
	var e bindings.ReceiptEvidence
	var p bindings.StepProof
	list := func(data []byte) []spot {
		e, p = unpackArg[bindings.ReceiptEvidence]("proveFault", 0, data), unpackArg[bindings.StepProof]("proveFault", 1, data)
		return append(spots(reflect.ValueOf(&e).Elem(), ""), spots(reflect.ValueOf(&p).Elem(), "")...)
	}
	for i, s := range list(call.Data) {
		fields[partOf(s.name)] = append(fields[partOf(s.name)], i)
	}
	require.Len(t, fields, 9)
	w, a = f.on(t)
	for _, part := range slices.Sorted(maps.Keys(fields)) {
		chosen := choose(fields[part])
		for i := range max(size(1, 334), len(chosen)) {
			data, name, value := call.Data, "", any(nil)
			for bytes.Equal(data, call.Data) {
				s := list(call.Data)[chosen[i%len(chosen)]]
				name = s.name
				change(f.r, s.v)
				data, value = game.PackProveFault(e, p), s.v.Interface()
			}
			_, err := w.send(mallory.Address, w.call(w.at.Disputes, name, data))
			cases++
			tried[name]++
			reads := !idle(name, st, p.Step, greedy, paid)
			if reads {
				live[name]++
			}
			switch got := effectOn(w, a); {
			case name == "Payment.Count" && paid && e.Payment.Count == 0:
				require.NoError(t, err, "what was paid need not be shown")
				require.Equal(t, unpaid, got)
				w.must(mallory, w.at.Settle(f.a.evidence()))
				require.Equal(t, want.requester, w.balanceOf(requester))
			case reads:
				require.Error(t, err, "%s is %v", name, value)
				require.Equal(t, before, got, name)
				continue
			default:
				require.NoError(t, err, name)
				require.Equal(t, want, got, name)
			}
			w, a = f.on(t)
		}
	}
	w.must(mallory, call)
	require.Equal(t, want, effectOn(w, a), "the proof itself still convicts")
	return cases
}

func flip(r *rand.Rand, b []byte) { b[r.IntN(len(b))] ^= 1 << r.IntN(8) }

func minus(t *testing.T, a, b protocol.Amount) protocol.Amount {
	d, err := a.Sub(b)
	require.NoError(t, err)
	return d
}

// points are the three of a proof: A, B, C.
func points(t *testing.T, proof []byte) (a *bn256.G1, b *bn256.G2, c *bn256.G1) {
	t.Helper()
	a, b, c = new(bn256.G1), new(bn256.G2), new(bn256.G1)
	_, err := a.Unmarshal(proof[:64])
	require.NoError(t, err)
	_, err = b.Unmarshal(proof[64:192])
	require.NoError(t, err)
	_, err = c.Unmarshal(proof[192:])
	require.NoError(t, err)
	return a, b, c
}

// delta is that of the verifying key.
func (p proved) delta(t *testing.T) *bn256.G2 {
	t.Helper()
	point, ok := reflect.ValueOf(p.set.Verifying).Elem().FieldByName("G2").FieldByName("Delta").Addr().Interface().(interface{ RawBytes() [128]byte })
	require.True(t, ok)
	raw, d := point.RawBytes(), new(bn256.G2)
	_, err := d.Unmarshal(raw[:])
	require.NoError(t, err)
	return d
}

// Rewritten proofs verify, in both ways that there are, but change neither whom a fault pays
// nor how often.
func TestProvedMalleatedProofsPayTheAuthorOnce(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	cases := 0
	row(t, "a rewritten proof pays the author, once (proved)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) {
		f := wrongAnswer(t, realWorld(t), seed)
		call := f.accused(t, system)
		p := unpackFault(call.Data)
		a, b, c := points(t, p.Proof)
		delta := system.delta(t)
		scalars := []*big.Int{big.NewInt(1), new(big.Int).Sub(modulus, big.NewInt(1))}
		for range size(1, 334) {
			scalars = append(scalars, randomElement(f.r).Big())
		}
		var forms []protocol.Call
		for i, k := range scalars {
			scaled := slices.Concat(new(bn256.G1).ScalarMult(a, k).Marshal(), new(bn256.G2).ScalarMult(b, new(big.Int).ModInverse(k, modulus)).Marshal(), c.Marshal())
			shifted := slices.Concat(a.Marshal(), new(bn256.G2).Add(b, new(bn256.G2).ScalarMult(delta, k)).Marshal(), new(bn256.G1).Add(c, new(bn256.G1).ScalarMult(a, k)).Marshal())
			for n, proof := range [][]byte{scaled, shifted} {
				require.Equal(t, i == 0 && n == 0, bytes.Equal(p.Proof, proof))
				q := p
				q.Proof = proof
				forms = append(forms, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), q)))
			}
		}
		before, paid := f.balanceOf(mallory), plus(t, f.balanceOf(auditing), tokens(20))
		for _, first := range forms {
			w, a := f.on(t)
			w.must(mallory, first)
			convicted(t, w, a)
			require.Equal(t, paid, w.balanceOf(auditing))
			for range 3 {
				_, err := w.send(mallory.Address, forms[f.r.IntN(len(forms))])
				require.ErrorContains(t, err, "AlreadyProven")
			}
			require.Equal(t, paid, w.balanceOf(auditing))
			require.Equal(t, before, w.balanceOf(mallory))
			cases++
		}
		// A coordinate that is written otherwise is no point.
		base, _ := new(big.Int).SetString("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47", 16)
		for i := range len(p.Proof) / 32 {
			for k := range int64(5) {
				n := new(big.Int).SetBytes(p.Proof[32*i : 32*i+32])
				if n.Add(n, new(big.Int).Mul(base, big.NewInt(k+1))).BitLen() > 256 {
					continue
				}
				q := p
				q.Proof = bytes.Clone(p.Proof)
				n.FillBytes(q.Proof[32*i : 32*i+32])
				_, err := f.send(mallory.Address, f.call(f.at.Disputes, "prove fault", game.PackProveFault(bound(f.a.evidence()), q)))
				require.Error(t, err, "coordinate %d plus %d times the modulus", i, k+1)
				cases++
			}
		}
		f.must(mallory, call)
	})
}

// Copies from the mempool, in any order with what they copy: as it is a copy pays its
// author; with anything in it changed it does not hold.
func TestProvedCopiedFaultPaysItsAuthor(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	cases := 0
	row(t, "copied faults pay their author (proved)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) { cases += copiedFault(t, wrongAnswer(t, realWorld(t), seed), system) })
}

// copiedFault sends what convicts an answer among copies of it, in several orders.
func copiedFault(t *testing.T, f fixture, system proving) (cases int) {
	t.Helper()
	call := f.accused(t, system)
	copyWith := func(alter func(p *bindings.StepProof, e *bindings.ReceiptEvidence)) protocol.Call {
		p, e := unpackFault(call.Data), bound(f.a.evidence())
		alter(&p, &e)
		return f.call(f.at.Disputes, "prove fault", game.PackProveFault(e, p))
	}
	type sent struct {
		from  person
		call  protocol.Call
		holds bool
	}
	for n := range size(4, 34) {
		w, a := f.on(t)
		thief := []person{mallory, accomplice, relays, owner}[f.r.IntN(4)]
		list := []sent{
			{auditing, call, true},
			{thief, call, true},
			{thief, copyWith(func(p *bindings.StepProof, _ *bindings.ReceiptEvidence) { p.Submitter = thief.Address }), false},
			{thief, copyWith(func(p *bindings.StepProof, _ *bindings.ReceiptEvidence) { p.Submitter = common.Address{} }), false},
			{thief, copyWith(func(p *bindings.StepProof, _ *bindings.ReceiptEvidence) { flip(f.r, p.Proof) }), false},
			{thief, copyWith(func(_ *bindings.StepProof, e *bindings.ReceiptEvidence) { e.Receipt.Provider = owner.Address }), false},
			{thief, copyWith(func(p *bindings.StepProof, _ *bindings.ReceiptEvidence) {
				p.Submitter, p.Step.Col = thief.Address, p.Step.Col^1
			}), false},
		}
		f.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		before, paid, first := w.balanceOf(thief), w.balanceOf(auditing), true
		stakes := w.stakeOf(owner)
		for i, s := range list {
			_, err := w.send(s.from.Address, s.call)
			switch {
			case s.holds && first:
				require.NoError(t, err, "order %d, transaction %d", n, i)
				first = false
				convicted(t, w, a)
				paid = plus(t, paid, tokens(20))
			case s.holds:
				require.ErrorContains(t, err, "AlreadyProven")
			default:
				require.Error(t, err, "order %d, transaction %d", n, i)
			}
			require.Equal(t, paid, w.balanceOf(auditing), fmt.Sprintf("order %d, transaction %d", n, i))
			require.Equal(t, before, w.balanceOf(thief))
			require.Equal(t, stakes, w.stakeOf(owner))
			cases++
		}
		require.False(t, first)
	}
	return cases
}
