// Package quickjson writes and reads the JSON of messages as encoding/json does, in a quarter
// of its time: every request is encoded fourteen times and decoded ten times on its way.
//
// It is no second JSON. Marshal writes the very bytes of json.Marshal. Unmarshal reads by
// itself only what Marshal writes: members in their order, no space, no escapes. All else,
// and all that is wrong, goes to encoding/json, whose word on it holds. What a type is made of
// is looked at once; parts of kinds that are unknown here are left to encoding/json as well.
package quickjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// Marshal is json.Marshal. A pointer saves a copy.
func Marshal(v any) ([]byte, error) { return Between("", v, "") }

// Line is Marshal with a newline behind.
func Line(v any) ([]byte, error) { return Between("", v, "\n") }

// Between is Marshal with a text before and one behind.
func Between(before string, v any, behind string) ([]byte, error) {
	scratch := scratches.Get().(*[]byte)
	defer scratches.Put(scratch)
	b, err := Append(append((*scratch)[:0], before...), v)
	b = append(b, behind...)
	if cap(b) <= scratchMost {
		*scratch = b
	}
	if err != nil {
		return nil, err
	}
	return bytes.Clone(b), nil
}

// scratches hold messages until their length is known.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

const scratchMost = 64 << 10

// Append appends what Marshal makes of v.
func Append(b []byte, v any) ([]byte, error) {
	at := reflect.ValueOf(v)
	if at.Kind() == reflect.Pointer && !at.IsNil() {
		at = at.Elem()
	} else if at.IsValid() && at.Kind() != reflect.Pointer {
		copied := reflect.New(at.Type()).Elem()
		copied.Set(at)
		at = copied
	} else {
		return appendOther(b, v)
	}
	return planOf(at.Type()).put(b, at)
}

// Unmarshal is json.Unmarshal into a value that v points to and that is zero.
func Unmarshal(data []byte, v any) error {
	if Take(data, v) {
		return nil
	}
	return json.Unmarshal(data, v)
}

// Take reads data into the zero value that v points to if it is as Marshal writes it. Else it
// returns false and leaves the value zero; the data may be right all the same.
func Take(data []byte, v any) bool {
	at := reflect.ValueOf(v).Elem()
	r := reader{data}
	if planOf(at.Type()).take(&r, at) && r.ended() {
		return true
	}
	at.SetZero()
	return false
}

type kind uint8

const (
	other kind = iota // left to encoding/json
	object
	list
	numbers // []uint32
	array
	octets // [N]byte, numbers to encoding/json
	pointer
	counts // map[string]int
	hash
	address
	amount
	hexBytes
	text // has MarshalText and UnmarshalText
	stringOf
	boolean
	unsigned
	signed
	float
)

// plan is how values of one type are written and read.
type plan struct {
	kind    kind
	elem    *plan // of list, array, pointer
	members []member
}

type member struct {
	field     int
	head      string // `"name":`
	omitEmpty bool
	omitZero  bool
	plan      *plan
}

var (
	hashType    = reflect.TypeFor[common.Hash]()
	addressType = reflect.TypeFor[common.Address]()
	amountType  = reflect.TypeFor[protocol.Amount]()
	bytesType   = reflect.TypeFor[protocol.Bytes]()
	numbersType = reflect.TypeFor[[]uint32]()
	countsType  = reflect.TypeFor[map[string]int]()

	marshaler       = reflect.TypeFor[json.Marshaler]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
	zeroer          = reflect.TypeFor[interface{ IsZero() bool }]()
)

// plans by reflect.Type: made once for each, and the same whoever makes them.
var plans sync.Map

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p, _ := plans.LoadOrStore(t, makePlan(t, nil))
	return p.(*plan)
}

// makePlan plans t inside the types above, which it may not repeat.
func makePlan(t reflect.Type, above []reflect.Type) *plan {
	for _, a := range above {
		if a == t {
			return &plan{}
		}
	}
	switch t {
	case hashType:
		return &plan{kind: hash}
	case addressType:
		return &plan{kind: address}
	case amountType:
		return &plan{kind: amount}
	case bytesType:
		return &plan{kind: hexBytes}
	case numbersType:
		return &plan{kind: numbers}
	case countsType:
		return &plan{kind: counts}
	}
	at := reflect.PointerTo(t)
	if at.Implements(marshaler) || at.Implements(unmarshaler) {
		return &plan{}
	}
	if at.Implements(textMarshaler) || at.Implements(textUnmarshaler) {
		if t.Implements(textMarshaler) && at.Implements(textUnmarshaler) && t.Kind() != reflect.Pointer {
			return &plan{kind: text}
		}
		return &plan{}
	}
	above = append(above[:len(above):len(above)], t)
	switch t.Kind() {
	case reflect.Struct:
		return objectPlan(t, above)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 { // encoding/json has base64 for those
			return &plan{kind: list, elem: makePlan(t.Elem(), above)}
		}
	case reflect.Array:
		elem := makePlan(t.Elem(), above)
		if t.Elem().Kind() == reflect.Uint8 && elem.kind == unsigned {
			return &plan{kind: octets}
		}
		return &plan{kind: array, elem: elem}
	case reflect.Pointer:
		return &plan{kind: pointer, elem: makePlan(t.Elem(), above)}
	case reflect.String:
		if t != reflect.TypeFor[json.Number]() {
			return &plan{kind: stringOf}
		}
	case reflect.Bool:
		return &plan{kind: boolean}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &plan{kind: unsigned}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return &plan{kind: signed}
	case reflect.Float64:
		return &plan{kind: float}
	}
	return &plan{}
}

// objectPlan plans a struct, unless its tags say what is not known here.
func objectPlan(t reflect.Type, above []reflect.Type) *plan {
	p := &plan{kind: object}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			return &plan{}
		}
		tag := f.Tag.Get("json")
		if !f.IsExported() || tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		m := member{field: i, head: fmt.Sprintf("%q:", name), plan: makePlan(f.Type, above)}
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "":
			case "omitempty":
				m.omitEmpty = true
			case "omitzero":
				if f.Type != amountType && (f.Type.Implements(zeroer) || reflect.PointerTo(f.Type).Implements(zeroer)) {
					return &plan{}
				}
				m.omitZero = true
			default:
				return &plan{}
			}
		}
		if !plainName(name) || p.has(m.head) {
			return &plan{}
		}
		p.members = append(p.members, m)
	}
	return p
}

func (p *plan) has(head string) bool {
	for _, m := range p.members {
		if strings.EqualFold(m.head, head) {
			return true
		}
	}
	return false
}

func plainName(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return name != ""
}

// left tells whether a member is not written.
func (m *member) left(v reflect.Value) bool {
	if m.omitZero && v.IsZero() {
		return true
	}
	if !m.omitEmpty {
		return false
	}
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}
