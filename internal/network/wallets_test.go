package network

import (
	"crypto/ecdsa"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/protocol"
)

// walletCode creates contracts/test/mocks/Wallets.sol:Wallet1271 (forge inspect Wallet1271
// bytecode).
//
//go:embed testdata/wallet1271.hex
var walletCode string

// factoryAt is the usual factory of CREATE2: it takes a salt and creation code.
var factoryAt = common.HexToAddress("0x4e59b44847b379578588920cA78FbF26c0B4956C")

// Contracts that are no good wallets, in order of their addresses.
var (
	shoutsAt  = common.HexToAddress("0x61") // reverts, with the word for yes
	shortAt   = common.HexToAddress("0x62") // answers four bytes of it
	endlessAt = common.HexToAddress("0x63") // never answers
	armedAt   = common.HexToAddress("0x64") // says yes once it was called with anything else
	vastAt    = common.HexToAddress("0x65") // needs more memory than there is gas in a word
	factories = types.GenesisAlloc{
		factoryAt: {Code: hexutil.MustDecode("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3")},
		shoutsAt:  {Code: yes().Push(32).Push0().Op(vm.REVERT).Bytes()},
		shortAt:   {Code: yes().Return(0, 4).Bytes()},
		endlessAt: {Code: program.New().Op(vm.JUMPDEST).Jump(0).Bytes()},
		armedAt:   {Code: armed()},
		vastAt:    {Code: program.New().Push(new(big.Int).Lsh(big.NewInt(1), 255)).Op(vm.MLOAD).Bytes()},
	}
)

// yes writes the answer of a wallet that accepts.
func yes() *program.Program { return program.New().Mstore(common.RightPadBytes(magic, 32), 0) }

// armed stores 1 when it is called with anything but a question, and answers questions with
// yes times what it stored.
func armed() []byte {
	p := program.New().Push0().Op(vm.CALLDATALOAD).Push(0xe0).Op(vm.SHR).Push(magic).Op(vm.EQ)
	arm := program.New().Sstore(0, 1).Op(vm.STOP).Bytes()
	p.Push(p.Size() + 3 + len(arm)).Op(vm.JUMPI).Append(arm).Op(vm.JUMPDEST)
	return p.Append(yes().Bytes()).Push0().Op(vm.SLOAD).Push0().Op(vm.MLOAD, vm.MUL).Push0().Op(vm.MSTORE).Return(0, 32).Bytes()
}

// future is a wallet of an owner as its factory makes it: what the factory is called with,
// and where the wallet will be.
func future(owner common.Address, salt byte) (prepare []byte, at common.Address) {
	code := append(hexutil.MustDecode(strings.TrimSpace(walletCode)), common.LeftPadBytes(owner[:], 32)...)
	return append(common.Hash{salt}.Bytes(), code...), crypto.CreateAddress2(factoryAt, common.Hash{salt}, crypto.Keccak256(code))
}

// make6492 wraps a signature of a wallet that is not made yet.
func make6492(t *testing.T, factory common.Address, prepare, signature []byte) []byte {
	t.Helper()
	inner, err := abiTypes("address", "bytes", "bytes").Pack(factory, prepare, signature)
	require.NoError(t, err)
	return append(inner, wrapped...)
}

func signed(t *testing.T, key *ecdsa.PrivateKey, digest common.Hash) []byte {
	t.Helper()
	signature, err := crypto.Sign(digest[:], key)
	require.NoError(t, err)
	signature[64] += 27
	return signature
}

// send brings a call of the factory on chain.
func send(t *testing.T, dev *devchain.Chain, nonce uint64, data []byte) {
	t.Helper()
	tx := types.MustSignNewTx(devchain.Key(0), types.LatestSignerForChainID(big.NewInt(devchain.ChainID)),
		&types.LegacyTx{Nonce: nonce, To: &factoryAt, Gas: 1_000_000, GasPrice: big.NewInt(2_000_000_000), Data: data})
	require.NoError(t, dev.Client().SendTransaction(t.Context(), tx))
	dev.Commit()
	r, err := dev.Client().TransactionReceipt(t.Context(), tx.Hash())
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Status)
}

// Real wallets on a real chain: made already, and only to be made.
func TestContractWallets(t *testing.T) {
	c, dev := onChain(t, 6, factories)
	g := gatewayChain{c}
	owner, other := devchain.Key(1), devchain.Key(2)
	makeThis, wallet := future(devchain.Address(1), 1)
	send(t, dev, 0, makeThis)
	makeNext, next := future(devchain.Address(1), 2)
	shouts := program.New().ReturnViaCodeCopy(factories[shoutsAt].Code).Bytes()
	makeShouts, made := append(common.Hash{3}.Bytes(), shouts...), crypto.CreateAddress2(factoryAt, common.Hash{3}, crypto.Keccak256(shouts))
	digest, elsewhat := common.Hash{0xd1}, common.Hash{0xd2}
	good, bad := signed(t, owner, digest), signed(t, other, digest)
	wrap := func(factory common.Address, prepare, signature []byte) []byte {
		return make6492(t, factory, prepare, signature)
	}

	for name, a := range map[string]struct {
		account   common.Address
		signature []byte
		want      bool
	}{
		"owner":                   {wallet, good, true},
		"other key":               {wallet, bad, false},
		"other text":              {wallet, signed(t, owner, elsewhat), false},
		"no signature":            {wallet, nil, false},
		"short":                   {wallet, good[:64], false},
		"long":                    {wallet, append(good[:65:65], 0), false},
		"no contract":             {devchain.Address(1), good, false},
		"not made":                {next, good, false},
		"no wallet":               {tokenAt, good, false},
		"reverts with yes":        {shoutsAt, good, false},
		"wants vast memory":       {vastAt, good, false},
		"answers four bytes":      {shortAt, good, false},
		"never answers":           {endlessAt, good, false},
		"made, wrapped":           {wallet, wrap(factoryAt, makeThis, good), true},
		"made, wrapped other":     {wallet, wrap(factoryAt, makeThis, bad), false},
		"to be made":              {next, wrap(factoryAt, makeNext, good), true},
		"to be made, other key":   {next, wrap(factoryAt, makeNext, bad), false},
		"to be made, other text":  {next, wrap(factoryAt, makeNext, signed(t, owner, elsewhat)), false},
		"another is made":         {common.Address{0x99}, wrap(factoryAt, makeNext, good), false},
		"nothing is made":         {next, wrap(factoryAt, nil, good), false},
		"no factory":              {next, wrap(common.Address{0x99}, makeNext, good), false},
		"factory reverts":         {next, wrap(shoutsAt, makeNext, good), false},
		"factory never ends":      {next, wrap(endlessAt, makeNext, good), false},
		"key with a factory":      {devchain.Address(1), wrap(factoryAt, makeNext, good), false},
		"armed before":            {armedAt, wrap(armedAt, []byte{1}, good), false},
		"made to revert with yes": {made, wrap(factoryAt, makeShouts, good), false},
		"only the end":            {next, wrapped, false},
		"cut short":               {next, append(wrap(factoryAt, makeNext, good)[:200], wrapped...), false},
		"length beyond the end":   {next, append(common.LeftPadBytes([]byte{0xff, 0xff}, 96), wrapped...), false},
	} {
		got, err := g.ValidSignature(t.Context(), a.account, digest, a.signature)
		require.NoError(t, err, name)
		require.Equal(t, a.want, got, name)
	}
	code, err := c.Client.CodeAt(t.Context(), next, nil)
	require.NoError(t, err)
	require.Empty(t, code, "asking makes nothing")

	send(t, dev, 1, makeNext) // and once it is made, both forms count
	for _, signature := range [][]byte{good, wrap(factoryAt, makeNext, good)} {
		got, err := g.ValidSignature(t.Context(), next, digest, signature)
		require.NoError(t, err)
		require.True(t, got)
	}

	require.NoError(t, dev.Close())
	for _, signature := range [][]byte{good, wrap(factoryAt, makeNext, good)} {
		_, err := g.ValidSignature(t.Context(), wallet, digest, signature)
		require.ErrorIs(t, err, protocol.ErrUnavailable, "a node that is away is no refusal")
	}
}

// Both kinds of contract wallets log in as themselves.
func TestContractWalletsLogIn(t *testing.T) {
	c, dev := onChain(t, 6, factories)
	handler := apiOn(t, c, "http://relayer.test")
	makeThis, wallet := future(devchain.Address(1), 1)
	send(t, dev, 0, makeThis)
	makeNext, next := future(devchain.Address(1), 2)
	for account, wrap := range map[common.Address]func([]byte) []byte{
		wallet: func(signature []byte) []byte { return signature },
		next:   func(signature []byte) []byte { return make6492(t, factoryAt, makeNext, signature) },
	} {
		for key, status := range map[*ecdsa.PrivateKey]int{devchain.Key(1): 200, devchain.Key(2): 401} {
			var asked struct{ Nonce string }
			answered(t, handler, 200, "GET", "/v1/auth/nonce", "", &asked)
			text := fmt.Sprintf("api.test wants you to sign in with your Ethereum account:\n%s\n\nSign in to DGrid.\n\nURI: http://api.test\nVersion: 1\nChain ID: %d\nNonce: %s\nIssued At: %s",
				account.Hex(), devchain.ChainID, asked.Nonce, time.Now().UTC().Format(time.RFC3339))
			digest := crypto.Keccak256Hash(fmt.Appendf(nil, "\x19Ethereum Signed Message:\n%d%s", len(text), text))
			body, err := json.Marshal(map[string]string{"message": text, "signature": hexutil.Encode(wrap(signed(t, key, digest)))})
			require.NoError(t, err)
			var session struct{ Account common.Address }
			answered(t, handler, status, "POST", "/v1/auth/siwe", string(body), &session)
			if status == 200 {
				require.Equal(t, account, session.Account)
			}
		}
	}
}
