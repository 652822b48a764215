package auditor

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

var (
	soldBy   = common.Address{1}
	soldLine = protocol.Line{Channel: common.Hash{7}, Provider: common.Address{8}, ModelVersion: common.Hash{9}, Relayer: soldBy}
)

// told notes what a source says of a receipt of the line, or of another relayer's.
func (s sales) told(n byte, by string, relayer common.Address, at uint64) {
	b := bundle.Bundle{Request: protocol.Request{Payment: soldLine.Channel, ModelVersion: soldLine.ModelVersion}, Receipt: protocol.Receipt{Fee: protocol.NewAmount(1000 + uint64(n))}}
	s.buy(&Case{Receipt: common.Hash{n}, Provider: soldLine.Provider, Origin: OriginFeed}, b, Sale{By: by, Relayer: relayer, Bought: at})
}

func leaves(n ...byte) (list []protocol.SumLeaf) {
	for _, one := range n {
		list = append(list, protocol.SumLeaf{Receipt: common.Hash{one}, Fee: protocol.NewAmount(1000 + uint64(one))})
	}
	return list
}

// What sources say stands apart: all of it together, of each receipt what the source says that counts first, and each alone with what
// only a draw says.
func TestWhatEachSourceSaysStandsApart(t *testing.T) {
	s := newSales([]string{"a", "b"})
	s.told(1, "b", soldBy, 10)
	s.told(2, "b", soldBy, 20)
	require.Equal(t, [][]protocol.SumLeaf{leaves(1, 2)}, s.lists(soldLine), "who agree are one")
	news := s.news(soldLine)
	s.told(2, "a", common.Address{2}, 20)
	require.Equal(t, [][]protocol.SumLeaf{leaves(1), leaves(1, 2)}, s.lists(soldLine), "the feed that is configured first counts first")
	require.Greater(t, s.news(soldLine), news)
	s.told(3, OriginDraw, soldBy, 15)
	require.Equal(t, [][]protocol.SumLeaf{leaves(1, 3), leaves(1, 3, 2), leaves(3)}, s.lists(soldLine), "what only a draw says is in each")
	s.told(3, "b", soldBy, 25)
	require.Equal(t, [][]protocol.SumLeaf{leaves(1, 3), leaves(1, 2, 3), leaves(3)}, s.lists(soldLine), "but no feed's order is a draw's")
	s.told(3, "removed", common.Address{3}, 1)
	s.told(3, "", common.Address{4}, 1)
	s.told(1, OriginFile, soldBy, 30)
	require.Equal(t, leaves(3, 1), s.lists(soldLine)[0], "who is configured no more counts after who is, the own files before")
	require.Equal(t, []protocol.Line{soldLine, {Channel: soldLine.Channel, Provider: soldLine.Provider, ModelVersion: soldLine.ModelVersion, Relayer: common.Address{4}},
		{Channel: soldLine.Channel, Provider: soldLine.Provider, ModelVersion: soldLine.ModelVersion, Relayer: common.Address{3}}}, s.linesOf(common.Hash{3}))
	state := contracts.Line{Count: 3, ReceiptsRoot: rootOf(leaves(1, 2, 3))}
	require.Equal(t, leaves(1, 2, 3), making(s.lists(soldLine), state), "the root decides")
	require.Nil(t, making(s.lists(soldLine), contracts.Line{Count: 3, ReceiptsRoot: rootOf(leaves(2, 1, 3))}))
}

// A draw shows a receipt where it is, whatever time its provider signed; behind one that nobody knows of the time may be right.
func TestWhatADrawShowsIsInItsPlace(t *testing.T) {
	s := newSales([]string{"a"})
	for i, n := range []byte{1, 3, 5} {
		s.told(n, "a", soldBy, uint64(10*i))
	}
	for n, at := range map[byte]uint64{2: 1000, 4: 0} {
		b := bundle.Bundle{Request: protocol.Request{Payment: soldLine.Channel, ModelVersion: soldLine.ModelVersion}, Receipt: protocol.Receipt{Fee: protocol.NewAmount(1000 + uint64(n))}}
		s.buy(&Case{Receipt: common.Hash{n}, Provider: soldLine.Provider, Origin: OriginDraw}, b, Sale{By: OriginDraw, Relayer: soldBy, Bought: at, Place: uint64(n)})
	}
	require.Equal(t, leaves(1, 2, 3, 4, 5), s.lists(soldLine)[0])
	require.Contains(t, s.lists(soldLine), leaves(1, 4, 3, 5, 2))
	s.told(2, "a", soldBy, 20)
	require.Equal(t, leaves(1, 3, 2, 4, 5), s.lists(soldLine)[0], "what a feed says of it counts first")
}

// However often a feed speaks, and whatever it says, only what it said first of each receipt is kept, and lists are no more than sources, and one.
func TestAFeedIsHeardOnceOfAReceipt(t *testing.T) {
	s := newSales([]string{"a", "b"})
	for n := range byte(9) {
		for round := range byte(50) {
			s.told(n, "a", common.Address{round + 1}, uint64(round))
			s.told(n, "b", soldBy, uint64(round+n))
		}
	}
	require.Len(t, s.lines, 1)
	require.Len(t, s.of, 9)
	for _, of := range s.of {
		require.Len(t, of, 2)
	}
	require.LessOrEqual(t, len(s.lists(soldLine)), 3)
}

// However many lists lies make of a line, each has its share of a search that the configuration bounds.
func TestLiesMakeTheSearchNoDearer(t *testing.T) {
	feeds := []string{"a", "b", "c"}
	s := newSales(feeds)
	const n, budget = 200, 1 << 12
	for i := range byte(n) {
		for f, by := range append(feeds, OriginFile, OriginDraw, "removed") {
			s.told(i, by, soldBy, uint64(int(i)*(f+1)%251))
		}
	}
	lists := s.lists(soldLine)
	require.Len(t, lists, len(feeds)+3, "who counts first is all of it")
	require.Equal(t, searchBudget, budgetOf(1, 0))
	require.Equal(t, searchBudget, budgetOf(4, 3))
	require.Equal(t, searchBudget*4/6, budgetOf(6, 3))
	ctx := &looking{Context: t.Context(), end: 1 << 30}
	sold := func() []protocol.SumLeaf { return lists[0] }
	list, wrong := explainBy(ctx, budget, lists, sold, contracts.Line{Count: n, ReceiptsRoot: common.Hash{1}}, protocol.NewAmount(1<<40))
	require.Nil(t, list)
	require.Equal(t, -1, wrong)
	require.LessOrEqual(t, ctx.looks, len(lists)*4*(budget/n+2))
	twice := append(leaves(0, 1, 2), leaves(1)...)
	list, wrong = explainBy(t.Context(), budget, [][]protocol.SumLeaf{leaves(2, 1, 0), leaves(0, 1, 2)}, sold, contracts.Line{Count: 4, ReceiptsRoot: rootOf(twice)}, protocol.NewAmount(1))
	require.Equal(t, twice, list, "the list that makes the root counts, wherever it stands")
	require.Equal(t, 3, wrong)
}

// Cases that an older build wrote say by whom the sale was told only if it was no feed.
func TestSalesOfOlderCasesAreRead(t *testing.T) {
	for origin, by := range map[string]string{OriginFeed: "", OriginFile: OriginFile, OriginDraw: OriginDraw} {
		cases, err := OpenCases(t.TempDir())
		require.NoError(t, err)
		receipt := common.Hash{5}
		require.NoError(t, os.Mkdir(cases.Dir(receipt), 0o700))
		raw := `{"schema":"dgrid.case/1","receipt":"` + receipt.Hex() + `","provider":"0x0000000000000000000000000000000000000001","state":"found","origin":"` + origin +
			`","relayer":"` + soldBy.Hex() + `","bought":7,"number":8,"found_at":1}`
		require.NoError(t, os.WriteFile(filepath.Join(cases.Dir(receipt), fileCase), []byte(raw), 0o600))
		c, err := cases.Get(receipt)
		require.NoError(t, err)
		list, err := cases.Sales(c)
		require.NoError(t, err)
		require.Equal(t, []Sale{{By: by, Relayer: soldBy, Bought: 7, Number: 8}}, list)
	}
}
