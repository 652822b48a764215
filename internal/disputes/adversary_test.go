package disputes

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// adversary tries to have an honest provider slashed. It sees everything: tokens, secrets,
// every opening, and it owns a provider that lies as it pleases and a prover that proves
// whatever is true.
type adversary struct {
	t      *testing.T
	r      *rand.Rand
	w      *world
	victim *answer
	// foil is a wrong answer of the accomplice, and what convicts it.
	foil       *answer
	foilCall   protocol.Call
	foilJudge  *auditor
	system     proving
	done       map[string]int // attempts by name and why they were refused
	start      protocol.Amount
	answeredQs []asked
}

// attempt sends a call; whatever becomes of it, the victim has lost nothing.
func (m *adversary) attempt(name string, c protocol.Call) bool {
	m.t.Helper()
	m.done[name]++
	_, err := m.w.send(mallory.Address, c)
	m.unharmed(name)
	return err == nil
}

// refused sends a call that must revert.
func (m *adversary) refused(name string, c protocol.Call) {
	m.t.Helper()
	_, err := m.w.send(mallory.Address, c)
	m.unharmed(name)
	require.Error(m.t, err, name)
	reason := "reverted"
	if e := (*chain.ContractError)(nil); errors.As(err, &e) {
		reason = e.Name
	}
	m.done[name+": "+reason]++
}

func (m *adversary) unharmed(name string) {
	m.t.Helper()
	require.Equal(m.t, stake, m.w.stakeOf(owner), name)
	require.Equal(m.t, contracts.FaultNone, m.w.faultOf(m.victim.hash), name)
	require.GreaterOrEqual(m.t, m.w.balanceOf(owner).Cmp(m.start), 0, name)
}

// drawn is a random number of the victim's trace with its honest opening.
func (m *adversary) drawn() (*claimed, step.Step, step.Pick, bool) {
	v := m.victim
	T := len(v.prompt) + len(v.output) - 1
	if T == 0 {
		return nil, step.Step{}, step.Pick{}, false
	}
	s := step.Step{Block: step.Block{T: m.r.IntN(T), L: m.r.IntN(v.m.arch.Layers + 2)}}
	if s.L > v.m.arch.Layers {
		if len(v.output) == 0 {
			return nil, s, step.Pick{}, false
		}
		s.T = len(v.prompt) - 1 + m.r.IntN(len(v.output))
	}
	j := auditorOf(v, mallory.Address, m.system)
	j.opener = v.opener
	c, err := j.open(context.Background(), s.Block)
	require.NoError(m.t, err)
	layout, pick := c.Own.Layout, step.Pick{}
	if s.L > v.m.arch.Layers && m.r.IntN(4) == 0 {
		s.Vector, s.Witness = step.Token, m.r.IntN(v.m.arch.Vocabulary)
		pick = trace.PickOf(v.params, uint64(s.T)+1, v.output[s.T+1-len(v.prompt)], uint32(s.Witness))
		return c, s, pick, true
	}
	id := drawVector(m.r, layout)
	if op := layout[id].Op; op == step.OpInput || op == step.OpKeys {
		return nil, s, pick, false
	}
	s.Vector = id
	vec := layout[id]
	if m.r.IntN(5) == 0 {
		s.Padding, s.Row = true, m.r.IntN(vec.Chunks())
		n, limbs := vec.Length(s.Row), vec.Kind.Limbs()
		count, err := vec.Kind.Words(n)
		require.NoError(m.t, err)
		end := (count + 14) / 15 * 15 * limbs
		if end == n {
			return nil, s, pick, false
		}
		s.Col = n + m.r.IntN(end-n)
		return c, s, pick, true
	}
	s.Row, s.Col = m.r.IntN(vec.Rows), m.r.IntN(vec.Cols)
	if st, err := v.m.arch.Statement(s, c.Own.Token, pick); err == nil && (st.Op == step.OpAbsMax || st.Op == step.OpMax) {
		s.Witness = m.r.IntN(int(st.Y))
	}
	return c, s, pick, true
}

// fault builds a call of proveFault about a number that is right.
func (m *adversary) fault() (contracts.StepProof, trace.Gathered, bool) {
	c, s, pick, ok := m.drawn()
	if !ok {
		return contracts.StepProof{}, trace.Gathered{}, false
	}
	v := m.victim
	st, err := v.m.arch.Statement(s, c.Own.Token, pick)
	require.NoError(m.t, err)
	j := auditorOf(v, mallory.Address, m.system)
	j.opener = v.opener
	var before *claimed
	g, err := trace.Gather(context.Background(), st, c.Pair, func(t int) (trace.Pair, error) {
		if before, err = j.open(context.Background(), step.Block{T: t, L: s.L}); err != nil {
			return trace.Pair{}, err
		}
		return before.Pair, nil
	}, v.m.weights)
	require.NoError(m.t, err)
	p := stepProof(s, g, mallory.Address)
	p.Opening = c.signed
	if before != nil {
		p.Earlier = before.signed
	}
	j.inputs(&p, s, st.Op, pick)
	p.Proof = make([]byte, 256)
	// INVARIANT: what is right has no proof.
	_, err = m.system.prove(circuit.FromTrace(g, mallory.Address), false)
	require.ErrorIs(m.t, err, protocol.ErrConflict)
	return p, g, true
}

func (m *adversary) rightNumber() {
	if p, _, ok := m.fault(); ok {
		m.refused("a right number", m.w.at.ProveFault(m.victim.evidence(), p))
	}
}

// otherChunk proves truly that the victim's claim is not what comes of another chunk, and
// offers that in place of the chunk that the step reads.
func (m *adversary) otherChunk() {
	p, g, ok := m.fault()
	if !ok {
		return
	}
	in := circuit.FromTrace(g, mallory.Address)
	b := m.victim.block(step.Block{T: int(p.Step.T), L: int(p.Step.L)}).b
	for range 20 {
		id := drawVector(m.r, b.Layout)
		vec := b.Layout[id]
		if vec.Digests() {
			continue
		}
		c := m.r.IntN(vec.Chunks())
		words, err := b.Chunk(id, c)
		require.NoError(m.t, err)
		path, err := b.Path(id, c)
		require.NoError(m.t, err)
		slot := m.r.IntN(3)
		o := []*step.Operand{&in.Statement.A, &in.Statement.B, &in.Statement.O}[slot]
		if o.Kind != vec.Kind || o.Length != vec.Length(c) || o.Source == step.None {
			continue
		}
		*[]*[]byte{&in.A, &in.B, &in.O}[slot] = words
		if m.r.IntN(2) == 0 { // the other chunk's own path, or that of the right place
			*[]*[][32]byte{&p.PathA, &p.PathB, &p.PathO}[slot] = contracts.Hashes(path)
		}
		*[]*[32]byte{&p.DigestA, &p.DigestB, &p.DigestO}[slot] = b.Digest(id, c)
		break
	}
	proof, err := m.system.prove(in, false)
	if err != nil { // it is not even untrue
		return
	}
	p.Proof = proof
	m.refused("another chunk's proof", m.w.at.ProveFault(m.victim.evidence(), p))
}

// otherStatement proves something else of the victim's chunks and offers it for a step.
func (m *adversary) otherStatement() {
	p, g, ok := m.fault()
	if !ok {
		return
	}
	in := circuit.FromTrace(g, mallory.Address)
	st := &in.Statement
	switch m.r.IntN(7) {
	case 0:
		st.First = !st.First
	case 1:
		st.X ^= 1 << m.r.IntN(32)
	case 2:
		st.Y ^= 1 << m.r.IntN(32)
	case 3:
		o := []*step.Operand{&st.A, &st.B, &st.O}[m.r.IntN(3)]
		o.Places[m.r.IntN(2)] = m.r.IntN(max(o.Length, 1))
	case 4:
		st.Op = step.Op(1 + m.r.IntN(21))
	case 5:
		st.NoiseA += int32(m.r.IntN(1 << 16))
	case 6:
		p.Step.Row, p.Step.Col = uint32(m.r.IntN(int(p.Step.Row)+3)), uint32(m.r.IntN(int(p.Step.Col)+3))
		p.Step.Padding = m.r.IntN(2) == 0
	}
	if proof, err := m.system.prove(in, false); err == nil {
		p.Proof = proof
	}
	m.refused("another statement's proof", m.w.at.ProveFault(m.victim.evidence(), p))
}

// tornCall takes what convicts the foil and swaps in parts of the victim's.
func (m *adversary) tornCall() {
	name := m.foilCall.Purpose
	e := m.victim.evidence()
	if m.r.IntN(2) == 0 { // the foil's evidence with one part of the victim's
		e = m.foil.evidence()
		switch m.r.IntN(5) {
		case 0:
			e.Receipt.Provider = owner.Address
		case 1:
			e.Receipt = m.victim.receipt
		case 2:
			e.Receipt, e.Signature = m.victim.receipt, m.victim.signature
		case 3:
			if m.foil.request == m.victim.request {
				return // that tears nothing: it is the liar's own fault
			}
			e.Request, e.Receipt.RequestHash = m.victim.request, m.victim.receipt.RequestHash
		case 4: // signed again by the accomplice, in the victim's name
			e.Receipt.Provider = owner.Address
			e.Signature = m.signed(accompliceKey.key, e.Receipt)
		}
	}
	data := bound(e)
	abi := game
	switch name {
	case "prove fault":
		p := unpackFault(m.foilCall.Data)
		if m.r.IntN(2) == 0 {
			p.Opening = m.victimOpening(p.Step.T, p.Step.L)
		}
		m.refused("a liar's fault", m.w.call(m.w.at.Disputes, name, abi.PackProveFault(data, p)))
	case "prove seam":
		p := unpackSeam(m.foilCall.Data)
		if m.r.IntN(2) == 0 {
			p.Opening = m.victimOpening(p.Opening.Opening.T, p.Opening.Opening.L)
		}
		m.refused("a liar's seam", m.w.call(m.w.at.Disputes, name, abi.PackProveSeam(data, p)))
	}
}

func (m *adversary) signed(key *ecdsa.PrivateKey, v protocol.Typed) protocol.Bytes {
	sig, err := m.w.domain.Sign(key, v)
	require.NoError(m.t, err)
	return sig
}

// victimOpening is an opening that the victim signed, of a block if it exists.
func (m *adversary) victimOpening(t, l uint32) bindings.SignedOpening {
	T := len(m.victim.prompt) + len(m.victim.output) - 1
	if T == 0 {
		return bindings.SignedOpening{}
	}
	o, sig, _, _ := m.victim.serveOpening(step.Block{T: int(t) % T, L: min(int(l), m.victim.m.arch.Layers)})
	return contracts.SignedOpening(o, sig)
}

func unpackFault(data []byte) bindings.StepProof {
	return unpackArg[bindings.StepProof]("proveFault", 1, data)
}

func unpackSeam(data []byte) bindings.SeamProof {
	return unpackArg[bindings.SeamProof]("proveSeam", 1, data)
}

// scribbled flips bits of a call that would convict the foil, its evidence replaced by the
// victim's or not.
func (m *adversary) scribbled() {
	var data []byte
	if p, _, ok := m.fault(); ok && m.r.IntN(2) == 0 {
		data = m.w.at.ProveFault(m.victim.evidence(), p).Data
	} else {
		data = bytes.Clone(m.foilCall.Data)
	}
	for range 1 + m.r.IntN(3) {
		data[4+m.r.IntN(len(data)-4)] ^= 1 << m.r.IntN(8)
	}
	m.attempt("scribbled calldata", m.w.call(m.w.at.Disputes, "scribble", data))
}

// seams tries words that are the chunk's, are not, and alias it.
func (m *adversary) seams() {
	v := m.victim
	T := len(v.prompt) + len(v.output) - 1
	if T == 0 {
		return
	}
	at := step.Block{T: m.r.IntN(T), L: m.r.IntN(v.m.arch.Layers + 1)}
	id := step.Out
	switch {
	case at.L == 0:
		id = step.EmbedOut
	case m.r.IntN(2) == 0:
		id = step.In
	}
	boundary := at
	if at.L > 0 && id == step.In {
		boundary.L--
	}
	b := v.block(at).b
	c := m.r.IntN(b.Layout[id].Chunks())
	words, err := b.Chunk(id, c)
	require.NoError(m.t, err)
	parts := v.tree(bindings.Node{Kind: nodeBoundaryChunks, T: uint32(boundary.T), L: uint32(boundary.L)})
	low, err := protocol.MerklePath(parts, c)
	require.NoError(m.t, err)
	high, err := protocol.MerklePath(v.leaves, boundary.T*(v.m.arch.Layers+1)+boundary.L)
	require.NoError(m.t, err)
	path, err := b.Path(id, c)
	require.NoError(m.t, err)
	o, sig, _, _ := v.serveOpening(at)
	p := contracts.SeamProof{Opening: contracts.SignedOpening(o, sig), Vector: uint16(id), Chunk: uint32(c), Digest: b.Digest(id, c),
		Path: contracts.Hashes(path), Leaf: parts[c], LeafPath: contracts.Hashes(append(low, high...)),
		TraceSalt: protocol.LeafSalt(v.secret, protocol.TagTrace, 0), Submitter: mallory.Address}
	vec := b.Layout[id]
	how := m.r.IntN(3)
	offered := slices.Clone(words)
	if how == 1 {
		offered[31+32*m.r.IntN(len(words)/32)] ^= 1
	}
	digest, err := commit.NewDigester().DigestAny(vec.Kind, vec.Length(c), offered)
	require.NoError(m.t, err)
	p.WordsDigest = digest
	p.Proof, err = m.system.prove(bindInput(step.Bind(vec.Kind, vec.Length(c)), parts[c], digest, offered, mallory.Address), true)
	require.NoError(m.t, err)
	p.Words = wordList(offered)
	if how == 2 { // w + r is congruent to w
		i := m.r.IntN(len(p.Words))
		p.Words[i] = common.BigToHash(new(big.Int).Add(new(big.Int).SetBytes(p.Words[i][:]), modulus))
	}
	m.refused("a seam that fits", m.w.at.ProveSeam(v.evidence(), p))
}

// mutatedEvidence changes one field of the victim's evidence and claims everything of it.
func (m *adversary) mutatedEvidence() {
	e := m.victim.evidence()
	e.Signature = bytes.Clone(e.Signature)
	u := uint32(1 + m.r.IntN(3))
	fields := []func(){
		func() { e.Request.PriceOut = protocol.NewAmount(1) }, func() { e.Request.PromptTokens += u }, func() { e.Request.MaxOutputTokens -= min(u, e.Request.MaxOutputTokens) },
		func() { e.Request.Deadline += 1 << 40 }, func() { e.Request.ParamsHash[3] ^= 1 }, func() { e.Request.ModelVersion[5] ^= 1 },
		func() { e.Request.Payment[5] ^= 1 }, func() { e.Request.Audience ^= 1 }, func() { e.Request.PromptRoot[0] ^= 1 },
		func() { e.Receipt.Fee = protocol.NewAmount(uint64(u)) }, func() { e.Receipt.OutputTokens += u }, func() { e.Receipt.Finish = protocol.Finish(m.r.IntN(8)) },
		func() { e.Receipt.OutputRoot[9] ^= 1 }, func() { e.Receipt.TraceRoot[9] ^= 1 }, func() { e.Receipt.Seq++ }, func() { e.Receipt.CompletedAt++ },
		func() { e.Receipt.RequestHash[1] ^= 1 }, func() { e.Receipt.Provider = accomplice.Address }, func() { e.Signature[m.r.IntN(65)] ^= 1 },
		func() { e.Signature = e.Signature[:64] }, func() { e.Signature[64] ^= 1 }, // 27 <-> 26/29
		func() { // high s
			s := new(big.Int).SetBytes(e.Signature[32:64])
			n, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
			s.Sub(n, s).FillBytes(e.Signature[32:64])
			e.Signature[64] ^= 27 ^ 28
		},
		func() { e.Payment.Count++ }, func() { e.Payment.Index++ }, func() { e.Payment.Checkpoint++ }, func() { e.Payment.Relayer[0] ^= 1 },
	}
	i := m.r.IntN(len(fields))
	fields[i]()
	name, at, who := fmt.Sprintf("evidence with field %d changed", i), m.w.at, mallory.Address
	m.refused(name, at.ClaimBilling(e, who))
	m.refused(name, at.ClaimFinish(e, who))
	m.attempt(name, m.w.call(at.Questions, "ask trace", questions.PackAskTrace(bound(e))))
	if p, _, ok := m.fault(); ok {
		m.refused(name, at.ProveFault(e, p))
	}
}
