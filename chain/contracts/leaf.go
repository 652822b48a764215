package contracts

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

var leafOpenedTopic = crypto.Keccak256Hash([]byte("LeafOpened(bytes32,bytes)"))

// OpenedLeaf returns the evidence that opened points of a drawn receipt since a block, out of
// the log that the opening itself writes, whoever made the call: of several that of the line's newest root, which
// need not be opened last. It fails with protocol.ErrNotFound if nothing opened one.
func (r *Reader) OpenedLeaf(ctx context.Context, receipt common.Hash, from uint64) (e Evidence, err error) {
	latest, err := r.Head(ctx)
	if err != nil {
		return e, err
	}
	found, domain := false, r.Domain()
	err = r.logsOf(ctx, from, latest, []common.Address{r.at.Audits}, [][]common.Hash{{leafOpenedTopic}, {receipt}}, func(l *types.Log) error {
		event, err := events.DecodeLog(events.Audits, l)
		opened, is := event.(events.LeafOpened)
		if err != nil || !is {
			return err
		}
		one, err := leafEvidence(opened.Call)
		if err == nil && (domain.Digest(one.Receipt) != receipt || domain.Digest(one.Request) != one.Receipt.RequestHash) {
			err = fmt.Errorf("it is of another receipt: %w", protocol.ErrInvalid)
		}
		if err != nil {
			return fmt.Errorf("read what opened receipt %s in %s: %w", receipt, l.TxHash, err)
		}
		if !found || one.Payment.Count >= e.Payment.Count { // a line only grows
			e, found = one, true
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("opening of receipt %s: %w", receipt, protocol.ErrNotFound)
	}
	return e, err
}

// maxLeafPath bounds the siblings of a leaf: its tree has at most 2^64.
const maxLeafPath = 64

// calldata is read as the EVM reads it: places are counted modulo 2^256, so that an offset may
// go back, and what is behind the end is zero.
type calldata []byte

// place is n words behind an offset.
func place(at uint256.Int, words uint64) uint256.Int {
	at.AddUint64(&at, 32*words)
	return at
}

func (c calldata) word(at uint256.Int) (w [32]byte) {
	if at.LtUint64(uint64(len(c))) {
		copy(w[:], c[at.Uint64():])
	}
	return w
}

func (c calldata) number(at uint256.Int) (n uint256.Int) {
	w := c.word(at)
	n.SetBytes32(w[:])
	return n
}

// follow returns the place that the offset at a place names, counted from base.
func (c calldata) follow(base, at uint256.Int) uint256.Int {
	n := c.number(at)
	n.Add(&n, &base)
	return n
}

// words reads fields that take one word each.
type words struct {
	calldata
	at uint256.Int
}

func (w *words) next() [32]byte {
	at := w.at
	w.at.AddUint64(&w.at, 32)
	return w.word(at)
}

func (w *words) hash() common.Hash       { return w.next() }
func (w *words) address() common.Address { h := w.hash(); return common.Address(h[12:]) }
func (w *words) uint() uint64 {
	h := w.next()
	var n uint256.Int
	return n.SetBytes32(h[:]).Uint64()
}

func (w *words) amount() protocol.Amount {
	h := w.next()
	var n uint256.Int
	return protocol.Amount(*n.SetBytes(h[16:]))
}

// leafEvidence reads the evidence in the calldata of openLeaf, however a caller laid it out, as
// the contract reads it. It fails with protocol.ErrInvalid for lists that no opening has. What
// it makes of other calldata has other hashes, so check them.
func leafEvidence(call []byte) (e Evidence, err error) {
	c, start := calldata(call), *uint256.NewInt(4)
	base := c.follow(start, start)
	w := &words{c, base}
	e.Request = protocol.Request{Payment: w.hash(), ModelVersion: w.hash(), Requester: w.address(), PromptRoot: w.hash(), PromptTokens: uint32(w.uint()),
		MaxOutputTokens: uint32(w.uint()), ParamsHash: w.hash(), PriceIn: w.amount(), PriceOut: w.amount(), MaxFee: w.amount(), Deadline: w.uint(),
		Audience: protocol.Audience(w.uint()), Salt: w.hash()}
	e.Receipt = protocol.Receipt{RequestHash: w.hash(), Provider: w.address(), Seq: w.uint(), OutputRoot: w.hash(), OutputTokens: uint32(w.uint()),
		Finish: protocol.Finish(w.uint()), TraceRoot: w.hash(), Fee: w.amount(), CompletedAt: w.uint()}
	signature := c.follow(base, w.at)
	if n := c.number(signature); n.Eq(uint256.NewInt(65)) { // another length is nobody's signature
		for i := uint64(1); i <= 3; i++ {
			part := c.word(place(signature, i))
			e.Signature = append(e.Signature, part[:]...)
		}
		e.Signature = e.Signature[:65]
	}
	payment := c.follow(base, place(w.at, 1))
	w.at = payment
	e.Payment = Payment{Relayer: w.address(), Count: w.uint(), Index: w.uint(), Checkpoint: uint32(w.uint())}
	if e.Payment.Count == 0 { // of a job: the contract reads no further
		return e, nil
	}
	path := c.follow(payment, w.at)
	n := c.number(path)
	if !n.LtUint64(maxLeafPath + 1) {
		return Evidence{}, fmt.Errorf("path of %s nodes: %w", n.Dec(), protocol.ErrInvalid)
	}
	w.at = place(path, 1)
	for range n.Uint64() {
		e.Payment.Path = append(e.Payment.Path, protocol.SumNode{Hash: w.hash(), Sum: w.amount()})
	}
	return e, nil
}
