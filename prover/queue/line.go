package queue

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// entry is one proof that waits.
type entry struct {
	Job
	ctx    context.Context
	number uint64
	at     int // index in the line
	done   chan struct{}
	result Result
	err    error
}

// before orders by deadline, those without one last, then by arrival.
func before(a, b *entry) bool {
	x, y := a.Deadline-1, b.Deadline-1 // 0 becomes the largest
	if x != y {
		return x < y
	}
	return a.number < b.number
}

// line is a heap of entries.
type line []*entry

func (l line) Len() int           { return len(l) }
func (l line) Less(i, j int) bool { return before(l[i], l[j]) }
func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].at, l[j].at = i, j
}

// Push implements heap.Interface.
func (l *line) Push(x any) {
	e := x.(*entry)
	e.at = len(*l)
	*l = append(*l, e)
}

// Pop implements heap.Interface.
func (l *line) Pop() any {
	last := len(*l) - 1
	e := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	e.at = -1
	return e
}

type metricSet struct {
	proofs  *prometheus.CounterVec // by outcome
	seconds prometheus.Histogram
	memory  prometheus.Gauge
}

func newMetrics(r prometheus.Registerer, now func() Status) (*metricSet, error) {
	m := &metricSet{
		proofs:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_prover_proofs_total", Help: "Proofs by outcome."}, []string{"outcome"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_prover_proof_seconds", Help: "Proving time.", Buckets: prometheus.ExponentialBuckets(0.1, 1.6, 12)}),
		memory:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_prover_proof_peak_bytes", Help: "Memory of the process during the last proof."}),
	}
	if r == nil {
		return m, nil
	}
	gauge := func(name, help string, value func(Status) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(now()) })
	}
	one := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	waiting := gauge("dgrid_prover_waiting", "Proofs that wait for their turn.", func(s Status) float64 { return float64(s.Waiting) })
	proving := gauge("dgrid_prover_proving", "1 while a proof is made, and while keys are loaded for it.", func(s Status) float64 { return one(s.Proving) })
	loaded := gauge("dgrid_prover_keys_loaded", "1 once the proving keys are loaded.", func(s Status) float64 { return one(s.Loaded) })
	for _, c := range []prometheus.Collector{waiting, proving, loaded, m.proofs, m.seconds, m.memory} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register prover metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metricSet) finished(s Stage, r Result) {
	m.proofs.WithLabelValues(string(s)).Inc()
	if s == Done {
		m.seconds.Observe(r.Took.Seconds())
		m.memory.Set(float64(r.Peak))
	}
}
