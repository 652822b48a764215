package tokenizer

import (
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// The tensor, integers little endian:
//
//	"DGT1", u8 kind, u8 splitter, u16 flags (1 add BOS, 2 space prefix, 4 whole piece first)
//	u32 tokens, each: u8 type, u32 rank, u16 length, bytes
//	u32 merges, each: u32 left, u32 right, u32 result
//	u8 templates, each: u8 length and name, then five sections (begin, system, user,
//	assistant, generate), each: u8 segments, each: u8 kind, then u16 length and
//	text (0), u32 id (1) or nothing (2)
const (
	magic          = "DGT1"
	flagBOS        = 1
	flagSpace      = 2
	flagWholeFirst = 4
)

// Encode returns the canonical tensor of a checked spec.
func (s Spec) Encode() []byte {
	le := binary.LittleEndian
	var flags uint16
	for i, on := range []bool{s.AddBOS, s.AddSpacePrefix, s.WholeFirst} {
		if on {
			flags |= 1 << i
		}
	}
	b := le.AppendUint16(append([]byte(magic), byte(s.Kind), byte(s.Pre)), flags)
	b = le.AppendUint32(b, uint32(len(s.Tokens)))
	for _, t := range s.Tokens {
		b = le.AppendUint32(append(b, byte(t.Type)), t.Rank)
		b = append(le.AppendUint16(b, uint16(len(t.Bytes))), t.Bytes...)
	}
	b = le.AppendUint32(b, uint32(len(s.Merges)))
	for _, m := range s.Merges {
		b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, m.Left), m.Right), m.Result)
	}
	b = append(b, byte(len(s.Templates)))
	for _, t := range s.Templates {
		b = append(append(b, byte(len(t.Name))), t.Name...)
		for _, section := range t.sections() {
			b = append(b, byte(len(section)))
			for _, g := range section {
				b = append(b, byte(g.Kind))
				switch g.Kind {
				case Literal:
					b = append(le.AppendUint16(b, uint16(len(g.Text))), g.Text...)
				case Single:
					b = le.AppendUint32(b, g.Token)
				}
			}
		}
	}
	return b
}

// Parse reads the tensor of a model whose BOS id is bos (None for none). It
// accepts only canonical bytes and wraps protocol.ErrInvalid for all others.
func Parse(data []byte, bos uint32) (*Tokenizer, error) {
	r := reader{b: data}
	if string(r.bytes(4)) != magic {
		return nil, fmt.Errorf("parse tokenizer: magic: %w", protocol.ErrInvalid)
	}
	s := Spec{Kind: Kind(r.u8()), Pre: Pre(r.u8())}
	flags := r.u16()
	s.AddBOS, s.AddSpacePrefix, s.WholeFirst = flags&flagBOS != 0, flags&flagSpace != 0, flags&flagWholeFirst != 0
	if flags >= 8 {
		r.bad = true
	}
	for n := r.u32(); n > 0 && !r.bad; n-- {
		t := Token{Type: Type(r.u8()), Rank: r.u32()}
		t.Bytes = r.bytes(int(r.u16()))
		s.Tokens = append(s.Tokens, t)
	}
	for n := r.u32(); n > 0 && !r.bad; n-- {
		s.Merges = append(s.Merges, Merge{Left: r.u32(), Right: r.u32(), Result: r.u32()})
	}
	for n := r.u8(); n > 0 && !r.bad; n-- {
		s.Templates = append(s.Templates, r.template())
	}
	if r.bad || len(r.b) != 0 {
		return nil, fmt.Errorf("parse tokenizer: truncated, malformed or trailing bytes: %w", protocol.ErrInvalid)
	}
	return New(s, bos)
}

// reader takes values off the front of b; bad is set at the first shortage.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) bytes(n int) []byte {
	if r.bad || n > len(r.b) {
		r.bad = true
		return make([]byte, min(n, 4))
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) u8() uint8   { return r.bytes(1)[0] }
func (r *reader) u16() uint16 { return binary.LittleEndian.Uint16(r.bytes(2)) }
func (r *reader) u32() uint32 { return binary.LittleEndian.Uint32(r.bytes(4)) }

func (r *reader) template() Template {
	t := Template{Name: string(r.bytes(int(r.u8())))}
	for _, section := range []*[]Segment{&t.Begin, &t.System, &t.User, &t.Assistant, &t.Generate} {
		for n := r.u8(); n > 0 && !r.bad; n-- {
			g := Segment{Kind: SegmentKind(r.u8())}
			switch g.Kind {
			case Literal:
				g.Text = string(r.bytes(int(r.u16())))
			case Single:
				g.Token = r.u32()
			}
			*section = append(*section, g)
		}
	}
	return t
}
