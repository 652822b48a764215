package events

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/dgrid-network/dgrid/protocol"
)

// state is shared by a reader and the readers of its tails: the first error wins,
// and later reads return zeros.
type state struct{ err error }

// reader reads ABI words in order. Words that are no value of their type are
// errors, as in Solidity's own decoder.
type reader struct {
	root   *state
	topics []byte
	data   []byte // of the tuple being read
	pos    int
}

var zeroWord [32]byte

func (r *reader) fail(format string, args ...any) {
	if r.root.err == nil {
		r.root.err = fmt.Errorf(format+": %w", append(args, protocol.ErrInvalid)...)
	}
}

func (r *reader) topic(i int) common.Hash { return common.Hash(r.topics[32*i:][:32]) }

func (r *reader) topicAddress(i int) common.Address { return r.asAddress(r.topics[32*i:][:32]) }

func (r *reader) word() []byte {
	if r.pos+32 > len(r.data) {
		r.fail("data ends at byte %d", len(r.data))
		return zeroWord[:]
	}
	w := r.data[r.pos : r.pos+32]
	r.pos += 32
	return w
}

// zeros checks that the first n bytes of a word are zero.
func (r *reader) zeros(w []byte, n int) {
	if string(w[:n]) != string(zeroWord[:n]) {
		r.fail("word %x has more than %d bytes", w, 32-n)
	}
}

func (r *reader) asAddress(w []byte) common.Address {
	r.zeros(w, 12)
	return common.Address(w[12:])
}

func (r *reader) address() common.Address { return r.asAddress(r.word()) }
func (r *reader) hash() common.Hash       { return common.Hash(r.word()) }

func (r *reader) amount() protocol.Amount {
	var u uint256.Int
	u.SetBytes32(r.word())
	return protocol.Amount(u)
}

func (r *reader) amount128() protocol.Amount {
	w := r.word()
	r.zeros(w, 16)
	var u uint256.Int
	u.SetBytes32(w)
	return protocol.Amount(u)
}

// uint reads an unsigned number of at most 64 bits.
func (r *reader) uint(bits int) uint64 {
	w := r.word()
	r.zeros(w, 32-bits/8)
	return binary.BigEndian.Uint64(w[24:])
}

func (r *reader) uint32() uint32 { return uint32(r.uint(32)) }

func (r *reader) bool() bool {
	n := r.uint(8)
	if n > 1 {
		r.fail("%d is no bool", n)
	}
	return n == 1
}

func (r *reader) selector() [4]byte {
	w := r.word()
	if string(w[4:]) != string(zeroWord[4:]) {
		r.fail("word %x has more than 4 bytes", w)
	}
	return [4]byte(w[:4])
}

// tail returns a reader of the dynamic value whose offset is the next word.
func (r *reader) tail() *reader {
	offset := r.uint(64)
	if offset > uint64(len(r.data)) {
		r.fail("offset %d is beyond %d bytes", offset, len(r.data))
		offset = uint64(len(r.data))
	}
	return &reader{root: r.root, data: r.data[offset:]}
}

func (r *reader) bytes() []byte {
	t := r.tail()
	n := t.uint(64)
	if n > uint64(len(t.data)-t.pos) {
		t.fail("%d bytes announced, %d left", n, len(t.data)-t.pos)
		return nil
	}
	return t.data[t.pos:][:n]
}

// list reads a dynamic array of one-word items.
func list[T any](r *reader, item func(*reader) T) []T {
	t := r.tail()
	n := t.uint(64)
	if n > uint64(len(t.data)-t.pos)/32 {
		t.fail("%d items announced, %d bytes left", n, len(t.data)-t.pos)
		return nil
	}
	items := make([]T, n)
	for i := range items {
		items[i] = item(t)
	}
	return items
}

func (r *reader) manifest() protocol.Manifest {
	return protocol.Manifest{
		Kind: protocol.ModelKind(r.uint(8)), Class: protocol.Class(r.uint(8)), SpecVersion: r.uint32(),
		WeightsRoot: r.hash(), TokenizerHash: r.hash(), Parent: r.hash(),
		RoyaltyBps: uint16(r.uint(16)), ParentRoyaltyBps: uint16(r.uint(16)), MinChildRoyaltyBps: uint16(r.uint(16)),
		Creator: r.address(), Name: string(r.bytes()), MetadataURI: string(r.bytes()),
	}
}

func (r *reader) split() Split {
	return Split{r.amount128(), r.amount128(), r.amount128(), r.amount128(), r.amount128(), r.amount128()}
}

func (r *reader) shares() Shares {
	return Shares{uint16(r.uint(16)), uint16(r.uint(16)), uint16(r.uint(16))}
}

func (r *reader) request() protocol.Request {
	return protocol.Request{
		Payment: r.hash(), ModelVersion: r.hash(), Requester: r.address(), PromptRoot: r.hash(), PromptTokens: r.uint32(),
		MaxOutputTokens: r.uint32(), ParamsHash: r.hash(), PriceIn: r.amount128(), PriceOut: r.amount128(), MaxFee: r.amount128(),
		Deadline: r.uint(64), Audience: protocol.Audience(r.uint(8)), Salt: r.hash(),
	}
}

func (r *reader) receipt() protocol.Receipt {
	return protocol.Receipt{
		RequestHash: r.hash(), Provider: r.address(), Seq: r.uint(64), OutputRoot: r.hash(), OutputTokens: r.uint32(),
		Finish: protocol.Finish(r.uint(8)), TraceRoot: r.hash(), Fee: r.amount128(), CompletedAt: r.uint(64),
	}
}

func (r *reader) order() JobOrder {
	return JobOrder{
		ModelVersion: r.hash(), Prompt: list(r, (*reader).uint32), MaxOutputTokens: r.uint32(), Params: r.bytes(),
		PriceIn: r.amount128(), PriceOut: r.amount128(), MaxFee: r.amount128(), Deadline: r.uint(64), Salt: r.hash(),
		Callback: r.address(), CallbackGas: r.uint32(), CallbackAtDelivery: r.bool(),
	}
}
