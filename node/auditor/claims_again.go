package auditor

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// showAgain looks for a claim's leaves in what their lines are now, once for each root and all that
// is said of it. again: they were found.
func (a *Auditor) showAgain(ctx context.Context, c *Claimed) (again bool, err error) {
	states, now := map[protocol.Line]contracts.Line{}, []byte(nil)
	for _, l := range c.Claim.Paid {
		line := protocol.Line{Channel: l.Channel, Provider: l.Provider, ModelVersion: l.ModelVersion, Relayer: l.Payment.Relayer}
		state, err := a.deps.Chain.Line(ctx, line)
		if err != nil {
			return false, fmt.Errorf("read a voucher line: %w", err)
		}
		states[line] = state
		now = binary.BigEndian.AppendUint64(append(now, state.ReceiptsRoot[:]...), a.newsOf(line))
	}
	if tried := hashOf(now); len(states) > 0 && tried != c.tried {
		for line, state := range states {
			if err := a.explain(ctx, line, state); err != nil {
				return false, fmt.Errorf("explain the line again: %w", err)
			}
		}
		c.tried = tried
	}
	paid, again := a.claimed.newLeaves(c.ID)
	if again {
		c.Claim.Paid = paid
	}
	return again, nil
}
