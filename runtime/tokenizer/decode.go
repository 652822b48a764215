package tokenizer

import "unicode/utf8"

// Decoder turns a stream of ids into text, holding back an incomplete UTF-8 tail
// until it is complete. What Push and Flush return, joined, does not depend on
// how often they are called in between. Bytes that are no UTF-8 become U+FFFD, one
// each. Not for concurrent use.
type Decoder struct {
	t        *Tokenizer
	afterBOS bool
	pending  []byte
}

// NewDecoder returns a decoder for ids that follow prompt; only its last id matters.
func (t *Tokenizer) NewDecoder(prompt []uint32) *Decoder {
	n := len(prompt)
	return &Decoder{t: t, afterBOS: n > 0 && t.isBOS(prompt[n-1])}
}

func (t *Tokenizer) isBOS(id uint32) bool { return id == t.bos && id != None }

// Push adds one id and returns the text that is complete now. Ids outside the
// vocabulary and control tokens yield nothing.
func (d *Decoder) Push(id uint32) string {
	d.pending = d.t.appendBytes(d.pending, id, d.afterBOS)
	d.afterBOS = d.t.isBOS(id)
	return d.take(false)
}

// Flush returns what is held back and ends the stream.
func (d *Decoder) Flush() string { return d.take(true) }

func (d *Decoder) take(all bool) string {
	var out []byte
	b := d.pending
	for len(b) > 0 && (all || utf8.FullRune(b)) {
		r, n := utf8.DecodeRune(b) // RuneError encodes as U+FFFD
		out, b = utf8.AppendRune(out, r), b[n:]
	}
	d.pending = append(d.pending[:0], b...)
	return string(out)
}

// appendBytes appends the raw bytes of a token. The space that AddSpacePrefix put
// after BOS is dropped again.
func (t *Tokenizer) appendBytes(dst []byte, id uint32, afterBOS bool) []byte {
	if id >= uint32(len(t.spec.Tokens)) || t.spec.Tokens[id].Type == Control {
		return dst
	}
	b := t.spec.Tokens[id].Bytes
	if afterBOS && t.spec.AddSpacePrefix && b[0] == ' ' && t.spec.Tokens[id].Type == Normal {
		b = b[1:]
	}
	return append(dst, b...)
}

// Decode returns the raw bytes of ids, which need not be UTF-8.
func (t *Tokenizer) Decode(ids []uint32) []byte {
	var out []byte
	for i, id := range ids {
		out = t.appendBytes(out, id, i > 0 && t.isBOS(ids[i-1]))
	}
	return out
}

// Text returns the text of output ids that follow prompt, as a Decoder streams it.
func (t *Tokenizer) Text(prompt, output []uint32) string {
	d := t.NewDecoder(prompt)
	var out []byte
	for _, id := range output {
		out = append(out, d.Push(id)...)
	}
	return string(append(out, d.Flush()...))
}
