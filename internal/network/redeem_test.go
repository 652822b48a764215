package network

import (
	"context"
	"log/slog"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
)

// Accounts of the development chain.
const (
	redeemAdmin = iota
	redeemRequester
	redeemDelegate
	redeemOwner
	redeemOperator
	redeemCreator
	redeemRelayer
)

// redeemWorld is a deployment with a channel, a published version, and a provider that has money and no stake yet.
type redeemWorld struct {
	t       *testing.T
	ctx     context.Context
	dev     *devchain.Chain
	chain   *Chain
	version common.Hash
	channel common.Hash
	lanes   map[int]*txmgr.Manager
}

func newRedeemWorld(t *testing.T) *redeemWorld { return newRedeemWorldOf(t, 1) }

// newRedeemWorldOf is newRedeemWorld where a block is final once so many follow.
func newRedeemWorldOf(t *testing.T, finality uint64) *redeemWorld {
	quiet := slog.New(slog.DiscardHandler)
	dev, err := devchain.Open(devchain.Config{FinalityDepth: finality, Logger: quiet})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- dev.Run(ctx) }()
	client, err := chain.Dial(ctx, chain.Config{URL: dev.WS(), ChainID: devchain.ChainID, Logger: quiet, Decoder: chain.NewDecoder(chain.ABIs())})
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		stop()
		require.NoError(t, <-ended)
	})
	plan, err := deploy.Network(deploy.Development(devchain.Address(redeemAdmin)))
	require.NoError(t, err)
	d, err := deploy.Run(ctx, client, chain.KeySigner{Key: devchain.Key(redeemAdmin)}, plan, deploy.Path(t.TempDir(), devchain.ChainID))
	require.NoError(t, err)
	w := &redeemWorld{t: t, ctx: ctx, dev: dev, lanes: map[int]*txmgr.Manager{},
		chain: &Chain{Client: client, Deployment: d, Reader: contracts.NewReader(client, d.Addresses()), decoder: chain.NewDecoder(chain.ABIs()), log: quiet}}
	w.fill()
	return w
}

func (w *redeemWorld) fill() {
	at, domain, salt := w.chain.Reader.Addresses(), w.chain.Reader.Domain(), common.Hash{1}
	m := protocol.Manifest{Kind: protocol.KindUpstream, Class: protocol.ClassSampled, RoyaltyBps: 500, Creator: devchain.Address(redeemCreator), Name: "redeemed"}
	w.version = versionID(m)
	w.do(redeemCreator, at.Publish(m, nil, nil))
	head, err := w.chain.Client.Head(w.ctx, chain.Latest)
	require.NoError(w.t, err)
	requester, owner, operator := devchain.Address(redeemRequester), devchain.Address(redeemOwner), devchain.Address(redeemOperator)
	nonce, err := w.chain.Reader.Nonce(w.ctx, requester)
	require.NoError(w.t, err)
	amount := protocol.NewAmount(1_000_000)
	w.do(redeemRequester, at.Mint(requester, amount, salt), at.Approve(at.Vault, amount, salt), at.Deposit(requester, amount, salt),
		at.OpenChannel(devchain.Address(redeemDelegate), amount, head.Time+86_400, salt))
	w.channel = channelID(domain, requester, new(big.Int).Set(nonce))
	consent, err := domain.Sign(devchain.Key(redeemOperator), protocol.OperatorConsent{Operator: operator, Provider: owner})
	require.NoError(w.t, err)
	w.do(redeemOwner, at.AddOperator(operator, consent), at.Mint(owner, amount, salt), at.Approve(at.Vault, amount, salt), at.Deposit(owner, amount, salt))
}

// lane runs the transaction manager of an account over an outbox.
func (w *redeemWorld) lane(who int, outbox txmgr.Outbox) *txmgr.Manager {
	m, ended := w.chain.Lane(outbox, devchain.Key(who)), make(chan error, 1)
	ctx, stop := context.WithCancel(w.ctx)
	go func() { ended <- m.Run(ctx) }()
	w.t.Cleanup(func() {
		stop()
		require.NoError(w.t, <-ended)
	})
	return m
}

func (w *redeemWorld) do(who int, calls ...protocol.Call) {
	w.t.Helper()
	if w.lanes[who] == nil {
		w.lanes[who] = w.lane(who, txmgr.NewMemory())
	}
	require.NoError(w.t, SubmitAll(w.ctx, w.lanes[who], calls...))
}

// voucher is one of the channel's delegate.
func (w *redeemWorld) voucher(total uint64) []provider.SignedVoucher {
	v := protocol.Voucher{Channel: w.channel, Provider: devchain.Address(redeemOwner), ModelVersion: w.version, Relayer: devchain.Address(redeemRelayer),
		Total: protocol.NewAmount(total), Count: 1, ReceiptsRoot: common.Hash{7}}
	signature, err := w.chain.Reader.Domain().Sign(devchain.Key(redeemDelegate), v)
	require.NoError(w.t, err)
	return []provider.SignedVoucher{{Voucher: v, Signature: signature}}
}

// provider is the chain as the provider has it that sends through a lane.
func (w *redeemWorld) provider(lane *txmgr.Manager) *providerChain {
	return &providerChain{reader: w.chain.Reader, sender: lane, provider: devchain.Address(redeemOwner)}
}

// sent is how many transactions the operator sent.
func (w *redeemWorld) sent() uint64 {
	n, err := w.dev.Client().NonceAt(w.ctx, devchain.Address(redeemOperator), nil)
	require.NoError(w.t, err)
	return n
}

// dying is the outbox of a process that ends when it has stored an intent.
type dying struct {
	txmgr.Outbox
	end func()
}

func (d dying) Put(ctx context.Context, in protocol.Intent) (protocol.Intent, error) {
	defer d.end()
	return d.Outbox.Put(ctx, in)
}

// A redeem that finds no room is mined and pays nothing. The same voucher is sent again when there is room, and
// once only, also where the process ends between.
func TestVoucherWithoutRoomIsRedeemedWhenThereIsRoom(t *testing.T) {
	w := newRedeemWorld(t)
	outbox, batch := txmgr.NewMemory(), w.voucher(100)
	p := w.provider(w.lane(redeemOperator, outbox))
	quote := func() protocol.Amount {
		quote, err := p.Quote(w.ctx, batch)
		require.NoError(t, err)
		return quote
	}
	for n := uint64(1); n <= 2; n++ {
		require.True(t, quote().IsZero(), "no stake, no room")
		paid, err := p.Redeem(w.ctx, batch)
		require.NoError(t, err)
		require.True(t, paid[0].Total.IsZero())
		require.Equal(t, n, w.sent(), "in a grace period the contract would prolong it")
	}

	w.do(redeemOwner, w.chain.Reader.Addresses().Stake(protocol.NewAmount(1_000_000), common.Hash{1}))
	require.Equal(t, protocol.NewAmount(100), quote())
	ctx, end := context.WithCancel(w.ctx)
	_, err := w.provider(w.chain.Lane(dying{outbox, end}, devchain.Key(redeemOperator))).Redeem(ctx, batch)
	require.ErrorIs(t, err, context.Canceled)
	paid, err := p.Redeem(w.ctx, batch)
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(100), paid[0].Total)
	require.EqualValues(t, 3, w.sent(), "what waited in the outbox, not a second one")
}
