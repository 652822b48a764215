//go:build !race

package indexer_test

const raced = false
