package runtime_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/runtime"
)

// reference computes the specification literally: big integers, no batching, no
// shared code with the runtime, one slice of big integers a vector.
type reference struct {
	h       runtime.Header
	tensors map[string][]byte
	k, v    [][][]vec // layer, kv head, position: dequantised by shift
}

type vec struct {
	q []*big.Int
	k uint
}

func bi(x int64) *big.Int { return big.NewInt(x) }

func rsh(x *big.Int, s uint) *big.Int {
	if s == 0 {
		return x
	}
	return fdiv(new(big.Int).Add(x, new(big.Int).Lsh(bi(1), s-1)), new(big.Int).Lsh(bi(1), s))
}

func fdiv(a, b *big.Int) *big.Int { // b > 0: Euclidean division is floor division
	return new(big.Int).Div(a, b)
}

func clamp(x *big.Int, top int64) *big.Int {
	if x.Cmp(bi(top)) > 0 {
		return bi(top)
	} else if x.Cmp(bi(-top)) < 0 {
		return bi(-top)
	}
	return x
}

func sat(x *big.Int) *big.Int { return clamp(x, 1<<31-1) }

func (r *reference) weight(name string, cols, j, i int) (q, m int64) {
	groups := (cols + 31) / 32
	q = int64(int8(r.tensors[name+".q"][j*cols+i]))
	return q, int64(binary.LittleEndian.Uint32(r.tensors[name+".m"][4*(j*groups+i/32):]))
}

func (r *reference) table(name string, i int) int64 {
	v := binary.LittleEndian.Uint16(r.tensors[name][2*i:])
	if name == "rope.cos" || name == "rope.sin" {
		return int64(int16(v))
	}
	return int64(v)
}

func (r *reference) lin(name string, rows int, a vec) []*big.Int {
	y := make([]*big.Int, rows)
	for j := range y {
		t := new(big.Int)
		for i, x := range a.q {
			q, m := r.weight(name, len(a.q), j, i)
			t.Add(t, new(big.Int).Mul(x, bi(q*m)))
		}
		t = rsh(t, 24-a.k)
		if b := r.tensors[name+".b"]; b != nil {
			t.Add(t, bi(int64(int32(binary.LittleEndian.Uint32(b[4*j:])))))
		}
		y[j] = sat(t)
	}
	return y
}

func (r *reference) norm(h []*big.Int) []*big.Int {
	s2 := new(big.Int)
	for _, x := range h {
		s2.Add(s2, new(big.Int).Mul(x, x))
	}
	v := fdiv(s2, bi(int64(len(h))))
	v.Add(v, bi(int64(r.h.Eps)))
	zz := uint(64-v.BitLen()) / 2 * 2
	inv := fdiv(new(big.Int).Lsh(bi(1), 63), new(big.Int).Sqrt(new(big.Int).Lsh(v, zz)))
	x := make([]*big.Int, len(h))
	for i := range h {
		x[i] = rsh(new(big.Int).Mul(h[i], inv), 47-zz/2)
	}
	return x
}

func quant(x []*big.Int) vec {
	bits := 0
	for _, v := range x {
		bits = max(bits, v.BitLen())
	}
	k := uint(max(0, bits-15))
	a := vec{k: k}
	for _, v := range x {
		a.q = append(a.q, clamp(rsh(v, k), 32767))
	}
	return a
}

func (r *reference) rope(x []*big.Int, t int) {
	half := r.h.Rotated / 2
	for at := 0; at < len(x); at += r.h.HeadDim {
		for i := range half {
			a, b := x[at+2*i], x[at+2*i+1]
			c, s := bi(r.table("rope.cos", t*half+i)), bi(r.table("rope.sin", t*half+i))
			ac, bs := new(big.Int).Mul(a, c), new(big.Int).Mul(b, s)
			as, bc := new(big.Int).Mul(a, s), new(big.Int).Mul(b, c)
			x[at+2*i], x[at+2*i+1] = sat(rsh(ac.Sub(ac, bs), 14)), sat(rsh(as.Add(as, bc), 14))
		}
	}
}

func (r *reference) attend(l, head int, q []*big.Int) []*big.Int {
	hd := r.h.HeadDim
	qh := quant(q)
	g := head / (r.h.Heads / r.h.KVHeads)
	var z []*big.Int
	for _, row := range r.k[l][g] {
		dot := new(big.Int)
		for i := range hd {
			dot.Add(dot, new(big.Int).Mul(qh.q[i], row.q[i]))
		}
		z = append(z, rsh(dot.Mul(dot, bi(int64(r.h.C))), uint(r.h.CE)+16-qh.k-row.k))
	}
	top := z[0]
	for _, x := range z {
		if x.Cmp(top) > 0 {
			top = x
		}
	}
	sum := new(big.Int)
	mix := make([]*big.Int, hd)
	for i := range mix {
		mix[i] = new(big.Int)
	}
	for s, x := range z {
		d := new(big.Int).Sub(top, x)
		e := int64(0)
		if w := new(big.Int).Rsh(d, 16); w.Cmp(bi(14)) <= 0 {
			e = r.table("exp2", int(d.Int64()>>8&255)) >> w.Int64()
		}
		sum.Add(sum, bi(e))
		row := r.v[l][g][s]
		for i := range mix {
			v := new(big.Int).Lsh(row.q[i], row.k)
			mix[i].Add(mix[i], v.Mul(v, bi(e)))
		}
	}
	half := new(big.Int).Rsh(sum, 1)
	for i := range mix {
		mix[i] = fdiv(mix[i].Add(mix[i], half), sum)
	}
	return mix
}

// step returns h[t][0..L] and the logits of the next position.
func (r *reference) step(id uint32) (hs [][]*big.Int, logits []*big.Int) {
	d := r.h
	t := 0
	if len(r.k) > 0 {
		t = len(r.k[0][0])
	} else {
		r.k, r.v = make([][][]vec, d.Layers), make([][][]vec, d.Layers)
		for l := range r.k {
			r.k[l], r.v[l] = make([][]vec, d.KVHeads), make([][]vec, d.KVHeads)
		}
	}
	h := make([]*big.Int, d.Dim)
	for i := range h {
		q, m := r.weight("emb", d.Dim, int(id), i)
		h[i] = sat(rsh(bi(q*m), 8))
	}
	add := func(y []*big.Int) {
		next := make([]*big.Int, len(h))
		for i := range h {
			next[i] = sat(new(big.Int).Add(h[i], y[i]))
		}
		h = next
	}
	hs = append(hs, h)
	for l := range d.Layers {
		p := fmt.Sprintf("layers.%03d.", l)
		a := quant(r.norm(h))
		q := r.lin(p+"q", d.Heads*d.HeadDim, a)
		k, v := r.lin(p+"k", d.KVHeads*d.HeadDim, a), r.lin(p+"v", d.KVHeads*d.HeadDim, a)
		r.rope(q, t)
		r.rope(k, t)
		for g := range d.KVHeads {
			r.k[l][g] = append(r.k[l][g], quant(k[g*d.HeadDim:(g+1)*d.HeadDim]))
			r.v[l][g] = append(r.v[l][g], quant(v[g*d.HeadDim:(g+1)*d.HeadDim]))
		}
		var o []*big.Int
		for i := range d.Heads {
			o = append(o, r.attend(l, i, q[i*d.HeadDim:(i+1)*d.HeadDim])...)
		}
		add(r.lin(p+"o", d.Dim, quant(o)))
		a = quant(r.norm(h))
		gate, up := r.lin(p+"gate", d.FFN, a), r.lin(p+"up", d.FFN, a)
		for i, g := range gate {
			w := rsh(g, 11).Int64() + 512
			w = max(0, min(w, 1023))
			b := rsh(new(big.Int).Mul(g, bi(r.table("sigmoid", int(w)))), 15)
			gate[i] = sat(rsh(b.Mul(b, up[i]), 16))
		}
		add(r.lin(p+"down", d.Dim, quant(gate)))
		hs = append(hs, h)
	}
	return hs, r.lin("head", d.Vocab, quant(r.norm(h)))
}

// TestForwardMatchesReference runs odd shapes, biases and weights from tame to so
// large that residuals saturate, element by element.
func TestForwardMatchesReference(t *testing.T) {
	for _, top := range []uint32{1 << 12, 1 << 18, 1 << 24} {
		m := rawModel(t, oddHeader(), uint64(top), top)
		ref := &reference{h: m.Header(), tensors: map[string][]byte{}}
		for _, x := range m.Tensors() {
			ref.tensors[x.Name] = x.Data
		}
		ids := randomIDs(uint64(top), m.Header().Positions, m.Header().Vocab)
		boundary := map[[2]int][]int32{}
		s := m.NewSession()
		s.Observe = func(t, l int, h []int32) { boundary[[2]int{t, l}] = append([]int32(nil), h...) }
		var logits [][]int32
		require.NoError(t, s.Feed(ids, 0, func(_ int, x []int32) error {
			logits = append(logits, append([]int32(nil), x...))
			return nil
		}))
		saturated := 0
		for p, id := range ids {
			hs, want := ref.step(id)
			for l, h := range hs {
				for i, x := range h {
					require.Equal(t, x.Int64(), int64(boundary[[2]int{p, l}][i]), "h[%d][%d][%d]", p, l, i)
					if x.CmpAbs(bi(1<<31-1)) == 0 {
						saturated++
					}
				}
			}
			for i, x := range want {
				require.Equal(t, x.Int64(), int64(logits[p][i]), "logit %d at %d", i, p)
			}
		}
		t.Logf("mantissas below %d: %d saturated elements", top, saturated)
		if top == 1<<24 {
			require.NotZero(t, saturated, "the largest weights must reach saturation")
		}
	}
}
