package wire

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// PathEvidence is where an auditor asks a provider, through its relayer, for what lies
// behind a receipt:
//
//	POST /relay/v1/evidence  Evidence -> Exhibit
//
// The request's secret in HeaderSecret shows that the asker may see the tokens; the
// relayer hands it on and the provider compares. Whatever is not served here can be
// asked for on chain, at the provider's cost.
const PathEvidence = "/relay/v1/evidence"

// MaxHashes is how many hashes one Exhibit holds: fewer are the end of a list.
const MaxHashes = 8192

// Want is what an auditor asks for.
type Want string

// What a provider shows about a receipt. See docs/trace-spec.md for the trees.
const (
	// WantBoundaries: leaves From.. of the boundary tree, and the salt of the trace root.
	WantBoundaries Want = "boundaries"
	// WantOpening: the signed opening of block (T, L), and the roots of its vectors.
	WantOpening Want = "opening"
	// WantDigests: digests From.. of the chunks of one vector of a block.
	WantDigests Want = "digests"
	// WantChunk: the words of one chunk.
	WantChunk Want = "chunk"
	// WantLeaves: the chunk leaves under the boundary leaf of block (T, L).
	WantLeaves Want = "leaves"
)

// Evidence asks for one thing about a receipt. ID is set by the relayer.
type Evidence struct {
	ID       common.Hash    `json:"id"`
	Provider common.Address `json:"provider"`
	Receipt  common.Hash    `json:"receipt"`
	Secret   common.Hash    `json:"secret"`
	Want     Want           `json:"want"`
	T        uint32         `json:"t,omitempty"`
	L        uint32         `json:"l,omitempty"`
	Vector   uint32         `json:"vector,omitempty"`
	Chunk    uint32         `json:"chunk,omitempty"`
	From     uint32         `json:"from,omitempty"`
}

// Exhibit is the answer: what was asked for, or why not.
type Exhibit struct {
	ID     common.Hash   `json:"id"`
	Total  uint32        `json:"total,omitempty"` // how many hashes there are in all
	Hashes []common.Hash `json:"hashes,omitempty"`
	Salt   common.Hash   `json:"salt,omitzero"`
	// Opening and its signature by the operator that signed the receipt.
	Opening   *protocol.Opening `json:"opening,omitempty"`
	Signature protocol.Bytes    `json:"signature,omitempty"`
	Words     protocol.Bytes    `json:"words,omitempty"`
	Error     string            `json:"error,omitempty"`
}
