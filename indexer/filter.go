package indexer

import (
	"hash/maphash"

	"github.com/dgrid-network/dgrid/store"
)

// filter is a Bloom filter of the rows that exist: what it does not have need not be
// looked up. A backfill makes far more rows than it finds.
type filter struct {
	seed maphash.Seed
	bits [filterBits / 64]uint64
}

const (
	filterBits   = 1 << 25 // 4 MiB: 1 % is looked up in vain at 3.5 million rows
	filterHashes = 7
)

func newFilter() *filter { return &filter{seed: maphash.MakeSeed()} }

// at gives the i-th place of a hash, by double hashing.
func (f *filter) at(h uint64, i uint32) (word uint32, bit uint64) {
	n := (uint32(h) + i*(uint32(h>>32)|1)) % filterBits
	return n / 64, 1 << (n % 64)
}

func (f *filter) hash(ref store.Ref) uint64 {
	return maphash.String(f.seed, ref.Table) ^ maphash.String(f.seed, ref.ID)
}

func (f *filter) add(ref store.Ref) {
	h := f.hash(ref)
	for i := range uint32(filterHashes) {
		word, bit := f.at(h, i)
		f.bits[word] |= bit
	}
}

// has reports whether ref may have been added; false is certain.
func (f *filter) has(ref store.Ref) bool {
	h := f.hash(ref)
	for i := range uint32(filterHashes) {
		if word, bit := f.at(h, i); f.bits[word]&bit == 0 {
			return false
		}
	}
	return true
}
