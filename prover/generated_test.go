package prover

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite generated files")

const (
	verifierSource = "../contracts/src/verifiers/StepVerifier.sol"
	verifierCode   = "verifier_bytecode.go"
)

// missing skips a test whose tool is not there, and fails it where everything must be.
func missing(t *testing.T, tool string) {
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is needed and missing", tool)
	}
	t.Skipf("needs %s", tool)
}

// same checks a generated file, or writes it.
func same(t *testing.T, path string, want []byte) {
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, want, 0o644))
	}
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "%s has drifted: run go test ./prover -run TestGenerated -update and review", path)
}

func TestGeneratedVerifier(t *testing.T) {
	want, err := ExportVerifier(testProver(t).set, "StepVerifier")
	require.NoError(t, err)
	same(t, verifierSource, want)
}

// The verifier of keys that are not development ones runs on every chain.
func TestVerifierOfOtherKeysHasNoConstructor(t *testing.T) {
	set := *testProver(t).set
	set.Deployment = true
	source, err := ExportVerifier(&set, "SealedVerifier")
	require.NoError(t, err)
	require.Contains(t, string(source), "contract SealedVerifier {")
	require.Contains(t, string(source), set.KeyHash.Hex())
	for _, absent := range []string{"constructor", "DevelopmentKeyOnly", "development"} {
		require.NotContains(t, string(source), absent)
	}
}

// The bytecode that Go tests and figures deploy is what the compiler makes of the
// committed source, with the settings of foundry.toml.
func TestGeneratedVerifierBytecode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	if _, err := os.Stat("../node_modules/solc"); err != nil {
		missing(t, "npm package solc (npm ci)")
	}
	source, err := os.ReadFile(verifierSource)
	require.NoError(t, err)
	input, err := json.Marshal(map[string]any{
		"language": "Solidity",
		"sources":  map[string]any{"StepVerifier.sol": map[string]string{"content": string(source)}},
		"settings": map[string]any{
			"optimizer": map[string]any{"enabled": true, "runs": 200}, "evmVersion": "cancun", "viaIR": false,
			"metadata":        map[string]any{"bytecodeHash": "none", "appendCBOR": false},
			"outputSelection": map[string]any{"*": map[string]any{"*": []string{"evm.bytecode.object"}}},
		},
	})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), node, "../tools/solc", "--standard-json")
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	require.NoError(t, err)
	var result struct {
		Errors    []struct{ Severity, FormattedMessage string }
		Contracts map[string]map[string]struct {
			EVM struct{ Bytecode struct{ Object string } }
		}
	}
	require.NoError(t, json.Unmarshal(output, &result))
	for _, e := range result.Errors {
		require.NotEqual(t, "error", e.Severity, e.FormattedMessage)
	}
	object := result.Contracts["StepVerifier.sol"]["StepVerifier"].EVM.Bytecode.Object
	code, err := hex.DecodeString(object)
	require.NoError(t, err)
	require.NotEmpty(t, code)

	var out bytes.Buffer
	fmt.Fprintf(&out, "package prover\n\n// Code generated from contracts/src/verifiers/StepVerifier.sol. DO NOT EDIT.\n\n")
	fmt.Fprintf(&out, "// stepVerifierCode is the creation code of StepVerifier in hexadecimal.\nconst stepVerifierCode = \"\" +\n")
	for at := 0; at < len(object); at += 128 {
		plus := " +"
		if at+128 >= len(object) {
			plus = ""
		}
		fmt.Fprintf(&out, "\t%q%s\n", object[at:min(at+128, len(object))], plus)
	}
	same(t, verifierCode, out.Bytes())
}
