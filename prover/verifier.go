package prover

import (
	"fmt"
	"strings"

	"github.com/consensys/gnark/backend/solidity"

	"github.com/dgrid-network/dgrid/prover/keys"
)

// The lines that stand above the generated contract, below the licence.
const (
	devHeader = `// Code generated from the development verifying key by gnark. DO NOT EDIT.
// Regenerate: go test ./prover -run TestGenerated -update
`
	sealedHeader = `// Code generated from the verifying key %s by gnark. DO NOT EDIT.
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
	if set.Deployment {
		return keys.Solidity(set.Verifying, name, fmt.Sprintf(sealedHeader, set.KeyHash))
	}
	return keys.Solidity(set.Verifying, name, devHeader,
		solidity.WithConstants(strings.NewReader(devErrors)), solidity.WithConstructor(strings.NewReader(devConstructor)))
}
