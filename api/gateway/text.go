package gateway

import (
	"strings"

	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// writer turns what a provider delivers into what a client is shown: text by our
// own tokenizer (the provider's text is not committed in class proven), held back
// while it could be the beginning of a stop string, and cut before one.
type writer struct {
	decoder *tokenizer.Decoder // nil in class sampled
	stops   []string
	text    strings.Builder // everything delivered, the stop string included
	held    string          // decoded, not shown yet
	shown   strings.Builder
	stopped bool // a stop string was found: nothing more is shown
	// trim drops the one space that a chat answer of a word-piece vocabulary begins
	// with: it belongs to the template, not to the message.
	trim bool
}

// tokens adds ids and returns the text to show.
func (w *writer) tokens(ids []uint32) string {
	var piece strings.Builder
	for _, id := range ids {
		piece.WriteString(w.decoder.Push(id))
	}
	return w.show(piece.String(), false)
}

// chars adds text of class sampled and returns what to show.
func (w *writer) chars(text string) string { return w.show(text, false) }

// finish returns what was held back.
func (w *writer) finish() string {
	last := ""
	if w.decoder != nil {
		last = w.decoder.Flush()
	}
	return w.show(last, true)
}

func (w *writer) show(piece string, last bool) string {
	w.text.WriteString(piece)
	if w.stopped {
		return ""
	}
	w.held += piece
	if at := earliest(w.held, w.stops); at >= 0 {
		w.stopped = true
		piece, w.held = w.held[:at], ""
	} else {
		keep := 0
		if !last {
			keep = overlap(w.held, w.stops)
		}
		piece, w.held = w.held[:len(w.held)-keep], w.held[len(w.held)-keep:]
	}
	if w.trim && piece != "" {
		piece, w.trim = strings.TrimPrefix(piece, " "), false
	}
	w.shown.WriteString(piece)
	return piece
}

// earliest is where the first of stops begins in s, -1 if none does.
func earliest(s string, stops []string) int {
	at := -1
	for _, stop := range stops {
		if i := strings.Index(s, stop); i >= 0 && (at < 0 || i < at) {
			at = i
		}
	}
	return at
}

// overlap is the length of the longest end of s that begins a stop string.
func overlap(s string, stops []string) int {
	longest := 0
	for _, stop := range stops {
		for n := min(len(stop)-1, len(s)); n > longest; n-- {
			if strings.HasSuffix(s, stop[:n]) {
				longest = n
				break
			}
		}
	}
	return longest
}
