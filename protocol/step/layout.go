package step

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// Block names one block of a trace: position T, and L = 0 for the embedding, 1 to
// Layers for a layer, Layers+1 for the head.
type Block struct{ T, L int }

// Before is the order of a trace: by position, then by layer.
func (b Block) Before(c Block) bool { return b.T < c.T || b.T == c.T && b.L < c.L }

// VectorID is the place of a vector in its block's list, which is the order of
// computation and of the leaves under the block root.
type VectorID int

// The vectors of the embedding's block.
const (
	EmbedOut VectorID = iota
	embedVectors
)

// The vectors of a layer's block. NormA and NormF are the two places where a
// residual is normalised and quantised: before attention and before the feed-forward
// part; each takes five vectors from its first on.
const (
	In        VectorID = iota // residual before the layer
	Squares                   // running sums of squares of In
	Rsqrt                     // zz, inv
	Normed                    //
	NormClaim                 // k and its witness
	NormQuant                 // the input of q, k and v

	QuerySums
	QueryWide // empty without biases
	Q
	KeySums
	KeyWide
	K
	ValueSums
	ValueWide
	V
	QRot
	KRot
	QueryClaim // k and witness of each head
	QueryRows  // each head: k, then its numbers
	KeyClaim
	KeyRows
	ValueClaim
	ValueRows
	Keys    // digests of the key rows of positions 0..t: no numbers of its own
	Columns // values by channel: a row a channel, a column a position, dequantised
	Scores
	ScoreClaim // the largest score of each head and its witness
	Softmax    // weights of the positions, int16
	SoftmaxSums
	MixSums
	Mixed
	MixClaim
	MixQuant
	OutSums
	OutLinear
	Middle // residual between attention and feed-forward part

	MiddleSquares
	MiddleRsqrt
	MiddleNormed
	MiddleClaim
	MiddleQuant
	GateSums
	GateLinear
	UpSums
	UpLinear
	Gated
	GatedClaim
	GatedQuant
	DownSums
	DownLinear
	Out // residual after the layer
	layerVectors
)

// The vectors of the head's block; the first six are those of a layer.
const (
	LogitSums VectorID = NormQuant + 1 + iota
	Logits
	LogitClaim // the largest logit and its witness
	headVectors
	// Token is the step that picks the token: no vector, but a place in the order.
	Token = headVectors
)

// Vector is one vector of a block: Rows times Cols numbers of one kind, each row or
// several whole rows cut into chunks.
type Vector struct {
	Name string
	Op   Op
	Kind chunk.Kind
	// Rows and Cols are its shape; Rows is 0 for a vector that this model lacks.
	Rows, Cols int
	// Cap is the most numbers in a chunk.
	Cap int
	// Packed says that a chunk holds as many whole rows as fit. Otherwise every row
	// starts a chunk.
	Packed bool
}

// Digests says that the vector's leaves are digests of another block's chunks.
func (v Vector) Digests() bool { return v.Op == OpKeys }

func (v Vector) rowsPerChunk() int {
	if v.Packed {
		return v.Cap / v.Cols
	}
	return 1
}

func (v Vector) chunksPerRow() int {
	if v.Packed {
		return 1
	}
	return ceilDiv(v.Cols, v.Cap)
}

// Chunks is the number of chunks: of leaves under the vector's root.
func (v Vector) Chunks() int {
	if v.Rows == 0 {
		return 0
	}
	return ceilDiv(v.Rows, v.rowsPerChunk()) * v.chunksPerRow()
}

// Length is the number of numbers in chunk c.
func (v Vector) Length(c int) int {
	if v.Packed {
		return min(v.rowsPerChunk(), v.Rows-c*v.rowsPerChunk()) * v.Cols
	}
	return min(v.Cap, v.Cols-c%v.chunksPerRow()*v.Cap)
}

// At is where the number at (row, col) lies: its chunk, and the place there.
func (v Vector) At(row, col int) (c, place int) {
	if v.Packed {
		return row / v.rowsPerChunk(), row%v.rowsPerChunk()*v.Cols + col
	}
	return row*v.chunksPerRow() + col/v.Cap, col % v.Cap
}

// Index is the reverse of At: the row and column of a place in chunk c.
func (v Vector) Index(c, place int) (row, col int) {
	if v.Packed {
		return c*v.rowsPerChunk() + place/v.Cols, place % v.Cols
	}
	return c / v.chunksPerRow(), c%v.chunksPerRow()*v.Cap + place
}

// The capacity of chunks whose numbers meet int32 in a product: a position each.
const spanCap = chunk.MaxInt32

func plain(name string, op Op, kind chunk.Kind, n int) Vector {
	return rows(name, op, kind, 1, n)
}

func rows(name string, op Op, kind chunk.Kind, r, c int) Vector {
	return Vector{Name: name, Op: op, Kind: kind, Rows: r, Cols: c, Cap: kind.Capacity()}
}

func packed(name string, op Op, r, c int) Vector {
	return Vector{Name: name, Op: op, Kind: chunk.Wide80, Rows: r, Cols: c, Cap: chunk.Wide80.Capacity(), Packed: true}
}

// sums are the running sums of r products whose operands have n numbers.
func sums(name string, op Op, r, n, operandCap int) Vector {
	return packed(name, op, r, ceilDiv(n, operandCap))
}

func quant(prefix string, n int) []Vector {
	return []Vector{packed(prefix+".claim", OpAbsMax, 1, 2), plain(prefix+".quant", OpQuant, chunk.Int16, n)}
}

func norm(prefix string, n int) []Vector {
	return append([]Vector{
		sums(prefix+".squares", OpSquares, 1, n, chunk.MaxInt32),
		packed(prefix+".rsqrt", OpRsqrt, 1, 2),
		plain(prefix+".normed", OpNorm, chunk.Int32, n),
	}, quant(prefix, n)...)
}

// linear are the sums of a matrix and what comes of them; wide between the two if
// the result gets a bias.
func linear(name string, out, in int) []Vector {
	return []Vector{
		sums(name+".sums", OpLinear, out, in, chunk.Weights.Capacity()),
		plain(name, OpRequant, chunk.Int32, out),
	}
}

func (a Arch) biasable(name string, out int) []Vector {
	l := linear(name, out, a.Width)
	wide := rows(name+".wide", OpRequant, chunk.Wide80, 0, out)
	if a.Biased {
		wide.Rows, l[1].Op = 1, OpAdd
	}
	return []Vector{l[0], wide, l[1]}
}

// headRows are the heads of a vector, quantised one by one: a claim of k each, and
// rows that begin with k.
func headRows(name string, heads, width int) []Vector {
	return []Vector{packed(name+".claim", OpAbsMax, heads, 2), rows(name+".rows", OpQuant, chunk.Int16, heads, width+1)}
}

// Layout lists the vectors of a block. It fails with protocol.ErrInvalid on a block
// that the model does not have.
func (a Arch) Layout(b Block) ([]Vector, error) {
	if b.T < 0 || b.T >= a.Positions || b.L < 0 || b.L > a.Layers+1 {
		return nil, fmt.Errorf("block (%d, %d) of %d positions and %d layers: %w", b.T, b.L, a.Positions, a.Layers, protocol.ErrInvalid)
	}
	switch b.L {
	case 0:
		return []Vector{plain("out", OpEmbed, chunk.Int32, a.Width)}, nil
	case a.Layers + 1:
		v := append([]Vector{plain("in", OpInput, chunk.Int32, a.Width)}, norm("norm", a.Width)...)
		v = append(v, linear("logits", a.Vocabulary, a.Width)...)
		return append(v, packed("logits.claim", OpMax, 1, 2)), nil
	}
	return a.layer(b.T + 1), nil
}

// layer lists the vectors of a layer's block with n positions to attend to.
func (a Arch) layer(n int) []Vector {
	queries, keys := a.Heads*a.HeadWidth, a.KVHeads*a.HeadWidth
	v := append([]Vector{plain("in", OpInput, chunk.Int32, a.Width)}, norm("norm", a.Width)...)
	for _, m := range []struct {
		name string
		out  int
	}{{"q", queries}, {"k", keys}, {"v", keys}} {
		v = append(v, a.biasable(m.name, m.out)...)
	}
	v = append(v, plain("q.rotated", OpRotate, chunk.Int32, queries), plain("k.rotated", OpRotate, chunk.Int32, keys))
	v = append(v, headRows("q", a.Heads, a.HeadWidth)...)
	v = append(v, headRows("k", a.KVHeads, a.HeadWidth)...)
	v = append(v, headRows("v", a.KVHeads, a.HeadWidth)...)
	v = append(v,
		Vector{Name: "keys", Op: OpKeys, Rows: n, Cols: a.KVHeads, Cap: 1},
		Vector{Name: "columns", Op: OpColumn, Kind: chunk.Int32, Rows: keys, Cols: n, Cap: spanCap},
		rows("scores", OpScore, chunk.Wide80, a.Heads, n),
		packed("scores.claim", OpMax, a.Heads, 2),
		Vector{Name: "softmax", Op: OpExp, Kind: chunk.Int16, Rows: a.Heads, Cols: n, Cap: spanCap},
		sums("softmax.sums", OpSum, a.Heads, n, spanCap),
		sums("mix.sums", OpMix, queries, n, spanCap),
		plain("mix", OpDivide, chunk.Int32, queries),
	)
	v = append(v, quant("mix", queries)...)
	v = append(v, linear("o", a.Width, queries)...)
	v = append(v, plain("middle", OpAdd, chunk.Int32, a.Width))
	v = append(v, norm("middle", a.Width)...)
	v = append(v, linear("gate", a.FFN, a.Width)...)
	v = append(v, linear("up", a.FFN, a.Width)...)
	v = append(v, plain("gated", OpGate, chunk.Int32, a.FFN))
	v = append(v, quant("gated", a.FFN)...)
	v = append(v, linear("down", a.Width, a.FFN)...)
	return append(v, plain("out", OpAdd, chunk.Int32, a.Width))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
