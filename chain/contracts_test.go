package chain_test

import (
	"math/big"
	"reflect"
	"testing"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// sample returns a value of an ABI type.
func sample(t *testing.T, typ abi.Type) any {
	t.Helper()
	v := reflect.New(typ.GetType()).Elem()
	fill(v)
	return v.Interface()
}

func fill(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[*big.Int]():
		v.Set(reflect.ValueOf(big.NewInt(7)))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case v.CanUint():
		v.SetUint(3)
	case v.Kind() == reflect.String:
		v.SetString("field")
	}
}

// Every custom error of every ABI decodes to its name, its arguments and a kind
// that was chosen for it.
func TestEveryCustomErrorDecodes(t *testing.T) {
	d, seen := chain.NewDecoder(chain.ABIs()), map[string]bool{}
	for contract, parsed := range chain.ABIs() {
		for name, e := range parsed.Errors {
			var args []any
			for _, in := range e.Inputs {
				args = append(args, sample(t, in.Type))
			}
			err := d.Decode(pack(t, e, args...))
			var typed *chain.ContractError
			require.ErrorAs(t, err, &typed, "%s.%s", contract, name)
			require.Equal(t, name, typed.Name)
			require.Contains(t, typed.Contract, contract)
			require.Len(t, typed.Args, len(args), "%s.%s", contract, name)
			if len(args) > 0 {
				require.Equal(t, args, typed.Args, "%s.%s", contract, name)
			}
			require.Contains(t, chain.ListedErrors(), name, "give %s.%s a kind in kinds.go", contract, name)
			require.Equal(t, chain.ListedErrors()[name], protocol.Kind(err), name)
			seen[name] = true
		}
	}
	for name := range chain.ListedErrors() {
		require.True(t, seen[name], "kinds.go lists %s, which no contract has", name)
	}
	require.Greater(t, len(seen), 90)
}

// Every event of the deployment's contracts decodes from its own log.
func TestEveryEventDecodes(t *testing.T) {
	at := chain.Addresses{
		Token: common.Address{1}, Vault: common.Address{2}, Staking: common.Address{3},
		Registry: common.Address{4}, Slasher: common.Address{5}, Market: common.Address{6},
	}
	wager := common.Address{7}
	events := chain.NewEvents(at)
	events.Watch(wager)
	require.Contains(t, events.Addresses(), wager)
	for contract, address := range map[string]common.Address{
		"Vault": at.Vault, "Staking": at.Staking, "ModelRegistry": at.Registry, "Slasher": at.Slasher, "Market": at.Market, "StoryWager": wager,
	} {
		for name, e := range chain.ABIs()[contract].Events {
			log := &types.Log{Address: address, Topics: []common.Hash{e.ID}}
			var args []any
			for _, in := range e.Inputs {
				if in.Indexed {
					log.Topics = append(log.Topics, common.Hash{31: 3})
				} else {
					args = append(args, sample(t, in.Type))
				}
			}
			data, err := e.Inputs.NonIndexed().Pack(args...)
			require.NoError(t, err)
			log.Data = data
			event, err := events.Decode(log)
			require.NoError(t, err, "%s.%s", contract, name)
			got, ok := event.(interface{ ContractEventName() string })
			require.True(t, ok)
			require.Equal(t, name, got.ContractEventName())

			log.Address = common.Address{9}
			_, err = events.Decode(log)
			require.ErrorIs(t, err, protocol.ErrNotFound, "a log of a stranger")
			log.Address, log.Topics = address, log.Topics[:1]
			if len(log.Data) > 0 || len(e.Inputs) > len(args) {
				log.Data = log.Data[:len(log.Data)/2]
				_, err = events.Decode(log)
				require.ErrorIs(t, err, protocol.ErrInvalid, "%s.%s cut short", contract, name)
			}
		}
	}
}
