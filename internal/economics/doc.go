// Package economics asks of every way to cheat that the project knows what it
// brings and what it costs, under the protocol's own numbers: exposure, audit
// draws, slash, forfeit, refund, bounty, burn (docs/economics.md).
//
// Two models answer. Expect computes the expectation exactly, from the distribution
// of the number of faults. Simulate plays the rules step by step on a ledger of
// integers, with draws from a seed. They share the rules' parameters and the
// geometry of draws, nothing else; a Row says whether they agree.
//
// It is no model of prices or demand, and it knows no chain: what a fault costs an
// honest auditor to prove enters only as a floor (StakeFloor).
//
// Invariants: the ledger conserves money and no account goes negative; in every
// simulated window what a cheater's accounts gained or lost is exactly gain minus
// loss plus what its honest work earned.
package economics
