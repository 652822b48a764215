package auditor

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// A receipt is due when this auditor has to say something about it, if it was drawn; of others the deadline in the request, which
// is anybody's choice, counts for an hour.
func TestADrawnReceiptIsDueWhenItIsAnswered(t *testing.T) {
	t.Parallel()
	receipt, provider := common.Hash{1}, common.Address{2}
	a := &Auditor{}
	a.answers = map[common.Hash]uint64{}
	j := &judge{a: a, c: &Case{Receipt: receipt, Provider: provider, FoundAt: 100_000, Deadline: 300_000}}
	require.Equal(t, claimOn{provider, 103_600, false}, j.due())
	j.c.Deadline = 101_000
	require.Equal(t, claimOn{provider, 101_000, false}, j.due())
	j.c.Deadline = 300_000
	a.answersFor(receipt, 140_000, false)
	require.Equal(t, claimOn{provider, 140_000, true}, j.due())
	require.True(t, j.drawn())
	a.answersFor(receipt, 140_000, true) // said
	require.Equal(t, claimOn{provider, 103_600, false}, j.due())
	require.True(t, j.drawn())
}

// A drawn receipt that had no turn in time is answered all the same: who says nothing is absent.
func TestADrawnReceiptWithoutATurnIsAnswered(t *testing.T) {
	t.Parallel()
	var err error
	a := &Auditor{}
	a.cases, err = OpenCases(t.TempDir())
	require.NoError(t, err)
	receipt := common.Hash{1}
	_, err = a.cases.Create(&Case{Schema: Schema, Receipt: receipt, State: Found}, bundle.Bundle{Schema: bundle.Schema, Model: bundle.Model{Class: protocol.ClassProven}, Receipt: protocol.Receipt{Finish: protocol.FinishLength},
		Request: protocol.Request{Audience: protocol.AudienceAnyone}})
	require.NoError(t, err)
	for now, want := range map[uint64]*Said{8_700: nil, 9_899: nil, 9_900: {}} {
		r := &round{constants: &constants{terms: contracts.AuditTerms{AttestTime: 3_200}}, now: now}
		said, err := a.decide(t.Context(), r, &openDraw{Draw: &Draw{Job: common.Hash{2}}}, contracts.Audit{}, &DrawPoint{Receipt: receipt, AttestBy: 10_000})
		require.NoError(t, err)
		require.Equal(t, want, said)
	}
}
