package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
)

// login is a SIWE message that a test edits before it is signed.
type login struct {
	domain, uri, nonce, issued, expires string
	chain                               uint64
	address                             common.Address
}

func (l login) text() string {
	s := fmt.Sprintf("%s wants you to sign in with your Ethereum account:\n%s\n\nSign in to DGrid.\n\nURI: %s\nVersion: 1\nChain ID: %d\nNonce: %s\nIssued At: %s",
		l.domain, l.address.Hex(), l.uri, l.chain, l.nonce, l.issued)
	if l.expires != "" {
		s += "\nExpiration Time: " + l.expires
	}
	return s
}

var wallet, _ = crypto.HexToECDSA(strings.Repeat("11", 32))
var walletAddress = crypto.PubkeyToAddress(wallet.PublicKey)

func signText(t *testing.T, text string) []byte {
	t.Helper()
	digest := crypto.Keccak256([]byte(fmt.Sprintf("\x19Ethereum Signed Message:\n%d%s", len(text), text)))
	sig, err := crypto.Sign(digest, wallet)
	require.NoError(t, err)
	sig[64] += 27
	return sig
}

func (w *world) fresh() login {
	a := w.do("GET", "/v1/auth/nonce", "")
	require.Equal(w.t, 200, a.status)
	return login{domain: siweDomain, uri: siweURI, nonce: a.body["nonce"].(string), issued: time.Now().UTC().Format(time.RFC3339), chain: w.Domain.ChainID, address: walletAddress}
}

func (w *world) logIn(text string, sig []byte) answer {
	raw, err := json.Marshal(map[string]string{"message": text, "signature": hexutil.Encode(sig)})
	require.NoError(w.t, err)
	return w.do("POST", "/v1/auth/siwe", string(raw))
}

func TestLoginMakesKeysAndRevokesThem(t *testing.T) {
	w := start(t, options{})
	l := w.fresh()
	a := w.logIn(l.text(), signText(t, l.text()))
	require.Equal(t, 200, a.status, string(a.raw))
	bearer := "Bearer " + a.body["token"].(string)

	channel := common.Hash{0x5e}
	body := fmt.Sprintf(`{"name":"laptop","channel":%q,"spend_limit":"500","concurrency":3}`, channel)
	a = w.do("POST", "/v1/keys", body, "Authorization", bearer)
	require.Equal(t, 400, a.status)
	require.Contains(t, a.body["detail"], "no channel")
	w.Chain.SetChannel(channel, gateway.Channel{Requester: walletAddress, Delegate: common.Address{1}, Deposit: protocol.NewAmount(1e6), Expiry: 1 << 40})
	a = w.do("POST", "/v1/keys", body, "Authorization", bearer)
	require.Contains(t, a.body["detail"], w.Gateway.Delegate().Hex(), "says whom to make the delegate")
	w.Chain.SetChannel(channel, gateway.Channel{Requester: common.Address{2}, Delegate: w.Gateway.Delegate(), Deposit: protocol.NewAmount(1e6), Expiry: 1 << 40})
	require.Equal(t, 400, w.do("POST", "/v1/keys", body, "Authorization", bearer).status, "somebody else's channel")
	w.Chain.SetChannel(channel, gateway.Channel{Requester: walletAddress, Delegate: w.Gateway.Delegate(), Deposit: protocol.NewAmount(1e6), Expiry: 1 << 40})
	a = w.do("POST", "/v1/keys", body, "Authorization", bearer)
	require.Equal(t, 201, a.status, string(a.raw))
	key, id := a.body["key"].(string), a.body["id"].(string)
	require.Equal(t, 200, w.do("POST", "/v1/chat/completions", more(`"max_tokens":50`), "Authorization", "Bearer "+key).status)
	require.Equal(t, 403, w.do("POST", "/v1/chat/completions", chat, "Authorization", bearer).status, "a session buys nothing")
	require.Equal(t, 403, w.do("GET", "/v1/keys", "", "Authorization", "Bearer "+key).status, "the key has no such scope")

	a = w.do("GET", "/v1/keys", "", "Authorization", bearer)
	require.NotContains(t, string(a.raw), key)
	require.Len(t, a.body["data"], 1)
	require.Equal(t, 204, w.do("DELETE", "/v1/keys/"+id, "", "Authorization", bearer).status)
	require.Equal(t, 401, w.do("POST", "/v1/chat/completions", chat, "Authorization", "Bearer "+key).status)
	require.Equal(t, 404, w.do("DELETE", "/v1/keys/key_test", "", "Authorization", bearer).status, "another account's key")
	require.Equal(t, 400, w.do("POST", "/v1/keys", `{"scopes":["root"]}`, "Authorization", bearer).status)
	require.Equal(t, 204, w.do("DELETE", "/v1/auth/session", "", "Authorization", bearer).status)
	require.Equal(t, 401, w.do("GET", "/v1/keys", "", "Authorization", bearer).status)
}

func TestAPI3_LoginMutations(t *testing.T) {
	w := start(t, options{})
	old := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	ahead := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for name, edit := range map[string]func(*login){
		"domain":          func(l *login) { l.domain = "evil.test" },
		"domain prefix":   func(l *login) { l.domain = siweDomain + ".evil" },
		"uri":             func(l *login) { l.uri = "https://evil.test" },
		"uri path":        func(l *login) { l.uri = siweURI + "/x" },
		"chain":           func(l *login) { l.chain = 1 },
		"nonce":           func(l *login) { l.nonce = "0123456789abcdef" },
		"old":             func(l *login) { l.issued = old },
		"from the future": func(l *login) { l.issued = ahead },
		"expired":         func(l *login) { l.expires = old },
		"other address":   func(l *login) { l.address = common.HexToAddress("0x1234567890123456789012345678901234567890") },
	} {
		l := w.fresh()
		edit(&l)
		a := w.logIn(l.text(), signText(t, l.text()))
		require.Equal(t, 401, a.status, "%s: %s", name, a.raw)
	}
	l := w.fresh()
	text := l.text()
	sig := signText(t, text)
	for name, bad := range map[string][]byte{"short": sig[:64], "empty": {}, "long": append(append([]byte{}, sig...), 0), "other": signText(t, text+" ")} {
		l := w.fresh()
		require.Equal(t, 401, w.logIn(l.text(), bad).status, name)
	}
	for _, text := range []string{"", "hello", strings.Repeat("x", 5000)} {
		require.Equal(t, 400, w.logIn(text, sig).status)
	}
}

func TestAPI3_NonceIsUsedOnce(t *testing.T) {
	w := start(t, options{api: func(c *api.Config) { c.AnonymousPerMinute = 5000 }})
	l := w.fresh()
	text := l.text()
	sig := signText(t, text)
	var wg sync.WaitGroup
	var in atomic.Int64
	for range 100 {
		wg.Go(func() {
			if w.logIn(text, sig).status == 200 {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), in.Load())

	l = w.fresh()
	w.redis.FastForward(6 * time.Minute)
	require.Equal(t, 401, w.logIn(l.text(), signText(t, l.text())).status, "a nonce expires")
}

// contracts is a wallet contract that accepts one signature.
type contracts struct{ account common.Address }

func (c contracts) ValidSignature(_ context.Context, account common.Address, _ common.Hash, sig []byte) (bool, error) {
	return account == c.account && string(sig) == "contract says yes", nil
}

func TestContractWalletLogsIn(t *testing.T) {
	safe := common.HexToAddress("0x5AFE00000000000000000000000000000000aaaa")
	w := start(t, options{deps: func(d *api.Deps) { d.Wallets = contracts{safe} }})
	l := w.fresh()
	l.address = safe
	a := w.logIn(l.text(), []byte("contract says yes"))
	require.Equal(t, 200, a.status, string(a.raw))
	l = w.fresh()
	l.address = safe
	require.Equal(t, 401, w.logIn(l.text(), []byte("no")).status)
}

func TestAPI4_NoUsableTokenAtRest(t *testing.T) {
	dir := t.TempDir()
	o := options{}
	o.DatabaseURL = "sqlite:" + dir + "/api.db"
	w := start(t, o)
	token, key, err := w.server.CreateKey(context.Background(), api.NewKey{Account: walletAddress})
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", key), token)
	var dump []string
	rows, err := w.Store.DB().QueryContext(context.Background(), "SELECT id || hint || hex(token_hash) || scopes FROM gateway_keys")
	require.NoError(t, err)
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		dump = append(dump, s)
	}
	require.NoError(t, rows.Close())
	require.NotEmpty(t, dump)
	require.NotContains(t, strings.Join(dump, ""), token)
}
