package chain_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeNode answers JSON-RPC from its fields.
type fakeNode struct {
	mu     sync.Mutex
	id     uint64
	head   uint64
	branch byte // of the head: another one is a reorg
	send   error
	code   []byte
	answer func() ([]byte, error) // of eth_call and eth_estimateGas
}

func (n *fakeNode) header(number uint64) *types.Header {
	return &types.Header{
		Number: new(big.Int).SetUint64(number), Difficulty: new(big.Int), BaseFee: big.NewInt(7),
		Time: number, Extra: []byte{n.branch}, GasLimit: 30e6,
	}
}

func (n *fakeNode) ChainId() hexutil.Uint64 { return hexutil.Uint64(n.id) }

func (n *fakeNode) GetBlockByNumber(number rpc.BlockNumber, _ bool) (*types.Header, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case number == rpc.LatestBlockNumber:
		return n.header(n.head), nil
	case number < 0:
		return nil, errors.New("finalized block not found")
	}
	return n.header(uint64(number)), nil
}

func (n *fakeNode) GetTransactionReceipt(tx common.Hash) (map[string]any, error) {
	switch tx[0] {
	case 1:
		return nil, nil
	case 2:
		return nil, errors.New("transaction indexing is in progress")
	}
	return map[string]any{
		"transactionHash": tx, "blockNumber": "0x5", "blockHash": common.Hash{5}, "status": "0x1", "gasUsed": "0x1",
		"cumulativeGasUsed": "0x1", "logs": []any{}, "logsBloom": types.Bloom{},
	}, nil
}

func (n *fakeNode) SendRawTransaction(hexutil.Bytes) (common.Hash, error) {
	return common.Hash{}, n.send
}

func (n *fakeNode) GetCode(common.Address, rpc.BlockNumberOrHash) hexutil.Bytes { return n.code }

func (n *fakeNode) Call(map[string]any, rpc.BlockNumberOrHash) (hexutil.Bytes, error) {
	return n.answer()
}

func (n *fakeNode) EstimateGas(map[string]any, rpc.BlockNumberOrHash) (hexutil.Uint64, error) {
	_, err := n.answer()
	return 50_000, err
}

func (n *fakeNode) set(edit func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	edit()
}

// serve puts the node behind HTTP; refuse makes the first requests fail.
func (n *fakeNode) serve(t *testing.T, refuse int) string {
	server := rpc.NewServer()
	require.NoError(t, server.RegisterName("eth", n))
	var mu sync.Mutex
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		refused := refuse > 0
		refuse--
		mu.Unlock()
		if refused {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		server.Stop()
		http.DefaultClient.CloseIdleConnections()
	})
	return front.URL
}

func dial(t *testing.T, n *fakeNode, cfg chain.Config) *chain.Client {
	t.Helper()
	cfg.URL, cfg.Logger = n.serve(t, 0), slog.New(slog.DiscardHandler)
	c, err := chain.Dial(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestDialTriesAgainAndChecksTheChain(t *testing.T) {
	n := &fakeNode{id: 5}
	quiet := slog.New(slog.DiscardHandler)
	c, err := chain.Dial(t.Context(), chain.Config{URL: n.serve(t, 2), ChainID: 5, Logger: quiet})
	require.NoError(t, err)
	require.EqualValues(t, 5, c.Profile().ID)
	c.Close()

	_, err = chain.Dial(t.Context(), chain.Config{URL: n.serve(t, 2), Attempts: 2, Logger: quiet})
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	_, err = chain.Dial(t.Context(), chain.Config{URL: n.serve(t, 0), ChainID: 6, Logger: quiet})
	require.ErrorIs(t, err, protocol.ErrConflict)
}

func TestHeadByTagAndByDepth(t *testing.T) {
	n := &fakeNode{id: 5, head: 20}
	number := func(c *chain.Client, tag chain.Tag) uint64 {
		h, err := c.Head(t.Context(), tag)
		require.NoError(t, err)
		return h.Number.Uint64()
	}
	byTag := dial(t, n, chain.Config{})
	require.EqualValues(t, 20, number(byTag, chain.Latest))
	require.Zero(t, number(byTag, chain.Finalized), "a chain without a final block answers with its first")
	byDepth := dial(t, n, chain.Config{Profile: &chain.Profile{FinalityDepth: 7}})
	require.EqualValues(t, 16, number(byDepth, chain.Safe))
	require.EqualValues(t, 13, number(byDepth, chain.Finalized))
	n.set(func() { n.head = 3 })
	require.Zero(t, number(byDepth, chain.Finalized))
}

// Over HTTP there is no subscription: heads come by asking, each change once,
// a reorg at the same height included.
func TestHeadsByPolling(t *testing.T) {
	n := &fakeNode{id: 5, head: 1}
	c := dial(t, n, chain.Config{})
	ctx, stop := context.WithCancel(t.Context())
	heads := c.Heads(ctx)
	require.EqualValues(t, 1, (<-heads).Number)
	n.set(func() { n.head = 3 })
	third := <-heads
	require.EqualValues(t, 3, third.Number)
	n.set(func() { n.branch = 1 })
	other := <-heads
	require.EqualValues(t, 3, other.Number)
	require.NotEqual(t, third.Hash, other.Hash)
	stop()
	for range heads {
		t.Error("a head after the end")
	}
}

func TestReceiptsTellIndexingFromMissing(t *testing.T) {
	c := dial(t, &fakeNode{id: 5}, chain.Config{})
	missing, fresh, there := common.Hash{1}, common.Hash{2}, common.Hash{3}
	r, err := c.Receipts(t.Context(), []common.Hash{missing, there})
	require.NoError(t, err)
	require.False(t, r.Indexing)
	require.Len(t, r.Found, 1)
	require.EqualValues(t, 5, r.Found[there].BlockNumber.Uint64())
	r, err = c.Receipts(t.Context(), []common.Hash{missing, fresh})
	require.NoError(t, err)
	require.True(t, r.Indexing)
	require.Empty(t, r.Found)
}

func TestSendOfWhatIsKnownIsNoError(t *testing.T) {
	n := &fakeNode{id: 5}
	c := dial(t, n, chain.Config{})
	for text, want := range map[string]error{
		"already known": nil,
		"nonce too low: next nonce 5, tx nonce 3":    nil,
		"replacement transaction underpriced":        protocol.ErrUnavailable,
		"insufficient funds for gas * price + value": protocol.ErrInsufficient,
		"txpool is full": protocol.ErrUnavailable,
		"max fee per gas less than block base fee: 7 vs 9": protocol.ErrUnavailable,
	} {
		n.send = errors.New(text)
		err := c.Send(t.Context(), []byte{2})
		if want == nil {
			require.NoError(t, err, text)
		} else {
			require.ErrorIs(t, err, want, text)
		}
	}
}

const testABI = `[
	{"type":"error","name":"ChannelClosed","inputs":[{"name":"channel","type":"bytes32"},{"name":"closesAt","type":"uint64"}]},
	{"type":"error","name":"ZeroAmount","inputs":[]},
	{"type":"function","name":"n","inputs":[],"outputs":[{"name":"","type":"uint256"}],"stateMutability":"view"}]`

func decoder(t *testing.T) (*chain.Decoder, abi.ABI) {
	t.Helper()
	parsed, err := abi.JSON(strings.NewReader(testABI))
	require.NoError(t, err)
	return chain.NewDecoder(map[string]*abi.ABI{"Market": &parsed, "Vault": &parsed}), parsed
}

// reverted is what nodes answer to a call that reverts.
type reverted struct{ data []byte }

func (r reverted) Error() string  { return "execution reverted" }
func (r reverted) ErrorCode() int { return 3 }
func (r reverted) ErrorData() any { return hexutil.Encode(r.data) }

func pack(t *testing.T, e abi.Error, args ...any) []byte {
	t.Helper()
	data, err := e.Inputs.Pack(args...)
	require.NoError(t, err)
	return append(e.ID[:4:4], data...)
}

func TestDecodeRevertData(t *testing.T) {
	d, parsed := decoder(t)
	closed := pack(t, parsed.Errors["ChannelClosed"], [32]byte{1}, uint64(7))
	word := func(n int64) []byte { return common.LeftPadBytes(big.NewInt(n).Bytes(), 32) }
	text := append(append(append(common.FromHex("08c379a0"), word(32)...), word(4)...), common.RightPadBytes([]byte("nope"), 32)...)
	for _, c := range []struct {
		data []byte
		want string
		kind error
	}{
		{closed, "Market/Vault.ChannelClosed(channel=0x0100000000000000000000000000000000000000000000000000000000000000, closesAt=7)", protocol.ErrExpired},
		{pack(t, parsed.Errors["ZeroAmount"]), "Market/Vault.ZeroAmount()", nil},
		{closed[:20], "Revert(" + hexutil.Encode(closed[:20]) + ")", protocol.ErrConflict},
		{text, `Error("nope")`, protocol.ErrConflict},
		{append(common.FromHex("4e487b71"), word(0x11)...), `Panic("arithmetic underflow or overflow")`, protocol.ErrInternal},
		{[]byte{1}, "Revert(0x01)", protocol.ErrConflict},
		{common.FromHex("deadbeef00"), "Revert(0xdeadbeef00)", protocol.ErrConflict},
	} {
		err := d.Decode(c.data)
		require.EqualError(t, err, c.want)
		if c.kind != nil {
			require.Equal(t, c.kind, protocol.Kind(err), c.want)
		}
		var typed *chain.ContractError
		require.ErrorAs(t, err, &typed)
		require.Equal(t, c.data, typed.RevertData())
	}
	require.NoError(t, d.Decode(nil))
}

func TestCallsAndSimulationsAreTyped(t *testing.T) {
	d, parsed := decoder(t)
	n := &fakeNode{id: 5}
	c := dial(t, n, chain.Config{Decoder: d})
	call := func() (*big.Int, error) {
		return chain.Call(t.Context(), c, common.Address{1}, nil, parsed.Methods["n"].ID, func(out []byte) (*big.Int, error) {
			values, err := parsed.Unpack("n", out)
			if err != nil {
				return nil, err
			}
			return values[0].(*big.Int), nil
		})
	}
	n.answer = func() ([]byte, error) { return common.LeftPadBytes([]byte{9}, 32), nil }
	v, err := call()
	require.NoError(t, err)
	require.EqualValues(t, 9, v.Int64())

	n.answer = func() ([]byte, error) { return nil, nil }
	_, err = call()
	require.ErrorIs(t, err, protocol.ErrNotFound, "no code there")
	n.code = []byte{1}
	_, err = call()
	require.ErrorIs(t, err, protocol.ErrInternal, "code that does not answer")

	for _, c := range []struct {
		err     error
		kind    error
		refused bool // by the EVM
	}{
		{reverted{pack(t, parsed.Errors["ChannelClosed"], [32]byte{1}, uint64(7))}, protocol.ErrExpired, true},
		{errors.New("execution reverted"), protocol.ErrConflict, true},
		{errors.New("invalid opcode: INVALID"), protocol.ErrConflict, true},
		{errors.New("gas required exceeds allowance (30000000)"), protocol.ErrConflict, true},
		{errors.New("insufficient funds for gas * price + value: address 0x"), protocol.ErrInsufficient, false},
		{errors.New("header not found"), protocol.ErrUnavailable, false},
	} {
		n.answer = func() ([]byte, error) { return nil, c.err }
		_, err := call()
		require.Equal(t, c.kind, protocol.Kind(err), "%v", c.err)
		_, err = simulate(t, dialTo(t, n, d))
		require.Equal(t, c.kind, protocol.Kind(err), "%v", c.err)
		var refusal interface{ RevertData() []byte }
		require.Equal(t, c.refused, errors.As(err, &refusal), "%v", c.err)
	}
}

func dialTo(t *testing.T, n *fakeNode, d *chain.Decoder) *chain.Client {
	t.Helper()
	return dial(t, n, chain.Config{Decoder: d})
}

func simulate(t *testing.T, c *chain.Client) (uint64, error) {
	t.Helper()
	gas, err := c.Simulate(t.Context(), ethereum.CallMsg{To: &common.Address{1}})
	if err != nil {
		err = fmt.Errorf("simulate: %w", err)
	}
	return gas, err
}
