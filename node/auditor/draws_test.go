package auditor_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spruceid/siwe-go"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Accounts of a world with draws.
const (
	other    = 5 // a second auditor
	relaying = 6 // the relayer of the line
)

// drawWorld is a world whose clock can be moved on, in which the largest fee is always
// drawn, with two seated auditors and a channel of the requester.
type drawWorld struct {
	*world
	skew    *atomic.Int64
	channel common.Hash
	line    protocol.Line
	tree    []protocol.SumLeaf
	answers map[common.Hash]*answer
	mu      sync.Mutex
}

func newDrawWorld(t *testing.T) *drawWorld {
	skew, clock := &atomic.Int64{}, devchain.Clock(second)
	now := func() time.Time { return clock().Add(time.Duration(skew.Load())) }
	w := newWorldOf(t, odd(t), devchain.Config{FinalityDepth: 1, Now: now}, func(p *deploy.Parameters) {
		p.Audits.AuditBps = 10_000
		p.Beacon.Source, p.Beacon.Delay = 0, 1
	})
	d := &drawWorld{world: w, skew: skew, answers: map[common.Hash]*answer{}}
	at := w.reader.Addresses()
	w.fund(t, auditing)
	w.fund(t, other)
	w.send(t, auditing, at.JoinAuditors(0, tokens(200), common.Hash{}))
	w.send(t, other, at.JoinAuditors(1, tokens(200), common.Hash{}))
	w.fund(t, requester)
	when, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	w.send(t, requester, at.OpenChannel(devchain.Address(requester), tokens(900), when+30*24*3600, common.Hash{}))
	word := func(b []byte) []byte { return common.LeftPadBytes(b, 32) }
	chainID := binary.BigEndian.AppendUint64(nil, devchain.ChainID)
	d.channel = crypto.Keccak256Hash(word(chainID), word(at.Market[:]), word(devchain.Address(requester).Bytes()), make([]byte, 32))
	d.line = protocol.Line{Channel: d.channel, Provider: devchain.Address(owner), ModelVersion: w.version, Relayer: devchain.Address(relaying)}
	return d
}

// pass moves the chain's clock on, and returns when a block has the new time.
func (w *drawWorld) pass(t *testing.T, d time.Duration) {
	t.Helper()
	before, err := w.reader.Now(t.Context())
	require.NoError(t, err)
	w.skew.Add(int64(d))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for range w.client.Heads(ctx) {
		now, err := w.reader.Now(t.Context())
		require.NoError(t, err)
		if now >= before+uint64(d/time.Second) {
			return
		}
	}
	t.Fatal("no block came")
}

// bought makes an answer dear enough to be drawn, for auditors only.
func (w *drawWorld) bought(t *testing.T, cheat func(a *answer)) *answer {
	a := w.answered(t, params(700), prompt, 4, nil)
	a.b.Request.Payment, a.b.Request.Audience = w.channel, protocol.AudienceAuditors
	// Exactly one stretch: the free stake over 400.
	a.b.Request.PriceIn, a.b.Request.PriceOut, a.b.Request.MaxFee = protocol.Amount{}, protocol.NewAmount(62_500_000_000_000), tokens(250)
	a.sign()
	if cheat != nil {
		cheat(a)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers[a.receipt] = a
	return a
}

// redeem pays answers with one voucher, and returns the audit of the redeem.
func (w *drawWorld) redeem(t *testing.T, list ...*answer) common.Hash {
	var tree protocol.SumTree
	for _, a := range list {
		w.tree = append(w.tree, protocol.SumLeaf{Receipt: a.receipt, Fee: a.b.Receipt.Fee})
	}
	for _, l := range w.tree {
		var err error
		tree, err = tree.Append(l.Receipt, l.Fee)
		require.NoError(t, err)
	}
	v := protocol.Voucher{Channel: w.channel, Provider: w.line.Provider, ModelVersion: w.version, Relayer: w.line.Relayer, Total: tree.Total(), Count: tree.Count, ReceiptsRoot: tree.Root()}
	sig, err := w.reader.Domain().Sign(devchain.Key(requester), v)
	require.NoError(t, err)
	before, err := w.reader.Line(t.Context(), w.line)
	require.NoError(t, err)
	w.send(t, operator, w.reader.Addresses().Redeem(w.line.Provider, []protocol.Voucher{v}, []protocol.Bytes{sig}, nil))
	after, err := w.reader.Line(t.Context(), w.line)
	require.NoError(t, err)
	require.Equal(t, v.Total, protocol.MustAmount(after.Paid), "all of it is paid")
	require.Equal(t, before.Checkpoints+1, after.Checkpoints)
	w.pass(t, 10*time.Minute) // then it is every auditor's turn
	return contracts.AuditID(contracts.LineID(w.line), before.Checkpoints)
}

// opening opens what is drawn, as the provider does, until the test ends.
func (w *drawWorld) opening(t *testing.T) {
	watch := contracts.NewDrawWatch(w.reader, devchain.Address(owner), w.start)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	heads := w.client.Heads(ctx)
	lane := w.lane(operator)
	go func() {
		for range heads {
			waiting, err := watch.Waiting(ctx)
			for _, audit := range waiting {
				if err == nil {
					err = w.open(ctx, lane.Submit, audit)
				}
			}
			if err != nil && ctx.Err() == nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-ended) })
}

func (w *drawWorld) open(ctx context.Context, submit func(context.Context, protocol.Call) (common.Hash, error), audit contracts.WaitingAudit) error {
	for _, p := range audit.Points {
		for i := range w.tree {
			o, err := protocol.SumTree{}.Open(w.tree, i)
			if err != nil {
				return err
			}
			if o.Root != audit.Root {
				return fmt.Errorf("root %s of the tree is not %s", o.Root, audit.Root)
			}
			if p.At.Cmp(o.Start) < 0 || p.At.Cmp(o.End) >= 0 {
				continue
			}
			w.mu.Lock()
			a := w.answers[w.tree[i].Receipt]
			w.mu.Unlock()
			e := contracts.Evidence{Request: a.b.Request, Receipt: a.b.Receipt, Signature: a.b.Signature,
				Payment: contracts.Payment{Relayer: w.line.Relayer, Count: o.Count, Index: o.Index, Checkpoint: audit.Checkpoint, Path: o.Path}}
			if _, err := submit(ctx, w.reader.Addresses().OpenLeaf(e, []uint32{p.Index}, common.Hash{})); err != nil {
				return err
			}
		}
	}
	return nil
}

// api shows bundles to auditors that log in and were drawn, as the gateway does.
func (w *drawWorld) api(t *testing.T) string {
	mux := http.NewServeMux()
	var server *httptest.Server
	who := sync.Map{}
	host := func() string { return strings.TrimPrefix(server.URL, "http://") }
	mux.HandleFunc("GET /v1/audits/feed", func(rw http.ResponseWriter, r *http.Request) {
		rw.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /v1/auth/nonce", func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(map[string]any{"nonce": "0123456789abcdef", "domain": host(), "uri": server.URL, "chain_id": devchain.ChainID})
	})
	mux.HandleFunc("POST /v1/auth/siwe", func(rw http.ResponseWriter, r *http.Request) {
		var in struct {
			Message   string
			Signature protocol.Bytes
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		m, err := siwe.ParseMessage(in.Message)
		if err != nil || m.GetDomain() != host() {
			http.Error(rw, "no", http.StatusUnauthorized)
			return
		}
		if _, err := m.VerifyEIP191("0x" + common.Bytes2Hex(in.Signature)); err != nil {
			http.Error(rw, err.Error(), http.StatusUnauthorized)
			return
		}
		token := m.GetAddress().Hex()
		who.Store("Bearer "+token, m.GetAddress())
		_ = json.NewEncoder(rw).Encode(map[string]any{"token": token, "expires_at": time.Now().Add(time.Hour).Unix()})
	})
	mux.HandleFunc("GET /v1/audits/{receipt}", func(rw http.ResponseWriter, r *http.Request) {
		receipt := common.HexToHash(r.PathValue("receipt"))
		caller, ok := who.Load(r.Header.Get("Authorization"))
		w.mu.Lock()
		a := w.answers[receipt]
		w.mu.Unlock()
		if drawn := ok && a != nil && w.drawn(r.Context(), caller.(common.Address), receipt); !drawn {
			http.Error(rw, "no", http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(rw).Encode(a.b)
	})
	server = httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

func (w *drawWorld) drawn(ctx context.Context, who common.Address, receipt common.Hash) bool {
	drawn, err := w.reader.IsDrawn(ctx, who, receipt)
	return err == nil && drawn
}

// seated makes an auditor that looks after draws.
func (w *drawWorld) seated(t *testing.T, account int, data, api string, prover auditor.Prover, relay *answer) *auditor.Auditor {
	return w.auditor(t, data, prover, relay, func(c *auditor.Config, d *auditor.Deps) {
		w.drawing(account, c, d)
		c.Feeds, d.SignText = []string{api}, signText(devchain.Key(account))
	})
}

// drawing has an auditor register, draw, answer and report with the key of its seat.
func (w *drawWorld) drawing(account int, c *auditor.Config, d *auditor.Deps) {
	c.PaymentWait = -1
	c.Draw = auditor.Drawing{Register: true, Report: true, Every: 20 * time.Millisecond}
	d.Sender, d.Draws = w.lane(account), w.reader
	d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
}

// seat is an auditor's stake on the roster.
func (w *drawWorld) seat(t *testing.T, account int) protocol.Amount {
	t.Helper()
	s, err := w.reader.Auditor(t.Context(), devchain.Address(account))
	require.NoError(t, err)
	return s.Stake
}

func signText(key *ecdsa.PrivateKey) func(string) (protocol.Bytes, error) {
	return func(text string) (protocol.Bytes, error) {
		sig, err := crypto.Sign(accounts.TextHash([]byte(text)), key)
		if err == nil {
			sig[64] += 27
		}
		return sig, err
	}
}

func isOver(d auditor.Draw) bool { return d.State == auditor.DrawOver }

// answeredFor says whether every point that an auditor was drawn for has its answer on chain.
func answeredFor(d auditor.Draw) bool {
	return isOver(d) || len(d.Points) > 0 &&
		!slices.ContainsFunc(d.Points, func(p auditor.DrawPoint) bool { return p.State == "waiting" || p.Mine && !p.Answered })
}

// Two auditors that were drawn for a right receipt say so with their own trace roots, after
// showing an API by their keys that they were; both are paid.
func TestDrawnAuditorsAnswerAndArePaid(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	api := w.api(t)
	a := w.bought(t, nil)
	audit := w.redeem(t, a)
	made := map[int]*auditor.Auditor{}
	for _, who := range []int{auditing, other} {
		made[who] = w.seated(t, who, t.TempDir(), api, noProver{}, nil)
		running(t, made[who])
	}
	for who, x := range made {
		d, err := x.WaitDraw(t.Context(), audit, answeredFor)
		require.NoError(t, err)
		require.NotEmpty(t, d.Points, d.Note)
		for _, p := range d.Points {
			require.True(t, p.Mine)
			require.Equal(t, a.receipt, p.Receipt)
			require.Equal(t, &auditor.Said{Right: true, Root: a.b.Receipt.TraceRoot}, p.Said)
			c, err := w.reader.Point(t.Context(), audit, p.Index)
			require.NoError(t, err)
			said, _ := c.Said(devchain.Address(who))
			require.Equal(t, contracts.AnswerRight, said)
		}
	}
	w.pass(t, 50*time.Hour)
	w.mature(t)
	for who, x := range made {
		d, err := x.WaitDraw(t.Context(), audit, isOver)
		require.NoError(t, err)
		require.Empty(t, d.Trouble)
		require.Len(t, d.Points, 1)
		// 3 % of the stretch, half for each.
		w.paid(t, x, who, protocol.NewAmount(3_750_000))
	}
}

// paid waits until an auditor's pay is in its free balance.
func (w *drawWorld) paid(t *testing.T, x *auditor.Auditor, who int, pay protocol.Amount) {
	audit := contracts.AuditID(contracts.LineID(w.line), 0)
	_, err := x.WaitDraw(t.Context(), audit, func(auditor.Draw) bool {
		free, err := w.reader.Free(t.Context(), devchain.Address(who))
		return err == nil && free == total(t, tokens(800), pay)
	})
	require.NoError(t, err)
}

func total(t *testing.T, list ...protocol.Amount) (sum protocol.Amount) {
	for _, a := range list {
		var err error
		sum, err = sum.Add(a)
		require.NoError(t, err)
	}
	return sum
}

// mature splits the credit of the redeems so far: the auditors' pool gets its share.
func (w *drawWorld) mature(t *testing.T) {
	watch := contracts.NewWatch(w.reader, devchain.Address(owner), w.start)
	credits, err := watch.Credits(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, credits)
	for _, c := range credits {
		w.send(t, owner, w.reader.Addresses().Mature(devchain.Address(owner), c.ModelVersion, c.Relayer, c.Epoch))
	}
}

// An auditor killed anywhere goes on from there: each transaction is sent once, and what it
// said it keeps saying.
func TestKilledAuditorsKeepWhatTheySaid(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	api := w.api(t)
	audit := w.redeem(t, w.bought(t, nil))
	data, before := t.TempDir(), w.nonce(t, auditing)
	kills := killer{}
	begin := func() *auditor.Auditor { return w.seated(t, auditing, data, api, noProver{}, nil) }
	kills.drawn(t, begin, audit, answeredFor)
	w.pass(t, 50*time.Hour)
	w.mature(t)
	kills.drawn(t, begin, audit, func(d auditor.Draw) bool {
		free, err := w.reader.Free(t.Context(), devchain.Address(auditing))
		return isOver(d) && err == nil && free.Cmp(tokens(800)) > 0
	})
	for _, act := range []string{"register", "draw", "attest", "settle", "pay"} {
		require.True(t, kills.at("before "+act) && kills.at("sent "+act), "killed around %s: %v", act, kills.points)
	}
	for _, state := range []auditor.DrawState{auditor.DrawDrawn, auditor.DrawOver} {
		require.True(t, kills.at("before draw "+string(state)) && kills.at("after draw "+string(state)), "killed around %s: %v", state, kills.points)
	}
	require.EqualValues(t, 5, w.nonce(t, auditing)-before, "register, draw, attest, settle, pay")
}

// A drawn receipt that is wrong: who says so and proves it is paid, who signs it off loses a
// fifth of its stake, and its provider is slashed once for each point that met it.
func TestSigningOffAWrongReceiptCosts(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	w.opening(t)
	api := w.api(t)
	q, err := proving()
	require.NoError(t, err)
	liar := w.bought(t, func(a *answer) { a.cheat(step.Block{T: 6, L: 2}, step.Gated, 0, 17) })
	audit := w.redeem(t, liar)
	honest := w.seated(t, auditing, t.TempDir(), api, queued{q}, liar)
	running(t, honest)
	d, err := honest.WaitDraw(t.Context(), audit, answeredFor)
	require.NoError(t, err)
	at := w.reader.Addresses()
	for _, p := range d.Points {
		require.False(t, p.Said.Right)
		require.NotEqual(t, liar.b.Receipt.TraceRoot, p.Said.Root)
		w.send(t, other, at.Attest(audit, p.Index, liar.b.Receipt.TraceRoot, true, common.Hash{}))
	}
	c, err := honest.Wait(t.Context(), liar.receipt, func(c auditor.Case) bool { return c.Verdict != nil })
	require.NoError(t, err)
	require.Equal(t, contracts.FaultWrongStep, c.Verdict.Kind)
	w.pass(t, 13*time.Hour) // attestations are over
	_, err = honest.WaitDraw(t.Context(), audit, isOver)
	require.NoError(t, err)
	owed, err := w.reader.OwedTo(t.Context(), devchain.Address(auditing))
	require.NoError(t, err)
	require.False(t, owed.IsZero(), "who was right is owed its pay")
	require.Equal(t, tokens(160), w.seat(t, other), "who signed it off lost a fifth")
	require.Equal(t, tokens(200), w.seat(t, auditing))
}

// Auditors that were drawn for a model version attest to it once their own file is it; who
// has no file of it attests nothing.
func TestDrawnAuditorsAttestToAVersion(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	with := w.seated(t, auditing, t.TempDir(), w.api(t), noProver{}, nil)
	without := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		c.Models, c.Draw.Every = nil, 20*time.Millisecond
		d.Sender, d.Draws = w.lane(other), w.reader
		d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
	})
	running(t, with)
	running(t, without)
	w.send(t, requester, w.reader.Addresses().RegisterVersion(w.version, common.Hash{}))
	d, err := with.WaitDraw(t.Context(), w.version, isOver)
	require.NoError(t, err)
	require.Equal(t, "attested", d.Note)
	d, err = without.WaitDraw(t.Context(), w.version, isOver)
	require.NoError(t, err)
	require.Contains(t, d.Note, "its file is not here")
	round, err := w.reader.Round(t.Context(), w.version, devchain.Address(auditing))
	require.NoError(t, err)
	require.True(t, round.MineAttests)
	require.EqualValues(t, 1, round.Attested)
	require.EqualValues(t, 2, round.Assigned)
}

// A provider that opens nothing is reported, clock after clock, until it is convicted.
func TestSilenceAboutDrawsIsReported(t *testing.T) {
	t.Parallel()
	w := newDrawWorld(t)
	audit := w.redeem(t, w.bought(t, nil))
	a := w.seated(t, auditing, t.TempDir(), w.api(t), noProver{}, nil)
	running(t, a)
	stake, err := w.reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	_, err = a.WaitDraw(t.Context(), audit, func(d auditor.Draw) bool { return len(d.Points) == 1 })
	require.NoError(t, err)
	for silences := 1; silences <= 3; silences++ {
		w.pass(t, 8*time.Hour) // a clock, and the auditor's turn
		_, err := a.WaitDraw(t.Context(), audit, func(d auditor.Draw) bool { return int(d.Points[0].Silences) >= silences })
		require.NoError(t, err)
	}
	d, err := a.WaitDraw(t.Context(), audit, isOver)
	require.NoError(t, err)
	require.Equal(t, "withheld", d.Points[0].State)
	left, err := w.reader.Stake(t.Context(), devchain.Address(owner))
	require.NoError(t, err)
	require.Negative(t, left.Cmp(stake))
}

// A site that asks for another site's login gets none.
func TestNoLoginForAnotherSite(t *testing.T) {
	t.Parallel()
	signed := atomic.Bool{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/auth/nonce", func(rw http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(rw).Encode(map[string]any{"nonce": "0123456789abcdef", "domain": "bank.example", "uri": "https://bank.example", "chain_id": devchain.ChainID})
	})
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	w := newDrawWorld(t)
	a := w.auditor(t, t.TempDir(), noProver{}, nil, func(c *auditor.Config, d *auditor.Deps) {
		d.Draws = w.reader
		d.Redeems = func(from uint64) auditor.Redeems { return contracts.NewRedeemWatch(w.reader, from) }
		d.SignText = func(string) (protocol.Bytes, error) { signed.Store(true); return nil, nil }
	})
	_, err := a.Token(t.Context(), site.URL)
	require.ErrorIs(t, err, protocol.ErrUnauthorized)
	require.False(t, signed.Load())
}
