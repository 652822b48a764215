package auditor

import (
	"context"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// model is a file that is the version on chain.
type model struct {
	version common.Hash
	file    *runtime.Model
	arch    step.Arch

	mu      sync.Mutex
	weights *trace.Weights
}

func newModel(m Model) (*model, error) {
	arch, err := trace.ArchOf(m.File)
	if err != nil {
		return nil, fmt.Errorf("open model version %s: %w", m.Version, err)
	}
	return &model{version: m.Version, file: m.File, arch: arch}, nil
}

// check digests the weights, once, and compares them with the chain's.
func (m *model) check(ctx context.Context, c Chain) (*trace.Weights, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.weights != nil {
		return m.weights, nil
	}
	root, err := c.WeightsRoot(ctx, m.version)
	if err != nil {
		return nil, fmt.Errorf("check model version %s: %w", m.version, err)
	}
	w, err := trace.NewWeights(m.file, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("check model version %s: %w", m.version, err)
	}
	if w.Root() != root {
		return nil, fmt.Errorf("the file of model version %s has weights %s, the version has %s: %w", m.version, w.Root(), root, protocol.ErrConflict)
	}
	m.weights = w
	return w, nil
}
