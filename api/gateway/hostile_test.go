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

// A line that nobody takes must not be tried every few seconds for ever.
func TestFailingLinesAreTriedLessAndLess(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	n := start(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) { s.MisCount = 1 << 20 }})
	n.Gateway.SetNow(func() time.Time { return now })
	_, _, err := ask(t, n, nil)
	require.NoError(t, err)
	tries := 0
	for range 720 { // an hour of looking every five seconds
		left := n.MisCount
		_ = n.Gateway.PayDue(context.Background())
		if n.MisCount < left {
			tries++
		}
		now = now.Add(5 * time.Second)
	}
	require.Less(t, tries, 25)
	require.Greater(t, tries, 10)
	// A new receipt says that the provider lives.
	_, _, err = ask(t, n, nil)
	require.NoError(t, err)
	n.MisCount = 0
	require.NoError(t, n.Gateway.PayDue(context.Background()))
	require.Len(t, n.Vouchers(), 1)
}

// A name that was taken and never used comes back: at once while stopping, and after a
// crash by itself.
func TestNamesComeBack(t *testing.T) {
	n := start(t, relaytest.Options{Paused: true})
	ctx := context.Background()
	c := n.Chat()
	c.Name = "once"
	old := time.Now().Unix() - 3600
	held, err := n.Store.Gateway().Claim(ctx, store.Idempotency{KeyID: c.KeyID, Name: c.Name, BodyHash: c.BodyHash, CreatedAt: old, ExpiresAt: old + 1<<20})
	require.NoError(t, err)
	require.Nil(t, held)
	_, err = n.Gateway.Ask(ctx, c)
	require.Equal(t, gateway.CodeInProgress, code(t, err))
	require.NoError(t, n.Store.Gateway().Purge(ctx, time.Now().Unix()))
	a, err := n.Gateway.Ask(ctx, c)
	require.NoError(t, err)
	_, err = read(t, a)
	require.NoError(t, err)
	a.Close()

	stopped, stop := context.WithCancel(ctx)
	stop()
	require.NoError(t, n.Gateway.Run(stopped))
	c.Name = "twice"
	_, err = n.Gateway.Ask(ctx, c)
	require.Equal(t, gateway.CodeUnavailable, code(t, err))
	held, err = n.Store.Gateway().Claim(ctx, store.Idempotency{KeyID: c.KeyID, Name: c.Name, CreatedAt: old, ExpiresAt: old + 1<<20})
	require.NoError(t, err)
	require.Nil(t, held, "the name is free")
}

// A name that a clock ahead of ours dropped, and that another request took, buys nothing here:
// the client is told to ask again, and the name stays the other's.
func TestANameThatAnotherTookBuysNothing(t *testing.T) {
	ctx := context.Background()
	var n *relaytest.Net
	var c gateway.Chat
	now := time.Now().Unix()
	n = start(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) {
		s.Rematch = func(*wire.Match) {
			names := n.Store.Gateway()
			if err := names.Purge(ctx, now+3600); err != nil {
				t.Error(err)
			}
			if _, err := names.Claim(ctx, store.Idempotency{KeyID: c.KeyID, Name: c.Name, BodyHash: common.Hash{5}, CreatedAt: now, ExpiresAt: now + 1<<20}); err != nil {
				t.Error(err)
			}
		}
	}})
	c = n.Chat()
	c.Name = "once"
	_, err := n.Gateway.Ask(ctx, c)
	require.Equal(t, gateway.CodeInProgress, code(t, err))
	require.Zero(t, n.Answers())
}
