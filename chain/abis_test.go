package chain_test

import (
	"math/big"
	"reflect"
	"testing"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/accounts/abi"
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
