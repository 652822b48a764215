package embedredis

import (
	"bytes"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/nettest"
)

func TestPipeIsAConnection(t *testing.T) {
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		a, b := newPipe()
		return a, b, func() { a.Close(); b.Close() }, nil
	})
}

// A pipeline whose replies pass what a lane holds must still come through: the client reads
// while the server writes.
func TestLongPipelineAndLargeRepliesComeThrough(t *testing.T) {
	s, err := Start()
	require.NoError(t, err)
	defer s.Close()
	large := bytes.Repeat([]byte("x"), pipeRoom)
	require.NoError(t, s.Set(t.Context(), "large", large, 0).Err())
	p := s.Pipeline()
	for range 8 {
		p.Get(t.Context(), "large")
	}
	cmds, err := p.Exec(t.Context())
	require.NoError(t, err)
	require.Len(t, cmds, 8)
	p = s.Pipeline()
	for range 20000 {
		p.Incr(t.Context(), "n")
	}
	_, err = p.Exec(t.Context())
	require.NoError(t, err)
	require.Equal(t, "20000", s.Get(t.Context(), "n").Val())
}
