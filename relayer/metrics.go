package relayer

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	providers  prometheus.Gauge
	running    prometheus.Gauge
	matches    *prometheus.CounterVec // by outcome
	attempts   *prometheus.CounterVec // by outcome
	firstToken prometheus.Histogram
	matchTime  prometheus.Histogram
	vouchers   *prometheus.CounterVec // by outcome
	keepLost   prometheus.Counter
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		providers:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_relayer_providers_connected", Help: "Providers connected to this replica."}),
		running:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "dgrid_relayer_requests_running", Help: "Requests carried by this replica."}),
		matches:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_relayer_matches_total", Help: "Matches by outcome: leased, or the code of the failure."}, []string{"outcome"}),
		attempts:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_relayer_attempts_total", Help: "Providers asked, by outcome."}, []string{"outcome"}),
		firstToken: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_relayer_first_token_seconds", Help: "From asking a provider to its first chunk.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)}),
		matchTime:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "dgrid_relayer_match_seconds", Help: "Filtering and scoring of one match.", Buckets: prometheus.ExponentialBuckets(1e-6, 4, 10)}),
		vouchers:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "dgrid_relayer_vouchers_total", Help: "Vouchers passed on, by outcome: held, refused or pending."}, []string{"outcome"}),
		keepLost:   prometheus.NewCounter(prometheus.CounterOpts{Name: "dgrid_relayer_events_not_kept_total", Help: "Events that could not be kept in Redis."}),
	}
	if r == nil {
		return m, nil
	}
	for _, c := range []prometheus.Collector{m.providers, m.running, m.matches, m.attempts, m.firstToken, m.matchTime, m.vouchers, m.keepLost} {
		if err := r.Register(c); err != nil {
			return nil, fmt.Errorf("register relayer metrics: %w", err)
		}
	}
	return m, nil
}
