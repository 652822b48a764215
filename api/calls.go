package api

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/protocol"
)

// call is one transaction of an EIP-5792 wallet_sendCalls batch.
type call struct {
	To    common.Address `json:"to"`
	Data  hexutil.Bytes  `json:"data"`
	Value string         `json:"value"`
}

// abiCall encodes a call of a function whose arguments are all one word.
func abiCall(signature string, args ...[32]byte) []byte {
	data := append([]byte{}, crypto.Keccak256([]byte(signature))[:4]...)
	for _, a := range args {
		data = append(data, a[:]...)
	}
	return data
}

func wordOf(a common.Address) (w [32]byte) { copy(w[12:], a[:]); return w }

// openChannelCalls is what a wallet signs to fund a channel that this gateway can
// spend from: approve, deposit, openChannel, in one batch.
func (s *Server) openChannelCalls(c *gin.Context) {
	if s.unindexed(c) {
		return
	}
	q := newQuery(c)
	account, amount := q.address("account"), q.amount("amount")
	now := uint64(s.now().Unix())
	expiry := q.number("expiry", now+30*24*3600, 1<<40)
	if account == (common.Address{}) {
		q.wrong("account", "given: the wallet that pays")
	}
	if amount.IsZero() || !amount.Fits128() {
		q.wrong("amount", "a number of base units above 0")
	}
	if expiry <= now {
		q.wrong("expiry", "in the future")
	}
	if q.err != nil {
		s.fail(c, q.err)
		return
	}
	d := s.deps.Network.Deployment()
	until := protocol.NewAmount(expiry).Word()
	c.JSON(200, gin.H{"version": "2.0.0", "chainId": hexutil.EncodeBig(new(big.Int).SetUint64(d.ChainID)), "from": account, "atomicRequired": true, "calls": []call{
		{s.cfg.Asset, abiCall("approve(address,uint256)", wordOf(d.Vault), amount.Word()), "0x0"},
		{d.Vault, abiCall("deposit(address,uint256)", wordOf(account), amount.Word()), "0x0"},
		{d.Market, abiCall("openChannel(address,uint128,uint64)", wordOf(s.deps.Gateway.Delegate()), amount.Word(), until), "0x0"},
	}})
}
