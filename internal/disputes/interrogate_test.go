package disputes

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// question is a drawn one about an answer.
func (m *adversary) question() protocol.Call {
	v := m.victim
	T := len(v.prompt) + len(v.output) - 1
	at := step.Block{T: m.r.IntN(max(T, 1)), L: m.r.IntN(v.m.arch.Layers + 2)}
	if at.L > v.m.arch.Layers && len(v.output) > 0 {
		at.T = len(v.prompt) - 1 + m.r.IntN(len(v.output))
	}
	headless := at.L > v.m.arch.Layers && len(v.output) == 0
	switch k := m.r.IntN(6); {
	case k == 1 && len(v.output) > 0:
		return v.askTokens(true, 0)
	case k == 2:
		return v.askTokens(false, 0)
	case k == 3 && T > 0:
		return v.askTrace()
	case k == 4 && T > 0 && !headless:
		return v.askBlock(at)
	case k == 5 && T > 0 && !headless:
		return v.askOpening(at)
	}
	return v.askParams()
}

// interrogate asks a chain of questions that its provider answers, at the last second or
// before, and tries to make a silence of it.
func (m *adversary) interrogate() {
	v, w := m.victim, m.w
	call := m.question()
	for depth := 0; depth < 12; depth++ {
		got, err := w.send(mallory.Address, call)
		m.done["question"]++
		if err != nil { // asked before, or there is nothing below
			break
		}
		q, ok := questionIn(got.logs)
		require.True(m.t, ok)
		m.refused("the same question twice", call)
		m.refused("silence before the clock is over", v.expire(q.node))
		if m.r.IntN(2) == 0 {
			w.time = q.deadline - 1
			m.refused("silence in the last second", v.expire(q.node))
		}
		response, children := v.respond(q.node, m.system)
		_, err = w.send(v.operator.Address, response)
		require.NoError(m.t, err)
		m.refused("silence after an answer", v.expire(q.node))
		m.refused("a question that was answered", call)
		m.refused("the bond before the window is over", v.payBond(q.node))
		m.answeredQs = append(m.answeredQs, q)
		m.unharmed("question")
		if children == nil {
			if q.node.Kind == nodeBlock {
				call = v.askOpening(step.Block{T: int(q.node.T), L: int(q.node.L)})
				continue
			}
			break
		}
		m.refused("a child that is none", v.askChild(q.node, children, uint32(len(children))))
		call = v.askChild(q.node, children, uint32(m.r.IntN(len(children))))
	}
}

// flood asks many things at once: bonds double, and the provider answers all.
func (m *adversary) flood() {
	v, w := m.victim, m.w
	T := len(v.prompt) + len(v.output) - 1
	var open []asked
	last := protocol.Amount{}
	for range 8 {
		if T == 0 {
			return
		}
		got, err := w.send(mallory.Address, v.askBlock(step.Block{T: m.r.IntN(T), L: m.r.IntN(v.m.arch.Layers + 1)}))
		m.done["flood"]++
		if err != nil {
			continue
		}
		q, _ := questionIn(got.logs)
		if len(open) > 0 {
			require.Equal(m.t, plus(m.t, last, last), q.bond, "the bond doubles")
		}
		last, open = q.bond, append(open, q)
	}
	for _, q := range open {
		response, _ := v.respond(q.node, m.system)
		_, err := w.send(v.operator.Address, response)
		require.NoError(m.t, err)
		m.answeredQs = append(m.answeredQs, q)
	}
	m.unharmed("flood")
}

// outlast lets all windows end: the provider is paid, for its answers too, and takes its
// whole stake home.
func (m *adversary) outlast() {
	w, v := m.w, m.victim
	live := read(w, w.at.Market, market.PackTiming(), market.UnpackTiming)
	w.after(answerFor + live.DisputeWindow + live.MaxHold)
	m.refused("after the window", w.at.ClaimFinish(v.evidence(), mallory.Address))
	for _, q := range m.answeredQs {
		w.must(mallory, v.payBond(q.node))
		m.refused("a bond paid twice", v.payBond(q.node))
	}
	if v.payment.Count > 0 {
		before := w.balanceOf(owner)
		w.must(mallory, w.at.Mature(owner.Address, v.m.version, v.payment.Relayer, v.epoch))
		require.Positive(m.t, w.balanceOf(owner).Cmp(before), "the provider is paid")
	}
	free := read(w, w.at.Staking, staking.PackFreeStakeOf(owner.Address), staking.UnpackFreeStakeOf)
	if free.Sign() > 0 {
		w.must(owner, w.at.Unbond(protocol.MustAmount(free), common.Hash{}))
	}
	w.after(8 * 24 * 3600)
	before := w.balanceOf(owner)
	w.must(mallory, w.at.CompleteUnbond(owner.Address, common.Hash{}))
	require.Equal(m.t, plus(m.t, before, stake), w.balanceOf(owner), "the whole stake comes home")
}
