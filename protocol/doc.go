// Package protocol holds the words of DGrid: ids, signed types, encodings,
// Merkle roots, fee arithmetic, states and error kinds. Everything that two
// parties (or two languages) must compute alike is computed here, once.
//
// It is pure: no clock, network, files or randomness, and it imports nothing of
// the project. The Solidity side of the same words lives in contracts/src/types;
// both are held together by the vectors in contracts/test/vectors.
package protocol
