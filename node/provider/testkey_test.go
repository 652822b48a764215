package provider

import (
	"crypto/ecdsa"

	"github.com/ethereum/go-ethereum/common"
)

type keyed struct {
	key     *ecdsa.PrivateKey
	address common.Address
}
