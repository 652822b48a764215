package auditor

import (
	"fmt"
	"math/big"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/protocol"
)

// drawMetrics are those of draws.
type drawMetrics struct {
	states   *prometheus.GaugeVec   // draws at work, by state
	answers  *prometheus.CounterVec // by what was said
	acts     *prometheus.CounterVec // transactions mined, by what they do
	unsaid   prometheus.Counter
	silences prometheus.Counter
	owed     prometheus.Gauge
}

func newDrawMetrics(r prometheus.Registerer) (*drawMetrics, error) {
	m := &drawMetrics{
		states:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "dgrid_auditor_draws", Help: "Draws that are not over, by state."}, []string{"state"}),
		answers:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_auditor_attested_total", Help: "Receipts that this auditor was drawn for, by what it says of them."}, []string{"said"}),
		acts:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_auditor_draw_transactions_total", Help: "Transactions about draws that were mined, by what they do."}, []string{"act"}),
		unsaid:   prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_auditor_absent_total", Help: "Draws that this auditor did not answer in time: each costs it."}),
		silences: prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_auditor_silences_total", Help: "Silences of providers about drawn points, whoever reported them."}),
		owed:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_auditor_owed", Help: "What this auditor is owed for audits, in base units."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.states, m.answers, m.acts, m.unsaid, m.silences, m.owed} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register auditor metrics: %w", err)
		}
	}
	return m, nil
}

func (m *drawMetrics) owes(a protocol.Amount) {
	f, _ := new(big.Float).SetInt(a.Big()).Float64()
	m.owed.Set(f)
}
