//go:build linux

package queue_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/prover"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/prover/queue"
)

// The crash test runs this test binary again as a process that proves, under a limit of its
// address space, and that dies at a point that it is told.
const (
	childEnv     = "DGRID_QUEUE_TEST_CHILD"
	addressSpace = 4 << 30
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == keys.ChildCommand {
		os.Exit(keys.RunChild(os.Args[2:], os.Stderr, keys.Step()))
	}
	if told := os.Getenv(childEnv); told != "" {
		if err := child(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// life is what a child process does: prove some requests while others wait, and die.
type life struct {
	Requests, Crowd int
	// Nth is at which proof it dies, 0 is none: when that reaches a stage or, with Stage
	// empty, once it has allocated so many bytes.
	Nth       int
	Stage     queue.Stage
	Allocated uint64
	Starve    bool // at the Nth proof no more memory is to be had
}

// line is what the child says: a stage that a proof reached, or the proof.
type line struct {
	Stage queue.Stage `json:",omitempty"`
	Made  *made       `json:",omitempty"`
	Peak  uint64      `json:",omitempty"` // of the Go runtime in bytes, of all proofs so far
}

type made struct {
	Request int
	Inputs  circuit.Inputs
	Proof   hexutil.Bytes
}

// request is a step by its number, every second claim a wrong one.
func request(n int) (in *circuit.StepInput, right bool) {
	in, err := prover.SampleStep()
	if err != nil {
		panic(err)
	}
	in.Submitter = common.BigToAddress(common.Big1)
	in.Submitter[0], in.Submitter[1] = byte(n), byte(n>>8)
	if right = n%2 == 0; !right {
		in.O[len(in.O)-21] ^= 1 // the claim is the third number of the last word
	}
	return in, right
}

func store() keys.Store {
	return keys.Store{Dir: filepath.Join("..", "..", ".cache", "keys"), Child: []string{os.Args[0], keys.ChildCommand}, Progress: os.Stderr}
}

func child(told string) error {
	var l life
	if err := json.Unmarshal([]byte(told), &l); err != nil {
		return err
	}
	if err := limitAddressSpace(addressSpace); err != nil {
		return err
	}
	var mu sync.Mutex
	out := json.NewEncoder(os.Stdout)
	say := func(line line) {
		mu.Lock()
		defer mu.Unlock()
		if err := out.Encode(line); err != nil {
			panic(err)
		}
	}
	reached, inLine := map[queue.Stage]int{}, make(chan struct{}, l.Requests+l.Crowd)
	q, err := queue.New(queue.Config{
		Load: func(ctx context.Context) (queue.Prover, error) {
			set, err := store().Dev(ctx, keys.Step())
			if err != nil {
				return nil, err
			}
			p, err := prover.New(set, 31337)
			return &mortal{Prover: p, life: l}, err
		},
		Progress: func(e queue.Event) {
			if e.Stage == queue.Waiting {
				inLine <- struct{}{}
				return
			}
			say(line{Stage: e.Stage})
			if reached[e.Stage]++; e.Stage == l.Stage && reached[e.Stage] == l.Nth {
				kill()
			}
		},
	})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	results := make(chan error, l.Requests)
	for n := range l.Requests + l.Crowd {
		in, right := request(n)
		go func() {
			r, err := q.Prove(ctx, queue.Job{Step: in, Right: right, Deadline: uint64(1 + n)})
			if n >= l.Requests {
				return // the crowd only waits
			}
			if err == nil {
				say(line{Made: &made{n, r.Inputs, r.Proof[:]}, Peak: q.Status().Peak})
			}
			results <- err
		}()
		<-inLine
	}
	ended := make(chan error, 1)
	go func() { ended <- q.Run(ctx) }()
	for range l.Requests {
		if err := <-results; err != nil {
			return err
		}
	}
	stop()
	return <-ended
}

func kill() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func limitAddressSpace(bytes uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: bytes, Max: addressSpace})
}

// mortal proves until the proof at which it dies.
type mortal struct {
	queue.Prover
	life
	proofs int
}

func (m *mortal) Prove(ctx context.Context, in *circuit.StepInput, right bool) (prover.Proof, circuit.Inputs, error) {
	if m.proofs++; m.proofs == m.Nth && m.Stage == "" {
		if m.Starve {
			go starve()
		} else {
			go m.dieAt(allocated() + m.Allocated)
		}
	}
	return m.Prover.Prove(ctx, in, right)
}

// dieAt watches what the process allocates, which is how far a proof is.
func (m *mortal) dieAt(bytes uint64) {
	tick := time.NewTicker(100 * time.Microsecond)
	for allocated() < bytes {
		<-tick.C
	}
	kill()
}

// starve takes all memory that is left, and soon none is left.
func starve() {
	if err := limitAddressSpace(held() + 16<<20); err != nil {
		panic(err)
	}
	var taken [][]byte
	for {
		taken = append(taken, make([]byte, 1<<20))
		runtime.KeepAlive(taken)
	}
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// held returns the address space that the process has, in bytes.
func held() uint64 {
	raw, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	var pages uint64
	if _, err := fmt.Sscan(string(raw), &pages); err != nil {
		panic(err)
	}
	return pages * uint64(os.Getpagesize())
}

// lived is what a child said, and how it ended.
type lived struct {
	last   queue.Stage // before the end
	stages map[queue.Stage]int
	made   []made
	peak   uint64
	state  *os.ProcessState
}

func (l life) live(t *testing.T) lived {
	told, err := json.Marshal(l)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(told), "GOMEMLIMIT="+goLimit)
	if !l.Starve {
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	after := lived{stages: map[queue.Stage]int{}}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var said line
		require.NoError(t, json.Unmarshal(lines.Bytes(), &said))
		if said.Made != nil {
			after.made, after.peak = append(after.made, *said.Made), said.Peak
		} else {
			after.stages[said.Stage]++
			after.last = said.Stage
		}
	}
	_ = cmd.Wait()
	after.state = cmd.ProcessState
	return after
}

// proofBytes is less than what a proof allocates: the points at which it is killed lie
// between nothing and so much.
const proofBytes = 40 << 20

// Under a limit of goLimit the Go runtime holds no more than peakBytes while proofs are
// made, the keys, the constraint system and everybody in line included. Without one its
// collector lets 120 to 160 MB come together, as it happens to run.
const (
	goLimit   = "100MiB"
	peakBytes = 120_000_000
)

// A prover that is killed, at a drawn point before, during and after a proof, or that runs
// out of memory in the middle of one, leaves nothing behind that its successor could trip
// over: whoever asks again gets a proof of the same statement. Nothing of it takes more
// than the 4 GiB of address space that every process here has, and, with the line full,
// more memory than is stated.
func TestKilledProversProveTheSameStatement(t *testing.T) {
	set, err := store().Dev(t.Context(), keys.Step())
	require.NoError(t, err)
	p, err := prover.New(set, 31337)
	require.NoError(t, err)

	requests, last := 3, life{Requests: 4, Crowd: 200}
	lives := []life{
		{Nth: 1, Stage: queue.Loading},
		{Nth: 2, Allocated: rand.Uint64N(proofBytes)},
		{Nth: 2, Starve: true},
	}
	if os.Getenv("DGRID_DISPUTES") == "full" {
		for len(lives) < 50 {
			lives = append(lives, drawn(requests))
		}
		last.Requests = 30
	}
	within := 0
	for n, l := range append(lives, last) {
		l.Requests = max(l.Requests, requests)
		t.Logf("life %d: %+v", n, l)
		after := l.live(t)
		switch status := after.state.Sys().(syscall.WaitStatus); {
		case l.Starve:
			require.False(t, after.state.Success())
			require.Less(t, after.stages[queue.Done], l.Nth)
		case l.Nth > 0:
			require.Equal(t, syscall.SIGKILL, status.Signal(), "it lived on")
			if l.Stage == "" && after.last == queue.Proving {
				within++
			}
		default:
			require.True(t, after.state.Success())
			require.Len(t, after.made, l.Requests)
			require.LessOrEqual(t, after.peak, uint64(peakBytes))
			t.Logf("the Go runtime held %d MB at most", after.peak>>20)
		}
		for _, made := range after.made {
			in, right := request(made.Request)
			want, err := in.Inputs(right)
			require.NoError(t, err)
			require.Equal(t, want, made.Inputs, "another statement")
			require.NoError(t, p.Verify(prover.Proof(made.Proof), made.Inputs))
		}
	}
	require.Positive(t, within, "no proof was under way when its process died")
}

// drawn returns how a process dies.
func drawn(requests int) life {
	l := life{Nth: 1 + rand.IntN(requests)}
	switch rand.IntN(6) {
	case 0:
		l.Nth, l.Stage = 1, queue.Loading
	case 1:
		l.Stage = queue.Proving
	case 2:
		l.Stage = queue.Done
	case 3:
		l.Starve = true
	default:
		l.Allocated = rand.Uint64N(proofBytes)
	}
	return l
}
