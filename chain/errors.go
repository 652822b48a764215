package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// ContractError is a refusal by the EVM, decoded. It wraps a protocol kind.
type ContractError struct {
	Contract string // whose ABI knows the error; several are joined by "/"; "" if none
	Name     string // of the custom error, or Error, Panic, Revert
	Params   []string
	Args     []any
	Data     []byte // as returned; empty where the EVM gave no data
	kind     error
}

// Error renders "Market.ChannelClosed(channel=0x…, closesAt=5)".
func (e *ContractError) Error() string {
	var b strings.Builder
	if e.Contract != "" {
		b.WriteString(e.Contract + ".")
	}
	b.WriteString(e.Name + "(")
	for i, arg := range e.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		if e.Params[i] != "" {
			b.WriteString(e.Params[i] + "=")
		}
		switch v := arg.(type) {
		case [32]byte:
			b.WriteString(hexutil.Encode(v[:]))
		case []byte:
			b.WriteString(hexutil.Encode(v))
		case string:
			fmt.Fprintf(&b, "%q", v)
		default:
			fmt.Fprintf(&b, "%v", v)
		}
	}
	b.WriteString(")")
	return b.String()
}

// Unwrap returns the protocol kind.
func (e *ContractError) Unwrap() error { return e.kind }

// RevertData returns the ABI-encoded error.
func (e *ContractError) RevertData() []byte { return e.Data }

// Decoder knows the custom errors of a set of contracts.
type Decoder struct {
	errors map[[4]byte]knownError
}

type knownError struct {
	contracts []string
	abi       abi.Error
}

// NewDecoder learns the errors of the named ABIs. An error that several contracts
// declare alike is one.
func NewDecoder(abis map[string]*abi.ABI) *Decoder {
	d := &Decoder{errors: map[[4]byte]knownError{}}
	names := make([]string, 0, len(abis))
	for name := range abis {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, e := range abis[name].Errors {
			selector := [4]byte(e.ID[:4])
			known := d.errors[selector]
			known.abi, known.contracts = e, append(known.contracts, name)
			d.errors[selector] = known
		}
	}
	return d
}

// Decode turns revert data into a *ContractError; nil for no data. Data of no
// known form is Revert with the data as its only argument.
func (d *Decoder) Decode(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	out := &ContractError{Name: "Revert", Data: data, kind: protocol.ErrConflict}
	if len(data) >= 4 {
		if known, ok := d.errors[[4]byte(data[:4])]; ok {
			if args, err := known.abi.Inputs.Unpack(data[4:]); err == nil {
				out.Contract, out.Name, out.Args = strings.Join(known.contracts, "/"), known.abi.Name, args
				for _, in := range known.abi.Inputs {
					out.Params = append(out.Params, in.Name)
				}
				out.kind = kindOf(out.Name)
				return out
			}
		}
	}
	if reason, err := abi.UnpackRevert(data); err == nil {
		out.Name = "Error"
		if bytes.Equal(data[:4], panicSelector) {
			out.Name, out.kind = "Panic", protocol.ErrInternal
		}
		out.Params, out.Args = []string{""}, []any{reason}
		return out
	}
	out.Params, out.Args = []string{""}, []any{data}
	return out
}

var panicSelector = []byte{0x4e, 0x48, 0x7b, 0x71} // Panic(uint256)

// refusals are how nodes report an EVM failure that is no revert. They carry no
// error code of their own, so that the text is all there is.
var refusals = []string{
	"execution reverted", "gas required exceeds allowance", "out of gas", "invalid opcode", "invalid jump",
	"stack underflow", "stack limit reached", "write protection", "max code size exceeded",
	"contract address collision", "max initcode size exceeded", "intrinsic gas too low",
	"gas uint64 overflow", "return data out of bounds", "max call depth exceeded", "must not begin with 0xef",
}

// Wrap gives an error of an RPC call its kind; see Client.Wrap.
func (d *Decoder) Wrap(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.Is(err, ethereum.NotFound) {
		return fmt.Errorf("%w: %w", protocol.ErrNotFound, err)
	}
	if data, ok := ethclient.RevertErrorData(err); ok && len(data) > 0 {
		return d.Decode(data)
	}
	var answered rpc.Error // the node answered: the transport works
	if errors.As(err, &answered) {
		text := strings.ToLower(err.Error())
		switch {
		case strings.Contains(text, "insufficient funds"):
			return fmt.Errorf("%w: %w", protocol.ErrInsufficient, err)
		case strings.Contains(text, "block not found"), strings.Contains(text, "unknown block"):
			return fmt.Errorf("%w: %w", protocol.ErrNotFound, err)
		}
		for _, phrase := range refusals {
			if strings.Contains(text, phrase) {
				return &ContractError{Name: "Revert", Params: []string{""}, Args: []any{text}, kind: protocol.ErrConflict}
			}
		}
	}
	return fmt.Errorf("%w: %w", protocol.ErrUnavailable, err)
}
