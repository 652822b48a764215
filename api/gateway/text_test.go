package gateway

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWriterTrimsTheTemplatesSpaceOnce covers what a chat answer begins with; the
// text that the receipt's bundle keeps is not touched.
func TestWriterTrimsTheTemplatesSpaceOnce(t *testing.T) {
	for _, c := range []struct {
		pieces []string
		shown  string
	}{
		{[]string{" Once", " upon"}, "Once upon"},
		{[]string{"", " ", " Once"}, " Once"},
		{[]string{"Once", " upon"}, "Once upon"},
		{nil, ""},
	} {
		w := writer{trim: true}
		all := ""
		for _, p := range c.pieces {
			w.chars(p)
			all += p
		}
		w.finish()
		require.Equal(t, c.shown, w.shown.String())
		require.Equal(t, all, w.text.String())
	}
}
