// Package archtest holds the architecture of docs/architecture.md to what the
// packages really import. Each rule carries its reason; a failure prints it.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/dgrid-network/dgrid/"

// layer says which project packages a package may import, besides those below it
// in its own folder.
type layer struct {
	prefix string // of the package path inside the module
	may    []string
	why    string
}

// layers are matched by the longest prefix.
var layers = []layer{
	{"protocol", nil, "the words are pure: they import nothing of the project"},
	{"runtime", []string{"protocol"}, "the runtime is a pure function of a file and a request"},
	{"bindings", nil, "generated code stands alone"},
	{"chain", []string{"bindings", "protocol", "internal/config"}, "the door to the chain knows no other door"},
	{"store", []string{"protocol"}, "the door to the database knows no other door"},
	{"models", []string{"protocol", "runtime", "internal/testmodels"}, "the demo model needs the runtime only"},
	{"prover", []string{"bindings", "chain", "protocol", "runtime", "models", "internal/config"}, "services never import each other"},
	{"relayer", []string{"store", "chain", "protocol", "runtime"}, "services never import each other"},
	{"indexer", []string{"store", "chain", "protocol"}, "services never import each other"},
	{"api", []string{"store", "chain", "protocol", "runtime"}, "services never import each other"},
	{"node", []string{"store", "chain", "protocol", "runtime"}, "services never import each other"},
	{"internal/network", []string{"*"}, "the composition root knows everyone"},
	{"internal/story", []string{"*"}, "the story acts on a whole network"},
	{"internal/testsys", []string{"*"}, "system tests start everything"},
	{"internal/bench", []string{"*"}, "benchmarks measure everything"},
	{"internal/disputes", []string{"*"}, "the dispute suites act on everything that a dispute meets"},
	{"internal/testmodels", []string{"protocol", "runtime"}, "models for tests are made for the runtime"},
	{"internal/cheat", []string{"node", "protocol", "runtime", "models"}, "a cheater is a provider with a wrong backend"},
	{"internal", []string{"protocol"}, "plumbing knows the words only"},
	{"tools", []string{"protocol"}, "tools stand alone"},
	{"cmd/dgrid", []string{"*"}, "the binary wires everything"},
}

// exclusive lists outside packages that only some project packages may import.
var exclusive = []struct {
	dep   string
	rooms []string
	why   string
}{
	{"github.com/gin-gonic/gin", []string{"api"}, "HTTP frameworks stop at the API"},
	{"github.com/uptrace/bun", []string{"store"}, "SQL has one door"},
	{"github.com/jackc/pgx", []string{"store", "internal/testpg"}, "SQL has one door"},
	{"github.com/consensys/gnark/", []string{"prover"}, "circuits live in the prover"},
	{"github.com/consensys/gnark-crypto", []string{"prover", "runtime/commit"}, "field arithmetic only where digests are made"},
	{"github.com/ethereum/go-ethereum/ethclient", []string{"chain"}, "the chain has one door"},
	{"github.com/ethereum/go-ethereum/eth", []string{"chain/devchain"}, "only the development chain links a node"},
	{module + "bindings", []string{"chain", "prover"}, "contracts are called through chain"},
	{"math/rand", []string{"internal", "models", "node", "relayer", "indexer", "api", "chain", "prover/keys", "cmd/dgrid"}, "no randomness in pure packages"},
}

type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// packages lists those of the module, with more arguments for go list.
func packages(t *testing.T, more ...string) []pkg {
	out, err := exec.Command("go", append(append([]string{"list", "-json=ImportPath,Imports,Deps"}, more...), module+"...")...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
}

func inRoom(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

func layerOf(path string) *layer {
	var best *layer
	for i := range layers {
		if l := &layers[i]; inRoom(path, l.prefix) && (best == nil || len(l.prefix) > len(best.prefix)) {
			best = l
		}
	}
	return best
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		l := layerOf(path)
		if l == nil {
			t.Errorf("%s: no layer; add the folder to docs/architecture.md and here", path)
			continue
		}
		for _, imp := range p.Imports {
			dep, ours := strings.CutPrefix(imp, module)
			if !ours || inRoom(dep, l.prefix) || allowed(l, dep) {
				continue
			}
			t.Errorf("%s imports %s: %s", path, dep, l.why)
		}
	}
}

func allowed(l *layer, dep string) bool {
	for _, room := range l.may {
		if room == "*" || inRoom(dep, room) {
			return true
		}
	}
	// Plumbing may be imported by every layer that does IO; pure packages have none.
	pure := l.prefix == "protocol" || l.prefix == "runtime" || l.prefix == "bindings"
	return !pure && inRoom(dep, "internal") && layerOf(dep).prefix == "internal"
}

func TestEachDependencyHasItsRoom(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			for _, rule := range exclusive {
				dep := strings.TrimSuffix(rule.dep, "/")
				if !inRoom(imp, dep) {
					continue
				}
				ok := false
				for _, room := range rule.rooms {
					ok = ok || inRoom(path, room)
				}
				if !ok {
					t.Errorf("%s imports %s: %s (only %s)", path, imp, rule.why, strings.Join(rule.rooms, ", "))
				}
			}
		}
	}
}

// TestOnlyConfigReadsTheEnvironment also keeps the clock and floats out of the
// runtime, by source: a call hidden in a helper would still be found there.
func TestOnlyConfigReadsTheEnvironment(t *testing.T) {
	rules := []struct{ pattern, folder, except, why string }{
		{`os\.(Getenv|LookupEnv|Environ)\(`, ".", "internal/config/", "settings come through internal/config"},
		{`time\.Now\(|float(32|64)`, "runtime", "runtime/commit/", "the runtime knows no clock and no floats"},
		{`time\.Now\(`, "protocol", "", "the words know no clock"},
	}
	for _, r := range rules {
		out, err := exec.Command("git", "-C", "../..", "grep", "-nE", "--untracked", r.pattern, "--", r.folder+"/*.go", ":(exclude)*_test.go",
			":(exclude)bindings", ":(exclude)internal/test*", ":(exclude)internal/archtest").CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 1 {
			continue // nothing found
		} else if err != nil {
			t.Fatalf("git grep: %v: %s", err, out)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			if r.except != "" && strings.HasPrefix(line, r.except) {
				continue
			}
			if code := line[strings.LastIndex(line[:strings.IndexByte(line, ' ')+1], ":")+1:]; strings.HasPrefix(strings.TrimSpace(code), "//") {
				continue
			}
			t.Errorf("%s: %s", line, r.why)
		}
	}
}
