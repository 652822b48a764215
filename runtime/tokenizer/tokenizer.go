// Package tokenizer turns text into token ids and back, exactly and without
// floating point, from the tensor "tokenizer" of a model file.
//
// Two kinds exist: SPM (merge by rank over characters with byte fallback) and
// byte-level BPE (split by character class, then merge by rank over bytes).
// Control tokens never arise from text, only from a chat template. Input must be
// valid UTF-8 and is not normalised. A tokenizer is immutable and safe for
// concurrent use. Token ids are what a request commits to; text is a convenience
// of the two ends.
package tokenizer

import (
	"fmt"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/protocol"
)

// Kind is the algorithm of a tokenizer.
type Kind uint8

// The two kinds.
const (
	SPM       Kind = 1
	ByteLevel Kind = 2
)

// Type says how a token takes part in encoding.
type Type uint8

// The token types.
const (
	Normal  Type = 1 // arises from text
	Control Type = 2 // never arises from text; decodes to nothing
	Byte    Type = 3 // one byte, where a character has no token (SPM)
)

// None stands for an absent token id.
const None = uint32(0xFFFFFFFF)

// MaxTokenBytes bounds the bytes of one token.
const MaxTokenBytes = 1024

// Token is one entry of the vocabulary.
type Token struct {
	Type Type
	// Rank orders merges of kind SPM: the number of distinct scores above this
	// token's. Zero for byte level.
	Rank  uint32
	Bytes []byte
}

// Merge joins two tokens into one; its rank is its place in the list.
type Merge struct{ Left, Right, Result uint32 }

// Spec is the content of a tokenizer, as stored.
type Spec struct {
	Kind Kind
	Pre  Pre // splitter of kind ByteLevel, 0 for SPM
	// AddBOS puts the model's BOS before an encoded text, AddSpacePrefix a space
	// before a non-empty one (SPM), WholeFirst takes a split piece that is a token
	// as it is, without merging (byte level).
	AddBOS, AddSpacePrefix, WholeFirst bool
	Tokens                             []Token
	Merges                             []Merge
	Templates                          []Template
}

// Tokenizer encodes and decodes. Make one with New or Parse.
type Tokenizer struct {
	spec   Spec
	bos    uint32
	ids    map[string]uint32 // normal tokens; of equal strings the lowest id
	bytes  [256]uint32       // byte tokens (SPM) or single-byte tokens (byte level)
	merges map[[2]uint32]merge
	maxLen int
}

type merge struct{ rank, result uint32 }

// New checks spec and returns its tokenizer. bos is the BOS id of the model, None
// for none. Errors wrap protocol.ErrInvalid.
func New(spec Spec, bos uint32) (*Tokenizer, error) {
	t := &Tokenizer{spec: spec, bos: bos, ids: make(map[string]uint32, len(spec.Tokens))}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("tokenizer: %w", err)
	}
	for i := range t.bytes {
		t.bytes[i] = None
	}
	for i, tok := range spec.Tokens {
		id, key := uint32(i), string(tok.Bytes)
		switch tok.Type {
		case Normal:
			if _, ok := t.ids[key]; !ok {
				t.ids[key] = id
			}
			t.maxLen = max(t.maxLen, len(key))
			if spec.Kind == ByteLevel && len(key) == 1 && t.bytes[key[0]] == None {
				t.bytes[key[0]] = id
			}
		case Byte:
			if t.bytes[key[0]] == None {
				t.bytes[key[0]] = id
			}
		}
	}
	if spec.Kind == ByteLevel {
		return t, t.indexMerges()
	}
	return t, nil
}

func (t *Tokenizer) check() error {
	s := t.spec
	bad := func(format string, args ...any) error {
		return fmt.Errorf(format+": %w", append(args, protocol.ErrInvalid)...)
	}
	if n := len(s.Tokens); n < 1 || n > protocol.MaxVocabulary {
		return bad("%d tokens", n)
	}
	if t.bos != None && t.bos >= uint32(len(s.Tokens)) || t.bos == None && s.AddBOS {
		return bad("BOS %d", t.bos)
	}
	switch s.Kind {
	case SPM:
		if s.Pre != 0 || s.WholeFirst || len(s.Merges) != 0 {
			return bad("SPM with byte-level fields")
		}
	case ByteLevel:
		if s.AddSpacePrefix || !s.Pre.known() {
			return bad("byte level with SPM fields or unknown splitter %d", s.Pre)
		}
	default:
		return bad("kind %d", s.Kind)
	}
	for i, tok := range s.Tokens {
		if tok.Type < Normal || tok.Type > Byte || len(tok.Bytes) > MaxTokenBytes ||
			tok.Type == Byte && (len(tok.Bytes) != 1 || s.Kind != SPM) ||
			tok.Type == Normal && len(tok.Bytes) == 0 || s.Kind == ByteLevel && tok.Rank != 0 {
			return bad("token %d of type %d with %d bytes", i, tok.Type, len(tok.Bytes))
		}
	}
	for i, tpl := range s.Templates {
		if err := tpl.check(len(s.Tokens)); err != nil {
			return bad("template %d: %v", i+1, err)
		}
	}
	return nil
}

// Size returns the number of tokens.
func (t *Tokenizer) Size() int { return len(t.spec.Tokens) }

// Spec returns the content. The caller must not change what it refers to.
func (t *Tokenizer) Spec() Spec { return t.spec }

// BOS returns the id that begins a text, None for none.
func (t *Tokenizer) BOS() uint32 { return t.bos }

// Encode returns the ids of text, led by BOS if the tokenizer adds one. It wraps
// protocol.ErrInvalid for text that is not UTF-8 or has a character that neither a
// token nor byte tokens can express.
func (t *Tokenizer) Encode(text string) ([]uint32, error) {
	var ids []uint32
	if t.spec.AddBOS {
		ids = append(ids, t.bos)
	}
	return t.Append(ids, text)
}

// Append appends the ids of text to ids, without BOS.
func (t *Tokenizer) Append(ids []uint32, text string) ([]uint32, error) {
	if !utf8.ValidString(text) {
		return nil, fmt.Errorf("encode text: not valid UTF-8: %w", protocol.ErrInvalid)
	}
	if text == "" {
		return ids, nil
	}
	if t.spec.Kind == ByteLevel {
		return t.appendByteLevel(ids, text)
	}
	if t.spec.AddSpacePrefix {
		text = " " + text
	}
	return t.appendSPM(ids, text)
}
