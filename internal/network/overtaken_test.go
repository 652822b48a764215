package network

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// overtaken is the outbox of a lane whose transactions others overtake: between their simulation and their block.
type overtaken struct {
	txmgr.Outbox
	before *func()
}

func (o overtaken) Sign(ctx context.Context, a protocol.Attempt, replaces common.Hash) error {
	err := o.Outbox.Sign(ctx, a, replaces)
	(*o.before)()
	return err
}

// once deploys a contract of which the first call succeeds and every other fails.
func (w *redeemWorld) once() common.Address {
	creator := devchain.Address(redeemRelayer)
	nonce, err := w.dev.Client().NonceAt(w.ctx, creator, nil)
	require.NoError(w.t, err)
	w.do(redeemRelayer, protocol.Call{Data: common.FromHex("6012600c60003960126000f3" + "600054600c57600160005500" + "5b60006000fd"), Purpose: "once", Salt: common.Hash{byte(nonce)}})
	return crypto.CreateAddress(creator, nonce)
}

// Anyone may mature a credit, finalize a job and pay a bond out. Who is overtaken at it hears so at once, not when it is
// final, and goes on with the rest.
func TestWhatAnybodyMaySendIsNotWaitedForUntilItIsFinal(t *testing.T) {
	w := newRedeemWorldOf(t, 1_000_000)
	first, second, bonded := w.once(), w.once(), w.once()
	before := func() { w.do(redeemRequester, protocol.Call{To: &first, Purpose: "copy"}) }
	sender := w.lane(redeemOperator, overtaken{txmgr.NewMemory(), &before})
	err := w.provider(sender).each(w.ctx, []protocol.Call{{To: &first, Purpose: "mature"}})
	require.ErrorIs(t, err, protocol.ErrConflict)
	before = func() {}
	err = w.provider(sender).each(w.ctx, []protocol.Call{{To: &first, Purpose: "mature"}, {To: &second, Purpose: "mature"}})
	require.ErrorIs(t, err, protocol.ErrConflict)
	done, err := w.dev.Client().StorageAt(w.ctx, second, common.Hash{}, nil)
	require.NoError(t, err)
	require.Equal(t, common.BigToHash(common.Big1).Bytes(), done)

	at := w.chain.Reader.Addresses()
	at.Questions = bonded
	call := at.PayBondAt(contracts.Bond{})
	before = func() { w.do(redeemRequester, call) }
	_, err = bonds{reader: contracts.NewReader(w.chain.Client, at), sender: sender}.PayBond(w.ctx, contracts.Bond{})
	require.ErrorIs(t, err, protocol.ErrConflict)
}
