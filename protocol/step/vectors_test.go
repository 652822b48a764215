package step_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

var update = flag.Bool("update", false, "rewrite the vectors that Go and Solidity share")

// The columns of a row of steps. Noises carry step.NoiseOffset. The word is the one of
// a wrong claim.
var (
	inputFields = []string{"t", "l", "vector", "row", "col", "witness", "padding", "token", "beta", "maxGap", "noiseA", "noiseB"}
	leafFields  = []string{"source", "t", "outer", "outers", "inner", "inners"}
)

// table is a list of rows of one length, written flat, a row a line: a reader takes it
// in one piece.
type table struct {
	width int
	rows  [][]int64
}

func (t *table) add(row ...int64) {
	if t.width == 0 {
		t.width = len(row)
	}
	if len(row) != t.width {
		panic("rows of different length")
	}
	t.rows = append(t.rows, row)
}

type shapeVectors struct {
	header  hexutil.Bytes
	steps   table
	words   []common.Hash
	refused table
	keys    table
	layouts table // t, l, leaves of the weights root, then the chunks of each vector; padded with -1
}

func header(a step.Arch) hexutil.Bytes {
	b := make([]byte, 128)
	copy(b, "DGM1")
	flags := 0
	if a.Biased {
		flags = 1
	}
	for i, v := range []int{1, 1, a.Width, a.FFN, a.Layers, a.Heads, a.KVHeads, a.HeadWidth, a.Vocabulary, a.Positions, a.Rotated,
		flags, int(a.Eps), int(a.Scale), a.ScaleExp, 32, 24, -1} {
		binary.LittleEndian.PutUint32(b[4+4*i:], uint32(v))
	}
	return b
}

func inputs(s step.Step, token int, p step.Pick) []int64 {
	padding := int64(0)
	if s.Padding {
		padding = 1
	}
	if p != (step.Pick{}) {
		token = p.Token
	}
	return []int64{int64(s.T), int64(s.L), int64(s.Vector), int64(s.Row), int64(s.Col), int64(s.Witness), padding, int64(token),
		int64(p.Beta), int64(p.MaxGap), int64(p.NoiseA) + step.NoiseOffset, int64(p.NoiseB) + step.NoiseOffset}
}

func leafRow(l step.Leaf) []int64 {
	return []int64{int64(l.Outer), int64(l.Outers), int64(l.Inner), int64(l.Inners)}
}

func (v *shapeVectors) step(t *testing.T, a step.Arch, s step.Step, token int, p step.Pick) {
	t.Helper()
	st, err := a.Statement(s, token, p)
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	row := append(inputs(s, token, p), int64(st.X), int64(st.Y))
	for _, o := range []step.Operand{st.A, st.B, st.O} {
		row = append(append(row, int64(o.Source), int64(o.T)), leafRow(o.Leaf)...)
	}
	v.steps.add(row...)
	v.words = append(v.words, st.Word(false))
}

// vector samples one vector: corners, inner numbers, padding.
func (v *shapeVectors) vector(t *testing.T, a step.Arch, r *rand.Rand, b step.Block, id step.VectorID, vec step.Vector, corners bool) {
	s := step.Step{Block: b, Vector: id}
	places := [][2]int{{r.IntN(vec.Rows), r.IntN(vec.Cols)}}
	if corners {
		places = append(places, [2]int{0, 0}, [2]int{vec.Rows - 1, vec.Cols - 1})
	}
	for _, at := range places {
		s.Row, s.Col, s.Witness = at[0], at[1], 0
		if vec.Op == step.OpAbsMax || vec.Op == step.OpMax {
			s.Witness = r.IntN(claimed(a, b, id))
		}
		v.step(t, a, s, r.IntN(a.Vocabulary), step.Pick{})
	}
	c := vec.Chunks() - 1
	if corners && vec.Chunks() > 1 {
		c = r.IntN(vec.Chunks())
	}
	words, _ := vec.Kind.Words(vec.Length(c))
	limbs := vec.Kind.Limbs()
	for _, col := range []int{vec.Length(c), words * limbs, step.Blocks(words)*15*limbs - 1} {
		if col < step.Blocks(words)*15*limbs && col >= vec.Length(c) && (corners || r.IntN(4) == 0) {
			v.step(t, a, step.Step{Block: b, Vector: id, Row: c, Col: col, Padding: true}, 0, step.Pick{})
		}
	}
}

// claimed is the number of columns that a claim stands against.
func claimed(a step.Arch, b step.Block, id step.VectorID) int {
	switch {
	case b.L == a.Layers+1 && id == step.LogitClaim:
		return a.Vocabulary
	case b.L == a.Layers+1 || id == step.NormClaim || id == step.MiddleClaim:
		return a.Width
	case id == step.QueryClaim || id == step.KeyClaim || id == step.ValueClaim:
		return a.HeadWidth
	case id == step.ScoreClaim:
		return b.T + 1
	case id == step.MixClaim:
		return a.Heads * a.HeadWidth
	}
	return a.FFN
}

func vectorsOf(t *testing.T, a step.Arch, r *rand.Rand) *shapeVectors {
	v := &shapeVectors{header: header(a)}
	parsed, err := step.ParseArch(v.header)
	if err != nil || parsed != a {
		t.Fatalf("header of %+v: %+v, %v", a, parsed, err)
	}
	blocks := []step.Block{{T: 0, L: 0}, {T: 511, L: 2}, {T: a.Positions - 1, L: a.Layers + 1}, {T: 0, L: 1}, {T: 3, L: a.Layers},
		{T: a.Positions - 1, L: 1}, {T: 224 + r.IntN(3), L: 1 + r.IntN(a.Layers)}, {T: r.IntN(a.Positions), L: 0}}
	for i, b := range blocks {
		layout, err := a.Layout(b)
		if err != nil {
			t.Fatal(err)
		}
		counts := []int64{int64(b.T), int64(b.L), int64(a.WeightLeaves())}
		for id, vec := range layout {
			counts = append(counts, int64(vec.Chunks()))
			if vec.Op != step.OpInput && !vec.Digests() && vec.Rows > 0 {
				v.vector(t, a, r, b, step.VectorID(id), vec, i < 3)
			}
		}
		for len(counts) < 3+int(step.Out)+1 {
			counts = append(counts, -1)
		}
		v.layouts.add(counts...)
		if b.L == 0 || b.L > a.Layers {
			continue
		}
		for _, at := range [][2]int{{0, 0}, {b.T, a.KVHeads - 1}, {r.IntN(b.T + 1), r.IntN(a.KVHeads)}} {
			here, there, position, err := a.Opposite(b, at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			row := append([]int64{int64(b.T), int64(b.L), int64(at[0]), int64(at[1]), int64(position)}, leafRow(here)...)
			v.keys.add(append(row, leafRow(there)...)...)
		}
	}
	v.picks(t, a, r)
	v.refusals(t, a)
	return v
}

func (v *shapeVectors) picks(t *testing.T, a step.Arch, r *rand.Rand) {
	for i := range 12 {
		p := step.Pick{Token: r.IntN(a.Vocabulary), Beta: 1 << 16}
		if i >= 4 {
			p.Beta, p.NoiseA, p.NoiseB = 1+r.Uint32N(1<<21), r.Int32N(1<<20)-1<<19, r.Int32N(1<<20)-1<<19
		}
		if i >= 8 {
			p.MaxGap = r.Uint32()
		}
		s := step.Step{Block: step.Block{T: r.IntN(a.Positions), L: a.Layers + 1}, Vector: step.Token, Witness: r.IntN(a.Vocabulary)}
		if i%4 == 0 {
			p.Token, s.Witness = a.Vocabulary-1, 0
		}
		v.step(t, a, s, 0, p)
	}
}

// refusals are steps that do not exist.
func (v *shapeVectors) refusals(t *testing.T, a step.Arch) {
	one, greedy := step.Block{T: 1, L: 1}, step.Pick{Token: 1, Beta: 1 << 16}
	head := step.Block{T: 1, L: a.Layers + 1}
	for _, s := range []step.Step{
		{Block: step.Block{T: a.Positions, L: 1}, Vector: step.Out},
		{Block: step.Block{T: 1, L: a.Layers + 2}, Vector: step.Normed},
		{Block: one, Vector: step.Out + 1},
		{Block: head, Vector: step.Token + 1},
		{Block: step.Block{T: 1}, Vector: step.EmbedOut + 1},
		{Block: one, Vector: step.In},
		{Block: head, Vector: step.In},
		{Block: one, Vector: step.Keys},
		{Block: one, Vector: step.QueryRows, Row: a.Heads},
		{Block: one, Vector: step.Scores, Col: 2},
		{Block: one, Vector: step.NormClaim, Witness: a.Width},
		{Block: one, Vector: step.ScoreClaim, Witness: 2},
		{Block: one, Vector: step.Normed, Col: a.Width - 1, Padding: true},
		{Block: one, Vector: step.Rsqrt, Col: 15 * 3, Padding: true},
		{Block: one, Vector: step.Rsqrt, Row: 1, Col: 2, Padding: true},
		{Block: one, Vector: step.Keys, Padding: true},
		{Block: one, Vector: step.In, Col: 1 << 12, Padding: true},
		{Block: head, Vector: step.Token, Witness: a.Vocabulary},
		{Block: head, Vector: step.Token, Padding: true},
	} {
		if _, err := a.Statement(s, 0, greedy); err == nil {
			t.Fatalf("%+v exists", s)
		}
		v.refused.add(inputs(s, 0, greedy)...)
	}
	if !a.Biased {
		s := step.Step{Block: one, Vector: step.KeyWide}
		if _, err := a.Statement(s, 0, greedy); err == nil {
			t.Fatalf("%+v exists", s)
		}
		v.refused.add(inputs(s, 0, greedy)...)
	}
}

func (t table) write(w *bytes.Buffer, name string) {
	fmt.Fprintf(w, "   %q: {\"width\": %d, \"rows\": [", name, t.width)
	for i, row := range t.rows {
		if i > 0 {
			w.WriteByte(',')
		}
		w.WriteString("\n    ")
		for j, x := range row {
			if j > 0 {
				w.WriteByte(',')
			}
			fmt.Fprint(w, x)
		}
	}
	w.WriteString("]},\n")
}

// The shared vectors tie the contract's step table to this one.
func TestSharedVectors(t *testing.T) {
	fields := slices.Concat(inputFields, []string{"X", "Y"})
	for _, o := range []string{"A", "B", "O"} {
		for _, f := range leafFields {
			fields = append(fields, o+"."+f)
		}
	}
	columns, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, "{\n \"noiseOffset\": %d,\n \"unused\": %q,\n \"fields\": %s,\n \"shapes\": {\n", step.NoiseOffset, wordOfUnused(), columns)
	for i, name := range []string{"demo", "odd", "135M", "70B"} {
		v := vectorsOf(t, shapes[name], rand.New(rand.NewPCG(uint64(i), 20)))
		if len(v.steps.rows) < 300 || v.steps.width != len(fields) {
			t.Fatalf("%s: %d steps of %d fields", name, len(v.steps.rows), v.steps.width)
		}
		fmt.Fprintf(&w, "  %q: {\n   \"header\": %q,\n", name, v.header)
		v.steps.write(&w, "steps")
		v.refused.write(&w, "refused")
		v.keys.write(&w, "keys")
		v.layouts.write(&w, "layouts")
		words, _ := json.Marshal(v.words)
		fmt.Fprintf(&w, "   \"words\": %s\n  }", bytes.ReplaceAll(words, []byte(","), []byte(",\n    ")))
		if i < 3 {
			w.WriteByte(',')
		}
		w.WriteByte('\n')
	}
	w.WriteString(" }\n}\n")
	if !json.Valid(w.Bytes()) {
		t.Fatal("not JSON")
	}
	path := filepath.Join("..", "..", "contracts", "test", "vectors", "steps.json")
	if *update {
		if err := os.WriteFile(path, w.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, w.Bytes()) {
		t.Fatal("steps.json has drifted: run go test ./protocol/step -update and review the change")
	}
}

// wordOfUnused is the packing of the chunk that stands for an operand that is not read.
func wordOfUnused() hexutil.Bytes {
	words, _ := chunk.PackWide(nil, []chunk.Wide{{}})
	return words
}
