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
	"github.com/dgrid-network/dgrid/protocol/step"
)

func log16(n int) int { return (bits.Len(uint(n-1)) + 3) / 4 }

// hide makes a wrong answer of a text, and says what it takes to show it.
func (s secret) hide(t testing.TB, r *rand.Rand, w *world, x *text) *telling {
	t.Helper()
	T := len(x.prompt) + len(x.output) - 1
	told := &telling{t: t, r: r, a: w.answered(x, accomplice, accompliceKey), at: step.Block{T: 1 + r.IntN(T-1), L: 1 + r.IntN(x.m.arch.Layers)}}
	s.tell(told)
	return told
}

// TestReferenceWithholdingLosesOnTheClocks lets a cheater fall silent at every question
// that leads to each kind of lie, and from the start.
func TestReferenceWithholdingLosesOnTheClocks(t *testing.T) {
	cases, most := 0, map[string]withheld{}
	row(t, "withholding: slashed within the clocks (reference)", &cases)
	base := referenceWorld(t)
	drawn := seeds(t)
	for i, seed := range drawn {
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 3))
		var texts []*text
		for len(texts) == 0 || slices.ContainsFunc(texts, func(x *text) bool { // an earlier position, and room behind the boundaries
			n := len(x.report.Leaves)
			return len(x.prompt)+len(x.output) < 3 || 1<<protocol.MerkleDepth(n) == n
		}) {
			texts = library(t, r, base, 1)
		}
		long := r.IntN(len(secrets))
		for n, s := range secrets {
			if !full() && n%len(drawn) != i && n != long {
				continue
			}
			for range size(1, 4) {
				x := texts[r.IntN(2)]
				if n == long && !full() || full() && r.IntN(4) == 0 {
					x = texts[2]
				}
				if s.wide {
					x = texts[1]
				}
				t.Run(s.name, func(t *testing.T) {
					got := s.withheld(t, base, x, r.Uint64())
					cases += got.cases
					was := most[s.name]
					most[s.name] = withheld{0, max(was.questions, got.questions), max(was.answered, got.answered), max(was.silent, got.silent), max(was.above, got.above)}
				})
				if t.Failed() {
					t.FailNow()
				}
			}
		}
	}
	for _, s := range secrets {
		m, ok := most[s.name]
		require.True(t, ok, s.name)
		report(t, "| %s | at most %d questions | %d transactions when all are answered, %d above the aim | %d with silence |\n", s.name, m.questions, m.answered, m.above, m.silent)
	}
}

// withheld is what it took to convict of a secret: the most questions, transactions when
// all were answered and when one was not, and how many more than the aim the former are.
type withheld struct{ cases, questions, answered, silent, above int }

// withheld plays one secret: with every question answered, the last one in its last second,
// and with silence from each question on.
func (s secret) withheld(t *testing.T, base *world, x *text, variant uint64) (got withheld) {
	t.Helper()
	drawn := rand.New(rand.NewPCG(variant, 1))
	var told *telling
	inquire := func(silentAt int, late bool) (*inquiry, error) {
		w := base.branch()
		w.t = t
		told = s.hide(t, rand.New(rand.NewPCG(variant, 0)), w, x)
		a := told.a
		a.redeem(nil, 0)
		start, before := w.time, w.balanceOf(requester)
		q := &inquiry{t: t, a: a, w: w, who: auditing, sys: w.oracle, late: late, silentAt: silentAt}
		err := q.pursue()
		require.NotEqual(t, contracts.FaultNone, w.faultOf(a.hash))
		require.Equal(t, plus(t, before, a.receipt.Fee), w.balanceOf(requester), "the refund")
		live := read(w, w.at.Market, market.PackTiming(), market.UnpackTiming)
		require.Less(t, w.time-start, answerFor+live.DisputeWindow+live.MaxHold, "before the stake is free")
		got.cases++
		return q, err
	}
	q, err := inquire(0, false)
	leaves := len(told.a.report.Leaves)
	aim := 2*log16(leaves) + 8
	t.Logf("width %d, %d leaves: %d questions, %d transactions, aim %d, %d gas, nodes %v", x.m.arch.Width, leaves, q.questions, q.transactions, aim, q.gas, q.kinds)
	silent := func(k int) int { return k - 1 + 6 } // three times asked and expired
	last := q.questions
	switch {
	case told.mute:
		require.ErrorIs(t, err, errConvicted)
		require.Equal(t, told.want-1, q.questions)
		require.Equal(t, silent(q.questions), q.transactions)
		last--
	case told.told:
		require.ErrorIs(t, err, errShown)
		require.Equal(t, told.want, q.transactions)
	default:
		require.NoError(t, err)
		require.Equal(t, told.want, q.transactions)
		require.Equal(t, q.questions+1, q.transactions)
	}
	got.questions, got.answered, got.above = q.questions, told.want, max(told.want-aim, 0)
	if !told.longer {
		require.LessOrEqual(t, told.want, aim)
	}
	for k := 1; k <= last; k++ {
		if !full() && k > 1 && k < last && drawn.IntN(last) > 0 {
			continue
		}
		silence, err := inquire(k, k%2 == 0)
		require.ErrorIs(t, err, errConvicted)
		require.Equal(t, q.kinds[:k], silence.kinds)
		require.Equal(t, silent(k), silence.transactions)
		got.silent = max(got.silent, silence.transactions)
	}
	again, _ := inquire(0, true) // answers all, each in its last second
	require.Equal(t, q.transactions, again.transactions)
	return got
}

// TestReferenceTokensAndParamsWithheld covers the questions of an auditor that has no
// tokens.
func TestReferenceTokensAndParamsWithheld(t *testing.T) {
	cases := 0
	row(t, "withholding of tokens and parameters (reference)", &cases)
	base := referenceWorld(t)
	eachSeed(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 4))
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
	})
}

// rootAnswers counts the answers that show the roots of some vectors of a block. What
// shows the first of them may show others too.
func rootAnswers(layout []step.Vector, ids ...step.VectorID) int {
	below := protocol.MerkleDepth(len(layout)) - contracts.NodeStep
	if below <= 0 {
		return levels(len(layout))
	}
	groups := map[int]bool{}
	for _, id := range ids {
		groups[int(id)>>below] = true
	}
	return 1 + len(groups)
}

// questionsInBlock counts the questions down to one chunk of a block: its opening, vector
// roots, digests, words.
func questionsInBlock(layout []step.Vector, id step.VectorID) int {
	return 2 + rootAnswers(layout, id) + levels(layout[id].Chunks())
}

// transactions counts, by the layout that StepTable and NodeTable follow, what an auditor
// sends when everything is asked on chain: to a proof in the worst vector of a layer, and
// to one where a column leads to an earlier block.
func transactions(t testing.TB, a step.Arch, positions int) (direct, hop, aim int) {
	t.Helper()
	leaves := positions * (a.Layers + 1)
	layout, err := a.Layout(step.Block{T: positions - 1, L: 1})
	require.NoError(t, err)
	above := levels(leaves) + 1 // and the proof
	for id, v := range layout {
		if v.Chunks() > 0 && !v.Digests() {
			n := above + questionsInBlock(layout, step.VectorID(id))
			if step.VectorID(id) == step.Columns {
				n++ // the opening of the block that the column is read from
			}
			direct = max(direct, n)
		}
	}
	for id := step.In; id < step.Keys; id++ {
		if layout[id].Chunks() > 0 {
			hop = max(hop, above+questionsInBlock(layout, step.Columns)+questionsInBlock(layout, id))
		}
	}
	return direct, hop, 2*log16(leaves) + 8
}

// detour counts as transactions does, where every scale shift before a lie is claimed with
// another witness that is as right: an auditor has to look at each before it knows.
func detour(t testing.TB, a step.Arch, positions int) (n int) {
	t.Helper()
	layout, err := a.Layout(step.Block{T: positions - 1, L: 1})
	require.NoError(t, err)
	above, claims := levels(positions*(a.Layers+1))+1, 0
	var before []step.VectorID
	for i, v := range layout {
		id := step.VectorID(i)
		if v.Chunks() == 0 || v.Digests() {
			continue
		}
		more := rootAnswers(layout, append(before, id)...) - rootAnswers(layout, id)
		n = max(n, above+questionsInBlock(layout, id)+claims+more)
		if v.Op == step.OpAbsMax {
			claims += levels(v.Chunks()) + 1
			before = append(before, id)
		}
	}
	return n
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
		far := detour(t, arch, s.T)
		report(t, "| %s, %d positions, every scale shift with another right witness | %d transactions to a proof | %d h one after the other, %d h where what an answer shows is asked at once |\n",
			s.name, s.T, far, hours(far), hours(direct))
		require.LessOrEqual(t, direct, aim)
		require.Less(t, hours(hop)+1, window/3600)
	}
}

// TestReferenceLastSecondAnswersFitTheWindow counts how many questions in a row a provider
// can draw out, each answered in its last second, before nothing can be asked or proven any
// more; the longest way to a proof must fit for every shape, with an hour to begin.
func TestReferenceLastSecondAnswersFitTheWindow(t *testing.T) {
	eachSeed(t, lastSecondAnswersFitTheWindow)
}

func lastSecondAnswersFitTheWindow(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	r := rand.New(rand.NewPCG(seed, 10))
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
