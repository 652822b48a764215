package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/dgrid-network/dgrid/protocol"
)

// Simulated is what one call of a row would do.
type Simulated struct {
	Gas uint64 // used; 0 where the call fails
	Err error  // *ContractError where the EVM refuses; nil where the call passes
}

// ErrNoRow says that the node cannot simulate a row of calls.
var ErrNoRow = fmt.Errorf("the node does not simulate rows of calls: %w", protocol.ErrUnavailable)

// SimulateRow runs calls of one sender after another on the newest state, each seeing
// the effects of those before it (eth_simulateV1). A node that cannot, and a row
// that fails as a whole, is ErrNoRow.
func (c *Client) SimulateRow(ctx context.Context, from common.Address, calls []protocol.Call) ([]Simulated, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	type message struct {
		From  common.Address  `json:"from"`
		To    *common.Address `json:"to,omitempty"`
		Input hexutil.Bytes   `json:"input"`
		Value *hexutil.Big    `json:"value"`
	}
	type overrides struct {
		Time hexutil.Uint64 `json:"time"`
	}
	type block struct {
		Overrides overrides `json:"blockOverrides"`
		Calls     []message `json:"calls"`
	}
	head, err := c.Head(ctx, Latest)
	if err != nil {
		return nil, err
	}
	// Nodes would put the row 12 s ahead, past deadlines that are seconds away.
	row := block{Overrides: overrides{hexutil.Uint64(head.Time + 1)}}
	for _, call := range calls {
		row.Calls = append(row.Calls, message{from, call.To, call.Data, (*hexutil.Big)(call.Value.Big())})
	}
	var blocks []struct {
		Calls []struct {
			ReturnData hexutil.Bytes  `json:"returnData"`
			GasUsed    hexutil.Uint64 `json:"gasUsed"`
			Status     hexutil.Uint64 `json:"status"`
			Error      *struct {
				Message string        `json:"message"`
				Data    hexutil.Bytes `json:"data"`
			} `json:"error"`
		} `json:"calls"`
	}
	err = c.Client.Client().CallContext(ctx, &blocks, "eth_simulateV1",
		map[string]any{"blockStateCalls": []block{row}}, hexutil.EncodeBig(head.Number))
	var answered rpc.Error
	if err != nil && errors.As(err, &answered) {
		return nil, fmt.Errorf("simulate: %v: %w", err, ErrNoRow)
	} else if err != nil {
		return nil, fmt.Errorf("simulate: %w", c.Wrap(err))
	}
	if len(blocks) != 1 || len(blocks[0].Calls) != len(calls) {
		return nil, fmt.Errorf("simulate: the node answered for another row: %w", ErrNoRow)
	}
	out := make([]Simulated, len(calls))
	for i, r := range blocks[0].Calls {
		if r.Status == 1 {
			out[i].Gas = uint64(r.GasUsed)
			continue
		}
		data := r.ReturnData
		if r.Error != nil && len(data) == 0 {
			data = r.Error.Data
		}
		if out[i].Err = c.decoder.Decode(data); out[i].Err == nil {
			text := "failed"
			if r.Error != nil {
				text = r.Error.Message
			}
			out[i].Err = &ContractError{Name: "Revert", Params: []string{""}, Args: []any{text}, kind: protocol.ErrConflict}
		}
	}
	return out, nil
}
