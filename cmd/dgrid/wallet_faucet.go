package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
)

// faucetKey is the development account that pays for a faucet's gas: the last of
// the prefunded ones, which nothing else uses.
const faucetKey = 19

func newWalletFaucet(g *globals) *cobra.Command {
	f, to := &sendFlags{}, ""
	cmd := &cobra.Command{
		Use:   "faucet AMOUNT",
		Short: "Get test tokens, and gas money where there is none (development chains only)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer c.close()
			if !c.development() {
				return fmt.Errorf("chain %s has no faucet: money is real there: %w", c.caip2(), protocol.ErrUnauthorized)
			}
			amount, err := c.parse(args[0])
			if err != nil {
				return err
			}
			var account common.Address
			if to != "" {
				account, err = parseAddress("account", to)
			} else {
				var key keys.Key
				key, err = loadKey(f.keystore(c.cfg.Wallet.Keystore), "wallet")
				account = key.Address()
			}
			if err != nil {
				return err
			}
			if err := c.faucet(cmd.Context(), account, amount); err != nil {
				return c.explain(err, devchain.Address(faucetKey))
			}
			out, err := c.balances(cmd.Context(), account)
			if err != nil {
				return err
			}
			return g.print(cmd, out, out.write)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&to, "to", "", "who gets it; default: the key's own address")
	return cmd
}

// gasGift is what an account without gas money gets from the faucet: one ether.
var gasGift = protocol.NewAmount(1e18)

// faucetTries is how often a faucet whose key was used at the same time tries again.
const faucetTries = 5

func (c *client) faucet(ctx context.Context, account common.Address, amount protocol.Amount) (err error) {
	for range faucetTries {
		if err = c.pour(ctx, account, amount); !errors.Is(err, txmgr.ErrHalted) {
			return err
		}
	}
	return err
}

// pour sends from the public development key. Its own memory of transactions is
// short: money of this chain is worth nothing.
func (c *client) pour(ctx context.Context, account common.Address, amount protocol.Amount) error {
	m := txmgr.New(txmgr.Config{ChainID: c.chain.Profile().ID, Outbox: txmgr.NewMemory(), Node: c.chain, Signer: chain.KeySigner{Key: devchain.Key(faucetKey)},
		Decode: chain.NewDecoder(chain.ABIs()).Decode, Logger: quietLogger(c.log)})
	running, stop := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop(m.Run(running))
	}()
	defer func() { stop(nil); <-ended }()
	calls := []protocol.Call{c.reader.Addresses().Mint(account, amount, common.Hash{})}
	gas, err := c.chain.BalanceAt(ctx, account, nil)
	if err != nil {
		return fmt.Errorf("read balance: %w", c.chain.Wrap(err))
	}
	if gas.Cmp(gasGift.Big()) < 0 {
		calls = append(calls, protocol.Call{To: &account, Value: gasGift, Purpose: "gas money"})
	}
	for _, call := range calls {
		if _, err := m.SubmitAndWait(running, call); err != nil {
			if cause := context.Cause(running); errors.Is(cause, txmgr.ErrHalted) {
				err = cause
			}
			return fmt.Errorf("faucet: %w", err)
		}
	}
	return nil
}
