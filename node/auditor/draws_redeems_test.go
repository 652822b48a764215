package auditor_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/auditor"
)

// once lists redeems as a watch does that reads no block again.
type once struct {
	auditor.Redeems
	mu   sync.Mutex
	from uint64
}

func (o *once) Redeemed(ctx context.Context) ([]contracts.Redeem, []common.Hash, uint64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list, versions, next, err := o.Redeems.Redeemed(ctx)
	list = slices.DeleteFunc(list, func(r contracts.Redeem) bool { return r.Block < o.from })
	if err == nil {
		o.from = next
	}
	return list, versions, next, err
}

// limited is a node that refuses to say when a line was redeemed, for now.
type limited struct {
	auditor.DrawChain
	mu      sync.Mutex
	refuses bool
	asked   int
	told    chan struct{} // closed when it has refused twice
}

func (l *limited) RedeemedAt(ctx context.Context, line common.Hash, checkpoint uint32) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.refuses {
		return l.DrawChain.RedeemedAt(ctx, line, checkpoint)
	}
	if l.asked++; l.asked == 2 {
		close(l.told)
	}
	return 0, errors.New("rate limit")
}

// A redeem about which a read fails is noted by a later look, though the watch has gone on, and by the
// process that comes after one that was killed meanwhile.
func TestAFailedReadLosesNoRedeem(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"read again": false, "killed meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newDrawWorld(t)
			w.opening(t)
			audit, data := w.redeem(t, w.bought(t, nil)), t.TempDir()
			node := &limited{DrawChain: w.reader, refuses: true, told: make(chan struct{})}
			begin := func() *auditor.Auditor {
				return w.auditor(t, data, noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
					w.drawing(auditing, c, d)
					d.Draws = node
					d.Redeems = func(from uint64) auditor.Redeems {
						return &once{Redeems: contracts.NewRedeemWatch(w.reader, from), from: from}
					}
				})
			}
			x := begin()
			stop := running(t, x)
			<-node.told
			_, err := x.Draws().Get(audit)
			require.Error(t, err)
			node.mu.Lock()
			node.refuses = false
			node.mu.Unlock()
			if killed {
				stop()
				x = begin()
				running(t, x)
			}
			_, err = x.WaitDraw(t.Context(), audit, isOpened)
			require.NoError(t, err)
		})
	}
}
