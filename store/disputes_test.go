package store_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func hash(i int) common.Hash { return common.Hash{byte(i), byte(i >> 8)} }

func question(i int, state string, deadline uint64) *store.Question {
	return &store.Question{Entity: entity(store.HashID(hash(i)), 1, uint32(i)), Question: hash(i), Receipt: hash(i % 3), Provider: account(i % 4), Asker: account(9),
		Kind: []string{"block", "chunk"}[i%2], Node: json.RawMessage(`{"kind":"block","hash":"ü"}`), State: state, Deadline: store.Uint64(deadline),
		Bond: protocol.NewAmount(uint64(100 - i)), Answer: protocol.Bytes{1, byte(i)}}
}

func collect[T any](t *testing.T, l store.List, list func(store.List) (store.Page[T], error)) (all []T) {
	t.Helper()
	for {
		p, err := list(l)
		require.NoError(t, err)
		all = append(all, p.Data...)
		if l.Cursor = p.Next; p.Next == "" {
			return all
		}
	}
}

// TestDisputesInPages: filters, sorts beyond what an SQL integer holds, and answers only
// where one question is asked for.
func TestDisputesInPages(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		deadlines := []uint64{math.MaxUint64, 7, 1 << 63, 1<<63 - 1, 10, 9}
		var rows []store.Row
		for i, d := range deadlines {
			rows = append(rows, question(i, []string{store.QuestionAsked, store.QuestionAnswered}[i%2], d))
		}
		for i := range 12 {
			rung, version := store.RungFault, common.Hash{}
			if i%3 == 0 {
				rung, version = store.RungSmall, hash(77)
			}
			rows = append(rows, &store.Fault{Entity: entity(store.PositionID(1, uint32(i+10)), 1, uint32(i+10)), Receipt: hash(i), Provider: account(i % 2),
				Kind: []string{"seam", "silence"}[i%2], Rung: rung, ModelVersion: version, Slashed: protocol.NewAmount(uint64(i % 5))})
		}
		commit(t, n, block(1, 0), rows...)

		sorted := collect(t, store.List{Sort: "deadline", Ascending: true, Limit: 2}, func(l store.List) (store.Page[store.Question], error) {
			return n.Questions(ctx, store.QuestionFilter{}, l)
		})
		var got []uint64
		for _, q := range sorted {
			got = append(got, uint64(q.Deadline))
			require.Empty(t, q.Answer)
			text, err := json.Marshal(q)
			require.NoError(t, err)
			require.NotContains(t, string(text), `"answer"`)
		}
		require.Equal(t, []uint64{7, 9, 10, 1<<63 - 1, 1 << 63, math.MaxUint64}, got)
		one, err := n.Question(ctx, hash(3))
		require.NoError(t, err)
		require.Equal(t, protocol.Bytes{1, 3}, one.Data.Answer)
		require.JSONEq(t, `{"kind":"block","hash":"ü"}`, string(one.Data.Node))
		open := collect(t, store.List{Limit: 1}, func(l store.List) (store.Page[store.Question], error) {
			return n.Questions(ctx, store.QuestionFilter{State: store.QuestionAsked, Kind: "block", Asker: account(9), Receipt: hash(1), Provider: account(0)}, l)
		})
		require.Len(t, open, 1)

		faults := collect(t, store.List{Limit: 5}, func(l store.List) (store.Page[store.Fault], error) { return n.Faults(ctx, store.FaultFilter{}, l) })
		require.Len(t, faults, 12)
		for i, f := range faults { // newest first
			require.EqualValues(t, 21-i, f.LogIndex)
		}
		bySum := collect(t, store.List{Limit: 5, Sort: "slashed"}, func(l store.List) (store.Page[store.Fault], error) { return n.Faults(ctx, store.FaultFilter{}, l) })
		require.Len(t, bySum, 12)
		for i := range bySum[1:] {
			require.GreaterOrEqual(t, bySum[i].Slashed.Cmp(bySum[i+1].Slashed), 0)
		}
		for want, f := range map[int]store.FaultFilter{4: {Rung: store.RungSmall}, 6: {Provider: account(1)}, 1: {Receipt: hash(5)}, 2: {ModelVersion: hash(77), Kind: "silence"}, 0: {Submitter: account(3)}} {
			p, err := n.Faults(ctx, f, store.List{})
			require.NoError(t, err)
			require.Len(t, p.Data, want)
		}
		_, err = n.Faults(ctx, store.FaultFilter{}, store.List{Sort: "kind"})
		require.ErrorIs(t, err, protocol.ErrInvalid)
	})
}

// TestReceiptPage of a receipt that the chain knows, one that only a wrong leaf names,
// and one that nobody ever named.
func TestReceiptPage(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		commit(t, n, block(1, 0), &store.Receipt{Entity: entity(store.HashID(hash(1)), 1, 0), Receipt: hash(1), Provider: account(1), Job: hash(8)}, question(1, store.QuestionAsked, 5))
		commit(t, n, block(2, 0), &store.Fault{Entity: entity(store.PositionID(2, 1), 2, 1), Receipt: hash(2), Provider: account(3), Line: hash(9)})
		known, err := n.Receipt(ctx, hash(1))
		require.NoError(t, err)
		require.Equal(t, hash(8), known.Data.Job)
		require.Len(t, known.Data.QuestionList, 1)
		require.Empty(t, known.Data.FaultList)
		named, err := n.Receipt(ctx, hash(2))
		require.NoError(t, err)
		require.Len(t, named.Data.FaultList, 1)
		require.Zero(t, named.Data.Provider, "whose it is nobody said")
		require.Equal(t, store.HashID(hash(2)), named.Data.ID)
		_, err = n.Receipt(ctx, hash(3))
		require.ErrorIs(t, err, protocol.ErrNotFound)
	})
}

// TestRollbackOfAnAnswer: the row comes back as it was, with nothing of the answer.
func TestRollbackOfAnAnswer(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		before := question(1, store.QuestionAsked, math.MaxUint64)
		commit(t, n, block(1, 0), before)
		text, err := json.Marshal(before)
		require.NoError(t, err)
		after := *before
		after.State, after.Answer = store.QuestionAnswered, make(protocol.Bytes, 5000)
		c, err := n.Cursor(ctx)
		require.NoError(t, err)
		require.NoError(t, n.Commit(ctx, c, store.Batch{Blocks: []store.Block{block(2, 0)}, Rows: []store.Row{&after}, Heads: store.Heads{Latest: block(2, 0)},
			Undo: []store.Undo{{Block: 2, Table: "questions", ID: before.ID, Prev: text}}}))
		got, err := n.Question(ctx, hash(1))
		require.NoError(t, err)
		require.Len(t, got.Data.Answer, 5000)
		c, err = n.Cursor(ctx)
		require.NoError(t, err)
		require.NoError(t, n.Rollback(ctx, c, block(1, 0)))
		got, err = n.Question(ctx, hash(1))
		require.NoError(t, err)
		again, err := json.Marshal(&got.Data)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
	})
}

// TestDeploymentGrows: contracts that were not named before are learned, and everything
// is read again; anything else stays refused.
func TestDeploymentGrows(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, s := context.Background(), open(t, url)
		n, err := s.Network(ctx, deployment)
		require.NoError(t, err)
		commit(t, n, block(1, 0), &store.Balance{Entity: entity("a", 1, 0)})
		grown := deployment
		grown.Disputes = store.Disputes{Ledger: account(1), Questions: account(2)}
		again, err := s.Network(ctx, grown)
		require.NoError(t, err)
		require.Equal(t, n.Key(), again.Key())
		c, err := again.Cursor(ctx)
		require.NoError(t, err)
		require.True(t, c.Empty())
		require.Equal(t, deployment.StartBlock, c.StartBlock)
		counts, err := again.Count(ctx)
		require.NoError(t, err)
		require.Zero(t, counts["balances"]+counts["blocks"])
		found, err := s.FindNetwork(ctx, deployment.ChainID, deployment.Market)
		require.NoError(t, err)
		require.Equal(t, grown, found.Deployment())

		commit(t, again, block(1, 0), &store.Balance{Entity: entity("a", 1, 0)})
		same, err := s.Network(ctx, grown)
		require.NoError(t, err)
		c, err = same.Cursor(ctx)
		require.NoError(t, err)
		require.False(t, c.Empty(), "nothing new, nothing forgotten")
		for _, other := range []func(*store.Deployment){
			func(d *store.Deployment) { d.Disputes = store.Disputes{} },
			func(d *store.Deployment) { d.Disputes.Ledger = account(3) },
			func(d *store.Deployment) { d.Disputes.Claims, d.Vault = account(3), account(4) },
		} {
			d := grown
			other(&d)
			_, err = s.Network(ctx, d)
			require.ErrorIs(t, err, protocol.ErrConflict)
		}
		c, err = same.Cursor(ctx)
		require.NoError(t, err)
		require.False(t, c.Empty())
	})
}

// TestDrawsInPages: an audit's page, and who was drawn for what.
func TestDrawsInPages(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		ctx, n := context.Background(), network(t, url)
		var rows []store.Row
		for i := range 3 {
			rows = append(rows, &store.Audit{Entity: entity(store.HashID(hash(i)), 1, uint32(i)), Audit: hash(i), Provider: account(i % 2), ModelVersion: hash(9), State: store.AuditDrawn,
				Sum: protocol.NewAmount(uint64(10 - i)), Beacon: math.MaxUint64, Points: 12})
			for k := range 12 {
				point := store.PointID(hash(i), uint32(k))
				rows = append(rows, &store.AuditPoint{Entity: entity(store.HashID(point), 1, uint32(50+20*i+k)), Point: point, Audit: hash(i), Index: uint32(k), Provider: account(i % 2),
					State: []string{store.PointWaiting, store.PointOpened}[k%2], Receipt: hash(20 + k%3), At: protocol.NewAmount(uint64(k))})
			}
			rows = append(rows, &store.Attestation{Entity: entity(store.AttestationID(store.PointID(hash(i), 1), account(5)), 1, uint32(200+i)), Kind: store.AttestReceipt, Auditor: account(5),
				Audit: hash(i), Index: 1, Receipt: hash(20 + i), AttestBy: store.Uint64(uint64(i) << 62), Answer: store.AnswerNone})
		}
		rows = append(rows, &store.Attestation{Entity: entity(store.AttestationID(hash(9), account(5)), 1, 300), Kind: store.AttestVersion, Auditor: account(5), ModelVersion: hash(9), Answer: store.AnswerRight},
			&store.Auditor{Entity: entity(store.AddressID(account(5)), 1, 301), Auditor: account(5), Stake: protocol.NewAmount(4), Seated: true},
			&store.Auditor{Entity: entity(store.AddressID(account(6)), 1, 302), Auditor: account(6), Stake: protocol.NewAmount(1 << 63)})
		commit(t, n, block(1, 0), rows...)

		one, err := n.Audit(ctx, hash(1))
		require.NoError(t, err)
		require.Len(t, one.Data.PointList, 12)
		for k, p := range one.Data.PointList {
			require.EqualValues(t, k, p.Index)
		}
		require.Len(t, one.Data.Attestations, 1)
		_, err = n.Audit(ctx, hash(7))
		require.ErrorIs(t, err, protocol.ErrNotFound)
		bySum := collect(t, store.List{Limit: 1, Sort: "sum"}, func(l store.List) (store.Page[store.Audit], error) {
			return n.Audits(ctx, store.AuditFilter{ModelVersion: hash(9)}, l)
		})
		require.Equal(t, []common.Hash{hash(0), hash(1), hash(2)}, []common.Hash{bySum[0].Audit, bySum[1].Audit, bySum[2].Audit})
		require.EqualValues(t, uint64(math.MaxUint64), bySum[0].Beacon)
		points := collect(t, store.List{Limit: 5}, func(l store.List) (store.Page[store.AuditPoint], error) {
			return n.Points(ctx, store.PointFilter{Audit: hash(2), State: store.PointWaiting, Provider: account(0)}, l)
		})
		require.Len(t, points, 6)
		said := collect(t, store.List{Limit: 1, Sort: "attest_by"}, func(l store.List) (store.Page[store.Attestation], error) {
			return n.Attestations(ctx, store.AttestationFilter{Kind: store.AttestReceipt, Auditor: account(5)}, l)
		})
		require.Equal(t, []common.Hash{hash(22), hash(21), hash(20)}, []common.Hash{said[0].Receipt, said[1].Receipt, said[2].Receipt})
		auditors, err := n.Auditors(ctx, store.List{Sort: "stake"})
		require.NoError(t, err)
		require.Equal(t, account(6), auditors.Data[0].Auditor)
		for _, c := range []struct {
			auditor common.Address
			receipt common.Hash
			want    bool
		}{{account(5), hash(20), true}, {account(6), hash(20), false}, {account(5), hash(30), false}, {account(5), common.Hash{}, false}} {
			drawn, err := n.IsDrawn(ctx, c.auditor, c.receipt)
			require.NoError(t, err)
			require.Equal(t, c.want, drawn)
		}
	})
}
