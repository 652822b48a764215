package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	steps "github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

func TestModelTrace(t *testing.T) {
	file, m := tinyModel(t, 5)
	args := []string{"model", "trace", file, "--ids", "1,290,7", "--max-tokens", "4", "--json", "--block", "4,2", "--vector", "scores"}
	out, notes, code := execute(t.Context(), args)
	require.Zero(t, code, notes)
	var f traceFacts
	require.NoError(t, json.Unmarshal([]byte(out), &f))
	require.Len(t, f.Output, 4)
	require.Equal(t, 6, f.Positions)
	r, err := trace.Replay(t.Context(), m, f.Prompt, f.Output, protocol.Params{})
	require.NoError(t, err)
	require.Equal(t, r.Root, f.Root)
	require.Equal(t, r.Leaves[4*3+2], *f.Leaf)
	b, err := trace.Open(t.Context(), m, append(f.Prompt, f.Output...), steps.Block{T: 4, L: 2})
	require.NoError(t, err)
	require.Equal(t, b.Root(), f.BlockRoot)
	require.Len(t, f.Vectors, len(b.Layout))
	for i, v := range f.Vectors {
		require.Equal(t, b.Roots()[i], v.Root)
		require.Equal(t, v.Name == "scores", v.Numbers != nil)
	}
	require.Equal(t, b.Number(steps.Scores, 1, 3).Big().String(), f.Vectors[steps.Scores].Numbers[1*5+3])

	out, notes, code = execute(t.Context(), []string{"model", "trace", file, "--ids", "1,290,7", "--max-tokens", "4", "--block", "5,3"})
	require.Zero(t, code, notes)
	require.Contains(t, out, "logits.claim")
	require.NotContains(t, out, "leaf (")
	for _, bad := range [][]string{{"--block", "6,1"}, {"--block", "1,4"}, {"--block", "1"}, {"--block", "0,0", "--vector", "scores"}, {"--ids", "1,x"}} {
		_, _, code := execute(t.Context(), append([]string{"model", "trace", file, "--ids", "1,290,7", "--max-tokens", "4"}, bad...))
		require.NotZero(t, code, "%v", bad)
	}
}
