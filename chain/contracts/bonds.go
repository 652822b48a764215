package contracts

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// Bond is what an answered question still holds.
type Bond struct {
	Question common.Hash     `json:"question"`
	Receipt  common.Hash     `json:"receipt"`
	Node     Node            `json:"-"`
	Asker    common.Address  `json:"asker"`
	Answerer common.Address  `json:"answerer"`
	Provider common.Address  `json:"provider"`
	Amount   protocol.Amount `json:"amount"`
	// Proven says that the receipt was proven wrong: all of it goes back to the asker, at any time.
	Proven bool `json:"proven,omitempty"`
	// PayableAt is the block time from which on it is paid out, else.
	PayableAt uint64 `json:"payable_at"`
}

// ShareOf is the least that paying the bond out brings one party: all of it to the asker
// of a receipt that was proven wrong, else a third to who answered and a third to the
// provider; the last third is burned.
func (b Bond) ShareOf(who common.Address) protocol.Amount {
	if b.Proven {
		if who == b.Asker {
			return b.Amount
		}
		return protocol.Amount{}
	}
	shares := int64(0)
	for _, owner := range []common.Address{b.Answerer, b.Provider} {
		if owner == who {
			shares++
		}
	}
	sum := b.Amount.Big()
	sum.Div(sum, big.NewInt(3))
	return protocol.MustAmount(sum.Mul(sum, big.NewInt(shares)))
}

// PaidBond is what paying a bond out did.
type PaidBond struct {
	Question   common.Hash
	To         common.Address // the asker if the receipt was proven wrong, else who answered
	Amount     protocol.Amount
	ToProvider protocol.Amount
}

// BondIn finds what a transaction paid of a question's bond.
func (a Addresses) BondIn(logs []*types.Log, question common.Hash) (PaidBond, bool) {
	for _, l := range logs {
		if l.Address != a.Questions {
			continue
		}
		e, err := questions.UnpackBondPaidEvent(l)
		if err == nil && e.Question == question {
			return PaidBond{question, e.To, protocol.MustAmount(e.Amount), protocol.MustAmount(e.ToProvider)}, true
		}
	}
	return PaidBond{}, false
}

// PayBondAt is PayBond named by when the bond was seen to be payable: an attempt that came
// too early, because a question made the window longer meanwhile, stands in no later one's way.
func (a Addresses) PayBondAt(b Bond) protocol.Call {
	return salted(a.PayBond(b.Receipt, b.Node), common.BigToHash(protocol.NewAmount(b.PayableAt).Big()))
}

// BondWatch follows the bonds of questions that one party asked, or that are about its
// receipts. The log only says where to look; what is there is read from the contract, so
// a restart forgets nothing and a log seen twice does no harm.
type BondWatch struct {
	reader *Reader
	who    common.Address

	mu    sync.Mutex
	next  uint64
	known map[common.Hash]*watchedBond
	cap   uint64 // the longest that a bond waits after its question's deadline, but for the receipt's stretch; 0: not read yet
}

type watchedBond struct {
	AskedQuestion
	bond   *Bond  // what was read last, while it is not due
	paidAt uint64 // block in which it was seen to be paid; 0: it was not
}

// NewBondWatch starts at the block the contracts were deployed in.
func NewBondWatch(r *Reader, who common.Address, startBlock uint64) *BondWatch {
	return &BondWatch{reader: r, who: who, next: startBlock, known: map[common.Hash]*watchedBond{}}
}

// Bonds returns the bonds of answered questions that are not paid out, those payable first
// before the others. A bond that is not due is read again only when it should be.
func (w *BondWatch) Bonds(ctx context.Context) ([]Bond, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest, err := w.follow(ctx)
	if err != nil {
		return nil, err
	}
	now, err := w.reader.Now(ctx)
	if err != nil {
		return nil, err
	}
	var list []Bond
	for id, q := range w.known {
		if q.paidAt != 0 {
			if q.paidAt+watchOverlap < latest {
				delete(w.known, id)
			}
			if q.paidAt+reorgs < latest {
				continue
			}
		}
		// INVARIANT: a bond becomes payable later, never earlier, but to its asker when the receipt is proven wrong.
		if q.bond == nil || q.bond.Proven || now >= q.bond.PayableAt || q.Asker == w.who {
			if q.bond, err = w.read(ctx, q.AskedQuestion); err != nil {
				return nil, err
			}
		}
		switch {
		case q.bond == nil:
		case q.bond.Amount.IsZero():
			q.bond = nil
			if q.paidAt == 0 {
				q.paidAt = latest
			}
		default:
			q.paidAt = 0
			list = append(list, *q.bond)
		}
	}
	slices.SortFunc(list, func(a, b Bond) int { return cmp.Or(cmp.Compare(a.PayableAt, b.PayableAt), a.Question.Cmp(b.Question)) })
	return list, nil
}

// reorgs is how many blocks a paid bond is looked at again.
const reorgs = 16

func (w *BondWatch) follow(ctx context.Context) (latest uint64, err error) {
	if w.cap == 0 {
		t, err := w.reader.Timing(ctx)
		if err != nil {
			return 0, err
		}
		w.cap = t.DisputeWindow + t.MaxHold + t.MaxDeadline
	}
	if latest, err = w.reader.Head(ctx); err != nil {
		return 0, err
	}
	for from := w.next - min(w.next, watchOverlap); from <= latest; from += watchSpan {
		list, err := w.reader.Asked(ctx, from, min(latest, from+watchSpan-1))
		if err != nil {
			return 0, err
		}
		for _, q := range list {
			if q.Provider == w.who || q.Asker == w.who {
				if old := w.known[q.ID]; old == nil || old.Deadline != q.Deadline {
					w.known[q.ID] = &watchedBond{AskedQuestion: q}
				}
			}
		}
	}
	w.next = latest + 1
	return latest, nil
}

// read returns an answered question's bond; nil while nobody answered.
func (w *BondWatch) read(ctx context.Context, asked AskedQuestion) (*Bond, error) {
	q, err := w.reader.Question(ctx, asked.ID)
	if err != nil || q.State != QuestionAnswered {
		return nil, err
	}
	b := &Bond{Question: asked.ID, Receipt: asked.Receipt, Node: asked.Node, Asker: q.Asker, Answerer: q.Answerer, Provider: asked.Provider,
		Amount: protocol.MustAmount(q.Bond)}
	if b.Amount.IsZero() {
		return b, nil
	}
	kind, err := w.reader.FaultOf(ctx, asked.Receipt)
	if err != nil {
		return nil, err
	}
	if b.Proven = kind != FaultNone; b.Proven {
		return b, nil
	}
	until, err := chain.Call(ctx, w.reader.client, w.reader.at.Questions, nil, questions.PackPayableFrom(asked.Receipt), questions.UnpackPayableFrom)
	if err != nil {
		return nil, fmt.Errorf("read when a bond is paid: %w", err)
	}
	window, err := chain.Call(ctx, w.reader.client, w.reader.at.Ledger, nil, ledger.PackWindowOf(asked.Receipt), ledger.UnpackWindowOf)
	if err != nil {
		return nil, fmt.Errorf("read how far a window was extended: %w", err)
	}
	b.PayableAt = min(until, q.Deadline+w.cap+window.Stretch)
	return b, nil
}
