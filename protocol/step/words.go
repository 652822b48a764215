package step

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol/chunk"
)

// blockWords is the number of words in one block of the sponge.
const blockWords = 15

// Blocks is the number of sponge blocks of so many words.
func Blocks(words int) int { return ceilDiv(words, blockWords) }

// The bits of the public word Step, from the lowest: the op, whether the claim holds,
// First, then for A, B and O in turn: kind, blocks, length, both places; then the two
// noises, plus NoiseOffset each.
const (
	OpBits     = 8
	FlagBits   = 1 // ok, first
	KindBits   = 3
	BlocksBits = 3
	LengthBits = 11
	PlaceBits  = 12
	NoiseBits  = 22

	// NoiseOffset is added to a noise to make it unsigned.
	NoiseOffset = 1 << (NoiseBits - 1)
)

// The bits of the public word Parameters, from the lowest: X, Y, the submitter.
const (
	ParameterBits = 32
	AddressBits   = 160
)

// packer appends fields to a word, from the lowest bit up.
type packer struct {
	word big.Int
	at   uint
}

func (p *packer) put(v uint64, width uint) {
	p.word.Or(&p.word, new(big.Int).Lsh(new(big.Int).SetUint64(v), p.at))
	p.at += width
}

// Word returns the public word Step of the statement (ok) or of its negation.
func (st Statement) Word(ok bool) common.Hash {
	var p packer
	p.put(uint64(st.Op), OpBits)
	p.put(bit(ok), FlagBits)
	p.put(bit(st.First), FlagBits)
	for _, o := range []Operand{st.A, st.B, st.O} {
		words, _ := o.Kind.Words(o.Length)
		p.put(uint64(o.Kind), KindBits)
		p.put(uint64(Blocks(words)), BlocksBits)
		p.put(uint64(o.Length), LengthBits)
		p.put(uint64(o.Places[0]), PlaceBits)
		p.put(uint64(o.Places[1]), PlaceBits)
	}
	p.put(uint64(int64(st.NoiseA)+NoiseOffset), NoiseBits)
	p.put(uint64(int64(st.NoiseB)+NoiseOffset), NoiseBits)
	return common.BigToHash(&p.word)
}

// Parameters returns the public word that carries X, Y and who is paid.
func (st Statement) Parameters(submitter common.Address) common.Hash {
	var p packer
	p.put(uint64(st.X), ParameterBits)
	p.put(uint64(st.Y), ParameterBits)
	p.word.Or(&p.word, new(big.Int).Lsh(new(big.Int).SetBytes(submitter[:]), p.at))
	return common.BigToHash(&p.word)
}

// Bind is the statement that binds the words of a chunk to its digest: O's and B's
// public inputs are the polynomial's value and the point.
func Bind(kind chunk.Kind, length int) Statement {
	return Statement{Op: OpBind, A: Operand{Kind: kind, Length: length}, B: Unused, O: Unused}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
