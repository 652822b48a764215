package auditor_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/queue"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// childEnv has the test binary be an auditor process that kills itself.
const childEnv = "DGRID_AUDITOR_TEST_CHILD"

// life is what such a process is told.
type life struct {
	Data, RPC, Record, Feed, Relay string
	Version                        common.Hash
	// Kill is at which of the moments that it passes it dies, counted from one: before and after a
	// case is written, and at every failpoint of its transactions. Zero: never.
	Kill int32
	// Proof has it die in the middle of its first proof.
	Proof bool
}

func dies() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// dying dies while it proves.
type dying struct{ *prover.Prover }

func (d dying) Prove(ctx context.Context, in *circuit.StepInput, ok bool) (prover.Proof, circuit.Inputs, error) {
	time.AfterFunc(100*time.Millisecond, dies) // a proof takes ten times as long
	return d.Prover.Prove(ctx, in, ok)
}

// child is the auditor process: everything that it knows it has from disk, node and feed.
func child(text string) error {
	go func() { // it ends with the tests
		_, _ = io.Copy(io.Discard, os.Stdin)
		dies()
	}()
	var l life
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		return err
	}
	d, err := deploy.Load(l.Record)
	if err != nil {
		return err
	}
	file, err := runtime.EncodeContainer(raw.Tensors(raw.Odd(), 7, 1<<14))
	if err != nil {
		return err
	}
	model, err := runtime.Parse(file)
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(context.Background())
	log := slog.New(slog.DiscardHandler)
	decoder := chain.NewDecoder(chain.ABIs())
	client, err := chain.Dial(ctx, chain.Config{URL: l.RPC, ChainID: devchain.ChainID, Decoder: decoder, Logger: log})
	if err != nil {
		return err
	}
	st, err := store.Open(ctx, "sqlite:"+filepath.Join(l.Data, "outbox.db"))
	if err != nil {
		return err
	}
	var passed atomic.Int32
	point := func() error {
		if passed.Add(1) == l.Kill {
			dies()
		}
		return nil
	}
	lane := txmgr.New(txmgr.Config{ChainID: devchain.ChainID, Outbox: st.Outbox(), Node: client, Signer: chain.KeySigner{Key: devchain.Key(auditing)},
		Decode: decoder.Decode, Logger: log, Failpoint: func(txmgr.Point) error { return point() }})
	q, err := queue.New(queue.Config{Log: log, Load: func(context.Context) (queue.Prover, error) {
		p, err := proverOf()
		if err == nil && l.Proof {
			return dying{p}, nil
		}
		return p, err
	}})
	if err != nil {
		return err
	}
	a, err := auditor.New(auditor.Config{Data: l.Data, Feeds: []string{l.Feed}, Relayers: []string{l.Relay}, StartBlock: d.StartBlock, RetryEvery: time.Millisecond,
		Models: []auditor.Model{{Version: l.Version, File: model}}},
		auditor.Deps{Chain: contracts.NewReader(client, d.Addresses()), Sender: lane, Prover: queued{q}, Log: log})
	if err != nil {
		return err
	}
	a.SetPoint(func(string, *auditor.Case) error { return point() })
	g.Go(func() error { return lane.Run(ctx) })
	g.Go(func() error { return q.Run(ctx) })
	g.Go(func() error { return a.Run(ctx) })
	return g.Wait()
}

// lives runs one auditor process, until it has killed itself or until done, and says which.
func (l life) lives(t *testing.T, done func() bool) (lived bool) {
	t.Helper()
	text, err := json.Marshal(l)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), childEnv+"="+string(text)), os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !lived {
		select {
		case <-ended:
			require.Equal(t, syscall.SIGKILL, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(), "%+v", l)
			return false
		case <-tick.C:
			lived = done()
		}
	}
	require.NoError(t, in.Close())
	<-ended
	return true
}

// An auditor process is killed at drawn moments, once in the middle of a proof, and started again
// each time: what it knows is on disk, and one transaction convicts.
func TestKilledProcessesConvictOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	r := seeded(t)
	killed, want := 0, size(2, 50)
	for round := 0; killed < want; round++ {
		liar := w.answered(t, params(700), prompt, 5, nil)
		liar.cheat(step.Block{T: 3, L: 1 + round%2}, step.Gated, 0, round%7)
		relay := httptest.NewServer(liar)
		t.Cleanup(relay.Close)
		l := life{Data: t.TempDir(), RPC: w.dev.WS(), Record: w.record, Feed: feed(t, liar), Relay: relay.URL, Version: w.version}
		cases, err := auditor.OpenCases(filepath.Join(l.Data, "cases"))
		require.NoError(t, err)
		over := func() bool {
			c, err := cases.Get(liar.receipt)
			return err == nil && decided(*c)
		}
		before := w.nonce(t, auditing)
		for deaths := 0; ; deaths++ {
			l.Kill, l.Proof = 0, deaths == 0 && round%2 == 0
			if !l.Proof && deaths < 6 && killed < want {
				l.Kill = 1 + r.Int32N(12) // it may be done before
			}
			if l.lives(t, over) {
				break
			}
			killed++
			t.Logf("killed: moment %d, in a proof: %t", l.Kill, l.Proof)
		}
		c, err := cases.Get(liar.receipt)
		require.NoError(t, err)
		require.Equal(t, auditor.Unpaid, c.State, "%s %s", c.Note, c.Trouble)
		require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
		require.Equal(t, []contracts.Fault{*c.Verdict}, w.convictions(t, liar.receipt))
		require.EqualValues(t, 1, w.nonce(t, auditing)-before, "one transaction")
	}
}
