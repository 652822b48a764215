package step_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// The shapes under test: the demo model, one with biases, odd sizes and unrotated
// numbers, SmolLM2-135M, and Llama-2-70B.
var shapes = map[string]step.Arch{
	"demo": {Width: 96, FFN: 192, Layers: 5, Heads: 6, KVHeads: 2, HeadWidth: 16, Vocabulary: 1024, Positions: 512,
		Rotated: 16, Eps: 42950, Scale: 12102203, ScaleExp: 25},
	"odd": {Width: 1100, FFN: 2100, Layers: 2, Heads: 9, KVHeads: 3, HeadWidth: 100, Vocabulary: 777, Positions: 1500,
		Rotated: 64, Biased: true, Eps: 1, Scale: 9682257, ScaleExp: 26},
	"135M": {Width: 576, FFN: 1536, Layers: 30, Heads: 9, KVHeads: 3, HeadWidth: 64, Vocabulary: 49152, Positions: 2048,
		Rotated: 64, Eps: 42950, Scale: 12102203, ScaleExp: 26},
	"70B": {Width: 8192, FFN: 28672, Layers: 80, Heads: 64, KVHeads: 8, HeadWidth: 128, Vocabulary: 32000, Positions: 4096,
		Rotated: 128, Eps: 42950, Scale: 8557550, ScaleExp: 26},
}

func TestNamesFollowTheLayout(t *testing.T) {
	a := shapes["odd"]
	layer, err := a.Layout(step.Block{T: 3, L: 1})
	if err != nil {
		t.Fatal(err)
	}
	head, _ := a.Layout(step.Block{T: 3, L: a.Layers + 1})
	embed, _ := a.Layout(step.Block{T: 3})
	for _, c := range []struct {
		layout []step.Vector
		id     step.VectorID
		name   string
		op     step.Op
	}{
		{embed, step.EmbedOut, "out", step.OpEmbed},
		{layer, step.In, "in", step.OpInput},
		{layer, step.NormQuant, "norm.quant", step.OpQuant},
		{layer, step.QueryWide, "q.wide", step.OpRequant},
		{layer, step.V, "v", step.OpAdd},
		{layer, step.KRot, "k.rotated", step.OpRotate},
		{layer, step.QueryRows, "q.rows", step.OpQuant},
		{layer, step.ValueClaim, "v.claim", step.OpAbsMax},
		{layer, step.Keys, "keys", step.OpKeys},
		{layer, step.Softmax, "softmax", step.OpExp},
		{layer, step.Mixed, "mix", step.OpDivide},
		{layer, step.Middle, "middle", step.OpAdd},
		{layer, step.MiddleQuant, "middle.quant", step.OpQuant},
		{layer, step.Gated, "gated", step.OpGate},
		{layer, step.DownLinear, "down", step.OpRequant},
		{layer, step.Out, "out", step.OpAdd},
		{head, step.NormQuant, "norm.quant", step.OpQuant},
		{head, step.Logits, "logits", step.OpRequant},
		{head, step.LogitClaim, "logits.claim", step.OpMax},
	} {
		if v := c.layout[c.id]; v.Name != c.name || v.Op != c.op {
			t.Errorf("vector %d is %s by op %d, want %s by op %d", c.id, v.Name, v.Op, c.name, c.op)
		}
	}
	if got := len(layer); got != int(step.Out)+1 {
		t.Errorf("a layer has %d vectors", got)
	}
	if got := len(head); got != int(step.Token) {
		t.Errorf("a head has %d vectors", got)
	}
	if demo, _ := shapes["demo"].Layout(step.Block{T: 3, L: 1}); demo[step.QueryWide].Chunks() != 0 || demo[step.Q].Op != step.OpRequant {
		t.Error("a model without biases has wide results")
	}
}

// Chunks, lengths and places of every vector fit together: places enumerate its
// numbers once.
func TestPlacesCoverEachVectorOnce(t *testing.T) {
	for name, a := range shapes {
		for _, b := range []step.Block{{T: 0}, {T: 0, L: 1}, {T: 600 % a.Positions, L: 2}, {T: 5, L: a.Layers + 1}} {
			layout, err := a.Layout(b)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range layout {
				if v.Digests() || v.Rows == 0 {
					continue
				}
				total := 0
				for c := range v.Chunks() {
					n := v.Length(c)
					if n < 1 || n > v.Cap || v.Cap > v.Kind.Capacity() {
						t.Fatalf("%s %s: chunk %d of %d numbers", name, v.Name, c, n)
					}
					total += n
					for _, p := range []int{0, n / 2, n - 1} {
						row, col := v.Index(c, p)
						if c2, p2 := v.At(row, col); row >= v.Rows || col >= v.Cols || c2 != c || p2 != p {
							t.Fatalf("%s %s: place %d of chunk %d is (%d, %d), which is place %d of chunk %d", name, v.Name, p, c, row, col, p2, c2)
						}
					}
				}
				if total != v.Rows*v.Cols {
					t.Fatalf("%s %s: %d numbers in chunks, %d in the vector", name, v.Name, total, v.Rows*v.Cols)
				}
			}
		}
	}
}

// sample calls f for corner and middle elements of every vector of some blocks.
func sample(t *testing.T, a step.Arch, f func(s step.Step, st step.Statement)) {
	t.Helper()
	for _, b := range []step.Block{{T: 0}, {T: 0, L: 1}, {T: 1, L: 2}, {T: 511, L: a.Layers}, {T: a.Positions - 1, L: 1}, {T: 7, L: a.Layers + 1}} {
		layout, err := a.Layout(b)
		if err != nil {
			t.Fatal(err)
		}
		for id, v := range layout {
			if v.Op == step.OpInput || v.Digests() || v.Rows == 0 {
				continue
			}
			for _, row := range []int{0, v.Rows / 2, v.Rows - 1} {
				for _, col := range []int{0, 1 % v.Cols, v.Cols / 2, v.Cols - 1} {
					s := step.Step{Block: b, Vector: step.VectorID(id), Row: row, Col: col}
					st, err := a.Statement(s, 5, step.Pick{})
					if err != nil {
						t.Fatalf("%+v: %v", s, err)
					}
					f(s, st)
				}
			}
		}
	}
}

func TestEveryNumberHasAStatement(t *testing.T) {
	modulus, _ := new(big.Int).SetString("21888242871839275222246405745257275088548364400416034343698204186575808495617", 10)
	for name, a := range shapes {
		ops := map[step.Op]int{}
		sample(t, a, func(s step.Step, st step.Statement) {
			ops[st.Op]++
			for i, o := range []step.Operand{st.A, st.B, st.O} {
				words, err := o.Kind.Words(o.Length)
				if err != nil || words > chunk.MaxWords {
					t.Fatalf("%s %+v: operand %d of %d numbers of kind %d", name, s, i, o.Length, o.Kind)
				}
				for _, p := range o.Places {
					if p < 0 || p >= o.Length {
						t.Fatalf("%s %+v: operand %d reads place %d of %d", name, s, i, p, o.Length)
					}
				}
				if o.Source != step.None && (o.Leaf.Outer >= o.Leaf.Outers || o.Leaf.Inner >= o.Leaf.Inners || o.Leaf.Inner < 0) {
					t.Fatalf("%s %+v: operand %d at leaf %+v", name, s, i, o.Leaf)
				}
			}
			if st.O.Source != step.Opened || st.O.Leaf.Outer != int(s.Vector) {
				t.Fatalf("%s %+v judges %+v", name, s, st.O)
			}
			// What is read is made before what is judged.
			for _, o := range []step.Operand{st.A, st.B} {
				if o.Source == step.Opened && o.Leaf.Outer >= int(s.Vector) || o.Source == step.Earlier && o.T >= s.T {
					t.Fatalf("%s %+v reads ahead: %+v", name, s, o)
				}
			}
			if w := st.Word(false); w.Big().Cmp(modulus) >= 0 || w == st.Word(true) {
				t.Fatalf("%s %+v: word %v", name, s, w)
			}
			if w := st.Parameters(common.MaxAddress); w.Big().Cmp(modulus) >= 0 {
				t.Fatalf("%s %+v: parameters %v", name, s, w)
			}
		})
		for op := step.OpEmbed; op <= step.OpRequant; op++ {
			if ops[op] == 0 && op != step.OpPick {
				t.Errorf("%s: no step of op %d was sampled", name, op)
			}
		}
	}
}

func TestStepsThatDoNotExistAreRefused(t *testing.T) {
	a := shapes["demo"]
	for name, s := range map[string]step.Step{
		"a position past the end": {Block: step.Block{T: a.Positions, L: 1}},
		"a layer past the head":   {Block: step.Block{T: 1, L: a.Layers + 2}},
		"no vector":               {Block: step.Block{T: 1, L: 1}, Vector: step.Out + 1},
		"an absent vector":        {Block: step.Block{T: 1, L: 1}, Vector: step.KeyWide},
		"the input":               {Block: step.Block{T: 1, L: 1}, Vector: step.In},
		"digests":                 {Block: step.Block{T: 1, L: 1}, Vector: step.Keys},
		"a row past the end":      {Block: step.Block{T: 1, L: 1}, Vector: step.QueryRows, Row: a.Heads},
		"a column past the end":   {Block: step.Block{T: 1, L: 1}, Vector: step.Scores, Col: 2},
		"a negative column":       {Block: step.Block{T: 1, L: 1}, Vector: step.Scores, Col: -1},
		"a witness past the end":  {Block: step.Block{T: 1, L: 1}, Vector: step.NormClaim, Witness: a.Width},
		"padding of live numbers": {Block: step.Block{T: 1, L: 1}, Vector: step.Normed, Col: a.Width - 1, Padding: true},
		"padding past the block":  {Block: step.Block{T: 1, L: 1}, Vector: step.Normed, Col: 15 * 7, Padding: true},
		"a pick of a late id":     {Block: step.Block{T: 1, L: a.Layers + 1}, Vector: step.Token, Witness: a.Vocabulary},
	} {
		if _, err := a.Statement(s, 5, step.Pick{Token: 1, Beta: 1 << 16}); !errors.Is(err, protocol.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := a.Statement(step.Step{Block: step.Block{T: 1}}, a.Vocabulary, step.Pick{}); !errors.Is(err, protocol.ErrInvalid) {
		t.Errorf("a token past the vocabulary: %v", err)
	}
}

func TestPaddingReachesTheLastHashedWord(t *testing.T) {
	a := shapes["demo"]
	s := step.Step{Block: step.Block{T: 1, L: 1}, Vector: step.Normed, Col: a.Width, Padding: true}
	st, err := a.Statement(s, 0, step.Pick{})
	if err != nil || st.First || st.O.Places[0] != a.Width {
		t.Fatalf("limb behind the last number: %+v, %v", st, err)
	}
	s.Col = 15*7 - 1 // 96 numbers take 14 words, of 15 that are hashed
	if st, err = a.Statement(s, 0, step.Pick{}); err != nil || !st.First {
		t.Fatalf("word behind the last number: %+v, %v", st, err)
	}
}
