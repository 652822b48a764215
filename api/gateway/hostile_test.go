package gateway_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
)

func requireNothingDue(t *testing.T, n *relaytest.Net) {
	t.Helper()
	require.NoError(t, n.Gateway.Flush(context.Background()))
	require.Empty(t, n.Vouchers())
	spent, err := n.Store.Gateway().SpentOf(context.Background(), n.Key.Channel)
	require.NoError(t, err)
	require.True(t, spent.Spent.IsZero() && spent.Held.IsZero())
}

// A provider that signs for nothing at all must not earn the prompt's fee.
func TestReceiptOfNoTokensIsNotPaid(t *testing.T) {
	for _, class := range []protocol.Class{protocol.ClassProven, protocol.ClassSampled} {
		t.Run(class.String(), func(t *testing.T) {
			n := start(t, relaytest.Options{Class: class, Server: func(s *relaytest.Server) {
				s.Providers[0].Nothing = true
			}})
			_, _, err := ask(t, n, nil)
			require.Equal(t, gateway.CodeProvider, code(t, err))
			requireNothingDue(t, n)
		})
	}
}

// In class sampled nobody can recount, but a token has at least one byte.
func TestMoreTokensThanBytesAreNotPaid(t *testing.T) {
	n := start(t, relaytest.Options{Class: protocol.ClassSampled, Server: func(s *relaytest.Server) {
		s.Providers[0].Inflate = 18 // three were said, in 20 bytes
	}})
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeProvider, code(t, err))
	requireNothingDue(t, n)
}

// A provider that says it holds nothing makes a line's receipts come again; a list that
// no relayer takes must not wedge the line.
func TestLongLineSurvivesAWrongCount(t *testing.T) {
	n := start(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) { s.MaxAdded = 3 }})
	n.Gateway.SetRepeat(3)
	ctx := context.Background()
	for range 5 {
		_, _, err := ask(t, n, nil)
		require.NoError(t, err)
		require.NoError(t, n.Gateway.Flush(ctx))
	}
	_, _, err := ask(t, n, nil)
	require.NoError(t, err)
	n.MisCount = 1
	_ = n.Gateway.Flush(ctx) // refused at first
	require.NoError(t, n.Gateway.Flush(ctx))
	vouchers := n.Vouchers()
	require.EqualValues(t, 6, vouchers[len(vouchers)-1].Count)
}
