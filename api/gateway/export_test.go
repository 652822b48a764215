package gateway

// SetRepeat bounds how many receipts one message to a provider names.
func (g *Gateway) SetRepeat(n int64) { g.repeat = n }
