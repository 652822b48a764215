package circuit

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Sums at every length where a word, a sponge block or a group of weights begins or
// ends, over extreme numbers only.
func TestSumEdgesAgree(t *testing.T) {
	lengths := []int{1, 2, 6, 7, 8, 14, 15, 16, 30, 31, 32, 33, 105, 106, 225, 226, 257, 315, 316, 341, 342, 450, 451, 510, 511, 512}
	long := []int{675, 676, 806, 807, 900, 901, 992, 993, 1020, 1021, 1023, 1024}
	bytes8, halves16 := []int64{-128, -127, -1, 0, 1, 127}, []int64{-32768, -32767, -1, 0, 1, 32767}
	ints := []int64{-1 << 31, -1<<31 + 1, -1, 0, 1, 1<<31 - 1}
	r := rand.New(rand.NewPCG(63, 64))
	for _, op := range []step.Op{step.OpSquares, step.OpLinear, step.OpScore, step.OpSum, step.OpMix} {
		kinds := kindsOf(op)
		all := lengths
		if op == step.OpLinear {
			all = append(all[:len(all):len(all)], long...)
		}
		for _, n := range all {
			in := &StepInput{Statement: step.Statement{Op: op, First: r.IntN(3) == 0, B: step.Unused}}
			same := func(values []int64, n int) []int64 {
				v := one(r, values)
				list := make([]int64, n)
				for i := range list {
					list[i] = v
				}
				return list
			}
			a := same(halves16, n)
			if kinds[slotA][0] == chunk.Int32 {
				a = same(ints, n)
			}
			if op == step.OpScore {
				in.Statement.X, in.Statement.Y = one(r, []uint32{1, 8557550, 1<<32 - 1}), 40
				a[0] = r.Int64N(17)
			}
			in.Statement.A, in.A = operandOf(kinds[slotA][0], [2]int{0, n - 1}, a...)
			switch op {
			case step.OpLinear:
				q, m := make([]int8, n), make([]uint32, (n+31)/32)
				for i, v := range same(bytes8, n) {
					q[i] = int8(v)
				}
				for i := range m {
					m[i] = one(r, []uint32{0, 1, 1<<24 - 1})
				}
				var err error
				in.B, err = chunk.PackWeights(nil, q, m)
				require.NoError(t, err)
				in.Statement.B = step.Operand{Kind: chunk.Weights, Length: n}
			case step.OpScore, step.OpMix:
				b := same(halves16, n)
				if op == step.OpScore {
					b[0] = r.Int64N(17)
				}
				in.Statement.B, in.B = operandOf(chunk.Int16, [2]int{}, b...)
			}
			before, err := chunk.PackWide(nil, []chunk.Wide{one(r, []chunk.Wide{{}, chunk.WideOf(-1), {Hi: 1<<15 - 1, Lo: 1<<64 - 1}, {Hi: -1 << 15}, {Hi: -1}}), {}})
			require.NoError(t, err)
			in.O, in.Statement.O = before, step.Operand{Kind: chunk.Wide80, Length: 2, Places: [2]int{1, 0}}
			want, err := in.Result()
			require.NoError(t, err)
			if want.CmpAbs(pow2(wideBits-1)) < 0 {
				set(in.O, in.Statement.O, 0, want)
			}
			ok, err := in.Reference()
			require.NoError(t, err)
			require.Equal(t, want.CmpAbs(pow2(wideBits-1)) < 0, ok, "op %d of %d numbers", op, n)
			requireOneAnswer(t, quick(), in, true)
		}
	}
}

// requireAnswer is requireOneAnswer where the answer is known.
func requireAnswer(t *testing.T, in *StepInput, want bool) {
	require.Equal(t, want, requireOneAnswer(t, quick(), in, true), "%+v", in.Statement)
}

// Weights at the ends with scales at the ends, at places where a word or a group ends.
func TestEmbedEdgesAgree(t *testing.T) {
	for _, q := range []int8{-128, -127, -1, 0, 1, 127} {
		for _, scale := range []uint32{0, 1, 127, 128, 129, chunk.MaxScale - 1} {
			for _, at := range []int{0, 31, 32, 69} {
				numbers, scales := make([]int8, 70), []uint32{5, 6, 7}
				numbers[at], scales[at/chunk.GroupSize] = q, scale
				raw, err := chunk.PackWeights(nil, numbers, scales)
				require.NoError(t, err)
				in := &StepInput{A: raw, Statement: step.Statement{Op: step.OpEmbed, B: step.Unused,
					A: step.Operand{Source: step.Opened, Kind: chunk.Weights, Length: 70, Places: [2]int{at, at / chunk.GroupSize}}}}
				exact := (int64(q)*int64(scale) + 128) >> 8
				for by := int64(-1); by <= 1; by++ {
					in.Statement.O, in.O = operandOf(chunk.Int32, [2]int{}, exact+by)
					requireAnswer(t, in, by == 0)
				}
			}
		}
	}
}

func wordOf(v *big.Int) []byte { return v.FillBytes(make([]byte, chunk.WordBytes)) }

// Whatever stands behind a chunk's last number, in its word or behind it.
func TestPadEdgesAgree(t *testing.T) {
	for _, kind := range kindsOf(step.OpPad)[slotO] {
		width, limbs := map[chunk.Kind]int{chunk.Int16: 16, chunk.Int32: 32, chunk.Wide80: 80}[kind], kind.Limbs()
		for _, length := range []int{1, limbs - 1, limbs + 1, 15*limbs - 1, 14*limbs + 1} {
			words := make([]*big.Int, 15)
			zero := new(big.Int) // a word of zeros
			for j := range limbs {
				zero.SetBit(zero, j*width+width-1, 1)
			}
			for w := range words {
				words[w] = new(big.Int)
				if w*limbs < length {
					words[w].Set(zero)
				}
			}
			for place := length; place < 15*limbs; place += max(1, (15*limbs-length)/7) {
				in := &StepInput{Statement: step.Statement{Op: step.OpPad, A: step.Unused, B: step.Unused,
					O: step.Operand{Source: step.Opened, Kind: kind, Length: length, Places: [2]int{place, place}}}}
				w, limb := place/limbs, place%limbs
				in.Statement.First = w*limbs >= length // of a word behind the last
				honest := words[w]
				for name, spoilt := range map[string]*big.Int{
					"":               honest,
					"lowest bit":     new(big.Int).SetBit(honest, limb*width, 1),
					"highest bit":    new(big.Int).SetBit(honest, limb*width+width-1, 1-honest.Bit(limb*width+width-1)),
					"above":          new(big.Int).SetBit(honest, limbs*width, 1),
					"top":            new(big.Int).SetBit(honest, 252, 1),
					"negative":       new(big.Int).Sub(ecc.BN254.ScalarField(), big.NewInt(1)),
					"another number": new(big.Int).SetBit(honest, (limb+1)%limbs*width, 1),
				} {
					in.O = nil
					for at, v := range words {
						if at == w {
							v = spoilt
						}
						in.O = append(in.O, wordOf(v)...)
					}
					requireAnswer(t, in, spoilt == honest || name == "another number" && !in.Statement.First && limbs > 1)
				}
			}
		}
	}
}

// Polynomials with coefficients, points and values at the ends of the field.
func TestBindEdgesAgree(t *testing.T) {
	modulus := ecc.BN254.ScalarField()
	ends := []*big.Int{new(big.Int), big.NewInt(1), new(big.Int).Sub(modulus, big.NewInt(1))}
	for _, length := range []int{1, 225} {
		for _, low := range ends {
			for _, high := range ends {
				for _, point := range ends {
					in := &StepInput{Point: common.BigToHash(point), Statement: step.Statement{Op: step.OpBind, B: step.Unused, O: step.Unused,
						A: step.Operand{Source: step.Opened, Kind: chunk.Wide80, Length: length}}}
					n := (length + 2) / 3
					value := new(big.Int).Set(low)
					in.A = append(in.A, wordOf(low)...)
					for w := 1; w < n; w++ {
						v := new(big.Int)
						if w == n-1 {
							v = high
						}
						in.A = append(in.A, wordOf(v)...)
						value.Add(value, new(big.Int).Mul(v, new(big.Int).Exp(point, big.NewInt(int64(w)), modulus)))
					}
					for by := int64(-1); by <= 1; by++ {
						claim := new(big.Int).Add(value, big.NewInt(by))
						in.Value = common.BigToHash(claim.Mod(claim, modulus))
						requireAnswer(t, in, by == 0)
					}
				}
			}
		}
	}
}
