// Package queue is the prover as a service inside one process: proofs wait in one line,
// the one whose deadline is nearest first, and are made one at a time, because each takes
// all cores and a hundred megabytes. The keys are loaded once, at the first proof.
//
// It decides nothing and keeps nothing: what waited when the process ends is asked for
// again by who needs it. Enter at New, Queue.Run and Queue.Prove.
package queue

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
)

// Prover makes one proof. *prover.Prover is one.
type Prover interface {
	Prove(ctx context.Context, step *circuit.StepInput, ok bool) (prover.Proof, circuit.Inputs, error)
}

// Config makes a Queue. Load is required.
type Config struct {
	// Load reads the keys; it runs once, again only after it failed.
	Load func(ctx context.Context) (Prover, error)
	// Max is how many proofs may wait, default 256: a few kilobytes each.
	Max     int
	Log     *slog.Logger          // nil: slog.Default()
	Metrics prometheus.Registerer // nil: none
	// Progress, if set, is told of every change; it must not block.
	Progress func(Event)
}

// Stage is what happens to a proof.
type Stage string

// The stages.
const (
	Waiting Stage = "waiting"
	Loading Stage = "loading keys"
	Proving Stage = "proving"
	Done    Stage = "done"
	Failed  Stage = "failed"
)

// Event is one line of progress.
type Event struct {
	Job   uint64 // number of the proof
	Stage Stage
	Ahead int // proofs that are made before this one
	Took  time.Duration
	Err   error
}

// Job is a proof to make: that the claim of a step is right, or (not Right) wrong.
type Job struct {
	Step  *circuit.StepInput
	Right bool
	// Deadline is the Unix second after which the proof is of no use; 0 is never. It
	// orders the line and drops nothing: whose clock it is, is not known here.
	Deadline uint64
}

// Result is a verified proof and what it cost.
type Result struct {
	Proof  prover.Proof
	Inputs circuit.Inputs
	// Took is the proving alone; Peak the most memory that the Go runtime held meanwhile.
	Took time.Duration
	Peak uint64
}

// Status is what the queue does now.
type Status struct {
	Waiting int           `json:"waiting"`
	Proving bool          `json:"proving"`
	Loaded  bool          `json:"keys_loaded"`
	Made    uint64        `json:"made"`
	Failed  uint64        `json:"failed"`
	Busy    time.Duration `json:"busy_ns"`
	Peak    uint64        `json:"peak_bytes"`
}

// Queue is safe for concurrent use.
type Queue struct {
	cfg     Config
	log     *slog.Logger
	metrics *metricSet

	mu     sync.Mutex
	line   line
	next   uint64
	status Status
	wake   chan struct{}
	over   bool
}

// New returns an empty queue; proofs are made while Run runs.
func New(cfg Config) (*Queue, error) {
	if cfg.Load == nil {
		return nil, fmt.Errorf("queue of proofs without keys: %w", protocol.ErrInvalid)
	}
	if cfg.Max <= 0 {
		cfg.Max = 256
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Progress == nil {
		cfg.Progress = func(Event) {}
	}
	q := &Queue{cfg: cfg, log: cfg.Log, wake: make(chan struct{}, 1)}
	var err error
	if q.metrics, err = newMetrics(cfg.Metrics, q.Status); err != nil {
		return nil, err
	}
	return q, nil
}

// Prove waits for its turn and returns the proof. It fails with protocol.ErrUnavailable if
// the line is full or Run ended, with ctx's error if ctx ends first, else as
// prover.Prover.Prove does. A proof that runs when ctx ends is finished and thrown away.
func (q *Queue) Prove(ctx context.Context, job Job) (Result, error) {
	e := &entry{Job: job, ctx: ctx, done: make(chan struct{})}
	q.mu.Lock()
	switch {
	case q.over:
		q.mu.Unlock()
		return Result{}, fmt.Errorf("prove: the queue is closed: %w", protocol.ErrUnavailable)
	case len(q.line) >= q.cfg.Max:
		q.mu.Unlock()
		return Result{}, fmt.Errorf("prove: %d proofs wait: %w", q.cfg.Max, protocol.ErrUnavailable)
	}
	q.next++
	e.number = q.next
	heap.Push(&q.line, e)
	ahead := q.ahead(e)
	q.count()
	q.mu.Unlock()
	q.cfg.Progress(Event{Job: e.number, Stage: Waiting, Ahead: ahead})
	select {
	case q.wake <- struct{}{}:
	default:
	}
	select {
	case <-e.done:
		return e.result, e.err
	case <-ctx.Done():
		q.leave(e)
		return Result{}, fmt.Errorf("prove: %w", context.Cause(ctx))
	}
}

// leave takes an entry out of the line.
func (q *Queue) leave(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if e.at >= 0 && e.at < len(q.line) && q.line[e.at] == e {
		heap.Remove(&q.line, e.at)
		q.count()
	}
}

// ahead counts what is before an entry. The caller holds mu.
func (q *Queue) ahead(e *entry) (n int) {
	for _, other := range q.line {
		if other != e && before(other, e) {
			n++
		}
	}
	if q.status.Proving {
		n++
	}
	return n
}

// count notes how many wait. The caller holds mu.
func (q *Queue) count() { q.status.Waiting = len(q.line) }

// Status returns what the queue does now.
func (q *Queue) Status() Status {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.status
}

// Run makes proofs until ctx ends; whoever waits then gets protocol.ErrUnavailable.
func (q *Queue) Run(ctx context.Context) error {
	defer q.close()
	var p Prover
	for {
		e := q.take()
		if e == nil {
			select {
			case <-ctx.Done():
				return nil
			case <-q.wake:
			}
			continue
		}
		if ctx.Err() != nil {
			q.finish(e, Result{}, fmt.Errorf("prove: the queue is closed: %w", protocol.ErrUnavailable))
			return nil
		}
		if p == nil {
			var err error
			if p, err = q.load(ctx, e.number); err != nil {
				q.finish(e, Result{}, fmt.Errorf("load keys: %w", err))
				continue
			}
		}
		r, err := q.prove(p, e)
		q.finish(e, r, err)
	}
}

func (q *Queue) load(ctx context.Context, number uint64) (Prover, error) {
	q.cfg.Progress(Event{Job: number, Stage: Loading})
	start := time.Now()
	p, err := q.cfg.Load(ctx)
	if err != nil {
		return nil, err
	}
	q.log.Info("proving keys loaded", "seconds", time.Since(start).Seconds())
	q.mu.Lock()
	q.status.Loaded = true
	q.mu.Unlock()
	return p, nil
}

// take removes the most urgent entry; nil if nobody waits.
func (q *Queue) take() *entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.line) > 0 {
		e := heap.Pop(&q.line).(*entry)
		q.count()
		if e.ctx.Err() == nil {
			q.status.Proving = true
			return e
		}
	}
	return nil
}

func (q *Queue) prove(p Prover, e *entry) (r Result, err error) {
	q.cfg.Progress(Event{Job: e.number, Stage: Proving})
	peak := prover.WatchMemory()
	start := time.Now()
	r.Proof, r.Inputs, err = p.Prove(e.ctx, e.Step, e.Right)
	r.Took, r.Peak = time.Since(start), peak()
	return r, err
}

func (q *Queue) finish(e *entry, r Result, err error) {
	q.mu.Lock()
	q.status.Proving = false
	q.status.Busy += r.Took
	q.status.Peak = max(q.status.Peak, r.Peak)
	stage := Done
	if err != nil {
		stage = Failed
		q.status.Failed++
	} else {
		q.status.Made++
	}
	q.mu.Unlock()
	q.metrics.finished(stage, r)
	q.cfg.Progress(Event{Job: e.number, Stage: stage, Took: r.Took, Err: err})
	e.result, e.err = r, err
	close(e.done)
}

// close refuses what comes and fails what waits.
func (q *Queue) close() {
	q.mu.Lock()
	left := q.line
	q.line, q.over = nil, true
	q.count()
	q.mu.Unlock()
	for _, e := range left {
		e.at = -1
		q.finish(e, Result{}, fmt.Errorf("prove: the queue is closed: %w", protocol.ErrUnavailable))
	}
}
