package importer

import (
	"context"
	"encoding/binary"

	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tables"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

const (
	llama2cMagic = 0x616b3432
	llama2cEps   = 42950 // floor(1e-5 * 2^32 + 1/2)
	llama2cBOS   = 1
)

// Llama2C makes a model file from a llama2.c checkpoint (version 0, 1 or 2) and
// its tokenizer.bin. The result depends on nothing but the arguments. Every other
// or damaged input is refused with an error that wraps protocol.ErrInvalid;
// ctx cancels a long import.
func Llama2C(ctx context.Context, checkpoint, tokenizerBin []byte, opts Options) ([]byte, error) {
	c, err := readLlama2C(checkpoint)
	if err != nil {
		return nil, err
	}
	h := c.header
	if opts.Positions != 0 {
		if opts.Positions < 1 || opts.Positions > h.Positions {
			return nil, invalid("import checkpoint: %d positions of %d", opts.Positions, h.Positions)
		}
		h.Positions = opts.Positions
	}
	h.StopIDs = opts.StopIDs
	if h.StopIDs == nil {
		h.StopIDs = []uint32{1, 2}
	}
	if err := h.Validate(); err != nil {
		return nil, err
	}
	tok, err := llama2cTokenizer(tokenizerBin, h.Vocab)
	if err != nil {
		return nil, err
	}
	tok.Templates = opts.Templates
	if _, err := tokenizer.New(tok, h.BOS); err != nil {
		return nil, err
	}
	return build(ctx, source{header: h, row: c.row}, tok, opts)
}

// llama2c is a checkpoint with the place of every tensor.
type llama2c struct {
	header runtime.Header
	file   []byte
	int8   bool
	group  int64            // consecutive elements of one scale, version 2
	at     map[string]int64 // first byte of a tensor (all layers), looked up by name only
	norms  map[string]int64
}

// readLlama2C reads the header and lays out the file; its size must be exact.
func readLlama2C(file []byte) (*llama2c, error) {
	c := &llama2c{file: file, at: map[string]int64{}, norms: map[string]int64{}}
	i32 := func(at int) int {
		if at+4 > len(file) {
			return 0
		}
		return int(int32(binary.LittleEndian.Uint32(file[at:])))
	}
	version, at := 0, 0
	if len(file) >= 8 && binary.LittleEndian.Uint32(file) == llama2cMagic {
		version, at = i32(4), 8
		if version != 1 && version != 2 {
			return nil, invalid("read checkpoint: version %d", version)
		}
	}
	dim, ffn, layers, heads, kv, vocab, seq := i32(at), i32(at+4), i32(at+8), i32(at+12), i32(at+16), i32(at+20), i32(at+24)
	at += 28
	shared := vocab > 0
	if version == 0 && vocab < 0 {
		vocab = -vocab
	}
	if version > 0 {
		if len(file) < 256 {
			return nil, invalid("read checkpoint: %d bytes", len(file))
		}
		shared = file[at] != 0
		if version == 2 {
			c.int8, c.group = true, int64(i32(at+1))
		}
		at = 256
	}
	if heads < 1 || dim < 1 || dim%heads != 0 {
		return nil, invalid("read checkpoint: width %d in %d heads", dim, heads)
	}
	h := runtime.Header{
		Kind: runtime.KindDecoder, Dim: dim, FFN: ffn, Layers: layers, Heads: heads, KVHeads: kv, HeadDim: dim / heads,
		Vocab: vocab, Positions: seq, Rotated: dim / heads, Eps: llama2cEps, BOS: llama2cBOS,
	}
	if h.HeadDim > 256 {
		return nil, invalid("read checkpoint: heads of width %d", h.HeadDim)
	}
	h.C, h.CE = tables.SoftmaxScale(h.HeadDim)
	if err := h.Validate(); err != nil {
		return nil, err
	}
	if c.int8 && (c.group < 1 || int64(dim)%c.group != 0 || int64(ffn)%c.group != 0) {
		return nil, invalid("read checkpoint: groups of %d", c.group)
	}
	c.header = h
	end := c.layout(version, int64(at), shared)
	if end != int64(len(file)) {
		return nil, invalid("read checkpoint: %d bytes, the header asks for %d", len(file), end)
	}
	return c, nil
}

// layout notes where each tensor begins and returns where the file must end.
func (c *llama2c) layout(version int, at int64, shared bool) (end int64) {
	h := c.header
	top, perLayer := matrixShapes(h)
	sizes := map[string]int64{}
	for _, s := range append(top, perLayer...) {
		sizes[s.name] = s.elements()
	}
	norm := func(name string, n int) {
		c.norms[name] = at
		at += 4 * int64(n)
	}
	put := func(name string, layers int) {
		c.at[name] = at
		at += int64(layers) * c.tensorBytes(sizes[name])
	}
	L := h.Layers
	if version == 0 {
		put("emb", 1)
		norm("att", L*h.Dim)
		for _, name := range []string{"q", "k", "v", "o"} {
			put(name, L)
		}
		norm("ffn", L*h.Dim)
		for _, name := range []string{"gate", "down", "up"} {
			put(name, L)
		}
		norm("final", h.Dim)
		at += 4 * int64(h.Positions) * int64(h.HeadDim) // precomputed rotations, derived anew
	} else {
		norm("att", L*h.Dim)
		norm("ffn", L*h.Dim)
		norm("final", h.Dim)
		put("emb", 1)
		for _, name := range []string{"q", "k", "v", "o", "gate", "down", "up"} {
			put(name, L)
		}
	}
	if shared {
		c.at["head"] = c.at["emb"]
	} else {
		put("head", 1)
	}
	return at
}

// tensorBytes returns the size of one layer's tensor of n elements.
func (c *llama2c) tensorBytes(n int64) int64 {
	if c.int8 {
		return n + 4*(n/c.group)
	}
	return 4 * n
}

// row returns row j of a matrix with the gain of the norm before it applied.
func (c *llama2c) row(name string, layer, j int) ([]dyadic, error) {
	h := c.header
	top, perLayer := matrixShapes(h)
	var s shape
	for _, x := range append(top, perLayer...) {
		if x.name == name {
			s = x
		}
	}
	at := c.at[name] + int64(max(layer, 0))*c.tensorBytes(s.elements())
	gain := int64(-1)
	switch name {
	case "q", "k", "v":
		gain = c.norms["att"] + 4*int64(layer)*int64(h.Dim)
	case "gate", "up":
		gain = c.norms["ffn"] + 4*int64(layer)*int64(h.Dim)
	case "head":
		gain = c.norms["final"]
	}
	row := make([]dyadic, s.cols)
	for i := range row {
		w, err := c.element(at, s.elements(), int64(j)*int64(s.cols)+int64(i))
		if err == nil && gain >= 0 {
			var g dyadic
			g, err = c.f32(gain + 4*int64(i))
			w = w.times(g)
		}
		if err != nil {
			return nil, err
		}
		row[i] = w
	}
	return row, nil
}

// element returns element i of the tensor of n elements at byte at.
func (c *llama2c) element(at, n, i int64) (dyadic, error) {
	if !c.int8 {
		return c.f32(at + 4*i)
	}
	scale, err := c.f32(at + n + 4*(i/c.group))
	return scale.times(dyadic{int64(int8(c.file[at+i])), 0}), err
}

func (c *llama2c) f32(at int64) (dyadic, error) {
	return decodeF32(binary.LittleEndian.Uint32(c.file[at:]))
}
