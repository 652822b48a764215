package story

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/cheat"
	"github.com/dgrid-network/dgrid/internal/network"
)

// Cheaters brings two cheaters into an embedded network: one that computes a single number wrong,
// drawn from seed, and one that opens nothing.
func Cheaters(ctx context.Context, n *network.Network, seed uint64) ([]Suspect, error) {
	var join errgroup.Group
	join.Go(func() error {
		return n.AddProvider(ctx, network.AccountThirdOwner, network.AccountThirdOperator, cheat.NewWrong(n.Model, seed))
	})
	join.Go(func() error {
		return n.AddProvider(ctx, network.AccountFourthOwner, network.AccountFourthOperator, cheat.NewSilent(n.Model))
	})
	return []Suspect{{Provider: devchain.Address(network.AccountThirdOwner), Kind: events.WrongStep},
		{Provider: devchain.Address(network.AccountFourthOwner), Kind: events.Withheld}}, join.Wait()
}
