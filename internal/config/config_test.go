package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/protocol"
)

const example = "../../dgrid.example.toml"

func TestExampleHoldsEveryKeyWithItsDefault(t *testing.T) {
	k := koanf.New(".")
	require.NoError(t, k.Load(file.Provider(example), toml.Parser()))
	require.ElementsMatch(t, config.Keys(), k.Keys())
	c, err := config.Load(example, nil)
	require.NoError(t, err)
	require.Equal(t, config.Default(), c)
}

func write(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "dgrid.toml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestLaterSourcesWin(t *testing.T) {
	path := write(t, "[chain]\nid = 5\nrpc = \"http://file:1\"\n[provider]\nprice_in = 7\n")
	t.Setenv("DGRID_CHAIN_RPC", "http://env:2")
	t.Setenv("DGRID_API_ORIGINS", "https://a.example,https://b.example")
	t.Setenv("DGRID_TEST_MODELS", "not a key")
	c, err := config.Load(path, map[string]any{"provider.price_out": "9"})
	require.NoError(t, err)
	require.EqualValues(t, 5, c.Chain.ID)
	require.Equal(t, "http://env:2", c.Chain.RPC)
	require.Equal(t, []string{"https://a.example", "https://b.example"}, c.API.Origins)
	require.Equal(t, protocol.NewAmount(7), c.Provider.PriceIn)
	require.Equal(t, protocol.NewAmount(9), c.Provider.PriceOut)
}

func TestUnknownKeysAreErrors(t *testing.T) {
	_, err := config.Load(write(t, "[chain]\nrcp = \"http://x\"\n[nonsense]\na = 1\n"), nil)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.ErrorContains(t, err, "chain.rcp")
	require.ErrorContains(t, err, "nonsense.a")
}

func TestValidateReportsEveryProblem(t *testing.T) {
	_, err := config.Load(write(t, "[log]\nlevel=\"loud\"\n[chain]\nrpc=\"ftp://x\"\n[store]\nurl=\"mysql://u:p4ss@h/d\"\n[provider]\ncapacity=0\nformer_models=[\"0x11=a.dgm\"]\n"), nil)
	for _, key := range []string{"log.level", "chain.rpc", "store.url", "provider.capacity", "provider.former_models"} {
		require.ErrorContains(t, err, key)
	}
	require.NotContains(t, err.Error(), "p4ss")
}

func TestEffectiveMasksPasswords(t *testing.T) {
	c := config.Default()
	c.Store.URL = "postgres://dgrid:hunter2@db/dgrid"
	require.NotContains(t, c.Effective()["store.url"], "hunter2")
}

func TestRedisMayListenOnASocketFile(t *testing.T) {
	c, err := config.Load(write(t, "[redis]\nurl=\"unix:///run/redis.sock\"\n"), nil)
	require.NoError(t, err)
	require.Equal(t, "unix:///run/redis.sock", c.Redis.URL)
}
