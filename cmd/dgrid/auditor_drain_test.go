package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// halting answers as the built-in runtime does, but waits in mid-answer until it is cut.
type halting struct {
	*provider.Runtime
	half chan struct{}
	once sync.Once
}

func (h *halting) Generate(ctx context.Context, w provider.Work, emit func(provider.Piece) error) (provider.Answer, error) {
	tokens := 0
	return h.Runtime.Generate(ctx, w, func(p provider.Piece) error {
		if tokens += len(p.Tokens); tokens == 5 {
			h.once.Do(func() { close(h.half) })
			<-ctx.Done()
		}
		return emit(p)
	})
}

// unproving is for answers of which nothing is to be proven.
type unproving struct{}

func (unproving) Prove(context.Context, auditor.Task) (auditor.Proof, error) {
	return auditor.Proof{}, errors.New("nothing is to be proven here")
}

// A provider drains, and stops in mid-answer: what it signed for then is right, for whoever audits
// it, and costs it nothing.
func TestAnAnswerThatADrainCutIsRight(t *testing.T) {
	t.Parallel()
	const owner, operator = network.AccountFourthOwner, network.AccountFourthOperator
	a := newAudit(t)
	n, at := a.net, a.net.Chain.Reader.Addresses()
	consent, err := n.Chain.Reader.Domain().Sign(devchain.Key(operator), protocol.OperatorConsent{Operator: devchain.Address(operator), Provider: devchain.Address(owner)})
	require.NoError(t, err)
	stake := protocol.NewAmount(500_000_000)
	require.NoError(t, network.SubmitAll(t.Context(), n.Lane(owner), append(network.Fund(at, devchain.Address(owner), 1000, "drained"),
		at.Stake(stake, common.Hash{1}), at.AddOperator(devchain.Address(operator), consent))...))

	log, journal := slog.New(slog.DiscardHandler), filepath.Join(a.dir, "journal")
	h := &halting{Runtime: provider.NewRuntime(n.Model, n.Model.Tokenizer(), 1), half: make(chan struct{})}
	p, err := n.Chain.Provider(network.ProviderOptions{Owner: devchain.Address(owner), Operator: n.Lane(operator), Key: devchain.Key(operator), Journal: journal,
		Relayers: []string{n.RelayerURL}, Redeem: provider.Policy{Age: 1, Margin: 5}, NoJobs: true,
		Models: []provider.Model{{Version: n.Proven, Class: protocol.ClassProven, Context: uint32(n.Model.Header().Positions), Backend: h, Capacity: 1,
			PriceIn: protocol.NewAmount(2_000_000), PriceOut: protocol.NewAmount(8_000_000), MaxFee: protocol.NewAmount(1_000_000)}}}, time.Second, log)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	ask := a.asking()
	go func() { // until it is cut; before the provider is known it is refused
		for ctx.Err() == nil {
			if res, err := ask(t.Context(), map[string]any{"only": []common.Address{devchain.Address(owner)}}); err == nil {
				res.Body.Close()
			}
		}
	}()
	select {
	case <-h.half:
	case err := <-ended:
		t.Fatalf("the provider ended: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("nothing was answered")
	}
	p.Drain() // what runs may end, until there is no time left
	stop()
	require.NoError(t, <-ended)

	model := bundle.Model{Class: protocol.ClassProven, Positions: uint32(n.Model.Header().Positions), StopIDs: n.Model.Header().StopIDs}
	var signed []bundle.Bundle
	require.NoError(t, provider.Export(journal, n.Chain.Reader.Domain(), devchain.Address(operator),
		func(r protocol.Receipt) (protocol.Bytes, error) {
			return n.Chain.Reader.Domain().Sign(devchain.Key(operator), r)
		},
		func(common.Hash) (bundle.Model, error) { return model, nil },
		func(b bundle.Bundle) error { signed = append(signed, b); return nil }))
	require.Len(t, signed, 1)
	b := signed[0]
	require.Equal(t, protocol.FinishCancelled, b.Receipt.Finish)
	require.EqualValues(t, 5, b.Receipt.OutputTokens)
	require.Greater(t, b.Request.MaxOutputTokens, b.Receipt.OutputTokens)

	judge, err := n.Chain.Auditor(network.AuditorOptions{Data: filepath.Join(a.dir, "judge"), Sender: n.Lane(network.AccountAuditor), Relayers: []string{n.RelayerURL},
		Models: []auditor.Model{{Version: n.Proven, File: n.Model}}, Prover: unproving{}}, log)
	require.NoError(t, err)
	auditing, leave := context.WithCancel(t.Context())
	defer leave()
	go func() { ended <- judge.Run(auditing) }()
	receipt, err := judge.Add(t.Context(), b)
	require.NoError(t, err)
	c, err := judge.Wait(t.Context(), receipt, func(c auditor.Case) bool { return c.State.Over() || c.Failures > 0 })
	require.NoError(t, err)
	require.Equal(t, auditor.Right, c.State, "%s %s %+v", c.Note, c.Trouble, c.Fault)
	leave()
	require.NoError(t, <-ended)
	require.Equal(t, contracts.FaultNone, a.fault(receipt))
	left, err := n.Chain.Reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	require.Equal(t, stake, left)
}
