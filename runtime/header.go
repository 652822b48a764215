package runtime

import (
	"encoding/binary"
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// HeaderBytes is the size of the tensor "header".
const HeaderBytes = 128

// NoToken stands for an absent token id, such as the BOS of a model without one.
const NoToken = uint32(0xFFFFFFFF)

// KindDecoder is the only model kind of this version: a Llama-style decoder.
const KindDecoder = 1

const (
	headerMagic   = "DGM1"
	headerVersion = 1
	flagQKVBias   = 1
	maxStopIDs    = 8
	maxLayers     = 999
	maxDim        = 16384
	maxFFN        = 65536
	maxPositions  = 32768
	maxHeadDim    = 256
)

// Header holds the shape and the constants of a model: the 128 bytes that a model
// version shows on chain as leaf 0 of its weights root.
type Header struct {
	Kind      uint32
	Dim       int // d, width of the residual
	FFN       int // f, width of the feed-forward layer
	Layers    int // L
	Heads     int // H, query heads
	KVHeads   int // G, key and value heads; divides Heads
	HeadDim   int // hd, even
	Vocab     int // V
	Positions int // N, largest number of positions
	Rotated   int // r, rotated width of a head, even
	QKVBias   bool
	Eps       uint32 // epsilon of the norms times 2^32
	C, CE     uint32 // softmax scale log2(e)/sqrt(hd) = C * 2^-CE
	BOS       uint32 // id that begins a text, NoToken for none
	StopIDs   []uint32
}

// Encode returns the canonical 128 bytes, integers little endian.
func (h Header) Encode() [HeaderBytes]byte {
	var b [HeaderBytes]byte
	copy(b[:], headerMagic)
	var flags uint32
	if h.QKVBias {
		flags |= flagQKVBias
	}
	for i, v := range []uint32{headerVersion, h.Kind, uint32(h.Dim), uint32(h.FFN), uint32(h.Layers), uint32(h.Heads),
		uint32(h.KVHeads), uint32(h.HeadDim), uint32(h.Vocab), uint32(h.Positions), uint32(h.Rotated), flags, h.Eps,
		h.C, h.CE, ops.Group, ops.Exponent, h.BOS, uint32(len(h.StopIDs))} {
		binary.LittleEndian.PutUint32(b[4+4*i:], v)
	}
	for i, id := range h.StopIDs[:min(len(h.StopIDs), maxStopIDs)] {
		binary.LittleEndian.PutUint32(b[80+4*i:], id)
	}
	return b
}

// DecodeHeader reads the canonical 128 bytes and validates them.
func DecodeHeader(b []byte) (Header, error) {
	if len(b) != HeaderBytes || string(b[:4]) != headerMagic {
		return Header{}, fmt.Errorf("decode header: size or magic: %w", protocol.ErrInvalid)
	}
	u := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	if u(4) != headerVersion || u(64) != ops.Group || u(68) != ops.Exponent || u(76) > maxStopIDs {
		return Header{}, fmt.Errorf("decode header: version %d, group %d, exponent %d, %d stop ids: %w", u(4), u(64), u(68), u(76), protocol.ErrInvalid)
	}
	for at := 12; at < 48; at += 4 {
		if u(at) > 1<<20 {
			return Header{}, fmt.Errorf("decode header: field at %d is %d: %w", at, u(at), protocol.ErrInvalid)
		}
	}
	h := Header{
		Kind: u(8), Dim: int(u(12)), FFN: int(u(16)), Layers: int(u(20)), Heads: int(u(24)), KVHeads: int(u(28)),
		HeadDim: int(u(32)), Vocab: int(u(36)), Positions: int(u(40)), Rotated: int(u(44)), QKVBias: u(48)&flagQKVBias != 0,
		Eps: u(52), C: u(56), CE: u(60), BOS: u(72),
	}
	for i := range int(u(76)) {
		h.StopIDs = append(h.StopIDs, u(80+4*i))
	}
	if h.Encode() != [HeaderBytes]byte(b) {
		return Header{}, fmt.Errorf("decode header: unknown flags or unused bytes set: %w", protocol.ErrInvalid)
	}
	return h, h.Validate()
}

// Validate checks the limits that the runtime's overflow bounds rest on. It wraps
// protocol.ErrInvalid.
func (h Header) Validate() error {
	for _, c := range []struct {
		name    string
		v       int
		lo, top int
	}{
		{"kind", int(h.Kind), KindDecoder, KindDecoder},
		{"d", h.Dim, 32, maxDim},
		{"f", h.FFN, 32, maxFFN},
		{"layers", h.Layers, 1, maxLayers},
		{"heads", h.Heads, 1, maxDim},
		{"kv heads", h.KVHeads, 1, h.Heads},
		{"head width", h.HeadDim, 2, maxHeadDim},
		{"heads * head width", h.Heads * h.HeadDim, 32, maxDim},
		{"vocabulary", h.Vocab, 1, protocol.MaxVocabulary},
		{"positions", h.Positions, 1, maxPositions},
		{"rotated width", h.Rotated, 2, h.HeadDim},
		{"head width mod 2", h.HeadDim % 2, 0, 0},
		{"rotated width mod 2", h.Rotated % 2, 0, 0},
		{"heads mod kv heads", h.Heads % max(h.KVHeads, 1), 0, 0},
		{"softmax exponent", int(min(h.CE, 1000)), 23, 27},
		{"softmax scale", int(min(h.C, 1<<24)), 1 << 23, 1<<24 - 1},
		{"stop ids", len(h.StopIDs), 0, maxStopIDs},
	} {
		if c.v < c.lo || c.v > c.top {
			return fmt.Errorf("header: %s is %d, allowed %d..%d: %w", c.name, c.v, c.lo, c.top, protocol.ErrInvalid)
		}
	}
	if h.Eps < 1 || h.Eps == 1<<32-1 {
		return fmt.Errorf("header: eps %d: %w", h.Eps, protocol.ErrInvalid)
	}
	if h.BOS != NoToken && h.BOS >= uint32(h.Vocab) {
		return fmt.Errorf("header: BOS %d outside the vocabulary: %w", h.BOS, protocol.ErrInvalid)
	}
	for i, id := range h.StopIDs {
		if id >= uint32(h.Vocab) || i > 0 && id <= h.StopIDs[i-1] {
			return fmt.Errorf("header: stop id %d out of range or order: %w", id, protocol.ErrInvalid)
		}
	}
	return nil
}
