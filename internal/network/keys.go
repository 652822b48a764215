package network

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
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
// registry names them. It fails as CheckKeys does.
func (c *Chain) ProvingKeys(ctx context.Context, s KeySource) (*keys.Set, error) {
	want, err := c.checkVerifier(ctx, s)
	if err != nil {
		return nil, err
	}
	return s.keys(ctx, want)
}

// CheckKeys fails with protocol.ErrConflict if the keys in the source are not those under
// which the deployment's verifier checks proofs, or if that contract is no verifier of
// its key: one that accepts anything convicts anybody. It loads no proving key.
func (c *Chain) CheckKeys(ctx context.Context, s KeySource) error {
	_, err := c.checkVerifier(ctx, s)
	return err
}

// checkVerifier does what CheckKeys says and returns the key's hash.
func (c *Chain) checkVerifier(ctx context.Context, s KeySource) (common.Hash, error) {
	at, want, err := c.Reader.Verifier(ctx, commit.SpecVersion)
	if err != nil {
		return want, err
	}
	if want != keys.Step().DevKey {
		got, err := ceremony.KeyHash(s.Dir)
		if err == nil && got != want {
			err = fmt.Errorf("the verifier has key %s, the ceremony in %s made %s: %w", want, s.Dir, got, protocol.ErrConflict)
		}
		if err != nil {
			return want, err
		}
	}
	code, err := c.Client.CodeAt(ctx, at, nil)
	if err != nil {
		return want, fmt.Errorf("read code of verifier %s: %w", at, c.Client.Wrap(err))
	}
	if err := s.CheckVerifier(want, code); err != nil {
		return want, fmt.Errorf("verifier %s of key %s: %w", at, want, err)
	}
	return want, nil
}

// CheckVerifier fails with protocol.ErrConflict unless code is that of the verifier
// contract of the key with the hash want, which is in the source.
func (s KeySource) CheckVerifier(want common.Hash, code []byte) error {
	if want == keys.Step().DevKey {
		return prover.CheckDevelopmentVerifier(code)
	}
	return ceremony.CheckVerifier(s.Dir, want, code)
}

// Local returns the keys in the source where no chain says which are meant: those of the
// sealed ceremony in its folder, or the development keys if there is none.
func (s KeySource) Local(ctx context.Context) (*keys.Set, error) {
	if _, err := ceremony.ReadManifest(s.Dir); errors.Is(err, protocol.ErrNotFound) {
		return s.Development(ctx)
	}
	want, err := ceremony.KeyHash(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("load keys of a ceremony: %w", err)
	}
	return s.keys(ctx, want)
}

// keys returns the keys whose verifying key has the hash want.
func (s KeySource) keys(ctx context.Context, want common.Hash) (*keys.Set, error) {
	if want == keys.Step().DevKey {
		return s.Development(ctx)
	}
	compiled, err := ceremony.Compile(keys.Step(), commit.SpecVersion)
	if err != nil {
		return nil, err
	}
	return ceremony.Load(s.Dir, compiled, want)
}
