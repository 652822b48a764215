package provider

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime"
)

func TestRuntimeBackendGivesTheAnswerOfTheDemoModel(t *testing.T) {
	model, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	words := model.Tokenizer()
	r := NewRuntime(model, words, 1)
	require.NoError(t, r.Check(t.Context()))
	prompt, err := words.Encode(demo.Prompts()[0])
	require.NoError(t, err)
	work := Work{Ask: wire.Ask{Prompt: prompt, Request: protocol.Request{MaxOutputTokens: 24, PromptTokens: uint32(len(prompt))}}}
	generate := func(ctx context.Context, w Work, until int) (a Answer, ids []uint32, text string, err error) {
		a, err = r.Generate(ctx, w, func(p Piece) error {
			ids = append(ids, p.Tokens...)
			text += p.Text
			if until > 0 && len(ids) == until {
				return errors.New("the reader went")
			}
			return nil
		})
		return a, ids, text, err
	}

	whole, ids, text, err := generate(t.Context(), work, 0)
	require.NoError(t, err)
	require.Equal(t, whole.Tokens, ids)
	require.EqualValues(t, len(ids), whole.OutputTokens)
	require.True(t, strings.HasPrefix(whole.Text, text))
	require.Equal(t, words.Text(prompt, ids), whole.Text)
	require.NotEqual(t, common.Hash{}, whole.BoundaryRoot)
	again, _, _, err := generate(t.Context(), work, 0)
	require.NoError(t, err)
	require.Equal(t, whole, again, "there is one answer")

	// What was made when the reader went is a valid answer, and its trace is its own.
	cut, ids, _, err := generate(t.Context(), work, 5)
	require.Error(t, err)
	require.Equal(t, whole.Tokens[:5], ids)
	require.Equal(t, ids, cut.Tokens)
	require.Equal(t, protocol.FinishCancelled, cut.Finish)
	require.NotEqual(t, whole.BoundaryRoot, cut.BoundaryRoot)

	word := strings.Fields(whole.Text)[3]
	work.Ask.Stop = []string{word}
	stopped, _, text, err := generate(t.Context(), work, 0)
	require.NoError(t, err)
	require.Equal(t, protocol.FinishStopString, stopped.Finish)
	require.Contains(t, text, word)
	require.Less(t, len(stopped.Tokens), len(whole.Tokens))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	none, _, _, err := generate(ctx, work, 0)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, none.OutputTokens)

	work.Ask.Prompt = []uint32{protocol.MaxVocabulary}
	_, _, _, err = generate(t.Context(), work, 0)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}
