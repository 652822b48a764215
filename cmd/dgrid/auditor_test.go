package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// auditedAnswer writes a model and a right answer of it.
func auditedAnswer(t *testing.T, dir string) (model string, b bundle.Bundle) {
	t.Helper()
	file, err := runtime.EncodeContainer(raw.Tensors(raw.Odd(), 7, 1<<14))
	require.NoError(t, err)
	path := filepath.Join(dir, "odd.dgm")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	m, err := runtime.Parse(file)
	require.NoError(t, err)
	key, err := crypto.GenerateKey()
	require.NoError(t, err)
	p, prompt := protocol.Params{}, []uint32{3, 9, 4}
	result, err := m.NewSession().Generate(t.Context(), prompt, runtime.Params{Params: p, MaxTokens: 3}, nil)
	require.NoError(t, err)
	report, err := trace.Replay(t.Context(), m, prompt, result.Output, p)
	require.NoError(t, err)
	secret, version := common.Hash{1}, common.Hash{2}
	b = bundle.Bundle{Schema: bundle.Schema, Domain: protocol.Domain{ChainID: 31337, Market: common.Address{3}}, Params: p.Encode(), Secret: secret,
		Prompt: prompt, Output: result.Output, Model: bundle.Model{Class: protocol.ClassProven, Positions: 24, StopIDs: []uint32{2}},
		Request: protocol.Request{ModelVersion: version, PromptRoot: protocol.TokenRoot(secret, protocol.TagPrompt, prompt), PromptTokens: 3, MaxOutputTokens: 3, ParamsHash: p.Hash()},
		Receipt: protocol.Receipt{OutputRoot: protocol.TokenRoot(secret, protocol.TagOutput, result.Output), OutputTokens: uint32(len(result.Output)),
			Finish: result.Finish, TraceRoot: protocol.TraceRoot(secret, report.Root)}}
	b.Receipt.RequestHash = b.Domain.Digest(b.Request)
	b.RequestSignature, err = b.Domain.Sign(key, b.Request)
	require.NoError(t, err)
	b.Signature, err = b.Domain.Sign(key, b.Receipt)
	require.NoError(t, err)
	return version.Hex() + "=" + path, b
}

func TestAuditorReplayTellsRightFromWrong(t *testing.T) {
	dir := t.TempDir()
	model, b := auditedAnswer(t, dir)
	write := func(b bundle.Bundle) string {
		data, err := json.Marshal(b)
		require.NoError(t, err)
		path := filepath.Join(dir, "receipt.json")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	require.Equal(t, exitOK, run(t.Context(), []string{"auditor", "replay", write(b), "--model", model}))
	b.Receipt.OutputTokens--
	require.Equal(t, exitFault, run(t.Context(), []string{"auditor", "replay", write(b), "--model", model}), "another number is billed")
	b.Receipt.OutputTokens++
	b.Receipt.TraceRoot[0] ^= 1
	require.Equal(t, exitFault, run(t.Context(), []string{"auditor", "replay", write(b), "--model", model}))
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "replay", write(b)}), "without the model")
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "replay", write(b), "--model", "nonsense"}))
}

func TestAuditorCommandsWithoutCases(t *testing.T) {
	dir := t.TempDir()
	require.Equal(t, exitOK, run(t.Context(), []string{"auditor", "list", "--data", dir, "--json"}))
	require.Equal(t, exitOK, run(t.Context(), []string{"auditor", "status", "--data", dir}))
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "status", "--data", dir, common.Hash{1}.Hex()}))
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "export", "--data", dir, "0x12"}))
	garbage := filepath.Join(dir, "case.json")
	require.NoError(t, os.WriteFile(garbage, []byte("{}"), 0o600))
	require.Equal(t, exitCheck, run(t.Context(), []string{"auditor", "check", garbage}))
}
