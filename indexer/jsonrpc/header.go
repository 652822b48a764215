package jsonrpc

import "math"

const (
	hasNumber = 1 << iota
	hasHash
	hasParent
	hasTime
	hasBloom
	hasHeader = 1<<iota - 1
)

var headerFields = map[string]int{"number": hasNumber, "hash": hasHash, "parentHash": hasParent, "timestamp": hasTime, "logsBloom": hasBloom}

// header reads a block, of which the opening brace was read.
func (s *scanner) header() (h Header, err error) {
	have := 0
	err = s.object(func(key []byte) error {
		field, known := headerFields[string(key)]
		if !known {
			return s.skipValue(0)
		}
		if have&field != 0 {
			return malformed("key %q twice", key)
		}
		have |= field
		var err error
		switch field {
		case hasNumber:
			h.Number, err = s.quantity()
		case hasHash:
			err = s.fixed(h.Hash[:])
		case hasParent:
			err = s.fixed(h.ParentHash[:])
		case hasTime:
			h.Time, err = s.quantity()
		case hasBloom:
			err = s.fixed(h.Bloom[:])
		}
		return err
	})
	switch {
	case err != nil:
	case have != hasHeader:
		err = malformed("block lacks fields")
	case h.Number > math.MaxInt64 || h.Time > math.MaxInt64:
		err = malformed("block %d at %d", h.Number, h.Time)
	}
	return h, err
}
