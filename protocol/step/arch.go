// Package step is the relation between the numbers of an execution trace, written
// once as data: which vectors a block of a model consists of, how they are cut into
// chunks, and for every element of every vector the operation that makes it, what
// it reads, and the parameters of that operation.
//
// The trace (runtime/trace), the circuit's witness (prover/circuit), the contract
// StepTable and the auditor all follow it; contracts/test/vectors/steps.json holds
// the contract to it. docs/trace-spec.md is the same in words.
//
// The package is pure: no digests, no numbers of a model, only indices.
package step

import (
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// Arch holds the constants of a model header that layout and operations depend on.
// Fields are named as in the runtime specification: the width of the residual, and
// so on. A header must have been validated before (runtime.DecodeHeader,
// ModelRegistry.publish); nothing here checks the limits again.
type Arch struct {
	Width      int    // d
	FFN        int    // f
	Layers     int    // L
	Heads      int    // H
	KVHeads    int    // G, divides Heads
	HeadWidth  int    // hd
	Vocabulary int    // V
	Positions  int    // N
	Rotated    int    // r
	Biased     bool   // q, k and v have biases
	Eps        uint32 // of the norms
	Scale      uint32 // C, of the scores
	ScaleExp   int    // cE
}

// ParseArch reads the constants out of a container header of 128 bytes.
func ParseArch(header []byte) (Arch, error) {
	if len(header) != 128 {
		return Arch{}, fmt.Errorf("header of %d bytes: %w", len(header), protocol.ErrInvalid)
	}
	at := func(offset int) int { return int(binary.LittleEndian.Uint32(header[offset:])) }
	a := Arch{
		Width: at(12), FFN: at(16), Layers: at(20), Heads: at(24), KVHeads: at(28), HeadWidth: at(32),
		Vocabulary: at(36), Positions: at(40), Rotated: at(44), Biased: at(48)&1 != 0,
		Eps: uint32(at(52)), Scale: uint32(at(56)), ScaleExp: at(60),
	}
	if a.Width < 1 || a.FFN < 1 || a.Heads < 1 || a.KVHeads < 1 || a.Heads%a.KVHeads != 0 || a.HeadWidth < 1 {
		return Arch{}, fmt.Errorf("header without a shape: %w", protocol.ErrInvalid)
	}
	return a, nil
}

// Tensor is a part of a model's weights that has a leaf of its own in the weights
// tree, counted by its place there.
type Tensor struct {
	Leaf int // leaf 0 is the header
	// Rows and Cols are its shape; a row has ceil(Cols/capacity) chunks.
	Rows, Cols int
}

// Matrix names a weight matrix of one layer in the order of the container: bytewise
// by name.
type Matrix int

// The matrices of a layer.
const (
	Down Matrix = iota
	Gate
	Key
	Output
	Query
	Up
	Value
	matrices
)

// The leaves in front: the header, the biases (three a layer, if there are any), the
// tables of exp2 and sigmoid, the rotation table.
func (a Arch) rotationLeaf() int {
	leaf := 1 + 2
	if a.Biased {
		leaf += 3 * a.Layers
	}
	return leaf
}

// WeightLeaves is the number of leaves under the weights root: those in front,
// embedding, head, the matrices of all layers, the tokenizer.
func (a Arch) WeightLeaves() int {
	return a.rotationLeaf() + 3 + int(matrices)*a.Layers + 1
}

// Rotation is the rotation table: row t holds the cosines, then the sines of
// position t, int16.
func (a Arch) Rotation() Tensor { return Tensor{a.rotationLeaf(), a.Positions, a.Rotated} }

// Embedding is the embedding matrix, a row a token.
func (a Arch) Embedding() Tensor { return Tensor{a.rotationLeaf() + 1, a.Vocabulary, a.Width} }

// Head is the matrix of the logits, a row a token.
func (a Arch) Head() Tensor { return Tensor{a.rotationLeaf() + 2, a.Vocabulary, a.Width} }

// Matrix is a matrix of layer l, 1..Layers.
func (a Arch) Matrix(l int, m Matrix) Tensor {
	t := Tensor{Leaf: a.rotationLeaf() + 3 + int(matrices)*(l-1) + int(m)}
	switch m {
	case Query:
		t.Rows, t.Cols = a.Heads*a.HeadWidth, a.Width
	case Key, Value:
		t.Rows, t.Cols = a.KVHeads*a.HeadWidth, a.Width
	case Output:
		t.Rows, t.Cols = a.Width, a.Heads*a.HeadWidth
	case Gate, Up:
		t.Rows, t.Cols = a.FFN, a.Width
	case Down:
		t.Rows, t.Cols = a.Width, a.FFN
	}
	return t
}

// Bias is the bias of a layer's key, query or value matrix, int32; only if Biased.
func (a Arch) Bias(l int, m Matrix) Tensor {
	order := map[Matrix]int{Key: 0, Query: 1, Value: 2}
	return Tensor{1 + 3*(l-1) + order[m], 1, a.Matrix(l, m).Rows}
}
