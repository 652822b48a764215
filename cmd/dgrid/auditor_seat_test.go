package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A seat from the stake to the exit: what is missing is said with what to do.
func TestAnAuditorTakesAndGivesUpASeat(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	key := []string{"--key", p.key}
	do := func(args ...string) answer { return p.do(append(append([]string{"auditor"}, args...), key...)...) }
	refuse := func(want []string, args ...string) {
		p.refuse(exitError, want, append(append([]string{"auditor"}, args...), key...)...)
	}
	require.Equal(t, false, do("seat").at("seated"))
	p.do("wallet", "faucet", "400")
	refuse([]string{"less than a seat's least stake", "at least"}, "register", "5")
	refuse([]string{"InsufficientFree", "dgrid wallet deposit"}, "register", "200")
	refuse([]string{"NotSeated", "dgrid auditor register"}, "unregister")
	p.do("wallet", "deposit", "350")

	a := do("register", "200")
	require.Equal(t, true, a.at("result", "seated"))
	require.Equal(t, "200.000000", a.at("result", "stake", "amount"))
	require.Equal(t, "300.000000", do("register", "100").at("result", "stake", "amount"), "seated already: it adds to the stake")
	a = do("seat")
	require.Equal(t, 3.0, a.at("weight"))
	require.Equal(t, "0.000000", a.at("owed", "amount"))

	refuse([]string{"NothingToWithdraw", "dgrid auditor unregister"}, "withdraw")
	refuse([]string{"SeatChanging"}, "unregister")
}
