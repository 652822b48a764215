// Package storetest makes rows of the projections for tests of the reads over them:
// every field set, to few values, so that filters and sorts have something to do.
//
// It is no chain: what rows say of each other does not fit together. For that, index a
// history.
package storetest

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/big"
	"reflect"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// texts are what the text columns can hold.
var texts = map[string][]string{
	"versions.name":         {"9", "10", "stories", "Stories", "a%b"},
	"versions.metadata_uri": {"ipfs://x"},
	"stake_changes.kind":    {store.StakeAdded, store.StakeUnbonding, store.StakeUnbonded, store.StakeSlashed, store.StakePenalized},
	"channels.state":        {store.ChannelOpen, store.ChannelClosing, store.ChannelSwept},
	"credits.state":         {store.CreditPending, store.CreditMatured},
	"jobs.state":            {store.JobRequested, store.JobAccepted, store.JobDelivered, store.JobFinalized, store.JobRefunded},
	"jobs.request":          {"{}"},
	"jobs.prompt":           {"[1]"},
	"jobs.receipt":          {"null"},
	"jobs.output":           {"null"},
	"transfers.kind":        {store.TransferDeposit, store.TransferWithdrawal},
	"faults.kind":           {"wrong_step", "silence", "withheld"},
	"faults.rung":           {store.RungFault, store.RungSmall},
	"questions.kind":        {"block", "chunk"},
	"questions.state":       {store.QuestionAsked, store.QuestionAnswered, store.QuestionExpired},
	"questions.node":        {fmt.Sprintf(`{"kind":"block","level":0,"t":1,"l":2,"vector":0,"index":0,"size":0,"hash":%q}`, common.Hash{})},
	"claims.kind":           {store.ClaimEquivocation, store.ClaimWrongLeaf},
	"verifiers.state":       {store.VerifierScheduled, store.VerifierSealed},
	"audits.state":          {store.AuditRegistered, store.AuditDrawn},
	"audit_points.state":    {store.PointWaiting, store.PointOpened, store.PointSettled, store.PointWithheld},
	"attestations.kind":     {store.AttestReceipt, store.AttestVersion},
	"attestations.answer":   {store.AnswerNone, store.AnswerRight, store.AnswerWrong},
}

// Numbers whose order as texts is another, and that an SQL integer does not hold.
var (
	numbers = []uint64{9, 10, 100}
	counts  = []store.Uint64{9, 10, 100, 1 << 63, math.MaxUint64}
	amounts = []protocol.Amount{protocol.NewAmount(9), protocol.NewAmount(10), protocol.NewAmount(1 << 63),
		protocol.MustAmount(new(big.Int).Lsh(big.NewInt(1), 100))}
)

// Fill sets every field of a row but its place in the chain, which is that of the i-th
// log of block. What a field gets depends on its name and i alone.
func Fill(row store.Row, block uint64, i uint32) {
	table := store.TableOf(row)
	fill(reflect.ValueOf(row).Elem(), table, i)
	e := row.Base()
	e.ID, e.Block, e.ChangedBlock, e.LogIndex = store.PositionID(block, i), block, block, i
	if r, ok := row.(*store.Redeem); ok {
		e.ID = store.RedeemID(r.Line, i)
	}
}

func fill(v reflect.Value, table string, i uint32) {
	for n := range v.NumField() {
		f, field := v.Field(n), v.Type().Field(n)
		column := table + "." + Column(field)
		pick := func(n int) int {
			h := fnv.New32a()
			fmt.Fprintf(h, "%s %d", column, i)
			return int(h.Sum32()>>8) % n
		}
		text := func() string {
			if list := texts[column]; list != nil {
				return list[pick(len(list))]
			}
			panic("no texts for " + column)
		}
		switch f.Interface().(type) {
		case common.Address:
			f.Set(reflect.ValueOf(common.Address{0xad, byte(n), byte(1 + pick(3))}))
		case common.Hash:
			f.Set(reflect.ValueOf(common.Hash{0x4a, byte(n), byte(1 + pick(3))}))
		case protocol.Amount:
			f.Set(reflect.ValueOf(amounts[pick(len(amounts))]))
		case store.Uint64:
			f.Set(reflect.ValueOf(counts[pick(len(counts))]))
		case protocol.Class:
			f.SetUint(uint64(1 + pick(2)))
		case protocol.ModelKind:
			f.SetUint(uint64(1 + pick(4)))
		case protocol.Bytes:
			f.Set(reflect.ValueOf(protocol.Bytes{byte(pick(3))}))
		case json.RawMessage:
			f.Set(reflect.ValueOf(json.RawMessage(text())))
		case string:
			f.SetString(text())
		case bool:
			f.SetBool(pick(2) == 1)
		case uint16, uint32, uint64:
			f.SetUint(numbers[pick(len(numbers))])
		case store.Split:
			fill(f, table, i)
		}
	}
}

// Column is the name of a field's column; "" if it has none of its own.
func Column(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("bun"), ",")
	if strings.Contains(name, ":") { // embed:, table:
		return ""
	}
	return name
}
