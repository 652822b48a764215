package quickjson

import (
	"bytes"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// reader holds what is not read yet.
type reader struct{ rest []byte }

func (r *reader) literal(s string) bool {
	if len(r.rest) < len(s) || string(r.rest[:len(s)]) != s {
		return false
	}
	r.rest = r.rest[len(s):]
	return true
}

func (r *reader) ended() bool { return len(bytes.Trim(r.rest, " \t\r\n")) == 0 }

// quoted reads a string without escapes. Its bytes are those of the input.
func (r *reader) quoted() ([]byte, bool) {
	if !r.literal(`"`) {
		return nil, false
	}
	ascii := true
	for i, c := range r.rest {
		switch {
		case c == '"':
			s := r.rest[:i]
			r.rest = r.rest[i+1:]
			return s, ascii || utf8.Valid(s)
		case c < ' ' || c == '\\':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// number reads a whole number below 10^19.
func (r *reader) number() (uint64, bool) {
	n, i := uint64(0), 0
	for ; i < len(r.rest) && i < 20 && '0' <= r.rest[i] && r.rest[i] <= '9'; i++ {
		n = 10*n + uint64(r.rest[i]-'0')
	}
	if i == 0 || i == 20 || i > 1 && r.rest[0] == '0' {
		return 0, false
	}
	r.rest = r.rest[i:]
	return n, true
}

func (r *reader) float() (float64, bool) {
	i := 0
	for i < len(r.rest) && bytes.IndexByte([]byte("+-.0123456789Ee"), r.rest[i]) >= 0 {
		i++
	}
	if !json.Valid(r.rest[:i]) {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(r.rest[:i]), 64)
	r.rest = r.rest[i:]
	return f, err == nil
}

// hex reads exactly len(into) bytes.
func (r *reader) hex(into []byte) bool {
	n := 2 * len(into)
	if len(r.rest) < n+4 || r.rest[n+3] != '"' || !r.literal(`"0x`) {
		return false
	}
	_, err := hex.Decode(into, r.rest[:n])
	r.rest = r.rest[n+1:]
	return err == nil
}

// take reads a value into v, which is addressable and zero.
func (p *plan) take(r *reader, v reflect.Value) bool {
	switch p.kind {
	case object:
		return p.takeObject(r, v)
	case hash:
		return r.hex(v.Addr().Interface().(*common.Hash)[:])
	case address:
		return r.hex(v.Addr().Interface().(*common.Address)[:])
	case amount:
		return takeAmount(r, v.Addr().Interface().(*protocol.Amount))
	case hexBytes:
		return takeBytes(r, v.Addr().Interface().(*protocol.Bytes))
	case text:
		s, ok := r.quoted()
		return ok && v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(s) == nil
	case stringOf:
		s, ok := r.quoted()
		v.SetString(string(s))
		return ok
	case boolean:
		is := r.literal("true")
		v.SetBool(is)
		return is || r.literal("false")
	case unsigned:
		n, ok := r.number()
		if ok = ok && !v.OverflowUint(n); ok {
			v.SetUint(n)
		}
		return ok
	case signed:
		n, ok := r.number()
		if ok = ok && n < 1<<63 && !v.OverflowInt(int64(n)); ok {
			v.SetInt(int64(n))
		}
		return ok
	case float:
		f, ok := r.float()
		v.SetFloat(f)
		return ok
	case pointer:
		if r.literal("null") {
			return true
		}
		v.Set(reflect.New(v.Type().Elem()))
		return p.elem.take(r, v.Elem())
	case numbers:
		return takeNumbers(r, v.Addr().Interface().(*[]uint32))
	case list:
		return p.takeList(r, v)
	case array:
		return takeArray(r, v.Len(), func(i int) bool { return p.elem.take(r, v.Index(i)) })
	case octets:
		into := v.Bytes()
		return takeArray(r, len(into), func(i int) bool {
			n, ok := r.number()
			into[i] = byte(n)
			return ok && n < 1<<8
		})
	case counts:
		return takeCounts(r, v.Addr().Interface().(*map[string]int))
	default:
		return false
	}
}

func (p *plan) takeObject(r *reader, v reflect.Value) bool {
	if !r.literal("{") {
		return false
	}
	first := true
	for i := range p.members {
		m := &p.members[i]
		before := r.rest
		if !first && !r.literal(",") || !r.literal(m.head) {
			r.rest = before // perhaps it was left out
			continue
		}
		first = false
		if !m.plan.take(r, v.Field(m.field)) {
			return false
		}
	}
	return r.literal("}")
}

// items reads a list whose opening was read.
func (r *reader) items(item func() bool) bool {
	if r.literal("]") {
		return true
	}
	for item() {
		if r.literal("]") {
			return true
		}
		if !r.literal(",") {
			return false
		}
	}
	return false
}

func (p *plan) takeList(r *reader, v reflect.Value) bool {
	if r.literal("null") {
		return true
	}
	if !r.literal("[") {
		return false
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 1))
	return r.items(func() bool {
		n := v.Len()
		v.Grow(1)
		v.SetLen(n + 1)
		v.Index(n).SetZero()
		return p.elem.take(r, v.Index(n))
	})
}

// takeArray reads exactly n items.
func takeArray(r *reader, n int, item func(i int) bool) bool {
	i := 0
	return r.literal("[") && r.items(func() bool {
		i++
		return i <= n && item(i-1)
	}) && i == n
}

func takeNumbers(r *reader, into *[]uint32) bool {
	if r.literal("null") {
		return true
	}
	if !r.literal("[") {
		return false
	}
	all := []uint32{}
	ok := r.items(func() bool {
		n, ok := r.number()
		all = append(all, uint32(n))
		return ok && n < 1<<32
	})
	*into = all
	return ok
}

func takeCounts(r *reader, into *map[string]int) bool {
	if r.literal("null") {
		return true
	}
	if !r.literal("{") {
		return false
	}
	*into = map[string]int{}
	if r.literal("}") {
		return true
	}
	for {
		name, ok := r.quoted()
		if !ok || !r.literal(":") {
			return false
		}
		n, ok := r.number()
		if !ok || n > 1<<31-1 {
			return false
		}
		(*into)[string(name)] = int(n)
		if r.literal("}") {
			return true
		}
		if !r.literal(",") {
			return false
		}
	}
}

func takeAmount(r *reader, into *protocol.Amount) bool {
	s, ok := r.quoted()
	if !ok {
		return false
	}
	if digits := (reader{s}); len(s) > 0 {
		if n, ok := digits.number(); ok && len(digits.rest) == 0 {
			*into = protocol.NewAmount(n)
			return true
		}
	}
	return into.UnmarshalText(s) == nil
}

func takeBytes(r *reader, into *protocol.Bytes) bool {
	s, ok := r.quoted()
	if !ok || len(s) < 2 || s[0] != '0' || s[1] != 'x' {
		return false
	}
	raw, err := hex.AppendDecode(make([]byte, 0, len(s)/2-1), s[2:])
	*into = raw
	return err == nil
}
