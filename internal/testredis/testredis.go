// Package testredis gives tests both stores that a relayer may run on: the embedded
// miniredis and a real redis-server, found on the PATH or named by REDIS_ADDR.
package testredis

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
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
	opt := &redis.Options{Network: "tcp", Addr: os.Getenv("REDIS_ADDR"), MaintNotificationsConfig: noMaintenance()}
	if opt.Addr == "" {
		opt.Network, opt.Addr = "unix", start(t)
	}
	c := redis.NewClient(opt)
	t.Cleanup(func() { c.Close() })
	if err := c.FlushAll(context.Background()).Err(); err != nil {
		t.Fatalf("reach redis at %s: %v", opt.Addr, err)
	}
	return c
}

// Each runs a test on both stores.
func Each(t *testing.T, f func(t *testing.T, c *redis.Client)) {
	t.Run("miniredis", func(t *testing.T) { f(t, Mini(t)) })
	t.Run("redis", func(t *testing.T) { f(t, Real(t)) })
}

func start(t testing.TB) string {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not on the PATH and REDIS_ADDR is not set")
		}
		t.Skip("skipped: needs redis-server on the PATH, or REDIS_ADDR")
	}
	// A test's own folder may be too long for a socket's path.
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket := dir + "/s"
	cmd := exec.Command(binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start redis-server: %v", err)
	}
	ready := make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.Contains(lines.Text(), "ready to accept connections") || strings.Contains(lines.Text(), "now ready to accept") {
				ready <- nil
				break
			}
		}
		for lines.Scan() { // keep the pipe empty
		}
		ready <- fmt.Errorf("redis-server ended")
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		cmd.Wait()
	})
	select {
	case err := <-ready:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("redis-server does not get ready")
	}
	return socket
}

// noMaintenance keeps the client from asking for notices that no store here sends.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
