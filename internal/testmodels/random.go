package testmodels

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
)

// Shape is the shape of a made-up model.
type Shape struct {
	Dim, FFN, Layers, Heads, KVHeads, Vocab, Positions int
	Shared                                             bool // one matrix for embedding and head
}

// Tiny is a shape for tests that need some model, whatever it says: about 60,000
// weights, 300 tokens, 64 positions.
var Tiny = Shape{Dim: 64, FFN: 96, Layers: 2, Heads: 4, KVHeads: 2, Vocab: 300, Positions: 64, Shared: true}

// Checkpoint is a model of random weights that can be written in every llama2.c
// layout. Each weight is an int8 times a scale of few bits, so that the layouts
// hold exactly the same numbers.
type Checkpoint struct {
	Shape
	norms    [3][]float32 // attention, feed-forward, final
	matrices []part       // one a layer: emb, q, k, v, o, gate, down, up, (head)
}

type part struct {
	q     []int8
	scale []float32 // one per 32 consecutive elements
}

const group = 32

// Random returns the checkpoint of a shape and a seed. Dim and FFN are multiples of 32.
func Random(s Shape, seed uint64) *Checkpoint {
	r := rand.New(rand.NewPCG(seed, 1))
	c := &Checkpoint{Shape: s}
	for i, n := range []int{s.Layers * s.Dim, s.Layers * s.Dim, s.Dim} {
		c.norms[i] = make([]float32, n)
		for j := range c.norms[i] {
			c.norms[i][j] = float32(1+r.IntN(32)) / 16
		}
	}
	add := func(layers, rows, cols int) {
		for range layers {
			p := part{q: make([]int8, rows*cols), scale: make([]float32, rows*cols/group)}
			for i := range p.q {
				p.q[i] = int8(r.IntN(255) - 127)
			}
			for i := range p.scale {
				p.scale[i] = float32(8+r.IntN(8)) / (1 << 13)
			}
			c.matrices = append(c.matrices, p)
		}
	}
	kv := s.Dim / s.Heads * s.KVHeads
	add(1, s.Vocab, s.Dim)
	add(s.Layers, s.Dim, s.Dim)
	add(s.Layers, kv, s.Dim)
	add(s.Layers, kv, s.Dim)
	add(s.Layers, s.Dim, s.Dim)
	add(s.Layers, s.FFN, s.Dim)
	add(s.Layers, s.Dim, s.FFN)
	add(s.Layers, s.FFN, s.Dim)
	if !s.Shared {
		add(1, s.Vocab, s.Dim)
	}
	return c
}

func (c *Checkpoint) ints(vocab int) (b []byte) {
	for _, v := range []int{c.Dim, c.FFN, c.Layers, c.Heads, c.KVHeads, vocab, c.Positions} {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
	}
	return b
}

func floats(b []byte, v []float32) []byte {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func (p part) floats(b []byte) []byte {
	for i, q := range p.q {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(q)*p.scale[i/group]))
	}
	return b
}

// V0 returns the checkpoint as a llama2.c file of version 0.
func (c *Checkpoint) V0() []byte {
	vocab := c.Vocab
	if !c.Shared {
		vocab = -vocab
	}
	b := c.ints(vocab)
	for i, p := range c.matrices {
		switch i {
		case 1:
			b = floats(b, c.norms[0])
		case 1 + 4*c.Layers:
			b = floats(b, c.norms[1])
		case 1 + 7*c.Layers:
			b = c.tail(b)
		}
		b = p.floats(b)
	}
	if c.Shared {
		b = c.tail(b)
	}
	return b
}

// tail appends the final norm and the rotation tables, which readers skip.
func (c *Checkpoint) tail(b []byte) []byte {
	return append(floats(b, c.norms[2]), make([]byte, 4*c.Positions*c.Dim/c.Heads)...)
}

func (c *Checkpoint) head(version int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 0x616b3432)
	b = append(binary.LittleEndian.AppendUint32(b, uint32(version)), c.ints(c.Vocab)...)
	if c.Shared {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	if version == 2 {
		b = binary.LittleEndian.AppendUint32(b, group)
	}
	b = append(b, make([]byte, 256-len(b))...)
	for _, n := range c.norms {
		b = floats(b, n)
	}
	return b
}

// V1 returns the checkpoint as a llama2.c file of version 1.
func (c *Checkpoint) V1() []byte {
	b := c.head(1)
	for _, p := range c.matrices {
		b = p.floats(b)
	}
	return b
}

// V2 returns the checkpoint as a llama2.c file of version 2 (int8 with scales).
func (c *Checkpoint) V2() []byte {
	b := c.head(2)
	for _, p := range c.matrices {
		for _, q := range p.q {
			b = append(b, byte(q))
		}
		b = floats(b, p.scale)
	}
	return b
}

// TokenizerBin returns a tokenizer.bin for Vocab >= 286 tokens: the specials, all
// bytes, letters, and pairs of pieces so far.
func (c *Checkpoint) TokenizerBin() []byte {
	pieces := []string{"<unk>", "\n<s>\n", "\n</s>\n"}
	for i := range 256 {
		const hex = "0123456789ABCDEF"
		pieces = append(pieces, "<0x"+hex[i>>4:i>>4+1]+hex[i&15:i&15+1]+">")
	}
	pieces = append(pieces, strings.Split(" etaoinshrdlucmfwygpbvkxqjz", "")...)
	base := len(pieces)
	for i := 0; len(pieces) < c.Vocab; i++ {
		// Ever longer pieces: the i-th letter with every piece before it in turn.
		pieces = append(pieces, pieces[259+i%(base-259)]+pieces[259+(i*i+3*i)%(len(pieces)-259)])
	}
	longest := 0
	var b []byte
	for i, p := range pieces[:c.Vocab] {
		longest = max(longest, len(p))
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(-float32(i/2)))
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(p))), p...)
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(longest)), b...)
}
