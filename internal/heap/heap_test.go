package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPercentGivesRoomAndNeverLessThanGo(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct {
		live, room uint64
		want       int
	}{
		{0, 64 * mb, 100_000},
		{1, 64 * mb, 100_000},
		{16 * mb, 64 * mb, 400},
		{64 * mb, 64 * mb, 100},
		{1 << 40, 64 * mb, 100},
	} {
		require.Equal(t, c.want, percentFor(c.live, c.room), "%d of %d", c.room, c.live)
	}
}

// percent reads what is set.
func percent() int {
	s := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(s)
	return int(s[0].Value.Uint64())
}

var held []byte

func TestRoomFollowsTheHeapAndEnds(t *testing.T) {
	t.Setenv("GOGC", "")
	before := percent()
	t.Cleanup(func() { debug.SetGCPercent(before) })

	stop := Room(256 << 20)
	require.Greater(t, percent(), 200, "a small heap has room")

	// A heap that is larger than the room is left to Go's rule, after a collection has seen it.
	held = make([]byte, 300<<20)
	require.Eventually(t, func() bool { runtime.GC(); return percent() == goPercent }, time.Minute, time.Millisecond)
	held = nil
	require.Eventually(t, func() bool { runtime.GC(); return percent() > 200 }, time.Minute, time.Millisecond)

	stop()
	require.Equal(t, goPercent, percent())
	runtime.GC()
	runtime.GC()
	require.Equal(t, goPercent, percent(), "a collection after the end changes nothing")
	stop()
}

func TestOperatorsWordStays(t *testing.T) {
	t.Setenv("GOGC", "50")
	before := debug.SetGCPercent(50)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	defer Room(64 << 20)()
	require.Equal(t, 50, percent())
}

func TestNoRoomChangesNothing(t *testing.T) {
	t.Setenv("GOGC", "")
	before := percent()
	Room(0)()
	require.Equal(t, before, percent())
}
