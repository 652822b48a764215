// Package runtime executes Llama-style decoders in integers. A model version and
// a request (token ids, limits, sampling params) have exactly one answer and one
// trace: every correct implementation of docs/runtime-spec.md produces the same
// bits, on any machine, with any number of threads.
//
// Start with Open or Parse, then Model.NewSession and Session.Generate. Package
// trace replays receipts, package importer makes model files from checkpoints,
// package tokenizer turns text into ids and back.
//
// It is pure: no network, no clock, no randomness, no environment, and no
// floating point anywhere, which a test enforces. Nothing depends on the order of
// a map. Saturation makes every operation total: no input reaches an undefined state.
package runtime

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"unsafe"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/ops"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// The tables of version 1 are constants of the specification: SHA-256 of their
// tensors. A file with others is refused.
const (
	exp2Hash    = "5c860f610acd19c92277eaa7294e00c570f3bbea80ef362751828884b30f20d2"
	sigmoidHash = "dc4751c90e002c42c12caf8bcee267c1511364a584b5ebcca6c70ffb621a3668"
)

// Model is a loaded model file. It is immutable and safe for concurrent use; any
// number of sessions may share it.
type Model struct {
	header   Header
	tensors  []Tensor
	hash     [32]byte
	tok      *tokenizer.Tokenizer
	exp2     *[256]uint16
	sigmoid  *[1024]uint16
	cos, sin []int16 // Positions x Rotated/2, Q14
	emb      ops.Matrix
	head     ops.Matrix
	layers   []layer
}

type layer struct {
	q, k, v, o, gate, up, down ops.Matrix
}

// matrices returns the layer's matrices by their names.
func (l *layer) matrices() []*ops.Matrix {
	return []*ops.Matrix{step.Query: &l.q, step.Key: &l.k, step.Value: &l.v, step.Output: &l.o, step.Gate: &l.gate, step.Up: &l.up, step.Down: &l.down}
}

// Open reads and checks a model file. See Parse.
func Open(path string) (*Model, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open model: %w", err)
	}
	m, err := Parse(file)
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", path, err)
	}
	return m, nil
}

// Parse checks a model file in full and returns the model, which keeps a
// reference to file: the caller must not change it afterwards. Everything that is
// not canonical, unknown, missing, mis-shaped or outside a limit is refused with
// an error that wraps protocol.ErrInvalid.
func Parse(file []byte) (*Model, error) {
	tensors, err := DecodeContainer(file)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(tensors, func(t Tensor) bool { return t.Name == "header" })
	if i < 0 {
		return nil, fmt.Errorf("parse model: no header: %w", protocol.ErrInvalid)
	}
	h, err := DecodeHeader(tensors[i].Data)
	if err != nil {
		return nil, err
	}
	m := &Model{header: h, tensors: tensors, hash: sha256.Sum256(file)}
	p := parser{tensors: tensors, used: make([]bool, len(tensors))}
	p.take("header", U8, HeaderBytes)
	m.parseTables(&p)
	m.parseWeights(&p)
	m.tok, err = tokenizer.Parse(p.take("tokenizer", U8, -1), h.BOS)
	if p.err == nil && err != nil {
		p.err = err
	}
	if p.err == nil && m.tok.Size() != h.Vocab {
		p.err = fmt.Errorf("tokenizer of %d tokens, vocabulary of %d: %w", m.tok.Size(), h.Vocab, protocol.ErrInvalid)
	}
	if i := slices.Index(p.used, false); p.err == nil && i >= 0 {
		p.err = fmt.Errorf("unknown tensor %q: %w", tensors[i].Name, protocol.ErrInvalid)
	}
	if p.err != nil {
		return nil, fmt.Errorf("parse model: %w", p.err)
	}
	m.packRows()
	return m, nil
}

// Header returns the shape and constants. The caller must not change StopIDs.
func (m *Model) Header() Header { return m.header }

// FileHash returns the SHA-256 of the file. It serves distribution only: a model
// version commits to the weights root.
func (m *Model) FileHash() [32]byte { return m.hash }

// Tokenizer returns the tokenizer of the file.
func (m *Model) Tokenizer() *tokenizer.Tokenizer { return m.tok }

// Tensors returns all tensors in container order. Their data is that of the file
// and read only.
func (m *Model) Tensors() []Tensor { return slices.Clone(m.tensors) }

// Matrix returns a matrix of a layer, from 0; nil if there is none. It is read only,
// like everything that this and the next methods return.
func (m *Model) Matrix(layer int, which step.Matrix) *ops.Matrix {
	if layer < 0 || layer >= len(m.layers) {
		return nil
	}
	all := m.layers[layer].matrices()
	if which < 0 || int(which) >= len(all) {
		return nil
	}
	return all[which]
}

// Embedding returns the embedding matrix, a row a token.
func (m *Model) Embedding() *ops.Matrix { return &m.emb }

// Head returns the matrix of the logits, a row a token.
func (m *Model) Head() *ops.Matrix { return &m.head }

// Rotation returns the cosines and sines of a position below Positions, Q14.
func (m *Model) Rotation(t int) (cos, sin []int16) {
	half := m.header.Rotated / 2
	return m.cos[t*half : (t+1)*half], m.sin[t*half : (t+1)*half]
}

// Exp2 returns the table of the softmax.
func (m *Model) Exp2() *[256]uint16 { return m.exp2 }

// Sigmoid returns the table of the gate.
func (m *Model) Sigmoid() *[1024]uint16 { return m.sigmoid }

func (m *Model) parseTables(p *parser) {
	h := m.header
	table := func(name string, n int, hash string) []uint16 {
		data := p.take(name, U16, n)
		if sum := sha256.Sum256(data); p.err == nil && hex.EncodeToString(sum[:]) != hash {
			p.fail("tensor %q is not the table of version 1", name)
		}
		return decode(data, 2, n, func(b []byte) uint16 { return binary.LittleEndian.Uint16(b) })
	}
	m.exp2 = (*[256]uint16)(table("exp2", 256, exp2Hash))
	m.sigmoid = (*[1024]uint16)(table("sigmoid", 1024, sigmoidHash))
	rope := func(name string) []int16 {
		n := h.Positions * h.Rotated / 2
		v := decode(p.take(name, I16, h.Positions, h.Rotated/2), 2, n, func(b []byte) int16 { return int16(binary.LittleEndian.Uint16(b)) })
		for _, x := range v {
			if x < -16384 || x > 16384 {
				p.fail("tensor %q holds %d", name, x)
				break
			}
		}
		return v
	}
	m.cos, m.sin = rope("rope.cos"), rope("rope.sin")
}

// packWeights is the largest number of weights of a model whose rows are packed in
// pairs, at four more bytes a weight. Beyond it memory bandwidth decides.
const packWeights = 1 << 24

// packRows prepares the matrices of a small model for decoding.
func (m *Model) packRows() {
	total := 0
	for _, t := range m.tensors {
		if t.DType == I8 {
			total += len(t.Data)
		}
	}
	if total > packWeights {
		return
	}
	m.head.PackRows()
	for i := range m.layers {
		for _, w := range m.layers[i].matrices() {
			w.PackRows()
		}
	}
}

func (m *Model) parseWeights(p *parser) {
	h := m.header
	m.emb = p.matrix("emb", h.Vocab, h.Dim, false)
	m.head = p.matrix("head", h.Vocab, h.Dim, false)
	for l := range h.Layers {
		in := func(name string) string { return fmt.Sprintf("layers.%03d.%s", l, name) }
		m.layers = append(m.layers, layer{
			q:    p.matrix(in("q"), h.Heads*h.HeadDim, h.Dim, h.QKVBias),
			k:    p.matrix(in("k"), h.KVHeads*h.HeadDim, h.Dim, h.QKVBias),
			v:    p.matrix(in("v"), h.KVHeads*h.HeadDim, h.Dim, h.QKVBias),
			o:    p.matrix(in("o"), h.Dim, h.Heads*h.HeadDim, false),
			gate: p.matrix(in("gate"), h.FFN, h.Dim, false),
			up:   p.matrix(in("up"), h.FFN, h.Dim, false),
			down: p.matrix(in("down"), h.Dim, h.FFN, false),
		})
		if p.err != nil {
			return
		}
	}
}

// parser takes tensors by name and remembers the first error and what was taken.
type parser struct {
	tensors []Tensor
	used    []bool
	err     error
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format+": %w", append(args, protocol.ErrInvalid)...)
	}
}

// take returns the data of a tensor; a shape of -1 stands for any size.
func (p *parser) take(name string, dtype DType, shape ...int) []byte {
	want := Tensor{Name: name, DType: dtype}
	i, ok := slices.BinarySearchFunc(p.tensors, want, compareTensors)
	if !ok {
		p.fail("no tensor %q of type %s", name, dtype)
		return nil
	}
	p.used[i] = true
	t := p.tensors[i]
	if len(shape) == 1 && shape[0] == -1 && len(t.Shape) == 1 {
		return t.Data
	}
	if !slices.Equal(t.Shape, shape) {
		p.fail("tensor %q has shape %v, not %v", name, t.Shape, shape)
		return nil
	}
	return t.Data
}

func (p *parser) matrix(name string, rows, cols int, bias bool) ops.Matrix {
	w := ops.Matrix{Rows: rows, Cols: cols}
	groups := w.Groups()
	q := p.take(name+".q", I8, rows, cols)
	m := p.take(name+".m", U32, rows, groups)
	var b []byte
	if bias {
		b = p.take(name+".b", I32, rows)
	}
	if p.err != nil {
		return w
	}
	// int8 and byte have one layout and no alignment: viewing the file saves the
	// copy of all weights.
	w.Q = unsafe.Slice((*int8)(unsafe.Pointer(&q[0])), len(q))
	w.M = decode(m, 4, rows*groups, func(b []byte) uint32 { return binary.LittleEndian.Uint32(b) })
	for j := range rows {
		sum := uint64(0)
		for _, v := range w.M[j*groups : (j+1)*groups] {
			if v >= 1<<24 {
				p.fail("mantissa %d in row %d of %q", v, j, name)
			}
			sum += uint64(v)
		}
		if sum >= 1<<35 {
			p.fail("mantissas of row %d of %q sum to %d", j, name, sum)
		}
	}
	if bias {
		w.Bias = decode(b, 4, rows, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) })
	}
	return w
}

// decode reads n little-endian elements of size bytes; zeros if data is missing,
// in which case the parser has failed already.
func decode[T any](data []byte, size, n int, get func([]byte) T) []T {
	out := make([]T, n)
	if len(data) == size*n {
		for i := range out {
			out[i] = get(data[size*i:])
		}
	}
	return out
}
