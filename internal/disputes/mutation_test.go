package disputes

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// spot is one field of a call's arguments, named by the way to it.
type spot struct {
	name string
	v    reflect.Value
}

// spots lists every field of a structure that has no fields itself. Lists are one spot.
func spots(v reflect.Value, name string) (list []spot) {
	switch {
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			list = append(list, spots(v.Field(i), strings.TrimPrefix(name+"."+v.Type().Field(i).Name, "."))...)
		}
	case v.Kind() == reflect.Array && v.Type().Elem().Kind() == reflect.Array:
		for i := range v.Len() {
			list = append(list, spots(v.Index(i), name)...)
		}
	default:
		list = append(list, spot{name, v})
	}
	return list
}

// change makes something else of a value in a drawn way; the draw may change nothing.
func change(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		bits := v.Type().Bits()
		v.SetUint([]uint64{v.Uint() ^ 1<<r.IntN(bits), v.Uint() + 1, v.Uint() - 1, r.Uint64(), 0}[r.IntN(5)] & (1<<(bits-1)<<1 - 1))
	case reflect.Pointer: // *big.Int, an amount
		n := new(big.Int).Set(v.Interface().(*big.Int))
		switch r.IntN(3) {
		case 0:
			n.Xor(n, new(big.Int).Lsh(big.NewInt(1), uint(r.IntN(90))))
		case 1:
			n.Add(n, big.NewInt(1))
		default:
			n.SetUint64(r.Uint64())
		}
		v.Set(reflect.ValueOf(n))
	case reflect.Array: // bytes
		changeBytes(r, v.Slice(0, v.Len()).Bytes())
	case reflect.Slice:
		changeList(r, v)
	default:
		panic("no way to change a " + v.Type().String())
	}
}

func changeBytes(r *rand.Rand, b []byte) {
	switch r.IntN(4) {
	case 0, 1:
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	case 2:
		for i := range b {
			b[i] = byte(r.Uint32())
		}
	default: // the same element of the field, written otherwise; an address plus one
		n := new(big.Int).SetBytes(b)
		if len(b) == 32 {
			n.Add(n, new(big.Int).Mul(modulus, big.NewInt(1+r.Int64N(5))))
		} else {
			n.Add(n, big.NewInt(1))
		}
		n.Mod(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b)))).FillBytes(b)
	}
}

// changeList changes a list of bytes, hashes or structures, its elements or its length.
func changeList(r *rand.Rand, v reflect.Value) {
	n := v.Len()
	how := r.IntN(6)
	if n == 0 {
		how = 0
	}
	switch how {
	case 0: // one more
		more := reflect.New(v.Type().Elem()).Elem()
		if n > 0 && r.IntN(2) == 0 {
			more.Set(v.Index(n - 1))
		} else if s := spots(more, ""); s[len(s)-1].v.Kind() == reflect.Pointer {
			s[len(s)-1].v.Set(reflect.ValueOf(new(big.Int)))
		}
		v.Set(reflect.Append(v, more))
	case 1: // one less, at either end
		from := r.IntN(2)
		v.Set(v.Slice(from, n-1+from))
	case 2: // two change places
		i, j := r.IntN(n), r.IntN(n)
		held := reflect.ValueOf(v.Index(i).Interface())
		v.Index(i).Set(v.Index(j))
		v.Index(j).Set(held)
	default:
		s := spots(v.Index(r.IntN(n)), "")
		change(r, s[r.IntN(len(s))].v)
	}
}

var gameABI = sync.OnceValues(bindings.DisputeGameMetaData.ParseABI)

// unpackArg reads back an argument of a call of the game.
func unpackArg[T any](method string, i int, data []byte) T {
	parsed, err := gameABI()
	if err != nil {
		panic(err)
	}
	args, err := parsed.Methods[method].Inputs.Unpack(bytes.Clone(data[4:])) // byte lists share it
	if err != nil {
		panic(err)
	}
	return *abi.ConvertType(args[i], new(T)).(*T)
}

// partOf is the part of a fault proof that a field belongs to.
func partOf(name string) string {
	switch top, _, _ := strings.Cut(name, "."); top {
	case "Step":
		return "step"
	case "DigestA", "DigestB", "DigestO":
		return "digests"
	case "PathA", "PathB", "PathO":
		return "paths"
	case "Opening", "Earlier":
		return "openings"
	case "Token", "Params", "NoiseA", "NoiseB":
		return "token and pick"
	case "Submitter":
		return "submitter"
	case "Proof":
		return "proof"
	case "Payment":
		return "payment"
	}
	return "request and receipt"
}

// idle says that a step does not read a field of its proof, or reads the same: the fault is
// shown, and has the same effect. s is the step as it was changed.
func idle(name string, st step.Statement, s bindings.Step, greedy, paid bool) bool {
	earlier := st.A.Source == step.Earlier || st.B.Source == step.Earlier
	picks, claims := st.Op == step.OpPick, st.Op == step.OpAbsMax || st.Op == step.OpMax
	switch top, _, _ := strings.Cut(name, "."); {
	case name == "Step.Witness":
		return !picks && !claims
	case name == "Step.Col": // a claim's value and its witness are one
		return claims && s.Col < 2
	case top == "DigestA", top == "PathA":
		return st.A.Source == step.None
	case top == "DigestB", top == "PathB":
		return st.B.Source == step.None
	case top == "Earlier":
		return !earlier
	case top == "Token":
		return !picks && (s.L != 0 || s.Padding)
	case top == "Params":
		return !picks
	case top == "NoiseA", top == "NoiseB":
		return !picks || greedy
	case top == "Payment":
		return !paid && name != "Payment.Count"
	}
	return false
}
