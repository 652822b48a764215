package testsys

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/story"
)

// The kinds of value in a file of facts, as patterns of its JSON text.
const (
	truth   = `^(true|false)$`
	count   = `^(0|[1-9][0-9]*)$`   // a number
	decimal = `^[0-9]+(\.[0-9]+)?$` // a number
	amount  = `^"(0|[1-9][0-9]*)"$` // a string of base units
	address = `^"0x[0-9a-fA-F]{40}"$`
	hash    = `^"0x[0-9a-f]{64}"$`
	words   = `^"(?s:.*)"$`
	class   = `^"(proven|sampled)"$`
	fault   = `^"(wrong_step|withheld|equivocation|over_billing)"$`
)

// form is the names of an object with the form of each: a pattern, another form, or a list
// with the form of what is in it.
type form map[string]any

var payment = form{"who": address, "amount": amount, "tx": hash, "gas": count}

// factsForm is what `dgrid demo --json FILE` promises, name by name.
var factsForm = form{
	"ok": truth,
	"requests": []any{form{"class": class, "provider": address, "model": words, "input_tokens": count, "output_tokens": count, "fee": amount,
		"receipt_valid": truth, "text": words}},
	"job":         form{"callback_ran": truth, "output": words, "gas": count},
	"redeems":     []any{payment},
	"withdrawals": []any{payment},
	"faults": []any{form{"kind": fault, "provider": address, "receipt": hash, "transactions": count, "gas": count, "prove_ms": count, "peak_mb": decimal,
		"slashed": amount, "refunded": amount, "auditor_paid": amount}},
	"honest_slashed": count,
	"solvency":       form{"vault_balance": amount, "owed": amount},
}

// checkFile holds the file of a story's facts to its form: every name is there, and no
// other; and to the facts.
func checkFile(t testing.TB, f story.Facts) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "facts.json")
	require.NoError(t, f.WriteFile(path))
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	whole := maps.Clone(factsForm)
	durations := form{}
	for name := range f.Durations {
		durations[name] = count
	}
	whole["durations_ms"] = durations
	whole.check(t, "facts", raw)

	var file struct {
		Requests    []json.RawMessage `json:"requests"`
		Redeems     []json.RawMessage `json:"redeems"`
		Withdrawals []json.RawMessage `json:"withdrawals"`
		Faults      []json.RawMessage `json:"faults"`
	}
	require.NoError(t, json.Unmarshal(raw, &file))
	require.Equal(t, []int{len(f.Requests), len(f.Redeems), len(f.Withdrawals), len(f.Faults)},
		[]int{len(file.Requests), len(file.Redeems), len(file.Withdrawals), len(file.Faults)})
}

func (f form) check(t testing.TB, at string, raw json.RawMessage) {
	t.Helper()
	var got map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &got), at)
	require.Equal(t, slices.Sorted(maps.Keys(f)), slices.Sorted(maps.Keys(got)), at)
	for name, value := range got {
		check(t, at+"."+name, f[name], value)
	}
}

func check(t testing.TB, at string, want any, raw json.RawMessage) {
	t.Helper()
	switch want := want.(type) {
	case string:
		require.Regexp(t, want, string(raw), at)
	case form:
		want.check(t, at, raw)
	case []any:
		var list []json.RawMessage
		require.NoError(t, json.Unmarshal(raw, &list), at)
		require.NotNil(t, list, "%s: an empty list is a list", at)
		for i, one := range list {
			check(t, fmt.Sprintf("%s[%d]", at, i), want[0], one)
		}
	}
}
