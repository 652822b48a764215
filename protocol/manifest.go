package protocol

import "github.com/ethereum/go-ethereum/common"

// Manifest is what a model version is, for ever; its hash is the version's id.
// Shares are basis points of every fee.
type Manifest struct {
	Kind          ModelKind   `json:"kind"`
	Class         Class       `json:"class"`
	SpecVersion   uint32      `json:"spec_version"`
	WeightsRoot   common.Hash `json:"weights_root"`   // zero in class sampled
	TokenizerHash common.Hash `json:"tokenizer_hash"` // zero in class sampled
	Parent        common.Hash `json:"parent"`         // zero for none
	// RoyaltyBps goes to Creator, ParentRoyaltyBps to the parent's creator;
	// MinChildRoyaltyBps is what a fine-tune of this version must at least give.
	RoyaltyBps         uint16         `json:"royalty_bps"`
	ParentRoyaltyBps   uint16         `json:"parent_royalty_bps"`
	MinChildRoyaltyBps uint16         `json:"min_child_royalty_bps"`
	Creator            common.Address `json:"creator"`
	Name               string         `json:"name"`
	MetadataURI        string         `json:"metadata_uri"`
}
