package provider

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// The crash test runs this test binary again as a real provider process that kills itself with
// SIGKILL at a named point, and talks to it as a relayer.
const childEnv = "DGRID_PROVIDER_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

func testKey(name string) (k *keyed) {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
	if err != nil {
		panic(err)
	}
	return &keyed{key, crypto.PubkeyToAddress(key.PublicKey)}
}

var (
	testDomain  = protocol.Domain{ChainID: 31337, Market: common.Address{0xd6}}
	testVersion = common.Hash{0x77}
	testChannel = common.Hash{0xcc}
	testOwner   = common.Address{0x0b}
	operatorKey = testKey("operator")
	delegateKey = testKey("delegate")
	relayerKey  = testKey("relayer")
)

// testChain has one channel and block time by the clock, or fixed.
type testChain struct {
	fixed   uint64
	channel Channel
	stake   protocol.Amount
}

func newTestChain() *testChain {
	return &testChain{stake: protocol.NewAmount(1_000_000_000), channel: Channel{Requester: common.Address{0xa1}, Delegate: delegateKey.address,
		Deposit: protocol.NewAmount(1_000_000), Expiry: uint64(time.Now().Add(48 * time.Hour).Unix())}}
}

func (c *testChain) Now(context.Context) (uint64, error) {
	if c.fixed != 0 {
		return c.fixed, nil
	}
	return uint64(time.Now().Unix()), nil
}

func (c *testChain) Channel(_ context.Context, id common.Hash) (Channel, error) {
	if id != testChannel {
		return Channel{}, protocol.ErrNotFound
	}
	return c.channel, nil
}

func (c *testChain) FreeStake(context.Context, common.Address) (protocol.Amount, error) {
	return c.stake, nil
}

// countBackend answers 10, 11, 12, ... until the maximum.
type countBackend struct{}

func (countBackend) Check(context.Context) error { return nil }

func (countBackend) CheckRequest(Work) error { return nil }

func (countBackend) Generate(ctx context.Context, w Work, emit func(Piece) error) (a Answer, err error) {
	a.Finish, a.BoundaryRoot = protocol.FinishLength, common.Hash{1}
	for i := range w.Ask.Request.MaxOutputTokens {
		a.Tokens = append(a.Tokens, 10+i)
		a.OutputTokens++
		a.Text += "x"
		if err := emit(Piece{Tokens: []uint32{10 + i}, Text: "x"}); err != nil {
			a.Finish = protocol.FinishCancelled
			return a, err
		}
	}
	return a, nil
}

func testConfig(journal string, urls ...string) Config {
	c := Config{Domain: testDomain, Provider: testOwner, Journal: journal, Backoff: 64 * time.Millisecond,
		Models: []Model{{Version: testVersion, Class: protocol.ClassProven, Context: 100, PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(2_000_000),
			MaxFee: protocol.NewAmount(10_000), Capacity: 4, Backend: countBackend{}}}}
	for _, u := range urls {
		c.Relayers = append(c.Relayers, Relayer{URL: u})
	}
	return c
}

func testAsk(salt byte) wire.Ask {
	a := wire.Ask{Relayer: relayerKey.address, Prompt: []uint32{1, 2, 3}, Secret: common.Hash{salt, 1}}
	a.Request = protocol.Request{Payment: testChannel, ModelVersion: testVersion, Requester: common.Address{0xa1},
		PromptRoot: protocol.TokenRoot(a.Secret, protocol.TagPrompt, a.Prompt), PromptTokens: 3, MaxOutputTokens: 4, ParamsHash: a.Params.Hash(),
		PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(2_000_000), MaxFee: protocol.NewAmount(11),
		Deadline: uint64(time.Now().Unix()) + 1800, Salt: common.Hash{salt}}
	a.Hash = testDomain.Digest(a.Request)
	a.Signature, _ = testDomain.Sign(delegateKey.key, a.Request)
	return a
}

func testPay(receipts ...protocol.Receipt) wire.Pay {
	var tree protocol.SumTree
	p := wire.Pay{}
	for _, r := range receipts {
		h := testDomain.Digest(r)
		tree, _ = tree.Append(h, r.Fee)
		p.Added = append(p.Added, h)
	}
	p.Voucher = protocol.Voucher{Channel: testChannel, Provider: testOwner, ModelVersion: testVersion, Relayer: relayerKey.address,
		Total: tree.Total(), Count: tree.Count, ReceiptsRoot: tree.Root()}
	p.Signature, _ = testDomain.Sign(delegateKey.key, p.Voucher)
	return p
}

// child is the provider process: folder, relayer and the point to die at come in the environment.
func child() error {
	parts := strings.Split(os.Getenv(childEnv), "|")
	point, left := parts[2], 0
	if point != "" {
		left, _ = strconv.Atoi(parts[3])
	}
	var mu sync.Mutex
	p, err := New(testConfig(parts[0], parts[1]), Deps{Key: operatorKey.key, Chain: newTestChain(), step: func(at string) {
		mu.Lock()
		defer mu.Unlock()
		if at == point {
			if left--; left == 0 {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}})
	if err != nil {
		return err
	}
	return p.Run(context.Background())
}

// fakeRelayer talks to one provider process after another and remembers all it was sent.
type fakeRelayer struct {
	*httptest.Server
	conns    chan *websocket.Conn
	stop     chan struct{}
	handlers sync.WaitGroup

	mu    sync.Mutex
	dones []wire.Done
	paid  uint64
}

func newFakeRelayer(t *testing.T) *fakeRelayer {
	f := &fakeRelayer{conns: make(chan *websocket.Conn), stop: make(chan struct{})}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.handlers.Add(1)
		defer f.handlers.Done()
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		ctx := r.Context()
		frame, _ := wire.Seal(wire.KindChallenge, wire.Challenge{Version: wire.Version, Domain: testDomain, Relayer: relayerKey.address, Nonce: common.Hash{5}})
		if conn.Write(ctx, websocket.MessageText, frame) != nil {
			return
		}
		if _, _, err := conn.Read(ctx); err != nil {
			return
		}
		frame, _ = wire.Seal(wire.KindWelcome, wire.Welcome{Heartbeat: 10})
		if conn.Write(ctx, websocket.MessageText, frame) != nil {
			return
		}
		select {
		case f.conns <- conn:
			<-f.stop
		case <-f.stop:
		}
	}))
	t.Cleanup(func() {
		close(f.stop)
		f.handlers.Wait()
		f.Close()
	})
	return f
}

// story runs as far as the provider lives: ask A, pay it, ask B. It returns true at its end.
func (f *fakeRelayer) story(ctx context.Context, t *testing.T, conn *websocket.Conn, a, b wire.Ask) bool {
	send := func(kind wire.Kind, body any) {
		frame, err := wire.Seal(kind, body)
		require.NoError(t, err)
		_ = conn.Write(ctx, websocket.MessageText, frame) // a dead provider is seen on reading
	}
	send(wire.KindAsk, a)
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return false
		}
		finished := false
		require.NoError(t, wire.Each(message, func(e wire.Envelope) error {
			switch e.Kind {
			case wire.KindRefused:
				r, _ := wire.Open[wire.Refused](e)
				t.Errorf("refused: %+v", r)
			case wire.KindDone:
				d, err := wire.Open[wire.Done](e)
				require.NoError(t, err)
				require.Empty(t, d.Error)
				f.mu.Lock()
				f.dones = append(f.dones, d)
				f.mu.Unlock()
				if d.Hash == a.Hash {
					send(wire.KindPay, testPay(d.Receipt))
				} else {
					finished = true
				}
			case wire.KindPaid:
				p, err := wire.Open[wire.Paid](e)
				require.NoError(t, err)
				require.Empty(t, p.Error)
				require.GreaterOrEqual(t, p.Count, f.paid, "an acknowledged voucher was lost")
				f.paid = p.Count
				send(wire.KindAsk, b)
			}
			return nil
		}))
		if finished {
			return true
		}
	}
}

func TestKilledAtAnyPointNeverSignsTwice(t *testing.T) {
	points := []string{"ask.received/1", "ask.checked/1", "accepted.sent/1", "first_chunk.sent/1", "chunk.sent/3", "answer.made/1",
		"receipt.numbered/1", "receipt.appended/1", "journal.before_write/1", "journal.half_written/1", "journal.written/1", "journal.synced/1",
		"receipt.durable/1", "receipt.signed/1", "done.ready/1", "done.sent/1",
		"pay.received/1", "voucher.appended/1", "journal.half_written/2", "journal.written/2", "journal.synced/2", "voucher.durable/1", "paid.sent/1",
		"receipt.numbered/2", "journal.half_written/3", "journal.synced/3", "receipt.durable/2", "receipt.signed/2", "done.ready/2"}
	if testing.Short() {
		points = points[:20]
	}
	for _, at := range points {
		t.Run(strings.ReplaceAll(at, "/", "_"), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			f := newFakeRelayer(t)
			dir := filepath.Join(t.TempDir(), "journal")
			point, nth, _ := strings.Cut(at, "/")
			a, b := testAsk(1), testAsk(2)
			for life := 0; ; life++ {
				require.Less(t, life, 3)
				if life > 0 {
					point = ""
				}
				cmd := exec.CommandContext(ctx, os.Args[0])
				cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%s|%s", childEnv, dir, f.URL, point, nth))
				cmd.Stderr = os.Stderr
				require.NoError(t, cmd.Start())
				end := false
				select {
				case conn := <-f.conns:
					end = f.story(ctx, t, conn, a, b)
				case <-ctx.Done():
					t.Fatal("the provider did not connect")
				}
				if end && point == "" {
					_ = cmd.Process.Kill()
				}
				_ = cmd.Wait()
				if life == 0 {
					require.Equal(t, syscall.SIGKILL, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(), "the point was not reached")
				}
				if end && life > 0 {
					break
				}
			}
			byRequest, bySeq := map[common.Hash]protocol.Receipt{}, map[uint64]protocol.Receipt{}
			for _, d := range f.dones {
				signer, err := testDomain.Recover(d.Receipt, d.Signature)
				require.NoError(t, err)
				require.Equal(t, operatorKey.address, signer)
				for _, known := range []protocol.Receipt{byRequest[d.Receipt.RequestHash], bySeq[d.Receipt.Seq]} {
					if known.RequestHash != (common.Hash{}) {
						require.Equal(t, known, d.Receipt, "two receipts for one request or sequence number")
					}
				}
				byRequest[d.Receipt.RequestHash], bySeq[d.Receipt.Seq] = d.Receipt, d.Receipt
			}
			require.Len(t, byRequest, 2)
			require.Contains(t, byRequest, a.Hash)
			require.Contains(t, byRequest, b.Hash)
		})
	}
}
