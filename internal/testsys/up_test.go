package testsys

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/network"
)

// ready is the line that `dgrid up --json` prints.
type ready struct {
	APIURL    string              `json:"api_url"`
	APIKey    string              `json:"api_key"`
	RPCURL    string              `json:"rpc_url"`
	ChainID   uint64              `json:"chain_id"`
	Contracts contracts.Addresses `json:"contracts"`
	Model     string              `json:"model"`
	Channel   common.Hash         `json:"channel"`
}

// up starts a network of its own process.
func up(t *testing.T, data string) (*process, ready) {
	t.Helper()
	p := start(t, "dgrid up", binary(t, "dgrid"), "up", "--json", "--log", "info", "--data", data)
	line := p.line("")
	var r ready
	require.NoError(t, json.Unmarshal([]byte(line), &r), "%s", line)
	for name, value := range map[string]string{"api_url": r.APIURL, "api_key": r.APIKey, "rpc_url": r.RPCURL, "model": r.Model} {
		require.NotEmpty(t, value, name)
	}
	require.NotZero(t, r.ChainID)
	require.NotEmpty(t, r.Contracts.Market)
	require.NotEmpty(t, r.Channel)
	return p, r
}

// connect reaches the network of a data folder as any client would.
func connect(t *testing.T, data string, r ready) *network.Chain {
	t.Helper()
	d, err := deploy.Load(deploy.Path(data, r.ChainID))
	require.NoError(t, err)
	require.Equal(t, r.Contracts.Market, d.Addresses().Market)
	c, err := network.Connect(t.Context(), r.RPCURL, d, 0, quiet())
	require.NoError(t, err)
	return c
}

// What dgrid up prints can be pasted, and Ctrl-C stops it without a complaint.
func TestUpForAPerson(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: starts processes")
	}
	t.Parallel()
	p := start(t, "dgrid up", binary(t, "dgrid"), "up", "--log", "info")
	line := "curl " + p.line("curl ")
	t.Run("curl line", func(t *testing.T) {
		curl, err := exec.LookPath("curl")
		if err != nil {
			missing(t, "curl not found")
		}
		require.NotEmpty(t, curl)
		out, err := exec.CommandContext(t.Context(), "sh", "-c", line).Output()
		require.NoError(t, err, "%s\n%s", line, out)
		require.Contains(t, string(out), `"content":`, "%s", line)
		require.True(t, strings.HasSuffix(strings.TrimSpace(string(out)), "data: [DONE]"), "%s", out)
		require.Regexp(t, regexp.MustCompile(`"receipt":\{"digest":"0x[0-9a-f]{64}"`), string(out))
	})
	began := time.Now()
	p.interrupt()
	t.Logf("stopped after %s", time.Since(began))
	require.Empty(t, p.warnings())
	p.mu.Lock()
	defer p.mu.Unlock()
	require.False(t, bytes.Contains(p.log.Bytes(), []byte("DATA RACE")))
}
