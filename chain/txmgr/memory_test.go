package txmgr_test

import (
	"testing"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/chain/txmgr/outboxtest"
)

func TestMemory(t *testing.T) {
	outboxtest.Run(t, txmgr.NewMemory())
}
