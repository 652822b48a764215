package protocol

import (
	"fmt"
	"math/bits"

	"github.com/ethereum/go-ethereum/common"
)

// SumLeaf is a receipt with its fee, as a leaf of a sum tree.
type SumLeaf struct {
	Receipt common.Hash
	Fee     Amount
}

// SumOpening shows one leaf of a sum tree: it pays [Start, End) of the total.
type SumOpening struct {
	Root       common.Hash
	Count      uint64 // leaves of the tree
	Index      uint64 // of the leaf
	Start, End Amount
	// Path is what the contracts take: siblings inside the leaf's peak from the leaf up, the
	// bag of the peaks to the right if there are any, then the peaks to the left, nearest first.
	Path []SumNode
}

// Open opens leaf index of leaves in the tree that has them behind those of t. The leaves
// under t need not be known: its peaks are all of them that a later leaf's path needs. It
// fails with ErrInvalid for an index out of range and for fees that pass 2^128.
func (t SumTree) Open(leaves []SumLeaf, index int) (o SumOpening, err error) {
	if index < 0 || index >= len(leaves) {
		return o, fmt.Errorf("leaf %d of %d: %w", index, len(leaves), ErrInvalid)
	}
	s := spine{t, leaves}
	o.Count, o.Index = t.Count+uint64(len(leaves)), t.Count+uint64(index)
	peaks, at := []SumNode(nil), -1
	for begin := uint64(0); begin < o.Count; {
		level := bits.Len64(o.Count-begin) - 1
		peak, err := s.node(level, begin>>level)
		if err != nil {
			return o, err
		}
		if peaks = append(peaks, peak); o.Index-begin < 1<<level && o.Index >= begin {
			at = len(peaks) - 1
			if o.Path, err = s.path(level, o.Index); err != nil {
				return o, err
			}
		}
		begin += 1 << level
	}
	whole := SumTree{Count: o.Count, Peaks: peaks}
	if _, err := whole.bag(); err != nil {
		return o, err
	}
	if right := peaks[at+1:]; len(right) > 0 {
		bag, err := SumTree{Peaks: right}.bag()
		if err != nil {
			return o, err
		}
		o.Path = append(o.Path, bag)
	}
	for i := at - 1; i >= 0; i-- {
		o.Path = append(o.Path, peaks[i])
	}
	o.Root, o.Start = whole.Root(), t.Total()
	for _, l := range leaves[:index] {
		if o.Start, err = o.Start.Add(l.Fee); err != nil {
			return o, err
		}
	}
	o.End, err = o.Start.Add(leaves[index].Fee)
	return o, err
}

// Under folds what shows a leaf, as SumTree.open of the contracts does: where the leaf is in the
// tree whose root follows. It fails with ErrInvalid for a path that no tree of count leaves has.
func (l SumLeaf) Under(count, index uint64, path []SumNode) (o SumOpening, err error) {
	if index >= count || !l.Fee.Fits128() {
		return o, fmt.Errorf("leaf %d of %d, fee %s: %w", index, count, l.Fee, ErrInvalid)
	}
	// The leaf's peak is the largest that the two numbers do not share.
	height := bits.Len64(count^index) - 1
	below := uint64(1)<<height - 1
	right := count&below != 0
	depth := height + bits.OnesCount64(count>>(height+1))
	if right {
		depth++
	}
	if len(path) != depth {
		return o, fmt.Errorf("path of %d nodes, not %d: %w", len(path), depth, ErrInvalid)
	}
	node := sumLeaf(l.Receipt, l.Fee)
	o = SumOpening{Count: count, Index: index, Path: path}
	for i, sibling := range path {
		if !sibling.Sum.Fits128() {
			return SumOpening{}, fmt.Errorf("sum %s passes 2^128: %w", sibling.Sum, ErrInvalid)
		}
		left, other := node, sibling
		if i < height && index>>i&1 == 1 || i > height || i == height && !right {
			if o.Start, err = o.Start.Add(sibling.Sum); err != nil {
				return SumOpening{}, err
			}
			left, other = sibling, node
		}
		if node, err = sumNode(left, other); err != nil {
			return SumOpening{}, err
		}
	}
	o.Root = SumRoot(count, node.Sum, node.Hash)
	o.End, err = o.Start.Add(l.Fee)
	return o, err
}

// spine makes nodes of a tree whose first leaves are known only by their peaks.
type spine struct {
	base   SumTree
	leaves []SumLeaf
}

// node returns the full subtree over leaves [k << level, (k+1) << level). One that lies
// under the base is one of its peaks if its parent does not.
func (s spine) node(level int, k uint64) (SumNode, error) {
	begin, end := k<<level, (k+1)<<level
	if end <= s.base.Count {
		rest := uint64(0)
		for _, peak := range s.base.Peaks {
			size := uint64(1) << (bits.Len64(s.base.Count-rest) - 1)
			if rest == begin && size == end-begin {
				return peak, nil
			}
			rest += size
		}
		return SumNode{}, fmt.Errorf("node %d of level %d lies under a peak: %w", k, level, ErrInternal)
	}
	if level == 0 {
		l := s.leaves[begin-s.base.Count]
		if !l.Fee.Fits128() {
			return SumNode{}, fmt.Errorf("fee %s passes 2^128: %w", l.Fee, ErrInvalid)
		}
		return sumLeaf(l.Receipt, l.Fee), nil
	}
	left, err := s.node(level-1, 2*k)
	if err != nil {
		return SumNode{}, err
	}
	right, err := s.node(level-1, 2*k+1)
	if err != nil {
		return SumNode{}, err
	}
	return sumNode(left, right)
}

// path is the siblings of a leaf below the root of its full subtree of a level.
func (s spine) path(level int, leaf uint64) ([]SumNode, error) {
	var path []SumNode
	for l := range level {
		sibling, err := s.node(l, leaf>>l^1)
		if err != nil {
			return nil, err
		}
		path = append(path, sibling)
	}
	return path, nil
}
