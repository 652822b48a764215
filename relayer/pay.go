package relayer

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/redis/go-redis/v9"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

const (
	payWait  = 10 * time.Second
	maxLines = 10000 // pending vouchers of one provider
)

// deleteIf: KEYS key; ARGV value. Deletes what is still the same.
var scriptDeleteIf = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`)

func lineName(l protocol.Line) string {
	return l.Channel.Hex() + l.Provider.Hex() + l.ModelVersion.Hex() + l.Relayer.Hex()
}

// handlePay brings a voucher to its provider and answers once it is durable there, or keeps
// it, the newest of its line, for a provider that is not connected.
func (r *Relayer) handlePay(w http.ResponseWriter, req *http.Request) {
	p, f := decode[wire.Pay](w, req)
	if f == nil {
		f = r.checkPay(req.Context(), &p)
	}
	if f != nil {
		fail(w, f)
		return
	}
	if paid, ok := r.pass(req.Context(), p); ok {
		r.metrics.vouchers.WithLabelValues(map[bool]string{true: "held", false: "refused"}[paid.Error == ""]).Inc()
		reply200(w, paid)
		return
	}
	if err := r.keepPay(req.Context(), p); err != nil {
		fail(w, r.outage("keep a voucher", err))
		return
	}
	r.metrics.vouchers.WithLabelValues("pending").Inc()
	reply200(w, wire.Paid{VoucherHash: r.cfg.Domain.Digest(p.Voucher), Pending: true})
}

func (r *Relayer) checkPay(ctx context.Context, p *wire.Pay) *wire.Failure {
	v := p.Voucher
	if v.Relayer != r.address || len(p.Added) > wire.MaxAdded {
		return failure(wire.CodeInvalidRequest, "the voucher is for another relayer, or adds more than %d receipts", wire.MaxAdded)
	}
	ch, _, f := r.payer(ctx, wire.Need{Channel: v.Channel})
	if f != nil && (f.Code != wire.CodeChannel || ch.Delegate == (common.Address{})) {
		return f
	}
	if block, err := r.view.now(ctx); err == nil && ch.Expiry <= block {
		return failure(wire.CodeChannel, "channel %s expired: a voucher pays nothing any more", v.Channel)
	}
	signer, err := r.cfg.Domain.Recover(v, p.Signature)
	if err != nil || signer == (common.Address{}) || signer != ch.Delegate && signer != ch.Retiring {
		return failure(wire.CodeUnauthorized, "the voucher is not signed by the channel's delegate")
	}
	return nil
}

// pass sends a voucher to a connected provider; ok is false if it gave no answer.
func (r *Relayer) pass(ctx context.Context, p wire.Pay) (wire.Paid, bool) {
	hash := r.cfg.Domain.Digest(p.Voucher)
	paid, err := r.payments.ask(ctx, r, p.Voucher.Provider, hash, wire.KindPay, p, min(payWait, 2*r.cfg.Heartbeat))
	return paid, err == nil
}

// keepPay keeps the newest voucher of its line. The receipts that an older one adds, which the
// provider has not seen, stay in the list.
func (r *Relayer) keepPay(ctx context.Context, p wire.Pay) error {
	key := r.shared.key("pay", lineName(p.Voucher.Line()))
	set := r.shared.key("pays", p.Voucher.Provider.Hex())
	if n, err := r.deps.Redis.SCard(ctx, set).Result(); err != nil {
		return unavailable("count kept vouchers", err)
	} else if n >= maxLines {
		return unavailable("keep a voucher", errors.New("too many wait for this provider"))
	}
	text, err := r.deps.Redis.Get(ctx, key).Bytes()
	if err != nil && !errors.Is(err, redis.Nil) {
		return unavailable("read a kept voucher", err)
	}
	var old wire.Pay
	if err == nil && json.Unmarshal(text, &old) == nil {
		if old.Voucher.Count >= p.Voucher.Count {
			return nil
		}
		if missing := p.Voucher.Count - old.Voucher.Count; missing == uint64(len(p.Added)) {
			p.Added = slices.Concat(old.Added, p.Added)
		}
		if len(p.Added) > wire.MaxAdded {
			p.Added = p.Added[len(p.Added)-wire.MaxAdded:] // the provider says what it misses
		}
	}
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	var cmd *redis.StatusCmd
	r.shared.batch.do(func(pipe redis.Pipeliner) {
		cmd = pipe.Set(ctx, key, data, payKeep)
		pipe.SAdd(ctx, set, lineName(p.Voucher.Line()))
		pipe.PExpire(ctx, set, payKeep)
	})
	if err := cmd.Err(); err != nil {
		return unavailable("keep a voucher", err)
	}
	if r.connected(p.Voucher.Provider) { // it came back in between
		r.task(func() { r.deliverPending(r.life, p.Voucher.Provider) })
	}
	return nil
}

// deliverPending brings kept vouchers to a provider that is back.
func (r *Relayer) deliverPending(ctx context.Context, provider common.Address) {
	set := r.shared.key("pays", provider.Hex())
	lines, err := r.deps.Redis.SMembers(ctx, set).Result()
	if err != nil {
		if ctx.Err() == nil {
			r.log.Warn("cannot list kept vouchers", "provider", provider, "err", err)
		}
		return
	}
	for _, line := range lines {
		key := r.shared.key("pay", line)
		text, err := r.deps.Redis.Get(ctx, key).Result()
		var p wire.Pay
		if err == nil && json.Unmarshal([]byte(text), &p) == nil {
			paid, ok := r.pass(ctx, p)
			if !ok {
				return
			}
			r.log.Info("delivered a kept voucher", "provider", provider, "channel", p.Voucher.Channel, "error", paid.Error)
		} else if !errors.Is(err, redis.Nil) {
			continue
		}
		cmds, err := r.shared.run(ctx, func(pipe redis.Pipeliner) []*redis.Cmd {
			return []*redis.Cmd{scriptDeleteIf.EvalSha(ctx, pipe, []string{key}, text)}
		})
		if err != nil {
			return
		}
		if n, _ := cmds[0].Int64(); n == 1 || text == "" {
			r.deps.Redis.SRem(ctx, set, line)
		}
	}
}
