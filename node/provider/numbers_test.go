package provider

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/provider/journal/journaltest"
	"github.com/dgrid-network/dgrid/protocol"
)

// downOnce measures its pace, and dies over an answer.
type downOnce struct{ countBackend }

func (d downOnce) Generate(ctx context.Context, w Work, emit func(Piece) error) (Answer, error) {
	if len(w.Ask.Prompt) > 1 {
		return Answer{}, errors.New("the process dies here")
	}
	return d.countBackend.Generate(ctx, w, emit)
}

// A new provider's first deed may be a transaction, an acceptance say, and no receipt: when the power
// goes then, its key goes on with its journal all the same.
func TestOperatorThatBeganAndSignedNothingGoesOn(t *testing.T) {
	disk, board := &journaltest.Disk{Root: t.TempDir()}, newJobBoard(testJob(1, nil))
	dir := filepath.Join(disk.Root, "journal")
	p := jobProvider(t, board, downOnce{}, func(c *Config, d *Deps) { c.Journal, d.disk = dir, disk })
	require.Equal(t, Numbering{}, p.Numbered())
	require.NoError(t, p.Begin())
	require.NoError(t, p.JobsNow(t.Context()))
	require.Equal(t, testOwner, board.jobs[0].Assigned)
	left := t.TempDir()
	require.NoError(t, disk.Lose(dir, left))
	p = jobProvider(t, board, countBackend{}, func(c *Config, _ *Deps) { c.Journal = left })
	require.Equal(t, Numbering{Known: true, Own: true}, p.Numbered())
	require.NoError(t, p.JobsNow(t.Context()))
	require.Empty(t, board.jobs, "the job is delivered")
}

// What a journal says of each key that goes on with it, also when the segment in which it began is
// summed up and gone.
func TestJournalKnowsWhoBegan(t *testing.T) {
	keys := []*ecdsa.PrivateKey{operatorKey.key, nil, nil}
	for i := range keys[1:] {
		var err error
		keys[i+1], err = crypto.GenerateKey()
		require.NoError(t, err)
	}
	var (
		unknown   = Numbering{}
		others    = Numbering{Known: true}
		own       = Numbering{Known: true, Own: true}
		overtaken = Numbering{Known: true, Own: true, Overtaken: true}
	)
	dir, salt := t.TempDir(), byte(0)
	for life, l := range []struct {
		key   int
		says  Numbering
		signs bool
	}{
		{0, unknown, false}, {0, own, false}, // restarted before its first receipt
		{1, others, false}, {0, own, false}, {1, own, true}, // nobody signed in between
		{0, overtaken, false}, {1, own, true},
		{2, others, false}, {2, own, false}, // the third neither
		{1, own, true}, {2, overtaken, false},
	} {
		c := testConfig(dir)
		c.SegmentBytes = 1
		p, err := New(c, Deps{Key: keys[l.key], Chain: newTestChain()})
		require.NoError(t, err)
		require.Equal(t, l.says, p.Numbered(), "life %d", life)
		if !l.says.Overtaken {
			require.NoError(t, p.Begin())
		}
		if l.signs {
			salt++
			a := testAsk(salt)
			_, _, err := p.book.sign(answerRecord{Ask: a, Receipt: protocol.Receipt{RequestHash: a.Hash, Provider: testOwner, OutputTokens: 1, Finish: protocol.FinishStop}})
			require.NoError(t, err)
		}
		_, last := p.book.log.Segments()
		require.NoError(t, p.book.log.Drop(last))
		want := p.Numbered()
		require.NoError(t, p.Close())
		contents, err := CheckJournal(dir)
		require.NoError(t, err)
		require.Equal(t, want, contents.Numbering(crypto.PubkeyToAddress(keys[l.key].PublicKey)), "life %d, read by the doctor", life)
	}
}
