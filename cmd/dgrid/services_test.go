package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/store"
)

// indexed opens a database, and indexes what the tests' chain has until now into it.
func indexed(t *testing.T, url string) (*store.Store, *store.Network) {
	t.Helper()
	c, err := network.Connect(t.Context(), world.chain.HTTP(), deployed(t), 0, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(c.Client.Close)
	st, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	tables, err := c.Network(t.Context(), st)
	require.NoError(t, err)
	head, err := c.Client.BlockNumber(t.Context())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Indexer(tables, nil).Run(ctx) }()
	require.Eventually(t, func() bool {
		at, err := tables.Cursor(t.Context())
		return err == nil && at.Number >= head
	}, time.Minute, 10*time.Millisecond)
	stop()
	require.NoError(t, <-ended)
	return st, tables
}

// What the indexer wrote comes out of its log again; what somebody else wrote does not, and
// is gone.
func TestRebuildFindsWhatIsNotOfTheLog(t *testing.T) {
	t.Parallel() // it waits for wall time
	p := newPerson(t)
	url := "sqlite:" + filepath.Join(p.dir, "tables.db")
	p.set = []string{"store.url=" + url}
	empty := p.do("indexer", "rebuild")
	require.Equal(t, true, empty["identical"])
	require.EqualValues(t, 0, empty["block"])

	st, tables := indexed(t, url)
	want, err := tables.Digest(t.Context())
	require.NoError(t, err)
	at, err := tables.Cursor(t.Context())
	require.NoError(t, err)
	require.NoError(t, st.Close())
	good := p.do("indexer", "rebuild")
	require.Equal(t, answer{"identical": true, "block": float64(at.Number), "before": good["after"], "after": good["after"]}, good)
	require.NotEqual(t, empty["after"], good["after"])
	require.Equal(t, common.Hash(want).Hex(), good["after"])

	tamper := func() {
		st, err := store.Open(t.Context(), url)
		require.NoError(t, err)
		done, err := st.DB().ExecContext(t.Context(), "UPDATE totals SET burned = 77")
		require.NoError(t, err)
		n, err := done.RowsAffected()
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		require.NoError(t, st.Close())
	}
	tamper()
	out, notes, code := p.try("indexer", "rebuild", "--json")
	require.Equal(t, exitCheck, code, notes)
	found := parseAnswer(t, out)
	require.Equal(t, false, found["identical"])
	require.NotEqual(t, good["after"], found["before"])
	require.Equal(t, good["after"], found["after"], "the tables are right again")
	require.Contains(t, notes, "the tables were")
	tamper()
	out, _, code = p.try("indexer", "rebuild")
	require.Equal(t, exitCheck, code)
	require.Empty(t, out, "what is not identical is not said to be")
	out, _, code = p.try("indexer", "rebuild")
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "identical: ")
}

// A configuration of one chain with the record of another starts nothing.
func TestServicesRefuseTheRecordOfAnotherChain(t *testing.T) {
	p := newPerson(t)
	model := filepath.Join("..", "..", "models", "demo", "stories.dgm")
	for _, args := range [][]string{{"indexer"}, {"relayer"}, {"api"}, {"provider", "run"}, {"auditor", "run", "--key", p.key, "--model", common.Hash{1}.Hex() + "=" + model},
		{"wallet", "balance"}} {
		p.refuse(exitError, []string{"the record is of chain 31337, chain.id is 5"}, append(args, "--set", "chain.id=5")...)
	}
}

func TestConfigCheck(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dgrid.toml")
	require.NoError(t, os.WriteFile(file, []byte("[redis]\nurl = \"redis://:secret@127.0.0.1:6379\"\n[log]\nlevel = \"debug\"\n"), 0o600))
	out, notes, code := execute(t.Context(), []string{"config", "check", "--config", file, "--json"})
	require.Equal(t, exitOK, code, notes)
	effective := parseAnswer(t, out)
	require.Equal(t, "debug", effective["log.level"])
	require.NotContains(t, out, "secret")
	overridden, _, code := execute(t.Context(), []string{"config", "check", "--config", file, "--set", "log.level=error", "--json"})
	require.Equal(t, exitOK, code)
	require.Equal(t, "error", parseAnswer(t, overridden)["log.level"])

	out, _, code = execute(t.Context(), []string{"config", "check", "--config", file})
	require.Equal(t, exitOK, code)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, len(effective), "a line for every key")
	require.IsIncreasing(t, lines)
	require.Contains(t, out, config.EnvName("log.level"))
	require.NotContains(t, out, "secret")

	require.NoError(t, os.WriteFile(file, []byte("[log]\nlevel = \"loud\"\n"), 0o600))
	for _, args := range [][]string{{"--config", file}, {"--set", "log.level=loud"}, {"--set", "log.volume=1"}, {"--set", "log"}, {"--config", file + ".not"}} {
		out, notes, code := execute(t.Context(), append([]string{"config", "check"}, args...))
		require.Equal(t, exitCheck, code, "%v: %s", args, out)
		require.NotEmpty(t, notes)
		require.Empty(t, out)
	}
}

func TestVersion(t *testing.T) {
	out, notes, code := execute(t.Context(), []string{"version", "--json"})
	require.Equal(t, exitOK, code, notes)
	v := parseAnswer(t, out)
	require.NotEmpty(t, v["version"])
	require.Contains(t, v["go"], "go1.")
	require.Contains(t, v, "revision")
	out, _, code = execute(t.Context(), []string{"version"})
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "dgrid "+v["version"].(string))
	_, _, code = execute(t.Context(), []string{"version", "of", "what"})
	require.Equal(t, exitError, code)
}
