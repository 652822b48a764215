package main

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// A round of attestations is begun once in its time, by anyone, for a version that is there.
func TestARoundOfAttestationsIsBegun(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	key := []string{"--key", p.key}
	p.do("wallet", "faucet", "400")
	p.do("wallet", "deposit", "200")
	p.do(append([]string{"auditor", "register", "100", "--seat", "40"}, key...)...)
	model, _ := tinyModel(t, 71)
	version := p.publish(model, "attested")

	a := p.do("auditor", "version", "show", version)
	require.Equal(t, "none", a.at("round"))
	require.Equal(t, 0.0, a.at("auditors_drawn"))
	a = p.do(append([]string{"auditor", "version", "register", version, "--dry-run"}, key...)...)
	require.Equal(t, true, a.at("dry_run"))
	require.Equal(t, "register version", a.at("steps", 0, "purpose"))
	require.Equal(t, "none", p.do("auditor", "version", "show", version).at("round"), "a dry run sent something")

	a = p.do(append([]string{"auditor", "version", "register", version}, key...)...)
	require.Equal(t, "registered", a.at("result", "round"))
	require.Equal(t, version, a.at("result", "model_version"))
	require.Greater(t, a.at("result", "next_round_at"), a.at("result", "registered_at"))
	require.NotZero(t, a.at("result", "beacon_block"))

	refuse := func(words []string, named string) {
		p.refuse(exitError, words, append([]string{"auditor", "version", "register", named}, key...)...)
	}
	refuse([]string{"RoundOpen", "dgrid auditor version show"}, version)
	refuse([]string{"not found", "dgrid model publish"}, "0x"+strings.Repeat("77", 32))
	refuse([]string{"32-byte id"}, "0x12")
}

// What could draw nobody is not begun, and the states of a round have their words.
func TestRoundsThatDrawNobodyAreNotBegun(t *testing.T) {
	t.Parallel()
	version := common.Hash{7}
	require.NoError(t, canAttest(version, protocol.ClassProven, 1))
	require.ErrorIs(t, canAttest(version, protocol.ClassProven, 0), protocol.ErrConflict)
	require.ErrorIs(t, canAttest(version, protocol.ClassSampled, 1), protocol.ErrInvalid)
	require.ErrorIs(t, canAttest(version, 0, 1), protocol.ErrNotFound)
	for want, r := range map[string]contracts.Round{"none": {}, "registered": {Beacon: 9, RegisteredAt: 1_001}, "lapsed": {Beacon: 9, RegisteredAt: 1_000},
		"drawn": {Beacon: 9, RegisteredAt: 1_000, Drawn: true}} {
		require.Equal(t, want, roundState(r, 100, 1_100))
	}
}
