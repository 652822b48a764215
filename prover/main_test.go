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

// keyCache survives the run. A cold one takes about ten seconds.
var keyCache = filepath.Join("..", ".cache", "keys")

func keyStore(dir string) keys.Store {
	return keys.Store{Dir: dir, Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
}

// devKeys are the keys of the Step circuit. Dev fails unless the key is the committed one;
// that it can still be made is for TestDevelopmentKeyIsRebuilt.
var devKeys = sync.OnceValues(func() (*keys.Set, error) {
	return keyStore(keyCache).Dev(context.Background(), keys.Step())
})

func testProver(t testing.TB) *Prover {
	set, err := devKeys()
	require.NoError(t, err)
	p, err := New(set, 31337)
	require.NoError(t, err)
	return p
}
