package tokenizer

import (
	"fmt"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/protocol"
)

// symbol is a piece of the text during merging, in a doubly linked list.
type symbol struct {
	start, end int // bytes of the text; end == start once merged away
	prev, next int // indices, -1 at the ends
	id         uint32
}

// candidate is a possible merge of the symbol at left with its successor. It is
// stale unless the pair still spans start..end.
type candidate struct {
	rank, id   uint32
	left       int
	start, end int
}

// less orders candidates by rank, then from the left.
func (a candidate) less(b candidate) bool {
	return a.rank < b.rank || a.rank == b.rank && a.start < b.start
}

// appendSPM starts from one token per character (or one per byte where the
// character has none) and merges the adjacent pair whose joint bytes are the
// normal token of lowest rank, leftmost first, until no pair is a token.
func (t *Tokenizer) appendSPM(ids []uint32, text string) ([]uint32, error) {
	syms, err := t.split(text)
	if err != nil {
		return nil, err
	}
	var queue heap
	push := func(left int) {
		if left < 0 || syms[left].next < 0 {
			return
		}
		c := candidate{left: left, start: syms[left].start, end: syms[syms[left].next].end}
		if c.end-c.start > t.maxLen {
			return
		}
		id, ok := t.ids[text[c.start:c.end]]
		if ok {
			c.id, c.rank = id, t.spec.Tokens[id].Rank
			queue.push(c)
		}
	}
	for i := range syms {
		push(i)
	}
	for len(queue) > 0 {
		c := queue.pop()
		l := &syms[c.left]
		if l.start != c.start || l.end == l.start || l.next < 0 || syms[l.next].end != c.end {
			continue
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

// split returns the first symbols of a non-empty text.
func (t *Tokenizer) split(text string) ([]symbol, error) {
	syms := make([]symbol, 0, len(text))
	add := func(start, end int, id uint32) {
		n := len(syms)
		syms = append(syms, symbol{start: start, end: end, prev: n - 1, next: n + 1, id: id})
	}
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		if id, ok := t.ids[text[i:i+size]]; ok {
			add(i, i+size, id)
		} else {
			for j := i; j < i+size; j++ {
				id := t.bytes[text[j]]
				if id == None {
					return nil, fmt.Errorf("encode text: character %q has no token: %w", text[i:i+size], protocol.ErrInvalid)
				}
				add(j, j+1, id)
			}
		}
		i += size
	}
	syms[len(syms)-1].next = -1
	return syms, nil
}

// heap is a binary min-heap of candidates.
type heap []candidate

func (h *heap) push(c candidate) {
	q := append(*h, c)
	i := len(q) - 1
	for i > 0 {
		p := (i - 1) / 2
		if !c.less(q[p]) {
			break
		}
		q[i] = q[p]
		i = p
	}
	q[i] = c
	*h = q
}

func (h *heap) pop() candidate {
	q := *h
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	i := 0
	for {
		c := 2*i + 1
		if c >= len(q) {
			break
		}
		if c+1 < len(q) && q[c+1].less(q[c]) {
			c++
		}
		if !q[c].less(last) {
			break
		}
		q[i] = q[c]
		i = c
	}
	if len(q) > 0 {
		q[i] = last
	}
	*h = q
	return top
}
