package protocol

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// BlockRef names one block of the chain.
type BlockRef struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
	Parent common.Hash `json:"parent"`
	Time   uint64      `json:"time"` // Unix seconds, as the contracts see it
}

func (b BlockRef) String() string {
	return fmt.Sprintf("%d (%s)", b.Number, b.Hash.TerminalString())
}
