package prover

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/backend/solidity"
)

// verifierHeader stands above the generated contract.
const verifierHeader = `// SPDX-License-Identifier: MIT
// Code generated from the development verifying key by gnark. DO NOT EDIT.
// Regenerate: go test ./prover -run TestGenerated -update
`

// A development verifier refuses to be deployed where it could be relied on.
const (
	devErrors = `    /// Anyone can forge proofs under this key: it is for development chains only.
    error DevelopmentKeyOnly(uint256 chainId);`
	devConstructor = `    constructor() {
        if (block.chainid != 31337 && block.chainid != 1337) revert DevelopmentKeyOnly(block.chainid);
    }`
)

// ExportVerifier returns the Solidity source of the verifier contract of a
// development key, under the given contract name.
func ExportVerifier(vk groth16.VerifyingKey, name string) ([]byte, error) {
	var buf bytes.Buffer
	err := vk.ExportSolidity(&buf, solidity.WithPragmaVersion("^0.8.28"),
		solidity.WithConstants(strings.NewReader(devErrors)), solidity.WithConstructor(strings.NewReader(devConstructor)))
	if err != nil {
		return nil, fmt.Errorf("export verifier: %w", err)
	}
	source := strings.TrimSpace(buf.String())
	source, found := strings.CutPrefix(source, "// SPDX-License-Identifier: MIT\n")
	if !found || strings.Count(source, "contract Verifier {") != 1 {
		return nil, fmt.Errorf("export verifier: template has changed")
	}
	source = strings.Replace(source, "contract Verifier {", "contract "+name+" {", 1)
	var out strings.Builder
	out.WriteString(verifierHeader)
	for line := range strings.Lines(source) {
		out.WriteString(strings.TrimRight(line, " \t\n") + "\n")
	}
	return []byte(out.String()), nil
}
