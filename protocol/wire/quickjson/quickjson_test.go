package quickjson_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/protocol/wire/quickjson"
)

// odd has what messages have not, or not yet.
type odd struct {
	Any       any               `json:"any"`
	Raw       json.RawMessage   `json:"raw,omitempty"`
	When      time.Time         `json:"when"`
	Bytes     []byte            `json:"bytes"`
	Map       map[string]string `json:"map"`
	Small     uint8             `json:"small"`
	Signed    int16             `json:"signed"`
	Floats    []float64         `json:"floats"`
	Narrow    float32           `json:"narrow"`
	Array     [3]protocol.Class `json:"array"`
	Octets    [2]byte           `json:"octets"`
	Named     [2]octet          `json:"named"`
	Reals     [2]float64        `json:"reals"`
	Hidden    int               `json:"-"`
	Untagged  bool
	Pointers  []*common.Hash `json:"pointers,omitempty"`
	Self      *odd           `json:"self,omitempty"`
	Quoted    int            `json:"quoted,string"`
	Empty     *struct{}      `json:"empty,omitempty"`
	unwritten int
}

type octet uint8

var messages = []any{wire.Need{}, wire.Match{}, wire.Submit{}, wire.Event{}, wire.Ask{}, wire.Accepted{}, wire.Refused{}, wire.Chunk{},
	wire.Window{}, wire.Done{}, wire.Cancel{}, wire.Pay{}, wire.Paid{}, wire.Offers{}, wire.Hello{}, wire.Challenge{}, wire.Route{}, wire.OfferView{},
	wire.Evidence{}, wire.Exhibit{}, wire.Failure{}, wire.Info{}, protocol.Params{}, protocol.SumTree{}, odd{}, []wire.Event{}, map[string]int{}, "", 0.5}

// random fills a value of t; texts and numbers are odd often enough.
func random(t *testing.T, of reflect.Type, r *rand.Rand, depth int) reflect.Value {
	v := reflect.New(of).Elem()
	fill(t, v, r, depth)
	return v
}

var texts = []string{"", "word", "two words", `quo"te`, "back\\slash", "<b>&", "\n", "\x00", "ü", "\u2028", "\xff", "\x7f", strings.Repeat("long ", 40)}

func fill(t *testing.T, v reflect.Value, r *rand.Rand, depth int) {
	switch at := v.Addr().Interface().(type) {
	case *json.RawMessage:
		*at = json.RawMessage([]string{`{"a": [1, "<"]}`, "null", "3"}[r.Intn(3)])
		return
	case *any:
		*at = []any{nil, 1.5, "x"}[r.Intn(3)]
		return
	case *time.Time:
		*at = time.Unix(r.Int63n(1<<32), 0).UTC()
		return
	case *odd:
		at.unwritten = r.Int()
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && r.Intn(4) > 0 {
				fill(t, v.Field(i), r, depth+1)
			}
		}
	case reflect.Pointer:
		if r.Intn(2) == 0 && depth < 5 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(t, v.Elem(), r, depth+1)
		}
	case reflect.Slice:
		if n := r.Intn(4); n < 3 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(t, v.Index(i), r, depth+1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), r, depth+1)
		}
	case reflect.Map:
		if n := r.Intn(4); n < 3 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				key := random(t, v.Type().Key(), r, depth+1)
				v.SetMapIndex(key, random(t, v.Type().Elem(), r, depth+1))
			}
		}
	case reflect.String:
		v.SetString(texts[r.Intn(len(texts))])
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0, math.Copysign(0, -1), 0.5, 1e-7, -3e22, 123456.789, 1e21, 1e-6, r.NormFloat64()}[r.Intn(9)])
	default:
		x, ok := quick.Value(v.Type(), r)
		require.True(t, ok, v.Type().String())
		if v.Kind() == reflect.Uint8 && r.Intn(2) == 0 {
			x = reflect.New(v.Type()).Elem()
			x.SetUint(uint64(r.Intn(4))) // a name that is known
		}
		v.Set(x)
	}
}

// Every message: the bytes of encoding/json, and what it reads from them.
func TestMessagesAreThoseOfEncodingJSON(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for _, m := range messages {
		of := reflect.TypeOf(m)
		for range 100 {
			v := random(t, of, r, 0)
			want, wrong := json.Marshal(v.Addr().Interface())
			got, err := quickjson.Marshal(v.Addr().Interface())
			require.Equal(t, wrong == nil, err == nil, "%T: %v", m, err)
			if wrong != nil {
				continue
			}
			require.Equal(t, string(want), string(got), "%T", m)
			got, err = quickjson.Line(v.Interface())
			require.NoError(t, err)
			require.Equal(t, string(want)+"\n", string(got), "%T", m)
			got, err = quickjson.Append([]byte("before "), v.Interface())
			require.NoError(t, err)
			require.Equal(t, "before "+string(want), string(got), "%T", m)
			readsLike(t, of, want)
			readsLike(t, of, append(want, '\n'))
		}
	}
}

// readsLike holds Unmarshal to json.Unmarshal.
func readsLike(t *testing.T, of reflect.Type, data []byte) {
	t.Helper()
	want, got, taken := reflect.New(of), reflect.New(of), reflect.New(of)
	wrong := json.Unmarshal(data, want.Interface())
	err := quickjson.Unmarshal(data, got.Interface())
	require.Equal(t, wrong == nil, err == nil, "%s: %v, not %v: %s", of, err, wrong, data)
	if quickjson.Take(data, taken.Interface()) {
		require.NoError(t, wrong, "%s takes %s", of, data)
		require.Equal(t, want.Interface(), taken.Interface(), "%s of %s", of, data)
	} else {
		require.True(t, taken.Elem().IsZero(), "%s is left with something", of)
	}
	require.Equal(t, want.Interface(), got.Interface(), "%s of %s", of, data)
}

// What messages are made of is read without encoding/json: else nothing is won.
func TestHotMessagesAreTaken(t *testing.T) {
	root, sig := common.Hash{1}, protocol.Bytes{1, 2, 3}
	price := protocol.NewAmount(7)
	offer := wire.SignedOffer{Offer: protocol.Offer{ModelVersion: root, MaxFee: price}, Signature: sig, Tags: []string{"stories"}}
	ask := wire.Ask{Hash: root, Request: protocol.Request{Audience: protocol.AudienceAnyone}, Signature: sig, Prompt: []uint32{1, 2},
		Reservation: &wire.SignedReservation{Signature: sig}}
	for _, m := range []any{
		&wire.Need{ModelVersion: root, Class: protocol.ClassProven, MaxPriceIn: &price, Signature: sig},
		&wire.Match{Lease: "id", Offer: offer, Route: wire.Route{Candidates: []wire.Candidate{{Score: 0.25}}, Rejected: map[string]int{"busy": 2}}},
		&wire.Submit{Lease: "id", Ask: ask, Whole: true},
		&ask,
		&wire.Accepted{Hash: root},
		&wire.Chunk{Hash: root, Tokens: []uint32{5}, Text: "grün"},
		&wire.Done{Hash: root, Receipt: protocol.Receipt{Finish: protocol.FinishStop, Fee: price}, Signature: sig},
		&wire.Event{Seq: 1, Accepted: &wire.AcceptedBy{}},
		&wire.Event{Seq: 2, Beat: &struct{}{}},
	} {
		data, err := quickjson.Marshal(m)
		require.NoError(t, err)
		into := reflect.New(reflect.TypeOf(m).Elem())
		require.True(t, quickjson.Take(data, into.Interface()), "%T: %s", m, data)
		require.Equal(t, m, into.Interface())
	}
}

// Nobody's spelling is taken for another's: what is changed in one place reads as it does there.
func TestChangedMessagesReadLikeEncodingJSON(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, m := range messages {
		of := reflect.TypeOf(m)
		for range 40 {
			v := random(t, of, r, 0)
			data, err := json.Marshal(v.Addr().Interface())
			if err != nil {
				continue
			}
			for range 15 {
				readsLike(t, of, changed(r, data))
			}
		}
	}
}

var pieces = []string{"", " ", ",", "{", "}", "[", "]", `"`, `\`, "0", "00", "-1", "1e3", ".5", "null", "true", "\xff", "ü", `"seq":1,`, "0X", "0x", "A", "99999999999999999999"}

func changed(r *rand.Rand, data []byte) []byte {
	from := r.Intn(len(data) + 1)
	to := min(len(data), from+r.Intn(3))
	return bytes.Join([][]byte{data[:from], data[to:]}, []byte(pieces[r.Intn(len(pieces))]))
}

func TestErrorsAreThoseOfEncodingJSON(t *testing.T) {
	_, err := quickjson.Marshal(&wire.Candidate{Score: math.NaN()})
	require.Error(t, err)
	_, err = quickjson.Marshal(&wire.Ask{Messages: json.RawMessage("{")})
	require.Error(t, err)
	null, err := quickjson.Marshal((*wire.Ask)(nil))
	require.NoError(t, err)
	require.Equal(t, "null", string(null))
	null, err = quickjson.Marshal(nil)
	require.NoError(t, err)
	require.Equal(t, "null", string(null))
}

func FuzzUnmarshal(f *testing.F) {
	r := rand.New(rand.NewSource(3))
	for i, m := range messages {
		v := reflect.New(reflect.TypeOf(m))
		data, _ := json.Marshal(v.Interface())
		f.Add(uint8(i), data)
		f.Add(uint8(i), changed(r, data))
	}
	f.Fuzz(func(t *testing.T, i uint8, data []byte) {
		readsLike(t, reflect.TypeOf(messages[int(i)%len(messages)]), data)
	})
}

func BenchmarkAsk(b *testing.B) {
	ask := wire.Ask{Signature: make([]byte, 65), Prompt: []uint32{1, 2, 3}}
	data, err := json.Marshal(ask)
	require.NoError(b, err)
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"write", func() error { _, err := quickjson.Marshal(&ask); return err }},
		{"write/encoding-json", func() error { _, err := json.Marshal(&ask); return err }},
		{"read", func() error { var a wire.Ask; return quickjson.Unmarshal(data, &a) }},
		{"read/encoding-json", func() error { var a wire.Ask; return json.Unmarshal(data, &a) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
