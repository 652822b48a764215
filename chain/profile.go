package chain

import "time"

// Profile is what the project must know of a chain beyond its RPC.
type Profile struct {
	ID   uint64
	Name string
	// FinalityDepth says that blocks this far below the head are final; 0 asks
	// the node for its finalized tag. Use it where nodes serve no such tag.
	FinalityDepth uint64
	// MaxReorg is the deepest reorg that is handled; a deeper one stops whoever
	// meets it, for a person to look.
	MaxReorg uint64
	// BlockTime is how far blocks are apart, about; it sets how often a node
	// without subscriptions is asked.
	BlockTime time.Duration
	// SimulatePending simulates transactions on the node's pending block, so that
	// dependent ones can share a block. Only where the pending block is this
	// node's own pool in fact.
	SimulatePending bool
}

// ProfileOf returns the profile of a known chain id, or careful settings with the
// finalized tag for an unknown one.
func ProfileOf(id uint64) Profile {
	switch id {
	case 31337:
		return Profile{ID: id, Name: "dev", MaxReorg: 128, BlockTime: time.Second, SimulatePending: true}
	case 1:
		return Profile{ID: id, Name: "ethereum", MaxReorg: 128, BlockTime: 12 * time.Second}
	case 11155111:
		return Profile{ID: id, Name: "sepolia", MaxReorg: 128, BlockTime: 12 * time.Second}
	case 8453:
		return Profile{ID: id, Name: "base", MaxReorg: 128, BlockTime: 2 * time.Second}
	case 84532:
		return Profile{ID: id, Name: "base-sepolia", MaxReorg: 128, BlockTime: 2 * time.Second}
	case 42161:
		return Profile{ID: id, Name: "arbitrum", MaxReorg: 128, BlockTime: 250 * time.Millisecond}
	}
	return Profile{ID: id, Name: "unknown", MaxReorg: 128, BlockTime: 2 * time.Second}
}

// pollEvery is a quarter of the block time, within reason.
func (p Profile) pollEvery() time.Duration {
	return min(max(p.BlockTime/4, 50*time.Millisecond), 4*time.Second)
}
