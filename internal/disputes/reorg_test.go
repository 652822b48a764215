package disputes

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// orders are all of n things.
func orders(n int) (list [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, rest := range orders(n - 1) {
		for at := range n {
			list = append(list, append(append(append([]int(nil), rest[:at]...), n-1), rest[at:]...))
		}
	}
	return list
}

// A reorganization takes a question, its answer, a question below it and the conviction
// back, and brings the same transactions in any of their orders, at another time: what can
// happen happens once, what cannot reverts, and whatever is sent again at the end leads to
// the same verdict and the same money.
func TestReferenceReorgInAnyOrder(t *testing.T) { eachSeed(t, reorgInAnyOrder) }

func reorgInAnyOrder(t *testing.T, seed uint64) {
	f := wrongAnswer(t, referenceWorld(t), seed)
	f.a.redeem(nil, 0)
	at := step.Block{T: f.r.IntN(len(f.x.prompt)), L: f.r.IntN(f.x.m.arch.Layers + 1)}
	const ask, answer, below, prove = 0, 1, 2, 3
	moves := make([]struct {
		from person
		call protocol.Call
	}, 4)
	w, a := f.on(t) // the branch that is to vanish
	moves[ask].from, moves[ask].call = auditing, a.askBlock(at)
	q, ok := questionIn(w.must(auditing, moves[ask].call).logs)
	require.True(t, ok)
	response, _ := a.respond(q.node, w.oracle)
	moves[answer].from, moves[answer].call = accompliceKey, response
	w.must(accompliceKey, response)
	moves[below].from, moves[below].call = mallory, a.askOpening(at)
	child, ok := questionIn(w.must(mallory, moves[below].call).logs)
	require.True(t, ok)
	moves[prove].from, moves[prove].call = auditing, f.accused(t, f.oracle)
	w.must(auditing, moves[prove].call)
	convicted(t, w, a)

	all := orders(4)
	require.Len(t, all, 24)
	author, asker, refunded := plus(t, f.balanceOf(auditing), tokens(20)), f.balanceOf(mallory), plus(t, f.balanceOf(requester), f.a.receipt.Fee)
	for _, order := range all {
		w, a := f.on(t) // what the chain became
		w.after(1 + f.r.Uint64N(3600))
		name, done := fmt.Sprint(order), [4]bool{}
		var sent []int
		for i := range order { // whatever was sent before is sent again with each
			sent = append(sent, order[:i+1]...)
		}
		for _, m := range append(sent, order...) {
			_, err := w.send(moves[m].from.Address, moves[m].call)
			want := ""
			switch {
			case m == ask && done[prove], m == below && done[prove]:
				want = "ReceiptProven"
			case m == ask && done[answer]:
				want = "AlreadyAnswered"
			case m == ask && done[ask], m == below && done[below]:
				want = "AlreadyOpen"
			case m == answer && (!done[ask] || done[answer]):
				want = "NotOpen"
			case m == prove && done[prove]:
				want = "AlreadyProven"
			}
			if want != "" {
				require.ErrorContains(t, err, want, "%s: move %d", name, m)
				continue
			}
			require.NoError(t, err, "%s: move %d", name, m)
			done[m] = true
		}
		require.True(t, done[prove])
		convicted(t, w, a)
		// Bonds come back, of what was answered and of what was not.
		switch {
		case done[answer]:
			w.must(mallory, a.payBond(q.node))
		case done[ask]:
			w.must(mallory, a.expire(q.node))
		}
		if done[below] {
			w.must(relays, a.expire(child.node))
		}
		require.Equal(t, author, w.balanceOf(auditing), name)
		require.Equal(t, asker, w.balanceOf(mallory), name)
		require.Equal(t, refunded, w.balanceOf(requester), name)
		_, err := w.send(mallory.Address, a.payBond(q.node))
		require.Error(t, err, name)
		_, err = w.send(mallory.Address, a.expire(q.node))
		require.ErrorContains(t, err, "NotOpen", name)
	}
}
