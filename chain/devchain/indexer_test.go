package devchain_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/jsonrpc"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// indexed opens tables of a deployment, with an indexer that only a subscription
// can move on.
func indexed(t *testing.T, c *devchain.Chain, d store.Deployment) (*store.Network, *indexer.Indexer) {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite::memory:")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	n, err := s.Network(t.Context(), d)
	require.NoError(t, err)
	node := jsonrpc.New(c.HTTP(), jsonrpc.Options{WebSocket: c.WS()})
	t.Cleanup(node.CloseIdle)
	return n, indexer.New(node, n, indexer.Options{Poll: time.Hour, Log: slog.New(slog.DiscardHandler)})
}

// running runs x until the test ends.
func running(t *testing.T, x *indexer.Indexer) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- x.Run(ctx) }()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
}

// The indexer follows real logs of a real node by subscription, heals a reorg that
// takes deposits away, and ends with the tables of an index that never saw it.
func TestIndexerFollowsTheNode(t *testing.T) {
	t.Parallel()
	c := manual(t, devchain.Config{FinalityDepth: 64})
	client, err := chain.New(t.Context(), c.Client(), chain.Config{})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	mined := make(chan struct{})
	go func() { // a deployment waits for its blocks
		defer close(mined)
		for ctx.Err() == nil {
			_, _ = c.Commit()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()
	record := deployNetwork(t, client, deploy.Path(t.TempDir(), devchain.ChainID))
	stop()
	<-mined

	at := record.Addresses()
	deployment := store.Deployment{ChainID: devchain.ChainID, Vault: at.Vault, Staking: at.Staking, Registry: at.Registry,
		Market: at.Market, Slasher: at.Slasher, StartBlock: record.StartBlock,
		Disputes: store.Disputes{Ledger: at.Ledger, Questions: at.Questions, Claims: at.Claims, Verifiers: at.Verifiers, Audits: at.Audits, Auditors: at.Auditors, Attestations: at.Attestations}}
	n, x := indexed(t, c, deployment)
	running(t, x)
	follows := func() bool {
		head, err := client.Head(t.Context(), chain.Latest)
		require.NoError(t, err)
		return x.Status().Indexed.Hash == head.Hash()
	}
	require.Eventually(t, func() bool { // the subscription lives from some block on
		_, err := c.Commit()
		return err == nil && follows()
	}, time.Minute, 50*time.Millisecond)

	verifiers, err := n.Verifiers(t.Context(), store.VerifierSealed, store.List{})
	require.NoError(t, err)
	require.Len(t, verifiers.Data, 1, "sealed as it was deployed")
	require.EqualValues(t, 1, verifiers.Data[0].SpecVersion)

	user, amount := devchain.Address(1), protocol.NewAmount(1000)
	m := txmgr.New(txmgr.Config{ChainID: devchain.ChainID, Outbox: txmgr.NewMemory(), Node: client, Signer: chain.KeySigner{Key: devchain.Key(1)},
		Logger: slog.New(slog.DiscardHandler)})
	act, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(act) }()
	head, err := client.Head(t.Context(), chain.Latest)
	require.NoError(t, err)
	fork := head.Number.Uint64()
	for _, call := range []protocol.Call{at.Mint(user, amount, common.Hash{1}), at.Approve(at.Vault, amount, common.Hash{1}), at.Deposit(user, amount, common.Hash{1})} {
		id, err := m.Submit(t.Context(), call)
		require.NoError(t, err)
		done := make(chan error, 1)
		go func() { _, err := m.Wait(t.Context(), id); done <- err }()
		require.Eventually(t, func() bool {
			_, err := c.Commit()
			require.NoError(t, err)
			select {
			case err := <-done:
				require.NoError(t, err)
				return true
			default:
				return false
			}
		}, time.Minute, 50*time.Millisecond)
	}
	end()
	require.NoError(t, <-ended)
	require.Eventually(t, follows, time.Minute, time.Millisecond)
	money, err := n.Money(t.Context(), user)
	require.NoError(t, err)
	require.Equal(t, amount, money.Data.Free)

	head, err = client.Head(t.Context(), chain.Latest)
	require.NoError(t, err)
	require.NoError(t, c.Rewind(fork))
	c.DropPending()
	for range head.Number.Uint64() - fork + 2 {
		_, err := c.Commit()
		require.NoError(t, err)
	}
	require.Eventually(t, follows, time.Minute, time.Millisecond)
	require.NotZero(t, x.Status().Reorgs)
	require.True(t, x.Status().Ready)
	money, err = n.Money(t.Context(), user)
	require.NoError(t, err)
	require.True(t, money.Data.Free.IsZero(), "the deposit was on the branch that is gone")

	again, y := indexed(t, c, deployment)
	running(t, y)
	require.Eventually(t, func() bool { return y.Status().Indexed == x.Status().Indexed }, time.Minute, time.Millisecond)
	var a, b bytes.Buffer
	require.NoError(t, n.Dump(t.Context(), &a))
	require.NoError(t, again.Dump(t.Context(), &b))
	require.Equal(t, b.String(), a.String())
}

// An indexer that was given another chain's node stops before it reads a block.
func TestIndexerRefusesTheWrongNode(t *testing.T) {
	t.Parallel()
	c := manual(t, devchain.Config{})
	n, x := indexed(t, c, store.Deployment{ChainID: devchain.ChainID + 1, Market: common.Address{1}})
	running(t, x)
	require.Eventually(t, func() bool { return x.Status().Halted != "" }, time.Minute, time.Millisecond)
	require.Equal(t, "the node follows chain 31337, the deployment is on chain 31338", x.Status().Halted)
	require.False(t, x.Status().Ready)
	cursor, err := n.Cursor(t.Context())
	require.NoError(t, err)
	require.True(t, cursor.Empty())
	require.Empty(t, cursor.Halted, "a start with the right node goes on")
}
