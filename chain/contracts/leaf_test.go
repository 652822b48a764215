package contracts

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
)

func someEvidence(path int) Evidence {
	amount := func(n uint64) protocol.Amount {
		u := uint256.NewInt(n)
		return protocol.Amount(*u.Lsh(u, 64))
	}
	e := Evidence{
		Request: protocol.Request{Payment: common.Hash{1}, ModelVersion: common.Hash{2}, Requester: common.Address{3}, PromptRoot: common.Hash{4}, PromptTokens: 5,
			MaxOutputTokens: 6, ParamsHash: common.Hash{7}, PriceIn: amount(8), PriceOut: amount(9), MaxFee: amount(10), Deadline: 11, Audience: 2, Salt: common.Hash{13}},
		Receipt: protocol.Receipt{RequestHash: common.Hash{14}, Provider: common.Address{15}, Seq: 1<<64 - 1, OutputRoot: common.Hash{17}, OutputTokens: 1<<32 - 1,
			Finish: 3, TraceRoot: common.Hash{20}, Fee: amount(21), CompletedAt: 22},
		Signature: bytes.Repeat([]byte{23}, 65),
		Payment:   Payment{Relayer: common.Address{24}, Count: 25, Index: 26, Checkpoint: 27},
	}
	for i := range path {
		e.Payment.Path = append(e.Payment.Path, protocol.SumNode{Hash: common.Hash{byte(i + 1)}, Sum: amount(uint64(i))})
	}
	return e
}

// What an encoder writes is read back, field by field.
func TestCalldataOfAnOpeningIsRead(t *testing.T) {
	for _, path := range []int{0, 1, 7, maxLeafPath} {
		want := someEvidence(path)
		got, err := leafEvidence(audits.PackOpenLeaf(want.bind(), []uint32{1, 2}))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := leafEvidence(audits.PackOpenLeaf(someEvidence(maxLeafPath+1).bind(), nil))
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

// The EVM takes parts in any order, offsets that go back, and rests that are not there: so does
// the reader, or a provider opens a point that no auditor can read.
func TestOddCalldataOfAnOpeningIsRead(t *testing.T) {
	want := someEvidence(2)
	plain := audits.PackOpenLeaf(want.bind(), []uint32{1})
	const head, fields, signature, payment = 4 + 64, 22 * 32, 4 * 32, 10 * 32
	parts := plain[head : len(plain)-64] // the evidence; then its indices
	static, sig, pay := parts[:fields], parts[fields+64:fields+64+signature], parts[fields+64+signature:]
	require.Len(t, pay, payment)
	number := func(n int) []byte {
		u := uint256.NewInt(uint64(max(n, -n)))
		if n < 0 {
			u.Neg(u)
		}
		w := u.Bytes32()
		return w[:]
	}
	odd := bytes.Join([][]byte{plain[:4], number(64 + signature + payment), number(0), sig, pay, static, number(-signature - payment), number(-payment)}, nil)
	got, err := leafEvidence(odd)
	require.NoError(t, err)
	require.Equal(t, want, got)

	// A job's opening has no path, whatever its offset names.
	want.Payment.Count, want.Payment.Path = 0, nil
	job := want
	job.Payment.Path = make([]protocol.SumNode, maxLeafPath+1)
	got, err = leafEvidence(audits.PackOpenLeaf(job.bind(), []uint32{0}))
	require.NoError(t, err)
	require.Equal(t, want, got)

	// Zeros behind the end: an empty signature, and no payment.
	none := bytes.Join([][]byte{plain[:4], number(64), number(0), static, number(1 << 40), number(1 << 41)}, nil)
	got, err = leafEvidence(none)
	require.NoError(t, err)
	want.Signature, want.Payment = nil, Payment{}
	require.Equal(t, want, got)
}

// A receipt that two redeems close together were drawn for is opened under both roots, the newer first or last: only the newer shows a payment.
func TestTheOpeningUnderTheNewestRootIsRead(t *testing.T) {
	parsed, err := bindings.AuditsMetaData.ParseABI()
	require.NoError(t, err)
	event := parsed.Events["LeafOpened"]
	for _, counts := range [][]uint64{{3, 5}, {5, 3}, {3, 5, 4}} {
		n := &logNode{height: 1000}
		r := n.reader(t)
		e := someEvidence(2)
		e.Receipt.RequestHash = r.Domain().Digest(e.Request)
		receipt := r.Domain().Digest(e.Receipt)
		for i, count := range counts {
			e.Payment.Count = count
			data, err := event.Inputs.NonIndexed().Pack(audits.PackOpenLeaf(e.bind(), []uint32{1}))
			require.NoError(t, err)
			n.logs = append(n.logs, types.Log{Address: auditsAt, BlockNumber: uint64(900 + i), Topics: []common.Hash{leafOpenedTopic, receipt}, Data: data})
		}
		got, err := r.OpenedLeaf(t.Context(), receipt, 950)
		require.NoError(t, err)
		require.Equal(t, uint64(5), got.Payment.Count, "%v", counts)
	}
}

// Nothing that a stranger can put into a call stops a reader.
func TestAnyCalldataOfAnOpeningIsSurvived(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	plain := audits.PackOpenLeaf(someEvidence(3).bind(), []uint32{1})
	for range 20_000 {
		data := bytes.Clone(plain[:r.IntN(len(plain)+1)])
		for range r.IntN(4) {
			if len(data) > 0 {
				data[r.IntN(len(data))] = byte(r.Uint32())
			}
		}
		e, err := leafEvidence(data)
		require.True(t, err == nil || len(e.Payment.Path) == 0)
		require.LessOrEqual(t, len(e.Payment.Path), maxLeafPath)
	}
}
