// Package provider answers requests for money: it keeps one outbound connection to
// each relayer it likes, checks every request before it works, streams the answer
// from a backend, and signs one receipt for it. It also accepts jobs on chain,
// holds the vouchers that pay it and redeems them.
//
// It does not match requests, holds no stake and sends no transaction itself: the
// chain is reached through small interfaces (Chain, Redeemer, Maturer, Jobs).
//
// Invariants:
//   - A receipt's signature leaves the process only after request, answer and receipt
//     are in the journal, synced. A sequence number is never used twice: numbers count on
//     over all operator keys of a journal, so the newest may sign what those before answered.
//   - One request hash has at most one receipt, also across restarts.
//   - An answer that was begun ends with exactly one receipt, unless it ended before
//     its first token.
//   - A voucher is held only if its root, count and total follow from receipts of
//     this journal in the order the payer gave.
//
// One process per operator key and journal. After restoring an old copy of a journal go on
// with it under a new operator key: the old one used numbers that the copy does not know.
package provider
