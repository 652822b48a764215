package demo_test

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/chat"
	"github.com/dgrid-network/dgrid/models/corpus"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/eval"
	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/models/grammar"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

func load(t *testing.T) (*runtime.Model, *tokenize.Vocab) {
	t.Helper()
	m, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	v, err := tokenize.Parse(demo.Tokenizer())
	require.NoError(t, err)
	return m, v
}

func TestContainerIsTheCommittedOne(t *testing.T) {
	sum := sha256.Sum256(demo.Container())
	require.Equal(t, demo.ContainerSHA256, hex.EncodeToString(sum[:]))
}

func TestContainerIsTheImportOfTheCheckpoint(t *testing.T) {
	again, err := importer.Llama2C(t.Context(), demo.Checkpoint(), demo.Tokenizer(), importer.Options{Templates: []tokenizer.Template{chat.Template()}})
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(demo.Container()), sha256.Sum256(again))
}

func TestModelIsSmall(t *testing.T) {
	m, err := floatref.Parse(demo.Checkpoint())
	require.NoError(t, err)
	require.LessOrEqual(t, (len(demo.Checkpoint())-28)/4-m.Positions*m.HeadDim(), 500_000, "trained parameters")
	require.LessOrEqual(t, len(demo.Checkpoint()), 2<<20)
}

// TestTokenizersAgree holds the trainer's tokenizer and chat form to the runtime's.
func TestTokenizersAgree(t *testing.T) {
	m, v := load(t)
	src := corpus.NewSource(v)
	for i := range uint64(100) {
		talk := grammar.Write(rand.New(rand.NewPCG(99, i)), false)
		tokens, _ := src.Document(rand.New(rand.NewPCG(99, i)), 0)
		if talk.Plain != "" {
			ids, err := m.Tokenizer().Encode(talk.Plain)
			require.NoError(t, err)
			require.Equal(t, unsigned(tokens), append(ids, tokenize.End))
			continue
		}
		var talked []tokenizer.Message
		var own []chat.Message
		add := func(role tokenizer.Role, text string) {
			talked = append(talked, tokenizer.Message{Role: role, Content: text})
			own = append(own, chat.Message{Role: string(role), Content: text})
		}
		if talk.System != "" {
			add(tokenizer.System, talk.System)
		}
		for _, turn := range talk.Turns {
			add(tokenizer.User, turn.User)
			ids, err := m.Tokenizer().Render(1, talked)
			require.NoError(t, err)
			require.Equal(t, unsigned(tokens[:len(ids)]), ids)
			require.Equal(t, unsigned(chat.EncodePrompt(v, own)), ids)
			add(tokenizer.Assistant, turn.Answer)
		}
		ids, err := m.Tokenizer().Render(1, talked)
		require.NoError(t, err)
		require.Equal(t, unsigned(tokens), ids)
	}
}

func unsigned(ids []int32) []uint32 {
	out := make([]uint32, len(ids))
	for i, id := range ids {
		out[i] = uint32(id)
	}
	return out
}

// TestStoriesNameWhatWasAsked asks for stories with names that are in no list and expects the answers to use them, to
// be of a story's length and to stop by themselves.
func TestStoriesNameWhatWasAsked(t *testing.T) {
	m, _ := load(t)
	named := 0
	asks := [][2]string{
		{"Tell me a story about a fox called Mira.", "Mira"}, {"Tell me a story about a bear called Bombo.", "Bombo"},
		{"Write a short story about a cat named Velka.", "Velka"}, {"Please tell me a story about a girl called Sunni.", "Sunni"},
		{"Tell me a story about Tom.", "Tom"}, {"Tell me a story about a dragon called Zando.", "Zando"},
	}
	for _, ask := range asks {
		prompt, err := m.Tokenizer().Render(1, []tokenizer.Message{{Role: tokenizer.User, Content: ask[0]}})
		require.NoError(t, err)
		res, err := m.NewSession().Generate(t.Context(), prompt, runtime.Params{MaxTokens: 400}, nil)
		require.NoError(t, err)
		text := m.Tokenizer().Text(prompt, res.Output)
		require.True(t, m.IsStop(res.Output[len(res.Output)-1], runtime.Params{}.Params), "%s does not stop", text)
		require.Greater(t, len(text), 300, text)
		if strings.Count(text, ask[1]) >= 3 {
			named++
		}
	}
	require.GreaterOrEqual(t, named, len(asks)-1, "the stories are not about those who were asked for")
}

// TestQuality runs the quality gate on a few held-out conversations; REPORT.md has the full measurement.
func TestQuality(t *testing.T) {
	m, v := load(t)
	windows := corpus.HeldOut(v, 6, m.Header().Positions)
	r, err := eval.Run(t.Context(), eval.Input{Container: demo.Container(), Checkpoint: demo.Checkpoint(), TextName: "held-out conversations", Windows: windows})
	require.NoError(t, err)
	require.NoError(t, r.Gate())
	require.Less(t, r.FloatPerplexity, 2.0)
}
