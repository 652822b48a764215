package network

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// catalogAge is how old the list of models may be.
const catalogAge = time.Second

// Catalog finds models in the indexer's tables. Names are not reserved on chain, so
// a name belongs to the account that published it first: "name@n" is that account's
// n-th version of it. A creator is who is paid, and did not sign, so nothing hangs on it. Versions of others under the same name go by their id.
type Catalog struct {
	net *store.Network
	now func() time.Time
	// models are the files this process holds, by weights root: without one, the
	// prompts of a proven version cannot be tokenised here.
	models map[common.Hash]*runtime.Model

	mu   sync.Mutex
	read time.Time
	list []gateway.Model
}

// NewCatalog lists what net has; files are the proven models that can be served.
func NewCatalog(net *store.Network, files map[common.Hash]*runtime.Model) *Catalog {
	return &Catalog{net: net, now: time.Now, models: files}
}

// All returns every version that clients can ask for.
func (c *Catalog) All(ctx context.Context) ([]gateway.Model, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.read) < catalogAge {
		return c.list, nil
	}
	list, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	c.list, c.read = list, c.now()
	return list, nil
}

func (c *Catalog) load(ctx context.Context) ([]gateway.Model, error) {
	owner, count := map[string]common.Address{}, map[string]int{}
	var list []gateway.Model
	for cursor := ""; ; {
		page, err := c.net.Versions(ctx, store.VersionFilter{}, store.List{Cursor: cursor, Limit: store.MaxPage, Ascending: true})
		if err != nil {
			return nil, fmt.Errorf("list models: %w", err)
		}
		for _, v := range page.Data {
			if _, taken := owner[v.Name]; !taken {
				owner[v.Name] = v.Publisher
			}
			id := v.ModelVersion.Hex()
			if owner[v.Name] == v.Publisher {
				count[v.Name]++
				id = v.Name + "@" + strconv.Itoa(count[v.Name])
			}
			if m, ok := c.model(id, v); ok {
				list = append(list, m)
			}
		}
		if cursor = page.Next; cursor == "" {
			return list, nil
		}
	}
}

// model tells what the gateway needs of a version; false if it cannot be asked here.
func (c *Catalog) model(id string, v store.Version) (gateway.Model, bool) {
	m := gateway.Model{ID: id, Version: v.ModelVersion, Class: v.Class, Creator: v.Creator, WeightsRoot: v.WeightsRoot,
		RoyaltyBps: v.RoyaltyBps, Created: int64(v.Time)}
	if v.Class != protocol.ClassProven {
		return m, true
	}
	file := c.models[v.WeightsRoot]
	if file == nil {
		return m, false
	}
	h := file.Header()
	m.Context, m.StopIDs, m.Vocab, m.Tokenizer = uint32(h.Positions), h.StopIDs, uint32(h.Vocab), file.Tokenizer()
	if len(file.Tokenizer().Templates()) > 0 {
		m.Template = 1
	}
	return m, true
}

// ByID takes "name@n", a name for its newest version, or a version id in hex.
func (c *Catalog) ByID(ctx context.Context, id string) (gateway.Model, error) {
	list, err := c.All(ctx)
	if err != nil {
		return gateway.Model{}, err
	}
	var newest *gateway.Model
	for i, m := range list {
		name, _, _ := strings.Cut(m.ID, "@")
		if m.ID == id || m.Version.Hex() == id {
			return m, nil
		}
		if name == id {
			newest = &list[i]
		}
	}
	if newest == nil {
		return gateway.Model{}, fmt.Errorf("model %q: %w", id, protocol.ErrNotFound)
	}
	return *newest, nil
}

// ByVersion finds a model by its version.
func (c *Catalog) ByVersion(ctx context.Context, version common.Hash) (gateway.Model, error) {
	return c.ByID(ctx, version.Hex())
}
