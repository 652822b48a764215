// Command bindings turns forge's artifacts into what abigen reads, and writes the
// snapshots that make a change of an interface, a layout or a size a line of a diff.
//
// The Market is two pieces of code behind one address: its ABI is that of Market
// with the functions of MarketJobs, which is why solc's own combined JSON would
// not do.
//
//	bindings ARTIFACTS SNAPSHOT_DIR COMBINED_JSON
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
	"TestToken", "StepVerifier", "VerifierRegistry", "StepTable", "NodeTable", "DisputeGame", "Questions", "Claims",
	"Beacon", "Auditors", "Audits", "Attestations", "DisputeLedger",
	"Vault", "Staking", "ModelRegistry", "Slasher", "MarketJobs", "Market", "StoryWager",
}

// behind names the contract whose functions another one serves at its own address.
var behind = map[string]string{"Market": "MarketJobs"}

// hidden are functions that are called at the address behind, not through it.
var hidden = []string{"configHash"}

type entry = map[string]any

type artifact struct {
	ABI              []entry `json:"abi"`
	Bytecode         code    `json:"bytecode"`
	DeployedBytecode code    `json:"deployedBytecode"`
	StorageLayout    struct {
		Storage []struct {
			Label  string `json:"label"`
			Offset int    `json:"offset"`
			Slot   string `json:"slot"`
			Type   string `json:"type"`
		} `json:"storage"`
		Types map[string]struct {
			Label string `json:"label"`
			Bytes string `json:"numberOfBytes"`
		} `json:"types"`
	} `json:"storageLayout"`
}

type code struct {
	Object string `json:"object"`
}

// size is the number of bytes of a hex string with 0x before it.
func (c code) size() int { return len(c.Object)/2 - 1 }

// slot is one variable of a contract; type names carry no compiler ids, so that
// they change only with the source.
type slot struct {
	Slot   string `json:"slot"`
	Offset int    `json:"offset"`
	Bytes  string `json:"bytes"`
	Name   string `json:"name"`
	Type   string `json:"type"`
}

type sizes struct {
	Runtime int `json:"runtime"`
	Init    int `json:"init"`
}

// maxRuntime keeps every contract a tenth below the limit of 24,576 bytes (EIP-170).
const maxRuntime = 22_000

type combined struct {
	ABI []entry `json:"abi"`
	Bin string  `json:"bin"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: bindings ARTIFACTS SNAPSHOT_DIR COMBINED_JSON")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bindings:", err)
		os.Exit(1)
	}
}

func run(artifacts, snapshots, combinedFile string) error {
	for _, dir := range []string{"abi", "storage"} {
		if err := os.MkdirAll(filepath.Join(snapshots, dir), 0o755); err != nil {
			return err
		}
	}
	if err := checkVerifiers(artifacts, contracts); err != nil {
		return err
	}
	out := map[string]combined{}
	measured := map[string]sizes{}
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
			// Code that runs on another contract's storage must see the same layout.
			if mine, its := layout(a), layout(b); len(its) > len(mine) || !slices.Equal(mine[:len(its)], its) {
				return fmt.Errorf("storage of %s does not begin like that of %s", name, other)
			}
		}
		// The half behind is deployed and asked for its configuration, no more: its
		// functions mean something at the Market's address only.
		if slices.Contains(values(behind), name) {
			abi = slices.DeleteFunc(slices.Clone(abi), func(e entry) bool {
				return e["type"] != "constructor" && e["name"] != "configHash"
			})
		}
		if err := writeJSON(filepath.Join(snapshots, "abi", name+".json"), abi); err != nil {
			return err
		}
		if err := writeJSON(filepath.Join(snapshots, "storage", name+".json"), layout(a)); err != nil {
			return err
		}
		measured[name] = sizes{a.DeployedBytecode.size(), a.Bytecode.size()}
		if n := measured[name].Runtime; n > maxRuntime {
			return fmt.Errorf("%s has %d bytes of code, more than %d", name, n, maxRuntime)
		}
		out[name+".sol:"+name] = combined{abi, strings.TrimPrefix(a.Bytecode.Object, "0x")}
	}
	if err := writeJSON(filepath.Join(snapshots, "sizes.json"), measured); err != nil {
		return err
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

func layout(a artifact) []slot {
	out := []slot{}
	for _, v := range a.StorageLayout.Storage {
		t := a.StorageLayout.Types[v.Type]
		out = append(out, slot{v.Slot, v.Offset, t.Bytes, v.Label, t.Label})
	}
	return out
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
