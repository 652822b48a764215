package prover

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/consensys/gnark/backend/solidity"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// The lines that stand above the generated contract.
const (
	devHeader = `// SPDX-License-Identifier: MIT
// Code generated from the development verifying key by gnark. DO NOT EDIT.
// Regenerate: go test ./prover -run TestGenerated -update
`
	sealedHeader = `// SPDX-License-Identifier: MIT
// Code generated from the verifying key %s by gnark. DO NOT EDIT.
`
)

// A development verifier refuses to be deployed where it could be relied on.
const (
	devErrors = `    /// Anyone can forge proofs under this key: it is for development chains only.
    error DevelopmentKeyOnly(uint256 chainId);`
	devConstructor = `    constructor() {
        if (block.chainid != 31337 && block.chainid != 1337) revert DevelopmentKeyOnly(block.chainid);
    }`
)

// ExportVerifier returns the Solidity source of the verifier contract of a key set,
// under the given contract name. That of development keys has a constructor that
// reverts outside development chains.
func ExportVerifier(set *keys.Set, name string) ([]byte, error) {
	header := fmt.Sprintf(sealedHeader, set.KeyHash)
	options := []solidity.ExportOption{solidity.WithPragmaVersion("^0.8.28")}
	if !set.Deployment {
		header = devHeader
		options = append(options, solidity.WithConstants(strings.NewReader(devErrors)), solidity.WithConstructor(strings.NewReader(devConstructor)))
	}
	var buf bytes.Buffer
	if err := set.Verifying.ExportSolidity(&buf, options...); err != nil {
		return nil, fmt.Errorf("export verifier: %w", err)
	}
	source := strings.TrimSpace(buf.String())
	source, found := strings.CutPrefix(source, "// SPDX-License-Identifier: MIT\n")
	if !found || strings.Count(source, "contract Verifier {") != 1 {
		return nil, fmt.Errorf("export verifier: template has changed: %w", protocol.ErrInternal)
	}
	source = strings.Replace(source, "contract Verifier {", "contract "+name+" {", 1)
	var out strings.Builder
	out.WriteString(header)
	for line := range strings.Lines(source) {
		out.WriteString(strings.TrimRight(line, " \t\n") + "\n")
	}
	return []byte(out.String()), nil
}
