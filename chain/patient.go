package chain

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
)

// writeTime is how long a question may take to leave, whoever asks it.
const writeTime = 10 * time.Second

// patientDialer dials WebSockets that one caller's haste does not break. The node's client
// library takes the deadline of the caller's context for that of the write: a call that has
// a moment left when its turn comes fails to write, which closes the connection, and all
// calls and subscriptions of the process end with "client reconnected". The caller's context
// still ends its wait for the answer.
func patientDialer() websocket.Dialer {
	var dialer net.Dialer
	return websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, ReadBufferSize: 1024, WriteBufferSize: 1024,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return patientConn{c}, nil
		},
	}
}

type patientConn struct{ net.Conn }

// SetWriteDeadline gives every write writeTime at least; no deadline stays none.
func (c patientConn) SetWriteDeadline(t time.Time) error {
	if least := time.Now().Add(writeTime); !t.IsZero() && t.Before(least) {
		t = least
	}
	return c.Conn.SetWriteDeadline(t)
}
