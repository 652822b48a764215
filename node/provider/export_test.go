package provider

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Every answer in the journal comes out as a bundle that checks offline; jobs and a
// former operator's receipts, which nobody here can sign again, do not.
func TestExportedReceiptsVerify(t *testing.T) {
	dir := t.TempDir()
	c := testConfig(dir)
	d := Deps{Key: operatorKey.key, Chain: newTestChain()}
	require.NoError(t, c.complete(&d))
	b, err := openBook(c, d)
	require.NoError(t, err)
	var want []protocol.Receipt
	for salt := range byte(3) {
		a := testAsk(salt)
		output := []uint32{10, 11, uint32(salt)}
		fee, err := a.Request.FeeFor(3)
		require.NoError(t, err)
		r, _, err := b.sign(answerRecord{Ask: a, Job: salt == 2, Output: output, Text: "x", Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner,
			OutputRoot: protocol.TokenRoot(a.Secret, protocol.TagOutput, output), OutputTokens: 3, Finish: protocol.FinishCancelled, TraceRoot: common.Hash{1}, Fee: fee}})
		require.NoError(t, err)
		if salt != 2 {
			want = append(want, r)
		}
	}
	model := func(version common.Hash) (bundle.Model, error) {
		require.Equal(t, testVersion, version)
		return bundle.Model{Class: protocol.ClassProven, Positions: 100}, nil
	}
	sign := func(r protocol.Receipt) (protocol.Bytes, error) { return testDomain.Sign(operatorKey.key, r) }
	export := func(operator common.Address) (got []protocol.Receipt, err error) {
		err = Export(dir, testDomain, operator, sign, model, func(b bundle.Bundle) error {
			report, err := b.Verify()
			require.NoError(t, err)
			require.Equal(t, operatorKey.address, report.Operator)
			got = append(got, b.Receipt)
			return nil
		})
		return got, err
	}
	_, err = export(operatorKey.address)
	require.ErrorIs(t, err, protocol.ErrConflict, "a running provider holds its journal")
	require.NoError(t, b.log.Close())
	got, err := export(operatorKey.address)
	require.NoError(t, err)
	require.Equal(t, want, got)
	got, err = export(relayerKey.address)
	require.NoError(t, err)
	require.Empty(t, got)
	contents, err := CheckJournal(dir)
	require.NoError(t, err)
	require.Equal(t, 3, contents.Records)
}
