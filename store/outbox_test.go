package store_test

import (
	"testing"

	"github.com/dgrid-network/dgrid/chain/txmgr/outboxtest"
)

func TestOutbox(t *testing.T) {
	engines(t, func(t *testing.T, url string) { outboxtest.Run(t, open(t, url).Outbox()) })
}
