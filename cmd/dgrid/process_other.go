//go:build !unix

package main

// noCoreDumps has nothing to do where there are none.
func noCoreDumps() error { return nil }

// peakMemory is not known here.
func peakMemory() uint64 { return 0 }

// cpuSeconds is not known here.
func cpuSeconds() float64 { return 0 }
