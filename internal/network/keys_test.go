package network

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/ceremony"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// Development keys stand in for no others: not where a chain names a key, and not where a
// ceremony was begun.
func TestDevelopmentKeysStandInForNoOthers(t *testing.T) {
	empty := KeySource{Dir: t.TempDir()} // and no child to make keys with
	_, err := empty.keys(t.Context(), common.Hash{1})
	require.ErrorIs(t, err, protocol.ErrNotFound)
	_, err = empty.Local(t.Context())
	require.ErrorContains(t, err, "development keys")

	begun := KeySource{Dir: t.TempDir()}
	circuit, err := ceremony.Compile(ceremony.Example(), commit.SpecVersion)
	require.NoError(t, err)
	_, err = ceremony.Create(t.Context(), begun.Dir, circuit, ceremony.Options{MinContributions: 1}, io.Discard)
	require.NoError(t, err)
	_, err = begun.Local(t.Context())
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.ErrorContains(t, err, "load keys of a ceremony")
}

// The registry says which key the verifier has, and nothing on chain checks it: under a
// contract that accepts every proof, or none, no auditor and no provider of proven models
// starts, and no keys are loaded.
func TestStandInsForTheVerifierAreRefused(t *testing.T) {
	t.Parallel()
	c := developmentChain(t)
	source := KeySource{Dir: t.TempDir()} // and no child to make keys with
	require.NoError(t, deployed(t, c, common.Address{}).CheckKeys(t.Context(), source))
	for name, code := range map[string][]byte{"accepts": {0x00}, "refuses": {0x5f, 0x5f, 0xfd}} {
		at := standIn(t, c, code)
		_, err := deployed(t, c, at).ProvingKeys(t.Context(), source)
		require.ErrorIs(t, err, protocol.ErrConflict, name)
		require.ErrorContains(t, err, at.Hex())
	}
}

// developmentChain is an empty chain.
func developmentChain(t *testing.T) *chain.Client {
	t.Helper()
	dev, err := devchain.Open(devchain.Config{FinalityDepth: 1, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- dev.Run(ctx) }()
	client, err := chain.Dial(ctx, chain.Config{URL: dev.WS(), ChainID: devchain.ChainID, Decoder: chain.NewDecoder(chain.ABIs())})
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		stop()
		require.NoError(t, <-ended)
	})
	return client
}

// standIn creates a contract of this code.
func standIn(t *testing.T, c *chain.Client, code []byte) common.Address {
	t.Helper()
	creation := append([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3}, code...) // CODECOPY(0, 9, length), RETURN(0, length)
	d, err := deploy.Run(t.Context(), c, chain.KeySigner{Key: devchain.Key(0)}, []deploy.Step{{Name: "other", ABI: "[]", Code: creation}}, filepath.Join(t.TempDir(), "other.json"))
	require.NoError(t, err)
	return d.Address("other")
}

// deployed is a deployment that says of the contract at verifier that it has the
// development key; zero: which has it.
func deployed(t *testing.T, c *chain.Client, verifier common.Address) *Chain {
	t.Helper()
	plan, err := deploy.Network(deploy.Development(devchain.Address(0)))
	require.NoError(t, err)
	plan[slices.IndexFunc(plan, func(s deploy.Step) bool { return s.Name == deploy.Verifier })].At = verifier
	d, err := deploy.Run(t.Context(), c, chain.KeySigner{Key: devchain.Key(0)}, plan, filepath.Join(t.TempDir(), "record.json"))
	require.NoError(t, err)
	return &Chain{Client: c, Deployment: d, Reader: contracts.NewReader(c, d.Addresses())}
}
