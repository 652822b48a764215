package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// successorKey is the delegate that follows on delegateKey.
var successorKey = testKey("successor")

// signedBy is a voucher that another key signed.
func signedBy(k *keyed, pay wire.Pay) wire.Pay {
	pay.Signature, _ = testDomain.Sign(k.key, pay.Voucher)
	return pay
}

// retiring is a provider with a channel whose delegate retires in two hours, and what it redeems.
func retiring(t *testing.T, policy Policy) (*Provider, *testChain, *fullChain) {
	work, chain := &fullChain{room: 1000, paid: map[protocol.Line]protocol.Amount{}}, newTestChain()
	p, _ := redeemer(t, chain, work, policy)
	chain.channel.Delegate, chain.channel.Retiring, chain.channel.RetiresAt = successorKey.address, delegateKey.address, chain.fixed+7200
	return p, chain, work
}

// A voucher of a retiring delegate counts for two hours and the one before for ever: what is higher is not worth more.
func TestVoucherOfARetiringDelegateReplacesNoLastingOne(t *testing.T) {
	p, _, _ := retiring(t, Policy{})
	first, second := signOne(t, p.book, 1), signOne(t, p.book, 2)
	count, err := p.Hold(t.Context(), signedBy(delegateKey, testPay(first)))
	require.NoError(t, err)
	require.EqualValues(t, 1, count, "while no other is held it is better than nothing")
	_, err = p.Hold(t.Context(), signedBy(successorKey, testPay(first, second)))
	require.NoError(t, err)

	third := signOne(t, p.book, 3)
	count, err = p.Hold(t.Context(), signedBy(delegateKey, testPay(first, second, third)))
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	require.EqualValues(t, 2, count)
	held := p.book.lineViews()[0]
	signer, err := testDomain.Recover(held.Voucher, held.Signature)
	require.NoError(t, err)
	require.Equal(t, successorKey.address, signer)
	_, err = p.Hold(t.Context(), signedBy(successorKey, testPay(first, second, third)))
	require.NoError(t, err)
}

// What a retiring delegate signed is redeemed in time, however little it is, and no more of it is taken then. What its
// successor signed is in no hurry.
func TestVouchersOfARetiringDelegateAreRedeemedBeforeItIsGone(t *testing.T) {
	const margin = 600
	for name, c := range map[string]struct {
		signer *keyed
		sent   int
	}{"retiring": {delegateKey, 1}, "successor": {successorKey, 0}} {
		t.Run(name, func(t *testing.T) {
			p, chain, work := retiring(t, Policy{Amount: protocol.NewAmount(1000), Margin: margin})
			first, second := signOne(t, p.book, 1), signOne(t, p.book, 2)
			_, err := p.Hold(t.Context(), signedBy(c.signer, testPay(first)))
			require.NoError(t, err)
			chain.fixed = chain.channel.RetiresAt - margin - 1
			require.NoError(t, p.redeemRound(t.Context(), false))
			require.Empty(t, work.redeemed)
			chain.fixed++
			require.NoError(t, p.redeemRound(t.Context(), false))
			require.Len(t, work.redeemed, c.sent)
			_, err = p.Hold(t.Context(), signedBy(delegateKey, testPay(first, second)))
			require.ErrorIs(t, err, protocol.ErrUnauthorized, "it may come too late to be redeemed")
			_, err = p.Hold(t.Context(), signedBy(successorKey, testPay(first, second)))
			require.NoError(t, err)
		})
	}
}

// Who may not pay any more is not served.
func TestRequestsOfARetiringDelegateAreTakenWhileItCanPay(t *testing.T) {
	p, chain, _ := retiring(t, Policy{Margin: 600})
	ask := testAsk(1)
	code := func() wire.RefuseCode {
		if err := p.checkMoney(t.Context(), relayerKey.address, ask, protocol.Amount{}); err != nil {
			return refused(ask.Hash, err).Code
		}
		return ""
	}
	chain.channel.RetiresAt = ask.Request.Deadline + 601
	require.Empty(t, code())
	chain.channel.RetiresAt--
	require.Equal(t, wire.RefuseSignature, code(), "its voucher could come too late")
	chain.channel.RetiresAt++
	first := signOne(t, p.book, 2)
	_, err := p.Hold(t.Context(), signedBy(successorKey, testPay(first)))
	require.NoError(t, err)
	require.Equal(t, wire.RefuseSignature, code(), "its voucher would be refused")
	chain.channel.Delegate, chain.channel.Retiring = delegateKey.address, successorKey.address
	require.Empty(t, code())
}
