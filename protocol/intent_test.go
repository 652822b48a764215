package protocol

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// Every part of a call's meaning changes its id; what is only advice does not.
func TestIntentIDNamesTheContent(t *testing.T) {
	to, lane := common.Address{1}, common.Address{2}
	call := Call{To: &to, Data: []byte{1, 2}, Value: NewAmount(3), Salt: common.Hash{4}}
	id := IntentID(5, lane, call)

	mutants := map[string]common.Hash{"chain": IntentID(6, lane, call), "lane": IntentID(5, to, call)}
	for name, change := range map[string]func(*Call){
		"creates": func(c *Call) { c.To = nil },
		"to":      func(c *Call) { c.To = &lane },
		"data":    func(c *Call) { c.Data = []byte{1, 2, 0} },
		"value":   func(c *Call) { c.Value = NewAmount(4) },
		"salt":    func(c *Call) { c.Salt = common.Hash{5} },
	} {
		mutant := call
		change(&mutant)
		mutants[name] = IntentID(5, lane, mutant)
	}
	seen := map[common.Hash]string{id: "original"}
	for name, m := range mutants {
		require.Empty(t, seen[m], name)
		seen[m] = name
	}

	advice := call
	advice.Purpose, advice.GasLimit, advice.Deadline = "redeem", 1, 2
	require.Equal(t, id, IntentID(5, lane, advice))

	zero := common.Address{}
	require.NotEqual(t, IntentID(5, lane, Call{To: &zero}), IntentID(5, lane, Call{}), "a call to zero creates nothing")
}
