package ceremony

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/frontend"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/prover/internal/evm"
)

// missing skips a test whose tool is not there, and fails it where everything must be.
func missing(t *testing.T, tool string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is needed and missing", tool)
	}
	t.Skipf("needs %s", tool)
}

// The exported contract, on a chain that is no development chain, accepts a proof
// under the sealed keys and neither another statement nor one under the development
// keys.
func TestExportedVerifier(t *testing.T) {
	c := at(t, finished)
	state, err := Read(c.dir)
	require.NoError(t, err)
	k := state.Phases[1].Sealed.Keys
	require.Equal(t, "CubeCeremonyVerifier", k.Verifier)
	source, err := os.ReadFile(filepath.Join(c.dir, keysDir, k.Verifier+".sol"))
	require.NoError(t, err)
	require.Contains(t, string(source), "// Verifying key "+k.VerifyingKey.Hex())
	require.Equal(t, k.VerifierCode, crypto.Keccak256Hash(source))

	contract, err := evm.Deploy(compileSolidity(t, k.Verifier, source), 1)
	require.NoError(t, err)
	set, err := Load(c.dir, cube(t), k.VerifyingKey)
	require.NoError(t, err)
	weak, _ := developmentKeys(t)
	call := func(pk groth16.ProvingKey, y byte) error {
		w, err := frontend.NewWitness(&cubeCircuit{X: 5, Y: 130, Z: 26}, ecc.BN254.ScalarField())
		require.NoError(t, err)
		proof, err := groth16.Prove(c.system, pk, w)
		require.NoError(t, err)
		data := crypto.Keccak256([]byte("verifyProof(bytes,uint256[2])"))[:4]
		for _, word := range []byte{96, y, 26} {
			data = append(data, common.LeftPadBytes([]byte{word}, 32)...)
		}
		data = append(data, common.LeftPadBytes([]byte{1, 0}, 32)...)
		_, _, err = contract.Call(append(data, proof.(*groth16bn254.Proof).MarshalSolidity()...))
		return err
	}
	require.NoError(t, call(set.Proving, 130))
	require.Error(t, call(set.Proving, 131))
	require.Error(t, call(weak, 130))
}

func compileSolidity(t *testing.T, name string, source []byte) []byte {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node")
	}
	if _, err := os.Stat("../../node_modules/solc"); err != nil {
		missing(t, "npm package solc (npm ci)")
	}
	input, err := json.Marshal(map[string]any{
		"language": "Solidity",
		"sources":  map[string]any{"verifier.sol": map[string]string{"content": string(source)}},
		"settings": map[string]any{
			"optimizer": map[string]any{"enabled": true, "runs": 200}, "evmVersion": "cancun",
			"outputSelection": map[string]any{"*": map[string]any{"*": []string{"evm.bytecode.object"}}},
		},
	})
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), node, "../../tools/solc", "--standard-json")
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	require.NoError(t, err)
	var result struct {
		Contracts map[string]map[string]struct {
			EVM struct{ Bytecode struct{ Object string } }
		}
	}
	require.NoError(t, json.Unmarshal(output, &result))
	code, err := hex.DecodeString(result.Contracts["verifier.sol"][name].EVM.Bytecode.Object)
	require.NoError(t, err)
	require.NotEmpty(t, code, "%s", output)
	return code
}
