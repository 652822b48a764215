package commit

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// Weights are the parts of a model's weights, each one leaf under the weights root.
// Leaf 0 is the header and no part. Weights are safe for concurrent use.
type Weights struct {
	header common.Hash
	parts  []*part
	names  []string
}

// Split cuts a model into its parts. It keeps references to the tensors' data and
// fails as WeightsRoot does, except that scales are not looked at yet.
func Split(header []byte, tensors []Tensor) (*Weights, error) {
	parts, names, err := parts(header, tensors)
	if err != nil {
		return nil, err
	}
	return &Weights{protocol.HashLeaf(header), parts, names}, nil
}

// Len returns the number of leaves, the header's included.
func (w *Weights) Len() int { return 1 + len(w.parts) }

// Name returns the name of the tensor whose place leaf has, "header" for leaf 0.
func (w *Weights) Name(leaf int) string {
	if leaf == 0 {
		return headerName
	}
	return w.names[leaf-1]
}

// Leaves digests everything and returns all leaves. progress is that of WeightsRoot.
func (w *Weights) Leaves(progress func(done, total int)) ([]common.Hash, error) {
	digests, err := digestAll(w.parts, progress)
	if err != nil {
		return nil, err
	}
	leaves := []common.Hash{w.header}
	for _, d := range digests {
		leaves = append(leaves, protocol.MerkleRoot(d))
	}
	return leaves, nil
}

// Digests returns the chunk digests of one part, row by row: the leaves under its
// root. It fails with protocol.ErrNotFound if leaf is no part.
func (w *Weights) Digests(leaf int) ([]common.Hash, error) {
	p, err := w.part(leaf)
	if err != nil {
		return nil, err
	}
	digests, err := digestAll([]*part{p}, nil)
	if err != nil {
		return nil, err
	}
	return digests[0], nil
}

// Chunk returns chunk c of a part: its kind, the number of its values, its words. It
// fails with protocol.ErrNotFound if there is none.
func (w *Weights) Chunk(leaf, c int) (kind chunk.Kind, length int, words []byte, err error) {
	p, err := w.part(leaf)
	if err != nil {
		return 0, 0, nil, err
	}
	if c < 0 || c >= p.rows*p.perRow() {
		return 0, 0, nil, fmt.Errorf("chunk %d of %s: %w", c, w.Name(leaf), protocol.ErrNotFound)
	}
	var d rowDigester
	from, n := p.span(c/p.perRow(), c%p.perRow())
	if err := d.pack(p, c/p.perRow(), from, n); err != nil {
		return 0, 0, nil, fmt.Errorf("chunk %d of %s: %w", c, w.Name(leaf), err)
	}
	return p.kind, n, d.words, nil
}

func (w *Weights) part(leaf int) (*part, error) {
	if leaf < 1 || leaf >= w.Len() {
		return nil, fmt.Errorf("weights at leaf %d of %d: %w", leaf, w.Len(), protocol.ErrNotFound)
	}
	return w.parts[leaf-1], nil
}

// TensorDigests returns the chunk digests of the matrix or tensor called name (a
// matrix by its weights, "X.q"), row by row: the leaves under its root. It fails
// with protocol.ErrNotFound if there is none.
func TensorDigests(tensors []Tensor, name string) ([]common.Hash, error) {
	for _, t := range tensors {
		if t.Name != name {
			continue
		}
		p, err := newPart(t, index(tensors))
		if err != nil {
			return nil, err
		}
		if p == nil {
			break
		}
		digests, err := digestAll([]*part{p}, nil)
		if err != nil {
			return nil, err
		}
		return digests[0], nil
	}
	return nil, fmt.Errorf("tensor %s with a root of its own: %w", name, protocol.ErrNotFound)
}
