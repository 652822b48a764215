//go:build !heavy

package prover

const heavy = false
