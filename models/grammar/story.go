package grammar

import (
	"maps"
	"slices"
	"strings"
)

// story is a finished text with everything needed to ask for it and about it.
type story struct {
	w            *writer
	hero, friend *person
	plot         plot
	learned      string
	text         string
}

// newStory draws a story; a given hero is kept.
func newStory(w *writer, hero *person) *story {
	s := &story{w: w, hero: hero}
	w.vars = map[string]string{}
	if s.hero == nil {
		s.hero = w.person()
	}
	for s.friend == nil || s.friend.name == s.hero.name || s.friend.kind == s.hero.kind {
		s.friend = w.person()
	}
	w.bind(s.hero, "")
	w.bind(s.friend, "2")
	list := plots()
	s.plot = list[w.rng.IntN(len(list))]
	v := w.vars
	v["adj"], v["P"], v["hobby"], v["C"], v["O"] = w.pick(adjectives()), w.pick(places()), w.pick(hobbies()), w.pick(colors()), w.pick(toys())
	taken := map[string]bool{}
	for _, k := range slices.Sorted(maps.Keys(s.plot.vars)) {
		x := w.pick(s.plot.vars[k])
		for taken[x] {
			x = w.pick(s.plot.vars[k])
		}
		taken[x] = true
		if strings.HasPrefix(k, "food") {
			x = strings.TrimPrefix(x, "a ")
		}
		v[k] = x
	}
	s.learned = w.pick(s.plot.moral)
	s.text = s.tell()
	return s
}

func (s *story) tell() string {
	opening := s.w.pick([]string{
		"[Once upon a time|One day long ago|Long ago|Once|Once upon a time], [there was|there lived] a {adj} {A} called {N}. {N} lived {P}[.|. {He} liked to {hobby}.|, and {he} liked to {hobby}.]",
		"Once upon a time, there was a {adj} {A} named {N} who lived {P}.[| {N} liked to {hobby}.]",
		"{N} was a {adj} {A} who lived {P}. [{He} liked to {hobby}.|Every day {he} liked to {hobby}.|]",
		"A {adj} {A} called {N} lived {P}. [{N} liked to {hobby}.|]",
		"Once upon a time, a {adj} {A} lived {P}. {His} name was {N}[.|, and {he} liked to {hobby}.]",
	})
	parts := append([]string{opening}, s.plot.body...)
	var lines []string
	for _, p := range parts {
		lines = append(lines, strings.TrimSpace(s.w.say(p)))
	}
	lines = append(lines, s.w.say(s.w.pick([]string{
		"And {N} learned that " + s.learned + ".", "That day {N} learned that " + s.learned + ".",
		"So {N} learned that " + s.learned + ".", "{N} never forgot that " + s.learned + ".",
	})))
	return strings.Join(lines, " ")
}

// topic is a way to say what a story is about and how many of the requests use it, in general and in focused text.
type topic struct {
	share, focused float64
	text           string
}

func topics() []topic {
	return []topic{
		{0.06, 0.04, ""}, // a story about anything
		{0.24, 0.18, "a [|{adj} ]{A} [called|named|with the name] {N}"},
		{0.08, 0.04, "{N}[| the {A}]"},
		{0.06, 0.02, "a [|{adj} ]{A}"},
		{0.06, 0.02, "a {A} and a {A2}"},
		{0.08, 0.06, "{N} [and|and {his} friend] {N2}"},
		{0.08, 0.08, "a {A} [called|named] {N} and a {A2} [called|named] {N2}"},
		{0.06, 0.04, "{N} the {A} and {N2} the {A2}"},
		{0.08, 0.20, "a [|{adj} ]{A} [|called {N} ]<who>"},
		{0.06, 0.10, "{N}[| the {A}], <who>"},
		{0.07, 0.16, "<about>"},
		{0.04, 0.04, "a [|{adj} ]{A} {P}"},
		{0.03, 0.02, "a {A} [who liked|that likes] to {hobby}"},
	}
}

// request asks for the story by what it is about.
func (s *story) request() string {
	w := s.w
	topic, x := "", w.rng.Float64()
	for _, t := range topics() {
		share := t.share
		if w.focused {
			share = t.focused
		}
		topic = t.text
		if x -= share; x < 0 {
			break
		}
	}
	if topic == "" {
		return s.rough("[Please tell|Tell|tell|Can you tell|Write|Give] me a [|short |nice |little |good ]story[.||, please.]")
	}
	for mark, list := range map[string][]string{"<who>": s.plot.who, "<about>": s.plot.about} {
		if before, after, found := strings.Cut(topic, mark); found {
			topic = before + w.pick(list) + after
		}
	}
	return s.rough("[Tell me|Tell me|Tell me|Please tell me|Can you tell me|Could you tell me|Write|Write me|Make up|I want|I would like|Give me|Hello! Tell me|Tell us] a [||short |nice |little |new |funny ]story [about|about|about|of] " + topic + "[.|.|.||?|!|, please.]")
}

// rough expands a request; some people do not write capitals.
func (s *story) rough(template string) string {
	text := strings.ReplaceAll(s.w.say(template), "  ", " ")
	if s.w.chance(0.1) {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	if s.w.chance(0.05) {
		text = strings.ToLower(text)
	}
	return text
}

// again asks for another story, mostly with the same hero.
func (s *story) again() string {
	return s.rough(s.w.pick([]string{
		"[Tell me|Please tell me|Write] another story about {N}[.||, please.]", "[Now tell|Tell] me a story about {N} and {N2}[.|]",
		"[Now tell|Tell] me a story about {N} and a {A2}[.|]", "Tell me another [one|story] about {N} the {A}[.|]",
	}))
}

// questions asks up to n different things about the story.
func (s *story) questions(n int) []Turn {
	general := []fact{
		{"[What was the name of the {A}|What was the {A} called|Who was the {A}]?", "The {A} was called {N}."},
		{"[What was the name of the {A2}|What was the {A2} called]?", "The {A2} was called {N2}."},
		{"[Who was {N}|Who is {N}]?", "{N} was a {adj} {A}."},
		{"[Who was {N2}|Who is {N2}]?", "{N2} was a {A2}."},
		{"[Where did {N} live|Where does {N} live]?", "{N} lived {P}."},
		{"[What did {N} learn|What is the moral of the story|What is the moral|What do we learn]?", "{N} learned that " + s.learned + "."},
		{"[Who is the story about|What is the story about]?", "The story is about a {adj} {A} called {N}."},
		{"[Who are the friends|Who is in the story|What are their names]?", "{N} the {A} and {N2} the {A2}."},
	}
	if strings.Contains(s.text, "liked to "+s.w.vars["hobby"]) {
		general = append(general, fact{"What did {N} like to do?", "{N} liked to {hobby}."})
	}
	other := s.w.name(s.w.chance(0.5))
	if other != s.hero.name && other != s.friend.name {
		general = append(general, fact{"[Who was|Who is] " + other + "?", "There is no " + other + " in this story."})
	}
	var turns []Turn
	used := map[string]bool{}
	for len(turns) < n {
		list := s.plot.facts
		if s.w.chance(0.35) {
			list = general
		}
		f := list[s.w.rng.IntN(len(list))]
		if used[f.a] {
			n-- // asked already: leave it out
			continue
		}
		used[f.a] = true
		turns = append(turns, Turn{s.rough(f.q), s.w.say(f.a)})
	}
	return turns
}
