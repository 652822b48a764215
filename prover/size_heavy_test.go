//go:build heavy

package prover

const heavy = true
