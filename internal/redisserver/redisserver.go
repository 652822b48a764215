// Package redisserver runs a redis-server of one's own, found on the PATH, on a unix
// socket in a folder that goes with it: for tests and measurements, never to keep data.
package redisserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/dgrid-network/dgrid/protocol"
)

const startLimit = 30 * time.Second

// Server is a running redis-server.
type Server struct {
	*redis.Client
	Socket string

	dir   string
	cmd   *exec.Cmd
	ended chan struct{}
}

// Start starts a server that writes nothing to disk. It fails with ErrNotFound where no
// redis-server is on the PATH.
func Start() (*Server, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, fmt.Errorf("start redis-server: %v: %w", err, protocol.ErrNotFound)
	}
	// A test's own folder may be too long for a socket's path.
	dir, err := os.MkdirTemp("", "redis")
	if err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	s := &Server{Socket: dir + "/s", dir: dir, ended: make(chan struct{})}
	s.cmd = exec.Command(binary, "--port", "0", "--unixsocket", s.Socket, "--save", "", "--appendonly", "no", "--dir", dir)
	if err := s.run(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s.Client = redis.NewClient(&redis.Options{Network: "unix", Addr: s.Socket,
		// The client would ask for notices that this server does not send.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	return s, nil
}

func (s *Server) run() error {
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	if err := s.cmd.Start(); err != nil {
		return fmt.Errorf("start redis-server: %w", err)
	}
	ready := make(chan error, 2)
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() { // to the end: the pipe must stay empty
			if strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections") {
				select {
				case ready <- nil:
				default:
				}
			}
		}
		ready <- fmt.Errorf("redis-server ended before it was ready: %w", protocol.ErrUnavailable)
	}()
	timer := time.NewTimer(startLimit)
	defer timer.Stop()
	select {
	case err = <-ready:
	case <-timer.C:
		err = fmt.Errorf("redis-server does not get ready within %s: %w", startLimit, protocol.ErrUnavailable)
	}
	if err != nil {
		s.kill()
	}
	return err
}

func (s *Server) kill() {
	_ = s.cmd.Process.Kill() // it ended already
	<-s.ended
	_ = s.cmd.Wait() // killed
}

// Close ends the server; its content is gone.
func (s *Server) Close() error {
	err := s.Client.Close()
	s.kill()
	return errors.Join(err, os.RemoveAll(s.dir))
}

// ProcessorTime is what a server reached by c has used since it started, user and system.
func ProcessorTime(ctx context.Context, c redis.UniversalClient) (time.Duration, error) {
	text, err := c.Info(ctx, "cpu").Result()
	if err != nil {
		return 0, fmt.Errorf("ask redis for its processor time: %v: %w", err, protocol.ErrUnavailable)
	}
	sum, found := 0.0, false
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != "used_cpu_sys" && name != "used_cpu_user" {
			continue
		}
		seconds, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return 0, fmt.Errorf("read redis' processor time %q: %w", value, protocol.ErrInvalid)
		}
		sum, found = sum+seconds, true
	}
	if !found {
		return 0, fmt.Errorf("redis does not tell its processor time: %w", protocol.ErrNotFound)
	}
	return time.Duration(sum * float64(time.Second)), nil
}
