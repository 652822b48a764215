package store

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/uptrace/bun"

	"github.com/dgrid-network/dgrid/protocol"
)

// table moves rows of one projection in and out of the database.
type table interface {
	name() string
	load(ctx context.Context, db bun.IDB, network int64, ids []string) ([]Row, error)
	write(ctx context.Context, tx *tx, m mode, rows []named) error
	decode(text []byte) (Row, error)
	page(ctx context.Context, db bun.IDB, network int64, after string, limit int) ([]Row, error)
}

// tables lists every projection, in the order dumps show them.
var tables = []table{
	tableOf[Version, *Version]("versions"),
	tableOf[Provider, *Provider]("providers"),
	tableOf[Operator, *Operator]("operators"),
	tableOf[StakeChange, *StakeChange]("stake_changes"),
	tableOf[Channel, *Channel]("channels"),
	tableOf[Line, *Line]("lines"),
	tableOf[Redeem, *Redeem]("redeems"),
	tableOf[Rejection, *Rejection]("rejections"),
	tableOf[Credit, *Credit]("credits"),
	tableOf[Job, *Job]("jobs"),
	tableOf[Balance, *Balance]("balances"),
	tableOf[Transfer, *Transfer]("transfers"),
	tableOf[ShareChange, *ShareChange]("share_changes"),
	tableOf[Totals, *Totals]("totals"),
	tableOf[Service, *Service]("services"),
	tableOf[Receipt, *Receipt]("receipts"),
	tableOf[Fault, *Fault]("faults"),
	tableOf[Question, *Question]("questions"),
	tableOf[Claim, *Claim]("claims"),
	tableOf[Verifier, *Verifier]("verifiers"),
	tableOf[Audit, *Audit]("audits"),
	tableOf[AuditPoint, *AuditPoint]("audit_points"),
	tableOf[Attestation, *Attestation]("attestations"),
	tableOf[Auditor, *Auditor]("auditors"),
}

var tableByType, tableByName = func() (map[reflect.Type]table, map[string]table) {
	byType, byName := map[reflect.Type]table{}, map[string]table{}
	for _, t := range tables {
		row, err := t.decode([]byte("{}"))
		if err != nil {
			panic(err)
		}
		byType[reflect.TypeOf(row)], byName[t.name()] = t, t
	}
	return byType, byName
}()

// rowPtr is a pointer to a row struct.
type rowPtr[T any] interface {
	*T
	Row
}

type typedTable[T any, P rowPtr[T]] struct {
	table string
	bulk  *bulk
}

func tableOf[T any, P rowPtr[T]](name string) table {
	return typedTable[T, P]{name, &bulk{table: name, key: "network_id, id"}}
}

func (t typedTable[T, P]) name() string { return t.table }

func (t typedTable[T, P]) decode(text []byte) (Row, error) {
	row := P(new(T))
	if err := json.Unmarshal(text, row); err != nil {
		return nil, fmt.Errorf("decode row of %s: %w", t.table, err)
	}
	return row, nil
}

func asRows[T any, P rowPtr[T]](list []T) []Row {
	rows := make([]Row, len(list))
	for i := range list {
		rows[i] = P(&list[i])
	}
	return rows
}

// idChunk bounds the length of one statement.
const idChunk = 1000

func (t typedTable[T, P]) load(ctx context.Context, db bun.IDB, network int64, ids []string) ([]Row, error) {
	var rows []Row
	for len(ids) > 0 {
		chunk := ids[:min(idChunk, len(ids))]
		ids = ids[len(chunk):]
		var list []T
		if err := db.NewSelect().Model(&list).Where("network_id = ? AND id IN (?)", network, bun.List(chunk)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("load %s: %w", t.table, err)
		}
		rows = append(rows, asRows[T, P](list)...)
	}
	return rows, nil
}

func (t typedTable[T, P]) page(ctx context.Context, db bun.IDB, network int64, after string, limit int) ([]Row, error) {
	var list []T
	err := db.NewSelect().Model(&list).Where("network_id = ? AND id > ?", network, after).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", t.table, err)
	}
	return asRows[T, P](list), nil
}

func (t typedTable[T, P]) write(ctx context.Context, tx *tx, m mode, rows []named) error {
	if err := t.bulk.write(ctx, tx, m, len(rows), func(i int) record { return rows[i].row }); err != nil {
		return fmt.Errorf("write %s: %w", t.table, err)
	}
	return nil
}

// Ref names a projection row.
type Ref struct {
	Table string
	ID    string
}

// TableOf returns the table that holds rows of r's type.
func TableOf(r Row) string {
	t, ok := tableByType[reflect.TypeOf(r)]
	if !ok {
		panic(fmt.Sprintf("%T is not a projection row", r))
	}
	return t.name()
}

// Load returns the rows named by refs that exist, in no order. It does not wait for
// a Commit that runs.
func (n *Network) Load(ctx context.Context, refs []Ref) ([]Row, error) {
	return n.load(ctx, n.store.read, refs)
}

func (n *Network) load(ctx context.Context, db bun.IDB, refs []Ref) ([]Row, error) {
	byTable := map[string][]string{}
	for _, r := range refs {
		byTable[r.Table] = append(byTable[r.Table], r.ID)
	}
	var rows []Row
	for name, ids := range byTable {
		t, ok := tableByName[name]
		if !ok {
			return nil, fmt.Errorf("load %s: no such table: %w", name, protocol.ErrInvalid)
		}
		list, err := t.load(ctx, db, n.id, ids)
		if err != nil {
			return nil, err
		}
		rows = append(rows, list...)
	}
	return rows, nil
}

// The names of rows. They are lower-case, so that equal things have equal names.

func HashID(h common.Hash) string       { return hexutil.Encode(h[:]) }
func AddressID(a common.Address) string { return hexutil.Encode(a[:]) }

// PositionID names what has no name but its place in the chain.
func PositionID(block uint64, logIndex uint32) string {
	return string(padded(append(padded(make([]byte, 0, 19), block, 12), ':'), uint64(logIndex), 6))
}

// MarketLineID is the Market's lineId: keccak256(abi.encode(channel, provider,
// modelVersion, relayer)).
func MarketLineID(l protocol.Line) common.Hash {
	var b [128]byte
	copy(b[0:], l.Channel[:])
	copy(b[44:], l.Provider[:])
	copy(b[64:], l.ModelVersion[:])
	copy(b[108:], l.Relayer[:])
	return crypto.Keccak256Hash(b[:])
}

func RedeemID(line common.Hash, checkpoint uint32) string {
	b := hex.AppendEncode(append(make([]byte, 0, 77), "0x"...), line[:])
	return string(padded(append(b, ':'), uint64(checkpoint), 10))
}

// padded appends a number in at least so many digits.
func padded(b []byte, n uint64, digits int) []byte {
	var text [20]byte
	d := strconv.AppendUint(text[:0], n, 10)
	for range digits - len(d) {
		b = append(b, '0')
	}
	return append(b, d...)
}

func CreditID(provider common.Address, modelVersion common.Hash, relayer common.Address, epoch uint64) string {
	return HashID(CreditHash(provider, modelVersion, relayer, epoch))
}

// CreditHash is a credit's name in the Market: keccak256(abi.encode(provider,
// modelVersion, relayer, epoch)).
func CreditHash(provider common.Address, modelVersion common.Hash, relayer common.Address, epoch uint64) common.Hash {
	var b [128]byte
	copy(b[12:], provider[:])
	copy(b[32:], modelVersion[:])
	copy(b[76:], relayer[:])
	binary.BigEndian.PutUint64(b[120:], epoch)
	return crypto.Keccak256Hash(b[:])
}

func ServiceID(provider common.Address, modelVersion common.Hash) string {
	return AddressID(provider) + ":" + HashID(modelVersion)
}

// PointID is the name that Audits gives a drawn point: keccak256(abi.encode(audit,
// index, "point")).
func PointID(audit common.Hash, index uint32) common.Hash {
	var b [160]byte
	copy(b[0:], audit[:])
	binary.BigEndian.PutUint32(b[60:], index)
	b[95] = 96 // where the text begins
	b[127] = byte(copy(b[128:], "point"))
	return crypto.Keccak256Hash(b[:])
}

// AttestationID names what an auditor has to say about a point or a model version.
func AttestationID(about common.Hash, auditor common.Address) string {
	return HashID(about) + ":" + AddressID(auditor)
}

// SpecID names what there is once for each specification version.
func SpecID(version uint32) string { return fmt.Sprintf("%010d", version) }

// TotalsID names the one row of Totals.
const TotalsID = "totals"
