package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/models/chat"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/eval"
	"github.com/dgrid-network/dgrid/models/grammar"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// models runs `dgrid model` on files of one folder.
type models struct {
	t   *testing.T
	dir string
}

func (m models) file(name string, data []byte) string {
	m.t.Helper()
	path := filepath.Join(m.dir, name)
	require.NoError(m.t, os.WriteFile(path, data, 0o600))
	return path
}

// do runs a command that must succeed; with an answer it asks for JSON.
func (m models) do(answer any, args ...string) string {
	m.t.Helper()
	args = append([]string{"model"}, args...)
	if answer != nil {
		args = append(args, "--json")
	}
	out, notes, code := execute(m.t.Context(), args)
	require.Equal(m.t, exitOK, code, "dgrid %s\n%s%s", strings.Join(args, " "), out, notes)
	if answer != nil {
		d := json.NewDecoder(strings.NewReader(out))
		d.DisallowUnknownFields()
		require.NoError(m.t, d.Decode(answer), out)
		require.False(m.t, d.More(), "one line of JSON and nothing else: %s", out)
	}
	return out
}

func (m models) refuse(code int, word string, args ...string) (out string) {
	m.t.Helper()
	out, notes, got := execute(m.t.Context(), append([]string{"model"}, args...))
	require.Equal(m.t, code, got, "dgrid model %.300s\n%s%s", strings.Join(args, " "), out, notes)
	require.Contains(m.t, notes, word, "dgrid model %.300s", strings.Join(args, " "))
	return out
}

// spoil returns a copy of b with its last byte changed, cut off or doubled.
func spoil(b []byte, how string) []byte {
	b = bytes.Clone(b)
	switch last := len(b) - 1; how {
	case "changed":
		b[last] ^= 1
	case "cut":
		b = b[:last]
	case "longer":
		b = append(b, 0)
	}
	return b
}

// The demo model is what its checkpoint becomes, whoever imports it, and the commands agree on
// what it is.
func TestDemoModelIsImportedInspectedAndVerified(t *testing.T) {
	m := models{t, t.TempDir()}
	templates, err := json.Marshal([]tokenizer.Template{chat.Template()})
	require.NoError(t, err)
	out := filepath.Join(m.dir, "out.dgm")
	var imported, inspected, verified modelFacts
	m.do(&imported, "import", m.file("demo.bin", demo.Checkpoint()), "--tokenizer", m.file("tok.bin", demo.Tokenizer()),
		"--templates", m.file("templates.json", templates), "--out", out)
	file, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(demo.Container()), sha256.Sum256(file))
	require.Equal(t, demo.ContainerSHA256, imported.FileSHA256)
	require.Equal(t, len(file), imported.FileBytes)
	require.Equal(t, imported.Header.Vocab, imported.Vocabulary)
	require.Equal(t, imported.Header.Positions, imported.Context)
	model, err := runtime.Parse(file)
	require.NoError(t, err)
	require.Equal(t, network.TokenizerHash(model), imported.TokenizerHash)
	m.do(&inspected, "inspect", out)
	require.Equal(t, imported, inspected)
	m.do(&verified, "verify", out, "--weights-root", imported.WeightsRoot.Hex(), "--sha256", strings.ToUpper(demo.ContainerSHA256))
	require.Equal(t, imported, verified)
}

// Exit code 2 says that the file is not the one that is meant; 1 that nothing could be checked.
func TestModelVerifyRefusesAnyOtherFile(t *testing.T) {
	m := models{t, t.TempDir()}
	path, model := tinyModel(t, 3)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	root, _, err := network.WeightsOf(model, nil)
	require.NoError(t, err)
	_, other := tinyModel(t, 4)
	otherRoot, _, err := network.WeightsOf(other, nil)
	require.NoError(t, err)
	otherHash := other.FileHash()

	hash := model.FileHash()
	for _, text := range []string{m.do(nil, "inspect", path), m.do(nil, "verify", path, "--weights-root", root.Hex())} {
		require.Contains(t, text, root.Hex())
		require.Contains(t, text, hex.EncodeToString(hash[:]))
	}
	m.refuse(exitCheck, root.Hex(), "verify", path, "--weights-root", otherRoot.Hex())
	m.refuse(exitCheck, "sha256 is", "verify", path, "--sha256", hex.EncodeToString(otherHash[:]))
	for _, how := range []string{"cut", "longer"} {
		m.refuse(exitCheck, "model", "verify", m.file(how, spoil(good, how)))
	}
	// A weight that differs makes another model: canonical, and not the one that is meant.
	changed := m.file("changed", spoil(good, "changed"))
	_, _, code := execute(t.Context(), []string{"model", "verify", changed, "--weights-root", root.Hex()})
	require.Equal(t, exitCheck, code)
	m.refuse(exitCheck, "model", "verify", m.file("empty", nil))
	m.refuse(exitCheck, "model", "verify", m.file("text", []byte("no model")))
	m.refuse(exitError, "read model", "verify", filepath.Join(m.dir, "missing"))
	m.refuse(exitError, "weights root", "verify", path, "--weights-root", "0x12")
	m.refuse(exitError, "weights root", "verify", path, "--weights-root", "0xff"+root.Hex()[2:])
	m.refuse(exitError, "read model", "inspect", filepath.Join(m.dir, "missing"))
	m.refuse(exitError, "model", "inspect", m.file("text", []byte("no model")))
	for _, verb := range []string{"inspect", "verify", "run", "eval", "import"} {
		m.refuse(exitError, "arg(s)", verb)
	}
}

func TestModelImportOfALlama2CFile(t *testing.T) {
	m := models{t, t.TempDir()}
	c := testmodels.Random(testmodels.Tiny, 6)
	tok, out := m.file("tok.bin", c.TokenizerBin()), filepath.Join(m.dir, "out.dgm")
	var first modelFacts
	for version, checkpoint := range [][]byte{c.V0(), c.V1(), c.V2()} { // each layout holds the same model
		var f modelFacts
		m.do(&f, "import", m.file("c.bin", checkpoint), "--tokenizer", tok, "--out", out)
		if version == 0 {
			first = f
		}
		require.Equal(t, first, f, "version %d", version)
	}
	require.Equal(t, testmodels.Tiny.Positions, first.Context)
	require.Equal(t, testmodels.Tiny.Vocab, first.Vocabulary)
	require.Equal(t, testmodels.Tiny.Dim, first.Header.Dim)
	checkpoint := m.file("c.bin", c.V0())
	var short modelFacts
	m.do(&short, "import", checkpoint, "--tokenizer", tok, "--out", out, "--positions", "20")
	require.Equal(t, 20, short.Context)
	require.NotEqual(t, first.FileSHA256, short.FileSHA256)
	m.do(nil, "verify", out, "--sha256", short.FileSHA256)

	kept, err := os.ReadFile(out)
	require.NoError(t, err)
	refuse := func(word string, args ...string) {
		t.Helper()
		m.refuse(exitError, word, append([]string{"import", "--out", out}, args...)...)
		now, err := os.ReadFile(out)
		require.NoError(t, err)
		require.Equal(t, kept, now, "a failed import leaves what was there")
	}
	bad := func(name string, data []byte) string { return m.file("bad "+name, data) }
	missing := filepath.Join(m.dir, "missing")
	refuse("read checkpoint", missing, "--tokenizer", tok)
	refuse("read checkpoint", bad("empty", nil), "--tokenizer", tok)
	refuse("read checkpoint", bad("cut", spoil(c.V0(), "cut")), "--tokenizer", tok)
	refuse("read checkpoint", bad("longer", spoil(c.V0(), "longer")), "--tokenizer", tok)
	infinite := c.V0()
	binary.LittleEndian.PutUint32(infinite[28:], math.Float32bits(float32(math.Inf(1))))
	refuse("infinite", bad("infinite", infinite), "--tokenizer", tok)
	refuse("read tokenizer", checkpoint, "--tokenizer", missing)
	refuse("tokenizer", checkpoint, "--tokenizer", bad("cut tokenizer", spoil(c.TokenizerBin(), "cut")))
	refuse("read chat templates", checkpoint, "--tokenizer", tok, "--templates", missing)
	refuse("read chat templates", checkpoint, "--tokenizer", tok, "--templates", bad("templates", []byte("{")))
	refuse("65 positions of 64", checkpoint, "--tokenizer", tok, "--positions", "65")
	refuse(`required flag(s) "tokenizer"`, checkpoint)
}

type ran struct {
	Text         string      `json:"text"`
	Prompt       []uint32    `json:"prompt"`
	Output       []uint32    `json:"output"`
	Finish       any         `json:"finish"`
	BoundaryRoot common.Hash `json:"boundary_root"`
}

// What `model run` says is what the runtime computes, and what a replay of it commits to.
func TestModelRun(t *testing.T) {
	m := models{t, t.TempDir()}
	path := m.file("demo.dgm", demo.Container())
	model, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	ask := func(args ...string) ran {
		t.Helper()
		var r ran
		m.do(&r, append([]string{"run", path, "Tell me a story about a fox.", "--max-tokens", "12"}, args...)...)
		require.NotEmpty(t, r.Text)
		require.NotEmpty(t, r.Output)
		require.LessOrEqual(t, len(r.Output), 12)
		return r
	}
	greedy := ask()
	report, err := trace.Replay(t.Context(), model, greedy.Prompt, greedy.Output, protocol.Params{TemplateID: 1})
	require.NoError(t, err)
	require.Equal(t, report.Root, greedy.BoundaryRoot)
	prompt, template, err := network.Prompt(model, "Tell me a story about a fox.")
	require.NoError(t, err)
	require.Equal(t, prompt, greedy.Prompt)
	require.EqualValues(t, 1, template)
	require.Equal(t, greedy, ask())
	require.Equal(t, greedy.Text+"\n", m.do(nil, "run", path, "Tell me a story about a fox.", "--max-tokens", "12"))

	raw := ask("--raw")
	plain, err := model.Tokenizer().Encode("Tell me a story about a fox.")
	require.NoError(t, err)
	require.Equal(t, plain, raw.Prompt)
	warm := ask("--temperature", "2", "--seed", "a")
	require.Equal(t, warm, ask("--temperature", "2", "--seed", "a"))
	require.NotEqual(t, warm.Output, ask("--temperature", "2", "--seed", "b").Output)
	want := runtime.Params{MaxTokens: 12}
	want.TemplateID, want.TemperatureMilli, want.Seed = template, 2000, crypto.Keccak256Hash([]byte("a"))
	result, err := model.NewSession().Generate(t.Context(), prompt, want, nil)
	require.NoError(t, err)
	require.Equal(t, result.Output, warm.Output)
	require.Equal(t, common.Hash(result.Root), warm.BoundaryRoot)

	// Bytes that wait for the rest of a character are shown when no more comes.
	tiny, noise := tinyModel(t, 2)
	var held bool
	for seed := range 20 {
		var r ran
		m.do(&r, "run", tiny, "x", "--raw", "--max-tokens", "8", "--temperature", "100", "--seed", strconv.Itoa(seed))
		d, text := noise.Tokenizer().NewDecoder(r.Prompt), ""
		for _, id := range r.Output {
			text += d.Push(id)
		}
		rest := d.Flush()
		held = held || rest != ""
		require.Equal(t, text+rest, r.Text)
	}
	require.True(t, held)

	refuse := func(word string, args ...string) {
		t.Helper()
		require.Empty(t, m.refuse(exitError, word, append([]string{"run"}, args...)...))
	}
	refuse("missing", filepath.Join(m.dir, "missing"), "Hello")
	refuse("model", m.file("cut", spoil(demo.Container(), "cut")), "Hello")
	refuse("temperature", path, "Hello", "--temperature", "-1")
	refuse("temperature", path, "Hello", "--temperature", "0.01")
	refuse("temperature", path, "Hello", "--temperature", "NaN")
	refuse("temperature", path, "Hello", "--temperature", "5000000")
	refuse("prompt of 2007 tokens", path, strings.Repeat("Tell me a story about a fox. ", 200))
	refuse("tokens", path, "Hello", "--max-tokens", "0")
	refuse("tokens", path, "Hello", "--max-tokens", "-1")
}

// stories are text in the words of the demo model.
func stories(t *testing.T) []byte {
	t.Helper()
	var text []byte
	for i := uint64(0); len(text) < 3000; i++ {
		text = append(text, grammar.Write(rand.New(rand.NewPCG(7, i)), false).Plain...)
		text = append(text, '\n')
	}
	return text
}

// The gate decides the exit code; the report comes either way.
func TestModelEval(t *testing.T) {
	m := models{t, t.TempDir()}
	path, source, text := m.file("demo.dgm", demo.Container()), m.file("demo.bin", demo.Checkpoint()), m.file("text", stories(t))
	var good eval.Report
	m.do(&good, "eval", path, "--text", text, "--source", source, "--windows", "1")
	require.Equal(t, demo.ContainerSHA256, good.FileHash)
	require.Equal(t, 1, good.Windows)
	require.Positive(t, good.Predictions)
	require.Greater(t, good.Agreement, eval.MinAgreement)

	out := m.refuse(exitCheck, "nothing was compared", "eval", path, "--text", text, "--windows", "1", "--json")
	var alone eval.Report
	require.NoError(t, json.Unmarshal([]byte(out), &alone))
	require.Positive(t, alone.Perplexity)
	require.Zero(t, alone.FloatPerplexity)
	off := demo.Checkpoint() // a source of which the model file is no import
	rng := rand.New(rand.NewPCG(1, 1))
	for i := 28; i < len(off); i += 4 {
		w := math.Float32frombits(binary.LittleEndian.Uint32(off[i:]))
		binary.LittleEndian.PutUint32(off[i:], math.Float32bits(w*(1+0.1*float32(rng.NormFloat64()))))
	}
	out = m.refuse(exitCheck, "quality gate", "eval", path, "--text", text, "--source", m.file("off.bin", off), "--windows", "1")
	require.Contains(t, out, "misses its quality gate")

	missing := filepath.Join(m.dir, "missing")
	tiny, _ := tinyModel(t, 8)
	m.refuse(exitError, "read model", "eval", missing, "--text", text)
	m.refuse(exitError, "model", "eval", text, "--text", text)
	m.refuse(exitError, "read text", "eval", path, "--text", missing)
	m.refuse(exitError, "read checkpoint", "eval", path, "--text", text, "--source", missing)
	m.refuse(exitError, "checkpoint", "eval", path, "--text", text, "--source", text)
	m.refuse(exitError, "another vocabulary", "eval", tiny, "--text", text, "--source", source)
	m.refuse(exitError, "fewer than", "eval", path, "--text", m.file("short", []byte("Once.")))
	m.refuse(exitError, "measure 0 windows", "eval", path, "--text", text, "--windows", "0")
	m.refuse(exitError, `required flag(s) "text"`, "eval", path)
}
