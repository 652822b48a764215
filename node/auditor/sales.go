package auditor

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Through which relayer a receipt was sold, and when, no contract knows before it is redeemed: gateways say so in their feeds, and
// any of them may lie. What each says is kept apart, and the root that was redeemed decides which of their orders is right.

// Sale is what one source says of a receipt's sale.
type Sale struct {
	// By is the feed's base URL, or the origin of a case that is of no feed; empty for the first feed that listed a receipt, of a
	// case that an older build wrote.
	By      string         `json:"by"`
	Relayer common.Address `json:"relayer"`
	Bought  uint64         `json:"bought"` // Unix seconds
	Number  uint64         `json:"number,omitempty"`
	// Place is the receipt's in its line, from 1, as a draw's opening shows it; 0: unknown.
	Place uint64 `json:"place,omitempty"`
}

// sale is what was said of a case's receipt when it was found.
func (c *Case) sale() Sale {
	by := c.Origin
	if by == OriginFeed {
		by = c.Feed
	}
	one := Sale{By: by, Relayer: c.Relayer, Bought: c.Bought, Number: c.Number}
	if c.Origin == OriginDraw && c.Opened != nil && c.Opened.Relayer == c.Relayer {
		one.Place = c.Opened.Index + 1
	}
	return one
}

// Sales reads what is said of a receipt's sale, at most once by each source.
func (s *Cases) Sales(c *Case) (list []Sale, err error) {
	if err = s.read(c.Receipt, fileSales, &list); errors.Is(err, protocol.ErrNotFound) {
		err = nil
	}
	if c.Relayer != (common.Address{}) {
		list = slices.Insert(list, 0, c.sale())
	}
	return list, err
}

// sell notes what a source says of the sale of a receipt that is a case, the first time that it says anything;
// protocol.ErrNotFound if it is none.
//
// INVARIANT: there is one Sale of each source, so what is kept of a receipt grows with the configuration, not with what feeds send.
func (a *Auditor) sell(receipt common.Hash, one Sale) error {
	a.selling.Lock()
	defer a.selling.Unlock()
	c, err := a.cases.Get(receipt)
	if err != nil || one.Relayer == (common.Address{}) || c.Origin == OriginJob {
		return err
	}
	list, err := a.cases.Sales(c)
	if err != nil || slices.ContainsFunc(list, func(s Sale) bool { return s.By == one.By }) {
		return err
	}
	b, err := a.cases.Bundle(receipt)
	if err != nil {
		return err
	}
	list = append(list, one)
	if c.Relayer != (common.Address{}) {
		list = list[1:] // it is in the case's own file
	}
	if err := a.cases.write(receipt, fileSales, list); err != nil {
		return err
	}
	a.buy(c, b, one)
	return nil
}

// sellDrawn notes what the opening of a drawn receipt shows of its sale, once.
func (a *Auditor) sellDrawn(ctx context.Context, d *openDraw, audit contracts.Audit, receipt common.Hash, completed uint64) error {
	a.mu.Lock()
	said := slices.ContainsFunc(a.seen.of[receipt], func(o sold) bool { return o.by == OriginDraw })
	a.mu.Unlock()
	if said || d.Job != (common.Hash{}) {
		return nil
	}
	e, err := a.deps.Draws.OpenedLeaf(ctx, receipt, audit.Beacon)
	if err != nil {
		return err
	}
	return a.sell(receipt, Sale{By: OriginDraw, Relayer: d.Line.Relayer, Bought: completed, Place: e.Payment.Index + 1})
}

// buy puts a receipt into the lines that it is said to be in.
func (a *Auditor) buy(c *Case, b bundle.Bundle, list ...Sale) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, one := range list {
		a.seen.buy(c, b, one)
	}
}

// pay notes which lines were redeemed.
func (a *Auditor) pay(list []contracts.Redeem) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range list {
		a.seen.pay(r.Line)
	}
}

// linesOf lists the voucher lines that a receipt is said to be in, of a stray those that it may be in, those of the sources that count first first.
func (a *Auditor) linesOf(receipt common.Hash) []protocol.Line {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.linesOf(receipt)
}

// listsOf lists what a line may hold, each in the order in which it was bought.
func (a *Auditor) listsOf(line protocol.Line) [][]protocol.SumLeaf {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.lists(line)
}

// newsOf tells one state of what is said of a line from another.
func (a *Auditor) newsOf(line protocol.Line) uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen.news(line)
}

// sales is what is said of all receipts.
type sales struct {
	feeds []string // in the configured order: the earlier one counts where two disagree
	of    map[common.Hash][]sold
	lines map[protocol.Line]*said
	// redeemed is what the roots of lines were found to hold, by line without its relayer.
	redeemed map[protocol.Line]map[common.Address]content
	// Nobody says who sold strays. Who was paid for what they may be in, newest first, redeems tell. Both by line without its relayer.
	strays   map[protocol.Line][]sold
	relayers map[protocol.Line][]common.Address
	stray    map[common.Hash]protocol.Line
}

// maxStrayLines bounds in how many lines a stray is looked for.
const maxStrayLines = 16

// sold is a Sale, and what the line holds of it.
type sold struct {
	by   string
	line protocol.Line
	protocol.SumLeaf
	at, number, place uint64 // what it is ordered by
}

// said is what is said of one line.
type said struct {
	receipts []common.Hash // that any source says are in it
	news     uint64        // grows whenever its lists may become other ones
	lists    [][]protocol.SumLeaf
	listed   uint64 // the news that lists are of
}

// content is what a root holds.
type content struct {
	root common.Hash
	list []protocol.SumLeaf
}

func newSales(feeds []string) sales {
	return sales{feeds, map[common.Hash][]sold{}, map[protocol.Line]*said{}, map[protocol.Line]map[common.Address]content{},
		map[protocol.Line][]sold{}, map[protocol.Line][]common.Address{}, map[common.Hash]protocol.Line{}}
}

// lose notes a receipt of which nobody says who sold it. Its provider's time is all that orders it.
func (s sales) lose(c *Case, b bundle.Bundle) {
	if _, known := s.stray[c.Receipt]; known || c.Origin == OriginJob || len(s.of[c.Receipt]) > 0 {
		return
	}
	of := lineBy(common.Address{}, c, b)
	s.stray[c.Receipt] = of
	s.strays[of] = append(s.strays[of], sold{line: of, SumLeaf: protocol.SumLeaf{Receipt: c.Receipt, Fee: b.Receipt.Fee}, at: b.Receipt.CompletedAt})
	s.mayHold(of)
}

// pay notes that a line was redeemed.
func (s sales) pay(line protocol.Line) {
	of := line
	of.Relayer = common.Address{}
	if !slices.Contains(s.relayers[of], line.Relayer) {
		list := slices.Insert(s.relayers[of], 0, line.Relayer)
		s.relayers[of] = list[:min(len(list), maxStrayLines)]
		s.mayHold(of)
	}
}

// mayHold makes the lists of lines anew that strays may be in.
func (s sales) mayHold(of protocol.Line) {
	if len(s.strays[of]) == 0 {
		return
	}
	for _, of.Relayer = range s.relayers[of] {
		if s.lines[of] == nil {
			s.lines[of] = &said{}
		}
		s.lines[of].news++
	}
}

// rank orders sources: the operator's own files, feeds as configured, feeds that are configured no more, draws. What a draw says of
// the relayer and the place is certain, but the time is the provider's.
func (s sales) rank(by string) int {
	at := slices.Index(s.feeds, by)
	switch {
	case by == OriginFile:
		return -1
	case by == OriginDraw:
		return len(s.feeds) + 1
	case at < 0:
		return len(s.feeds)
	}
	return at
}

func (s sales) first(x, y string) int {
	return cmp.Or(cmp.Compare(s.rank(x), s.rank(y)), cmp.Compare(x, y))
}

// buy notes one Sale. What a source said before stays.
func (s sales) buy(c *Case, b bundle.Bundle, one Sale) {
	of := s.of[c.Receipt]
	if one.Relayer == (common.Address{}) || c.Origin == OriginJob || slices.ContainsFunc(of, func(o sold) bool { return o.by == one.By }) {
		return
	}
	line := lineBy(one.Relayer, c, b)
	if lost, known := s.stray[c.Receipt]; known {
		s.mayHold(lost)
		delete(s.stray, c.Receipt)
		s.strays[lost] = slices.DeleteFunc(s.strays[lost], func(o sold) bool { return o.Receipt == c.Receipt })
	}
	if s.lines[line] == nil {
		s.lines[line] = &said{}
	}
	if !slices.Contains(s.linesOf(c.Receipt), line) {
		s.lines[line].receipts = append(s.lines[line].receipts, c.Receipt)
	}
	sale := sold{one.By, line, protocol.SumLeaf{Receipt: c.Receipt, Fee: b.Receipt.Fee}, one.Bought, one.Number, one.Place}
	at, _ := slices.BinarySearchFunc(of, sale, func(x, y sold) int { return s.first(x.by, y.by) })
	s.of[c.Receipt] = slices.Insert(of, at, sale)
	for _, line := range s.linesOf(c.Receipt) {
		s.lines[line].news++
	}
}

func (s sales) linesOf(receipt common.Hash) (list []protocol.Line) {
	for _, o := range s.of[receipt] {
		if !slices.Contains(list, o.line) {
			list = append(list, o.line)
		}
	}
	if line, lost := s.stray[receipt]; lost {
		for _, line.Relayer = range s.relayers[line] {
			list = append(list, line)
		}
	}
	return list
}

func (s sales) news(line protocol.Line) uint64 {
	if s.lines[line] == nil {
		return 0
	}
	return s.lines[line].news
}

// lists makes what a line may hold of what is said: first all of it, of each receipt what the source says that counts first; then
// what each source says alone, in their order. What only draws say stands in each, where it was opened; should a receipt before it be
// missing that is another place, so then comes all of it by times alone, and last with the strays that it may hold. They must not be changed.
func (s sales) lists(line protocol.Line) [][]protocol.SumLeaf {
	known := s.lines[line]
	if known == nil {
		return nil
	}
	if known.listed == known.news {
		return known.lists
	}
	var sources []string
	for _, receipt := range known.receipts {
		for _, o := range s.of[receipt] {
			if o.line == line && !slices.Contains(sources, o.by) {
				sources = append(sources, o.by)
			}
		}
	}
	slices.SortFunc(sources, s.first)
	var all []sold
	alone := make([][]sold, len(sources))
	for _, receipt := range known.receipts {
		of := s.of[receipt]
		if of[0].line == line {
			all = append(all, of[0])
		}
		for i, by := range sources {
			at := slices.IndexFunc(of, func(o sold) bool { return o.by == by })
			if at < 0 && of[len(of)-1].by == OriginDraw {
				at = len(of) - 1
			}
			if at >= 0 && of[at].line == line {
				alone[i] = append(alone[i], of[at])
			}
		}
	}
	known.lists, known.listed = nil, known.news
	var made [][]protocol.SumLeaf
	for _, some := range append([][]sold{all}, alone...) {
		made = append(made, inPlace(some))
	}
	made = append(made, inOrder(all))
	of := line
	of.Relayer = common.Address{}
	if strays := s.strays[of]; len(strays) > 0 {
		made = append(made, inPlace(append(slices.Clone(all), strays...)))
	}
	for _, list := range made {
		if !slices.ContainsFunc(known.lists, func(l []protocol.SumLeaf) bool { return slices.Equal(l, list) }) {
			known.lists = append(known.lists, list)
		}
	}
	return known.lists
}

// inPlace lists receipts as vouchers do, those whose place is known there.
func inPlace(some []sold) []protocol.SumLeaf {
	var placed, rest []sold
	for _, one := range some {
		if one.place == 0 {
			rest = append(rest, one)
		} else {
			placed = append(placed, one)
		}
	}
	list := inOrder(rest)
	slices.SortFunc(placed, func(x, y sold) int { return cmp.Or(cmp.Compare(x.place, y.place), x.Receipt.Cmp(y.Receipt)) })
	for _, one := range placed {
		list = slices.Insert(list, int(min(one.place-1, uint64(len(list)))), one.SumLeaf)
	}
	return list
}

// inOrder lists receipts by when they were bought.
func inOrder(some []sold) []protocol.SumLeaf {
	slices.SortFunc(some, func(x, y sold) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.number, y.number), x.Receipt.Cmp(y.Receipt))
	})
	list := make([]protocol.SumLeaf, len(some))
	for i, one := range some {
		list[i] = one.SumLeaf
	}
	return list
}

// making returns the leaves of the first list that makes a line's root; nil if none does.
func making(lists [][]protocol.SumLeaf, state contracts.Line) []protocol.SumLeaf {
	for _, list := range lists {
		if uint64(len(list)) >= state.Count && state.Count > 0 && rootOf(list[:state.Count]) == state.ReceiptsRoot {
			return list[:state.Count]
		}
	}
	return nil
}
