// Package trainer trains the project's small Llama-style decoders in plain Go: forward and backward pass, AdamW,
// cosine schedule, checkpoints, and export in the llama2.c formats that the importer of the integer runtime reads.
//
// It is not a general training framework. There is one architecture (RMSNorm, rotary interleaved pairs, grouped-query
// attention, gated SiLU, tied embedding), one loss (weighted cross entropy) and one machine. Enter at Run; the
// command is models/trainer/cmd/train.
//
// Invariants: parameters live in one slice in the order of a llama2.c v0 checkpoint; the result depends on the seed
// and on the kernel (KernelName), not on the number of processors, because gradients are summed over a fixed number
// of lanes in a fixed order.
package trainer

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

const normEps = 1e-5

// Config is the shape of a model.
type Config struct {
	Dim    int `json:"dim"`    // residual width
	Hidden int `json:"hidden"` // feed-forward width
	Layers int `json:"layers"`
	Heads  int `json:"heads"`   // query heads
	Groups int `json:"groups"`  // key and value heads
	Vocab  int `json:"vocab"`   // tokens
	Seq    int `json:"context"` // positions
}

// HeadDim is the width of one head.
func (c Config) HeadDim() int { return c.Dim / c.Heads }

// KVDim is the width of all key (or value) heads together.
func (c Config) KVDim() int { return c.HeadDim() * c.Groups }

// Validate says whether the trainer can run the shape: all widths are multiples of 16 so that the kernel has no tails.
func (c Config) Validate() error {
	if c.Layers < 1 || c.Heads < 1 || c.Groups < 1 || c.Seq < 1 {
		return fmt.Errorf("check model shape: %w: counts must be positive", protocol.ErrInvalid)
	}
	if c.Dim%c.Heads != 0 || c.Heads%c.Groups != 0 {
		return fmt.Errorf("check model shape: %w: heads must divide the width and groups the heads", protocol.ErrInvalid)
	}
	for _, v := range []int{c.Dim, c.Hidden, c.Vocab, c.Seq, c.HeadDim()} {
		if v < 16 || v%16 != 0 {
			return fmt.Errorf("check model shape: %w: %d is not a multiple of 16", protocol.ErrInvalid, v)
		}
	}
	return nil
}

// span is a half-open range of the parameter slice holding a [rows, cols] matrix.
type span struct{ at, rows, cols int }

func (s span) of(p []float32) []float32 { return p[s.at : s.at+s.rows*s.cols] }

// layout says where each tensor lies. The order is that of a llama2.c v0 checkpoint with a shared classifier.
type layout struct {
	emb                                          span
	attNorm, wq, wk, wv, wo, ffnNorm, w1, w2, w3 []span // one per layer; norms are [1, dim]
	finalNorm                                    span
	total                                        int
}

func (c Config) layout() layout {
	var l layout
	next := func(rows, cols int) span {
		s := span{l.total, rows, cols}
		l.total += rows * cols
		return s
	}
	each := func(rows, cols int) []span {
		out := make([]span, c.Layers)
		for i := range out {
			out[i] = next(rows, cols)
		}
		return out
	}
	l.emb = next(c.Vocab, c.Dim)
	l.attNorm = each(1, c.Dim)
	l.wq, l.wk, l.wv, l.wo = each(c.Dim, c.Dim), each(c.KVDim(), c.Dim), each(c.KVDim(), c.Dim), each(c.Dim, c.Dim)
	l.ffnNorm = each(1, c.Dim)
	l.w1, l.w2, l.w3 = each(c.Hidden, c.Dim), each(c.Dim, c.Hidden), each(c.Hidden, c.Dim)
	l.finalNorm = next(1, c.Dim)
	return l
}

// groups names every tensor kind; the gradient check walks it.
func (l layout) groups() map[string][]span {
	return map[string][]span{
		"emb": {l.emb}, "att_norm": l.attNorm, "wq": l.wq, "wk": l.wk, "wv": l.wv, "wo": l.wo,
		"ffn_norm": l.ffnNorm, "w1": l.w1, "w2": l.w2, "w3": l.w3, "final_norm": {l.finalNorm},
	}
}

// matrices lists the spans that weight decay applies to (everything but the norms).
func (l layout) matrices() []span {
	out := []span{l.emb}
	for _, g := range [][]span{l.wq, l.wk, l.wv, l.wo, l.w1, l.w2, l.w3} {
		out = append(out, g...)
	}
	return out
}

// Params is the number of trained parameters.
func (c Config) Params() int { return c.layout().total }
