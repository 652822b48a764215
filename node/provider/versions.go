package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// ErrNoFile says that receipts of a model version that nothing here recomputes can still be
// disputed. It wraps protocol.ErrNotFound.
var ErrNoFile = fmt.Errorf("receipts of a model version that is not here can still be disputed: %w", protocol.ErrNotFound)

// opener returns what recomputes answers of a model version, served or not, nil if nothing does.
func (p *Provider) opener(version common.Hash) Opener {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.models[version]; m != nil {
		if o, ok := m.Backend.(Opener); ok {
			return o
		}
	}
	return p.cfg.Openers[version]
}

// noOpener stands for the model version that it is: what needs no model is answered all the same.
type noOpener common.Hash

func (v noOpener) err() error {
	return fmt.Errorf("recompute answers of model version %s, which is not here: %w", common.Hash(v), protocol.ErrUnavailable)
}

func (v noOpener) Boundaries(context.Context, Answered) ([]common.Hash, error) { return nil, v.err() }

func (v noOpener) Open(context.Context, Answered, step.Block) (OpenBlock, error) {
	return nil, v.err()
}

// proven tells whether the execution of an answer was committed to: class proven.
func (e *entry) proven() bool { return e.receipt.TraceRoot != common.Hash{} }

// checkVersions fails with ErrNoFile, and names the versions, if receipts that can be asked about
// on chain are of model versions that are neither served nor among the openers: each such
// question would end in silence, which slashes.
func (p *Provider) checkVersions(ctx context.Context) error {
	here := map[common.Hash]bool{}
	for _, m := range p.cfg.Models {
		here[m.Version] = true
	}
	for v := range p.cfg.Openers {
		here[v] = true
	}
	absent := func(e *entry) bool {
		return !here[e.line.ModelVersion] && e.proven() && e.receipt.Provider == p.cfg.Provider
	}
	if len(p.book.versions(absent)) == 0 {
		return nil
	}
	k, err := p.keeping(ctx)
	if err != nil {
		return fmt.Errorf("look which receipts can be disputed: %w", err)
	}
	var errs []error
	for _, v := range p.book.versions(func(e *entry) bool { return absent(e) && p.book.kept(e, k) }) {
		errs = append(errs, fmt.Errorf("model version %s: %w", v, ErrNoFile))
	}
	return errors.Join(errs...)
}

// versions lists the model versions of the receipts that a test takes.
func (b *book) versions(take func(*entry) bool) []common.Hash {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []common.Hash
	for _, e := range b.byRequest {
		if !slices.Contains(list, e.line.ModelVersion) && take(e) {
			list = append(list, e.line.ModelVersion)
		}
	}
	slices.SortFunc(list, func(x, y common.Hash) int { return bytes.Compare(x[:], y[:]) })
	return list
}

// JournalVersions lists the model versions of class proven of which the journal in dir has
// receipts, whether or not they can be disputed. No running provider may hold it.
func JournalVersions(dir string) ([]common.Hash, error) {
	var list []common.Hash
	err := eachAnswer(dir, func(r answerRecord) error {
		if v := r.Ask.Request.ModelVersion; r.Receipt.TraceRoot != (common.Hash{}) && !slices.Contains(list, v) {
			list = append(list, v)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return list, nil
}
