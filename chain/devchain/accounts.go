package devchain

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// Mnemonic is the seed phrase of the prefunded accounts: the one that every
// local Ethereum node uses, so that a wallet set up for another dev node works
// here and the same keys work against anvil. It is public: nothing of value may
// ever be sent to its addresses on another chain.
const Mnemonic = "test test test test test test test test test test test junk"

const hardened = 0x80000000

// Key derives the i-th account of Mnemonic (BIP-39 seed, BIP-32 path
// m/44'/60'/0'/0/i). It panics for i < 0, which is a programmer's error.
func Key(i int) *ecdsa.PrivateKey {
	if i < 0 {
		panic(fmt.Sprintf("devchain account %d", i))
	}
	seed, err := pbkdf2.Key(sha512.New, Mnemonic, []byte("mnemonic"), 2048, 64)
	if err != nil {
		panic(err) // constant arguments
	}
	key, chainCode := split(hmacSHA512([]byte("Bitcoin seed"), seed))
	for _, step := range []uint32{44 + hardened, 60 + hardened, hardened, 0, uint32(i)} {
		key, chainCode = child(key, chainCode, step)
	}
	priv, err := crypto.ToECDSA(common.LeftPadBytes(key.Bytes(), 32))
	if err != nil {
		panic(err) // probability 2^-127
	}
	return priv
}

// Address returns the address of Key(i).
func Address(i int) common.Address { return crypto.PubkeyToAddress(Key(i).PublicKey) }

// child is one BIP-32 private derivation step.
func child(key *big.Int, chainCode []byte, index uint32) (*big.Int, []byte) {
	var data []byte
	if index >= hardened {
		data = append([]byte{0}, common.LeftPadBytes(key.Bytes(), 32)...)
	} else {
		priv, err := crypto.ToECDSA(common.LeftPadBytes(key.Bytes(), 32))
		if err != nil {
			panic(err) // probability 2^-127
		}
		data = crypto.CompressPubkey(&priv.PublicKey)
	}
	data = binary.BigEndian.AppendUint32(data, index)
	tweak, next := split(hmacSHA512(chainCode, data))
	sum := tweak.Add(tweak, key)
	return sum.Mod(sum, crypto.S256().Params().N), next
}

func split(sum []byte) (*big.Int, []byte) { return new(big.Int).SetBytes(sum[:32]), sum[32:] }

func hmacSHA512(key, data []byte) []byte {
	mac := hmac.New(sha512.New, key)
	mac.Write(data)
	return mac.Sum(nil)
}

// Prefund returns a genesis allocation that gives the first n accounts 10,000
// ether each.
func Prefund(n int) types.GenesisAlloc {
	alloc := make(types.GenesisAlloc, n)
	for i := range n {
		balance := new(big.Int).Mul(big.NewInt(10_000), big.NewInt(1e18))
		alloc[Address(i)] = types.Account{Balance: balance}
	}
	return alloc
}
