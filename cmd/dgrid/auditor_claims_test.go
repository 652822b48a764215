package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/node/auditor"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Claims are made from receipts, listed, and refused by the contract when they show nothing.
func TestClaimsByHand(t *testing.T) {
	t.Parallel()
	p := funded(t)
	_, b := auditedAnswer(t, p.dir)
	b.Domain = protocol.Domain{ChainID: deployed(t).ChainID, Market: deployed(t).Addresses().Market}
	b.Receipt.RequestHash = b.Domain.Digest(b.Request)
	signer, err := crypto.GenerateKey()
	require.NoError(t, err)
	sign := func(b bundle.Bundle) bundle.Bundle {
		b.Signature, err = b.Domain.Sign(signer, b.Receipt)
		require.NoError(t, err)
		return b
	}
	b = sign(b)
	write := func(name string, v any) string {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		path := filepath.Join(p.dir, name)
		require.NoError(t, os.WriteFile(path, raw, 0o600))
		return path
	}
	out, _, code := p.try("auditor", "claim", "make", write("right.json", b))
	require.Equal(t, exitCheck, code, out)

	dear := b
	dear.Receipt.Fee = protocol.NewAmount(7)
	dear = sign(dear)
	out, notes, code := p.try("auditor", "claim", "make", write("dear.json", dear))
	require.Equal(t, exitOK, code, notes)
	c, err := auditor.DecodeClaim([]byte(out))
	require.NoError(t, err)
	require.Equal(t, auditor.ClaimBilling, c.Claim)
	file := write("claim.json", c)
	// Its model is none of this network.
	p.refuse(exitError, []string{"UnknownModelVersion"}, "auditor", "claim", "fault", file, "--dry-run")
	p.refuse(exitError, []string{"UnknownModelVersion"}, "auditor", "claim", "fault", filepath.Join(p.dir, "dear.json"))

	out, notes, code = p.try("auditor", "claim", "make", write("right.json", b), write("dear.json", dear))
	require.Equal(t, exitOK, code, notes)
	pair, err := auditor.DecodeClaim([]byte(out))
	require.NoError(t, err)
	require.Equal(t, auditor.ClaimEquivocation, pair.Claim, "one number, two receipts")

	c.Domain.ChainID++
	p.refuse(exitError, []string{"the claim is of chain"}, "auditor", "claim", "fault", write("claim.json", c))
	c.Claim = "nothing"
	c.Domain.ChainID--
	p.refuse(exitError, []string{`claim "nothing"`}, "auditor", "claim", "fault", write("claim.json", c))
	p.refuse(exitError, []string{"no such file"}, "auditor", "claim", "fault", filepath.Join(p.dir, "absent.json"))

	dir := t.TempDir()
	require.Equal(t, exitOK, run(t.Context(), []string{"auditor", "claims", "--data", dir, "--json"}))
	require.Equal(t, exitOK, run(t.Context(), []string{"auditor", "bonds", "--data", dir}))
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "claims", "--data", dir, common.Hash{1}.Hex()}))
	require.Equal(t, exitError, run(t.Context(), []string{"auditor", "claims", "--data", dir, strings.Repeat("z", 66)}))
}
