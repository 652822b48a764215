package commit_test

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/poseidon2"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/runtime/commit"
)

// grain is the generator behind Poseidon's constants: an 80-bit LFSR seeded with
// the parameters, whose output is thinned to every second bit of pairs that start
// with 1.
type grain []byte

func newGrain() *grain {
	var g grain
	for _, f := range []struct{ v, bits int }{
		{1, 2}, {0, 4}, {fr.Bits, 12}, {commit.Width, 12}, {commit.FullRounds, 10}, {commit.PartialRounds, 10}, {1<<30 - 1, 30},
	} {
		for i := f.bits - 1; i >= 0; i-- {
			g = append(g, byte(f.v>>i&1))
		}
	}
	for range 160 {
		g.step()
	}
	return &g
}

func (g *grain) step() byte {
	s := *g
	b := s[62] ^ s[51] ^ s[38] ^ s[23] ^ s[13] ^ s[0]
	*g = append(s[1:], b)
	return b
}

func (g *grain) bit() uint {
	for g.step() == 0 {
		g.step()
	}
	return uint(g.step())
}

// candidate returns the next 254 bits.
func (g *grain) candidate() *big.Int {
	v := new(big.Int)
	for range fr.Bits {
		v.Lsh(v, 1)
		v.SetBit(v, 0, g.bit())
	}
	return v
}

// element returns the next field element: candidates over the modulus are dropped.
func (g *grain) element() *big.Int {
	for {
		if v := g.candidate(); v.Cmp(fr.Modulus()) < 0 {
			return v
		}
	}
}

// reduced returns the next candidate modulo the modulus.
func (g *grain) reduced() *big.Int {
	v := g.candidate()
	return v.Mod(v, fr.Modulus())
}

// The constants have nothing up their sleeve: they come out of their public
// generator again.
func TestConstantsComeFromTheirGenerator(t *testing.T) {
	p := poseidon2.NewParameters(commit.Width, commit.FullRounds, commit.PartialRounds)
	g := newGrain()
	for round, keys := range p.RoundKeys {
		n := 1
		if round < commit.FullRounds/2 || round >= commit.FullRounds/2+commit.PartialRounds {
			n = commit.Width
		}
		for i := range keys {
			if i >= n { // a partial round has one constant
				require.True(t, keys[i].IsZero())
				continue
			}
			require.Equal(t, g.element(), keys[i].BigInt(new(big.Int)), "constant %d of round %d", i, round)
		}
	}

	// The internal diagonal follows in the same stream, reduced instead of dropped. Six
	// candidate matrices before it allow invariant subspaces and were passed over.
	for range 6 * commit.Width {
		g.reduced()
	}
	for i := range p.DiagM1 {
		mu := p.DiagM1[i].BigInt(new(big.Int))
		require.Equal(t, g.reduced(), mu.Add(mu, big.NewInt(1)), "diagonal element %d", i)
	}
}

// The permutation is the paper's: matrices written out, powers by exponentiation.
func TestPermutationFollowsThePaper(t *testing.T) {
	const width, half = commit.Width, commit.FullRounds / 2
	p := poseidon2.NewParameters(width, commit.FullRounds, commit.PartialRounds)
	mod := fr.Modulus()
	m4 := [4][4]int64{{5, 7, 1, 3}, {4, 6, 1, 1}, {1, 3, 5, 7}, {1, 1, 4, 6}}
	var external, internal [width][width]*big.Int
	for i := range width {
		for j := range width {
			v := m4[i%4][j%4]
			if i/4 == j/4 {
				v *= 2
			}
			external[i][j], internal[i][j] = big.NewInt(v), big.NewInt(1)
		}
		internal[i][i] = new(big.Int).Add(p.DiagM1[i].BigInt(new(big.Int)), big.NewInt(1))
	}
	mul := func(m *[width][width]*big.Int, s []*big.Int) []*big.Int {
		out := make([]*big.Int, width)
		for i := range out {
			out[i] = new(big.Int)
			for j := range s {
				out[i].Add(out[i], new(big.Int).Mul(m[i][j], s[j]))
			}
			out[i].Mod(out[i], mod)
		}
		return out
	}
	state, want := make([]fr.Element, width), make([]*big.Int, width)
	for i := range state {
		state[i].SetUint64(uint64(i) * 0x9e3779b97f4a7c15)
		want[i] = state[i].BigInt(new(big.Int))
	}
	require.NoError(t, poseidon2.NewPermutation(width, commit.FullRounds, commit.PartialRounds).Permutation(state))

	want = mul(&external, want)
	for round, keys := range p.RoundKeys {
		matrix, n := &external, width
		if round >= half && round < half+commit.PartialRounds {
			matrix, n = &internal, 1
		}
		for i := range n {
			want[i] = new(big.Int).Exp(want[i].Add(want[i], keys[i].BigInt(new(big.Int))), big.NewInt(5), mod)
		}
		want = mul(matrix, want)
	}
	for i := range state {
		require.Equal(t, want[i], state[i].BigInt(new(big.Int)))
	}
}
