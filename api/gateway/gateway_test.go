package gateway_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

func start(t *testing.T, o relaytest.Options) *relaytest.Net {
	t.Helper()
	n, err := relaytest.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Close()) })
	return n
}

func read(t *testing.T, a *gateway.Answer) (string, error) {
	t.Helper()
	var b strings.Builder
	for {
		piece, err := a.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return b.String(), err
		}
		b.WriteString(piece)
	}
}

func ask(t *testing.T, n *relaytest.Net, edit func(*gateway.Chat)) (string, *gateway.Answer, error) {
	t.Helper()
	c := n.Chat()
	if edit != nil {
		edit(&c)
	}
	a, err := n.Gateway.Ask(context.Background(), c)
	if err != nil {
		return "", nil, err
	}
	defer a.Close()
	text, err := read(t, a)
	return text, a, err
}

func code(t *testing.T, err error) gateway.Code {
	t.Helper()
	var e *gateway.Error
	require.True(t, errors.As(err, &e), "%v", err)
	return e.Code
}

func stored(t *testing.T, n *relaytest.Net, a *gateway.Answer) *store.Generation {
	t.Helper()
	gen, err := n.Store.Gateway().GenerationByHash(context.Background(), a.Info().Hash)
	require.NoError(t, err)
	return gen
}

func TestAnswerIsCheckedStoredAndPaid(t *testing.T) {
	for _, class := range []protocol.Class{protocol.ClassProven, protocol.ClassSampled} {
		t.Run(class.String(), func(t *testing.T) {
			n := start(t, relaytest.Options{Class: class})
			text, a, err := ask(t, n, nil)
			require.NoError(t, err)
			require.Equal(t, "Hello there, friend.", text)
			require.Equal(t, "stop", a.Result().FinishReason)

			gen := stored(t, n, a)
			require.Equal(t, store.GenerationDelivered, gen.State)
			b, err := n.Gateway.Bundle(gen)
			require.NoError(t, err)
			report, err := b.Verify()
			require.NoError(t, err)
			require.Equal(t, n.Gateway.Delegate(), report.Delegate)

			require.NoError(t, n.Gateway.Flush(context.Background()))
			vouchers := n.Vouchers()
			require.Len(t, vouchers, 1)
			require.Equal(t, gen.Fee, vouchers[0].Total)
			_, held, err := n.Gateway.LineOf(context.Background(), stored(t, n, a))
			require.NoError(t, err)
			require.True(t, held)
		})
	}
}

func TestLengthAndContext(t *testing.T) {
	n := start(t, relaytest.Options{})
	text, a, err := ask(t, n, func(c *gateway.Chat) { c.MaxTokens = 5 })
	require.NoError(t, err)
	require.Equal(t, "Hello", text)
	require.Equal(t, "length", a.Result().FinishReason)
	_, _, err = ask(t, n, func(c *gateway.Chat) { c.Text = strings.Repeat("x", 600) })
	require.Equal(t, gateway.CodeContext, code(t, err))
	require.Equal(t, 1, n.Matches(), "refused before matching")
}

func TestStopStringCutsAndCancels(t *testing.T) {
	step := make(chan struct{})
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }})
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for range len("Hello there") {
			step <- struct{}{}
		}
	}()
	text, a, err := ask(t, n, func(c *gateway.Chat) { c.Stop = []string{"zzz", " there"} })
	<-fed
	require.NoError(t, err)
	require.Equal(t, "Hello", text)
	require.Equal(t, "stop", a.Result().FinishReason)
	require.Equal(t, protocol.FinishCancelled, a.Result().Finish)
	require.Equal(t, uint32(len("Hello there")), a.Result().OutputTokens, "what arrived is what is billed")
}

func TestLyingProviderIsNotPaid(t *testing.T) {
	other := relaytest.Ids("x")
	for name, lie := range map[string]func(*relaytest.Provider){
		"fee above the rule": func(p *relaytest.Provider) {
			p.Lie = func(r *protocol.Receipt) { r.Fee, _ = r.Fee.Add(protocol.NewAmount(1)) }
		},
		"other root":    func(p *relaytest.Provider) { p.Lie = func(r *protocol.Receipt) { r.OutputRoot[0] ^= 1 } },
		"more tokens":   func(p *relaytest.Provider) { p.Lie = func(r *protocol.Receipt) { r.OutputTokens++ } },
		"other request": func(p *relaytest.Provider) { p.Lie = func(r *protocol.Receipt) { r.RequestHash[0] ^= 1 } },
		"other provider": func(p *relaytest.Provider) {
			p.Lie = func(r *protocol.Receipt) { r.Provider = common.HexToAddress("0xb1") }
		},
		"finish":         func(p *relaytest.Provider) { p.Lie = func(r *protocol.Receipt) { r.Finish = protocol.FinishLength } },
		"no trace":       func(p *relaytest.Provider) { p.Lie = func(r *protocol.Receipt) { r.TraceRoot = common.Hash{} } },
		"torn signature": func(p *relaytest.Provider) { p.Forge = func(d *wire.Done) { d.Signature[3] ^= 1 } },
		"edited after":   func(p *relaytest.Provider) { p.Forge = func(d *wire.Done) { d.Receipt.Seq++ } },
		"other output": func(p *relaytest.Provider) {
			p.Forge = func(d *wire.Done) { d.Output = other }
			p.Lie = func(r *protocol.Receipt) { r.OutputRoot[0] ^= 1 }
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { lie(s.Providers[0]) }})
			text, _, err := ask(t, n, nil)
			require.Equal(t, gateway.CodeProvider, code(t, err))
			require.Equal(t, "Hello there, friend.", text, "what arrived was shown, its end was not")
			require.NoError(t, n.Gateway.Flush(context.Background()))
			require.Empty(t, n.Vouchers())
			spent, err := n.Store.Gateway().SpentOf(context.Background(), n.Key.Channel)
			require.NoError(t, err)
			require.True(t, spent.Spent.IsZero() && spent.Held.IsZero())
		})
	}
}

func TestVanishedProviderIsNotPaid(t *testing.T) {
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Vanish = 3 }})
	text, _, err := ask(t, n, nil)
	require.Equal(t, "Hel", text)
	require.Equal(t, gateway.CodeProvider, code(t, err))
	require.NoError(t, n.Gateway.Flush(context.Background()))
	require.Empty(t, n.Vouchers())
}

func TestCutStreamIsResumed(t *testing.T) {
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Cut = 7 }})
	text, _, err := ask(t, n, nil)
	require.NoError(t, err)
	require.Equal(t, "Hello there, friend.", text)
	require.Equal(t, 1, n.Answers())
}

func TestLostVouchersAreSentAgainAndOnce(t *testing.T) {
	n := start(t, relaytest.Options{Paused: true, Server: func(s *relaytest.Server) { s.LosePay, s.LosePaid = 1, 1 }})
	for range 3 {
		_, _, err := ask(t, n, nil)
		require.NoError(t, err)
	}
	ctx := context.Background()
	require.ErrorIs(t, n.Gateway.Flush(ctx), protocol.ErrUnavailable, "lost on the way there")
	require.ErrorIs(t, n.Gateway.Flush(ctx), protocol.ErrUnavailable, "lost on the way back")
	_, _, err := ask(t, n, nil)
	require.NoError(t, err)
	require.NoError(t, n.Gateway.Flush(ctx))
	vouchers := n.Vouchers()
	require.Len(t, vouchers, 2)
	require.Equal(t, uint64(3), vouchers[0].Count)
	require.Equal(t, uint64(4), vouchers[1].Count)
	require.NoError(t, n.Gateway.Flush(ctx))
	require.Len(t, n.Vouchers(), 2, "nothing left to say")
}

func TestProviderThatForgotVouchersGetsItsReceiptsAgain(t *testing.T) {
	n := start(t, relaytest.Options{Paused: true})
	ctx := context.Background()
	for range 2 {
		_, _, err := ask(t, n, nil)
		require.NoError(t, err)
		require.NoError(t, n.Gateway.Flush(ctx))
	}
	n.Forget()
	_, _, err := ask(t, n, nil)
	require.NoError(t, err)
	require.NoError(t, n.Gateway.Flush(ctx))
	vouchers := n.Vouchers()
	require.Equal(t, uint64(3), vouchers[len(vouchers)-1].Count)
}

func TestClientThatLeavesGetsOneCancelledReceipt(t *testing.T) {
	step := make(chan struct{})
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }})
	c := n.Chat()
	c.Stream = true
	go func() { step <- struct{}{}; step <- struct{}{} }()
	a, err := n.Gateway.Ask(context.Background(), c)
	require.NoError(t, err)
	for range 2 {
		_, err = a.Next(context.Background())
		require.NoError(t, err)
	}
	a.Close()
	_, err = read(t, a)
	require.NoError(t, err)
	gen := stored(t, n, a)
	require.Equal(t, "cancelled", gen.FinishReason)
	require.Equal(t, int64(2), gen.OutputTokens)
	require.NoError(t, n.Gateway.Flush(context.Background()))
	require.Len(t, n.Vouchers(), 1)
	require.Equal(t, gen.Fee, n.Vouchers()[0].Total)
}

func TestRetryJoinsTheSameAnswer(t *testing.T) {
	step := make(chan struct{})
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }, Config: func(c *gateway.Config) { c.OrphanGrace = time.Hour }})
	ctx, gone := context.WithCancel(context.Background())
	first := make(chan error)
	go func() { _, err := n.Gateway.Ask(ctx, n.Chat()); first <- err }()
	require.Eventually(t, func() bool { return n.Answers() == 1 }, 10*time.Second, time.Millisecond)
	gone()
	require.Error(t, <-first, "the connection was cut before the first token")
	close(step)
	text, a, err := ask(t, n, func(c *gateway.Chat) { c.Retry = true })
	require.NoError(t, err)
	require.Equal(t, "Hello there, friend.", text)
	require.False(t, a.Info().Replayed)
	text, b, err := ask(t, n, func(c *gateway.Chat) { c.Retry = true })
	require.NoError(t, err)
	require.Equal(t, "Hello there, friend.", text)
	require.Equal(t, a.Info().Hash, b.Info().Hash, "a lost answer is shown again, not bought again")
	require.Equal(t, 1, n.Answers())
	_, _, err = ask(t, n, func(c *gateway.Chat) { c.Retry, c.BodyHash = true, common.Hash{2} })
	require.NoError(t, err)
	require.Equal(t, 2, n.Answers())
}

func TestIdempotencyName(t *testing.T) {
	step := make(chan struct{})
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.Providers[0].Step = step }})
	named := func(body byte) func(*gateway.Chat) {
		return func(c *gateway.Chat) { c.Name, c.BodyHash = "n", common.Hash{body} }
	}
	c := n.Chat()
	named(1)(&c)
	ctx, gone := context.WithCancel(context.Background())
	first := make(chan error)
	go func() { _, err := n.Gateway.Ask(ctx, c); first <- err }()
	require.Eventually(t, func() bool { return n.Answers() == 1 }, 10*time.Second, time.Millisecond)
	_, _, err := ask(t, n, named(1))
	require.Equal(t, gateway.CodeInProgress, code(t, err))
	_, _, err = ask(t, n, named(2))
	require.Equal(t, gateway.CodeMismatch, code(t, err))
	gone()
	<-first
	close(step)
	n.WaitEnded(1)
	var text string
	require.Eventually(t, func() bool { text, _, err = ask(t, n, named(1)); return err == nil }, 10*time.Second, time.Millisecond)
	require.Equal(t, "Hello there, friend.", text, "a named answer is finished although its client left")
	require.Equal(t, 1, n.Answers())
}

func TestFailedNameMayBeUsedAgain(t *testing.T) {
	n := start(t, relaytest.Options{Server: func(s *relaytest.Server) { s.NoMatch = &wire.Failure{Code: "no_provider_fits"} }})
	for range 2 {
		_, _, err := ask(t, n, func(c *gateway.Chat) { c.Name = "n" })
		require.Equal(t, gateway.CodeNoProvider, code(t, err))
	}
	require.Equal(t, 2, n.Matches())
}

func TestMoneyIsMissing(t *testing.T) {
	n := start(t, relaytest.Options{})
	ch := gateway.Channel{Requester: n.Key.Account, Delegate: n.Server.Delegate, Deposit: protocol.NewAmount(1_000_000_000), Expiry: 1 << 40}
	for name, edit := range map[string]func(*gateway.Channel){
		"no room":        func(c *gateway.Channel) { c.Deposit = protocol.NewAmount(10) },
		"paid out":       func(c *gateway.Channel) { c.Paid = c.Deposit },
		"closing":        func(c *gateway.Channel) { c.Closing = true },
		"expired":        func(c *gateway.Channel) { c.Expiry = 1 },
		"other delegate": func(c *gateway.Channel) { c.Delegate = common.Address{1} },
		"other owner":    func(c *gateway.Channel) { c.Requester = common.Address{1} },
	} {
		edited := ch
		edit(&edited)
		n.Chain.SetChannel(n.Key.Channel, edited)
		_, _, err := ask(t, n, nil)
		require.Equal(t, gateway.CodeFunds, code(t, err), name)
		var e *gateway.Error
		require.True(t, errors.As(err, &e))
		require.NotEmpty(t, e.Missing.HowToFund, name)
	}
	n.Chain.SetDown(true)
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeUnavailable, code(t, err))
	require.Zero(t, n.Answers())
}

func TestCrashLosesNoAnswer(t *testing.T) {
	url := "sqlite:" + t.TempDir() + "/gateway.db"
	step := make(chan struct{})
	old, err := relaytest.New(relaytest.Options{DatabaseURL: url, Paused: true, Server: func(s *relaytest.Server) { s.Providers[0].Step = step }})
	require.NoError(t, err)
	c := old.Chat()
	go func() { step <- struct{}{} }()
	a, err := old.Gateway.Ask(context.Background(), c)
	require.NoError(t, err)
	hash := a.Info().Hash
	gen, err := old.Store.Gateway().GenerationByHash(context.Background(), hash)
	require.NoError(t, err)
	require.Equal(t, store.GenerationSubmitted, gen.State)

	// A second gateway over the same relayer and database finds the open answer.
	g, err := gateway.New(gateway.Config{Domain: old.Domain, Delegate: relaytest.DelegateKey()}, gateway.Deps{Store: old.Store.Gateway(), Relays: old.Relays(), Chain: old.Chain, Models: old})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error)
	go func() { ran <- g.Run(ctx) }()
	close(step)
	require.Eventually(t, func() bool {
		gen, err = old.Store.Gateway().GenerationByHash(context.Background(), hash)
		return err == nil && gen.State == store.GenerationDelivered
	}, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return len(old.Vouchers()) == 1 }, 10*time.Second, time.Millisecond)
	stop()
	require.NoError(t, <-ran)
	_, err = read(t, a) // the first gateway stored the same receipt, or found it stored
	require.NoError(t, err)
	a.Close()
	spent, err := old.Store.Gateway().SpentOf(context.Background(), old.Key.Channel)
	require.NoError(t, err)
	require.Equal(t, gen.Fee, spent.Spent)
	require.NoError(t, old.Close())
}

func TestTimeouts(t *testing.T) {
	n := start(t, relaytest.Options{Config: func(c *gateway.Config) { c.FirstToken = time.Millisecond },
		Server: func(s *relaytest.Server) { s.Providers[0].Step = make(chan struct{}) }})
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeFirstToken, code(t, err))
	spent, err := n.Store.Gateway().SpentOf(context.Background(), n.Key.Channel)
	require.NoError(t, err)
	require.True(t, spent.Spent.IsZero() && spent.Held.IsZero(), "nothing delivered, nothing billed")
}

func TestManyAnswersAtOnce(t *testing.T) {
	n := start(t, relaytest.Options{DatabaseURL: "sqlite:" + t.TempDir() + "/gateway.db"})
	const many = 200
	errs := make(chan error, many)
	for i := range many {
		go func() {
			_, _, err := ask(t, n, func(c *gateway.Chat) { c.MaxTokens, c.BodyHash = 1, common.Hash{byte(i)} })
			errs <- err
		}()
	}
	for range many {
		require.NoError(t, <-errs)
	}
	require.NoError(t, n.Gateway.Flush(context.Background()))
	vouchers := n.Vouchers()
	require.Equal(t, uint64(many), vouchers[len(vouchers)-1].Count)
}

// TestMatchAboveExposureIsNotAsked covers a relayer in league with a provider that has
// too little stake for what the answer may cost.
func TestMatchAboveExposureIsNotAsked(t *testing.T) {
	n := start(t, relaytest.Options{})
	n.Chain.SetStake(protocol.NewAmount(1))
	_, _, err := ask(t, n, nil)
	require.Equal(t, gateway.CodeProvider, code(t, err))
	require.ErrorContains(t, err, "free stake")
	spent, err := n.Store.Gateway().SpentOf(context.Background(), n.Key.Channel)
	require.NoError(t, err)
	require.True(t, spent.Spent.IsZero() && spent.Held.IsZero())
	n.Chain.SetStake(protocol.NewAmount(1 << 62))
	_, _, err = ask(t, n, nil)
	require.NoError(t, err)
}
