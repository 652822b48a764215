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
	"strings"
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
	source, err := os.ReadFile(verifierSource)
	require.NoError(t, err)
	creation, runtime := compiled(t, "StepVerifier", source)
	require.True(t, bytes.HasSuffix(creation, runtime))
	var key bytes.Buffer
	_, err = testProver(t).set.Verifying.WriteRawTo(&key)
	require.NoError(t, err)

	var out bytes.Buffer
	fmt.Fprintf(&out, "package prover\n\n// Code generated from contracts/src/verifiers/StepVerifier.sol. DO NOT EDIT.\n\n")
	fmt.Fprintf(&out, "// stepVerifierStart is where in its creation code the code of StepVerifier begins.\nconst stepVerifierStart = %d\n\n", len(creation)-len(runtime))
	constant(&out, "stepVerifierKey is the development verifying key, uncompressed", key.Bytes())
	fmt.Fprintln(&out)
	constant(&out, "stepVerifierCode is the creation code of StepVerifier", creation)
	same(t, verifierCode, out.Bytes())
}

// constant writes bytes as a constant in hexadecimal; about begins with its name.
func constant(out *bytes.Buffer, about string, value []byte) {
	name, _, _ := strings.Cut(about, " ")
	text := hex.EncodeToString(value)
	fmt.Fprintf(out, "// %s, in hexadecimal.\nconst %s = \"\" +\n", about, name)
	for at := 0; at < len(text); at += 128 {
		plus := " +"
		if at+128 >= len(text) {
			plus = ""
		}
		fmt.Fprintf(out, "\t%q%s\n", text[at:min(at+128, len(text))], plus)
	}
}

// compiled returns what the compiler makes of a contract with the settings of
// foundry.toml: its creation code, and the code that is then on chain.
func compiled(t *testing.T, name string, source []byte) (creation, runtime []byte) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	if _, err := os.Stat("../node_modules/solc"); err != nil {
		missing(t, "npm package solc (npm ci)")
	}
	input, err := json.Marshal(map[string]any{
		"language": "Solidity",
		"sources":  map[string]any{"verifier.sol": map[string]string{"content": string(source)}},
		"settings": map[string]any{
			"optimizer": map[string]any{"enabled": true, "runs": 200}, "evmVersion": "cancun", "viaIR": false,
			"metadata":        map[string]any{"bytecodeHash": "none", "appendCBOR": false},
			"outputSelection": map[string]any{"*": map[string]any{"*": []string{"evm.bytecode.object", "evm.deployedBytecode.object"}}},
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
			EVM struct{ Bytecode, DeployedBytecode struct{ Object string } }
		}
	}
	require.NoError(t, json.Unmarshal(output, &result))
	for _, e := range result.Errors {
		require.NotEqual(t, "error", e.Severity, e.FormattedMessage)
	}
	made := result.Contracts["verifier.sol"][name].EVM
	creation, err = hex.DecodeString(made.Bytecode.Object)
	require.NoError(t, err)
	runtime, err = hex.DecodeString(made.DeployedBytecode.Object)
	require.NoError(t, err)
	require.NotEmpty(t, runtime)
	return creation, runtime
}
