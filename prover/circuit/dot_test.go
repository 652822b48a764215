package circuit

import (
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"reflect"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/logger"
	"github.com/consensys/gnark/std/math/bits"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
)

var update = flag.Bool("update", false, "rewrite the committed figures")

func TestMain(m *testing.M) {
	logger.Disable()
	os.Exit(m.Run())
}

// compiled is the circuit, compiled once for all tests.
var compiled = sync.OnceValue(func() constraint.ConstraintSystem {
	ccs, err := CompileDot()
	if err != nil {
		panic(err)
	}
	return ccs
})

func solve(t testing.TB, ccs constraint.ConstraintSystem, c *Dot, opts ...solver.Option) error {
	w, err := frontend.NewWitness(c, ecc.BN254.ScalarField())
	require.NoError(t, err)
	return ccs.IsSolved(w, opts...)
}

// requireSteps checks that the circuit and the reference agree: the statement that
// holds has a witness, and, if both is set, the other one has none.
func requireStep(t testing.TB, s *DotStep, both bool) bool {
	_, ok, err := s.Reference()
	require.NoError(t, err)
	c, _, err := s.Assign(ok)
	require.NoError(t, err)
	require.NoError(t, solve(t, compiled(), c), "n %d place %d/%d first %v ok %v", len(s.Weights), s.Place, s.SumCount, s.First, ok)
	if both {
		c, _, err := s.Assign(!ok)
		require.NoError(t, err)
		require.Error(t, solve(t, compiled(), c), "n %d place %d/%d first %v ok %v", len(s.Weights), s.Place, s.SumCount, s.First, !ok)
	}
	return ok
}

// setSum overwrites the sum at a place; v must fit in 80 bits.
func setSum(words []byte, place int, v *big.Int) {
	at := place / sumLimbs * chunk.WordBytes
	word := new(big.Int).SetBytes(words[at : at+chunk.WordBytes])
	shift := uint(place % sumLimbs * sumBits)
	mask := new(big.Int).Lsh(big.NewInt(1), sumBits)
	mask.Sub(mask, big.NewInt(1)).Lsh(mask, shift)
	limb := new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), sumBits-1))
	word.AndNot(word, mask).Or(word, limb.Lsh(limb, shift))
	word.FillBytes(words[at : at+chunk.WordBytes])
}

// makeStep builds a step with n weights whose claim is right, if it can be.
func makeStep(n, sums, place int, first bool, act func(int) int16, weight func(int) int8, scale func(int) uint32, sum func(int) chunk.Wide) *DotStep {
	s := &DotStep{SumCount: sums, Place: place, First: first, Submitter: common.HexToAddress("0xd00d")}
	for i := range n {
		s.Activations, s.Weights = append(s.Activations, act(i)), append(s.Weights, weight(i))
		if i%chunk.GroupSize == 0 {
			s.Scales = append(s.Scales, scale(i/chunk.GroupSize))
		}
	}
	t := make([]chunk.Wide, sums)
	for i := range t {
		t[i] = sum(i)
	}
	var err error
	if s.SumWords, err = chunk.PackWide(nil, t); err != nil {
		panic(err)
	}
	right, _, err := s.Reference()
	if err != nil {
		panic(err)
	}
	if limit := new(big.Int).Lsh(big.NewInt(1), sumBits-1); right.CmpAbs(limit) < 0 {
		setSum(s.SumWords, place, right)
	}
	return s
}

func randomStep(r *rand.Rand) *DotStep {
	edge := func(v, lo, hi int64) int64 { // an edge value now and then
		switch r.IntN(8) {
		case 0:
			return lo
		case 1:
			return hi
		case 2:
			return 0
		}
		return v
	}
	n := int(edge(1+r.Int64N(slots), 1, slots))
	n = max(n, 1)
	sums := max(int(edge(1+r.Int64N(225), 1, 225)), 1)
	place := r.IntN(sums)
	return makeStep(n, sums, place, place == 0 || r.IntN(3) == 0,
		func(int) int16 { return int16(edge(int64(int16(r.Uint32())), -32768, 32767)) },
		func(int) int8 { return int8(edge(int64(int8(r.Uint32())), -128, 127)) },
		func(int) uint32 { return uint32(edge(r.Int64N(1<<24), 0, 1<<24-1)) },
		func(int) chunk.Wide {
			return chunk.Wide{Hi: edge(int64(int16(r.Uint32())), -1<<15, 1<<15-1), Lo: r.Uint64()}
		})
}

// spoil makes the claim wrong in one of the ways a claim can be.
func spoil(r *rand.Rand, s *DotStep) {
	at := s.Place / sumLimbs * chunk.WordBytes
	word := new(big.Int).SetBytes(s.SumWords[at : at+chunk.WordBytes])
	switch r.IntN(4) {
	case 0: // one bit of the limb
		word.Xor(word, new(big.Int).Lsh(big.NewInt(1), uint(s.Place%sumLimbs*sumBits+r.IntN(sumBits))))
	case 1: // bits above the limbs
		word.Or(word, new(big.Int).Lsh(big.NewInt(1+r.Int64N(1<<13)), sumLimbs*sumBits))
		if word.Cmp(ecc.BN254.ScalarField()) >= 0 {
			word.Sub(ecc.BN254.ScalarField(), big.NewInt(1))
		}
	case 2: // off by one
		if word.Bit(s.Place%sumLimbs*sumBits) == 1 {
			word.Sub(word, new(big.Int).Lsh(big.NewInt(1), uint(s.Place%sumLimbs*sumBits)))
		} else {
			word.Add(word, new(big.Int).Lsh(big.NewInt(1), uint(s.Place%sumLimbs*sumBits)))
		}
	case 3: // a word of no chunk at all
		word.Sub(ecc.BN254.ScalarField(), big.NewInt(1+r.Int64N(1000)))
	}
	word.FillBytes(s.SumWords[at : at+chunk.WordBytes])
}

func TestCircuitAgreesWithReferenceOnRandomSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	right := 0
	for i := range randomSteps {
		s := randomStep(r)
		if i%2 == 1 {
			spoil(r, s)
		}
		if requireStep(t, s, i%8 < 2) {
			right++
		}
	}
	require.Greater(t, right, randomSteps/4)
	require.Less(t, right, randomSteps*3/4)
}

// Every length at which a word, block or group begins or ends, with extreme values.
func TestCircuitAgreesWithReferenceOnEdges(t *testing.T) {
	lengths := []int{1, 2, 14, 15, 16, 31, 32, 33, 224, 225, 226, 340, 341, 342, 450, 451, 675, 676, 806, 807, 900, 901, 992, 993, 1020, 1021, 1023, 1024}
	sums := []int{1, 2, 3, 4, 44, 45, 46, 90, 91, 135, 136, 180, 181, 224, 225}
	acts := []int16{-32768, -32767, -1, 0, 1, 32767}
	weights := []int8{-128, -127, -1, 0, 1, 127}
	scales := []uint32{0, 1, 1<<24 - 1}
	before := []chunk.Wide{{}, chunk.WideOf(-1), chunk.WideOf(1), {Hi: 1<<15 - 1, Lo: 1<<64 - 1}, {Hi: -1 << 15}, {Hi: -1, Lo: 0}, {Lo: 1<<64 - 1}}
	for i, n := range append(append([]int(nil), lengths...), lengths...) {
		count := sums[i%len(sums)]
		place := []int{0, count - 1, count / 2}[i%3]
		s := makeStep(n, count, place, place == 0 || i%2 == 0,
			func(int) int16 { return acts[i%len(acts)] },
			func(int) int8 { return weights[(i/2)%len(weights)] },
			func(int) uint32 { return scales[(i+2)%len(scales)] },
			func(int) chunk.Wide { return before[i%len(before)] })
		requireStep(t, s, true)
	}
}

// A sum that leaves 80 bits cannot be claimed rightly: whatever stands there is
// wrong, and the proof says so.
func TestOverflowIsAlwaysWrong(t *testing.T) {
	top := chunk.Wide{Hi: 1<<15 - 1, Lo: 1<<64 - 1}
	s := makeStep(1, 2, 1, false, func(int) int16 { return 1 }, func(int) int8 { return 1 },
		func(int) uint32 { return 1 }, func(int) chunk.Wide { return top })
	for _, claim := range []chunk.Wide{{Hi: -1 << 15}, top, {}} {
		setSum(s.SumWords, 1, claim.Big())
		require.False(t, requireStep(t, s, true))
	}
}

func exampleStep() *DotStep {
	r := rand.New(rand.NewPCG(13, 14))
	return makeStep(700, 100, 50, false, func(int) int16 { return int16(r.Uint32()) },
		func(int) int8 { return int8(r.Uint32()) }, func(int) uint32 { return r.Uint32() >> 8 },
		func(i int) chunk.Wide { return chunk.WideOf(int64(i) * -1e12) })
}

// One witness per statement: no private value can be replaced alone.
func TestNoPrivateValueIsFree(t *testing.T) {
	c, _, err := exampleStep().Assign(true)
	require.NoError(t, err)
	require.NoError(t, solve(t, compiled(), c))

	r := rand.New(rand.NewPCG(15, 16))
	tried := 0
	try := func(name string, v *frontend.Variable) {
		old := *v
		for _, by := range []int64{1, -1} {
			sum := new(big.Int).SetBytes(toBig(old).Bytes())
			*v = sum.Add(sum, big.NewInt(by))
			require.Error(t, solve(t, compiled(), c), name)
			tried++
		}
		*v = old
	}
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch {
		case v.Type() == reflect.TypeFor[frontend.Variable]():
			try(name, v.Addr().Interface().(*frontend.Variable))
		case v.Kind() == reflect.Array:
			// The first, the last, those around the ends of the example's chunks, and
			// a few more of each array.
			at := map[int]bool{0: true, v.Len() - 1: true, 16: true, 17: true, 46: true, 47: true, 699: true, 700: true}
			at[r.IntN(v.Len())], at[r.IntN(v.Len())] = true, true
			for i := range at {
				if i < v.Len() {
					walk(fmt.Sprintf("%s[%d]", name, i), v.Index(i))
				}
			}
		case v.Kind() == reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(name+"."+v.Type().Field(i).Name, v.Field(i))
				}
			}
		}
	}
	all := reflect.ValueOf(c).Elem()
	for i := range all.NumField() {
		if name := all.Type().Field(i).Name; name != "Submitter" && all.Type().Field(i).IsExported() {
			walk(name, all.Field(i))
		}
	}
	require.Greater(t, tried, 80)
}

func toBig(v frontend.Variable) *big.Int {
	if b, ok := v.(*big.Int); ok {
		return b
	}
	return big.NewInt(int64(v.(int)))
}

// Inconsistent witnesses that move several values together.
func TestDishonestWitnesses(t *testing.T) {
	for name, cheat := range map[string]func(c *Dot, s *DotStep){
		"shorter length":  func(c *Dot, s *DotStep) { c.Length, c.Live[699] = 699, 0 },
		"longer length":   func(c *Dot, s *DotStep) { c.Length, c.Live[700] = 701, 1 },
		"hole in length":  func(c *Dot, s *DotStep) { c.Live[300], c.Live[700] = 0, 1 },
		"no length":       func(c *Dot, s *DotStep) { c.Length = 0; c.Live = [slots]frontend.Variable{}; zero(c.Live[:]) },
		"other place":     func(c *Dot, s *DotStep) { c.Place = 51; c.Claim.assign(51); c.Before.assign(50) },
		"two places":      func(c *Dot, s *DotStep) { c.Claim.Word[3], c.Claim.Word[13] = 1, 1 },
		"place outside":   func(c *Dot, s *DotStep) { c.Place = 224; c.Claim.assign(224); c.Before.assign(223) },
		"other sum count": func(c *Dot, s *DotStep) { c.SumCount = 101 },
		"more blocks":     func(c *Dot, s *DotStep) { c.SumCount = 140; c.SumHashed[3] = 1 },
		"fewer blocks":    func(c *Dot, s *DotStep) { c.SumCount = 90; c.SumHashed[2] = 0 },
		"start here":      func(c *Dot, s *DotStep) { c.First = 1; c.Before.assign(50) },
		"padding weight": func(c *Dot, s *DotStep) {
			c.WeightWords[chunk.ScaleWords+700/qLimbs] = new(big.Int).Add(toBig(c.WeightWords[chunk.ScaleWords+700/qLimbs]), new(big.Int).Lsh(big.NewInt(1), uint(700%qLimbs*qBits)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := exampleStep()
			c, _, err := s.Assign(true)
			require.NoError(t, err)
			cheat(c, s)
			require.Error(t, solve(t, compiled(), c))
			if name == "other place" || name == "start here" {
				return // with another public word these are other statements, and one of them holds
			}
			// The public word follows the lie.
			step := big.NewInt(OpLinear)
			for f, shift := range map[frontend.Variable]uint{&c.Length: fieldLength, &c.SumCount: fieldSums, &c.Place: fieldPlace, &c.First: fieldFirst, &c.OK: fieldOK} {
				v := toBig(*f.(*frontend.Variable))
				step.Add(step, new(big.Int).Lsh(v, shift))
			}
			c.Step = step
			for ok := range 2 {
				if toBig(c.OK).Int64() != int64(ok) {
					step.Add(step, new(big.Int).Lsh(big.NewInt(int64(2*ok-1)), fieldOK))
					c.OK = ok
				}
				require.Error(t, solve(t, compiled(), c))
			}
		})
	}
}

func zero(v []frontend.Variable) {
	for i := range v {
		v[i] = 0
	}
}

// Hints are advice of the prover. A hostile one must not move the statement, and
// the test must notice the check that it relies on.
func TestHostileHints(t *testing.T) {
	hints := bits.GetHints()
	binary := solver.GetHintID(hints[1])
	alias := solver.OverrideHint(binary, func(_ *big.Int, in, out []*big.Int) error {
		n := new(big.Int).Set(in[0])
		if len(out) == ecc.BN254.ScalarField().BitLen() {
			n.Add(n, ecc.BN254.ScalarField()) // the other representative of the word
		}
		for i := range out {
			out[i].SetUint64(uint64(n.Bit(i)))
		}
		return nil
	})
	s := exampleStep()
	honest, _, err := s.Assign(true)
	require.NoError(t, err)
	lie, _, err := s.Assign(false)
	require.NoError(t, err)
	require.NoError(t, solve(t, compiled(), honest))
	require.Error(t, solve(t, compiled(), lie))
	require.Error(t, solve(t, compiled(), lie, alias))
	require.Error(t, solve(t, compiled(), honest, alias))

	unsafe, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Dot{unsafeRead: true})
	require.NoError(t, err)
	lie.unsafeRead = true
	require.NoError(t, solve(t, unsafe, lie, alias), "without the modulus check a right claim can be proven wrong")

	unbounded := solver.OverrideHint(binary, func(_ *big.Int, in, out []*big.Int) error {
		for i := range out {
			out[i].SetUint64(0)
		}
		out[0].Set(in[0]) // all of the word in one "bit"
		return nil
	})
	require.Error(t, solve(t, compiled(), honest, unbounded))
	lie.unsafeRead = false
	require.Error(t, solve(t, compiled(), lie, unbounded))

	// The zero test: a wrong claim stays wrong.
	setSum(s.SumWords, s.Place, big.NewInt(5))
	wrong, _, err := s.Assign(true)
	require.NoError(t, err)
	for _, inverse := range []int64{0, 1, -1} {
		require.Error(t, solve(t, compiled(), wrong, solver.OverrideHint(solver.GetHintID(solver.InvZeroHint),
			func(_ *big.Int, in, out []*big.Int) error { out[0].SetInt64(inverse); return nil })))
	}
}

func TestStepsWithoutProofAreRefused(t *testing.T) {
	for name, change := range map[string]func(s *DotStep){
		"lengths differ":    func(s *DotStep) { s.Weights = s.Weights[:5] },
		"no values":         func(s *DotStep) { s.Weights, s.Activations = nil, nil },
		"too many values":   func(s *DotStep) { s.Weights, s.Activations = make([]int8, 1025), make([]int16, 1025) },
		"scale too wide":    func(s *DotStep) { s.Scales[0] = 1 << 24 },
		"no sums":           func(s *DotStep) { s.SumCount = 0 },
		"too many sums":     func(s *DotStep) { s.SumCount = 226 },
		"words missing":     func(s *DotStep) { s.SumWords = s.SumWords[32:] },
		"place outside":     func(s *DotStep) { s.Place = 100 },
		"negative place":    func(s *DotStep) { s.Place = -1 },
		"nothing before it": func(s *DotStep) { s.Place = 0 },
		"word over modulus": func(s *DotStep) { ecc.BN254.ScalarField().FillBytes(s.SumWords[:32]) },
	} {
		s := exampleStep()
		change(s)
		_, _, err := s.Assign(true)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
	}
}

// The size of the circuit is a figure people rely on: a change is a review.
func TestConstraintCountIsTheCommittedOne(t *testing.T) {
	ccs := compiled()
	require.Empty(t, ccs.GetCommitments().(constraint.Groth16Commitments))
	require.LessOrEqual(t, ccs.GetNbConstraints(), 50_000)
	got := fmt.Sprintf("circuit,constraints,public,secret,internal\ndot,%d,%d,%d,%d\n", ccs.GetNbConstraints(),
		ccs.GetNbPublicVariables()-1, ccs.GetNbSecretVariables(), ccs.GetNbInternalVariables())
	if *update {
		require.NoError(t, os.WriteFile("constraints.csv", []byte(got), 0o644))
	}
	want, err := os.ReadFile("constraints.csv")
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run go test ./prover/circuit -update and review the change")
}
