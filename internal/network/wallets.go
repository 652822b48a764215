package network

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// walletGas bounds what a login may have the node compute: the code is a stranger's. It is
// several times what a wallet needs to be made and to check a signature.
const walletGas = 10_000_000

var (
	// magic is the selector of isValidSignature(bytes32,bytes), which is also what a wallet
	// returns for yes.
	magic = []byte{0x16, 0x26, 0xba, 0x7e}
	// wrapped ends the signatures of wallets that are not made yet (ERC-6492).
	wrapped = bytes.Repeat([]byte{0x64, 0x92}, 16)
)

func abiTypes(names ...string) (list abi.Arguments) {
	for _, name := range names {
		t, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(err) // of a name in this file
		}
		list = append(list, abi.Argument{Type: t})
	}
	return list
}

// ValidSignature implements api.Wallets: whether a contract wallet takes the signature for
// its own (ERC-1271), one that is not made yet included (ERC-6492). An account without
// code, and a wallet that reverts or answers nonsense, does not. A wallet that is there
// answers for itself: what a signature would do before asking it, it does not.
func (c gatewayChain) ValidSignature(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error) {
	inner, isWrapped := bytes.CutSuffix(signature, wrapped)
	if !isWrapped {
		return c.accepts(ctx, account, digest, signature)
	}
	parts, err := abiTypes("address", "bytes", "bytes").Unpack(inner)
	if err != nil {
		return false, nil
	}
	factory, prepare, inner := parts[0].(common.Address), parts[1].([]byte), parts[2].([]byte)
	code, err := c.Client.CodeAt(ctx, account, nil)
	if err != nil {
		return false, fmt.Errorf("look for wallet %s: %w", account, c.Client.Wrap(err))
	}
	if len(code) > 0 {
		return c.accepts(ctx, account, digest, inner)
	}
	question, err := isValid(digest, inner)
	if err != nil {
		return false, err
	}
	return c.saysYes(ctx, account, ethereum.CallMsg{Data: probe(account, factory, prepare, question), Gas: walletGas})
}

// accepts asks a wallet that is there.
func (c gatewayChain) accepts(ctx context.Context, account common.Address, digest common.Hash, signature []byte) (bool, error) {
	question, err := isValid(digest, signature)
	if err != nil {
		return false, err
	}
	return c.saysYes(ctx, account, ethereum.CallMsg{To: &account, Data: question, Gas: walletGas})
}

func isValid(digest common.Hash, signature []byte) ([]byte, error) {
	args, err := abiTypes("bytes32", "bytes").Pack(digest, signature)
	if err != nil {
		return nil, fmt.Errorf("encode question to a wallet: %w", err)
	}
	return append(bytes.Clone(magic), args...), nil
}

func (c gatewayChain) saysYes(ctx context.Context, account common.Address, call ethereum.CallMsg) (bool, error) {
	out, err := c.Client.CallContract(ctx, call, nil)
	if err = c.Client.Wrap(err); errors.Is(err, protocol.ErrUnavailable) {
		return false, fmt.Errorf("ask wallet %s: %w", account, err)
	}
	return err == nil && len(out) >= 32 && bytes.Equal(out[:32], common.RightPadBytes(magic, 32)), nil
}

// probe is creation code that makes a wallet and asks it, and returns its answer instead of
// a contract's code: a node runs it as a call without a receiver, and nothing stays. The
// code reads what follows it: account, factory, the length of prepare, prepare, question.
func probe(account, factory common.Address, prepare, question []byte) []byte {
	const n = 0x34 // of this code
	code := []byte{
		0x60, n, 0x38, 0x03, // PUSH n, CODESIZE, SUB: size of what follows
		0x60, n, 0x5f, 0x39, // PUSH n, PUSH 0, CODECOPY: account at 0, factory at 32, length at 64, bytes from 96
		0x5f, 0x5f, // no room for the factory's answer
		0x60, 0x40, 0x51, 0x60, 0x60, // MLOAD(64) bytes from 96
		0x5f, 0x60, 0x20, 0x51, 0x5a, 0xf1, 0x50, // value 0, MLOAD(32), GAS, CALL, POP: a wallet that was not made says nothing
		0x60, 0x20, 0x5f, // the answer to 0
		0x60, 0x40, 0x51, 0x60, n + 0x60, 0x01, 0x38, 0x03, // CODESIZE - (n + 96 + MLOAD(64)): length of the question
		0x60, 0x40, 0x51, 0x60, 0x60, 0x01, // 96 + MLOAD(64): where it is
		0x5f, 0x51, 0x5a, 0xfa, // MLOAD(0), GAS, STATICCALL
		0x5f, 0x51, 0x02, 0x5f, 0x52, // times MLOAD(0), MSTORE(0): zero where the wallet reverted
		0x60, 0x20, 0x5f, 0xf3, // RETURN(0, 32)
	}
	word := func(b []byte) []byte { return common.LeftPadBytes(b, 32) }
	for _, part := range [][]byte{word(account[:]), word(factory[:]), word(big.NewInt(int64(len(prepare))).Bytes()), prepare, question} {
		code = append(code, part...)
	}
	return code
}
