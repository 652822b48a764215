// Package corpus turns conversations of the story grammar into token documents and fixes the demo model's chat form:
//
//	<s> Q: Tell me a story about a fox called Mira.
//	A: Once upon a time ...</s> Q: Who found the kite?
//	A: Mira found the kite.</s>
//
// An answer starts with the space before its first word and ends with the token </s>. It is shared by the trainer,
// the evaluation and the float server, so that all see the same ids as the integer runtime's chat template.
package corpus

import (
	"math/rand/v2"

	"github.com/dgrid-network/dgrid/models/grammar"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/models/trainer"
)

// The literal parts of the chat form.
const (
	Ask    = "Q: "
	Answer = "\nA:"
	System = "S: " // a system message stands before the first request, ended by a newline; the model only tolerates it
)

// promptWeight is how much predicting a request counts: its names are noise that no model can foresee.
const promptWeight = 0.2

// Source draws documents from the grammar for the trainer.
type Source struct {
	Vocab *tokenize.Vocab
	cache *wordCache
}

// NewSource returns a source that encodes with v.
func NewSource(v *tokenize.Vocab) *Source { return &Source{Vocab: v, cache: newWordCache(v)} }

// Document implements trainer.Source.
func (s *Source) Document(rng *rand.Rand) trainer.Document {
	c := grammar.Write(rng)
	d := trainer.Document{Tokens: []int32{tokenize.Begin}, Weights: []float32{0}}
	add := func(text string, weight float32) {
		for _, id := range s.cache.encode(text) {
			d.Tokens, d.Weights = append(d.Tokens, id), append(d.Weights, weight)
		}
	}
	stop := func() {
		d.Tokens, d.Weights = append(d.Tokens, tokenize.End), append(d.Weights, 1)
	}
	if c.Plain != "" {
		add(" "+c.Plain, 1)
		stop()
		return d
	}
	lead := " " // the tokenizer puts a space in front of every text
	if c.System != "" {
		lead = " " + System + c.System + "\n"
	}
	for _, t := range c.Turns {
		add(lead+Ask+t.User+Answer, promptWeight)
		add(" "+t.Answer, 1)
		stop()
		lead = " "
	}
	return d
}

// Message is one entry of a chat.
type Message struct{ Role, Content string }

// EncodePrompt returns the ids that ask for the next answer. System and developer messages are instructions,
// "assistant" is the model, every other role speaks for the requester.
func EncodePrompt(v *tokenize.Vocab, messages []Message) []int32 {
	ids, run := []int32{tokenize.Begin}, ""
	flush := func() {
		if run != "" {
			ids = append(ids, v.Encode(" "+run)...)
		}
		run = ""
	}
	for _, m := range messages {
		switch m.Role {
		case "system", "developer":
			run += System + m.Content + "\n"
		case "assistant":
			run += " " + m.Content
			flush()
			ids = append(ids, tokenize.End)
		default:
			run += Ask + m.Content + Answer
		}
	}
	flush()
	return ids
}

// Vocabulary learns the demo model's vocabulary from the first conversations of the seed.
func Vocabulary(seed uint64, conversations, size int) (*tokenize.Vocab, error) {
	var c tokenize.Counter
	for i := range conversations {
		talk := grammar.Write(rand.New(rand.NewPCG(seed, uint64(i))))
		c.Add(" " + talk.Plain)
		c.Add(" " + System + talk.System + "\n")
		for _, t := range talk.Turns {
			c.Add(" " + Ask + t.User + Answer + " " + t.Answer)
		}
	}
	return c.Train(size)
}
