package disputes

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/protocol"
)

// gasLimit is that of one transaction of the current fork.
const gasLimit = params.MaxTxGas

// ledgerEVM is a chain in memory: transactions one after the other, a clock that tests
// set, and copies of the whole state.
type ledgerEVM struct {
	state  *state.StateDB
	config *params.ChainConfig
	time   uint64
	number uint64
	// verifier and ideal replace the verifier contract where set.
	verifier common.Address
	ideal    vm.PrecompiledContract
	decoder  *chain.Decoder
}

// outcome is a transaction that succeeded.
type outcome struct {
	gas      uint64
	calldata int
	logs     []*types.Log
	answer   []byte
}

func newEVM(chainID, time uint64) (*ledgerEVM, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, err
	}
	rules := *params.MergedTestChainConfig
	rules.ChainID = new(big.Int).SetUint64(chainID)
	return &ledgerEVM{state: db, config: &rules, time: time, number: 1, decoder: chain.NewDecoder(chain.ABIs())}, nil
}

// fork returns a copy that lives its own life.
func (e *ledgerEVM) fork() *ledgerEVM {
	c := *e
	c.state = e.state.Copy()
	return &c
}

func (e *ledgerEVM) rules() params.Rules {
	return e.config.Rules(new(big.Int).SetUint64(e.number), true, e.time)
}

func (e *ledgerEVM) machine() *vm.EVM {
	random := common.Hash{1}
	block := vm.BlockContext{
		CanTransfer: core.CanTransfer, Transfer: core.Transfer, GetHash: func(n uint64) common.Hash { return common.BigToHash(new(big.Int).SetUint64(n)) },
		BlockNumber: new(big.Int).SetUint64(e.number), Time: e.time, Difficulty: new(big.Int), GasLimit: 2 * gasLimit, BaseFee: new(big.Int),
		BlobBaseFee: new(big.Int), Random: &random, CostPerStateByte: params.CostPerStateByte,
	}
	machine := vm.NewEVM(block, e.state, e.config, vm.Config{NoBaseFee: true})
	if e.ideal != nil {
		all := maps.Clone(vm.ActivePrecompiledContracts(e.rules()))
		all[e.verifier] = e.ideal
		machine.SetPrecompiles(all)
	}
	return machine
}

// send runs a transaction. What it reverts with is a *chain.ContractError, and leaves no
// trace but the nonce.
func (e *ledgerEVM) send(from common.Address, c protocol.Call) (outcome, error) {
	e.number++
	e.state.SetTxContext(crypto.Keccak256Hash(new(big.Int).SetUint64(e.number).Bytes()), 0, 0)
	message := &core.Message{To: c.To, From: from, Nonce: e.state.GetNonce(from), Value: new(uint256.Int), GasLimit: gasLimit,
		GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int), Data: c.Data}
	result, err := core.ApplyMessage(e.machine(), message, core.NewGasPool(gasLimit))
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", c.Purpose, err)
	}
	logs := e.state.GetLogs(crypto.Keccak256Hash(new(big.Int).SetUint64(e.number).Bytes()), e.number, common.Hash{}, e.time)
	e.state.Finalise(e.rules())
	if result.Err != nil {
		if errors.Is(result.Err, vm.ErrExecutionReverted) {
			if err := e.decoder.Decode(result.ReturnData); err != nil {
				return outcome{}, fmt.Errorf("%s: %w", c.Purpose, err)
			}
		}
		return outcome{gas: result.UsedGas}, fmt.Errorf("%s: %w", c.Purpose, result.Err)
	}
	return outcome{gas: result.UsedGas, calldata: len(c.Data), logs: logs, answer: result.ReturnData}, nil
}

// view calls a contract and keeps nothing.
func (e *ledgerEVM) view(to common.Address, data []byte) ([]byte, error) {
	at := e.state.Snapshot()
	defer e.state.RevertToSnapshot(at)
	rules := e.rules()
	e.state.Prepare(rules, common.Address{}, common.Address{}, &to, vm.ActivePrecompiles(rules), nil)
	machine := e.machine()
	machine.SetTxContext(vm.TxContext{GasPrice: new(uint256.Int)})
	answer, _, err := machine.StaticCall(common.Address{}, to, data, vm.NewGasBudget(gasLimit, 0))
	if errors.Is(err, vm.ErrExecutionReverted) {
		return nil, e.decoder.Decode(answer)
	}
	return answer, err
}

// deployment carries out a plan and returns where everything is.
func (e *ledgerEVM) deployment(deployer common.Address, plan []deploy.Step) (*deploy.Deployment, error) {
	at, nonce := map[string]common.Address{}, e.state.GetNonce(deployer)
	for _, s := range plan {
		switch {
		case s.At != (common.Address{}):
			at[s.Name] = s.At
			continue
		case s.Call == "":
			at[s.Name] = crypto.CreateAddress(deployer, nonce)
		}
		nonce++
	}
	d := &deploy.Deployment{ChainID: e.config.ChainID.Uint64(), Deployer: deployer, Contracts: map[string]deploy.Contract{}}
	for _, s := range plan {
		d.Contracts[s.Name] = deploy.Contract{Address: at[s.Name]}
		if s.At != (common.Address{}) {
			continue
		}
		parsed, err := abi.JSON(strings.NewReader(s.ABI))
		if err != nil {
			return nil, err
		}
		var values []any
		if s.Args != nil {
			values = s.Args(at)
		}
		args, err := parsed.Pack(s.Call, values...)
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", s.Name, err)
		}
		call := protocol.Call{Data: append(s.Code[:len(s.Code):len(s.Code)], args...), Purpose: "create " + s.Name}
		if s.Call != "" {
			to := at[s.Name]
			call.To = &to
		}
		if _, err := e.send(deployer, call); err != nil {
			return nil, err
		}
	}
	return d, nil
}
