// Package outboxtest is the conformance suite of txmgr.Outbox: what every
// implementation must pass, on every engine.
package outboxtest

import (
	"errors"
	"math/big"
	"sync"
	"testing"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

const chainID = 31337

// Run runs the suite on an outbox that is empty for the lanes named after t.
func Run(t *testing.T, o txmgr.Outbox) {
	for name, test := range map[string]func(*testing.T, txmgr.Outbox, common.Address){
		"put is idempotent":          putIsIdempotent,
		"every field survives":       everyFieldSurvives,
		"sign takes the next nonce":  signTakesTheNextNonce,
		"sign is exclusive":          signIsExclusive,
		"replacements":               replacements,
		"move compares":              moveCompares,
		"no effect, queued again":    queuedAgain,
		"lanes are apart":            lanesAreApart,
		"gas is counted per nonce":   gasIsCountedPerNonce,
		"skip only raises":           skipOnlyRaises,
		"unknown intents are absent": unknownIntents,
	} {
		t.Run(name, func(t *testing.T) {
			lane := common.BytesToAddress(crypto.Keccak256([]byte(t.Name())))
			test(t, o, lane)
		})
	}
}

// Intent returns a fresh intent of a lane, told apart by n.
func Intent(of common.Address, n uint64) protocol.Intent {
	to := common.HexToAddress("0x70")
	call := protocol.Call{To: &to, Data: []byte{1, 2, 3}, Salt: common.BigToHash(new(big.Int).SetUint64(n)), Purpose: "test"}
	return protocol.Intent{ID: protocol.IntentID(chainID, of, call), ChainID: chainID, Lane: of, Call: call}
}

// Attempt returns an attempt for the intent; n tells attempts of one nonce apart.
func Attempt(in protocol.Intent, nonce uint64, n byte) protocol.Attempt {
	return protocol.Attempt{
		IntentID: in.ID, Nonce: nonce, TxHash: common.BytesToHash([]byte{0xaa, byte(nonce), n, in.ID[0], in.ID[1], in.ID[2]}),
		Raw: []byte{2, n, byte(nonce)}, GasLimit: 21_000 + uint64(n), GasFeeCap: protocol.NewAmount(7), GasTipCap: protocol.NewAmount(1),
		SignedAt: 10 + uint64(n), SignedSec: 1000 + uint64(n),
	}
}

func put(t *testing.T, o txmgr.Outbox, in protocol.Intent) protocol.Intent {
	t.Helper()
	out, err := o.Put(t.Context(), in)
	require.NoError(t, err)
	return out
}

func read(t *testing.T, o txmgr.Outbox, of common.Address) protocol.Lane {
	t.Helper()
	l, err := o.Lane(t.Context(), chainID, of, 0)
	require.NoError(t, err)
	return l
}

func putIsIdempotent(t *testing.T, o txmgr.Outbox, lane common.Address) {
	a := put(t, o, Intent(lane, 1))
	require.Equal(t, protocol.IntentQueued, a.State)
	b := put(t, o, Intent(lane, 2))
	require.Greater(t, b.Seq, a.Seq)
	require.Equal(t, a, put(t, o, Intent(lane, 1)))
	require.NoError(t, o.Sign(t.Context(), Attempt(a, 5, 0), common.Hash{}))
	require.Equal(t, protocol.IntentSent, put(t, o, Intent(lane, 1)).State)
	require.Len(t, read(t, o, lane).Intents, 2)
}

func everyFieldSurvives(t *testing.T, o txmgr.Outbox, lane common.Address) {
	most, err := protocol.ParseAmount("115792089237316195423570985008687907853269984665640564039457584007913129639935")
	require.NoError(t, err)
	in := Intent(lane, 1)
	in.To, in.Value, in.GasLimit, in.Deadline, in.Data = nil, most, 30_000_000, 1<<40, nil
	in.ID = protocol.IntentID(chainID, lane, in.Call)
	stored := put(t, o, in)
	require.Nil(t, stored.To)
	a := Attempt(stored, 1<<40, 1)
	a.Cancels, a.GasFeeCap = true, most
	require.NoError(t, o.Sign(t.Context(), a, common.Hash{}))

	stored.State, stored.Nonce, stored.Attempts = protocol.IntentReverted, 1<<40, []protocol.Attempt{a}
	stored.Retries, stored.Cancel, stored.TxHash = 1, true, a.TxHash
	stored.BlockNumber, stored.BlockHash, stored.Status = 1<<40, common.Hash{9}, 1
	stored.Reason, stored.RevertData = "because \x22quotes\x22 and ünïcode", []byte{0, 1, 2}
	require.NoError(t, o.Move(t.Context(), protocol.IntentSent, stored))
	got, err := o.Get(t.Context(), in.ID)
	require.NoError(t, err)
	require.Empty(t, got.Data)
	got.Data = stored.Data
	require.Equal(t, stored, got)
}

func signTakesTheNextNonce(t *testing.T, o txmgr.Outbox, lane common.Address) {
	require.False(t, read(t, o, lane).Known)
	a, b := put(t, o, Intent(lane, 1)), put(t, o, Intent(lane, 2))
	require.NoError(t, o.Sign(t.Context(), Attempt(a, 5, 0), common.Hash{}), "a new lane takes any first nonce")
	l := read(t, o, lane)
	require.True(t, l.Known)
	require.EqualValues(t, 6, l.Next)
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(b, 5, 1), common.Hash{}), protocol.ErrConflict, "taken")
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(b, 7, 1), common.Hash{}), protocol.ErrConflict, "a gap")
	require.NoError(t, o.Sign(t.Context(), Attempt(b, 6, 0), common.Hash{}))
	l = read(t, o, lane)
	require.EqualValues(t, 7, l.Next)
	require.Equal(t, protocol.IntentSent, l.Intents[1].State)
	require.EqualValues(t, 6, l.Intents[1].Nonce)
	require.Equal(t, []protocol.Attempt{Attempt(b, 6, 0)}, l.Intents[1].Attempts)
}

// signIsExclusive lets many callers race for one nonce, and for one intent.
func signIsExclusive(t *testing.T, o txmgr.Outbox, lane common.Address) {
	const racers = 8
	var intents []protocol.Intent
	for n := range uint64(racers) {
		intents = append(intents, put(t, o, Intent(lane, n)))
	}
	require.NoError(t, o.Sign(t.Context(), Attempt(intents[0], 0, 0), common.Hash{}))
	results := make(chan error, racers)
	var wg sync.WaitGroup
	for n := 1; n < racers; n++ {
		wg.Go(func() { results <- o.Sign(t.Context(), Attempt(intents[n], 1, 0), common.Hash{}) })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, protocol.ErrUnavailable) {
			require.ErrorIs(t, err, protocol.ErrConflict)
		}
	}
	require.Equal(t, 1, won)
	l := read(t, o, lane)
	require.EqualValues(t, 2, l.Next)
	sent := 0
	for _, in := range l.Intents {
		if in.State == protocol.IntentSent {
			sent++
		} else {
			require.Empty(t, in.Attempts)
		}
	}
	require.Equal(t, 2, sent)
}

func replacements(t *testing.T, o txmgr.Outbox, lane common.Address) {
	in := put(t, o, Intent(lane, 1))
	first, second, third := Attempt(in, 3, 0), Attempt(in, 3, 1), Attempt(in, 3, 2)
	require.ErrorIs(t, o.Sign(t.Context(), second, first.TxHash), protocol.ErrConflict, "nothing to replace")
	require.NoError(t, o.Sign(t.Context(), first, common.Hash{}))
	require.ErrorIs(t, o.Sign(t.Context(), second, common.Hash{}), protocol.ErrConflict, "somebody else signed first")
	require.NoError(t, o.Sign(t.Context(), second, first.TxHash))
	require.ErrorIs(t, o.Sign(t.Context(), third, first.TxHash), protocol.ErrConflict, "somebody else replaced it")
	require.NoError(t, o.Sign(t.Context(), third, second.TxHash))
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(in, 4, 3), third.TxHash), protocol.ErrConflict, "a second nonce for one intent")
	l := read(t, o, lane)
	require.EqualValues(t, 4, l.Next, "replacements take no nonce")
	require.Equal(t, []protocol.Attempt{Attempt(in, 3, 0), Attempt(in, 3, 1), Attempt(in, 3, 2)}, l.Intents[0].Attempts)
	in.State = protocol.IntentMined
	require.NoError(t, o.Move(t.Context(), protocol.IntentSent, in))
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(in, 3, 4), third.TxHash), protocol.ErrConflict, "nothing replaces what is mined")
}

func moveCompares(t *testing.T, o txmgr.Outbox, lane common.Address) {
	in := put(t, o, Intent(lane, 1))
	moved := in
	moved.State, moved.Reason = protocol.IntentSuperseded, "cancelled"
	require.ErrorIs(t, o.Move(t.Context(), protocol.IntentSent, moved), protocol.ErrConflict)
	got, err := o.Get(t.Context(), in.ID)
	require.NoError(t, err)
	require.Equal(t, protocol.IntentQueued, got.State)
	require.Empty(t, got.Reason)
	require.NoError(t, o.Move(t.Context(), protocol.IntentQueued, moved))
	require.Empty(t, read(t, o, lane).Intents, "terminal intents are not open")
}

func queuedAgain(t *testing.T, o txmgr.Outbox, lane common.Address) {
	for n, end := range []protocol.IntentState{protocol.IntentReverted, protocol.IntentSuperseded, protocol.IntentConfirmed} {
		in := put(t, o, Intent(lane, uint64(n)))
		first := Attempt(in, uint64(2*n), 0)
		require.NoError(t, o.Sign(t.Context(), first, common.Hash{}))
		in.State, in.Retries, in.Cancel, in.Reason, in.TxHash = end, 1, true, "r", first.TxHash
		require.NoError(t, o.Move(t.Context(), protocol.IntentSent, in))
		in.Deadline = 77
		again := put(t, o, in)
		if end == protocol.IntentConfirmed {
			require.Equal(t, end, again.State, "done is done")
			continue
		}
		require.Equal(t, protocol.IntentQueued, again.State)
		require.EqualValues(t, 77, again.Deadline)
		require.Zero(t, again.Retries)
		require.False(t, again.Cancel)
		require.Empty(t, again.Reason)
		require.Equal(t, common.Hash{}, again.TxHash)
		require.Len(t, again.Attempts, 1, "history stays")
		require.NoError(t, o.Sign(t.Context(), Attempt(in, uint64(2*n+1), 1), common.Hash{}))
	}
}

func lanesAreApart(t *testing.T, o txmgr.Outbox, lane common.Address) {
	other := common.BytesToAddress(crypto.Keccak256(lane[:]))
	a, b := put(t, o, Intent(lane, 1)), put(t, o, Intent(other, 1))
	require.NotEqual(t, a.ID, b.ID)
	require.NoError(t, o.Sign(t.Context(), Attempt(a, 3, 0), common.Hash{}))
	require.NoError(t, o.Sign(t.Context(), Attempt(b, 3, 0), common.Hash{}))
	require.Len(t, read(t, o, lane).Intents, 1)
	require.Len(t, read(t, o, other).Intents, 1)
	elsewhere, err := o.Lane(t.Context(), chainID+1, lane, 0)
	require.NoError(t, err)
	require.Equal(t, protocol.Lane{}, elsewhere)
}

func gasIsCountedPerNonce(t *testing.T, o txmgr.Outbox, lane common.Address) {
	a, b := put(t, o, Intent(lane, 1)), put(t, o, Intent(lane, 2))
	require.NoError(t, o.Sign(t.Context(), Attempt(a, 0, 1), common.Hash{}))
	require.NoError(t, o.Sign(t.Context(), Attempt(a, 0, 3), Attempt(a, 0, 1).TxHash)) // replaces it: counts once, as the larger
	require.NoError(t, o.Sign(t.Context(), Attempt(b, 1, 5), common.Hash{}))
	for since, want := range map[uint64]uint64{0: 42_008, 1003: 42_008, 1004: 21_005, 1005: 21_005, 1006: 0} {
		l, err := o.Lane(t.Context(), chainID, lane, since)
		require.NoError(t, err)
		require.Equal(t, want, l.GasUsed, "since %d", since)
	}
}

func skipOnlyRaises(t *testing.T, o txmgr.Outbox, lane common.Address) {
	for _, step := range []struct{ to, want uint64 }{{4, 4}, {9, 9}, {5, 9}} {
		require.NoError(t, o.Skip(t.Context(), chainID, lane, step.to))
		l := read(t, o, lane)
		require.True(t, l.Known)
		require.Equal(t, step.want, l.Next)
	}
	in := put(t, o, Intent(lane, 1))
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(in, 8, 0), common.Hash{}), protocol.ErrConflict)
	require.NoError(t, o.Sign(t.Context(), Attempt(in, 9, 0), common.Hash{}))
}

func unknownIntents(t *testing.T, o txmgr.Outbox, lane common.Address) {
	in := Intent(lane, 1)
	_, err := o.Get(t.Context(), in.ID)
	require.ErrorIs(t, err, protocol.ErrNotFound)
	require.ErrorIs(t, o.Move(t.Context(), protocol.IntentQueued, in), protocol.ErrNotFound)
	require.ErrorIs(t, o.Sign(t.Context(), Attempt(in, 0, 0), common.Hash{}), protocol.ErrNotFound)
}
