package main

import (
	"log/slog"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/protocol"
)

func TestLimitsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	require.Equal(t, txmgr.Policy{}, limits(config.Chain{}), "zero is no limit")
	require.Equal(t, txmgr.Policy{GasPerHour: 7, MaxFeeCap: big.NewInt(9)}, limits(config.Chain{GasPerHour: 7, MaxFeeCap: protocol.NewAmount(9)}))
}

// Commands and services hold what is over the configured limits, and say so.
func TestKeysKeepToTheConfiguredLimits(t *testing.T) {
	t.Parallel()
	for _, limit := range []string{"chain.gas_per_hour=1", "chain.max_fee_cap=1"} {
		t.Run(limit, func(t *testing.T) {
			t.Parallel()
			p := newPerson(t)
			c, s, end := p.sender(limit)
			defer end()
			services, err := connectTo(t.Context(), c.cfg.Chain, c.deployment, slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			defer services.Client.Close()
			for _, m := range []*txmgr.Manager{s.manager, services.Lane(txmgr.NewMemory(), s.key.Private())} {
				id, err := m.Submit(t.Context(), protocol.Call{To: &p.addr, Purpose: "anything"})
				require.NoError(t, err)
				require.NoError(t, m.Converge(t.Context()))
				_, err = m.Mined(t.Context(), id)
				require.ErrorIs(t, err, txmgr.ErrPending)
				require.ErrorContains(t, err, "lane holds")
			}
		})
	}
}
