package commit

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// HeaderSize is the size of a model's header in bytes: leaf 0 of its weights root.
const HeaderSize = 128

// Tensor is one tensor of a model: little-endian row-major Data of the given
// container dtype (I8, U8, I16, U16, I32, U32).
type Tensor struct {
	Name  string
	DType string
	Shape []int
	Data  []byte
}

// The suffixes that make two tensors one matrix: weights and their scales.
const (
	weightSuffix = ".q"
	scaleSuffix  = ".m"
	headerName   = "header"

	// The two halves of the rotation table, which is one part: a step reads the
	// cosine and the sine of one angle and can open one chunk of the table.
	cosName = "rope.cos"
	sinName = "rope.sin"
)

var dtypeSize = map[string]int{"I8": 1, "U8": 1, "I16": 2, "U16": 2, "I32": 4, "U32": 4}

// part is one leaf of the weights tree under the header: a tensor, or the weights
// and scales of one matrix.
type part struct {
	kind       chunk.Kind
	rows, cols int
	data       []byte // values, row-major
	scales     []byte // U32 [rows, ceil(cols/32)], Weights only
	right      []byte // Int16 only: the right half of each row, data being the left one
}

// perRow returns the number of chunks of one row.
func (p *part) perRow() int { return (p.cols + p.kind.Capacity() - 1) / p.kind.Capacity() }

// span returns where chunk c of a row begins and how many values it has.
func (p *part) span(row, c int) (from, n int) {
	from = row*p.cols + c*p.kind.Capacity()
	return from, min(p.kind.Capacity(), (row+1)*p.cols-from)
}

// WeightsRoot returns the root that a model version commits to: the Merkle root
// over [HashLeaf(header), one root per tensor in the given order]. The order is
// the container's. A matrix is the pair X.q (I8 [out, in]) and X.m (U32 [out,
// ceil(in/32)]): it has one root, at the place of X.q, and X.m has none. A tensor
// called "header" has no root either; its data must be the header. The rotation
// table is the pair rope.cos and rope.sin (I16 [positions, r/2] each): it has one
// root, at the place of rope.cos, of rows that are the cosines and then the sines
// of a position, and rope.sin has none.
//
// A tensor's root is the Merkle root over its chunk digests, row by row, each row
// (the last dimension) cut into chunks of at most the kind's capacity, so that no
// chunk straddles a row. The digests are leaves as they are, unhashed.
//
// It works on all cores. progress, if not nil, gets the number of chunks done and
// their total, from one goroutine at a time, in order. It fails with
// protocol.ErrInvalid on a header of wrong size, an unpaired or misshapen tensor,
// an unknown dtype, an empty tensor or a scale of more than 24 bits.
func WeightsRoot(header []byte, tensors []Tensor, progress func(done, total int)) (common.Hash, error) {
	leaves, err := WeightsLeaves(header, tensors, progress)
	if err != nil {
		return common.Hash{}, err
	}
	return protocol.MerkleRoot(leaves), nil
}

// WeightsLeaves returns the leaves under WeightsRoot.
func WeightsLeaves(header []byte, tensors []Tensor, progress func(done, total int)) ([]common.Hash, error) {
	w, err := Split(header, tensors)
	if err != nil {
		return nil, err
	}
	return w.Leaves(progress)
}

func index(tensors []Tensor) map[string]*Tensor {
	byName := make(map[string]*Tensor, len(tensors))
	for i := range tensors {
		byName[tensors[i].Name] = &tensors[i]
	}
	return byName
}

func parts(header []byte, tensors []Tensor) (out []*part, names []string, err error) {
	if len(header) != HeaderSize {
		return nil, nil, fmt.Errorf("header of %d bytes: %w", len(header), protocol.ErrInvalid)
	}
	byName := index(tensors)
	if len(byName) != len(tensors) {
		return nil, nil, fmt.Errorf("two tensors of one name: %w", protocol.ErrInvalid)
	}
	if h := byName[headerName]; h != nil && string(h.Data) != string(header) {
		return nil, nil, fmt.Errorf("header tensor differs from the header: %w", protocol.ErrInvalid)
	}
	for _, t := range tensors {
		p, err := newPart(t, byName)
		if err != nil {
			return nil, nil, err
		}
		if p != nil {
			out, names = append(out, p), append(names, t.Name)
		}
	}
	return out, names, nil
}

// newPart returns the part that t is the place of; nil for scales, sines and the
// header, which have none.
func newPart(t Tensor, byName map[string]*Tensor) (*part, error) {
	if t.Name == headerName {
		return nil, nil
	}
	p := &part{rows: 1, cols: 1}
	if err := p.shape(t); err != nil {
		return nil, err
	}
	p.data = t.Data
	switch {
	case t.Name == cosName:
		p.kind = chunk.Int16
		return p, p.join(t, byName)
	case t.Name == sinName:
		if byName[cosName] == nil {
			return nil, fmt.Errorf("tensor %s without %s: %w", sinName, cosName, protocol.ErrInvalid)
		}
		return nil, nil
	}
	switch t.DType {
	case "U8":
		p.kind = chunk.Uint8
	case "I16":
		p.kind = chunk.Int16
	case "U16":
		p.kind = chunk.Uint16
	case "I32":
		p.kind = chunk.Int32
	case "I8":
		p.kind = chunk.Weights
		return p, p.pair(t, byName)
	case "U32":
		base, ok := strings.CutSuffix(t.Name, scaleSuffix)
		if !ok || byName[base+weightSuffix] == nil {
			return nil, fmt.Errorf("tensor %s of %s without weights: %w", t.Name, t.DType, protocol.ErrInvalid)
		}
		return nil, nil
	}
	return p, nil
}

// shape sets rows and columns from the tensor's shape and checks its size.
func (p *part) shape(t Tensor) error {
	size, ok := dtypeSize[t.DType]
	if !ok || len(t.Shape) == 0 {
		return fmt.Errorf("tensor %s of dtype %q and shape %v: %w", t.Name, t.DType, t.Shape, protocol.ErrInvalid)
	}
	left := len(t.Data)
	for i, n := range t.Shape {
		if n < 1 || n > left {
			return fmt.Errorf("tensor %s of shape %v in %d bytes: %w", t.Name, t.Shape, len(t.Data), protocol.ErrInvalid)
		}
		if p.cols = n; i < len(t.Shape)-1 {
			p.rows *= n
		}
		left /= n
	}
	if p.rows*p.cols*size != len(t.Data) {
		return fmt.Errorf("tensor %s of shape %v in %d bytes: %w", t.Name, t.Shape, len(t.Data), protocol.ErrInvalid)
	}
	return nil
}

// pair finds the scales of the weights t.
func (p *part) pair(t Tensor, byName map[string]*Tensor) error {
	base, ok := strings.CutSuffix(t.Name, weightSuffix)
	m := byName[base+scaleSuffix]
	if !ok || m == nil || m.DType != "U32" {
		return fmt.Errorf("weights %s without scales: %w", t.Name, protocol.ErrInvalid)
	}
	var s part
	s.rows = 1
	if err := s.shape(*m); err != nil {
		return err
	}
	if s.rows != p.rows || s.cols != (p.cols+chunk.GroupSize-1)/chunk.GroupSize {
		return fmt.Errorf("scales %s of shape %v for weights of shape %v: %w", m.Name, m.Shape, t.Shape, protocol.ErrInvalid)
	}
	p.scales = m.Data
	return nil
}

// join makes p, the cosines t, the rotation table: with the sines to the right.
func (p *part) join(t Tensor, byName map[string]*Tensor) error {
	sin := byName[sinName]
	if sin == nil || t.DType != "I16" || sin.DType != "I16" {
		return fmt.Errorf("rotation table without sines, or not of I16: %w", protocol.ErrInvalid)
	}
	right := part{rows: 1, cols: 1}
	if err := right.shape(*sin); err != nil {
		return err
	}
	if right.rows != p.rows || right.cols != p.cols {
		return fmt.Errorf("sines of shape %v for cosines of shape %v: %w", sin.Shape, t.Shape, protocol.ErrInvalid)
	}
	p.right, p.cols = sin.Data, 2*p.cols
	return nil
}

// digestAll returns the digests of all parts.
func digestAll(parts []*part, progress func(done, total int)) ([][]common.Hash, error) {
	type job struct{ part, row int }
	digests, total := make([][]common.Hash, len(parts)), 0
	for i, p := range parts {
		digests[i] = make([]common.Hash, p.rows*p.perRow())
		total += len(digests[i])
	}
	var (
		jobs   = make(chan job, 64)
		wg     sync.WaitGroup
		mu     sync.Mutex
		done   int
		failed error
	)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			w := &rowDigester{Digester: NewDigester()}
			for j := range jobs {
				p := parts[j.part]
				n := p.perRow()
				err := w.row(p, j.row, digests[j.part][j.row*n:(j.row+1)*n])
				mu.Lock()
				if err != nil && failed == nil {
					failed = err
				}
				if done += n; progress != nil {
					progress(done, total)
				}
				mu.Unlock()
			}
		})
	}
	for i, p := range parts {
		for row := range p.rows {
			jobs <- job{i, row}
		}
	}
	close(jobs)
	wg.Wait()
	return digests, failed
}

// rowDigester digests rows and reuses its buffers.
type rowDigester struct {
	*Digester
	words  []byte
	i8     []int8
	i16    []int16
	u16    []uint16
	i32    []int32
	scales []uint32
}

// row digests the chunks of one row of p into out.
func (w *rowDigester) row(p *part, row int, out []common.Hash) error {
	for c := range out {
		from, n := p.span(row, c)
		if err := w.pack(p, row, from, n); err != nil {
			return fmt.Errorf("chunk %d of row %d: %w", c, row, err)
		}
		digest, err := w.Digest(p.kind, n, w.words)
		if err != nil {
			return fmt.Errorf("chunk %d of row %d: %w", c, row, err)
		}
		out[c] = digest
	}
	return nil
}

// int16At returns where the value with index i, in row row, lies.
func (p *part) int16At(row, i int) (data []byte, at int) {
	if p.right == nil {
		return p.data, i
	}
	half := p.cols / 2
	if col := i - row*p.cols; col >= half {
		return p.right, row*half + col - half
	}
	return p.data, i - row*half
}

// pack packs the n values from index from on, which lie in row row, into w.words.
func (w *rowDigester) pack(p *part, row, from, n int) (err error) {
	le := binary.LittleEndian
	switch dst := w.words[:0]; p.kind {
	case chunk.Uint8:
		w.words = chunk.PackUint8(dst, p.data[from:from+n])
	case chunk.Int16:
		w.i16 = w.i16[:0]
		for i := from; i < from+n; i++ {
			data, at := p.int16At(row, i)
			w.i16 = append(w.i16, int16(le.Uint16(data[2*at:])))
		}
		w.words = chunk.PackInt16(dst, w.i16)
	case chunk.Uint16:
		w.u16 = w.u16[:0]
		for i := from; i < from+n; i++ {
			w.u16 = append(w.u16, le.Uint16(p.data[2*i:]))
		}
		w.words = chunk.PackUint16(dst, w.u16)
	case chunk.Int32:
		w.i32 = w.i32[:0]
		for i := from; i < from+n; i++ {
			w.i32 = append(w.i32, int32(le.Uint32(p.data[4*i:])))
		}
		w.words = chunk.PackInt32(dst, w.i32)
	case chunk.Weights:
		w.i8, w.scales = w.i8[:0], w.scales[:0]
		for _, x := range p.data[from : from+n] {
			w.i8 = append(w.i8, int8(x))
		}
		groups := (p.cols + chunk.GroupSize - 1) / chunk.GroupSize
		at := row*groups + (from-row*p.cols)/chunk.GroupSize
		for g := range (n + chunk.GroupSize - 1) / chunk.GroupSize {
			w.scales = append(w.scales, le.Uint32(p.scales[4*(at+g):]))
		}
		w.words, err = chunk.PackWeights(dst, w.i8, w.scales)
	}
	return err
}
