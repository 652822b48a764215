package network

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dgrid-network/dgrid/prover/ceremony"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// KeySource says where proving keys are.
type KeySource struct {
	// Dir is the folder of a sealed ceremony, or the cache of development keys; if empty
	// the user's cache folder.
	Dir string
	// Child makes development keys: this program, in a process of its own.
	Child    []string
	Progress io.Writer // lines for a person; nil discards them
}

// DefaultKeys makes development keys with this program where they are needed.
func DefaultKeys(dir string, progress io.Writer) (KeySource, error) {
	self, err := os.Executable()
	if err != nil {
		return KeySource{}, fmt.Errorf("find this program: %w", err)
	}
	if dir == "" {
		if dir, err = os.UserCacheDir(); err != nil {
			dir = os.TempDir()
		}
		dir = filepath.Join(dir, "dgrid", "keys")
	}
	return KeySource{Dir: dir, Child: []string{self, keys.ChildCommand}, Progress: progress}, nil
}

// Development returns the development keys, made now if they are not in the cache.
func (s KeySource) Development(ctx context.Context) (*keys.Set, error) {
	return keys.Store{Dir: s.Dir, Child: s.Child, Progress: s.Progress}.Dev(ctx, keys.Step())
}

// ProvingKeys returns the keys under which the deployment's verifier checks proofs: its
// registry names them. It fails with protocol.ErrConflict if those in the source are others.
func (c *Chain) ProvingKeys(ctx context.Context, s KeySource) (*keys.Set, error) {
	want, err := c.Reader.KeyHash(ctx, commit.SpecVersion)
	if err != nil {
		return nil, err
	}
	if want == keys.Step().DevKey {
		return s.Development(ctx)
	}
	compiled, err := ceremony.Compile(keys.Step(), commit.SpecVersion)
	if err != nil {
		return nil, err
	}
	return ceremony.Load(s.Dir, compiled, want)
}
