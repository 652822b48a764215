package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	// keptBlocks is how many recomputed blocks are kept for the questions that follow, of
	// those asked on chain and of the others each.
	keptBlocks = 4
	// exhibitWait is how long a relayer waits for an exhibit: nobody hears of a later one.
	exhibitWait = 2 * time.Minute
)

// Opener recomputes what lies behind an answer of class proven. A Backend that is
// one can show evidence. Both calls may take as long as the answer took; ctx ends them.
type Opener interface {
	// Boundaries returns the leaves of the boundary tree, in trace order.
	Boundaries(ctx context.Context, a Answered) ([]common.Hash, error)
	// Open recomputes one block. protocol.ErrInvalid wraps a block that the answer has not.
	Open(ctx context.Context, a Answered, b step.Block) (OpenBlock, error)
}

// Answered is an answer as it was signed for.
type Answered struct {
	Ask     wire.Ask
	Output  []uint32
	Receipt protocol.Receipt
}

// OpenBlock is one block, recomputed. A vector that the model lacks has the zero root
// and no digests.
type OpenBlock interface {
	Root() common.Hash
	VectorRoots() []common.Hash
	Digests(v step.VectorID) []common.Hash
	// Words are the packed words of a chunk; nil for a vector of digests.
	Words(v step.VectorID, chunk int) []byte
	// BoundaryLeaves are the chunk leaves of the residual that leaves the block.
	BoundaryLeaves() []common.Hash
}

// exhibits recomputes what lies behind answers, one at a time, and keeps the last blocks.
type exhibits struct {
	turns turns
	wait  time.Duration // of who asks for nothing

	mu sync.Mutex
	// INVARIANT: free evidence pushes out nothing that was recomputed for the chain.
	onChain, free shelf
}

// shelf keeps what was recomputed last.
type shelf struct {
	blocks map[blockName]OpenBlock
	order  []blockName
	// leaves are of the receipt asked for last.
	receipt common.Hash
	leaves  []common.Hash
}

type blockName struct {
	receipt common.Hash
	block   step.Block
}

func newExhibits() *exhibits {
	return &exhibits{wait: exhibitWait, onChain: shelf{blocks: map[blockName]OpenBlock{}}, free: shelf{blocks: map[blockName]OpenBlock{}}}
}

// handleEvidence answers one Evidence. Whoever knows the request's secret has seen the
// tokens; nobody else learns whether the receipt exists.
func (p *Provider) handleEvidence(ctx context.Context, s *session, q wire.Evidence) {
	x, err := p.Exhibit(ctx, q)
	if err != nil {
		x = wire.Exhibit{Error: err.Error()}
	}
	x.ID = q.ID
	if err := s.link.Send(ctx, wire.KindExhibit, x); err != nil && !errors.Is(err, link.ErrClosed) {
		p.log.Warn("cannot send an exhibit", "receipt", q.Receipt, "err", err)
	}
}

// Exhibit shows what an auditor asked for. It fails with protocol.ErrNotFound for a
// receipt that is not here or whose secret is another, protocol.ErrInvalid for what the
// answer does not have, protocol.ErrUnavailable while enough others wait or an answer on
// chain goes first, protocol.ErrExpired if its turn does not come before the relayer gives up.
func (p *Provider) Exhibit(ctx context.Context, q wire.Evidence) (wire.Exhibit, error) {
	ctx, cancel := context.WithTimeout(ctx, p.exhibits.wait)
	defer cancel()
	a, opener, err := p.answered(q.Receipt)
	if err == nil && subtle.ConstantTimeCompare(a.Ask.Secret[:], q.Secret[:]) != 1 {
		err = fmt.Errorf("receipt %s with that secret: %w", q.Receipt, protocol.ErrNotFound)
	}
	if err != nil {
		return wire.Exhibit{}, err
	}
	if q.Want == wire.WantBoundaries {
		leaves, err := p.exhibits.boundaries(ctx, rank{}, q.Receipt, a, opener)
		if err != nil {
			return wire.Exhibit{}, err
		}
		x, err := some(leaves, q.From)
		x.Salt = protocol.LeafSalt(a.Ask.Secret, protocol.TagTrace, 0)
		return x, err
	}
	b := step.Block{T: int(q.T), L: int(q.L)}
	block, err := p.exhibits.block(ctx, rank{}, blockName{q.Receipt, b}, a, opener)
	if err != nil {
		return wire.Exhibit{}, err
	}
	switch v := step.VectorID(q.Vector); q.Want {
	case wire.WantOpening:
		x, err := some(block.VectorRoots(), 0)
		if err != nil {
			return x, err
		}
		o := protocol.Opening{ReceiptHash: q.Receipt, T: q.T, L: q.L, BlockRoot: block.Root()}
		x.Opening = &o
		x.Signature, err = p.cfg.Domain.Sign(p.deps.Key, o)
		return x, err
	case wire.WantDigests:
		return some(block.Digests(v), q.From)
	case wire.WantLeaves:
		return some(block.BoundaryLeaves(), q.From)
	case wire.WantChunk:
		words := block.Words(v, int(q.Chunk))
		if words == nil {
			return wire.Exhibit{}, fmt.Errorf("chunk %d of vector %d: %w", q.Chunk, v, protocol.ErrInvalid)
		}
		return wire.Exhibit{Words: words}, nil
	}
	return wire.Exhibit{}, fmt.Errorf("evidence %q: %w", q.Want, protocol.ErrInvalid)
}

// some is a stretch of hashes that fits one answer.
func some(all []common.Hash, from uint32) (wire.Exhibit, error) {
	if int64(from) > int64(len(all)) {
		return wire.Exhibit{}, fmt.Errorf("hash %d of %d: %w", from, len(all), protocol.ErrInvalid)
	}
	return wire.Exhibit{Total: uint32(len(all)), Hashes: all[from:min(len(all), int(from)+wire.MaxHashes)]}, nil
}

// answered reads a stored answer of class proven and who can open it. What needs no model can be
// said of it whoever that is.
func (p *Provider) answered(receipt common.Hash) (Answered, Opener, error) {
	e := p.book.byHash(receipt)
	// INVARIANT: any operator may open what an earlier one of the same provider signed.
	if e == nil || !e.durable || e.receipt.Provider != p.cfg.Provider {
		return Answered{}, nil, fmt.Errorf("receipt %s: %w", receipt, protocol.ErrNotFound)
	}
	if !e.proven() {
		return Answered{}, nil, fmt.Errorf("receipt %s of class proven: %w", receipt, protocol.ErrNotFound)
	}
	r, err := p.book.answer(e)
	if err != nil {
		return Answered{}, nil, err
	}
	opener := p.opener(e.line.ModelVersion)
	if opener == nil {
		opener = noOpener(e.line.ModelVersion)
	}
	return Answered{Ask: r.Ask, Output: r.Output, Receipt: r.Receipt}, opener, nil
}

// boundaries returns the leaves of a receipt's boundary tree.
func (x *exhibits) boundaries(ctx context.Context, r rank, receipt common.Hash, a Answered, opener Opener) ([]common.Hash, error) {
	return recompute(ctx, x, r,
		func(s *shelf) ([]common.Hash, bool) { return s.leaves, s.leaves != nil && s.receipt == receipt },
		func(ctx context.Context) ([]common.Hash, error) { return opener.Boundaries(ctx, a) },
		func(s *shelf, leaves []common.Hash) { s.receipt, s.leaves = receipt, leaves })
}

// block recomputes a block behind a receipt.
func (x *exhibits) block(ctx context.Context, r rank, name blockName, a Answered, opener Opener) (OpenBlock, error) {
	return recompute(ctx, x, r,
		func(s *shelf) (OpenBlock, bool) { b, ok := s.blocks[name]; return b, ok },
		func(ctx context.Context) (OpenBlock, error) { return opener.Open(ctx, a, name.block) },
		func(s *shelf, block OpenBlock) {
			s.blocks[name] = block
			if s.order = append(s.order, name); len(s.order) > keptBlocks {
				delete(s.blocks, s.order[0])
				s.order = s.order[1:]
			}
		})
}

// recompute looks for a value on the shelves, or makes and keeps it when its turn comes.
// Free evidence that an answer on chain interrupts waits for another turn.
func recompute[T any](ctx context.Context, x *exhibits, r rank, find func(*shelf) (T, bool), open func(context.Context) (T, error), keep func(*shelf, T)) (T, error) {
	kept := func() (T, bool) {
		x.mu.Lock()
		defer x.mu.Unlock()
		if v, ok := find(&x.onChain); ok {
			return v, true
		}
		return find(&x.free)
	}
	attempt := func() (v T, again bool, err error) {
		if v, ok := kept(); ok {
			return v, false, nil
		}
		run, done, err := x.turns.take(ctx, r)
		if err != nil {
			return v, false, err
		}
		defer done()
		if v, ok := kept(); ok { // somebody else asked for it meanwhile
			return v, false, nil
		}
		if v, err = open(run); err != nil {
			return v, errors.Is(context.Cause(run), errAnswerFirst), err
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		if r.onChain {
			keep(&x.onChain, v)
		} else {
			keep(&x.free, v)
		}
		return v, false, nil
	}
	for {
		if v, again, err := attempt(); !again {
			return v, err
		}
	}
}
