package testsys

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
)

// The story told to a network in one process. It does not run beside other tests:
// it counts goroutines.
func TestStoryInOneProcess(t *testing.T) {
	before := goleak.IgnoreCurrent()
	n, err := network.Up(t.Context(), network.Config{Data: t.TempDir(), Log: quiet()})
	require.NoError(t, err)
	open := true
	defer func() {
		if open {
			n.Close()
		}
	}()
	w := world(t, n.Chain, n.APIURL, n.LaneOf, n.Proven)
	w.Requester = devchain.Key(network.AccountRequester)

	type told struct {
		facts story.Facts
		err   error
	}
	end := make(chan told, 1)
	go func() {
		facts, err := story.Tell(t.Context(), w)
		end <- told{facts, err}
	}()
	// Beside it somebody else asks for what cannot be had: that costs nobody.
	t.Run("refusals", func(t *testing.T) { refusals(t, n) })
	got := <-end
	require.NoError(t, got.err)
	checkFacts(t, n.Chain, got.facts)
	nothingTwice(t, n.Chain)
	require.NoError(t, n.Close())
	open = false
	http.DefaultClient.CloseIdleConnections()
	// The node's library has two kinds that nobody can end: a pool of the process, and
	// one that ends by itself within half a minute.
	require.NoError(t, goleak.Find(before, goleak.IgnoreTopFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
		goleak.IgnoreTopFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain")))
}

// refusals asks for what must be refused, each by name.
func refusals(t *testing.T, n *network.Network) {
	v := &visitor{t: t, base: n.APIURL, key: poorKey(t, n)}
	model, hello := demo.Name+"@1", "hello"
	t.Run("no funds", func(t *testing.T) {
		v := &visitor{t: t, base: v.base, key: v.key}
		status, a := v.ask(chat(model, hello))
		require.Equal(t, http.StatusPaymentRequired, status, "%+v", a.Error)
		require.Equal(t, "channel_insufficient", a.Error.Code)
		lacking, ok := a.Error.Metadata["missing"].(map[string]any)
		require.True(t, ok, "%+v", a.Error)
		require.Equal(t, "100", lacking["left"], "%+v", a.Error)
		require.NotEqual(t, "0", lacking["needed"])
		require.Contains(t, lacking["how_to_fund"], "top up")
	})
	t.Run("who has no key", func(t *testing.T) {
		v := &visitor{t: t, base: n.APIURL}
		status, a := v.ask(chat(model, hello))
		require.Equal(t, http.StatusUnauthorized, status)
		require.NotNil(t, a.Error)
	})
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
		words  string
	}{
		"malformed JSON":      {`{"model": "` + model + `", "messages": [`, 400, "invalid_request", ""},
		"unknown model":       {chat("nobody-made-this", hello), 404, "model_not_found", "nobody-made-this"},
		"over-long prompt":    {chat(model, strings.Repeat("once upon a time ", 2000)), 400, "context_length_exceeded", ""},
		"top_p on proven":     {chat(model, hello, map[string]any{"top_p": 0.5}), 400, "unsupported_parameter", "top_p"},
		"no message":          {map[string]any{"model": model, "messages": []any{}}, 400, "invalid_request", ""},
		"no such temperature": {chat(model, hello, map[string]any{"temperature": -1}), 400, "invalid_request", "temperature"},
	} {
		t.Run(name, func(t *testing.T) {
			v := &visitor{t: t, base: v.base, key: v.key}
			status, a := v.ask(c.body)
			require.NotNil(t, a.Error)
			require.Equal(t, c.status, status, "%+v", a.Error)
			require.Equal(t, c.code, a.Error.Code, "%+v", a.Error)
			require.Contains(t, a.Error.Message+a.Error.Param, c.words)
			require.NotEmpty(t, a.Error.Message)
		})
	}
}

// poorKey makes a key whose channel holds next to nothing.
func poorKey(t *testing.T, n *network.Network) string {
	at, me, cents := n.Chain.Reader.Addresses(), devchain.Address(stranger), protocol.NewAmount(100)
	now, err := n.Chain.Reader.Now(t.Context())
	require.NoError(t, err)
	require.NoError(t, network.SubmitAll(t.Context(), n.Lane(stranger), at.Mint(me, cents, common.Hash{}), at.Approve(at.Vault, cents, common.Hash{}),
		at.Deposit(me, cents, common.Hash{}), at.OpenChannel(devchain.Address(gatewayKey), cents, now+3600, common.Hash{})))
	key, err := n.CreateKey(t.Context(), stranger, channelOf(t, n.Chain, me))
	require.NoError(t, err)
	return key
}
