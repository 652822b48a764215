package auditor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/prover/queue"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// The test binary is its own key child, and the auditor that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, keys.Step()))
	}
	if text := os.Getenv(childEnv); text != "" {
		fmt.Fprintln(os.Stderr, child(text))
		os.Exit(1)
	}
	flag.Parse()
	// Most of a test here is waiting for blocks.
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(goruntime.GOMAXPROCS(0)) {
		_ = f.Value.Set("6")
	}
	os.Exit(m.Run())
}

// proverOf is the real prover.
var proverOf = sync.OnceValues(func() (*prover.Prover, error) {
	store := keys.Store{Dir: filepath.Join("..", "..", ".cache", "keys"), Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
	set, err := store.Dev(context.Background(), keys.Step())
	if err != nil {
		return nil, err
	}
	return prover.New(set, devchain.ChainID)
})

// proving is the real prover behind its queue.
var proving = sync.OnceValues(func() (*queue.Queue, error) {
	q, err := queue.New(queue.Config{Load: func(context.Context) (queue.Prover, error) { return proverOf() }})
	if err == nil {
		go func() { _ = q.Run(context.Background()) }()
	}
	return q, err
})

// queued hands the auditor's tasks to the queue.
type queued struct{ *queue.Queue }

func (q queued) Prove(ctx context.Context, t auditor.Task) (auditor.Proof, error) {
	r, err := q.Queue.Prove(ctx, queue.Job{Right: t.Right, Deadline: t.Deadline,
		Step: &circuit.StepInput{Statement: t.Statement, A: t.A, B: t.B, O: t.O, Submitter: t.Submitter, Point: t.Point, Value: t.Value}})
	return auditor.Proof{Proof: r.Proof[:], Inputs: r.Inputs[:], Millis: r.Took.Milliseconds(), PeakBytes: int64(r.Peak)}, err
}

// Accounts of the test network.
const (
	admin = iota
	owner
	operator
	auditing
	requester
)

// world is a development chain with the real contracts, a published model and a provider
// with stake.
type world struct {
	dev     *devchain.Chain
	record  string // of the deployment
	client  *chain.Client
	reader  *contracts.Reader
	start   uint64
	model   *runtime.Model
	version common.Hash
	lanes   map[int]*txmgr.Manager
	outbox  txmgr.Outbox
	seq     uint64
	ctx     context.Context
	decoder *chain.Decoder
}

func tokens(n uint64) protocol.Amount { return protocol.NewAmount(n * 1_000_000) }

// second is how long a second of the chain takes here.
const second = 100 * time.Millisecond

// newWorld has windows of hours; clock is that of questions, in seconds of the chain.
func newWorld(t *testing.T, m *runtime.Model, clock uint64) *world {
	t.Helper()
	return newWorldOf(t, m, devchain.Config{FinalityDepth: 1}, func(p *deploy.Parameters) {
		p.Questions.Clock, p.Questions.AnswerTime = clock, min(p.Questions.AnswerTime, clock/2)
	})
}

// newWorldOf changes the parameters of a live deployment.
func newWorldOf(t *testing.T, m *runtime.Model, cfg devchain.Config, change func(*deploy.Parameters)) *world {
	t.Helper()
	cfg.Second = second
	c, err := devchain.Open(cfg)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	w := &world{dev: c, model: m, lanes: map[int]*txmgr.Manager{}, outbox: txmgr.NewMemory(), ctx: ctx, decoder: chain.NewDecoder(chain.ABIs())}
	w.client, err = chain.Dial(ctx, chain.Config{URL: c.WS(), ChainID: devchain.ChainID, Decoder: w.decoder})
	require.NoError(t, err)
	t.Cleanup(func() {
		stop()
		w.client.Close()
		require.NoError(t, <-ended)
	})
	p := deploy.Live(common.Address{}, devchain.Address(admin), devchain.Address(admin))
	change(&p)
	plan, err := deploy.Network(p)
	require.NoError(t, err)
	w.record = filepath.Join(t.TempDir(), "record.json")
	d, err := deploy.Run(t.Context(), w.client, chain.KeySigner{Key: devchain.Key(admin)}, plan, w.record)
	require.NoError(t, err)
	w.reader, w.start = contracts.NewReader(w.client, d.Addresses()), d.StartBlock
	w.join(t)
	return w
}

// join publishes the model and stakes for the provider.
func (w *world) join(t *testing.T) {
	t.Helper()
	weights, err := trace.NewWeights(w.model, nil, nil)
	require.NoError(t, err)
	path, err := protocol.MerklePath(weights.Leaves(), 0)
	require.NoError(t, err)
	header := w.model.Header().Encode()
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: weights.Root(),
		TokenizerHash: common.Hash{1}, Creator: devchain.Address(admin), Name: "odd"}
	w.version = contracts.VersionID(manifest)
	at, stake := w.reader.Addresses(), tokens(100_000)
	consent, err := w.reader.Domain().Sign(devchain.Key(operator), protocol.OperatorConsent{Operator: devchain.Address(operator), Provider: devchain.Address(owner)})
	require.NoError(t, err)
	w.send(t, admin, at.Publish(manifest, header[:], path))
	w.send(t, owner, at.Mint(devchain.Address(owner), stake, common.Hash{}), at.Approve(at.Vault, stake, common.Hash{}),
		at.Deposit(devchain.Address(owner), stake, common.Hash{}), at.Stake(stake, common.Hash{}), at.AddOperator(devchain.Address(operator), consent))
}

// fund gives an account a free balance for bonds.
func (w *world) fund(t *testing.T, n int) {
	at, amount := w.reader.Addresses(), tokens(1000)
	w.send(t, n, at.Mint(devchain.Address(n), amount, common.Hash{}), at.Approve(at.Vault, amount, common.Hash{}), at.Deposit(devchain.Address(n), amount, common.Hash{}))
}

func (w *world) lane(n int) *txmgr.Manager {
	if w.lanes[n] == nil {
		w.laneBy(n, w.client)
	}
	return w.lanes[n]
}

// laneBy begins an account's lane on a node.
func (w *world) laneBy(n int, node txmgr.Node) {
	m := txmgr.New(txmgr.Config{ChainID: devchain.ChainID, Outbox: w.outbox, Node: node, Signer: chain.KeySigner{Key: devchain.Key(n)},
		Decode: w.decoder.Decode, Logger: slog.New(slog.DiscardHandler)})
	w.lanes[n] = m
	go func() { _ = m.Run(w.ctx) }()
}

func (w *world) send(t *testing.T, n int, calls ...protocol.Call) {
	t.Helper()
	var ids []common.Hash
	for _, call := range calls {
		id, err := w.lane(n).Submit(t.Context(), call)
		require.NoError(t, err, call.Purpose)
		ids = append(ids, id)
	}
	for i, id := range ids {
		_, err := w.lane(n).Wait(t.Context(), id)
		require.NoError(t, err, calls[i].Purpose)
	}
}

// answer is one signed answer, and what its provider shows of it.
type answer struct {
	t       testing.TB
	w       *world
	b       bundle.Bundle
	p       protocol.Params
	receipt common.Hash
	opener  *trace.Opener
	leaves  []common.Hash
	salted  common.Hash   // the secret of the trace's salt; zero: the request's
	chunks  []common.Hash // under every boundary that is asked for
	lies    map[step.Block]*lie
	// serve changes what is served; nil serves it as it is.
	serve func(q wire.Evidence, x *wire.Exhibit)
	asked int
	mu    sync.Mutex
}

// lie is a block with chunks replaced.
type lie struct {
	b       *trace.Block
	roots   []common.Hash
	digests map[step.VectorID][]common.Hash
	words   map[[2]int][]byte
}

func params(temperature uint32) protocol.Params {
	return protocol.Params{TemperatureMilli: temperature, Seed: [32]byte{5}}
}

// answered makes an honest answer of the model, whose last tokens forge may replace.
func (w *world) answered(t testing.TB, p protocol.Params, prompt []uint32, n int, forge func(output []uint32)) *answer {
	t.Helper()
	seq := w.tokens(t, p, prompt, n)
	for slices.Contains(seq[len(prompt):], 2) { // it would have ended there
		require.NotZero(t, p.TemperatureMilli)
		p.Seed[1]++
		seq = w.tokens(t, p, prompt, n)
	}
	output := seq[len(prompt):]
	if forge != nil {
		forge(output)
	}
	a := &answer{t: t, w: w, p: p, lies: map[step.Block]*lie{}}
	head, err := w.client.Head(t.Context(), chain.Latest)
	require.NoError(t, err)
	secret := crypto.Keccak256Hash([]byte(t.Name()), []byte{byte(w.seq)})
	a.b = bundle.Bundle{Schema: bundle.Schema, Domain: w.reader.Domain(), Params: p.Encode(), Secret: secret, Prompt: prompt, Output: output,
		Model: bundle.Model{Class: protocol.ClassProven, Positions: uint32(w.model.Header().Positions), StopIDs: w.model.Header().StopIDs},
		Request: protocol.Request{Payment: common.Hash{9}, ModelVersion: w.version, Requester: devchain.Address(requester),
			PromptRoot: protocol.TokenRoot(secret, protocol.TagPrompt, prompt), PromptTokens: uint32(len(prompt)), MaxOutputTokens: uint32(n),
			ParamsHash: p.Hash(), PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(2_000_000), MaxFee: tokens(1),
			Deadline: head.Time + 600, Audience: protocol.AudienceAnyone}}
	report, err := trace.Replay(t.Context(), w.model, prompt, output, p)
	require.NoError(t, err)
	a.leaves = append([]common.Hash(nil), report.Leaves...)
	a.opener, err = trace.NewOpener(w.model, append(append([]uint32(nil), prompt...), output...))
	require.NoError(t, err)
	a.sign()
	return a
}

// tokens runs the model.
func (w *world) tokens(t testing.TB, p protocol.Params, prompt []uint32, n int) []uint32 {
	seq := append([]uint32(nil), prompt...)
	for range n {
		s := w.model.NewSession()
		require.NoError(t, s.Feed(seq, len(seq)-1, func(at int, logits []int32) error {
			seq = append(seq, runtime.Pick(logits, p, uint64(at)+1))
			return nil
		}))
	}
	return seq
}

// sign signs request and receipt over what the answer is now.
func (a *answer) sign() {
	a.w.seq++
	var err error
	a.b.RequestSignature, err = a.w.reader.Domain().Sign(devchain.Key(requester), a.b.Request)
	require.NoError(a.t, err)
	fee, err := a.b.Request.FeeFor(uint32(len(a.b.Output)))
	require.NoError(a.t, err)
	a.signReceipt(protocol.Receipt{RequestHash: a.b.Domain.Digest(a.b.Request), Provider: devchain.Address(owner), Seq: a.w.seq,
		OutputRoot: protocol.TokenRoot(a.b.Secret, protocol.TagOutput, a.b.Output), OutputTokens: uint32(len(a.b.Output)), Finish: protocol.FinishLength,
		TraceRoot: protocol.TraceRoot(a.salting(), protocol.MerkleRoot(a.leaves)), Fee: fee, CompletedAt: a.b.Request.Deadline - 600})
}

// salting is the secret of the trace's salt.
func (a *answer) salting() common.Hash {
	if a.salted != (common.Hash{}) {
		return a.salted
	}
	return a.b.Secret
}

func (a *answer) signReceipt(r protocol.Receipt) {
	var err error
	a.b.Receipt = r
	a.b.Signature, err = a.b.Domain.Sign(devchain.Key(operator), r)
	require.NoError(a.t, err)
	a.receipt = a.b.Domain.Digest(r)
}

func (a *answer) block(at step.Block) *lie {
	if l := a.lies[at]; l != nil {
		return l
	}
	b, err := a.opener.Open(context.Background(), at)
	require.NoError(a.t, err)
	a.lies[at] = &lie{b, append([]common.Hash(nil), b.Roots()...), map[step.VectorID][]common.Hash{}, map[[2]int][]byte{}}
	return a.lies[at]
}

// digest replaces a digest of a block.
func (l *lie) digest(id step.VectorID, c int, d common.Hash) {
	if l.digests[id] == nil {
		l.digests[id] = append([]common.Hash(nil), l.b.Digests(id)...)
	}
	l.digests[id][c] = d
	l.roots[id] = protocol.MerkleRoot(l.digests[id])
}

// change replaces a chunk of a block by one with a number changed, and returns its words.
func (a *answer) change(at step.Block, id step.VectorID, c, place int) []byte {
	l := a.block(at)
	vec := l.b.Layout[id]
	if vec.Digests() { // of other blocks' chunks: it has no words
		d := l.b.Digests(id)[c]
		d[31] ^= 1
		l.digest(id, c, d)
		return nil
	}
	own, err := l.b.Chunk(id, c)
	require.NoError(a.t, err)
	words := append([]byte(nil), own...)
	limbs := vec.Kind.Limbs()
	size := map[chunk.Kind]int{chunk.Int16: 2, chunk.Int32: 4, chunk.Wide80: 10}[vec.Kind]
	words[place/limbs*32+32-place%limbs*size-1] ^= 1
	d, err := commit.NewDigester().DigestAny(vec.Kind, vec.Length(c), words)
	require.NoError(a.t, err)
	l.words[[2]int{int(id), c}] = words
	l.digest(id, c, d)
	return words
}

// cheat changes a number inside a block and, so that the receipt tells, the boundary behind
// it, then signs.
func (a *answer) cheat(at step.Block, id step.VectorID, c, place int) {
	a.change(at, id, c, place)
	layers := a.w.model.Header().Layers
	if at.L <= layers {
		out := step.Out
		if at.L == 0 {
			out = step.EmbedOut
		}
		words := a.block(at).words[[2]int{int(out), 0}]
		if words == nil {
			words = a.change(at, out, 0, 0)
		}
		a.leaves[at.T*(layers+1)+at.L] = chunk.Leaf(words)
	}
	a.sign()
}

// ServeHTTP is the relayer and the provider behind it.
func (a *answer) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked++
	var q wire.Evidence
	if r.URL.Path != wire.PathEvidence || json.NewDecoder(r.Body).Decode(&q) != nil || r.Header.Get(wire.HeaderSecret) != a.b.Secret.Hex() || q.Receipt != a.receipt {
		http.Error(rw, "no", http.StatusNotFound)
		return
	}
	x := a.exhibit(q)
	if a.serve != nil {
		a.serve(q, &x)
	}
	_ = json.NewEncoder(rw).Encode(x)
}

func (a *answer) exhibit(q wire.Evidence) (x wire.Exhibit) {
	some := func(list []common.Hash) {
		x.Total, x.Hashes = uint32(len(list)), list[q.From:min(len(list), int(q.From)+wire.MaxHashes)]
	}
	if q.Want == wire.WantBoundaries {
		some(a.leaves)
		x.Salt = protocol.LeafSalt(a.salting(), protocol.TagTrace, 0)
		return x
	}
	l := a.block(step.Block{T: int(q.T), L: int(q.L)})
	id := step.VectorID(q.Vector)
	switch q.Want {
	case wire.WantOpening:
		x.Total, x.Hashes = uint32(len(l.roots)), l.roots
		x.Opening = &protocol.Opening{ReceiptHash: a.receipt, T: q.T, L: q.L, BlockRoot: protocol.MerkleRoot(l.roots)}
		x.Signature, _ = a.b.Domain.Sign(devchain.Key(operator), *x.Opening)
	case wire.WantLeaves:
		some(a.chunks)
	case wire.WantDigests:
		if l.digests[id] != nil {
			some(l.digests[id])
		} else {
			some(l.b.Digests(id))
		}
	case wire.WantChunk:
		if x.Words = l.words[[2]int{int(q.Vector), int(q.Chunk)}]; x.Words == nil {
			x.Words, _ = l.b.Chunk(id, int(q.Chunk))
		}
	}
	return x
}

// auditor makes an auditor that asks the answer's provider.
func (w *world) auditor(t testing.TB, data string, prover auditor.Prover, a *answer, more func(*auditor.Config, *auditor.Deps)) *auditor.Auditor {
	t.Helper()
	cfg := auditor.Config{Data: data, Models: []auditor.Model{{Version: w.version, File: w.model}}, StartBlock: w.start, RetryEvery: 1}
	if a != nil {
		relay := httptest.NewServer(a)
		t.Cleanup(relay.Close)
		cfg.Relayers = []string{relay.URL}
	}
	deps := auditor.Deps{Chain: w.reader, Sender: w.lane(auditing), Prover: prover, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	if more != nil {
		more(&cfg, &deps)
	}
	made, err := auditor.New(cfg, deps)
	require.NoError(t, err)
	return made
}

// running runs an auditor until stop or the end of the test.
func running(t testing.TB, a *auditor.Auditor) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			require.NoError(t, <-ended)
		})
	}
	t.Cleanup(stop)
	return stop
}

// decided says whether an answer was found right, or its provider convicted.
func decided(c auditor.Case) bool { return c.State.Over() || c.State == auditor.Unpaid }

// feed is an API with an audit feed of some bundles.
func feed(t testing.TB, list ...*answer) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/audits/feed", func(rw http.ResponseWriter, r *http.Request) {
		seen := r.Header.Get("Last-Event-ID")
		var out bytes.Buffer
		out.WriteString(": answers to audit\n\n")
		past := seen == ""
		for i, a := range list {
			id := fmt.Sprintf("%d-%s", 100+i, a.b.Receipt.RequestHash)
			if past {
				fmt.Fprintf(&out, "id: %s\ndata: {\"id\":%q,\"receipt_hash\":%q,\"ended_at\":%d}\n\n", id, id, a.receipt, 100+i)
			}
			past = past || id == seen
		}
		rw.Header().Set("Content-Type", "text/event-stream")
		_, _ = rw.Write(out.Bytes())
		rw.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("GET /v1/audits/{receipt}", func(rw http.ResponseWriter, r *http.Request) {
		for _, a := range list {
			if a.receipt.Hex() == r.PathValue("receipt") {
				_ = json.NewEncoder(rw).Encode(a.b)
				return
			}
		}
		http.Error(rw, "no", http.StatusNotFound)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

func (w *world) nonce(t testing.TB, n int) uint64 {
	obs, err := w.client.Observe(t.Context(), devchain.Address(n))
	require.NoError(t, err)
	return obs.Nonce
}

func odd(t testing.TB) *runtime.Model { return raw.Model(t, raw.Odd(), 7, 1<<14) }
