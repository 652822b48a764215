package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

func TestMoneyGoesThroughTheWallet(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.refuse(exitError, []string{"has 0.000000 tUSD", "dgrid wallet faucet 5"}, "wallet", "deposit", "5")

	a := p.do("wallet", "faucet", "20")
	require.Equal(t, map[string]any{"amount": "20.000000", "base_units": "20000000", "decimals": 6.0, "symbol": "tUSD"}, a.at("tokens"))
	require.Equal(t, "1.000000000000000000", a.at("gas", "amount"))

	a = p.do("wallet", "deposit", "5", "--dry-run")
	require.Equal(t, true, a.at("dry_run"))
	require.Equal(t, "approve", a.at("steps", 0, "purpose"))
	require.Equal(t, "deposit", a.at("steps", 1, "purpose"))
	require.Greater(t, a.at("steps", 1, "gas"), 50_000.0, "the second step sees the first one's effect")
	require.NotEqual(t, "0", a.at("cost", "base_units"))
	require.Equal(t, "0.000000", p.do("wallet", "balance").at("free", "amount"), "a dry run sent something")

	a = p.do("wallet", "deposit", "5")
	require.Equal(t, "5.000000", a.at("result", "free", "amount"))
	a = p.do("wallet", "permit", "1500000u")
	require.Len(t, a.at("steps"), 1, "a permit needs no approval")
	require.Equal(t, "6.500000", a.at("result", "free", "amount"))

	a = p.do("wallet", "open", "2", "--for", "24h")
	channel, ok := a.at("result", "channel").(string)
	require.True(t, ok)
	require.Equal(t, "2.250000", p.do("wallet", "topup", channel, "0.25").at("result", "deposit", "amount"))
	p.vouchers(channel)

	p.refuse(exitError, []string{"ChannelNotSweepable", "grace period"}, "wallet", "sweep", channel)
	require.NotZero(t, p.do("wallet", "close", channel).at("result", "closes_at"))
	require.Equal(t, "closing", p.do("wallet", "balance").at("channels", 0, "state"))
	a = p.do("wallet", "withdraw", "1", "--to", "0x00000000000000000000000000000000000000b0")
	require.Equal(t, "3.250000", a.at("result", "free", "amount"))
	require.Equal(t, "0.000000", p.do("wallet", "withdraw", "all").at("result", "free", "amount"))
	p.refuse(exitError, []string{"nothing is free"}, "wallet", "withdraw", "all")
}

// vouchers signs vouchers of a channel of 2.25 and shows them.
func (p *person) vouchers(channel string) {
	t := p.t
	sign := func(total string, more ...string) []string {
		return append([]string{"wallet", "voucher", "sign", "--channel", channel, "--provider", "0x00000000000000000000000000000000000000b1",
			"--version", "0x" + strings.Repeat("22", 32), "--total", total, "--count", "3", "--root", "0x" + strings.Repeat("33", 32)}, more...)
	}
	out, notes, code := p.try(sign("1.5")...)
	require.Equal(t, exitOK, code, notes)
	file := filepath.Join(p.dir, "voucher.json")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
	require.Equal(t, true, p.do("wallet", "voucher", "show", file).at("ok"))

	p.refuse(exitCheck, []string{"voucher.covered"}, sign("2.5")...)
	stranger := newPerson(t)
	p.refuse(exitCheck, []string{"voucher.delegate"}, sign("1", "--key", stranger.key)...)
	var v signedVoucher
	require.NoError(t, json.Unmarshal([]byte(out), &v))
	v.Voucher.Total = protocol.NewAmount(2)
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, raw, 0o600))
	p.refuse(exitCheck, []string{"would not be paid"}, "wallet", "voucher", "show", file)
}

// Somebody without gas signs; another pays for the transaction.
func TestRelayedDeposit(t *testing.T) {
	t.Parallel()
	signer, payer := newPerson(t), funded(t)
	payer.do("wallet", "faucet", "3", "--to", signer.addr.Hex())
	out, notes, code := signer.try("wallet", "permit", "1.25", "--relay")
	require.Equal(t, exitOK, code, notes)
	file := filepath.Join(payer.dir, "authorisation.json")
	require.NoError(t, os.WriteFile(file, []byte(out), 0o600))
	a := payer.do("wallet", "relay", file)
	require.Equal(t, "1.250000", a.at("result", "free", "amount"))
	require.Equal(t, "1.250000", payer.do("wallet", "balance", signer.addr.Hex()).at("free", "amount"))
	require.Equal(t, "sent by an earlier run", payer.do("wallet", "relay", file).at("steps", 0, "note"))
	funded(t).refuse(exitError, []string{"ERC3009UsedAuthorization"}, "wallet", "relay", file)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(out, "eip155:31337", "eip155:1", 1)), 0o600))
	payer.refuse(exitError, []string{"eip155:1"}, "wallet", "relay", file)
}

func TestWalletRefusesBadInput(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	channel := "0x" + strings.Repeat("44", 32)
	for _, c := range []struct {
		args  []string
		words []string
	}{
		{[]string{"wallet", "deposit", "1.5.0"}, []string{"1.5.0", "base units"}},
		{[]string{"wallet", "deposit", "1,5"}, []string{"no number"}},
		{[]string{"wallet", "deposit", "0.0000001"}, []string{"6 decimals"}},
		{[]string{"wallet", "deposit", "-1"}, []string{"unknown shorthand flag"}},
		{[]string{"wallet", "deposit", "0"}, []string{"is zero"}},
		{[]string{"wallet", "deposit", "1.5u"}, []string{"base units"}},
		{[]string{"wallet", "deposit", "1", "--for", "0x12"}, []string{"is no address"}},
		{[]string{"wallet", "deposit", "1", "--for", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"}, []string{"checksum"}},
		{[]string{"wallet", "close", "0x12"}, []string{"32-byte id"}},
		{[]string{"wallet", "deposit", "1", "--key", filepath.Join(p.dir, "absent")}, []string{"no file", "keys new"}},
		{[]string{"wallet", "deposit", "1", "--set", "wallet.key="}, []string{"--key FILE", "keys new"}},
		{[]string{"wallet", "balance", "--set", "chain.rpc=http://" + freePort(t)}, []string{"no node answers", "dgrid up"}},
		{[]string{"wallet", "balance", "--set", "chain.id=5"}, []string{"the record is of chain 31337", "chain.id"}},
		{[]string{"wallet", "balance", "--set", "chain.deployment=" + filepath.Join(p.dir, "absent")}, []string{"dgrid deploy"}},
		{[]string{"wallet", "open", "1", "--for", "0s"}, []string{"no time to live"}},
		{[]string{"wallet", "job", "hi", "--model", filepath.Join(p.dir, "absent.dgm")}, []string{"absent.dgm"}},
		{[]string{"deploy"}, []string{"exists"}},
		{[]string{"deploy", "--profile", "x", "--set", "chain.deployment=" + filepath.Join(p.dir, "d.json")}, []string{"neither development nor live"}},
		{[]string{"deploy", "--profile", "live", "--set", "chain.deployment=" + filepath.Join(p.dir, "d.json")}, []string{"--token"}},
		{[]string{"deploy", "--profile", "live", "--token", "0x00000000000000000000000000000000000000ee", "--set", "chain.deployment=" + filepath.Join(p.dir, "d.json")}, []string{"--verifier"}},
		{[]string{"deploy", "--verifier", "0x00000000000000000000000000000000000000ee", "--set", "chain.deployment=" + filepath.Join(p.dir, "d.json")}, []string{"--key-hash"}},
		{[]string{"model", "publish", "--name", "x"}, []string{"--upstream-api"}},
		{[]string{"provider", "earnings"}, []string{"provider.owner"}},
		{[]string{"provider", "run"}, []string{"provider doctor"}},
	} {
		p.refuse(exitError, c.words, c.args...)
	}

	p.refuse(exitError, []string{"for gas", "wallet faucet"}, "model", "publish", "--upstream-api", "--name", "poor")
	rich := funded(t)
	rich.refuse(exitError, []string{"UnknownChannel", "check the channel id"}, "wallet", "close", channel)
	rich.refuse(exitError, []string{"InsufficientFree", "wallet deposit"}, "wallet", "open", "1")
	rich.refuse(exitError, []string{"InsufficientFree", "wallet deposit"}, "wallet", "withdraw", "1", "--dry-run")
	_, notes, code := rich.try("wallet", "open", "1", "--expiry", "1")
	require.Equal(t, exitError, code)
	require.Contains(t, notes, "BadExpiry")
	a := rich.do("model", "publish", "--upstream-api", "--name", "third party", "--royalty-bps", "100")
	require.Equal(t, "sampled", a.at("result", "class"))
	rich.refuse(exitError, []string{"RoyaltyTooHigh"}, "model", "publish", "--upstream-api", "--name", "greedy", "--royalty-bps", "9999")
	dry := filepath.Join(rich.dir, "again.json")
	a = rich.do("deploy", "--dry-run", "--set", "chain.deployment="+dry)
	plan, err := deploy.Network(deploy.Development(common.Address{1}))
	require.NoError(t, err)
	require.Len(t, a.at("steps"), len(plan))
	require.NoFileExists(t, dry)
}

// A command that dies at any point is finished by running it again, and done once.
func TestACommandThatDiedIsFinishedOnce(t *testing.T) {
	t.Parallel()
	p := funded(t)
	p.do("wallet", "faucet", "100")
	deposited := 0
	for _, at := range []txmgr.Point{txmgr.K1, txmgr.K2, txmgr.K3, txmgr.K4, txmgr.K8} {
		p.dieDepositing(at)
		a := p.do("wallet", "deposit", "1")
		deposited++
		require.Equal(t, fmt.Sprintf("%d.000000", deposited), a.at("result", "free", "amount"), "died at %s", at)
	}
	// Died, and something else is wanted then: what was sent counts, and is told.
	p.dieDepositing(txmgr.K3)
	out, notes, code := p.try("wallet", "open", "2", "--json")
	require.Equal(t, exitOK, code, notes)
	require.Contains(t, notes, "finishing an earlier command's approve")
	require.Contains(t, out, "channel")
	// The same words, meant again, are done again.
	before := p.do("wallet", "balance").at("free", "amount")
	require.NotEqual(t, before, p.do("wallet", "deposit", "1").at("result", "free", "amount"))
}

// sender is what a sending command works with, under some more settings.
func (p *person) sender(set ...string) (c *client, s *sender, end func()) {
	t := p.t
	t.Helper()
	g := &globals{effort: keys.Light, set: append([]string{"chain.rpc=" + world.chain.HTTP(), "chain.deployment=" + world.record}, set...)}
	c, err := g.dial(t.Context())
	require.NoError(t, err)
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	s, err = c.sender(cmd, &sendFlags{}, config.Keystore{Key: p.key, Passphrase: p.key + ".pass"}, "wallet")
	require.NoError(t, err)
	return c, s, func() {
		require.NoError(t, s.close())
		c.close()
	}
}

// dieDepositing runs "wallet deposit 1" to a point and leaves it there, as a kill does.
func (p *person) dieDepositing(at txmgr.Point) {
	t := p.t
	_, s, end := p.sender()
	defer end()
	s.stop()
	now, err := s.reader.Now(t.Context())
	require.NoError(t, err)
	one := protocol.NewAmount(1_000_000)
	a, _, err := s.begin(fmt.Sprintf("deposit %s for %s", one, p.addr), now)
	require.NoError(t, err)
	calls, err := s.depositCalls(t.Context(), a, p.addr, one)
	require.NoError(t, err)
	died := errors.New("killed")
	m := txmgr.New(txmgr.Config{ChainID: s.chain.Profile().ID, Outbox: s.outbox, Node: s.chain, Signer: chain.KeySigner{Key: s.key.Private()}, Logger: quietLogger(s.log),
		Failpoint: func(point txmgr.Point) error {
			if point == at {
				return died
			}
			return nil
		}})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	id, err := m.Submit(ctx, calls[0])
	if err == nil {
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		select {
		case err = <-ended:
		case <-waited(ctx, m, id):
			cancel()
			<-ended
			t.Fatalf("%s was never reached", at)
		}
	}
	require.ErrorIs(t, err, died)
}

func waited(ctx context.Context, m *txmgr.Manager, id [32]byte) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		if _, err := m.WaitFinal(ctx, id); err == nil {
			close(done)
		}
	}()
	return done
}

// The key is used elsewhere in between; the wallet goes on after that.
func TestAKeyThatOthersUseToo(t *testing.T) {
	t.Parallel()
	p := funded(t)
	p.do("wallet", "faucet", "5")
	p.do("wallet", "deposit", "1")
	g := &globals{set: []string{"chain.rpc=" + world.chain.HTTP(), "chain.deployment=" + world.record}}
	c, err := g.dial(t.Context())
	require.NoError(t, err)
	defer c.close()
	key, err := keys.Load(p.key, p.key+".pass")
	require.NoError(t, err)
	m := txmgr.New(txmgr.Config{ChainID: c.chain.Profile().ID, Outbox: txmgr.NewMemory(), Node: c.chain, Signer: chain.KeySigner{Key: key.Private()}, Logger: quietLogger(c.log)})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(ctx) }()
	_, err = m.SubmitAndWait(ctx, protocol.Call{To: &p.addr, Value: protocol.NewAmount(1), Purpose: "elsewhere"})
	require.NoError(t, err)
	stop()
	require.NoError(t, <-ended)
	out, notes, code := p.try("wallet", "deposit", "1", "--json")
	require.Equal(t, exitOK, code, notes)
	require.Contains(t, notes, "another program")
	require.Equal(t, "2.000000", parseAnswer(t, out).at("result", "free", "amount"))
}

func TestJobThatNobodyDeliversIsRefunded(t *testing.T) {
	t.Parallel()
	p := funded(t)
	model, _ := tinyModel(t, 4)
	p.refuse(exitError, []string{"no version on chain", "model publish"}, "wallet", "job", "hello", "--model", model)
	p.publish(model, "lonely")
	p.refuse(exitError, []string{"InsufficientFree", "wallet deposit"}, "wallet", "job", "hello", "--model", model)
	p.do("wallet", "faucet", "5")
	p.do("wallet", "permit", "1")
	a := p.do("wallet", "job", "hello", "--model", model, "--no-wait", "--price-in", "0.000001", "--price-out", "0.000001")
	job := a.at("result", "job").(string)
	require.Equal(t, "requested", p.do("wallet", "balance").at("jobs", 0, "state"))
	require.Equal(t, "1.000000", p.do("wallet", "refund", job).at("result", "free", "amount"))
	p.refuse(exitError, []string{"refunded", "--price-in"}, "wallet", "job", "hello again", "--model", model, "--within", "6s")
	require.Equal(t, "1.000000", p.do("wallet", "balance").at("free", "amount"))
	p.refuse(exitError, []string{"temperature"}, "wallet", "job", "hello", "--model", model, "--temperature", "0.001")
	p.refuse(exitError, []string{"the model takes 1..64"}, "wallet", "job", strings.Repeat("hello there ", 100), "--model", model)
}

// A provider that answers something else than the model is found by the replay.
func TestWrongAnswerIsAFault(t *testing.T) {
	t.Parallel()
	liar, asker := funded(t), funded(t)
	model, m := tinyModel(t, 5)
	version := asker.publish(model, "lied about")
	asker.do("wallet", "faucet", "5")
	asker.do("wallet", "deposit", "1")
	liar.do("wallet", "faucet", "50")
	liar.set = []string{"provider.key=" + newPerson(t).key, "provider.owner=" + liar.addr.Hex()}
	liar.set = append(liar.set, "provider.passphrase_file="+strings.TrimPrefix(liar.set[0], "provider.key=")+".pass")
	liar.do("provider", "register", "--stake", "10", "--key", liar.key)
	ctx, stop := context.WithCancel(t.Context())
	lied := make(chan error, 1)
	go func() { lied <- liar.lie(ctx, m, common.HexToHash(version)) }()
	asker.refuse(exitFault, []string{"not the model's", "at token 5"}, "wallet", "job", "tell me", "--model", model, "--max-tokens", "6")
	stop()
	require.NoError(t, <-lied)
}

// lie answers the first job of a version with one token changed.
func (p *person) lie(ctx context.Context, m *runtime.Model, version common.Hash) error {
	cfg, _, err := (&globals{set: p.set}).quietly()
	if err != nil {
		return err
	}
	operator, err := keys.Load(cfg.Provider.Key, cfg.Provider.Passphrase)
	if err != nil {
		return err
	}
	payer, err := keys.Load(p.key, p.key+".pass")
	if err != nil {
		return err
	}
	d, err := deploy.Load(world.record)
	if err != nil {
		return err
	}
	c, err := network.Connect(ctx, world.chain.HTTP(), d, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer c.Client.Close()
	lane := c.Lane(txmgr.NewMemory(), payer.Private())
	ended := make(chan error, 1)
	go func() { ended <- lane.Run(ctx) }()
	watch, at, domain := contracts.NewWatch(c.Reader, p.addr, d.StartBlock), c.Reader.Addresses(), c.Reader.Domain()
	for range c.Client.Heads(ctx) {
		jobs, err := watch.Jobs(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		for _, j := range jobs {
			if j.ModelVersion != version || j.State != contracts.JobRequested {
				continue
			}
			acceptance := protocol.Acceptance{Job: j.Job, RequestHash: domain.Digest(j.Request), Provider: p.addr, ValidUntil: j.Request.Deadline}
			consent, err := domain.Sign(operator.Private(), acceptance)
			if err != nil {
				return err
			}
			result, err := m.NewSession().Generate(ctx, j.Order.Prompt, runtime.Params{MaxTokens: int(j.Order.MaxOutputTokens)}, nil)
			if err != nil {
				return err
			}
			output := result.Output
			output[len(output)-1] ^= 1
			fee, err := j.Request.FeeFor(uint32(len(output)))
			if err != nil {
				return err
			}
			receipt := protocol.Receipt{RequestHash: domain.Digest(j.Request), Provider: p.addr, OutputRoot: protocol.TokenRoot(common.Hash{}, protocol.TagOutput, output),
				OutputTokens: uint32(len(output)), Finish: protocol.FinishLength, TraceRoot: common.Hash{1}, Fee: fee, CompletedAt: j.Request.Deadline}
			sig, err := domain.Sign(operator.Private(), receipt)
			if err != nil {
				return err
			}
			for _, call := range []protocol.Call{at.AcceptJob(acceptance, consent), at.DeliverJob(j.Job, receipt, sig, output)} {
				if _, err := lane.SubmitAndWait(ctx, call); err != nil && ctx.Err() == nil {
					return err
				}
			}
		}
	}
	return <-ended
}
