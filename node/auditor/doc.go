// Package auditor finds wrong answers and has their providers slashed. It takes answers
// from feeds, from jobs on chain and from files, replays each with the model's own
// arithmetic, finds the first number that differs, gets the provider's signed claim about
// it, has it proven wrong, and sends one transaction.
//
// It makes no proofs (a Prover does), signs nothing but transactions, and judges nothing:
// contracts do. It needs no stake and trusts nobody: what a provider, a relayer or a feed
// hands out is checked against the receipt that the provider signed, or is as good as not
// served.
//
// A case is one receipt. Its folder holds everything that was found, written before the
// next step is taken, so that a process killed anywhere goes on where it was, and that a
// third party can check the case offline (CheckCase). Enter at New and Auditor.Run.
package auditor
