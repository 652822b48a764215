package grammar

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWriteIsCleanASCII(t *testing.T) {
	bad := regexp.MustCompile(`[{}\[\]|]|  |\s$|^\s| [.,!?]|\ba [aeiouAEIOU]|\ban [^aeiouAEIOU]|[^ -~]`)
	plots := map[string]bool{}
	for i := range 4000 {
		c := Write(rand.New(rand.NewPCG(1, uint64(i))), i%2 == 1)
		texts := []string{}
		if c.Plain != "" {
			texts = append(texts, c.Plain)
			require.Empty(t, c.Turns)
		}
		for _, turn := range c.Turns {
			texts = append(texts, turn.User, turn.Answer)
		}
		require.NotEmpty(t, texts)
		for _, s := range texts {
			require.NotEmpty(t, s)
			require.Empty(t, bad.FindString(s), s)
		}
		for _, s := range texts {
			if len(s) > 300 {
				plots[s[strings.LastIndexByte(s, ' '):]] = true
			}
		}
	}
	require.Greater(t, len(plots), 25, "stories end alike")
}

func TestWriteIsAFunctionOfTheSource(t *testing.T) {
	for i := range uint64(50) {
		a, b := Write(rand.New(rand.NewPCG(5, i)), true), Write(rand.New(rand.NewPCG(5, i)), true)
		require.True(t, reflect.DeepEqual(a, b))
	}
}

func TestAnswersNameWhatTheStorySays(t *testing.T) {
	found := 0
	for i := range uint64(2000) {
		w := &writer{rng: rand.New(rand.NewPCG(9, i)), vars: map[string]string{}}
		s := newStory(w, nil)
		require.Contains(t, s.text, s.hero.name)
		require.Contains(t, s.text, s.friend.name)
		for _, turn := range s.questions(4) {
			if strings.HasPrefix(turn.User, "Who found") {
				found++
				require.True(t, strings.HasPrefix(turn.Answer, s.hero.name) || strings.HasPrefix(turn.Answer, s.friend.name))
			}
		}
	}
	require.Positive(t, found)
}
