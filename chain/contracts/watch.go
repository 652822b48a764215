package contracts

import (
	"context"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
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
	jobs    map[common.Hash]*watchedJob
	credits map[CreditKey]bool
}

// watchedJob is a job as the log has it.
type watchedJob struct {
	events.JobRequested
	delivered bool     // by the provider
	output    []uint32 // then
	over      uint64   // the block at which it was first seen to need nobody here; 0 while it may
}

// NewWatch starts at the block the contracts were deployed in.
func NewWatch(r *Reader, provider common.Address, startBlock uint64) *Watch {
	return &Watch{reader: r, provider: provider, next: startBlock, jobs: map[common.Hash]*watchedJob{}, credits: map[CreditKey]bool{}}
}

// follow reads the log up to the head, which it returns. The caller holds mu.
func (w *Watch) follow(ctx context.Context) (*types.Header, error) {
	head, err := w.reader.client.Head(ctx, chain.Latest)
	if err != nil {
		return nil, err
	}
	latest := head.Number.Uint64()
	err = w.reader.marketLog(ctx, w.next, latest, func(e any, _ *types.Log) error {
		w.note(e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.next = latest + 1
	return head, nil
}

func (w *Watch) note(e any) {
	switch e := e.(type) {
	case events.JobRequested:
		if j := w.jobs[e.Job]; j == nil || j.Request != e.Request { // a reorg may give an id other terms
			w.jobs[e.Job] = &watchedJob{JobRequested: e}
		}
	case events.JobDelivered:
		j := w.jobs[e.Job]
		if j == nil || e.Provider != w.provider {
			return
		}
		if j.output = e.Output; !j.delivered {
			j.delivered, j.over = true, 0
		}
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

// OpenJob is a job that still needs somebody.
type OpenJob struct {
	events.JobRequested
	State    JobState
	Provider common.Address // zero while nobody accepted
	Output   []uint32       // once the watch's provider delivered
	// DisputableUntil is the last second of the dispute window, once delivered.
	DisputableUntil uint64
	CallbackOpen    bool // a target waits for the output and may have it now
}

// Jobs returns every job that somebody may still accept or deliver, and those that the provider delivered and that still
// need somebody. What nobody delivered in time is its requester's matter alone and costs no read, however much of it there is.
func (w *Watch) Jobs(ctx context.Context) ([]OpenJob, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	head, err := w.follow(ctx)
	if err != nil {
		return nil, err
	}
	var open []OpenJob
	for id, job := range w.jobs {
		if !w.needed(job, head) {
			continue
		}
		j, err := w.reader.Job(ctx, id)
		if err != nil {
			return nil, err
		}
		state := JobState(j.State)
		callback := j.Callback != (common.Address{}) && !j.CallbackDone && !j.Disproved &&
			(state == JobFinalized || state == JobDelivered && j.CallbackAtDelivery)
		if state == 0 || state == JobRefunded || state == JobFinalized && !callback {
			if job.over == 0 {
				job.over = head.Number.Uint64()
			}
			continue
		}
		job.over = 0
		open = append(open, OpenJob{job.JobRequested, state, j.Provider, job.output, j.DisputableUntil, callback})
	}
	return open, nil
}

// needed tells whether a job must be read. One that is over is looked at again for some blocks, as a reorg may take that
// back, and forgotten when its log is not read again.
func (w *Watch) needed(job *watchedJob, head *types.Header) bool {
	latest, late := head.Number.Uint64(), !job.delivered && job.Request.Deadline <= head.Time
	if late && job.over == 0 {
		job.over = latest
	}
	if job.over != 0 && job.over+watchOverlap < latest {
		delete(w.jobs, job.Job)
	}
	return !late && (job.over == 0 || latest <= job.over+reorgs)
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
	if _, err := w.follow(ctx); err != nil {
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
