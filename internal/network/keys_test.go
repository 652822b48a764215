package network

import (
	"io"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

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
