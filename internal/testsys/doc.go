// Package testsys tests DGrid as a whole, from outside: the story of the main job
// in one process on embedded defaults, the same story by separate processes on
// Postgres, Redis and anvil, a network that is killed in the middle of it, and the
// faults that only a whole network shows. It holds tests alone.
//
// The processes are the real binary, built once, configured by files, reached by
// sockets. A missing tool skips its tests with one line, and fails them where
// CI=true; `go test -short` leaves the processes out.
package testsys
