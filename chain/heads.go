package chain

import (
	"context"
	"net/url"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"
)

// Heads yields the current head and then every change of it, until ctx ends and
// the channel closes. A reader that is slower than the chain gets the newest head
// only; a reorg is simply another head. It subscribes where the node can and
// asks regularly where it cannot, and in any case now and then, because a
// subscription may die without a word.
func (c *Client) Heads(ctx context.Context) <-chan protocol.BlockRef {
	out := make(chan protocol.BlockRef, 1)
	go func() {
		defer close(out)
		c.follow(ctx, out)
	}()
	return out
}

// silence is how many usual polls a live subscription saves.
const silence = 8

func (c *Client) follow(ctx context.Context, out chan protocol.BlockRef) {
	var (
		last  protocol.BlockRef
		news  = make(chan *types.Header, 16)
		sub   ethereum.Subscription
		broke <-chan error // nil while there is no subscription
		retry time.Time    // when to try to subscribe again
	)
	poll := time.NewTimer(0)
	defer poll.Stop()
	defer func() {
		if sub != nil {
			sub.Unsubscribe()
		}
	}()
	tell := func(h *types.Header) {
		ref := Ref(h)
		if ref.Hash == last.Hash {
			return
		}
		last = ref
		select {
		case <-out: // replace what nobody has read
		default:
		}
		out <- ref
	}
	for {
		if broke == nil && !time.Now().Before(retry) {
			s, err := c.SubscribeNewHead(ctx, news)
			if err == nil {
				sub, broke = s, s.Err()
			} else {
				retry = time.Now().Add(5 * time.Second)
			}
		}
		select {
		case <-ctx.Done():
			return
		case h := <-news:
			tell(h)
		case err := <-broke:
			if err != nil {
				c.log.Warn("head subscription ended", "err", err)
			}
			broke = nil
			poll.Reset(0)
		case <-poll.C:
			if h, err := c.Head(ctx, Latest); err == nil {
				tell(h)
			}
			pause := c.profile.pollEvery()
			if broke != nil {
				pause *= silence
			}
			poll.Reset(pause)
		}
	}
}

// redact drops what may be a secret in an RPC address: its user and path.
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(unreadable)"
	}
	return u.Scheme + "://" + u.Host
}
