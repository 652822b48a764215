package trace

import (
	"fmt"
	goruntime "runtime"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// Block is one block of a trace with every number in it, the digests of its chunks
// and the trees over them. It is immutable and safe for concurrent use.
type Block struct {
	step.Block
	Arch   step.Arch
	Layout []step.Vector
	// Token is the token that the block embeds (L = 0).
	Token int

	numbers []Numbers
	keys    [][]int16 // the key rows of positions 0..T: entry position*KVHeads+head
	digests [][]common.Hash
	roots   []common.Hash
	root    common.Hash
}

// Numbers are the numbers of one vector, row-major, in the slice of its kind.
type Numbers struct {
	Int16 []int16
	Int32 []int32
	Wide  []chunk.Wide
}

// Len returns how many numbers there are.
func (n Numbers) Len() int { return len(n.Int16) + len(n.Int32) + len(n.Wide) }

// At returns number i.
func (n Numbers) At(i int) chunk.Wide {
	switch {
	case n.Int16 != nil:
		return chunk.WideOf(int64(n.Int16[i]))
	case n.Int32 != nil:
		return chunk.WideOf(int64(n.Int32[i]))
	}
	return n.Wide[i]
}

func (n Numbers) pack(from, length int) ([]byte, error) {
	switch to := from + length; {
	case n.Int16 != nil:
		return chunk.PackInt16(nil, n.Int16[from:to]), nil
	case n.Int32 != nil:
		return chunk.PackInt32(nil, n.Int32[from:to]), nil
	default:
		return chunk.PackWide(nil, n.Wide[from:to])
	}
}

// Numbers returns the numbers of a vector; none for an absent vector and for keys,
// which has digests instead. They are read only.
func (b *Block) Numbers(id step.VectorID) Numbers { return b.numbers[id] }

// Number returns the number at a row and column of a vector that has numbers.
func (b *Block) Number(id step.VectorID, row, col int) chunk.Wide {
	return b.numbers[id].At(row*b.Layout[id].Cols + col)
}

// Chunk returns the words of a chunk. It fails with protocol.ErrNotFound if the block
// has no such chunk, and on the vector of keys, whose leaves are chunks of others.
func (b *Block) Chunk(id step.VectorID, c int) ([]byte, error) {
	if err := b.has(id, c); err != nil {
		return nil, err
	}
	vec := b.Layout[id]
	if vec.Digests() {
		return nil, fmt.Errorf("words of %s: %w", vec.Name, protocol.ErrNotFound)
	}
	row, col := vec.Index(c, 0)
	return b.numbers[id].pack(row*vec.Cols+col, vec.Length(c))
}

// KeyRow returns the words of the key row of a head at a position up to T: of the chunk
// whose digest stands in the vector of keys.
func (b *Block) KeyRow(position, head int) ([]byte, error) {
	if position < 0 || position > b.T || head < 0 || head >= b.Arch.KVHeads || b.keys == nil {
		return nil, fmt.Errorf("key row %d of position %d: %w", head, position, protocol.ErrNotFound)
	}
	return chunk.PackInt16(nil, b.keys[position*b.Arch.KVHeads+head]), nil
}

// Digests returns the leaves of a vector; none for an absent one. They are read only.
func (b *Block) Digests(id step.VectorID) []common.Hash { return b.digests[id] }

// Digest returns the digest of a chunk, which the block must have.
func (b *Block) Digest(id step.VectorID, c int) common.Hash { return b.digests[id][c] }

// Roots returns the vector roots in the order of the layout. They are read only.
func (b *Block) Roots() []common.Hash { return b.roots }

// Root returns the block root: what an opening signs.
func (b *Block) Root() common.Hash { return b.root }

// Path returns the siblings from a chunk's digest up to the block root: those inside
// the vector, then those over vectors. RootFromPath folds them.
func (b *Block) Path(id step.VectorID, c int) ([]common.Hash, error) {
	if err := b.has(id, c); err != nil {
		return nil, err
	}
	return path(b.roots, b.digests[id], int(id), c)
}

func (b *Block) has(id step.VectorID, c int) error {
	if id < 0 || int(id) >= len(b.Layout) || c < 0 || c >= len(b.digests[id]) {
		return fmt.Errorf("chunk %d of vector %d of block (%d, %d): %w", c, id, b.T, b.L, protocol.ErrNotFound)
	}
	return nil
}

func path(outer, inner []common.Hash, o, i int) ([]common.Hash, error) {
	low, err := protocol.MerklePath(inner, i)
	if err != nil {
		return nil, err
	}
	high, err := protocol.MerklePath(outer, o)
	return append(low, high...), err
}

// RootFromPath folds a digest at a leaf with its path into the root above. It fails
// with protocol.ErrInvalid if the path has another length than the leaf's trees.
func RootFromPath(digest common.Hash, at step.Leaf, path []common.Hash) (common.Hash, error) {
	depth := protocol.MerkleDepth(at.Inners)
	if len(path) != depth+protocol.MerkleDepth(at.Outers) {
		return common.Hash{}, fmt.Errorf("path of %d hashes to leaf %+v: %w", len(path), at, protocol.ErrInvalid)
	}
	inner := protocol.MerkleRootFromPath(digest, at.Inner, path[:depth])
	return protocol.MerkleRootFromPath(inner, at.Outer, path[depth:]), nil
}

// seal computes digests and roots from the numbers, on all cores.
func (b *Block) seal() error {
	type job struct {
		id step.VectorID
		c  int
	}
	b.digests, b.roots = make([][]common.Hash, len(b.Layout)), make([]common.Hash, len(b.Layout))
	for id, vec := range b.Layout {
		b.digests[id] = make([]common.Hash, vec.Chunks())
	}
	var (
		jobs   = make(chan job, 64)
		wg     sync.WaitGroup
		once   sync.Once
		failed error
	)
	for range goruntime.GOMAXPROCS(0) {
		wg.Go(func() {
			d := commit.NewDigester()
			for j := range jobs {
				digest, err := b.digest(d, j.id, j.c)
				if err != nil {
					once.Do(func() { failed = err })
				}
				b.digests[j.id][j.c] = digest
			}
		})
	}
	for id := range b.Layout {
		for c := range b.digests[id] {
			jobs <- job{step.VectorID(id), c}
		}
	}
	close(jobs)
	wg.Wait()
	if failed != nil {
		return fmt.Errorf("digest block (%d, %d): %w", b.T, b.L, failed)
	}
	for id := range b.Layout {
		b.roots[id] = protocol.MerkleRoot(b.digests[id])
	}
	b.root = protocol.MerkleRoot(b.roots)
	return nil
}

func (b *Block) digest(d *commit.Digester, id step.VectorID, c int) (common.Hash, error) {
	vec := b.Layout[id]
	if vec.Digests() {
		return d.Digest(chunk.Int16, len(b.keys[c]), chunk.PackInt16(nil, b.keys[c]))
	}
	words, err := b.Chunk(id, c)
	if err != nil {
		return common.Hash{}, err
	}
	return d.Digest(vec.Kind, vec.Length(c), words)
}
