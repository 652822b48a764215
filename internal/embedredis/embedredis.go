// Package embedredis is the in-process Redis of embedded deployments: miniredis with
// keys that expire in real time, reached through memory. All content is lost when the process ends, by design.
//
// miniredis' own ClockTTL walks and sorts all keys before every command, which makes a
// store of n keys cost n per command; here the clock moves every TickEvery instead, and less
// often where that walk takes long: commands wait for it.
package embedredis

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// TickEvery is how late a key may expire, unless the store holds so many keys that looking at
// all of them takes more than a part in tickShare of it: then it is tickShare such looks.
const TickEvery = 250 * time.Millisecond

const tickShare = 50

// Store is a running in-process Redis.
type Store struct {
	*redis.Client
	mini *miniredis.Miniredis
	stop chan struct{}
	done sync.WaitGroup
}

// Start starts a store. Others may reach it on a free loopback port.
func Start() (*Store, error) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("start the embedded redis: %w", err)
	}
	s := &Store{mini: m, stop: make(chan struct{}), Client: redis.NewClient(&redis.Options{Addr: m.Addr(),
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			client, server := newPipe()
			m.Server().ServeConn(server)
			return client, nil
		},
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})}
	s.done.Go(s.tick)
	return s, nil
}

func (s *Store) tick() {
	t := time.NewTimer(TickEvery)
	defer t.Stop()
	last := time.Now()
	for {
		select {
		case <-t.C:
			now := time.Now()
			s.mini.FastForward(now.Sub(last))
			last = now
			t.Reset(max(TickEvery, tickShare*time.Since(now)))
		case <-s.stop:
			return
		}
	}
}

// Addr is where the store listens.
func (s *Store) Addr() string { return s.mini.Addr() }

// Close ends the store; its content is gone.
func (s *Store) Close() error {
	close(s.stop)
	s.done.Wait()
	err := s.Client.Close()
	s.mini.Close()
	return err
}
