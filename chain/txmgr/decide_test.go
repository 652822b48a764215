package txmgr_test

import (
	"math/big"
	"testing"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// at is the chain as most cases see it: head 100, final 90, nonce 5.
func at() txmgr.Observation {
	return txmgr.Observation{
		Head: protocol.BlockRef{Number: 100, Time: 5000}, Finalized: 90, Nonce: 5, FinalNonce: 5,
		GasLimit: 30e6, BaseFee: big.NewInt(1000), Tip: big.NewInt(10),
	}
}

func attempt(nonce uint64, signedAt uint64, edit func(*protocol.Attempt)) protocol.Attempt {
	a := protocol.Attempt{
		Nonce: nonce, TxHash: common.BigToHash(new(big.Int).SetUint64(1000 + nonce)), SignedAt: signedAt, GasLimit: 50_000,
		GasFeeCap: protocol.NewAmount(2010), GasTipCap: protocol.NewAmount(10),
	}
	if edit != nil {
		edit(&a)
	}
	return a
}

func intent(state protocol.IntentState, attempts ...protocol.Attempt) protocol.Intent {
	in := protocol.Intent{ID: common.Hash{1}, State: state, Attempts: attempts}
	if len(attempts) > 0 {
		in.Nonce = attempts[len(attempts)-1].Nonce
	}
	return in
}

func receipt(block uint64, status uint64) *types.Receipt {
	return &types.Receipt{BlockNumber: new(big.Int).SetUint64(block), BlockHash: common.BigToHash(new(big.Int).SetUint64(block)), Status: status}
}

func mined(a protocol.Attempt, block uint64, status uint8) protocol.Intent {
	in := intent(protocol.IntentMined, a)
	in.TxHash, in.BlockNumber, in.Status = a.TxHash, block, status
	in.BlockHash = common.BigToHash(new(big.Int).SetUint64(block))
	return in
}

// step is an action without its payload.
func steps(actions []txmgr.Action) []string {
	out := []string{}
	for _, a := range actions {
		s := string(a.Kind)
		if a.Kind == txmgr.ActMove {
			s += " " + string(a.Intent.State)
		}
		out = append(out, s)
	}
	return out
}

func TestDecide(t *testing.T) {
	a := attempt(5, 99, nil)
	old := attempt(5, 97, nil)
	second := attempt(6, 99, func(a *protocol.Attempt) { a.TxHash = common.Hash{6} })
	cheap := attempt(6, 90, func(a *protocol.Attempt) { a.GasFeeCap = protocol.NewAmount(900); a.TxHash = common.Hash{7} })
	cancelling := attempt(5, 99, func(a *protocol.Attempt) { a.Cancels = true })
	unwanted := func(in protocol.Intent) protocol.Intent { in.Cancel = true; return in }
	late := func(in protocol.Intent) protocol.Intent { in.Deadline = 4999; return in }
	retried := func(in protocol.Intent) protocol.Intent { in.Retries = 1; return in }
	found := func(a protocol.Attempt, r *types.Receipt) txmgr.Receipts {
		return txmgr.Receipts{Found: map[common.Hash]*types.Receipt{a.TxHash: r}}
	}
	known := func(next uint64, intents ...protocol.Intent) protocol.Lane {
		return protocol.Lane{Known: true, Next: next, Intents: intents}
	}
	used := func(nonce, final uint64) txmgr.Observation {
		o := at()
		o.Nonce, o.FinalNonce = nonce, final
		return o
	}
	for name, c := range map[string]struct {
		view txmgr.View
		want []string
	}{
		"nothing to do":               {txmgr.View{Lane: known(5), Chain: at()}, nil},
		"new lane":                    {txmgr.View{Lane: protocol.Lane{Intents: []protocol.Intent{intent("queued")}}, Chain: at()}, []string{"submit"}},
		"queued":                      {txmgr.View{Lane: known(5, intent("queued"), intent("queued")), Chain: at()}, []string{"submit", "submit"}},
		"queued, cancelled":           {txmgr.View{Lane: known(5, unwanted(intent("queued"))), Chain: at()}, []string{"move superseded"}},
		"queued, too late":            {txmgr.View{Lane: known(5, late(intent("queued"))), Chain: at()}, []string{"move superseded"}},
		"just sent":                   {txmgr.View{Lane: known(6, intent("sent", a)), Chain: at()}, []string{"resend"}},
		"stuck":                       {txmgr.View{Lane: known(6, intent("sent", old)), Chain: at()}, []string{"replace"}},
		"behind another":              {txmgr.View{Lane: known(7, intent("sent", a), intent("sent", second)), Chain: at()}, []string{"resend", "resend"}},
		"behind another, underpriced": {txmgr.View{Lane: known(7, intent("sent", a), intent("sent", cheap)), Chain: at()}, []string{"resend", "replace"}},
		"sent, cancelled":             {txmgr.View{Lane: known(6, unwanted(intent("sent", a))), Chain: at()}, []string{"cancel"}},
		"sent, too late":              {txmgr.View{Lane: known(6, late(intent("sent", a))), Chain: at()}, []string{"cancel"}},
		"cancelling":                  {txmgr.View{Lane: known(6, unwanted(intent("sent", a, cancelling))), Chain: at()}, []string{"resend"}},
		"included":                    {txmgr.View{Lane: known(6, intent("sent", a)), Chain: used(6, 5), Receipts: found(a, receipt(100, 1))}, []string{"move mined"}},
		"included, final at once":     {txmgr.View{Lane: known(6, intent("sent", a)), Chain: used(6, 6), Receipts: found(a, receipt(90, 1))}, []string{"move confirmed"}},
		"still there":                 {txmgr.View{Lane: known(6, mined(a, 95, 1)), Chain: used(6, 5), Receipts: found(a, receipt(95, 1))}, nil},
		"moved by a reorg":            {txmgr.View{Lane: known(6, mined(a, 95, 1)), Chain: used(6, 5), Receipts: found(a, receipt(96, 1))}, []string{"move mined"}},
		"removed by a reorg":          {txmgr.View{Lane: known(6, mined(a, 95, 1)), Chain: at()}, []string{"move sent", "resend"}},
		"not indexed yet":             {txmgr.View{Lane: known(6, mined(a, 95, 1)), Chain: used(6, 5), Receipts: txmgr.Receipts{Indexing: true}}, nil},
		"final":                       {txmgr.View{Lane: known(6, mined(a, 90, 1)), Chain: used(6, 6), Receipts: found(a, receipt(90, 1))}, []string{"move confirmed"}},
		"failed, not final":           {txmgr.View{Lane: known(6, mined(a, 91, 0)), Chain: used(6, 5), Receipts: found(a, receipt(91, 0))}, nil},
		"failed, final":               {txmgr.View{Lane: known(6, mined(a, 90, 0)), Chain: used(6, 6), Receipts: found(a, receipt(90, 0))}, []string{"retry"}},
		"failed, final, seen late":    {txmgr.View{Lane: known(6, intent("sent", a)), Chain: used(6, 6), Receipts: found(a, receipt(90, 0))}, []string{"move mined", "retry"}},
		"failed twice":                {txmgr.View{Lane: known(6, retried(mined(a, 90, 0))), Chain: used(6, 6), Receipts: found(a, receipt(90, 0))}, []string{"move reverted"}},
		"the cancellation won": {txmgr.View{Lane: known(6, unwanted(mined(cancelling, 90, 1))), Chain: used(6, 6),
			Receipts: found(cancelling, receipt(90, 1))}, []string{"move superseded"}},
		"the call won over its cancellation": {txmgr.View{Lane: known(6, unwanted(mined(a, 90, 1))), Chain: used(6, 6),
			Receipts: found(a, receipt(90, 1))}, []string{"move confirmed"}},
		"nonce used, by whom is not known yet": {txmgr.View{Lane: known(6, intent("sent", a), intent("queued")), Chain: used(6, 5)}, []string{"hold"}},
		"nonce taken for good":                 {txmgr.View{Lane: known(6, intent("sent", a)), Chain: used(6, 6)}, []string{"halt"}},
		"taken, says a node that is indexing": {txmgr.View{Lane: known(6, intent("sent", a)), Chain: used(6, 6),
			Receipts: txmgr.Receipts{Indexing: true}}, []string{"hold"}},
		"more used than signed": {txmgr.View{Lane: known(5, intent("queued")), Chain: used(6, 5)}, []string{"halt"}},
		"a node that lags":      {txmgr.View{Lane: known(6, intent("queued")), Chain: at()}, []string{"hold"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.ElementsMatch(t, c.want, steps(txmgr.Decide(c.view, txmgr.Policy{})))
		})
	}
}

func TestDecideLimits(t *testing.T) {
	v := txmgr.View{Lane: protocol.Lane{Known: true, Next: 5}, Chain: at()}
	for range 20 {
		v.Lane.Intents = append(v.Lane.Intents, intent("queued"))
	}
	require.Len(t, txmgr.Decide(v, txmgr.Policy{}), 16)
	require.Len(t, txmgr.Decide(v, txmgr.Policy{MaxInFlight: 3}), 3)

	v.Lane.GasUsed = 1_000_000
	require.Equal(t, []string{"hold"}, steps(txmgr.Decide(v, txmgr.Policy{GasPerHour: 1_000_000})))

	first := txmgr.Decide(v, txmgr.Policy{MaxInFlight: 1})[0]
	require.EqualValues(t, 2010, first.Fees.Cap.Int64(), "twice the base fee and the tip")
	first = txmgr.Decide(v, txmgr.Policy{MaxInFlight: 1, MaxFeeCap: big.NewInt(1500), MinTip: big.NewInt(5000)})[0]
	require.EqualValues(t, 1500, first.Fees.Cap.Int64())
	require.EqualValues(t, 1500, first.Fees.Tip.Int64(), "a tip is never above the cap")

	dear := txmgr.Policy{MaxFeeCap: big.NewInt(999)}
	v.Lane.Intents[0].Cancel = true
	require.Equal(t, []string{"move superseded", "hold"}, steps(txmgr.Decide(v, dear)), "the base fee is above what may be offered")
	v.Lane.Intents, v.Lane.Next = []protocol.Intent{intent("sent", attempt(5, 99, nil))}, 6
	require.Equal(t, []string{"resend", "hold"}, steps(txmgr.Decide(v, dear)))
	v.Lane.Intents, v.Lane.Next = nil, 5
	require.Empty(t, txmgr.Decide(v, dear))
}

// Whatever the market does, a replacement is one that nodes accept (both fees up
// by a tenth at least) and never above five times the price; where both cannot be
// had, the old bytes go out again.
func TestReplacementFees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(0, 1e12)
		v := txmgr.View{Chain: at()}
		v.Chain.BaseFee, v.Chain.Tip = big.NewInt(price.Draw(t, "base")), big.NewInt(price.Draw(t, "tip"))
		tip := price.Draw(t, "old tip")
		cur := attempt(5, 90, func(a *protocol.Attempt) {
			a.GasTipCap = protocol.NewAmount(uint64(tip))
			a.GasFeeCap = protocol.NewAmount(uint64(tip + price.Draw(t, "old cap")))
		})
		v.Lane = protocol.Lane{Known: true, Next: 6, Intents: []protocol.Intent{intent("sent", cur)}}
		actions := txmgr.Decide(v, txmgr.Policy{})
		require.Len(t, actions, 1)
		fresh := new(big.Int).Add(v.Chain.Tip, new(big.Int).Lsh(v.Chain.BaseFee, 1))
		most := new(big.Int).Mul(fresh, big.NewInt(5))
		rise := func(n *big.Int) *big.Int {
			return new(big.Int).Div(new(big.Int).Mul(n, big.NewInt(11)), big.NewInt(10))
		}
		switch a := actions[0]; a.Kind {
		case txmgr.ActReplace:
			require.GreaterOrEqual(t, a.Fees.Cap.Cmp(rise(cur.GasFeeCap.Big())), 0)
			require.GreaterOrEqual(t, a.Fees.Tip.Cmp(rise(cur.GasTipCap.Big())), 0)
			require.Positive(t, a.Fees.Cap.Cmp(cur.GasFeeCap.Big()))
			require.LessOrEqual(t, a.Fees.Cap.Cmp(most), 0)
			require.LessOrEqual(t, a.Fees.Tip.Cmp(a.Fees.Cap), 0)
		case txmgr.ActResend:
			ceil := new(big.Int).Add(rise(cur.GasFeeCap.Big()), big.NewInt(1))
			require.Positive(t, ceil.Cmp(most), "there was room for a replacement")
		default:
			t.Fatalf("unexpected %s", a.Kind)
		}
	})
}
