package eval

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

// TestStories260K measures a public model whose figures in this arithmetic are known: float32 perplexity 3.7538 and
// integer 3.7540 on the first twenty windows of its sample text.
func TestStories260K(t *testing.T) {
	checkpoint, tok := testmodels.Read(t, testmodels.Stories260K), testmodels.Read(t, testmodels.Tok512)
	text := testmodels.Read(t, testmodels.Text)
	file, err := importer.Llama2C(t.Context(), checkpoint, tok, importer.Options{})
	require.NoError(t, err)
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	windows, err := TextWindows(m.Tokenizer(), string(text), 20, 1000, 400)
	require.NoError(t, err)
	if testing.Short() {
		windows = windows[:2]
	}
	r, err := Run(t.Context(), Input{Container: file, Checkpoint: checkpoint, TextName: "TinyStories sample", Windows: windows,
		Prompts: [][]uint32{{1}}, MaxTokens: 100})
	require.NoError(t, err)
	require.NoError(t, r.Gate())
	var table strings.Builder
	require.NoError(t, r.WriteTable(&table))
	t.Log("\n" + table.String())
	if testing.Short() {
		return
	}
	require.Equal(t, 7980, r.Predictions)
	require.InDelta(t, 3.7538, r.FloatPerplexity, 2e-4)
	require.InDelta(t, 3.7540, r.Perplexity, 2e-4)
	require.InDelta(t, 0.9868, r.Agreement, 1e-3)
	require.InDelta(t, 5.7e-4, r.Divergence, 3e-5)
}
