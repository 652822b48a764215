package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/dgrid-network/dgrid/protocol"
)

// manyAtOnce is how many calls one batch holds; nodes refuse larger ones.
const manyAtOnce = 64

// CallMany reads one contract many times on the newest state, in batches. errs[i] is what
// became of calldata[i] alone. What a batch did not bring is read by itself, so that a node
// that refuses batches serves too; a node that does not answer at all is asked no further.
func CallMany[T any](ctx context.Context, c *Client, to common.Address, calldata [][]byte, unpack func([]byte) (T, error)) (values []T, errs []error) {
	values, errs = make([]T, len(calldata)), make([]error, len(calldata))
	for from := 0; from < len(calldata); from += manyAtOnce {
		end := min(len(calldata), from+manyAtOnce)
		if callBatch(ctx, c, to, calldata[from:end], values[from:end], errs[from:end], unpack) {
			continue
		}
		for i := end; i < len(calldata); i++ {
			errs[i] = fmt.Errorf("call %s: the node answers nothing: %w", to, protocol.ErrUnavailable)
		}
		break
	}
	return values, errs
}

// callBatch reports whether the node answered at all, with errors or not.
func callBatch[T any](ctx context.Context, c *Client, to common.Address, calldata [][]byte, values []T, errs []error, unpack func([]byte) (T, error)) bool {
	batch, answers := make([]rpc.BatchElem, len(calldata)), make([]hexutil.Bytes, len(calldata))
	for i, data := range calldata {
		batch[i] = rpc.BatchElem{Method: "eth_call", Result: &answers[i],
			Args: []any{map[string]any{"to": to, "input": hexutil.Bytes(data)}, "latest"}}
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	whole := c.Client.Client().BatchCallContext(limited, batch)
	cancel()
	// All that failed shares one limit: a node that hangs costs two, not one a call.
	alone, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	answered := whole == nil
	for i := range batch {
		if whole != nil || batch[i].Error != nil || len(answers[i]) == 0 {
			values[i], errs[i] = Call(alone, c, to, nil, calldata[i], unpack)
		} else if values[i], errs[i] = unpack(answers[i]); errs[i] != nil {
			errs[i] = fmt.Errorf("call %s: unpack answer: %w: %w", to, protocol.ErrInternal, errs[i])
		}
		answered = answered || errs[i] == nil
	}
	return answered
}
