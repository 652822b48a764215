package runtime_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

func TestContainerRoundTrip(t *testing.T) {
	file := tinyFile(t, 1)
	tensors, err := runtime.DecodeContainer(file)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(file[8:]), `{"__metadata__":{"format":"dgrid","version":"1"},"emb.m":{"dtype":"U32","shape":[300,2],"data_offsets":[0,2400]},"head.m":`))
	require.Zero(t, binary.LittleEndian.Uint64(file)%8)
	slices.Reverse(tensors) // the order of the argument does not matter
	again, err := runtime.EncodeContainer(tensors)
	require.NoError(t, err)
	require.Equal(t, file, again)
}

// TestOnlyCanonicalFilesAreAccepted damages a good file in every way that a loader
// could overlook.
func TestOnlyCanonicalFilesAreAccepted(t *testing.T) {
	good := tinyFile(t, 1)
	n := int(binary.LittleEndian.Uint64(good))
	json, data := string(good[8:8+n]), good[8+n:]
	file := func(json string, data []byte) []byte {
		b := binary.LittleEndian.AppendUint64(nil, uint64(len(json)))
		return append(append(b, json...), data...)
	}
	pad := func(s string) string {
		s = strings.TrimRight(s, " ")
		return s + strings.Repeat(" ", (8-len(s)%8)%8)
	}
	replace := func(old, new string) []byte {
		require.Contains(t, json, old)
		return file(pad(strings.Replace(json, old, new, 1)), data)
	}
	require.Equal(t, good, file(json, data))
	for name, bad := range map[string][]byte{
		"empty":                {},
		"seven bytes":          good[:7],
		"header cut":           good[:8+n-1],
		"data cut":             good[:len(good)-1],
		"byte too many":        append(slices.Clone(good), 0),
		"header length huge":   append([]byte{255, 255, 255, 255, 255, 255, 255, 255}, good[8:]...),
		"no padding":           file(strings.TrimRight(json, " "), data),
		"more padding":         file(json+"        ", data),
		"newline as padding":   file(strings.TrimRight(json, " ")+strings.Repeat("\n", len(json)-len(strings.TrimRight(json, " "))), data),
		"space inside":         replace(`"format":"dgrid"`, `"format": "dgrid"`),
		"other version":        replace(`"version":"1"`, `"version":"2"`),
		"more metadata":        replace(`"version":"1"`, `"version":"1","x":"y"`),
		"leading zero":         replace(`"shape":[300,2]`, `"shape":[0300,2]`),
		"offset wrong":         replace(`"data_offsets":[0,2400]`, `"data_offsets":[0,2401]`),
		"shape swapped":        replace(`"shape":[300,2]`, `"shape":[2,300]`),
		"zero dimension":       replace(`"shape":[300,2]`, `"shape":[0,2]`),
		"overflowing shape":    replace(`"shape":[300,2]`, `"shape":[9223372036854775807,9223372036854775807]`),
		"other dtype":          replace(`{"dtype":"U32","shape":[300,2]`, `{"dtype":"I32","shape":[300,2]`),
		"float dtype":          replace(`{"dtype":"U32","shape":[300,2]`, `{"dtype":"F32","shape":[300,2]`),
		"renamed":              replace(`"emb.m"`, `"emb.n"`),
		"renamed out of order": replace(`"emb.m"`, `"zmb.m"`),
		"upper case name":      replace(`"emb.m"`, `"Emb.m"`),
		"escaped name":         replace(`"emb.m"`, `"\u0065mb.m"`),
		"dtype as name":        replace(`"emb.m"`, `"U32"`),
		"key order":            replace(`"dtype":"U32","shape":[300,2]`, `"shape":[300,2],"dtype":"U32"`),
	} {
		_, err := runtime.Parse(bad)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
}

func TestOnlyWholeModelsAreAccepted(t *testing.T) {
	base := func() []runtime.Tensor { return rawTensors(oddHeader(), 5, 1<<12) }
	at := func(list []runtime.Tensor, name string) *runtime.Tensor {
		i := slices.IndexFunc(list, func(x runtime.Tensor) bool { return x.Name == name })
		require.GreaterOrEqual(t, i, 0, name)
		return &list[i]
	}
	header := func(change func(h *runtime.Header)) func([]runtime.Tensor) []runtime.Tensor {
		return func(list []runtime.Tensor) []runtime.Tensor {
			h := oddHeader()
			change(&h)
			b := h.Encode()
			at(list, "header").Data = b[:]
			return list
		}
	}
	poke := func(name string, i int, v byte) func([]runtime.Tensor) []runtime.Tensor {
		return func(list []runtime.Tensor) []runtime.Tensor {
			x := at(list, name)
			x.Data = slices.Clone(x.Data)
			x.Data[i] = v
			return list
		}
	}
	for name, change := range map[string]func([]runtime.Tensor) []runtime.Tensor{
		"missing tensor": func(l []runtime.Tensor) []runtime.Tensor {
			return slices.DeleteFunc(l, func(x runtime.Tensor) bool { return x.Name == "layers.001.o.m" })
		},
		"missing bias": func(l []runtime.Tensor) []runtime.Tensor {
			return slices.DeleteFunc(l, func(x runtime.Tensor) bool { return x.Name == "layers.000.k.b" })
		},
		"missing header": func(l []runtime.Tensor) []runtime.Tensor {
			return slices.DeleteFunc(l, func(x runtime.Tensor) bool { return x.Name == "header" })
		},
		"unknown tensor": func(l []runtime.Tensor) []runtime.Tensor {
			return append(l, runtime.Tensor{Name: "extra", DType: runtime.U8, Shape: []int{1}, Data: []byte{1}})
		},
		"one layer too many": func(l []runtime.Tensor) []runtime.Tensor {
			x := *at(l, "layers.001.o.m")
			x.Name = "layers.002.o.m"
			return append(l, x)
		},
		"mantissa too large": poke("emb.m", 3, 1),
		"other exp2":         poke("exp2", 100, 1),
		"other sigmoid":      poke("sigmoid", 100, 1),
		"cosine above one":   poke("rope.cos", 1, 0x41),
		"tokenizer magic":    poke("tokenizer", 0, 'X'),
		"tokenizer size":     header(func(h *runtime.Header) { h.Vocab = 36 }),
		"header magic":       poke("header", 0, 'X'),
		"header version":     poke("header", 4, 2),
		"header group":       poke("header", 64, 16),
		"header exponent":    poke("header", 68, 23),
		"header flags":       poke("header", 48, 3),
		"header tail":        poke("header", 127, 1),
		"unused stop slot":   poke("header", 84, 1),
		"kind 2":             header(func(h *runtime.Header) { h.Kind = 2 }),
		"narrow":             header(func(h *runtime.Header) { h.Dim = 31 }),
		"no layers":          header(func(h *runtime.Header) { h.Layers = 0 }),
		"head groups":        header(func(h *runtime.Header) { h.KVHeads = 4 }),
		"no key heads":       header(func(h *runtime.Header) { h.KVHeads = 0 }),
		"odd rotation":       header(func(h *runtime.Header) { h.Rotated = 7 }),
		"rotation too wide":  header(func(h *runtime.Header) { h.Rotated = 12 }),
		"eps zero":           header(func(h *runtime.Header) { h.Eps = 0 }),
		"eps too large":      header(func(h *runtime.Header) { h.Eps = 1<<32 - 1 }),
		"softmax scale":      header(func(h *runtime.Header) { h.C = 1 << 24 }),
		"softmax exponent":   header(func(h *runtime.Header) { h.CE = 28 }),
		"BOS too large":      header(func(h *runtime.Header) { h.BOS = 37 }),
		"stop id too large":  header(func(h *runtime.Header) { h.StopIDs = []uint32{37} }),
		"stop ids unordered": header(func(h *runtime.Header) { h.StopIDs = []uint32{3, 3} }),
		"positions":          header(func(h *runtime.Header) { h.Positions = 1 << 16 }),
	} {
		file, err := runtime.EncodeContainer(change(base()))
		require.NoError(t, err, name)
		_, err = runtime.Parse(file)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
	_, err := runtime.EncodeContainer(append(base(), base()[3]))
	require.ErrorIs(t, err, protocol.ErrInvalid, "tensor twice")
}

func TestHeaderRoundTrip(t *testing.T) {
	h := oddHeader()
	b := h.Encode()
	require.Equal(t, "DGM1", string(b[:4]))
	require.Equal(t, uint32(37), binary.LittleEndian.Uint32(b[36:]))
	require.Equal(t, uint32(2), binary.LittleEndian.Uint32(b[80:]))
	got, err := runtime.DecodeHeader(b[:])
	require.NoError(t, err)
	require.Equal(t, h, got)
}

// FuzzParse: no input panics, and whatever is accepted is canonical.
func FuzzParse(f *testing.F) {
	h := oddHeader()
	h.Layers, h.Dim, h.FFN, h.Vocab, h.Positions = 1, 32, 32, 4, 1
	file, err := runtime.EncodeContainer(rawTensors(h, 1, 1<<12))
	require.NoError(f, err)
	f.Add(file)
	f.Add(file[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := runtime.Parse(b); err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
		} else {
			again, err := runtime.EncodeContainer(m.Tensors())
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, again))
		}
	})
}
