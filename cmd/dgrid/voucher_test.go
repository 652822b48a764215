package main

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// What `wallet voucher` says of a voucher, at the last second that counts and at the first that
// does not.
func TestVouchersAreJudgedAsTheMarketDoes(t *testing.T) {
	delegate, retired, stranger := common.Address{1}, common.Address{2}, common.Address{3}
	good := voucherFacts{Channel: contracts.Channel{Requester: common.Address{9}, Delegate: delegate, Deposit: protocol.NewAmount(100),
		Paid: protocol.NewAmount(40), Expiry: 1000}, now: 500, grace: 60, linePaid: protocol.NewAmount(30)}
	voucher := protocol.Voucher{Total: protocol.NewAmount(90), Count: 3}
	failed := func(v protocol.Voucher, signer common.Address, f voucherFacts) string {
		var l checklist
		judgeVoucher(&l, v, signer, f, protocol.Amount.String)
		require.Len(t, l.checks, 5)
		if l.ok() {
			return ""
		}
		return firstFailure(l.checks)
	}
	require.Empty(t, failed(voucher, delegate, good))
	for name, c := range map[string]struct {
		fails  string
		signer common.Address
		change func(*protocol.Voucher, *voucherFacts)
	}{
		"another signer":             {"voucher.delegate", stranger, func(*protocol.Voucher, *voucherFacts) {}},
		"nobody's signature":         {"voucher.delegate", common.Address{}, func(*protocol.Voucher, *voucherFacts) {}},
		"nobody, and nobody retires": {"voucher.delegate", common.Address{}, func(_ *protocol.Voucher, f *voucherFacts) { f.RetiresAt = 501 }},
		"the retired one in time":    {"", retired, func(_ *protocol.Voucher, f *voucherFacts) { f.Retiring, f.RetiresAt = retired, 501 }},
		"the retired one too late":   {"voucher.delegate", retired, func(_ *protocol.Voucher, f *voucherFacts) { f.Retiring, f.RetiresAt = retired, 500 }},
		"expired, within the grace":  {"", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.now = 1059 }},
		"expired":                    {"channel.open", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.now = 1060 }},
		"closing":                    {"", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.ClosesAt = 501 }},
		"closed":                     {"channel.open", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.ClosesAt = 500 }},
		"prolonged beyond expiry":    {"", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.now, f.ClosesAt = 5000, 5001 }},
		"more than is left":          {"voucher.covered", delegate, func(v *protocol.Voucher, _ *voucherFacts) { v.Total = protocol.NewAmount(91) }},
		"other lines took it":        {"voucher.covered", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.Paid = protocol.NewAmount(41) }},
		"paid already":               {"voucher.higher", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.linePaid = protocol.NewAmount(90) }},
		"lower than was paid":        {"voucher.higher", delegate, func(_ *protocol.Voucher, f *voucherFacts) { f.linePaid = protocol.NewAmount(95) }},
		"of no receipts":             {"voucher.count", delegate, func(v *protocol.Voucher, _ *voucherFacts) { v.Count = 0 }},
	} {
		v, f := voucher, good
		c.change(&v, &f)
		got := failed(v, c.signer, f)
		if c.fails == "" {
			require.Empty(t, got, name)
		} else {
			require.Contains(t, got, c.fails, name)
		}
	}
}
