// Package cost measures what decoding something from a stranger allocates, for tests that
// bound it.
package cost

import "runtime"

// Allocated returns the bytes that a call allocated on the heap, whoever else allocated
// meanwhile included.
func Allocated(call func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
