package corpus

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/dgrid-network/dgrid/models/trainer"
)

func BenchmarkTrain(b *testing.B) {
	v, err := Vocabulary(1, 2000, 1024)
	if err != nil {
		b.Fatal(err)
	}
	m, err := trainer.NewModel(trainer.Config{Dim: 96, Hidden: 192, Layers: 5, Heads: 6, Groups: 2, Vocab: 1024, Seq: 512}, 1)
	if err != nil {
		b.Fatal(err)
	}
	src := NewSource(v)
	for b.Loop() {
		if _, err := trainer.Run(context.Background(), m, src, trainer.Options{Steps: 10, Rows: 16, Rate: 1e-3, Clip: 1, LogEvery: 10, SaveEvery: 100, EvalRows: 4, Log: &bytes.Buffer{}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	v, err := Vocabulary(1, 2000, 1024)
	if err != nil {
		b.Fatal(err)
	}
	src := NewSource(v)
	rng, n := rand.New(rand.NewPCG(1, 1)), 0
	for b.Loop() {
		tokens, _ := src.Document(rng, 0)
		n += len(tokens)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "tokens/s")
}
