// Package devchain runs a whole Ethereum node inside the calling process:
// JSON-RPC over HTTP and WebSocket on one loopback port, prefunded accounts,
// blocks mined as transactions arrive, and finality at a fixed depth.
//
// It is a development chain: one node, no peers, no consensus, a public seed
// phrase. It is not a test double: transactions run in the real EVM and anything
// that speaks JSON-RPC (a wallet, cast) can connect.
//
// Enter at [Open], then [Chain.Run]. Invariants:
//   - a block's timestamp is never ahead of the wall clock: at most one block is
//     made per wall second, and whatever arrives meanwhile shares the next one;
//   - the finalized tag never moves backwards, and no Rewind removes a finalized
//     block; the safe tag lies halfway between finalized and latest;
//   - with a DataDir, a killed process reopens with every block that it announced:
//     block and state are synced to disk first. Pending transactions are lost, as
//     on any node; senders send them again. Losing power is another matter where
//     the disk lies about what it has synced.
//
// In Manual mode nothing is mined by itself and block time is a counter:
// tests drive it with Commit, AdjustTime and Rewind.
package devchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// ChainID is the default chain id, the usual one of development nodes.
const ChainID = 31337

// Config describes a development chain; the zero value works.
type Config struct {
	ChainID       uint64             // 0: ChainID
	Port          int                // loopback port of HTTP and WebSocket; 0 picks a free one
	DataDir       string             // "" keeps the chain in memory
	Manual        bool               // mine only on Commit; block time is a counter
	FinalityDepth uint64             // the finalized tag answers head - FinalityDepth; 0: 4
	GasLimit      uint64             // of a block; 0: 60,000,000
	Alloc         types.GenesisAlloc // nil: Prefund(20)
	Logger        *slog.Logger       // nil: slog.Default()
	Second        time.Duration      // how long a second of Now takes, less for tests of long stories; 0: a second
	Now           func() time.Time   // wall clock; nil: Clock(Second)
}

// Clock returns a clock that starts now and whose seconds take second each.
func Clock(second time.Duration) func() time.Time {
	if second == time.Second {
		return time.Now
	}
	start := time.Now()
	return func() time.Time {
		return start.Add(time.Duration(float64(time.Since(start)) * float64(time.Second) / float64(second)))
	}
}

func (cfg Config) withDefaults() Config {
	if cfg.ChainID == 0 {
		cfg.ChainID = ChainID
	}
	if cfg.FinalityDepth == 0 {
		cfg.FinalityDepth = 4
	}
	if cfg.GasLimit == 0 {
		cfg.GasLimit = 60_000_000
	}
	if cfg.Alloc == nil {
		cfg.Alloc = Prefund(20)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Second == 0 {
		cfg.Second = time.Second
	}
	if cfg.Now == nil {
		cfg.Now = Clock(cfg.Second)
	}
	return cfg
}

// Chain is a running node. All methods may be called concurrently.
type Chain struct {
	cfg    Config
	stack  *node.Node
	eth    *eth.Ethereum
	client *ethclient.Client

	mining sync.Mutex // held while the head moves
	skew   uint64     // seconds that the next manual block skips
	held   bool       // nothing becomes safe or final; under mining

	closing  sync.Once
	closeErr error
}

// Open starts the node and its RPC server. It mines nothing: call Run, or Commit
// in Manual mode. A DataDir that belongs to another chain is a protocol.ErrConflict.
func Open(cfg Config) (*Chain, error) {
	cfg = cfg.withDefaults()
	genesisTime, err := loadGenesisTime(cfg)
	if err != nil {
		return nil, fmt.Errorf("open dev chain: %w", err)
	}
	stack, err := node.New(nodeConfig(cfg))
	if err != nil {
		return nil, fmt.Errorf("open dev chain: %w", err)
	}
	backend, err := eth.New(stack, ethConfig(cfg, genesisTime))
	if err != nil {
		return nil, fmt.Errorf("open dev chain: %w", errors.Join(err, stack.Close()))
	}
	c := &Chain{cfg: cfg, stack: stack, eth: backend}
	system := filters.NewFilterSystem(backend.APIBackend, filters.Config{LogCacheSize: 1024})
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: filters.NewFilterAPI(system)}})
	if cfg.Manual {
		stack.RegisterAPIs([]rpc.API{{Namespace: "evm", Service: &evmAPI{c}}})
	}
	backend.SetSynced() // without peers the node would wait for a sync before taking transactions
	if err := stack.Start(); err != nil {
		return nil, fmt.Errorf("open dev chain: %w", errors.Join(err, stack.Close()))
	}
	if cfg.DataDir != "" && !cfg.Manual { // a Rewind of a manual chain leaves blocks that shall stay dead
		if err := c.reviveHead(); err != nil {
			return nil, fmt.Errorf("open dev chain: %w", errors.Join(err, stack.Close()))
		}
	}
	c.markFinal(backend.BlockChain().CurrentBlock())
	c.client = ethclient.NewClient(stack.Attach())
	return c, nil
}

// HTTP returns the JSON-RPC URL.
func (c *Chain) HTTP() string { return c.stack.HTTPEndpoint() }

// WS returns the WebSocket JSON-RPC URL: the same port as HTTP.
func (c *Chain) WS() string { return c.stack.WSEndpoint() }

// Client returns an in-process client. It is closed with the chain.
func (c *Chain) Client() *ethclient.Client { return c.client }

// Close stops the node and releases the port and the DataDir. It is idempotent.
func (c *Chain) Close() error {
	c.closing.Do(func() {
		c.mining.Lock()
		defer c.mining.Unlock()
		c.client.Close()
		c.closeErr = c.stack.Close()
	})
	return c.closeErr
}

func nodeConfig(cfg Config) *node.Config {
	nc := node.DefaultConfig
	nc.Name, nc.DataDir = "devchain", cfg.DataDir
	nc.P2P = p2p.Config{NoDiscovery: true, NoDial: true}
	nc.IPCPath = ""
	nc.UseLightweightKDF = true
	nc.HTTPHost, nc.HTTPPort = "127.0.0.1", cfg.Port
	nc.HTTPModules = []string{"eth", "net", "web3", "debug", "txpool", "evm"}
	nc.HTTPCors = []string{"*"} // browser wallets send the dapp's origin
	nc.HTTPVirtualHosts = []string{"localhost", "127.0.0.1"}
	nc.WSHost, nc.WSPort = nc.HTTPHost, nc.HTTPPort
	nc.WSModules, nc.WSOrigins = nc.HTTPModules, []string{"*"}
	return &nc
}

// ethConfig keeps every state on disk as soon as its block is written (hash
// scheme, no pruning, no snapshots). With the default settings the node keeps
// recent states in memory and journals them on a clean shutdown only; a killed
// process would then fall back to genesis.
func ethConfig(cfg Config, genesisTime uint64) *ethconfig.Config {
	ec := ethconfig.Defaults
	ec.NetworkId = cfg.ChainID
	ec.SyncMode = ethconfig.FullSync
	ec.StateScheme = rawdb.HashScheme
	ec.NoPruning = true
	ec.SnapshotCache = 0
	ec.TrieCleanCache, ec.TrieDirtyCache, ec.DatabaseCache = 16, 16, 32
	ec.TransactionHistory = 0 // receipts of all blocks stay findable
	ec.LogNoHistory = true    // no log index: a dev chain is short enough to scan
	ec.TxPool.NoLocals = true
	ec.TxPool.Journal = ""
	ec.TxPool.AccountSlots, ec.TxPool.GlobalSlots = 1<<12, 1<<14
	ec.TxPool.AccountQueue, ec.TxPool.GlobalQueue = 1<<12, 1<<14
	ec.Miner.GasPrice = big.NewInt(1)
	ec.TxPool.PriceLimit = 1
	ec.Miner.GasCeil = cfg.GasLimit
	ec.RPCGasCap = cfg.GasLimit
	alloc := core.SystemContractAllocs()
	for address, account := range cfg.Alloc {
		alloc[address] = account
	}
	ec.Genesis = &core.Genesis{
		Config:     chainConfig(cfg.ChainID),
		Timestamp:  genesisTime,
		GasLimit:   cfg.GasLimit,
		BaseFee:    big.NewInt(params.InitialBaseFee),
		Difficulty: new(big.Int),
		Alloc:      alloc,
	}
	return &ec
}

// chainConfig stops at Osaka, the newest fork of the live networks.
func chainConfig(id uint64) *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.ChainID = new(big.Int).SetUint64(id)
	c.AmsterdamTime, c.BogotaTime = nil, nil
	c.BlobScheduleConfig = &params.BlobScheduleConfig{
		Cancun: params.DefaultCancunBlobConfig,
		Prague: params.DefaultPragueBlobConfig,
	}
	return &c
}

// identity is what must not change between two runs on one DataDir.
type identity struct {
	ChainID     uint64 `json:"chainId"`
	GenesisTime uint64 `json:"genesisTime"` // Unix seconds
}

// loadGenesisTime returns the genesis timestamp (Unix seconds): of now for a new
// chain, of the first run for an existing DataDir. Manual chains start a day
// back, which is how far their counted time may run before it passes the clock.
func loadGenesisTime(cfg Config) (uint64, error) {
	now := uint64(cfg.Now().Unix())
	if cfg.Manual {
		now -= 24 * 60 * 60
	}
	if cfg.DataDir == "" {
		return now, nil
	}
	path := filepath.Join(cfg.DataDir, "devchain.json")
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return now, saveIdentity(path, identity{ChainID: cfg.ChainID, GenesisTime: now})
	}
	if err != nil {
		return 0, fmt.Errorf("read chain identity: %w", err)
	}
	var id identity
	if err := json.Unmarshal(raw, &id); err != nil {
		return 0, fmt.Errorf("read chain identity %s: %w: %w", path, protocol.ErrInvalid, err)
	}
	if id.ChainID != cfg.ChainID {
		return 0, fmt.Errorf("%s holds chain %d, not %d: %w", cfg.DataDir, id.ChainID, cfg.ChainID, protocol.ErrConflict)
	}
	return id.GenesisTime, nil
}

// saveIdentity writes the file whole or not at all: it comes before the
// database's first block, so a kill here leaves an empty folder or a valid one.
func saveIdentity(path string, id identity) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make chain folder: %w", err)
	}
	raw, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("write chain identity: %w", err)
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, append(raw, '\n'), 0o600); err != nil {
		return fmt.Errorf("write chain identity: %w", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write chain identity: %w", err)
	}
	return nil
}
