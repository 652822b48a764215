package contracts

import (
	"context"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

const (
	watchSpan    = 2_000 // blocks asked for at once
	watchOverlap = 128   // blocks read again every time: the deepest reorg
)

// CreditKey names a pending credit of one provider.
type CreditKey struct {
	ModelVersion common.Hash
	Relayer      common.Address
	Epoch        uint64
}

// Watch follows the Market's log for one provider: which jobs there are, and which
// credits its redeems made. The log only says where to look; what is true is read
// from the contract, so a log seen twice or of a lost block does no harm.
type Watch struct {
	reader   *Reader
	provider common.Address

	mu      sync.Mutex
	next    uint64
	jobs    map[common.Hash]events.JobRequested
	outputs map[common.Hash][]uint32
	credits map[CreditKey]bool
}

// NewWatch starts at the block the contracts were deployed in.
func NewWatch(r *Reader, provider common.Address, startBlock uint64) *Watch {
	return &Watch{reader: r, provider: provider, next: startBlock, jobs: map[common.Hash]events.JobRequested{},
		outputs: map[common.Hash][]uint32{}, credits: map[CreditKey]bool{}}
}

// follow reads the log up to the head. The caller holds mu.
func (w *Watch) follow(ctx context.Context) error {
	head, err := w.reader.client.Head(ctx, "latest")
	if err != nil {
		return err
	}
	latest := head.Number.Uint64()
	from := w.next - min(w.next, watchOverlap)
	for from <= latest {
		to := min(latest, from+watchSpan-1)
		logs, err := w.reader.client.FilterLogs(ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to),
			Addresses: []common.Address{w.reader.at.Market},
		})
		if err != nil {
			return fmt.Errorf("read the market's log: %w", w.reader.client.Wrap(err))
		}
		for _, l := range logs {
			if err := w.note(l); err != nil {
				return err
			}
		}
		from = to + 1
	}
	w.next = latest + 1
	return nil
}

func (w *Watch) note(l types.Log) error {
	topics := make([]byte, 0, 32*len(l.Topics))
	for _, t := range l.Topics {
		topics = append(topics, t[:]...)
	}
	e, err := events.Decode(events.Market, topics, l.Data)
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case events.JobRequested:
		w.jobs[e.Job] = e
	case events.JobDelivered:
		w.outputs[e.Job] = e.Output
	case events.VoucherRedeemed:
		if e.Provider == w.provider {
			w.credits[CreditKey{e.ModelVersion, e.Relayer, e.Epoch}] = true
		}
	}
	return nil
}

// JobState is where a job stands; values are those of the contracts.
type JobState uint8

const (
	JobRequested JobState = iota + 1
	JobAccepted
	JobDelivered
	JobFinalized
	JobRefunded
)

// OpenJob is a job that is not over.
type OpenJob struct {
	events.JobRequested
	State    JobState
	Provider common.Address // zero while nobody accepted
	Output   []uint32       // once delivered
	// DisputableUntil is the last second of the dispute window, once delivered.
	DisputableUntil uint64
	CallbackOpen    bool // a target waits for the output and may have it now
}

// Jobs returns every job that still needs somebody.
func (w *Watch) Jobs(ctx context.Context) ([]OpenJob, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.follow(ctx); err != nil {
		return nil, err
	}
	var open []OpenJob
	for id, requested := range w.jobs {
		j, err := w.reader.Job(ctx, id)
		if err != nil {
			return nil, err
		}
		state := JobState(j.State)
		callback := j.Callback != (common.Address{}) && !j.CallbackDone && !j.Disproved &&
			(state == JobFinalized || state == JobDelivered && j.CallbackAtDelivery)
		if state == 0 || state == JobRefunded || state == JobFinalized && !callback {
			delete(w.jobs, id) // a reorg brings it back: its log is read again
			delete(w.outputs, id)
			continue
		}
		open = append(open, OpenJob{requested, state, j.Provider, w.outputs[id], j.DisputableUntil, callback})
	}
	return open, nil
}

// PendingCredit is a credit that has not matured yet.
type PendingCredit struct {
	CreditKey
	Credit
}

// Credits returns the provider's pending credits.
func (w *Watch) Credits(ctx context.Context) ([]PendingCredit, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.follow(ctx); err != nil {
		return nil, err
	}
	var pending []PendingCredit
	for key := range w.credits {
		c, err := w.reader.Credit(ctx, w.provider, key.ModelVersion, key.Relayer, key.Epoch)
		if err != nil {
			return nil, err
		}
		if c.Amount.IsZero() {
			delete(w.credits, key)
			continue
		}
		pending = append(pending, PendingCredit{key, c})
	}
	return pending, nil
}

// DecodeParams reads the sampling parameters of an order.
func (j OpenJob) DecodeParams() (protocol.Params, error) {
	return protocol.DecodeParams(j.Order.Params)
}
