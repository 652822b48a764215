package events

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dgrid-network/dgrid/protocol"
)

var (
	eventDecl  = regexp.MustCompile(`(?s)\bevent (\w+)\((.*?)\);`)
	structDecl = regexp.MustCompile(`(?s)\bstruct (\w+) \{(.*?)\}`)
	nameDecl   = regexp.MustCompile(`(?m)^\s*(?:enum|type) (\w+)(?: is (\w+);)?`)
	comment    = regexp.MustCompile(`//.*`)
)

// declared reads the canonical signatures of all events, with their number of
// indexed parameters, out of the Solidity interfaces.
func declared(t *testing.T) map[string]int {
	var source string
	for _, pattern := range []string{"types/*.sol", "interfaces/I*.sol"} {
		files, err := filepath.Glob("../../contracts/src/" + pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			b, err := os.ReadFile(f)
			require.NoError(t, err)
			source += comment.ReplaceAllString(string(b), "") + "\n"
		}
	}
	types := map[string]string{}
	for _, m := range nameDecl.FindAllStringSubmatch(source, -1) {
		types[m[1]] = "uint8"
		if m[2] != "" {
			types[m[1]] = m[2]
		}
	}
	var canonical func(string) string
	canonical = func(name string) string {
		if base, ok := strings.CutSuffix(name, "[]"); ok {
			return canonical(base) + "[]"
		}
		if alias, ok := types[name]; ok {
			return alias
		}
		return name
	}
	for more := true; more; { // structs of structs need several rounds
		more = false
		for _, m := range structDecl.FindAllStringSubmatch(source, -1) {
			var fields []string
			for _, f := range strings.Split(m[2], ";") {
				if f := strings.Fields(f); len(f) >= 2 {
					fields = append(fields, canonical(f[0]))
				}
			}
			if s := "(" + strings.Join(fields, ",") + ")"; types[m[1]] != s {
				types[m[1]], more = s, true
			}
		}
	}
	events := map[string]int{}
	for _, m := range eventDecl.FindAllStringSubmatch(source, -1) {
		var params []string
		indexed := 0
		for _, p := range strings.Split(m[2], ",") {
			f := strings.Fields(p)
			params = append(params, canonical(f[0]))
			if slices.Contains(f, "indexed") {
				indexed++
			}
		}
		events[m[1]+"("+strings.Join(params, ",")+")"] = indexed
	}
	return events
}

func TestEveryEventOfTheInterfacesIsKnown(t *testing.T) {
	want, got := declared(t), map[string]int{}
	for _, f := range forms {
		got[f.signature] = f.indexed
	}
	require.Equal(t, want, got)
}

// arguments parses a signature with the rules of go-ethereum's decoder.
func arguments(t require.TestingT, signature string) abi.Arguments {
	list, rest := components(signature[strings.IndexByte(signature, '(')+1:])
	require.Empty(t, rest)
	var args abi.Arguments
	for _, c := range list {
		typ, err := abi.NewType(c.Type, "", c.Components)
		require.NoError(t, err)
		args = append(args, abi.Argument{Name: c.Name, Type: typ})
	}
	return args
}

func components(s string) (list []abi.ArgumentMarshaling, rest string) {
	for s != "" && s[0] != ')' {
		s = strings.TrimPrefix(s, ",")
		c := abi.ArgumentMarshaling{Name: fmt.Sprintf("F%d", len(list))}
		if s[0] == '(' {
			c.Components, s = components(s[1:])
			c.Type = "tuple"
		} else {
			i := strings.IndexAny(s, ",)")
			c.Type, s = s[:i], s[i:]
		}
		list = append(list, c)
	}
	return list, strings.TrimPrefix(s, ")")
}

func draw(t *rapid.T, typ abi.Type) reflect.Value {
	v := reflect.New(typ.GetType()).Elem()
	switch typ.T {
	case abi.UintTy:
		b := rapid.SliceOfN(rapid.Byte(), typ.Size/8, typ.Size/8).Draw(t, "uint")
		n := new(big.Int).SetBytes(b)
		if typ.GetType() == reflect.TypeFor[*big.Int]() {
			return reflect.ValueOf(n)
		}
		v.SetUint(n.Uint64())
	case abi.BoolTy:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case abi.AddressTy:
		v.Set(reflect.ValueOf(common.Address(rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "address"))))
	case abi.FixedBytesTy:
		reflect.Copy(v, reflect.ValueOf(rapid.SliceOfN(rapid.Byte(), typ.Size, typ.Size).Draw(t, "bytesN")))
	case abi.BytesTy:
		v.SetBytes(rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "bytes"))
	case abi.StringTy:
		v.SetString(string(rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, "string")))
	case abi.SliceTy:
		for range rapid.IntRange(0, 5).Draw(t, "len") {
			v = reflect.Append(v, draw(t, *typ.Elem))
		}
	case abi.TupleTy:
		for i, e := range typ.TupleElems {
			v.Field(i).Set(draw(t, *e))
		}
	}
	return v
}

// flat lists the scalars of a value in order, as text.
func flat(v reflect.Value) []string {
	switch x := v.Interface().(type) {
	case protocol.Amount:
		return []string{x.String()}
	case *big.Int:
		return []string{x.String()}
	case common.Address, common.Hash, [32]byte, [4]byte, []byte, string:
		return []string{fmt.Sprintf("%x", x)}
	}
	var out []string
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			out = append(out, flat(v.Field(i))...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = append(out, flat(v.Index(i))...)
		}
	case reflect.Bool:
		out = append(out, fmt.Sprint(v.Bool()))
	default:
		out = append(out, fmt.Sprint(v.Uint()))
	}
	return out
}

// indexedOf says which parameters of a form are topics; JobRefunded has one in the
// middle, all others have them first.
func indexedOf(f form) map[int]bool {
	if strings.HasPrefix(f.signature, "JobRefunded(") {
		return map[int]bool{0: true, 1: true, 3: true}
	}
	m := map[int]bool{}
	for i := range f.indexed {
		m[i] = true
	}
	return m
}

func TestDecodeAgreesWithTheABI(t *testing.T) {
	for _, f := range forms {
		t.Run(f.signature, rapid.MakeCheck(func(t *rapid.T) {
			args, indexed := arguments(t, f.signature), indexedOf(f)
			topics := crypto.Keccak256([]byte(f.signature))
			var data abi.Arguments
			var values []any
			var want []string
			for i, a := range args {
				v := draw(t, a.Type)
				want = append(want, flat(v)...)
				if indexed[i] {
					word, err := abi.Arguments{a}.Pack(v.Interface())
					require.NoError(t, err)
					topics = append(topics, word...)
					continue
				}
				data, values = append(data, a), append(values, v.Interface())
			}
			packed, err := data.Pack(values...)
			require.NoError(t, err)
			e, err := Decode(f.source, topics, packed)
			require.NoError(t, err)
			require.Equal(t, want, flat(reflect.ValueOf(e)))
		}))
	}
}

func TestDecodeRefusesWhatIsNoEvent(t *testing.T) {
	topic := crypto.Keccak256([]byte("PausedNewRequests(bool)"))
	word := func(n byte) []byte { return append(make([]byte, 31), n) }
	e, err := Decode(Market, topic, word(1))
	require.NoError(t, err)
	require.Equal(t, PausedNewRequests{true}, e)
	for name, bad := range map[string]struct{ topics, data []byte }{
		"not a bool":    {topic, word(2)},
		"short":         {topic, word(1)[:31]},
		"one topic too": {append(slices.Clone(topic), topic...), word(1)},
	} {
		_, err := Decode(Market, bad.topics, bad.data)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	for name, other := range map[string]struct {
		source Source
		topics []byte
	}{"other contract": {Vault, topic}, "no topics": {Market, nil}, "unknown": {Market, make([]byte, 32)}} {
		e, err := Decode(other.source, other.topics, nil)
		require.NoError(t, err, name)
		require.Nil(t, e, name)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint8(0), []byte{})
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		form := forms[int(n)%len(forms)]
		topics := append(crypto.Keccak256([]byte(form.signature)), make([]byte, 32*form.indexed)...)
		_, _ = Decode(form.source, topics, data) // must not panic or allocate what was only announced
	})
}
