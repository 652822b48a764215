package tokenizer

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// Pre names the splitter of a byte-level tokenizer.
type Pre uint8

func (p Pre) known() bool { return false }

func (t *Tokenizer) indexMerges() error { return nil }

func (t *Tokenizer) appendByteLevel([]uint32, string) ([]uint32, error) {
	return nil, fmt.Errorf("encode text: byte-level tokenizer: %w", protocol.ErrInvalid)
}
