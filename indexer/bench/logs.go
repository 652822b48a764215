package bench

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Log makes the log that a contract writes for an event, by its name: indexed
// parameters, then the others, each one word.
func Log(address common.Address, event string, indexed []any, values ...any) store.Event {
	return makeLog(address, event, tuple(values...), indexed...)
}

// Append adds a block of these logs, each a transaction of its own, and returns the
// block's time. Such blocks do not survive a Rewind.
func (c *Chain) Append(logs ...store.Event) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extend(uint64(len(c.blocks)), 0)
	b := &c.blocks[len(c.blocks)-1]
	for i, e := range logs {
		e.Block, e.BlockHash, e.LogIndex, e.TxIndex = b.Number, b.Hash, uint32(i), uint32(i)
		e.TxHash = common.Hash{0x7e, byte(b.Number >> 8), byte(b.Number), byte(i)}
		b.Bloom.Add(e.Address[:])
		for t := 0; t < len(e.Topics); t += 32 {
			b.Bloom.Add(e.Topics[t : t+32])
		}
		b.logs = append(b.logs, e)
	}
	return b.Time
}

// Publish makes the log of a model version of class proven.
func Publish(id common.Hash, creator common.Address) store.Event {
	manifest := dynamic(tuple(protocol.KindLLM, protocol.ClassProven, uint32(1), common.Hash{1}, common.Hash{2}, common.Hash{}, uint16(1000), uint16(500), uint16(200),
		creator, text("stories"), text("")))
	return makeLog(Deployment.Registry, "ModelPublished", tuple(manifest, text("header")), id, creator, common.Hash{})
}
