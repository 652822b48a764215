package contracts

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// Token is what people must know of the settlement token.
type Token struct {
	Address  common.Address `json:"address"`
	Symbol   string         `json:"symbol"`
	Decimals int            `json:"decimals"`
	// Separator is the EIP-712 domain separator that permits are signed under; zero
	// where the token has none.
	Separator common.Hash `json:"-"`
}

// Token reads the settlement token's own description.
func (r *Reader) Token(ctx context.Context) (Token, error) {
	t := Token{Address: r.at.Token}
	decimals, err := chain.Call(ctx, r.client, r.at.Token, nil, token.PackDecimals(), token.UnpackDecimals)
	if err != nil {
		return t, fmt.Errorf("read token: %w", err)
	}
	t.Decimals = int(decimals)
	if t.Symbol, err = chain.Call(ctx, r.client, r.at.Token, nil, token.PackSymbol(), token.UnpackSymbol); err != nil {
		return t, fmt.Errorf("read token: %w", err)
	}
	separator, err := chain.Call(ctx, r.client, r.at.Token, nil, token.PackDOMAINSEPARATOR(), token.UnpackDOMAINSEPARATOR)
	if err == nil {
		t.Separator = separator
	} else if protocol.Kind(err) == protocol.ErrUnavailable {
		return t, fmt.Errorf("read token: %w", err)
	}
	return t, nil
}

// PermitNonce returns the token's next EIP-2612 nonce of an account.
func (r *Reader) PermitNonce(ctx context.Context, account common.Address) (*big.Int, error) {
	return chain.Call(ctx, r.client, r.at.Token, nil, token.PackNonces(account), token.UnpackNonces)
}

var (
	permitType    = crypto.Keccak256Hash([]byte("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"))
	authorizeType = crypto.Keccak256Hash([]byte("ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"))
)

func word(n *big.Int) []byte           { return common.BigToHash(n).Bytes() }
func wordUint(n uint64) []byte         { return word(new(big.Int).SetUint64(n)) }
func wordAddr(a common.Address) []byte { return common.BytesToHash(a[:]).Bytes() }

func (t Token) digest(parts ...[]byte) common.Hash {
	return crypto.Keccak256Hash([]byte{0x19, 0x01}, t.Separator[:], crypto.Keccak256(parts...))
}

// PermitDigest is what owner signs (EIP-2612) so that spender may pull amount once.
func (t Token) PermitDigest(owner, spender common.Address, amount protocol.Amount, nonce *big.Int, deadline uint64) common.Hash {
	return t.digest(permitType[:], wordAddr(owner), wordAddr(spender), word(amount.Big()), word(nonce), wordUint(deadline))
}

// Authorization is a deposit that From signed (ERC-3009) and anyone may send. Times
// are Unix seconds, both exclusive.
type Authorization struct {
	From        common.Address  `json:"from"`
	Amount      protocol.Amount `json:"amount"`
	ValidAfter  uint64          `json:"valid_after"`
	ValidBefore uint64          `json:"valid_before"`
	Salt        common.Hash     `json:"salt"`
}

// AuthorizationDigest is what a.From signs. The nonce binds chain and vault, so that
// the vault takes no authorization that was made for something else.
func (t Token) AuthorizationDigest(chainID uint64, vault common.Address, a Authorization) common.Hash {
	nonce := crypto.Keccak256(wordUint(chainID), wordAddr(vault), wordAddr(a.From), word(a.Amount.Big()),
		wordUint(a.ValidAfter), wordUint(a.ValidBefore), a.Salt[:])
	return t.digest(authorizeType[:], wordAddr(a.From), wordAddr(vault), word(a.Amount.Big()),
		wordUint(a.ValidAfter), wordUint(a.ValidBefore), nonce)
}

// DepositWithAuthorization brings a signed deposit of a.From on chain.
func (at Addresses) DepositWithAuthorization(a Authorization, signature protocol.Bytes) protocol.Call {
	return call(at.Vault, "deposit with authorization", vault.PackDepositWithAuthorization(a.From, a.Amount.Big(),
		new(big.Int).SetUint64(a.ValidAfter), new(big.Int).SetUint64(a.ValidBefore), a.Salt, signature))
}

// PaymentID names the nth channel or job of an account:
// keccak256(abi.encode(chainid, market, account, nonce)).
func (r *Reader) PaymentID(account common.Address, nonce uint64) common.Hash {
	return crypto.Keccak256Hash(wordUint(r.client.Profile().ID), wordAddr(r.at.Market), wordAddr(account), wordUint(nonce))
}
