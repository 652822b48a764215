package floatref

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dgrid-network/dgrid/protocol"
)

// ErrStop is returned by a receiver of tokens to end the answer after the token it was given.
var ErrStop = errors.New("stop generating")

// Options fix how tokens are picked.
type Options struct {
	MaxTokens   int
	Temperature float64  // 0 is greedy
	TopP        float64  // 0 or 1 keeps the whole vocabulary
	Seed        uint64   // of the random picks
	Stop        []uint32 // ids that end the answer; such an id is not part of the output
}

// Finish says why an answer ended.
type Finish string

// The ends of an answer, in OpenAI's words.
const (
	FinishStop   Finish = "stop"
	FinishLength Finish = "length" // max tokens, or no position left
)

// Generate answers prompt from an empty sequence and calls emit for every output token. A cancelled ctx returns its
// error and the output so far.
func (m *Model) Generate(ctx context.Context, prompt []uint32, o Options, emit func(id uint32) error) ([]uint32, Finish, error) {
	if len(prompt) < 1 || len(prompt) > m.Positions {
		return nil, "", fmt.Errorf("prompt of %d tokens, the model takes 1..%d: %w", len(prompt), m.Positions, protocol.ErrInvalid)
	}
	s := m.NewSession()
	rng := rand.New(rand.NewPCG(o.Seed, 0x666c6f6174))
	var logits []float32
	var err error
	for _, id := range prompt {
		if err := ctx.Err(); err != nil {
			return nil, "", fmt.Errorf("compute prompt: %w", err)
		}
		if logits, err = s.Feed(id); err != nil {
			return nil, "", err
		}
	}
	var output []uint32
	for {
		if err := ctx.Err(); err != nil {
			return output, "", fmt.Errorf("compute answer: %w", err)
		}
		id := Pick(logits, o, rng)
		if slices.Contains(o.Stop, id) {
			return output, FinishStop, nil
		}
		output = append(output, id)
		if emit != nil {
			if err := emit(id); errors.Is(err, ErrStop) {
				return output, FinishStop, nil
			} else if err != nil {
				return output, "", fmt.Errorf("emit token: %w", err)
			}
		}
		if len(output) >= o.MaxTokens || s.pos >= m.Positions {
			return output, FinishLength, nil
		}
		if logits, err = s.Feed(id); err != nil {
			return output, "", err
		}
	}
}

// Pick chooses the next token: the highest logit (ties to the lowest id) without temperature, otherwise a draw from
// the softmax at that temperature, cut to the smallest set that holds TopP of it.
func Pick(logits []float32, o Options, rng *rand.Rand) uint32 {
	best := 0
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
	}
	if o.Temperature <= 0 {
		return uint32(best)
	}
	type candidate struct {
		id uint32
		p  float64
	}
	list, total := make([]candidate, len(logits)), 0.0
	for i, v := range logits {
		p := math.Exp(float64(v-logits[best]) / o.Temperature)
		list[i] = candidate{uint32(i), p}
		total += p
	}
	if o.TopP > 0 && o.TopP < 1 {
		slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.p, a.p) })
		kept, n := 0.0, 0
		for n < len(list) && (n == 0 || kept < o.TopP*total) {
			kept += list[n].p
			n++
		}
		list, total = list[:n], kept
	}
	x := rng.Float64() * total
	for _, c := range list {
		if x -= c.p; x < 0 {
			return c.id
		}
	}
	return uint32(best)
}
