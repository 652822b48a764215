package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/internal/link"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// keptBlocks is how many recomputed blocks are kept for the questions that follow.
const keptBlocks = 8

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

// exhibits recomputes blocks for auditors, one at a time, and keeps the last ones.
type exhibits struct {
	busy   chan struct{}
	mu     sync.Mutex
	blocks map[blockName]OpenBlock
	order  []blockName
	leaves map[common.Hash][]common.Hash // of the receipt asked for last
}

type blockName struct {
	receipt common.Hash
	block   step.Block
}

func newExhibits() *exhibits {
	return &exhibits{busy: make(chan struct{}, 1), blocks: map[blockName]OpenBlock{}, leaves: map[common.Hash][]common.Hash{}}
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
// answer does not have.
func (p *Provider) Exhibit(ctx context.Context, q wire.Evidence) (wire.Exhibit, error) {
	a, opener, err := p.answered(q.Receipt)
	if err == nil && subtle.ConstantTimeCompare(a.Ask.Secret[:], q.Secret[:]) != 1 {
		err = fmt.Errorf("receipt %s with that secret: %w", q.Receipt, protocol.ErrNotFound)
	}
	if err != nil {
		return wire.Exhibit{}, err
	}
	if q.Want == wire.WantBoundaries {
		leaves, err := p.Boundaries(ctx, q.Receipt)
		if err != nil {
			return wire.Exhibit{}, err
		}
		x, err := some(leaves, q.From)
		x.Salt = protocol.LeafSalt(a.Ask.Secret, protocol.TagTrace, 0)
		return x, err
	}
	b := step.Block{T: int(q.T), L: int(q.L)}
	block, err := p.block(ctx, q.Receipt, a, opener, b)
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

// answered reads a stored answer and who can open it.
func (p *Provider) answered(receipt common.Hash) (Answered, Opener, error) {
	e := p.book.byHash(receipt)
	// INVARIANT: any operator may open what an earlier one of the same provider signed.
	if e == nil || !e.durable || e.receipt.Provider != p.cfg.Provider {
		return Answered{}, nil, fmt.Errorf("receipt %s: %w", receipt, protocol.ErrNotFound)
	}
	r, err := p.book.answer(e)
	if err != nil {
		return Answered{}, nil, err
	}
	p.mu.Lock()
	m := p.models[e.line.ModelVersion]
	p.mu.Unlock()
	if m == nil || m.Class != protocol.ClassProven {
		return Answered{}, nil, fmt.Errorf("receipt %s of class proven: %w", receipt, protocol.ErrNotFound)
	}
	opener, ok := m.Backend.(Opener)
	if !ok {
		return Answered{}, nil, fmt.Errorf("open answers of model version %s: %w", m.Version, protocol.ErrUnavailable)
	}
	return Answered{Ask: r.Ask, Output: r.Output, Receipt: r.Receipt}, opener, nil
}

// Boundaries returns the leaves of a receipt's boundary tree.
func (p *Provider) Boundaries(ctx context.Context, receipt common.Hash) ([]common.Hash, error) {
	a, opener, err := p.answered(receipt)
	if err != nil {
		return nil, err
	}
	done, err := p.exhibits.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	p.exhibits.mu.Lock()
	leaves := p.exhibits.leaves[receipt]
	p.exhibits.mu.Unlock()
	if leaves != nil {
		return leaves, nil
	}
	if leaves, err = opener.Boundaries(ctx, a); err != nil {
		return nil, err
	}
	p.exhibits.mu.Lock()
	p.exhibits.leaves = map[common.Hash][]common.Hash{receipt: leaves}
	p.exhibits.mu.Unlock()
	return leaves, nil
}

// Block recomputes a block behind a receipt.
func (p *Provider) Block(ctx context.Context, receipt common.Hash, b step.Block) (OpenBlock, error) {
	a, opener, err := p.answered(receipt)
	if err != nil {
		return nil, err
	}
	return p.block(ctx, receipt, a, opener, b)
}

func (p *Provider) block(ctx context.Context, receipt common.Hash, a Answered, opener Opener, b step.Block) (OpenBlock, error) {
	name := blockName{receipt, b}
	done, err := p.exhibits.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	x := p.exhibits
	x.mu.Lock()
	block := x.blocks[name]
	x.mu.Unlock()
	if block != nil {
		return block, nil
	}
	if block, err = opener.Open(ctx, a, b); err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.blocks[name] = block
	if x.order = append(x.order, name); len(x.order) > keptBlocks {
		delete(x.blocks, x.order[0])
		x.order = x.order[1:]
	}
	return block, nil
}

// enter waits until nothing else is recomputed: answering pays, opening does not.
func (x *exhibits) enter(ctx context.Context) (func(), error) {
	select {
	case x.busy <- struct{}{}:
		return func() { <-x.busy }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("recompute an answer: %w", context.Cause(ctx))
	}
}
