package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/prover/ceremony"
	proverkeys "github.com/dgrid-network/dgrid/prover/keys"
)

// tiny is a circuit whose ceremony takes no time.
func tiny(tried *bool) []ceremonyCircuit {
	return []ceremonyCircuit{{ceremony.Example(), func(_ context.Context, set *proverkeys.Set) error {
		*tried = set.Deployment
		return nil
	}}}
}

// ceremonyRun runs one subcommand and returns its output and exit code.
func ceremonyRun(t *testing.T, circuits []ceremonyCircuit, args ...string) (string, string, int) {
	t.Helper()
	cmd := newCeremonyCommand(&globals{effort: keys.Light}, circuits)
	var out, log bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&log)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	if err == nil {
		return out.String(), log.String(), exitOK
	}
	log.WriteString(err.Error())
	var e exitCode
	if errors.As(err, &e) {
		return out.String(), log.String(), e.code
	}
	return out.String(), log.String(), exitError
}

func TestCeremonyFromInitToKeys(t *testing.T) {
	t.Parallel()
	circuits := tiny(new(bool))
	dir := filepath.Join(t.TempDir(), "ceremony")
	ok := func(args ...string) string {
		t.Helper()
		out, log, code := ceremonyRun(t, circuits, args...)
		require.Equal(t, exitOK, code, "%v: %s", args, log)
		return out
	}
	fails := func(want int, message string, args ...string) {
		t.Helper()
		_, log, code := ceremonyRun(t, circuits, args...)
		require.Equal(t, want, code, "%v", args)
		require.Contains(t, log, message)
	}
	value := func(b byte) string { return "0x" + strings.Repeat(fmt.Sprintf("%02x05", b), 16) }

	fails(exitCheck, "not found", "verify", dir)
	fails(exitError, "this program has example", "init", dir, "--circuit", "nothing")
	ok("init", dir, "--min-contributions", "2")
	fails(exitError, "is not empty", "init", dir)
	fails(exitError, "it has 0 contributions and needs 2", "seal", dir, "--phase", "1", "--beacon", value(1), "--beacon-source", "s")
	var records []string
	for phase := 1; phase <= 2; phase++ {
		for _, name := range []string{"ada", "grace"} {
			out := ok("contribute", dir, "--name", name)
			for line := range strings.Lines(out) {
				if rest, found := strings.CutPrefix(line, "record"); found {
					records = append(records, strings.TrimSpace(rest))
				}
			}
		}
		require.Contains(t, ok("status", dir), fmt.Sprintf("contribute to phase %d, or seal it", phase))
		fails(exitError, "not hexadecimal", "seal", dir, "--phase", fmt.Sprint(phase), "--beacon", "xyz", "--beacon-source", "s")
		fails(exitError, "required flag", "seal", dir, "--phase", fmt.Sprint(phase), "--beacon", value(byte(phase)))
		ok("seal", dir, "--phase", fmt.Sprint(phase), "--beacon", value(byte(phase)), "--beacon-source", "a test")
	}
	require.Len(t, records, 4)
	fails(exitError, "is sealed", "contribute", dir)

	state, err := ceremony.Read(dir)
	require.NoError(t, err)
	args := []string{"verify", dir, "--expect", state.Head().Hex()}
	for _, r := range records {
		args = append(args, "--includes", r)
	}
	out := ok(args...)
	require.Contains(t, out, `phase 2, contribution 2 by "grace"`)
	require.Contains(t, out, state.Phases[1].Sealed.Keys.VerifyingKey.Hex())
	fails(exitCheck, "expected was", "verify", dir, "--expect", records[0])
	fails(exitCheck, "in this ceremony", "verify", dir, "--includes", value(9))
	fails(exitCheck, "is not a hash", "verify", dir, "--includes", "abc")

	// A byte of a contribution: what held before it is still said.
	path := filepath.Join(dir, "phase2", "0001.params")
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(path, data, 0o644))
	fails(exitCheck, "SHA-256", "verify", dir)
	fails(exitCheck, "SHA-256", "status", dir)
}

func TestCeremonyRehearsal(t *testing.T) {
	t.Parallel()
	var tried bool
	cmd := newCeremonyCommand(&globals{json: true}, tiny(&tried))
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs([]string{"rehearse"})
	require.NoError(t, cmd.ExecuteContext(t.Context()))
	require.True(t, tried)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var figures map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &figures))
	for _, name := range []string{"constraints", "phase_1_bytes", "phase_2_bytes", "proving_key_bytes", "peak_mb"} {
		require.Positive(t, figures[name], name)
	}
}
