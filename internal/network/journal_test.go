package network

import (
	"encoding/json"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
)

var (
	usedOperator  = common.Address{1}
	freshOperator = common.Address{2}
	paidOwner     = common.Address{3}
	newOwner      = common.Address{4}
)

// usedNode is a chain on which usedOperator sent transactions and paidOwner's vouchers were redeemed.
type usedNode struct{ calls atomic.Int32 }

func (n *usedNode) ChainId() hexutil.Uint64 { return 31337 }

func (n *usedNode) GetBlockByNumber(rpc.BlockNumber, bool) *types.Header {
	return &types.Header{Number: common.Big1, Difficulty: common.Big0}
}

func (n *usedNode) GetTransactionCount(a common.Address, _ rpc.BlockNumberOrHash) hexutil.Uint64 {
	n.calls.Add(1)
	if a == usedOperator {
		return 3
	}
	return 0
}

func (n *usedNode) GetLogs(filter struct{ Topics []json.RawMessage }) ([]types.Log, error) {
	n.calls.Add(1)
	var providers []common.Hash
	if err := json.Unmarshal(filter.Topics[2], &providers); err != nil {
		return nil, err
	}
	logs := []types.Log{}
	if slices.Contains(providers, common.BytesToHash(paidOwner[:])) {
		logs = append(logs, types.Log{Topics: []common.Hash{{}}, Data: []byte{}})
	}
	return logs, nil
}

// A journal that knows no number of its operator begins only where none was used.
func TestNumbersBeginOnlyWhereNoneWereUsed(t *testing.T) {
	node, server := &usedNode{}, rpc.NewServer()
	require.NoError(t, server.RegisterName("eth", node))
	t.Cleanup(server.Stop)
	front := httptest.NewServer(server)
	t.Cleanup(front.Close)
	client, err := chain.Dial(t.Context(), chain.Config{URL: front.URL, Attempts: 1})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	reader := contracts.NewReader(client, contracts.Addresses{})
	others, own, overtaken := provider.Numbering{Known: true}, provider.Numbering{Known: true, Own: true}, provider.Numbering{Known: true, Own: true, Overtaken: true}
	const once = "start once with provider.new_journal=true"
	for name, c := range map[string]struct {
		signer  Signer
		journal provider.Numbering
		fresh   bool
		refused string
		mend    string
	}{
		"a new provider":                                        {signer: Signer{freshOperator, newOwner}},
		"a new key goes on with a journal":                      {signer: Signer{freshOperator, paidOwner}, journal: others},
		"a used key, and its journal is absent":                 {signer: Signer{usedOperator, newOwner}, refused: "sent 3 transactions", mend: once},
		"a used key, and another's journal":                     {signer: Signer{usedOperator, paidOwner}, journal: others, refused: "sent 3 transactions", mend: once},
		"a new key, and no journal of a provider that was paid": {signer: Signer{freshOperator, paidOwner}, refused: "were redeemed", mend: once},
		"the same, and a person knows better":                   {signer: Signer{usedOperator, paidOwner}, fresh: true},
		"another's, and a person knows better":                  {signer: Signer{usedOperator, paidOwner}, journal: others, fresh: true},
		"its journal, and that is said to be new for ever":      {signer: Signer{usedOperator, paidOwner}, journal: own, fresh: true, refused: "began in this journal already", mend: "take it out"},
		"back to a key that another overtook":                   {signer: Signer{usedOperator, paidOwner}, journal: overtaken, refused: "after operator", mend: "under the newest key"},
		"the same, and it is said to be new":                    {signer: Signer{usedOperator, paidOwner}, journal: overtaken, fresh: true, refused: "after operator", mend: "under the newest key"},
	} {
		err := CheckNumbers(t.Context(), client, reader, 0, c.signer, c.journal, c.fresh)
		if c.refused == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, protocol.ErrConflict, name)
		require.ErrorContains(t, err, c.refused, name)
		require.ErrorContains(t, err, c.mend, name)
	}
	before := node.calls.Load()
	require.NoError(t, CheckNumbers(t.Context(), client, reader, 0, Signer{usedOperator, paidOwner}, own, false))
	require.Equal(t, before, node.calls.Load(), "its own journal needs no chain")
	front.Close()
	require.Error(t, CheckNumbers(t.Context(), client, reader, 0, Signer{freshOperator, newOwner}, provider.Numbering{}, false), "what cannot be read allows nothing")
}
