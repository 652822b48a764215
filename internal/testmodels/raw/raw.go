// Package raw makes models of random tensors of any shape, straight into the
// container: biases, widths that no checkpoint has, mantissas up to the limit. It is
// for tests only.
package raw

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// Odd is a shape in which nothing divides nicely: short last groups, pairs
// that are not rotated, several query heads to a key head, biases.
func Odd() runtime.Header {
	c, ce := tables.SoftmaxScale(10)
	return runtime.Header{
		Kind: runtime.KindDecoder, Dim: 43, FFN: 71, Layers: 2, Heads: 6, KVHeads: 2, HeadDim: 10, Vocab: 37,
		Positions: 24, Rotated: 8, QKVBias: true, Eps: 42950, C: c, CE: ce, BOS: 1, StopIDs: []uint32{2},
	}
}

// Model returns a model of random tensors, whose mantissas lie below top.
func Model(t testing.TB, h runtime.Header, seed uint64, top uint32) *runtime.Model {
	t.Helper()
	file, err := runtime.EncodeContainer(Tensors(h, seed, top))
	if err != nil {
		t.Fatal(err)
	}
	m, err := runtime.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Tensors returns the tensors of Model.
func Tensors(h runtime.Header, seed uint64, top uint32) (list []runtime.Tensor) {
	r := rand.New(rand.NewPCG(seed, 77))
	le := binary.LittleEndian
	put := func(name string, dtype runtime.DType, shape []int, data []byte) {
		list = append(list, runtime.Tensor{Name: name, DType: dtype, Shape: shape, Data: data})
	}
	matrix := func(name string, rows, cols int, bias bool) {
		q := make([]byte, rows*cols)
		for i := range q {
			q[i] = byte(r.IntN(256)) // -128 is legal
		}
		var m, b []byte
		groups := (cols + 31) / 32
		for range rows * groups {
			m = le.AppendUint32(m, uint32(r.Uint64N(uint64(top))))
		}
		put(name+".q", runtime.I8, []int{rows, cols}, q)
		put(name+".m", runtime.U32, []int{rows, groups}, m)
		if bias {
			for range rows {
				b = le.AppendUint32(b, r.Uint32()>>r.IntN(20))
			}
			put(name+".b", runtime.I32, []int{rows}, b)
		}
	}
	head := h.Encode()
	put("header", runtime.U8, []int{len(head)}, head[:])
	spec := tokenizer.Spec{Kind: tokenizer.SPM}
	for i := range h.Vocab {
		spec.Tokens = append(spec.Tokens, tokenizer.Token{Type: tokenizer.Normal, Bytes: []byte(fmt.Sprintf("t%d", i))})
	}
	tok := spec.Encode()
	put("tokenizer", runtime.U8, []int{len(tok)}, tok)
	var exp2, sigmoid, cos, sin []byte
	for _, v := range tables.Exp2() {
		exp2 = le.AppendUint16(exp2, v)
	}
	for _, v := range tables.Sigmoid() {
		sigmoid = le.AppendUint16(sigmoid, v)
	}
	c, s := tables.Rope(big.NewInt(10000), 0, h.Positions, h.Rotated)
	for i := range c {
		cos, sin = le.AppendUint16(cos, uint16(c[i])), le.AppendUint16(sin, uint16(s[i]))
	}
	put("exp2", runtime.U16, []int{256}, exp2)
	put("sigmoid", runtime.U16, []int{1024}, sigmoid)
	put("rope.cos", runtime.I16, []int{h.Positions, h.Rotated / 2}, cos)
	put("rope.sin", runtime.I16, []int{h.Positions, h.Rotated / 2}, sin)
	att, kv := h.Heads*h.HeadDim, h.KVHeads*h.HeadDim
	matrix("emb", h.Vocab, h.Dim, false)
	matrix("head", h.Vocab, h.Dim, false)
	for l := range h.Layers {
		p := fmt.Sprintf("layers.%03d.", l)
		matrix(p+"q", att, h.Dim, h.QKVBias)
		matrix(p+"k", kv, h.Dim, h.QKVBias)
		matrix(p+"v", kv, h.Dim, h.QKVBias)
		matrix(p+"o", h.Dim, att, false)
		matrix(p+"gate", h.FFN, h.Dim, false)
		matrix(p+"up", h.FFN, h.Dim, false)
		matrix(p+"down", h.Dim, h.FFN, false)
	}
	return list
}
