package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The command that takes a seat, run again after it was killed behind its transaction, stakes nothing more.
func TestASeatIsNotPaidForTwice(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	register := []string{"auditor", "register", "100", "--seat", "41", "--key", p.key}
	p.do("wallet", "faucet", "400")
	p.do("wallet", "deposit", "350")
	require.Equal(t, "100.000000", p.do(register...).at("result", "stake", "amount"))
	acts, err := filepath.Glob(filepath.Join(p.dir, "*.act"))
	require.NoError(t, err)
	require.Len(t, acts, 1)
	raw, err := os.ReadFile(acts[0])
	require.NoError(t, err)
	interrupted := strings.Replace(string(raw), `"done":true`, `"done":false`, 1)
	require.NotEqual(t, string(raw), interrupted)
	require.NoError(t, os.WriteFile(acts[0], []byte(interrupted), 0o600))

	a := p.do(register...)
	require.Equal(t, "sent by an earlier run", a.at("steps", 0, "note"))
	require.Equal(t, "100.000000", a.at("result", "stake", "amount"))
	require.Equal(t, "200.000000", p.do(register...).at("result", "stake", "amount"), "a new command adds to the stake")
}
