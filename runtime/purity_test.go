package runtime_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const self = "github.com/dgrid-network/dgrid/runtime"

// forbidden imports, each with the reason.
var forbidden = map[string]string{
	"math":             "floating point",
	"math/cmplx":       "floating point",
	"math/rand":        "randomness",
	"math/rand/v2":     "randomness",
	"crypto/rand":      "randomness",
	"time":             "a clock",
	"encoding/json":    "reflection over maps and floating point",
	"unicode":          "tables that change with the Go release",
	"regexp":           "tables that change with the Go release",
	"golang.org/x/exp": "unstable",
}

// TestNothingInexactIsUsed type-checks every package of the runtime and refuses
// every expression of a floating-point or complex type, every range over a map,
// every select, and the imports above. Tests are free to use them.
func TestNothingInexactIsUsed(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed to type-check the runtime")
		}
		t.Skip("the go command is not in PATH: the runtime is not type-checked")
	}
	out, err := exec.Command(goTool, "list", "-export", "-deps", "-f", "{{.ImportPath}}\t{{.Export}}\t{{.Dir}}\t{{join .GoFiles \",\"}}", self+"/...").Output()
	require.NoError(t, err)
	exports, checked := map[string]string{}, 0
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range lines {
		f := strings.Split(line, "\t")
		exports[f[0]] = f[1]
	}
	for _, line := range lines {
		f := strings.Split(line, "\t")
		if f[0] == self || strings.HasPrefix(f[0], self+"/") {
			for _, found := range impurities(t, f[0], f[2], strings.Split(f[3], ","), exports) {
				t.Error(found)
			}
			checked++
		}
	}
	require.GreaterOrEqual(t, checked, 6, "packages")
}

func impurities(t *testing.T, path, dir string, names []string, exports map[string]string) (found []string) {
	fset := token.NewFileSet()
	report := func(at token.Pos, format string, args ...any) {
		found = append(found, fset.Position(at).String()+": "+fmt.Sprintf(format, args...))
	}
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, 0)
		require.NoError(t, err)
		for _, imp := range file.Imports {
			p := strings.Trim(imp.Path.Value, `"`)
			if why, ok := forbidden[p]; ok {
				report(imp.Pos(), "import of %s: %s", p, why)
			}
		}
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", func(p string) (io.ReadCloser, error) { return os.Open(exports[p]) })}
	_, err := conf.Check(path, fset, files, info)
	require.NoError(t, err)
	for e, tv := range info.Types { // the order of reports does not matter
		if inexact(tv.Type) {
			report(e.Pos(), "an expression of type %s", tv.Type)
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				if tv, ok := info.Types[n.X]; ok {
					if _, isMap := tv.Type.Underlying().(*types.Map); isMap {
						report(n.Pos(), "range over a map")
					}
				}
			case *ast.SelectStmt:
				report(n.Pos(), "select")
			}
			return true
		})
	}
	return found
}

// TestPurityCheckBites shows that the check above finds what it looks for.
func TestPurityCheckBites(t *testing.T) {
	for name, body := range map[string]string{
		"float constant": `var x = 0.5`,
		"float type":     `func f(x int) int { return int(float32(x)) }`,
		"hidden float":   `type y struct{ v float64 }; func f(a y) bool { return a.v > 0 }`,
		"map":            `func f(m map[int]int) { for range m {} }`,
		"select":         `func f(c chan int) { select { case <-c: } }`,
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a; "+body), 0o600))
		require.NotEmpty(t, impurities(t, "a", dir, []string{"a.go"}, nil), name)
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a; func f(x, y int64) int64 { return x / y }"), 0o600))
	require.Empty(t, impurities(t, "a", dir, []string{"a.go"}, nil))
}

func inexact(x types.Type) bool {
	switch x := x.(type) {
	case *types.Basic:
		return x.Info()&(types.IsFloat|types.IsComplex) != 0
	case *types.Named:
		if obj := x.Obj(); obj.Pkg() != nil && obj.Pkg().Path() == "math/big" && obj.Name() != "Int" && obj.Name() != "Word" {
			return true
		}
		return inexact(x.Underlying())
	case *types.Pointer:
		return inexact(x.Elem())
	case *types.Slice:
		return inexact(x.Elem())
	case *types.Array:
		return inexact(x.Elem())
	case *types.Signature:
		for v := range x.Params().Variables() {
			if inexact(v.Type()) {
				return true
			}
		}
		for v := range x.Results().Variables() {
			if inexact(v.Type()) {
				return true
			}
		}
	}
	return false
}
