// Package evm runs a verifier contract in memory: for tests of proofs against the
// contract, and for gas figures. It is not a chain: no blocks, no accounts, one
// contract without state.
package evm

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/runtime"
	"github.com/ethereum/go-ethereum/params"
)

// gasLimit is more than any call here needs, and finite so that a runaway ends.
const gasLimit = 30_000_000

// Contract is one deployed contract under the rules of the current mainnet fork.
type Contract struct {
	address common.Address
	config  *runtime.Config
	Size    int // of the deployed code in bytes
}

// Deploy runs creation code on a chain of the given id and keeps its result.
func Deploy(creation []byte, chainID uint64) (*Contract, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, fmt.Errorf("open state: %w", err)
	}
	rules := *params.MergedTestChainConfig
	rules.ChainID = new(big.Int).SetUint64(chainID)
	config := &runtime.Config{ChainConfig: &rules, State: db, GasLimit: gasLimit}
	code, address, _, err := runtime.Create(creation, config)
	if err != nil {
		return nil, fmt.Errorf("deploy contract: %w", err)
	}
	return &Contract{address: address, config: config, Size: len(code)}, nil
}

// Call calls the contract and returns its answer, or its revert data with an error,
// and the gas of a transaction that makes this call: base, calldata, execution.
func (c *Contract) Call(data []byte) (answer []byte, gas uint64, err error) {
	answer, left, err := runtime.Call(c.address, data, c.config)
	gas = params.TxGas + gasLimit - left
	for _, b := range data {
		if b == 0 {
			gas += params.TxDataZeroGas
		} else {
			gas += params.TxDataNonZeroGasEIP2028
		}
	}
	return answer, gas, err
}
