package devchain_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"
)

// childDir makes this test binary a node to be killed, instead of a test run.
var childDir = flag.String("devchain.child", "", "serve a chain from this folder until killed")

func TestMain(m *testing.M) {
	flag.Parse()
	if *childDir != "" {
		fmt.Println(serve(*childDir))
		os.Exit(1)
	}
	testpg.Main(m)
}

func serve(dir string) error {
	c, err := devchain.Open(devchain.Config{DataDir: dir})
	if err != nil {
		return err
	}
	fmt.Println("ready", c.HTTP())
	return c.Run(context.Background())
}

func manual(t *testing.T, cfg devchain.Config) *devchain.Chain {
	t.Helper()
	cfg.Manual = true
	c, err := devchain.Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func transfer(t *testing.T, from int, nonce uint64) *types.Transaction {
	t.Helper()
	to := common.HexToAddress("0xd0")
	tx, err := types.SignNewTx(devchain.Key(from), types.LatestSignerForChainID(big.NewInt(devchain.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devchain.ChainID), Nonce: nonce, To: &to, Value: big.NewInt(1),
		Gas: 21000, GasFeeCap: big.NewInt(10e9), GasTipCap: big.NewInt(1),
	})
	require.NoError(t, err)
	return tx
}

func TestKeysAreTheUsualTestAccounts(t *testing.T) {
	require.Equal(t, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", devchain.Address(0).Hex())
	require.Equal(t, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", devchain.Address(1).Hex())
	require.Equal(t, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", devchain.Address(9).Hex())
	require.Equal(t, devchain.Address(3), crypto.PubkeyToAddress(devchain.Key(3).PublicKey))
}

func TestServesHTTPAndWebSocketOnOnePort(t *testing.T) {
	c := manual(t, devchain.Config{})
	for _, url := range []string{c.HTTP(), c.WS()} {
		client, err := ethclient.Dial(url)
		require.NoError(t, err)
		id, err := client.ChainID(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, devchain.ChainID, id.Uint64())
		balance, err := client.BalanceAt(t.Context(), devchain.Address(19), nil)
		require.NoError(t, err)
		require.Equal(t, "10000000000000000000000", balance.String())
		client.Close()
	}
	require.Equal(t, strings.TrimPrefix(c.HTTP(), "http://"), strings.TrimPrefix(c.WS(), "ws://"))
}

func TestFinalityIsADepth(t *testing.T) {
	c := manual(t, devchain.Config{FinalityDepth: 6})
	tag := func(n rpc.BlockNumber) uint64 {
		h, err := c.Client().HeaderByNumber(t.Context(), big.NewInt(int64(n)))
		require.NoError(t, err)
		return h.Number.Uint64()
	}
	require.Zero(t, tag(rpc.FinalizedBlockNumber))
	for n := uint64(1); n <= 70; n++ { // past the 32-block epochs of the default beacon
		h, err := c.Commit()
		require.NoError(t, err)
		require.Equal(t, n, h.Number.Uint64())
		require.Equal(t, n, tag(rpc.LatestBlockNumber))
		require.Equal(t, n-min(n, 3), tag(rpc.SafeBlockNumber))
		require.Equal(t, n-min(n, 6), tag(rpc.FinalizedBlockNumber))
	}
	require.ErrorIs(t, c.Rewind(63), protocol.ErrInvalid)
	require.NoError(t, c.Rewind(64))
	require.EqualValues(t, 64, tag(rpc.FinalizedBlockNumber), "finalized never moves back")
}

func TestManualTimeIsACounter(t *testing.T) {
	c := manual(t, devchain.Config{})
	first, err := c.Commit()
	require.NoError(t, err)
	require.NoError(t, c.AdjustTime(20*time.Second))
	second, err := c.Commit()
	require.NoError(t, err)
	require.Equal(t, first.Time+21, second.Time)
	third, err := c.Commit()
	require.NoError(t, err)
	require.Equal(t, second.Time+1, third.Time)
}

func TestRewindReplacesBlocks(t *testing.T) {
	c := manual(t, devchain.Config{FinalityDepth: 10})
	tx := transfer(t, 0, 0)
	require.NoError(t, c.Client().SendTransaction(t.Context(), tx))
	old, err := c.Commit()
	require.NoError(t, err)
	_, err = c.Client().TransactionReceipt(t.Context(), tx.Hash())
	require.NoError(t, err)

	require.NoError(t, c.Rewind(0))
	nonce, err := c.Client().PendingNonceAt(t.Context(), devchain.Address(0))
	require.NoError(t, err)
	require.EqualValues(t, 1, nonce, "the removed transaction is pending again")
	c.DropPending()
	replacement, err := c.Commit()
	require.NoError(t, err)
	require.Equal(t, old.Number, replacement.Number)
	require.NotEqual(t, old.Hash(), replacement.Hash())
	require.Equal(t, types.EmptyTxsHash, replacement.TxHash)
}

// A burst must not push block time ahead of the clock: every header is compared
// with the clock when it is first seen.
func TestBlockTimeNeverOutrunsTheClock(t *testing.T) {
	t.Parallel() // it waits for wall time
	c, err := devchain.Open(devchain.Config{})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()

	client, err := ethclient.Dial(c.WS())
	require.NoError(t, err)
	defer client.Close()
	heads := make(chan *types.Header, 64)
	sub, err := client.SubscribeNewHead(t.Context(), heads)
	require.NoError(t, err)
	defer sub.Unsubscribe()

	const burst = 600
	sent := make(chan error, 1)
	go func() {
		for nonce := range uint64(burst) {
			if err := client.SendTransaction(ctx, transfer(t, 0, nonce)); err != nil {
				sent <- err
				return
			}
		}
		sent <- nil
	}()
	last, included := uint64(0), 0
	for idle := 0; idle < 2; { // ends after two blocks without transactions
		select {
		case h := <-heads:
			require.LessOrEqual(t, int64(h.Time), time.Now().Unix())
			require.Greater(t, h.Time, last)
			last = h.Time
			n, err := client.TransactionCount(t.Context(), h.Hash())
			require.NoError(t, err)
			if included += int(n); included == burst && n == 0 {
				idle++
			}
		case err := <-sub.Err():
			require.NoError(t, err)
		}
	}
	require.NoError(t, <-sent)
	require.Equal(t, burst, included)
	stop()
	require.NoError(t, <-done)
}

func TestDataDirOfAnotherChainIsRefused(t *testing.T) {
	dir := t.TempDir()
	c, err := devchain.Open(devchain.Config{DataDir: dir, Manual: true})
	require.NoError(t, err)
	require.NoError(t, c.Close())
	_, err = devchain.Open(devchain.Config{DataDir: dir, Manual: true, ChainID: 5})
	require.ErrorIs(t, err, protocol.ErrConflict)
}

// TestSurvivesSIGKILL kills a real process three times, each time as soon as a new
// block can be seen, and reopens its folder: every announced block is there and
// unchanged, the state answers, and the chain goes on.
func TestSurvivesSIGKILL(t *testing.T) {
	t.Parallel() // it waits for wall time
	dir := t.TempDir()
	var seen []common.Hash // canonical hashes by number, as last announced
	nonce := uint64(0)
	for range 3 {
		child := exec.Command(os.Args[0], "-devchain.child", dir)
		out, err := child.StdoutPipe()
		require.NoError(t, err)
		child.Stderr = os.Stderr
		require.NoError(t, child.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		url, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
		require.True(t, ok, line)
		client, err := ethclient.Dial(url)
		require.NoError(t, err)

		head, err := client.BlockNumber(t.Context())
		require.NoError(t, err)
		if len(seen) > 0 {
			require.GreaterOrEqual(t, head, uint64(len(seen)-1), "a block was lost")
			for n := range min(uint64(len(seen)), head+1) {
				h, err := client.HeaderByNumber(t.Context(), new(big.Int).SetUint64(n))
				require.NoError(t, err)
				require.Equal(t, seen[n], h.Hash(), "block %d changed", n)
			}
			nonce, err = client.NonceAt(t.Context(), devchain.Address(0), nil)
			require.NoError(t, err)
			require.NotZero(t, nonce)
			balance, err := client.BalanceAt(t.Context(), common.HexToAddress("0xd0"), nil)
			require.NoError(t, err)
			require.Equal(t, nonce, balance.Uint64())
		}
		for target := head + 2; head < target; {
			require.NoError(t, client.SendTransaction(t.Context(), transfer(t, 0, nonce)))
			nonce++
			for before := head; head == before; {
				head, err = client.BlockNumber(t.Context())
				require.NoError(t, err)
			}
		}
		require.NoError(t, child.Process.Kill()) // SIGKILL, right after a block was announced
		_ = child.Wait()
		client.Close()

		// Read back what the dead process left, in process, without mining.
		c, err := devchain.Open(devchain.Config{DataDir: dir})
		require.NoError(t, err)
		left, err := c.Client().BlockNumber(t.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, left, head, "an announced block was lost")
		seen = seen[:0]
		for n := range left + 1 {
			h, err := c.Client().HeaderByNumber(t.Context(), new(big.Int).SetUint64(n))
			require.NoError(t, err)
			seen = append(seen, h.Hash())
		}
		require.NoError(t, c.Close())
	}
}

// A chain whose seconds are short makes a block in each of them, and none ahead of its clock.
func TestQuickBlocksStayBehindTheirClock(t *testing.T) {
	t.Parallel()
	now := devchain.Clock(20 * time.Millisecond)
	c, err := devchain.Open(devchain.Config{Second: 20 * time.Millisecond, Now: now})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	began := now()
	go func() { ended <- c.Run(ctx) }()
	heads := make(chan *types.Header)
	sub, err := c.Client().SubscribeNewHead(ctx, heads)
	require.NoError(t, err)
	last := uint64(0)
	for range 20 {
		h := <-heads
		require.Greater(t, h.Time, last)
		require.LessOrEqual(t, h.Time, uint64(now().Unix()))
		last = h.Time
	}
	require.GreaterOrEqual(t, last, uint64(began.Unix())+19)
	sub.Unsubscribe()
	stop()
	require.NoError(t, <-ended)
}
