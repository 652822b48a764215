package jsonrpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

func sample() types.Log {
	return types.Log{Address: common.HexToAddress("0xAbC0000000000000000000000000000000000001"),
		Topics: []common.Hash{common.HexToHash("0x01"), common.HexToHash("0xff")}, Data: []byte{0, 1, 254},
		BlockNumber: 77, TxHash: common.HexToHash("0x22"), TxIndex: 3, BlockHash: common.HexToHash("0x33"), Index: 9}
}

func answer(t require.TestingT, logs ...types.Log) string {
	text, err := json.Marshal(logs)
	require.NoError(t, err)
	return `{"jsonrpc":"2.0","id":1,"result":` + string(text) + `}`
}

func scan(text string) ([]store.Event, error) {
	s := newScanner(strings.NewReader(text), 1<<20)
	events, err := s.logAnswer()
	if err == nil {
		err = s.end()
	}
	return events, err
}

func same(t require.TestingT, l types.Log, e store.Event) {
	var topics []byte
	for _, w := range l.Topics {
		topics = append(topics, w[:]...)
	}
	require.Equal(t, l.Address, e.Address)
	require.True(t, bytes.Equal(topics, e.Topics))
	require.True(t, bytes.Equal(l.Data, e.Data))
	require.Equal(t, l.BlockNumber, e.Block)
	require.Equal(t, l.BlockHash, e.BlockHash)
	require.Equal(t, l.TxHash, e.TxHash)
	require.EqualValues(t, l.TxIndex, e.TxIndex)
	require.EqualValues(t, l.Index, e.LogIndex)
}

func TestScanReadsWhatNodesWrite(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	var logs []types.Log
	for i := range 300 {
		l := sample()
		l.Index, l.Topics = uint(i), make([]common.Hash, rnd.IntN(5))
		l.Data = make([]byte, rnd.IntN(2000))
		for j := range l.Data {
			l.Data[j] = byte(rnd.Uint32())
		}
		logs = append(logs, l)
	}
	text := answer(t, logs...)
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, []byte(text), " ", "\t"))
	for name, r := range map[string]io.Reader{
		"compact": strings.NewReader(text), "indented": &indented, "byte by byte": iotest.OneByteReader(strings.NewReader(text)),
		"data with the end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		s := newScanner(r, 1<<22)
		events, err := s.logAnswer()
		require.NoError(t, err, name)
		require.NoError(t, s.end(), name)
		require.Len(t, events, len(logs), name)
		for i := range logs {
			same(t, logs[i], events[i])
		}
	}
}

func TestScanLeavesRemovedLogsOut(t *testing.T) {
	kept, gone := sample(), sample()
	gone.Removed = true
	events, err := scan(answer(t, gone, kept, gone))
	require.NoError(t, err)
	require.Len(t, events, 1)
}

func TestScanRefuses(t *testing.T) {
	good := answer(t, sample())
	for name, bad := range map[string]string{
		"empty":             "",
		"cut":               good[:len(good)-20],
		"more":              good + "x",
		"null result":       `{"id":1,"result":null}`,
		"no result":         `{"id":1}`,
		"two results":       `{"id":1,"result":[],"result":[]}`,
		"object":            `{"id":1,"result":{}}`,
		"short address":     strings.Replace(good, `"address":"0xabc`, `"address":"0xab`, 1),
		"odd data":          strings.Replace(good, `"data":"0x0001fe"`, `"data":"0x001"`, 1),
		"data without 0x":   strings.Replace(good, `"data":"0x0001fe"`, `"data":"0001fe"`, 1),
		"null data":         strings.Replace(good, `"data":"0x0001fe"`, `"data":null`, 1),
		"leading zero":      strings.Replace(good, `"logIndex":"0x9"`, `"logIndex":"0x09"`, 1),
		"empty quantity":    strings.Replace(good, `"logIndex":"0x9"`, `"logIndex":"0x"`, 1),
		"number as number":  strings.Replace(good, `"logIndex":"0x9"`, `"logIndex":9`, 1),
		"huge index":        strings.Replace(good, `"logIndex":"0x9"`, `"logIndex":"0xffffffff"`, 1),
		"pending":           strings.Replace(good, `"blockNumber":"0x4d"`, `"blockNumber":null`, 1),
		"missing block":     strings.Replace(good, `"blockNumber":"0x4d",`, ``, 1),
		"key twice":         strings.Replace(good, `"logIndex":`, `"logIndex":"0x1","logIndex":`, 1),
		"key in other case": strings.Replace(good, `"logIndex":`, `"LogIndex":"0x1","logIndex":`, 1),
		"not a bool":        strings.Replace(good, `"removed":false`, `"removed":0`, 1),
		"trailing comma":    strings.Replace(good, `}]`, `},]`, 1),
		"page of html":      "<html>502</html>",
	} {
		require.NotEqual(t, good, bad, name)
		_, err := scan(bad)
		require.ErrorIs(t, err, protocol.ErrUnavailable, name)
	}
	_, err := scan(`{"id":1,"error":{"code":-32005,"message":"query returned more than 10000 results"}}`)
	require.ErrorIs(t, err, indexer.ErrTooMany)
	_, err = scan(`{"id":1,"error":{"code":-32000,"data":{"message":"x"},"message":"header not found"}}`)
	require.ErrorIs(t, err, protocol.ErrUnavailable)
	require.NotErrorIs(t, err, indexer.ErrTooMany)
	s := newScanner(strings.NewReader(good), 10)
	s.buf = make([]byte, 16)
	_, err = s.logAnswer()
	require.ErrorIs(t, err, errTooLarge)
}

// FuzzLog holds the scanner against types.Log: what it accepts, go-ethereum reads
// alike; what go-ethereum wrote, it accepts.
func FuzzLog(f *testing.F) {
	text, _ := json.Marshal(sample())
	f.Add(string(text))
	f.Add(strings.Replace(string(text), "0x0001fe", `0x\u0030001fe`, 1))
	f.Add(strings.Replace(string(text), `"removed":false`, `"x":[{"y":-1.5e+3,"z":[true,null,"\ud83d\ude00"]}]`, 1))
	f.Add(strings.Replace(string(text), `"data"`, `"DATA":"0x","data"`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		events, err := scan(`{"id":1,"result":[` + text + `]}`)
		if err != nil || len(events) != 1 {
			return
		}
		var l types.Log
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("accepted what go-ethereum refuses (%v): %s", err, text)
		}
		same(t, l, events[0])
		again, err := json.Marshal(l)
		require.NoError(t, err)
		events, err = scan(`{"id":1,"result":[` + string(again) + `]}`)
		require.NoError(t, err)
		same(t, l, events[0])
	})
}

func TestClientAgainstANodeThatMisbehaves(t *testing.T) {
	ctx := context.Background()
	for name, c := range map[string]struct {
		status int
		body   string
		want   error
	}{
		"rate limited": {429, "slow down", protocol.ErrUnavailable},
		"down":         {502, "<html>", protocol.ErrUnavailable},
		"error in 400": {400, `{"error":{"code":-32602,"message":"block range is too wide"}}`, indexer.ErrTooMany},
		"huge":         {200, `{"id":1,"result":[` + strings.Repeat(" ", 1<<18), indexer.ErrTooMany},
		"one for all":  {200, `{"id":null,"error":{"code":1,"message":"batch too large"}}`, protocol.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.status)
				io.WriteString(w, c.body)
			}))
			defer server.Close()
			client := New(server.URL, Options{MaxAnswer: 1 << 17})
			defer client.CloseIdle()
			_, err := client.Logs(ctx, 1, 2, nil)
			require.ErrorIs(t, err, c.want)
			_, err = client.Headers(ctx, 1, 2)
			require.Error(t, err)
		})
	}
	client := New("http://127.0.0.1:1", Options{})
	_, err := client.Heads(ctx)
	require.ErrorIs(t, err, protocol.ErrUnavailable)
}

func TestHeadersMatchTheirRequests(t *testing.T) {
	block := func(n int) string {
		return fmt.Sprintf(`{"number":"0x%x","hash":"%s","parentHash":"%s","timestamp":"0x5","logsBloom":"0x%s","transactions":["0x1",{"a":1}]}`,
			n, common.BigToHash(common.Big1), common.Hash{}, strings.Repeat("00", 256))
	}
	for name, c := range map[string]struct {
		body string
		want int // blocks; -1: an error
	}{
		"in another order": {`[{"id":1,"result":` + block(6) + `},{"result":` + block(5) + `,"id":0}]`, 2},
		"end of the chain": {`[{"id":0,"result":` + block(5) + `},{"id":1,"result":null}]`, 1},
		"wrong number":     {`[{"id":0,"result":` + block(5) + `},{"id":1,"result":` + block(7) + `}]`, -1},
		"same id twice":    {`[{"id":0,"result":` + block(5) + `},{"id":0,"result":` + block(5) + `}]`, -1},
		"one missing":      {`[{"id":0,"result":` + block(5) + `}]`, -1},
		"no bloom":         {`[{"id":0,"result":{"number":"0x5"}},{"id":1,"result":null}]`, -1},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, c.body) }))
			defer server.Close()
			client := New(server.URL, Options{})
			defer client.CloseIdle()
			headers, err := client.Headers(context.Background(), 5, 6)
			if c.want < 0 {
				require.True(t, errors.Is(err, protocol.ErrUnavailable), err)
				return
			}
			require.NoError(t, err)
			require.Len(t, headers, c.want)
			require.EqualValues(t, 5, headers[0].Number)
		})
	}
}
