package wire

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

func TestSealedFramesAreEnvelopes(t *testing.T) {
	chunk := Chunk{Hash: common.Hash{1}, Seq: 3, Tokens: []uint32{5}, Text: `","body":}`}
	frame, err := Seal(KindChunk, chunk)
	require.NoError(t, err)

	var plain Envelope
	require.NoError(t, json.Unmarshal(frame, &plain))
	cut, err := Parse(frame)
	require.NoError(t, err)
	require.Equal(t, plain, cut)
	got, err := Open[Chunk](cut)
	require.NoError(t, err)
	require.Equal(t, chunk, got)
}

func TestParseTakesAnySpellingAndRefusesTheRest(t *testing.T) {
	e, err := Parse([]byte(` { "body" : {"hash":"0x0100000000000000000000000000000000000000000000000000000000000000"}, "kind":"cancel" } `))
	require.NoError(t, err)
	require.Equal(t, KindCancel, e.Kind)
	for _, bad := range []string{"", "[]", `{"kind":5}`, `{"kind":"x`, `{"kind":"a b","body":}`} {
		_, err := Parse([]byte(bad))
		require.ErrorIs(t, err, protocol.ErrInvalid, bad)
	}
	// A frame that is cut wrongly must fail when opened, never pass as something else.
	for _, bad := range []string{`{"kind":"cancel","body":{}}}`, `{"kind":"cancel","body":}`, `{"kind":"cancel","body":{},"x":1}`} {
		if e, err := Parse([]byte(bad)); err == nil {
			_, err = Open[Cancel](e)
			require.ErrorIs(t, err, protocol.ErrInvalid, bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"kind":"cancel","body":{}}`))
	f.Add([]byte(`{"kind":"ask","body":{"hash":"0x"}}`))
	f.Fuzz(func(t *testing.T, frame []byte) {
		e, err := Parse(frame)
		if err != nil {
			return
		}
		if _, err := Open[json.RawMessage](e); err != nil || !plainWord([]byte(e.Kind)) {
			return
		}
		again, err := Seal(e.Kind, e.Body)
		if err != nil {
			return
		}
		back, err := Parse(again)
		require.NoError(t, err)
		require.Equal(t, e.Kind, back.Kind)
	})
}

func TestEveryCodeHasItsStatus(t *testing.T) {
	for code, status := range statuses {
		require.Equal(t, status, Failure{Code: code}.Status())
		require.GreaterOrEqual(t, status, 400)
	}
	require.Equal(t, http.StatusInternalServerError, Failure{Code: "?"}.Status())
}

func TestDoneWithoutReceiptTravels(t *testing.T) {
	frame, err := Seal(KindDone, Done{Hash: common.Hash{1}, Error: "gave up"})
	require.NoError(t, err)
	e, err := Parse(frame)
	require.NoError(t, err)
	d, err := Open[Done](e)
	require.NoError(t, err)
	require.Equal(t, Done{Hash: common.Hash{1}, Error: "gave up"}, d)
}
