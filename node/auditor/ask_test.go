package auditor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// mute serves nothing.
func mute(_ wire.Evidence, x *wire.Exhibit) { *x = wire.Exhibit{Error: "no"} }

// isOpen reads whether a question waits for an answer.
func (w *world) isOpen(question common.Hash) (bool, error) {
	q, err := w.reader.Question(w.ctx, question)
	return q.State == contracts.QuestionOpen, err
}

// A puppet of the silent provider asks first, or asks again whenever the auditor ended a
// question, before that looks again. Each silence counts all the same, and the third convicts.
func TestAPuppetThatAsksAgainBuysNoTime(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"before the auditor": true, "after it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, odd(t), 20)
			w.fund(t, auditing)
			w.fund(t, requester)
			silent := w.answered(t, params(700), prompt, 5, nil)
			silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
			silent.serve = mute
			a := w.auditor(t, t.TempDir(), noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) {
				c.RetryEvery, c.Patience = 20*time.Millisecond, 1
			})
			id := contracts.QuestionID(silent.receipt, contracts.TraceNode(silent.b.Receipt.TraceRoot, len(silent.leaves)))
			puppet, e := w.lane(requester), contracts.Evidence{Request: silent.b.Request, Receipt: silent.b.Receipt, Signature: silent.b.Signature}
			asked := 0
			a.SetPoint(func(at string, c *auditor.Case) error {
				if at != "after asking" {
					return nil
				}
				if ended := len(c.Asked) > 0 && c.Asked[0].State == "expiring"; ended && asked < 2 || first && asked == 0 {
					if ended {
						if _, err := w.lane(auditing).Wait(w.ctx, c.Asked[0].Intent); err != nil {
							return err
						}
					}
					if open, err := w.isOpen(id); open || err != nil {
						return err
					}
					asked++
					call := w.reader.Addresses().AskTrace(e, common.Hash{byte(asked)})
					sent, err := puppet.Submit(w.ctx, call)
					if err == nil {
						_, err = puppet.Wait(w.ctx, sent)
					}
					if err != nil {
						return fmt.Errorf("ask again: %w", err)
					}
				}
				return nil
			})
			running(t, a)
			_, err := a.Add(t.Context(), silent.b)
			require.NoError(t, err)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			c, err := a.Wait(ctx, silent.receipt, decided)
			require.NoError(t, err)
			require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind, "%s %s", c.State, c.Note)
			require.Equal(t, 2, asked)
			require.Len(t, c.Asked, 1)
			require.Equal(t, 1, c.Asked[0].Times)
			require.Len(t, c.Asked[0].Expired, 3)
			require.Equal(t, devchain.Address(owner), c.Verdict.Provider)
			require.GreaterOrEqual(t, w.free(t, auditing).Cmp(tokens(1000)), 0, "the bond came back")
		})
	}
}

// errCrash is a process that dies.
var errCrash = errors.New("crash")

// An auditor dies as it has sent the end of a question, before it writes that down, and a puppet asks again:
// that asking ends too, and the third silence convicts.
func TestAPuppetThatAsksAgainAfterACrashBuysNoTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 20)
	w.fund(t, auditing)
	w.fund(t, requester)
	silent := w.answered(t, params(700), prompt, 5, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = mute
	data := t.TempDir()
	begin := func() *auditor.Auditor {
		return w.auditor(t, data, noProver{}, silent, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.Patience = 20*time.Millisecond, 1 })
	}
	a := begin()
	var end common.Hash
	a.SetPoint(func(at string, c *auditor.Case) error {
		if at == "before asking" && len(c.Asked) > 0 && c.Asked[0].State == "expiring" {
			end = c.Asked[0].Intent
			return errCrash
		}
		return nil
	})
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	require.ErrorIs(t, a.Run(t.Context()), errCrash)
	_, err = w.lane(auditing).Wait(t.Context(), end)
	require.NoError(t, err)
	e := contracts.Evidence{Request: silent.b.Request, Receipt: silent.b.Receipt, Signature: silent.b.Signature}
	w.send(t, requester, w.reader.Addresses().AskTrace(e, common.Hash{1}))
	a = begin()
	running(t, a)
	c, err := a.Wait(t.Context(), silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind, "%s %s", c.State, c.Note)
	require.Len(t, c.Asked, 1)
	require.Len(t, c.Asked[0].Expired, 3, "each silence was ended once")
}

// An API shows what was hidden once it is asked for on chain, and the answer is right: the bond of the
// question that nobody answers comes back all the same, to an auditor that was stopped meanwhile too, and to one
// that died as it had asked.
func TestTheBondOfAQuestionThatNobodyNeedsComesBack(t *testing.T) {
	t.Parallel()
	for name, dies := range map[string]bool{"stopped": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			w.opening(t)
			a, audit, _ := w.hidden(t, nil)
			var shown atomic.Bool
			api := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if !shown.Load() || r.URL.Path != "/v1/audits/"+a.receipt.Hex() {
					http.Error(rw, "no", http.StatusNotFound)
					return
				}
				_ = json.NewEncoder(rw).Encode(a.b)
			}))
			t.Cleanup(api.Close)
			data, before := t.TempDir(), w.free(t, auditing)
			begin := func() *auditor.Auditor {
				return w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
					w.drawing(auditing, c, d)
					c.Feeds, c.RetryEvery, c.LookEvery, d.SignText = []string{api.URL}, 20*time.Millisecond, 20*time.Millisecond, signText(devchain.Key(auditing))
				})
			}
			x := begin()
			if dies {
				x.SetPoint(func(at string, c *auditor.Case) error {
					if at == "before hidden" && len(c.Asked) > 0 && c.Asked[0].Intent != (common.Hash{}) {
						return errCrash
					}
					return nil
				})
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			ended := make(chan error, 1)
			go func() { ended <- x.Run(ctx) }()
			drawnFor(t, x, audit)
			w.pass(t, time.Hour)
			if dies {
				require.ErrorIs(t, <-ended, errCrash)
				x = begin()
				stop = running(t, x)
			} else {
				_, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 && c.Asked[0].Times > 0 })
				require.NoError(t, err)
			}
			shown.Store(true)
			c, err := x.WaitOver(t.Context(), a.receipt)
			require.NoError(t, err)
			require.Equal(t, auditor.Right, c.State, c.Note)
			require.Eventually(t, func() bool { open, err := w.isOpen(c.Asked[0].Question); return open && err == nil }, time.Minute, 10*time.Millisecond)
			require.Negative(t, w.free(t, auditing).Cmp(before))
			if stop(); !dies {
				require.NoError(t, <-ended)
			}
			w.pass(t, 20*time.Hour)
			x = begin()
			running(t, x)
			c, err = x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Asked[0].Closed })
			require.NoError(t, err)
			require.Equal(t, auditor.Right, c.State)
			require.Empty(t, c.Trouble)
			require.GreaterOrEqual(t, w.free(t, auditing).Cmp(before), 0, "%s is free", w.free(t, auditing))
		})
	}
}

// notFinal is a sender whose transactions are mined, and not final before settle is closed.
type notFinal struct {
	auditor.Sender
	settle chan struct{}
}

func (n notFinal) Final(ctx context.Context, id common.Hash) (*types.Receipt, error) {
	select {
	case <-n.settle:
		return n.Sender.Final(ctx, id)
	default:
		return nil, txmgr.ErrPending
	}
}

// While the conviction of a silent provider is not final, other cases are replayed: with one worker too.
func TestAConvictionThatIsNotFinalHoldsNoOtherCaseUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 20)
	w.fund(t, auditing)
	silent, honest := w.answered(t, params(700), prompt, 5, nil), w.answered(t, params(700), prompt, 4, nil)
	silent.cheat(step.Block{T: 3, L: 1}, step.Gated, 0, 3)
	silent.serve = mute
	sender := notFinal{w.lane(auditing), make(chan struct{})}
	a := w.auditor(t, t.TempDir(), noProver{}, silent, func(c *auditor.Config, d *auditor.Deps) {
		c.RetryEvery, c.Patience, d.Sender = 20*time.Millisecond, 1, sender
	})
	running(t, a)
	_, err := a.Add(t.Context(), silent.b)
	require.NoError(t, err)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	// The end of the third question, which convicts, is on chain; what the case does next is to wait for it to be final.
	_, err = a.Wait(ctx, silent.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 && len(c.Asked[0].Expired) == 3 })
	require.NoError(t, err)
	require.Eventually(t, func() bool { return len(w.convictions(t, silent.receipt)) > 0 }, time.Minute, 10*time.Millisecond)
	_, err = a.Add(t.Context(), honest.b)
	require.NoError(t, err)
	c, err := a.WaitOver(ctx, honest.receipt)
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State)
	waits, err := a.Cases().Get(silent.receipt)
	require.NoError(t, err)
	require.Nil(t, waits.Verdict)
	close(sender.settle)
	c, err = a.Wait(ctx, silent.receipt, decided)
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWithheld, c.Verdict.Kind)
}
