// Package tokenize trains and applies the vocabularies of the project's own models: SentencePiece-style byte pair
// encoding with scores and byte fallback, in the tokenizer.bin layout of llama2.c.
//
// It is the float side's tokenizer (training, float reference); served models use runtime/tokenizer, and a test holds
// the two to the same ids. Invariants: ids 0, 1, 2 are <unk>, <s>, </s>, ids 3 to 258 the 256 bytes; no learned piece
// holds a space except as its first character, nor mixes letters with anything else, so a text's ids do not depend on
// where a chat template cuts it.
package tokenize

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
)

// Ids of the control tokens and of the first byte token.
const (
	Unknown   = 0
	Begin     = 1
	End       = 2
	firstByte = 3
	firstText = firstByte + 256
)

// Vocab is a list of pieces with their scores.
type Vocab struct {
	pieces []string
	scores []float32
	ids    map[string]int32
	// wordwise says that no piece crosses a word, as Train makes them: words are then encoded one by one, which gives
	// the same ids in linear time.
	wordwise bool
}

func newVocab(pieces []string, scores []float32) *Vocab {
	v := &Vocab{pieces: pieces, scores: scores, ids: make(map[string]int32, len(pieces)), wordwise: true}
	for i := len(pieces) - 1; i >= firstText; i-- { // of equal strings the lowest id wins
		v.ids[pieces[i]] = int32(i)
		v.wordwise = v.wordwise && len(Split(pieces[i])) == 1
	}
	return v
}

// Size is the number of tokens.
func (v *Vocab) Size() int { return len(v.pieces) }

// Piece is the text of a token; control tokens have none.
func (v *Vocab) Piece(id int32) string {
	switch {
	case id < firstByte || int(id) >= len(v.pieces):
		return ""
	case id < firstText:
		return string([]byte{byte(id - firstByte)})
	}
	return v.pieces[id]
}

// Encode returns the ids of text: one piece per character (or one byte token per byte), then the adjacent pair whose
// concatenation scores highest is merged, leftmost on ties, until no pair is a piece. No space is put in front and no
// control token is added.
func (v *Vocab) Encode(text string) []int32 {
	if !v.wordwise {
		return v.encode(text)
	}
	var ids []int32
	for _, word := range Split(text) {
		ids = append(ids, v.encode(word)...)
	}
	return ids
}

func (v *Vocab) encode(text string) []int32 {
	var ids []int32
	for _, r := range text {
		if id, ok := v.ids[string(r)]; ok {
			ids = append(ids, id)
			continue
		}
		for _, b := range []byte(string(r)) {
			ids = append(ids, firstByte+int32(b))
		}
	}
	return v.merge(ids)
}

func (v *Vocab) merge(ids []int32) []int32 {
	for {
		best, at, into := float32(math.Inf(-1)), -1, int32(0)
		for i := 0; i+1 < len(ids); i++ {
			if ids[i] < firstText || ids[i+1] < firstText {
				continue
			}
			id, ok := v.ids[v.pieces[ids[i]]+v.pieces[ids[i+1]]]
			if ok && v.scores[id] > best {
				best, at, into = v.scores[id], i, id
			}
		}
		if at < 0 {
			return ids
		}
		ids[at] = into
		ids = append(ids[:at+1], ids[at+2:]...)
	}
}

// Decode concatenates the pieces.
func (v *Vocab) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(v.Piece(id))
	}
	return b.String()
}

// Marshal writes tokenizer.bin: i32 longest piece, then per token f32 score, i32 length and the bytes.
func (v *Vocab) Marshal() []byte {
	longest := 0
	for _, p := range v.pieces {
		longest = max(longest, len(p))
	}
	out := binary.LittleEndian.AppendUint32(nil, uint32(longest))
	for i, p := range v.pieces {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v.scores[i]))
		out = binary.LittleEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// Parse reads a tokenizer.bin with this package's fixed first ids.
func Parse(raw []byte) (*Vocab, error) {
	bad := func(why string) error { return fmt.Errorf("parse tokenizer: %w: %s", protocol.ErrInvalid, why) }
	if len(raw) < 4 {
		return nil, bad("no header")
	}
	longest := binary.LittleEndian.Uint32(raw)
	raw = raw[4:]
	var pieces []string
	var scores []float32
	for len(raw) > 0 {
		if len(raw) < 8 {
			return nil, bad("cut token")
		}
		score, n := math.Float32frombits(binary.LittleEndian.Uint32(raw)), binary.LittleEndian.Uint32(raw[4:])
		raw = raw[8:]
		if n > longest || uint64(n) > uint64(len(raw)) {
			return nil, bad("token longer than announced")
		}
		if score != score {
			return nil, bad("score is not a number")
		}
		pieces, scores = append(pieces, string(raw[:n])), append(scores, score)
		raw = raw[n:]
	}
	if len(pieces) < firstText {
		return nil, bad("fewer tokens than bytes")
	}
	for b := range 256 {
		if pieces[firstByte+b] != byteName(b) {
			return nil, bad("byte tokens are not ids 3 to 258")
		}
	}
	return newVocab(pieces, scores), nil
}

func byteName(b int) string { return fmt.Sprintf("<0x%02X>", b) }
