package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api"
	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/store"
)

func audience(a protocol.Audience) options {
	return options{Options: relaytest.Options{Config: func(c *gateway.Config) { c.Audience = a }}}
}

// feed opens the audit feed and returns a function that reads its next event.
func (w *world) feed(after string) (next func() (id string, event map[string]any), closed func()) {
	w.t.Helper()
	req, err := http.NewRequest("GET", w.url+"/v1/audits/feed", nil)
	require.NoError(w.t, err)
	req.Header.Set("Last-Event-ID", after)
	res, err := w.client.Do(req)
	require.NoError(w.t, err)
	require.Equal(w.t, 200, res.StatusCode)
	lines := bufio.NewScanner(res.Body)
	return func() (id string, event map[string]any) {
		for lines.Scan() {
			if rest, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				id = rest
			}
			if rest, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				require.NoError(w.t, json.Unmarshal([]byte(rest), &event))
				return id, event
			}
		}
		w.t.Fatal("the feed ended: ", lines.Err())
		return
	}, func() { res.Body.Close() }
}

func TestAuditFeedShowsAnswersAndResumes(t *testing.T) {
	w := start(t, audience(protocol.AudienceAnyone))
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	next, closed := w.feed("")
	id, first := next()
	require.Equal(t, "anyone", first["audience"])

	require.Equal(t, 200, w.post("/v1/chat/completions", more(`"max_tokens":3`)).status)
	_, second := next()
	closed()
	require.NotEqual(t, first["receipt_hash"], second["receipt_hash"])

	next, closed = w.feed(id)
	_, again := next()
	closed()
	require.Equal(t, second, again, "a feed goes on after the answer seen last")

	a := w.do("GET", "/v1/audits/"+first["receipt_hash"].(string), "")
	require.Equal(t, 200, a.status)
	b, err := bundle.Decode(a.raw)
	require.NoError(t, err)
	_, err = b.Verify()
	require.NoError(t, err)
	require.Equal(t, first["receipt_hash"], b.Domain.Digest(b.Receipt).Hex())
	require.Equal(t, 400, w.do("GET", "/v1/audits/feed?after=yesterday", "").status)
}

// Answers of one second come in any order of their names, and some while the feed is read:
// none may be missing.
func TestFeedMissesNoAnswerOfASecond(t *testing.T) {
	w := start(t, audience(protocol.AudienceAnyone))
	next, closed := w.feed("")
	defer closed()
	const answers = 12
	for range answers {
		require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	}
	seen := map[any]bool{}
	for range answers {
		_, event := next()
		seen[event["receipt_hash"]] = true
	}
	require.Len(t, seen, answers)
}

func TestAuditsKeepTokensFromStrangers(t *testing.T) {
	w := start(t, audience(protocol.AudienceAuditors))
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	next, closed := w.feed("")
	_, seen := next()
	closed()
	require.Equal(t, "auditors", seen["audience"])
	require.NotContains(t, seen, "secret")
	path := "/v1/audits/" + seen["receipt_hash"].(string)
	require.Equal(t, 404, w.do("GET", path, "").status)
	require.Equal(t, 200, w.get(path).status, "the requester reads its own")
	require.Equal(t, 404, w.do("GET", "/v1/audits/0x12", "").status)
}

func TestPrivateAnswersAreNotInTheFeed(t *testing.T) {
	o := audience(protocol.AudienceRequester)
	o.api = func(c *api.Config) { c.Heartbeat = 1e6 }
	w := start(t, o)
	require.Equal(t, 200, w.post("/v1/chat/completions", chat).status)
	gens, err := w.Store.Gateway().Delivered(t.Context(), protocol.ClassProven.String(), 0, [32]byte{}, 1<<40, 10)
	require.NoError(t, err)
	require.Len(t, gens, 1)
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"/v1/audits/feed", nil)
	require.NoError(t, err)
	res, err := w.client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() && lines.Text() != ": keep-alive" {
		require.False(t, strings.HasPrefix(lines.Text(), "data:"), "a private answer is in the feed: %s", lines.Text())
	}
}

func TestFeedEndsWithTheServer(t *testing.T) {
	w := start(t, audience(protocol.AudienceAnyone))
	ctx, stop := context.WithCancel(t.Context())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(ctx, l) }()
	res, err := w.client.Get("http://" + l.Addr().String() + "/v1/audits/feed")
	require.NoError(t, err)
	defer res.Body.Close()
	stop()
	_, err = io.ReadAll(res.Body)
	require.NoError(t, err, "the stream ends in order")
	require.NoError(t, <-ended)
}

// TestDrawnAuditorsReadBundles: whom the indexed draws name for a receipt, signed in, and
// only where the requester lets auditors look.
func TestDrawnAuditorsReadBundles(t *testing.T) {
	for _, to := range []protocol.Audience{protocol.AudienceAuditors, protocol.AudienceRequester} {
		t.Run(to.String(), func(t *testing.T) {
			w := start(t, audience(to))
			a := w.post("/v1/chat/completions", chat)
			require.Equal(t, 200, a.status)
			receipt := common.HexToHash(a.at("dgrid", "receipt", "digest").(string))
			path := "/v1/audits/" + receipt.Hex()
			l := w.fresh()
			login := w.logIn(l.text(), signText(t, l.text()))
			require.Equal(t, 200, login.status, string(login.raw))
			bearer := "Bearer " + login.body["token"].(string)
			key, _, err := w.server.CreateKey(t.Context(), api.NewKey{Account: walletAddress, Channel: common.Hash{9}})
			require.NoError(t, err)

			draw := func(block uint64, auditor common.Address, about common.Hash, kind string) {
				w.mine(block, &store.Attestation{Entity: base(store.AttestationID(common.Hash{byte(block)}, auditor)), Kind: kind, Auditor: auditor, Receipt: about, Answer: store.AnswerNone})
			}
			draw(1, common.Address{7}, receipt, store.AttestReceipt)
			draw(2, walletAddress, common.Hash{3}, store.AttestReceipt)
			draw(3, walletAddress, receipt, store.AttestVersion)
			require.Equal(t, 404, w.do("GET", path, "", "Authorization", bearer).status, "drawn for another receipt")
			draw(4, walletAddress, receipt, store.AttestReceipt)
			want := 404
			if to == protocol.AudienceAuditors {
				want = 200
			}
			got := w.do("GET", path, "", "Authorization", bearer)
			require.Equal(t, want, got.status, string(got.raw))
			require.Equal(t, 404, w.do("GET", path, "", "Authorization", "Bearer "+key).status, "a key is for applications")
			require.Equal(t, 404, w.do("GET", path, "").status)
			if want == 200 {
				b, err := bundle.Decode(got.raw)
				require.NoError(t, err)
				_, err = b.Verify()
				require.NoError(t, err)
			}
		})
	}
}
