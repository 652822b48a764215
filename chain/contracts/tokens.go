package contracts

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// AskParams asks for the request's parameters.
func (a Addresses) AskParams(e Evidence, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask params", questions.PackAskParams(e.bind())), salt)
}

// AskTokens asks for a range of 64 leaves of the output's tokens, or of the prompt's.
func (a Addresses) AskTokens(e Evidence, output bool, part uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask tokens", questions.PackAskTokens(e.bind(), output, part)), salt)
}

// ParamsNode is the question about a request's parameters.
func ParamsNode(q protocol.Request) Node { return Node{Kind: uint8(NodeParams), Hash: q.ParamsHash} }

// RangeLevels is the height of the subtree of token leaves that one answer shows.
const RangeLevels = 6

// TokenNodes are the questions about all tokens under a root, kind NodePrompt or NodeOutput.
func TokenNodes(kind NodeKind, root common.Hash, tokens uint32) (list []Node) {
	leaves := (int(tokens) + protocol.TokensPerLeaf - 1) / protocol.TokensPerLeaf
	for i := 0; i<<RangeLevels < leaves; i++ {
		list = append(list, TokenNode(kind, root, tokens, uint32(i)))
	}
	return list
}

// TokenNode is the question about one of them.
func TokenNode(kind NodeKind, root common.Hash, tokens, part uint32) Node {
	leaves := (int(tokens) + protocol.TokensPerLeaf - 1) / protocol.TokensPerLeaf
	return Node{Kind: uint8(kind), Level: uint8(protocol.MerkleDepth(leaves)), Index: part, Size: uint32(leaves), Hash: root}
}

// DecodeTokensAnswer reads what answered a question about tokens: the salts of the leaves and,
// eight to a leaf, the ids; protocol.UnusedToken is in unused slots.
func DecodeTokensAnswer(b []byte) (salts []common.Hash, ids []uint32, err error) {
	if salts, err = hashList(b, 0); err != nil {
		return nil, nil, err
	}
	words, err := hashList(b, 32)
	if err == nil && len(words) != len(salts) {
		err = fmt.Errorf("answer of %d salts for %d leaves: %w", len(salts), len(words), protocol.ErrInvalid)
	}
	for _, w := range words {
		for chunk := range slices.Chunk(w[:], 4) {
			ids = append(ids, binary.BigEndian.Uint32(chunk))
		}
	}
	return salts, ids, err
}
