package relaynet

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/testredis"
)

func TestRequestsMeasuresRealAnswers(t *testing.T) {
	res, err := Requests(t.Context(), RequestsConfig{Dir: t.TempDir(), Requests: 200, Workers: 8})
	require.NoError(t, err)
	require.Equal(t, 200, res.Requests)
	require.Positive(t, res.PerSecond)
	_, err = Requests(t.Context(), RequestsConfig{Dir: t.TempDir(), Requests: 50, Workers: 8, Redis: testredis.Real(t)})
	require.NoError(t, err)
}

func TestSignaturesAreMeasured(t *testing.T) {
	_, err := Signatures(10)
	require.NoError(t, err)
}

func BenchmarkRequests(b *testing.B) {
	for _, store := range []string{"miniredis", "redis"} {
		b.Run(store, func(b *testing.B) {
			cfg := RequestsConfig{Dir: b.TempDir(), Requests: max(b.N, 100), Workers: 64, Room: config.Default().Memory.Bytes()}
			if store == "redis" {
				cfg.Redis = testredis.Real(b)
			}
			res, err := Requests(b.Context(), cfg)
			require.NoError(b, err)
			b.ReportMetric(res.PerSecond, "requests/s")
			b.ReportMetric(float64(res.P50.Microseconds()), "p50-µs")
			b.ReportMetric(float64(res.CPU.Microseconds()), "cpu-µs/request")
			b.ReportMetric(float64(res.RedisCPU.Microseconds()), "redis-cpu-µs/request")
			b.ReportMetric(float64(res.P99.Microseconds()), "p99-µs")
		})
	}
}

func BenchmarkReceiptSignatures(b *testing.B) {
	res, err := Signatures(max(b.N, 100))
	require.NoError(b, err)
	b.ReportMetric(res.BothPerSecond, "receipts/s")
}
