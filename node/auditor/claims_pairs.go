package auditor

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/bundle"
)

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

// seen remembers which receipts are known, to find those that contradict one another, and
// where they are said to be in voucher lines.
type seen struct {
	numbers  map[counter][]common.Hash
	requests map[replied][]common.Hash
	sales
}

func newSeen(feeds []string) seen {
	return seen{map[counter][]common.Hash{}, map[replied][]common.Hash{}, newSales(feeds)}
}

// add returns the receipts that share a number or a request with one. Without its operator a
// number says nothing.
func (s seen) add(receipt common.Hash, b bundle.Bundle, operator common.Address) []common.Hash {
	n := counter{operator, b.Receipt.Seq}
	q := replied{b.Receipt.Provider, b.Receipt.RequestHash, b.Receipt.OutputTokens}
	var others []common.Hash
	known := operator != common.Address{}
	for _, other := range append(slices.Clone(s.numbers[n]), s.requests[q]...) {
		if other != receipt && !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	if known && !slices.Contains(s.numbers[n], receipt) {
		s.numbers[n] = append(s.numbers[n], receipt)
	}
	if !slices.Contains(s.requests[q], receipt) {
		s.requests[q] = append(s.requests[q], receipt)
	}
	return others
}

// note compares a receipt with all that are known, and claims what contradicts. It is done
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
		o, err := a.cases.Bundle(other)
		if err == nil {
			var list []Claim
			if list, err = PairClaims(b, o); err == nil {
				for _, c := range list {
					_, err = a.claim(c, receipt, other)
				}
			}
		}
		if err != nil {
			a.log.Error("cannot compare two receipts", "receipt", receipt, "other", other, "err", err)
		}
	}
}
