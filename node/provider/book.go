package provider

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// The types of journal records.
const (
	recordAnswer  = 1 // answerRecord: written before its receipt is signed
	recordVoucher = 2 // voucherRecord: written before Paid is answered
	recordRedeem  = 3 // redeemRecord: what the chain has paid of a line
	recordSummary = 4 // summaryRecord: first of a segment, stands for all segments before
	recordBegin   = 5 // beginRecord: written before an operator's first transaction or receipt
)

type answerRecord struct {
	Operator common.Address   `json:"operator"`
	Job      bool             `json:"job,omitempty"`
	Ask      wire.Ask         `json:"ask"`
	Output   []uint32         `json:"output,omitempty"`
	Text     string           `json:"text,omitempty"`
	Receipt  protocol.Receipt `json:"receipt"`
}

type voucherRecord struct {
	Pay  wire.Pay        `json:"pay"`
	Base protocol.Amount `json:"base"` // total of the voucher before
	At   uint64          `json:"at"`   // block time
	// Tree is the line's tree with the voucher: on replay the receipts that it adds may
	// lie in a segment that was dropped.
	Tree protocol.SumTree `json:"tree"`
}

type redeemRecord struct {
	Line  protocol.Line   `json:"line"`
	Total protocol.Amount `json:"total"`
	At    uint64          `json:"at"`
}

type summaryRecord struct {
	Next  map[common.Address]uint64 `json:"next"` // of each operator that began: one above its last sequence number, or the first that it may use
	Lines []lineRecord              `json:"lines"`
}

type lineRecord struct {
	Pay        wire.Pay         `json:"pay"` // Added is empty
	Tree       protocol.SumTree `json:"tree"`
	Redeemed   protocol.Amount  `json:"redeemed"`
	RedeemedAt uint64           `json:"redeemed_at"`
	Since      uint64           `json:"since"`
}

// entry is a receipt in memory; the answer stays on disk.
type entry struct {
	receipt  protocol.Receipt
	hash     common.Hash // of the receipt
	operator common.Address
	line     protocol.Line
	secret   common.Hash
	deadline uint64
	job      bool
	pos      journal.Pos
	durable  bool
	adding   bool            // a voucher that is not durable yet adds it
	paid     bool            // a voucher holds it
	start    protocol.Amount // once paid, the line's total before it, or less
	end      protocol.Amount // and with it, or more
	through  protocol.Amount // and with the voucher that pays it
}

// lineBook is what one line of vouchers stands at.
//
// INVARIANT: every voucher and redemption in it is durable. What is redeemed, shown and summed up
// is what a restart knows, too: receipts under a root that it does not know could not be opened.
type lineBook struct {
	pay        wire.Pay
	tree       protocol.SumTree
	leaves     lineLeaves
	redeemed   protocol.Amount
	redeemedAt uint64
	since      uint64 // block time of the oldest voucher above redeemed; 0 if none
}

func (l *lineBook) owed() protocol.Amount {
	owed, err := l.pay.Voucher.Total.Sub(l.redeemed)
	if err != nil {
		return protocol.Amount{} // the chain paid more than the newest voucher that is held
	}
	return owed
}

// book is the provider's memory: receipts, vouchers, sequence numbers, all of it
// rebuilt from the journal.
type book struct {
	log      *journal.Log
	domain   protocol.Domain
	key      *ecdsa.PrivateKey
	operator common.Address
	provider common.Address
	step     func(string)

	mu        sync.Mutex
	next      map[common.Address]uint64
	byRequest map[common.Hash]*entry
	byReceipt map[common.Hash]*entry
	lines     map[protocol.Line]*lineBook
	coming    map[protocol.Line]journal.Ticket // of each line the voucher that is not durable yet
	lineOf    map[common.Hash][]protocol.Line  // per channel, those in lines
	unpaid    map[common.Hash]protocol.Amount  // per channel: receipts that no voucher holds
	served    uint64
	earned    protocol.Amount // fees of all receipts in memory
}

func openBook(c Config, d Deps) (*book, error) {
	b := &book{
		domain: c.Domain, key: d.Key, operator: crypto.PubkeyToAddress(d.Key.PublicKey), provider: c.Provider, step: d.step,
		next: map[common.Address]uint64{}, byRequest: map[common.Hash]*entry{}, byReceipt: map[common.Hash]*entry{},
		lines: map[protocol.Line]*lineBook{}, coming: map[protocol.Line]journal.Ticket{}, lineOf: map[common.Hash][]protocol.Line{}, unpaid: map[common.Hash]protocol.Amount{},
	}
	log, err := journal.Open(c.Journal, journal.Options{SegmentBytes: c.SegmentBytes, Head: b.summary, Step: d.step, Disk: d.disk}, fromSummary(b.replay))
	if err != nil {
		return nil, fmt.Errorf("open the journal in %s: %w", c.Journal, err)
	}
	b.log = log
	for _, e := range b.byRequest {
		if !e.paid && !e.job {
			b.addUnpaid(e.line.Channel, e.receipt.Fee)
		}
	}
	return b, nil
}

func (b *book) addUnpaid(channel common.Hash, fee protocol.Amount) {
	if sum, err := b.unpaid[channel].Add(fee); err == nil {
		b.unpaid[channel] = sum
	}
}

func (b *book) subUnpaid(channel common.Hash, fee protocol.Amount) {
	rest, err := b.unpaid[channel].Sub(fee)
	if err != nil || rest.IsZero() {
		delete(b.unpaid, channel)
		return
	}
	b.unpaid[channel] = rest
}

// put remembers a receipt. The caller holds mu, except while replaying.
func (b *book) put(r answerRecord, pos journal.Pos, durable bool) *entry {
	e := &entry{
		receipt: r.Receipt, hash: b.domain.Digest(r.Receipt), operator: r.Operator, secret: r.Ask.Secret, job: r.Job,
		line:     protocol.Line{Channel: r.Ask.Request.Payment, Provider: r.Receipt.Provider, ModelVersion: r.Ask.Request.ModelVersion, Relayer: r.Ask.Relayer},
		deadline: r.Ask.Request.Deadline, pos: pos, durable: durable,
	}
	b.byRequest[r.Receipt.RequestHash], b.byReceipt[e.hash] = e, e
	b.next[r.Operator] = max(b.next[r.Operator], r.Receipt.Seq+1)
	b.served++
	if sum, err := b.earned.Add(r.Receipt.Fee); err == nil {
		b.earned = sum
	}
	return e
}

// stored returns the receipt of a request hash, and nil if there is none that is
// durable.
func (b *book) stored(request common.Hash) *entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.byRequest[request]; e != nil && e.durable {
		return e
	}
	return nil
}

// byHash returns the receipt of a receipt hash, and nil if there is none.
func (b *book) byHash(receipt common.Hash) *entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.byReceipt[receipt]
}

// unpaidOf returns the requests of the newest receipts, at most limit and oldest first,
// that came through a relayer and that no voucher pays: perhaps nobody got them.
func (b *book) unpaidOf(relayer common.Address, limit int) []common.Hash {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []*entry
	for _, e := range b.byRequest {
		if e.durable && !e.paid && !e.job && e.line.Relayer == relayer {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(x, y *entry) int { return cmp.Compare(x.receipt.Seq, y.receipt.Seq) })
	hashes := make([]common.Hash, 0, limit)
	for _, e := range found[max(0, len(found)-limit):] {
		hashes = append(hashes, e.receipt.RequestHash)
	}
	return hashes
}

// answer reads a stored answer back from disk.
func (b *book) answer(e *entry) (answerRecord, error) {
	rec, err := b.log.Read(e.pos)
	if err != nil {
		return answerRecord{}, err
	}
	var r answerRecord
	if err := json.Unmarshal(rec.Data, &r); err != nil {
		return r, fmt.Errorf("decode a stored answer: %v: %w", err, protocol.ErrInternal)
	}
	return r, nil
}

// sign gives an answer its sequence number, makes request, tokens and receipt
// durable, and only then signs. The receipt's Seq is set here. A request hash that
// has a receipt already keeps it: the caller must not be here twice at once for one hash.
func (b *book) sign(r answerRecord) (protocol.Receipt, protocol.Bytes, error) {
	b.mu.Lock()
	if e := b.byRequest[r.Receipt.RequestHash]; e != nil {
		b.mu.Unlock()
		return protocol.Receipt{}, nil, fmt.Errorf("sign a second receipt for request %s: %w", r.Receipt.RequestHash, protocol.ErrConflict)
	}
	r.Operator = b.operator
	r.Receipt.Seq = b.number()
	data, err := json.Marshal(r)
	if err != nil {
		b.mu.Unlock()
		return protocol.Receipt{}, nil, fmt.Errorf("encode an answer: %w", err)
	}
	b.step("receipt.numbered")
	var e *entry
	ticket, err := b.log.AppendThen(journal.Record{Type: recordAnswer, Data: data}, func(pos journal.Pos) {
		b.mu.Lock()
		defer b.mu.Unlock()
		e.pos, e.durable = pos, true
	})
	if err != nil {
		b.mu.Unlock()
		return protocol.Receipt{}, nil, err
	}
	e = b.put(r, journal.Pos{}, false)
	if !e.job {
		b.addUnpaid(e.line.Channel, e.receipt.Fee)
	}
	b.mu.Unlock()
	b.step("receipt.appended")

	if _, err := ticket.Wait(); err != nil {
		return protocol.Receipt{}, nil, err
	}
	b.step("receipt.durable")
	sig, err := protocol.SignDigest(b.key, e.hash)
	b.step("receipt.signed")
	return r.Receipt, sig, err
}

// signature signs a durable receipt with the key that is here, whichever operator signed it
// first; signing is deterministic.
func (b *book) signature(e *entry) (protocol.Bytes, error) {
	return protocol.SignDigest(b.key, e.hash)
}

// owed returns what a channel owes: fees without a voucher, and all fees that the
// chain has not paid yet.
func (b *book) owed(channel common.Hash) (unpaid, unredeemed protocol.Amount) {
	b.mu.Lock()
	defer b.mu.Unlock()
	unpaid = b.unpaid[channel]
	unredeemed = unpaid
	for _, line := range b.lineOf[channel] {
		if sum, err := unredeemed.Add(b.lines[line].owed()); err == nil {
			unredeemed = sum
		}
	}
	return unpaid, unredeemed
}

// setLine puts a line into the book, in the place of the one before. The caller holds mu,
// except while replaying.
func (b *book) setLine(key protocol.Line, l *lineBook) {
	if b.lines[key] == nil {
		b.lineOf[key.Channel] = append(b.lineOf[key.Channel], key)
	}
	b.lines[key] = l
}

func (b *book) replay(pos journal.Pos, rec journal.Record) error {
	bad := func(err error) error {
		return fmt.Errorf("journal record at %d:%d: %v: %w", pos.Segment, pos.Offset, err, protocol.ErrInvalid)
	}
	switch rec.Type {
	case recordAnswer:
		var r answerRecord
		if err := json.Unmarshal(rec.Data, &r); err != nil {
			return bad(err)
		}
		if e := b.byRequest[r.Receipt.RequestHash]; e != nil {
			return bad(fmt.Errorf("second receipt for request %s", r.Receipt.RequestHash))
		}
		b.put(r, pos, true)
	case recordVoucher:
		var v voucherRecord
		if err := json.Unmarshal(rec.Data, &v); err != nil {
			return bad(err)
		}
		return b.hold(v)
	case recordRedeem:
		var r redeemRecord
		if err := json.Unmarshal(rec.Data, &r); err != nil {
			return bad(err)
		}
		b.noteRedeemed(r)
	case recordBegin:
		var r beginRecord
		if err := json.Unmarshal(rec.Data, &r); err != nil {
			return bad(err)
		}
		b.next[r.Operator] = max(b.next[r.Operator], r.Next)
	case recordSummary:
		var s summaryRecord
		if err := json.Unmarshal(rec.Data, &s); err != nil {
			return bad(err)
		}
		for op, n := range s.Next {
			b.next[op] = max(b.next[op], n)
		}
		for _, l := range s.Lines {
			if held := b.lines[l.Pay.Voucher.Line()]; held == nil || held.tree.Count <= l.Tree.Count {
				leaves := lineLeaves{base: l.Tree}
				if held != nil {
					leaves = held.leaves
				}
				b.setLine(l.Pay.Voucher.Line(), &lineBook{pay: l.Pay, tree: l.Tree, leaves: leaves, redeemed: l.Redeemed, redeemedAt: l.RedeemedAt, since: l.Since})
			}
		}
	default:
		return bad(fmt.Errorf("unknown type %d", rec.Type))
	}
	return nil
}

// summary stands for all segments before: replayed first, it makes them needless but
// for the answers in them. Its lines are those of the records before it; its numbers may be
// ahead of them, which leaves some unused.
func (b *book) summary() []journal.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := summaryRecord{Next: map[common.Address]uint64{}}
	for op, n := range b.next {
		s.Next[op] = n
	}
	for _, l := range b.lines {
		pay := l.pay
		pay.Added = nil
		s.Lines = append(s.Lines, lineRecord{pay, l.tree, l.redeemed, l.redeemedAt, l.since})
	}
	data, err := json.Marshal(s)
	if err != nil {
		panic("encode the journal's summary: " + err.Error()) // plain data
	}
	return []journal.Record{{Type: recordSummary, Data: data}}
}
