package runtime

import (
	"fmt"
	goruntime "runtime"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

const (
	// batch is the largest number of positions that pass a layer together. It
	// saves reading the weights again and never changes a bit.
	batch = 8
	// parallelMACs is the number of multiplications from which a matrix product is
	// worth splitting over goroutines.
	parallelMACs = 1 << 20
)

// Session runs one sequence: it holds the keys and values of the positions so far,
// the boundary leaf of every (position, layer), and scratch space, so that a token
// costs no allocation once the session is warm. Not for concurrent use.
type Session struct {
	m      *Model
	pos    int
	leaves []common.Hash
	kv     []kvRows // layer * KVHeads + head
	hasher *chunk.Hasher

	// Workers is the number of goroutines that share large matrix products, by
	// default GOMAXPROCS. Results do not depend on it.
	Workers int
	// Observe, if set, is shown every boundary vector h[t][l] in the order in which
	// they are computed: layer by layer within a batch of positions. h is valid
	// during the call only.
	Observe func(t, l int, h []int32)

	h, x, o, y, gate, up [batch][]int32
	q, k, v              [batch][]int32
	logits               [batch][]int32
	a                    [batch][]int16
	ka                   [batch]uint
	qa                   []int16
	packed               [batch / 2][]int64
	z, acc               []int64
}

// kvRows are the stored rows of one key/value head: int16 rows of HeadDim
// elements and one scale shift a row.
type kvRows struct {
	k, v   []int16
	kk, kv []uint8
}

// NewSession returns an empty session.
func (m *Model) NewSession() *Session {
	h := m.header
	s := &Session{
		m: m, kv: make([]kvRows, h.Layers*h.KVHeads), hasher: chunk.NewHasher(),
		Workers: goruntime.GOMAXPROCS(0), qa: make([]int16, h.HeadDim), acc: make([]int64, h.HeadDim),
	}
	att, kv := h.Heads*h.HeadDim, h.KVHeads*h.HeadDim
	for b := range batch {
		for _, v := range []struct {
			dst *[]int32
			n   int
		}{
			{&s.h[b], h.Dim}, {&s.x[b], h.Dim}, {&s.y[b], h.Dim}, {&s.o[b], att}, {&s.q[b], att},
			{&s.k[b], kv}, {&s.v[b], kv}, {&s.gate[b], h.FFN}, {&s.up[b], h.FFN},
		} {
			*v.dst = make([]int32, v.n)
		}
		s.a[b] = make([]int16, max(h.Dim, att, h.FFN))
	}
	for b := range s.packed {
		s.packed[b] = make([]int64, max(h.Dim, att, h.FFN))
	}
	return s
}

// Reset forgets all positions and keeps the memory.
func (s *Session) Reset() {
	s.pos, s.leaves = 0, s.leaves[:0]
	for i := range s.kv {
		c := &s.kv[i]
		c.k, c.v, c.kk, c.kv = c.k[:0], c.v[:0], c.kk[:0], c.kv[:0]
	}
}

// Rewind forgets all positions from n on. It does nothing if there are none.
func (s *Session) Rewind(n int) {
	if n = max(n, 0); n >= s.pos {
		return
	}
	h := s.m.header
	s.pos, s.leaves = n, s.leaves[:n*(h.Layers+1)]
	for i := range s.kv {
		c := &s.kv[i]
		c.k, c.v, c.kk, c.kv = c.k[:n*h.HeadDim], c.v[:n*h.HeadDim], c.kk[:n], c.kv[:n]
	}
}

// reserve makes room for n positions in all, so that none of them allocates.
func (s *Session) reserve(n int) {
	h := s.m.header
	n = min(n, h.Positions)
	for i := range s.kv {
		c := &s.kv[i]
		c.k, c.v = slices.Grow(c.k, max(n*h.HeadDim-len(c.k), 0)), slices.Grow(c.v, max(n*h.HeadDim-len(c.v), 0))
		c.kk, c.kv = slices.Grow(c.kk, max(n-len(c.kk), 0)), slices.Grow(c.kv, max(n-len(c.kv), 0))
	}
	s.leaves = slices.Grow(s.leaves, max(n*(h.Layers+1)-len(s.leaves), 0))
	s.z = slices.Grow(s.z, max(n-len(s.z), 0))
}

// Rows are the stored keys or values of one head: for each position a row of HeadDim
// numbers and its scale shift.
type Rows struct {
	Numbers []int16
	Shifts  []uint8
}

// Stored returns the keys and values of a layer's head (both from 0) for all
// positions so far. They are read only and valid until the session moves on.
func (s *Session) Stored(layer, head int) (keys, values Rows) {
	c := &s.kv[layer*s.m.header.KVHeads+head]
	return Rows{c.k, c.kk}, Rows{c.v, c.kv}
}

// Positions returns the number of positions computed so far.
func (s *Session) Positions() int { return s.pos }

// Leaves returns the boundary leaves of the positions so far in trace order: leaf
// t*(Layers+1)+l. The slice is valid until the session moves on.
func (s *Session) Leaves() []common.Hash { return s.leaves }

// Feed appends ids to the sequence. For every position t >= logitsFrom among them
// it calls visit with the logits (Q16, one per token of the vocabulary) that
// follow position t, in ascending order; logits are valid during the call only. It
// stops at the first error of visit. Ids outside the vocabulary and positions
// beyond the model's are refused before anything is computed.
func (s *Session) Feed(ids []uint32, logitsFrom int, visit func(t int, logits []int32) error) error {
	if err := s.m.checkIDs(ids); err != nil {
		return err
	}
	if len(ids) > s.m.header.Positions-s.pos {
		return fmt.Errorf("feed %d ids at position %d of %d: %w", len(ids), s.pos, s.m.header.Positions, protocol.ErrInvalid)
	}
	for len(ids) > 0 {
		n := min(batch, len(ids))
		first := s.pos
		s.forward(ids[:n])
		ids = ids[n:]
		from := max(logitsFrom-first, 0)
		if from >= n {
			continue
		}
		s.headLogits(from, n)
		for b := from; b < n; b++ {
			if err := visit(first+b, s.logits[b]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *Model) checkIDs(ids []uint32) error {
	for i, id := range ids {
		if id >= uint32(m.header.Vocab) {
			return fmt.Errorf("token %d at %d is outside the vocabulary of %d: %w", id, i, m.header.Vocab, protocol.ErrInvalid)
		}
	}
	return nil
}

// forward runs at most batch ids through all layers.
func (s *Session) forward(ids []uint32) {
	d := s.m.header
	n, layers := len(ids), d.Layers+1
	for range n * layers {
		s.leaves = append(s.leaves, common.Hash{})
	}
	for b, id := range ids {
		s.m.emb.Row(s.h[b], int(id))
		s.boundary(b, 0)
	}
	for l := range s.m.layers {
		s.attention(&s.m.layers[l], l, n)
		s.feedForward(&s.m.layers[l], n)
		for b := range n {
			s.boundary(b, l+1)
		}
	}
	s.pos += n
}

func (s *Session) boundary(b, l int) {
	t := s.pos + b
	s.leaves[t*(s.m.header.Layers+1)+l] = s.hasher.BoundaryLeaf(s.h[b])
	if s.Observe != nil {
		s.Observe(t, l, s.h[b])
	}
}

func (s *Session) attention(w *layer, l, n int) {
	d := s.m.header
	hd, half := d.HeadDim, d.Rotated/2
	s.normQuant(0, n)
	s.linear(&w.q, &s.q, 0, n)
	s.linear(&w.k, &s.k, 0, n)
	s.linear(&w.v, &s.v, 0, n)
	for b := range n {
		t := s.pos + b
		cos, sin := s.m.cos[t*half:(t+1)*half], s.m.sin[t*half:(t+1)*half]
		for g := range d.KVHeads {
			c := &s.kv[l*d.KVHeads+g]
			row := s.k[b][g*hd : (g+1)*hd]
			ops.Rope(row, cos, sin)
			c.k, c.kk = appendRow(c.k, c.kk, row)
			c.v, c.kv = appendRow(c.v, c.kv, s.v[b][g*hd:(g+1)*hd])
		}
		for i := range d.Heads {
			q := s.q[b][i*hd : (i+1)*hd]
			ops.Rope(q, cos, sin)
			s.attend(&s.kv[l*d.KVHeads+i/(d.Heads/d.KVHeads)], q, s.o[b][i*hd:(i+1)*hd], t+1)
		}
	}
	s.quantAll(&s.o, 0, n)
	s.linear(&w.o, &s.y, 0, n)
	for b := range n {
		ops.Add(s.h[b], s.y[b])
	}
}

// attend writes the attention output of one query head over n stored rows to o.
func (s *Session) attend(c *kvRows, q, o []int32, n int) {
	kq := ops.Quant(s.qa, q)
	if n > cap(s.z) {
		s.z = make([]int64, n, 2*n)
	}
	z := s.z[:n]
	top := ops.Scores(z, s.qa, c.k, c.kk, int64(s.m.header.C), uint(s.m.header.CE)+16-kq)
	sum := ops.Exp2Weights(z, top, s.m.exp2)
	ops.Mix(o, s.acc, z, c.v, c.kv, sum)
}

// appendRow stores a row as int16 with its scale shift.
func appendRow(rows []int16, shifts []uint8, x []int32) ([]int16, []uint8) {
	n := len(rows)
	rows = slices.Grow(rows, len(x))[:n+len(x)]
	return rows, append(shifts, uint8(ops.Quant(rows[n:], x)))
}

func (s *Session) feedForward(w *layer, n int) {
	s.normQuant(0, n)
	s.linear(&w.gate, &s.gate, 0, n)
	s.linear(&w.up, &s.up, 0, n)
	for b := range n {
		ops.Glu(s.up[b], s.gate[b], s.up[b], s.m.sigmoid)
	}
	s.quantAll(&s.up, 0, n)
	s.linear(&w.down, &s.y, 0, n)
	for b := range n {
		ops.Add(s.h[b], s.y[b])
	}
}

func (s *Session) headLogits(from, to int) {
	for b := from; b < to; b++ {
		if s.logits[b] == nil {
			s.logits[b] = make([]int32, s.m.header.Vocab)
		}
	}
	s.normQuant(from, to)
	s.linear(&s.m.head, &s.logits, from, to)
}

func (s *Session) normQuant(from, to int) {
	for b := from; b < to; b++ {
		ops.Norm(s.x[b], s.h[b], s.m.header.Eps)
	}
	s.quantAll(&s.x, from, to)
}

func (s *Session) quantAll(x *[batch][]int32, from, to int) {
	for b := from; b < to; b++ {
		s.ka[b] = ops.Quant(s.a[b], x[b])
	}
}

// linear multiplies the quantised activations of rows from..to of the batch.
func (s *Session) linear(w *ops.Matrix, y *[batch][]int32, from, to int) {
	for b := from; b+1 < to; b += 2 {
		ops.Pack(s.packed[b/2], s.a[b][:w.Cols], s.a[b+1][:w.Cols])
	}
	if s.Workers < 2 || w.Rows*w.Cols < parallelMACs/(to-from) || w.Rows < s.Workers {
		s.linearRows(w, y, from, to, 0, w.Rows)
		return
	}
	var wg sync.WaitGroup
	step := (w.Rows + s.Workers - 1) / s.Workers
	for r := 0; r < w.Rows; r += step {
		wg.Go(func() { s.linearRows(w, y, from, to, r, min(r+step, w.Rows)) })
	}
	wg.Wait()
}

func (s *Session) linearRows(w *ops.Matrix, y *[batch][]int32, from, to, r0, r1 int) {
	// A few rows at a time for all positions, so that their weights are read once.
	const block = 16
	for r := r0; r < r1; r += block {
		end := min(r+block, r1)
		b := from
		for ; b+1 < to; b += 2 {
			w.MulPair(y[b], y[b+1], s.packed[b/2], s.ka[b], s.ka[b+1], r, end)
		}
		if b < to {
			w.Mul(y[b], s.a[b], s.ka[b], r, end)
		}
	}
}
