package main

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/prover"
	proverkeys "github.com/dgrid-network/dgrid/prover/keys"
)

// A verifier is deployed with only if its code is that of the key that is named: not a
// contract that accepts every proof, nor one that refuses every proof, nor the verifier of
// another key.
func TestDeployTakesOnlyTheVerifierOfTheKey(t *testing.T) {
	t.Parallel()
	p := funded(t)
	key, code := otherVerifier(t)
	folder := filepath.Join(p.dir, "ceremony")
	require.NoError(t, os.MkdirAll(filepath.Join(folder, "keys"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "keys", "verifying.key"), key, 0o600))
	record := filepath.Join(p.dir, "d.json")
	args := func(at common.Address, more ...string) []string {
		return append([]string{"deploy", "--set", "chain.deployment=" + record, "--verifier", at.Hex(), "--key-hash", crypto.Keccak256Hash(key).Hex()}, more...)
	}
	right := p.contract(code)
	p.refuse(exitError, []string{"verifying.key", "name the folder of the sealed ceremony"}, args(right)...)
	for name, bad := range map[string]common.Address{"accepts": p.contract([]byte{0x00}), "refuses": p.contract([]byte{0x5f, 0x5f, 0xfd}), "development": p.contract(runtimeOf(t))} {
		for _, more := range [][]string{{"--keys", folder}, {"--keys", folder, "--dry-run"}} {
			notes := p.refuse(exitError, []string{bad.Hex(), "not the code", "foundry.toml"}, args(bad, more...)...)
			require.NoFileExists(t, record+".pending", "%s: %s", name, notes)
		}
	}
	p.do(args(right, "--dry-run", "--set", "prover.keys="+folder)...)
}

// otherVerifier returns a verifying key that is not the development one, and the code of its
// verifier: two points of the key are exchanged, and so are their numbers in the code.
func otherVerifier(t *testing.T) (key, code []byte) {
	t.Helper()
	source, err := proverkeys.Store{Dir: filepath.Join("..", "..", ".cache", "keys"), Child: []string{os.Args[0], proverkeys.ChildCommand}}.Dev(t.Context(), proverkeys.Step())
	require.NoError(t, err)
	var raw bytes.Buffer
	_, err = source.Verifying.WriteRawTo(&raw)
	require.NoError(t, err)
	key, code = raw.Bytes(), runtimeOf(t)
	const point, behind = 64, 8 // bytes
	points := key[len(key)-behind-2*point : len(key)-behind]
	swapped := append(append([]byte(nil), points[point:]...), points[:point]...)
	for at := 0; at < point; at += 32 {
		a, b := points[at:at+32], points[point+at:point+at+32]
		code = exchange(t, code, a, b)
	}
	copy(points, swapped)
	return key, code
}

// exchange puts two words of one length in each other's places.
func exchange(t *testing.T, code, a, b []byte) []byte {
	t.Helper()
	require.True(t, a[0] != 0 && b[0] != 0)
	require.True(t, bytes.Contains(code, a) && bytes.Contains(code, b))
	hole := bytes.Repeat([]byte{0xee}, 32)
	code = bytes.ReplaceAll(code, a, hole)
	return bytes.ReplaceAll(bytes.ReplaceAll(code, b, a), hole, b)
}

// runtimeOf is the code of the development verifier, as it is on chain.
func runtimeOf(t *testing.T) []byte {
	t.Helper()
	creation := prover.VerifierCode()
	at := bytes.Index(creation, []byte{0xf3, 0xfe}) // RETURN and INVALID end what creates it
	require.Positive(t, at)
	return creation[at+2:]
}

// contract creates a contract of this code.
func (p *person) contract(code []byte) common.Address {
	p.t.Helper()
	creation := binary.BigEndian.AppendUint16([]byte{0x61}, uint16(len(code)))
	creation = append(append(creation, 0x80, 0x60, 0x0a, 0x5f, 0x39, 0x5f, 0xf3), code...) // CODECOPY(0, 10, length), RETURN(0, length)
	c, err := chain.Dial(p.t.Context(), chain.Config{URL: world.chain.HTTP(), ChainID: devchain.ChainID})
	require.NoError(p.t, err)
	defer c.Close()
	k, err := loadKey(config.Keystore{Key: p.key, Passphrase: p.key + ".pass"}, "wallet")
	require.NoError(p.t, err)
	d, err := deploy.Run(p.t.Context(), c, chain.KeySigner{Key: k.Private()}, []deploy.Step{{Name: "other", ABI: "[]", Code: creation}}, filepath.Join(p.t.TempDir(), "other.json"))
	require.NoError(p.t, err)
	return d.Address("other")
}
