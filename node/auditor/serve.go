package auditor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// maxExhibit bounds one answer of a provider: the hashes of one page, or one chunk.
const maxExhibit = wire.MaxHashes*72 + 1<<16

// maxLeaves bounds a boundary tree: positions times layers of any model.
const maxLeaves = 1 << 24

// peer is one receipt whose provider is asked for evidence, through any relayer that has
// its connection.
type peer struct {
	http     *http.Client
	relayers []string
	receipt  common.Hash
	provider common.Address
	secret   common.Hash
	timeout  time.Duration                  // of one question to one relayer
	first    int                            // the relayer that answered last
	served   map[wire.Evidence]wire.Exhibit // in this turn, not checked yet
}

// pageTime is how much longer a list may take for each page behind its first.
const pageTime = time.Second

// unserved marks what a provider does not show, or shows wrong: both mean that it has to
// be asked on chain.
type unserved struct{ error }

func (u unserved) Unwrap() error { return u.error }

func notServed(format string, args ...any) error {
	return unserved{fmt.Errorf(format+": %w", append(args, protocol.ErrUnavailable)...)}
}

func notKept(q wire.Evidence) error {
	return fmt.Errorf("%s of block (%d, %d) in the evidence: %w", q.Want, q.T, q.L, protocol.ErrNotFound)
}

// ask gets one exhibit. Every failure is an unserved, but those of ctx.
func (p *peer) ask(ctx context.Context, q wire.Evidence) (wire.Exhibit, error) {
	q.Provider, q.Receipt = p.provider, p.receipt
	last := notServed("no relayer is known")
	for i := range p.relayers {
		at := (p.first + i) % len(p.relayers)
		x, err := p.post(ctx, p.relayers[at], q)
		if err == nil {
			p.first = at
			return x, nil
		}
		if ctx.Err() != nil {
			return x, fmt.Errorf("ask for evidence: %w", context.Cause(ctx))
		}
		last = err
	}
	return wire.Exhibit{}, last
}

func (p *peer) post(ctx context.Context, base string, q wire.Evidence) (x wire.Exhibit, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	target, err := url.JoinPath(base, wire.PathEvidence)
	if err != nil {
		return x, notServed("relayer %q: %v", base, err)
	}
	body, err := json.Marshal(q)
	if err != nil {
		return x, fmt.Errorf("encode evidence: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return x, notServed("relayer %q: %v", base, err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(wire.HeaderSecret, p.secret.Hex())
	if err := fetch(p.http, req, maxExhibit, &x); err != nil {
		return x, unserved{err}
	}
	if x.Error != "" {
		return x, notServed("the provider says %q", x.Error[:min(len(x.Error), 200)])
	}
	return x, nil
}

// fetch decodes a bounded JSON answer. It fails with protocol.ErrNotFound for 404, else
// with protocol.ErrUnavailable.
func fetch(client *http.Client, req *http.Request, limit int64, out any) error {
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %v: %w", req.URL.Host, err, protocol.ErrUnavailable)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case res.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s has no %s: %w", req.URL.Host, req.URL.Path, protocol.ErrNotFound)
	case res.StatusCode/100 != 2:
		return fmt.Errorf("%s answers %s: %w", req.URL.Host, res.Status, protocol.ErrUnavailable)
	case err != nil:
		return fmt.Errorf("read from %s: %v: %w", req.URL.Host, err, protocol.ErrUnavailable)
	case int64(len(raw)) > limit:
		return fmt.Errorf("%s answers with more than %d bytes: %w", req.URL.Host, limit, protocol.ErrUnavailable)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("decode answer of %s: %v: %w", req.URL.Host, err, protocol.ErrUnavailable)
	}
	return nil
}

// pages collects a list that comes in pages, with the salt of the last; there must be at least want hashes, and at most
// limit. All of it has the time of one question: a page that is not full is the last one.
func (p *peer) pages(ctx context.Context, q wire.Evidence, want, limit int) (all wire.Exhibit, err error) {
	span := p.timeout*time.Duration(max(len(p.relayers), 1)) + time.Duration((limit-1)/wire.MaxHashes)*pageTime
	look, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	for {
		q.From = uint32(len(all.Hashes))
		x, err := p.ask(look, q)
		if err != nil {
			if look.Err() != nil && ctx.Err() == nil {
				err = notServed("%s did not come within %s", q.Want, span)
			}
			return all, err
		}
		got := len(all.Hashes) + len(x.Hashes)
		if total := int64(x.Total); total > int64(limit) || total < int64(want) || int64(got) > total || int64(got) < total && len(x.Hashes) != wire.MaxHashes {
			return all, notServed("%d hashes of %s, %d at a time; the tree has %d", x.Total, q.Want, len(x.Hashes), want)
		}
		if all.Hashes = append(all.Hashes, x.Hashes...); got == int(x.Total) {
			all.Total, all.Salt = x.Total, x.Salt
			return all, nil
		}
	}
}

// boundaries gets the boundary tree that the receipt commits to, under whatever salt: at
// least the n leaves of the trace, at most those of the full tree.
func (p *peer) boundaries(traceRoot common.Hash, n int) (*tree, error) {
	full := 1 << protocol.MerkleDepth(n)
	if full > maxLeaves {
		return nil, fmt.Errorf("trace of %d boundaries: %w", n, protocol.ErrInvalid)
	}
	x, err := p.need(wire.Evidence{Want: wire.WantBoundaries}, n, full)
	if err != nil {
		return nil, err
	}
	root := protocol.MerkleRoot(x.Hashes)
	for _, salt := range []common.Hash{x.Salt, protocol.LeafSalt(p.secret, protocol.TagTrace, 0)} {
		if protocol.SaltedTraceRoot(salt, root) == traceRoot {
			return newSalted(x.Hashes, nil, salt), nil
		}
	}
	return nil, notServed("the boundary leaves served are not those of the receipt's trace root")
}

// opening gets the signed opening of a block with its vector roots.
func (p *peer) opening(ctx context.Context, at step.Block, signed func(protocol.Opening, protocol.Bytes) error) (*Opening, error) {
	x, err := p.ask(ctx, wire.Evidence{Want: wire.WantOpening, T: uint32(at.T), L: uint32(at.L)})
	if err != nil {
		return nil, err
	}
	if x.Opening == nil || x.Opening.ReceiptHash != p.receipt || int64(x.Opening.T) != int64(at.T) || int64(x.Opening.L) != int64(at.L) {
		return nil, notServed("the opening served is of another block")
	}
	if err := signed(*x.Opening, x.Signature); err != nil {
		return nil, err
	}
	return &Opening{Opening: *x.Opening, Signature: x.Signature, Roots: x.Hashes}, nil
}

// source hands out what stands under a signed opening: what was served before, else what
// the provider serves now. Package trace checks all of it; commit keeps it when it did.
type source struct {
	peer  *peer        // nil: only what is kept
	chain *chainSource // asked instead of peer, if set
	kept  *Opening
	fresh Opening
	at    step.Block
	// layout is the block's, as the model has it.
	layout []step.Vector
}

var _ trace.LeafSource = (*source)(nil)

// Roots implements trace.Source.
func (s *source) Roots(ctx context.Context) (list []common.Hash, err error) {
	if s.kept.Roots != nil {
		return s.kept.Roots, nil
	}
	if s.chain != nil {
		list, err = s.chain.roots()
	} else {
		var x wire.Exhibit
		x, err = s.peer.need(wire.Evidence{Want: wire.WantOpening, T: uint32(s.at.T), L: uint32(s.at.L)}, 0, 0)
		list = x.Hashes
	}
	if err == nil && protocol.MerkleRoot(list) == s.kept.Opening.BlockRoot {
		s.kept.Roots = list
	}
	return list, err
}

// Leaf implements trace.LeafSource: on chain nothing is asked for but the way to one leaf.
func (s *source) Leaf(ctx context.Context, id step.VectorID, c int) (common.Hash, []common.Hash, bool, error) {
	if d, ok := s.kept.Digest[key(id, c)]; ok {
		return d.Hash, d.Path, false, nil
	}
	if _, ok := s.kept.Digests[strconv.Itoa(int(id))]; ok || s.chain == nil {
		return common.Hash{}, nil, true, nil
	}
	digest, path, err := s.chain.digest(id, c)
	if err == nil {
		put(&s.fresh.Digest, key(id, c), Digest{digest, path})
	}
	return digest, path, false, err
}

// Digests implements trace.Source.
func (s *source) Digests(ctx context.Context, id step.VectorID) ([]common.Hash, error) {
	name := strconv.Itoa(int(id))
	if list, ok := s.kept.Digests[name]; ok {
		return list, nil
	}
	n := s.layout[id].Chunks()
	x, err := s.peer.need(wire.Evidence{Want: wire.WantDigests, T: uint32(s.at.T), L: uint32(s.at.L), Vector: uint32(id)}, n, 1<<protocol.MerkleDepth(n))
	if err != nil {
		return nil, err
	}
	put(&s.fresh.Digests, name, x.Hashes)
	return x.Hashes, nil
}

// Words implements trace.Source.
func (s *source) Words(ctx context.Context, id step.VectorID, c int) ([]byte, error) {
	if w, ok := s.kept.Words[key(id, c)]; ok {
		return w, nil
	}
	var x wire.Exhibit
	var err error
	if s.chain != nil {
		digest, _, whole, e := s.Leaf(ctx, id, c)
		if e != nil {
			return nil, e
		}
		if whole {
			digest = s.kept.Digests[strconv.Itoa(int(id))][c]
		}
		x.Words, err = s.chain.words(id, c, digest)
	} else {
		x, err = s.peer.need(wire.Evidence{Want: wire.WantChunk, T: uint32(s.at.T), L: uint32(s.at.L), Vector: uint32(id), Chunk: uint32(c)}, 0, 0)
	}
	if err != nil {
		return nil, err
	}
	put(&s.fresh.Words, key(id, c), x.Words)
	return x.Words, nil
}

// commit keeps what was served since the last call: everything under the opening that was
// read without an error was what its signature commits to.
func (s *source) commit() {
	for name, list := range s.fresh.Digests {
		put(&s.kept.Digests, name, list)
	}
	for name, d := range s.fresh.Digest {
		put(&s.kept.Digest, name, d)
	}
	for name, words := range s.fresh.Words {
		put(&s.kept.Words, name, words)
	}
	s.fresh = Opening{}
}

func put[K comparable, T any](m *map[K]T, name K, v T) {
	if *m == nil {
		*m = map[K]T{}
	}
	(*m)[name] = v
}

// bundleRequest asks an API for the bundle of a receipt.
func bundleRequest(ctx context.Context, base string, receipt common.Hash) (*http.Request, error) {
	target, err := url.JoinPath(base, "/v1/audits/", receipt.Hex())
	if err != nil {
		return nil, fmt.Errorf("feed %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return nil, fmt.Errorf("feed %q: %v: %w", base, err, protocol.ErrInvalid)
	}
	return req, nil
}

// bundleOf fetches the bundle of a receipt from an API.
func bundleOf(ctx context.Context, client *http.Client, base string, receipt common.Hash) (b bundle.Bundle, err error) {
	req, err := bundleRequest(ctx, base, receipt)
	if err != nil {
		return b, err
	}
	return b, fetch(client, req, bundle.MaxBytes, &b)
}

// isUnserved says whether an error means that the provider has to be asked on chain. What
// package trace finds wrong with served data wraps protocol.ErrUnavailable.
func isUnserved(err error) bool {
	var u unserved
	return errors.As(err, &u)
}
