package bench

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/store"
)

// Chain is an in-memory chain whose blocks are a World's moves. It implements
// indexer.Source. Block n of a branch is a function of the seeds up to n.
type Chain struct {
	newWorld func() *World
	perBlock int
	// Finality is the depth at which blocks are safe and final.
	Finality uint64

	mu     sync.Mutex
	seeds  []uint64
	blocks []block
	world  *World // after the last block
}

type block struct {
	indexer.Header
	logs []store.Event
}

// NewChain returns a chain with block 0 only, of about perBlock logs in a block, of a
// troubled world.
func NewChain(accounts, perBlock int, genesis uint64) *Chain {
	return newChain(func() *World {
		w := NewWorld(accounts, 1000, Deployment.Timing.Epoch)
		w.Troubled = true
		return w
	}, perBlock, genesis)
}

func newChain(newWorld func() *World, perBlock int, genesis uint64) *Chain {
	c := &Chain{newWorld: newWorld, perBlock: perBlock, Finality: 16, world: newWorld()}
	c.extend(genesis, 0)
	return c
}

// Extend adds a block: about perBlock logs, or none.
func (c *Chain) Extend(seed uint64, empty bool) {
	want := c.perBlock
	if empty {
		want = 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extend(seed, want)
}

func (c *Chain) extend(seed uint64, want int) {
	n := uint64(len(c.blocks))
	h := indexer.Header{Block: store.Block{Number: n, Time: 1_700_000_000 + 2*n}}
	if n > 0 {
		h.ParentHash = c.blocks[n-1].Hash
	}
	h.Hash = crypto.Keccak256Hash(h.ParentHash[:], binary.BigEndian.AppendUint64(nil, seed), []byte{byte(min(want, 1))})
	logs := c.world.Block(n, h.Time, seed, want)
	for i := range logs {
		logs[i].BlockHash = h.Hash
		h.Bloom.Add(logs[i].Address[:])
		for t := 0; t < len(logs[i].Topics); t += 32 {
			h.Bloom.Add(logs[i].Topics[t : t+32])
		}
	}
	c.seeds = append(c.seeds, seed<<1|uint64(min(want, 1)))
	c.blocks = append(c.blocks, block{h, logs})
}

// Rewind cuts the chain above a block; extending it then makes another branch.
func (c *Chain) Rewind(to uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	seeds := slices.Clone(c.seeds[:to+1])
	c.seeds, c.blocks, c.world = nil, nil, c.newWorld()
	for i, s := range seeds {
		want := int(s&1) * c.perBlock
		if i == 0 {
			want = 0
		}
		c.extend(s>>1, want)
	}
}

// Head returns the number of the last block.
func (c *Chain) Head() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return uint64(len(c.blocks) - 1)
}

// Events returns how many logs the chain holds.
func (c *Chain) Events() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.blocks {
		n += len(b.logs)
	}
	return n
}

// Heads implements indexer.Source.
func (c *Chain) Heads(context.Context) (store.Heads, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.blocks[len(c.blocks)-1].Block
	final := last.Number - min(c.Finality, last.Number)
	return store.Heads{Latest: last, Safe: final, Finalized: final}, nil
}

// Headers implements indexer.Source.
func (c *Chain) Headers(_ context.Context, from, to uint64) (list []indexer.Header, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := from; n <= to && n < uint64(len(c.blocks)); n++ {
		list = append(list, c.blocks[n].Header)
	}
	return list, nil
}

// Logs implements indexer.Source.
func (c *Chain) Logs(_ context.Context, from, to uint64, _ []common.Address) (logs []store.Event, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := from; n <= to && n < uint64(len(c.blocks)); n++ {
		logs = append(logs, c.blocks[n].logs...)
	}
	return logs, nil
}

// LogsAt implements indexer.Source.
func (c *Chain) LogsAt(_ context.Context, hash common.Hash, _ []common.Address) ([]store.Event, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.blocks {
		if b.Hash == hash {
			return slices.Clone(b.logs), nil
		}
	}
	return nil, nil
}
