package chain_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
)

// slowNode answers one question when it is told to.
type slowNode struct{ asked, answer chan struct{} }

func (slowNode) ChainId() hexutil.Uint64 { return 31337 }

func (n slowNode) BlockNumber() hexutil.Uint64 {
	close(n.asked)
	<-n.answer
	return 7
}

// late is a context whose deadline passed a moment before anybody was told.
type late struct{ context.Context }

func (late) Deadline() (time.Time, bool) { return time.Now().Add(-time.Second), true }

// A call whose time is up when it is written ends alone.
func TestAHastyCallBreaksNoOther(t *testing.T) {
	node, server := slowNode{make(chan struct{}), make(chan struct{})}, rpc.NewServer()
	defer server.Stop()
	require.NoError(t, server.RegisterName("eth", node))
	web := httptest.NewServer(server.WebsocketHandler(nil))
	defer web.Close()
	c, err := chain.Dial(t.Context(), chain.Config{URL: "ws" + strings.TrimPrefix(web.URL, "http"), ChainID: 31337, Attempts: 1})
	require.NoError(t, err)
	defer c.Close()
	type got struct {
		number uint64
		err    error
	}
	patient := make(chan got, 1)
	go func() {
		n, err := c.BlockNumber(t.Context())
		patient <- got{n, err}
	}()
	<-node.asked
	id, err := c.ChainID(late{t.Context()})
	require.NoError(t, err)
	require.EqualValues(t, 31337, id.Uint64())
	close(node.answer)
	require.Equal(t, got{number: 7}, <-patient)
}
