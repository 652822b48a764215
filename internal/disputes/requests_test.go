package disputes

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// crash is a provider that starts again from what it keeps: request, tokens, secret and
// the signed receipt. Blocks and openings are made anew.
func (a *answer) crash(t testing.TB) {
	t.Helper()
	x := *a.text
	x.replay(t)
	a.text, a.lies = &x, map[step.Block]*lie{}
	a.leaves = slices.Clone(x.report.Leaves)
	require.Equal(t, a.receipt.TraceRoot, protocol.TraceRoot(a.secret, x.report.Root), "what it signed is what it makes again")
}

// TestReferenceHonestRequestsAreNeverSlashed is one question and one attack for each of
// many honest answers. Providers crash before they answer, between signing and sending, and
// answer again; full size is ten thousand.
func TestReferenceHonestRequestsAreNeverSlashed(t *testing.T) {
	base, cases, attempts, crashes, repeats := referenceWorld(t), 0, map[string]int{}, 0, 0
	row(t, "no honest request is ever slashed, with crashes (reference)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 14))
		first := base.branch()
		first.t = t
		short := &world{t: t, models: base.models[:2]}
		texts := library(t, r, short, size(2, 8))
		m := &adversary{t: t, r: r, system: base.oracle, done: attempts}
		for n := range size(15, 3334) {
			x := texts[r.IntN(len(texts)/2)]
			if r.IntN(8) == 0 { // of the wide model, whose blocks take long
				x = texts[r.IntN(len(texts))]
			}
			if n%50 == 0 {
				m.w = first
				m.foil, _ = tampered(t, r, first, x)
				m.foilJudge = auditorOf(m.foil, mallory.Address, m.system)
				var err error
				m.foilCall, err = m.foilJudge.accuse(t.Context())
				require.NoError(t, err)
			}
			w := base.branch()
			w.t = t
			m.w = w
			m.victim = honestly(t, r, w, x)
			m.start = w.balanceOf(owner)
			v := m.victim
			if r.IntN(2) == 0 { // between signing and sending: it sends what it signed
				v.crash(t)
				crashes++
			}
			call := m.question()
			got := w.must(mallory, call)
			q, ok := questionIn(got.logs)
			require.True(t, ok)
			if r.IntN(2) == 0 {
				v.crash(t)
				crashes++
			}
			if r.IntN(4) == 0 {
				w.time = q.deadline - 1
			}
			response, _ := v.respond(q.node, m.system)
			w.must(v.operator, response)
			if r.IntN(4) == 0 { // it does not know that its answer landed
				v.crash(t)
				again, _ := v.respond(q.node, m.system)
				_, err := w.send(v.operator.Address, again)
				require.ErrorContains(t, err, "NotOpen")
				repeats++
			}
			m.unharmed("a question")
			m.refused("silence after an answer", v.expire(q.node))
			acts := []func(){m.rightNumber, m.otherStatement, m.tornCall, m.scribbled, m.seams, m.comparisons, m.twins, m.mutatedEvidence}
			acts[r.IntN(len(acts))]()
			m.unharmed("an attack")
			cases++
			if t.Failed() {
				t.Logf("case %d", n)
				t.FailNow()
			}
		}
	})
	require.NotZero(t, crashes)
	require.NotZero(t, repeats)
	total := 0
	for _, name := range slices.Sorted(maps.Keys(attempts)) {
		total += attempts[name]
	}
	t.Logf("%d attempts, %d crashes, %d answers sent twice", total, crashes, repeats)
}
