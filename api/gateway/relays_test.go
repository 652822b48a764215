package gateway_test

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// pair starts a gateway with two relayers; server changes the first before it starts.
func pair(t *testing.T, o relaytest.Options) (n *relaytest.Net, second *relaytest.Server) {
	o.Others = func(first *relaytest.Server) []string {
		second = first.Sibling(common.HexToAddress("0x5e"))
		url := second.Start()
		t.Cleanup(second.Close)
		return []string{url}
	}
	n = start(t, o)
	return n, second
}

func TestAnotherRelayerIsAskedForAMatch(t *testing.T) {
	for name, first := range map[string]func(*relaytest.Server){
		"nobody fits":         func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: wire.CodeNoProvider} },
		"unknown version":     func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: wire.CodeModelNotFound} },
		"stopping":            func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: wire.CodeUnavailable} },
		"a proxy's answer":    func(s *relaytest.Server) { s.NoMatch = &wire.Failure{} },
		"matches for another": func(s *relaytest.Server) { s.Matcher = common.HexToAddress("0x5e") },
	} {
		t.Run(name, func(t *testing.T) {
			n, second := pair(t, relaytest.Options{Paused: true, Server: first})
			for range 2 {
				text, a, err := ask(t, n, nil)
				require.NoError(t, err)
				require.Equal(t, "Hello there, friend.", text)
				require.Equal(t, store.GenerationDelivered, stored(t, n, a).State)
			}
			require.Zero(t, n.Answers())
			require.Equal(t, 2, second.Answers())
			// Vouchers go where the receipts came from.
			require.NoError(t, n.Gateway.Flush(context.Background()))
			require.Empty(t, n.Vouchers())
			require.NotEmpty(t, second.Vouchers())
			require.Equal(t, second.Relayer, second.Vouchers()[0].Relayer)
		})
	}
}

// A relayer that is gone costs one attempt, not one for every request.
func TestRelayerThatIsGoneIsAskedLast(t *testing.T) {
	n, second := pair(t, relaytest.Options{Paused: true})
	n.Server.Close()
	for range 3 {
		_, _, err := ask(t, n, nil)
		require.NoError(t, err)
	}
	require.Equal(t, 3, second.Answers())
	offers, err := n.Relays().Offers(context.Background())
	require.NoError(t, err)
	require.Len(t, offers, 2)
	info, err := n.Relays().Info(context.Background())
	require.NoError(t, err)
	require.Equal(t, second.Relayer, info.Relayer)
}

// What only money or the request itself can heal is not taken from relayer to relayer, and
// what all of them say is told as the first that answered said it.
func TestNotEveryRefusalIsTakenElsewhere(t *testing.T) {
	n, second := pair(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) {
		s.NoMatch = &wire.Failure{Code: wire.CodeChannel, Needed: protocol.NewAmount(5)}
	}})
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeFunds, code(t, err))
	require.Zero(t, second.Matches())

	n, second = pair(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: wire.CodeNoProvider} }})
	second.Close()
	_, _, err = ask(t, n, nil)
	require.Equal(t, gateway.CodeNoProvider, code(t, err))
}

// Once a request is signed it stays with its relayer, whatever happens to its stream.
func TestRequestIsNeverAtTwoRelayers(t *testing.T) {
	for name, server := range map[string]func(*relaytest.Server){
		"cut stream":         func(s *relaytest.Server) { s.Cut = 3 },
		"vanished provider":  func(s *relaytest.Server) { s.Providers[0].Vanish = 2 },
		"submission refused": func(s *relaytest.Server) { s.LeaseGone = true },
	} {
		t.Run(name, func(t *testing.T) {
			n, second := pair(t, relaytest.Options{Paused: true, Server: server})
			_, _, _ = ask(t, n, nil) // answered or not
			require.Equal(t, 1, n.Matches())
			require.Zero(t, second.Matches())
			require.Zero(t, second.Answers())
		})
	}
}

// An answer that a crash left open is looked for at the relayer that has it.
func TestOpenAnswerIsPickedUpWhereItIs(t *testing.T) {
	step := make(chan struct{})
	n, second := pair(t, relaytest.Options{DatabaseURL: "sqlite:" + t.TempDir() + "/gateway.db", Paused: true,
		Server: func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: wire.CodeNoProvider} }})
	second.Providers[0].Step = step
	go func() { step <- struct{}{} }()
	a, err := n.Gateway.Ask(context.Background(), n.Chat())
	require.NoError(t, err)
	defer a.Close()
	g, err := gateway.New(gateway.Config{Domain: n.Domain, Delegate: relaytest.DelegateKey()},
		gateway.Deps{Store: n.Store.Gateway(), Relays: n.Relays(), Chain: n.Chain, Models: n})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error)
	go func() { ran <- g.Run(ctx) }()
	close(step)
	require.Eventually(t, func() bool { return len(second.Vouchers()) == 1 }, 10*time.Second, time.Millisecond)
	stop()
	require.NoError(t, <-ran)
	require.Empty(t, n.Vouchers())
}
