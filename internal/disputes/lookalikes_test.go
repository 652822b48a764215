package disputes

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// comparisons tries every entry that needs no proof, on what is right.
func (m *adversary) comparisons() {
	v, e := m.victim, m.victim.evidence()
	at, who := m.w.at, mallory.Address
	T := len(v.prompt) + len(v.output) - 1
	if T > 0 {
		t, l := m.r.IntN(T), 1+m.r.IntN(v.m.arch.Layers)
		c := &claimed{}
		s, head := m.r.IntN(t+1), m.r.IntN(v.m.arch.KVHeads)
		j := auditorOf(v, who, m.system)
		j.opener = v.opener
		c, err := j.open(context.Background(), step.Block{T: t, L: l})
		require.NoError(m.t, err)
		other, err := j.open(context.Background(), step.Block{T: s, L: l})
		require.NoError(m.t, err)
		here, there, _, err := v.m.arch.Opposite(c.Own.Block, s, head)
		require.NoError(m.t, err)
		a, err := opened(context.Background(), c, step.VectorID(here.Outer), here.Inner)
		require.NoError(m.t, err)
		b, err := opened(context.Background(), other, step.VectorID(there.Outer), there.Inner)
		require.NoError(m.t, err)
		m.refused("keys that fit", at.ProveKeys(e, a, b, uint32(s), uint32(head), who))
		wrong, err := opened(context.Background(), other, step.ValueRows, there.Inner)
		require.NoError(m.t, err)
		m.refused("keys against values", at.ProveKeys(e, a, wrong, uint32(s), uint32(head), who))
		m.refused("keys of another head", at.ProveKeys(e, a, b, uint32(s), uint32((head+1)%v.m.arch.KVHeads), who))
		m.refused("a good digest", at.ProveBadDigest(e, a, who))
		d := a
		copy(d.Digest[:], modulus.Bytes())
		m.refused("another digest", at.ProveBadDigest(e, d, who))
		m.refused("an opening of the trace", m.w.call(at.Disputes, "shape", game.PackProveOpeningShape(bound(e), c.signed, who)))
		moved := c.signed
		moved.Opening.T += uint32(T)
		m.refused("an opening moved", m.w.call(at.Disputes, "shape", game.PackProveOpeningShape(bound(e), moved, who)))
		i := m.r.IntN(len(v.leaves))
		salt := protocol.LeafSalt(v.secret, protocol.TagTrace, 0)
		first := v.tokenLeaf(v.secret, protocol.TagPrompt, v.prompt, 0)
		m.refused("the secret's salt", at.ClaimSalt(e, v.secret, first, salt, protocol.MerkleRoot(v.leaves), who))
		m.refused("another salt", at.ClaimSalt(e, v.secret, first, common.Hash{1}, protocol.MerkleRoot(v.leaves), who))
		twin := v.tokenLeaf(common.Hash{1}, protocol.TagPrompt, v.prompt, 0)
		m.refused("another secret", at.ClaimSalt(e, common.Hash{1}, twin, salt, protocol.MerkleRoot(v.leaves), who))
		m.refused("a boundary leaf", at.ClaimTraceTree(e, m.node(v.leaves, i), salt, who))
	}
	for i := range (len(v.prompt) + protocol.TokensPerLeaf - 1) / protocol.TokensPerLeaf * protocol.TokensPerLeaf {
		leaf := v.tokenLeaf(v.secret, protocol.TagPrompt, v.prompt, i)
		m.refused("a good prompt", at.ClaimPrompt(e, uint32(i), leaf, who))
		m.refused("a prompt's end", at.ClaimPrompt(e, uint32(i+protocol.TokensPerLeaf), leaf, who))
	}
	m.refused("good parameters", at.ClaimParams(e, v.params.Encode(), who))
	m.refused("other parameters", at.ClaimParams(e, append(v.params.Encode(), 0), who))
	for i := range v.output {
		leaf := v.tokenLeaf(v.secret, protocol.TagOutput, v.output, i)
		m.refused("a good token", at.ProveToken(e, uint32(i), leaf, who))
		m.refused("a finish against a token", at.ClaimStop(e, uint32(i), leaf, v.params.Encode(), who))
		m.refused("unused slots", m.w.call(at.Claims, "unused", claims.PackClaimUnusedSlot(bound(e), leaf, who)))
		token := protocol.TokenLeaves(v.secret, protocol.TagOutput, v.output)
		m.refused("an output leaf", m.w.call(at.Claims, "output tree",
			claims.PackClaimOutputTree(bound(e), m.node(token, m.r.IntN(1<<protocol.MerkleDepth(len(token)))), who)))
	}
	m.refused("the right fee", at.ClaimBilling(e, who))
	m.refused("the right finish", at.ClaimFinish(e, who))
	m.refused("one receipt twice", at.ClaimEquivocation(m.sr(v), m.sr(v), who))
	m.refused("one answer twice", at.ClaimTwoAnswers(e, m.sr(v), who))
	m.refused("the liar's receipt", at.ClaimEquivocation(m.sr(v), m.sr(m.foil), who))
	m.refused("the liar's answer", at.ClaimTwoAnswers(e, m.sr(m.foil), who))
	m.refused("nothing to settle", at.Settle(e))
	if v.payment.Count > 0 {
		leaf := bindings.PaidLeaf{Channel: m.w.channel, Provider: owner.Address, ModelVersion: v.m.version, Fee: v.receipt.Fee.Big(), Payment: bound(e).Payment}
		m.refused("a paid leaf", m.w.call(at.Claims, "leaf", claims.PackClaimLeaf(boundRequest(v.request), boundReceipt(v.receipt), leaf, who)))
		m.refused("one leaf twice", m.w.call(at.Claims, "twice", claims.PackClaimPaidTwice(v.hash, leaf, leaf, who)))
		leaf.Fee = new(big.Int).Add(leaf.Fee, big.NewInt(1))
		m.refused("a paid leaf of another fee", m.w.call(at.Claims, "leaf", claims.PackClaimLeaf(boundRequest(v.request), boundReceipt(v.receipt), leaf, who)))
	}
}

func (m *adversary) sr(a *answer) contracts.SignedReceipt {
	return contracts.SignedReceipt{Receipt: a.receipt, Signature: a.signature}
}

func (m *adversary) node(leaves []common.Hash, i int) contracts.TreeNode {
	depth := protocol.MerkleDepth(len(leaves))
	height := m.r.IntN(depth + 1)
	path, err := protocol.MerklePath(leaves, min(i, len(leaves)-1))
	require.NoError(m.t, err)
	i = min(i, len(leaves)-1) >> height
	return contracts.TreeNode{Level: uint8(height), Index: uint64(i), Hash: level(leaves, height)[i], Path: contracts.Hashes(path[height:])}
}

// twins makes the victim sign what only looks like a contradiction, and claims it is one.
func (m *adversary) twins() {
	v := m.victim
	retried := *v
	m.w.seq++
	r := v.receipt
	r.Seq = m.w.seq
	retried.signReceipt(r) // the same answer again after a crash, under a new number
	m.refused("a retry", m.w.at.ClaimEquivocation(m.sr(v), m.sr(&retried), mallory.Address))
	m.refused("a retry is no second answer", m.w.at.ClaimTwoAnswers(v.evidence(), m.sr(&retried), mallory.Address))
	other := *v
	other.operator = spare
	r.Seq, r.CompletedAt = v.receipt.Seq, r.CompletedAt+1
	other.signReceipt(r) // another operator's counter
	m.refused("another operator's number", m.w.at.ClaimEquivocation(m.sr(v), m.sr(&other), mallory.Address))
	if len(v.output) > 1 && v.finish != protocol.FinishCancelled {
		part := *v
		part.text = v.cut(m.t, len(v.output)-1, protocol.FinishCancelled)
		part.leaves = part.report.Leaves
		m.w.seq++
		fee, err := v.request.FeeFor(uint32(len(part.output)))
		require.NoError(m.t, err)
		part.signReceipt(protocol.Receipt{RequestHash: v.receipt.RequestHash, Provider: owner.Address, Seq: m.w.seq,
			OutputRoot: protocol.TokenRoot(v.secret, protocol.TagOutput, part.output), OutputTokens: uint32(len(part.output)),
			Finish: protocol.FinishCancelled, TraceRoot: protocol.TraceRoot(v.secret, protocol.MerkleRoot(part.leaves)), Fee: fee, CompletedAt: r.CompletedAt})
		m.refused("a part of the answer", m.w.at.ClaimTwoAnswers(v.evidence(), m.sr(&part), mallory.Address))
		m.refused("a part's finish", m.w.at.ClaimFinish(part.evidence(), mallory.Address))
	}
	// Signed for another chain, and for another Market of this one: words of other domains.
	for _, d := range []protocol.Domain{{ChainID: chainID + 1, Market: m.w.at.Market}, {ChainID: chainID, Market: m.w.at.Vault}} {
		r := v.receipt
		r.TraceRoot = randomHash(m.r)
		sig, err := d.Sign(v.operator.key, r)
		require.NoError(m.t, err)
		foreign := contracts.SignedReceipt{Receipt: r, Signature: sig}
		m.refused("another domain's receipt", m.w.at.ClaimEquivocation(m.sr(v), foreign, mallory.Address))
		m.refused("another domain's answer", m.w.at.ClaimTwoAnswers(v.evidence(), foreign, mallory.Address))
		e := v.evidence()
		e.Receipt, e.Signature = r, sig
		m.refused("another domain's evidence", m.w.at.ClaimBilling(e, mallory.Address))
	}
}
