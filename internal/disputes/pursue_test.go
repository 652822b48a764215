package disputes

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// pursue follows the provider through its trees until a proof, a comparison or its silence
// convicts it.
func (q *inquiry) pursue() error {
	a, ctx := q.a, context.Background()
	report, err := trace.Replay(ctx, a.m.Model, a.prompt, a.output, a.params)
	require.NoError(q.t, err)
	j := auditorOf(a, q.who.Address, q.sys)
	j.opener, j.leaves = report.Opener(), report.Leaves
	for i, id := range a.output {
		if int(id) >= a.m.arch.Vocabulary {
			q.send(j.at.ProveToken(j.evidence, uint32(i), a.tokenLeaf(a.secret, protocol.TagOutput, a.output, i), j.submitter))
			return nil
		}
	}
	boundaries, below := newView(report.Leaves), protocol.Call{}
	if protocol.TraceRoot(a.secret, report.Root) != a.receipt.TraceRoot {
		err := q.walk(a.askTrace(), boundaries, func(c child) error { return q.crooked(boundaries, c) }, func(c child) error {
			j.leaves = append([]common.Hash(nil), report.Leaves...)
			j.leaves[c.at], below = c.hash, c.ask
			return errDone
		})
		if !errors.Is(err, errDone) {
			return err
		}
		if below.To == nil { // the padding convicted it
			return nil
		}
	}
	first, ok := report.FirstDifference(j.leaves)
	require.True(q.t, ok)
	return q.convict(j, boundaries, first, below)
}

// convict shows what is wrong with a block whose inputs are agreed. below asks for the
// chunk leaves under the boundary behind it.
func (q *inquiry) convict(j *auditor, boundaries *view, at step.Block, below protocol.Call) error {
	here, err := q.examine(j.opener, at)
	if err != nil {
		return err
	}
	var before *examined
	for before == nil {
		b, _, ok := here.fault.Other(j.m.arch)
		if !ok {
			break
		}
		other, err := q.examine(j.opener, b)
		if err != nil {
			return err
		}
		if other.fault.Kind == trace.None {
			before = other
		} else {
			here = other
		}
	}
	c := &claimed{here.pair(q.t), here.signed, here.path}
	j.claimed[here.own.Block] = c
	located := trace.Located{Fault: here.fault, Here: c.Pair}
	if before != nil {
		earlier := before.pair(q.t)
		located.Earlier = &earlier
		j.claimed[before.own.Block] = &claimed{earlier, before.signed, before.path}
	}
	j.boundaries = boundaries
	if here.fault.Kind == trace.None {
		err = q.behind(j, c, below, &located)
		if errors.Is(err, errDone) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	call, err := j.show(context.Background(), located)
	require.NoError(q.t, err)
	q.send(call)
	return nil
}

// behind finds what is wrong after a block that is right: the boundary that was signed
// for, or the token.
func (q *inquiry) behind(j *auditor, c *claimed, below protocol.Call, found *trace.Located) error {
	at := c.Own.Block
	if at.L > j.m.arch.Layers {
		return nil // show judges the pick
	}
	out := step.Out
	if at.L == 0 {
		out = step.EmbedOut
	}
	found.Kind, found.Step = trace.SeamOut, step.Step{Block: at, Vector: out}
	n := c.Own.Layout[out].Chunks()
	if n == 1 {
		return nil
	}
	var own []common.Hash
	for i := range n {
		words, err := c.Own.Chunk(out, i)
		require.NoError(q.t, err)
		own = append(own, chunk.Leaf(words))
	}
	under, leaf := newView(own), at.T*(j.m.arch.Layers+1)+at.L
	err := q.walk(below, under, func(x child) error {
		path := append(under.path(x.height, x.at), j.boundaries.path(0, leaf)...)
		node := contracts.TreeNode{Level: uint8(x.height), Index: uint64(leaf<<(protocol.MerkleDepth(n)-x.height) | x.at), Hash: x.hash, Path: contracts.Hashes(path)}
		q.send(j.at.ClaimChunkTree(j.evidence, node, protocol.LeafSalt(j.secret, protocol.TagTrace, 0), j.submitter))
		return errDone
	}, func(x child) error {
		found.Chunk, j.under = x.at, under
		return errDone
	})
	if errors.Is(err, errDone) && j.under != nil {
		return nil
	}
	return err
}

// crooked claims a node of the boundary tree that no tree has.
func (q *inquiry) crooked(v *view, c child) error {
	n := contracts.TreeNode{Level: uint8(c.height), Index: uint64(c.at), Hash: c.hash, Path: contracts.Hashes(v.path(c.height, c.at))}
	q.send(q.a.w.at.ClaimTraceTree(q.a.evidence(), n, protocol.LeafSalt(q.a.secret, protocol.TagTrace, 0), q.who.Address))
	return errDone
}
