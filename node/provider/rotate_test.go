package provider

import (
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

// numbered is what makes a pair that Claims.claimEquivocation punishes.
type numbered struct {
	operator common.Address
	seq      uint64
}

// A journal goes on under another operator key, as after a restore, and under the one before
// again. Each key signs what all have answered: for a draw, an answer on chain, a delivery, whoever
// asks again. No key ever signs two receipts of one number.
func TestKeysOfOneJournalNeverShareANumber(t *testing.T) {
	second, err := crypto.GenerateKey()
	require.NoError(t, err)
	dir, seen := t.TempDir(), map[numbered]common.Hash{}
	once := func(r protocol.Receipt, sig protocol.Bytes) {
		t.Helper()
		signer, err := testDomain.Recover(r, sig)
		require.NoError(t, err)
		at, hash := numbered{signer, r.Seq}, testDomain.Digest(r)
		if was, ok := seen[at]; ok {
			require.Equal(t, was, hash, "operator %s signed two receipts of number %d", signer, r.Seq)
		}
		seen[at] = hash
	}
	var all []protocol.Receipt
	for life, key := range []*ecdsa.PrivateKey{operatorKey.key, second, second, operatorKey.key} {
		c := testConfig(dir)
		c.SegmentBytes = 1 // what the summary says counts, too
		p, err := New(c, Deps{Key: key, Chain: newTestChain(), Draws: drawn(nil)})
		require.NoError(t, err)
		for i := range byte(2) {
			a := testAsk(byte(10*life) + i + 1)
			r, sig, err := p.book.sign(answerRecord{Ask: a, Output: []uint32{10}, Text: "x", Receipt: protocol.Receipt{
				RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1, Finish: protocol.FinishStop, Fee: protocol.NewAmount(5)}})
			require.NoError(t, err)
			once(r, sig)
			all = append(all, r)
		}
		for _, r := range all {
			e, err := p.evidenceOf(testDomain.Digest(r)) // opens a drawn point
			require.NoError(t, err)
			once(e.Receipt, e.Signature)
			shown, err := Replier{Answered: Answered{Receipt: r}, Sign: func(v protocol.Typed) (protocol.Bytes, error) { return testDomain.Sign(key, v) }}.evidence()
			require.NoError(t, err)
			once(shown.Receipt, shown.Signature)
			done, err := p.storedDone(p.book.stored(r.RequestHash)) // delivers a job, repeats an answer
			require.NoError(t, err)
			once(done.Receipt, done.Signature)
		}
		require.Len(t, p.book.unpaidOf(testAsk(1).Relayer, 100), len(all), "whoever signed them")
		require.NoError(t, p.book.log.Close())
	}
	require.Len(t, seen, 2*len(all)-2, "all but the second key's last two were signed by both")
}
