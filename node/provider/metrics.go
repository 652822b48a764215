package provider

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	running    prometheus.Gauge
	answers    *prometheus.CounterVec // by finish, "none" without a receipt
	refused    *prometheus.CounterVec // by code
	tokens     prometheus.Counter
	firstToken prometheus.Histogram
	vouchers   *prometheus.CounterVec // by held
	reconnects prometheus.Counter
	redeems    *prometheus.CounterVec // by outcome
	bonds      *prometheus.CounterVec // by outcome
	bonded     prometheus.Gauge
	drawn      prometheus.Counter
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		running:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_provider_requests_running", Help: "Requests being answered."}),
		answers:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_provider_answers_total", Help: "Answers by their finish; none if there is no receipt."}, []string{"finish"}),
		refused:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_provider_refused_total", Help: "Requests refused, by code."}, []string{"code"}),
		tokens:     prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_provider_output_tokens_total", Help: "Output tokens signed for."}),
		firstToken: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_provider_first_token_seconds", Help: "From acceptance to the first chunk.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)}),
		vouchers:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_provider_vouchers_total", Help: "Vouchers received, by whether they are held."}, []string{"held"}),
		reconnects: prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_provider_relayer_losses_total", Help: "Connections to relayers lost."}),
		redeems:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_provider_redeems_total", Help: "Batches handed to the redeemer, by outcome."}, []string{"outcome"}),
		bonds:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_provider_bonds_total", Help: "Bonds of questions that were due, by outcome."}, []string{"outcome"}),
		bonded:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_provider_bonds_waiting", Help: "Bonds with a share of this provider's that nobody has paid out yet."}),
		drawn:      prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_provider_drawn_total", Help: "Drawn points whose receipt was opened."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.running, m.answers, m.refused, m.tokens, m.firstToken, m.vouchers, m.reconnects, m.redeems, m.bonds, m.bonded, m.drawn} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register provider metrics: %w", err)
		}
	}
	return m, nil
}
