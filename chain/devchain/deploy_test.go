package devchain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
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
	require.Len(t, d.Contracts, 19)
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
	require.Equal(t, bindings.AuditsWiringOutput{Vault: at.Vault, Auditors: at.Auditors, Beacon: at.Beacon, Game: at.Disputes}, drawn)
	seats, err := chain.Call(t.Context(), client, at.Auditors, nil, auditors.PackAuditorsWiring(), auditors.UnpackAuditorsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.AuditorsWiringOutput{Vault: at.Vault, Audits: at.Audits}, seats)
	attested, err := chain.Call(t.Context(), client, at.Attestations, nil, attestations.PackAttestationsWiring(), attestations.UnpackAttestationsWiring)
	require.NoError(t, err)
	require.Equal(t, bindings.AttestationsWiringOutput{Registry: at.Registry, Auditors: at.Auditors, Beacon: at.Beacon, Round: attested.Round}, attested)
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
		"unchecked verifier": func(p *deploy.Parameters) { p.Verifier, p.KeyHash = admin, common.Hash{1} },
		"key's verifier":     func(p *deploy.Parameters) { p.KeyHash = common.Hash{1} },
		"owner and treasury": func(p *deploy.Parameters) { p.Owner = common.Address{} },
		"no answer time":     func(p *deploy.Parameters) { p.Questions.AnswerTime = 0 },
		"slow answers":       func(p *deploy.Parameters) { p.Questions.AnswerTime = p.Questions.Clock/2 + 1 },
		"time at risk":       func(p *deploy.Parameters) { p.AtRisk = p.LongestDispute() - 1 },
		"unbonding":          func(p *deploy.Parameters) { p.Unbonding = p.AtRisk },
		"auditors' stake":    func(p *deploy.Parameters) { p.Auditors.Unbonding = p.LongestAudit() - 1 },
		"test token":         func(p *deploy.Parameters) { p.Decimals = 18 },
	} {
		for profile, p := range map[string]deploy.Parameters{"development": deploy.Development(admin), "live": deploy.Live(common.Address{}, admin, admin)} {
			_, err := deploy.Network(p)
			require.NoError(t, err)
			change(&p)
			_, err = deploy.Network(p)
			require.ErrorIs(t, err, protocol.ErrInvalid, "%s, %s", name, profile)
		}
	}
	p := deploy.Development(admin)
	p.AtRisk, p.Auditors.Unbonding = p.LongestDispute(), p.LongestAudit()
	_, err := deploy.Network(p)
	require.NoError(t, err, "to the second")
	require.EqualValues(t, 60+20+60+3+6, p.LongestDispute())
	require.EqualValues(t, 60+20+60+3+6+6, p.LongestAudit())
}

// Bonds are amounts of one token: another that counts in other units is refused before
// anything is signed, unless the amounts are said to be in those.
func TestOtherDecimalsAreRefused(t *testing.T) {
	t.Parallel() // it waits for wall time
	client := live(t)
	admin := devchain.Address(0)
	token := deployed(t, client, decimals(18))
	p := deploy.Live(token, admin, admin)
	path := filepath.Join(t.TempDir(), "record.json")
	signer := chain.KeySigner{Key: devchain.Key(0)}
	plan, err := deploy.Network(p)
	require.NoError(t, err)
	_, err = deploy.Run(t.Context(), client, signer, plan, path)
	require.ErrorIs(t, err, protocol.ErrInvalid)
	require.ErrorContains(t, err, "18 decimals")
	require.NoFileExists(t, path+".pending")

	p.Decimals = 18
	plan, err = deploy.Network(p)
	require.NoError(t, err)
	_, err = deploy.Run(t.Context(), client, signer, plan, path)
	require.NoError(t, err)
}

// decimals is a contract that answers n to whatever it is asked.
func decimals(n byte) []byte {
	answer := []byte{0x60, n, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3}                            // MSTORE(0, n), RETURN(0, 32)
	return append([]byte{0x67}, append(answer, 0x5f, 0x52, 0x60, 0x08, 0x60, 0x18, 0xf3)...) // PUSH8 it, MSTORE(0), RETURN(24, 8)
}

// deployed creates a contract and returns where it is.
func deployed(t *testing.T, client *chain.Client, code []byte) common.Address {
	t.Helper()
	d, err := deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, []deploy.Step{{Name: "other", ABI: "[]", Code: code}},
		filepath.Join(t.TempDir(), "other.json"))
	require.NoError(t, err)
	return d.Address("other")
}

// A chain whose block numbers are another's has no beacon, so nothing is drawn there.
func TestForeignBlocksAreRefused(t *testing.T) {
	for id, refused := range map[uint64]bool{42161: true, 42170: true, 421614: true, 1: false, 8453: false} {
		node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var call struct {
				ID     json.RawMessage `json:"id"`
				Method string          `json:"method"`
			}
			if err := json.NewDecoder(r.Body).Decode(&call); err != nil || call.Method != "eth_chainId" {
				fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no %s here"}}`, call.ID, call.Method)
				return
			}
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":"%#x"}`, call.ID, id)
		}))
		t.Cleanup(node.Close)
		client, err := chain.Dial(t.Context(), chain.Config{URL: node.URL, ChainID: id, Attempts: 1})
		require.NoError(t, err)
		t.Cleanup(client.Close)
		plan, err := deploy.Network(deploy.Development(devchain.Address(0)))
		require.NoError(t, err)
		_, err = deploy.Run(t.Context(), client, chain.KeySigner{Key: devchain.Key(0)}, plan, filepath.Join(t.TempDir(), "record.json"))
		require.Error(t, err, "it answers nothing else")
		require.Equal(t, refused, errors.Is(err, protocol.ErrInvalid), "%d: %v", id, err)
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
