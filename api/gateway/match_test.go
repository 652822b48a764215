package gateway_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// resign makes a match's offer one that its provider signed after all.
func resign(t *testing.T, n *relaytest.Net, by *relaytest.Provider, m *wire.Match) {
	t.Helper()
	signature, err := n.Domain.Sign(by.Operator, m.Offer.Offer)
	require.NoError(t, err)
	m.Offer.Signature = signature
}

// A gateway signs for no match that its relayer made up, or that the request excludes:
// nothing is submitted, and nothing is held.
func TestMatchesOfALyingRelayer(t *testing.T) {
	stranger, err := crypto.GenerateKey()
	require.NoError(t, err)
	price := func(p uint64) *protocol.Amount { a := protocol.NewAmount(p); return &a }
	for name, c := range map[string]struct {
		says    string
		rematch func(n *relaytest.Net, m *wire.Match)
		ask     func(n *relaytest.Net, c *gateway.Chat)
	}{
		"another version": {says: "another model version", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.ModelVersion = common.Hash{0x78}
			resign(t, n, n.Providers[0], m)
		}},
		"dearer prompt": {says: "dearer", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.PriceIn = protocol.NewAmount(100_001)
			resign(t, n, n.Providers[0], m)
		}, ask: func(_ *relaytest.Net, c *gateway.Chat) { c.Routing.MaxPriceIn = price(100_000) }},
		"dearer answer": {says: "dearer", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.PriceOut = protocol.NewAmount(2_000_001)
			resign(t, n, n.Providers[0], m)
		}, ask: func(_ *relaytest.Net, c *gateway.Chat) { c.Routing.MaxPriceOut = price(2_000_000) }},
		"ignored provider": {says: "excludes", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.Provider = n.Providers[0].Owner
			resign(t, n, n.Providers[0], m)
		}, ask: func(n *relaytest.Net, c *gateway.Chat) { c.Routing.Ignore = []common.Address{n.Providers[0].Owner} }},
		"none of the only ones": {says: "excludes", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.Provider = n.Providers[0].Owner
			resign(t, n, n.Providers[0], m)
		}, ask: func(n *relaytest.Net, c *gateway.Chat) { c.Routing.Only = []common.Address{n.Providers[1].Owner} }},
		"none of the order": {says: "excludes", rematch: func(n *relaytest.Net, m *wire.Match) {
			m.Offer.Offer.Provider = n.Providers[0].Owner
			resign(t, n, n.Providers[0], m)
		}, ask: func(n *relaytest.Net, c *gateway.Chat) {
			c.Routing.Order, c.Routing.AllowFallbacks = []common.Address{n.Providers[1].Owner}, false
		}},
		"price changed after": {says: "not found", rematch: func(_ *relaytest.Net, m *wire.Match) { m.Offer.Offer.PriceOut = protocol.NewAmount(3_000_000) }},
		"no signature":        {says: "signature", rematch: func(_ *relaytest.Net, m *wire.Match) { m.Offer.Signature = nil }},
		"nobody's operator": {says: "not found", rematch: func(n *relaytest.Net, m *wire.Match) {
			resign(t, n, &relaytest.Provider{Operator: stranger}, m)
		}},
		"another provider's operator": {says: "who signs for", rematch: func(n *relaytest.Net, m *wire.Match) { resign(t, n, n.Providers[1], m) }},
	} {
		t.Run(name, func(t *testing.T) {
			var n *relaytest.Net
			n = start(t, relaytest.Options{Server: func(s *relaytest.Server) {
				s.Rematch = func(m *wire.Match) { c.rematch(n, m) }
			}})
			_, _, err := ask(t, n, func(chat *gateway.Chat) {
				if c.ask != nil {
					c.ask(n, chat)
				}
			})
			require.Equal(t, gateway.CodeProvider, code(t, err))
			require.ErrorContains(t, err, "cannot be trusted")
			require.ErrorContains(t, err, c.says)
			require.Equal(t, 1, n.Matches())
			require.Zero(t, n.Answers(), "nothing was signed")
			requireNothingDue(t, n)
		})
	}
}

// What the request allows to the unit is allowed, and what the request does not bound.
func TestMatchesAtTheBoundArePaid(t *testing.T) {
	n := start(t, relaytest.Options{})
	in, out := protocol.NewAmount(100_000), protocol.NewAmount(2_000_000)
	_, a, err := ask(t, n, func(c *gateway.Chat) {
		c.Routing.MaxPriceIn, c.Routing.MaxPriceOut = &in, &out
		c.Routing.Only = []common.Address{n.Providers[1].Owner}
		c.Routing.Ignore = []common.Address{n.Providers[0].Owner}
	})
	require.NoError(t, err)
	require.Equal(t, n.Providers[1].Owner, a.Info().Provider)
}

// A chain that cannot be asked who signs says nothing about the relayer.
func TestChainThatIsAwayIsNoLie(t *testing.T) {
	var n *relaytest.Net
	n = start(t, relaytest.Options{Server: func(s *relaytest.Server) {
		s.Rematch = func(*wire.Match) { n.Chain.SetDown(true) }
	}})
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeUnavailable, code(t, err))
	require.Zero(t, n.Answers())
	requireNothingDue(t, n)
}
