// Package testpg gives tests a real PostgreSQL: one private server per test
// binary, started on first use, one fresh database per call of URL. No Docker, no
// service, loopback only, any user (as root the server runs as "postgres").
//
// A package that uses it says so in its TestMain:
//
//	func TestMain(m *testing.M) { testpg.Main(m) }
//
// TEST_POSTGRES_DSN names a server to use instead; PG_BIN the folder of initdb.
// Without any server tests skip with one line, and fail where CI=true.
package testpg

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing says that this computer has no PostgreSQL server.
var ErrMissing = errors.New("PostgreSQL server not found: apt-get install -y --no-install-recommends postgresql, or set TEST_POSTGRES_DSN")

// Server is a running PostgreSQL.
type Server struct {
	DSN  string // of its database "postgres"
	stop func() error
}

// shared is the server of this test binary: a process-wide resource by nature.
var shared struct {
	once    sync.Once
	managed atomic.Bool
	server  *Server
	err     error
	serial  atomic.Int64
}

// Main runs the tests of a package, stops the server, if one was started, and exits.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for packages that have more to clear away: it returns the exit code.
func Run(m *testing.M) int {
	shared.managed.Store(true)
	code := m.Run()
	shared.once.Do(func() {}) // nobody starts one any more
	if shared.server != nil {
		if err := shared.server.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop PostgreSQL:", err)
		}
	}
	return code
}

// URL returns the URL of a fresh, empty database, dropped when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	if !shared.managed.Load() {
		t.Fatal("call testpg.Main from TestMain")
	}
	ctx := context.Background()
	shared.once.Do(func() { shared.server, shared.err = Start(ctx) })
	if errors.Is(shared.err, ErrMissing) && os.Getenv("CI") != "true" {
		t.Skip(shared.err)
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	u, drop, err := shared.server.CreateDatabase(ctx, fmt.Sprintf("t_%d_%d", os.Getpid(), shared.serial.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := drop(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
	return u
}

// CreateDatabase makes an empty database and returns its URL and what drops it.
func (s *Server) CreateDatabase(ctx context.Context, name string) (dsn string, drop func(context.Context) error, err error) {
	do := func(ctx context.Context, statement string) error {
		c, err := pgx.Connect(ctx, s.DSN)
		if err != nil {
			return fmt.Errorf("reach test server: %w", err)
		}
		defer c.Close(ctx)
		if _, err := c.Exec(ctx, statement+" "+pgx.Identifier{name}.Sanitize()); err != nil {
			return fmt.Errorf("%s %s: %w", statement, name, err)
		}
		return nil
	}
	u, err := url.Parse(s.DSN)
	if err != nil {
		return "", nil, fmt.Errorf("parse test server url: %w", err)
	}
	u.Path = "/" + name
	drop = func(ctx context.Context) error {
		c, err := pgx.Connect(ctx, s.DSN)
		if err != nil {
			return fmt.Errorf("reach test server: %w", err)
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
		return err
	}
	return u.String(), drop, do(ctx, "CREATE DATABASE")
}

func bindir() (string, error) {
	if d := os.Getenv("PG_BIN"); d != "" {
		return d, nil
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/initdb", "/usr/pgsql-*/bin/initdb", "/opt/homebrew/opt/postgresql*/bin/initdb"} {
		if m, _ := filepath.Glob(pattern); len(m) > 0 {
			sort.Strings(m)
			return filepath.Dir(m[len(m)-1]), nil
		}
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			return filepath.Dir(p), nil
		}
	}
	return "", ErrMissing
}

// Start starts a server in a folder of its own. It does not survive this process.
func Start(ctx context.Context) (*Server, error) {
	if dsn := os.Getenv("TEST_POSTGRES_DSN"); dsn != "" {
		return &Server{DSN: dsn, stop: func() error { return nil }}, nil
	}
	bin, err := bindir()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "testpg")
	if err != nil {
		return nil, err
	}
	attr, err := account(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--locale=C")
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: attr.Credential}, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), os.RemoveAll(dir))
	}
	// The port is chosen before the server binds it: another process may be faster.
	for try := 0; ; try++ {
		s, err := launch(ctx, bin, dir, data, attr)
		if err == nil {
			return s, nil
		}
		if try == 3 || ctx.Err() != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
}

// account makes dir usable by the user the server will run as.
func account(dir string) (*syscall.SysProcAttr, error) {
	attr := serverAttr()
	if os.Getuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres") // PostgreSQL refuses to run as root
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMissing, err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}

func launch(ctx context.Context, bin, dir, data string, attr *syscall.SysProcAttr) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
		"-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "max_wal_size=4GB")
	cmd.SysProcAttr, cmd.Dir = attr, dir
	logPath := filepath.Join(dir, "log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log

	started, exited := make(chan error, 1), make(chan error, 1)
	go func() {
		// The parent-death signal follows the starting thread, not the process:
		// this goroutine keeps its thread until the server is gone.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exited <- cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	s := &Server{DSN: fmt.Sprintf("postgres://app@127.0.0.1:%d/postgres?sslmode=disable", port)}
	s.stop = func() error {
		_ = cmd.Process.Signal(syscall.SIGINT) // fast shutdown
		<-exited
		return os.RemoveAll(dir)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if c, err := pgx.Connect(ctx, s.DSN); err == nil {
			return s, c.Close(ctx)
		}
		select {
		case err := <-exited:
			out, _ := os.ReadFile(logPath)
			return nil, fmt.Errorf("postgres ended: %w: %s", err, out)
		case <-ctx.Done():
			_ = cmd.Process.Signal(syscall.SIGINT)
			<-exited
			return nil, fmt.Errorf("postgres did not answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// Close stops the server and removes its folder.
func (s *Server) Close() error { return s.stop() }
