package auditor

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/wire"
)

// pageServer serves a list, so many hashes a page and each page after a while.
type pageServer struct {
	list     []common.Hash
	page     int
	wait     time.Duration
	requests int
}

func (s *pageServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests++
	select {
	case <-time.After(s.wait):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	var q wire.Evidence
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		return nil, err
	}
	x := wire.Exhibit{Total: uint32(len(s.list)), Hashes: s.list[q.From:min(len(s.list), int(q.From)+s.page)], Salt: common.Hash{7}}
	raw, err := json.Marshal(x)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(raw)), Request: r}, err
}

func hashList(n int) []common.Hash {
	list := make([]common.Hash, n)
	for i := range list {
		list[i] = common.Hash{byte(i >> 16), byte(i >> 8), byte(i), 1}
	}
	return list
}

// A list has the time of one question, however many pages it has, and its pages are full.
func TestAListOfHashesHasOneDeadline(t *testing.T) {
	t.Parallel()
	const timeout, pages = 150 * time.Second, 6
	list := hashList(pages*wire.MaxHashes - 5)
	for name, c := range map[string]struct {
		server   pageServer
		relayers int
		requests int // 0: all pages come
		within   time.Duration
	}{
		"full pages":                  {server: pageServer{list: list, page: wire.MaxHashes, wait: time.Second}, relayers: 1, within: pages * time.Second},
		"no first page":               {server: pageServer{list: list, page: wire.MaxHashes, wait: 2 * timeout}, relayers: 1, requests: 1, within: timeout},
		"pages that are late":         {server: pageServer{list: list, page: wire.MaxHashes, wait: timeout - time.Second}, relayers: 1, requests: 2, within: timeout + (pages-1)*pageTime},
		"through more than a relayer": {server: pageServer{list: list, page: wire.MaxHashes, wait: timeout - time.Second}, relayers: 2, requests: 3, within: 2*timeout + (pages-1)*pageTime},
		"a hash a page":               {server: pageServer{list: list, page: 1}, relayers: 1, requests: 1},
		"one too few on a page":       {server: pageServer{list: list, page: wire.MaxHashes - 1}, relayers: 1, requests: 1},
		"more than one tree holds":    {server: pageServer{list: hashList(len(list) * 2), page: wire.MaxHashes}, relayers: 1, requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &peer{http: &http.Client{Transport: &c.server}, timeout: timeout}
				for range c.relayers {
					p.relayers = append(p.relayers, "http://relayer.invalid")
				}
				begun := time.Now()
				x, err := p.pages(t.Context(), wire.Evidence{Want: wire.WantBoundaries}, len(list), len(list)+5)
				require.LessOrEqual(t, time.Since(begun), c.within)
				if c.requests == 0 {
					require.NoError(t, err)
					require.Equal(t, list, x.Hashes)
					require.Equal(t, common.Hash{7}, x.Salt)
					return
				}
				require.True(t, isUnserved(err), "%v", err)
				require.Equal(t, c.requests, c.server.requests)
			})
		})
	}
}
