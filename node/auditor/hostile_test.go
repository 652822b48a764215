package auditor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// A provider that shows anything but what it signed is asked on chain, whatever it shows.
func TestLiesEndInQuestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	w.fund(t, auditing)
	at := step.Block{T: 4, L: 1}
	for name, serve := range map[string]func(a *answer) func(q wire.Evidence, x *wire.Exhibit){
		"no boundaries": on(wire.WantBoundaries, func(_ *answer, x *wire.Exhibit) { x.Hashes, x.Total = nil, 0 }),
		"a boundary too few": on(wire.WantBoundaries, func(_ *answer, x *wire.Exhibit) {
			x.Total--
			x.Hashes = x.Hashes[:min(len(x.Hashes), int(x.Total))]
		}),
		"boundaries without end": on(wire.WantBoundaries, func(_ *answer, x *wire.Exhibit) { x.Total = 1 << 31 }),
		"empty pages":            on(wire.WantBoundaries, func(_ *answer, x *wire.Exhibit) { x.Hashes = nil }),
		"another boundary":       on(wire.WantBoundaries, func(_ *answer, x *wire.Exhibit) { x.Hashes = slices.Clone(x.Hashes); x.Hashes[0][0] ^= 1 }),
		"no opening":             on(wire.WantOpening, func(_ *answer, x *wire.Exhibit) { x.Opening = nil }),
		"a stranger's opening": on(wire.WantOpening, func(a *answer, x *wire.Exhibit) {
			x.Signature, _ = a.b.Domain.Sign(devchain.Key(requester), *x.Opening)
		}),
		"no signature": on(wire.WantOpening, func(_ *answer, x *wire.Exhibit) { x.Signature = x.Signature[:10] }),
		"an opening of another receipt": on(wire.WantOpening, func(a *answer, x *wire.Exhibit) {
			x.Opening.ReceiptHash[3] ^= 1
			x.Signature, _ = a.b.Domain.Sign(devchain.Key(operator), *x.Opening)
		}),
		"other roots":   on(wire.WantOpening, func(_ *answer, x *wire.Exhibit) { x.Hashes = slices.Clone(x.Hashes); x.Hashes[2][0] ^= 1 }),
		"other digests": on(wire.WantDigests, func(_ *answer, x *wire.Exhibit) { x.Hashes = slices.Clone(x.Hashes); x.Hashes[0][9] ^= 1 }),
		"other words":   on(wire.WantChunk, func(_ *answer, x *wire.Exhibit) { x.Words = slices.Clone(x.Words); x.Words[31] ^= 2 }),
		"half a word":   on(wire.WantChunk, func(_ *answer, x *wire.Exhibit) { x.Words = x.Words[:40] }),
		"no words":      on(wire.WantChunk, func(_ *answer, x *wire.Exhibit) { x.Words = nil }),
	} {
		t.Run(name, func(t *testing.T) {
			liar := w.answered(t, params(700), prompt, 4, nil)
			liar.cheat(at, step.Gated, 0, 2)
			liar.serve = serve(liar)
			requireAsked(t, w, liar, nil)
		})
	}
	for name, handler := range map[string]http.HandlerFunc{
		"garbage":  func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("{\"total\": nonsense")) },
		"an error": func(rw http.ResponseWriter, _ *http.Request) { http.Error(rw, "no", http.StatusInternalServerError) },
		"a redirect": func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"no end": func(rw http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := rw.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
		"silence": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // else the server does not see that the client left
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			liar := w.answered(t, params(700), prompt, 4, nil)
			liar.cheat(at, step.Gated, 0, 2)
			relay := httptest.NewServer(handler)
			t.Cleanup(func() { relay.CloseClientConnections(); relay.Close() })
			requireAsked(t, w, liar, func(c *auditor.Config, _ *auditor.Deps) {
				c.Relayers, c.EvidenceTimeout = []string{relay.URL}, 20*time.Millisecond
			})
		})
	}
}

// on changes what is served of one kind.
func on(want wire.Want, change func(*answer, *wire.Exhibit)) func(*answer) func(wire.Evidence, *wire.Exhibit) {
	return func(a *answer) func(wire.Evidence, *wire.Exhibit) {
		return func(q wire.Evidence, x *wire.Exhibit) {
			if q.Want == want {
				change(a, x)
			}
		}
	}
}

// requireAsked audits until a question is on chain.
func requireAsked(t *testing.T, w *world, a *answer, more func(*auditor.Config, *auditor.Deps)) {
	t.Helper()
	made := w.auditor(t, t.TempDir(), noProver{}, a, more)
	running(t, made)
	_, err := made.Add(t.Context(), a.b)
	require.NoError(t, err)
	c, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 || c.State.Over() })
	require.NoError(t, err)
	require.Equal(t, auditor.Asking, c.State, "%s %s", c.Note, c.Trouble)
}

var errKilled = errors.New("killed")

// killer kills auditors, once at each point, or at each of some.
type killer struct {
	some   []string // nil: at every point
	mu     sync.Mutex
	points map[string]bool
}

// at says whether an auditor was killed at a point.
func (k *killer) at(point string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.points[point]
}

// life runs an auditor until it is killed where none was before, or work is done, and says
// whether it lived.
func (k *killer) life(t *testing.T, a *auditor.Auditor, work func(context.Context) error) bool {
	t.Helper()
	dead := false
	a.SetPoint(func(at string, _ *auditor.Case) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		if !dead && (k.points[at] || k.some != nil && !slices.Contains(k.some, at)) {
			return nil
		}
		if !dead { // else another part of it comes here, and does no more either
			if k.points == nil {
				k.points = map[string]bool{}
			}
			k.points[at], dead = true, true
		}
		return errKilled
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- a.Run(ctx)
		stop()
	}()
	worked := work(ctx)
	stop()
	ran := <-ended
	if dead {
		require.ErrorIs(t, ran, errKilled)
		return false
	}
	require.NoError(t, ran)
	require.NoError(t, worked)
	return true
}

// drawn runs one auditor after the other until a draw is as done wants it.
func (k *killer) drawn(t *testing.T, begin func() *auditor.Auditor, audit common.Hash, done func(auditor.Draw) bool) {
	t.Helper()
	for runs, lived := 0, false; !lived; runs++ {
		require.Less(t, runs, 60)
		a := begin()
		lived = k.life(t, a, func(ctx context.Context) error {
			_, err := a.WaitDraw(ctx, audit, done)
			return err
		})
	}
}

// A process killed before or after any write of a case goes on from there, and one
// transaction convicts all the same.
func TestKilledAnywhereItSendsOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	prover := &counted{Prover: queued{q}}
	liar := w.answered(t, params(700), prompt, 6, nil)
	liar.cheat(step.Block{T: 2, L: 2}, step.Middle, 0, 9)
	data, kills := t.TempDir(), killer{}
	for runs, lived := 0, false; !lived; runs++ {
		require.Less(t, runs, 40)
		a := w.auditor(t, data, prover, liar, nil)
		lived = kills.life(t, a, func(ctx context.Context) error {
			if _, err := a.Add(ctx, liar.b); err != nil {
				return err
			}
			c, err := a.Wait(ctx, liar.receipt, func(c auditor.Case) bool { return c.State == auditor.Unpaid && kills.at("after unpaid") })
			if err == nil && c.Verdict.Kind != contracts.FaultWrongStep {
				err = fmt.Errorf("verdict %v", c.Verdict.Kind)
			}
			return err
		})
	}
	for _, state := range []auditor.State{auditor.Replayed, auditor.Located, auditor.Opened, auditor.Proven, auditor.Submitted, auditor.Unpaid} {
		require.True(t, kills.at("before "+string(state)) && kills.at("after "+string(state)), "killed around %s: %v", state, kills.points)
	}
	require.EqualValues(t, 1, w.nonce(t, auditing), "one transaction")
	require.LessOrEqual(t, prover.made.Load(), int64(3))
}

type counted struct {
	auditor.Prover
	made atomic.Int64
}

func (c *counted) Prove(ctx context.Context, t auditor.Task) (auditor.Proof, error) {
	c.made.Add(1)
	return c.Prover.Prove(ctx, t)
}

// Every kind of fault finds its way to its contract.
func TestEveryKindOfFaultIsProven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	l := w.model.Header().Layers
	for _, c := range []struct {
		name string
		kind contracts.FaultKind
		make func(t *testing.T) *answer
	}{
		{"a token that is not the model's pick", contracts.FaultPick, func(t *testing.T) *answer {
			return w.answered(t, params(900), prompt, 4, func(o []uint32) { o[1] = (o[1]+5)%30 + 3 })
		}},
		{"a token outside the vocabulary", contracts.FaultToken, func(t *testing.T) *answer {
			return w.answered(t, params(700), prompt, 4, func(o []uint32) { o[3] = 1000 })
		}},
		{"an embedding", contracts.FaultWrongStep, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.cheat(step.Block{T: 6}, step.EmbedOut, 0, 1)
			return a
		}},
		{"a boundary that the block does not end in", contracts.FaultSeam, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.leaves[3*(l+1)+1][5] ^= 1
			a.sign()
			return a
		}},
		{"a block that does not begin where the one before ends", contracts.FaultSeam, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.cheat(step.Block{T: 3, L: 2}, step.In, 0, 4)
			return a
		}},
		{"a digest that is no element", contracts.FaultDigest, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.cheat(step.Block{T: 3, L: 2}, step.Out, 0, 4)
			a.block(step.Block{T: 3, L: 2}).digest(step.Normed, 0, common.MaxHash)
			return a
		}},
		{"a key of an earlier position", contracts.FaultKeys, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.cheat(step.Block{T: 3, L: 2}, step.Out, 0, 4)
			a.block(step.Block{T: 3, L: 2}).digest(step.Keys, 2, common.Hash{31: 7})
			return a
		}},
		{"values of an earlier position", contracts.FaultWrongStep, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.cheat(step.Block{T: 3, L: 2}, step.Columns, 0, 1)
			return a
		}},
		{"something behind the last boundary", contracts.FaultPadding, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.leaves = append(a.leaves, common.Hash{1})
			a.sign()
			return a
		}},
		{"a fee too high", contracts.FaultOverBilling, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			r := a.b.Receipt
			r.Fee = protocol.NewAmount(1000)
			a.signReceipt(r)
			return a
		}},
		{"a finish that contradicts the count", contracts.FaultFinish, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			r := a.b.Receipt
			r.Finish = protocol.FinishContext
			a.signReceipt(r)
			return a
		}},
		{"a stop without a stop id", contracts.FaultFinish, func(t *testing.T) *answer {
			a := w.answered(t, params(700), prompt, 4, nil)
			r := a.b.Receipt
			r.Finish = protocol.FinishStop
			a.signReceipt(r)
			return a
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.make(t)
			made := w.auditor(t, t.TempDir(), queued{q}, a, nil)
			stop := running(t, made)
			_, err := made.Add(t.Context(), a.b)
			require.NoError(t, err)
			got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() || c.Failures > 8 })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, c.kind, got.Verdict.Kind, "%+v", got.Fault)
			stop()
		})
	}
}

// A damaged case stops no other one.
func TestADamagedCaseStopsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	honest := w.answered(t, params(700), prompt, 3, nil)
	data := t.TempDir()
	a := w.auditor(t, data, noProver{}, honest, nil)
	broken := w.answered(t, params(700), prompt, 4, nil)
	_, err := a.Add(t.Context(), broken.b)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(a.Cases().Dir(broken.receipt), "bundle.json"), []byte("{"), 0o600))
	running(t, a)
	_, err = a.Add(t.Context(), honest.b)
	require.NoError(t, err)
	c, err := a.WaitOver(t.Context(), honest.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State)
}

// An auditor whose file is not the one that the version names accuses nobody: neither what is
// right nor what its own numbers would call wrong.
func TestAnotherFileThanPublishedAccusesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	honest := w.answered(t, params(0), prompt, 4, nil)
	other := raw.Model(t, raw.Odd(), 8, 1<<14)
	a := w.auditor(t, t.TempDir(), noProver{}, honest, func(c *auditor.Config, _ *auditor.Deps) {
		c.Models = []auditor.Model{{Version: w.version, File: other}}
	})
	running(t, a)
	_, err := a.Add(t.Context(), honest.b)
	require.NoError(t, err)
	c, err := a.Wait(t.Context(), honest.receipt, func(c auditor.Case) bool { return c.State.Over() || c.Fault != nil || c.Failures > 0 })
	require.NoError(t, err)
	require.Equal(t, auditor.Unusable, c.State)
	require.Contains(t, c.Note, "has weights")
	require.Zero(t, w.nonce(t, auditing))
}
