package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
)

// Server shows a Chain as a node over HTTP. Answers are encoded once, so that a
// benchmark measures the reader.
type Server struct {
	Chain *Chain
	// MaxLogs refuses ranges with more logs, as public nodes do; 0: never.
	MaxLogs int

	logs map[common.Hash]string // JSON of a block's logs, without brackets
	head map[common.Hash]string
}

// NewServer encodes the chain's blocks. The server is not for chains that change.
func NewServer(c *Chain) *Server {
	s := &Server{Chain: c, logs: map[common.Hash]string{}, head: map[common.Hash]string{}}
	for i := range c.blocks {
		b := &c.blocks[i]
		var out strings.Builder
		for j, e := range b.logs {
			topics := []common.Hash{}
			for t := 0; t < len(e.Topics); t += 32 {
				topics = append(topics, common.Hash(e.Topics[t:t+32]))
			}
			text, err := json.Marshal(types.Log{Address: e.Address, Topics: topics, Data: e.Data, BlockNumber: e.Block, TxHash: e.TxHash,
				TxIndex: uint(e.TxIndex), BlockHash: e.BlockHash, BlockTimestamp: b.Time, Index: uint(e.LogIndex)})
			if err != nil {
				panic(err)
			}
			if j > 0 {
				out.WriteByte(',')
			}
			out.Write(text)
		}
		s.logs[b.Hash] = out.String()
		txs := []common.Hash{}
		for _, e := range b.logs {
			if len(txs) == 0 || txs[len(txs)-1] != e.TxHash {
				txs = append(txs, e.TxHash)
			}
		}
		text, err := json.Marshal(map[string]any{"number": hexutil.Uint64(b.Number), "hash": b.Hash, "parentHash": b.ParentHash,
			"timestamp": hexutil.Uint64(b.Time), "logsBloom": b.Bloom, "transactions": txs, "difficulty": "0x0", "extraData": "0x",
			"gasLimit": "0x1c9c380", "gasUsed": "0x5208", "miner": common.Address{}, "mixHash": common.Hash{}, "nonce": "0x0000000000000000",
			"receiptsRoot": common.Hash{}, "sha3Uncles": common.Hash{}, "size": "0x220", "stateRoot": common.Hash{}, "transactionsRoot": common.Hash{},
			"uncles": []string{}, "baseFeePerGas": "0x7", "withdrawals": []string{}})
		if err != nil {
			panic(err)
		}
		s.head[b.Hash] = string(text)
	}
	return s
}

type call struct {
	ID     json.RawMessage   `json:"id"`
	Method string            `json:"method"`
	Params []json.RawMessage `json:"params"`
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Content-Type", "application/json")
	var batch []call
	if json.Unmarshal(body, &batch) == nil {
		io.WriteString(w, "[")
		for i, c := range batch {
			if i > 0 {
				io.WriteString(w, ",")
			}
			s.answer(w, c)
		}
		io.WriteString(w, "]")
		return
	}
	var c call
	if err := json.Unmarshal(body, &c); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.answer(w, c)
}

func (s *Server) answer(w io.Writer, c call) {
	parts, err := s.result(c)
	if err != nil {
		fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32005,"message":%q}}`, c.ID, err.Error())
		return
	}
	fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":`, c.ID)
	for _, p := range parts {
		io.WriteString(w, p)
	}
	io.WriteString(w, "}")
}

func (s *Server) result(c call) ([]string, error) {
	switch c.Method {
	case "eth_chainId":
		return []string{`"` + hexutil.EncodeUint64(Deployment.ChainID) + `"`}, nil
	case "eth_getBlockByNumber":
		var tag string
		if err := json.Unmarshal(c.Params[0], &tag); err != nil {
			return nil, err
		}
		n := s.number(tag)
		if n >= uint64(len(s.Chain.blocks)) {
			return []string{"null"}, nil
		}
		return []string{s.head[s.Chain.blocks[n].Hash]}, nil
	case "eth_getLogs":
		return s.getLogs(c)
	}
	return nil, fmt.Errorf("the method %s does not exist", c.Method)
}

func (s *Server) number(tag string) uint64 {
	head := uint64(len(s.Chain.blocks) - 1)
	switch tag {
	case "latest":
		return head
	case "safe", "finalized":
		return head - min(s.Chain.Finality, head)
	}
	n, _ := strconv.ParseUint(strings.TrimPrefix(tag, "0x"), 16, 64)
	return n
}

func (s *Server) getLogs(c call) ([]string, error) {
	var f struct{ FromBlock, ToBlock, BlockHash string }
	if err := json.Unmarshal(c.Params[0], &f); err != nil {
		return nil, err
	}
	parts := []string{"["}
	if f.BlockHash != "" {
		return append(parts, s.logs[common.HexToHash(f.BlockHash)], "]"), nil
	}
	count := 0
	for n := s.number(f.FromBlock); n <= s.number(f.ToBlock) && n < uint64(len(s.Chain.blocks)); n++ {
		b := &s.Chain.blocks[n]
		if len(b.logs) == 0 {
			continue
		}
		if len(parts) > 1 {
			parts = append(parts, ",")
		}
		if count += len(b.logs); s.MaxLogs > 0 && count > s.MaxLogs {
			return nil, fmt.Errorf("query returned more than %d results", s.MaxLogs)
		}
		parts = append(parts, s.logs[b.Hash])
	}
	return append(parts, "]"), nil
}
