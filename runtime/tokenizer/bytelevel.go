package tokenizer

import (
	"bytes"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// indexMerges checks the merges and indexes them by pair: each joins two normal
// tokens into the normal token of their joint bytes, and no pair comes twice.
func (t *Tokenizer) indexMerges() error {
	t.merges = make(map[[2]uint32]merge, len(t.spec.Merges))
	for rank, m := range t.spec.Merges {
		n := uint32(len(t.spec.Tokens))
		ok := m.Left < n && m.Right < n && m.Result < n
		if ok {
			l, r, x := t.spec.Tokens[m.Left], t.spec.Tokens[m.Right], t.spec.Tokens[m.Result]
			ok = l.Type == Normal && r.Type == Normal && x.Type == Normal && bytes.HasPrefix(x.Bytes, l.Bytes) && bytes.Equal(x.Bytes[len(l.Bytes):], r.Bytes)
		}
		pair := [2]uint32{m.Left, m.Right}
		if _, twice := t.merges[pair]; twice || !ok {
			return fmt.Errorf("tokenizer: merge %d of tokens %d and %d into %d: %w", rank, m.Left, m.Right, m.Result, protocol.ErrInvalid)
		}
		t.merges[pair] = merge{rank: uint32(rank), result: m.Result}
	}
	return nil
}

// appendByteLevel cuts text into pieces and encodes each on its own.
func (t *Tokenizer) appendByteLevel(ids []uint32, text string) ([]uint32, error) {
	c := cursor{text: text}
	var w byteMerger
	for c.at < len(text) {
		piece := c.next(t.spec.Pre)
		if t.spec.WholeFirst {
			if id, ok := t.ids[piece]; ok {
				ids = append(ids, id)
				continue
			}
		}
		var err error
		if ids, err = w.append(t, ids, piece); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// byteMerger merges one piece at a time and keeps its memory.
type byteMerger struct {
	syms  []symbol
	queue heap
}

// append starts from one token per byte and joins the adjacent pair whose merge has
// the lowest rank, leftmost first, until no pair has a merge.
func (w *byteMerger) append(t *Tokenizer, ids []uint32, piece string) ([]uint32, error) {
	w.syms, w.queue = w.syms[:0], w.queue[:0]
	for i, b := range []byte(piece) {
		id := t.bytes[b]
		if id == None {
			return nil, fmt.Errorf("encode text: byte %#02x has no token: %w", b, protocol.ErrInvalid)
		}
		w.syms = append(w.syms, symbol{start: i, end: i + 1, prev: i - 1, next: i + 1, id: id})
	}
	syms := w.syms
	syms[len(syms)-1].next = -1
	pair := func(left int) (merge, bool) {
		m, ok := t.merges[[2]uint32{syms[left].id, syms[syms[left].next].id}]
		return m, ok
	}
	push := func(left int) {
		if left < 0 || syms[left].next < 0 {
			return
		}
		if m, ok := pair(left); ok {
			w.queue.push(candidate{rank: m.rank, id: m.result, left: left, start: syms[left].start})
		}
	}
	for i := range syms {
		push(i)
	}
	for len(w.queue) > 0 {
		c := w.queue.pop()
		l := &syms[c.left]
		if l.end == l.start || l.next < 0 {
			continue
		}
		if m, ok := pair(c.left); !ok || m.rank != c.rank {
			continue // one of the two was joined with another since
		}
		r := &syms[l.next]
		l.end, l.id, l.next = r.end, c.id, r.next
		r.end = r.start
		if l.next >= 0 {
			syms[l.next].prev = c.left
		}
		push(l.prev)
		push(c.left)
	}
	for i := 0; i >= 0; i = syms[i].next {
		ids = append(ids, syms[i].id)
	}
	return ids, nil
}
