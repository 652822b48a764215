package cheat

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
)

// Join brings two cheaters into an embedded network: one that computes a single number wrong,
// drawn from seed, and one that opens nothing.
func Join(ctx context.Context, n *network.Network, seed uint64) ([]story.Suspect, error) {
	var join errgroup.Group
	join.Go(func() error {
		return n.AddProvider(ctx, network.AccountThirdOwner, network.AccountThirdOperator, NewWrong(n.Model, seed))
	})
	join.Go(func() error {
		return n.AddProvider(ctx, network.AccountFourthOwner, network.AccountFourthOperator, NewSilent(n.Model))
	})
	return []story.Suspect{{Provider: devchain.Address(network.AccountThirdOwner), Kind: events.WrongStep},
		{Provider: devchain.Address(network.AccountFourthOwner), Kind: events.Withheld}}, join.Wait()
}
