package testsys

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

// The usual test accounts, by number: those of an embedded network, and people who
// come to it.
const (
	admin = iota // deploys, owns, is the treasury
	relayerKey
	gatewayKey
	creator
	provenOwner
	provenOperator
	sampledOwner
	sampledOperator
	upRequester // whose channel dgrid up opens
	firstPlayer
	secondPlayer
	requester
	stranger
	auditorKey
)

// lanes runs the transaction managers of people who live in the test. Their outbox
// outlives a connection, as a file would.
type lanes struct {
	chain  *network.Chain
	outbox *txmgr.Memory
	ctx    context.Context
	stop   context.CancelFunc

	mu      sync.Mutex
	running map[common.Address]*txmgr.Manager
	all     sync.WaitGroup
}

func newLanes(ctx context.Context, c *network.Chain, outbox *txmgr.Memory) *lanes {
	l := &lanes{chain: c, outbox: outbox, running: map[common.Address]*txmgr.Manager{}}
	l.ctx, l.stop = context.WithCancel(ctx)
	return l
}

func (l *lanes) close() {
	l.stop()
	l.all.Wait()
}

// of returns the running manager of a test account.
func (l *lanes) of(account common.Address) *txmgr.Manager {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.running[account]; m != nil {
		return m
	}
	m := l.chain.Lane(l.outbox, keyOf(account))
	l.running[account] = m
	l.all.Go(func() { _ = m.Run(l.ctx) }) // its callers get its errors
	return m
}

func keyOf(account common.Address) *ecdsa.PrivateKey {
	for i := range stranger + 1 {
		if key := devchain.Key(i); crypto.PubkeyToAddress(key.PublicKey) == account {
			return key
		}
	}
	panic("no test account " + account.Hex())
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// world is the story's world on a network whose accounts are the usual ones.
func world(t testing.TB, c *network.Chain, api string, lane func(common.Address) *txmgr.Manager, proven common.Hash) story.World {
	t.Helper()
	model, err := runtime.Parse(demo.Container())
	require.NoError(t, err)
	return story.World{Chain: c, APIURL: api, Model: model, Proven: demo.Name + "@1", Sampled: demo.Name + "-float@1", ProvenVersion: proven,
		Requester: devchain.Key(requester), First: devchain.Key(firstPlayer), Second: devchain.Key(secondPlayer),
		Creator: devchain.Address(creator), Owners: []common.Address{devchain.Address(provenOwner), devchain.Address(sampledOwner)},
		Lane: lane, Prompts: demo.Prompts(), GamePrompt: demo.Prompts()[3], Say: t.Logf, Log: quiet()}
}

// visitor calls the API over HTTP.
type visitor struct {
	t         testing.TB
	base, key string
}

func (v *visitor) request(method, path string, body any) *http.Response {
	v.t.Helper()
	var payload io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		payload = bytes.NewReader([]byte(b))
	default:
		raw, err := json.Marshal(b)
		require.NoError(v.t, err)
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, payload)
	require.NoError(v.t, err)
	req.Header.Set("Content-Type", "application/json")
	if v.key != "" {
		req.Header.Set("Authorization", "Bearer "+v.key)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(v.t, err)
	return res
}

// call returns the status and the whole answer.
func (v *visitor) call(method, path string, body any) (status int, text []byte) {
	v.t.Helper()
	res := v.request(method, path, body)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(v.t, err)
	return res.StatusCode, text
}

// get decodes a read that must succeed.
func (v *visitor) get(path string, out any) {
	v.t.Helper()
	status, text := v.call(http.MethodGet, path, nil)
	require.Equal(v.t, http.StatusOK, status, "%s: %s", path, text)
	require.NoError(v.t, json.Unmarshal(text, out), "%s", text)
}

// answer is what the API says of a completion, or of its failure.
type answer struct {
	ID      string `json:"id"`
	Choices []struct {
		Message struct {
			Content string `json:"content"`
		} `json:"message"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	DGrid struct {
		RequestID string `json:"request_id"`
		Status    string `json:"status"`
		Receipt   struct {
			Digest common.Hash `json:"digest"`
		} `json:"receipt"`
		Price struct {
			BaseUnits protocol.Amount `json:"base_units"`
		} `json:"price"`
	} `json:"dgrid"`
	Error *struct {
		Code     string         `json:"code"`
		Message  string         `json:"message"`
		Param    string         `json:"param"`
		Metadata map[string]any `json:"metadata"`
	} `json:"error"`
}

func chat(model, prompt string, more ...map[string]any) map[string]any {
	body := map[string]any{"model": model, "max_tokens": 40, "messages": []map[string]string{{"role": "user", "content": prompt}}}
	for _, m := range more {
		for k, v := range m {
			body[k] = v
		}
	}
	return body
}

// ask returns the answer to a body, and the status.
func (v *visitor) ask(body any) (int, answer) {
	v.t.Helper()
	status, text := v.call(http.MethodPost, "/v1/chat/completions", body)
	var a answer
	require.NoError(v.t, json.Unmarshal(text, &a), "%s", text)
	return status, a
}

// must returns an answer that must come.
func (v *visitor) must(body any) answer {
	v.t.Helper()
	status, a := v.ask(body)
	require.Equal(v.t, http.StatusOK, status, "%+v", a.Error)
	require.NotEmpty(v.t, a.DGrid.RequestID)
	return a
}

// generation is a stored answer.
type generation struct {
	ID    string `json:"id"`
	DGrid struct {
		Status  string `json:"status"`
		Receipt struct {
			Digest    common.Hash    `json:"digest"`
			Signature protocol.Bytes `json:"signature"`
		} `json:"receipt"`
	} `json:"dgrid"`
	Error *struct {
		Code string `json:"code"`
	} `json:"error"`
}

// settled waits until an answer's voucher is redeemed.
func (v *visitor) settled(id string) error {
	var g generation
	v.get("/v1/generations/"+id, &g)
	if g.DGrid.Status != "settled" {
		return fmt.Errorf("answer %s is %q", id, g.DGrid.Status)
	}
	return nil
}

// redeemed sums up what the chain says was redeemed, by channel.
func redeemed(t testing.TB, c *network.Chain) map[common.Hash]protocol.Amount {
	t.Helper()
	sums := map[common.Hash]protocol.Amount{}
	for _, e := range marketEvents[events.VoucherRedeemed](t, c) {
		sum, err := sums[e.Channel].Add(e.Amount)
		require.NoError(t, err)
		sums[e.Channel] = sum
	}
	return sums
}

// marketEvents returns the Market's events of one kind, in order.
func marketEvents[E any](t testing.TB, c *network.Chain) []E {
	t.Helper()
	return eventsOf[E](t, c, events.Market, c.Reader.Addresses().Market)
}

// published returns what creators published.
func published(t testing.TB, c *network.Chain) []events.ModelPublished {
	t.Helper()
	return eventsOf[events.ModelPublished](t, c, events.Registry, c.Reader.Addresses().Registry)
}

func eventsOf[E any](t testing.TB, c *network.Chain, source events.Source, at common.Address) []E {
	t.Helper()
	logs, err := c.Client.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(c.Deployment.StartBlock), Addresses: []common.Address{at}})
	require.NoError(t, err)
	var out []E
	for i := range logs {
		e, err := events.DecodeLog(source, &logs[i])
		require.NoError(t, err)
		if e, ok := e.(E); ok {
			out = append(out, e)
		}
	}
	return out
}

// nothingTwice fails if one account sent the same call twice, or one that failed.
// Every call of the story is its own: amounts, ids or nonces in it differ.
func nothingTwice(t testing.TB, c *network.Chain) {
	t.Helper()
	head, err := c.Client.BlockNumber(t.Context())
	require.NoError(t, err)
	signer := types.LatestSignerForChainID(new(big.Int).SetUint64(c.Deployment.ChainID))
	seen := map[common.Hash]common.Hash{}
	for n := c.Deployment.StartBlock; n <= head; n++ {
		block, err := c.Client.BlockByNumber(t.Context(), new(big.Int).SetUint64(n))
		require.NoError(t, err)
		for _, tx := range block.Transactions() {
			from, err := types.Sender(signer, tx)
			require.NoError(t, err)
			to := common.Address{}
			if tx.To() != nil {
				to = *tx.To()
			}
			name := crypto.Keccak256Hash(from[:], to[:], tx.Data())
			require.Empty(t, seen[name], "transaction %s repeats another", tx.Hash())
			seen[name] = tx.Hash()
			receipt, err := c.Client.TransactionReceipt(t.Context(), tx.Hash())
			require.NoError(t, err)
			require.Equal(t, types.ReceiptStatusSuccessful, receipt.Status, "transaction %s from %s to %s failed", tx.Hash(), from, to)
		}
	}
	require.NotEmpty(t, seen)
}

// total adds amounts up.
func total(t testing.TB, amounts ...protocol.Amount) protocol.Amount {
	t.Helper()
	var sum protocol.Amount
	for _, a := range amounts {
		var err error
		sum, err = sum.Add(a)
		require.NoError(t, err)
	}
	return sum
}

// paid adds payments up, of all or of some accounts.
func paid(t testing.TB, list []story.Payment, to ...common.Address) protocol.Amount {
	t.Helper()
	var sum protocol.Amount
	for _, p := range list {
		counts := len(to) == 0
		for _, who := range to {
			counts = counts || who == p.Who
		}
		if counts {
			sum = total(t, sum, p.Amount)
		}
	}
	return sum
}

// checkFacts holds the facts of a story to what it is about. extra are fees of
// answers that others bought on the same network.
func checkFacts(t testing.TB, c *network.Chain, f story.Facts, extra ...protocol.Amount) {
	t.Helper()
	checkFile(t, f)
	require.True(t, f.OK)
	require.Len(t, f.Requests, 2)
	require.Equal(t, protocol.ClassProven, f.Requests[0].Class)
	require.Equal(t, protocol.ClassSampled, f.Requests[1].Class)
	fees := total(t, extra...)
	owners := []common.Address{devchain.Address(provenOwner), devchain.Address(sampledOwner)}
	for i, r := range f.Requests {
		require.Equal(t, owners[i], r.Provider)
		require.True(t, r.ReceiptValid)
		require.Contains(t, r.Model, demo.Name)
		require.NotZero(t, r.InputTokens)
		require.NotZero(t, r.OutputTokens)
		require.False(t, r.Fee.IsZero())
		require.Greater(t, len(r.Text), 40, "an answer is a story")
		fees = total(t, fees, r.Fee)
	}
	require.True(t, f.Job.CallbackRan)
	require.Greater(t, len(f.Job.Output), 40)
	require.NotZero(t, f.Job.Gas)
	require.Equal(t, fees, paid(t, f.Redeems), "redeemed is what was signed for")
	for _, p := range append(append([]story.Payment(nil), f.Redeems...), f.Withdrawals...) {
		require.NotEmpty(t, p.Tx)
		require.NotZero(t, p.Gas)
		require.False(t, p.Amount.IsZero())
	}
	for _, owner := range owners {
		require.False(t, paid(t, f.Redeems, owner).IsZero(), "%s redeemed nothing", owner)
		require.False(t, paid(t, f.Withdrawals, owner).IsZero(), "%s withdrew nothing", owner)
	}
	require.False(t, paid(t, f.Withdrawals, devchain.Address(creator)).IsZero())
	require.Equal(t, f.Solvency.Owed, f.Solvency.VaultBalance)
	require.NotZero(t, f.Durations["total"])

	// What was redeemed and what the job cost went to somebody, to the unit.
	var jobs protocol.Amount
	for _, e := range marketEvents[events.JobFinalized](t, c) {
		jobs = total(t, jobs, e.Fee)
	}
	require.False(t, jobs.IsZero())
	left := make([]protocol.Amount, 0, 8)
	for _, account := range []int{admin, relayerKey, creator, provenOwner, sampledOwner} {
		free, err := c.Reader.Free(t.Context(), devchain.Address(account))
		require.NoError(t, err)
		left = append(left, free)
	}
	auditors, err := c.Reader.Free(t.Context(), c.Reader.Addresses().Slasher)
	require.NoError(t, err)
	left = append(left, auditors)
	for _, owner := range owners {
		pending, err := c.Reader.Pending(t.Context(), owner)
		require.NoError(t, err)
		left = append(left, pending)
	}
	out := paid(t, f.Withdrawals, append(owners, devchain.Address(creator))...)
	require.Equal(t, total(t, paid(t, f.Redeems), jobs), total(t, append(left, out)...), "every fee's parts sum up")
}

// event is one event of a streamed answer.
type event struct {
	ID      string `json:"id"`
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
	} `json:"choices"`
	Error *struct {
		Code string `json:"code"`
	} `json:"error"`
}

func (e event) text() string {
	if len(e.Choices) == 0 {
		return ""
	}
	return e.Choices[0].Delta.Content
}

// stream reads the events of a streamed answer.
type stream struct {
	lines *bufio.Scanner
	done  bool // it ended with [DONE]
}

func newEvents(body io.Reader) *stream {
	s := &stream{lines: bufio.NewScanner(body)}
	s.lines.Buffer(nil, 1<<20)
	return s
}

// next returns the next event, io.EOF after the last.
func (s *stream) next() (event, error) {
	var e event
	for s.lines.Scan() {
		data, ok := strings.CutPrefix(s.lines.Text(), "data: ")
		if !ok {
			continue
		}
		if data == "[DONE]" {
			s.done = true
			return e, io.EOF
		}
		return e, json.Unmarshal([]byte(data), &e)
	}
	return e, errors.Join(io.EOF, s.lines.Err())
}

// channelOf finds the newest channel of an account.
func channelOf(t testing.TB, c *network.Chain, account common.Address) (id common.Hash) {
	t.Helper()
	for _, e := range marketEvents[events.ChannelOpened](t, c) {
		if e.Requester == account {
			id = e.Channel
		}
	}
	require.NotEmpty(t, id, "%s has no channel", account)
	return id
}
