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
	net    int64           // the network's key
	domain protocol.Domain // of signatures
	cache  int             // rows kept between batches
	held   int             // of them, all tables together
	sets   map[string]set  // by table; nothing is known of what is not there
	often  often
	all    *entry      // the one row of Totals; nil: not looked up in this batch
	wanted []store.Ref // held, and not read yet
	plans  []plan      // of the batch's events
	batch  uint64      // the one being folded
	dirty  []*entry    // changed in it
	made   []store.Row // rows that never change, made in it
	known  *filter     // of all rows there are; nil: not known

	block    store.Block
	logIndex uint32
	event    *store.Event
	plan     *plan // of the event

	undoFrom uint64 // blocks from here on are recorded
	undo     []store.Undo
	err      error // of the loader, first one wins
}

// set is what is known of the rows of a table, by their names.
type set map[string]*entry

// often are the tables that most events name rows of.
type often struct{ balances, channels, credits, lines, providers, services, versions set }

// entry is what is known of a row.
type entry struct {
	ref     store.Ref
	row     store.Row // nil: there is none
	batch   uint64    // the last that changed it
	isNew   bool      // that batch made it
	touched uint64    // one more than the last block whose undo holds it
}

// newState returns the state of what is stored of a network, as l reads it. empty
// says that nothing is.
func newState(l loader, n *store.Network, empty bool, cache int) *state {
	d := n.Deployment()
	s := &state{loader: l, net: n.Key(), domain: protocol.Domain{ChainID: d.ChainID, Market: d.Market}, cache: cache, sets: map[string]set{}, batch: maxWriting}
	s.often = often{balances: s.set("balances"), channels: s.set("channels"), credits: s.set("credits"), lines: s.set("lines"),
		providers: s.set("providers"), services: s.set("services"), versions: s.set("versions")}
	if empty {
		s.known = newFilter()
	}
	return s
}

func (s *state) set(table string) set {
	t, ok := s.sets[table]
	if !ok {
		t = set{}
		s.sets[table] = t
	}
	return t
}

// flush gives what changed since the last flush: rows that did not exist before,
// and others.
func (s *state) flush() (made, rows []store.Row, undo []store.Undo) {
	made, s.made = s.made, nil
	for _, e := range s.dirty {
		if e.isNew {
			made = append(made, e.row)
		} else {
			rows = append(rows, e.row)
		}
	}
	clear(s.dirty)
	s.dirty = s.dirty[:0]
	undo, s.undo = s.undo, nil
	if s.held > s.cache {
		// What was flushed lately is not in the store before the next batch is folded.
		for _, t := range s.sets {
			for id, e := range t {
				if e.batch+maxWriting <= s.batch {
					delete(t, id)
					s.held--
				}
			}
		}
	}
	s.all = nil
	s.batch++
	return made, rows, undo
}

// expect returns what is known of a row. If that is nothing, the row is wanted: it is
// not there, or not right, before prefetch.
func (s *state) expect(t set, table string, id []byte) *entry {
	if e, ok := t[string(id)]; ok {
		return e
	}
	return s.want(t, store.Ref{Table: table, ID: string(id)})
}

func (s *state) want(t set, ref store.Ref) *entry {
	e := &entry{ref: ref}
	t[ref.ID] = e
	s.held++
	if s.known == nil || s.known.has(ref) {
		s.wanted = append(s.wanted, ref)
	}
	return e
}

// prefetch reads the wanted rows in few queries.
func (s *state) prefetch() error {
	if len(s.wanted) == 0 {
		return nil
	}
	rows, err := s.loader.Load(s.ctx, s.wanted)
	s.wanted = s.wanted[:0]
	if err != nil {
		return err // that there are none is not known to be true: Converge drops the state
	}
	for _, r := range rows {
		s.sets[store.TableOf(r)][r.Base().ID].row = r
	}
	return nil
}

// lookup returns what is known of a row; its row is nil if there is none.
func (s *state) lookup(ref store.Ref) *entry {
	t := s.set(ref.Table)
	if e, ok := t[ref.ID]; ok {
		return e
	}
	return s.found(s.want(t, ref))
}

// found makes e right in the middle of a fold, where prefetch has run.
func (s *state) found(e *entry) *entry {
	if len(s.wanted) > 0 {
		if err := s.prefetch(); s.err == nil {
			s.err = err
		}
	}
	return e
}

// begin starts a block: its changes are recorded apart from those before.
func (s *state) begin(b store.Block) { s.block = b }

// touch prepares a row for change: its old value goes to the undo log, once per
// block.
func (s *state) touch(e *entry) {
	if s.block.Number < s.undoFrom || e.touched == s.block.Number+1 {
		return
	}
	e.touched = s.block.Number + 1
	u := store.Undo{Block: s.block.Number, Table: e.ref.Table, ID: e.ref.ID}
	if e.row != nil {
		text, err := json.Marshal(e.row)
		if err != nil {
			s.err = errors.Join(s.err, fmt.Errorf("encode row of %s: %w", e.ref.Table, err))
		}
		u.Prev = text
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
	return changeEntry[T, P](s, s.lookup(store.Ref{Table: store.TableOf(P(nil)), ID: id}))
}

func changeEntry[T any, P rowOf[T]](s *state, e *entry) (row P, isNew bool) {
	s.touch(e)
	switch {
	case e.row == nil:
		row, isNew = P(new(T)), true
		if s.known != nil {
			s.known.add(e.ref)
		}
		*row.Base() = store.Entity{NetworkID: s.net, ID: e.ref.ID, Block: s.block.Number, LogIndex: s.logIndex, Time: s.block.Time}
	case e.batch == s.batch:
		row = e.row.(P)
	default: // the old one may be on its way to the store
		value := *e.row.(P)
		row = &value
	}
	if e.batch != s.batch {
		e.row, e.batch, e.isNew = row, s.batch, isNew
		s.dirty = append(s.dirty, e)
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
	return existingEntry[T, P](s, s.lookup(store.Ref{Table: store.TableOf(P(nil)), ID: id}))
}

func existingEntry[T any, P rowOf[T]](s *state, e *entry) (P, error) {
	if e.row == nil {
		return nil, s.illegal("%s %s does not exist", e.ref.Table, e.ref.ID)
	}
	row, _ := changeEntry[T, P](s, e)
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
