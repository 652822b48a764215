package disputes

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

const (
	chainID = 31337
	genesis = 1_800_000_000
	// answerFor is how long after its request an answer may come.
	answerFor = 600
)

// full says that suites run in the sizes of `make test-disputes`.
func full() bool { return os.Getenv("DGRID_DISPUTES") == "full" }

// size is a suite's number of cases.
func size(small, large int) int {
	if full() {
		return large
	}
	return small
}

// seeds are three fresh ones, or the one that DGRID_DISPUTES_SEED names.
func seeds(t testing.TB) []uint64 {
	if s := os.Getenv("DGRID_DISPUTES_SEED"); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
		return []uint64{seed}
	}
	return []uint64{rand.Uint64(), rand.Uint64(), rand.Uint64()}
}

// eachSeed tells a story once for each seed.
func eachSeed(t *testing.T, story func(t *testing.T, seed uint64)) {
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { story(t, seed) })
	}
}

// row prints a suite's line of the report when the test ends.
func row(t testing.TB, promise string, cases *int) {
	start := time.Now()
	t.Cleanup(func() {
		violations := 0
		if t.Failed() {
			violations = 1 // the first one ends the suite
		}
		report(t, "| %s | %d cases | %d violations | %.1f s |\n", promise, *cases, violations, time.Since(start).Seconds())
	})
}

// report prints a line of the report, into the file that DGRID_DISPUTES_REPORT names too.
func report(t testing.TB, format string, args ...any) {
	fmt.Printf(format, args...)
	if path := os.Getenv("DGRID_DISPUTES_REPORT"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		require.NoError(t, err)
		_, err = fmt.Fprintf(f, format, args...)
		require.NoError(t, errors.Join(err, f.Close()))
	}
}

// person is an account with its key.
type person struct {
	key *ecdsa.PrivateKey
	common.Address
}

func named(name string) person {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("dispute suites: " + name)))
	if err != nil {
		panic(err)
	}
	return person{key, crypto.PubkeyToAddress(key.PublicKey)}
}

// Everybody. The delegate signs requests and vouchers for the requester; the accomplice
// cheats, the mallory attacks.
var (
	admin, owner, operator, spare         = named("admin"), named("owner"), named("operator"), named("spare")
	accomplice, accompliceKey             = named("accomplice"), named("accomplice's operator")
	auditing, requester, delegate, relays = named("auditor"), named("requester"), named("delegate"), named("relayer")
	mallory                               = named("mallory")
)

func tokens(n uint64) protocol.Amount { return protocol.NewAmount(n * 1_000_000) }

// world is a chain with the whole set of contracts, published models, an honest provider
// and an accomplice with the same stake, and a requester with a channel.
type world struct {
	*ledgerEVM
	t       testing.TB
	at      contracts.Addresses
	domain  protocol.Domain
	channel common.Hash
	models  []*served
	oracle  *ideal
	seq     uint64
}

// served is a model with its published version.
type served struct {
	*runtime.Model
	arch    step.Arch
	header  []byte
	version common.Hash
	weights *trace.Weights
}

var (
	stake   = tokens(100_000)
	parties = []person{owner, accomplice, requester, auditing, mallory, relays, delegate}
)

// newWorld deploys everything. In reference worlds the ideal verifier stands in for the
// contract's.
func newWorld(t testing.TB, reference bool, models ...*runtime.Model) *world {
	t.Helper()
	return newWorldBy(t, admin, reference, models...)
}

// newWorldBy is newWorld with contracts of a certain deployer, and so at other addresses.
func newWorldBy(t testing.TB, deployer person, reference bool, models ...*runtime.Model) *world {
	t.Helper()
	evm, err := newEVM(chainID, genesis)
	require.NoError(t, err)
	plan, err := deploy.Network(deploy.Live(common.Address{}, admin.Address, admin.Address))
	require.NoError(t, err)
	d, err := evm.deployment(deployer.Address, plan)
	require.NoError(t, err)
	w := &world{ledgerEVM: evm, t: t, at: d.Addresses(), oracle: newIdeal()}
	w.domain = protocol.Domain{ChainID: chainID, Market: w.at.Market}
	w.verifier = d.Address(deploy.Verifier)
	if reference {
		w.ideal = w.oracle
	}
	for _, p := range parties {
		w.must(p, w.at.Mint(p.Address, tokens(300_000), common.Hash{}), w.at.Approve(w.at.Vault, tokens(300_000), common.Hash{}),
			w.at.Deposit(p.Address, tokens(300_000), common.Hash{}))
	}
	w.join(owner, operator, spare)
	w.join(accomplice, accompliceKey)
	got := w.must(requester, w.at.OpenChannel(delegate.Address, tokens(50_000), genesis+365*24*3600, common.Hash{}))
	w.channel = common.Hash(got.answer)
	for i, m := range models {
		w.publish(m, fmt.Sprintf("model %d", i))
	}
	return w
}

// join makes somebody a provider.
func (w *world) join(who person, operators ...person) {
	w.must(who, w.at.Stake(stake, common.Hash{}))
	for _, o := range operators {
		consent, err := w.domain.Sign(o.key, protocol.OperatorConsent{Operator: o.Address, Provider: who.Address})
		require.NoError(w.t, err)
		w.must(who, w.at.AddOperator(o.Address, consent))
	}
}

func (w *world) publish(m *runtime.Model, name string) *served {
	w.t.Helper()
	weights, err := trace.NewWeights(m, nil, nil)
	require.NoError(w.t, err)
	arch, err := trace.ArchOf(m)
	require.NoError(w.t, err)
	path, err := protocol.MerklePath(weights.Leaves(), 0)
	require.NoError(w.t, err)
	header := m.Header().Encode()
	manifest := protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, SpecVersion: commit.SpecVersion, WeightsRoot: weights.Root(),
		TokenizerHash: common.Hash{1}, Creator: admin.Address, Name: name}
	w.must(admin, w.at.Publish(manifest, header[:], path))
	s := &served{m, arch, header[:], contracts.VersionID(manifest), weights}
	w.models = append(w.models, s)
	return s
}

// branch is the world in a life of its own.
func (w *world) branch() *world {
	c := *w
	c.ledgerEVM = w.fork()
	return &c
}

// must sends transactions that are to succeed, and returns the last one's outcome.
func (w *world) must(from person, calls ...protocol.Call) (o outcome) {
	w.t.Helper()
	var err error
	for _, c := range calls {
		o, err = w.send(from.Address, c)
		require.NoError(w.t, err, c.Purpose)
	}
	return o
}

// after lets time pass.
func (w *world) after(seconds uint64) *world {
	w.time += seconds
	return w
}

// read calls a view.
func read[T any](w *world, to common.Address, data []byte, unpack func([]byte) (T, error)) T {
	w.t.Helper()
	raw, err := w.view(to, data)
	require.NoError(w.t, err)
	v, err := unpack(raw)
	require.NoError(w.t, err)
	return v
}

var (
	staking   = bindings.NewStaking()
	vault     = bindings.NewVault()
	market    = bindings.NewMarket()
	ledger    = bindings.NewDisputeLedger()
	questions = bindings.NewQuestions()
	claims    = bindings.NewClaims()
	game      = bindings.NewDisputeGame()
)

func (w *world) stakeOf(who person) protocol.Amount {
	return protocol.MustAmount(read(w, w.at.Staking, staking.PackStakeOf(who.Address), staking.UnpackStakeOf))
}

func (w *world) balanceOf(who person) protocol.Amount {
	return protocol.MustAmount(read(w, w.at.Vault, vault.PackFree(who.Address), vault.UnpackFree))
}

func (w *world) faultOf(receipt common.Hash) contracts.FaultKind {
	return contracts.FaultKind(read(w, w.at.Ledger, ledger.PackFaultOf(receipt), ledger.UnpackFaultOf))
}

func (w *world) call(to common.Address, purpose string, data []byte) protocol.Call {
	return protocol.Call{To: &to, Data: data, Purpose: purpose}
}

// shared is a world made once for a set of models; tests take branches.
func shared(make func(t testing.TB) *world) func(t testing.TB) *world {
	var once sync.Once
	var base *world
	return func(t testing.TB) *world {
		t.Helper()
		once.Do(func() { base = make(t) })
		require.NotNil(t, base, "the world was not made")
		w := base.branch()
		w.t = t
		return w
	}
}
