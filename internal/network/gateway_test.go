package network

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

var (
	tokenAt  = common.HexToAddress("0x70")
	marketAt = common.HexToAddress("0x3a")
)

// tokenOf is code of a token as far as it describes itself: its symbol, and its decimals
// to whatever else it is asked.
func tokenOf(decimals byte) []byte {
	word := func(b ...byte) []byte { return common.LeftPadBytes(b, 32) }
	answer := append(append(word(32), word(3)...), common.RightPadBytes([]byte("TKN"), 32)...)
	head := program.New().Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push([]byte{0x95, 0xd8, 0x9b, 0x41}).Op(vm.EQ)
	number := program.New().Push(decimals).Push0().Op(vm.MSTORE).Return(0, 32).Bytes()
	head.Push(head.Size() + 3 + len(number)).Op(vm.JUMPI) // PUSH1 x, JUMPI
	return head.Append(number).Op(vm.JUMPDEST).Mstore(answer, 0).Return(0, 96).Bytes()
}

// onChain returns a deployment's chain whose token has that many decimals; nothing else
// of the deployment is there. More accounts may have code from the start.
func onChain(t *testing.T, decimals byte, more types.GenesisAlloc) (*Chain, *devchain.Chain) {
	t.Helper()
	alloc := devchain.Prefund(3)
	alloc[tokenAt] = types.Account{Code: tokenOf(decimals)}
	for at, account := range more {
		alloc[at] = account
	}
	dev, err := devchain.Open(devchain.Config{Manual: true, Alloc: alloc, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	client, err := chain.Dial(t.Context(), chain.Config{URL: dev.HTTP(), ChainID: devchain.ChainID, Attempts: 1, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		require.NoError(t, dev.Close())
	})
	return &Chain{Client: client, Reader: contracts.NewReader(client, contracts.Addresses{Token: tokenAt, Market: marketAt})}, dev
}

// apiOn makes an API on a chain, with an empty index and a relayer.
func apiOn(t *testing.T, c *Chain, relayer string) http.Handler {
	t.Helper()
	st, err := store.Open(t.Context(), "sqlite::memory:")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	net, err := st.Network(t.Context(), store.Deployment{ChainID: devchain.ChainID, Market: marketAt, StartBlock: 1})
	require.NoError(t, err)
	rdb := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { require.NoError(t, rdb.Close()) })
	server, err := c.API(t.Context(), APIOptions{Relayers: []string{relayer}, URL: "http://api.test", Delegate: devchain.Key(1)},
		st, net, NewCatalog(net, nil), rdb, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return server.Handler()
}

// answered asks a handler and reads its answer into a value.
func answered(t *testing.T, handler http.Handler, status int, method, path, body string, into any) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	require.Equal(t, status, w.Code, w.Body)
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), into))
}

// What the API says of money is in units of the deployment's own token.
func TestAPIShowsTheTokensDecimals(t *testing.T) {
	c, _ := onChain(t, 18, nil)
	const unit = 1_000_000_000_000_000_000
	version := common.Hash{7}
	relay := &relaytest.Server{Domain: c.Reader.Domain(), Relayer: common.HexToAddress("0x4e"), Version: version, Class: protocol.ClassSampled,
		Providers: []*relaytest.Provider{{Owner: common.HexToAddress("0xb0"), Operator: devchain.Key(2), PriceIn: 3 * unit, PriceOut: 6 * unit}}}
	url := relay.Start()
	t.Cleanup(relay.Close)
	handler := apiOn(t, c, url)
	get := func(path string, into any) { t.Helper(); answered(t, handler, 200, "GET", path, "", into) }

	var about struct {
		Data struct {
			Asset    common.Address
			Decimals int
		}
	}
	get("/v1/network", &about)
	require.Equal(t, tokenAt, about.Data.Asset)
	require.Equal(t, 18, about.Data.Decimals)

	var offers struct {
		Data []struct {
			Price struct{ Prompt, Completion string }
			Cost  struct {
				Amount    string
				BaseUnits string `json:"base_units"`
				Decimals  int
			}
		}
	}
	get("/v1/market/offers?prompt_tokens=1000&output_tokens=500", &offers)
	require.Len(t, offers.Data, 1)
	// Three tokens a million, and six: 0.003 for a thousand in, 0.003 for five hundred out.
	require.Equal(t, "0.006000000000000000", offers.Data[0].Cost.Amount)
	require.Equal(t, "6000000000000000", offers.Data[0].Cost.BaseUnits)
	require.Equal(t, 18, offers.Data[0].Cost.Decimals)
	require.Equal(t, "0.000003", offers.Data[0].Price.Prompt)
	require.Equal(t, "0.000006", offers.Data[0].Price.Completion)
}
