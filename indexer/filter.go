package indexer

import (
	"hash/maphash"

	"github.com/dgrid-network/dgrid/store"
)

// filter is a Bloom filter of the rows that exist: what it does not have need not be
// looked up. A backfill makes far more rows than it finds. All bits of a row are in one
// word, which costs one look at memory instead of seven and a few rows looked up in vain.
type filter struct {
	seed  maphash.Seed
	words [filterBits / 64]uint64
}

const (
	filterBits   = 1 << 26 // 8 MiB: 0.4 % is looked up in vain at 4 million rows
	filterHashes = 5
)

func newFilter() *filter { return &filter{seed: maphash.MakeSeed()} }

// at gives the word of a row and its bits there.
func (f *filter) at(ref store.Ref) (word *uint64, bits uint64) {
	h := maphash.String(f.seed, ref.Table) ^ maphash.String(f.seed, ref.ID)
	for i := range filterHashes {
		bits |= 1 << (h >> (6 * i) & 63)
	}
	return &f.words[h>>(6*filterHashes)%uint64(len(f.words))], bits
}

func (f *filter) add(ref store.Ref) {
	word, bits := f.at(ref)
	*word |= bits
}

// has reports whether ref may have been added; false is certain.
func (f *filter) has(ref store.Ref) bool {
	word, bits := f.at(ref)
	return *word&bits == bits
}
