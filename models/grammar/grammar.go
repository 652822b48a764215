// Package grammar writes the training text of the project's demo model: small children's stories with a plot, a
// place, two named characters, dialogue and a moral, in conversations of requests, stories and questions about them.
//
// It is a generator, not a model: no text leaves it at run time except into training and evaluation. Names are partly
// invented from syllables, so that a model trained on the text must copy them from the request. Invariants: ASCII
// only; equal states of the random source give equal conversations.
package grammar

import (
	"math/rand/v2"
	"strings"
)

// Turn is one request and its answer.
type Turn struct{ User, Answer string }

// Conversation is a list of turns, now and then after a system message, or a bare story without a request.
type Conversation struct {
	System string
	Turns  []Turn
	Plain  string
}

// writer expands templates: {name} is a variable, [a|b|c] one of its alternatives, nested as needed.
type writer struct {
	rng     *rand.Rand
	vars    map[string]string
	focused bool
}

func (w *writer) pick(list []string) string { return list[w.rng.IntN(len(list))] }

func (w *writer) chance(p float64) bool { return w.rng.Float64() < p }

// say expands a template and puts "an" where "a" stands before a vowel.
func (w *writer) say(template string) string {
	var b strings.Builder
	w.expand(&b, template)
	return articles(b.String())
}

func (w *writer) expand(b *strings.Builder, s string) {
	for i := 0; i < len(s); {
		switch s[i] {
		case '{':
			end := i + strings.IndexByte(s[i:], '}')
			v, ok := w.vars[s[i+1:end]]
			if !ok {
				panic("grammar: no variable " + s[i:end+1] + " in: " + s)
			}
			w.expand(b, v)
			i = end + 1
		case '[':
			options, end := alternatives(s[i:])
			w.expand(b, options[w.rng.IntN(len(options))])
			i += end
		default:
			b.WriteByte(s[i])
			i++
		}
	}
}

// alternatives splits "[a|b[c|d]]rest" into its top-level options and the length of the bracket.
func alternatives(s string) (options []string, length int) {
	depth, from := 0, 1
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
			if depth == 0 {
				return append(options, s[from:i]), i + 1
			}
		case '|':
			if depth == 1 {
				options = append(options, s[from:i])
				from = i + 1
			}
		}
	}
	panic("grammar: open bracket in: " + s)
}

// articles turns "a" into "an" before a vowel letter. The lexicon avoids words whose spelling misleads (hour, unicorn).
func articles(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte(s[i])
		if (s[i] == 'a' || s[i] == 'A') && (i == 0 || !letter(s[i-1])) && i+2 < len(s) && s[i+1] == ' ' && strings.IndexByte("aeiouAEIOU", s[i+2]) >= 0 {
			b.WriteByte('n')
		}
	}
	return b.String()
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '\'' }

// Write draws a conversation. In a focused one, requests more often say which plot they want: few words of a story
// depend on that, so it is the last thing that a model learns.
func Write(rng *rand.Rand, focused bool) Conversation {
	w := &writer{rng: rng, vars: map[string]string{}, focused: focused}
	switch x := rng.Float64(); {
	case x < 0.10:
		s := newStory(w, nil)
		return Conversation{Plain: s.text}
	case x < 0.20:
		c := w.chat()
		c.System = w.system()
		return c
	}
	c := w.storyTalk()
	c.System = w.system()
	return c
}

// storyTalk is a request for a story, the story, questions about it, and sometimes a second story.
func (w *writer) storyTalk() Conversation {
	var c Conversation
	if w.chance(0.08) {
		c.Turns = append(c.Turns, w.greeting())
	}
	s := newStory(w, nil)
	c.Turns = append(c.Turns, Turn{s.request(), s.text})
	c.Turns = append(c.Turns, s.questions(w.rng.IntN(6))...)
	if w.chance(0.12) {
		c.Turns = append(c.Turns, w.thanks())
	}
	if w.chance(0.18) {
		next := newStory(w, s.hero)
		c.Turns = append(c.Turns, Turn{next.again(), next.text})
		c.Turns = append(c.Turns, next.questions(w.rng.IntN(3))...)
	}
	return c
}

// chat is small talk: greetings, what the model is, things it knows and things it does not.
func (w *writer) chat() Conversation {
	var c Conversation
	if w.chance(0.5) {
		c.Turns = append(c.Turns, w.greeting())
	}
	for range 1 + w.rng.IntN(4) {
		switch x := w.rng.Float64(); {
		case x < 0.2:
			c.Turns = append(c.Turns, w.about())
		case x < 0.6:
			c.Turns = append(c.Turns, w.known())
		default:
			c.Turns = append(c.Turns, w.unknown())
		}
	}
	if w.chance(0.3) {
		c.Turns = append(c.Turns, w.thanks())
	}
	return c
}
