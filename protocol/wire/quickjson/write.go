package quickjson

import (
	"encoding"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

func appendOther(b []byte, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	return append(b, raw...), err
}

// put appends v, which is addressable.
func (p *plan) put(b []byte, v reflect.Value) ([]byte, error) {
	switch p.kind {
	case object:
		return p.putObject(b, v)
	case hash:
		return appendHex(b, v.Addr().Interface().(*common.Hash)[:]), nil
	case address:
		return appendHex(b, v.Addr().Interface().(*common.Address)[:]), nil
	case amount:
		a := v.Addr().Interface().(*protocol.Amount)
		b = append(b, '"')
		if n, ok := a.Uint64(); ok {
			b = strconv.AppendUint(b, n, 10)
		} else {
			b = append(b, a.String()...)
		}
		return append(b, '"'), nil
	case hexBytes:
		return appendHex(b, *v.Addr().Interface().(*protocol.Bytes)), nil
	case text:
		raw, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return appendOther(b, v.Addr().Interface()) // for its error
		}
		return appendString(b, string(raw))
	case stringOf:
		return appendString(b, v.String())
	case boolean:
		return strconv.AppendBool(b, v.Bool()), nil
	case unsigned:
		return strconv.AppendUint(b, v.Uint(), 10), nil
	case signed:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case float:
		f := v.Float()
		if abs := math.Abs(f); f == 0 || abs >= 1e-6 && abs < 1e21 {
			return strconv.AppendFloat(b, f, 'f', -1, 64), nil
		}
		return appendOther(b, f) // exponents, and what is no number
	case pointer:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return p.elem.put(b, v.Elem())
	case octets:
		return putNumbers(b, v.Bytes()), nil
	case numbers:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return putNumbers(b, *v.Addr().Interface().(*[]uint32)), nil
	case list, array:
		return p.putList(b, v)
	case counts:
		return putCounts(b, *v.Addr().Interface().(*map[string]int))
	default:
		return appendOther(b, v.Addr().Interface())
	}
}

func (p *plan) putObject(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '{')
	first := true
	for i := range p.members {
		m := &p.members[i]
		f := v.Field(m.field)
		if (m.omitEmpty || m.omitZero) && m.left(f) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		var err error
		if b, err = m.plan.put(append(b, m.head...), f); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func (p *plan) putList(b []byte, v reflect.Value) (_ []byte, err error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return append(b, "null"...), nil
	}
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = p.elem.put(b, v.Index(i)); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

func putNumbers[T byte | uint32](b []byte, all []T) []byte {
	b = append(b, '[')
	for i, n := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(n), 10)
	}
	return append(b, ']')
}

func putCounts(b []byte, m map[string]int) (_ []byte, err error) {
	if m == nil {
		return append(b, "null"...), nil
	}
	b = append(b, '{')
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendString(b, name); err != nil {
			return b, err
		}
		b = strconv.AppendInt(append(b, ':'), int64(m[name]), 10)
	}
	return append(b, '}'), nil
}

func appendHex(b, raw []byte) []byte {
	return append(hex.AppendEncode(append(b, `"0x`...), raw), '"')
}

func appendString(b []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return appendOther(b, s)
		}
	}
	return append(append(append(b, '"'), s...), '"'), nil
}
