package indexer

import (
	"errors"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/store"
)

// Status is what /readyz asks.
type Status struct {
	Ready     bool        `json:"ready"`
	Reason    string      `json:"reason,omitempty"` // why not ready
	Indexed   store.Block `json:"indexed"`
	Latest    store.Block `json:"latest"`
	Safe      uint64      `json:"safe"`
	Finalized uint64      `json:"finalized"`
	// LagSeconds is the time between the blocks Indexed and Latest, or since the
	// node last answered, whichever is longer.
	LagSeconds uint64 `json:"lag_seconds"`
	Stalled    bool   `json:"stalled"`
	Halted     string `json:"halted,omitempty"`
	ReorgDepth uint64 `json:"reorg_depth"` // deepest since the start
	Reorgs     uint64 `json:"reorgs"`

	answered, moved time.Time // the node, the cursor
}

// Status returns where the indexer stands. Any goroutine may ask.
func (x *Indexer) Status() Status {
	x.mu.Lock()
	defer x.mu.Unlock()
	s, now := x.status, time.Now()
	behind := s.Latest.Number > s.Indexed.Number
	if s.Latest.Time > s.Indexed.Time {
		s.LagSeconds = s.Latest.Time - s.Indexed.Time
	}
	if !s.answered.IsZero() {
		s.LagSeconds = max(s.LagSeconds, uint64(now.Sub(s.answered)/time.Second))
	}
	silent := s.answered.IsZero() || now.Sub(s.answered) > x.opts.StallAfter
	s.Stalled = silent || behind && now.Sub(s.moved) > x.opts.StallAfter
	switch {
	case s.Halted != "":
		s.Reason = s.Halted
	case s.answered.IsZero():
		s.Reason = "the node did not answer yet"
	case s.Stalled:
		s.Reason = "no progress: the node does not answer, or the database does not take"
	default:
		s.Ready = true
	}
	return s
}

// observe notes an answer of the node.
func (x *Indexer) observe(c store.Cursor, target store.Heads) {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := &x.status
	s.answered = time.Now()
	if s.moved.IsZero() {
		s.moved = s.answered
	}
	s.Indexed, s.Latest, s.Safe, s.Finalized, s.Halted = c.Block, target.Latest, target.Safe, target.Finalized, c.Halted
	x.metrics.heads(s)
}

// progress notes a commit.
func (x *Indexer) progress(c store.Cursor) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status.Indexed, x.status.moved = c.Block, time.Now()
	x.metrics.heads(&x.status)
}

func (x *Indexer) reorged(depth uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status.Reorgs++
	x.status.ReorgDepth = max(x.status.ReorgDepth, depth)
	x.metrics.reorg(depth)
}

// note remembers why the indexer stopped.
func (x *Indexer) note(err error) {
	if !errors.Is(err, ErrHalted) {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.status.Halted = strings.TrimPrefix(err.Error(), ErrHalted.Error()+": ")
}

// metrics may be nil.
type metrics struct {
	block  *prometheus.GaugeVec
	blocks prometheus.Counter
	events prometheus.Counter
	gaps   *prometheus.CounterVec
	depth  prometheus.Histogram
}

func newMetrics(r prometheus.Registerer) *metrics {
	if r == nil {
		return nil
	}
	m := &metrics{
		block:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dgrid_indexer_head_block", Help: "Block numbers: indexed, latest, safe, finalized."}, []string{"head"}),
		blocks: prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_indexer_committed_blocks_total", Help: "Blocks committed."}),
		events: prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_indexer_committed_events_total", Help: "Events committed."}),
		gaps: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_indexer_bloom_rechecks_total",
			Help: "Blocks asked for again because of their bloom: found logs, or none."}, []string{"found"}),
		depth: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_indexer_reorg_depth_blocks", Help: "Blocks taken back per reorg.",
			Buckets: []float64{1, 2, 4, 8, 16, 32, 64, 128}}),
	}
	r.MustRegister(m.block, m.blocks, m.events, m.gaps, m.depth)
	return m
}

func (m *metrics) heads(s *Status) {
	if m == nil {
		return
	}
	m.block.WithLabelValues("indexed").Set(float64(s.Indexed.Number))
	m.block.WithLabelValues("latest").Set(float64(s.Latest.Number))
	m.block.WithLabelValues("safe").Set(float64(s.Safe))
	m.block.WithLabelValues("finalized").Set(float64(s.Finalized))
}

func (m *metrics) committed(blocks, events int) {
	if m != nil {
		m.blocks.Add(float64(blocks))
		m.events.Add(float64(events))
	}
}

func (m *metrics) gap(found int) {
	if m == nil {
		return
	}
	label := "none"
	if found > 0 {
		label = "some"
	}
	m.gaps.WithLabelValues(label).Inc()
}

func (m *metrics) reorg(depth uint64) {
	if m != nil {
		m.depth.Observe(float64(depth))
	}
}
