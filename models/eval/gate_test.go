package eval

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/corpus"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/protocol"
)

func TestGateNamesEveryMissedBound(t *testing.T) {
	good := Report{Predictions: 1, FloatPerplexity: 2, Perplexity: 2, Agreement: 0.99, Divergence: 1e-3}
	require.NoError(t, good.Gate())
	for want, change := range map[string]func(*Report){
		"perplexity": func(r *Report) { r.Change = -0.02 },
		"agreement":  func(r *Report) { r.Agreement = 0.96 },
		"KL":         func(r *Report) { r.Divergence = math.NaN() },
		"saturated":  func(r *Report) { r.Saturations = 1 },
		"compared":   func(r *Report) { r.FloatPerplexity = 0 },
	} {
		r := good
		change(&r)
		err := r.Gate()
		require.ErrorIs(t, err, protocol.ErrInvalid)
		require.ErrorContains(t, err, want)
	}
}

// TestAnotherSourceFailsTheGate compares the demo model with a checkpoint whose weights are off by a few percent.
func TestAnotherSourceFailsTheGate(t *testing.T) {
	v, err := tokenize.Parse(demo.Tokenizer())
	require.NoError(t, err)
	raw, rng := demo.Checkpoint(), rand.New(rand.NewPCG(1, 1))
	for i := 28; i < len(raw); i += 4 {
		w := math.Float32frombits(binary.LittleEndian.Uint32(raw[i:]))
		binary.LittleEndian.PutUint32(raw[i:], math.Float32bits(w*(1+0.1*float32(rng.NormFloat64()))))
	}
	in := Input{Container: demo.Container(), Checkpoint: raw, TextName: "held-out conversations", Windows: corpus.HeldOut(v, 2, 512)}
	r, err := Run(t.Context(), in)
	require.NoError(t, err)
	require.ErrorIs(t, r.Gate(), protocol.ErrInvalid)
	var table, doc strings.Builder
	require.NoError(t, r.WriteTable(&table))
	require.NoError(t, r.WriteMarkdown(&doc))
	require.Contains(t, table.String(), "misses its quality gate")
	require.Contains(t, doc.String(), r.FileHash)
}

func TestRunRefusesWhatDoesNotFit(t *testing.T) {
	_, err := Run(t.Context(), Input{Container: []byte("no model")})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = Run(t.Context(), Input{Container: demo.Container(), Windows: [][]uint32{{1}}})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = Run(t.Context(), Input{Container: demo.Container(), Checkpoint: []byte("no checkpoint")})
	require.ErrorIs(t, err, protocol.ErrInvalid)
	_, err = TextWindows(nil, "short", 1, 100, 10)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}
