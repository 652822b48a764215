// Package disputes shows that the two sentences of docs/protocol.md section 7 hold: a
// provider that computes right and stays reachable is never slashed, and one honest
// auditor always wins against a wrong receipt. It holds tests alone.
//
// The contracts are those of a deployment, run by an EVM in memory whose clock the tests
// set; models, traces, openings, signatures and vouchers are real. Proofs are real where a
// test's name says "Proved". Where it says "Reference", the verifier contract is replaced
// by an ideal one: it accepts exactly the public inputs of statements that the plain
// reference of the circuit found true, and so holds the contract's assembled inputs to
// those of Go word by word, thousands of times.
//
// Tests print the seeds that they drew; DGRID_DISPUTES_SEED repeats one, and
// DGRID_DISPUTES=full runs the sizes of `make test-disputes`. Each suite prints a row:
// promise, cases, violations, duration.
package disputes
