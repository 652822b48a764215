package floatserver

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestTextStreamEqualsWholeText: however the text is cut into pieces, what is sent is the text up to the first stop
// string, with one leading space dropped.
func TestTextStreamEqualsWholeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[abc é€]{0,20}`).Draw(t, "text")
		stops := rapid.SliceOfN(rapid.StringMatching(`[abc]{1,3}`), 0, 3).Draw(t, "stops")
		want := strings.TrimPrefix(text, " ")
		cut, found := len(want), false
		for end := 1; end <= len(want) && !found; end++ { // the stop string that is complete first
			for _, s := range stops {
				if strings.HasSuffix(want[:end], s) {
					cut, found = min(cut, end-len(s)), true
				}
			}
		}
		s := textStream{stops: stops, trim: true}
		var got strings.Builder
		done := false
		for rest := text; rest != "" && !done; {
			n := rapid.IntRange(1, min(4, len(rest))).Draw(t, "n")
			var piece string
			piece, done = s.push(rest[:n])
			got.WriteString(piece)
			rest = rest[n:]
		}
		got.WriteString(s.flush())
		require.True(t, strings.HasPrefix(want, got.String()))
		require.LessOrEqual(t, len(got.String()), len(want))
		if !found {
			require.Equal(t, want, got.String())
		} else {
			require.True(t, done)
			require.Equal(t, want[:cut], got.String())
		}
	})
}
