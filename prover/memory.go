package prover

import (
	"runtime/metrics"
	"sync"
	"time"
)

// WatchMemory samples the memory that the Go runtime holds until the function it
// returns is called once, which returns the highest sample in bytes.
func WatchMemory() (peak func() uint64) {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	var highest uint64
	take := func() {
		metrics.Read(samples)
		highest = max(highest, samples[0].Value.Uint64()-samples[1].Value.Uint64())
	}
	take()
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				take()
			case <-done:
				return
			}
		}
	})
	return func() uint64 {
		close(done)
		wg.Wait()
		take()
		return highest
	}
}
