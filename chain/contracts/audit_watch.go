package contracts

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

var (
	redeemedTopic          = crypto.Keccak256Hash([]byte("VoucherRedeemed(bytes32,address,bytes32,address,uint128,uint64,bytes32,uint128,uint128,uint32,uint64)"))
	auditRegisteredTopic   = crypto.Keccak256Hash([]byte("AuditRegistered(bytes32,bytes32,address,uint32,uint88,uint88,uint88,uint64,uint32)"))
	versionRegisteredTopic = crypto.Keccak256Hash([]byte("VersionRegistered(bytes32,uint64,uint32)"))
)

// Redeem is one redeem of a voucher line.
type Redeem struct {
	Line       protocol.Line
	Checkpoint uint32
	Count      uint64          // receipts of the line then
	Amount     protocol.Amount // what it newly paid
	Block      uint64
}

// Audit names the redeem's audit.
func (r Redeem) Audit() common.Hash { return AuditID(LineID(r.Line), r.Checkpoint) }

// RedeemWatch follows the redeems of all providers, and the rounds of attestations.
type RedeemWatch struct {
	reader *Reader
	mu     sync.Mutex
	next   uint64
}

// NewRedeemWatch starts at a block.
func NewRedeemWatch(r *Reader, from uint64) *RedeemWatch { return &RedeemWatch{reader: r, next: from} }

// Redeemed returns the redeems since the last call that succeeded, some of those before it
// again, the model versions that a round of attestations was registered for meanwhile, and the
// block from which another watch would go on.
func (w *RedeemWatch) Redeemed(ctx context.Context) (list []Redeem, versions []common.Hash, next uint64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest, err := w.reader.Head(ctx)
	if err != nil {
		return nil, nil, w.next, err
	}
	at := []common.Address{w.reader.at.Market, w.reader.at.Attestations}
	err = w.reader.logsOf(ctx, w.next, latest, at, [][]common.Hash{{redeemedTopic, versionRegisteredTopic}}, func(l *types.Log) error {
		if l.Topics[0] == versionRegisteredTopic {
			e, err := attestations.UnpackVersionRegisteredEvent(l)
			if err == nil {
				versions = append(versions, e.ModelVersion)
			}
			return err
		}
		r, err := redeem(l)
		list = append(list, r)
		return err
	})
	if err != nil {
		return nil, nil, w.next, err
	}
	w.next = latest + 1
	return list, versions, w.next, nil
}

func redeem(l *types.Log) (Redeem, error) {
	e, err := market.UnpackVoucherRedeemedEvent(l)
	if err != nil {
		return Redeem{}, err
	}
	return Redeem{Line: protocol.Line{Channel: e.Channel, Provider: e.Provider, ModelVersion: e.ModelVersion, Relayer: e.Relayer}, Checkpoint: e.Checkpoint,
		Count: e.Count, Amount: protocol.MustAmount(e.Amount), Block: l.BlockNumber}, nil
}

// WaitingPoint is a drawn point that its provider has to open.
type WaitingPoint struct {
	Index    uint32
	At       protocol.Amount // in the line's sum
	Silences uint8
	Deadline uint64 // block time, exclusive
}

// WaitingAudit is a drawn audit with points to open, the most urgent first.
type WaitingAudit struct {
	Audit      common.Hash
	Line       common.Hash
	Checkpoint uint32
	Root       common.Hash
	Points     []WaitingPoint
}

// DrawWatch follows the audits of one provider's redeems. The log only says where to look;
// what waits is read from the contract.
type DrawWatch struct {
	reader   *Reader
	provider common.Address

	mu    sync.Mutex
	next  uint64
	known map[common.Hash]*watchedAudit
}

// watchedAudit is a registered audit, perhaps drawn. Its points are never filled in.
type watchedAudit struct {
	WaitingAudit
	over   uint64 // the block at which it was first seen that nothing will wait; 0 while something may
	looked uint64 // the block it was read at last
}

// NewDrawWatch starts at the block the contracts were deployed in.
func NewDrawWatch(r *Reader, provider common.Address, startBlock uint64) *DrawWatch {
	return &DrawWatch{reader: r, provider: provider, next: startBlock, known: map[common.Hash]*watchedAudit{}}
}

// Addresses returns where the contracts are.
func (w *DrawWatch) Addresses() Addresses { return w.reader.at }

// Waiting returns the drawn audits whose points the provider has to open, the most urgent first.
// What could not be read hides nothing else: it returns what was read together with an error.
func (w *DrawWatch) Waiting(ctx context.Context) ([]WaitingAudit, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	latest, err := w.reader.Head(ctx)
	if err != nil {
		return nil, err
	}
	topics := [][]common.Hash{{auditRegisteredTopic}, nil, nil, {common.BytesToHash(w.provider[:])}}
	err = w.reader.logsOf(ctx, w.next, latest, []common.Address{w.reader.at.Audits}, topics, func(l *types.Log) error {
		e, err := audits.UnpackAuditRegisteredEvent(l)
		if err == nil && e.Checkpoint != JobCheckpoint && w.known[e.Audit] == nil {
			w.known[e.Audit] = &watchedAudit{WaitingAudit: WaitingAudit{Audit: e.Audit, Line: e.Line, Checkpoint: e.Checkpoint}}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	w.next = latest + 1
	terms, err := w.reader.AuditTerms(ctx)
	if err != nil {
		return nil, err
	}
	now, err := w.reader.Now(ctx)
	if err != nil {
		return nil, err
	}
	var open []WaitingAudit
	var failed error
	for _, known := range w.look(latest) {
		a, over, err := w.waiting(ctx, known.WaitingAudit, terms, now)
		switch {
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("read audit %s: %w", known.Audit, err))
		case over:
			known.over, known.looked = cmp.Or(known.over, max(latest, 1)), latest
		default:
			known.over, known.looked = 0, latest
		}
		if len(a.Points) > 0 {
			open = append(open, a)
		}
	}
	slices.SortFunc(open, func(x, y WaitingAudit) int {
		return cmp.Or(cmp.Compare(x.Points[0].Deadline, y.Points[0].Deadline), bytes.Compare(x.Audit[:], y.Audit[:]))
	})
	return open, failed
}

// lookOver is how many of the audits that look over are read each time, by turns.
const lookOver = 16

// look chooses the audits to read at block latest, and forgets those that no reorg brings back.
func (w *DrawWatch) look(latest uint64) []*watchedAudit {
	var look, rest []*watchedAudit
	for id, known := range w.known {
		switch {
		case known.over == 0:
			look = append(look, known)
		// INVARIANT: what looks over is read once more behind the overlap. Its log is older than
		// any overlap by then: a draw in the last block of drawTime would never be seen again.
		case known.looked > known.over+watchOverlap:
			delete(w.known, id)
		case known.looked != latest:
			rest = append(rest, known)
		}
	}
	slices.SortFunc(rest, func(x, y *watchedAudit) int {
		return cmp.Or(cmp.Compare(x.looked, y.looked), bytes.Compare(x.Audit[:], y.Audit[:]))
	})
	return append(look, rest[:min(len(rest), lookOver)]...)
}

// waiting adds the points that wait to an audit, those that could be read if err is not nil.
// over says that none will wait again, on this branch.
func (w *DrawWatch) waiting(ctx context.Context, known WaitingAudit, terms AuditTerms, now uint64) (_ WaitingAudit, over bool, err error) {
	a, err := w.reader.Audit(ctx, known.Audit)
	if err != nil {
		return known, false, err
	}
	if a.DrawnAt == 0 {
		return known, a.Beacon == 0 || now >= a.Time+terms.DrawTime, nil
	}
	known.Root, over = a.Root, true
	for i := range a.Points {
		p, perr := w.reader.Point(ctx, known.Audit, i)
		if perr != nil {
			over, err = false, errors.Join(err, fmt.Errorf("point %d: %w", i, perr))
			continue
		}
		if p.State != PointWaiting {
			continue
		}
		over = false
		if p.Deadline == 0 {
			p.Deadline = a.DrawnAt + terms.Clock
		}
		if now >= p.Deadline {
			continue // silent; a report gives it another clock
		}
		at, perr := w.reader.PointAt(ctx, known.Audit, i)
		if perr != nil {
			err = errors.Join(err, fmt.Errorf("point %d: %w", i, perr))
			continue
		}
		known.Points = append(known.Points, WaitingPoint{i, at, p.Silences, p.Deadline})
	}
	slices.SortStableFunc(known.Points, func(x, y WaitingPoint) int { return cmp.Compare(x.Deadline, y.Deadline) })
	return known, over, err
}
