package prover

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/prover/keys"
)

// The test binary is its own key child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, keys.Step()))
	}
	os.Exit(m.Run())
}

// devKeys are the keys of the Step circuit, from a cache that survives the run. A cold
// one takes about ten seconds. Dev fails unless the key is the committed one: same
// circuit, same seed, same gnark.
var devKeys = sync.OnceValues(func() (*keys.Set, error) {
	store := keys.Store{Dir: filepath.Join("..", ".cache", "keys"), Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
	return store.Dev(context.Background(), keys.Step())
})

func testProver(t testing.TB) *Prover {
	set, err := devKeys()
	require.NoError(t, err)
	p, err := New(set, 31337)
	require.NoError(t, err)
	return p
}
