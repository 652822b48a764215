package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMoneyGoesThroughTheWallet(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.refuse(exitError, []string{"has 0.000000 tUSD", "dgrid wallet faucet 5"}, "wallet", "deposit", "5")

	a := p.do("wallet", "faucet", "20")
	require.Equal(t, map[string]any{"amount": "20.000000", "base_units": "20000000", "decimals": 6.0, "symbol": "tUSD"}, a.at("tokens"))
	require.Equal(t, "1.000000000000000000", a.at("gas", "amount"))

	a = p.do("wallet", "deposit", "5", "--dry-run")
	require.Equal(t, true, a.at("dry_run"))
	require.Equal(t, "approve", a.at("steps", 0, "purpose"))
	require.Equal(t, "deposit", a.at("steps", 1, "purpose"))
	require.Greater(t, a.at("steps", 1, "gas"), 50_000.0, "the second step sees the first one's effect")
	require.NotEqual(t, "0", a.at("cost", "base_units"))
	require.Equal(t, "0.000000", p.do("wallet", "balance").at("free", "amount"), "a dry run sent something")

	a = p.do("wallet", "deposit", "5")
	require.Equal(t, "5.000000", a.at("result", "free", "amount"))
	a = p.do("wallet", "permit", "1500000u")
	require.Len(t, a.at("steps"), 1, "a permit needs no approval")
	require.Equal(t, "6.500000", a.at("result", "free", "amount"))

	a = p.do("wallet", "open", "2", "--for", "24h")
	channel, ok := a.at("result", "channel").(string)
	require.True(t, ok)
	require.Equal(t, "2.250000", p.do("wallet", "topup", channel, "0.25").at("result", "deposit", "amount"))
	require.Equal(t, "2.250000", p.do("wallet", "balance").at("channels", 0, "rest", "amount"))
}
