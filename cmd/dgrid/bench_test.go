package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBenchPrintsEveryFigure runs the measurements small: that they come out, not
// what they reach.
func TestBenchPrintsEveryFigure(t *testing.T) {
	root := newRoot()
	var out, log bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&log)
	profile := filepath.Join(t.TempDir(), "profile")
	root.SetArgs([]string{"bench", "--small", "--json", "--cpuprofile", profile, "api", "requests", "signatures", "indexer", "runtime"})
	require.NoError(t, root.ExecuteContext(t.Context()), log.String())
	written, err := os.Stat(profile)
	require.NoError(t, err)
	require.Positive(t, written.Size())
	var all map[string][]figure
	require.NoError(t, json.Unmarshal(out.Bytes(), &all))
	for _, name := range []string{"api", "requests", "signatures", "indexer", "runtime"} {
		require.NotEmpty(t, all[name], name)
		for _, f := range all[name] {
			require.Positive(t, f.Value, "%s: %s", name, f.Name)
		}
	}
}

// TestBenchPrintsTheCostOfProofs makes one proof; the rest is the committed measurement
// of the dispute suites.
func TestBenchPrintsTheCostOfProofs(t *testing.T) {
	out, notes, code := execute(t.Context(), []string{"bench", "proofs", "--small", "--json", "--keys", filepath.Join("..", "..", ".cache", "keys")})
	require.Zero(t, code, notes)
	var all map[string][]map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &all))
	units := map[string]string{"constraints": "", "prove": "s", "memory while proving": "MB", "proving key": "bytes", "verifying key": "bytes",
		"verify": "gas", "verifier contract": "bytes", "proof": "bytes"}
	ways := []string{"withheld", "withheld, in an earlier block", "silence", "seam", "keys", "claim of equivocation", "claim of two answers",
		"claim of a wrong bill", "claim of a wrong finish", "claim of padding"}
	reads := []string{"a sampled pick", "an earlier position", "the embedding of a token", "the opening", "weights"}
	for _, shape := range []string{"demo", "135M", "70B"} {
		units["dispute, "+shape] = "gas"
		units["dispute with everything withheld, "+shape] = "transactions"
		units["dearest answer, "+shape] = "gas"
		for _, what := range reads {
			units["dearest step, "+shape+": "+what] = "gas"
		}
		for _, way := range ways {
			units["dispute, "+shape+": "+way] = "gas"
		}
	}
	for _, f := range all["proofs"] {
		name := f["name"].(string)
		unit, ok := units[name]
		require.True(t, ok, "%s: unknown, or printed twice", name)
		delete(units, name)
		require.Equal(t, unit, f["unit"], name)
		require.Positive(t, f["value"], name)
		if unit == "gas" {
			require.GreaterOrEqual(t, f["transactions"], 1.0, name)
		}
	}
	require.Empty(t, units, "not printed")
}

func TestFiguresAreReadable(t *testing.T) {
	for value, want := range map[float64]string{45977: "45977", 1e6 + 0.4: "1000000", 999.94: "999.9", 0.123456: "0.1235", 256: "256"} {
		require.Equal(t, want, figure{Value: value}.number())
	}
}
