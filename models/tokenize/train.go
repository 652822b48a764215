package tokenize

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/protocol"
)

// Counter gathers word frequencies of a training text.
type Counter struct{ words map[string]int }

// Add counts the words of text: runs of letters or of digits with the space before them, and single other characters.
func (c *Counter) Add(text string) {
	if c.words == nil {
		c.words = map[string]int{}
	}
	for _, w := range Split(text) {
		c.words[w]++
	}
}

func class(b byte) int {
	switch {
	case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z':
		return 1
	case b >= '0' && b <= '9':
		return 2
	}
	return 0
}

// Split cuts text into words. No learned piece crosses a word.
func Split(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		j := i + size
		k := class(text[i])
		if text[i] == ' ' && j < len(text) {
			k = class(text[j])
			if k != 0 {
				j++
			}
		}
		for k != 0 && j < len(text) && class(text[j]) == k {
			j++
		}
		out = append(out, text[i:j])
		i = j
	}
	return out
}

// Train learns a vocabulary of the given size: the control and byte tokens, every printable ASCII character and the
// newline, then the most frequent pair again and again (ties: the pair that sorts first).
func (c *Counter) Train(size int) (*Vocab, error) {
	var pieces []string
	var scores []float32
	add := func(p string, s float32) { pieces, scores = append(pieces, p), append(scores, s) }
	add("<unk>", 0)
	add("\n<s>\n", 0)
	add("\n</s>\n", 0)
	for b := range 256 {
		add(byteName(b), 0)
	}
	type word struct {
		parts []string
		count int
	}
	var words []word
	for _, w := range slices.Sorted(maps.Keys(c.words)) {
		words = append(words, word{strings.Split(w, ""), c.words[w]})
	}
	var chars []string
	for b := ' '; b <= '~'; b++ {
		chars = append(chars, string(b))
	}
	chars = append(chars, "\n")
	merges := size - firstText - len(chars)
	if merges < 0 {
		return nil, fmt.Errorf("train vocabulary: %w: %d tokens do not hold the bytes and characters", protocol.ErrInvalid, size)
	}
	known := map[string]bool{}
	for len(pieces) < firstText+merges {
		type pair struct{ a, b string }
		counts := map[pair]int{}
		for _, w := range words {
			for i := 0; i+1 < len(w.parts); i++ {
				counts[pair{w.parts[i], w.parts[i+1]}] += w.count
			}
		}
		if len(counts) == 0 {
			return nil, fmt.Errorf("train vocabulary: %w: text gives only %d merges", protocol.ErrInvalid, len(pieces)-firstText)
		}
		best := slices.MaxFunc(slices.Collect(maps.Keys(counts)), func(x, y pair) int {
			return cmp.Or(cmp.Compare(counts[x], counts[y]), strings.Compare(y.a, x.a), strings.Compare(y.b, x.b))
		})
		joined := best.a + best.b
		if !known[joined] { // two ways to build one string make one piece
			known[joined] = true
			add(joined, -float32(len(pieces)-firstText+1))
		}
		for k := range words {
			p := words[k].parts
			for i := 0; i+1 < len(p); i++ {
				if p[i] == best.a && p[i+1] == best.b {
					p[i] = joined
					p = slices.Delete(p, i+1, i+2)
				}
			}
			words[k].parts = p
		}
	}
	for _, ch := range chars {
		add(ch, -float32(merges+1))
	}
	return newVocab(pieces, scores), nil
}
