package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/economics"
	"github.com/dgrid-network/dgrid/protocol"
)

func runEconomics(args ...string) (string, error) {
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetArgs(append([]string{"economics", "--trials", "1000"}, args...))
	err := root.Execute()
	return out.String(), err
}

func TestEconomicsOfTheDefaults(t *testing.T) {
	require.Equal(t, economics.Live(), liveEconomics(), "deploy.Live and the model's defaults are one")
	out, err := runEconomics("--json")
	require.NoError(t, err)
	var r economics.Report
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	require.True(t, r.Pass)
	require.GreaterOrEqual(t, r.Ratio, 1.5)
	require.Len(t, r.Rows, len(economics.Strategies()))
	require.Len(t, r.Removed, len(economics.Removals()))
}

// The report is about what is deployed: it fails for a deployment with rarer draws, or with
// questions that cost next to nothing.
func TestEconomicsAreThoseOfTheDeployment(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*deploy.Parameters){
		"rarer draws": func(p *deploy.Parameters) { p.Audits.AuditBps = 100 },
		"no bonds":    func(p *deploy.Parameters) { p.Questions.BaseBond, p.Questions.AskCost = big.NewInt(300), new(big.Int) },
	} {
		d := deploy.Live(common.Address{}, common.Address{}, common.Address{})
		change(&d)
		r, err := economics.Evaluate(economicsOf(d), economics.MinTrials, 1)
		require.NoError(t, err)
		require.False(t, r.Pass, name)
	}
}

func TestEconomicsFailsWithItsOwnCode(t *testing.T) {
	for _, args := range [][]string{{"--audit-probability", "0.01"}, {"--without", "burn,forfeit"}} {
		out, err := runEconomics(args...)
		var e exitCode
		require.True(t, errors.As(err, &e), "%v: %v", args, err)
		require.Equal(t, exitCheck, e.code)
		require.Contains(t, out, "loss/gain", "the table is printed all the same")
	}
}

func TestEconomicsRefusesNonsense(t *testing.T) {
	for _, args := range [][]string{{"--audit-probability", "0"}, {"--without", "gravity"}, {"--trials", "3"}, {"--share-relayer", "0.9"}} {
		_, err := runEconomics(args...)
		require.ErrorIs(t, err, protocol.ErrInvalid, "%v", args)
		var e exitCode
		require.False(t, errors.As(err, &e))
	}
	_, err := runEconomics("--slash", "a lot")
	require.ErrorContains(t, err, "no part of one")
	_, err = runEconomics("--slash", "0.1x")
	require.Error(t, err)
}
