package cheat

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Forger stands between an honest provider and its relayer, has the operator's key, and
// signs other receipts than the provider did. It takes the vouchers for them itself: the
// provider would not know what they pay for.
type Forger struct {
	domain  protocol.Domain
	key     *ecdsa.PrivateKey // the operator's
	relayer string            // base URL
	// change makes the receipt that is signed out of the provider's.
	change func(*protocol.Receipt)
	// redeem takes the money of a voucher; it returns when that is on chain.
	redeem func(ctx context.Context, v protocol.Voucher, signature protocol.Bytes) error
	// model describes the model in what the requester holds.
	model bundle.Model

	mu     sync.Mutex
	asks   map[common.Hash]wire.Ask
	tokens map[common.Hash][]uint32 // by request
	held   []bundle.Bundle

	taking sync.Mutex               // one voucher at a time
	taken  map[protocol.Line]uint64 // how many receipts money was taken for
}

// NewForger returns a forger before a relayer.
func NewForger(d protocol.Domain, key *ecdsa.PrivateKey, relayer string, m bundle.Model, change func(*protocol.Receipt),
	redeem func(context.Context, protocol.Voucher, protocol.Bytes) error) *Forger {
	return &Forger{domain: d, key: key, relayer: relayer, model: m, change: change, redeem: redeem,
		asks: map[common.Hash]wire.Ask{}, tokens: map[common.Hash][]uint32{}, taken: map[protocol.Line]uint64{}}
}

// OneNumber gives every receipt the number 1, as a provider does that was restored from a
// backup, or that runs twice with one key.
func OneNumber(r *protocol.Receipt) { r.Seq = 1 }

// OneMore bills one base unit more than the rule gives.
func OneMore(r *protocol.Receipt) {
	if fee, err := r.Fee.Add(protocol.NewAmount(1)); err == nil {
		r.Fee = fee
	}
}

// Held are the answers as their requesters hold them, gateways that refused them included.
func (f *Forger) Held() []bundle.Bundle {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]bundle.Bundle(nil), f.held...)
}

// ServeHTTP is the relayer that the provider connects to.
func (f *Forger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, err := url.JoinPath(f.relayer, r.URL.Path)
	if err != nil {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	up, _, err := websocket.Dial(ctx, target, nil)
	if err != nil {
		http.Error(w, "no relayer", http.StatusBadGateway)
		return
	}
	defer up.CloseNow()
	down, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer down.CloseNow()
	up.SetReadLimit(wire.MaxFrame)
	down.SetReadLimit(wire.MaxFrame)
	both := make(chan error, 2)
	go func() {
		both <- pump(ctx, up, down, func(e wire.Envelope) (wire.Envelope, bool) { return f.fromRelayer(ctx, up, e) })
	}()
	go func() { both <- pump(ctx, down, up, f.fromProvider) }()
	<-both
	cancel()
	<-both
}

// pump carries frames from one end to the other, changed or left out.
func pump(ctx context.Context, from, to *websocket.Conn, change func(wire.Envelope) (wire.Envelope, bool)) error {
	for {
		_, message, err := from.Read(ctx)
		if err != nil {
			return err
		}
		err = wire.Each(message, func(e wire.Envelope) error {
			e, ok := change(e)
			if !ok {
				return nil
			}
			return send(ctx, to, e.Kind, e.Body)
		})
		if err != nil {
			return err
		}
	}
}

func send(ctx context.Context, to *websocket.Conn, kind wire.Kind, body any) error {
	frame, err := wire.Seal(kind, body)
	if err != nil {
		return err
	}
	return to.Write(ctx, websocket.MessageText, frame)
}

// fromRelayer remembers what is asked, and keeps the vouchers.
func (f *Forger) fromRelayer(ctx context.Context, up *websocket.Conn, e wire.Envelope) (wire.Envelope, bool) {
	switch e.Kind {
	case wire.KindAsk:
		if a, err := wire.Open[wire.Ask](e); err == nil {
			f.mu.Lock()
			f.asks[a.Hash] = a
			f.mu.Unlock()
		}
	case wire.KindPay:
		if pay, err := wire.Open[wire.Pay](e); err == nil {
			paid := f.take(ctx, pay)
			if err := send(ctx, up, wire.KindPaid, paid); err != nil {
				return e, false // the payer repeats what was not answered
			}
		}
		return e, false
	}
	return e, true
}

// take brings a voucher on chain before it says that it has it.
func (f *Forger) take(ctx context.Context, pay wire.Pay) wire.Paid {
	f.taking.Lock()
	defer f.taking.Unlock()
	line := pay.Voucher.Line()
	paid := wire.Paid{VoucherHash: f.domain.Digest(pay.Voucher), Count: f.taken[line]}
	if pay.Voucher.Count <= paid.Count {
		return paid
	}
	if err := f.redeem(ctx, pay.Voucher, pay.Signature); err != nil {
		paid.Error = err.Error()
		return paid
	}
	f.taken[line] = pay.Voucher.Count
	paid.Count = pay.Voucher.Count
	return paid
}

// fromProvider signs anew.
func (f *Forger) fromProvider(e wire.Envelope) (wire.Envelope, bool) {
	if e.Kind == wire.KindChunk {
		if c, err := wire.Open[wire.Chunk](e); err == nil {
			f.mu.Lock()
			f.tokens[c.Hash] = append(f.tokens[c.Hash], c.Tokens...)
			f.mu.Unlock()
		}
	}
	if e.Kind != wire.KindDone {
		return e, true
	}
	d, err := wire.Open[wire.Done](e)
	if err != nil || len(d.Signature) == 0 {
		return e, true
	}
	if err := f.forge(&d); err != nil {
		return e, false
	}
	frame, err := wire.Seal(wire.KindDone, d)
	if err != nil {
		return e, false
	}
	out, err := wire.Parse(frame)
	return out, err == nil
}

func (f *Forger) forge(d *wire.Done) (err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ask, known := f.asks[d.Hash]
	if !known {
		return fmt.Errorf("an answer that nobody asked for: %w", protocol.ErrNotFound)
	}
	f.change(&d.Receipt)
	if d.Signature, err = f.domain.Sign(f.key, d.Receipt); err != nil {
		return err
	}
	output := d.Output
	if output == nil {
		output = f.tokens[d.Hash]
	}
	b := bundle.Bundle{Schema: bundle.Schema, Domain: f.domain, Model: f.model, Request: ask.Request, RequestSignature: ask.Signature, Params: ask.Params.Encode(),
		Stop: ask.Stop, Secret: ask.Secret, Prompt: ask.Prompt, Output: output, Receipt: d.Receipt, Signature: d.Signature}
	f.held = append(f.held, b)
	return nil
}
