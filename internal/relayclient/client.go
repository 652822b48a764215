// Package relayclient speaks the HTTP side of protocol/wire for gateways and wallets:
// match, submit, follow, pay. It signs nothing.
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

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// maxLine bounds one event: a Done may repeat a whole answer.
const maxLine = 16 << 20

// Client calls one relayer. A refusal is returned as *wire.Failure (errors.As).
type Client struct {
	Base string       // http or https URL
	HTTP *http.Client // nil is http.DefaultClient; it must have no Timeout
}

func (c *Client) do(ctx context.Context, method, path string, secret *common.Hash, in any) (*http.Response, error) {
	target, err := url.JoinPath(c.Base, path)
	if err != nil {
		return nil, fmt.Errorf("call the relayer: %v: %w", err, protocol.ErrInvalid)
	}
	return c.doURL(ctx, method, target, secret, in)
}

func (c *Client) doURL(ctx context.Context, method, target string, secret *common.Hash, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("encode a call: %w", err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("call the relayer: %v: %w", err, protocol.ErrInvalid)
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != nil {
		req.Header.Set(wire.HeaderSecret, secret.Hex())
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("call the relayer: %w: %w", err, protocol.ErrUnavailable)
	}
	if res.StatusCode/100 == 2 {
		return res, nil
	}
	defer res.Body.Close()
	var f wire.Failure
	if err := json.NewDecoder(io.LimitReader(res.Body, wire.MaxFrame)).Decode(&f); err != nil || f.Code == "" {
		return nil, fmt.Errorf("relayer answers %s: %w", res.Status, protocol.ErrUnavailable)
	}
	return nil, &f
}

func call[T any](ctx context.Context, c *Client, method, path string, secret *common.Hash, in any) (T, error) {
	var out T
	res, err := c.do(ctx, method, path, secret, in)
	if err != nil {
		return out, err
	}
	defer res.Body.Close()
	var body bytes.Buffer
	if n := res.ContentLength; n > 0 && n <= maxLine {
		body.Grow(int(n) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(res.Body, maxLine)); err != nil {
		return out, fmt.Errorf("read the relayer's answer: %v: %w", err, protocol.ErrUnavailable)
	}
	if err := json.Unmarshal(body.Bytes(), &out); err != nil {
		return out, fmt.Errorf("decode the relayer's answer: %v: %w", err, protocol.ErrUnavailable)
	}
	return out, nil
}

// Info asks who the relayer is.
func (c *Client) Info(ctx context.Context) (wire.Info, error) {
	return call[wire.Info](ctx, c, http.MethodGet, wire.PathInfo, nil, nil)
}

// Offers lists all offers that the relayer knows.
func (c *Client) Offers(ctx context.Context) ([]wire.OfferView, error) {
	return call[[]wire.OfferView](ctx, c, http.MethodGet, wire.PathOffers, nil, nil)
}

// Match asks for a lease.
func (c *Client) Match(ctx context.Context, n wire.Need) (wire.Match, error) {
	return call[wire.Match](ctx, c, http.MethodPost, wire.PathMatch, nil, n)
}

// Pay hands over a voucher. A Paid with Error is no error of Pay.
func (c *Client) Pay(ctx context.Context, p wire.Pay) (wire.Paid, error) {
	return call[wire.Paid](ctx, c, http.MethodPost, wire.PathVouchers, nil, p)
}

// Route asks why a request went where it went.
func (c *Client) Route(ctx context.Context, hash, secret common.Hash) (wire.Route, error) {
	return call[wire.Route](ctx, c, http.MethodGet, wire.PathRequests+"/"+hash.Hex()+"/route", &secret, nil)
}

// Cancel ends a running request; its stream still ends with Done or Error.
func (c *Client) Cancel(ctx context.Context, hash, secret common.Hash) error {
	res, err := c.do(ctx, http.MethodPost, wire.PathRequests+"/"+hash.Hex()+"/cancel", &secret, nil)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

// Submit hands over a signed request and calls each for every event. It returns nil after an
// event with Done or Error; each ends it by returning an error. ErrUnavailable wraps a
// stream that broke: Resume goes on.
func (c *Client) Submit(ctx context.Context, s wire.Submit, each func(wire.Event) error) error {
	res, err := c.do(ctx, http.MethodPost, wire.PathRequests, nil, s)
	if err != nil {
		return err
	}
	return follow(res, each)
}

// Resume reads a request's events after seq; from the first if seq is negative.
func (c *Client) Resume(ctx context.Context, hash, secret common.Hash, seq int64, each func(wire.Event) error) error {
	target, err := url.JoinPath(c.Base, wire.PathRequests, hash.Hex())
	if err != nil {
		return fmt.Errorf("call the relayer: %v: %w", err, protocol.ErrInvalid)
	}
	if seq >= 0 {
		target += "?after=" + strconv.FormatInt(seq, 10)
	}
	res, err := c.doURL(ctx, http.MethodGet, target, &secret, nil)
	if err != nil {
		return err
	}
	return follow(res, each)
}

func follow(res *http.Response, each func(wire.Event) error) error {
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 2048), maxLine)
	for lines.Scan() {
		var e wire.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("decode an event: %v: %w", err, protocol.ErrUnavailable)
		}
		if err := each(e); err != nil {
			return err
		}
		if e.Done != nil || e.Error != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64)) // lets the connection be used again
			return nil
		}
	}
	err := lines.Err()
	if err == nil {
		err = errors.New("it ended without an end")
	}
	return fmt.Errorf("read the stream: %w: %w", err, protocol.ErrUnavailable)
}
