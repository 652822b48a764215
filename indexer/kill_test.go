package indexer_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/indexer/jsonrpc"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/store"
)

// The test binary is its own child: with these it indexes until it is killed.
const (
	childDatabase = "DGRID_TEST_INDEX_DATABASE"
	childNode     = "DGRID_TEST_INDEX_NODE"
	// killCount says how often a child is killed on each engine; unset is 20. IDX-3
	// in full is DGRID_TEST_KILLS=200, over 20,000 blocks.
	killCount = "DGRID_TEST_KILLS"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childDatabase); url != "" {
		if err := child(url, os.Getenv(childNode)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	testpg.Main(m)
}

// child indexes and says what it does.
func child(database, node string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	n, err := s.Network(ctx, bench.Deployment)
	if err != nil {
		return err
	}
	told := &teller{Client: jsonrpc.New(node, jsonrpc.Options{FinalityDepth: 16})}
	told.x = indexer.New(told, n, indexer.Options{MaxSpan: 8, BatchLogs: 100, Poll: time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	fmt.Println("open")
	return told.x.Run(ctx)
}

// teller is a node that says what it is asked for: a range, or, once the index is
// at the head, the head.
type teller struct {
	*jsonrpc.Client
	x *indexer.Indexer
}

func (c *teller) Heads(ctx context.Context) (store.Heads, error) {
	h, err := c.Client.Heads(ctx)
	if err == nil && c.x.Status().Indexed.Hash == h.Latest.Hash {
		fmt.Println("done")
	}
	return h, err
}

func (c *teller) Logs(ctx context.Context, from, to uint64, addresses []common.Address) ([]store.Event, error) {
	fmt.Println(from)
	return c.Client.Logs(ctx, from, to, addresses)
}

// TestKilledAnywhere is IDX-3: a process that is killed with SIGKILL at any moment
// leaves rows and cursor of one state, and the next one goes on from there to the
// same tables as an index without accidents.
func TestKilledAnywhere(t *testing.T) {
	kills, blocks := 20, 600
	if raced {
		kills, blocks = 4, 200
	}
	if text := os.Getenv(killCount); text != "" {
		var err error
		kills, err = strconv.Atoi(text)
		require.NoError(t, err)
		blocks = 100 * kills
	}
	c := bench.NewChain(12, 6, 3)
	grow(c, rand.New(rand.NewPCG(3, 3)), blocks)
	want := fresh(t, c)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: bench.NewServer(c)}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	self, err := os.Executable()
	require.NoError(t, err)

	engines(t, func(t *testing.T, url string) {
		rnd := rand.New(rand.NewPCG(uint64(len(url)), 1))
		start := func() (*exec.Cmd, *bufio.Scanner) {
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), childDatabase+"="+url, childNode+"=http://"+l.Addr().String())
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			lines := bufio.NewScanner(out)
			require.True(t, lines.Scan())
			require.Equal(t, "open", lines.Text(), "a killed process leaves a database that opens")
			return cmd, lines
		}
		early := 0
		for range kills {
			cmd, lines := start()
			for range rnd.IntN(12) {
				if !lines.Scan() || lines.Text() == "done" {
					break
				}
			}
			<-time.After(time.Duration(rnd.IntN(4000)) * time.Microsecond) // any moment of what follows
			require.NoError(t, cmd.Process.Kill())
			_ = cmd.Wait()
			if lines.Text() != "done" {
				early++
				continue
			}
			s, err := store.Open(context.Background(), url) // from the start again
			require.NoError(t, err)
			n, err := s.Network(context.Background(), bench.Deployment)
			require.NoError(t, err)
			require.NoError(t, n.Reset(context.Background()))
			require.NoError(t, s.Close())
		}
		require.Greater(t, early, kills/2, "most kills must hit an indexer at work")
		cmd, lines := start()
		for lines.Scan() && lines.Text() != "done" {
		}
		require.NoError(t, lines.Err())
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait()
		equal(t, want, dump(t, network(t, url)))
	})
}
