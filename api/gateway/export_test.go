package gateway

import (
	"context"
	"time"
)

// SetRepeat bounds how many receipts one message to a provider names.
func (g *Gateway) SetRepeat(n int64) { g.repeat = n }

// SetNow replaces the clock.
func (g *Gateway) SetNow(now func() time.Time) { g.now = now }

// PayDue pays as Run does by itself.
func (g *Gateway) PayDue(ctx context.Context) error { return g.payAll(ctx, false) }
