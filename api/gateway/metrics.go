package gateway

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	answers  *prometheus.CounterVec
	refused  *prometheus.CounterVec
	vouchers *prometheus.CounterVec
	running  prometheus.Gauge
}

// newMetrics works with a nil registerer, unregistered.
func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		answers:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_gateway_answers_total", Help: "Answers by how they ended."}, []string{"outcome"}),
		refused:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_gateway_receipts_refused_total", Help: "Receipts that were not paid, by the check they failed."}, []string{"check"}),
		vouchers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_gateway_vouchers_total", Help: "Vouchers sent, by outcome."}, []string{"outcome"}),
		running:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_gateway_answers_running", Help: "Answers on their way."}),
	}
	if r != nil {
		r.MustRegister(m.answers, m.refused, m.vouchers, m.running)
	}
	return m
}
