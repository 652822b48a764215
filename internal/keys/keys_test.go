package keys_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
)

func TestCreatedKeyOpensAgainAndDoesNotPrint(t *testing.T) {
	path := filepath.Join(t.TempDir(), "operator.json")
	k, err := keys.Create(path, keys.Light)
	require.NoError(t, err)
	again, err := keys.Load(path, path+".pass")
	require.NoError(t, err)
	require.Equal(t, k.Address(), again.Address())
	same, err := keys.OpenOrCreate(path, keys.Light)
	require.NoError(t, err)
	require.Equal(t, k.Address(), same.Address())

	secret := common.Bytes2Hex(crypto.FromECDSA(k.Private()))
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		require.NotContains(t, fmt.Sprintf(form, k), secret)
	}
	_, err = keys.Create(path, keys.Light)
	require.ErrorIs(t, err, protocol.ErrConflict, "an existing key was replaced")
}

func TestLoadRefusesWhatOthersMayRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "operator.json")
	_, err := keys.Create(path, keys.Light)
	require.NoError(t, err)
	for _, file := range []string{path, path + ".pass"} {
		require.NoError(t, os.Chmod(file, 0o644))
		_, err = keys.Load(path, path+".pass")
		require.ErrorIs(t, err, protocol.ErrUnauthorized, file)
		require.NoError(t, os.Chmod(file, 0o600))
	}
	require.NoError(t, os.WriteFile(path+".pass", []byte("wrong\n"), 0o600))
	_, err = keys.Load(path, path+".pass")
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	_, err = keys.Load(path+"x", path+".pass")
	require.ErrorIs(t, err, protocol.ErrNotFound)
}

func TestOpenOrCreateSurvivesACrashBetweenItsTwoFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k.json")
	require.NoError(t, os.WriteFile(path+".pass", []byte("left behind\n"), 0o600))
	_, err := keys.OpenOrCreate(path, keys.Light)
	require.NoError(t, err)
}

func TestImport(t *testing.T) {
	dir := t.TempDir()
	raw := filepath.Join(dir, "raw")
	require.NoError(t, os.WriteFile(raw, []byte("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n"), 0o600))
	k, err := keys.Import(filepath.Join(dir, "k.json"), raw, keys.Light)
	require.NoError(t, err)
	require.Equal(t, common.HexToAddress("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), k.Address())
	require.NoError(t, os.WriteFile(raw, []byte("nonsense"), 0o600))
	_, err = keys.Import(filepath.Join(dir, "k2.json"), raw, keys.Light)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}
