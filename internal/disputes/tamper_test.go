package disputes

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// wideShape has rows of several chunks everywhere: 3 of int32, 2 of weights.
func wideShape() runtime.Header {
	c, ce := tables.SoftmaxScale(34)
	return runtime.Header{Kind: runtime.KindDecoder, Dim: 1090, FFN: 1100, Layers: 1, Heads: 32, KVHeads: 4, HeadDim: 34, Vocab: 530,
		Positions: 16, Rotated: 34, Eps: 42950, C: c, CE: ce, BOS: 1, StopIDs: []uint32{2}}
}

// longShape attends to more positions than a chunk has places.
func longShape() runtime.Header {
	c, ce := tables.SoftmaxScale(8)
	return runtime.Header{Kind: runtime.KindDecoder, Dim: 33, FFN: 35, Layers: 1, Heads: 4, KVHeads: 1, HeadDim: 8, Vocab: 33,
		Positions: 540, Rotated: 6, Eps: 42950, C: c, CE: ce, BOS: 1, StopIDs: []uint32{2}}
}

// referenceWorld has an ideal verifier and three models: odd, wide, long.
var referenceWorld = shared(func(t testing.TB) *world {
	return newWorld(t, true, raw.Model(t, raw.Odd(), 7, 1<<14), raw.Model(t, wideShape(), 8, 1<<12), raw.Model(t, longShape(), 9, 1<<16))
})

// realWorld has the verifier contract.
var realWorld = shared(func(t testing.TB) *world {
	return newWorld(t, false, raw.Model(t, raw.Odd(), 7, 1<<14), raw.Model(t, wideShape(), 8, 1<<12))
})

// library is some texts of each model of a world.
func library(t testing.TB, r *rand.Rand, w *world, each int) (list []*text) {
	t.Helper()
	for _, m := range w.models {
		for range each {
			prompt := 2 + r.IntN(8)
			if m.arch.Positions > 512 {
				prompt = 514 + r.IntN(8)
			}
			for {
				if x := write(t, r, m, prompt, 1+r.IntN(10)); len(x.output) > 0 {
					list = append(list, x)
					break
				}
			}
		}
	}
	return list
}

// tampered makes a wrong answer whose one lie is drawn, and says what it is.
func tampered(t testing.TB, r *rand.Rand, w *world, x *text) (*answer, string) {
	t.Helper()
	arch, T := x.m.arch, len(x.prompt)+len(x.output)-1
	at := step.Block{T: r.IntN(T), L: r.IntN(arch.Layers + 2)}
	if r.IntN(12) == 0 {
		at.L = 0
	}
	if at.L > arch.Layers {
		at.T = len(x.prompt) - 1 + r.IntN(len(x.output))
		return tamperedHead(t, r, w, x, at)
	}
	a := w.answered(x, accomplice, accompliceKey)
	what := "boundary alone"
	switch r.IntN(8) {
	case 0: // an honest opening against a wrong boundary
		a.block(at)
	case 1:
		if at.L == 0 {
			a.block(at)
			break
		}
		what = a.consistent(t, r, at)
	default:
		what = a.change(t, r, at)
		for r.IntN(4) == 0 { // lies on lies, among them some that fit each other
			what += "; " + a.change(t, r, at)
		}
	}
	a.wrongEnd(t, r, at)
	a.sign()
	return a, fmt.Sprintf("block (%d, %d) of %d positions: %s", at.T, at.L, T, what)
}

// wrongEnd makes the boundary behind a block a wrong one: that of a changed residual, if
// the block's claim has one that has a leaf, or any.
func (a *answer) wrongEnd(t testing.TB, r *rand.Rand, at step.Block) {
	t.Helper()
	l, out := a.block(at), step.Out
	if at.L == 0 {
		out = step.EmbedOut
	}
	n := l.b.Layout[out].Chunks()
	var parts []common.Hash
	for c := range n {
		words, err := l.Words(context.Background(), out, c)
		require.NoError(t, err)
		parts = append(parts, chunk.Leaf(words))
	}
	leaf := at.T*(a.m.arch.Layers+1) + at.L
	if protocol.MerkleRoot(parts) == a.report.Leaves[leaf] {
		parts[r.IntN(n)] = randomHash(r)
	}
	a.leaves[leaf] = protocol.MerkleRoot(parts)
	if n > 1 {
		a.parts[at] = parts
	}
	if r.IntN(2) == 0 { // what comes after it is anything
		for i := leaf + 1; i < len(a.leaves); i++ {
			a.leaves[i] = randomHash(r)
		}
	}
}

func randomHash(r *rand.Rand) (h common.Hash) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

func randomElement(r *rand.Rand) common.Hash {
	h := randomHash(r)
	return common.BigToHash(new(big.Int).Mod(h.Big(), modulus))
}

// consistent goes on from a wrong number as if it were right.
func (a *answer) consistent(t testing.TB, r *rand.Rand, at step.Block) string {
	t.Helper()
	o, err := trace.NewOpener(a.m.Model, sequence(a.prompt, a.output))
	require.NoError(t, err)
	target, what := step.VectorID(1+r.IntN(int(step.Out))), "nothing"
	o.Alter = func(b step.Block, id step.VectorID, n trace.Numbers) {
		if b != at || id != target {
			return
		}
		switch i := r.Int(); {
		case len(n.Int32) > 0:
			n.Int32[i%len(n.Int32)] ^= 1 << r.IntN(31)
		case len(n.Int16) > 0:
			n.Int16[i%len(n.Int16)] ^= 1 << r.IntN(15)
		default:
			return
		}
		what = fmt.Sprintf("vector %d altered, the rest made of it", id)
	}
	b, err := o.Open(t.Context(), at)
	if err != nil { // the lie cannot be gone on from
		a.block(at)
		return "boundary alone"
	}
	a.lies[at] = &lie{b, slices.Clone(b.Roots()), map[step.VectorID][]common.Hash{}, map[[2]int][]byte{}}
	return what
}

// change replaces one chunk of a claimed block.
func (a *answer) change(t testing.TB, r *rand.Rand, at step.Block) string {
	t.Helper()
	l := a.block(at)
	return a.changeIn(t, r, at, drawVector(r, l.b.Layout))
}

// changeIn replaces one chunk of a vector.
func (a *answer) changeIn(t testing.TB, r *rand.Rand, at step.Block, id step.VectorID) string {
	t.Helper()
	l := a.block(at)
	vec := l.b.Layout[id]
	c := r.IntN(vec.Chunks())
	if r.IntN(16) == 0 {
		d := common.BigToHash(new(big.Int).Add(modulus, big.NewInt(int64(r.IntN(1000)))))
		l.setDigest(id, c, d)
		return fmt.Sprintf("%s chunk %d: digest beyond the field", vec.Name, c)
	}
	if vec.Digests() {
		d := randomElement(r)
		if vec.Chunks() > 1 && r.IntN(2) == 0 {
			d = l.b.Digest(id, (c+1)%vec.Chunks())
		}
		if d == l.b.Digest(id, c) {
			d = randomElement(r)
		}
		l.setDigest(id, c, d)
		return fmt.Sprintf("%s entry %d", vec.Name, c)
	}
	own, err := l.b.Chunk(id, c)
	require.NoError(t, err)
	words, how := mutated(r, vec.Kind, own)
	l.setWords(t, id, c, words)
	what := fmt.Sprintf("%s (op %s) chunk %d: %s", vec.Name, vec.Op, c, how)
	if id == step.Columns && r.IntN(2) == 0 {
		what += a.blameEarlier(t, r, at)
	}
	return what
}

// drawVector draws a vector, or an operation first and one of its vectors then.
func drawVector(r *rand.Rand, layout []step.Vector) step.VectorID {
	for op, first := layout[r.IntN(len(layout))].Op, r.IntN(2) == 0; ; {
		id := step.VectorID(r.IntN(len(layout)))
		if first {
			op = step.Op(1 + r.IntN(int(step.OpKeys)))
		}
		if vec := layout[id]; vec.Chunks() > 0 && (!first || vec.Op == op) {
			return id
		}
	}
}

// blameEarlier lets an earlier block's opening lie about its values too.
func (a *answer) blameEarlier(t testing.TB, r *rand.Rand, at step.Block) string {
	t.Helper()
	if at.T == 0 {
		return ""
	}
	before := a.block(step.Block{T: r.IntN(at.T), L: at.L})
	id := []step.VectorID{step.ValueRows, step.V, step.ValueSums, step.KeyRows}[r.IntN(4)]
	vec := before.b.Layout[id]
	c := r.IntN(vec.Chunks())
	own, err := before.b.Chunk(id, c)
	require.NoError(t, err)
	words, how := mutated(r, vec.Kind, own)
	before.setWords(t, id, c, words)
	return fmt.Sprintf("; %s of position %d: %s", vec.Name, before.b.T, how)
}

// mutated changes a number, bits above the numbers, padding, or whole words.
func mutated(r *rand.Rand, kind chunk.Kind, own []byte) ([]byte, string) {
	words := slices.Clone(own)
	bits := map[chunk.Kind]int{chunk.Int16: 16, chunk.Int32: 32, chunk.Wide80: 80}[kind]
	n := len(words) / chunk.WordBytes
	blocks := commit.Blocks(n)
	set := func(w int, v *big.Int) { copy(words[w*32:], common.BigToHash(v).Bytes()) }
	get := func(w int) *big.Int { return new(big.Int).SetBytes(words[w*32 : w*32+32]) }
	w, limb := r.IntN(n), r.IntN(kind.Limbs())
	switch r.IntN(7) {
	case 0: // one bit of a number or of the padding in its word
		bit := limb*bits + r.IntN(bits)
		v := get(w)
		set(w, v.SetBit(v, bit, 1-v.Bit(bit)))
		return words, fmt.Sprintf("bit %d of word %d", bit, w)
	case 1: // the lowest bit of a number: off by one
		v := get(w)
		set(w, v.SetBit(v, limb*bits, 1-v.Bit(limb*bits)))
		return words, fmt.Sprintf("number %d of word %d off by one", limb, w)
	case 2: // a bit above the numbers
		top := kind.Limbs() * bits
		v := get(w)
		v.SetBit(v, top+r.IntN(253-top), 1)
		set(w, v)
		return words, fmt.Sprintf("top bits of word %d", w)
	case 3: // another number
		v := get(w)
		for b := range bits {
			v.SetBit(v, limb*bits+b, uint(r.IntN(2)))
		}
		set(w, v)
		if slices.Equal(words, own) {
			set(w, new(big.Int))
		}
		return words, fmt.Sprintf("number %d of word %d redrawn", limb, w)
	case 4: // any field element
		set(w, randomElement(r).Big())
		return words, fmt.Sprintf("word %d redrawn", w)
	case 5: // the largest element
		set(w, new(big.Int).Sub(modulus, big.NewInt(int64(1+r.IntN(3)))))
		return words, fmt.Sprintf("word %d just below the modulus", w)
	default: // behind the chunk's words, in the last sponge block
		if n == blocks*commit.Rate {
			return mutated(r, kind, own)
		}
		words = append(words, make([]byte, (blocks*commit.Rate-n)*32)...)
		w = n + r.IntN(blocks*commit.Rate-n)
		set(w, randomElement(r).Big())
		return words, fmt.Sprintf("word %d behind the last", w)
	}
}

// tamperedHead makes an answer with a token that the model did not pick, behind an honest
// opening of the head or one that is to justify it.
func tamperedHead(t testing.TB, r *rand.Rand, w *world, x *text, at step.Block) (*answer, string) {
	t.Helper()
	index := at.T + 1 - len(x.prompt)
	wrong := x.output[index]
	if r.IntN(8) == 0 { // of no model; nothing can follow it
		x = x.cut(t, index+1, protocol.FinishLength)
		wrong = uint32(x.m.arch.Vocabulary + r.IntN(5))
	}
	for wrong == x.output[index] {
		wrong = uint32(r.IntN(x.m.arch.Vocabulary))
	}
	x = x.forged(t, index, wrong)
	a := w.answered(x, accomplice, accompliceKey)
	what := "honest opening"
	if r.IntN(3) > 0 {
		what = a.change(t, r, at)
	}
	a.sign()
	return a, fmt.Sprintf("token %d is %d, head %s", index, wrong, what)
}

// caught lets an auditor without hints judge the answer and checks that its one
// transaction slashes, refunds and pays, and that the same again reverts.
func (a *answer) caught(t testing.TB, r *rand.Rand, system proving) (*auditor, outcome) {
	t.Helper()
	w := a.w
	if r.IntN(2) == 0 {
		others := make([]sumLeaf, r.IntN(6))
		for i := range others {
			others[i] = sumLeaf{randomHash(r), protocol.NewAmount(r.Uint64N(50))}
		}
		a.redeem(others, r.IntN(len(others)+1))
	}
	w.after(r.Uint64N(3600))
	before, paid, refundable := w.stakeOf(a.provider), w.balanceOf(auditing), w.balanceOf(requester)
	j := auditorOf(a, auditing.Address, system)
	call, err := j.accuse(t.Context())
	require.NoError(t, err)
	got, err := w.send(mallory.Address, call) // whoever sends it, the author is paid
	require.NoError(t, err)

	fault, ok := w.at.FaultIn(got.logs, a.hash)
	require.True(t, ok)
	require.Equal(t, fault.Kind, w.faultOf(a.hash))
	require.NotEqual(t, contracts.FaultNone, fault.Kind)
	slashed, err := before.Sub(w.stakeOf(a.provider))
	require.NoError(t, err)
	require.Equal(t, tokens(15_000), slashed)
	require.Equal(t, plus(t, paid, tokens(20)), w.balanceOf(auditing), "the bounty")
	refund := protocol.Amount{}
	if a.payment.Count > 0 {
		refund = a.receipt.Fee
	}
	require.Equal(t, plus(t, refundable, refund), w.balanceOf(requester), "the refund")
	if a.payment.Count > 0 {
		credit := read(w, w.at.Market, market.PackCreditOf(a.provider.Address, a.m.version, a.payment.Relayer, a.epoch), market.UnpackCreditOf)
		require.True(t, credit.Forfeited, "the pending credit")
		require.NotZero(t, credit.Amount.Sign())
	}
	_, err = w.send(mallory.Address, call)
	require.ErrorContains(t, err, "AlreadyProven")
	return j, got
}

func plus(t testing.TB, a, b protocol.Amount) protocol.Amount {
	sum, err := a.Add(b)
	require.NoError(t, err)
	return sum
}

// tamperSuite is promise one: whatever is wrong, one transaction slashes.
func tamperSuite(t *testing.T, name string, base *world, each int, reference bool, system func(*world) proving) {
	seen := map[string]int{}
	cases := 0
	row(t, name, &cases)
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 1))
			w := base.branch()
			w.t = t
			texts := library(t, r, w, 2)
			for n := range each {
				x := texts[r.IntN(len(texts))]
				if x.m.arch.Positions > 512 && r.IntN(4) > 0 {
					x = texts[r.IntN(len(texts)/2)]
				}
				own := w.branch()
				own.t = t
				a, what := tampered(t, r, own, x)
				if ok := t.Run(fmt.Sprintf("%d", n), func(t *testing.T) {
					own.t = t
					defer func() {
						if t.Failed() {
							t.Logf("seed %d, case %d, model of width %d: %s", seed, n, x.m.arch.Width, what)
						}
					}()
					j, _ := a.caught(t, r, system(own))
					kind := fmt.Sprintf("fault %d", j.fault.Kind)
					if j.op != 0 {
						kind = j.op.String()
					}
					seen[kind]++
				}); !ok {
					t.FailNow()
				}
				cases++
			}
		})
	}
	t.Logf("%v", seen)
	if reference && full() {
		for op := step.OpEmbed; op <= step.OpColumn; op++ {
			require.NotZero(t, seen[op.String()], "no lie was shown by op %s", op)
		}
		for k := trace.NoElement; k <= trace.SeamOut; k++ {
			require.NotZero(t, seen[fmt.Sprintf("fault %d", k)], "no fault of kind %d was shown", k)
		}
	}
}

func TestReferenceAnyWrongValueSlashes(t *testing.T) {
	w := referenceWorld(t)
	tamperSuite(t, "any single wrong value is caught (reference)", w, size(20, 400), true, func(w *world) proving { return w.oracle })
}

func TestProvedAnyWrongValueSlashes(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	tamperSuite(t, "any single wrong value is caught (proved)", realWorld(t), size(1, 20), false, func(*world) proving { return system })
}
