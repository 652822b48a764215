package api_test

import (
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func base(id string) store.Entity { return store.Entity{ID: id} }

func number(n uint64) protocol.Amount { return protocol.NewAmount(n) }

// TestGenerationShowsItsDispute: from nothing over a question to a proven fault, and what
// others did with the receipt does not count.
func TestGenerationShowsItsDispute(t *testing.T) {
	w := start(t, options{})
	a := w.post("/v1/chat/completions", chat)
	id := a.body["id"].(string)
	hash := common.HexToHash(a.at("dgrid", "receipt", "digest").(string))
	owner := common.HexToAddress(a.at("dgrid", "provider").(string))
	require.Nil(t, a.at("dgrid", "dispute"), "an answer that just came")
	shown := func() answer {
		t.Helper()
		g := w.get("/v1/generations/" + id)
		require.Equal(t, 200, g.status, string(g.raw))
		return g
	}
	w.mine(1, provider(1, 1))
	g := shown()
	require.Equal(t, map[string]any{"state": "none"}, g.at("dgrid", "dispute"))
	window := uint64(g.at("dgrid", "disputable_until").(float64))

	other := store.Fault{Entity: base(store.PositionID(2, 0)), Receipt: hash, Cause: common.Hash{9}, Provider: common.Address{0xbb}, Kind: "over_billing",
		Rung: store.RungFault, Slashed: number(100), Line: common.Hash{8}}
	w.mine(2, &other)
	require.Equal(t, "none", shown().at("dgrid", "dispute", "state"), "somebody else billed it")
	require.Equal(t, "0", shown().at("dgrid", "dispute", "slashed", "base_units"))

	row := store.Receipt{Entity: base(store.HashID(hash)), Receipt: hash, Provider: owner, Questions: 1, OpenQuestions: 1, ExtendedUntil: store.Uint64(window + 50)}
	node := json.RawMessage(`{"kind":"trace","level":1,"t":0,"l":0,"vector":0,"index":0,"size":1,"hash":"` + hash.Hex() + `"}`)
	asked := store.Question{Entity: base(store.HashID(common.Hash{7})), Question: common.Hash{7}, Receipt: hash, Provider: owner, Kind: "trace", Node: node,
		State: store.QuestionAsked, Asks: 1, Bond: number(5), Answer: protocol.Bytes{1, 2}}
	first := row
	w.mine(3, &first, &asked)
	g = shown()
	require.Equal(t, "asked", g.at("dgrid", "dispute", "state"))
	require.Equal(t, "disputed", g.at("dgrid", "status"))
	require.Equal(t, float64(window+50), g.at("dgrid", "disputable_until"))

	row.OpenQuestions, row.Silences, row.SmallFault, row.Slashed, row.Refunded = 0, 1, "silence", number(30), number(2)
	second := row
	w.mine(4, &second, &store.Fault{Entity: base(store.PositionID(4, 1)), Receipt: hash, Cause: hash, Provider: owner, Kind: "silence", Rung: store.RungSmall,
		Slashed: number(30), Refunded: number(2), TxHash: common.Hash{4}})
	g = shown()
	require.Equal(t, "asked", g.at("dgrid", "dispute", "state"), "a silence alone proves nothing about the answer")
	require.Equal(t, "silence", g.at("dgrid", "dispute", "kind"))
	require.Equal(t, "delivered", g.at("dgrid", "status"))

	row.Fault, row.Slashed, row.SettledAt, row.SettledTx = "wrong_step", number(130), epoch, common.Hash{6}
	w.mine(5, &row, &store.Fault{Entity: base(store.PositionID(5, 1)), Receipt: hash, Cause: hash, Provider: owner, Kind: "wrong_step", Rung: store.RungFault,
		Slashed: number(100), TxHash: common.Hash{5}})
	g = shown()
	require.Equal(t, "proven", g.at("dgrid", "dispute", "state"))
	require.Equal(t, "wrong_step", g.at("dgrid", "dispute", "kind"))
	require.Equal(t, "130", g.at("dgrid", "dispute", "slashed", "base_units"))
	require.Equal(t, "2", g.at("dgrid", "dispute", "refunded", "base_units"))
	require.Equal(t, common.Hash{5}.Hex(), g.at("dgrid", "dispute", "tx"))
	require.Equal(t, common.Hash{6}.Hex(), g.at("dgrid", "dispute", "settlement_tx"))
	require.Equal(t, "included", g.at("dgrid", "dispute", "finality"))
	require.Equal(t, "slashed", g.at("dgrid", "status"))
	w.mine(6, provider(2, 1))
	require.Equal(t, "finalized", shown().at("dgrid", "dispute", "finality"))

	p := w.do("GET", "/v1/market/receipts/"+hash.Hex(), "")
	require.Len(t, p.at("data", "fault_list"), 3)
	require.Len(t, p.at("data", "question_list"), 1)
	q := w.do("GET", "/v1/market/questions?receipt="+hash.Hex(), "")
	require.NotContains(t, q.body["data"].([]any)[0], "answer")
	q = w.do("GET", "/v1/market/questions/"+common.Hash{7}.Hex(), "")
	require.Equal(t, "0x0102", q.at("data", "answer"))
	require.Equal(t, "trace", q.at("data", "node", "kind"))
}

// TestPagesShowTheirHistory of providers and model versions.
func TestPagesShowTheirHistory(t *testing.T) {
	w := start(t, options{})
	version, who := common.Hash{7}, common.Address{1}
	p := provider(1, 5)
	p.Faults, p.SmallFaults, p.Questions, p.OpenQuestions, p.Silences, p.Audits, p.AuditsPassed = 1, 2, 4, 1, 3, 9, 8
	fault := store.Fault{Entity: base(store.PositionID(1, 2)), Receipt: common.Hash{2}, Provider: who, ModelVersion: version, Kind: "padding", Rung: store.RungFault}
	open := store.Question{Entity: base(store.HashID(common.Hash{3})), Question: common.Hash{3}, Receipt: common.Hash{2}, Provider: who, Kind: "params",
		Node: json.RawMessage(`{"kind":"params","level":0,"t":0,"l":0,"vector":0,"index":0,"size":0,"hash":"` + version.Hex() + `"}`), State: store.QuestionAsked, Answer: protocol.Bytes{}}
	done := open
	done.Entity, done.Question, done.State = base(store.HashID(common.Hash{4})), common.Hash{4}, store.QuestionAnswered
	w.mine(1, p, &store.Version{Entity: base(store.HashID(version)), ModelVersion: version, Kind: protocol.KindLLM, Class: protocol.ClassProven, Name: "stories", Header: []byte{}, Faults: 1, Audits: 6, AuditsPassed: 5, Attested: 3, Attestors: 2},
		&fault, &open, &done)
	a := w.do("GET", "/v1/market/providers/"+who.Hex(), "")
	require.Equal(t, []any{1.0, 2.0, 4.0, 1.0, 3.0}, []any{a.at("data", "faults"), a.at("data", "small_faults"), a.at("data", "questions"), a.at("data", "open_questions"), a.at("data", "silences")})
	require.Equal(t, []any{9.0, 8.0}, []any{a.at("data", "audits"), a.at("data", "audits_passed")})
	require.Len(t, a.at("data", "fault_list"), 1)
	require.Len(t, a.at("data", "open_question_list"), 1)
	a = w.do("GET", "/v1/market/versions/"+version.Hex(), "")
	require.Equal(t, 1.0, a.at("data", "faults"))
	require.Equal(t, []any{6.0, 5.0, 3.0, 2.0}, []any{a.at("data", "audits"), a.at("data", "audits_passed"), a.at("data", "attested"), a.at("data", "attestors")})
	require.Equal(t, "padding", a.at("data", "fault_list").([]any)[0].(map[string]any)["kind"])

	seen := 0
	for _, path := range []string{"faults?kind=padding", "faults?kind=seam", "faults?rung=small", "questions?state=answered", "questions?asker=" + who.Hex()} {
		seen += len(w.do("GET", "/v1/market/"+path, "").body["data"].([]any))
	}
	require.Equal(t, 2, seen)
}
