package disputes

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// text is an answer as the model gives it, or with tokens forged: what its own replay
// makes of those tokens is the one right trace of them.
type text struct {
	m              *served
	prompt, output []uint32
	params         protocol.Params
	report         trace.Report
	opener         *trace.Opener
	finish         protocol.Finish
}

func sequence(prompt, output []uint32) []uint32 { return append(slices.Clone(prompt), output...) }

// write lets the model answer a drawn prompt. The finish is Length, or Stop if the model
// ended by itself.
func write(t testing.TB, r *rand.Rand, m *served, promptTokens, outputTokens int) *text {
	t.Helper()
	x := &text{m: m, finish: protocol.FinishLength}
	for range promptTokens {
		x.prompt = append(x.prompt, uint32(3+r.IntN(m.arch.Vocabulary-3)))
	}
	if r.IntN(3) > 0 {
		x.params.TemperatureMilli = uint32(protocol.MinTemperatureMilli + r.IntN(3000))
		if r.IntN(2) == 0 {
			x.params.MaxGap = 1 + uint32(r.IntN(1<<20))
		}
	}
	binary.BigEndian.PutUint64(x.params.Seed[:], r.Uint64())
	s := m.NewSession()
	res, err := s.Generate(t.Context(), x.prompt, runtime.Params{Params: x.params, MaxTokens: outputTokens}, func(uint32) error { return nil })
	require.NoError(t, err)
	x.output, x.finish = res.Output, res.Finish
	x.replay(t)
	require.Equal(t, -1, x.report.WrongToken)
	return x
}

func (x *text) replay(t testing.TB) {
	t.Helper()
	var err error
	x.report, err = trace.Replay(t.Context(), x.m.Model, x.prompt, x.output, x.params)
	require.NoError(t, err)
	x.opener, err = trace.NewOpener(x.m.Model, sequence(x.prompt, x.output))
	require.NoError(t, err)
}

// forged is the text with one output token replaced.
func (x *text) forged(t testing.TB, index int, token uint32) *text {
	t.Helper()
	y := *x
	y.output = slices.Clone(x.output)
	y.output[index] = token
	y.replay(t)
	return &y
}

// cut is the text ended early, as a cancelled answer is.
func (x *text) cut(t testing.TB, n int, finish protocol.Finish) *text {
	t.Helper()
	y := *x
	y.output, y.finish = slices.Clone(x.output[:n]), finish
	y.replay(t)
	return &y
}

// answer is a signed answer and what its provider has of it.
type answer struct {
	*text
	w         *world
	provider  person
	operator  person
	secret    common.Hash
	request   protocol.Request
	receipt   protocol.Receipt
	signature protocol.Bytes
	hash      common.Hash
	payment   contracts.Payment
	epoch     uint64                       // of its credit
	leaves    []common.Hash                // signed for
	parts     map[step.Block][]common.Hash // chunk leaves under a wrong boundary leaf of several
	lies      map[step.Block]*lie
	silent    bool
}

// lie is a block as its provider claims it.
type lie struct {
	b       *trace.Block
	roots   []common.Hash
	digests map[step.VectorID][]common.Hash
	words   map[[2]int][]byte
}

// Roots implements trace.Source.
func (l *lie) Roots(context.Context) ([]common.Hash, error) { return l.roots, nil }

// Digests implements trace.Source.
func (l *lie) Digests(_ context.Context, id step.VectorID) ([]common.Hash, error) {
	if d := l.digests[id]; d != nil {
		return d, nil
	}
	return l.b.Digests(id), nil
}

// Words implements trace.Source.
func (l *lie) Words(_ context.Context, id step.VectorID, c int) ([]byte, error) {
	if w := l.words[[2]int{int(id), c}]; w != nil {
		return w, nil
	}
	return l.b.Chunk(id, c)
}

func (l *lie) setDigest(id step.VectorID, c int, d common.Hash) {
	if l.digests[id] == nil {
		l.digests[id] = slices.Clone(l.b.Digests(id))
	}
	l.digests[id][c] = d
	l.roots[id] = protocol.MerkleRoot(l.digests[id])
}

// setWords replaces the words of a chunk, which may go on behind its end.
func (l *lie) setWords(t testing.TB, id step.VectorID, c int, words []byte) {
	t.Helper()
	vec := l.b.Layout[id]
	d, err := commit.NewDigester().DigestAny(vec.Kind, vec.Length(c), words)
	require.NoError(t, err)
	l.words[[2]int{int(id), c}] = words
	l.setDigest(id, c, d)
}

// answered signs a text for the provider, honestly.
func (w *world) answered(x *text, provider, op person) *answer {
	w.seq++
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], w.seq)
	a := &answer{text: x, w: w, provider: provider, operator: op, leaves: slices.Clone(x.report.Leaves), lies: map[step.Block]*lie{},
		parts: map[step.Block][]common.Hash{}, secret: crypto.Keccak256Hash([]byte("secret"), number[:])}
	a.request = protocol.Request{Payment: w.channel, ModelVersion: x.m.version, Requester: requester.Address,
		PromptRoot: protocol.TokenRoot(a.secret, protocol.TagPrompt, x.prompt), PromptTokens: uint32(len(x.prompt)),
		MaxOutputTokens: uint32(len(x.output)), ParamsHash: x.params.Hash(), PriceIn: protocol.NewAmount(1_000_000),
		PriceOut: protocol.NewAmount(2_000_000), MaxFee: tokens(10), Deadline: w.time + answerFor, Audience: protocol.AudienceAnyone,
		Salt: crypto.Keccak256Hash(number[:])}
	if x.finish == protocol.FinishCancelled || x.finish == protocol.FinishStopString || x.finish == protocol.FinishContext {
		a.request.MaxOutputTokens += 10
	}
	a.sign()
	return a
}

// sign signs the receipt over what the answer is now.
func (a *answer) sign() {
	fee, err := a.request.FeeFor(uint32(len(a.output)))
	require.NoError(a.w.t, err)
	a.signReceipt(protocol.Receipt{RequestHash: a.w.domain.Digest(a.request), Provider: a.provider.Address, Seq: a.w.seq,
		OutputRoot: protocol.TokenRoot(a.secret, protocol.TagOutput, a.output), OutputTokens: uint32(len(a.output)), Finish: a.finish,
		TraceRoot: protocol.TraceRoot(a.secret, protocol.MerkleRoot(a.leaves)), Fee: fee, CompletedAt: a.w.time})
}

func (a *answer) signReceipt(r protocol.Receipt) {
	var err error
	a.receipt = r
	a.signature, err = a.w.domain.Sign(a.operator.key, r)
	require.NoError(a.w.t, err)
	a.hash = a.w.domain.Digest(r)
}

func (a *answer) evidence() contracts.Evidence {
	return contracts.Evidence{Request: a.request, Receipt: a.receipt, Signature: a.signature, Payment: a.payment}
}

// block is what the provider has of a block; changing it is lying.
func (a *answer) block(at step.Block) *lie {
	if l := a.lies[at]; l != nil {
		return l
	}
	b, err := a.opener.Open(context.Background(), at)
	require.NoError(a.w.t, err)
	a.lies[at] = &lie{b, slices.Clone(b.Roots()), map[step.VectorID][]common.Hash{}, map[[2]int][]byte{}}
	return a.lies[at]
}

// The provider's side of the evidence protocol: what it serves when asked.

func (a *answer) serveBoundaries() ([]common.Hash, bool) { return a.leaves, !a.silent }

func (a *answer) serveParts(at step.Block) ([]common.Hash, bool) {
	return a.parts[at], !a.silent && a.parts[at] != nil
}

func (a *answer) serveOpening(at step.Block) (protocol.Opening, protocol.Bytes, trace.Source, bool) {
	if a.silent {
		return protocol.Opening{}, nil, nil, false
	}
	l := a.block(at)
	o := protocol.Opening{ReceiptHash: a.hash, T: uint32(at.T), L: uint32(at.L), BlockRoot: protocol.MerkleRoot(l.roots)}
	sig, err := a.w.domain.Sign(a.operator.key, o)
	require.NoError(a.w.t, err)
	return o, sig, l, true
}

// redeem pays the answer out of the channel, in a line of its own among n other receipts.
func (a *answer) redeem(others []sumLeaf, index int) {
	a.w.t.Helper()
	line := slices.Insert(slices.Clone(others), index, sumLeaf{a.hash, a.receipt.Fee})
	tree, path := sumPath(line, index)
	v := protocol.Voucher{Channel: a.w.channel, Provider: a.provider.Address, ModelVersion: a.m.version,
		Relayer: common.BytesToAddress(crypto.Keccak256(a.hash[:])), Total: tree.Total(), Count: tree.Count, ReceiptsRoot: tree.Root()}
	sig, err := a.w.domain.Sign(delegate.key, v)
	require.NoError(a.w.t, err)
	a.epoch = read(a.w, a.w.at.Market, market.PackCreditEpochOf(a.provider.Address), market.UnpackCreditEpochOf)
	a.w.must(a.operator, a.w.at.Redeem(a.provider.Address, []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
	a.payment = contracts.Payment{Relayer: v.Relayer, Count: tree.Count, Index: uint64(index), Checkpoint: 0, Path: path}
}

type sumLeaf struct {
	receipt common.Hash
	fee     protocol.Amount
}

// sumPath is the sum tree over leaves and one leaf's path in it.
func sumPath(leaves []sumLeaf, index int) (tree protocol.SumTree, path []protocol.SumNode) {
	one := func(l sumLeaf) protocol.SumNode {
		t, err := protocol.SumTree{}.Append(l.receipt, l.fee)
		if err != nil {
			panic(err)
		}
		return t.Peaks[0]
	}
	var nodes []protocol.SumNode
	for _, l := range leaves {
		var err error
		if tree, err = tree.Append(l.receipt, l.fee); err != nil {
			panic(err)
		}
		nodes = append(nodes, one(l))
	}
	start, peak := 0, 0
	for size := 1 << 20; ; size /= 2 {
		if len(leaves)&size == 0 {
			continue
		}
		if index < start+size {
			level, at := nodes[start:start+size], index-start
			for len(level) > 1 {
				path = append(path, level[at^1])
				next := make([]protocol.SumNode, len(level)/2)
				for i := range next {
					next[i] = protocol.NodeOf(level[2*i], level[2*i+1])
				}
				level, at = next, at/2
			}
			break
		}
		start += size
		peak++
	}
	if right := tree.Peaks[peak+1:]; len(right) > 0 {
		bag := right[len(right)-1]
		for i := len(right) - 2; i >= 0; i-- {
			bag = protocol.NodeOf(right[i], bag)
		}
		path = append(path, bag)
	}
	for i := peak - 1; i >= 0; i-- {
		path = append(path, tree.Peaks[i])
	}
	return tree, path
}

func (x *text) tokenLeaf(secret common.Hash, tag protocol.Tag, ids []uint32, i int) contracts.TokenLeaf {
	n := i / protocol.TokensPerLeaf
	path, err := protocol.MerklePath(protocol.TokenLeaves(secret, tag, ids), n)
	if err != nil {
		panic(err)
	}
	return contracts.TokenLeaf{Salt: protocol.LeafSalt(secret, tag, uint32(n)), Ids: protocol.TokenLeafData(ids, n), Path: contracts.Hashes(path)}
}
