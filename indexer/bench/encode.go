package bench

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// word encodes one ABI word.
func word(v any) (w [32]byte) {
	switch x := v.(type) {
	case common.Hash:
		return x
	case common.Address:
		copy(w[12:], x[:])
	case protocol.Amount:
		return x.Word()
	case [4]byte:
		copy(w[:], x[:])
	case bool:
		if x {
			w[31] = 1
		}
	case uint64:
		binary.BigEndian.PutUint64(w[24:], x)
	case uint32:
		return word(uint64(x))
	case uint16:
		return word(uint64(x))
	case uint8:
		return word(uint64(x))
	case int:
		return word(uint64(x))
	case protocol.ModelKind:
		return word(uint64(x))
	case protocol.Class:
		return word(uint64(x))
	case protocol.Finish:
		return word(uint64(x))
	case protocol.Audience:
		return word(uint64(x))
	default:
		panic(fmt.Sprintf("%T is no ABI word", v))
	}
	return w
}

// dynamic is an encoded value that a tuple holds by offset.
type dynamic []byte

// tuple encodes values; dynamic ones go to the tail.
func tuple(values ...any) []byte {
	var head, tail []byte
	for _, v := range values {
		if d, ok := v.(dynamic); ok {
			w := word(32*len(values) + len(tail))
			head, tail = append(head, w[:]...), append(tail, d...)
			continue
		}
		w := word(v)
		head = append(head, w[:]...)
	}
	return append(head, tail...)
}

func text(s string) dynamic {
	w := word(len(s))
	return append(append(dynamic(w[:]), s...), make([]byte, (32-len(s)%32)%32)...)
}

func numbers(list []uint32) dynamic {
	w := word(len(list))
	out := dynamic(w[:])
	for _, n := range list {
		w := word(n)
		out = append(out, w[:]...)
	}
	return out
}

// makeLog makes a log of a contract: indexed parameters, then the others encoded.
func makeLog(address common.Address, signature string, data []byte, indexed ...any) store.Event {
	topics := append(make([]byte, 0, 128), topicOf(signature)...)
	for _, v := range indexed {
		w := word(v)
		topics = append(topics, w[:]...)
	}
	return store.Event{Address: address, Topics: topics, Data: data}
}

var topicCache = func() map[string][]byte {
	m := map[string][]byte{}
	for _, s := range []events.Source{events.Vault, events.Staking, events.Registry, events.Slasher, events.Market,
		events.Ledger, events.Questions, events.Claims, events.Verifiers, events.Audits, events.Auditors, events.Attestations} {
		for _, signature := range events.Signatures(s) {
			name, _, _ := strings.Cut(signature, "(")
			m[name] = crypto.Keccak256([]byte(signature))
		}
	}
	return m
}()

func topicOf(name string) []byte {
	t, ok := topicCache[name]
	if !ok {
		panic("no event " + name)
	}
	return t
}

func splitWords(s events.Split) []any {
	return []any{s.Provider, s.Creator, s.Parent, s.Relayer, s.Auditors, s.Protocol}
}
