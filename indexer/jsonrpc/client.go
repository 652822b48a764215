// Package jsonrpc reads chain data from any Ethereum node: HTTP for data, scanned
// as a stream, and optionally a WebSocket for word of new blocks.
//
// It is not a general client: it knows the three methods the indexer needs. Why not
// ethclient: decoding logs by reflection costs several times everything else in a
// backfill together.
package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Header is the indexer's.
type Header = indexer.Header

// Options of a Client; the zero value uses the node's finality tags and no
// subscription.
type Options struct {
	// FinalityDepth replaces the safe and finalized tags: blocks this deep are both.
	FinalityDepth uint64
	// WebSocket is the URL to subscribe to new heads at, empty to poll only.
	WebSocket string
	// MaxAnswer bounds one answer, in bytes; 0 is 256 MiB.
	MaxAnswer int64
	// Timeout bounds one call; 0 is 30 s.
	Timeout time.Duration
	HTTP    *http.Client // nil: one of its own
}

// Client implements indexer.Source and indexer.Watcher.
type Client struct {
	url  string
	opts Options
	http *http.Client
}

// New returns a client of the node at an http or https URL.
func New(url string, opts Options) *Client {
	if opts.MaxAnswer == 0 {
		opts.MaxAnswer = 256 << 20
	}
	if opts.Timeout == 0 {
		opts.Timeout = 30 * time.Second
	}
	c := &Client{url: url, opts: opts, http: opts.HTTP}
	if c.http == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxIdleConnsPerHost = 16
		c.http = &http.Client{Transport: transport}
	}
	return c
}

// CloseIdle closes connections that no call uses.
func (c *Client) CloseIdle() { c.http.CloseIdleConnections() }

type request struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

// post sends body and hands the answer's stream to read.
func (c *Client) post(ctx context.Context, body any, read func(*scanner) error) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.opts.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("make request: %w: %w", err, protocol.ErrInvalid)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("call node: %w: %w", err, protocol.ErrUnavailable)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		if e := new(rpcError); json.Unmarshal(text, &struct{ Error *rpcError }{e}) == nil && e.Message != "" {
			return e.kind()
		}
		return fmt.Errorf("call node: status %d: %w", resp.StatusCode, protocol.ErrUnavailable)
	}
	s := newScanner(resp.Body, c.opts.MaxAnswer)
	if err := read(s); err != nil {
		return err
	}
	return s.end()
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// tooMany are words that nodes refuse large ranges with.
var tooMany = []string{"too many", "more than", "query returned", "block range", "range is too", "range too", "response size", "limit exceeded", "max results", "exceeds the"}

func (e *rpcError) kind() error {
	message := strings.ToLower(e.Message)
	for _, words := range tooMany {
		if strings.Contains(message, words) && !strings.Contains(message, "too many requests") {
			return fmt.Errorf("node says %q (%d): %w", e.Message, e.Code, indexer.ErrTooMany)
		}
	}
	return fmt.Errorf("node says %q (%d): %w", e.Message, e.Code, protocol.ErrUnavailable)
}

// envelope reads one JSON-RPC answer, of which the opening brace was read. result
// gets the first byte of the result.
func (s *scanner) envelope(result func(first byte) error) (id uint64, err error) {
	var failure *rpcError
	haveID, haveResult := false, false
	err = s.object(func(key []byte) error {
		switch string(key) {
		case "id":
			if haveID {
				return malformed("two ids")
			}
			haveID = true
			var err error
			id, err = s.id()
			return err
		case "result":
			if haveResult {
				return malformed("two results")
			}
			haveResult = true
			c, err := s.token()
			if err != nil {
				return err
			}
			return result(c)
		case "error":
			var err error
			failure, err = s.failure()
			return err
		}
		return s.skipValue(0)
	})
	switch {
	case err != nil:
		return id, err
	case failure != nil:
		return id, failure.kind()
	case !haveID || !haveResult:
		return id, malformed("neither result nor error")
	}
	return id, nil
}

// id reads a small whole number.
func (s *scanner) id() (n uint64, err error) {
	c, err := s.token()
	for ; err == nil && c >= '0' && c <= '9' && n < math.MaxUint32; c, err = s.next() {
		n = 10*n + uint64(c-'0')
	}
	if err != nil {
		return 0, err
	}
	s.i--
	if c != ',' && c != '}' && c != ' ' && c != '\n' && c != '\r' && c != '\t' {
		return 0, malformed("id")
	}
	return n, nil
}

// failure reads the value of "error"; null is none.
func (s *scanner) failure() (*rpcError, error) {
	c, err := s.token()
	if err != nil {
		return nil, err
	}
	if c != '{' {
		return nil, s.skip(c, 0)
	}
	e := &rpcError{Message: "error without a message"}
	return e, s.object(func(key []byte) error {
		wanted := string(key) == "message"
		c, err := s.token()
		if err != nil {
			return err
		}
		if c != '"' || !wanted {
			return s.skip(c, 0)
		}
		text, err := s.text()
		if err == nil {
			e.Message = string(text[:min(len(text), 500)])
		}
		return err
	})
}

type filter struct {
	FromBlock string           `json:"fromBlock,omitempty"`
	ToBlock   string           `json:"toBlock,omitempty"`
	BlockHash string           `json:"blockHash,omitempty"`
	Address   []common.Address `json:"address"`
}

// Logs implements indexer.Source.
func (c *Client) Logs(ctx context.Context, from, to uint64, addresses []common.Address) ([]store.Event, error) {
	events, err := c.logs(ctx, filter{FromBlock: hexutil.EncodeUint64(from), ToBlock: hexutil.EncodeUint64(to), Address: addresses})
	if err != nil {
		return nil, fmt.Errorf("get logs of blocks %d to %d: %w", from, to, err)
	}
	return events, nil
}

// LogsAt implements indexer.Source.
func (c *Client) LogsAt(ctx context.Context, block common.Hash, addresses []common.Address) ([]store.Event, error) {
	events, err := c.logs(ctx, filter{BlockHash: block.Hex(), Address: addresses})
	if err != nil {
		return nil, fmt.Errorf("get logs of block %s: %w", block, err)
	}
	return events, nil
}

func (c *Client) logs(ctx context.Context, f filter) (events []store.Event, err error) {
	err = c.post(ctx, request{"2.0", 1, "eth_getLogs", []any{f}}, func(s *scanner) error {
		events, err = s.logAnswer()
		return err
	})
	if errors.Is(err, errTooLarge) {
		err = fmt.Errorf("%w: %w", err, indexer.ErrTooMany)
	}
	return events, err
}

// logAnswer reads the whole answer of eth_getLogs. Removed logs are left out: they
// are word of a branch that is gone.
func (s *scanner) logAnswer() ([]store.Event, error) {
	if err := s.expect('{'); err != nil {
		return nil, err
	}
	var events []store.Event
	var mem slab
	_, err := s.envelope(func(first byte) error {
		if first != '[' {
			return malformed("result of eth_getLogs begins with %q", first)
		}
		return s.array(func(first byte) error {
			if first != '{' {
				return malformed("found %q, want a log", first)
			}
			e, removed, err := s.log(&mem)
			if err == nil && !removed {
				events = append(events, e)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// headerBatch is how many blocks one request asks for.
const headerBatch = 100

// Headers implements indexer.Source.
func (c *Client) Headers(ctx context.Context, from, to uint64) ([]Header, error) {
	var all []Header
	for at := from; at <= to; at += headerBatch {
		var params []string
		for n := at; n <= to && n < at+headerBatch; n++ {
			params = append(params, hexutil.EncodeUint64(n))
		}
		headers, err := c.headers(ctx, params)
		if err != nil {
			return nil, fmt.Errorf("get blocks %d to %d: %w", from, to, err)
		}
		for i, h := range headers {
			if h == nil {
				return all, nil // the node's chain ends here
			}
			if h.Number != at+uint64(i) {
				return nil, fmt.Errorf("get block %d: %w", at+uint64(i), malformed("it has number %d", h.Number))
			}
			all = append(all, *h)
		}
	}
	return all, nil
}

// headers asks for blocks by number or tag; nil stands for one the node has not.
func (c *Client) headers(ctx context.Context, tags []string) ([]*Header, error) {
	batch := make([]request, len(tags))
	for i, tag := range tags {
		batch[i] = request{"2.0", i, "eth_getBlockByNumber", []any{tag, false}}
	}
	var headers []*Header
	err := c.post(ctx, batch, func(s *scanner) (err error) {
		headers, err = s.headerAnswers(len(tags))
		return err
	})
	return headers, err
}

func (s *scanner) headerAnswers(count int) ([]*Header, error) {
	headers, seen := make([]*Header, count), make([]bool, count)
	c, err := s.token()
	if err != nil {
		return nil, err
	}
	if c == '{' { // a node that refuses the batch as a whole
		_, err := s.envelope(func(first byte) error { return s.skip(first, 0) })
		return nil, errors.Join(err, malformed("one answer to a batch"))
	}
	if c != '[' {
		return nil, malformed("found %q, want a batch", c)
	}
	err = s.array(func(first byte) error {
		if first != '{' {
			return malformed("found %q, want an answer", first)
		}
		var header *Header
		id, err := s.envelope(func(first byte) error {
			switch first {
			case 'n':
				return s.expectRaw('u', 'l', 'l')
			case '{':
				h, err := s.header()
				header = &h
				return err
			}
			return malformed("block begins with %q", first)
		})
		if err != nil {
			return err
		}
		if id >= uint64(count) || seen[id] {
			return malformed("answer to request %d", id)
		}
		headers[id], seen[id] = header, true
		return nil
	})
	for i, ok := range seen {
		if err == nil && !ok {
			err = malformed("no answer to request %d", i)
		}
	}
	return headers, err
}

// Heads implements indexer.Source.
func (c *Client) Heads(ctx context.Context) (store.Heads, error) {
	latest, err := c.headers(ctx, []string{"latest"})
	if err != nil {
		return store.Heads{}, fmt.Errorf("get latest block: %w", err)
	}
	if latest[0] == nil {
		return store.Heads{}, fmt.Errorf("get latest block: %w", malformed("there is none"))
	}
	h := store.Heads{Latest: latest[0].Block}
	if depth := c.opts.FinalityDepth; depth > 0 {
		h.Finalized = h.Latest.Number - min(depth, h.Latest.Number)
		h.Safe = h.Finalized
		return h, nil
	}
	// A young chain has no safe and finalized block yet, and says so with an error.
	for tag, into := range map[string]*uint64{"safe": &h.Safe, "finalized": &h.Finalized} {
		got, err := c.headers(ctx, []string{tag})
		switch {
		case err == nil && got[0] != nil:
			*into = min(got[0].Number, h.Latest.Number)
		case err != nil && !strings.Contains(err.Error(), "not found"):
			return store.Heads{}, fmt.Errorf("get %s block: %w", tag, err)
		}
	}
	h.Safe = max(h.Safe, h.Finalized)
	return h, nil
}

// ChainID returns which chain the node follows.
func (c *Client) ChainID(ctx context.Context) (id uint64, err error) {
	err = c.post(ctx, request{"2.0", 1, "eth_chainId", []any{}}, func(s *scanner) error {
		if err := s.expect('{'); err != nil {
			return err
		}
		_, err := s.envelope(func(first byte) error {
			if first != '"' {
				return malformed("chain id begins with %q", first)
			}
			t, err := s.hexText()
			if err == nil {
				id, err = strconv.ParseUint(string(t), 16, 64)
			}
			return err
		})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("get chain id: %w", err)
	}
	return id, nil
}

// Watch implements indexer.Watcher.
func (c *Client) Watch(ctx context.Context, news chan<- struct{}) error {
	if c.opts.WebSocket == "" {
		<-ctx.Done()
		return nil
	}
	client, err := rpc.DialContext(ctx, c.opts.WebSocket)
	if err != nil {
		return fmt.Errorf("subscribe to heads: %w: %w", err, protocol.ErrUnavailable)
	}
	defer client.Close()
	heads := make(chan *types.Header, 64)
	sub, err := client.EthSubscribe(ctx, heads, "newHeads")
	if err != nil {
		return fmt.Errorf("subscribe to heads: %w: %w", err, protocol.ErrUnavailable)
	}
	defer sub.Unsubscribe()
	for {
		select {
		case <-heads:
			select {
			case news <- struct{}{}:
			default:
			}
		case err := <-sub.Err():
			return fmt.Errorf("follow heads: %w: %w", err, protocol.ErrUnavailable)
		case <-ctx.Done():
			return nil
		}
	}
}
