package tokenizer

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

func split(p Pre, text string) (pieces []string) {
	c := cursor{text: text}
	for c.at < len(text) {
		pieces = append(pieces, c.next(p))
	}
	return pieces
}

func TestSplitters(t *testing.T) {
	for _, c := range []struct {
		p    Pre
		text string
		want string // pieces joined by |
	}{
		{GPT2, "Hello  world's 123abc!?\n\n x", "Hello| | world|'s| 123|abc|!?|\n\n| x"},
		{GPT2, "I'LL we'll  ", "I|'|LL| we|'ll|  "},
		{GPT2, "a \t b", "a| \t| b"},
		{Llama3, "I'LL we'll 12345 (x)\r\n\n  y", "I|'LL| we|'ll| |123|45| (|x|)\r\n\n| | y"},
		{Llama3, "a \n \n  b'ſt\tc", "a| \n \n| | b|'ſ|t|\tc"},
		{Qwen2, "x 123", "x| |1|2|3"},
		{SmolLM, "in 2024  it's", "in| |2|0|2|4| | it|'s"},
		{SmolLM, "  1", "  |1"},
	} {
		require.Equal(t, strings.Split(c.want, "|"), split(c.p, c.text), "%d %q", c.p, c.text)
	}
}

var pieces = []string{" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u0085", "a", "B", "é", "д", "字", "ʰ", "1", "23", "٣", "½", "Ⅷ",
	"'", "'s", "'S", "'re", "'LL", "'ve", "'m", "'d", "'t", "'ſ", "!", "?!", "€", "-", "\u0301", "𝄞", "🙂", "\u200d"}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(14) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// TestSplittersMatchRegularExpressions compares with the published expressions, run
// by an engine that has look-ahead.
func TestSplittersMatchRegularExpressions(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node is needed to compare splitters with regular expressions")
		}
		t.Skip("node is not in PATH: splitters are not compared with regular expressions")
	}
	const script = `
const S = String.raw
const ws = S` + "`" + `\p{White_Space}` + "`" + `
const tail = S` + "`" + `[${ws}]+(?![^${ws}])|[${ws}]+` + "`" + `
const gpt2 = S` + "`" + `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^${ws}\p{L}\p{N}]+|` + "`" + ` + tail
const llama = n => S` + "`" + `'[sSſ]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}${n}| ?[^${ws}\p{L}\p{N}]+[\r\n]*|[${ws}]*[\r\n]+|` + "`" + ` + tail
const re = s => new RegExp(s, "gu")
const all = (s, t) => t.match(re(s)) || []
const pre = {
  1: t => all(gpt2, t), 2: t => all(llama("{1,3}"), t), 3: t => all(llama(""), t),
  4: t => all(S` + "`" + `\p{N}|\P{N}+` + "`" + `, t).flatMap(p => all(gpt2, p)),
}
const texts = JSON.parse(require("fs").readFileSync(0))
console.log(JSON.stringify(texts.map(t => [1, 2, 3, 4].map(p => pre[p](t)))))`
	r := rand.New(rand.NewPCG(3, 3))
	texts := make([]string, 3000)
	for i := range texts {
		texts[i] = randomText(r)
	}
	in, err := json.Marshal(texts)
	require.NoError(t, err)
	cmd := exec.Command(node, "-e", script)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	require.NoError(t, err)
	var want [][4][]string
	require.NoError(t, json.Unmarshal(out, &want))
	for i, text := range texts {
		for p := range Pre(4) {
			got := split(p+1, text)
			require.Equal(t, text, strings.Join(got, ""))
			require.Equal(t, append([]string{}, want[i][p]...), append([]string{}, got...), "splitter %d of %q", p+1, text)
		}
	}
}

// TestClassesAreTheirUnicodeVersion compares the committed tables where the Go
// release has the same version.
func TestClassesAreTheirUnicodeVersion(t *testing.T) {
	if unicode.Version != unicodeVersion {
		t.Skipf("this Go release has Unicode %s, the committed classes %s", unicode.Version, unicodeVersion)
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		want := other
		switch {
		case unicode.Is(unicode.L, r):
			want = letter
		case unicode.Is(unicode.N, r):
			want = number
		case unicode.Is(unicode.White_Space, r):
			want = space
		}
		if got := classify(r); got != want {
			t.Fatalf("%U has class %d, not %d", r, got, want)
		}
	}
}

// byteLevel returns a byte-level tokenizer with random merges.
func byteLevel(t testing.TB, whole bool) *Tokenizer {
	t.Helper()
	s := Spec{Kind: ByteLevel, Pre: GPT2, WholeFirst: whole}
	for i := range 256 {
		s.Tokens = append(s.Tokens, Token{Normal, 0, []byte{byte(255 - i)}})
	}
	r := rand.New(rand.NewPCG(5, 5))
	seen := map[[2]uint32]bool{}
	alphabet := []byte(" abé")
	for len(s.Merges) < 60 {
		pick := func() uint32 {
			if n := len(s.Tokens) - 256; n > 0 && r.IntN(2) == 0 {
				return uint32(256 + r.IntN(n))
			}
			return uint32(255 - alphabet[r.IntN(len(alphabet))])
		}
		a, b := pick(), pick()
		if seen[[2]uint32{a, b}] || len(s.Tokens[a].Bytes)+len(s.Tokens[b].Bytes) > 6 {
			continue
		}
		seen[[2]uint32{a, b}] = true
		joined := append(append([]byte(nil), s.Tokens[a].Bytes...), s.Tokens[b].Bytes...)
		s.Merges = append(s.Merges, Merge{a, b, uint32(len(s.Tokens))})
		s.Tokens = append(s.Tokens, Token{Normal, 0, joined})
	}
	s.Tokens = append(s.Tokens, Token{Normal, 0, []byte("ababab")}, Token{Control, 0, []byte("<|end|>")})
	tok, err := New(s, None)
	require.NoError(t, err)
	return tok
}

// quadraticBytes is the definition of byte-level encoding of one piece.
func quadraticBytes(t *Tokenizer, piece string) (ids []uint32) {
	if t.spec.WholeFirst {
		for id, tok := range t.spec.Tokens {
			if tok.Type == Normal && string(tok.Bytes) == piece {
				return []uint32{uint32(id)}
			}
		}
	}
	for _, b := range []byte(piece) {
		ids = append(ids, uint32(255-b))
	}
	for {
		rank, at := len(t.spec.Merges), 0
		for i := range len(ids) - 1 {
			for k, m := range t.spec.Merges {
				if k < rank && m.Left == ids[i] && m.Right == ids[i+1] {
					rank, at = k, i
				}
			}
		}
		if rank == len(t.spec.Merges) {
			return ids
		}
		ids[at] = t.spec.Merges[rank].Result
		ids = append(ids[:at+1], ids[at+2:]...)
	}
}

func checkByteLevel(t *testing.T, tok *Tokenizer, text string) {
	got, err := tok.Append(nil, text)
	if !utf8.ValidString(text) {
		require.ErrorIs(t, err, protocol.ErrInvalid)
		return
	}
	require.NoError(t, err)
	var want []uint32
	for _, piece := range split(tok.spec.Pre, text) {
		want = append(want, quadraticBytes(tok, piece)...)
	}
	require.Equal(t, want, got, "%q", text)
	require.Equal(t, text, string(tok.Decode(got)))
	require.Equal(t, text, tok.Text(nil, got))
}

func TestByteLevelMatchesQuadraticReference(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, whole := range []bool{false, true} {
		tok := byteLevel(t, whole)
		for range 300 {
			var b strings.Builder
			for range r.IntN(25) {
				b.WriteString([]string{"a", "b", "ab", "é", " ", "x", "1"}[r.IntN(7)])
			}
			checkByteLevel(t, tok, b.String())
		}
		data := tok.Spec().Encode()
		again, err := Parse(data, None)
		require.NoError(t, err)
		require.Equal(t, tok.Spec(), again.Spec())
	}
}

func FuzzByteLevel(f *testing.F) {
	f.Add("ab aé's 12\n ab")
	plain, whole := byteLevel(f, false), byteLevel(f, true)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 60 {
			checkByteLevel(t, plain, text)
			checkByteLevel(t, whole, text)
		}
		for p := GPT2; p <= SmolLM && utf8.ValidString(text); p++ {
			require.Equal(t, text, strings.Join(split(p, text), ""))
		}
	})
}

func TestBadByteLevelSpecs(t *testing.T) {
	for name, change := range map[string]func(*Spec){
		"unknown splitter": func(s *Spec) { s.Pre = 5 },
		"no splitter":      func(s *Spec) { s.Pre = 0 },
		"space prefix":     func(s *Spec) { s.AddSpacePrefix = true },
		"rank":             func(s *Spec) { s.Tokens[0].Rank = 1 },
		"byte token":       func(s *Spec) { s.Tokens[0].Type = Byte },
		"merge twice":      func(s *Spec) { s.Merges = append(s.Merges, s.Merges[0]) },
		"wrong result":     func(s *Spec) { s.Merges[0].Result = 0 },
		"merge of control": func(s *Spec) { s.Merges[0].Left = uint32(len(s.Tokens) - 1) },
		"merge too large":  func(s *Spec) { s.Merges[0].Left = 1 << 20 },
	} {
		s := byteLevel(t, false).Spec()
		s.Tokens, s.Merges = append([]Token(nil), s.Tokens...), append([]Merge(nil), s.Merges...)
		change(&s)
		_, err := New(s, None)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
}
