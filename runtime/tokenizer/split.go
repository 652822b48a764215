package tokenizer

import "unicode/utf8"

// Pre names the splitter of a byte-level tokenizer. Merges never cross the pieces
// that it cuts.
type Pre uint8

// The splitters. With L, N, S the classes letter, number, white space and \n for
// CR or LF, the first alternative that matches at a place is taken:
//
//	GPT2    's|'t|'re|'ve|'m|'ll|'d | ?L+ | ?N+ | ?[^SLN]+ | S+(?!not S) | S+
//	Llama3  the same contractions in any case | [^\nLN]?L+ | N{1,3} | ?[^SLN]+\n* | S*\n+ | S+(?!not S) | S+
//	Qwen2   as Llama3 with single numbers
//	SmolLM  every number alone, GPT2 between them
const (
	GPT2   Pre = 1
	Llama3 Pre = 2
	Qwen2  Pre = 3
	SmolLM Pre = 4
)

func (p Pre) known() bool { return p >= GPT2 && p <= SmolLM }

//go:generate go run genclasses.go

// class is the kind of a character, as far as splitters care.
type class uint8

const (
	other class = iota
	letter
	number
	space
	ending // no character: the end of the text
)

// classify returns the class of r in the Unicode version of classes.go.
func classify(r rune) class {
	switch {
	case within(letterRanges, r):
		return letter
	case within(numberRanges, r):
		return number
	case within(spaceRanges, r):
		return space
	}
	return other
}

// within tells whether r lies in one of the ascending ranges.
func within(ranges []rune, r rune) bool {
	lo, hi := 0, len(ranges)/2
	for lo < hi {
		mid := (lo + hi) / 2
		switch {
		case r < ranges[2*mid]:
			hi = mid
		case r > ranges[2*mid+1]:
			lo = mid + 1
		default:
			return true
		}
	}
	return false
}

// cursor reads a text character by character.
type cursor struct {
	text string
	at   int
	part int // end of the stretch without numbers that at lies in (SmolLM)
}

// peek returns the character at byte i, its class and the byte after it.
func (c *cursor) peek(i int) (r rune, k class, next int) {
	if i >= len(c.text) {
		return 0, ending, i
	}
	r, n := utf8.DecodeRuneInString(c.text[i:])
	return r, classify(r), i + n
}

// run returns the end of the characters of class k from byte i, at most limit.
func (c *cursor) run(i int, k class, limit int) int {
	for ; limit > 0; limit-- {
		_, got, next := c.peek(i)
		if got != k {
			break
		}
		i = next
	}
	return i
}

func (c *cursor) numberAt(i int) bool {
	_, k, _ := c.peek(i)
	return k == number
}

const unlimited = 1<<31 - 1

// next returns the next piece of a non-empty rest and moves past it.
func (c *cursor) next(p Pre) string {
	start := c.at
	switch p {
	case GPT2:
		c.at = c.gpt2(start)
	case SmolLM:
		// Numbers are cut out before the splitter sees the text, so what stands
		// between two of them is a text of its own.
		if _, k, next := c.peek(start); k == number {
			c.at = next
			break
		}
		for c.part <= start || c.part < len(c.text) && !c.numberAt(c.part) {
			_, _, c.part = c.peek(max(c.part, start))
		}
		part := cursor{text: c.text[:c.part]}
		c.at = part.gpt2(start)
	case Llama3:
		c.at = c.llama3(start, 3)
	case Qwen2:
		c.at = c.llama3(start, 1)
	}
	return c.text[start:c.at]
}

func (c *cursor) gpt2(i int) (end int) {
	if end := c.contraction(i, false); end > i {
		return end
	}
	r, k, next := c.peek(i)
	if k != space {
		return c.run(next, k, unlimited)
	}
	if _, after, _ := c.peek(next); r == ' ' && after != space && after != ending {
		return c.run(next, after, unlimited)
	}
	return c.spaces(i)
}

func (c *cursor) llama3(i, digits int) (end int) {
	if end := c.contraction(i, true); end > i {
		return end
	}
	r, k, next := c.peek(i)
	_, after, _ := c.peek(next)
	switch {
	case k == letter:
		return c.run(next, letter, unlimited)
	case k != number && r != '\r' && r != '\n' && after == letter:
		return c.run(next, letter, unlimited)
	case k == number:
		return c.run(i, number, digits)
	case k == other || r == ' ' && after == other:
		return c.newlines(c.run(next, other, unlimited))
	}
	// White space: up to the last line break of the run, if it has one.
	end = i
	for j := c.run(i, space, unlimited); i < j; {
		r, _, next := c.peek(i)
		if r == '\r' || r == '\n' {
			end = next
		}
		i = next
	}
	if end > c.at {
		return end
	}
	return c.spaces(c.at)
}

// newlines returns the end of the line breaks from byte i.
func (c *cursor) newlines(i int) int {
	for i < len(c.text) && (c.text[i] == '\r' || c.text[i] == '\n') {
		i++
	}
	return i
}

// spaces cuts white space from byte i: all of it at the end of the text, else all
// but the last character, which leads the next piece, and a single one as it is.
func (c *cursor) spaces(i int) int {
	end := c.run(i, space, unlimited)
	if end == len(c.text) {
		return end
	}
	_, n := utf8.DecodeLastRuneInString(c.text[i:end])
	if end-n > i {
		return end - n
	}
	return end
}

// contraction returns the end of an English contraction at byte i, or i.
func (c *cursor) contraction(i int, anyCase bool) int {
	r, _, next := c.peek(i)
	if r != '\'' {
		return i
	}
	fold := func(at int) (rune, int) {
		r, _, next := c.peek(at)
		if anyCase {
			if r >= 'A' && r <= 'Z' {
				r += 'a' - 'A'
			} else if r == 'ſ' { // the one other character that folds to these letters
				r = 's'
			}
		}
		return r, next
	}
	a, end := fold(next)
	switch a {
	case 's', 't', 'm', 'd':
		return end
	case 'r', 'v', 'l':
		want := 'e'
		if a == 'l' {
			want = 'l'
		}
		if b, end2 := fold(end); b == want {
			return end2
		}
	}
	return i
}
