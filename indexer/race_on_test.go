//go:build race

package indexer_test

// raced says that the race detector is on. It watches threads, which need no 400 reorgs.
const raced = true
