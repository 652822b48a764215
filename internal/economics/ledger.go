package economics

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// account is a place where money of a simulated window lies.
type account int

const (
	world   account = iota // strangers: users, power companies, honest auditors and creators, the treasury
	wallet                 // everything of the cheater that is not at stake, its puppets' included
	stake                  // the provider's, unbonding included
	escrow                 // channels and jobs
	pending                // credit not yet mature
	pool                   // the auditors'
	burned
	accounts
)

// ledger moves whole base units; nothing else does.
type ledger struct {
	balance [accounts]Money
	minted  Money
	err     error // the first impossible movement
}

func (l *ledger) mint(to account, m Money) {
	l.balance[to] += m
	l.minted += m
}

// move takes m out of from; an overdraft is a fault of the model and is kept.
func (l *ledger) move(from, to account, m Money) {
	if m < 0 || m > l.balance[from] {
		if l.err == nil {
			l.err = fmt.Errorf("move %d of %d from account %d to %d: %w", m, l.balance[from], from, to, protocol.ErrInsufficient)
		}
		return
	}
	l.balance[from] -= m
	l.balance[to] += m
}

// cheater is what the cheater owns.
func (l *ledger) cheater() Money { return l.balance[wallet] + l.balance[stake] }

// audit reports money that appeared, vanished or was left on the way.
func (l *ledger) audit() error {
	if l.err != nil {
		return l.err
	}
	var sum Money
	for _, b := range l.balance {
		sum += b
	}
	if sum != l.minted {
		return fmt.Errorf("accounts hold %d of %d: %w", sum, l.minted, protocol.ErrConflict)
	}
	if l.balance[escrow] != 0 || l.balance[pending] != 0 {
		return fmt.Errorf("window ended with %d in escrow, %d pending: %w", l.balance[escrow], l.balance[pending], protocol.ErrConflict)
	}
	return nil
}
