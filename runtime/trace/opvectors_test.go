package trace_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

var update = flag.Bool("update", false, "rewrite testdata/opvectors.json")

// opVectors are what a second implementation compares itself with: one hash for each
// vector of one block of each kind.
type opVectors struct {
	Comment string    `json:"comment"`
	Models  []opModel `json:"models"`
}

type opModel struct {
	Name        string      `json:"name"`
	WeightsRoot common.Hash `json:"weightsRoot"`
	Sequence    []uint32    `json:"sequence"`
	Blocks      []opBlock   `json:"blocks"`
}

type opBlock struct {
	T       int         `json:"t"`
	L       int         `json:"l"`
	Root    common.Hash `json:"root"`
	Vectors []opVector  `json:"vectors"`
}

type opVector struct {
	Name string `json:"name"`
	Op   string `json:"op"`
	Rows int    `json:"rows"`
	Cols int    `json:"cols"`
	// SHA256 is that of the numbers in decimal, row by row, a line each.
	SHA256 string      `json:"sha256,omitempty"`
	Root   common.Hash `json:"root"`
}

func vectorsOf(t *testing.T, name string, m *runtime.Model, seq []uint32, blocks []step.Block) opModel {
	weights, err := trace.NewWeights(m, nil, nil)
	require.NoError(t, err)
	out := opModel{Name: name, WeightsRoot: weights.Root(), Sequence: seq}
	opener, err := trace.NewOpener(m, append(append([]uint32(nil), seq...), 0))
	require.NoError(t, err)
	for _, at := range blocks {
		b, err := opener.Open(t.Context(), at)
		require.NoError(t, err)
		block := opBlock{T: at.T, L: at.L, Root: b.Root()}
		for id, v := range b.Layout {
			if v.Rows == 0 {
				continue
			}
			vector := opVector{Name: v.Name, Op: v.Op.String(), Rows: v.Rows, Cols: v.Cols, Root: b.Roots()[id]}
			if !v.Digests() {
				h := sha256.New()
				for i := range b.Numbers(step.VectorID(id)).Len() {
					fmt.Fprintln(h, b.Numbers(step.VectorID(id)).At(i).Big())
				}
				vector.SHA256 = hex.EncodeToString(h.Sum(nil))
			}
			block.Vectors = append(block.Vectors, vector)
		}
		out.Blocks = append(out.Blocks, block)
	}
	return out
}

// encode writes one vector a line.
func (v opVectors) encode(t *testing.T) []byte {
	t.Helper()
	line := func(x any) []byte {
		b, err := json.Marshal(x)
		require.NoError(t, err)
		return b
	}
	var w bytes.Buffer
	fmt.Fprintf(&w, "{\n \"comment\": %s,\n \"models\": [", line(v.Comment))
	for i, m := range v.Models {
		fmt.Fprintf(&w, "%s\n  {\"name\": %s, \"weightsRoot\": %s,\n   \"sequence\": %s,\n   \"blocks\": [", comma(i), line(m.Name), line(m.WeightsRoot), line(m.Sequence))
		for j, b := range m.Blocks {
			fmt.Fprintf(&w, "%s\n    {\"t\": %d, \"l\": %d, \"root\": %s, \"vectors\": [", comma(j), b.T, b.L, line(b.Root))
			for k, x := range b.Vectors {
				fmt.Fprintf(&w, "%s\n     %s", comma(k), line(x))
			}
			w.WriteString("]}")
		}
		w.WriteString("]}")
	}
	w.WriteString("]\n}\n")
	return w.Bytes()
}

func comma(i int) string {
	if i > 0 {
		return ","
	}
	return ""
}

const opVectorsFile = "testdata/opvectors.json"

func readOpVectors(t *testing.T) (v opVectors) {
	data, err := os.ReadFile(filepath.FromSlash(opVectorsFile))
	if os.IsNotExist(err) && *update {
		return v
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &v))
	require.Equal(t, string(v.encode(t)), string(data), "%s is not in its form", opVectorsFile)
	return v
}

// compare checks one model of the file, or replaces it there.
func compare(t *testing.T, got opModel) {
	t.Helper()
	v := readOpVectors(t)
	v.Comment = "Numbers and digests of one block of each kind. sequence: token ids of positions 0, 1, ...; t, l: the block; " +
		"sha256: of the vector's numbers in decimal, row by row, each followed by a line feed; root: the vector root of docs/trace-spec.md."
	at := -1
	for i, m := range v.Models {
		if m.Name == got.Name {
			at = i
		}
	}
	if *update {
		if at < 0 {
			v.Models = append(v.Models, got)
		} else {
			v.Models[at] = got
		}
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(filepath.FromSlash(opVectorsFile), v.encode(t), 0o644))
		return
	}
	require.GreaterOrEqual(t, at, 0, "no vectors of %s", got.Name)
	require.Equal(t, v.Models[at], got, "run go test ./runtime/trace -run OpVectors -update and review the change")
}

// TestOpVectorsOfTheDemoModel pins every vector of an embedding, the first and the last
// layer, and a head.
func TestOpVectorsOfTheDemoModel(t *testing.T) {
	m := demoModel(t)
	seq := []uint32{uint32(m.Header().BOS)}
	for i := range uint32(15) {
		seq = append(seq, 300+17*i)
	}
	last := len(seq) - 1
	compare(t, vectorsOf(t, demo.Name, m, seq, []step.Block{{T: last}, {T: 0, L: 1}, {T: last, L: m.Header().Layers}, {T: last, L: m.Header().Layers + 1}}))
}

// stories260K continues its own story, see the known answers of docs/runtime-spec.md.
func TestOpVectorsOfStories260K(t *testing.T) {
	checkpoint, tok := testmodels.Read(t, testmodels.Stories260K), testmodels.Read(t, testmodels.Tok512)
	file, err := importer.Llama2C(t.Context(), checkpoint, tok, importer.Options{})
	require.NoError(t, err)
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	seq := []uint32{1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426}
	last := len(seq) - 1
	compare(t, vectorsOf(t, "stories260K", m, seq, []step.Block{{T: last}, {T: last, L: m.Header().Layers}, {T: last, L: m.Header().Layers + 1}}))
}
