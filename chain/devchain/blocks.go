package devchain

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/miner"
)

const (
	// gather is how long a block waits for company after its first transaction:
	// long enough for a burst from one client, too short to notice.
	gather = 5 * time.Millisecond
	// lastCall is when, within a second that saw no transaction, its empty block
	// is made: late, so that a transaction arriving in any second is mined at
	// once, yet block time moves every second.
	lastCall = 900 * time.Millisecond
)

// Run makes blocks until ctx ends, then closes the chain. Each wall second gets
// one block: as soon as a transaction is pending, else an empty one near the
// second's end, so that deadlines pass on an idle chain too. In Manual mode it
// only waits. It returns nil on cancellation.
func (c *Chain) Run(ctx context.Context) error {
	if c.cfg.Manual {
		<-ctx.Done()
		return c.Close()
	}
	arrived := make(chan core.NewTxsEvent, 64)
	sub := c.eth.TxPool().SubscribeTransactions(arrived, true)
	defer sub.Unsubscribe()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return c.Close()
		case <-arrived:
		case <-timer.C:
			if err := c.mineIfDue(); err != nil {
				return errors.Join(err, c.Close())
			}
		}
		timer.Reset(c.untilNext())
	}
}

// untilNext returns how long to wait before the next block may be due.
func (c *Chain) untilNext() time.Duration {
	now, head := c.cfg.Now(), c.eth.BlockChain().CurrentBlock()
	free := time.Unix(int64(head.Time)+1, 0) // first second without a block
	if now.After(free) {
		free = now
	}
	if c.pending() {
		return c.lasts(free.Sub(now)) + gather
	}
	end := free.Truncate(time.Second).Add(lastCall)
	return max(c.lasts(end.Sub(now)), time.Millisecond)
}

// lasts says how long a time on the chain's clock really takes.
func (c *Chain) lasts(d time.Duration) time.Duration {
	return time.Duration(d.Seconds() * float64(c.cfg.Second))
}

// mineIfDue makes a block if this second has none yet and there is a
// transaction, or the second is nearly over.
func (c *Chain) mineIfDue() error {
	c.mining.Lock()
	defer c.mining.Unlock()
	now := c.cfg.Now()
	if uint64(now.Unix()) <= c.eth.BlockChain().CurrentBlock().Time {
		return nil // block time would pass the wall clock
	}
	if !c.pending() && now.Sub(now.Truncate(time.Second)) < lastCall {
		return nil
	}
	_, err := c.mine(uint64(now.Unix()))
	return err
}

func (c *Chain) pending() bool {
	executable, _ := c.eth.TxPool().Stats()
	return executable > 0
}

// mine makes one block of what is pending, with the given Unix timestamp, and
// makes it the head. The caller holds c.mining.
func (c *Chain) mine(timestamp uint64) (*types.Header, error) {
	pool, chain := c.eth.TxPool(), c.eth.BlockChain()
	// The pool resets in the background after a new head; a block built before
	// it has would miss transactions or repeat mined ones.
	if err := pool.Sync(); err != nil {
		return nil, fmt.Errorf("mine: sync pool: %w", err)
	}
	args := &miner.BuildPayloadArgs{
		Parent:      chain.CurrentBlock().Hash(),
		Timestamp:   timestamp,
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
	}
	if _, err := rand.Read(args.Random[:]); err != nil {
		return nil, fmt.Errorf("mine: draw randomness: %w", err)
	}
	block, _, err := c.eth.Miner().BuildTestingPayload(args, nil, false, nil)
	if err != nil {
		return nil, fmt.Errorf("mine: build block: %w", err)
	}
	if _, err := chain.InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return nil, fmt.Errorf("mine: insert block: %w", err)
	}
	if c.cfg.DataDir != "" {
		// Before anybody hears of the block; reviveHead finds it after a kill.
		if err := c.eth.ChainDb().SyncKeyValue(); err != nil {
			return nil, fmt.Errorf("mine: sync database: %w", err)
		}
	}
	if _, err := chain.SetCanonical(block); err != nil {
		return nil, fmt.Errorf("mine: set head: %w", err)
	}
	c.markFinal(block.Header())
	return block.Header(), nil
}

// reviveHead makes the newest block that is on disk the head. The node announces a
// block in the same step in which it marks it as head, and that mark is not
// synced: a kill right after it leaves a block that clients have seen without it.
func (c *Chain) reviveHead() error {
	chain, db := c.eth.BlockChain(), c.eth.ChainDb()
	for {
		head, revived := chain.CurrentBlock(), false
		for _, hash := range rawdb.ReadAllHashes(db, head.Number.Uint64()+1) {
			child := chain.GetBlockByHash(hash)
			if child == nil || child.ParentHash() != head.Hash() || !chain.HasState(child.Root()) {
				continue
			}
			if _, err := chain.SetCanonical(child); err != nil {
				return fmt.Errorf("revive block %d: %w", child.NumberU64(), err)
			}
			revived = true
			break
		}
		if !revived {
			return nil
		}
	}
}

// markFinal moves the safe and finalized tags: half the depth and the full depth
// below head. Finalized only ever moves forward.
func (c *Chain) markFinal(head *types.Header) {
	if c.held {
		return
	}
	chain, number := c.eth.BlockChain(), head.Number.Uint64()
	back := func(depth uint64) *types.Header {
		if number < depth {
			return chain.GetHeaderByNumber(0)
		}
		return chain.GetHeaderByNumber(number - depth)
	}
	chain.SetSafe(back((c.cfg.FinalityDepth + 1) / 2))
	final := back(c.cfg.FinalityDepth)
	if old := chain.CurrentFinalBlock(); old == nil || final.Number.Cmp(old.Number) > 0 {
		chain.SetFinalized(final)
	}
}

// Commit mines one block now, empty or not, and returns its header. In Manual
// mode its time is the parent's plus one second (plus AdjustTime); otherwise it
// is the wall clock's, and Commit fails with protocol.ErrUnavailable when this
// second already has its block.
func (c *Chain) Commit() (*types.Header, error) {
	c.mining.Lock()
	defer c.mining.Unlock()
	head := c.eth.BlockChain().CurrentBlock()
	if c.cfg.Manual {
		header, err := c.mine(head.Time + 1 + c.skew)
		if err == nil {
			c.skew = 0
		}
		return header, err
	}
	now := uint64(c.cfg.Now().Unix())
	if now <= head.Time {
		return nil, fmt.Errorf("commit: this second has a block: %w", protocol.ErrUnavailable)
	}
	return c.mine(now)
}

// AdjustTime makes the next manual block come d later (whole seconds) than it
// would. Outside Manual mode it fails: block time follows the wall clock there.
func (c *Chain) AdjustTime(d time.Duration) error {
	if !c.cfg.Manual {
		return fmt.Errorf("adjust time of a chain that follows the clock: %w", protocol.ErrInvalid)
	}
	c.mining.Lock()
	defer c.mining.Unlock()
	c.skew += uint64(d / time.Second)
	return nil
}

// Rewind makes the given block the head again: the first half of a reorg.
// Blocks mined afterwards replace the ones above it. Transactions of the removed
// blocks return to the pool, unless DropPending follows; subscribers get the
// removed logs with removed=true. Finalized blocks cannot be removed:
// protocol.ErrInvalid.
func (c *Chain) Rewind(number uint64) error {
	c.mining.Lock()
	defer c.mining.Unlock()
	chain := c.eth.BlockChain()
	if final := chain.CurrentFinalBlock(); final != nil && number < final.Number.Uint64() {
		return fmt.Errorf("rewind to %d below finalized %d: %w", number, final.Number, protocol.ErrInvalid)
	}
	block := chain.GetBlockByNumber(number)
	if block == nil {
		return fmt.Errorf("rewind to %d: %w", number, protocol.ErrNotFound)
	}
	if _, err := chain.SetCanonical(block); err != nil {
		return fmt.Errorf("rewind to %d: %w", number, err)
	}
	c.markFinal(block.Header())
	return c.eth.TxPool().Sync()
}

// HoldFinality keeps the safe and finalized tags where they are, as on a network that does not
// finalize, so that a Rewind may go back there however long it takes; or lets them go on, with the next block.
func (c *Chain) HoldFinality(held bool) {
	c.mining.Lock()
	defer c.mining.Unlock()
	c.held = held
}

// DropPending empties the transaction pool, as a node does that restarts or
// that evicts under load.
func (c *Chain) DropPending() {
	c.mining.Lock()
	defer c.mining.Unlock()
	c.eth.TxPool().Clear()
}

// evmAPI is the evm_ namespace of Manual chains: the same calls as other
// development nodes offer.
type evmAPI struct{ c *Chain }

// Mine serves evm_mine.
func (a *evmAPI) Mine() (common.Hash, error) {
	header, err := a.c.Commit()
	if err != nil {
		return common.Hash{}, err
	}
	return header.Hash(), nil
}

// IncreaseTime serves evm_increaseTime, in seconds.
func (a *evmAPI) IncreaseTime(seconds uint64) error {
	return a.c.AdjustTime(time.Duration(seconds) * time.Second)
}

// Rewind serves evm_rewind.
func (a *evmAPI) Rewind(number uint64) error { return a.c.Rewind(number) }
