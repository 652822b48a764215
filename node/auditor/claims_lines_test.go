package auditor

import (
	"context"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// A root is explained by the one leaf in it that must not be there, and by nothing else.
func TestARootIsExplainedByItsWrongLeaf(t *testing.T) {
	leaf := func(n byte, fee uint64) protocol.SumLeaf {
		return protocol.SumLeaf{Receipt: common.Hash{n}, Fee: protocol.NewAmount(fee)}
	}
	var known, others []protocol.SumLeaf
	for n := byte(1); n <= 9; n++ {
		known, others = append(known, leaf(n, 10*uint64(n))), append(others, leaf(100+n, 7))
	}
	sum := func(list []protocol.SumLeaf) (total protocol.Amount) {
		for _, l := range list {
			total, _ = total.Add(l.Fee)
		}
		return total
	}
	dearer := slices.Clone(known[:7])
	dearer[3].Fee = protocol.NewAmount(5000)
	for name, c := range map[string]struct {
		list  []protocol.SumLeaf
		wrong int
	}{
		"all of them":                 {known, -1},
		"some of them":                {known[:5], -1},
		"another fee":                 {dearer, 3},
		"one twice, at the end":       {append(slices.Clone(known), known[2]), 9},
		"one twice, in the middle":    {slices.Insert(slices.Clone(known[:6]), 4, known[1]), 4},
		"another line's":              {append(slices.Clone(known[:4]), others[5]), 4},
		"another line's, first":       {slices.Insert(slices.Clone(known[:4]), 0, others[5]), 0},
		"another line's, much dearer": {append(slices.Clone(known[:4]), leaf(103, 900)), 4},
	} {
		t.Run(name, func(t *testing.T) {
			list, wrong, ok := explainRoot(t.Context(), searchBudget, known, others, uint64(len(c.list)), rootOf(c.list), sum(c.list))
			require.True(t, ok)
			require.Equal(t, c.wrong, wrong)
			require.Equal(t, c.list, list)
		})
	}
	for name, list := range map[string][]protocol.SumLeaf{
		"an unknown receipt": append(slices.Clone(known), leaf(77, 3)),
		"two unknown":        append(slices.Clone(known), leaf(77, 3), leaf(78, 3)),
		"another order":      {known[1], known[0]},
	} {
		_, wrong, ok := explainRoot(t.Context(), searchBudget, known, others, uint64(len(list)), rootOf(list), sum(list))
		require.False(t, ok, name)
		require.Equal(t, -1, wrong, name)
	}
	var many []protocol.SumLeaf
	for n := range 3000 {
		many = append(many, protocol.SumLeaf{Receipt: common.Hash{byte(n >> 8), byte(n), 5}, Fee: protocol.NewAmount(3)})
	}
	_, _, ok := explainRoot(t.Context(), 1<<16, many, others, 3001, common.Hash{1}, protocol.NewAmount(9003))
	require.False(t, ok, "the search has an end")
}

// looking counts how often a search asks whether to go on, and ends it after some.
type looking struct {
	context.Context
	looks, end int
}

func (l *looking) Err() error {
	if l.looks++; l.looks > l.end {
		return context.Canceled
	}
	return nil
}

// The search in a long line ends where its budget does, or its context, and not after another pass over the line.
func TestTheSearchOfALongLineEnds(t *testing.T) {
	const n, budget = 20_000, 1 << 16
	var line []protocol.SumLeaf
	for i := range n {
		line = append(line, protocol.SumLeaf{Receipt: common.Hash{byte(i >> 8), byte(i), 5}, Fee: protocol.NewAmount(1000)})
	}
	for name, c := range map[string]struct{ end, most int }{
		"its budget":  {end: 1 << 30, most: 4 * (budget/n + 2)},
		"its context": {end: 3, most: 8},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := &looking{Context: t.Context(), end: c.end}
			_, wrong, ok := explainRoot(ctx, budget, line, line[:n/2], n, common.Hash{1}, protocol.NewAmount(1000*n+7))
			require.False(t, ok)
			require.Equal(t, -1, wrong)
			require.LessOrEqual(t, ctx.looks, c.most)
			require.NotZero(t, ctx.looks)
		})
	}
}
