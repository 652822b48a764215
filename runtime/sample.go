package runtime

import (
	_ "embed"
	"encoding/binary"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

//go:generate go run ./internal/gengumbel gumbel.bin

// noiseSteps is the noise table of the specification: its first entry as a zigzag
// varint, then 65,535 steps as varints. A test derives it anew.
//
//go:embed gumbel.bin
var noiseSteps []byte

// noise returns GUMBEL[u] = floor(2^16 * -ln(-ln((u + 1/2)/65536)) + 1/2), a
// strictly ascending constant table.
var noise = sync.OnceValue(func() *[1 << 16]int32 {
	t := new([1 << 16]int32)
	first, n := binary.Varint(noiseSteps)
	b := noiseSteps[n:]
	t[0] = int32(first)
	for i := 1; i < len(t); i++ {
		step, n := binary.Uvarint(b)
		b = b[n:]
		t[i] = t[i-1] + int32(step)
	}
	return t
})

// Noise returns entry u of the sampler's noise table, Q16.
func Noise(u uint16) int32 { return noise()[u] }

// Beta returns the Q16 inverse temperature floor((65536*1000 + floor(tau/2))/tau)
// for a temperature of tau >= 50 thousandths. It is below 2^21.
func Beta(tau uint32) int64 {
	return (65536*1000 + int64(tau)/2) / int64(tau)
}

// Score returns the perturbed logit that a sampled token maximises: the scaled
// logit plus noise, Q16.
func Score(logit int32, beta int64, u uint16) int64 {
	return ops.Rsh(int64(logit)*beta, 16) + int64(Noise(u))
}

// NoiseWord returns u[id]: the (id mod 16)-th big-endian 16-bit word of
// keccak256(seed ‖ uint64_be position ‖ uint32_be(id div 16)), where position is
// that of the new token in prompt and output.
func NoiseWord(seed [32]byte, position uint64, id uint32) uint16 {
	var w noiseWords
	w.reset(seed, position)
	return w.at(id)
}

// noiseWords caches the hash of sixteen ids.
type noiseWords struct {
	msg   [44]byte
	state crypto.KeccakState
	block uint32
	hash  common.Hash
}

func (w *noiseWords) reset(seed [32]byte, position uint64) {
	copy(w.msg[:], seed[:])
	binary.BigEndian.PutUint64(w.msg[32:], position)
	w.block = protocol.UnusedToken
	if w.state == nil {
		w.state = crypto.NewKeccakState()
	}
}

func (w *noiseWords) at(id uint32) uint16 {
	if block := id / 16; block != w.block {
		w.block = block
		binary.BigEndian.PutUint32(w.msg[40:], block)
		w.state.Reset()
		w.state.Write(w.msg[:])
		w.state.Read(w.hash[:])
	}
	return binary.BigEndian.Uint16(w.hash[2*(id%16):])
}

// picker picks tokens by the params of one request.
type picker struct {
	p     protocol.Params
	words noiseWords
}

// Pick returns the token that follows logits, where position is that of the new
// token in prompt and output: block HEAD of the trace.
func Pick(logits []int32, p protocol.Params, position uint64) uint32 {
	return (&picker{p: p}).token(logits, position)
}

func (k *picker) token(logits []int32, position uint64) uint32 {
	best := argmax(logits)
	if k.p.TemperatureMilli == 0 {
		return best
	}
	k.words.reset(k.p.Seed, position)
	table, beta := noise(), Beta(k.p.TemperatureMilli)
	largest := int64(table[len(table)-1])
	score := func(id uint32) int64 {
		return ops.Rsh(int64(logits[id])*beta, 16) + int64(table[k.words.at(id)])
	}
	floor := int64(-1 << 62)
	if k.p.MaxGap != 0 {
		floor = int64(logits[best]) - int64(k.p.MaxGap)
	}
	// Noise spans less than 15 natural units, so ids that could not pass the score
	// of the best logit even with the largest noise need no hash.
	winner, high := best, score(best)
	for i, x := range logits {
		if int64(x) < floor || ops.Rsh(int64(x)*beta, 16)+largest < high {
			continue
		}
		if v := score(uint32(i)); v > high || v == high && uint32(i) < winner {
			winner, high = uint32(i), v
		}
	}
	return winner
}

// argmax returns the lowest id with the highest logit.
func argmax(logits []int32) uint32 {
	best := 0
	for i, x := range logits {
		if x > logits[best] {
			best = i
		}
	}
	return uint32(best)
}
