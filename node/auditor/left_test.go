package auditor

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// frozen is a chain at a block time.
type frozen struct {
	Chain
	now uint64
}

func (s frozen) Now(context.Context) (uint64, error) { return s.now, nil }

// Whatever deadline a request names, its provider has the time for evidence that is configured, and a payment is waited for.
func TestAFarDeadlineShortensNothing(t *testing.T) {
	t.Parallel()
	for _, deadline := range []uint64{1_800_000_000, 1_800_000_000 + math.MaxInt64/uint64(time.Second), 1 << 40, math.MaxInt64, math.MaxUint64} {
		j := &judge{a: &Auditor{cfg: Config{EvidenceTimeout: time.Minute, PaymentWait: time.Hour}, deps: Deps{Chain: frozen{now: 1_700_000_000}}},
			c: &Case{Deadline: deadline}, peer: &peer{}}
		require.NoError(t, j.hurry(t.Context()))
		require.Equal(t, time.Minute, j.peer.timeout, "%d", deadline)
		wait, err := j.waits(t.Context())
		require.NoError(t, err)
		require.True(t, wait, "%d", deadline)
	}
	over := &judge{a: &Auditor{cfg: Config{EvidenceTimeout: time.Minute, PaymentWait: time.Hour}, deps: Deps{Chain: frozen{now: 11}}}, c: &Case{Deadline: 10}, peer: &peer{}}
	require.NoError(t, over.hurry(t.Context()))
	require.Equal(t, time.Second, over.peer.timeout)
}
