// Command bindings turns forge's artifacts into what abigen reads, and writes the
// ABI of every deployed contract beside the bindings.
//
// The Market is two pieces of code behind one address: its ABI is that of Market
// with the functions of MarketJobs, which is why solc's own combined JSON would
// not do.
//
//	bindings ARTIFACTS ABI_DIR COMBINED_JSON
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// contracts are those that a program deploys or calls, in the order of deployment.
var contracts = []string{
	"TestToken", "Vault", "Staking", "ModelRegistry", "Slasher", "MarketJobs", "Market", "StoryWager",
}

// behind names the contract whose functions another one serves at its own address.
var behind = map[string]string{"Market": "MarketJobs"}

// hidden are functions that are called at the address behind, not through it.
var hidden = []string{"configHash"}

type entry = map[string]any

type artifact struct {
	ABI      []entry `json:"abi"`
	Bytecode struct {
		Object string `json:"object"`
	} `json:"bytecode"`
}

type combined struct {
	ABI []entry `json:"abi"`
	Bin string  `json:"bin"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: bindings ARTIFACTS ABI_DIR COMBINED_JSON")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bindings:", err)
		os.Exit(1)
	}
}

func run(artifacts, abiDir, combinedFile string) error {
	if err := os.MkdirAll(abiDir, 0o755); err != nil {
		return err
	}
	out := map[string]combined{}
	for _, name := range contracts {
		a, err := load(artifacts, name)
		if err != nil {
			return err
		}
		abi := a.ABI
		if other := behind[name]; other != "" {
			b, err := load(artifacts, other)
			if err != nil {
				return err
			}
			abi = append(abi, functions(b.ABI)...)
		}
		// The half behind is deployed and asked for its configuration, no more: its
		// functions mean something at the Market's address only.
		if slices.Contains(values(behind), name) {
			abi = slices.DeleteFunc(slices.Clone(abi), func(e entry) bool {
				return e["type"] != "constructor" && e["name"] != "configHash"
			})
		}
		if err := writeJSON(filepath.Join(abiDir, name+".json"), abi); err != nil {
			return err
		}
		out[name+".sol:"+name] = combined{abi, strings.TrimPrefix(a.Bytecode.Object, "0x")}
	}
	return writeJSON(combinedFile, map[string]any{"contracts": out, "version": "0.8.37"})
}

func load(dir, name string) (artifact, error) {
	var a artifact
	file := filepath.Join(dir, name+".sol", name+".json")
	b, err := os.ReadFile(file)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, fmt.Errorf("read %s: %w", file, err)
	}
	// forge lint leaves artifacts without code behind when it shares a cache.
	if len(a.Bytecode.Object) < 4 || strings.Contains(a.Bytecode.Object, "__$") {
		return a, fmt.Errorf("%s has no complete bytecode; run forge build --force", file)
	}
	return a, nil
}

func functions(abi []entry) []entry {
	var out []entry
	for _, e := range abi {
		if name, _ := e["name"].(string); e["type"] == "function" && !slices.Contains(hidden, name) {
			out = append(out, e)
		}
	}
	return out
}

func values(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func writeJSON(file string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
