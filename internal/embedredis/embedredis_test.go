package embedredis

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestKeysExpireInRealTime(t *testing.T) {
	s, err := Start()
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.Set(t.Context(), "short", 1, time.Millisecond).Err())
	require.NoError(t, s.Set(t.Context(), "long", 1, time.Hour).Err())
	require.Eventually(t, func() bool { return s.Exists(t.Context(), "short").Val() == 0 }, 10*time.Second, 5*time.Millisecond)
	ttl := s.TTL(t.Context(), "long").Val()
	require.Greater(t, ttl, 59*time.Minute)
	require.EqualValues(t, 1, s.Exists(t.Context(), "long").Val())
}
