package auditor_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// asking signs a request of another prompt and count, and with other parameters if there are any, and the same answer to it.
func (a *answer) asking(prompt []uint32, count int, params []byte) {
	q := &a.b.Request
	a.b.Prompt = prompt
	q.PromptRoot, q.PromptTokens = protocol.TokenRoot(a.b.Secret, protocol.TagPrompt, prompt), uint32(count)
	if params != nil {
		a.b.Params, q.ParamsHash = params, crypto.Keccak256Hash(params)
	}
	a.sign()
}

// Who answers a prompt or parameters that no honest provider answers is convicted for that, by comparing: no step says anything
// about such an answer.
func TestRequestsThatNobodyAnswersAreClaimed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	positions, vocabulary := int(w.model.Header().Positions), uint32(w.model.Header().Vocab)
	descending := protocol.Params{StopIDs: []uint32{5, 4}}.Encode()
	for _, c := range []struct {
		name   string
		prompt []uint32
		count  int
		params []byte
		claim  string
	}{
		{"the first id that the model lacks", []uint32{3, vocabulary, 4}, 3, nil, auditor.ClaimPrompt},
		{"an id that no model has", []uint32{3, 9, protocol.MaxVocabulary}, 3, nil, auditor.ClaimPrompt},
		{"an unused slot that is billed", append([]uint32{3}, append(unused(1), 4)...), 3, nil, auditor.ClaimPrompt},
		{"fewer tokens than are billed", sevens(2), 5, nil, auditor.ClaimPrompt},
		{"a token behind the last", sevens(4), 3, nil, auditor.ClaimPrompt},
		{"a token behind unused slots", append(append(sevens(2), unused(3)...), 7), 2, nil, auditor.ClaimPrompt},
		{"a token behind the last in another leaf", sevens(12), 11, nil, auditor.ClaimPrompt},
		{"stop ids that descend", prompt, len(prompt), descending, auditor.ClaimParams},
		{"a temperature out of range", prompt, len(prompt), protocol.Params{TemperatureMilli: 49}.Encode(), auditor.ClaimParams},
		{"parameters of another form", prompt, len(prompt), []byte{1, 2}, auditor.ClaimParams},
		{"both", []uint32{3, vocabulary}, 2, descending, auditor.ClaimParams},
		{"no prompt", nil, 0, nil, auditor.ClaimFinish},
		{"a prompt that is billed as none", sevens(3), 0, nil, auditor.ClaimFinish},
		{"nothing computed", sevens(1), 1, nil, auditor.ClaimFinish},
		{"more tokens than the model has positions", sevens(positions + 1), positions + 1, nil, auditor.ClaimFinish},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := w.answered(t, params(700), prompt, 4, nil)
			if c.name == "nothing computed" {
				a.b.Output = nil
			}
			a.asking(c.prompt, c.count, c.params)
			made := w.auditor(t, t.TempDir(), noProver{}, a, nil)
			stop := running(t, made)
			defer stop()
			_, err := made.Add(t.Context(), a.b)
			require.NoError(t, err)
			got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() || c.Failures > 8 })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			kind := contracts.FaultRequest
			if c.claim == auditor.ClaimFinish {
				kind = contracts.FaultFinish
			}
			require.Equal(t, kind, got.Verdict.Kind)
			require.Empty(t, got.Asked)
			require.Zero(t, a.asked, "nothing is asked off chain")
			w.rechecked(t, made, got)
			if list, err := auditor.ReceiptClaims(a.b); c.name != "the first id that the model lacks" { // without a model
				require.NoError(t, err)
				require.Len(t, list, 1)
				require.Equal(t, c.claim, list[0].Claim)
			}
		})
	}
}

// A number of audience or finish that has no name hides nothing: the case is read again as it was signed.
func TestNumbersWithoutANameHideNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	for name, c := range map[string]struct {
		kind   contracts.FaultKind
		change func(a *answer)
	}{
		"audience": {contracts.FaultRequest, func(a *answer) { a.b.Request.Audience = 7; a.asking(sevens(4), 3, nil) }},
		"finish":   {contracts.FaultFinish, func(a *answer) { r := a.b.Receipt; r.Finish = 9; a.signReceipt(r) }},
		"none":     {contracts.FaultFinish, func(a *answer) { r := a.b.Receipt; r.Finish = 0; a.signReceipt(r) }},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.answered(t, params(700), prompt, 4, nil)
			c.change(a)
			raw, err := json.Marshal(a.b)
			require.NoError(t, err)
			b, err := bundle.Decode(raw)
			require.NoError(t, err)
			require.Equal(t, a.b, b)
			made := w.auditor(t, t.TempDir(), noProver{}, a, nil)
			stop := running(t, made)
			defer stop()
			_, err = made.Add(t.Context(), b)
			require.NoError(t, err)
			got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.State.Over() || c.Failures > 8 || c.Verdict != nil })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, c.kind, got.Verdict.Kind)
		})
	}
}

// Eight ids are as many bytes as a leaf of text: an answer of a proven model, shown as one of class sampled, is refused, so that
// it is judged once somebody shows it as it is.
func TestAProvenAnswerShownAsTextIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	a := w.answered(t, params(700), []uint32{3, 1, 4, 1, 5, 9, 6, 5}, 8, func(o []uint32) {
		for i := range o {
			o[i] = 7
		}
	})
	words := func(ids []uint32) string {
		var b []byte
		for _, id := range ids {
			b = binary.BigEndian.AppendUint32(b, id)
		}
		return string(b)
	}
	text := a.b
	text.Model = bundle.Model{Class: protocol.ClassSampled}
	text.PromptText, text.OutputText, text.Prompt, text.Output = words(a.b.Prompt), words(a.b.Output), nil, nil
	report, err := text.Verify()
	require.Error(t, err)
	for _, c := range report.Checks {
		require.Equal(t, c.Name != bundle.CheckTrace, c.OK, "%s alone tells them apart", c.Name)
	}
	made := w.auditor(t, t.TempDir(), noProver{}, a, nil)
	_, err = made.Add(t.Context(), text)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = made.Cases().Get(a.receipt)
	require.ErrorIs(t, err, protocol.ErrNotFound)
}

// Evidence without a fault says right of nothing that a claim convicts.
func TestEvidenceWithoutAFaultIsNotRightOfABadRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	for name, count := range map[string]int{"a token behind the last": len(prompt) - 1, "a tree of another size": 30} {
		t.Run(name, func(t *testing.T) {
			a := w.answered(t, params(700), prompt, 4, nil)
			a.asking(prompt, count, nil)
			e := auditor.Evidence{Schema: auditor.EvidenceSchema, Bundle: a.b,
				Case: auditor.Case{Schema: auditor.Schema, Receipt: a.receipt, Provider: a.b.Receipt.Provider, State: auditor.Right}}
			out, err := auditor.Check(t.Context(), e, auditor.Model{Version: w.version, File: w.model}, nil)
			require.ErrorIs(t, err, protocol.ErrInvalid)
			require.False(t, out.Right)
		})
	}
}

// Of a prompt an API may show unused slots behind the last token, or none: its root is the same, and nothing is wrong with it.
func TestUnusedSlotsBehindARightPromptSayNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	right := w.answered(t, params(700), prompt, 4, nil)
	right.b.Prompt = append(append([]uint32(nil), right.b.Prompt...), unused(3)...)
	w.requireRight(t, right)
}

// A prompt's tree of another size than is billed, and parameters longer than any, have no answer on chain, though their provider
// tries: it is convicted when its third clock has run out.
func TestAPromptInATreeOfAnotherSizeIsAskedFor(t *testing.T) {
	t.Parallel()
	h := raw.Odd()
	h.Positions = 64
	model := raw.Model(t, h, 7, 1<<14)
	for _, c := range []struct {
		asked, billed int
		params        []byte
		name          string
	}{{9, 8, nil, "another size"}, {1, 9, nil, "another size"}, {40, 48, nil, "another size"}, {48, 40, nil, "another size"}, {48, 33, nil, "another size"},
		{5, 5, make([]byte, protocol.MaxParamsBytes+1), "114 bytes of parameters"}, {5, 5, make([]byte, 200_000), "200000 bytes of parameters"}} {
		t.Run(fmt.Sprintf("%d of %d, %d bytes", c.billed, c.asked, len(c.params)), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, model, 10)
			w.fund(t, auditing)
			a := w.answered(t, params(700), prompt, 4, nil)
			a.asking(sevens(c.asked), c.billed, c.params)
			made := w.auditor(t, t.TempDir(), noProver{}, a, func(c *auditor.Config, _ *auditor.Deps) { c.RetryEvery, c.PaymentWait = 20*time.Millisecond, -1 })
			running(t, made)
			_, err := made.Add(t.Context(), a.b)
			require.NoError(t, err)
			got, err := made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return len(c.Asked) > 0 || c.State.Over() })
			require.NoError(t, err)
			require.Len(t, got.Asked, 1, "%s %s", got.State, got.Note)
			watch, open := contracts.NewQuestionWatch(w.reader, devchain.Address(owner), w.start), []contracts.AskedQuestion(nil)
			require.Eventually(t, func() bool { open, err = watch.Open(t.Context()); return err == nil && len(open) == 1 }, time.Minute, time.Millisecond)
			call, err := a.replier(nil).Reply(t.Context(), open[0])
			if err == nil {
				_, err = w.reader.Simulate(t.Context(), devchain.Address(operator), call)
			}
			require.Error(t, err, "an answer")
			got, err = made.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return decided(c) || c.Failures > 8 })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, contracts.FaultWithheld, got.Verdict.Kind)
			require.Equal(t, 3, got.Asked[0].Times)
			require.Contains(t, w.rechecked(t, made, got).Finding.Name, c.name)
		})
	}
}

// Drawn for an answer to such a request that no API shows, an auditor reads it off the chain and claims it.
func TestARequestThatNobodyAnswersNorShowsIsClaimed(t *testing.T) {
	t.Parallel()
	for name, odd := range map[string]func(a *answer){
		"a token behind the last": func(a *answer) { a.asking(sevens(4), 3, nil) },
		"a token that none has":   func(a *answer) { a.asking([]uint32{3, 1 << 20, 4}, 3, nil) },
		"parameters": func(a *answer) {
			a.p.StopIDs = []uint32{5, 4}
			a.asking(prompt, len(prompt), a.p.Encode())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			w.opening(t)
			a, audit, api := w.hidden(t, odd)
			a.answering(t, nil)
			x := w.seated(t, auditing, t.TempDir(), api, noProver{}, nil)
			running(t, x)
			drawnFor(t, x, audit)
			w.pass(t, time.Hour)
			got, err := x.Wait(t.Context(), a.receipt, func(c auditor.Case) bool { return c.Verdict != nil || c.State.Over() })
			require.NoError(t, err)
			require.NotNil(t, got.Verdict, "%s: %s %s", got.State, got.Note, got.Trouble)
			require.Equal(t, contracts.FaultRequest, got.Verdict.Kind)
			d, err := x.WaitDraw(t.Context(), audit, answeredFor)
			require.NoError(t, err)
			require.False(t, d.Points[0].Said.Right)
		})
	}
}
