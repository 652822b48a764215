package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/cheat"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
)

// audit is a whole network with a cheater in it, and a stranger who audits it by commands.
type audit struct {
	*person
	net  *network.Network
	wide []string // settings of the network, its auditor and its models
	data string
}

// patient has windows in which a person can type.
func patient(admin common.Address) deploy.Parameters {
	p := deploy.Development(admin)
	p.Timing.DisputeWindow = 600
	p.AtRisk = p.LongestDispute()
	p.Unbonding, p.Timing.Timelock = p.AtRisk+20, p.AtRisk+20
	p.Auditors.Unbonding = p.LongestAudit()
	return p
}

func newAudit(t *testing.T) *audit {
	t.Helper()
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Terms: patient, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	require.NoError(t, n.AddProvider(t.Context(), network.AccountThirdOwner, network.AccountThirdOperator, cheat.NewWrong(n.Model, 11)))
	k, err := keys.Generate()
	require.NoError(t, err)
	a := &audit{person: personOf(t, k), net: n}
	a.data = filepath.Join(a.dir, "auditor")
	model := filepath.Join(a.dir, "demo.dgm")
	require.NoError(t, os.WriteFile(model, demo.Container(), 0o600))
	a.wide = []string{"--set", "chain.rpc=" + n.Dev.HTTP(), "--set", "chain.deployment=" + deploy.Path(n.Config.Data, devchain.ChainID),
		"--set", "api.url=" + n.APIURL, "--set", "api.relayers=" + n.RelayerURL, "--set", "auditor.key=" + a.key, "--set", "auditor.passphrase_file=" + a.key + ".pass",
		"--set", "auditor.data=" + a.data, "--set", "auditor.listen=127.0.0.1:0", "--set", "auditor.models=" + n.Proven.Hex() + "=" + model,
		"--set", "prover.keys=" + filepath.Join(top, ".cache", "keys"), "--log", "error"}
	return a
}

// here are the flags of commands that read no configuration.
func (a *audit) here(args ...string) []string {
	return append(args, "--data", a.data, "--keys", filepath.Join(top, ".cache", "keys"), "--model", a.net.Proven.Hex()+"="+filepath.Join(a.dir, "demo.dgm"))
}

// on runs a command on the network and returns its output.
func (a *audit) on(code int, args ...string) string {
	a.t.Helper()
	out, notes, got := execute(a.t.Context(), append(args, a.wide...))
	require.Equal(a.t, code, got, "dgrid %v\n%s%s", args, out, notes)
	return out
}

// offline runs a command that knows of no network.
func (a *audit) offline(code int, args ...string) answer {
	a.t.Helper()
	nowhere := []string{"--json", "--set", "chain.rpc=http://127.0.0.1:1", "--set", "chain.deployment=" + filepath.Join(a.dir, "none")}
	out, notes, got := execute(a.t.Context(), append(a.here(args...), nowhere...))
	require.Equal(a.t, code, got, "dgrid %v\n%s%s", args, out, notes)
	if out == "" {
		return nil
	}
	return parseAnswer(a.t, out)
}

// asking opens a channel and returns what asks for an answer, routed as it is told.
func (a *audit) asking() func(ctx context.Context, routing map[string]any) (*http.Response, error) {
	a.t.Helper()
	channel, err := a.net.OpenChannel(a.t.Context(), network.AccountRequester, 100, time.Hour)
	require.NoError(a.t, err)
	key, err := a.net.CreateKey(a.t.Context(), network.AccountRequester, channel)
	require.NoError(a.t, err)
	return func(ctx context.Context, routing map[string]any) (*http.Response, error) {
		body, err := json.Marshal(map[string]any{"model": demo.Name + "@1", "max_tokens": 12, "provider": routing,
			"messages": []map[string]string{{"role": "user", "content": demo.Prompts()[0]}}})
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.net.APIURL+"/v1/chat/completions", bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", "application/json")
		return http.DefaultClient.Do(req)
	}
}

// bought are the receipts of one answer of each provider: the cheater's and the honest one's.
func (a *audit) bought() (wrong, right common.Hash) {
	a.t.Helper()
	ask := a.asking()
	buy := func(routing map[string]any) (digest common.Hash) {
		res, err := ask(a.t.Context(), routing)
		require.NoError(a.t, err)
		defer res.Body.Close()
		var out answer
		require.NoError(a.t, json.NewDecoder(res.Body).Decode(&out))
		text, ok := out.at("dgrid", "receipt", "digest").(string)
		require.True(a.t, ok, "%v", out)
		require.NoError(a.t, digest.UnmarshalText([]byte(text)))
		return digest
	}
	cheater := []common.Address{devchain.Address(network.AccountThirdOwner)}
	return buy(map[string]any{"only": cheater}), buy(map[string]any{"ignore": cheater})
}

// runUntil runs the auditor until a case is in a state.
func (a *audit) runUntil(receipt common.Hash, states ...string) {
	a.t.Helper()
	ctx, stop := context.WithCancel(a.t.Context())
	defer stop()
	type end struct {
		notes string
		code  int
	}
	ended := make(chan end, 1)
	go func() {
		_, notes, code := execute(ctx, append([]string{"auditor", "run"}, a.wide...))
		ended <- end{notes, code}
	}()
	var last string
	require.Eventually(a.t, func() bool {
		out, _, code := execute(a.t.Context(), a.here("auditor", "status", receipt.Hex(), "--json"))
		if code != exitOK {
			return false
		}
		last = out
		for _, s := range states {
			if parseAnswer(a.t, out).at("state") == s {
				return true
			}
		}
		return false
	}, time.Minute, 50*time.Millisecond, "%s", last)
	stop()
	e := <-ended
	require.Equal(a.t, exitOK, e.code, e.notes)
}

func (a *audit) file(name, text string) string {
	path := filepath.Join(a.dir, name)
	require.NoError(a.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (a *audit) fault(receipt common.Hash) contracts.FaultKind {
	kind, err := a.net.Chain.Reader.FaultOf(a.t.Context(), receipt)
	require.NoError(a.t, err)
	return kind
}

// The way of the help text, by commands alone, on an answer in which a real provider computed
// one number wrong: fetch, replay, prove, export, check by somebody who is offline, simulate,
// send, and be paid. The auditor's key has no gas at first, so that what it would send can be
// looked at before it is.
func TestAnAuditFromFetchToClaim(t *testing.T) {
	t.Parallel()
	a := newAudit(t)
	wrong, right := a.bought()

	fetched := a.file("wrong.json", a.on(exitOK, "auditor", "fetch", wrong.Hex()))
	honest := a.file("right.json", a.on(exitOK, "auditor", "fetch", right.Hex()))
	a.on(exitError, "auditor", "fetch", common.Hash{1}.Hex())
	said := a.offline(exitFault, "auditor", "replay", fetched)
	require.Equal(t, wrong.Hex(), said.at("receipt"))
	require.Equal(t, false, said.at("right"))
	require.Equal(t, false, said.at("trace_root_agrees"))
	require.Equal(t, true, a.offline(exitOK, "auditor", "replay", honest).at("right"))

	measured := a.offline(exitOK, "auditor", "prove", "--estimate")
	for _, name := range []string{"constraints", "prove_ms", "peak_mb", "verify_gas"} {
		require.Positive(t, measured.at(name), name)
	}
	a.offline(exitError, "auditor", "prove")

	a.runUntil(wrong, "submitted") // and no further: the key cannot pay for gas
	require.Equal(t, contracts.FaultNone, a.fault(wrong))
	a.offline(exitFault, "auditor", "replay", wrong.Hex())
	a.on(exitError, "auditor", "submit", wrong.Hex(), "--data", a.data)
	a.on(exitError, "auditor", "submit", "--simulate", right.Hex(), "--data", a.data)
	simulated := parseAnswer(t, a.on(exitOK, "auditor", "submit", "--simulate", wrong.Hex(), "--data", a.data, "--json"))
	require.Equal(t, true, simulated.at("passes"), "%v", simulated)
	require.Greater(t, simulated.at("gas"), 100_000.0)
	require.Equal(t, contracts.FaultNone, a.fault(wrong), "a simulation sends nothing")

	a.checked(wrong, right)

	a.on(exitOK, "wallet", "faucet", "1", "--to", a.addr.Hex())
	a.runUntil(wrong, "settled")
	require.Equal(t, contracts.FaultWrongStep, a.fault(wrong))
	require.Equal(t, contracts.FaultNone, a.fault(right))
	simulated = parseAnswer(t, a.on(exitOK, "auditor", "submit", "--simulate", wrong.Hex(), "--data", a.data, "--json"))
	require.Equal(t, false, simulated.at("passes"))
	require.Contains(t, simulated.at("refusal"), "AlreadyProven")

	bounty := a.offline(exitOK, "auditor", "status", wrong.Hex()).at("verdict", "bounty")
	free, err := a.net.Chain.Reader.Free(t.Context(), a.addr)
	require.NoError(t, err)
	require.Equal(t, free.String(), bounty)
	one := "0x00000000000000000000000000000000000000b1"
	a.on(exitOK, "auditor", "claim", "1u", "--to", one)
	require.Equal(t, protocol.NewAmount(1), a.balance(common.HexToAddress(one)))
	before := a.balance(a.addr)
	a.on(exitOK, "auditor", "claim", "all")
	gained, err := a.balance(a.addr).Sub(before)
	require.NoError(t, err)
	all, err := gained.Add(protocol.NewAmount(1))
	require.NoError(t, err)
	require.Equal(t, free, all)
	a.on(exitError, "auditor", "claim", "all")
}

func (a *audit) balance(who common.Address) protocol.Amount {
	b, err := a.net.Chain.Reader.TokenBalance(a.t.Context(), who)
	require.NoError(a.t, err)
	return b
}

// checked has both cases exported and checked by somebody without a network, as they are and
// with one thing changed in each part.
func (a *audit) checked(wrong, right common.Hash) {
	t := a.t
	exported := a.on(exitOK, a.here("auditor", "export", wrong.Hex())...)
	found := a.offline(exitFault, "auditor", "check", a.file("case.json", exported))
	require.Equal(t, wrong.Hex(), found.at("receipt"))
	require.Equal(t, true, found.at("proof_verified"))
	require.Equal(t, false, found.at("right"))
	require.Equal(t, devchain.Address(network.AccountThirdOperator), common.HexToAddress(found.at("operator").(string)))
	require.Equal(t, "wrong_step", found.at("kind"))
	fine := a.offline(exitOK, "auditor", "check", a.file("fine.json", a.on(exitOK, a.here("auditor", "export", right.Hex())...)))
	require.Equal(t, true, fine.at("right"))

	var accepted []string
	for name, spoil := range spoilt {
		var e answer
		require.NoError(t, json.Unmarshal([]byte(exported), &e))
		spoil(e)
		raw, err := json.Marshal(e)
		require.NoError(t, err)
		if _, notes, code := execute(t.Context(), a.here("auditor", "check", a.file("spoilt.json", string(raw)))); code != exitCheck {
			accepted = append(accepted, fmt.Sprintf("%s: exit %d %s", name, code, notes))
		}
	}
	require.Empty(t, accepted)
	var e answer
	require.NoError(t, json.Unmarshal([]byte(exported), &e))
	delete(e.at("case").(map[string]any), "proof")
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	unproven := a.offline(exitFault, "auditor", "check", a.file("unproven.json", string(raw)))
	require.Equal(t, false, unproven.at("proof_verified"), "the fault shows without its proof, and says so")
}

// spoilt changes one thing in each part of an exported case.
var spoilt = map[string]func(e answer){
	"another receipt": func(e answer) { flip(e, "case", "receipt") },
	"another kind of fault": func(e answer) {
		e.at("case", "fault").(map[string]any)["kind"] = "wrong_pick"
	},
	"another number":         func(e answer) { shift(e, "case", "fault", "step", "Col") },
	"another block":          func(e answer) { shift(e, "case", "first", "L") },
	"another author":         func(e answer) { flip(e, "case", "fault", "task", "submitter") },
	"another proof":          func(e answer) { flip(e, "case", "proof", "proof") },
	"no block":               func(e answer) { delete(e.at("case").(map[string]any), "first") },
	"an empty opening":       func(e answer) { e.set(nil, "openings", 0) },
	"no fault":               func(e answer) { delete(e.at("case").(map[string]any), "fault") },
	"another output token":   func(e answer) { shift(e, "bundle", "output", 0) },
	"another prompt token":   func(e answer) { shift(e, "bundle", "prompt", 0) },
	"another secret":         func(e answer) { flip(e, "bundle", "secret") },
	"other parameters":       func(e answer) { flip(e, "bundle", "params") },
	"another request":        func(e answer) { flip(e, "bundle", "request", "salt") },
	"another trace root":     func(e answer) { flip(e, "bundle", "receipt", "trace_root") },
	"another receipt's hand": func(e answer) { flip(e, "bundle", "receipt_signature") },
	"another boundary":       func(e answer) { flip(e, "boundaries", 0) },
	"another salt":           func(e answer) { flip(e, "salt") },
	"no boundaries":          func(e answer) { delete(e, "boundaries") },
	"no openings":            func(e answer) { delete(e, "openings") },
	"another block's root":   func(e answer) { flip(e, "openings", 0, "opening", "block_root") },
	"another opening's hand": func(e answer) { flip(e, "openings", 0, "signature") },
	"another vector's root":  func(e answer) { flip(e, "openings", 0, "roots", 0) },
	"other digests":          func(e answer) { flip(e, "openings", 0, "digests", first(e.at("openings", 0, "digests")), 0) },
	"other words":            func(e answer) { flip(e, "openings", 0, "words", first(e.at("openings", 0, "words"))) },
}

// first is a name in an object, the smallest.
func first(object any) string {
	least := ""
	for name := range object.(map[string]any) {
		if least == "" || name < least {
			least = name
		}
	}
	return least
}

// flip changes a digit in the middle of a hex number.
func flip(e answer, path ...any) {
	text := []byte(e.at(path...).(string))
	digit := &text[len(text)/2]
	if *digit == '1' {
		*digit = '2'
	} else {
		*digit = '1'
	}
	e.set(string(text), path...)
}

// shift adds one to a number.
func shift(e answer, path ...any) { e.set(e.at(path...).(float64)+1, path...) }

func (a answer) set(v any, path ...any) {
	within := a.at(path[:len(path)-1]...)
	switch name := path[len(path)-1].(type) {
	case string:
		if m, ok := within.(map[string]any); ok {
			m[name] = v
			return
		}
	case int:
		within.([]any)[name] = v
		return
	}
	panic(fmt.Sprintf("no %v", path))
}
