package contracts

import (
	"context"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
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
	latest, err := w.reader.Head(ctx)
	if err != nil {
		return err
	}
	err = w.reader.marketLog(ctx, w.next, latest, func(e any, _ *types.Log) error {
		w.note(e)
		return nil
	})
	if err != nil {
		return err
	}
	w.next = latest + 1
	return nil
}

func (w *Watch) note(e any) {
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
