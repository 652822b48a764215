package network

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// The accounts of an embedded network are the development chain's prefunded ones,
// by number; `dgrid up` prints them.
const (
	accountAdmin = iota
	accountRelayer
	accountGateway
	accountCreator
	accountProvenOwner
	accountProvenOperator
	accountSampledOwner
	accountSampledOperator
	AccountRequester // funded, for whoever tries the network
	AccountFirstPlayer
	AccountSecondPlayer
	AccountAuditor
	// Two more providers, for whoever wants to add some.
	AccountThirdOwner
	AccountThirdOperator
	AccountFourthOwner
	AccountFourthOperator
	AccountSecondAuditor
	Accounts // how many there are
)

// AccountName says what an account of an embedded network is for.
func AccountName(i int) string {
	return []string{"admin", "relayer", "gateway (delegate of channels)", "creator", "owner of the proven provider", "its operator",
		"owner of the sampled provider", "its operator", "requester", "first player", "second player", "auditor",
		"owner of a third provider", "its operator", "owner of a fourth provider", "its operator", "second auditor"}[i]
}

// salt names a step of the setup, so that running it again repeats nothing.
func salt(step string) common.Hash { return crypto.Keccak256Hash([]byte("dgrid up: " + step)) }

// tokens returns n whole tokens of six decimals.
func tokens(n uint64) protocol.Amount { return protocol.NewAmount(n * 1_000_000) }

// Fund gives the lane's account n test tokens and deposits them in the vault.
func Fund(at contracts.Addresses, account common.Address, n uint64, step string) []protocol.Call {
	return []protocol.Call{
		at.Mint(account, tokens(n), salt(step+" mint")),
		at.Approve(at.Vault, tokens(n), salt(step+" approve")),
		at.Deposit(account, tokens(n), salt(step+" deposit")),
	}
}

// WeightsOf digests a model and returns its weights root with the path of the header.
func WeightsOf(m *runtime.Model, progress func(done, total int)) (root common.Hash, path []common.Hash, err error) {
	header := m.Header().Encode()
	list := make([]commit.Tensor, 0, len(m.Tensors()))
	for _, t := range m.Tensors() {
		list = append(list, commit.Tensor{Name: t.Name, DType: string(t.DType), Shape: t.Shape, Data: t.Data})
	}
	leaves, err := commit.WeightsLeaves(header[:], list, progress)
	if err != nil {
		return common.Hash{}, nil, fmt.Errorf("digest weights: %w", err)
	}
	path, err = protocol.MerklePath(leaves, 0)
	return protocol.MerkleRoot(leaves), path, err
}

// TokenizerHash is what a manifest says of a model's tokenizer.
func TokenizerHash(m *runtime.Model) common.Hash {
	for _, t := range m.Tensors() {
		if t.Name == "tokenizer" {
			return crypto.Keccak256Hash(t.Data)
		}
	}
	return common.Hash{}
}

// ProvenManifest describes a model file as a version of class proven.
func ProvenManifest(m *runtime.Model, root common.Hash, name string, creator common.Address, royaltyBps uint16) protocol.Manifest {
	return protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: root,
		TokenizerHash: TokenizerHash(m), RoyaltyBps: royaltyBps, Creator: creator, Name: name}
}

// ProviderOptions say what a provider serves and where it keeps its journal.
type ProviderOptions struct {
	Owner    common.Address
	Operator *txmgr.Manager // its lane, already running
	Key      devKey
	Journal  string
	Relayers []string
	Models   []provider.Model
	Openers  map[common.Hash]provider.Opener // of model versions that are not offered any more
	Control  string
	Redeem   provider.Policy
	Binder   provider.Binder       // answers questions about chunks; optional
	NoJobs   bool                  // takes no jobs on chain
	Metrics  prometheus.Registerer // optional
}

// stakeOf is what an embedded provider stakes, in whole tokens: enough for fees of
// up to stake/400.
const stakeOf = 1_000

// joinAsProvider brings a provider's stake and operator on chain.
func (n *Network) joinAsProvider(ctx context.Context, owner, operator int) error {
	at, operatorKey := n.Chain.Reader.Addresses(), devchain.Key(operator)
	consent, err := n.Chain.Reader.Domain().Sign(operatorKey, protocol.OperatorConsent{Operator: devchain.Address(operator), Provider: devchain.Address(owner)})
	if err != nil {
		return err
	}
	step := fmt.Sprintf("provider %d", owner)
	calls := append(Fund(at, devchain.Address(owner), n.Config.Stake, step),
		at.Stake(tokens(n.Config.Stake), salt(step+" stake")), at.AddOperator(devchain.Address(operator), consent))
	return n.as(ctx, owner, calls...)
}

// maxFee is the highest fee of an answer of the embedded providers.
var maxFee = protocol.NewAmount(1_000_000)

func (n *Network) serve(owner, operator int, journal string, m provider.Model, more More, log *slog.Logger) (*provider.Provider, error) {
	m.PriceIn, m.PriceOut, m.MaxFee, m.Capacity = config.Default().Provider.PriceIn, n.Config.PriceOut, maxFee, 4
	if more.Cheap {
		m.PriceIn, m.PriceOut = protocol.NewAmount(1), protocol.NewAmount(1)
	}
	if more.Relayer == "" {
		more.Relayer = n.RelayerURL
	}
	return n.Chain.Provider(ProviderOptions{
		Owner: devchain.Address(owner), Operator: n.lane(devchain.Key(operator)), Key: devchain.Key(operator), Journal: journal,
		Relayers: []string{more.Relayer}, Models: []provider.Model{m},
		// Windows of seconds: redeem soon, and look often.
		Redeem: provider.Policy{Age: 1, Margin: 5}, Binder: n.proofs, NoJobs: !more.Jobs,
	}, n.Config.RedeemEvery, log)
}

// More says what one more provider does that others do not.
type More struct {
	Relayer string // base URL of what it takes for the relayer; the network's if empty
	Jobs    bool   // takes jobs on chain
	Cheap   bool   // for next to nothing
}

// AddProvider brings one more provider of the proven model into the network: it stakes,
// connects and answers from backend. It takes no jobs.
func (n *Network) AddProvider(ctx context.Context, owner, operator int, backend provider.Backend) error {
	return n.AddProviderWith(ctx, owner, operator, backend, More{})
}

// AddProviderWith is AddProvider for one that differs.
func (n *Network) AddProviderWith(ctx context.Context, owner, operator int, backend provider.Backend, more More) error {
	if err := n.joinAsProvider(ctx, owner, operator); err != nil {
		return err
	}
	model := provider.Model{Version: n.Proven, Class: protocol.ClassProven, Context: uint32(n.Model.Header().Positions), Backend: backend}
	p, err := n.serve(owner, operator, filepath.Join(n.Config.Data, fmt.Sprintf("provider-%d", owner)), model, more, n.Config.Log)
	if err != nil {
		return err
	}
	n.phases.run(phaseProviders, "provider", p.Run)
	return nil
}

// contextOf is the offered context of an upstream without a known one.
const contextOf = math.MaxInt16

// Prompt turns a user's text into prompt ids, through the model's first chat
// template where it has one, whose id it returns.
func Prompt(m *runtime.Model, text string) (ids []uint32, template uint32, err error) {
	if len(m.Tokenizer().Templates()) > 0 {
		ids, err = m.Tokenizer().Render(1, []tokenizer.Message{{Role: tokenizer.User, Content: text}})
		return ids, 1, err
	}
	ids, err = m.Tokenizer().Encode(text)
	return ids, 0, err
}

// WagerView is a wager of the sample game.
type WagerView struct {
	Job    common.Hash
	Winner common.Address // zero until the story is told
	Pot    protocol.Amount
}

// Wager reads a wager of the game at addresses.
func Wager(ctx context.Context, c *Chain, game contracts.Addresses, id uint64) (WagerView, error) {
	w, err := contracts.NewReader(c.Client, game).Wager(ctx, id)
	if err != nil {
		return WagerView{}, err
	}
	v := WagerView{Job: w.Job, Pot: protocol.MustAmount(w.Pot)}
	if w.Settled {
		v.Winner = w.Second
		if w.FirstWon {
			v.Winner = w.First
		}
	}
	return v, nil
}

// Creator is the account that published the demo model.
func (n *Network) Creator() common.Address { return devchain.Address(accountCreator) }

// Owners are the accounts that staked for the two providers.
func (n *Network) Owners() []common.Address {
	return []common.Address{devchain.Address(accountProvenOwner), devchain.Address(accountSampledOwner)}
}

// LaneOf returns the transaction manager of a development account; nil for a stranger.
func (n *Network) LaneOf(account common.Address) *txmgr.Manager {
	for i := range Accounts {
		if devchain.Address(i) == account {
			return n.Lane(i)
		}
	}
	return nil
}
