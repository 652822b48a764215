// Package testredis gives tests both stores that a relayer may run on: the embedded
// miniredis and a real redis-server, found on the PATH or named by REDIS_ADDR.
package testredis

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/dgrid-network/dgrid/internal/redisserver"
	"github.com/dgrid-network/dgrid/protocol"
)

// Mini returns a client of an embedded store whose keys expire in real time.
func Mini(t testing.TB) *redis.Client {
	t.Helper()
	m := miniredis.NewMiniRedis()
	m.ClockTTL(true)
	if err := m.Start(); err != nil {
		t.Fatalf("start miniredis: %v", err)
	}
	c := redis.NewClient(&redis.Options{Addr: m.Addr(), MaintNotificationsConfig: noMaintenance()})
	t.Cleanup(func() {
		c.Close()
		m.Close()
	})
	return c
}

// Real returns a client of a redis-server of its own, on a unix socket, or of the one
// that REDIS_ADDR names, which it empties. Without either the test is skipped, and fails where
// CI=true.
func Real(t testing.TB) *redis.Client {
	t.Helper()
	if addr := os.Getenv("REDIS_ADDR"); addr != "" {
		c := redis.NewClient(&redis.Options{Addr: addr, MaintNotificationsConfig: noMaintenance()})
		t.Cleanup(func() { c.Close() })
		if err := c.FlushAll(context.Background()).Err(); err != nil {
			t.Fatalf("reach redis at %s: %v", addr, err)
		}
		return c
	}
	s, err := redisserver.Start()
	switch {
	case errors.Is(err, protocol.ErrNotFound) && os.Getenv("CI") != "true":
		t.Skip("skipped: needs redis-server on the PATH, or REDIS_ADDR")
	case err != nil:
		t.Fatalf("%v (or set REDIS_ADDR)", err)
	}
	t.Cleanup(func() { s.Close() })
	return s.Client
}

// Each runs a test on both stores.
func Each(t *testing.T, f func(t *testing.T, c *redis.Client)) {
	t.Run("miniredis", func(t *testing.T) { f(t, Mini(t)) })
	t.Run("redis", func(t *testing.T) { f(t, Real(t)) })
}

// noMaintenance keeps the client from asking for notices that no store here sends.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
