package runtime

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/dgrid-network/dgrid/protocol"
)

// DType is the element type of a tensor, spelled as in safetensors.
type DType string

// The element types, in the order in which tensors lie in a file.
const (
	U32 DType = "U32"
	I32 DType = "I32"
	U16 DType = "U16"
	I16 DType = "I16"
	I8  DType = "I8"
	U8  DType = "U8"
)

var dtypes = []DType{U32, I32, U16, I16, I8, U8}

// Bytes returns the size of one element, 0 for an unknown type.
func (d DType) Bytes() int {
	switch d {
	case U32, I32:
		return 4
	case U16, I16:
		return 2
	case I8, U8:
		return 1
	}
	return 0
}

// Tensor is one named array of a container: row-major, little endian.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	Data  []byte
}

func (t Tensor) elements() (n int, ok bool) {
	n = 1
	for _, s := range t.Shape {
		if s < 1 || n > maxFileBytes/s {
			return 0, false
		}
		n *= s
	}
	return n, len(t.Shape) > 0
}

// compareTensors is the canonical order: by type, then bytewise by name.
func compareTensors(a, b Tensor) int {
	return cmp.Or(
		cmp.Compare(slices.Index(dtypes, a.DType), slices.Index(dtypes, b.DType)),
		cmp.Compare(a.Name, b.Name))
}

const (
	maxFileBytes = int(^uint(0) >> 1)
	maxJSONBytes = 1 << 22
	metadata     = `"__metadata__":{"format":"dgrid","version":"1"}`
)

// EncodeContainer returns the canonical safetensors file of tensors, which it
// puts in canonical order: one set of tensors has one file. It refuses what no
// loader would accept as a container; which tensors a model needs is checked by Parse.
func EncodeContainer(tensors []Tensor) ([]byte, error) {
	tensors = slices.Clone(tensors)
	slices.SortFunc(tensors, compareTensors)
	total := 0
	for i, t := range tensors {
		n, ok := t.elements()
		if !ok || t.DType.Bytes() == 0 || n*t.DType.Bytes() != len(t.Data) || !plainName(t.Name) || maxFileBytes-total < len(t.Data) {
			return nil, fmt.Errorf("encode container: tensor %q: %w", t.Name, protocol.ErrInvalid)
		}
		if i > 0 && compareTensors(tensors[i-1], t) == 0 {
			return nil, fmt.Errorf("encode container: tensor %q twice: %w", t.Name, protocol.ErrInvalid)
		}
		total += len(t.Data)
	}
	head := encodeJSON(tensors)
	if len(head) > maxJSONBytes {
		return nil, fmt.Errorf("encode container: header of %d bytes: %w", len(head), protocol.ErrInvalid)
	}
	out := make([]byte, 8, 8+len(head)+total)
	binary.LittleEndian.PutUint64(out, uint64(len(head)))
	out = append(out, head...)
	for _, t := range tensors {
		out = append(out, t.Data...)
	}
	return out, nil
}

func plainName(s string) bool {
	for _, c := range []byte(s) {
		if c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// encodeJSON returns the canonical header: ASCII without spaces, padded with
// spaces to a multiple of 8.
func encodeJSON(tensors []Tensor) []byte {
	b := append([]byte{'{'}, metadata...)
	at := 0
	for _, t := range tensors {
		b = append(append(append(b, `,"`...), t.Name...), `":{"dtype":"`...)
		b = append(append(b, t.DType...), `","shape":[`...)
		for i, s := range t.Shape {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, int64(s), 10)
		}
		b = strconv.AppendInt(append(b, `],"data_offsets":[`...), int64(at), 10)
		at += len(t.Data)
		b = append(strconv.AppendInt(append(b, ','), int64(at), 10), "]}"...)
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	return b
}

// DecodeContainer splits a container into its tensors, in file order, without
// copying. It accepts exactly the files that EncodeContainer makes and wraps
// protocol.ErrInvalid for every other input.
func DecodeContainer(file []byte) ([]Tensor, error) {
	bad := func(what string) ([]Tensor, error) {
		return nil, fmt.Errorf("decode container: %s: %w", what, protocol.ErrInvalid)
	}
	if len(file) < 8 {
		return bad("size")
	}
	n := binary.LittleEndian.Uint64(file)
	if n > maxJSONBytes || n > uint64(len(file)-8) {
		return bad("header length")
	}
	head, data := file[8:8+n], file[8+n:]
	tensors, ok := scanJSON(head)
	if !ok {
		return bad("header syntax")
	}
	for i := range tensors {
		t := &tensors[i]
		n, ok := t.elements()
		if size := t.DType.Bytes(); !ok || size == 0 || !plainName(t.Name) || n > len(data)/size {
			return bad("type, shape or size of tensor " + strconv.Quote(t.Name))
		} else {
			t.Data, data = data[:n*size:n*size], data[n*size:]
		}
		if i > 0 && compareTensors(tensors[i-1], *t) >= 0 {
			return bad("order of tensor " + strconv.Quote(t.Name))
		}
	}
	if len(data) != 0 {
		return bad("bytes after the last tensor")
	}
	// The scanner skips over offsets and padding; writing the header again shows
	// that every byte of it was canonical.
	if !bytes.Equal(encodeJSON(tensors), head) {
		return bad("header is not in canonical form")
	}
	return tensors, nil
}

// scanJSON reads the names, types and shapes of the one form of header that is
// accepted. The caller compares offsets and spelling by encoding again.
func scanJSON(b []byte) (tensors []Tensor, ok bool) {
	eat := func(s string) bool {
		if !bytes.HasPrefix(b, []byte(s)) {
			return false
		}
		b = b[len(s):]
		return true
	}
	word := func() (string, bool) { // up to the closing quote
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return "", false
		}
		s := string(b[:i])
		b = b[i+1:]
		return s, plainName(s) || slices.Contains(dtypes, DType(s))
	}
	number := func() (int, bool) {
		i := 0
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		v, err := strconv.ParseUint(string(b[:i]), 10, strconv.IntSize-1)
		b = b[i:]
		return int(v), err == nil
	}
	if !eat("{" + metadata) {
		return nil, false
	}
	for eat(`,"`) {
		var t Tensor
		name, ok1 := word()
		ok2 := eat(`:{"dtype":"`)
		dtype, ok3 := word()
		if !ok1 || !ok2 || !ok3 || !eat(`,"shape":[`) {
			return nil, false
		}
		t.Name, t.DType = name, DType(dtype)
		for len(t.Shape) == 0 || eat(",") {
			v, ok := number()
			if !ok {
				return nil, false
			}
			t.Shape = append(t.Shape, v)
		}
		if !eat(`],"data_offsets":[`) {
			return nil, false
		}
		_, ok1 = number()
		ok2 = eat(",")
		_, ok3 = number()
		if !ok1 || !ok2 || !ok3 || !eat("]}") {
			return nil, false
		}
		tensors = append(tensors, t)
	}
	return tensors, eat("}")
}
