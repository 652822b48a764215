package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// receiptFile writes a right receipt, changed after signing.
func receiptFile(t *testing.T, edit func(*bundle.Bundle)) string {
	t.Helper()
	params := protocol.Params{}
	b := bundle.Bundle{Schema: bundle.Schema, Domain: protocol.Domain{ChainID: 31337, Market: common.Address{1}},
		Model: bundle.Model{Class: protocol.ClassProven, Positions: 16}, Params: params.Encode(), Secret: common.Hash{5}, Prompt: []uint32{1, 5}, Output: []uint32{7, 8},
		Request: protocol.Request{Payment: common.Hash{1}, ModelVersion: common.Hash{2}, PromptTokens: 2, MaxOutputTokens: 2, ParamsHash: params.Hash(),
			PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(1_000_000), MaxFee: protocol.NewAmount(100), Deadline: 1000},
		Receipt: protocol.Receipt{Provider: devchain.Address(1), OutputTokens: 2, Finish: protocol.FinishLength, TraceRoot: common.Hash{7}, Fee: protocol.NewAmount(4)}}
	b.Request.PromptRoot = protocol.TokenRoot(b.Secret, protocol.TagPrompt, b.Prompt)
	b.Receipt.OutputRoot = protocol.TokenRoot(b.Secret, protocol.TagOutput, b.Output)
	b.Receipt.RequestHash = b.Domain.Digest(b.Request)
	var err error
	b.RequestSignature, err = b.Domain.Sign(devchain.Key(2), b.Request)
	require.NoError(t, err)
	b.Signature, err = b.Domain.Sign(devchain.Key(3), b.Receipt)
	require.NoError(t, err)
	if edit != nil {
		edit(&b)
	}
	raw, err := json.Marshal(b)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "receipt.json")
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	return path
}

func TestVerifyOffline(t *testing.T) {
	t.Parallel()
	out, _, code := execute(t.Context(), []string{"verify", receiptFile(t, nil)})
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "PASS")
	require.NotContains(t, out, "FAIL")
	require.Contains(t, out, "only the chain can confirm")

	for check, edit := range map[string]func(*bundle.Bundle){
		bundle.CheckFee:     func(b *bundle.Bundle) { b.Receipt.Fee = protocol.NewAmount(5) },
		bundle.CheckOutput:  func(b *bundle.Bundle) { b.Output[1]++ },
		bundle.CheckPrompt:  func(b *bundle.Bundle) { b.Prompt[0]++ },
		bundle.CheckRequest: func(b *bundle.Bundle) { b.RequestSignature = b.RequestSignature[:64] },
	} {
		out, notes, code := execute(t.Context(), []string{"verify", "--json", receiptFile(t, edit)})
		require.Equal(t, exitCheck, code, check)
		require.Contains(t, notes, "check "+check)
		require.Equal(t, false, parseAnswer(t, out).at("ok"))
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(bad, []byte("{"), 0o600))
	_, notes, code := execute(t.Context(), []string{"verify", bad})
	require.Equal(t, exitCheck, code)
	require.Contains(t, notes, "decode bundle")
	_, _, code = execute(t.Context(), []string{"verify", bad + "x"})
	require.Equal(t, exitError, code)
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint64{"1.5": 1_500_000, "1500000u": 1_500_000, "2": 2_000_000, "0.000001": 1, "007": 7_000_000} {
		a, err := parseMoney(text, 6)
		require.NoError(t, err, text)
		require.Equal(t, protocol.NewAmount(want), a, text)
	}
	for _, text := range []string{"", "u", ".", "1.", ".5", "-1", "+1", "1e6", "0x10", " 1", "1 ", "1_000", "1.5u", "１", "1.0000001", "1.2.3", strings.Repeat("9", 60), strings.Repeat("9", 90) + "u"} {
		_, err := parseMoney(text, 6)
		require.ErrorIs(t, err, protocol.ErrInvalid, text)
	}
}

// The keys are cached as those of the prover's tests are: a cold cache takes some ten
// seconds.
func TestDevelopmentKeys(t *testing.T) {
	t.Parallel()
	out, notes, code := execute(t.Context(), []string{"keys", "dev", "--dir", filepath.Join(top, ".cache", "keys"), "--json"})
	require.Equal(t, exitOK, code, notes)
	require.Equal(t, "step", parseAnswer(t, out).at("circuit"))
	require.Equal(t, false, parseAnswer(t, out).at("deployment"))
	_, notes, code = execute(t.Context(), []string{keys.ChildCommand, "no such circuit", t.TempDir()})
	require.Equal(t, exitCheck, code)
	require.Contains(t, notes, "no circuit")
}

func TestNewWallet(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "w.json")
	out, _, code := execute(t.Context(), []string{"keys", "new", path})
	require.Equal(t, exitOK, code)
	require.Contains(t, out, "[wallet]")
	_, notes, code := execute(t.Context(), []string{"keys", "new", path})
	require.Equal(t, exitError, code)
	require.Contains(t, notes, "exists")
}
