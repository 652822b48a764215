//go:build race

package store_test

// raced says that the race detector is on. It makes the pure-Go SQLite about twenty times
// slower, so what only compares values is left to the pass without it.
const raced = true
