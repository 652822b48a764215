package txmgr

import (
	"errors"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics of one process: lanes that share a registerer share them.
type metrics struct {
	open         *prometheus.GaugeVec   // by state
	transactions *prometheus.CounterVec // by kind of action
	ended        *prometheus.CounterVec // by terminal state
	reorged      prometheus.Counter
	halted       prometheus.Counter
	held         prometheus.Counter
}

// newMetrics registers the metrics with r; nil keeps them unseen.
func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dgrid_txmgr_intents_open", Help: "Intents of the lane seen last that are not terminal, by state.",
		}, []string{"state"}),
		transactions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dgrid_txmgr_transactions_total", Help: "Transactions broadcast: new, replacing one, cancelling one, or the same bytes again.",
		}, []string{"kind"}),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dgrid_txmgr_intents_total", Help: "Intents that reached a terminal state.",
		}, []string{"state"}),
		reorged: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dgrid_txmgr_reorged_total", Help: "Mined transactions that a reorg took out of the chain.",
		}),
		halted: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dgrid_txmgr_halts_total", Help: "Passes that ended because the key was used elsewhere: a person must look.",
		}),
		held: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "dgrid_txmgr_holds_total", Help: "Passes in which something kept the lane from sending.",
		}),
	}
	if r == nil {
		return m
	}
	m.open = shared(r, m.open)
	m.transactions = shared(r, m.transactions)
	m.ended = shared(r, m.ended)
	m.reorged, m.halted, m.held = shared(r, m.reorged), shared(r, m.halted), shared(r, m.held)
	return m
}

// shared registers c, or returns what an earlier lane registered under its name.
func shared[C prometheus.Collector](r prometheus.Registerer, c C) C {
	err := r.Register(c)
	var there prometheus.AlreadyRegisteredError
	if errors.As(err, &there) {
		if old, ok := there.ExistingCollector.(C); ok {
			return old
		}
	}
	if err != nil {
		panic(err) // two metrics of one name: a programmer's error, found at start
	}
	return c
}

// saw counts what a pass read.
func (m *metrics) saw(l protocol.Lane) {
	count := map[protocol.IntentState]float64{protocol.IntentQueued: 0, protocol.IntentSent: 0, protocol.IntentMined: 0}
	for _, in := range l.Intents {
		count[in.State]++
	}
	for state, n := range count {
		m.open.WithLabelValues(string(state)).Set(n)
	}
}

// moved counts a state change that was written.
func (m *metrics) moved(from, to protocol.IntentState) {
	if to.Terminal() {
		m.ended.WithLabelValues(string(to)).Inc()
	}
	if from == protocol.IntentMined && to == protocol.IntentSent {
		m.reorged.Inc()
	}
}
