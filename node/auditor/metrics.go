package auditor

import (
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain/contracts"
)

type metrics struct {
	cases     *prometheus.GaugeVec // by state
	replays   prometheus.Histogram
	proofs    prometheus.Histogram
	memory    prometheus.Gauge
	convicted *prometheus.CounterVec // by kind
	notServed prometheus.Counter
	questions *prometheus.CounterVec // by outcome
	claims    *prometheus.GaugeVec   // by kind and state
	bonds     *prometheus.CounterVec // by outcome
	locked    prometheus.Gauge
	mu        sync.Mutex
	peak      int64
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	seconds := prometheus.ExponentialBuckets(0.05, 2, 14)
	m := &metrics{
		cases:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dgrid_auditor_cases", Help: "Cases by state."}, []string{"state"}),
		replays:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_auditor_replay_seconds", Help: "Replays of whole answers.", Buckets: seconds}),
		proofs:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_auditor_proof_seconds", Help: "Proofs, without waiting for a turn.", Buckets: seconds}),
		memory:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_auditor_proof_peak_bytes", Help: "The most memory that a proof took."}),
		convicted: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_auditor_convicted_total", Help: "Receipts proven wrong, by kind of fault."}, []string{"kind"}),
		notServed: prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_auditor_unserved_total", Help: "Evidence that providers did not serve."}),
		questions: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_auditor_questions_total", Help: "Questions on chain, by outcome."}, []string{"outcome"}),
		claims:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dgrid_auditor_claims", Help: "Claims about more than one receipt, by kind of fault and state."}, []string{"kind", "state"}),
		bonds:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_auditor_bonds_total", Help: "Bonds of questions that could come back, by outcome."}, []string{"outcome"}),
		locked:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_auditor_bonds_locked", Help: "Bonds of answered questions that are not paid out yet."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.cases, m.replays, m.proofs, m.memory, m.convicted, m.notServed, m.questions, m.claims, m.bonds, m.locked} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register auditor metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) moved(from, to State) {
	if from == to {
		return
	}
	if from != "" {
		m.cases.WithLabelValues(string(from)).Dec()
	}
	m.cases.WithLabelValues(string(to)).Inc()
}

func (m *metrics) replayed(d time.Duration) { m.replays.Observe(d.Seconds()) }

func (m *metrics) proved(p Proof) {
	m.proofs.Observe(float64(p.Millis) / 1000)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.peak = max(m.peak, p.PeakBytes)
	m.memory.Set(float64(m.peak))
}

func (m *metrics) won(f contracts.Fault) { m.convicted.WithLabelValues(f.Kind.String()).Inc() }

func (m *metrics) unserved() { m.notServed.Inc() }

func (m *metrics) asked(outcome string) { m.questions.WithLabelValues(outcome).Inc() }

func (m *metrics) claimed(from, to State, kind contracts.FaultKind) {
	if from == to {
		return
	}
	if from != "" {
		m.claims.WithLabelValues(kind.String(), string(from)).Dec()
	}
	m.claims.WithLabelValues(kind.String(), string(to)).Inc()
}
