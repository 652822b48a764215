package trace_test

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// leaves shows leaves of a vector one by one, up to the last that it is ready to show.
type leaves struct {
	*liar
	last  int
	bend  bool
	asked map[int]bool
}

func (l *leaves) Leaf(ctx context.Context, id step.VectorID, c int) (common.Hash, []common.Hash, bool, error) {
	l.asked[c] = true
	if c > l.last {
		return common.Hash{}, nil, false, protocol.ErrUnavailable
	}
	all, err := l.liar.Digests(ctx, id)
	if err != nil {
		return common.Hash{}, nil, false, err
	}
	path, err := protocol.MerklePath(all, c)
	if l.bend {
		path[0][0] ^= 1
	}
	return all[c], path, false, err
}

func (l *leaves) Digests(context.Context, step.VectorID) ([]common.Hash, error) {
	return nil, protocol.ErrInternal // nobody shows all of them
}

// TestNothingBehindTheFirstFaultIsAskedFor: whoever makes everything behind its lie differ
// gains no time with it.
func TestNothingBehindTheFirstFaultIsAskedFor(t *testing.T) {
	s := newScene(t, raw.Model(t, raw.Odd(), 9, 1<<14), 5)
	b := s.blocks[step.Block{T: 4, L: 1}]
	id, chunks := step.VectorID(0), 0
	for i, vec := range b.Layout {
		if !vec.Digests() && vec.Chunks() > chunks {
			id, chunks = step.VectorID(i), vec.Chunks()
		}
	}
	require.Greater(t, chunks, 2)
	bad := common.Hash{31: 1}
	for first := range chunks {
		l := &leaves{lie(t, b), first, false, map[int]bool{}}
		for c := first; c < chunks; c++ {
			l.digest(id, c, bad) // nobody has words of these
		}
		l.digest(id, first, common.Hash{}) // and this one needs none
		o, err := trace.NewOpening(b.Arch, b.Block, protocol.MerkleRoot(l.roots), l)
		require.NoError(t, err)
		f, err := b.FirstFault(t.Context(), o, trace.End{})
		require.NoError(t, err)
		require.Equal(t, trace.Fault{Kind: trace.NoElement, Step: step.Step{Block: b.Block, Vector: id}, Chunk: first}, f)
		require.Len(t, l.asked, first+1)

		digest, path, err := o.Path(t.Context(), id, first)
		require.NoError(t, err)
		root, err := trace.RootFromPath(digest, step.Leaf{Outer: int(id), Outers: len(b.Layout), Inner: first, Inners: chunks}, path)
		require.NoError(t, err)
		require.Equal(t, o.Root(), root)

		l.bend = true
		o, err = trace.NewOpening(b.Arch, b.Block, protocol.MerkleRoot(l.roots), l)
		require.NoError(t, err)
		_, err = b.FirstFault(t.Context(), o, trace.End{})
		require.ErrorIs(t, err, protocol.ErrUnavailable)
	}
}
