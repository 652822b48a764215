package indexer

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/store"
)

// Header is what the indexer needs of a block.
type Header struct {
	store.Block
	Bloom types.Bloom // of all its logs
}

// Source is where chain data comes from. Its answers are not trusted: what does
// not fit together is refused and asked for again.
type Source interface {
	// Heads returns the newest block and how far the chain is safe and final.
	Heads(ctx context.Context) (store.Heads, error)
	// Headers returns the blocks from..to of the node's chain in order; fewer, if
	// its chain ends before.
	Headers(ctx context.Context, from, to uint64) ([]Header, error)
	// Logs returns the logs of the addresses in blocks from..to, in any order;
	// ErrTooMany if the node finds the range too large.
	Logs(ctx context.Context, from, to uint64, addresses []common.Address) ([]store.Event, error)
	// LogsAt returns the logs of the addresses in one block.
	LogsAt(ctx context.Context, block common.Hash, addresses []common.Address) ([]store.Event, error)
}

// Watcher is a Source that can tell of new blocks. Watch sends after each (never
// blocking on a full channel) until it cannot any more.
type Watcher interface {
	Watch(ctx context.Context, news chan<- struct{}) error
}

// Identifier is a Source that knows which chain it shows.
type Identifier interface {
	ChainID(ctx context.Context) (uint64, error)
}

// ErrTooMany says that a range of blocks has more logs than the node gives at once.
var ErrTooMany = errors.New("too many results")
