// Package story tells the main job end to end against a running network: it logs a
// wallet in, pays into a channel, asks through the API, checks receipts, plays a
// game that asks on chain, and pays everybody out. The demo tells it to a person,
// the system tests tell it to networks of either shape.
//
// It knows a network only by its sockets: the API over HTTP and the chain over RPC.
// Every fact it reports was read back from there, none is remembered from what it
// did itself.
package story

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

// World is a network and the accounts that act in it. The lanes are of the accounts'
// transaction managers, running: nobody else may send with those keys.
type World struct {
	Chain  *network.Chain
	APIURL string
	// Model is the file behind the proven version: the game's prompt and the job's
	// answer are token ids.
	Model           *runtime.Model
	Proven, Sampled string // model ids in the API
	ProvenVersion   common.Hash
	Requester       *ecdsa.PrivateKey
	First, Second   *ecdsa.PrivateKey // players
	Creator         common.Address
	Owners          []common.Address // of the providers
	// Suspects cheat, and the auditor, whose machine keeps what its proofs cost, is to
	// catch them; both may be missing.
	Suspects   []Suspect
	Auditor    common.Address
	Proofs     func(receipt common.Hash) (ProofCost, bool)
	Lane       func(account common.Address) *txmgr.Manager
	Prompts    []string
	GamePrompt string
	Say        func(format string, args ...any)
	Print      func(text string) // pieces of answers as they arrive
	Log        *slog.Logger
	// Name names the story's transactions: telling it again under the same name, over
	// the same outboxes, repeats none of them. Default: the time.
	Name string
	// Expiry is the block time at which the story's channel expires. Default: a day
	// from now.
	Expiry uint64
}

// Tell runs the story. It fails at the first thing that is not as it should be.
func Tell(ctx context.Context, w World) (Facts, error) {
	t := newTeller(w)
	return t.tell(ctx, []chapter{
		{"channel", t.channel}, {"login", t.login}, {"tempt", t.tempt}, {"wager", t.wager}, {"ask", t.ask}, {"receipts", t.receipts},
		{"convict", t.convict}, {"settle", t.settle}, {"withdraw", t.withdraw}, {"books", t.books},
	})
}

// Catch tells of the suspects alone: the requester asks them, and the auditor finds out.
func Catch(ctx context.Context, w World) (Facts, error) {
	t := newTeller(w)
	return t.tell(ctx, []chapter{{"channel", t.channel}, {"login", t.login}, {"tempt", t.tempt}, {"convict", t.convict}})
}

type chapter struct {
	name string
	tell func(context.Context) error
}

func newTeller(w World) *teller {
	t := &teller{World: w, began: time.Now()}
	if t.Name == "" {
		t.Name = t.began.String()
	}
	if t.Say == nil {
		t.Say = func(string, ...any) {}
	}
	if t.Proofs == nil {
		t.Proofs = func(common.Hash) (ProofCost, bool) { return ProofCost{}, false }
	}
	if t.Print == nil {
		t.Print = func(string) {}
	}
	return t
}

func (t *teller) tell(ctx context.Context, chapters []chapter) (Facts, error) {
	for _, c := range chapters {
		start := time.Now()
		if err := c.tell(ctx); err != nil {
			return t.facts, fmt.Errorf("%s: %w", c.name, err)
		}
		t.clock(c.name, start)
	}
	t.clock("total", t.began)
	t.facts.OK = true
	return t.facts, nil
}

type teller struct {
	World
	began    time.Time
	facts    Facts
	api      client
	id       common.Hash // of the channel
	game     contracts.Addresses
	wagerID  uint64
	job      common.Hash
	answered []string // ids of the generations
}

func (t *teller) clock(name string, start time.Time) {
	if t.facts.Durations == nil {
		t.facts.Durations = map[string]int64{}
	}
	t.facts.Durations[name] = time.Since(start).Milliseconds()
}

func tokens(n uint64) protocol.Amount { return protocol.NewAmount(n * 1_000_000) }

func address(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

// salt makes the steps of this telling distinct from those of another.
func (t *teller) salt(step string) common.Hash {
	return crypto.Keccak256Hash([]byte("story"), []byte(t.Name), []byte(step))
}

// fund gives an account test tokens.
func (t *teller) fund(ctx context.Context, account common.Address, n uint64, spender common.Address) error {
	at := t.Chain.Reader.Addresses()
	return network.SubmitAll(ctx, t.Lane(account), at.Mint(account, tokens(n), t.salt("mint "+account.Hex())),
		at.Approve(spender, tokens(n), t.salt("approve "+account.Hex())))
}

// channel: the requester deposits and opens a channel for the API's gateway.
func (t *teller) channel(ctx context.Context) error {
	t.api = client{base: t.APIURL}
	var info struct {
		Data struct {
			Delegate common.Address `json:"delegate"`
			Market   struct {
				Market common.Address `json:"market"`
			} `json:"contracts"`
		} `json:"data"`
	}
	if err := t.api.get(ctx, "/v1/network", &info); err != nil {
		return err
	}
	if info.Data.Market.Market != t.Chain.Reader.Addresses().Market {
		return fmt.Errorf("the API serves market %s, not %s: %w", info.Data.Market.Market, t.Chain.Reader.Addresses().Market, protocol.ErrConflict)
	}
	me, at := address(t.Requester), t.Chain.Reader.Addresses()
	t.Say("a requester deposits 100 tUSD and opens a channel of 50 for the API's gateway")
	if err := t.fund(ctx, me, 100, at.Vault); err != nil {
		return err
	}
	if err := network.SubmitAll(ctx, t.Lane(me), at.Deposit(me, tokens(100), t.salt("deposit"))); err != nil {
		return err
	}
	if t.Expiry == 0 {
		now, err := t.Chain.Reader.Now(ctx)
		if err != nil {
			return err
		}
		t.Expiry = now + 24*3600
	}
	receipt, err := t.Lane(me).SubmitAndWait(ctx, at.OpenChannel(info.Data.Delegate, tokens(50), t.Expiry, t.salt("channel")))
	if err != nil {
		return err
	}
	opened, err := t.channelOf(receipt)
	t.id = opened
	return err
}

// wager: two players put the same stake on a story; the game asks for it on chain.
func (t *teller) wager(ctx context.Context) error {
	prompt, _, err := network.Prompt(t.Model, t.GamePrompt)
	if err != nil {
		return err
	}
	at := t.Chain.Reader.Addresses()
	first, second := address(t.First), address(t.Second)
	t.Say("two players wager 1 tUSD each on a story; the game contract asks for it on chain")
	pays := config.Default().Provider // what "dgrid wallet job" offers if nothing else is said
	created, err := t.Lane(first).SubmitAndWait(ctx, deploy.Wager(at, deploy.Question{
		ModelVersion: t.ProvenVersion, Prompt: prompt, MaxOutputTokens: 120, TemperatureMilli: 800,
		PriceIn: pays.PriceIn.Big(), PriceOut: pays.PriceOut.Big(), MaxFee: tokens(1).Big(), AnswerWithin: 50,
	}, tokens(1)))
	if err != nil {
		return err
	}
	t.game = at
	t.game.StoryWager = created.ContractAddress
	var players errgroup.Group
	for _, p := range []common.Address{first, second} {
		players.Go(func() error { return t.fund(ctx, p, 1, created.ContractAddress) })
	}
	if err := players.Wait(); err != nil {
		return err
	}
	if err := network.SubmitAll(ctx, t.Lane(first), t.game.OpenWager(tokens(1), t.salt("wager"))); err != nil {
		return err
	}
	joined, err := t.Lane(second).SubmitAndWait(ctx, t.game.JoinWager(t.wagerID))
	if err != nil {
		return err
	}
	if err := t.seedKnown(ctx, joined.BlockNumber.Uint64()+2); err != nil {
		return err
	}
	if err := network.SubmitAll(ctx, t.Lane(first), t.game.AskWager(t.wagerID)); err != nil {
		return err
	}
	t.job, err = t.gameJob(ctx)
	return err
}

// seedKnown waits for the block from which on the game can ask: the seed is the hash of
// the block before it, which no player knew when it joined.
func (t *teller) seedKnown(ctx context.Context, block uint64) error {
	return t.until(ctx, "the block whose hash is the story's seed", func(ctx context.Context) error {
		head, err := t.Chain.Client.Head(ctx, chain.Latest)
		if err == nil && head.Number.Uint64() < block {
			err = fmt.Errorf("the chain is at block %d, not %d: %w", head.Number, block, protocol.ErrNotFound)
		}
		return err
	})
}

// settle waits until vouchers are redeemed, credits matured and the job called back.
func (t *teller) settle(ctx context.Context) error {
	t.Say("providers redeem the vouchers; credits mature when the dispute window of %d s is over", t.Chain.Timing.DisputeWindow)
	return t.until(ctx, "credits to mature and the game to be called back", func(ctx context.Context) error {
		l, err := t.readLedger(ctx)
		if err != nil {
			return err
		}
		for _, owner := range t.Owners {
			if !l.matured[owner] {
				return fmt.Errorf("no credit of %s has matured: %w", owner, protocol.ErrNotFound)
			}
		}
		for _, id := range t.answered {
			if status, err := t.statusOf(ctx, id); err != nil || status != "settled" {
				return fmt.Errorf("answer %s is %q, not settled: %w", id, status, errors.Join(protocol.ErrNotFound, err))
			}
		}
		if l.callbacks[t.job] == nil || !l.finalized[t.job] {
			return fmt.Errorf("job %s is not finalized and called back: %w", t.job, protocol.ErrNotFound)
		}
		return nil
	})
}

// withdraw: creator, providers and the winner take their money home.
func (t *teller) withdraw(ctx context.Context) error {
	winner, err := t.payWinner(ctx)
	if err != nil {
		return err
	}
	t.Say("creator and providers withdraw what they earned; the winner %s was paid by the game", winner)
	l, err := t.readLedger(ctx)
	if err != nil {
		return err
	}
	before := map[common.Address]bool{}
	for _, w := range l.withdrawals {
		before[w.Who] = true
	}
	var all errgroup.Group
	for _, account := range append([]common.Address{t.Creator}, t.Owners...) {
		all.Go(func() error {
			free, err := t.Chain.Reader.Free(ctx, account)
			if err != nil {
				return err
			}
			if free.IsZero() && before[account] {
				return nil // an earlier telling withdrew it
			}
			if free.IsZero() {
				return fmt.Errorf("%s earned nothing: %w", account, protocol.ErrNotFound)
			}
			_, err = t.Lane(account).SubmitAndWait(ctx, t.Chain.Reader.Addresses().Withdraw(account, free, t.salt("withdraw")))
			return err
		})
	}
	return all.Wait()
}

// chapterLimit bounds a wait: the longest takes a dispute window and a few blocks.
const chapterLimit = 90 * time.Second

// until asks again and again until nothing is missing any more.
func (t *teller) until(ctx context.Context, what string, missing func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, chapterLimit)
	defer cancel()
	var last error
	for {
		err := missing(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, errors.Join(ctx.Err(), last))
		case <-time.After(500 * time.Millisecond):
		}
	}
}
