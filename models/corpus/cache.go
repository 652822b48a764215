package corpus

import (
	"sync"

	"github.com/dgrid-network/dgrid/models/tokenize"
)

// wordCache remembers the ids of words. Pieces never cross a word, so encoding word by word gives the same ids.
type wordCache struct {
	vocab *tokenize.Vocab
	mu    sync.RWMutex
	known map[string][]int32
}

const maxCached = 1 << 17

func newWordCache(v *tokenize.Vocab) *wordCache {
	return &wordCache{vocab: v, known: map[string][]int32{}}
}

func (c *wordCache) encode(text string) []int32 {
	var out []int32
	for _, w := range tokenize.Split(text) {
		c.mu.RLock()
		ids, ok := c.known[w]
		c.mu.RUnlock()
		if !ok {
			ids = c.vocab.Encode(w)
			c.mu.Lock()
			if len(c.known) < maxCached {
				c.known[w] = ids
			}
			c.mu.Unlock()
		}
		out = append(out, ids...)
	}
	return out
}
