// Package importer makes model files of the deterministic runtime from published
// checkpoints. It uses integers only: a float in a checkpoint is an exact dyadic
// number, products of gain and weight stay exact, and tables come from package
// tables. So one checkpoint has one model file, and anyone can derive it again.
//
// It refuses what the runtime cannot express instead of approximating it.
package importer

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// Options are the choices of an import. The zero value is right for a plain
// llama2.c checkpoint.
type Options struct {
	// Positions limits the context to fewer positions than the checkpoint's; 0
	// keeps its own.
	Positions int
	// StopIDs end an answer, strictly ascending; nil stands for 1 and 2, the
	// delimiters of llama2.c vocabularies.
	StopIDs []uint32
	// Templates are the chat templates of the model, in the order of their ids.
	Templates []tokenizer.Template
	// Progress, if set, is told how many of all weight rows are done.
	Progress func(done, total int)
}

// source is a checkpoint reduced to rows of exact numbers. Rows are delivered
// with gains applied.
type source struct {
	header runtime.Header
	// row returns row j of a matrix: name as in the container, layer -1 for emb
	// and head.
	row func(name string, layer, j int) ([]dyadic, error)
}

// matrixShape lists the matrices of a model in the order of the forward pass.
func matrixShapes(h runtime.Header) (top, perLayer []shape) {
	att, kv := h.Heads*h.HeadDim, h.KVHeads*h.HeadDim
	top = []shape{{"emb", h.Vocab, h.Dim}, {"head", h.Vocab, h.Dim}}
	perLayer = []shape{
		{"q", att, h.Dim}, {"k", kv, h.Dim}, {"v", kv, h.Dim}, {"o", h.Dim, att},
		{"gate", h.FFN, h.Dim}, {"up", h.FFN, h.Dim}, {"down", h.Dim, h.FFN},
	}
	return top, perLayer
}

type shape struct {
	name       string
	rows, cols int
}

func (s shape) elements() int64 { return int64(s.rows) * int64(s.cols) }

// build quantises every row of src and returns the model file, loaded once to
// show that it is accepted.
func build(ctx context.Context, src source, tok tokenizer.Spec, opts Options) ([]byte, error) {
	h := src.header
	top, perLayer := matrixShapes(h)
	total, done := 0, 0
	for _, s := range top {
		total += s.rows
	}
	for _, s := range perLayer {
		total += s.rows * h.Layers
	}
	head := h.Encode()
	tensors := []runtime.Tensor{
		bytesTensor("header", head[:]),
		bytesTensor("tokenizer", tok.Encode()),
	}
	tensors = append(tensors, tableTensors(h)...)
	add := func(prefix string, s shape, layer int) error {
		var x matrix
		for j := range s.rows {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("import model: %w", err)
			}
			row, err := src.row(s.name, layer, j)
			if err == nil {
				err = x.quantise(row)
			}
			if err != nil {
				return fmt.Errorf("import %s%s, row %d: %w", prefix, s.name, j, err)
			}
			done++
			if opts.Progress != nil && (done%256 == 0 || done == total) {
				opts.Progress(done, total)
			}
		}
		tensors = append(tensors,
			runtime.Tensor{Name: prefix + s.name + ".q", DType: runtime.I8, Shape: []int{s.rows, s.cols}, Data: x.qBytes()},
			runtime.Tensor{Name: prefix + s.name + ".m", DType: runtime.U32, Shape: []int{s.rows, len(x.m) / s.rows}, Data: x.mBytes()})
		return nil
	}
	for _, s := range top {
		if err := add("", s, -1); err != nil {
			return nil, err
		}
	}
	for l := range h.Layers {
		for _, s := range perLayer {
			if err := add(fmt.Sprintf("layers.%03d.", l), s, l); err != nil {
				return nil, err
			}
		}
	}
	file, err := runtime.EncodeContainer(tensors)
	if err != nil {
		return nil, err
	}
	if _, err := runtime.Parse(file); err != nil {
		return nil, fmt.Errorf("check imported model: %w", err)
	}
	return file, nil
}

func bytesTensor(name string, data []byte) runtime.Tensor {
	return runtime.Tensor{Name: name, DType: runtime.U8, Shape: []int{len(data)}, Data: data}
}

// theta is the base of the rotation frequencies, 10000 in llama2.c.
const theta = 10000

func tableTensors(h runtime.Header) []runtime.Tensor {
	u16 := func(v []uint16) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint16(b, x)
		}
		return b
	}
	i16 := func(v []int16) (b []byte) {
		for _, x := range v {
			b = binary.LittleEndian.AppendUint16(b, uint16(x))
		}
		return b
	}
	exp2, sigmoid := tables.Exp2(), tables.Sigmoid()
	cos, sin := tables.Rope(big.NewInt(theta), 0, h.Positions, h.Rotated)
	rope := []int{h.Positions, h.Rotated / 2}
	return []runtime.Tensor{
		{Name: "exp2", DType: runtime.U16, Shape: []int{256}, Data: u16(exp2[:])},
		{Name: "sigmoid", DType: runtime.U16, Shape: []int{1024}, Data: u16(sigmoid[:])},
		{Name: "rope.cos", DType: runtime.I16, Shape: rope, Data: i16(cos)},
		{Name: "rope.sin", DType: runtime.I16, Shape: rope, Data: i16(sin)},
	}
}

func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, protocol.ErrInvalid)...)
}
