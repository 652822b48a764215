package protocol

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

const (
	// MinTemperatureMilli is the lowest temperature other than 0 (greedy), in
	// thousandths. Below it the integer inverse temperature would leave its bound.
	MinTemperatureMilli = 50
	// MaxTemperatureMilli is the highest temperature, in thousandths.
	MaxTemperatureMilli = 100_000
	// MaxStopIDs bounds the stop ids that a request may add to those of its model.
	MaxStopIDs = 16
	// MaxVocabulary bounds token ids: every id is below it.
	MaxVocabulary = 1 << 18

	// MaxParamsBytes is the length of the longest canonical encoding.
	MaxParamsBytes = paramsFixed + 4*MaxStopIDs

	paramsVersion = 1
	paramsFixed   = 1 + 4 + 4 + 32 + 4 + 4
)

// Params is what a requester fixes about the picking of tokens. Its hash is the
// paramsHash of a Request, so that exactly one answer of a model version is right.
// The limit on new tokens is a field of the Request and not repeated here.
type Params struct {
	// TemperatureMilli is the temperature in thousandths; 0 picks greedily.
	TemperatureMilli uint32
	// MaxGap drops ids whose logit lies more than this below the best one, in Q16
	// (1/65536 natural units); 0 keeps all. Sampling only.
	MaxGap uint32
	// Seed fixes the sampler's noise.
	Seed [32]byte
	// StopIDs end the answer in addition to the stop ids of the model version.
	// Strictly ascending, at most MaxStopIDs.
	StopIDs []uint32
	// TemplateID names the chat template that made the prompt ids; 0 for none. It
	// informs: the prompt ids are what counts.
	TemplateID uint32
}

// Encode returns the canonical encoding, all integers big endian: version byte 1,
// TemperatureMilli, MaxGap, Seed, TemplateID, number of stop ids, the stop ids.
func (p Params) Encode() []byte {
	b := make([]byte, 0, paramsFixed+4*len(p.StopIDs))
	b = append(b, paramsVersion)
	b = binary.BigEndian.AppendUint32(b, p.TemperatureMilli)
	b = binary.BigEndian.AppendUint32(b, p.MaxGap)
	b = append(b, p.Seed[:]...)
	b = binary.BigEndian.AppendUint32(b, p.TemplateID)
	b = binary.BigEndian.AppendUint32(b, uint32(len(p.StopIDs)))
	for _, id := range p.StopIDs {
		b = binary.BigEndian.AppendUint32(b, id)
	}
	return b
}

// DecodeParams reads a canonical encoding and refuses every other one.
func DecodeParams(b []byte) (Params, error) {
	if len(b) < paramsFixed || b[0] != paramsVersion {
		return Params{}, fmt.Errorf("decode params: version or length: %w", ErrInvalid)
	}
	p := Params{
		TemperatureMilli: binary.BigEndian.Uint32(b[1:]),
		MaxGap:           binary.BigEndian.Uint32(b[5:]),
		Seed:             [32]byte(b[9:41]),
		TemplateID:       binary.BigEndian.Uint32(b[41:]),
	}
	n := binary.BigEndian.Uint32(b[45:])
	if n > MaxStopIDs || len(b) != paramsFixed+4*int(n) {
		return Params{}, fmt.Errorf("decode params: %d stop ids in %d bytes: %w", n, len(b), ErrInvalid)
	}
	for i := range int(n) {
		p.StopIDs = append(p.StopIDs, binary.BigEndian.Uint32(b[paramsFixed+4*i:]))
	}
	return p, p.Validate()
}

// Hash returns keccak256 of the canonical encoding: the paramsHash of a Request.
func (p Params) Hash() common.Hash { return crypto.Keccak256Hash(p.Encode()) }

// Validate reports the first field outside its range, wrapping ErrInvalid.
func (p Params) Validate() error {
	if t := p.TemperatureMilli; t != 0 && (t < MinTemperatureMilli || t > MaxTemperatureMilli) {
		return fmt.Errorf("temperature %d/1000 is neither 0 nor in %d..%d thousandths: %w", t, MinTemperatureMilli, MaxTemperatureMilli, ErrInvalid)
	}
	if len(p.StopIDs) > MaxStopIDs {
		return fmt.Errorf("%d stop ids, at most %d: %w", len(p.StopIDs), MaxStopIDs, ErrInvalid)
	}
	for i, id := range p.StopIDs {
		if id >= MaxVocabulary || i > 0 && id <= p.StopIDs[i-1] {
			return fmt.Errorf("stop id %d out of range or order: %w", id, ErrInvalid)
		}
	}
	return nil
}
