package network

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
)

// Signer is who signs by a journal.
type Signer struct{ Operator, Owner common.Address }

// CheckNumbers fails with protocol.ErrConflict if the journal that is here, which says n of the
// operator, knows no number of one that seems to have used some: signing would begin at them again, and each
// is slashed as equivocation. So it does for an operator that another overtook. fresh is
// provider.new_journal: the operator may begin in a journal that does not know it, once. start is
// the deployment's first block.
//
// A key that signed and never sent a transaction cannot be told from a new one.
func CheckNumbers(ctx context.Context, c *chain.Client, r *contracts.Reader, start uint64, s Signer, n provider.Numbering, fresh bool) error {
	switch {
	case n.Overtaken:
		return fmt.Errorf("another operator key numbered receipts in this journal after operator %s: they may bear numbers that it used; go on under the newest key, or under one that never signed: %w",
			s.Operator, protocol.ErrConflict)
	case n.Own && fresh:
		return fmt.Errorf("provider.new_journal is set, and operator %s began in this journal already: take it out, or a journal that is lost later is not missed: %w",
			s.Operator, protocol.ErrConflict)
	case n.Own || fresh:
		return nil
	}
	const mend = "mount or restore provider.data. Only for a key that never signed a receipt: start once with provider.new_journal=true"
	nonce, err := c.NonceAt(ctx, s.Operator, nil)
	if err != nil {
		return fmt.Errorf("read how many transactions operator %s sent: %w", s.Operator, c.Wrap(err))
	}
	if nonce > 0 {
		return fmt.Errorf("operator %s did not begin in this journal, and sent %d transactions: the numbers that it used are elsewhere; %s: %w",
			s.Operator, nonce, mend, protocol.ErrConflict)
	}
	if n.Known {
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
