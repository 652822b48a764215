package devchain_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

// live opens a chain that mines by itself, and a client of it.
func live(t *testing.T) *chain.Client {
	t.Helper()
	c, err := devchain.Open(devchain.Config{FinalityDepth: 1})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	client, err := chain.Dial(ctx, chain.Config{URL: c.WS(), ChainID: devchain.ChainID})
	require.NoError(t, err)
	t.Cleanup(func() {
		client.Close()
		stop()
		require.NoError(t, <-ended)
	})
	return client
}

func deployNetwork(t *testing.T, client *chain.Client, path string) *deploy.Deployment {
	t.Helper()
	plan, err := deploy.Network(deploy.Development(devchain.Address(0)))
	require.NoError(t, err)
	d, err := deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, plan, path)
	require.NoError(t, err)
	return d
}

// The contracts find each other, the record says what is on chain, and money goes
// the whole way in and out through txmgr, with refusals as typed errors.
func TestDeployAndUse(t *testing.T) {
	t.Parallel() // it waits for wall time
	client := live(t)
	path := deploy.Path(t.TempDir(), devchain.ChainID)
	d := deployNetwork(t, client, path)
	read, err := deploy.Load(path)
	require.NoError(t, err)
	require.Equal(t, d.StartBlock, read.StartBlock)
	require.Equal(t, d.Addresses(), read.Addresses())
	require.Equal(t, d.Contracts[deploy.Market], read.Contracts[deploy.Market])
	require.NoFileExists(t, path+".pending")
	require.Len(t, d.Contracts, 18)
	require.NoError(t, deploy.Verify(t.Context(), client, d))
	plan, err := deploy.Network(deploy.Development(devchain.Address(0)))
	require.NoError(t, err)
	_, err = deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, plan, path)
	require.ErrorIs(t, err, protocol.ErrConflict, "a record is never overwritten")

	at := d.Addresses()
	reader := contracts.NewReader(client, at)
	timing, err := reader.Timing(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 20, timing.DisputeWindow)
	market := bindings.NewMarket()
	owner, err := chain.Call(t.Context(), client, at.Market, nil, market.PackOwner(), market.UnpackOwner)
	require.NoError(t, err)
	require.Equal(t, devchain.Address(0), owner)
	separator, err := chain.Call(t.Context(), client, at.Market, nil, market.PackDomainSeparator(), market.UnpackDomainSeparator)
	require.NoError(t, err)
	require.Equal(t, reader.Domain().Separator(), common.Hash(separator))

	ctx, stop := context.WithCancel(t.Context())
	user := devchain.Address(1)
	m := txmgr.New(txmgr.Config{
		ChainID: devchain.ChainID, Outbox: txmgr.NewMemory(), Node: client, Signer: chain.KeySigner{Key: devchain.Key(1)},
		Decode: chain.NewDecoder(chain.ABIs()).Decode, Logger: slog.New(slog.DiscardHandler),
	})
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	defer func() { stop(); require.NoError(t, <-ended) }()

	once, hundred, most := common.Hash{1}, protocol.NewAmount(100), protocol.NewAmount(1000)
	head, err := client.Head(t.Context(), chain.Latest)
	require.NoError(t, err)
	var ids []common.Hash
	for _, call := range []protocol.Call{ // dependent, submitted together
		at.Mint(user, most, once), at.Approve(at.Vault, most, once), at.Deposit(user, most, once),
		at.OpenChannel(devchain.Address(2), hundred, head.Time+86_400, once), at.Withdraw(user, hundred, once),
	} {
		sent, err := m.Submit(t.Context(), call)
		require.NoError(t, err)
		ids = append(ids, sent)
	}
	for _, sent := range ids {
		r, err := m.Wait(t.Context(), sent)
		require.NoError(t, err)
		require.NotEmpty(t, r.Logs)
	}
	free, err := reader.Free(t.Context(), user)
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(800), free)
	balance, err := reader.TokenBalance(t.Context(), at.Vault)
	require.NoError(t, err)
	require.Equal(t, protocol.NewAmount(900), balance)
	owed, err := reader.Owed(t.Context())
	require.NoError(t, err)
	require.Equal(t, balance, owed)

	_, err = m.SubmitAndWait(t.Context(), at.Withdraw(user, protocol.NewAmount(801), once))
	require.ErrorIs(t, err, protocol.ErrInsufficient)
	var typed *chain.ContractError
	require.ErrorAs(t, err, &typed)
	require.Equal(t, "InsufficientFree", typed.Name)
	require.Equal(t, []any{user, big.NewInt(800), big.NewInt(801)}, typed.Args)
}

// In both profiles the ledger of disputes alone may slash, and three contracts alone
// may tell it to: no key can, and nothing can be added.
func TestFreshDeploymentIsSealed(t *testing.T) {
	t.Parallel() // it waits for wall time
	admin := devchain.Address(0)
	for name, p := range map[string]deploy.Parameters{
		"development": deploy.Development(admin),
		"live":        deploy.Live(common.Address{}, admin, admin),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := live(t)
			plan, err := deploy.Network(p)
			require.NoError(t, err)
			d, err := deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, plan, filepath.Join(t.TempDir(), "record.json"))
			require.NoError(t, err)
			at := d.Addresses()
			slasher, ledger := bindings.NewSlasher(), bindings.NewDisputeLedger()
			callers, err := chain.Call(t.Context(), client, at.Slasher, nil, slasher.PackCallers(), slasher.UnpackCallers)
			require.NoError(t, err)
			require.Equal(t, []common.Address{at.Ledger}, callers)
			modules, err := chain.Call(t.Context(), client, at.Ledger, nil, ledger.PackModules(), ledger.UnpackModules)
			require.NoError(t, err)
			require.Equal(t, []common.Address{at.Disputes, at.Questions, at.Claims, at.Audits, at.Auditors}, modules)
			back, err := chain.Call(t.Context(), client, at.Ledger, nil, ledger.PackSlasher(), ledger.UnpackSlasher)
			require.NoError(t, err)
			require.Equal(t, at.Slasher, back)
			for _, account := range []common.Address{admin, at.Market, at.Staking, at.Disputes} {
				may, err := chain.Call(t.Context(), client, at.Slasher, nil, slasher.PackIsCaller(account), slasher.UnpackIsCaller)
				require.NoError(t, err)
				require.False(t, may)
			}
			requireWired(t, client, d)
			requireRealVerifier(t, client, d)
		})
	}
}

// requireWired compares the addresses that the dispute contracts were built with, which
// nothing on chain checks, with those of the record.
func requireWired(t *testing.T, client *chain.Client, d *deploy.Deployment) {
	t.Helper()
	at := d.Addresses()
	game, questions := bindings.NewDisputeGame(), bindings.NewQuestions()
	got, err := chain.Call(t.Context(), client, at.Disputes, nil, game.PackGameWiring(), game.UnpackGameWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.GameWiringOutput{
		Market: at.Market, Staking: at.Staking, Registry: at.Registry, Ledger: at.Ledger, Table: at.StepTable, Verifiers: at.Verifiers,
	}, got)
	asked, err := chain.Call(t.Context(), client, at.Questions, nil, questions.PackQuestionsWiring(), questions.UnpackQuestionsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.QuestionsWiringOutput{Vault: at.Vault, Nodes: at.NodeTable, Verifiers: at.Verifiers, Game: at.Disputes}, asked)
	audits, auditors, attestations := bindings.NewAudits(), bindings.NewAuditors(), bindings.NewAttestations()
	drawn, err := chain.Call(t.Context(), client, at.Audits, nil, audits.PackAuditsWiring(), audits.UnpackAuditsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.AuditsWiringOutput{Vault: at.Vault, Auditors: at.Auditors}, drawn)
	seats, err := chain.Call(t.Context(), client, at.Auditors, nil, auditors.PackAuditorsWiring(), auditors.UnpackAuditorsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.AuditorsWiringOutput{Vault: at.Vault, Audits: at.Audits}, seats)
	attested, err := chain.Call(t.Context(), client, at.Attestations, nil, attestations.PackAttestationsWiring(), attestations.UnpackAttestationsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.AttestationsWiringOutput{Registry: at.Registry, Auditors: at.Auditors, Round: attested.Round}, attested)
}

// requireRealVerifier asks the verifier that disputes will ask: it refuses what is no
// proof, and its key is the one that the project's software holds.
func requireRealVerifier(t *testing.T, client *chain.Client, d *deploy.Deployment) {
	t.Helper()
	registry, verifier := bindings.NewVerifierRegistry(), bindings.NewStepVerifier()
	sealed, err := chain.Call(t.Context(), client, d.Addresses().Verifiers, nil, registry.PackVerifierOf(1), registry.UnpackVerifierOf)
	require.NoError(t, err)
	require.Equal(t, d.Address(deploy.Verifier), sealed.Verifier)
	require.Equal(t, deploy.DevelopmentKey, common.Hash(sealed.KeyHash))
	zero := [5]*big.Int{new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int)}
	for _, proof := range [][]byte{nil, make([]byte, 256), bytes.Repeat([]byte{1}, 256)} {
		_, err = client.CallContract(t.Context(), ethereum.CallMsg{To: &sealed.Verifier, Data: verifier.PackVerifyProof(proof, zero)}, nil)
		require.Error(t, err, "no proof")
	}
}

// The key of the development verifier is the one that the prover's keys are checked
// against.
func TestDevelopmentKeyIsTheProvers(t *testing.T) {
	source, err := os.ReadFile("../../prover/keys/devkeys.go")
	require.NoError(t, err)
	require.Contains(t, string(source), fmt.Sprintf("const stepDevKey = %q", deploy.DevelopmentKey.Hex()))
}

// Parameters that would leave no time for a dispute, or a verifier without its key, are
// refused before anything is signed.
func TestUnsafeDisputesAreRefused(t *testing.T) {
	admin := devchain.Address(0)
	for name, change := range map[string]func(*deploy.Parameters){
		"window":             func(p *deploy.Parameters) { p.Timing.DisputeWindow = 4*p.Questions.Clock + p.Questions.ProofTime - 1 },
		"verifier's key":     func(p *deploy.Parameters) { p.Verifier = admin },
		"key's verifier":     func(p *deploy.Parameters) { p.KeyHash = common.Hash{1} },
		"owner and treasury": func(p *deploy.Parameters) { p.Owner = common.Address{} },
	} {
		p := deploy.Development(admin)
		_, err := deploy.Network(p)
		require.NoError(t, err)
		change(&p)
		_, err = deploy.Network(p)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
}

// A deploy that is interrupted after signing goes on with the same bytes, at the
// same addresses; Verify notices code that is not there.
func TestDeployGoesOnAfterInterruption(t *testing.T) {
	t.Parallel() // it waits for wall time
	client := live(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "record.json")
	plan, err := deploy.Network(deploy.Development(devchain.Address(0)))
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	count := 0
	_, err = deploy.Run(ctx, client, interrupted{chain.KeySigner{Key: devchain.Key(0)}, func() {
		if count++; count == len(plan) {
			interrupt()
		}
	}}, plan, path)
	require.ErrorIs(t, err, context.Canceled)
	signed, err := os.ReadFile(path + ".pending")
	require.NoError(t, err, "signed before anything was sent")

	_, err = deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(1)}, plan, path)
	require.ErrorIs(t, err, protocol.ErrConflict, "another key cannot finish it")
	d, err := deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, plan, path)
	require.NoError(t, err)
	require.Contains(t, string(signed), d.Contracts[deploy.Market].TxHash.Hex())
	first, err := client.NonceAt(t.Context(), devchain.Address(0), nil)
	require.NoError(t, err)
	require.EqualValues(t, len(plan), first, "nothing was sent twice")
	require.Equal(t, crypto.CreateAddress(devchain.Address(0), uint64(len(plan)-1)), d.Address(deploy.Market))

	broken := d.Contracts[deploy.Vault]
	broken.Address = common.Address{1}
	d.Contracts[deploy.Vault] = broken
	wrong := d.Contracts[deploy.Staking]
	wrong.CodeHash = common.Hash{1}
	d.Contracts[deploy.Staking] = wrong
	err = deploy.Verify(t.Context(), client, d)
	require.ErrorIs(t, err, protocol.ErrConflict)
	require.ErrorContains(t, err, "Vault: no code")
	require.ErrorContains(t, err, "Staking: code")
	_, err = deploy.Load(filepath.Join(dir, "absent.json"))
	require.True(t, errors.Is(err, protocol.ErrNotFound))
}

// interrupted calls a function after each signature.
type interrupted struct {
	chain.KeySigner
	after func()
}

func (s interrupted) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	defer s.after()
	return s.KeySigner.SignTx(tx, chainID)
}
