package devchain_test

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// anvil starts another implementation of the EVM and its RPC, with finality two
// blocks deep, and returns its URL.
func anvil(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../node_modules/.bin/anvil")
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("anvil not found: npm ci")
		}
		t.Skip("anvil not found: npm ci")
	}
	cmd := exec.Command(path, "--port", "0", "--slots-in-an-epoch", "1", "--block-time", "1", "--mixed-mining")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
			go func() { // it stops when its pipe is full
				for lines.Scan() {
				}
			}()
			return "ws://" + address
		}
	}
	t.Fatal("anvil ended")
	return ""
}

// The client, deployment and transaction manager work on a node that is not ours,
// through a reorg that takes a transaction out of the chain.
func TestOnAnvil(t *testing.T) {
	t.Parallel() // it waits for wall time
	ctx, stop := context.WithCancel(t.Context())
	client, err := chain.Dial(ctx, chain.Config{URL: anvil(t), ChainID: devchain.ChainID})
	require.NoError(t, err)
	defer client.Close()
	d := deployNetwork(t, client, filepath.Join(t.TempDir(), "record.json"))
	require.NoError(t, deploy.Verify(ctx, client, d))
	at, user := d.Addresses(), devchain.Address(1)

	m := txmgr.New(txmgr.Config{
		ChainID: devchain.ChainID, Outbox: txmgr.NewMemory(), Node: client, Signer: chain.KeySigner{Key: devchain.Key(1)},
		Decode: chain.NewDecoder(chain.ABIs()).Decode, Logger: slog.New(slog.DiscardHandler),
	})
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	defer func() { stop(); require.NoError(t, <-ended) }()

	id, err := m.Submit(ctx, at.Mint(user, protocol.NewAmount(5), common.Hash{}))
	require.NoError(t, err)
	mined, err := m.Wait(ctx, id)
	require.NoError(t, err)
	require.NoError(t, client.Client.Client().CallContext(ctx, nil, "anvil_reorg", 2, []any{}))
	final, err := m.WaitFinal(ctx, id)
	require.NoError(t, err)
	require.Equal(t, mined.TxHash, final.TxHash)

	_, err = m.SubmitAndWait(ctx, at.Withdraw(user, protocol.NewAmount(1), common.Hash{}))
	require.ErrorIs(t, err, protocol.ErrInsufficient)
	var typed *chain.ContractError
	require.True(t, errors.As(err, &typed))
	require.Equal(t, "InsufficientFree", typed.Name)
}
