package importer

import (
	"encoding/binary"
	"slices"

	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// llama2cTokenizer reads tokenizer.bin: i32 maximum length, then for each of the
// vocab tokens f32 score, i32 length, bytes. Ids 0 to 2 are unknown, BOS and EOS;
// pieces spelled <0xHH> are byte tokens; U+2581 is already a space.
func llama2cTokenizer(b []byte, vocab int) (tokenizer.Spec, error) {
	s := tokenizer.Spec{Kind: tokenizer.SPM, AddBOS: true, AddSpacePrefix: true}
	if len(b) < 4 {
		return s, invalid("read tokenizer: %d bytes", len(b))
	}
	b = b[4:] // the longest piece, not needed
	scores := make([]int64, 0, vocab)
	for id := range vocab {
		if len(b) < 8 {
			return s, invalid("read tokenizer: ends at token %d of %d", id, vocab)
		}
		score, n := binary.LittleEndian.Uint32(b), int(int32(binary.LittleEndian.Uint32(b[4:])))
		b = b[8:]
		if n < 0 || n > tokenizer.MaxTokenBytes || n > len(b) {
			return s, invalid("read tokenizer: token %d has %d bytes", id, n)
		}
		key, ok := orderF32(score)
		if !ok {
			return s, invalid("read tokenizer: score of token %d is not a number", id)
		}
		scores = append(scores, key)
		s.Tokens = append(s.Tokens, llama2cToken(id, slices.Clone(b[:n])))
		b = b[n:]
	}
	if len(b) != 0 {
		return s, invalid("read tokenizer: %d bytes after the last token", len(b))
	}
	rankTokens(s.Tokens, scores)
	return s, nil
}

func llama2cToken(id int, piece []byte) tokenizer.Token {
	if id < 3 || len(piece) == 0 {
		return tokenizer.Token{Type: tokenizer.Control, Bytes: piece}
	}
	if len(piece) == 6 && string(piece[:3]) == "<0x" && piece[5] == '>' {
		hi, ok1 := hexDigit(piece[3])
		lo, ok2 := hexDigit(piece[4])
		if ok1 && ok2 {
			return tokenizer.Token{Type: tokenizer.Byte, Bytes: []byte{hi<<4 | lo}}
		}
	}
	return tokenizer.Token{Type: tokenizer.Normal, Bytes: piece}
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// rankTokens sets dense ranks: the number of distinct greater scores.
func rankTokens(tokens []tokenizer.Token, scores []int64) {
	distinct := slices.Clone(scores)
	slices.SortFunc(distinct, func(a, b int64) int { return int(max(min(b-a, 1), -1)) })
	distinct = slices.Compact(distinct)
	for i := range tokens {
		rank, _ := slices.BinarySearchFunc(distinct, scores[i], func(e, target int64) int { return int(max(min(target-e, 1), -1)) })
		tokens[i].Rank = uint32(rank)
	}
}

// orderF32 maps float bits to integers of the same order, -0 equal to 0; false
// for not-a-number.
func orderF32(b uint32) (int64, bool) {
	v := int64(b &^ (1 << 31))
	if b>>31 != 0 {
		v = -v
	}
	return v, b&^(1<<31) <= 0x7F800000
}
