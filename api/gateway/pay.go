package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

const (
	// maxAdded bounds the receipts that one voucher adds.
	maxAdded = 2048
	// payers is how many lines are paid at once.
	payers = 16
	// payTimeout bounds one voucher's way to its provider and back.
	payTimeout = 20 * time.Second
	// longestPause is between two attempts on a line that keeps failing.
	longestPause = 5 * time.Minute
)

// poke lets Run look for something to pay.
func (g *Gateway) poke() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// Flush pays every receipt stored so far, as Run does by itself, and reports what
// did not succeed.
func (g *Gateway) Flush(ctx context.Context) error { return g.payAll(ctx, true) }

// payState is one line as payers see it.
type payState struct {
	paying  sync.Mutex // one at a time
	adopted time.Time  // the line was taken over then; under paying

	mu     sync.Mutex
	failed int       // times in a row
	after  time.Time // not tried before, unless a receipt comes
}

func (g *Gateway) payState(line common.Hash) *payState {
	s, _ := g.paying.LoadOrStore(line, new(payState))
	return s.(*payState)
}

// due tells whether a line is to be tried: those that fail wait longer each time, so
// that lines which nobody will ever take do not hold up the others for ever.
func (s *payState) due(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !now.Before(s.after)
}

func (s *payState) tried(now time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.failed, s.after = 0, time.Time{}
		return
	}
	s.after = now.Add(min(recoverEvery<<min(s.failed, 10), longestPause))
	s.failed++
}

// hurry has a line tried at once: its provider just answered.
func (s *payState) hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = time.Time{}
}

// payAll brings every line that is due up to date, or every line. Lines fail alone.
func (g *Gateway) payAll(ctx context.Context, all bool) error {
	lines, err := g.store.LinesToPay(ctx)
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(payers)
	errs := make([]error, len(lines))
	for i, line := range lines {
		state := g.payState(store.LineID(line))
		if !all && !state.due(g.now()) {
			continue
		}
		group.Go(func() error {
			errs[i] = g.payLine(ctx, line)
			state.tried(g.now(), errs[i])
			return nil
		})
	}
	_ = group.Wait() // the functions report in errs
	return errors.Join(errs...)
}

// payLine sends what the provider does not hold yet, then signs for what no voucher
// pays and sends that. One at a time per line; another process is kept out by the
// compare and swap of Advance.
func (g *Gateway) payLine(ctx context.Context, line protocol.Line) error {
	state := g.payState(store.LineID(line))
	state.paying.Lock()
	defer state.paying.Unlock()
	for {
		row, err := g.store.EnsureLine(ctx, line, g.unix())
		if err != nil {
			return err
		}
		// A voucher on its way goes first and unchanged, so that what the next one
		// adds always follows what the provider holds. A refused one is replaced.
		if row.HeldCount < row.Count && row.Refusal == "" {
			if err := g.sendVoucher(ctx, row); err != nil {
				return err
			}
			continue
		}
		more, err := g.extend(ctx, row)
		if errors.Is(err, protocol.ErrConflict) {
			continue
		}
		if err != nil {
			return err
		}
		if !more {
			if row.HeldCount == row.Count {
				return nil
			}
			if err := g.sendVoucher(ctx, row); err != nil { // refused before: perhaps not any more
				return err
			}
		}
	}
}

// extend signs a voucher over the next receipts and stores it; false if there are none.
func (g *Gateway) extend(ctx context.Context, row *store.VoucherLine) (bool, error) {
	leaves, err := g.store.Unpaid(ctx, row.ID, maxAdded)
	if err != nil || len(leaves) == 0 {
		return false, err
	}
	tree, err := row.SumTree()
	if err != nil {
		return false, err
	}
	for _, leaf := range leaves {
		if tree, err = tree.Append(leaf.ReceiptHash, leaf.Fee); err != nil {
			return false, err
		}
	}
	next := *row
	voucher := voucherOf(row.Line(), tree)
	if next.Signature, err = g.cfg.Domain.Sign(g.cfg.Delegate, voucher); err != nil {
		return false, err
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		return false, err
	}
	next.Tree, next.Count, next.Total, next.UpdatedAt = string(raw), int64(tree.Count), tree.Total(), g.unix()
	next.Refusal = ""
	if err := g.store.Advance(ctx, &next, row, leaves); err != nil {
		return false, err
	}
	g.log.Info("voucher signed", "line", row.ID, "provider", row.Provider, "total", next.Total, "count", next.Count)
	return true, nil
}

func voucherOf(l protocol.Line, tree protocol.SumTree) protocol.Voucher {
	return protocol.Voucher{Channel: l.Channel, Provider: l.Provider, ModelVersion: l.ModelVersion, Relayer: l.Relayer,
		Total: tree.Total(), Count: tree.Count, ReceiptsRoot: tree.Root()}
}

// sendVoucher delivers the stored voucher of a line.
func (g *Gateway) sendVoucher(ctx context.Context, row *store.VoucherLine) error {
	return g.send(ctx, row, true)
}

// send is sendVoucher; correct: a provider may say once what it holds.
func (g *Gateway) send(ctx context.Context, row *store.VoucherLine, correct bool) error {
	tree, err := row.SumTree()
	if err != nil {
		return err
	}
	// What the provider holds may lead the list, so that its end is enough: a wrong word
	// about what it holds must not make a message that no relayer takes.
	added, err := g.store.Added(ctx, row.ID, max(row.HeldCount, row.Count-g.repeat), row.Count)
	if err != nil {
		return err
	}
	voucher := voucherOf(row.Line(), tree)
	ctx, stop := context.WithTimeout(ctx, payTimeout)
	defer stop()
	relay, err := g.relays.of(ctx, voucher.Relayer)
	if err != nil {
		g.metrics.vouchers.WithLabelValues("lost").Inc()
		return fmt.Errorf("send voucher of line %s: %w", row.ID, err)
	}
	paid, err := relay.Pay(ctx, wire.Pay{Voucher: voucher, Signature: row.Signature, Added: added})
	refusal := paid.Error
	var refused *RelayError
	if errors.As(err, &refused) && !errors.Is(err, protocol.ErrUnavailable) {
		refusal = refused.Error()
	} else if err != nil {
		g.metrics.vouchers.WithLabelValues("lost").Inc()
		return fmt.Errorf("send voucher of line %s: %w", row.ID, err)
	}
	digest := g.cfg.Domain.Digest(voucher)
	if refusal == "" && paid.Pending {
		g.metrics.vouchers.WithLabelValues("pending").Inc()
		return fmt.Errorf("voucher of line %s waits at the relayer for its provider: %w", row.ID, protocol.ErrUnavailable)
	}
	if correct && refusal != "" && refused == nil && paid.Held != nil {
		if adopted, err := g.adopt(ctx, row, paid.Held); err != nil || adopted {
			return err
		}
	}
	// The provider holds another number of receipts than we thought: a confirmation
	// was lost, or it lost vouchers. What it lacks is sent again from there.
	if held := int64(paid.Count); correct && refusal != "" && refused == nil && paid.Count < uint64(row.Count) && held != row.HeldCount {
		if err := g.store.SetHeld(ctx, row.ID, held, g.unix()); err != nil {
			return err
		}
		again := *row
		again.HeldCount = held
		return g.send(ctx, &again, false)
	}
	if refusal == "" && paid.VoucherHash != digest {
		refusal = fmt.Sprintf("confirmed voucher %s instead of %s", paid.VoucherHash, digest)
	}
	if refusal != "" {
		g.metrics.vouchers.WithLabelValues("refused").Inc()
		if err := g.store.Refused(ctx, row.ID, refusal, g.unix()); err != nil {
			return err
		}
		return fmt.Errorf("voucher of line %s refused: %s: %w", row.ID, refusal, protocol.ErrConflict)
	}
	g.metrics.vouchers.WithLabelValues("held").Inc()
	return g.store.Held(ctx, row.ID, row.Count, g.unix())
}

// LineOf returns the voucher line that pays a generation and whether its provider
// holds a voucher for it.
func (g *Gateway) LineOf(ctx context.Context, gen *store.Generation) (*store.VoucherLine, bool, error) {
	if gen.Line == (common.Hash{}) {
		return nil, false, nil
	}
	row, err := g.store.VoucherLine(ctx, gen.Line)
	if err != nil {
		return nil, false, err
	}
	return row, gen.Leaf != store.NoLeaf && gen.Leaf < row.HeldCount, nil
}
