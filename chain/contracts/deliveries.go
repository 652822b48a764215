package contracts

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

// Delivered is one job with its answer, as the chain's log has it.
type Delivered struct {
	Job       common.Hash
	Request   protocol.Request
	Receipt   protocol.Receipt
	Signature protocol.Bytes // of the receipt; nil if a contract delivered it
	Params    protocol.Bytes
	Prompt    []uint32
	Output    []uint32
}

// DeliveryWatch follows the Market's log for delivered jobs of all providers.
type DeliveryWatch struct {
	reader *Reader

	mu       sync.Mutex
	next     uint64
	requests map[common.Hash]events.JobRequested
	seen     map[common.Hash]uint64 // transaction to block, as far back as a reorg may reach
}

// NewDeliveryWatch starts at the block the contracts were deployed in.
func NewDeliveryWatch(r *Reader, startBlock uint64) *DeliveryWatch {
	return &DeliveryWatch{reader: r, next: startBlock, requests: map[common.Hash]events.JobRequested{}, seen: map[common.Hash]uint64{}}
}

// Delivered returns the jobs delivered since the last call that succeeded. A reorg may
// bring one again, in another transaction.
func (w *DeliveryWatch) Delivered(ctx context.Context) ([]Delivered, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest, err := w.reader.Head(ctx)
	if err != nil {
		return nil, err
	}
	var list []Delivered
	fresh := map[common.Hash]uint64{}
	err = w.reader.marketLog(ctx, w.next, latest, func(e any, l *types.Log) error {
		d, err := w.note(ctx, e, l.TxHash)
		if d != nil {
			list, fresh[l.TxHash] = append(list, *d), l.BlockNumber
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for tx, block := range fresh {
		w.seen[tx] = block
	}
	for tx, block := range w.seen {
		if block+2*watchOverlap < latest {
			delete(w.seen, tx)
		}
	}
	w.next = latest + 1
	return list, nil
}

// note takes one event in: a delivery that was not returned before, or nil.
func (w *DeliveryWatch) note(ctx context.Context, e any, tx common.Hash) (*Delivered, error) {
	switch e := e.(type) {
	case events.JobRequested:
		w.requests[e.Job] = e
	case events.JobRefunded:
		delete(w.requests, e.Job)
	case events.JobFinalized:
		delete(w.requests, e.Job)
	case events.JobDelivered:
		asked, known := w.requests[e.Job]
		if _, done := w.seen[tx]; done || !known {
			return nil, nil
		}
		signature, err := w.signature(ctx, tx)
		if err != nil {
			return nil, err
		}
		return &Delivered{Job: e.Job, Request: asked.Request, Receipt: e.Receipt, Signature: signature, Params: asked.Order.Params,
			Prompt: asked.Order.Prompt, Output: e.Output}, nil
	}
	return nil, nil
}

// signature reads the receipt's signature out of the transaction that delivered it; nil if
// a contract made the call. Evidence of a delivery needs none (see DeliveryOf); only a
// comparison of two receipts by their operator's numbers does.
func (w *DeliveryWatch) signature(ctx context.Context, tx common.Hash) (protocol.Bytes, error) {
	t, _, err := w.reader.client.TransactionByHash(ctx, tx)
	if errors.Is(err, ethereum.NotFound) {
		return nil, nil // a reorg, or an index that lags
	}
	if err != nil {
		return nil, fmt.Errorf("read transaction %s: %w", tx, w.reader.client.Wrap(err))
	}
	// INVARIANT: the Market lets nobody in again, so a call of it that delivers is deliverJob.
	if to := t.To(); to == nil || *to != w.reader.at.Market {
		return nil, nil
	}
	return deliveredSignature(t.Data()), nil
}

// deliveredSignature reads the signature out of the calldata of deliverJob; nil if it is not
// that of one.
func deliveredSignature(data []byte) []byte {
	const head = 32 + 9*32 // job and receipt, before the offset of the signature
	if len(data) < 4 {
		return nil
	}
	at, n, err := dynamic(data[4:], head)
	if err != nil || n != 65 || 4+at+n > uint64(len(data)) {
		return nil
	}
	return data[4+at : 4+at+n]
}

// DeliveryOf returns the hash of the receipt that the Market recorded as the delivery of a
// job, zero if there is none. The Market saw the operator's signature of it, so that record
// stands for the signature in all evidence.
func (r *Reader) DeliveryOf(ctx context.Context, job common.Hash) (common.Hash, error) {
	d, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackDeliveryOf(job), market.UnpackDeliveryOf)
	return d.ReceiptHash, err
}
