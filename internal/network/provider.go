package network

import (
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
)

// devKey is a key held in memory.
type devKey = *ecdsa.PrivateKey

// Provider makes a provider of this deployment. redeemEvery is how often it looks
// for vouchers to redeem and credits to mature; 0 is its default.
func (c *Chain) Provider(o ProviderOptions, redeemEvery time.Duration, log *slog.Logger) (*provider.Provider, error) {
	view := &providerChain{reader: c.Reader, watch: contracts.NewWatch(c.Reader, o.Owner, c.Deployment.StartBlock),
		sender: o.Operator, provider: o.Owner, timing: timing{c.Timing.CloseGrace}}
	relayers := make([]provider.Relayer, len(o.Relayers))
	for i, url := range o.Relayers {
		relayers[i] = provider.Relayer{URL: url}
	}
	deps := provider.Deps{Key: o.Key, Chain: view, Redeemer: view, Maturer: view, Jobs: view, Log: log, Metrics: o.Metrics,
		Questions: contracts.NewQuestionWatch(c.Reader, o.Owner, c.Deployment.StartBlock), Answers: o.Operator, Binder: o.Binder,
		Draws: contracts.NewDrawWatch(c.Reader, o.Owner, c.Deployment.StartBlock),
		Bonds: c.bonds(o.Owner, o.Operator)}
	if o.NoJobs {
		deps.Jobs = nil
	}
	return provider.New(provider.Config{
		Domain: c.Reader.Domain(), Provider: o.Owner, Journal: o.Journal, Relayers: relayers, Models: o.Models, Openers: o.Openers,
		DisputeWindow: time.Duration(c.Timing.DisputeWindow) * time.Second, Redeem: o.Redeem, RedeemEvery: redeemEvery, Control: o.Control,
		JobMargin: jobMargin(c.MaxDeadline),
	}, deps)
}

// jobMargin is what of a job's time is kept for its delivery: five blocks of twelve seconds, less
// where the longest deadline is a minute.
func jobMargin(maxDeadline uint64) time.Duration {
	return time.Duration(min(60, max(maxDeadline/12, 1))) * time.Second
}

// providerChain is the chain as a provider sees it, and its hands on it.
type providerChain struct {
	reader   *contracts.Reader
	watch    *contracts.Watch
	sender   *txmgr.Manager // the operator's lane
	provider common.Address
	timing   timing
}

// timing is what must be added to contract state to know until when it counts.
type timing struct{ closeGrace uint64 }

func (c *providerChain) Now(ctx context.Context) (uint64, error) { return c.reader.Now(ctx) }

func (c *providerChain) FreeStake(ctx context.Context, provider common.Address) (protocol.Amount, error) {
	return c.reader.FreeStake(ctx, provider)
}

func (c *providerChain) Channel(ctx context.Context, id common.Hash) (provider.Channel, error) {
	ch, err := c.reader.Channel(ctx, id)
	if err != nil {
		return provider.Channel{}, err
	}
	out := provider.Channel{Requester: ch.Requester, Delegate: ch.Delegate, Deposit: ch.Deposit, Paid: ch.Paid,
		Expiry: ch.Expiry + c.timing.closeGrace, Closing: ch.ClosesAt != 0}
	if ch.ClosesAt != 0 {
		out.Expiry = ch.ClosesAt
	}
	now, err := c.reader.Now(ctx)
	if err != nil {
		return provider.Channel{}, err
	}
	if now < ch.RetiresAt {
		out.Retiring, out.RetiresAt = ch.Retiring, ch.RetiresAt
	}
	return out, nil
}

// Quote implements provider.Redeemer: the redeem runs on the newest state and leaves nothing.
func (c *providerChain) Quote(ctx context.Context, batch []provider.SignedVoucher) (protocol.Amount, error) {
	return c.reader.QuoteRedeem(ctx, c.sender.Address(), c.redeem(batch))
}

func (c *providerChain) redeem(batch []provider.SignedVoucher) protocol.Call {
	vouchers, signatures := make([]protocol.Voucher, len(batch)), make([]protocol.Bytes, len(batch))
	for i, b := range batch {
		vouchers[i], signatures[i] = b.Voucher, b.Signature
	}
	return c.reader.Addresses().Redeem(c.provider, vouchers, signatures, nil)
}

// Redeem implements provider.Redeemer. A crash between two attempts repeats nothing: what waits in the outbox is
// waited for.
func (c *providerChain) Redeem(ctx context.Context, batch []provider.SignedVoucher) ([]provider.Paid, error) {
	before, err := c.Paid(ctx, linesOf(batch))
	if err != nil {
		return nil, err
	}
	call := c.redeem(batch)
	if call.Salt, err = c.attempt(ctx, call, before); err != nil {
		return nil, err
	}
	if _, err := mined(ctx, c.sender, call); err != nil {
		return nil, err
	}
	return c.Paid(ctx, linesOf(batch))
}

// attempt names a redeem by what was paid on its lines before, and by how often it succeeded since. The number is
// needed because a redeem that finds no room succeeds too, and changes nothing: its name is used up, and the same
// vouchers must go again once there is room.
func (c *providerChain) attempt(ctx context.Context, call protocol.Call, before []provider.Paid) (common.Hash, error) {
	state := make([]byte, 8, 8+32*len(before))
	for _, line := range before {
		state = append(state, line.Total.Big().FillBytes(make([]byte, 32))...)
	}
	for n := uint64(0); ; n++ {
		binary.BigEndian.PutUint64(state, n)
		call.Salt = crypto.Keccak256Hash(state)
		in, err := c.sender.Get(ctx, protocol.IntentID(c.reader.Domain().ChainID, c.sender.Address(), call))
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return common.Hash{}, fmt.Errorf("look for a redeem in the outbox: %w", err)
		}
		if done := in.State == protocol.IntentConfirmed || in.State == protocol.IntentMined && in.Status == 1; !done {
			return call.Salt, nil
		}
	}
}

func linesOf(batch []provider.SignedVoucher) []protocol.Line {
	lines := make([]protocol.Line, len(batch))
	for i, b := range batch {
		lines[i] = b.Voucher.Line()
	}
	return lines
}

// Paid implements provider.Redeemer.
func (c *providerChain) Paid(ctx context.Context, lines []protocol.Line) ([]provider.Paid, error) {
	paid := make([]provider.Paid, len(lines))
	for i, l := range lines {
		line, err := c.reader.Line(ctx, l)
		if err != nil {
			return nil, err
		}
		paid[i] = provider.Paid{Line: l, Total: protocol.MustAmount(line.Paid)}
	}
	return paid, nil
}

// Jobs lists what waits for any provider or for this one's delivery.
func (c *providerChain) Waiting(ctx context.Context) ([]provider.Job, error) {
	open, err := c.watch.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var waiting []provider.Job
	for _, j := range open {
		if j.State != contracts.JobRequested && (j.State != contracts.JobAccepted || j.Provider != c.provider) {
			continue
		}
		params, err := j.DecodeParams()
		if err != nil {
			continue // no provider can answer it; it is refunded at its deadline
		}
		waiting = append(waiting, provider.Job{ID: j.Job, Request: j.Request, Params: params, Prompt: j.Order.Prompt, Assigned: j.Provider})
	}
	return waiting, nil
}

// Accept implements provider.Jobs. It waits for the block of the acceptance and not for the
// finality of a failed one: other jobs have deadlines.
func (c *providerChain) Accept(ctx context.Context, a protocol.Acceptance, signature protocol.Bytes) error {
	call := c.reader.Addresses().AcceptJob(a, signature)
	call.Deadline = a.ValidUntil
	_, err := mined(ctx, c.sender, call)
	var failed *txmgr.Failed
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &failed):
		return fmt.Errorf("accept: %v: %w", err, protocol.ErrUnavailable) // of a halted lane, say: it may be on its way
	}
	// INVARIANT: that the transaction had no effect says nothing of its signature: whoever sees it may send it, and is mined
	// first. Only the job says whose it is.
	job, unread := c.reader.Job(ctx, a.Job)
	state, sent := contracts.JobState(job.State), len(failed.Intent.Attempts) > 0
	switch {
	case unread != nil:
		return fmt.Errorf("accept: %v: look whose the job is: %v: %w", err, unread, protocol.ErrUnavailable)
	case job.Provider == a.Provider && state != contracts.JobRefunded:
		return nil
	case state <= contracts.JobRequested && sent:
		return fmt.Errorf("accept: %v; anyone may send it again before %d: %w", err, a.ValidUntil, protocol.ErrUnavailable)
	}
	return fmt.Errorf("accept: %v: %w", err, protocol.ErrConflict)
}

// mined sends a call and waits until a block holds it. One that anyone may send fails where somebody sent a copy first;
// to wait until that is final would keep its caller from all else for a quarter of an hour.
func mined(ctx context.Context, sender *txmgr.Manager, call protocol.Call) (*types.Receipt, error) {
	id, err := sender.Submit(ctx, call)
	if err != nil {
		return nil, err
	}
	return sender.WaitMined(ctx, id)
}

// Deliver implements provider.Jobs; a job that is delivered already is no error.
func (c *providerChain) Deliver(ctx context.Context, job common.Hash, r protocol.Receipt, signature protocol.Bytes, output []uint32) error {
	j, err := c.reader.Job(ctx, job) // that one alone: a list may be long, and a late delivery burns
	if err != nil {
		return err
	}
	switch state := contracts.JobState(j.State); {
	case j.RequestHash != r.RequestHash:
		return fmt.Errorf("deliver: job %s has another request than %s: %w", job, r.RequestHash, protocol.ErrNotFound)
	case state == contracts.JobRequested:
		return fmt.Errorf("deliver: job %s is not accepted, as far as the node knows: %w", job, protocol.ErrUnavailable)
	case state != contracts.JobAccepted:
		return nil
	}
	call := c.reader.Addresses().DeliverJob(job, r, signature, output)
	call.Deadline = j.Deadline
	var failed *txmgr.Failed
	if _, err = mined(ctx, c.sender, call); errors.As(err, &failed) { // of a copy that was mined first, say
		if j, unread := c.reader.Job(ctx, job); unread == nil && contracts.JobState(j.State) > contracts.JobAccepted {
			return nil
		}
	}
	return err
}

// Credits implements provider.Maturer: pending credits, and delivered jobs whose
// fee waits for the end of the dispute window, each under a name of its content.
func (c *providerChain) Credits(ctx context.Context) ([]provider.Credit, error) {
	due, err := c.due(ctx)
	if err != nil {
		return nil, err
	}
	credits := make([]provider.Credit, 0, len(due))
	for _, d := range due {
		credits = append(credits, d.Credit)
	}
	return credits, nil
}

// dueCall is money that waits, with the call that moves it on.
type dueCall struct {
	provider.Credit
	calls []protocol.Call
}

func (c *providerChain) due(ctx context.Context) ([]dueCall, error) {
	pending, err := c.watch.Credits(ctx)
	if err != nil {
		return nil, err
	}
	at := c.reader.Addresses()
	var due []dueCall
	for _, p := range pending {
		var epoch [8]byte
		binary.BigEndian.PutUint64(epoch[:], p.Epoch)
		due = append(due, dueCall{provider.Credit{ID: crypto.Keccak256Hash(p.ModelVersion[:], p.Relayer[:], epoch[:]), Amount: p.Amount, MaturesAt: p.MaturesAt},
			[]protocol.Call{at.Mature(c.provider, p.ModelVersion, p.Relayer, p.Epoch)}})
	}
	jobs, err := c.watch.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	for _, j := range jobs {
		if j.Provider != c.provider || j.State != contracts.JobDelivered && !j.CallbackOpen {
			continue
		}
		d := dueCall{Credit: provider.Credit{ID: j.Job, Amount: j.Request.MaxFee, MaturesAt: j.DisputableUntil + 1}}
		if j.State == contracts.JobDelivered {
			d.calls = append(d.calls, at.FinalizeJob(j.Job))
		}
		if j.Order.Callback != (common.Address{}) && (j.State == contracts.JobDelivered || j.CallbackOpen) {
			d.calls = append(d.calls, at.RunCallback(j.Job, j.Output))
		}
		due = append(due, d)
	}
	return due, nil
}

// Mature implements provider.Maturer: it does what is due for the named credits.
func (c *providerChain) Mature(ctx context.Context, credits []provider.Credit) error {
	wanted := map[common.Hash]bool{}
	for _, credit := range credits {
		wanted[credit.ID] = true
	}
	due, err := c.due(ctx)
	if err != nil {
		return err
	}
	var calls []protocol.Call
	for _, d := range due {
		if wanted[d.ID] {
			calls = append(calls, d.calls...)
		}
	}
	return c.each(ctx, calls)
}

// each sends calls one after the other. What fails, because somebody else did it, say, stops none of the others.
func (c *providerChain) each(ctx context.Context, calls []protocol.Call) error {
	var errs []error
	for _, call := range calls {
		if _, err := mined(ctx, c.sender, call); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
