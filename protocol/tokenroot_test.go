package protocol

import (
	"encoding/binary"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

func TestTokenRootByHand(t *testing.T) {
	secret := [32]byte{1, 2, 3}
	ids := []uint32{1, 403, 407, 261, 378, 432, 383, 286, 261}
	leaf := func(i int, words ...uint32) common.Hash {
		salt := crypto.Keccak256(append(append(secret[:], "output"...), 0, 0, 0, byte(i)))
		data := append([]byte{0}, salt...)
		for _, w := range words {
			data = binary.BigEndian.AppendUint32(data, w)
		}
		return crypto.Keccak256Hash(data)
	}
	u := UnusedToken
	l0, l1 := leaf(0, ids[:8]...), leaf(1, 261, u, u, u, u, u, u, u)
	want := crypto.Keccak256Hash([]byte{1}, l0[:], l1[:])
	require.Equal(t, want, TokenRoot(secret, TagOutput, ids))
	require.NotEqual(t, want, TokenRoot(secret, TagPrompt, ids))
	require.Equal(t, l1, TokenLeaves(secret, TagOutput, ids)[1])
	require.Equal(t, common.Hash{}, TokenRoot(secret, TagOutput, nil))
}

func TestTextAndTraceRootByHand(t *testing.T) {
	secret := [32]byte{9}
	salt := crypto.Keccak256(append(append(secret[:], "prompt"...), 0, 0, 0, 0))
	var data [32]byte
	copy(data[:], "hé")
	require.Equal(t, crypto.Keccak256Hash([]byte{0}, salt, data[:]), TextRoot(secret, TagPrompt, []byte("hé")))

	root := common.Hash{7}
	salt = crypto.Keccak256(append(append(secret[:], "trace"...), 0, 0, 0, 0))
	require.Equal(t, crypto.Keccak256Hash([]byte{4}, salt, root[:]), TraceRoot(secret, root))
}

func TestParamsEncoding(t *testing.T) {
	p := Params{TemperatureMilli: 700, MaxGap: 65536, Seed: [32]byte{31: 5}, StopIDs: []uint32{2, 300}, TemplateID: 9}
	require.NoError(t, p.Validate())
	require.Equal(t, common.FromHex("0x01000002bc00010000"+
		"0000000000000000000000000000000000000000000000000000000000000005"+
		"00000009"+"00000002"+"00000002"+"0000012c"), p.Encode())
	got, err := DecodeParams(p.Encode())
	require.NoError(t, err)
	require.Equal(t, p, got)
	require.Equal(t, crypto.Keccak256Hash(p.Encode()), p.Hash())

	for name, bad := range map[string]Params{
		"temperature too low":  {TemperatureMilli: 49},
		"temperature too high": {TemperatureMilli: MaxTemperatureMilli + 1},
		"stop ids descending":  {StopIDs: []uint32{3, 2}},
		"stop ids equal":       {StopIDs: []uint32{3, 3}},
		"stop id too large":    {StopIDs: []uint32{MaxVocabulary}},
		"too many stop ids":    {StopIDs: make([]uint32, MaxStopIDs+1)},
	} {
		require.ErrorIs(t, bad.Validate(), ErrInvalid, name)
		_, err := DecodeParams(bad.Encode())
		require.ErrorIs(t, err, ErrInvalid, name)
	}
	_, err = DecodeParams(append(p.Encode(), 0))
	require.ErrorIs(t, err, ErrInvalid)
}
