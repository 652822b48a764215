package tokenizer

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// small returns an SPM tokenizer over a few pieces, ranks with ties, duplicates
// and characters of several bytes among them.
func small(t testing.TB) *Tokenizer {
	t.Helper()
	s := Spec{Kind: SPM, AddBOS: true, AddSpacePrefix: true}
	add := func(typ Type, rank uint32, b string) { s.Tokens = append(s.Tokens, Token{typ, rank, []byte(b)}) }
	add(Control, 0, "<unk>")
	add(Control, 0, "<s>")
	add(Control, 0, "</s>")
	for i := range 256 {
		add(Byte, 0, string([]byte{byte(i)}))
	}
	pieces := strings.Fields("a b c ab bc abc aa aab é éa aé €b ca ab cab bca x ¡¢")
	pieces = append(pieces, " ", " a", " ab", "  ", "\n\n", "b ", "<s>")
	for i, p := range pieces {
		add(Normal, uint32(40-i*3/2), p)
	}
	tok, err := New(s, 1)
	require.NoError(t, err)
	return tok
}

// quadratic is the definition of SPM encoding without queue or list.
func quadratic(t *Tokenizer, text string) []uint32 {
	if text == "" {
		return nil
	}
	if t.spec.AddSpacePrefix {
		text = " " + text
	}
	normal := func(s string) (uint32, bool) {
		for id, tok := range t.spec.Tokens {
			if tok.Type == Normal && string(tok.Bytes) == s {
				return uint32(id), true
			}
		}
		return 0, false
	}
	var parts []string
	var ids []uint32
	for _, c := range text {
		if id, ok := normal(string(c)); ok {
			parts, ids = append(parts, string(c)), append(ids, id)
			continue
		}
		for _, b := range []byte(string(c)) {
			parts, ids = append(parts, string([]byte{b})), append(ids, t.bytes[b])
		}
	}
	for {
		best, bestID := -1, uint32(0)
		for i := range len(parts) - 1 {
			if id, ok := normal(parts[i] + parts[i+1]); ok && (best < 0 || t.spec.Tokens[id].Rank < t.spec.Tokens[bestID].Rank) {
				best, bestID = i, id
			}
		}
		if best < 0 {
			return ids
		}
		parts[best] += parts[best+1]
		ids[best] = bestID
		parts, ids = append(parts[:best+1], parts[best+2:]...), append(ids[:best+1], ids[best+2:]...)
	}
}

func checkSPM(t *testing.T, tok *Tokenizer, text string) {
	got, err := tok.Append(nil, text)
	if !utf8.ValidString(text) {
		require.ErrorIs(t, err, protocol.ErrInvalid)
		return
	}
	require.NoError(t, err)
	require.Equal(t, quadratic(tok, text), got, "%q", text)
	require.Equal(t, text, string(tok.Decode(append([]uint32{1}, got...))))
	require.Equal(t, text, tok.Text([]uint32{1}, got))
	for _, id := range got {
		require.NotEqual(t, Control, tok.spec.Tokens[id].Type)
	}
}

func TestSPMMatchesQuadraticReference(t *testing.T) {
	tok := small(t)
	r := rand.New(rand.NewPCG(1, 1))
	alphabet := []string{"a", "b", "c", " ", "é", "€", "\n", "x", "z", "¡", "¢", "<s>", "𝄞", "aab"}
	for range 3000 {
		var b strings.Builder
		for range r.IntN(30) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		checkSPM(t, tok, b.String())
	}
}

func FuzzSPM(f *testing.F) {
	f.Add("aab cab \n\né€b<s>")
	f.Add("\xff")
	tok := small(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 200 {
			checkSPM(t, tok, text)
		}
	})
}

func TestEncodeBasics(t *testing.T) {
	tok := small(t)
	ids, err := tok.Encode("")
	require.NoError(t, err)
	require.Equal(t, []uint32{1}, ids, "no space before nothing")
	_, err = tok.Encode("a\xc3")
	require.ErrorIs(t, err, protocol.ErrInvalid)
	ids, err = tok.Encode("<s>")
	require.NoError(t, err)
	require.NotContains(t, ids[1:], uint32(1), "text never makes a control token")

	spec := tok.Spec()
	spec.Tokens = spec.Tokens[259:]
	spec.AddBOS = false
	noBytes, err := New(spec, None)
	require.NoError(t, err)
	_, err = noBytes.Encode("a€")
	require.ErrorIs(t, err, protocol.ErrInvalid, "no byte tokens to fall back to")
}

// TestStreamingEqualsWhole pushes ids one by one, byte tokens that break characters
// and bytes that are no UTF-8 included.
func TestStreamingEqualsWhole(t *testing.T) {
	tok := small(t)
	r := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		ids := make([]uint32, r.IntN(12))
		for i := range ids {
			ids[i] = uint32(r.IntN(tok.Size() + 2))
			if r.IntN(2) == 0 { // likely parts of characters
				ids[i] = 3 + uint32("\xe2\x82\xac\xf0\x9d\x84\x9e\xc3\xa9"[r.IntN(9)])
			}
		}
		d := tok.NewDecoder(nil)
		var out strings.Builder
		for _, id := range ids {
			part := d.Push(id)
			require.True(t, utf8.ValidString(part))
			out.WriteString(part)
		}
		out.WriteString(d.Flush())
		want := []rune(string(tok.Decode(ids))) // conversion replaces each bad byte
		require.Equal(t, string(want), out.String())
		require.Equal(t, out.String(), tok.Text(nil, ids))
	}
	// A character of three byte tokens appears when it is complete.
	d := tok.NewDecoder([]uint32{1})
	require.Equal(t, []string{"", "", "€", "a"}, []string{d.Push(3 + 0xe2), d.Push(3 + 0x82), d.Push(3 + 0xac), d.Push(259)})
	require.Empty(t, d.Push(3+0xe2))
	require.Equal(t, "\ufffd", d.Flush())
}

func TestSpaceAfterBOS(t *testing.T) {
	tok := small(t)
	ids, err := tok.Encode("ab")
	require.NoError(t, err)
	require.Equal(t, "ab", string(tok.Decode(ids)))
	require.Equal(t, " ab", string(tok.Decode(ids[1:])), "mid-text the space stays")
	require.Equal(t, "ab", tok.Text(ids[:1], ids[1:]))
	require.Equal(t, " ab", tok.Text([]uint32{1, 259}, ids[1:]))
}

func chat() Template {
	lit := func(s string) Segment { return Segment{Kind: Literal, Text: s} }
	return Template{
		Name:  "chat",
		Begin: []Segment{{Kind: Single, Token: 2}},
		User:  []Segment{lit("a"), {Kind: Slot}, {Kind: Single, Token: 2}},
		Assistant: []Segment{
			lit("b"), {Kind: Slot}, lit("\n"),
		},
		Generate: []Segment{lit("b")},
	}
}

func TestRender(t *testing.T) {
	spec := small(t).Spec()
	spec.Templates = []Template{chat()}
	tok, err := New(spec, 1)
	require.NoError(t, err)
	text := func(s string) []uint32 { return quadratic(tok, s) }
	cat := func(parts ...[]uint32) (all []uint32) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return all
	}
	ids, err := tok.Render(1, []Message{{User, "b x"}, {Assistant, "ca"}, {User, "</s>"}})
	require.NoError(t, err)
	// Literals and slots between two control tokens are encoded as one text.
	require.Equal(t, cat([]uint32{1, 2}, text("ab x"), []uint32{2}, text("bca\na</s>"), []uint32{2}, text("b")), ids)

	for name, c := range map[string]struct {
		id uint32
		m  []Message
	}{
		"template 0":   {0, nil},
		"template 2":   {2, nil},
		"no such role": {1, []Message{{System, "x"}}},
		"unknown role": {1, []Message{{"tool", "x"}}},
		"bad UTF-8":    {1, []Message{{User, "\xff"}}},
	} {
		_, err := tok.Render(c.id, c.m)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
}

func TestTensorRoundTrip(t *testing.T) {
	spec := small(t).Spec()
	spec.Templates = []Template{chat(), {Name: "plain", System: []Segment{{Kind: Slot}}, User: []Segment{{Kind: Slot}}}}
	data := spec.Encode()
	tok, err := Parse(data, 1)
	require.NoError(t, err)
	require.Equal(t, spec, tok.Spec())
	require.Equal(t, []string{"chat", "plain"}, tok.Templates())
	for n := range data {
		_, err := Parse(data[:n], 1)
		require.ErrorIs(t, err, protocol.ErrInvalid, "cut at %d", n)
	}
	_, err = Parse(append(data, 0), 1)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

func TestBadSpecsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"kind":               func(s *Spec) { s.Kind = 3 },
		"splitter of SPM":    func(s *Spec) { s.Pre = 1 },
		"whole piece of SPM": func(s *Spec) { s.WholeFirst = true },
		"merges of SPM":      func(s *Spec) { s.Merges = []Merge{{1, 2, 3}} },
		"no tokens":          func(s *Spec) { s.Tokens = nil },
		"token type":         func(s *Spec) { s.Tokens[5].Type = 4 },
		"long byte token":    func(s *Spec) { s.Tokens[5].Bytes = []byte("ab") },
		"empty piece":        func(s *Spec) { s.Tokens[260].Bytes = nil },
		"huge piece":         func(s *Spec) { s.Tokens[260].Bytes = make([]byte, MaxTokenBytes+1) },
		"template name":      func(s *Spec) { s.Templates[0].Name = "" },
		"slot at the end":    func(s *Spec) { s.Templates[0].Generate = []Segment{{Kind: Slot}} },
		"two slots":          func(s *Spec) { s.Templates[0].User = []Segment{{Kind: Slot}, {Kind: Slot}} },
		"role without slot":  func(s *Spec) { s.Templates[0].User = []Segment{{Kind: Literal, Text: "x"}} },
		"empty literal":      func(s *Spec) { s.Templates[0].Begin = []Segment{{Kind: Literal}} },
		"template token":     func(s *Spec) { s.Templates[0].Begin = []Segment{{Kind: Single, Token: 9999}} },
		"segment kind":       func(s *Spec) { s.Templates[0].Begin = []Segment{{Kind: 3}} },
	} {
		spec := small(t).Spec()
		spec.Templates = []Template{chat()}
		change(&spec)
		_, err := New(spec, 1)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	_, err := New(small(t).Spec(), 9999)
	require.ErrorIs(t, err, protocol.ErrInvalid, "BOS outside the vocabulary")
	_, err = New(small(t).Spec(), None)
	require.ErrorIs(t, err, protocol.ErrInvalid, "BOS asked for and absent")
}

// FuzzParse: no input panics, and whatever is accepted is canonical.
func FuzzParse(f *testing.F) {
	spec := small(f).Spec()
	spec.Tokens = spec.Tokens[:8]
	spec.Templates = []Template{chat()}
	f.Add(spec.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		tok, err := Parse(data, 1)
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		require.Equal(t, data, tok.Spec().Encode())
	})
}
