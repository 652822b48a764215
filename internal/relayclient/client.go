// Package relayclient speaks the HTTP side of protocol/wire for gateways and whoever else
// buys from a relayer: match, submit, follow, pay. It signs nothing, and it believes nothing: what
// a relayer says is for the caller to check.
package relayclient

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// Client calls one relayer.
type Client struct {
	base string
	http *http.Client
}

// New makes a client for the relayer at base, e.g. "http://127.0.0.1:7000".
// A nil client is one with its own connection pool.
func New(base string, client *http.Client) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("relayer url %q: %w", base, protocol.ErrInvalid)
	}
	if client == nil {
		client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, ResponseHeaderTimeout: 90 * time.Second}}
	}
	return &Client{base: strings.TrimRight(base, "/"), http: client}, nil
}

// HTTP is what the client calls with.
func (c *Client) HTTP() *http.Client { return c.http }

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Error is a relayer's answer other than 2xx. It wraps the protocol error kind of its
// status, and the *wire.Failure unless the relayer gave none.
type Error struct {
	Status  int
	Failure wire.Failure
}

func (e *Error) Error() string {
	return fmt.Sprintf("relayer answers %d %s: %s", e.Status, e.Failure.Code, e.Failure.Detail)
}

// Definite reports whether the relayer itself said no, and not only "not now"; a
// status without its words may be a proxy's.
func (e *Error) Definite() bool {
	return e.Failure.Code != "" && e.Failure.Code != wire.CodeUnavailable || !errors.Is(e, protocol.ErrUnavailable)
}

func (e *Error) Unwrap() []error {
	if e.Failure.Code == "" {
		return []error{e.kind()}
	}
	return []error{e.kind(), &e.Failure}
}

func (e *Error) kind() error {
	switch e.Status {
	case http.StatusNotFound:
		return protocol.ErrNotFound
	case http.StatusPaymentRequired:
		return protocol.ErrInsufficient
	case http.StatusConflict:
		return protocol.ErrConflict
	case http.StatusUnauthorized, http.StatusForbidden:
		return protocol.ErrUnauthorized
	case http.StatusGone:
		return protocol.ErrExpired
	}
	if e.Status >= 500 || e.Status == http.StatusTooManyRequests {
		return protocol.ErrUnavailable
	}
	return protocol.ErrInvalid
}

// do sends body (nil: GET) and returns the open response if it is 200.
func (c *Client) do(ctx context.Context, path string, body any, secret ...common.Hash) (*http.Response, error) {
	method, reader := http.MethodGet, io.Reader(nil)
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", path, err)
		}
		if len(raw) > wire.MaxFrame {
			return nil, fmt.Errorf("message of %d bytes, at most %d: %w", len(raw), wire.MaxFrame, protocol.ErrInvalid)
		}
		method, reader = http.MethodPost, bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if len(secret) > 0 {
		req.Header.Set(wire.HeaderSecret, secret[0].Hex())
	}
	res, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("reach relayer: %w: %w", err, protocol.ErrUnavailable)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer res.Body.Close()
	e := &Error{Status: res.StatusCode}
	raw, _ := io.ReadAll(io.LimitReader(res.Body, wire.MaxFrame))
	_ = json.Unmarshal(raw, &e.Failure) // what is no Failure stays without words
	return nil, e
}

func call[T any](ctx context.Context, c *Client, path string, body any, secret ...common.Hash) (T, error) {
	var out T
	res, err := c.do(ctx, path, body, secret...)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNoContent {
		return out, nil
	}
	var raw bytes.Buffer
	if n := res.ContentLength; n > 0 && n <= wire.MaxFrame {
		raw.Grow(int(n) + bytes.MinRead)
	}
	if _, err := raw.ReadFrom(io.LimitReader(res.Body, 16*wire.MaxFrame)); err != nil {
		return out, fmt.Errorf("read relayer's answer: %w: %w", err, protocol.ErrUnavailable)
	}
	if raw.Len() == 0 {
		return out, nil
	}
	if err := json.Unmarshal(raw.Bytes(), &out); err != nil {
		return out, fmt.Errorf("decode relayer's answer: %v: %w", err, protocol.ErrUnavailable)
	}
	return out, nil
}

// Info asks who the relayer is.
func (c *Client) Info(ctx context.Context) (wire.Info, error) {
	return call[wire.Info](ctx, c, wire.PathInfo, nil)
}

// Offers lists the live offers.
func (c *Client) Offers(ctx context.Context) ([]wire.OfferView, error) {
	return call[[]wire.OfferView](ctx, c, wire.PathOffers, nil)
}

// Match leases a provider.
func (c *Client) Match(ctx context.Context, need wire.Need) (wire.Match, error) {
	return call[wire.Match](ctx, c, wire.PathMatch, need)
}

// Pay hands over a voucher.
func (c *Client) Pay(ctx context.Context, pay wire.Pay) (wire.Paid, error) {
	return call[wire.Paid](ctx, c, wire.PathVouchers, pay)
}

// Cancel asks to stop an answer; its receipt still comes.
func (c *Client) Cancel(ctx context.Context, hash, secret common.Hash) error {
	_, err := call[json.RawMessage](ctx, c, wire.PathRequests+"/"+hash.Hex()+"/cancel", struct{}{}, secret)
	return err
}

// Route explains the choice of a request's provider.
func (c *Client) Route(ctx context.Context, hash, secret common.Hash) (wire.Route, error) {
	return call[wire.Route](ctx, c, wire.PathRequests+"/"+hash.Hex()+"/route", nil, secret)
}

// Submit hands over a request; the same request twice is one.
func (c *Client) Submit(ctx context.Context, submit wire.Submit) (*Stream, error) {
	res, err := c.do(ctx, wire.PathRequests, submit)
	if err != nil {
		return nil, err
	}
	return newStream(res), nil
}

// Resume continues an answer after event number after, -1 from the beginning.
func (c *Client) Resume(ctx context.Context, hash, secret common.Hash, after int64) (*Stream, error) {
	path := wire.PathRequests + "/" + hash.Hex()
	if after >= 0 {
		path += "?after=" + strconv.FormatInt(after, 10)
	}
	res, err := c.do(ctx, path, nil, secret)
	if err != nil {
		return nil, err
	}
	return newStream(res), nil
}

// Stream reads the events of an answer.
type Stream struct {
	body  io.ReadCloser
	lines *bufio.Scanner
}

func newStream(res *http.Response) *Stream {
	s := &Stream{body: res.Body, lines: bufio.NewScanner(res.Body)}
	s.lines.Buffer(make([]byte, 0, 2048), 2*wire.MaxFrame)
	return s
}

// Next returns the next event; io.ErrUnexpectedEOF when the connection ended. It
// is unblocked by the context that opened the stream, and by Close.
func (s *Stream) Next() (wire.Event, error) {
	var e wire.Event
	for s.lines.Scan() {
		line := bytes.TrimSpace(s.lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return e, fmt.Errorf("decode event: %v: %w", err, protocol.ErrInvalid)
		}
		return e, nil
	}
	if err := s.lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return e, fmt.Errorf("read events: %w: %w", err, protocol.ErrUnavailable)
	} else if err != nil {
		return e, fmt.Errorf("read events: %v: %w", err, protocol.ErrInvalid)
	}
	return e, io.ErrUnexpectedEOF
}

// Close ends the stream.
func (s *Stream) Close() error { return s.body.Close() }

// Finish is Close after the last event: it takes the end of the connection's answer too, so
// that the connection is used again.
func (s *Stream) Finish() error {
	_, _ = io.Copy(io.Discard, io.LimitReader(s.body, 64)) // the answer is whole without it
	return s.body.Close()
}
