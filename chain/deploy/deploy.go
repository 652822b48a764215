// Package deploy creates a set of contracts that know each other and records where
// they are.
//
// It is not an upgrade tool: contracts are immutable, and a new set is a new
// deployment. Contracts whose constructors need each other's addresses get them
// before they exist: an address follows from the deployer's nonce.
//
// Enter at [Network] for the project's own contracts, [Run] for any plan.
// Invariants:
//   - all transactions are signed and on disk before the first is sent; a deploy
//     that was interrupted is finished with those bytes, at the same addresses;
//   - the record is written only after every receipt says success and every
//     address holds the code that was announced.
package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Step is one transaction of a plan: the creation of a contract or, with Call, a
// call that finishes the set. With At it is none, but a contract that exists and
// belongs to the set.
type Step struct {
	Name string
	At   common.Address
	ABI  string // JSON
	Code []byte // creation code without arguments
	// Args returns the constructor's arguments, given the address of every
	// contract of the plan, those yet to come included. nil: none.
	Args func(at map[string]common.Address) []any
	// Call names a method of the contract Name, already in the plan; Code is
	// then empty and Args are the method's.
	Call string
	// Check reports why the step cannot work on a chain, before anything is signed. nil:
	// it works on any.
	Check func(ctx context.Context, c *chain.Client) error
}

// Contract is the record of one contract.
type Contract struct {
	Address         common.Address `json:"address"`
	TxHash          common.Hash    `json:"txHash"`
	Block           uint64         `json:"block"`
	CodeHash        common.Hash    `json:"codeHash"`        // keccak256 of the code at the address
	ConstructorArgs hexutil.Bytes  `json:"constructorArgs"` // ABI-encoded
	ABIHash         common.Hash    `json:"abiHash"`         // keccak256 of the ABI's JSON
}

// Deployment is what deployments/<chainId>.json holds.
type Deployment struct {
	ChainID    uint64              `json:"chainId"`
	Deployer   common.Address      `json:"deployer"`
	StartBlock uint64              `json:"startBlock"` // no event of the contracts is older
	Contracts  map[string]Contract `json:"contracts"`
}

// Address returns the address of a contract, zero if there is none of that name.
func (d *Deployment) Address(name string) common.Address { return d.Contracts[name].Address }

// Path returns the usual place of a chain's record below root.
func Path(root string, chainID uint64) string {
	return filepath.Join(root, "deployments", fmt.Sprintf("%d.json", chainID))
}

// Load reads a record; protocol.ErrNotFound if there is none.
func Load(path string) (*Deployment, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read deployment %s: %w", path, protocol.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read deployment: %w", err)
	}
	var d Deployment
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("read deployment %s: %w: %w", path, protocol.ErrInvalid, err)
	}
	return &d, nil
}

// journal is a deploy under way: signed, perhaps sent. It lies beside the record
// until the record is written.
type journal struct {
	ChainID  uint64              `json:"chainId"`
	Deployer common.Address      `json:"deployer"`
	Steps    []signedStep        `json:"steps"`
	Records  map[string]Contract `json:"contracts"` // as far as known before inclusion
}

type signedStep struct {
	Name   string        `json:"name"` // of the contract
	Call   string        `json:"call,omitempty"`
	TxHash common.Hash   `json:"txHash"`
	Raw    hexutil.Bytes `json:"raw"`
}

// Run carries the plan out with the signer's key, which nothing else may use
// meanwhile, and writes the record to path. An existing record is
// protocol.ErrConflict. It returns when every transaction is in a block.
func Run(ctx context.Context, c *chain.Client, signer txmgr.Signer, plan []Step, path string) (*Deployment, error) {
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("deploy: %s exists: %w", path, protocol.ErrConflict)
	}
	j, err := readJournal(path + ".pending")
	if errors.Is(err, fs.ErrNotExist) {
		if j, err = sign(ctx, c, signer, plan); err == nil {
			err = writeJSON(path+".pending", j)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	if j.ChainID != c.Profile().ID || j.Deployer != signer.Address() {
		return nil, fmt.Errorf("deploy: %s.pending is of chain %d and deployer %s: %w", path, j.ChainID, j.Deployer, protocol.ErrConflict)
	}
	d, err := finish(ctx, c, j)
	if err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	if err := writeJSON(path, d); err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	if err := os.Remove(path + ".pending"); err != nil {
		return nil, fmt.Errorf("deploy: %w", err)
	}
	return d, nil
}

// sign prepares every transaction of the plan, from the key's next nonce on.
func sign(ctx context.Context, c *chain.Client, signer txmgr.Signer, plan []Step) (*journal, error) {
	if err := checkSteps(ctx, c, plan); err != nil {
		return nil, err
	}
	obs, err := c.Observe(ctx, signer.Address())
	if err != nil {
		return nil, err
	}
	at, nonce := map[string]common.Address{}, obs.Nonce
	for _, s := range plan {
		switch {
		case s.At != (common.Address{}):
			at[s.Name] = s.At
			continue
		case s.Call == "":
			at[s.Name] = crypto.CreateAddress(signer.Address(), nonce)
		}
		nonce++
	}
	j := &journal{ChainID: c.Profile().ID, Deployer: signer.Address(), Records: map[string]Contract{}}
	for _, s := range plan {
		r := Contract{Address: at[s.Name], ABIHash: crypto.Keccak256Hash([]byte(s.ABI))}
		if s.At == (common.Address{}) {
			tx, args, err := transaction(s, at, obs, signer, obs.Nonce+uint64(len(j.Steps)), j.ChainID)
			if err != nil {
				return nil, err
			}
			raw, err := tx.MarshalBinary()
			if err != nil {
				return nil, fmt.Errorf("encode transaction: %w", err)
			}
			j.Steps = append(j.Steps, signedStep{Name: s.Name, Call: s.Call, TxHash: tx.Hash(), Raw: raw})
			r.TxHash, r.ConstructorArgs = tx.Hash(), args
		}
		if s.Call == "" {
			j.Records[s.Name] = r
		}
	}
	return j, nil
}

// checkSteps reports the first step that cannot work on the chain.
func checkSteps(ctx context.Context, c *chain.Client, plan []Step) error {
	for _, s := range plan {
		if s.Check == nil {
			continue
		}
		if err := s.Check(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// transaction signs one step and returns its packed arguments.
func transaction(s Step, at map[string]common.Address, obs txmgr.Observation, signer txmgr.Signer, nonce, chainID uint64) (*types.Transaction, []byte, error) {
	args, err := pack(s, at)
	if err != nil {
		return nil, nil, err
	}
	body := &types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(chainID), Nonce: nonce,
		GasTipCap: obs.Tip, GasFeeCap: new(big.Int).Add(obs.Tip, new(big.Int).Mul(obs.BaseFee, big.NewInt(4))),
		Data: append(s.Code[:len(s.Code):len(s.Code)], args...), Gas: gasFor(len(s.Code)+len(args), obs.GasLimit),
	}
	if s.Call != "" {
		to := at[s.Name]
		body.To = &to
	}
	tx, err := signer.SignTx(types.NewTx(body), body.ChainID)
	return tx, args, err
}

// gasFor bounds the gas of a creation without running it: its constructor may call
// contracts that do not exist yet, so nothing can estimate it. 200 gas a byte of
// code stored, 18 a byte sent, and an allowance for the constructor; what is left
// comes back.
func gasFor(size int, blockLimit uint64) uint64 {
	return min(uint64(size)*218+3_000_000, 1<<24, blockLimit)
}

// finish sends what is signed and waits until all of it is in blocks.
func finish(ctx context.Context, c *chain.Client, j *journal) (*Deployment, error) {
	hashes := make([]common.Hash, len(j.Steps))
	for i, s := range j.Steps {
		hashes[i] = s.TxHash
	}
	heads := c.Heads(ctx)
	var last error
	for {
		found, err := c.Receipts(ctx, hashes)
		if err == nil && len(found.Found) == len(hashes) {
			return record(ctx, c, j, found.Found)
		}
		for _, s := range j.Steps {
			if err == nil && found.Found[s.TxHash] == nil {
				err = c.Send(ctx, s.Raw)
			}
		}
		if err != nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for transactions: %w", errors.Join(ctx.Err(), last))
		case <-heads:
		case <-time.After(100 * time.Millisecond): // a head may come before its receipts can be found
		}
	}
}

// record checks what the receipts say and completes the record.
func record(ctx context.Context, c *chain.Client, j *journal, receipts map[common.Hash]*types.Receipt) (*Deployment, error) {
	d := &Deployment{ChainID: j.ChainID, Deployer: j.Deployer, Contracts: j.Records}
	for _, s := range j.Steps {
		r := receipts[s.TxHash]
		if r.Status != types.ReceiptStatusSuccessful {
			return nil, fmt.Errorf("transaction %s of %q failed: %w", s.TxHash, s.Name, protocol.ErrConflict)
		}
		if d.StartBlock == 0 || r.BlockNumber.Uint64() < d.StartBlock {
			d.StartBlock = r.BlockNumber.Uint64()
		}
		if s.Call != "" {
			continue
		}
		contract := d.Contracts[s.Name]
		if r.ContractAddress != contract.Address {
			return nil, fmt.Errorf("%s is at %s, not %s: %w", s.Name, r.ContractAddress, contract.Address, protocol.ErrInternal)
		}
		contract.Block = r.BlockNumber.Uint64()
		d.Contracts[s.Name] = contract
	}
	for name, contract := range d.Contracts {
		code, err := c.CodeAt(ctx, contract.Address, nil)
		if err != nil {
			return nil, fmt.Errorf("read code of %s: %w", name, c.Wrap(err))
		}
		if len(code) == 0 {
			return nil, fmt.Errorf("%s has no code: %w", name, protocol.ErrConflict)
		}
		contract.CodeHash = crypto.Keccak256Hash(code)
		d.Contracts[name] = contract
	}
	return d, nil
}

// Verify reports whether the chain holds at every address the code that the
// record names: protocol.ErrConflict with all differences if it does not.
func Verify(ctx context.Context, c *chain.Client, d *Deployment) error {
	if d.ChainID != c.Profile().ID {
		return fmt.Errorf("verify deployment: record of chain %d, node of chain %d: %w", d.ChainID, c.Profile().ID, protocol.ErrConflict)
	}
	var problems []error
	for name, contract := range d.Contracts {
		code, err := c.CodeAt(ctx, contract.Address, nil)
		if err != nil {
			return fmt.Errorf("verify deployment: %w", c.Wrap(err))
		}
		if len(code) == 0 {
			problems = append(problems, fmt.Errorf("%s: no code at %s: %w", name, contract.Address, protocol.ErrConflict))
		} else if hash := crypto.Keccak256Hash(code); hash != contract.CodeHash {
			problems = append(problems, fmt.Errorf("%s: code %s at %s, not %s: %w",
				name, hash, contract.Address, contract.CodeHash, protocol.ErrConflict))
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("verify deployment: %w", errors.Join(problems...))
	}
	return nil
}

func pack(s Step, at map[string]common.Address) ([]byte, error) {
	parsed, err := abi.JSON(strings.NewReader(s.ABI))
	if err != nil {
		return nil, fmt.Errorf("parse ABI of %s: %w: %w", s.Name, protocol.ErrInvalid, err)
	}
	var values []any
	if s.Args != nil {
		values = s.Args(at)
	}
	args, err := parsed.Pack(s.Call, values...)
	if err != nil {
		return nil, fmt.Errorf("pack arguments of %s: %w: %w", s.Name, protocol.ErrInvalid, err)
	}
	return args, nil
}

func readJournal(path string) (*journal, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var j journal
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, fmt.Errorf("read %s: %w: %w", path, protocol.ErrInvalid, err)
	}
	return &j, nil
}

// writeJSON writes the file whole or not at all, and to the disk itself.
func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(raw, '\n'))
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
