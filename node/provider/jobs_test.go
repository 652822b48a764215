package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime"
)

// testJob is a job that a provider of testConfig accepts, after change.
func testJob(id byte, change func(*Job)) Job {
	a := testAsk(id)
	j := Job{ID: common.Hash{id}, Request: a.Request, Prompt: a.Prompt}
	j.Request.Payment, j.Request.Audience = j.ID, protocol.AudienceAnyone
	if change != nil {
		change(&j)
	}
	j.Request.PromptTokens = uint32(len(j.Prompt))
	j.Request.PromptRoot, j.Request.ParamsHash = protocol.TokenRoot(common.Hash{}, protocol.TagPrompt, j.Prompt), j.Params.Hash()
	return j
}

// jobProvider is a provider that takes jobs from work. Its journal is closed at the test's end
// unless Run did.
func jobProvider(t *testing.T, work Jobs, backend Backend, change func(*Config, *Deps)) *Provider {
	t.Helper()
	cfg, deps := testConfig(t.TempDir()), Deps{Key: operatorKey.key, Chain: newTestChain(), Jobs: work}
	cfg.Models[0].Backend = backend
	if change != nil {
		change(&cfg, &deps)
	}
	p, err := New(cfg, deps)
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.book.log.Close() })
	return p
}

// downBackend cannot answer now.
type downBackend struct{ countBackend }

func (downBackend) Check(context.Context) error { return protocol.ErrUnavailable }

// An accepted job that is not delivered burns its maximum fee: what the backend cannot answer
// is left to others, and what it can is answered.
func TestJobsThatTheBackendCannotAnswerAreNotAccepted(t *testing.T) {
	model, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	vocabulary := uint32(model.Header().Vocab)
	jobs := []Job{
		testJob(1, func(j *Job) { j.Prompt = []uint32{1, vocabulary, 2} }),
		testJob(2, func(j *Job) { j.Prompt = []uint32{1, 1 << 30} }),
		testJob(3, nil),
	}
	work := &fakeChainWork{outputs: map[common.Hash][]uint32{}, jobs: jobs}
	p := jobProvider(t, work, NewRuntime(model, model.Tokenizer(), 4), nil)
	require.NoError(t, p.JobsNow(t.Context()))
	require.Len(t, work.accepted, 1)
	require.Equal(t, jobs[2].ID, work.accepted[0].Job)
	require.NotEmpty(t, work.outputs[testDomain.Digest(jobs[2].Request)])

	work = &fakeChainWork{outputs: map[common.Hash][]uint32{}, jobs: jobs[2:]}
	p = jobProvider(t, work, downBackend{}, nil)
	require.NoError(t, p.JobsNow(t.Context()))
	require.Empty(t, work.accepted, "a backend that is down")
}

// What cannot be signed for cannot be delivered.
func TestABrokenJournalAcceptsNoJobs(t *testing.T) {
	board, disk := newJobBoard(testJob(1, nil)), &journaltest.Disk{Root: t.TempDir()}
	p := jobProvider(t, board, countBackend{}, func(c *Config, d *Deps) {
		c.Journal, d.disk = filepath.Join(disk.Root, "journal"), disk
	})
	disk.Fail(errors.New("the disk is broken"))
	_, _, err := p.book.sign(answerRecord{Ask: testAsk(9), Receipt: protocol.Receipt{RequestHash: testAsk(9).Hash}})
	require.Error(t, err)
	require.NoError(t, p.JobsNow(t.Context()))
	require.Empty(t, board.tale)
}

// slowBackend takes a second of its clock for a token.
type slowBackend struct {
	countBackend
	now    *time.Time
	asked  *int
	failed error // what Generate returns, if set
}

func newSlowBackend() slowBackend { return slowBackend{now: &time.Time{}, asked: new(int)} }

func (b slowBackend) clock() time.Time { return *b.now }

func (b slowBackend) Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error) {
	if *b.asked++; b.failed != nil {
		return Answer{}, b.failed
	}
	return b.countBackend.Generate(ctx, w, func(p Piece) error {
		*b.now = b.now.Add(time.Second)
		return emit(p)
	})
}

// A job is accepted if its tokens, at twice the measured time, and the blocks of acceptance and
// delivery fit before its deadline; and the acceptance is worth nothing once they do not.
func TestJobsThatWouldBeLateAreNotAccepted(t *testing.T) {
	const now, tokens, margin = 1_000_000, 3 + 4, 60
	accepted := func(deadline uint64, backend slowBackend) []protocol.Acceptance {
		work := &fakeChainWork{outputs: map[common.Hash][]uint32{}, jobs: []Job{testJob(1, func(j *Job) { j.Request.Deadline = deadline })}}
		p := jobProvider(t, work, backend, func(c *Config, d *Deps) {
			c.Models[0].Capacity = 1
			d.Chain.(*testChain).fixed = now
		})
		p.clock = backend.clock
		require.NoError(t, p.JobsNow(t.Context()))
		require.Len(t, work.outputs, len(work.accepted))
		return work.accepted
	}
	require.Empty(t, accepted(now+1, newSlowBackend()))
	require.Empty(t, accepted(now+2*tokens+margin+margin/2-1, newSlowBackend()))
	one := accepted(now+2*tokens+margin+margin/2, newSlowBackend())
	require.Len(t, one, 1)
	require.EqualValues(t, now+margin/2, one[0].ValidUntil)
	broken := newSlowBackend()
	broken.failed = protocol.ErrUnavailable
	require.Empty(t, accepted(now+3_000, broken), "nobody knows how long it takes")
}

// The pace is tried out once in a while, in the places that are free, and answers make it
// slower only.
func TestThePaceIsMeasured(t *testing.T) {
	backend := newSlowBackend()
	p := jobProvider(t, nil, backend, func(c *Config, _ *Deps) { c.Models[0].Capacity, c.Concurrency = 1, 3 })
	p.clock = backend.clock
	m := p.models[testVersion]
	current := func() time.Duration {
		token, err := p.tokenTime(m)
		require.NoError(t, err)
		return token
	}
	for range 2 {
		require.Equal(t, 3*time.Second, current(), "as if all three places were busy")
		require.Equal(t, 1, *backend.asked, "one trial is enough")
	}
	answer := func(tokens uint32, reader time.Duration) {
		w := Work{testAsk(1)}
		w.Ask.Request.MaxOutputTokens = tokens
		_, err := p.generate(t.Context(), m, w, func(Piece) error {
			*backend.now = backend.now.Add(reader)
			return nil
		})
		require.NoError(t, err)
	}
	answer(paceTokens+1, 5*time.Second)
	require.Equal(t, 3*time.Second, current(), "the backend took one second, its reader five")
	for _, known := range []time.Duration{time.Second, 2 * time.Second} {
		p.paces[m.Version] = pace{backend.clock(), known}
		answer(paceTokens+1, 0)
		require.Equal(t, known, current())
	}
	p.paces[m.Version] = pace{backend.clock(), time.Millisecond}
	answer(paceTokens, 0)
	require.Equal(t, time.Millisecond, current(), "too few tokens")
	answer(paceTokens+1, 0)
	require.Equal(t, time.Second, current())

	*backend.now = backend.now.Add(paceFor)
	r, _, err := p.begin(&session{relayer: relayerKey.address}, testAsk(1))
	require.NoError(t, err)
	_, err = p.tokenTime(m)
	require.ErrorIs(t, err, protocol.ErrUnavailable, "no place to try it in")
	p.end(r)
	require.Equal(t, 3*time.Second, current())
	require.Zero(t, p.busy)
}

// jobBoard is the Market's jobs as they are after every call; its hooks run before, and may fail the call;
// listed runs when they were read.
type jobBoard struct {
	jobs                []Job
	tale                []string // what was done
	list, take, deliver func() error
	listed              func()
}

func (b *jobBoard) Waiting(context.Context) ([]Job, error) {
	if err := b.list(); err != nil {
		return nil, err
	}
	defer b.listed()
	return slices.Clone(b.jobs), nil
}

func (b *jobBoard) Accept(_ context.Context, a protocol.Acceptance, _ protocol.Bytes) error {
	b.tale = append(b.tale, fmt.Sprint("accept ", a.Job[0]))
	if err := b.take(); err != nil {
		return err
	}
	i := slices.IndexFunc(b.jobs, func(j Job) bool { return j.ID == a.Job })
	b.jobs[i].Assigned = a.Provider
	return nil
}

func (b *jobBoard) Deliver(_ context.Context, job common.Hash, _ protocol.Receipt, _ protocol.Bytes, _ []uint32) error {
	i := slices.IndexFunc(b.jobs, func(j Job) bool { return j.ID == job })
	b.tale = append(b.tale, fmt.Sprint("deliver ", b.jobs[i].ID[0]))
	if err := b.deliver(); err != nil {
		return err
	}
	b.jobs = slices.Delete(b.jobs, i, i+1)
	return nil
}

func newJobBoard(jobs ...Job) *jobBoard {
	fine := func() error { return nil }
	return &jobBoard{jobs: jobs, list: fine, take: fine, deliver: fine, listed: func() {}}
}

// once fails with err the first time.
func once(err error) func() error {
	return func() error {
		defer func() { err = nil }()
		return err
	}
}

func assigned(j *Job) { j.Assigned = testOwner }

func onePlace(c *Config, _ *Deps) { c.Models[0].Capacity = 1 }

// Whoever sees an acceptance and asks for everything else at once leaves the job its place.
func TestAnAcceptedJobKeepsItsPlace(t *testing.T) {
	board := newJobBoard(testJob(1, nil))
	p := jobProvider(t, board, countBackend{}, onePlace)
	ask := func() (*run, error) {
		r, _, err := p.begin(&session{relayer: relayerKey.address}, testAsk(9))
		return r, err
	}
	busy := func() error {
		_, err := ask()
		require.Equal(t, wire.RefuseBusy, refused(common.Hash{}, err).Code)
		return nil
	}
	board.take = busy
	board.deliver = func() error { return errors.Join(busy(), protocol.ErrUnavailable) }
	require.NoError(t, p.JobsNow(t.Context()))
	require.NoError(t, busy(), "nor does it lose it between two attempts")
	board.deliver = busy
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"accept 1", "deliver 1", "deliver 1"}, board.tale)
	r, err := ask()
	require.NoError(t, err)
	p.end(r)
	require.Zero(t, p.owing())
}

// What was promised comes before what could be, the most urgent first, and one promise is made
// at a time.
func TestAssignedJobsComeFirst(t *testing.T) {
	board := newJobBoard(testJob(1, nil), testJob(2, assigned), testJob(3, func(j *Job) {
		j.Request.Deadline, j.Assigned = j.Request.Deadline-1, testOwner
	}), testJob(4, func(j *Job) { j.Request.Deadline, j.Assigned = 1, testOwner }))
	p := jobProvider(t, board, countBackend{}, nil)
	board.deliver = once(protocol.ErrUnavailable)
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"deliver 3", "deliver 2"}, board.tale, "no new promise while one is open")
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"deliver 3", "deliver 2", "deliver 3", "accept 1", "deliver 1"}, board.tale)
}

// An acceptance of which nothing is heard may be mined all the same, sent by anybody. What is assigned is served before anything
// else is accepted.
func TestWhatIsAssignedIsSeenBeforeTheNextAcceptance(t *testing.T) {
	board := newJobBoard(testJob(1, nil), testJob(2, nil), testJob(3, nil))
	p := jobProvider(t, copiedBoard{board}, countBackend{}, onePlace)
	for range 4 {
		require.NoError(t, p.JobsNow(t.Context()))
	}
	require.Equal(t, []string{"accept 1", "deliver 1", "accept 2", "deliver 2", "accept 3", "deliver 3"}, board.tale)
	require.Zero(t, p.owing())
}

// copiedBoard is a Market of which the provider hears nothing but its own failed transactions.
type copiedBoard struct{ *jobBoard }

func (b copiedBoard) Accept(ctx context.Context, a protocol.Acceptance, sig protocol.Bytes) error {
	if err := b.jobBoard.Accept(ctx, a, sig); err != nil {
		return err
	}
	return fmt.Errorf("the transaction failed on chain: %w", protocol.ErrUnavailable)
}

// An acceptance that certainly had no effect gives the place back at once; one that may have had
// one keeps it until no block can hold it any more.
func TestALostAcceptanceGivesItsPlaceBack(t *testing.T) {
	chain := newTestChain()
	chain.fixed = testJob(1, nil).Request.Deadline - 1_000
	board := newJobBoard(testJob(1, nil), testJob(2, nil))
	p := jobProvider(t, board, countBackend{}, func(c *Config, d *Deps) {
		onePlace(c, d)
		c.CacheFor, d.Chain = time.Nanosecond, chain
	})
	board.take = once(fmt.Errorf("went to another: %w", protocol.ErrConflict))
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"accept 1", "accept 2", "deliver 2"}, board.tale)

	board.take = once(protocol.ErrUnavailable)
	for range 2 {
		require.NoError(t, p.JobsNow(t.Context()))
		require.Len(t, board.tale, 4, "accepted, as far as anybody knows")
		require.Equal(t, 1, p.owing())
	}
	chain.fixed += acceptanceLife
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"accept 1", "accept 1", "deliver 1"}, board.tale[3:])
}

// While the Market refuses every acceptance, for want of room, say, a round lists the jobs once.
func TestRefusedAcceptancesListNothingAgain(t *testing.T) {
	var jobs []Job
	for i := range byte(5) {
		jobs = append(jobs, testJob(i+1, nil))
	}
	board := newJobBoard(jobs...)
	tried, listed := 0, 0
	board.take = func() error { tried++; return protocol.ErrConflict }
	board.listed = func() { listed++ }
	p := jobProvider(t, board, countBackend{}, nil)
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, 5, tried)
	require.Equal(t, 1, listed)
}

// An acceptance that is mined in its last block, after the jobs were listed, is not over.
func TestAnAcceptanceMinedAfterTheListIsKept(t *testing.T) {
	chain := newTestChain()
	chain.fixed = testJob(1, nil).Request.Deadline - 1_000
	board := newJobBoard(testJob(1, nil))
	p := jobProvider(t, board, countBackend{}, func(c *Config, d *Deps) { c.CacheFor, d.Chain = time.Nanosecond, chain })
	board.take = once(protocol.ErrUnavailable)
	require.NoError(t, p.JobsNow(t.Context()))
	chain.fixed += acceptanceLife - 1
	board.listed = func() {
		chain.fixed++
		board.jobs[0].Assigned, board.listed = testOwner, func() {}
	}
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, 1, p.owing())
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, []string{"accept 1", "deliver 1"}, board.tale)
}

// A drain that begins when a job is accepted, or while its delivery fails, waits for it.
func TestDrainWaitsForAcceptedJobs(t *testing.T) {
	board := newJobBoard(testJob(1, nil), testJob(2, nil))
	p := jobProvider(t, board, countBackend{}, func(c *Config, _ *Deps) { c.JobsEvery = time.Millisecond })
	board.take = func() error { p.Drain(); return nil }
	board.deliver = once(protocol.ErrUnavailable)
	require.NoError(t, p.Run(t.Context()))
	require.Equal(t, []string{"accept 1", "deliver 1", "deliver 1"}, board.tale)
}

// gateBackend works when its gate opens.
type gateBackend struct {
	countBackend
	gate chan struct{}
}

func (b gateBackend) Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error) {
	select {
	case <-b.gate:
		return b.countBackend.Generate(ctx, w, emit)
	case <-ctx.Done():
		return Answer{}, context.Cause(ctx)
	}
}

// A provider that starts with an accepted job takes its place before any relayer can fill it, and
// one that is stopped while it works does not wait for it.
func TestAcceptedJobsSurviveAStop(t *testing.T) {
	board, gate := newJobBoard(testJob(1, assigned)), make(chan struct{})
	dialled := make(chan struct{}, 1)
	relayer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case dialled <- struct{}{}:
		default:
		}
		http.Error(w, "not today", http.StatusServiceUnavailable)
	}))
	t.Cleanup(relayer.Close)
	var dir string
	start := func(relayers ...Relayer) (*Provider, func() error) {
		p := jobProvider(t, board, gateBackend{gate: gate}, func(c *Config, d *Deps) {
			onePlace(c, d)
			if dir == "" {
				dir = c.Journal
			}
			c.Journal, c.JobsEvery, c.Relayers, c.StopGrace = dir, time.Millisecond, relayers, time.Hour
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- p.Run(ctx) }()
		return p, func() error { stop(); return <-ended }
	}
	board.list = once(protocol.ErrUnavailable)
	p, stop := start(Relayer{URL: relayer.URL})
	<-dialled
	require.Equal(t, 1, p.owing())
	settled := p.Settled()
	_, _, err := p.begin(&session{relayer: relayerKey.address}, testAsk(9))
	require.Equal(t, wire.RefuseBusy, refused(common.Hash{}, err).Code)
	require.NoError(t, stop(), "within the hour")
	<-settled
	require.Empty(t, board.tale)

	delivered := make(chan struct{})
	board.deliver = func() error { close(delivered); return nil }
	close(gate)
	_, stop = start()
	<-delivered
	require.NoError(t, stop())
	require.Equal(t, []string{"deliver 1"}, board.tale)
}
