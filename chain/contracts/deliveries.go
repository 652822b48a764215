package contracts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

// Delivered is one job with its answer, as the chain's log has it.
type Delivered struct {
	Job       common.Hash
	Request   protocol.Request
	Receipt   protocol.Receipt
	Signature protocol.Bytes // of the receipt, out of the transaction; nil if that hides it and the node traces none
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
		signature, err := w.signature(ctx, tx, e.Receipt)
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return nil, err
		}
		return &Delivered{Job: e.Job, Request: asked.Request, Receipt: e.Receipt, Signature: signature, Params: asked.Order.Params,
			Prompt: asked.Order.Prompt, Output: e.Output}, nil
	}
	return nil, nil
}

// maxSigners bounds how many possible signers of one delivery are looked up.
const maxSigners = 64

// signature finds the receipt's signature in the transaction that delivered it: as the
// argument of deliverJob, anywhere in the calldata where a contract made the call, or in that
// inner call, which only a node that traces (debug_traceTransaction) shows. It fails with
// protocol.ErrNotFound if it is nowhere.
func (w *DeliveryWatch) signature(ctx context.Context, tx common.Hash, r protocol.Receipt) (protocol.Bytes, error) {
	t, _, err := w.reader.client.TransactionByHash(ctx, tx)
	if errors.Is(err, ethereum.NotFound) {
		return nil, fmt.Errorf("transaction %s: %w", tx, protocol.ErrUnavailable) // a reorg, or an index that lags
	}
	if err != nil {
		return nil, fmt.Errorf("read transaction %s: %w", tx, w.reader.client.Wrap(err))
	}
	data := t.Data()
	candidates := [][]byte{deliveredSignature(data)}
	for i := 0; i+65 <= len(data) && len(candidates) < maxSigners; i++ {
		if v := data[i+64]; v == 27 || v == 28 {
			candidates = append(candidates, data[i:i+65])
		}
	}
	if sig, err := w.signed(ctx, r, candidates); !errors.Is(err, protocol.ErrNotFound) {
		return sig, err
	}
	// INVARIANT: a contract may make the call's data out of anything, so only the call itself shows it.
	var top callFrame
	err = w.reader.client.Client.Client().CallContext(ctx, &top, "debug_traceTransaction", tx, map[string]any{"tracer": "callTracer"})
	if err != nil {
		return nil, fmt.Errorf("signature in transaction %s, which the node does not trace (%v): %w", tx, err, protocol.ErrNotFound)
	}
	return w.signed(ctx, r, top.deliveries(w.reader.at.Market))
}

// signed returns the first candidate that an operator of the receipt's provider signed.
func (w *DeliveryWatch) signed(ctx context.Context, r protocol.Receipt, candidates [][]byte) (protocol.Bytes, error) {
	digest := w.reader.Domain().Digest(r)
	for _, c := range candidates {
		signer, err := protocol.RecoverDigest(digest, c)
		if err != nil {
			continue
		}
		owner, err := w.reader.ProviderOf(ctx, signer)
		if err == nil && owner == r.Provider {
			return slices.Clone(c), nil
		}
		if err != nil && !errors.Is(err, protocol.ErrNotFound) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("signature of receipt %s: %w", digest, protocol.ErrNotFound)
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

// callFrame is one call of a traced transaction.
type callFrame struct {
	To    common.Address `json:"to"`
	Input hexutil.Bytes  `json:"input"`
	Error string         `json:"error"`
	Calls []callFrame    `json:"calls"`
}

// deliveries are the signatures in all calls of a contract that went through.
func (f callFrame) deliveries(market common.Address) (list [][]byte) {
	if f.Error != "" {
		return nil
	}
	if f.To == market {
		if sig := deliveredSignature(f.Input); sig != nil {
			list = append(list, sig)
		}
	}
	for _, inner := range f.Calls {
		list = append(list, inner.deliveries(market)...)
	}
	return list
}
