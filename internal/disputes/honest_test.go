package disputes

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// honestly makes an honest answer of a drawn sort.
func honestly(t *testing.T, r *rand.Rand, w *world, x *text) *answer {
	switch r.IntN(4) {
	case 0: // cancelled by the requester, or by a provider that drains
		x = x.cut(t, r.IntN(len(x.output)+1), protocol.FinishCancelled)
	case 1: // every position used
		m := x.m
		if m.arch.Positions <= 32 {
			for {
				if y := write(t, r, m, 2+r.IntN(8), m.arch.Positions); y.finish == protocol.FinishContext {
					x = y
					break
				}
			}
		}
	}
	a := w.answered(x, owner, operator)
	if r.IntN(2) == 0 {
		if a.receipt.Fee.IsZero() {
			return a
		}
		others := make([]sumLeaf, r.IntN(6))
		for i := range others {
			others[i] = sumLeaf{randomHash(r), protocol.NewAmount(r.Uint64N(50))}
		}
		a.redeem(others, r.IntN(len(others)+1))
	}
	switch r.IntN(4) {
	case 0: // the key rotates while its receipts can be disputed
		w.must(owner, w.call(w.at.Staking, "retire", staking.PackRetireOperator(operator.Address)))
		a.operator = spare
	case 1:
		w.must(owner, w.at.Unbond(tokens(1+r.Uint64N(100_000)), common.Hash{}))
	}
	return a
}

func honestSuite(t *testing.T, name string, base *world, each int, system func(*world) proving) {
	cases, attempts := 0, map[string]int{}
	row(t, name, &cases)
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 2))
			first := base.branch()
			first.t = t
			texts := library(t, r, first, 2)
			for n := range each {
				x := texts[r.IntN(len(texts))]
				if x.m.arch.Positions > 512 && r.IntN(4) > 0 {
					x = texts[r.IntN(len(texts)/2)]
				}
				w := base.branch()
				w.t = t
				m := &adversary{t: t, r: r, w: w, system: system(w), done: attempts}
				m.foil, _ = tampered(t, r, w, x)
				m.foilJudge = auditorOf(m.foil, mallory.Address, m.system)
				var err error
				m.foilCall, err = m.foilJudge.accuse(t.Context())
				require.NoError(t, err)
				m.victim = honestly(t, r, w, x)
				m.start = w.balanceOf(owner)
				// The auditor of this package and the one of the node agree on right answers.
				_, err = auditorOf(m.victim, auditing.Address, m.system).accuse(t.Context())
				require.ErrorIs(t, err, errRight, "seed %d, case %d", seed, n)
				acts := []func(){m.rightNumber, m.otherChunk, m.otherStatement, m.tornCall, m.scribbled, m.seams, m.comparisons, m.twins,
					m.mutatedEvidence, m.interrogate, m.flood}
				for range 8 {
					acts[r.IntN(len(acts))]()
				}
				if r.IntN(4) == 0 {
					m.outlast()
				}
				cases++
				if t.Failed() {
					t.Logf("seed %d, case %d", seed, n)
					t.FailNow()
				}
			}
		})
	}
	total := 0
	for _, n := range attempts {
		total += n
	}
	t.Logf("%d attempts", total)
	for _, name := range slices.Sorted(maps.Keys(attempts)) {
		t.Logf("%6d %s", attempts[name], name)
	}
}

func TestReferenceHonestIsNeverSlashed(t *testing.T) {
	honestSuite(t, "no honest receipt is ever slashed (reference)", referenceWorld(t), size(10, 350), func(w *world) proving { return w.oracle })
}

func TestProvedHonestIsNeverSlashed(t *testing.T) {
	system, err := realProver()
	require.NoError(t, err)
	honestSuite(t, "no honest receipt is ever slashed (proved)", realWorld(t), size(1, 10), func(*world) proving { return system })
}
