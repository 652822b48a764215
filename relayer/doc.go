// Package relayer matches requests to providers and carries the answers between
// them. Anyone may run one; it can delay or refuse, but it cannot forge: requests,
// offers, receipts and vouchers are signed by those they bind.
//
// It holds no money and nothing that money depends on. Redis holds what several
// replicas of one relayer share (presence, leases, reservations, kept answers): hints.
// When Redis loses everything, providers' records return with the next heartbeat, running
// answers go on from memory, and money stands where receipts and vouchers say.
//
// Invariants:
//   - An answer that was begun by one provider is never continued by another:
//     failover ends with the first chunk.
//   - A lease is used once; the shares reserved of a channel and what was served from
//     it never pass its deposit, as far as this relayer's Redis remembers.
//   - A slow reader slows the model down; nothing is buffered without bound.
//   - BUSY, and what a requester does, never lowers a provider's reliability.
package relayer
