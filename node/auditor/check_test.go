package auditor_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
)

// full says that the suites of make test-disputes run.
func full() bool { return os.Getenv("DGRID_DISPUTES") == "full" }

// size is how many drawn cases a suite has.
func size(small, large int) int {
	if full() {
		return large
	}
	return small
}

// seeded is a source of drawn cases; DGRID_DISPUTES_SEED repeats a run.
func seeded(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if text := os.Getenv("DGRID_DISPUTES_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("DGRID_DISPUTES_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// verified checks a proof as somebody does who has no chain.
func verified(t auditor.Task, proof []byte) error {
	p, err := proverOf()
	if err != nil {
		return err
	}
	in := &circuit.StepInput{Statement: t.Statement, A: t.A, B: t.B, O: t.O, Submitter: t.Submitter, Point: t.Point, Value: t.Value}
	inputs, err := in.Inputs(t.Right)
	if err != nil {
		return err
	}
	var whole prover.Proof
	copy(whole[:], proof)
	return p.Verify(whole, inputs)
}

// place is a value in a document.
type place struct {
	value any
	set   func(any)
	drop  func()
}

// places are all values below one.
func places(v any, list []place) []place {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			list = append(list, place{v[name], func(x any) { v[name] = x }, func() { delete(v, name) }})
			list = places(v[name], list)
		}
	case []any:
		for i := range v {
			list = append(list, place{v[i], func(x any) { v[i] = x }, func() { v[i] = nil }})
			list = places(v[i], list)
		}
	}
	return list
}

// spoil changes one drawn value of a document.
func spoil(r *rand.Rand, raw []byte) []byte {
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		panic(err)
	}
	list := places(doc, nil)
	p := list[r.IntN(len(list))]
	other, err := json.Marshal(list[r.IntN(len(list))].value)
	if err != nil {
		panic(err)
	}
	choices := []func(){p.drop, func() { p.set(nil) }, func() { p.set(json.RawMessage(other)) }}
	switch v := p.value.(type) {
	case string:
		choices = append(choices, func() { p.set("") })
		if text := []byte(v); len(text) > 2 {
			at := 2 + r.IntN(len(text)-2)
			text[at] = "0123456789abcdef"[r.IntN(16)]
			choices = append(choices, func() { p.set(string(text)) }, func() { p.set(string(text)) }, func() { p.set(v[:at]) })
		}
	case float64:
		choices = append(choices, func() { p.set(v + 1) }, func() { p.set(v - 1) }, func() { p.set(float64(r.Uint32())) }, func() { p.set(-v) })
	case bool:
		choices = append(choices, func() { p.set(!v) })
	case []any:
		choices = append(choices, func() { p.set([]any{}) })
		if len(v) > 0 {
			choices = append(choices, func() { p.set(v[:len(v)-1]) }, func() { p.set(append(slices.Clone(v), v[0])) })
		}
	}
	choices[r.IntN(len(choices))]()
	out, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	return out
}

// A case that somebody exported is checked without a network. With anything changed in it the
// check refuses it, or finds the very same in what is left, and never more.
func TestASpoiltCaseIsRefusedOrSaysTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, odd(t), 3600)
	q, err := proving()
	require.NoError(t, err)
	honest := w.answered(t, params(0), prompt, 4, nil)
	liar := w.answered(t, params(700), prompt, 6, nil)
	liar.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 17)
	a := w.auditor(t, t.TempDir(), queued{q}, liar, nil)
	running(t, a)
	r, m := seeded(t), auditor.Model{Version: w.version, File: w.model}
	for _, x := range []*answer{honest, liar} {
		_, err := a.Add(t.Context(), x.b)
		require.NoError(t, err)
		c, err := a.Wait(t.Context(), x.receipt, decided)
		require.NoError(t, err)
		e, err := a.Cases().Export(c.Receipt)
		require.NoError(t, err)
		whole, err := auditor.Check(t.Context(), e, m, verified)
		require.NoError(t, err)
		require.Equal(t, x == honest, whole.Right)
		require.Equal(t, x == liar, whole.Proof)
		raw, err := json.Marshal(e)
		require.NoError(t, err)
		refused := 0
		for range size(40, 1000) {
			spoilt := spoil(r, raw)
			e, err := auditor.DecodeEvidence(spoilt)
			if err != nil {
				refused++
				continue
			}
			got, err := auditor.Check(t.Context(), e, m, verified)
			if err != nil {
				refused++
				continue
			}
			require.Equal(t, verdict(whole), verdict(got), "%s", spoilt)
			require.True(t, !got.Proof || whole.Proof, "%s", spoilt)
			if got.Operator != whole.Operator { // another signature is somebody's too: whose, the chain has to say
				require.True(t, slices.ContainsFunc(got.Assumed, func(s string) bool {
					return strings.HasPrefix(s, got.Operator.Hex()) || strings.HasPrefix(s, "the Market recorded receipt")
				}), "%s", spoilt)
			}
		}
		require.NotZero(t, refused)
		t.Logf("%d refused", refused)
	}
}

// verdict is what a check says of which receipt.
func verdict(c auditor.Checked) any {
	out := struct {
		receipt  common.Hash
		provider common.Address
		right    bool
		kind     contracts.FaultKind
		step     step.Step
	}{receipt: c.Receipt, provider: c.Provider, right: c.Right, kind: c.Kind}
	if c.Finding != nil {
		out.step = c.Finding.Step
	}
	return out
}
