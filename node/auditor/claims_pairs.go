package auditor

import (
	"errors"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Signatures are free: of any number of receipts that contradict one another contracts take one claim, for each number of an operator and
// for each request. So there is one claim for each, and what is kept and read of a receipt does not grow with how many others there are.

// counter is what two different receipts of a provider must not share.
type counter struct {
	operator common.Address
	seq      uint64
}

// replied is what a provider may sign two receipts of one count for only if they agree.
type replied struct {
	provider common.Address
	request  common.Hash
	tokens   uint32
}

// answers are all that is known of what was replied.
type answers struct {
	known map[common.Hash]bool
	// faces are two that differ, as far as there are: whatever else there is differs from one of them.
	faces []face
	jobs  []common.Hash // deliveries that nobody saw signed
	// Two of them are claimed. Any of them may be the one that is paid: fresh are those that do not sleep for it yet.
	claim common.Hash
	fresh []common.Hash
}

type face struct {
	receipt       common.Hash
	output, trace common.Hash
}

// seen remembers which receipts are known, to find those that contradict one another, and
// where they are said to be in voucher lines.
type seen struct {
	numbers  map[counter]common.Hash // the first of each: with it any other is the same fault
	requests map[replied]*answers
	sales
}

func newSeen(feeds []string) seen {
	return seen{map[counter]common.Hash{}, map[replied]*answers{}, newSales(feeds)}
}

func repliedBy(b bundle.Bundle) replied {
	return replied{b.Receipt.Provider, b.Receipt.RequestHash, b.Receipt.OutputTokens}
}

// add returns with which receipts one is to be compared that share a number or a request with it: a few, however many do. Without its
// operator a number says nothing.
func (s seen) add(receipt common.Hash, b bundle.Bundle, operator common.Address) (others []common.Hash) {
	signed := operator != common.Address{}
	if n := (counter{operator, b.Receipt.Seq}); signed {
		if _, known := s.numbers[n]; !known {
			s.numbers[n] = receipt
		}
		others = append(others, s.numbers[n])
	}
	q := repliedBy(b)
	if s.requests[q] == nil {
		s.requests[q] = &answers{known: map[common.Hash]bool{}}
	}
	others = append(others, s.requests[q].add(receipt, b, signed)...)
	slices.SortFunc(others, common.Hash.Cmp)
	others = slices.Compact(others)
	return slices.DeleteFunc(others, func(other common.Hash) bool { return other == receipt })
}

func (l *answers) add(receipt common.Hash, b bundle.Bundle, signed bool) (others []common.Hash) {
	for _, f := range l.faces {
		others = append(others, f.receipt)
	}
	if signed {
		others = append(others, l.jobs...)
	}
	if l.known[receipt] {
		return others
	}
	l.known[receipt] = true
	if !signed {
		l.jobs = append(l.jobs, receipt)
		return others
	}
	l.fresh = append(l.fresh, receipt)
	f := face{receipt, b.Receipt.OutputRoot, b.Receipt.TraceRoot}
	if len(l.faces) == 0 || len(l.faces) == 1 && (f.output != l.faces[0].output || f.trace != l.faces[0].trace) {
		l.faces = append(l.faces, f)
	}
	return others
}

// claimed notes that two answers to a request are claimed.
func (s seen) claimed(b bundle.Bundle, id common.Hash) { s.requests[repliedBy(b)].claim = id }

// sleepy takes the answers to a request that do not sleep for its claim yet, if there is one.
func (s seen) sleepy(b bundle.Bundle) (id common.Hash, list []common.Hash) {
	l := s.requests[repliedBy(b)]
	if l.claim != (common.Hash{}) {
		list, l.fresh = l.fresh, nil
	}
	return l.claim, list
}

// note compares a receipt with those that are known, and claims what contradicts. It is done
// for every case when the process starts, so a crash between a case and its claim loses none.
func (a *Auditor) note(c *Case, b bundle.Bundle) {
	receipt := c.Receipt
	list, err := a.cases.Sales(c)
	if err != nil {
		a.log.Error("cannot read who sold a receipt", "receipt", receipt, "err", err)
	}
	a.buy(c, b, list...)
	a.mu.Lock()
	a.seen.lose(c, b)
	a.mu.Unlock()
	operator, err := operatorOf(b)
	if err != nil {
		return
	}
	a.mu.Lock()
	others := a.seen.add(receipt, b, operator)
	a.mu.Unlock()
	for _, other := range others {
		if err := a.compare(receipt, b, other); err != nil {
			a.log.Error("cannot compare two receipts", "receipt", receipt, "other", other, "err", err)
		}
	}
	a.mu.Lock()
	id, fresh := a.seen.sleepy(b)
	a.mu.Unlock()
	for _, one := range fresh {
		a.sleepFor(id, one)
	}
}

// compare claims what contradicts in two receipts.
func (a *Auditor) compare(receipt common.Hash, b bundle.Bundle, other common.Hash) error {
	o, err := a.cases.Bundle(other)
	if err != nil {
		return err
	}
	list, err := PairClaims(b, o)
	if err != nil {
		return err
	}
	for _, c := range list {
		_, failed := a.claim(c, receipt, other)
		if err = errors.Join(err, failed); failed == nil && c.Claim == ClaimTwoAnswers && len(c.Signature) > 0 {
			a.mu.Lock()
			a.seen.claimed(b, c.name())
			a.mu.Unlock()
		}
	}
	return err
}
