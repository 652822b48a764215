package provider

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// later is the configuration of a provider that went on with another model version.
func later(dir string) Config {
	cfg := testConfig(dir)
	cfg.Models[0].Version = common.Hash{0xee}
	return cfg
}

// Receipts stay disputable when another model version is served: what needs no model is answered
// without one, and the rest by a model that is not offered.
func TestQuestionsAboutAFormerModelVersionAreAnswered(t *testing.T) {
	dir := t.TempDir()
	b := testBook(t, dir, 0)
	receipt := testDomain.Digest(signOne(t, b, 1))
	require.NoError(t, b.log.Close())
	chain := &asks{sent: map[common.Hash]int{}}
	reply := func(cfg Config, kind contracts.NodeKind) error {
		p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain(), Questions: chain, Answers: chain, Binder: &newProofs{}})
		require.NoError(t, err)
		defer func() { require.NoError(t, p.book.log.Close()) }()
		_, err = p.Reply(t.Context(), contracts.AskedQuestion{Receipt: receipt, Deadline: 100, Node: contracts.Node{Kind: uint8(kind), Level: uint8(chunk.Int32), Size: 7}})
		return err
	}
	for _, kind := range []contracts.NodeKind{contracts.NodeParams, contracts.NodePrompt, contracts.NodeOutput} {
		require.NoError(t, reply(later(dir), kind))
	}
	err := reply(later(dir), contracts.NodeChunk)
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.ErrorContains(t, err, testVersion.Hex())
	cfg := later(dir)
	cfg.Openers = map[common.Hash]Opener{testVersion: blockBackend{}}
	require.NoError(t, reply(cfg, contracts.NodeChunk))
}

// A provider that could not answer about its receipts does not begin to serve. What is not
// disputable any more, or was never (class sampled), needs no model.
func TestAProviderNeedsTheModelsOfDisputableReceipts(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*Config, *testChain, protocol.Receipt)
		fits bool
	}{
		"disputable": {func(*Config, *testChain, protocol.Receipt) {}, false},
		"its model there": {func(c *Config, _ *testChain, _ protocol.Receipt) {
			c.Openers = map[common.Hash]Opener{testVersion: opening{}}
		}, true},
		"served on": {func(c *Config, _ *testChain, _ protocol.Receipt) { c.Models[0].Version = testVersion }, true},
		"too old":   {func(_ *Config, chain *testChain, _ protocol.Receipt) { chain.fixed = 1 << 40 }, true},
		"another's": {func(c *Config, _ *testChain, _ protocol.Receipt) { c.Provider = common.Address{7} }, true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, chain := later(t.TempDir()), newTestChain()
			b := testBook(t, cfg.Journal, 0)
			c.edit(&cfg, chain, signOne(t, b, 1))
			require.NoError(t, b.log.Close())
			p, err := New(cfg, Deps{Key: operatorKey.key, Chain: chain})
			require.NoError(t, err)
			stopped, stop := context.WithCancel(t.Context())
			stop()
			err = p.Run(stopped)
			if c.fits {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, ErrNoFile)
				require.ErrorContains(t, err, testVersion.Hex())
			}
			_, err = CheckJournal(cfg.Journal)
			require.NoError(t, err, "the journal is closed")
		})
	}
}

// Answers of class sampled commit to no execution: nobody can ask about it.
func TestSampledReceiptsNeedNoModel(t *testing.T) {
	cfg := later(t.TempDir())
	b := testBook(t, cfg.Journal, 0)
	a := testAsk(1)
	_, _, err := b.sign(answerRecord{Ask: a, Text: "x", Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1, Finish: protocol.FinishStop}})
	require.NoError(t, err)
	require.NoError(t, b.log.Close())
	p, err := New(cfg, Deps{Key: operatorKey.key, Chain: newTestChain()})
	require.NoError(t, err)
	require.NoError(t, p.checkVersions(t.Context()))
	require.NoError(t, p.book.log.Close())
}
