package disputes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// What censorship of blocks does to disputes, on the real contracts with the live
// parameters. Whoever is right is censored: its transactions wait for a block that takes
// them. Whoever is wrong is not, and does everything in the last block that is in time.

// slot is the time between two blocks, in seconds.
const slot = 12

// censor owns a share of the blocks for some time: they take no transaction of its victim's.
type censor struct {
	seed  uint64
	share float64
	from  uint64 // its first block is the next
	count uint64 // blocks until it gives up
}

// lands is the time of the block that takes a transaction of the victim's which is ready
// at a time: the first one after it that is not the censor's.
func (c censor) lands(ready uint64) uint64 {
	for at := ready - ready%slot + slot; ; at += slot {
		owned := at > c.from && at <= c.from+c.count*slot
		if !owned || rand.New(rand.NewPCG(c.seed, at)).Float64() >= c.share {
			return at
		}
	}
}

// hours are those of blocks in a row.
func hours(blocks uint64) float64 { return float64(blocks*slot) / 3600 }

// span is a time that the contracts give somebody to act in, in seconds.
type span struct {
	name    string
	seconds uint64
}

// clocks are the deployed contracts' own.
type clocks struct {
	window, hold, clock uint64
	all                 []span
}

func clocksOf(w *world) clocks {
	timing := read(w, w.at.Market, market.PackTiming(), market.UnpackTiming)
	terms := read(w, w.at.Questions, questions.PackTerms(), questions.UnpackTerms)
	audits := bindings.NewAudits()
	drawn := read(w, w.at.Audits, audits.PackAuditTerms(), audits.UnpackAuditTerms)
	return clocks{timing.DisputeWindow, timing.MaxHold, terms.Clock, []span{
		{"window of a receipt", timing.DisputeWindow}, {"clock of a question", terms.Clock}, {"what a flood leaves of a clock", terms.Clock / 2},
		{"proof after an answer", terms.ProofTime}, {"opening a drawn point", drawn.Clock}, {"registering a draw", drawn.DrawTime},
		{"verdict about a drawn point", drawn.AttestTime}, {"last redeem of a closed channel", timing.CloseGrace}}}
}

// TestReferenceCensoredInclusion holds every time that somebody has to act in to ten
// times what inclusion takes in 99 of 100 cases when half and nine tenths of all blocks
// are censored.
func TestReferenceCensoredInclusion(t *testing.T) { eachSeed(t, censoredInclusion) }

func censoredInclusion(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	for _, share := range []float64{0.5, 0.9} {
		waits := make([]uint64, size(5_000, 170_000))
		for i := range waits {
			waits[i] = censor{seed: seed + uint64(i), share: share, count: math.MaxUint32}.lands(0)
		}
		slices.Sort(waits)
		p99 := waits[len(waits)*99/100]
		exact := slot * math.Ceil(math.Log(0.01)/math.Log(share))
		require.InDelta(t, exact, p99, max(2*slot, exact/5), "a share of %g, seed %d", share, seed)
		report(t, "| %.0f %% of blocks censored, seed %d | p99 inclusion %d s, %d blocks |\n", 100*share, seed, p99, p99/slot)
		for _, s := range clocksOf(w).all {
			report(t, "|   %s | %.1f h | %.0f x p99 |\n", s.name, float64(s.seconds)/3600, float64(s.seconds)/float64(p99))
			require.GreaterOrEqual(t, s.seconds, 10*p99, s.name)
		}
	}
}

// pursuit is an auditor that convicts a cheater. Before it has its proof it must be
// answered a number of questions, each of them in the last block that is in time; as often
// as given the cheater lets a clock run out before.
type pursuit struct {
	fixture
	proof     protocol.Call
	questions int
	silences  int
}

// pursued is a pursuit of a lie with blocks enough to ask about, paid in this block.
func pursued(t *testing.T, seed uint64) pursuit {
	t.Helper()
	for ; ; seed++ {
		f := wrongAnswer(t, referenceWorld(t), seed)
		if (len(f.x.prompt)+len(f.x.output)-1)*(f.x.m.arch.Layers+1) < 24 {
			continue
		}
		f.time = f.a.request.Deadline // the window runs from the redeem on
		f.a.redeem(nil, 0)
		return pursuit{fixture: f, proof: f.accused(t, f.oracle)}
	}
}

// move is a transaction that the window must be open for: when it landed, and how much of
// the window was left then, both in seconds.
type move struct {
	at   uint64
	left int64
}

// run plays the pursuit, and says whether the cheater was convicted and what of its stake
// that took.
func (p pursuit) run(t *testing.T, c censor) (moves []move, lost protocol.Amount, won bool) {
	t.Helper()
	w, a := p.on(t)
	ready, silences := w.time, p.silences
	try := func(call protocol.Call) (outcome, bool) {
		w.time = c.lands(ready)
		until := read(w, w.at.Disputes, game.PackDisputableUntil(bound(a.evidence())), game.UnpackDisputableUntil)
		moves = append(moves, move{w.time, int64(until) - int64(w.time)})
		got, err := w.send(auditing.Address, call)
		ready = w.time
		if err == nil {
			return got, true
		}
		require.ErrorContains(t, err, "WindowClosed")
		require.GreaterOrEqual(t, w.time, until)
		return got, false
	}
	// answered asks until the provider answers, or until it is convicted for silence.
	answered := func(call protocol.Call) bool {
		for {
			got, ok := try(call)
			if !ok {
				return false
			}
			q, ok := questionIn(got.logs)
			require.True(t, ok)
			if silences == 0 {
				w.time = q.deadline - slot
				response, _ := a.respond(q.node, w.oracle)
				w.must(a.operator, response)
				ready = w.time
				return true
			}
			silences--
			ready = q.deadline - 1
			w.time = c.lands(ready)
			w.must(auditing, a.expire(q.node))
			ready = w.time - 1 // it asks again in the same block
			if w.faultOf(a.hash) != contracts.FaultNone {
				return false
			}
		}
	}
	asked := true
	for i := 0; asked && i < p.questions; i++ {
		asked = answered(a.askBlock(step.Block{T: i / (a.m.arch.Layers + 1), L: i % (a.m.arch.Layers + 1)}))
	}
	if asked {
		try(p.proof)
	}
	return moves, minus(t, stake, w.stakeOf(accomplice)), w.faultOf(a.hash) != contracts.FaultNone
}

// TestReferenceCensoredPursuit takes all blocks from an auditor, before its first
// transaction, before its last and before one between, and finds the exact number that it
// survives. With half or nine tenths of the blocks censored for a week it always wins.
func TestReferenceCensoredPursuit(t *testing.T) { eachSeed(t, censoredPursuit) }

func censoredPursuit(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 11))
	p := pursued(t, seed)
	live := clocksOf(p.world)
	cases := []struct {
		name                string
		questions, silences int
	}{{"one proof", 0, 0}, {"silence from the start", 1, 3}}
	for _, s := range shaped(t) {
		encoded := s.header.Encode()
		arch, err := step.ParseArch(encoded[:])
		require.NoError(t, err)
		_, hop, _ := transactions(t, arch, s.T)
		cases = append(cases, struct {
			name                string
			questions, silences int
		}{s.name + ", every answer in the last block", hop - 1, 0}, struct {
			name                string
			questions, silences int
		}{s.name + ", two silences too", hop - 1, 2})
	}
	for _, k := range cases {
		p.questions, p.silences = k.questions, k.silences
		moves, lost, won := p.run(t, censor{})
		require.True(t, won, "%s: nobody censors", k.name)
		before := uint64(len(moves) - 1) // clocks that ran out before the last move
		// From the constants alone: what is left of the window before the last move.
		left := live.window + min(before*live.clock, live.hold) - before*live.clock
		survives := left/slot - 2 // one more block for its transaction, and the window is over at its end
		report(t, "| %s: %d clocks | all blocks of %.2f h: %d survived | %d to be bought, below %.2f tokens each |\n", k.name, before,
			hours(survives), survives, survives+1, inTokens(lost)/float64(survives+1))
		for _, at := range slices.Compact([]int{0, r.IntN(len(moves)), len(moves) - 1}) {
			c := censor{share: 1, from: moves[at].at - slot, count: survives}
			_, _, won = p.run(t, c)
			require.True(t, won, "%s: %d blocks before move %d", k.name, c.count, at)
			c.count++
			_, _, won = p.run(t, c)
			require.False(t, won, "%s: %d blocks before move %d", k.name, c.count, at)
		}
		for _, share := range []float64{0.5, 0.9} {
			for i := range uint64(size(1, 7)) {
				c := censor{seed: seed + i, share: share, from: p.time, count: 7 * 24 * 3600 / slot}
				slow, _, won := p.run(t, c)
				require.True(t, won, "%s: a share of %g, seed %d", k.name, share, c.seed)
				require.GreaterOrEqual(t, slow[len(slow)-1].at, moves[len(moves)-1].at)
			}
		}
	}
}

func inTokens(a protocol.Amount) float64 {
	f, _ := a.Big().Float64()
	return f / 1e6
}

// TestReferenceLateMovesExtendTheWindow asks in the window's last block, and follows the
// window through a chain of questions: each gives back what its clock takes, up to the
// longest hold.
func TestReferenceLateMovesExtendTheWindow(t *testing.T) { eachSeed(t, lateMovesExtendTheWindow) }

func lateMovesExtendTheWindow(t *testing.T, seed uint64) {
	p := pursued(t, seed)
	live := clocksOf(p.world)
	closes := p.time + live.window

	t.Run("a question in the last block", func(t *testing.T) {
		for _, asks := range []bool{false, true} {
			w, a := p.on(t)
			w.time = closes - slot
			if asks {
				w.must(mallory, a.askTrace()) // whoever asks
			}
			w.time = closes - slot + live.clock
			_, err := w.send(auditing.Address, p.proof)
			if !asks {
				require.ErrorContains(t, err, "WindowClosed")
				continue
			}
			require.NoError(t, err)
			convicted(t, w, a)
		}
	})
	t.Run("a chain of them", func(t *testing.T) {
		whole := live.hold / live.clock
		p.questions = int(whole) + 2
		moves, _, won := p.run(t, censor{})
		require.True(t, won)
		for i, m := range moves {
			want := live.window - slot - (max(uint64(i), whole)-whole)*live.clock
			require.EqualValues(t, want, m.left, "before move %d", i)
		}
	})
}

// interrogated is an honest provider that is asked thrice as long as it does not answer,
// and answers as soon as a block takes its transaction.
func interrogated(t *testing.T, base *world, a *answer, c censor) (lost protocol.Amount, fault contracts.FaultKind) {
	t.Helper()
	w := base.branch()
	honest := *a
	honest.w = w
	for range 3 {
		q, ok := questionIn(w.must(mallory, honest.askTrace()).logs)
		require.True(t, ok)
		response, _ := honest.respond(q.node, w.oracle)
		if w.time = c.lands(w.time); w.time < q.deadline {
			w.must(operator, response)
			break
		}
		w.time = q.deadline
		_, err := w.send(operator.Address, response)
		require.ErrorContains(t, err, "ClockOver")
		w.must(mallory, honest.expire(q.node)) // and asks again in the same block
	}
	return minus(t, stake, w.stakeOf(owner)), w.faultOf(a.hash)
}

// TestReferenceCensoredAnswers takes all blocks from an honest provider that is asked.
// Exactly one clock of them costs it the small rung, three convict it; shares below one
// cost it nothing.
func TestReferenceCensoredAnswers(t *testing.T) { eachSeed(t, censoredAnswers) }

func censoredAnswers(t *testing.T, seed uint64) {
	w := referenceWorld(t)
	x := library(t, rand.New(rand.NewPCG(seed, 12)), &world{t: t, models: w.models[:1]}, 1)[0]
	a := w.answered(x, owner, operator)
	w.after(slot)
	const silences = 3
	clock := clocksOf(w).clock / slot
	for _, k := range []struct {
		name  string
		count uint64
		lost  protocol.Amount
		fault contracts.FaultKind
	}{
		{"answered in time", clock - 2, tokens(0), contracts.FaultNone},
		{"one rung of the stake", clock - 1, tokens(5000), contracts.FaultNone},
		{"two rungs", silences*clock - 2, tokens(9750), contracts.FaultNone},
		{"withheld", silences*clock - 1, protocol.NewAmount(23_287_500_000), contracts.FaultWithheld},
	} {
		lost, fault := interrogated(t, w, a, censor{share: 1, from: w.time, count: k.count})
		report(t, "| an honest provider, all blocks of %.2f h: %d | %s: %.2f tokens of %.0f |\n", hours(k.count), k.count, k.name, inTokens(lost), inTokens(stake))
		require.Equal(t, k.fault, fault, k.name)
		require.Equal(t, k.lost, lost, k.name)
	}
	for _, share := range []float64{0.5, 0.9} {
		for i := range uint64(size(4, 334)) {
			lost, _ := interrogated(t, w, a, censor{seed: seed + i, share: share, from: w.time, count: 7 * 24 * 3600 / slot})
			require.True(t, lost.IsZero(), fmt.Sprintf("a share of %g, seed %d", share, seed+i))
		}
	}
}
