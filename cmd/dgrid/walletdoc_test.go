package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/keys"
)

// castPath finds cast where `make setup` put it, or in PATH.
func castPath(t *testing.T) string {
	t.Helper()
	bin, err := filepath.Abs(filepath.Join(top, "node_modules", ".bin"))
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(bin, "cast")); err == nil {
		return bin
	}
	if found, err := exec.LookPath("cast"); err == nil {
		return filepath.Dir(found)
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("cast is missing: make setup installs it")
	}
	t.Skip("cast is missing: make setup installs it")
	return ""
}

// The page's cast lines, run as they stand, do what the wallet commands do.
func TestCastLinesOfTheWalletPage(t *testing.T) {
	t.Parallel()
	bin := castPath(t)
	bash, err := exec.LookPath("bash")
	require.NoError(t, err)
	p := funded(t)
	model, _ := tinyModel(t, 6)
	version := p.publish(model, "for cast")
	p.do("wallet", "faucet", "60")

	script := []string{"set -euo pipefail"}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(read(t, "docs/wallet.md"), -1) {
		if strings.Contains(block[1], "cast ") {
			script = append(script, block[1])
		}
	}
	lines := strings.Join(script, "\n")
	for _, action := range []string{"deposit(", "openChannel(", "requestJob(", "refundJob(", "closeChannel(", "withdraw("} {
		require.Contains(t, lines, action, "the page lost an action")
	}
	key, err := keys.Load(p.key, p.key+".pass")
	require.NoError(t, err)
	at := deployed(t).Addresses()
	cmd := exec.CommandContext(t.Context(), bash, "-c", lines)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "FOUNDRY_DISABLE_NIGHTLY_WARNING=1",
		"RPC="+world.chain.HTTP(), "KEY=0x"+common.Bytes2Hex(crypto.FromECDSA(key.Private())), "TOKEN="+at.Token.Hex(),
		"VAULT="+at.Vault.Hex(), "MARKET="+at.Market.Hex(), "VERSION="+version)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)

	a := p.do("wallet", "balance")
	require.Equal(t, "0.000000", a.at("free", "amount"))
	require.Equal(t, "40.000000", a.at("tokens", "amount"), "60 - 50 + 30")
	require.Equal(t, "closing", a.at("channels", 0, "state"))
	require.Equal(t, "20.000000", a.at("channels", 0, "rest", "amount"))
	require.Empty(t, a.at("jobs"))
	// The wallet goes on after transactions that cast sent with its key.
	out2, notes, code := p.try("wallet", "deposit", "1", "--json")
	require.Equal(t, exitOK, code, notes)
	require.Equal(t, "1.000000", parseAnswer(t, out2).at("result", "free", "amount"))
}
