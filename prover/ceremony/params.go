package ceremony

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark/backend/groth16/bn254/mpcsetup"
	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
)

// gnark's encoding of the parameters, points compressed. The lengths in it are
// checked against the circuit before gnark sees them: it allocates what they say.
//
//	phase 1: proofs of tau, alpha, beta; N; beta in G2; tau in G1 (2N-2); tau in G2
//	(N-1); beta*tau (N); alpha*tau (N); challenge
//	phase 2: number of commitments (none); delta in G1; private wires; powers of tau
//	times the vanishing polynomial (N-1); delta in G2; proof of delta; challenge
const (
	g1Size        = bn254.SizeOfG1AffineCompressed
	g2Size        = bn254.SizeOfG2AffineCompressed
	proofSize     = g1Size + g2Size // commitment to a secret, proof that it is known
	challengeSize = 1 + sha256.Size
	lengthSize    = 4
)

// compressed is the bits of a point's first byte that say it is compressed; gnark
// takes either form at any place, and lengths behind a longer point would be read
// from where nobody checked them.
const compressed = 0b11 << 6

// part is a run of points of one size, or of other bytes where point is 0.
type part struct{ size, point int }

// parts returns what a parameter file consists of.
func (m *Manifest) parts(phase int) []part {
	points := func(n, size int) part { return part{n * size, size} }
	n, proof := int(m.Domain), []part{{g1Size, g1Size}, {g2Size, g2Size}}
	end := part{size: challengeSize}
	if phase == 1 {
		return append(slices.Concat(proof, proof, proof), part{size: 8}, points(1, g2Size), points(2*n-2, g1Size),
			points(n-1, g2Size), points(2*n, g1Size), end)
	}
	head := []part{{size: 2}, points(1, g1Size), {size: lengthSize}, points(m.PrivateWires, g1Size),
		{size: lengthSize}, points(n-1, g1Size), points(1, g2Size)}
	return append(slices.Concat(head, proof), end)
}

// size returns the exact size of a parameter file.
func (m *Manifest) size(phase int) (size int64) {
	for _, p := range m.parts(phase) {
		size += int64(p.size)
	}
	return size
}

// deltaProof returns where the proof of delta begins in a phase 2 file.
func (m *Manifest) deltaProof() int64 { return m.size(2) - challengeSize - proofSize }

// challengeOf returns the challenge that a parameter file of the right size answers:
// the SHA-256 of the file before it.
func challengeOf(data []byte) common.Hash { return common.BytesToHash(data[len(data)-sha256.Size:]) }

// checkLayout checks everything about a parameter file that needs no arithmetic.
func (m *Manifest) checkLayout(phase int, data []byte) error {
	fail := func(what string) error {
		return fmt.Errorf("check parameters of phase %d: %s: %w", phase, what, protocol.ErrInvalid)
	}
	if int64(len(data)) != m.size(phase) {
		return fail(fmt.Sprintf("%d bytes instead of %d", len(data), m.size(phase)))
	}
	if data[len(data)-challengeSize] != sha256.Size {
		return fail("no challenge")
	}
	proofs := []int64{0, proofSize, 2 * proofSize}
	if phase == 1 {
		if binary.BigEndian.Uint64(data[3*proofSize:]) != m.Domain {
			return fail("another domain")
		}
	} else {
		const wires = 2 + g1Size
		powers := wires + lengthSize + m.PrivateWires*g1Size
		switch {
		case binary.BigEndian.Uint16(data) != 0:
			return fail("it has commitments")
		case uint64(binary.BigEndian.Uint32(data[wires:])) != uint64(m.PrivateWires):
			return fail("another number of private wires")
		case uint64(binary.BigEndian.Uint32(data[powers:])) != m.Domain-1:
			return fail("another domain")
		}
		proofs = []int64{m.deltaProof()}
	}
	rest := data
	for _, part := range m.parts(phase) {
		if part.point > 0 {
			for at := 0; at < part.size; at += part.point {
				if rest[at]&compressed == 0 {
					return fail("a point that is not compressed")
				}
			}
		}
		rest = rest[part.size:]
	}
	_, _, one, _ := bn254.Generators()
	generator := one.Bytes()
	for _, at := range proofs {
		// gnark refuses the secret 0 and takes 1, which changes nothing.
		if bytes.Equal(data[at:at+g1Size], generator[:]) {
			return fail("it contributes nothing: a secret is 1")
		}
	}
	return nil
}

func (m *Manifest) decodePhase1(data []byte) (*mpcsetup.Phase1, error) {
	p := new(mpcsetup.Phase1)
	return p, m.decodeParams(1, data, p)
}

func (m *Manifest) decodePhase2(data []byte) (*mpcsetup.Phase2, error) {
	p := new(mpcsetup.Phase2)
	return p, m.decodeParams(2, data, p)
}

type params interface {
	io.ReaderFrom
	io.WriterTo
}

// decodeParams reads parameters whose points are all in their groups and written the
// one way they can be.
func (m *Manifest) decodeParams(phase int, data []byte, p params) (err error) {
	if err := m.checkLayout(phase, data); err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("decode parameters: %v: %w", r, protocol.ErrInvalid)
		}
	}()
	if _, err := p.ReadFrom(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("decode parameters: %v: %w", err, protocol.ErrInvalid)
	}
	again, err := encodeParams(p)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, data) {
		return fmt.Errorf("decode parameters: not written the one way they can be: %w", protocol.ErrInvalid)
	}
	return nil
}

func encodeParams(p io.WriterTo) ([]byte, error) {
	var buf bytes.Buffer
	if _, err := p.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("encode parameters: %w", err)
	}
	return buf.Bytes(), nil
}

// rawPhase1 reads parameters that this process encoded, among them the ones before
// any contribution, which decodePhase1 refuses.
func (m *Manifest) rawPhase1(data []byte) (*mpcsetup.Phase1, error) {
	p := new(mpcsetup.Phase1)
	_, err := p.ReadFrom(bytes.NewReader(data))
	return p, err
}

func (m *Manifest) rawPhase2(data []byte) (*mpcsetup.Phase2, error) {
	p := new(mpcsetup.Phase2)
	_, err := p.ReadFrom(bytes.NewReader(data))
	return p, err
}
