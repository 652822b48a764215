package trace

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// Source hands out what stands under the block root that somebody signed. Lists may be
// longer than the layout says, up to the leaves of the full tree, and words up to the
// end of the last hashed block: what a liar put there is needed for paths and digests.
type Source interface {
	// Roots returns the vector roots in the order of the layout.
	Roots(ctx context.Context) ([]common.Hash, error)
	// Digests returns the leaves of a vector.
	Digests(ctx context.Context, id step.VectorID) ([]common.Hash, error)
	// Words returns the words of a chunk.
	Words(ctx context.Context, id step.VectorID, c int) ([]byte, error)
}

// LeafSource is a source that may show leaves of a vector one by one, where a whole vector
// has a price: on chain each answer costs time.
type LeafSource interface {
	Source
	// Leaf returns a leaf of a vector and its siblings up to the vector's root, lowest
	// first. whole says that Digests has all leaves, and nothing else is returned.
	Leaf(ctx context.Context, id step.VectorID, c int) (digest common.Hash, path []common.Hash, whole bool, err error)
}

// Opening is a block as somebody claims it. Everything that its source hands out is
// checked against the block root, once, and kept. Not for concurrent use.
type Opening struct {
	Layout []step.Vector

	root    common.Hash
	source  Source
	roots   []common.Hash
	digests map[step.VectorID][]common.Hash
	leaves  map[[2]int]leaf // of vectors that are known in part
	words   map[[2]int][]byte
	sponge  *commit.Digester
}

// leaf is a digest; alone says that only it is known of its vector, with its siblings up
// to the vector's root.
type leaf struct {
	digest common.Hash
	path   []common.Hash
	alone  bool
}

// NewOpening returns the opening of block b under a block root.
func NewOpening(a step.Arch, b step.Block, root common.Hash, source Source) (*Opening, error) {
	layout, err := a.Layout(b)
	if err != nil {
		return nil, err
	}
	return &Opening{Layout: layout, root: root, source: source, digests: map[step.VectorID][]common.Hash{}, leaves: map[[2]int]leaf{},
		words: map[[2]int][]byte{}, sponge: commit.NewDigester()}, nil
}

// Opening returns the block as its own opening.
func (b *Block) Opening() *Opening {
	o, err := NewOpening(b.Arch, b.Block, b.root, own{b})
	if err != nil {
		panic("trace: a block without a layout") // it was made from one
	}
	return o
}

// own is a block as the source of its opening.
type own struct{ b *Block }

func (o own) Roots(context.Context) ([]common.Hash, error) { return o.b.roots, nil }

func (o own) Digests(_ context.Context, id step.VectorID) ([]common.Hash, error) {
	return o.b.digests[id], nil
}

func (o own) Words(_ context.Context, id step.VectorID, c int) ([]byte, error) {
	return o.b.Chunk(id, c)
}

// Source returns the block as a source of what an honest opening of it holds.
func (b *Block) Source() Source { return own{b} }

// Root returns the block root.
func (o *Opening) Root() common.Hash { return o.root }

// bad is the error for data that is not what was signed: as good as not served.
func bad(what string) error {
	return fmt.Errorf("%s served is not what the opening commits to: %w", what, protocol.ErrUnavailable)
}

// under says whether a list of n leaves, perhaps with padding, has a root.
func under(list []common.Hash, n int, root common.Hash) bool {
	return len(list) >= n && len(list) <= 1<<protocol.MerkleDepth(n) && protocol.MerkleRoot(list) == root
}

// Roots returns the vector roots. It fails with protocol.ErrUnavailable, as the other
// methods do, if the source hands out something else than was signed.
func (o *Opening) Roots(ctx context.Context) ([]common.Hash, error) {
	if o.roots != nil {
		return o.roots, nil
	}
	roots, err := o.source.Roots(ctx)
	if err != nil {
		return nil, err
	}
	if !under(roots, len(o.Layout), o.root) {
		return nil, bad("list of vector roots")
	}
	o.roots = roots
	return roots, nil
}

// Digest returns the digest of a chunk.
func (o *Opening) Digest(ctx context.Context, id step.VectorID, c int) (common.Hash, error) {
	l, err := o.leaf(ctx, id, c)
	return l.digest, err
}

// leaf finds a digest.
func (o *Opening) leaf(ctx context.Context, id step.VectorID, c int) (leaf, error) {
	if l, ok := o.leaves[[2]int{int(id), c}]; ok {
		return l, nil
	}
	source, ok := o.source.(LeafSource)
	roots, err := o.Roots(ctx)
	if err != nil {
		return leaf{}, err
	}
	if _, known := o.digests[id]; ok && !known && roots[id] != (common.Hash{}) {
		digest, path, whole, err := source.Leaf(ctx, id, c)
		if err != nil {
			return leaf{}, err
		}
		if !whole {
			if len(path) != protocol.MerkleDepth(o.Layout[id].Chunks()) || protocol.MerkleRootFromPath(digest, c, path) != roots[id] {
				return leaf{}, bad("digest of " + o.Layout[id].Name)
			}
			l := leaf{digest, path, true}
			o.leaves[[2]int{int(id), c}] = l
			return l, nil
		}
	}
	digests, err := o.Digests(ctx, id)
	if err != nil {
		return leaf{}, err
	}
	return leaf{digest: digests[c]}, nil
}

// Digests returns the leaves of a vector, which has some.
func (o *Opening) Digests(ctx context.Context, id step.VectorID) ([]common.Hash, error) {
	if d, ok := o.digests[id]; ok {
		return d, nil
	}
	roots, err := o.Roots(ctx)
	if err != nil {
		return nil, err
	}
	if roots[id] == (common.Hash{}) { // nobody has to hand out what that commits to
		o.digests[id] = make([]common.Hash, o.Layout[id].Chunks())
		return o.digests[id], nil
	}
	list, err := o.source.Digests(ctx, id)
	if err != nil {
		return nil, err
	}
	if !under(list, o.Layout[id].Chunks(), roots[id]) {
		return nil, bad("list of digests of " + o.Layout[id].Name)
	}
	o.digests[id] = list
	return list, nil
}

// Words returns the words of a chunk.
func (o *Opening) Words(ctx context.Context, id step.VectorID, c int) ([]byte, error) {
	at := [2]int{int(id), c}
	if w, ok := o.words[at]; ok {
		return w, nil
	}
	digest, err := o.Digest(ctx, id, c)
	if err != nil {
		return nil, err
	}
	words, err := o.source.Words(ctx, id, c)
	if err != nil {
		return nil, err
	}
	vec := o.Layout[id]
	if d, err := o.sponge.DigestAny(vec.Kind, vec.Length(c), words); err != nil || d != digest {
		return nil, bad("chunk of " + vec.Name)
	}
	o.words[at] = words
	return words, nil
}

// Path returns the digest of a chunk with its siblings up to the block root.
func (o *Opening) Path(ctx context.Context, id step.VectorID, c int) (common.Hash, []common.Hash, error) {
	roots, err := o.Roots(ctx)
	if err != nil {
		return common.Hash{}, nil, err
	}
	l, err := o.leaf(ctx, id, c)
	if err != nil {
		return common.Hash{}, nil, err
	}
	if l.alone {
		high, err := protocol.MerklePath(roots, int(id))
		return l.digest, append(slices.Clone(l.path), high...), err
	}
	p, err := path(roots, o.digests[id], int(id), c)
	if err != nil {
		return common.Hash{}, nil, err
	}
	return l.digest, p, nil
}

// Read reads the number at a place of packed words totally: whatever the words are, it
// is the number in the limb, and whole says that no bit stands above the limbs of its
// word. Places behind the last word read as the number of an all-zero word. kind is
// int16, int32 or wide.
func Read(kind chunk.Kind, words []byte, place int) (v chunk.Wide, whole bool) {
	size := 10
	switch kind {
	case chunk.Int16:
		size = 2
	case chunk.Int32:
		size = 4
	}
	limbs := kind.Limbs()
	var word [chunk.WordBytes]byte
	if at := place / limbs * chunk.WordBytes; at+chunk.WordBytes <= len(words) {
		copy(word[:], words[at:])
	}
	top := chunk.WordBytes - limbs*size
	limb := word[chunk.WordBytes-(place%limbs+1)*size:][:size]
	whole = bytes.Equal(word[:top], make([]byte, top))
	switch size {
	case 2:
		return chunk.WideOf(int64(int16(binary.BigEndian.Uint16(limb) ^ 0x8000))), whole
	case 4:
		return chunk.WideOf(int64(int32(binary.BigEndian.Uint32(limb) ^ 1<<31))), whole
	}
	return chunk.Wide{Hi: int64(int16(binary.BigEndian.Uint16(limb) ^ 0x8000)), Lo: binary.BigEndian.Uint64(limb[2:])}, whole
}
