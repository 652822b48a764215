package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// ErrStop is returned by the receiver of tokens to end an answer after the token
// that it was given: Result.Finish is protocol.FinishStopString.
var ErrStop = errors.New("stop generating")

// Params is what a request fixes about an answer besides its prompt.
type Params struct {
	protocol.Params
	// MaxTokens limits the output; at least 1.
	MaxTokens int
}

// Result is an answer. It is the answer: every correct run of the same model
// version, prompt and params yields the same output and root, up to where a
// cancelled or stopped one ends.
type Result struct {
	Output []uint32
	Finish protocol.Finish
	// Positions is T = prompt + output - 1, the positions of the trace (0 for a
	// one-token prompt and no output).
	Positions int
	// Root is the root of the boundary tree over T positions;
	// protocol.TraceRoot(secret, Root) goes into a receipt.
	Root common.Hash
}

// Generate answers prompt from an empty sequence and calls emit with each token as
// soon as it is picked. A nil emit is allowed.
//
// When ctx ends after the prompt was computed, the tokens so far are a valid
// result with protocol.FinishCancelled and a nil error; when it ends earlier there is no
// answer and Generate returns the context's error. An error of emit other than
// ErrStop is returned together with the valid result so far, protocol.FinishCancelled.
// Prompts that are empty, too long or outside the vocabulary and bad params are
// refused with errors that wrap protocol.ErrInvalid.
func (s *Session) Generate(ctx context.Context, prompt []uint32, p Params, emit func(token uint32) error) (Result, error) {
	if err := s.m.CheckRequest(prompt, p); err != nil {
		return Result{}, err
	}
	s.Reset()
	s.reserve(min(len(prompt)+p.MaxTokens, s.m.header.Positions))
	pick := picker{p: p.Params}
	var next uint32
	visit := func(t int, logits []int32) error {
		next = pick.token(logits, uint64(t)+1)
		return nil
	}
	for at := 0; at < len(prompt); at += batch {
		if err := ctx.Err(); err != nil {
			return Result{}, fmt.Errorf("compute prompt: %w", err)
		}
		end := min(at+batch, len(prompt))
		if err := s.Feed(prompt[at:end], len(prompt)-1, visit); err != nil {
			return Result{}, err
		}
	}
	output := make([]uint32, 0, min(p.MaxTokens, s.m.header.Positions))
	for {
		if ctx.Err() != nil {
			return s.result(len(prompt), output, protocol.FinishCancelled), nil
		}
		output = append(output, next)
		finish, done := s.m.finish(len(prompt), output, p)
		var err error
		if emit != nil {
			err = emit(next)
		}
		switch {
		case done && (err == nil || errors.Is(err, ErrStop)):
			return s.result(len(prompt), output, finish), nil
		case errors.Is(err, ErrStop):
			return s.result(len(prompt), output, protocol.FinishStopString), nil
		case err != nil:
			return s.result(len(prompt), output, protocol.FinishCancelled), fmt.Errorf("emit token: %w", err)
		}
		if err := s.Feed(output[len(output)-1:], 0, visit); err != nil {
			return s.result(len(prompt), output, protocol.FinishCancelled), err
		}
	}
}

// CheckRequest reports why a request cannot be answered at all, wrapping
// protocol.ErrInvalid: no prompt, a prompt longer than the model's positions, ids
// outside the vocabulary, params out of range.
func (m *Model) CheckRequest(prompt []uint32, p Params) error {
	if len(prompt) < 1 || len(prompt) > m.header.Positions {
		return fmt.Errorf("prompt of %d tokens, the model takes 1..%d: %w", len(prompt), m.header.Positions, protocol.ErrInvalid)
	}
	if p.MaxTokens < 1 {
		return fmt.Errorf("at most %d new tokens: %w", p.MaxTokens, protocol.ErrInvalid)
	}
	if err := p.Validate(); err != nil {
		return err
	}
	return m.checkIDs(prompt)
}

// finish tells whether the output ends with its last token, and why: a stop id
// goes before the length, the length before the context.
func (m *Model) finish(prompt int, output []uint32, p Params) (protocol.Finish, bool) {
	switch last := output[len(output)-1]; {
	case m.IsStop(last, p.Params):
		return protocol.FinishStop, true
	case len(output) >= p.MaxTokens:
		return protocol.FinishLength, true
	case prompt+len(output)-1 >= m.header.Positions:
		return protocol.FinishContext, true
	}
	return 0, false
}

// IsStop tells whether a token ends an answer: a stop id of the model or of the
// params. It is the last token of the output and counts as one.
func (m *Model) IsStop(id uint32, p protocol.Params) bool {
	return slices.Contains(m.header.StopIDs, id) || slices.Contains(p.StopIDs, id)
}

// result closes an answer. The session may have computed the position of the last
// output token already; the trace does not hold it.
func (s *Session) result(prompt int, output []uint32, f protocol.Finish) Result {
	t := prompt + len(output) - 1
	return Result{Output: output, Finish: f, Positions: t, Root: protocol.MerkleRoot(s.leaves[:t*(s.m.header.Layers+1)])}
}
