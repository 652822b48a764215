package indexer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// ErrIllegal says that an event contradicts the events before it: the contracts
// cannot do that, so either the log is not theirs or the fold is wrong. The
// indexer stops; nothing may be skipped.
var ErrIllegal = errors.New("illegal transition")

// loader reads projection rows; store.Network is one.
type loader interface {
	Load(ctx context.Context, refs []store.Ref) ([]store.Row, error)
}

// state is the projections as the fold sees them: the rows it touched, read
// through to the store. One goroutine at a time; rows that were flushed are never
// written again, so that another one may store them meanwhile.
type state struct {
	ctx    context.Context
	loader loader
	net    int64                   // the network's key
	cache  int                     // rows kept between batches
	rows   map[store.Ref]store.Row // nil: known not to exist
	dirty  map[store.Ref]bool      // changed since the last batch; true: made since
	made   []store.Row             // rows that never change, made since the last batch
	sent   []map[store.Ref]bool    // dirty of the last batches: they may still be on their way
	known  *filter                 // of all rows there are; nil: not known

	block    store.Block
	logIndex uint32
	event    *store.Event

	undoFrom uint64 // blocks from here on are recorded
	touched  map[store.Ref]bool
	undo     []store.Undo
	err      error // of the loader, first one wins
}

// newState returns the state of what is stored. empty says that nothing is.
func newState(l loader, network int64, empty bool, cache int) *state {
	s := &state{loader: l, net: network, cache: cache, rows: map[store.Ref]store.Row{}, dirty: map[store.Ref]bool{}, touched: map[store.Ref]bool{}}
	if empty {
		s.known = newFilter()
	}
	return s
}

// flush gives what changed since the last flush: rows that did not exist before,
// and others.
func (s *state) flush() (made, rows []store.Row, undo []store.Undo) {
	made, s.made = s.made, nil
	for ref, isNew := range s.dirty {
		if isNew {
			made = append(made, s.rows[ref])
		} else {
			rows = append(rows, s.rows[ref])
		}
	}
	undo, s.undo = s.undo, nil
	if s.sent = append(s.sent, s.dirty); len(s.sent) > maxWriting {
		s.sent = s.sent[1:]
	}
	s.dirty = map[store.Ref]bool{}
	if len(s.rows) > s.cache {
		// What was flushed lately is not in the store before the next batch is folded.
		for ref := range s.rows {
			if !s.onTheWay(ref) {
				delete(s.rows, ref)
			}
		}
	}
	clear(s.touched)
	return made, rows, undo
}

func (s *state) onTheWay(ref store.Ref) bool {
	for _, dirty := range s.sent {
		if _, ok := dirty[ref]; ok {
			return true
		}
	}
	return false
}

// prefetch reads the rows a batch will need in few queries.
func (s *state) prefetch(refs []store.Ref) error {
	var missing []store.Ref
	for _, ref := range refs {
		if _, ok := s.rows[ref]; ok {
			continue
		}
		s.rows[ref] = nil
		if s.known == nil || s.known.has(ref) {
			missing = append(missing, ref)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	rows, err := s.loader.Load(s.ctx, missing)
	if err != nil {
		return err // the nils are not known to be true: Converge drops the state
	}
	for _, r := range rows {
		s.rows[store.Ref{Table: store.TableOf(r), ID: r.Base().ID}] = r
	}
	return nil
}

// lookup returns a row, nil if there is none.
func (s *state) lookup(ref store.Ref) store.Row {
	if row, ok := s.rows[ref]; ok {
		return row
	}
	if s.err == nil {
		s.err = s.prefetch([]store.Ref{ref})
	}
	return s.rows[ref]
}

// begin starts a block: its changes are recorded apart from those before.
func (s *state) begin(b store.Block) {
	s.block = b
	clear(s.touched)
}

// touch prepares a row for change: its old value goes to the undo log, once per
// block.
func (s *state) touch(ref store.Ref, row store.Row) {
	if s.block.Number < s.undoFrom || s.touched[ref] {
		return
	}
	s.touched[ref] = true
	u := store.Undo{Block: s.block.Number, Table: ref.Table, ID: ref.ID}
	if row != nil {
		text, err := json.Marshal(row)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("encode row of %s: %w", ref.Table, err))
		}
		u.Prev = string(text)
	}
	s.undo = append(s.undo, u)
}

// rowOf is a pointer to a row struct.
type rowOf[T any] interface {
	*T
	store.Row
}

// change returns the row for change; isNew says that this event makes it.
func change[T any, P rowOf[T]](s *state, id string) (row P, isNew bool) {
	ref := store.Ref{Table: store.TableOf(P(nil)), ID: id}
	old := s.lookup(ref)
	s.touch(ref, old)
	_, ours := s.dirty[ref]
	switch {
	case old == nil:
		row, isNew = P(new(T)), true
		s.dirty[ref] = true
		if s.known != nil {
			s.known.add(ref)
		}
		*row.Base() = store.Entity{NetworkID: s.net, ID: id, Block: s.block.Number, LogIndex: s.logIndex, Time: s.block.Time}
		s.rows[ref] = row
	case ours:
		row = old.(P)
	default: // the old one may be on its way to the store
		value := *old.(P)
		row = &value
		s.rows[ref], s.dirty[ref] = row, false
	}
	row.Base().ChangedBlock = s.block.Number
	return row, isNew
}

// add makes a row that must not exist.
func add[T any, P rowOf[T]](s *state, id string, row T) error {
	into, isNew := change[T, P](s, id)
	if !isNew {
		return s.illegal("%s %s exists already", store.TableOf(into), id)
	}
	base := *into.Base()
	*into = row
	*into.Base() = base
	return nil
}

// record makes a row of a history: its name holds its place in the chain or in its
// line, so no row can have it yet, and none ever changes. It is not looked up.
func record[T any, P rowOf[T]](s *state, id string, row T) {
	p := P(&row)
	*p.Base() = store.Entity{NetworkID: s.net, ID: id, Block: s.block.Number, LogIndex: s.logIndex, Time: s.block.Time, ChangedBlock: s.block.Number}
	s.made = append(s.made, p)
	if s.block.Number >= s.undoFrom {
		s.undo = append(s.undo, store.Undo{Block: s.block.Number, Table: store.TableOf(p), ID: id})
	}
}

// existing returns a row that must exist, for change.
func existing[T any, P rowOf[T]](s *state, id string) (P, error) {
	ref := store.Ref{Table: store.TableOf(P(nil)), ID: id}
	if s.lookup(ref) == nil {
		return nil, s.illegal("%s %s does not exist", ref.Table, id)
	}
	row, _ := change[T, P](s, id)
	return row, nil
}

func (s *state) illegal(format string, args ...any) error {
	if s.err != nil { // a row that could not be read is not a row that does not exist
		return s.err
	}
	return fmt.Errorf("%w: block %d, log %d: %s", ErrIllegal, s.block.Number, s.logIndex, fmt.Sprintf(format, args...))
}

// plus adds n to a sum of the chain's amounts.
func (s *state) plus(sum *protocol.Amount, n protocol.Amount) error {
	v, err := sum.Add(n)
	if err != nil {
		return s.illegal("%v", err)
	}
	*sum = v
	return nil
}

func (s *state) minus(sum *protocol.Amount, n protocol.Amount) error {
	v, err := sum.Sub(n)
	if err != nil {
		return s.illegal("%v", err)
	}
	*sum = v
	return nil
}

// same checks a value that an event reports against the one its history gives.
func (s *state) same(what string, got, want protocol.Amount) error {
	if got != want {
		return s.illegal("%s is %s by history and %s by the event", what, got, want)
	}
	return nil
}
