package auditor

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// lending is an auditor's bonds without the chain: each of 3, and mined at once.
type lending struct {
	stakes
	free  int64
	share int
}

func lendingOf(free int64, share int) *lending { return &lending{newStakes(), free, share} }

// file is the case of a provider's receipt.
func file(provider, receipt byte) *Case {
	return &Case{Receipt: common.Hash{provider, receipt}, Provider: common.Address{provider}, State: Asking}
}

// ask asks the next question of a case, or again the last one if that was silent.
func (l *lending) ask(c *Case, stake int64, drawn bool) error {
	n := len(c.Asked)
	if n == 0 || c.Asked[n-1].State != "silent" {
		c.Asked = append(c.Asked, Asked{Question: common.Hash{c.Receipt[0], c.Receipt[1], byte(n + 1)}, Bond: protocol.NewAmount(3)})
		n++
	}
	r := &c.Asked[n-1]
	three := big.NewInt(3)
	err := l.lend(c, r.Question, loan{three, three, big.NewInt(stake), big.NewInt(l.free), l.share, longestWay, drawn})
	if err == nil {
		l.free -= 3
		r.State, r.Times = "open", r.Times+1
		l.bonded(r.Question)
	} else if r.Times == 0 {
		c.Asked = c.Asked[:n-1]
	}
	l.note(c, err)
	return err
}

// answers ends the last question of a case.
func (l *lending) answers(c *Case, answered bool) {
	r := &c.Asked[len(c.Asked)-1]
	if r.State = "answered"; !answered {
		r.State, l.free = "silent", l.free+3
		l.returned(r.Question)
	}
}

// convict ends a case, and gives back what it holds.
func (l *lending) convict(c *Case) {
	for _, r := range c.Asked {
		if r.State == "answered" {
			l.free += 3
		}
	}
	c.State = Settled
	l.note(c, nil)
}

// Bonds about one provider are a share of all there is and no more than its stake; one may always be out, and what one case
// needs.
func TestBondsAboutOneProviderAreBounded(t *testing.T) {
	t.Parallel()
	l := lendingOf(240, 25) // 60: what one case needs, and 15
	one, two, three := file(1, 9), file(1, 2), file(1, 3)
	for _, c := range []*Case{one, two, two, two, two, two} {
		require.NoError(t, l.ask(c, 1000, false))
	}
	for range 4 {
		require.NoError(t, l.ask(one, 1000, false), "30 are kept for the other, and 30 are out")
	}
	require.ErrorIs(t, l.ask(one, 1000, false), errShort)
	require.ErrorIs(t, l.ask(three, 1000, false), errShort)
	require.NoError(t, l.ask(three, 1000, true), "what was drawn is asked for")
	small := file(2, 1)
	require.NoError(t, l.ask(small, 1, false), "one is out even if it is more than the stake")
	require.ErrorIs(t, l.ask(file(2, 2), 1, false), errShort, "and no other begins")
}

// A provider whose stake is less than the bonds on the way to its lie answers them all, and is convicted all the same.
func TestASmallStakeEndsToo(t *testing.T) {
	t.Parallel()
	l := lendingOf(100, 25)
	c := file(1, 1)
	for n := range longestWay {
		require.NoError(t, l.ask(c, 7, false), "question %d", n)
		l.answers(c, true)
	}
	l.convict(c)
	require.EqualValues(t, 100, l.free)
}

// Cases that are silent hold one bond each: as many are asked as leave what one of them may need, and who has no answer
// leaves the others theirs.
func TestWhatIsKeptIsForOneCaseAfterTheOther(t *testing.T) {
	t.Parallel()
	l := lendingOf(100, 25)
	begun := 0
	for p := range byte(40) {
		if l.ask(file(p+1, 1), 1000, false) == nil {
			begun++
		}
	}
	require.Equal(t, 19, begun, "of 100, 42 are kept")

	three := big.NewInt(3)
	l = lendingOf(45, 25)
	once := file(1, 1)
	once.Asked = []Asked{{Question: common.Hash{1}, Bond: protocol.NewAmount(3), State: "open", Times: 1}}
	require.NoError(t, l.lend(once, common.Hash{1}, loan{three, three, big.NewInt(1000), big.NewInt(l.free), l.share, 1, false}))
	l.free -= 3
	l.bonded(common.Hash{1})
	require.NoError(t, l.ask(file(2, 1), 1000, false), "what asks one question needs no more")
}

// After a restart nothing counts that came back with a conviction.
func TestWhatCameBackIsNotOut(t *testing.T) {
	t.Parallel()
	l := lendingOf(240, 25)
	for n := range byte(3) {
		c := file(1, n)
		for q := range byte(10) {
			c.Asked = append(c.Asked, Asked{Question: common.Hash{1, n, q + 1}, State: "answered", Times: 1, Bond: protocol.NewAmount(3), Node: &Place{}, ClosedAt: 1, Closed: true})
		}
		c.State, c.Verdict = Unpaid, &contracts.Fault{}
		l.recall(c, false)
	}
	require.NoError(t, l.ask(file(1, 9), 1000, false))
}

// A provider answers at once whatever it is asked about many wrong receipts. One case has all that it needs, also beyond the share, and
// what it gives back is for the next, also after a restart.
func TestOneCaseHasAllItsBondsBeforeTheNextBegins(t *testing.T) {
	t.Parallel()
	l := lendingOf(100, 25)
	first, next := file(1, 1), file(1, 2)
	for n := range longestWay {
		require.NoError(t, l.ask(first, 1000, false), "question %d", n)
		l.answers(first, true)
		require.ErrorIs(t, l.ask(next, 1000, false), errShort, "question %d", n)
		again := lendingOf(l.free, l.share)
		again.recall(first, false)
		again.recall(next, false)
		l = again
	}
	l.convict(first)
	require.EqualValues(t, 100, l.free)
	require.NoError(t, l.ask(next, 1000, false))
}

// An older auditor lent one bond to each: with the share full, and nothing else free, one of them goes on all the same.
func TestOneOfManyCasesThatHoldABondGoesOn(t *testing.T) {
	t.Parallel()
	l := lendingOf(42, 25)
	var list []*Case
	for n := range byte(8) {
		c := file(1, n)
		c.Asked = []Asked{{Question: common.Hash{1, n, 1}, State: "answered", Times: 1, Bond: protocol.NewAmount(3)}}
		l.recall(c, false)
		list = append(list, c)
	}
	for n := range longestWay - 1 {
		asked := 0
		for _, c := range list {
			if l.ask(c, 1000, false) == nil {
				l.answers(c, true)
				asked++
			}
		}
		require.Equal(t, 1, asked, "question %d", n+2)
	}
}

// Nothing is kept for a case that does not ask on now: one that waits for its provider's stake, that fails, or that is about to
// be proven. What it holds counts, but where it waits for a stake.
func TestNothingIsKeptForACaseThatDoesNotAsk(t *testing.T) {
	t.Parallel()
	for name, does := range map[string]func(*lending, *Case){
		"waits":  func(l *lending, c *Case) { l.note(c, fmt.Errorf("no stake: %w", errNotWorth)) },
		"fails":  func(l *lending, c *Case) { c.Failures = 1; l.note(c, errors.New("no")); c.Failures = 0 },
		"proves": func(l *lending, c *Case) { c.State = Opened; l.note(c, nil) },
		"ends":   func(l *lending, c *Case) { c.State = Lost; l.note(c, nil) },
	} {
		l := lendingOf(100, 25)
		one, other := file(1, 1), file(1, 2)
		for range 2 {
			require.NoError(t, l.ask(one, 1000, false))
			l.answers(one, true)
		}
		require.ErrorIs(t, l.ask(other, 1000, false), errShort, name)
		does(l, one)
		require.NoError(t, l.ask(other, 1000, false), name)
		l.answers(other, true)
		if one.State == Asking { // it goes on, and needs less than the other
			require.NoError(t, l.ask(one, 1000, false), name)
			require.ErrorIs(t, l.ask(other, 1000, false), errShort, name)
		}
	}
}

// Where bonds are short, what comes back is for the larger stake, whoever looks first.
func TestTheLargerStakeIsAskedFirst(t *testing.T) {
	t.Parallel()
	l := lendingOf(2, 100)
	small, large := file(1, 1), file(2, 1)
	require.ErrorIs(t, l.ask(small, 10, false), errShort)
	require.ErrorIs(t, l.ask(large, 1000, false), errShort)
	l.free = 3
	require.ErrorIs(t, l.ask(small, 10, false), errShort, "the other one waits for it")
	require.NoError(t, l.ask(large, 1000, false))
	l.free = 3
	require.ErrorIs(t, l.ask(small, 10, false), errShort, "it is kept for what the other one may need")
	l.free = 45
	require.NoError(t, l.ask(small, 10, false))
}

// What a provider of a larger stake is not lent any more, by its share, is kept for nobody.
func TestWhatIsOverAShareIsNotKept(t *testing.T) {
	t.Parallel()
	l := lendingOf(2, 25)
	var list []*Case
	for n := range byte(40) { // a moment at which nothing is free
		list = append(list, file(1, n))
		require.ErrorIs(t, l.ask(list[n], 1000, false), errShort)
	}
	l.free = 120 // and then a lot is
	for range 10 {
		require.NoError(t, l.ask(list[0], 1000, false))
	}
	for _, c := range list[1:] {
		require.ErrorIs(t, l.ask(c, 1000, false), errShort)
	}
	require.NoError(t, l.ask(file(2, 1), 900, false), "%d are free, and the first provider has its share", l.free)

	l = lendingOf(100, 100)
	one, two := file(1, 1), file(1, 2)
	require.NoError(t, l.ask(one, 1000, false))
	require.NoError(t, l.ask(file(3, 1), 1000, false))
	l.free = 44
	require.ErrorIs(t, l.ask(two, 1000, false), errShort)
	require.Contains(t, l.want, two.Provider, "42 are kept")
	require.ErrorIs(t, l.ask(two, 20, false), errShort, "now its stake allows no more")
	l.free = 45
	require.NoError(t, l.ask(file(2, 1), 10, false))
}

// Whoever asks when, is answered or not, and whatever is forgotten in between: all cases end, in any order, as long as there is
// once what one case needs.
func TestSomeCaseAlwaysEnds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := 45 + r.Int64N(150)
		l := lendingOf(all, 1+r.IntN(100))
		needs := map[*Case]int{}
		var list []*Case
		for p := range byte(1 + r.IntN(4)) {
			for n := range byte(1 + r.IntN(12)) {
				c := file(p+1, n)
				list, needs[c] = append(list, c), 1+r.IntN(longestWay)
			}
		}
		for idle := 0; len(needs) > 0; idle++ {
			require.Less(t, idle, 3, "seed %d: %d of %d cases wait for each other, %d are free", seed, len(needs), len(list), l.free)
			r.Shuffle(len(list), func(i, k int) { list[i], list[k] = list[k], list[i] })
			for _, c := range list {
				if needs[c] == 0 || l.ask(c, 1000+int64(c.Provider[0]), false) != nil {
					continue
				}
				idle = 0
				l.answers(c, r.IntN(4) > 0)
				if answered := c.Asked[len(c.Asked)-1].State == "answered"; answered && len(c.Asked) == needs[c] {
					l.convict(c)
					delete(needs, c)
				}
			}
			if r.IntN(5) == 0 {
				l.stakes = newStakes()
				for _, c := range list {
					l.recall(c, false)
				}
			}
		}
		require.Equal(t, all, l.free, "seed %d", seed)
	}
}
