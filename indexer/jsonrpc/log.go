package jsonrpc

import (
	"bytes"
	"math"

	"github.com/dgrid-network/dgrid/store"
)

// The fields of a log, as bits of a set.
const (
	hasAddress = 1 << iota
	hasTopics
	hasData
	hasBlockNumber
	hasBlockHash
	hasTxHash
	hasTxIndex
	hasLogIndex
	hasRemoved
	hasBlockTime
	hasAll = hasRemoved - 1 // removed and blockTimestamp may be missing
)

var logFields = map[string]int{
	"address": hasAddress, "topics": hasTopics, "data": hasData, "blockNumber": hasBlockNumber, "blockHash": hasBlockHash,
	"transactionHash": hasTxHash, "transactionIndex": hasTxIndex, "logIndex": hasLogIndex, "removed": hasRemoved, "blockTimestamp": hasBlockTime,
}

// slab hands out small byte strings cut from large ones.
type slab struct{ free []byte }

func (b *slab) take(n int) []byte {
	if n > len(b.free) {
		b.free = make([]byte, max(n, 256<<10))
	}
	out := b.free[:n:n]
	b.free = b.free[n:]
	return out
}

// log reads one log, of which the opening brace was read. Whatever go-ethereum's
// types.Log would read differently or refuse is refused here.
func (s *scanner) log(mem *slab) (e store.Event, removed bool, err error) {
	have := 0
	err = s.object(func(key []byte) error {
		field, known := logFields[string(key)]
		if !known {
			for name := range logFields {
				if bytes.EqualFold(key, []byte(name)) {
					return malformed("key %q", key)
				}
			}
			return s.skipValue(0)
		}
		if have&field != 0 {
			return malformed("key %q twice", key)
		}
		have |= field
		var err error
		switch field {
		case hasAddress:
			err = s.fixed(e.Address[:])
		case hasTopics:
			e.Topics, err = s.topics(mem)
		case hasData:
			e.Data, err = s.data(mem)
		case hasBlockNumber:
			e.Block, err = s.quantity()
			if err == nil && e.Block > math.MaxInt64 {
				err = malformed("block number %d", e.Block)
			}
		case hasBlockHash:
			err = s.fixed(e.BlockHash[:])
		case hasTxHash:
			err = s.fixed(e.TxHash[:])
		case hasTxIndex:
			e.TxIndex, err = s.index()
		case hasLogIndex:
			e.LogIndex, err = s.index()
		case hasRemoved:
			removed, err = s.boolean()
		case hasBlockTime: // blocks tell the time; this one is only checked
			err = s.quantityOrNull()
		}
		return err
	})
	if err == nil && have&hasAll != hasAll {
		err = malformed("log lacks fields")
	}
	return e, removed, err
}

func (s *scanner) index() (uint32, error) {
	n, err := s.quantity()
	if err == nil && n > math.MaxInt32 {
		err = malformed("index %d", n)
	}
	return uint32(n), err
}

// topics reads up to four words.
func (s *scanner) topics(mem *slab) ([]byte, error) {
	if err := s.expect('['); err != nil {
		return nil, err
	}
	var words [128]byte
	n := 0
	err := s.array(func(first byte) error {
		if first != '"' {
			return malformed("found %q, want a topic", first)
		}
		if n == len(words) {
			return malformed("more than four topics")
		}
		t, err := s.hexText()
		if err != nil {
			return err
		}
		n += 32
		return decodeHex(words[n-32:n], t)
	})
	if err != nil {
		return nil, err
	}
	out := mem.take(n)
	copy(out, words[:n])
	return out, nil
}

func (s *scanner) data(mem *slab) ([]byte, error) {
	t, err := s.hex()
	if err != nil {
		return nil, err
	}
	if len(t)%2 != 0 {
		return nil, malformed("odd number of hex digits")
	}
	out := mem.take(len(t) / 2)
	return out, decodeHex(out, t)
}
