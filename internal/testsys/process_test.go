package testsys

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// built holds the binaries of this test run: built on first use, removed at the end.
var built struct {
	once   sync.Once
	folder string
	err    error
}

func TestMain(m *testing.M) {
	// The test binary is its own key child.
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, keys.Step()))
	}
	flag.Parse()
	// The parallel tests wait for blocks and dispute windows, not for a processor.
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	code := testpg.Run(m)
	if built.folder != "" {
		os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// binary returns the path of one of the project's commands.
func binary(t testing.TB, name string) string {
	t.Helper()
	built.once.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "dgrid-testsys-"); built.err != nil {
			return
		}
		out, err := exec.Command("go", "build", "-o", built.folder+"/", "../../cmd/dgrid", "./cmd/floatserve").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	require.NoError(t, built.err)
	return filepath.Join(built.folder, name)
}

// missing skips a test that needs a tool, and fails it in CI.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip("skipped: " + what)
}

// tool finds a program in node_modules or on the PATH.
func tool(t testing.TB, name, install string) string {
	t.Helper()
	if path, err := filepath.Abs("../../node_modules/.bin/" + name); err == nil {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" not found: "+install)
	}
	return path
}

// process is a running program whose standard output is read by the line.
type process struct {
	t     testing.TB
	name  string
	cmd   *exec.Cmd
	lines chan string
	ended chan struct{}
	err   error // after ended

	mu  sync.Mutex
	log bytes.Buffer // standard error
}

func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// warnings returns the log's lines above level info.
func (p *process) warnings() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for line := range strings.Lines(p.log.String()) {
		if strings.Contains(line, "level=WARN") || strings.Contains(line, "level=ERROR") || strings.Contains(line, "panic:") {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return out
}

// start starts a program that is killed when the test ends, and by the kernel when
// the test dies. The end of its log is shown if the test fails.
func start(t testing.TB, name, path string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: exec.Command(path, args...), lines: make(chan string, 4096), ended: make(chan struct{})}
	p.cmd.Stderr, p.cmd.SysProcAttr, p.cmd.WaitDelay = p, childAttr(), time.Second
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	started := make(chan error, 1)
	go func() {
		// The parent-death signal follows the starting thread: keep it.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		scanner := bufio.NewScanner(out)
		scanner.Buffer(nil, 1<<20)
		for scanner.Scan() {
			select {
			case p.lines <- scanner.Text():
			default: // nobody reads so many
			}
		}
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	require.NoError(t, <-started, "start %s", name)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			p.mu.Lock()
			defer p.mu.Unlock()
			log := p.log.String()
			t.Logf("end of the log of %s:\n%s", name, log[max(0, len(log)-6000):])
		}
	})
	return p
}

// line returns the next line of output that begins with prefix, without it.
func (p *process) line(prefix string) string {
	p.t.Helper()
	limit := time.After(2 * time.Minute)
	for {
		select {
		case line := <-p.lines:
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-p.ended:
			p.t.Fatalf("%s ended: %v\n%s", p.name, p.err, p.log.String())
		case <-limit:
			p.t.Fatalf("%s does not get ready", p.name)
		}
	}
}

// kill ends the process at once, as a crash would.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// interrupt ends the process as Ctrl-C does; it must then exit with 0.
func (p *process) interrupt() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(os.Interrupt))
	select {
	case <-p.ended:
		require.NoError(p.t, p.err, "%s after an interrupt\n%s", p.name, p.log.String())
	case <-time.After(time.Minute):
		p.t.Fatalf("%s does not stop", p.name)
	}
}

// dgrid runs a command of the binary to its end and decodes its JSON into out.
func dgrid(t testing.TB, out any, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var notes bytes.Buffer
	cmd := exec.CommandContext(ctx, binary(t, "dgrid"), append(args, "--json")...)
	cmd.Stderr = &notes
	text, err := cmd.Output()
	require.NoError(t, err, "dgrid %s\n%s%s", strings.Join(args, " "), text, notes.String())
	if out != nil {
		require.NoError(t, json.Unmarshal(text, out), "%s", text)
	}
}

// await asks again and again until nothing is missing any more.
func await(t testing.TB, limit time.Duration, what string, missing func() error) {
	t.Helper()
	end := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := missing()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("wait for %s: %v", what, err)
		case <-t.Context().Done():
			t.Fatalf("wait for %s: %v", what, errors.Join(t.Context().Err(), err))
		}
	}
}

// proxy stands before a server and can take it away: a port that refuses.
type proxy struct {
	t      testing.TB
	addr   string
	target string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	p := &proxy{t: t, target: target, addr: "127.0.0.1:0", conns: map[net.Conn]bool{}}
	p.restore()
	t.Cleanup(p.cut)
	return p
}

// restore lets connections through, at the same address as before.
func (p *proxy) restore() {
	p.t.Helper()
	l, err := net.Listen("tcp", p.addr)
	require.NoError(p.t, err)
	p.mu.Lock()
	p.listener, p.addr = l, l.Addr().String()
	p.mu.Unlock()
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			go p.carry(in)
		}
	}()
}

func (p *proxy) carry(in net.Conn) {
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		in.Close()
		return
	}
	p.mu.Lock()
	p.conns[in], p.conns[out] = true, true
	p.mu.Unlock()
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
		go func() {
			_, _ = io.Copy(pair[1], pair[0])
			done <- struct{}{}
		}()
	}
	<-done
	in.Close()
	out.Close()
	<-done
	p.mu.Lock()
	delete(p.conns, in)
	delete(p.conns, out)
	p.mu.Unlock()
}

// cut ends all connections and refuses new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listener.Close()
	for c := range p.conns {
		c.Close()
	}
}
