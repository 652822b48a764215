package auditor

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/internal/durable"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Where answers come from.
const (
	OriginFeed = "feed"
	OriginJob  = "job"
	OriginFile = "file"
	OriginDraw = "draw"
)

const (
	maxEvent  = 64 << 10
	feedQuiet = 2 * time.Minute // without a heartbeat a feed counts as dead
)

// Listed is one answer in an audit feed.
type Listed struct {
	ID           string            `json:"id"`
	ReceiptHash  common.Hash       `json:"receipt_hash"`
	Provider     common.Address    `json:"provider"`
	ModelVersion common.Hash       `json:"model_version"`
	Audience     protocol.Audience `json:"audience"`
	Relayer      common.Address    `json:"relayer"`
	EndedAt      int64             `json:"ended_at"`
}

// follow reads one feed until ctx ends, from where it was when the process ended last.
func (a *Auditor) follow(ctx context.Context, base string) error {
	failures := 0
	for ctx.Err() == nil {
		seen, err := a.readFeed(ctx, base)
		if seen {
			failures = 0
		}
		if ctx.Err() != nil {
			return nil
		}
		failures = min(failures+1, 6)
		a.log.Warn("audit feed ended", "feed", base, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(a.cfg.RetryEvery << failures / 2):
		}
	}
	return nil
}

// readFeed reads one connection. seen: an answer was taken.
func (a *Auditor) readFeed(ctx context.Context, base string) (seen bool, err error) {
	target, err := url.JoinPath(base, "/v1/audits/feed")
	if err != nil {
		return false, fmt.Errorf("feed %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	quiet := time.AfterFunc(feedQuiet, cancel)
	defer quiet.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return false, fmt.Errorf("feed %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	req.Header.Set("Accept", "text/event-stream")
	last := a.cursor(base)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := a.deps.HTTP.Do(req)
	if err != nil {
		return false, fmt.Errorf("read feed: %v: %w", err, protocol.ErrUnavailable)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return false, fmt.Errorf("feed answers %s: %w", res.Status, protocol.ErrUnavailable)
	}
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 4096), maxEvent)
	for lines.Scan() {
		quiet.Reset(feedQuiet)
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		var l Listed
		if err := json.Unmarshal(data, &l); err != nil {
			return seen, fmt.Errorf("decode feed: %v: %w", err, protocol.ErrUnavailable)
		}
		if err := a.take(ctx, base, l); err != nil {
			return seen, err // it is listed again by the next connection
		}
		if err := a.setCursor(base, l.ID); err != nil {
			return seen, err
		}
		seen = true
	}
	return seen, fmt.Errorf("read feed: %v: %w", lines.Err(), protocol.ErrUnavailable)
}

// take makes a case of a listed answer, or notes what the feed says of one that is a case. An answer whose bundle is not for this
// auditor, or is nothing that could be judged, is left out.
func (a *Auditor) take(ctx context.Context, base string, l Listed) error {
	bought := uint64(max(l.EndedAt, 0))
	switch err := a.sell(l.ReceiptHash, Sale{By: base, Relayer: l.Relayer, Bought: bought, Number: number(l.ID)}); {
	case errors.Is(err, protocol.ErrInvalid): // one damaged folder stops no feed
		a.log.Error("cannot read a case", "receipt", l.ReceiptHash, "err", err)
		return nil
	case !errors.Is(err, protocol.ErrNotFound):
		return err
	}
	b, err := bundleOf(ctx, a.deps.HTTP, base, l.ReceiptHash)
	if errors.Is(err, protocol.ErrNotFound) {
		a.log.Debug("answer is not for auditors", "receipt", l.ReceiptHash)
		return nil
	}
	if err != nil {
		return err
	}
	receipt, err := a.add(ctx, b, &Case{Origin: OriginFeed, Feed: base, Relayer: l.Relayer, Bought: bought, Number: number(l.ID)})
	if errors.Is(err, protocol.ErrInvalid) || errors.Is(err, protocol.ErrUnauthorized) || errors.Is(err, protocol.ErrNotFound) {
		a.log.Warn("answer of the feed is not a receipt", "receipt", l.ReceiptHash, "is", receipt, "err", err)
		return nil
	}
	return err
}

// number orders answers of one second: the feed's own order within it.
func number(id string) uint64 {
	_, hash, _ := strings.Cut(id, "-")
	raw := common.HexToHash(hash)
	n, _ := strconv.ParseUint(raw.Hex()[2:18], 16, 64)
	return n
}

// cursorPath is not where older builds had it: what they passed over is listed again.
func (a *Auditor) cursorPath(base string) string {
	return filepath.Join(a.cfg.Data, "cursors", crypto.Keccak256Hash([]byte(base)).Hex())
}

// cursor is the last answer that was taken from a feed.
func (a *Auditor) cursor(base string) string {
	raw, err := os.ReadFile(a.cursorPath(base))
	if err != nil {
		return "" // from the beginning: of cases that exist only the sale is noted, once
	}
	return strings.TrimSpace(string(raw))
}

func (a *Auditor) setCursor(base, id string) error {
	path := a.cursorPath(base)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write feed cursor: %w", err)
	}
	if err := durable.WriteFile(path, []byte(id+"\n"), 0o600); err != nil {
		return fmt.Errorf("write feed cursor: %w", err)
	}
	return nil
}

// Fetch gets the bundle of a receipt from an API.
func Fetch(ctx context.Context, client *http.Client, base string, receipt common.Hash) (bundle.Bundle, error) {
	return bundleOf(ctx, client, base, receipt)
}
