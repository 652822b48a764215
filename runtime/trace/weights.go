package trace

import (
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// keptTensors is how many tensors' digests Weights keeps: 32 bytes a chunk each.
const keptTensors = 16

// Weights answers for chunks of a model's weights with paths to the weights root. It
// holds one root a tensor, and digests a tensor again when a path in it is asked for.
// It is safe for concurrent use.
type Weights struct {
	parts  *commit.Weights
	leaves []common.Hash

	mu      sync.Mutex
	digests map[int][]common.Hash
	order   []int // of digests, oldest first
}

// Tensors returns a model's tensors as package commit takes them.
func Tensors(m *runtime.Model) []commit.Tensor {
	var list []commit.Tensor
	for _, t := range m.Tensors() {
		list = append(list, commit.Tensor{Name: t.Name, DType: string(t.DType), Shape: t.Shape, Data: t.Data})
	}
	return list
}

// NewWeights prepares paths of a model. leaves are those under its weights root, as
// Leaves returns them; nil computes them, which takes about 0.1 ms a thousand weights.
// It fails with protocol.ErrInvalid if there are too few or too many.
func NewWeights(m *runtime.Model, leaves []common.Hash, progress func(done, total int)) (*Weights, error) {
	header := m.Header().Encode()
	parts, err := commit.Split(header[:], Tensors(m))
	if err != nil {
		return nil, err
	}
	if leaves == nil {
		if leaves, err = parts.Leaves(progress); err != nil {
			return nil, err
		}
	}
	if len(leaves) != parts.Len() || leaves[0] != protocol.HashLeaf(header[:]) {
		return nil, fmt.Errorf("%d leaves of weights with %d parts: %w", len(leaves), parts.Len(), protocol.ErrInvalid)
	}
	return &Weights{parts: parts, leaves: append([]common.Hash(nil), leaves...), digests: map[int][]common.Hash{}}, nil
}

// Leaves returns the leaves under the weights root, for another NewWeights.
func (w *Weights) Leaves() []common.Hash { return append([]common.Hash(nil), w.leaves...) }

// Root returns the weights root.
func (w *Weights) Root() common.Hash { return protocol.MerkleRoot(w.leaves) }

// Words returns the words of the chunk at a leaf.
func (w *Weights) Words(at step.Leaf) ([]byte, error) {
	_, _, words, err := w.parts.Chunk(at.Outer, at.Inner)
	return words, err
}

// Path returns the digest at a leaf and its siblings up to the weights root: those
// inside the tensor, then those over tensors. It fails with protocol.ErrConflict if
// the leaves given to NewWeights are not those of the model.
func (w *Weights) Path(at step.Leaf) (common.Hash, []common.Hash, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	digests, ok := w.digests[at.Outer]
	if !ok {
		var err error
		if digests, err = w.parts.Digests(at.Outer); err != nil {
			return common.Hash{}, nil, err
		}
		if protocol.MerkleRoot(digests) != w.leaves[at.Outer] {
			return common.Hash{}, nil, fmt.Errorf("root of %s is not the leaf that was given: %w", w.parts.Name(at.Outer), protocol.ErrConflict)
		}
		if len(w.order) == keptTensors {
			delete(w.digests, w.order[0])
			w.order = w.order[1:]
		}
		w.digests[at.Outer], w.order = digests, append(w.order, at.Outer)
	}
	if at.Inner < 0 || at.Inner >= len(digests) {
		return common.Hash{}, nil, fmt.Errorf("chunk %d of %s: %w", at.Inner, w.parts.Name(at.Outer), protocol.ErrNotFound)
	}
	p, err := path(w.leaves, digests, at.Outer, at.Inner)
	return digests[at.Inner], p, err
}
