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

func TestFiguresAreReadable(t *testing.T) {
	for value, want := range map[float64]string{45977: "45977", 1e6 + 0.4: "1000000", 999.94: "999.9", 0.123456: "0.1235", 256: "256"} {
		require.Equal(t, want, figure{Value: value}.number())
	}
}
