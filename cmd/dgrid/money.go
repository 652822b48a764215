package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
)

// money is an amount as people and machines read it; in JSON never a number.
type money struct {
	Amount    string `json:"amount"`
	BaseUnits string `json:"base_units"`
	Decimals  int    `json:"decimals"`
	Symbol    string `json:"symbol"`
}

func newMoney(a protocol.Amount, decimals int, symbol string) money {
	return money{a.Decimal(decimals), a.String(), decimals, symbol}
}

// wei is an amount of the chain's own coin, which pays for gas.
func wei(n *big.Int) money { return newMoney(protocol.MustAmount(n), 18, "ETH") }

func (m money) String() string { return fmt.Sprintf("%s %s (%su)", m.Amount, m.Symbol, m.BaseUnits) }

// parseMoney reads "1.5" as tokens and "1500000u" as base units.
func parseMoney(s string, decimals int) (protocol.Amount, error) {
	bad := func(why string) (protocol.Amount, error) {
		return protocol.Amount{}, fmt.Errorf(`amount %q: %s; write tokens as "1.5" or base units as "1500000u": %w`, s, why, protocol.ErrInvalid)
	}
	if units, ok := strings.CutSuffix(s, "u"); ok {
		a, err := protocol.ParseAmount(units)
		if err != nil {
			return bad("no number of base units")
		}
		return a, nil
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	if len(fraction) > decimals {
		return bad(fmt.Sprintf("the token has %d decimals", decimals))
	}
	if whole == "" || dotted && fraction == "" {
		return bad("digits are missing")
	}
	a, err := protocol.ParseAmount(whole + fraction + strings.Repeat("0", decimals-len(fraction)))
	if err != nil {
		return bad("no number")
	}
	if !a.Fits128() {
		return bad("too large")
	}
	return a, nil
}

// fact is one named value of an answer.
type fact struct {
	Name  string
	Value any
}

// facts are an answer's values in order: a table for people, an object for machines.
type facts []fact

// MarshalJSON implements json.Marshaler.
func (f facts) MarshalJSON() ([]byte, error) {
	var b strings.Builder
	b.WriteByte('{')
	for i, x := range f {
		if i > 0 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(x.Value)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", x.Name, err)
		}
		fmt.Fprintf(&b, "%q:%s", x.Name, value)
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

func (f facts) write(w io.Writer) {
	for _, x := range f {
		if rows, ok := x.Value.([]facts); ok {
			for _, row := range rows {
				fmt.Fprintln(w, strings.ReplaceAll(x.Name, "_", " "))
				for _, y := range row {
					fmt.Fprintf(w, "  %s\t%v\n", strings.ReplaceAll(y.Name, "_", " "), y.Value)
				}
			}
			continue
		}
		fmt.Fprintf(w, "%s\t%v\n", strings.ReplaceAll(x.Name, "_", " "), x.Value)
	}
}
