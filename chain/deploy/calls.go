package deploy

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// Calls returns a plan as the calls that Run would sign now, to simulate them. It fails
// where Run would before it signs.
func Calls(ctx context.Context, c *chain.Client, deployer common.Address, plan []Step) ([]protocol.Call, error) {
	if err := checkSteps(ctx, c, plan); err != nil {
		return nil, err
	}
	obs, err := c.Observe(ctx, deployer)
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
			at[s.Name] = crypto.CreateAddress(deployer, nonce)
		}
		nonce++
	}
	var calls []protocol.Call
	for _, s := range plan {
		if s.At != (common.Address{}) {
			continue
		}
		args, err := pack(s, at)
		if err != nil {
			return nil, err
		}
		call := protocol.Call{Data: append(s.Code[:len(s.Code):len(s.Code)], args...), Purpose: "create " + s.Name}
		if s.Call != "" {
			to := at[s.Name]
			call.To, call.Purpose = &to, s.Name+"."+s.Call
		}
		calls = append(calls, call)
	}
	return calls, nil
}
