package disputes

import (
	"github.com/ethereum/go-ethereum/accounts/abi"

	"github.com/dgrid-network/dgrid/bindings"
)

// unpackSecond reads back the second argument of a call of the game.
func unpackSecond[T any](method string, data []byte) T {
	parsed, err := bindings.DisputeGameMetaData.ParseABI()
	if err != nil {
		panic(err)
	}
	args, err := parsed.Methods[method].Inputs.Unpack(data[4:])
	if err != nil {
		panic(err)
	}
	return *abi.ConvertType(args[1], new(T)).(*T)
}
