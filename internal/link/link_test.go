package link

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A peer that does not read costs a bounded number of bytes, not of frames alone.
func TestWaitingFramesAreBoundedInBytes(t *testing.T) {
	conns := make(chan *websocket.Conn, 1)
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		conns <- conn
		<-release
		conn.CloseNow()
	}))
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() { close(release); client.CloseIdleConnections(); srv.Close() })
	conn, _, err := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{HTTPClient: client})
	require.NoError(t, err)
	t.Cleanup(func() { conn.CloseNow() })
	<-conns

	l := New(conn, time.Minute, nil) // nobody runs it: nothing is written
	big := wire.Chunk{Text: strings.Repeat("x", wire.MaxFrame-1024)}
	sent := 0
	ctx, stop := context.WithCancel(t.Context())
	blocked := make(chan error, 1)
	for l.bytes+wire.MaxFrame <= queueBytes {
		require.NoError(t, l.Send(ctx, wire.KindChunk, big))
		sent++
	}
	require.Less(t, sent, 10)
	go func() { blocked <- l.Send(ctx, wire.KindChunk, big) }()
	stop()
	require.ErrorIs(t, <-blocked, context.Canceled)
	require.LessOrEqual(t, l.bytes, queueBytes)
}
