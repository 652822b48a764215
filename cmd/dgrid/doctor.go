package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/node/provider"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// What the doctor takes for normal.
const (
	clockBehind = 15 * time.Second // a block may be stamped this far ahead of an honest clock
	clockAhead  = 2 * time.Minute  // blocks come oftener than this on every live chain
	redeemGas   = 300_000          // of a redeem of a few vouchers
	gasReserve  = 20               // redeems that the operator's gas money should last for
	relayerTime = 5 * time.Second
	promptTime  = time.Minute
)

func newProviderDoctor(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check all that a provider needs, and say what to do; exit 2 if something fails",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return g.doctor(cmd, time.Now) },
	}
}

// doctor runs the checks; now is the machine's clock.
func (g *globals) doctor(cmd *cobra.Command, now func() time.Time) error {
	cfg, _, err := g.quietly()
	if err != nil {
		return exitCode{exitCheck, err}
	}
	d := &doctor{cfg: cfg, p: cfg.Provider, clock: now}
	d.list.last = time.Now()
	d.examine(cmd.Context())
	out := map[string]any{"ok": d.list.ok(), "checks": d.list.checks}
	err = g.print(cmd, out, func(w io.Writer) { writeChecks(w, d.list.checks) })
	if failed := firstFailure(d.list.checks); err == nil && failed != "" {
		err = exitCode{exitCheck, fmt.Errorf("%s: %w", failed, protocol.ErrInvalid)}
	}
	return err
}

// doctor is one examination. Checks that need what failed are left out.
type doctor struct {
	cfg   config.Config
	p     config.Provider
	clock func() time.Time
	list  checklist

	operator keys.Key
	hasKey   bool
	journal  *provider.JournalContents // nil if it could not be read
	chain    *chain.Client
	reader   *contracts.Reader
	start    uint64 // first block of the deployment
}

func (d *doctor) examine(ctx context.Context) {
	d.key()
	d.disk()
	served, backend := d.backend(ctx)
	former := d.former()
	if d.node(ctx) {
		defer d.chain.Close()
		d.clockSkew(ctx)
		if d.contracts(ctx) {
			d.record(ctx)
			d.numbers(ctx)
			d.stake(ctx)
			if backend {
				d.version(ctx, served)
			}
			for _, s := range former {
				d.version(ctx, s)
			}
			d.relayers(ctx)
		}
	}
}

func (d *doctor) key() {
	d.list.add("config.owner", d.p.Owner != (common.Address{}), "provider.owner is "+d.p.Owner.Hex(), "set provider.owner to the address that staked")
	var err error
	d.operator, err = keys.Load(d.p.Key, d.p.Passphrase)
	d.hasKey = d.list.try("operator.key", err, "operator "+keyAddress(d.operator, err).Hex(), "set provider.key and provider.passphrase_file; dgrid provider init makes them; chmod 600 both")
}

// disk checks that receipts can be written and those of before be read.
func (d *doctor) disk() {
	err := os.MkdirAll(d.p.Data, 0o700)
	if err == nil {
		probe := filepath.Join(d.p.Data, ".doctor")
		if err = writeFile(probe, []byte("probe\n")); err == nil {
			err = os.Remove(probe)
		}
	}
	if !d.list.try("disk.writable", err, d.p.Data, "give provider.data a folder that this user may write, with room in it") {
		return
	}
	journal := filepath.Join(d.p.Data, "journal")
	if _, err := os.Stat(journal); errors.Is(err, os.ErrNotExist) {
		d.list.note("journal.readable", statusPass, "none yet", "")
		d.journal = new(provider.JournalContents)
		return
	}
	contents, err := provider.CheckJournal(journal)
	if errors.Is(err, protocol.ErrConflict) {
		d.list.note("journal.readable", statusWarn, "a running provider holds it", "nothing, if this provider is meant to run now")
		return
	}
	if err == nil {
		d.journal = &contents
	}
	d.list.try("journal.readable", err, fmt.Sprintf("%d records", contents.Records), "restore provider.data from its backup and go on with it under a new operator key; without it, vouchers that were not redeemed are lost")
}

func (d *doctor) backend(ctx context.Context) (network.Served, bool) {
	served, err := network.OpenBackend(d.p)
	if !d.list.try("backend.config", err, fmt.Sprintf("class %s", served.Class), "set provider.model to a container file (dgrid model verify checks it), or provider.upstream and provider.upstream_model") {
		return served, false
	}
	if up, ok := served.Backend.(*provider.Upstream); ok {
		defer up.Close()
	}
	hint := "start the upstream server, or correct provider.upstream and provider.upstream_key_file"
	err = served.Backend.Check(ctx)
	if errors.Is(err, protocol.ErrNotFound) {
		hint = "set provider.upstream_model to a name that the upstream lists"
	}
	if !d.list.try("backend.alive", err, "it answers", hint) {
		return served, true
	}
	text, err := tryPrompt(ctx, served)
	d.list.try("backend.prompt", err, fmt.Sprintf("a real prompt was answered: %.40q", text), "the backend cannot answer: look at its own log")
	return served, true
}

// former opens the models of versions served before, and looks which receipts lack theirs.
func (d *doctor) former() []network.Served {
	former, err := network.OpenFormer(d.p)
	if !d.list.try("former.config", err, fmt.Sprintf("%d model versions of before", len(former)), "correct provider.former_models: each is VERSION=FILE, a container file (dgrid model verify checks it)") {
		return nil
	}
	here := map[common.Hash]bool{d.p.Version: true}
	for _, s := range former {
		here[s.Version] = true
	}
	journal := filepath.Join(d.p.Data, "journal")
	if _, err := os.Stat(journal); err != nil {
		return former
	}
	versions, err := provider.JournalVersions(journal)
	if err != nil {
		return former // said already
	}
	for _, v := range versions {
		if !here[v] {
			d.list.note("former.receipts", statusWarn, fmt.Sprintf("receipts of model version %s are kept: while one can be disputed, the provider does not run without its file", v),
				fmt.Sprintf("add %s=FILE to provider.former_models", v))
		}
	}
	return former
}

// tryPrompt asks the backend one real question.
func tryPrompt(ctx context.Context, s network.Served) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, promptTime)
	defer cancel()
	const question = "Tell me a story about a fox."
	ask := wire.Ask{PromptText: question}
	ask.Request.MaxOutputTokens = 8
	if s.File != nil {
		var err error
		if ask.Prompt, ask.Params.TemplateID, err = network.Prompt(s.File, question); err != nil {
			return "", err
		}
		// Room for an answer in models of very few positions.
		ask.Prompt = ask.Prompt[:min(len(ask.Prompt), max(1, s.File.Header().Positions-8))]
	}
	answer, err := s.Backend.Generate(ctx, provider.Work{Ask: ask}, func(provider.Piece) error { return nil })
	if err == nil && answer.OutputTokens == 0 {
		err = fmt.Errorf("the answer was empty: %w", protocol.ErrUnavailable)
	}
	return answer.Text, err
}

func (d *doctor) node(ctx context.Context) bool {
	var err error
	profile := chain.ProfileOf(d.cfg.Chain.ID)
	profile.FinalityDepth = d.cfg.Chain.FinalityDepth
	d.chain, err = chain.Dial(ctx, chain.Config{URL: d.cfg.Chain.RPC, ChainID: d.cfg.Chain.ID, Profile: &profile, Attempts: 1})
	if errors.Is(err, protocol.ErrConflict) {
		d.list.note("rpc.reachable", statusPass, "the node answers", "")
		return d.list.try("rpc.chain_id", err, "", fmt.Sprintf("set chain.rpc to a node of chain %d, or chain.id to the node's", d.cfg.Chain.ID))
	}
	if !d.list.try("rpc.reachable", err, "the node answers", "start the node or correct chain.rpc") {
		return false
	}
	return d.list.add("rpc.chain_id", true, fmt.Sprint(d.cfg.Chain.ID), "")
}

func (d *doctor) clockSkew(ctx context.Context) {
	head, err := d.chain.Head(ctx, chain.Latest)
	if !d.list.try("rpc.head", err, "the newest block can be read", "the node does not serve blocks: choose another for chain.rpc") {
		return
	}
	id := d.cfg.Chain.ID
	status, detail, hint := clockStatus(d.clock(), time.Unix(int64(head.Time), 0), id == 31337 || id == 1337)
	d.list.note("clock.skew", status, detail, hint)
}

// clockStatus compares the machine's clock with the newest block's time.
func clockStatus(now, head time.Time, development bool) (status, detail, hint string) {
	skew := now.Sub(head).Round(time.Second)
	detail = fmt.Sprintf("the newest block is %s old by this clock", skew)
	hint = "set the clock (NTP): requests carry deadlines that are judged by block time"
	switch {
	case skew < -clockBehind:
		return statusFail, detail, hint
	case skew > clockAhead && development:
		return statusWarn, detail, hint + "; or the development chain makes no blocks while idle"
	case skew > clockAhead:
		return statusFail, detail, hint + "; if it is right, the node lags: choose another for chain.rpc"
	}
	return statusPass, detail, ""
}

func (d *doctor) contracts(ctx context.Context) bool {
	record, err := loadDeployment(d.cfg)
	if !d.list.try("contracts.record", err, deploymentPath(d.cfg), "set chain.deployment to the network's record (deployments/<chainId>.json)") {
		return false
	}
	if !d.list.try("contracts.code", deploy.Verify(ctx, d.chain, record), "every address holds the recorded code", "the record is of another network or chain: set chain.deployment and chain.rpc to the same one") {
		return false
	}
	d.reader, d.start = contracts.NewReader(d.chain, record.Addresses()), record.StartBlock
	return true
}

// numbers checks, as a start does, that the operator's numbers are not elsewhere.
func (d *doctor) numbers(ctx context.Context) {
	if !d.hasKey || d.journal == nil {
		return
	}
	n := d.journal.Numbering(d.operator.Address())
	err := network.CheckNumbers(ctx, d.chain, d.reader, d.start, network.Signer{Operator: d.operator.Address(), Owner: d.p.Owner}, n, d.p.NewJournal)
	detail, hint := "this operator begins with it", "see that the volume of provider.data is mounted, or restore it"
	switch {
	case n.Overtaken:
		hint = "set provider.key to the newest key, or make and register one that never signed (dgrid provider init in another folder)"
	case n.Own && d.p.NewJournal:
		hint = "take provider.new_journal out of the configuration: it is for one start"
	case n.Own:
		detail = "this operator goes on with it"
	}
	d.list.try("journal.begins", err, detail, hint)
}

// record checks what the chain knows of the operator.
func (d *doctor) record(ctx context.Context) {
	if !d.hasKey {
		return
	}
	operator := d.operator.Address()
	balance, err := d.chain.BalanceAt(ctx, operator, nil)
	obs, oerr := d.chain.Observe(ctx, operator)
	if err = errors.Join(d.chain.Wrap(err), oerr); err != nil {
		d.list.try("operator.gas", err, "", "the node does not answer; run doctor again")
		return
	}
	one := new(big.Int).Mul(new(big.Int).Add(obs.Tip, new(big.Int).Lsh(obs.BaseFee, 1)), big.NewInt(redeemGas))
	hint := fmt.Sprintf("send gas money to the operator %s (development chains: dgrid wallet faucet 1 --to %s)", operator, operator)
	detail := fmt.Sprintf("%s, a redeem takes at most about %s", wei(balance), wei(one))
	switch {
	case balance.Cmp(one) < 0:
		d.list.note("operator.gas", statusFail, detail, hint)
	case balance.Cmp(new(big.Int).Mul(one, big.NewInt(gasReserve))) < 0:
		d.list.note("operator.gas", statusWarn, detail, hint)
	default:
		d.list.note("operator.gas", statusPass, detail, "")
	}
	register := "run dgrid provider register --stake AMOUNT with the owner's key"
	owner, err := d.reader.ProviderOf(ctx, operator)
	if !d.list.try("operator.registered", err, "for "+owner.Hex(), register) {
		return
	}
	d.list.add("operator.owner", owner == d.p.Owner, fmt.Sprintf("it signs for %s, provider.owner is %s", owner, d.p.Owner), "set provider.owner to the address the operator is registered for, or use that owner's operator key")
	active, err := d.reader.IsActiveOperator(ctx, operator)
	if err == nil && !active {
		err = fmt.Errorf("operator %s was retired: it signs nothing new: %w", operator, protocol.ErrConflict)
	}
	d.list.try("operator.active", err, "it may sign", "make a new operator key (dgrid provider init in another folder), register it, and keep provider.data")
}

// stake checks that the stake carries the offer: a fee is at most stake / 400.
func (d *doctor) stake(ctx context.Context) {
	token, err := d.reader.Token(ctx)
	if !d.list.try("token.readable", err, token.Symbol, "the settlement token does not answer") {
		return
	}
	show := func(a protocol.Amount) money { return newMoney(a, token.Decimals, token.Symbol) }
	free, err := d.reader.FreeStake(ctx, d.p.Owner)
	timing, terr := d.reader.Timing(ctx)
	if err = errors.Join(err, terr); err != nil {
		d.list.try("stake.minimum", err, "", "the node does not answer; run doctor again")
		return
	}
	need, err := protocol.AmountFromBig(new(big.Int).Mul(d.p.MaxFee.Big(), big.NewInt(int64(timing.ExposureDivisor))))
	if err != nil {
		d.list.try("stake.minimum", err, "", "lower provider.max_fee")
		return
	}
	d.list.add("stake.minimum", free.Cmp(need) >= 0 && !free.IsZero(), fmt.Sprintf("%s is free, max_fee %s needs %s", show(free), show(d.p.MaxFee), show(need)),
		fmt.Sprintf("stake more: dgrid provider register --stake %s with the owner's key; or lower provider.max_fee", show(need).Amount))
	unbonding, exit, err := d.reader.Unbonding(ctx, d.p.Owner)
	if err == nil && !unbonding.IsZero() {
		d.list.note("stake.unbonding", statusWarn, fmt.Sprintf("%s leaves from %d on and carries no new answers", show(unbonding), exit), "dgrid provider unstake --complete releases it then")
	}
}

// version checks that what is served is what was published.
func (d *doctor) version(ctx context.Context, s network.Served) {
	c := &network.Chain{Client: d.chain, Reader: d.reader}
	err := c.CheckVersion(ctx, s)
	hint := "set provider.version to the id that dgrid model publish printed"
	if errors.Is(err, protocol.ErrConflict) {
		hint = "serve the file that was published (dgrid model inspect shows a file's root), or set provider.version to that of this file"
	}
	if s.Version != d.p.Version {
		hint = "name the file that was published in provider.former_models (dgrid model inspect shows a file's root)"
	}
	d.list.try("model.version", err, fmt.Sprintf("%s is published with these weights", s.Version), hint)
}

// relayers asks each who it is. One that works is enough to earn.
func (d *doctor) relayers(ctx context.Context) {
	if len(d.p.Relayers) == 0 {
		d.list.add("relayer", false, "none is configured", "set provider.relayers: without one only jobs on chain come in")
		return
	}
	problems := map[string]error{}
	for _, base := range d.p.Relayers {
		if err := askRelayer(ctx, base, d.reader.Domain()); err != nil {
			problems[base] = err
		}
	}
	status := statusWarn
	if len(problems) == len(d.p.Relayers) {
		status = statusFail
	}
	for _, base := range d.p.Relayers {
		if err := problems[base]; err != nil {
			d.list.note("relayer.reachable", status, err.Error(), "correct provider.relayers, or wait until that relayer is back: the provider connects by itself")
			continue
		}
		d.list.note("relayer.reachable", statusPass, base+" serves the same market", "")
	}
}

// askRelayer checks that a relayer answers and serves the same deployment.
func askRelayer(ctx context.Context, base string, domain protocol.Domain) error {
	ctx, cancel := context.WithTimeout(ctx, relayerTime)
	defer cancel()
	target, err := url.JoinPath(base, wire.PathInfo)
	if err != nil {
		return fmt.Errorf("relayer %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return fmt.Errorf("relayer %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("ask relayer: %v: %w", err, protocol.ErrUnavailable)
	}
	defer res.Body.Close()
	var info wire.Info
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("relayer %s answers %s: %w", base, res.Status, protocol.ErrUnavailable)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, wire.MaxFrame)).Decode(&info); err != nil {
		return fmt.Errorf("relayer %s answers no relayer's description: %w", base, protocol.ErrInvalid)
	}
	if info.Domain != domain {
		return fmt.Errorf("relayer %s serves chain %d and market %s, not %d and %s: %w", base, info.Domain.ChainID, info.Domain.Market, domain.ChainID, domain.Market, protocol.ErrConflict)
	}
	if info.Version != wire.Version {
		return fmt.Errorf("relayer %s speaks version %d, this program %d: %w", base, info.Version, wire.Version, protocol.ErrConflict)
	}
	return nil
}
