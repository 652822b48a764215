package protocol

import (
	"database/sql/driver"
	"fmt"
	"math/big"

	"github.com/holiman/uint256"
)

// Amount is a number of base units of the settlement token, 0 to 2^256-1. It is a
// comparable value; in JSON and SQL it is a decimal string, never a number.
type Amount uint256.Int

// NewAmount returns n base units.
func NewAmount(n uint64) Amount { return Amount(*uint256.NewInt(n)) }

// AmountFromBig converts b, which must be in 0..2^256-1; nil is zero.
func AmountFromBig(b *big.Int) (Amount, error) {
	if b == nil {
		return Amount{}, nil
	}
	u, overflow := uint256.FromBig(b)
	if overflow || b.Sign() < 0 {
		return Amount{}, fmt.Errorf("amount %s out of range: %w", b, ErrInvalid)
	}
	return Amount(*u), nil
}

// MustAmount is AmountFromBig for values that come from a uint256 of the chain.
func MustAmount(b *big.Int) Amount {
	a, err := AmountFromBig(b)
	if err != nil {
		panic(err)
	}
	return a
}

// ParseAmount reads a plain decimal number of base units.
func ParseAmount(s string) (Amount, error) {
	if s == "" || len(s) > 78 {
		return Amount{}, fmt.Errorf("amount %q: %w", s, ErrInvalid)
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return Amount{}, fmt.Errorf("amount %q: %w", s, ErrInvalid)
		}
	}
	var a Amount
	if err := a.u().SetFromDecimal(s); err != nil {
		return Amount{}, fmt.Errorf("amount %s out of range: %w", s, ErrInvalid)
	}
	return a, nil
}

func (a *Amount) u() *uint256.Int { return (*uint256.Int)(a) }

// Big returns a as a new big integer.
func (a Amount) Big() *big.Int { return a.u().ToBig() }

// Uint64 returns a and whether it fits.
func (a Amount) Uint64() (uint64, bool) { return a.u().Uint64(), a.u().IsUint64() }

func (a Amount) String() string { return a.u().Dec() }

func (a Amount) IsZero() bool { return a.u().IsZero() }

// Cmp is -1, 0 or +1 as a is less than, equal to or greater than b.
func (a Amount) Cmp(b Amount) int { return a.u().Cmp(b.u()) }

// Add returns a+b, or an error on overflow of 2^256.
func (a Amount) Add(b Amount) (Amount, error) {
	var z uint256.Int
	if _, overflow := z.AddOverflow(a.u(), b.u()); overflow {
		return Amount{}, fmt.Errorf("add %s to %s: overflow: %w", b, a, ErrInvalid)
	}
	return Amount(z), nil
}

// Sub returns a-b, or an error if b is greater than a.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Cmp(b) < 0 {
		return Amount{}, fmt.Errorf("subtract %s from %s: %w", b, a, ErrInsufficient)
	}
	var z uint256.Int
	z.Sub(a.u(), b.u())
	return Amount(z), nil
}

// Fits128 reports whether a is below 2^128, the width of amounts in signed types.
func (a Amount) Fits128() bool { return a.u().BitLen() <= 128 }

// Word returns a as a 32-byte big-endian word.
func (a Amount) Word() [32]byte { return a.u().Bytes32() }

func (a Amount) bytes16() [16]byte {
	w := a.u().Bytes32()
	return [16]byte(w[16:])
}

func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a *Amount) UnmarshalText(text []byte) error {
	v, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// Value stores a as 78 decimal digits, zero padded: a numeric column takes them as
// the number they are, and a text column (SQLite has no wide integer) sorts them so.
func (a Amount) Value() (driver.Value, error) { return fmt.Sprintf("%078s", a.String()), nil }

// Scan reads a decimal string, zero padded or not, or a non-negative integer.
func (a *Amount) Scan(src any) error {
	var v Amount
	var err error
	switch s := src.(type) {
	case nil:
	case string:
		v, err = ParseAmount(s)
	case []byte:
		v, err = ParseAmount(string(s))
	case int64:
		v, err = AmountFromBig(big.NewInt(s))
	default:
		err = fmt.Errorf("scan %T as an amount: %w", src, ErrInvalid)
	}
	if err == nil {
		*a = v
	}
	return err
}

// Decimal renders a with a decimal point, e.g. 1230 with 6 decimals as "0.001230".
func (a Amount) Decimal(decimals int) string {
	s := a.String()
	if decimals <= 0 {
		return s
	}
	for len(s) <= decimals {
		s = "0" + s
	}
	return s[:len(s)-decimals] + "." + s[len(s)-decimals:]
}
