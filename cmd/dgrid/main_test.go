package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/testmodels"
	proverkeys "github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

// The test binary is its own key child, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == proverkeys.ChildCommand {
		os.Exit(run(context.Background(), os.Args[1:]))
	}
	// Tests wait for blocks, one a second, far more than they compute.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := world.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// world is the one network of this package's tests: a chain that mines by itself,
// and contracts that `dgrid deploy` made.
var world shared

type shared struct {
	once   sync.Once
	err    error
	chain  *devchain.Chain
	stop   func()
	ended  chan error
	dir    string
	record string

	mu   sync.Mutex
	keys int
}

func (w *shared) start() error {
	w.once.Do(func() {
		if w.dir, w.err = os.MkdirTemp("", "dgrid-cli-"); w.err != nil {
			return
		}
		if w.chain, w.err = devchain.Open(devchain.Config{FinalityDepth: 1}); w.err != nil {
			return
		}
		ctx, stop := context.WithCancel(context.Background())
		w.stop, w.ended = stop, make(chan error, 1)
		go func() { w.ended <- w.chain.Run(ctx) }()
		w.record = filepath.Join(w.dir, "record.json")
		key := filepath.Join(w.dir, "deployer.json")
		if w.err = saveKey(key, keys.From(devchain.Key(0))); w.err != nil {
			return
		}
		root := newRoot()
		root.SetArgs([]string{"deploy", "--key", key, "--set", "chain.rpc=" + w.chain.HTTP(), "--set", "chain.deployment=" + w.record})
		root.SetOut(new(bytes.Buffer))
		w.err = root.ExecuteContext(ctx)
	})
	return w.err
}

func (w *shared) close() error {
	if w.chain == nil {
		return nil
	}
	w.stop()
	return errors.Join(<-w.ended, os.RemoveAll(w.dir))
}

func saveKey(path string, k keys.Key) error {
	if err := os.WriteFile(path+".pass", []byte("test\n"), 0o600); err != nil {
		return err
	}
	return keys.Save(path, k, "test", keys.Light)
}

// person runs commands with one key.
type person struct {
	t    *testing.T
	key  string // keystore
	addr common.Address
	dir  string
	set  []string // more settings
}

// newPerson is a stranger: no gas, no tokens.
func newPerson(t *testing.T) *person {
	t.Helper()
	require.NoError(t, world.start())
	k, err := keys.Generate()
	require.NoError(t, err)
	return personOf(t, k)
}

func personOf(t *testing.T, k keys.Key) *person {
	t.Helper()
	require.NoError(t, world.start())
	p := &person{t: t, dir: t.TempDir(), addr: k.Address()}
	p.key = filepath.Join(p.dir, "wallet.json")
	require.NoError(t, saveKey(p.key, k))
	return p
}

// funded has gas and no tokens: one of the chain's prefunded accounts, each for one test.
func funded(t *testing.T) *person {
	t.Helper()
	world.mu.Lock()
	world.keys++
	n := world.keys
	world.mu.Unlock()
	require.Less(t, n, faucetKey, "too many funded people")
	return personOf(t, keys.From(devchain.Key(n)))
}

func (p *person) args(args ...string) []string {
	all := append([]string{"--set", "chain.rpc=" + world.chain.HTTP(), "--set", "chain.deployment=" + world.record,
		"--set", "wallet.key=" + p.key, "--set", "wallet.passphrase_file=" + p.key + ".pass"}, args...)
	for _, s := range p.set {
		all = append(all, "--set", s)
	}
	return all
}

// try runs a command in this process and returns its output, notes and exit code.
func (p *person) try(args ...string) (out, notes string, code int) {
	p.t.Helper()
	if len(args) > 1 && args[1] == "faucet" { // one key for all: in turn
		world.mu.Lock()
		defer world.mu.Unlock()
	}
	return execute(p.t.Context(), p.args(args...))
}

func execute(ctx context.Context, args []string) (out, notes string, code int) {
	var stdout, stderr bytes.Buffer
	root := rootOf(&globals{effort: keys.Light})
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(&stderr, err)
		code = exitError
		var e exitCode
		if errors.As(err, &e) {
			code = e.code
		}
	}
	return stdout.String(), stderr.String(), code
}

// do runs a command that must succeed and returns its JSON.
func (p *person) do(args ...string) answer {
	p.t.Helper()
	out, notes, code := p.try(append(args, "--json")...)
	require.Equal(p.t, exitOK, code, "dgrid %s\n%s%s", strings.Join(args, " "), out, notes)
	return parseAnswer(p.t, out)
}

// refuse runs a command that must fail with a code, and say all of the words.
func (p *person) refuse(code int, words []string, args ...string) string {
	p.t.Helper()
	out, notes, got := p.try(args...)
	require.Equal(p.t, code, got, "dgrid %s\n%s%s", strings.Join(args, " "), out, notes)
	for _, word := range words {
		require.Contains(p.t, notes, word, "dgrid %s", strings.Join(args, " "))
	}
	return notes
}

// answer is the JSON of a command.
type answer map[string]any

func parseAnswer(t *testing.T, out string) answer {
	t.Helper()
	var a answer
	require.NoError(t, json.Unmarshal([]byte(out), &a), "%s", out)
	return a
}

// at follows names into an answer; numbers of a list as well.
func (a answer) at(path ...any) any {
	var v any = map[string]any(a)
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = m[s]
		case int:
			l, ok := v.([]any)
			if !ok || s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// tinyModel writes a model of random weights, and returns its path.
func tinyModel(t *testing.T, seed uint64) (string, *runtime.Model) {
	t.Helper()
	c := testmodels.Random(testmodels.Tiny, seed)
	file, err := importer.Llama2C(t.Context(), c.V0(), c.TokenizerBin(), importer.Options{StopIDs: []uint32{}})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "tiny.dgm")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	return path, m
}

func deployed(t *testing.T) *deploy.Deployment {
	t.Helper()
	require.NoError(t, world.start())
	d, err := deploy.Load(world.record)
	require.NoError(t, err)
	return d
}
