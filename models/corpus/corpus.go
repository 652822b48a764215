// Package corpus turns the conversations of the story grammar into token documents: what the trainer learns from, what
// the vocabulary is learned from, and the held-out text of the quality report. The form is that of models/chat.
package corpus

import (
	"math"
	"math/rand/v2"

	"github.com/dgrid-network/dgrid/models/chat"
	"github.com/dgrid-network/dgrid/models/grammar"
	"github.com/dgrid-network/dgrid/models/tokenize"
)

// promptWeight is how much predicting a request counts: its names are noise that no model can foresee.
const promptWeight = 0.2

// Source draws documents from the grammar for the trainer.
type Source struct {
	Vocab *tokenize.Vocab
	// FocusFrom is the training step from which requests name the plot more often.
	FocusFrom int
	cache     *wordCache
}

// NewSource returns a source that encodes with v.
func NewSource(v *tokenize.Vocab) *Source {
	return &Source{Vocab: v, FocusFrom: math.MaxInt, cache: newWordCache(v)}
}

// Document implements trainer.Source.
func (s *Source) Document(rng *rand.Rand, step int) (tokens []int32, weights []float32) {
	c := grammar.Write(rng, step >= s.FocusFrom)
	tokens, weights = []int32{tokenize.Begin}, []float32{0}
	add := func(text string, weight float32) {
		for _, id := range s.cache.encode(text) {
			tokens, weights = append(tokens, id), append(weights, weight)
		}
	}
	stop := func() {
		tokens, weights = append(tokens, tokenize.End), append(weights, 1)
	}
	if c.Plain != "" {
		add(" "+c.Plain, 1)
		stop()
		return tokens, weights
	}
	lead := " " // the tokenizer puts a space in front of every text
	if c.System != "" {
		lead = " " + chat.System + c.System + "\n"
	}
	for _, t := range c.Turns {
		add(lead+chat.Ask+t.User+chat.Answer, promptWeight)
		add(" "+t.Answer, 1)
		stop()
		lead = " "
	}
	return tokens, weights
}

// Vocabulary learns the demo model's vocabulary from the first conversations of the seed.
func Vocabulary(seed uint64, conversations, size int) (*tokenize.Vocab, error) {
	var c tokenize.Counter
	for i := range conversations {
		talk := grammar.Write(rand.New(rand.NewPCG(seed, uint64(i))), false)
		c.Add(" " + talk.Plain)
		c.Add(" " + chat.System + talk.System + "\n")
		for _, t := range talk.Turns {
			c.Add(" " + chat.Ask + t.User + chat.Answer + " " + t.Answer)
		}
	}
	return c.Train(size)
}

// heldOut separates the random source of held-out text from every training seed's.
const heldOut = 0x68656c642d6f7574

// HeldOut returns n conversations that no training run draws, as token documents of at most maxTokens.
func HeldOut(v *tokenize.Vocab, n, maxTokens int) [][]uint32 {
	src, out := NewSource(v), make([][]uint32, n)
	for i := range out {
		tokens, _ := src.Document(rand.New(rand.NewPCG(heldOut, uint64(i))), 0)
		for _, id := range tokens[:min(len(tokens), maxTokens)] {
			out[i] = append(out[i], uint32(id))
		}
	}
	return out
}
