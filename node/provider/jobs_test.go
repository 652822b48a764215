package provider

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
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
