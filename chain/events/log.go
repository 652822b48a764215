package events

import "github.com/ethereum/go-ethereum/core/types"

// DecodeLog is Decode for a log as an RPC client returns it.
func DecodeLog(s Source, l *types.Log) (any, error) {
	topics := make([]byte, 0, 32*len(l.Topics))
	for _, t := range l.Topics {
		topics = append(topics, t[:]...)
	}
	return Decode(s, topics, l.Data)
}
