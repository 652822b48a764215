package eval

import (
	"fmt"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// TextWindows cuts a plain text into at most n windows: paragraphs (lines that are not blank) are joined by one newline until a window has
// minBytes, encoded with the model's tokenizer (BOS included where it adds one) and cut to maxTokens.
func TextWindows(tok *tokenizer.Tokenizer, text string, n, minBytes, maxTokens int) ([][]uint32, error) {
	var out [][]uint32
	var part []string
	size := 0
	for _, p := range strings.Split(text, "\n") {
		if len(out) == n {
			break
		}
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		part, size = append(part, p), size+len(p)+1
		if size-1 < minBytes {
			continue
		}
		ids, err := tok.Encode(strings.Join(part, "\n"))
		if err != nil {
			return nil, fmt.Errorf("cut text into windows: %w", err)
		}
		out = append(out, ids[:min(len(ids), maxTokens)])
		part, size = part[:0], 0
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("cut text into windows: fewer than %d bytes: %w", minBytes, protocol.ErrInvalid)
	}
	return out, nil
}
