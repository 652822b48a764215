package network

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
)

// Signer is who signs by a journal.
type Signer struct{ Operator, Owner common.Address }

// CheckNumbers fails with protocol.ErrConflict if the journal that is here knows no number of
// an operator that seems to have used some: signing would begin at them again, and each is slashed
// as equivocation. known tells that the journal has receipts of any operator, own of this one; start is
// the deployment's first block.
//
// A key that signed and never sent a transaction cannot be told from a new one.
func CheckNumbers(ctx context.Context, c *chain.Client, r *contracts.Reader, start uint64, s Signer, known, own bool) error {
	if own {
		return nil
	}
	const mend = "mount or restore provider.data. Only for a key that never signed a receipt: start once with provider.new_journal=true"
	nonce, err := c.NonceAt(ctx, s.Operator, nil)
	if err != nil {
		return fmt.Errorf("read how many transactions operator %s sent: %w", s.Operator, c.Wrap(err))
	}
	if nonce > 0 {
		return fmt.Errorf("the journal has no receipt of operator %s, which sent %d transactions: the numbers that it used are elsewhere; %s: %w",
			s.Operator, nonce, mend, protocol.ErrConflict)
	}
	if known {
		return nil // a new key goes on with the journal of the one before
	}
	redeemed, err := r.HasRedeemed(ctx, s.Owner, start)
	if err != nil {
		return fmt.Errorf("look for redeems of provider %s: %w", s.Owner, err)
	}
	if redeemed {
		return fmt.Errorf("the journal is empty, and vouchers of provider %s were redeemed: the receipts under them are elsewhere, and are asked about here; %s: %w",
			s.Owner, mend, protocol.ErrConflict)
	}
	return nil
}
