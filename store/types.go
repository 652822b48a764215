package store

import (
	"database/sql/driver"
	"fmt"
	"strconv"

	"github.com/dgrid-network/dgrid/protocol"
)

// Uint64 is a 64-bit number that somebody else chose, such as a channel's expiry:
// SQL integers end at 2^63-1, so it is numeric(20,0) in Postgres and zero-padded
// text of 20 digits in SQLite.
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
