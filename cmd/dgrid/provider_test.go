package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
)

// relayerOf starts a real relayer of the shared network and returns its URL.
func relayerOf(t *testing.T) string {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	c, err := network.Connect(t.Context(), world.chain.HTTP(), deployed(t), 0, log)
	require.NoError(t, err)
	mini := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	k, err := keys.Generate()
	require.NoError(t, err)
	r, err := c.Relayer(k.Private(), rdb, log, prometheus.NewRegistry())
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	server := httptest.NewServer(r.Handler())
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		server.CloseClientConnections()
		server.Close()
		require.NoError(t, rdb.Close())
		c.Client.Close()
	})
	return server.URL
}

// freePort is a loopback address that nothing listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// publish brings a model on chain and returns its version.
func (p *person) publish(model, name string) string {
	p.t.Helper()
	version, ok := p.do("model", "publish", model, "--name", name, "--royalty-bps", "500").at("result", "model_version").(string)
	require.True(p.t, ok)
	return version
}

// The way of the help text: init, register, doctor, run; a job comes in and is
// answered; drain, export, withdraw.
func TestProviderFromInitToWithdraw(t *testing.T) {
	t.Parallel()
	asker := funded(t)
	model, _ := tinyModel(t, 1)
	version := asker.publish(model, "tiny")
	a := asker.do("model", "publish", model, "--name", "tiny", "--royalty-bps", "500")
	require.Empty(t, a.at("steps"), "published twice")
	require.Equal(t, version, a.at("result", "model_version"))

	p := newPerson(t)
	home := filepath.Join(p.dir, "home")
	a = p.do("provider", "init", home, "--set", "provider.model="+model, "--set", "provider.version="+version,
		"--set", "provider.control="+freePort(t), "--set", "provider.relayers="+relayerOf(t))
	owner, operator := a.at("owner").(string), a.at("operator").(string)
	p.refuse(exitError, []string{"exists", "nothing was changed"}, "provider", "init", home)
	conf := filepath.Join(home, configFile)
	run := func(args ...string) []string { return append(args, "--config", conf) }

	// Before anything was done, the doctor says what is missing.
	checks := p.doctor(exitCheck, run()...)
	require.Equal(t, statusFail, checks["operator.gas"].Status)
	require.Contains(t, strings.ToLower(checks["operator.gas"].Hint), operator)
	require.Equal(t, statusFail, checks["operator.registered"].Status)
	require.Contains(t, checks["operator.registered"].Hint, "provider register")
	require.Equal(t, statusFail, checks["stake.minimum"].Status)
	require.Contains(t, checks["stake.minimum"].Hint, "--stake 8.000000")
	require.Equal(t, statusPass, checks["backend.prompt"].Status)

	p.refuse(exitError, []string{"has 0.000000 tUSD"}, run("provider", "register", "--stake", "20")...)
	p.do("wallet", "faucet", "100", "--to", owner)
	p.do("wallet", "faucet", "1", "--to", operator)
	a = p.do(run("provider", "register", "--stake", "20")...)
	require.Equal(t, "20.000000", a.at("result", "free_stake", "amount"))
	require.Len(t, a.at("steps"), 4)
	require.Empty(t, p.do(run("provider", "register", "--stake", "20")...).at("steps"), "registered twice")
	for id, c := range p.doctor(exitOK, run()...) {
		require.Equal(t, statusPass, c.Status, "%s: %s", id, c.Detail)
	}

	_, ended := p.runProvider(conf)
	_, notes, code := p.try(run("provider", "export-receipts", "--out", t.TempDir())...)
	require.Equal(t, exitError, code)
	require.Contains(t, notes, "provider drain")
	require.Equal(t, statusWarn, p.doctor(exitOK, run()...)["journal.readable"].Status)

	asker.do("wallet", "faucet", "5")
	asker.do("wallet", "deposit", "1")
	a = asker.do("wallet", "job", "once upon a time", "--model", model, "--max-tokens", "12")
	require.Equal(t, version, a.at("result", "model_version"), "found by its weights")
	require.Equal(t, "equal", a.at("result", "replay"))
	require.Equal(t, strings.ToLower(owner), strings.ToLower(a.at("result", "provider").(string)))
	require.NotEmpty(t, a.at("result", "text"))

	a = p.do(run("provider", "earnings")...)
	require.Equal(t, true, a.at("running"))
	require.NotEqual(t, "0", a.at("pending", "base_units"), "the job's fee is pending")
	require.Equal(t, true, p.do(run("provider", "drain")...).at("draining"))
	p.ends(ended)
	p.refuse(exitError, []string{"is it running?", "provider run"}, run("provider", "status")...)
	require.Equal(t, 0.0, p.do(run("provider", "export-receipts", "--out", t.TempDir())...).at("receipts"), "jobs are receipts on chain already")

	// The operator sent transactions: without its journal nobody knows which numbers it used.
	journal := filepath.Join(home, "data", "journal")
	require.NoError(t, os.Rename(journal, journal+".away"))
	require.Equal(t, statusFail, p.doctor(exitCheck, run()...)["journal.begins"].Status)
	for range 2 { // also in the empty one that the first try leaves
		p.refuse(exitError, []string{"the numbers that it used are elsewhere", "provider.new_journal"}, run("provider", "run")...)
	}
	// A person who knows better says so for one start; from then on the journal knows its operator, before any receipt.
	anew := []string{"--set", "provider.new_journal=true"}
	require.Equal(t, statusPass, p.doctor(exitOK, run(anew...)...)["journal.begins"].Status)
	stop, ended := p.runProvider(conf, anew...)
	stop()
	p.ends(ended)
	p.refuse(exitError, []string{"began in this journal already", "take it out"}, run(append([]string{"provider", "run"}, anew...)...)...)
	require.Contains(t, p.doctor(exitCheck, run(anew...)...)["journal.begins"].Hint, "take provider.new_journal out")
	stop, ended = p.runProvider(conf)
	stop()
	p.ends(ended)
	require.NoError(t, os.RemoveAll(journal))
	require.NoError(t, os.Rename(journal+".away", journal))

	// A signal ends the command's context; it drains as well.
	stop, ended = p.runProvider(conf)
	stop()
	p.ends(ended)

	// The next version takes the place of one whose receipts can be disputed still.
	next, _ := tinyModel(t, 2)
	goneOn := []string{"--set", "provider.model=" + next, "--set", "provider.version=" + asker.publish(next, "tiny 2")}
	p.refuse(exitError, []string{version, "can still be disputed", "provider.former_models"}, run(append([]string{"provider", "run"}, goneOn...)...)...)
	checks = p.doctor(exitOK, run(goneOn...)...)
	require.Equal(t, statusWarn, checks["former.receipts"].Status)
	require.Contains(t, checks["former.receipts"].Hint, version)
	wrong := append(goneOn[:len(goneOn):len(goneOn)], "--set", "provider.former_models="+version+"="+next)
	require.Contains(t, p.doctor(exitCheck, run(wrong...)...)["model.version"].Detail, "has weights")
	p.refuse(exitError, []string{"has weights"}, run(append([]string{"provider", "run"}, wrong...)...)...)
	goneOn = append(goneOn, "--set", "provider.former_models="+version+"="+model)
	require.NotContains(t, p.doctor(exitOK, run(goneOn...)...), "former.receipts")
	stop, ended = p.runProvider(conf, goneOn...)
	stop()
	p.ends(ended)

	a = p.do(run("provider", "unstake", "0.5")...)
	require.Equal(t, "19.500000", a.at("result", "free_stake", "amount"))
	p.refuse(exitError, []string{"ExitNotOpen", "wait until"}, run("provider", "unstake", "--complete")...)
	p.refuse(exitError, []string{"nothing is free"}, run("provider", "withdraw", "all")...)
	p.do("wallet", "deposit", "1", "--for", owner, "--key", filepath.Join(home, ownerFile))
	a = p.do(run("provider", "withdraw", "0.25")...)
	require.Equal(t, "0.750000", a.at("result", "free", "amount"))
	p.refuse(exitError, []string{"name the owner's keystore"}, run("provider", "withdraw", "all", "--key", p.key)...)
}

// runProvider starts a provider and returns once it has its relayer.
func (p *person) runProvider(conf string, more ...string) (stop func(), ended <-chan string) {
	t := p.t
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	end := make(chan string, 1)
	go func() {
		_, notes, code := execute(ctx, p.args(append([]string{"provider", "run", "--log", "error", "--config", conf}, more...)...))
		if code != exitOK {
			end <- notes
		}
		close(end)
	}()
	require.Eventually(t, func() bool {
		out, _, code := p.try("provider", "status", "--json", "--config", conf)
		return code == exitOK && parseAnswer(t, out).at("relayers", 0, "connected") == true
	}, 20*time.Second, 50*time.Millisecond)
	return cancel, end
}

// ends waits for a provider to end well.
func (p *person) ends(ended <-chan string) {
	p.t.Helper()
	select {
	case notes, failed := <-ended:
		require.False(p.t, failed, notes)
	case <-time.After(20 * time.Second):
		p.t.Fatal("provider run did not end")
	}
}

// doctor returns the checks by id; of several with one id the last.
func (p *person) doctor(code int, args ...string) map[string]check {
	p.t.Helper()
	out, notes, got := p.try(append([]string{"provider", "doctor", "--json"}, args...)...)
	require.Equal(p.t, code, got, "%s%s", out, notes)
	return parseChecks(p.t, out)
}

func parseChecks(t *testing.T, out string) map[string]check {
	t.Helper()
	var report struct {
		OK     bool    `json:"ok"`
		Checks []check `json:"checks"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	byID, failed := map[string]check{}, false
	for _, c := range report.Checks {
		byID[c.ID] = c
		failed = failed || c.Status == statusFail
		require.Contains(t, []string{statusPass, statusWarn, statusFail}, c.Status)
		if c.Status != statusPass {
			require.NotEmpty(t, c.Hint, "%s has no hint", c.ID)
		}
	}
	require.Equal(t, !failed, report.OK)
	return byID
}

// Each usual mistake fails the one check that names it.
func TestDoctorFindsTheUsualMistakes(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	model, _ := tinyModel(t, 2)
	other, _ := tinyModel(t, 3)
	d := deployed(t)
	moved := *d
	moved.Contracts = map[string]deploy.Contract{}
	for name, c := range d.Contracts {
		moved.Contracts[name] = c
	}
	wrong := moved.Contracts[deploy.Market]
	wrong.CodeHash = common.Hash{1}
	moved.Contracts[deploy.Market] = wrong
	record := filepath.Join(p.dir, "moved.json")
	raw, err := json.Marshal(moved)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(record, raw, 0o600))

	notRelayer := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(notRelayer.Close)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"version":1,"domain":{"chain_id":1,"market":"0x0000000000000000000000000000000000000001"}}`))
	}))
	t.Cleanup(elsewhere.Close)
	lists := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"data":[{"id":"another"}]}`))
	}))
	t.Cleanup(lists.Close)
	file := filepath.Join(p.dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, "bad.dgm"), []byte("no model"), 0o600))

	base := []string{"--set", "provider.model=" + model, "--set", "provider.key=" + p.key, "--set", "provider.passphrase_file=" + p.key + ".pass",
		"--set", "provider.data=" + filepath.Join(p.dir, "data"), "--set", "provider.owner=" + p.addr.Hex(), "--set", "provider.relayers=" + notRelayer.URL}
	for _, mistake := range []struct {
		name, check, hint string
		set               []string
	}{
		{"no node", "rpc.reachable", "chain.rpc", []string{"chain.rpc=http://" + freePort(t)}},
		{"wrong chain", "rpc.chain_id", "chain.id", []string{"chain.id=1"}},
		{"no record", "contracts.record", "chain.deployment", []string{"chain.deployment=" + filepath.Join(p.dir, "absent.json")}},
		{"wrong code at the address", "contracts.code", "chain.deployment", []string{"chain.deployment=" + record}},
		{"no gas", "operator.gas", "wallet faucet", nil},
		{"operator unknown", "operator.registered", "provider register", nil},
		{"no stake", "stake.minimum", "--stake", nil},
		{"version not published", "model.version", "model publish", []string{"provider.version=0x" + strings.Repeat("11", 32)}},
		{"file is no model", "backend.config", "model verify", []string{"provider.model=" + filepath.Join(p.dir, "bad.dgm")}},
		{"both backends", "backend.config", "provider.upstream", []string{"provider.upstream=http://127.0.0.1:1", "provider.upstream_model=m"}},
		{"dead backend", "backend.alive", "start the upstream", []string{"provider.model=", "provider.upstream=http://" + freePort(t), "provider.upstream_model=m"}},
		{"upstream without the model", "backend.alive", "upstream_model", []string{"provider.model=", "provider.upstream=" + lists.URL, "provider.upstream_model=m"}},
		{"no relayer there", "relayer.reachable", "provider.relayers", nil},
		{"relayer of another network", "relayer.reachable", "provider.relayers", []string{"provider.relayers=" + elsewhere.URL}},
		{"folder not writable", "disk.writable", "provider.data", []string{"provider.data=" + filepath.Join(file, "below")}},
		{"no key", "operator.key", "provider init", []string{"provider.key=" + filepath.Join(p.dir, "absent")}},
		{"no owner", "config.owner", "provider.owner", []string{"provider.owner=0x0000000000000000000000000000000000000000"}},
	} {
		args := append([]string{}, base...)
		for _, s := range mistake.set {
			args = append(args, "--set", s)
		}
		c, found := p.doctor(exitCheck, args...)[mistake.check]
		require.True(t, found, mistake.name)
		require.Equal(t, statusFail, c.Status, "%s: %s", mistake.name, c.Detail)
		require.Contains(t, c.Hint, mistake.hint, mistake.name)
	}
	t.Run("another file than published", func(t *testing.T) {
		creator := funded(t)
		version := creator.publish(other, "other")
		c := p.doctor(exitCheck, append(base, "--set", "provider.version="+version)...)["model.version"]
		require.Equal(t, statusFail, c.Status)
		require.Contains(t, c.Detail, "has weights")
		p.refuse(exitError, []string{"has weights"}, append(append([]string{"provider", "run"}, base...), "--set", "provider.version="+version)...)
		creator.refuse(exitError, []string{"has weights", "use the model file"}, "wallet", "job", "hello", "--model", model, "--version", version)
		creator.refuse(exitCheck, []string{"weights root"}, "model", "publish", other, "--name", "x", "--weights-root", "0x"+strings.Repeat("11", 32))
	})
}

func TestDoctorKnowsTheTime(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	for _, off := range []struct {
		by     time.Duration
		status string
	}{{-time.Hour, statusFail}, {time.Hour, statusWarn}, {0, statusPass}} {
		g := &globals{json: true, effort: keys.Light, logLevel: "error",
			set: []string{"chain.rpc=" + world.chain.HTTP(), "chain.deployment=" + world.record, "provider.data=" + p.dir}}
		var out strings.Builder
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		cmd.SetOut(&out)
		require.Error(t, g.doctor(cmd, func() time.Time { return time.Now().Add(off.by) }))
		require.Equal(t, off.status, parseChecks(t, out.String())["clock.skew"].Status)
	}
	for _, c := range []struct {
		old    time.Duration
		status string
	}{{0, statusPass}, {time.Minute, statusPass}, {time.Hour, statusFail}, {-10 * time.Second, statusPass}, {-time.Minute, statusFail}} {
		head := time.Unix(1_700_000_000, 0)
		status, _, hint := clockStatus(head.Add(c.old), head, false)
		require.Equal(t, c.status, status)
		require.Equal(t, status == statusPass, hint == "")
	}
}
