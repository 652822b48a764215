package disputes

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// secretive is a wrong answer of the accomplice that can only be shown by asking: one
// chunk of one block is wrong. With hop the chunk is one of columns that agrees with a
// wrong chunk of an earlier block.
func secretive(t testing.TB, r *rand.Rand, w *world, x *text, hop bool) *answer {
	T := len(x.prompt) + len(x.output) - 1
	at := step.Block{T: 1 + r.IntN(T-1), L: 1 + r.IntN(x.m.arch.Layers)}
	a := w.answered(x, accomplice, accompliceKey)
	l := a.block(at)
	// A number redrawn in place is always wrong; claims may have other witnesses.
	plain := []step.VectorID{step.Squares, step.Normed, step.NormQuant, step.QuerySums, step.K, step.ValueSums, step.QRot, step.KeyRows, step.Columns,
		step.Scores, step.Softmax, step.SoftmaxSums, step.MixSums, step.Mixed, step.OutSums, step.Middle, step.GateSums, step.UpLinear, step.Gated, step.DownSums, step.Out}
	id := plain[r.IntN(len(plain))]
	if hop {
		id = step.Columns
	}
	off := func(l *lie, id step.VectorID, c, place int) {
		words, err := l.b.Chunk(id, c)
		require.NoError(t, err)
		vec, size := l.b.Layout[id], map[chunk.Kind]int{chunk.Int16: 2, chunk.Int32: 4, chunk.Wide80: 10}
		limbs := vec.Kind.Limbs()
		words = slices.Clone(words)
		words[place/limbs*32+32-place%limbs*size[vec.Kind]-1] ^= 1
		l.setWords(t, id, c, words)
	}
	vec := l.b.Layout[id]
	c := r.IntN(vec.Chunks())
	place := r.IntN(vec.Length(c))
	if hop {
		_, s := vec.Index(c, 0)
		place = r.IntN(min(vec.Length(c), at.T-s))
		row, col := vec.Index(c, place)
		st, err := x.m.arch.Statement(step.Step{Block: at, Vector: id, Row: row, Col: col}, 0, step.Pick{})
		require.NoError(t, err)
		before := a.block(step.Block{T: col, L: at.L})
		off(before, step.VectorID(st.A.Leaf.Outer), st.A.Leaf.Inner, st.A.Places[0])
	}
	off(l, id, c, place)
	a.wrongEnd(t, r, at)
	a.sign()
	return a
}

func log16(n int) int { return (bits.Len(uint(n-1)) + 3) / 4 }

// TestReferenceWithholdingLosesOnTheClocks lets a cheater fall silent at every question
// that leads to its lie, and from the start.
func TestReferenceWithholdingLosesOnTheClocks(t *testing.T) {
	cases := 0
	row(t, "withholding: slashed within the clocks (reference)", &cases)
	base := referenceWorld(t)
	for _, seed := range seeds(t) {
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 3))
		texts := library(t, r, base, 1)
		for range size(1, 12) {
			x := texts[r.IntN(len(texts))]
			if len(x.prompt)+len(x.output) < 3 {
				continue
			}
			hop, variant := r.IntN(3) == 0, r.Uint64()
			leaves := (len(x.prompt) + len(x.output) - 1) * (x.m.arch.Layers + 1)
			inquire := func(silentAt int, late bool) (*inquiry, error) {
				w := base.branch()
				w.t = t
				a := secretive(t, rand.New(rand.NewPCG(variant, 0)), w, x, hop)
				a.redeem(nil, 0)
				start, before := w.time, w.balanceOf(requester)
				q := &inquiry{t: t, a: a, w: w, who: auditing, sys: w.oracle, late: late, silentAt: silentAt}
				err := q.pursue()
				require.NotEqual(t, contracts.FaultNone, w.faultOf(a.hash))
				require.Equal(t, plus(t, before, a.receipt.Fee), w.balanceOf(requester), "the refund")
				live := read(w, w.at.Market, market.PackTiming(), market.UnpackTiming)
				require.Less(t, w.time-start, answerFor+live.DisputeWindow+live.MaxHold, "before the stake is free")
				cases++
				return q, err
			}
			q, err := inquire(0, false)
			require.NoError(t, err)
			aim := 2*log16(leaves) + 8
			t.Logf("model of width %d, %d leaves, hop %t: %d transactions to a proof, aim %d, %d gas, nodes %v", x.m.arch.Width, leaves, hop, q.transactions, aim, q.gas, q.kinds)
			if !hop {
				require.LessOrEqual(t, q.transactions, aim)
			}
			most := 0
			for k := 1; k <= q.questions; k++ {
				s, err := inquire(k, k%2 == 0)
				require.ErrorIs(t, err, errConvicted)
				require.Equal(t, q.kinds[:k], s.kinds)
				most = max(most, s.transactions)
			}
			_, err = inquire(0, true) // answers all, each in its last second
			require.NoError(t, err)
			t.Logf("  silent at any of %d questions: at most %d transactions", q.questions, most)
		}
	}
}

// TestReferenceTokensAndParamsWithheld covers the questions of an auditor that has no
// tokens.
func TestReferenceTokensAndParamsWithheld(t *testing.T) {
	cases := 0
	row(t, "withholding of tokens and parameters (reference)", &cases)
	base := referenceWorld(t)
	r := rand.New(rand.NewPCG(seeds(t)[0], 4))
	for _, x := range library(t, r, base, 1) {
		for k := range 4 {
			w := base.branch()
			w.t = t
			a := w.answered(x, accomplice, accompliceKey)
			q := &inquiry{t: t, a: a, w: w, who: auditing, sys: w.oracle, silentAt: 1}
			_, _, err := q.ask([]func() protocol.Call{a.askParams, func() protocol.Call { return a.askTokens(true, 0) },
				func() protocol.Call { return a.askTokens(false, 0) }, func() protocol.Call { return a.askBlock(step.Block{}) }}[k]())
			require.ErrorIs(t, err, errConvicted)
			require.Equal(t, 6, q.transactions)
			cases++
		}
	}
}

// questionsInBlock counts the questions down to one chunk of a block: its opening, vector
// roots, digests, words.
func questionsInBlock(layout []step.Vector, id step.VectorID) int {
	n := 2
	if len(layout) > 1 {
		n += (protocol.MerkleDepth(len(layout)) + 3) / 4
	}
	return n + (protocol.MerkleDepth(layout[id].Chunks())+3)/4
}

// transactions counts, by the layout that StepTable and NodeTable follow, what an auditor
// sends when everything is asked on chain: to a proof in the worst vector of a layer, and
// to one where a column leads to an earlier block.
func transactions(t testing.TB, a step.Arch, positions int) (direct, hop, aim int) {
	t.Helper()
	leaves := positions * (a.Layers + 1)
	layout, err := a.Layout(step.Block{T: positions - 1, L: 1})
	require.NoError(t, err)
	above := (protocol.MerkleDepth(leaves)+3)/4 + 1 // and the proof
	for id, v := range layout {
		if v.Chunks() > 0 && !v.Digests() {
			direct = max(direct, above+questionsInBlock(layout, step.VectorID(id)))
		}
	}
	for id := step.In; id < step.Keys; id++ {
		if layout[id].Chunks() > 0 {
			hop = max(hop, above+questionsInBlock(layout, step.Columns)+questionsInBlock(layout, id))
		}
	}
	return direct, hop, 2*log16(leaves) + 8
}

// TestQuestionsPerShape holds the count to its aim, and a provider that answers each
// question in its last second to the longest window.
func TestQuestionsPerShape(t *testing.T) {
	live := deploy.Live(common.Address{}, common.Address{}, common.Address{})
	window := live.Timing.DisputeWindow + live.Timing.MaxHold
	for _, s := range shaped(t) {
		encoded := s.header.Encode()
		arch, err := step.ParseArch(encoded[:])
		require.NoError(t, err)
		direct, hop, aim := transactions(t, arch, s.T)
		hours := func(n int) uint64 { return (uint64(n-1)*live.Questions.Clock + live.Questions.ProofTime) / 3600 }
		report(t, "| %s, %d positions | %d transactions to a proof, %d with a hop, aim %d | every answer in its last second: %d h, %d h with a hop, of %d h |\n",
			s.name, s.T, direct, hop, aim, hours(direct), hours(hop), window/3600)
		require.LessOrEqual(t, direct, aim)
		require.Less(t, hours(hop)+1, window/3600)
	}
}

// TestReferenceLastSecondAnswersFitTheWindow counts how many questions in a row a provider
// can draw out, each answered in its last second, before nothing can be asked or proven any
// more; the longest way to a proof must fit for every shape, with an hour to begin.
func TestReferenceLastSecondAnswersFitTheWindow(t *testing.T) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(1, 10))
	x := library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	for (len(x.prompt)+len(x.output)-1)*(x.m.arch.Layers+1) < 24 {
		x = library(t, r, &world{t: t, models: w.models[:1]}, 1)[0]
	}
	a := w.answered(x, accomplice, accompliceKey)
	a.redeem(nil, 0)
	fits := 0
	for i := range (len(x.prompt) + len(x.output) - 1) * (x.m.arch.Layers + 1) { // at least 24 of them
		got, err := w.send(auditing.Address, a.askBlock(step.Block{T: i / (x.m.arch.Layers + 1), L: i % (x.m.arch.Layers + 1)}))
		if err != nil {
			require.ErrorContains(t, err, "WindowClosed")
			break
		}
		q, ok := questionIn(got.logs)
		require.True(t, ok)
		w.time = q.deadline - 1
		response, _ := a.respond(q.node, w.oracle)
		w.must(accompliceKey, response)
		until := read(w, w.at.Disputes, game.PackDisputableUntil(bound(a.evidence())), game.UnpackDisputableUntil)
		if w.time < until {
			fits++
		}
	}
	report(t, "| questions in a row, each answered in its last second, after which a proof is in time | %d |\n", fits)
	for _, s := range shaped(t) {
		encoded := s.header.Encode()
		arch, err := step.ParseArch(encoded[:])
		require.NoError(t, err)
		_, hop, _ := transactions(t, arch, s.T)
		require.LessOrEqual(t, hop-1, fits, s.name)
	}
}
