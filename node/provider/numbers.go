package provider

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/protocol"
)

// beginRecord says that an operator goes on with the journal from now on.
type beginRecord struct {
	Operator common.Address `json:"operator"`
	Next     uint64         `json:"next"` // the first number that it may use
}

// Numbering is what a journal says of an operator's numbers.
type Numbering struct {
	Known bool // some operator began here
	Own   bool // this one did
	// Overtaken tells that another numbered receipts here after this one. In a journal that was restored
	// from an older copy those may be numbers that this one used: it would sign them when they are asked about.
	Overtaken bool
}

func numberingOf(next map[common.Address]uint64, operator common.Address) Numbering {
	mine, own := next[operator]
	n := Numbering{Known: len(next) > 0, Own: own}
	for _, other := range next {
		n.Overtaken = n.Overtaken || own && other > mine
	}
	return n
}

// Numbered tells what the journal says of this provider's operator.
func (p *Provider) Numbered() Numbering {
	p.book.mu.Lock()
	defer p.book.mu.Unlock()
	return numberingOf(p.book.next, p.book.operator)
}

// Begin makes it durable that the operator goes on with this journal. What it sends to the chain
// from now on is no sign that its numbers are elsewhere, before it signed a receipt, too.
func (p *Provider) Begin() error {
	if err := p.book.begin(); err != nil {
		return fmt.Errorf("begin with the journal: %w", err)
	}
	return nil
}

func (b *book) begin() error {
	b.mu.Lock()
	if _, own := b.next[b.operator]; own {
		b.mu.Unlock()
		return nil
	}
	rec := beginRecord{b.operator, b.number()}
	data, err := json.Marshal(rec)
	if err != nil {
		b.mu.Unlock()
		return err
	}
	ticket, err := b.log.Append(journal.Record{Type: recordBegin, Data: data})
	if err == nil {
		b.next[rec.Operator] = rec.Next
	}
	b.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = ticket.Wait()
	return err
}

// number is that of the next receipt. The caller holds mu.
//
// INVARIANT: it is above every number in the journal, whoever signed it. The key that is here
// signs what its predecessors answered too, where a voucher, a question or a draw asks for it:
// a count of its own would give it two receipts of one number.
func (b *book) number() (next uint64) {
	for _, n := range b.next {
		next = max(next, n)
	}
	return next
}

// JournalContents is what CheckJournal found.
type JournalContents struct {
	Records int
	next    map[common.Address]uint64
}

// Numbering tells what the journal says of an operator.
func (c JournalContents) Numbering(operator common.Address) Numbering {
	return numberingOf(c.next, operator)
}

// note reads a record.
func (c *JournalContents) note(pos journal.Pos, rec journal.Record) (err error) {
	c.Records++
	used := func(operator common.Address, next uint64) { c.next[operator] = max(c.next[operator], next) }
	switch rec.Type {
	case recordAnswer:
		var r answerRecord
		if err = json.Unmarshal(rec.Data, &r); err == nil {
			used(r.Operator, r.Receipt.Seq+1)
		}
	case recordBegin:
		var r beginRecord
		if err = json.Unmarshal(rec.Data, &r); err == nil {
			used(r.Operator, r.Next)
		}
	case recordSummary:
		var s summaryRecord
		err = json.Unmarshal(rec.Data, &s)
		for operator, next := range s.Next {
			used(operator, next)
		}
	}
	if err != nil {
		return fmt.Errorf("journal record at %d:%d: %v: %w", pos.Segment, pos.Offset, err, protocol.ErrInvalid)
	}
	return nil
}
