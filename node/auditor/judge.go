package auditor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// judge is one case at work: what is on disk, and what can be computed from it again.
type judge struct {
	a      *Auditor
	c      *Case
	b      bundle.Bundle
	params protocol.Params
	m      *model
	peer   *peer
	salts  *Salts // nil: the request's secret is known

	memory
	kept    []*Opening
	seen    map[contracts.Node][]byte // answers on chain, in this look
	pending *question                 // that was not answered in the last look

	evident *shown      // what shows the fault
	ready   time.Time   // since when the transaction only waits for a payment
	looked  time.Time   // when APIs were asked for a hidden answer last
	met     common.Hash // the draw whose opening was read
}

// claimed is a block as it is and as the provider signed it.
type claimed struct {
	own    *trace.Block
	theirs *trace.Opening
	source *source
}

func (a *Auditor) judge(c *Case) (*judge, error) {
	b, err := a.cases.Bundle(c.Receipt)
	if err != nil {
		return nil, err
	}
	// An API may show what no leaf tells apart.
	b.Prompt, b.Output = slots(b.Prompt, int(b.Request.PromptTokens)), used(b.Output, int(b.Receipt.OutputTokens))
	params, _ := protocol.DecodeParams(b.Params) // of a hidden answer they may never be shown; others are a fault: see requestClaim
	j := &judge{a: a, c: c, b: b, params: params, m: a.models[b.Request.ModelVersion], seen: map[contracts.Node][]byte{}}
	if j.salts, err = a.cases.Salts(c.Receipt); err != nil {
		return nil, err
	}
	j.peer = &peer{http: a.deps.HTTP, relayers: a.cfg.Relayers, timeout: a.cfg.EvidenceTimeout, receipt: c.Receipt, provider: b.Receipt.Provider, secret: b.Secret,
		served: map[wire.Evidence]wire.Exhibit{}}
	j.kept, err = a.cases.Openings(c.Receipt)
	return j, err
}

// replay runs the answer through the model, unless what it said is in memory.
func (j *judge) replay(ctx context.Context) (*trace.Report, error) {
	if j.report != nil {
		return j.report, nil
	}
	start := time.Now()
	r, err := trace.Replay(ctx, j.m.file, j.b.Prompt, j.b.Output, j.params)
	if err != nil {
		return nil, err
	}
	j.report = &r
	j.c.Replay = &Replay{Positions: r.Positions, Root: r.Root, WrongToken: r.WrongToken, Millis: time.Since(start).Milliseconds()}
	j.a.metrics.replayed(time.Since(start))
	return j.report, nil
}

// agrees says whether the receipt commits to the trace of the replay under the salt that
// the request's secret makes, or that was shown on chain. What does not may still hold the same trace under another.
func (j *judge) agrees(r *trace.Report) bool {
	return protocol.SaltedTraceRoot(j.traceSalt(), r.Root) == j.b.Receipt.TraceRoot
}

func (j *judge) traceSalt() common.Hash { return j.salts.of(j.b.Secret, protocol.TagTrace, 0) }

// boundaries gets the provider's boundary tree: the replay's own if the roots agree, else
// what the provider serves, or as much of it as it shows on chain.
func (j *judge) boundaries(ctx context.Context) (*tree, error) {
	if known, err := j.known(); known != nil || err != nil {
		return known, err
	}
	r, err := j.replay(ctx)
	if err != nil {
		return nil, err
	}
	if j.agrees(r) {
		j.tree = newSalted(r.Leaves, nil, j.traceSalt())
		return j.tree, nil
	}
	var t *tree
	if j.c.State == Asking {
		t, err = j.walk(r.Leaves)
	} else {
		t, err = j.peer.boundaries(j.b.Receipt.TraceRoot, len(r.Leaves))
	}
	if err != nil {
		return nil, err
	}
	if err := j.a.cases.putBoundaries(j.c.Receipt, t); err != nil {
		return nil, err
	}
	j.tree = t
	return t, nil
}

// known is the provider's boundary tree, if it is on disk.
func (j *judge) known() (*tree, error) {
	if j.tree != nil {
		return j.tree, nil
	}
	b, err := j.a.cases.Boundaries(j.c.Receipt)
	if err == nil && b.Leaves != nil {
		j.tree = newSalted(b.Leaves, b.Nodes, b.Salt)
	}
	return j.tree, err
}

// block returns a block as it is and as the provider claims it.
func (j *judge) block(ctx context.Context, at step.Block) (*claimed, error) {
	if s := j.shown[at]; s != nil {
		return s, nil
	}
	if j.opener == nil && j.report != nil {
		j.opener = j.report.Opener()
	}
	if j.opener == nil {
		o, err := trace.NewOpener(j.m.file, append(append([]uint32(nil), j.b.Prompt...), j.b.Output...))
		if err != nil {
			return nil, err
		}
		j.opener = o
	}
	own, err := j.opener.Open(ctx, at)
	if err != nil {
		return nil, err
	}
	kept, err := j.signed(at)
	if err != nil {
		return nil, err
	}
	s := &claimed{own: own, source: &source{peer: j.peer, kept: kept, at: at, layout: own.Layout}}
	if j.c.State == Asking {
		s.source.chain = &chainSource{j, s, kept, map[step.VectorID]*tree{}}
	}
	if s.theirs, err = trace.NewOpening(j.m.arch, at, kept.Opening.BlockRoot, s.source); err != nil {
		return nil, err
	}
	put(&j.shown, at, s)
	return s, nil
}

// signed returns the provider's opening of a block: the one on disk, or one that is asked for
// and that is on disk when this returns.
func (j *judge) signed(at step.Block) (*Opening, error) {
	for _, o := range j.kept {
		if int(o.Opening.T) == at.T && int(o.Opening.L) == at.L {
			return o, nil
		}
	}
	switch {
	case j.c.State == Asking:
		o, err := j.askOpening(at)
		if err != nil {
			return nil, err
		}
		return o, j.keep(at, o)
	case j.peer == nil:
		return nil, notKept(wire.Evidence{Want: wire.WantOpening, T: uint32(at.T), L: uint32(at.L)})
	}
	return nil, &missing{fmt.Sprintf("the opening of block (%d, %d)", at.T, at.L), func(ctx context.Context) error {
		o, err := j.peer.opening(ctx, at, func(o protocol.Opening, sig protocol.Bytes) error {
			return j.a.signedBy(ctx, o, sig, j.c.Provider)
		})
		if err != nil {
			return err
		}
		return j.keep(at, o)
	}}
}

// keep writes a signed opening down.
func (j *judge) keep(at step.Block, o *Opening) error {
	// What is under another root than the one signed is not served. The signature binds all the same.
	if layout, err := j.m.arch.Layout(at); err != nil || len(o.Roots) < len(layout) || len(o.Roots) > 1<<protocol.MerkleDepth(len(layout)) ||
		protocol.MerkleRoot(o.Roots) != o.Opening.BlockRoot {
		o.Roots = nil
	}
	j.kept = append(j.kept, o)
	return j.a.cases.write(j.c.Receipt, fileOpenings, j.kept)
}

// commit writes down what was served and checked.
func (j *judge) commit() error {
	for _, s := range j.shown {
		s.source.commit()
	}
	return j.a.cases.write(j.c.Receipt, fileOpenings, j.kept)
}

// signedBy checks that an operator of the provider signed.
func (a *Auditor) signedBy(ctx context.Context, v protocol.Typed, sig protocol.Bytes, provider common.Address) error {
	operator, err := a.deps.Chain.Domain().Recover(v, sig)
	if err != nil {
		return notServed("the signature served is none")
	}
	owner, err := a.deps.Chain.ProviderOf(ctx, operator)
	switch {
	case errors.Is(err, protocol.ErrNotFound) || err == nil && owner != provider:
		return notServed("%s, which signed, is no operator of %s", operator, provider)
	case err != nil:
		return chainTrouble{fmt.Errorf("check a signature: %w", err)}
	}
	return nil
}

// first returns the first block in which the answer differs.
func (j *judge) first(ctx context.Context) (step.Block, error) {
	r, err := j.replay(ctx)
	if err != nil {
		return step.Block{}, err
	}
	t, err := j.boundaries(ctx)
	if err != nil {
		return step.Block{}, err
	}
	first, ok := r.FirstDifference(t.leaves)
	if !ok {
		return first, fmt.Errorf("a wrong receipt without a difference: %w", protocol.ErrInternal)
	}
	return first, nil
}

// end is what the provider committed to about the boundary behind a block.
func (j *judge) end(ctx context.Context, s *claimed) (trace.End, error) {
	at := s.own.Block
	if at.L > j.m.arch.Layers {
		return trace.End{}, nil
	}
	t, err := j.boundaries(ctx)
	if err != nil {
		return trace.End{}, err
	}
	return trace.End{Leaf: t.node(0, at.T*(j.m.arch.Layers+1)+at.L), Chunks: s.source.kept.Leaves}, nil
}

// find returns the first fault in the provider's claims, starting at a block whose inputs
// are agreed, with all that shows it. The case's First moves when what the block reads of
// an earlier one is wrong there.
func (j *judge) find(ctx context.Context) (*shown, error) {
	if j.c.First == nil {
		return nil, fmt.Errorf("the case names no block: %w", protocol.ErrInvalid)
	}
	for {
		s, err := j.block(ctx, *j.c.First)
		if err != nil {
			return nil, served(err)
		}
		f, pick, err := j.fault(ctx, s)
		if err != nil {
			return nil, served(err)
		}
		out, blame, err := j.show(ctx, s, f, pick)
		if err != nil {
			return nil, served(err)
		}
		if blame == nil {
			return out, j.commit()
		}
		if !blame.Before(*j.c.First) {
			return nil, fmt.Errorf("block %v is blamed for block %v: %w", *blame, *j.c.First, protocol.ErrInternal)
		}
		j.c.First = blame
	}
}

// served marks what package trace refuses of served data.
func served(err error) error {
	if errors.Is(err, protocol.ErrUnavailable) && !isUnserved(err) && !errors.As(err, new(chainTrouble)) {
		return unserved{err}
	}
	return err
}

// chainTrouble is a failed read of the chain: nobody's fault.
type chainTrouble struct{ error }

func (c chainTrouble) Unwrap() error { return c.error }

func (j *judge) fault(ctx context.Context, s *claimed) (trace.Fault, step.Pick, error) {
	end, err := j.end(ctx, s)
	if err != nil {
		return trace.Fault{}, step.Pick{}, err
	}
	f, err := s.own.FirstFault(ctx, s.theirs, end)
	if err != nil {
		return f, step.Pick{}, err
	}
	if f.Kind == trace.SeamOut && f.Chunk < 0 && s.source.kept.Leaves == nil {
		if err := j.chunkLeaves(s, end.Leaf); err != nil {
			return f, step.Pick{}, err
		}
		end.Chunks = s.source.kept.Leaves
		if f, err = s.own.FirstFault(ctx, s.theirs, end); err != nil {
			return f, step.Pick{}, err
		}
	}
	if f.Kind != trace.None {
		return f, step.Pick{}, nil
	}
	if s.own.L != j.m.arch.Layers+1 {
		return f, step.Pick{}, fmt.Errorf("block (%d, %d) has nothing wrong: %w", s.own.T, s.own.L, protocol.ErrInternal)
	}
	f, pick := s.own.WrongPick(j.b.Output[s.own.T+1-len(j.b.Prompt)], j.params)
	if f.Kind == trace.None {
		return f, pick, fmt.Errorf("head (%d, %d) has nothing wrong: %w", s.own.T, s.own.L, protocol.ErrInternal)
	}
	return f, pick, nil
}

// finding describes a fault for the case's file.
func (j *judge) finding(s *claimed, f trace.Fault, kind contracts.FaultKind, task *Task) *Finding {
	return &Finding{Kind: kind, Step: f.Step, Name: describe(s.own.Layout, f), Chunk: f.Chunk, Task: task}
}
