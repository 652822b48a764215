package network

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// bonds are the bonds of questions in which one party has a share, and its hands on them.
type bonds struct {
	*contracts.BondWatch
	reader *contracts.Reader
	sender *txmgr.Manager
}

// bonds follows the bonds of questions that who asked or that are about who's receipts;
// sender pays them out.
func (c *Chain) bonds(who common.Address, sender *txmgr.Manager) bonds {
	return bonds{contracts.NewBondWatch(c.Reader, who, c.Deployment.StartBlock), c.Reader, sender}
}

// PayBond implements provider.Bonds and auditor.Bonds. Where somebody else was first it fails with txmgr.Failed.
func (b bonds) PayBond(ctx context.Context, bond contracts.Bond) (contracts.PaidBond, error) {
	call := b.reader.Addresses().PayBondAt(bond)
	if _, err := b.reader.Simulate(ctx, b.sender.Address(), call); err != nil {
		return contracts.PaidBond{}, fmt.Errorf("simulate: %w", err)
	}
	receipt, err := mined(ctx, b.sender, call)
	if err != nil {
		return contracts.PaidBond{}, err
	}
	paid, ok := b.reader.Addresses().BondIn(receipt.Logs, bond.Question)
	if !ok {
		return paid, fmt.Errorf("transaction %s paid no bond of question %s: %w", receipt.TxHash, bond.Question, protocol.ErrInternal)
	}
	return paid, nil
}
