package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/api/gateway/relaytest"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// epoch is the time of the tests' first block: later than their clock, so that the
// shown lag is the node's.
const epoch = 4_000_000_000

func blockNumber(n uint64, fork byte) store.Block {
	return store.Block{Number: n, Hash: common.Hash{fork, byte(n)}, ParentHash: common.Hash{fork, byte(n - 1)}, Time: epoch + n}
}

// mine commits one block of rows.
func (w *world) mine(number uint64, rows ...store.Row) {
	w.t.Helper()
	ctx := context.Background()
	at, err := w.network.Cursor(ctx)
	require.NoError(w.t, err)
	b := blockNumber(number, 1)
	for i, r := range rows {
		e := r.Base()
		e.NetworkID, e.Block, e.ChangedBlock, e.Time, e.LogIndex = w.network.Key(), number, number, b.Time, uint32(i)
	}
	require.NoError(w.t, w.network.Commit(ctx, at, store.Batch{Blocks: []store.Block{b}, Rows: rows, UndoFrom: 1,
		Heads: store.Heads{Latest: blockNumber(number+3, 1), Safe: number - 1, Finalized: number - 1}}))
}

func provider(n byte, stake uint64) *store.Provider {
	a := common.Address{n}
	return &store.Provider{Entity: store.Entity{ID: store.AddressID(a)}, Provider: a, Stake: protocol.NewAmount(stake), FreeStake: protocol.NewAmount(stake)}
}

func TestMarketPagesAndSorts(t *testing.T) {
	w := start(t, options{})
	w.mine(1, provider(1, 5))
	w.mine(2, provider(2, 900), provider(3, 70))
	var got []string
	cursor := ""
	for range 3 {
		a := w.do("GET", "/v1/market/providers?limit=1&sort=stake&cursor="+cursor, "")
		require.Equal(t, 200, a.status, string(a.raw))
		require.Equal(t, "2", a.header.Get("X-DGrid-Block"))
		got = append(got, a.body["data"].([]any)[0].(map[string]any)["stake"].(string))
		cursor, _ = a.body["next_cursor"].(string)
		require.Equal(t, float64(3), a.at("meta", "lag_seconds"))
	}
	require.Equal(t, []string{"900", "70", "5"}, got)
	require.Empty(t, cursor)

	a := w.do("GET", "/v1/market/providers?limit=1", "")
	same := w.do("GET", "/v1/market/providers?limit=1", "", "If-None-Match", a.header.Get("ETag"))
	require.Equal(t, 304, same.status)
	require.Empty(t, same.raw)

	// The block of the cursor goes away in a reorg.
	cursor = a.body["next_cursor"].(string)
	ctx := context.Background()
	at, err := w.network.Cursor(ctx)
	require.NoError(t, err)
	require.NoError(t, w.network.Rollback(ctx, at, blockNumber(1, 1)))
	a = w.do("GET", "/v1/market/providers?limit=1&cursor="+cursor, "")
	require.Equal(t, 409, a.status)
	require.Equal(t, "cursor_reorged", a.code())
	require.Equal(t, "/problems/cursor_reorged", a.body["type"])
}

func TestEveryMarketRouteAnswers(t *testing.T) {
	w := start(t, options{})
	version := common.Hash{7}
	channel := common.Hash{8}
	job := common.Hash{9}
	w.mine(1, provider(1, 5),
		&store.Version{Entity: store.Entity{ID: store.HashID(version)}, ModelVersion: version, Kind: protocol.KindLLM, Class: protocol.ClassProven, Name: "stories", Header: []byte{}},
		&store.Channel{Entity: store.Entity{ID: store.HashID(channel)}, Channel: channel, Requester: walletAddress, State: store.ChannelOpen, Deposit: protocol.NewAmount(9), Left: protocol.NewAmount(9), Expiry: 1 << 40},
		&store.Job{Entity: store.Entity{ID: store.HashID(job)}, Job: job, Requester: walletAddress, State: store.JobRequested, MaxFee: protocol.NewAmount(4), Request: json.RawMessage(`{}`), Prompt: json.RawMessage(`[1]`), Receipt: json.RawMessage("null"), Output: json.RawMessage("null")})
	receipt, question := common.Hash{10}, common.Hash{11}
	w.mine(2,
		&store.Receipt{Entity: store.Entity{ID: store.HashID(receipt)}, Receipt: receipt, Provider: common.Address{1}, ModelVersion: version, Fault: "wrong_step"},
		&store.Fault{Entity: store.Entity{ID: store.PositionID(2, 1)}, Receipt: receipt, Provider: common.Address{1}, ModelVersion: version, Kind: "wrong_step", Rung: store.RungFault},
		&store.Question{Entity: store.Entity{ID: store.HashID(question)}, Question: question, Receipt: receipt, Provider: common.Address{1}, Kind: "block",
			Node:  json.RawMessage(`{"kind":"block","level":0,"t":1,"l":2,"vector":0,"index":0,"size":0,"hash":"0x0000000000000000000000000000000000000000000000000000000000000000"}`),
			State: store.QuestionAsked, Answer: protocol.Bytes{}},
		&store.Claim{Entity: store.Entity{ID: store.PositionID(2, 3)}, Kind: store.ClaimEquivocation, Provider: common.Address{1}},
		&store.Audit{Entity: store.Entity{ID: store.HashID(common.Hash{12})}, Audit: common.Hash{12}, Provider: common.Address{1}, State: store.AuditDrawn, Points: 1},
		&store.AuditPoint{Entity: store.Entity{ID: store.HashID(common.Hash{13})}, Point: common.Hash{13}, Audit: common.Hash{12}, Provider: common.Address{1}, State: store.PointWaiting},
		&store.Attestation{Entity: store.Entity{ID: store.AttestationID(common.Hash{13}, common.Address{2})}, Kind: store.AttestReceipt, Audit: common.Hash{12}, Auditor: common.Address{2}, Answer: store.AnswerNone},
		&store.Auditor{Entity: store.Entity{ID: store.AddressID(common.Address{2})}, Auditor: common.Address{2}, Seated: true},
		&store.Verifier{Entity: store.Entity{ID: store.SpecID(1)}, SpecVersion: 1, State: store.VerifierSealed})
	for _, path := range []string{"models", "models?class=proven&search=STOR&sort=fees", "versions/" + version.Hex(), "providers", "providers/" + common.Address{1}.Hex(), "channels?requester=" + walletAddress.Hex(),
		"channels/" + channel.Hex(), "redeems", "jobs?state=requested", "jobs/" + job.Hex(), "accounts/" + walletAddress.Hex() + "/money", "credits", "slashes", "withdrawals", "offers",
		"calls/open-channel?account=" + walletAddress.Hex() + "&amount=1000",
		"faults", "faults?kind=wrong_step&rung=fault&sort=slashed&provider=" + common.Address{1}.Hex(), "questions?state=asked&kind=block&sort=deadline&order=asc", "questions/" + question.Hex(),
		"claims?kind=equivocation", "receipts/" + receipt.Hex(), "verifiers?state=sealed&sort=spec_version", "models?sort=faults", "providers?sort=silences",
		"audits?state=drawn&sort=points", "audits/" + common.Hash{12}.Hex(), "points?state=waiting&sort=silences&audit=" + common.Hash{12}.Hex(),
		"attestations?kind=receipt&answer=none&sort=attest_by&auditor=" + common.Address{2}.Hex(), "auditors?sort=stake"} {
		a := w.do("GET", "/v1/market/"+path, "")
		require.Equal(t, 200, a.status, "%s: %s", path, a.raw)
	}
	audit := w.do("GET", "/v1/market/audits/"+common.Hash{12}.Hex(), "")
	require.Len(t, audit.at("data", "point_list"), 1)
	require.Len(t, audit.at("data", "attestation_list"), 1)
	a := w.do("GET", "/v1/market/accounts/"+walletAddress.Hex()+"/money", "")
	require.Equal(t, "9", a.at("data", "in_channels"))
	require.Equal(t, "4", a.at("data", "in_jobs"))
	a = w.do("GET", "/v1/market/audits/"+common.Hash{12}.Hex(), "")
	require.Equal(t, "included", a.at("data", "finality"), "of the row itself")
	require.Equal(t, "included", a.at("data", "point_list").([]any)[0].(map[string]any)["finality"], "and of those in it")
	require.Equal(t, "finalized", w.do("GET", "/v1/market/providers/"+common.Address{1}.Hex(), "").at("data", "finality"), "a block earlier")
	a = w.do("GET", "/v1/network", "")
	require.Equal(t, w.Gateway.Delegate().Hex(), common.HexToAddress(a.at("data", "delegate").(string)).Hex())

	for path, code := range map[string]int{"channels/0x12": 400, "channels/" + common.Hash{1}.Hex(): 404, "providers?limit=0": 400, "providers?limit=201": 400, "providers?sort=luck": 400,
		"providers?cursor=@@": 400, "providers?order=up": 400, "models?class=best": 400, "providers?at=finalized": 400, "offers?sort=luck": 400, "offers?cursor=x": 400,
		"calls/open-channel?amount=1": 400, "faults?sort=kind": 400, "faults?receipt=0x1": 400, "questions/" + common.Hash{1}.Hex(): 404, "receipts/" + common.Hash{1}.Hex(): 404,
		"questions/0x12": 400, "verifiers?at=safe": 400, "audits/" + common.Hash{1}.Hex(): 404, "attestations?sort=owed": 400, "channels?requester=%00": 400, "models?name=%00": 400} {
		require.Equal(t, code, w.do("GET", "/v1/market/"+path, "").status, path)
	}
}

func TestOffersSortByTheCallersMix(t *testing.T) {
	w := start(t, options{Options: relaytest.Options{Server: func(s *relaytest.Server) {
		s.Providers[0].PriceIn, s.Providers[0].PriceOut = 1_000_000, 5_000_000
		s.Providers[1].PriceIn, s.Providers[1].PriceOut = 3_000_000, 1_000_000
	}}})
	first := func(q string) string {
		a := w.do("GET", "/v1/market/offers?limit=1&"+q, "")
		require.Equal(t, 200, a.status, string(a.raw))
		return a.body["data"].([]any)[0].(map[string]any)["provider"].(string)
	}
	zero, one := w.Providers[0].Owner, w.Providers[1].Owner
	require.Equal(t, zero, common.HexToAddress(first("prompt_tokens=1000&output_tokens=10")))
	require.Equal(t, one, common.HexToAddress(first("prompt_tokens=10&output_tokens=1000")))
	require.Equal(t, zero, common.HexToAddress(first("sort=reliability")))
	a := w.do("GET", "/v1/market/offers?limit=1&sort=reliability", "")
	require.Equal(t, one, common.HexToAddress(first("sort=reliability&cursor="+a.body["next_cursor"].(string))))
	require.Empty(t, w.do("GET", "/v1/market/offers?class=sampled", "").body["data"])
	require.Empty(t, w.do("GET", "/v1/market/offers?model_version="+common.Hash{1}.Hex(), "").body["data"])
}

func TestGenerationShowsItsSettlement(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", chat)
	id := a.body["id"].(string)
	require.NoError(t, w.Gateway.Flush(context.Background()))
	v := w.Vouchers()[0]
	line := store.MarketLineID(v.Line())
	w.mine(1, &store.Redeem{Entity: store.Entity{ID: store.RedeemID(line, 0)}, Line: line, Channel: v.Channel, Provider: v.Provider, ModelVersion: v.ModelVersion, Relayer: v.Relayer,
		Amount: v.Total, Paid: v.Total, Total: v.Total, Count: 1, TxHash: common.Hash{0x7e}})
	g := w.get("/v1/generations/" + id)
	require.Equal(t, "settled", g.at("dgrid", "status"))
	require.Equal(t, "included", g.at("dgrid", "finality"))
	require.Equal(t, common.Hash{0x7e}.Hex(), g.at("dgrid", "settlement_tx"))
	w.mine(2, provider(1, 1))
	require.Equal(t, "finalized", w.get("/v1/generations/"+id).at("dgrid", "finality"))
}

func TestOperationalRoutes(t *testing.T) {
	w := start(t, options{})
	w.mine(1, provider(1, 1))
	for _, path := range []string{"/healthz", "/readyz", "/version", "/openapi.yaml"} {
		a := w.do("GET", path, "")
		require.Equal(t, 200, a.status, "%s: %s", path, a.raw)
	}
	require.Contains(t, string(w.do("GET", "/metrics", "").raw), `dgrid_api_request_seconds_count{route="/healthz",status="200"} 1`)
}

func TestServeDrains(t *testing.T) {
	step := make(chan struct{})
	o := options{}
	o.Paused = true
	o.Options.Server = func(s *relaytest.Server) { s.Providers[0].Step = step }
	w := start(t, o)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- w.server.Serve(ctx, l) }()
	w.url = fmt.Sprintf("http://%s", l.Addr())
	got := make(chan answer)
	go func() { got <- w.post("/v1/chat/completions", chat) }()
	require.Eventually(t, func() bool { return w.Answers() == 1 }, 10*time.Second, time.Millisecond)
	stop()
	close(step)
	require.Equal(t, 200, (<-got).status, "an answer under way is finished")
	require.NoError(t, <-served)
}

// A node that is away sends no newer block: then the age of the newest one tells.
func TestLagGrowsWhileTheNodeIsAway(t *testing.T) {
	w := start(t, options{})
	ctx := context.Background()
	at, err := w.network.Cursor(ctx)
	require.NoError(t, err)
	b := blockNumber(1, 1)
	b.Time = uint64(time.Now().Add(-time.Hour).Unix())
	require.NoError(t, w.network.Commit(ctx, at, store.Batch{Blocks: []store.Block{b}, UndoFrom: 1, Heads: store.Heads{Latest: b}}))
	a := w.do("GET", "/v1/market/providers", "")
	require.Equal(t, 200, a.status, string(a.raw))
	require.GreaterOrEqual(t, a.at("meta", "lag_seconds"), float64(3600))
	require.Equal(t, 503, w.do("GET", "/readyz", "").status)
}
