package store

import (
	"database/sql/driver"
	"fmt"
	"strconv"

	"github.com/dgrid-network/dgrid/protocol"
)

// Uint64 is a 64-bit number that somebody else chose, such as a channel's expiry:
// SQL integers end at 2^63-1, so it is numeric(20,0) in Postgres and sqliteUint64 in
// SQLite.
type Uint64 uint64

func (u Uint64) Value() (driver.Value, error) { return fmt.Sprintf("%020d", uint64(u)), nil }

func (u *Uint64) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	case int64:
		if v < 0 {
			return fmt.Errorf("scan %d as a count: %w", v, protocol.ErrInvalid)
		}
		*u = Uint64(v)
		return nil
	default:
		return fmt.Errorf("scan %T as a count: %w", src, protocol.ErrInvalid)
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return fmt.Errorf("scan %q as a count: %w", text, protocol.ErrInvalid)
	}
	*u = Uint64(n)
	return nil
}

// SQLite stores what a value is, not what its column says, and sorts every integer
// before every text. So a number is an integer where it fits, and zero-padded text
// where it does not: short on disk, and in order as numbers. Columns of such values
// must not be declared with a type that converts, see sqlTypes.

func sqliteUint64(n uint64) any {
	if n < 1<<63 {
		return int64(n)
	}
	return fmt.Sprintf("%020d", n)
}

func sqliteAmount(a protocol.Amount) any {
	if n, ok := a.Uint64(); ok && n < 1<<63 {
		return int64(n)
	}
	text, _ := a.Value() // never fails
	return text
}

// comparable gives an Amount or Uint64 in the form that d compares with its columns.
func (d Dialect) comparable(v driver.Valuer) any {
	if d == SQLite {
		switch x := v.(type) {
		case protocol.Amount:
			return sqliteAmount(x)
		case Uint64:
			return sqliteUint64(uint64(x))
		}
	}
	value, _ := v.Value() // of neither fails
	return value
}
