// Package heap lets a serving process hold some more memory, so that it collects garbage less
// often. Go collects when the heap has doubled: a service that keeps 20 MB and makes 100 kB of
// garbage for each request does so several times a second, for nothing.
//
// It is not a limit and no pool. Invariants: a process holds at most the room more than Go's
// own rule has it hold, which is what a large heap is left with; a memory limit (GOMEMLIMIT)
// stays in force; what the operator says with GOGC stays as it is.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"

	"github.com/dgrid-network/dgrid/internal/config"
)

// goPercent is Go's own rule: collect when the heap has grown by as much as is live.
const goPercent = 100

// Room lets the heap grow by at least that many bytes between two collections, until stop is
// called. It does nothing if room is 0 or the environment has GOGC. One per process: a second
// takes the place of the first.
func Room(room uint64) (stop func()) {
	if room == 0 || config.CollectorIsSet() {
		return func() {}
	}
	k := &keeper{room: room, percent: goPercent}
	k.adjust()
	k.afterNext()
	return k.stop
}

type keeper struct {
	room uint64

	mu      sync.Mutex
	percent int
	ended   bool
}

// afterNext adjusts after the next collection and every one that follows: one finalizer of an
// object that nobody holds runs after each.
func (k *keeper) afterNext() {
	type collected struct{ k *keeper }
	runtime.SetFinalizer(&collected{k}, func(c *collected) {
		if c.k.adjust() {
			c.k.afterNext()
		}
	})
}

// adjust sets the growth that is allowed until the next collection; false once it is over.
func (k *keeper) adjust() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ended {
		return false
	}
	// Setting it stops the world for a moment: not for a difference of a sixteenth.
	if p := percentFor(live(), k.room); p > k.percent+k.percent/16 || p < k.percent-k.percent/16 {
		k.percent = p
		debug.SetGCPercent(p)
	}
	return true
}

func (k *keeper) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.ended {
		k.ended = true
		debug.SetGCPercent(goPercent)
	}
}

// percentFor is how many percent of live bytes give room, and never less than Go's own rule.
func percentFor(live, room uint64) int {
	const most = 100_000 // a heap of next to nothing
	if live == 0 {
		return most
	}
	return int(min(max(room*100/live, goPercent), most))
}

// live is what the last collection found in use, of all that Go counts when it sets its goal.
func live() uint64 {
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	metrics.Read(samples)
	var sum uint64
	for _, s := range samples {
		if s.Value.Kind() == metrics.KindUint64 {
			sum += s.Value.Uint64()
		}
	}
	return sum
}
