package store_test

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
	"github.com/dgrid-network/dgrid/store/storetest"
)

// listing is a query over rows of type R: which columns it sorts by, and where a field of
// its filter is more than a field of the row with the same name.
type listing[R any, F any] struct {
	sorts   []string
	special map[string]func(value any, row R) bool
	// only is what the query itself leaves in; nil: all rows.
	only func(R) bool
}

// rowsIn is how many rows a table of these tests has.
const rowsIn = 24

// check tries every field of the filter with every value that the rows have, every sort
// in both directions and in pages, and every other column as a sort.
func check[R any, P interface {
	*R
	store.Row
}, V any, F any](t *testing.T, n *store.Network, l listing[R, F], list func(context.Context, F, store.List) (store.Page[V], error)) {
	t.Helper()
	all := make([]R, rowsIn)
	for i := range all {
		storetest.Fill(P(&all[i]), 1, uint32(i))
	}
	if l.only != nil {
		all = slices.DeleteFunc(all, func(r R) bool { return !l.only(r) })
	}
	slices.Reverse(all) // newest first
	table := store.TableOf(P(new(R)))
	read := func(f F, page store.List) (ids []string) {
		for _, v := range collect(t, page, func(page store.List) (store.Page[V], error) { return list(t.Context(), f, page) }) {
			ids = append(ids, reflect.ValueOf(v).FieldByName("ID").String())
		}
		return ids
	}
	ids := func(rows []R) (ids []string) {
		for i := range rows {
			ids = append(ids, P(&rows[i]).Base().ID)
		}
		return ids
	}
	require.Equal(t, ids(all), read(*new(F), store.List{Limit: 7}), table)

	kinds := reflect.TypeFor[F]()
	for i := range kinds.NumField() {
		name := kinds.Field(i).Name
		keeps := l.special[name]
		if keeps == nil {
			keeps = func(value any, row R) bool { return reflect.ValueOf(row).FieldByName(name).Interface() == value }
		}
		parts := 0
		for _, value := range values(all, name, kinds.Field(i).Type) {
			var f F
			reflect.ValueOf(&f).Elem().Field(i).Set(reflect.ValueOf(value))
			kept := slices.DeleteFunc(slices.Clone(all), func(r R) bool { return !keeps(value, r) })
			require.Equal(t, ids(kept), read(f, store.List{Limit: 7}), "%s where %s is %v", table, name, value)
			if len(kept) > 0 && len(kept) < len(all) {
				parts++
			}
		}
		require.NotZero(t, parts, "%s: no value of %s keeps some rows and not others", table, name)
	}
	checkTogether(t, l, all, ids, read)
	sorted := map[string]bool{}
	for _, column := range l.sorts {
		sorted[column] = true
		for _, ascending := range []bool{true, false} {
			want := slices.Clone(all)
			slices.SortFunc(want, func(a, b R) int {
				c := compare(cell(a, column), cell(b, column))
				if c == 0 {
					c = int(P(&a).Base().LogIndex) - int(P(&b).Base().LogIndex)
				}
				if !ascending {
					c = -c
				}
				return c
			})
			require.Equal(t, ids(want), read(*new(F), store.List{Sort: column, Ascending: ascending, Limit: 7}), "%s by %s, ascending %v", table, column, ascending)
		}
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[R]()) {
		if column := storetest.Column(field); column != "" && !sorted[column] {
			_, err := list(t.Context(), *new(F), store.List{Sort: column})
			require.ErrorIs(t, err, protocol.ErrInvalid, "%s by %s", table, column)
		}
	}
}

// checkTogether sets all fields of a filter at once that are fields of a row.
func checkTogether[R any, F any](t *testing.T, l listing[R, F], all []R, ids func([]R) []string, read func(F, store.List) []string) {
	t.Helper()
	var f F
	kept, v := slices.Clone(all), reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if l.special[name] != nil {
			continue
		}
		value := reflect.ValueOf(all[0]).FieldByName(name)
		v.Field(i).Set(value)
		kept = slices.DeleteFunc(kept, func(r R) bool { return reflect.ValueOf(r).FieldByName(name).Interface() != value.Interface() })
	}
	require.Equal(t, ids(kept), read(f, store.List{Limit: 7}), "%+v", f)
}

// values are those that a field of a filter is tried with.
func values[R any](rows []R, name string, kind reflect.Type) (list []any) {
	switch name {
	case "Search":
		return []any{"STOR", "a%", "_", "1", "none"}
	case "NotForfeited":
		return []any{true}
	case "Kinds":
		return []any{slashes, []string{store.StakeAdded}}
	case "MinFreeStake":
		name = "FreeStake"
	}
	for _, r := range rows {
		v := reflect.ValueOf(r).FieldByName(name).Convert(kind).Interface()
		if !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// cell is a column of a row as a number or a text.
func cell(row any, column string) any {
	v := reflect.ValueOf(row)
	for _, field := range reflect.VisibleFields(v.Type()) {
		if storetest.Column(field) != column {
			continue
		}
		switch x := v.FieldByIndex(field.Index); {
		case x.CanUint():
			return new(big.Int).SetUint64(x.Uint())
		case x.Kind() == reflect.String:
			return x.String()
		default:
			return x.Interface().(protocol.Amount).Big()
		}
	}
	panic("no column " + column)
}

func compare(a, b any) int {
	if text, ok := a.(string); ok {
		return strings.Compare(text, b.(string))
	}
	return a.(*big.Int).Cmp(b.(*big.Int))
}

var slashes = []string{store.StakeSlashed, store.StakePenalized}

// fillTables commits rowsIn rows of every type.
func fillTables(t *testing.T, n *store.Network) {
	t.Helper()
	var rows []store.Row
	for _, row := range []func() store.Row{
		func() store.Row { return new(store.Version) }, func() store.Row { return new(store.Provider) }, func() store.Row { return new(store.Operator) },
		func() store.Row { return new(store.StakeChange) }, func() store.Row { return new(store.Channel) }, func() store.Row { return new(store.Line) },
		func() store.Row { return new(store.Redeem) }, func() store.Row { return new(store.Rejection) }, func() store.Row { return new(store.Credit) },
		func() store.Row { return new(store.Job) }, func() store.Row { return new(store.Balance) }, func() store.Row { return new(store.Transfer) },
		func() store.Row { return new(store.ShareChange) }, func() store.Row { return new(store.Service) }, func() store.Row { return new(store.Fault) },
		func() store.Row { return new(store.Question) }, func() store.Row { return new(store.Claim) }, func() store.Row { return new(store.Verifier) },
		func() store.Row { return new(store.Audit) }, func() store.Row { return new(store.AuditPoint) }, func() store.Row { return new(store.Attestation) },
		func() store.Row { return new(store.Auditor) },
	} {
		for i := range uint32(rowsIn) {
			r := row()
			storetest.Fill(r, 1, i)
			rows = append(rows, r)
		}
	}
	commit(t, n, block(1, 0), rows...)
}

type none struct{}

// TestEveryFilterAndSort covers each list of the marketplace with each of its filters and
// sorts, on both engines: where SQLite keeps its file changes no order.
func TestEveryFilterAndSort(t *testing.T) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "sqlite::memory:" }, "postgres": testpg.URL} {
		t.Run(engine, func(t *testing.T) {
			n := network(t, url(t))
			fillTables(t, n)
			t.Run("market", func(t *testing.T) { checkMarket(t, n) })
			t.Run("money", func(t *testing.T) { checkMoney(t, n) })
			t.Run("disputes", func(t *testing.T) { checkDisputes(t, n) })
		})
	}
}

func checkMarket(t *testing.T, n *store.Network) {
	check(t, n, listing[store.Version, store.VersionFilter]{sorts: []string{"fees", "receipts", "providers", "jobs", "royalties", "faults", "name"},
		special: map[string]func(any, store.Version) bool{"Search": func(v any, r store.Version) bool {
			return strings.Contains(strings.ToLower(r.Name), strings.ToLower(v.(string)))
		}}}, n.Versions)
	check(t, n, listing[store.Provider, store.ProviderFilter]{
		sorts: []string{"stake", "free_stake", "redeemed", "earned", "receipts", "slashed", "faults", "silences", "jobs_delivered"},
		special: map[string]func(any, store.Provider) bool{
			"MinFreeStake": func(v any, r store.Provider) bool { return r.FreeStake.Cmp(v.(protocol.Amount)) >= 0 },
			"NotForfeited": func(_ any, r store.Provider) bool { return !r.Forfeited },
		}}, n.Providers)
	check(t, n, listing[store.Service, store.ServiceFilter]{sorts: []string{"fees", "receipts", "last_paid_at"}}, n.Services)
	type ofProvider struct{ Provider common.Address }
	check(t, n, listing[store.Operator, ofProvider]{}, func(ctx context.Context, f ofProvider, l store.List) (store.Page[store.Operator], error) {
		return n.Operators(ctx, f.Provider, l)
	})
	check(t, n, listing[store.StakeChange, store.StakeFilter]{sorts: []string{"amount"},
		special: map[string]func(any, store.StakeChange) bool{"Kinds": func(v any, r store.StakeChange) bool { return slices.Contains(v.([]string), r.Kind) }}}, n.StakeChanges)
	check(t, n, listing[store.StakeChange, ofProvider]{sorts: []string{"amount"}, only: func(r store.StakeChange) bool { return slices.Contains(slashes, r.Kind) }},
		func(ctx context.Context, f ofProvider, l store.List) (store.Page[store.StakeChange], error) {
			return n.Slashes(ctx, f.Provider, l)
		})
}

func checkMoney(t *testing.T, n *store.Network) {
	check(t, n, listing[store.Channel, store.ChannelFilter]{sorts: []string{"deposit", "paid", "remaining", "expiry"}}, n.Channels)
	check(t, n, listing[store.Line, store.LineFilter]{sorts: []string{"paid", "total", "count"}}, n.Lines)
	check(t, n, listing[store.Redeem, store.RedeemFilter]{sorts: []string{"amount"}}, n.Redeems)
	check(t, n, listing[store.Rejection, store.RejectionFilter]{}, n.Rejections)
	check(t, n, listing[store.Credit, store.CreditFilter]{sorts: []string{"amount", "epoch"}}, n.Credits)
	check(t, n, listing[store.Job, store.JobFilter]{sorts: []string{"max_fee", "fee", "deadline"}}, n.Jobs)
	check(t, n, listing[store.Transfer, store.TransferFilter]{sorts: []string{"amount"}}, n.Transfers)
	type ofAccount struct{ Account common.Address }
	check(t, n, listing[store.Transfer, ofAccount]{sorts: []string{"amount"}, only: func(r store.Transfer) bool { return r.Kind == store.TransferWithdrawal }},
		func(ctx context.Context, f ofAccount, l store.List) (store.Page[store.Transfer], error) {
			return n.Withdrawals(ctx, f.Account, l)
		})
	check(t, n, listing[store.Balance, none]{sorts: []string{"free", "deposited", "withdrawn"}},
		func(ctx context.Context, _ none, l store.List) (store.Page[store.Balance], error) {
			return n.Balances(ctx, l)
		})
	check(t, n, listing[store.ShareChange, none]{},
		func(ctx context.Context, _ none, l store.List) (store.Page[store.ShareChange], error) {
			return n.ShareChanges(ctx, l)
		})
}

func checkDisputes(t *testing.T, n *store.Network) {
	check(t, n, listing[store.Fault, store.FaultFilter]{sorts: []string{"slashed", "refunded"}}, n.Faults)
	check(t, n, listing[store.Question, store.QuestionFilter]{sorts: []string{"deadline", "bond", "slashed"}}, n.Questions)
	check(t, n, listing[store.Claim, store.ClaimFilter]{}, n.Claims)
	type ofState struct{ State string }
	check(t, n, listing[store.Verifier, ofState]{sorts: []string{"spec_version"}}, func(ctx context.Context, f ofState, l store.List) (store.Page[store.Verifier], error) {
		return n.Verifiers(ctx, f.State, l)
	})
	check(t, n, listing[store.Audit, store.AuditFilter]{sorts: []string{"sum", "points", "slashed"}}, n.Audits)
	check(t, n, listing[store.AuditPoint, store.PointFilter]{sorts: []string{"silences", "slashed"}}, n.Points)
	check(t, n, listing[store.Attestation, store.AttestationFilter]{sorts: []string{"attest_by"}}, n.Attestations)
	check(t, n, listing[store.Auditor, none]{sorts: []string{"stake", "assigned", "absent"}},
		func(ctx context.Context, _ none, l store.List) (store.Page[store.Auditor], error) {
			return n.Auditors(ctx, l)
		})
}

// TestRowsAmong reads rows by many names at once, through the filters of their lists.
func TestRowsAmong(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		commit(t, n, block(1, 0),
			&store.Version{Entity: entity("v1", 1, 0), ModelVersion: hash(1), Name: "a"}, &store.Version{Entity: entity("v2", 1, 1), ModelVersion: hash(2), Name: "b"},
			&store.Version{Entity: entity("v3", 1, 2), ModelVersion: hash(3), Name: "a"},
			&store.Provider{Entity: entity("p1", 1, 3), Provider: account(1), FreeStake: protocol.NewAmount(9)},
			&store.Provider{Entity: entity("p2", 1, 4), Provider: account(2), FreeStake: protocol.NewAmount(10)})
		versions := func(f store.VersionFilter, of ...common.Hash) (ids []string) {
			p, err := n.VersionsAmong(t.Context(), f, of)
			require.NoError(t, err)
			require.EqualValues(t, 1, p.Meta.Block.Number)
			for _, v := range p.Data {
				ids = append(ids, v.ID)
			}
			return ids
		}
		require.ElementsMatch(t, []string{"v1", "v2"}, versions(store.VersionFilter{}, hash(1), hash(2), hash(9)))
		require.ElementsMatch(t, []string{"v1"}, versions(store.VersionFilter{Name: "a"}, hash(1), hash(2)))
		require.Empty(t, versions(store.VersionFilter{}))
		p, err := n.ProvidersAmong(t.Context(), store.ProviderFilter{MinFreeStake: protocol.NewAmount(10)}, []common.Address{account(1), account(2)})
		require.NoError(t, err)
		require.Len(t, p.Data, 1)
		require.Equal(t, account(2), p.Data[0].Provider)
	})
}

// TestPagesOfOneShowTheirOwn: what a page lists beside its row is of that row alone.
func TestPagesOfOneShowTheirOwn(t *testing.T) {
	engines(t, func(t *testing.T, url string) {
		n := network(t, url)
		var rows []store.Row
		add := func(id string, r store.Row) {
			*r.Base() = entity(id, 1, uint32(len(rows)))
			rows = append(rows, r)
		}
		for i := range 2 {
			who, it, id := account(i), hash(i+1), func(list string) string { return fmt.Sprint(list, i) }
			add(store.AddressID(who), &store.Provider{Provider: who})
			add(store.HashID(it), &store.Version{ModelVersion: it, Header: []byte{}})
			add(store.HashID(it), &store.Channel{Channel: it})
			add(store.HashID(it), &store.Receipt{Receipt: it, Provider: who})
			add(id("operator"), &store.Operator{Operator: account(i + 7), Provider: who})
			add(id("service"), &store.Service{Provider: who, ModelVersion: it})
			add(id("slash"), &store.StakeChange{Provider: who, Kind: store.StakeSlashed})
			add(id("stake"), &store.StakeChange{Provider: who, Kind: store.StakeAdded})
			add(id("fault"), &store.Fault{Provider: who, Receipt: it, ModelVersion: it, Kind: "seam", Rung: store.RungFault})
			add(id("line"), &store.Line{Channel: it, Provider: who})
			add(id("open"), &store.Question{Question: hash(i + 10), Provider: who, Receipt: it, State: store.QuestionAsked, Node: []byte("{}"), Answer: []byte{}})
			add(id("done"), &store.Question{Question: hash(i + 20), Provider: who, Receipt: it, State: store.QuestionAnswered, Node: []byte("{}"), Answer: []byte{}})
		}
		commit(t, n, block(1, 0), rows...)
		for i := range 2 {
			id := func(lists ...string) (ids []string) {
				for _, list := range lists {
					ids = append(ids, fmt.Sprint(list, i))
				}
				return ids
			}
			p, err := n.Provider(t.Context(), account(i))
			require.NoError(t, err)
			require.Equal(t, id("operator"), idsOf(p.Data.OperatorKeys))
			require.Equal(t, id("service"), idsOf(p.Data.Services))
			require.Equal(t, id("slash"), idsOf(p.Data.Slashes))
			require.Equal(t, id("fault"), idsOf(p.Data.FaultList))
			require.Equal(t, id("open"), idsOf(p.Data.Unanswered))
			v, err := n.Version(t.Context(), hash(i+1))
			require.NoError(t, err)
			require.Equal(t, id("fault"), idsOf(v.Data.FaultList))
			c, err := n.Channel(t.Context(), hash(i+1))
			require.NoError(t, err)
			require.Equal(t, id("line"), idsOf(c.Data.VoucherLines))
			r, err := n.Receipt(t.Context(), hash(i+1))
			require.NoError(t, err)
			require.Equal(t, id("fault"), idsOf(r.Data.FaultList))
			require.Equal(t, id("done", "open"), idsOf(r.Data.QuestionList))
		}
	})
}

func idsOf[R any](rows []R) (ids []string) {
	for _, r := range rows {
		ids = append(ids, reflect.ValueOf(r).FieldByName("ID").String())
	}
	return ids
}
