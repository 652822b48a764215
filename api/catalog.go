package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// Tokenizers finds the tokenizer of a published version and which of its chat
// templates to use (1 the first, 0 none); protocol.ErrNotFound if it is not here.
// Who serves it checks the file against the version's tokenizer hash.
type Tokenizers interface {
	Tokenizer(ctx context.Context, v store.Version) (t gateway.Tokenizer, template uint32, err error)
}

// StoreCatalog is the Catalog of what the indexer saw published. A model is called
// "name@n": the n-th version, in the order of the chain, that bears the name. Names
// are free for all: whoever cares uses the version's hash.
type StoreCatalog struct {
	network    *store.Network
	tokenizers Tokenizers

	mu     sync.Mutex
	read   time.Time
	models []gateway.Model
}

// catalogLife is how old the list may be before it is read again.
const catalogLife = 2 * time.Second

// NewStoreCatalog makes a catalog over an indexed network.
func NewStoreCatalog(network *store.Network, tokenizers Tokenizers) *StoreCatalog {
	return &StoreCatalog{network: network, tokenizers: tokenizers}
}

// All lists every version, oldest first.
func (s *StoreCatalog) All(ctx context.Context) ([]gateway.Model, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.models != nil && time.Since(s.read) < catalogLife {
		return s.models, nil
	}
	models, err := s.load(ctx)
	if err != nil {
		if s.models != nil && errors.Is(err, protocol.ErrUnavailable) {
			return s.models, nil // versions are never taken back for long
		}
		return nil, err
	}
	s.models, s.read = models, time.Now()
	return models, nil
}

func (s *StoreCatalog) load(ctx context.Context) ([]gateway.Model, error) {
	known := map[common.Hash]gateway.Model{}
	for _, m := range s.models {
		known[m.Version] = m
	}
	models, named := []gateway.Model{}, map[string]int{}
	list := store.List{Limit: store.MaxPage, Ascending: true}
	for {
		page, err := s.network.Versions(ctx, store.VersionFilter{}, list)
		if err != nil {
			return nil, err
		}
		for _, v := range page.Data {
			named[v.Name]++
			id := fmt.Sprintf("%s@%d", v.Name, named[v.Name])
			m, ok := known[v.ModelVersion]
			if !ok || m.ID != id || m.Tokenizer == nil {
				if m, err = s.model(ctx, id, v); err != nil {
					return nil, err
				}
			}
			models = append(models, m)
		}
		if page.Next == "" {
			return models, nil
		}
		list.Cursor = page.Next
	}
}

func (s *StoreCatalog) model(ctx context.Context, id string, v store.Version) (gateway.Model, error) {
	m := gateway.Model{ID: id, Version: v.ModelVersion, Class: v.Class, Creator: v.Creator, WeightsRoot: v.WeightsRoot, RoyaltyBps: v.RoyaltyBps, Created: int64(v.Time)}
	if v.Class != protocol.ClassProven {
		return m, nil
	}
	h, err := runtime.DecodeHeader(v.Header)
	if err != nil {
		return m, nil // the registry checks headers; one that we cannot read is shown and not served
	}
	m.Context, m.StopIDs, m.Vocab = uint32(h.Positions), h.StopIDs, uint32(h.Vocab)
	if s.tokenizers == nil {
		return m, nil
	}
	m.Tokenizer, m.Template, err = s.tokenizers.Tokenizer(ctx, v)
	if errors.Is(err, protocol.ErrNotFound) {
		m.Tokenizer, err = nil, nil
	}
	return m, err
}

// ByVersion finds a version by its hash.
func (s *StoreCatalog) ByVersion(ctx context.Context, version common.Hash) (gateway.Model, error) {
	return s.find(ctx, func(m gateway.Model) bool { return m.Version == version })
}

// ByID finds "name@n", the newest of a name, or a version's hash.
func (s *StoreCatalog) ByID(ctx context.Context, id string) (gateway.Model, error) {
	if len(id) == 66 && strings.HasPrefix(id, "0x") {
		return s.ByVersion(ctx, common.HexToHash(id))
	}
	return s.find(ctx, func(m gateway.Model) bool {
		return m.ID == id || strings.HasPrefix(m.ID, id+"@") && !strings.Contains(m.ID[len(id)+1:], "@")
	})
}

// find returns the newest match.
func (s *StoreCatalog) find(ctx context.Context, match func(gateway.Model) bool) (gateway.Model, error) {
	models, err := s.All(ctx)
	if err != nil {
		return gateway.Model{}, err
	}
	for _, m := range slices.Backward(models) {
		if match(m) {
			return m, nil
		}
	}
	return gateway.Model{}, fmt.Errorf("find model: %w", protocol.ErrNotFound)
}
