// Package keys keeps private keys in encrypted files (Web3 keystore version 3) and
// signs transactions with them. Keys and passphrases are read from files only, never
// from command lines or plain environment variables, and never print.
package keys

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"

	"github.com/dgrid-network/dgrid/protocol"
)

// Key is a private key that does not print.
type Key struct{ private *ecdsa.PrivateKey }

// From wraps a key of this process.
func From(private *ecdsa.PrivateKey) Key { return Key{private} }

// Generate makes a new key.
func Generate() (Key, error) {
	private, err := crypto.GenerateKey()
	if err != nil {
		return Key{}, fmt.Errorf("generate key: %w", err)
	}
	return Key{private}, nil
}

// Private returns the key itself, for those who sign typed data.
func (k Key) Private() *ecdsa.PrivateKey { return k.private }

// Address returns the key's address.
func (k Key) Address() common.Address { return crypto.PubkeyToAddress(k.private.PublicKey) }

func (k Key) String() string   { return "key of " + k.Address().Hex() }
func (k Key) GoString() string { return k.String() }

// Effort is the cost of guessing a passphrase.
type Effort struct{ n, p int }

var (
	// Strong takes about a second to open; the default.
	Strong = Effort{keystore.StandardScryptN, keystore.StandardScryptP}
	// Light opens quickly: development keys and tests only.
	Light = Effort{2, 1}
)

// Save writes k encrypted to path, readable by the owner alone. It never
// replaces a file.
func Save(path string, k Key, passphrase string, effort Effort) error {
	if passphrase == "" {
		return fmt.Errorf("save key: empty passphrase: %w", protocol.ErrInvalid)
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return fmt.Errorf("save key: %w", err)
	}
	blob, err := keystore.EncryptKey(&keystore.Key{Id: id, Address: k.Address(), PrivateKey: k.private}, passphrase, effort.n, effort.p)
	if err != nil {
		return fmt.Errorf("encrypt key: %w", err)
	}
	return create(path, blob)
}

// create writes a file that must not exist yet, with mode 0600, and syncs it.
func create(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("create %s: it exists: %w", path, protocol.ErrConflict)
	} else if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("create %s: %w", path, err)
	}
	return nil
}

// Load opens a keystore file with the passphrase in passphraseFile. Files that
// others may read are refused.
func Load(path, passphraseFile string) (Key, error) {
	if path == "" {
		return Key{}, fmt.Errorf("load key: no keystore file is configured: %w", protocol.ErrInvalid)
	}
	for _, file := range []string{path, passphraseFile} {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) || file == "" {
			return Key{}, fmt.Errorf("load key: no file %q: %w", file, protocol.ErrNotFound)
		} else if err != nil {
			return Key{}, fmt.Errorf("load key: %w", err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return Key{}, fmt.Errorf("load key: others may read %s; run chmod 600 %s: %w", file, file, protocol.ErrUnauthorized)
		}
	}
	blob, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("load key: %w", err)
	}
	passphrase, err := os.ReadFile(passphraseFile)
	if err != nil {
		return Key{}, fmt.Errorf("load key: %w", err)
	}
	key, err := keystore.DecryptKey(blob, strings.TrimRight(string(passphrase), "\r\n"))
	if err != nil {
		return Key{}, fmt.Errorf("decrypt %s: %v: %w", path, err, protocol.ErrUnauthorized)
	}
	return Key{key.PrivateKey}, nil
}

// Create makes a new key at path with a new random passphrase at path.pass.
func Create(path string, effort Effort) (Key, error) {
	k, err := Generate()
	if err != nil {
		return Key{}, err
	}
	return k, store(path, k, effort)
}

// Import stores a raw hex key read from a file, the way Create stores a new one.
func Import(path, hexFile string, effort Effort) (Key, error) {
	raw, err := os.ReadFile(hexFile)
	if err != nil {
		return Key{}, fmt.Errorf("import key: %w", err)
	}
	private, err := crypto.HexToECDSA(strings.TrimPrefix(strings.TrimSpace(string(raw)), "0x"))
	if err != nil {
		return Key{}, fmt.Errorf("import key: %s holds no 32-byte hex key: %w", hexFile, protocol.ErrInvalid)
	}
	return Key{private}, store(path, Key{private}, effort)
}

func store(path string, k Key, effort Effort) error {
	var secret [24]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return fmt.Errorf("make passphrase: %w", err)
	}
	passphrase := hex.EncodeToString(secret[:])
	// The passphrase first: a key without one would be lost.
	if err := create(path+".pass", []byte(passphrase+"\n")); err != nil {
		return err
	}
	return Save(path, k, passphrase, effort)
}

// OpenOrCreate loads the key at path, with its passphrase beside it, or makes it.
func OpenOrCreate(path string, effort Effort) (Key, error) {
	if _, err := os.Stat(path); err == nil {
		return Load(path, path+".pass")
	}
	// A crash between the two files leaves a passphrase without a key.
	if err := os.Remove(path + ".pass"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Key{}, fmt.Errorf("create key: %w", err)
	}
	return Create(path, effort)
}
