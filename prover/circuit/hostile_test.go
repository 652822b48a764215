package circuit

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/std/math/bits"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// example returns a statement of an operation whose claim is right or wrong, as asked,
// with chunks of some size.
func example(seed uint64, op step.Op, right bool) *StepInput {
	g := generator{rand.New(rand.NewPCG(seed, uint64(op)))}
	for {
		in := g.input(op)
		if ok, err := in.Reference(); err == nil && ok == right && (!uses(op, slotA) || in.Statement.A.Length > 2) {
			return in
		}
	}
}

func assigned(t testing.TB, in *StepInput, ok bool) *Step {
	c, _, err := in.Assign(ok)
	require.NoError(t, err)
	return c
}

func toBig(v frontend.Variable) *big.Int {
	switch v := v.(type) {
	case *big.Int:
		return v
	case uint64:
		return new(big.Int).SetUint64(v)
	}
	return big.NewInt(int64(v.(int)))
}

// add adds to a private value.
func add(v *frontend.Variable, by int64) {
	*v = new(big.Int).Add(toBig(*v), big.NewInt(by))
}

// effective lists the private values of a statement that have an effect, some of each
// array.
func effective(r *rand.Rand, c *Step, st step.Statement) map[string]*frontend.Variable {
	all := map[string]*frontend.Variable{
		"quotient": &c.Division.Quotient, "remainder": &c.Division.Remainder,
		"mean": &c.Root.Mean, "mean rest": &c.Root.MeanRest, "zeros": &c.Root.HalfZeros,
		"root": &c.Root.Root, "inverse": &c.Root.Inverse, "inverse rest": &c.Root.Rest,
	}
	for i, o := range []step.Operand{st.A, st.B, st.O} {
		words, _ := o.Kind.Words(o.Length)
		hashed := step.Blocks(words) * 15
		for _, w := range []int{0, words - 1, hashed - 1, r.IntN(hashed)} {
			all[fmt.Sprintf("word %d of %d", w, i)] = &c.Slots[i].Words[w]
		}
		for p := range c.Slots[i].Reads {
			all[fmt.Sprintf("word of read %d of %d", p, i)] = &c.Slots[i].Reads[p].Word
			all[fmt.Sprintf("limb of read %d of %d", p, i)] = &c.Slots[i].Reads[p].Limb
		}
	}
	some := func(name string, digits []frontend.Variable, n int) {
		for _, i := range []int{0, n - 1, r.IntN(n), r.IntN(n)} {
			all[fmt.Sprintf("%s %d", name, i)] = &digits[i]
		}
	}
	switch st.Op {
	case step.OpLinear, step.OpSum, step.OpScore:
		some("bit of A", c.Halves[:], st.A.Length*halfBits)
	case step.OpSquares, step.OpMix:
		some("bit of A", c.Halves[:], st.A.Length*int32Bits)
	}
	switch st.Op {
	case step.OpLinear:
		some("bit of B", c.Bytes[:], st.B.Length*byteBits)
		some("bit of a scale", c.Scales[:], len(c.Scales)) // unused ones are 0
	case step.OpScore, step.OpMix:
		some("bit of B", c.Bytes[:], st.B.Length*halfBits)
	}
	return all
}

// One witness per statement: no private value that has an effect can be replaced
// alone, in a true statement or in a false one.
func TestNoPrivateValueIsFree(t *testing.T) {
	for _, op := range operations() {
		r := rand.New(rand.NewPCG(15, uint64(op)))
		in := example(15, op, r.IntN(2) == 0)
		ok, err := in.Reference()
		require.NoError(t, err)
		c := assigned(t, in, ok)
		require.NoError(t, solve(t, compiled(), c))
		values := effective(r, c, in.Statement)
		for name, v := range values {
			old := *v
			add(v, int64(2*r.IntN(2)-1))
			p := quick()
			if strings.HasPrefix(name, "word") { // which the digest holds
				p = whole()
			}
			require.Error(t, p.solve(c), "op %d, %s", op, name)
			*v = old
		}
		require.Greater(t, len(values), 18)
	}
}

// lacking compiles the circuit without one check.
func lacking(t testing.TB, omit check) constraint.ConstraintSystem {
	ccs, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &Step{omit: omit})
	require.NoError(t, err)
	return ccs
}

// without is lacking for the quicker solver. Several tests ask for the same check.
func without(t testing.TB, omit check) *program {
	if p, ok := lackingPrograms.Load(omit); ok {
		return p.(*program)
	}
	p, _ := lackingPrograms.LoadOrStore(omit, newProgram(t, lacking(t, omit)))
	return p.(*program)
}

var lackingPrograms sync.Map

// alias makes the bit decomposition of a whole word that of the word plus the modulus.
func alias() solver.Option {
	return solver.OverrideHint(solver.GetHintID(bits.GetHints()[1]), func(_ *big.Int, in, out []*big.Int) error {
		n := new(big.Int).Set(in[0])
		if len(out) == ecc.BN254.ScalarField().BitLen() {
			if aliased := new(big.Int).Add(n, ecc.BN254.ScalarField()); aliased.BitLen() <= len(out) {
				n = aliased
			}
		}
		for i := range out {
			out[i].SetUint64(uint64(n.Bit(i)))
		}
		return nil
	})
}

// copyStep claims that number i of an int32 chunk is the same in another chunk.
func copyStep(n, i int, claim int32) *StepInput {
	a, o := make([]int32, n), make([]int32, n)
	for j := range a {
		a[j] = int32(j*1_000_003 - 5)
	}
	copy(o, a)
	o[i] = claim
	place := step.Operand{Source: step.Opened, Kind: chunk.Int32, Length: n, Places: [2]int{i, i}}
	return &StepInput{
		Statement: step.Statement{Op: step.OpCopy, A: place, B: step.Unused, O: place},
		A:         chunk.PackInt32(nil, a), O: chunk.PackInt32(nil, o), Submitter: common.HexToAddress("0xd00d"),
	}
}

// Each attack proves something false once the check that it is aimed at is gone, and
// nothing while it is there.
func TestEveryCheckIsNeeded(t *testing.T) {
	right := copyStep(40, 20, 20*1_000_003-5)
	for name, attack := range map[string]struct {
		omit check
		make func() (lie *Step, opts []solver.Option)
	}{
		"another representative of a word": {modulusCheck, func() (*Step, []solver.Option) {
			return assigned(t, right, false), []solver.Option{alias()}
		}},
		"the neighbour's number": {limbCheck, func() (*Step, []solver.Option) {
			in := copyStep(40, 21, 21*1_000_003-5)
			c := assigned(t, in, false)
			c.Slots[slotO].Reads[0] = Position{Word: 2, Limb: 7}
			return c, nil
		}},
		"carries between numbers of A": {halvesCheck, func() (*Step, []solver.Option) {
			in := example(1, step.OpSum, true)
			c := assigned(t, in, true)
			add(&c.Halves[0], 1<<16)
			add(&c.Halves[halfBits], -1)
			lieAbout(t, in, c, 1<<16-1)
			return c, nil
		}},
		"carries between numbers of B": {bytesCheck, func() (*Step, []solver.Option) {
			in := example(2, step.OpLinear, true)
			if in.Statement.A.Length < 2 {
				t.Fatal("too short")
			}
			c := assigned(t, in, true)
			add(&c.Bytes[0], 1<<8)
			add(&c.Bytes[byteBits], -1)
			scale := new(big.Int)
			for j := range scaleBits {
				scale.SetBit(scale, j, uint(toBig(c.Scales[j]).Uint64()))
			}
			at := opened{Operand: in.Statement.A, words: words(in.A)}
			at.Places[0] = 0
			x0, _ := at.number(0)
			at.Places[0] = 1
			x1, _ := at.number(0)
			by := new(big.Int).Sub(new(big.Int).Lsh(x0, 8), x1)
			lieAbout(t, in, c, by.Mul(by, scale).Int64())
			return c, nil
		}},
		"a remainder of two divisors": {remainderCheck, func() (*Step, []solver.Option) {
			in := example(3, step.OpDivide, true)
			for seed := uint64(4); ; seed++ { // not a saturated one
				c := assigned(t, in, true)
				if q := toBig(c.Division.Quotient); q.CmpAbs(big.NewInt(1<<30)) < 0 {
					add(&c.Division.Quotient, -1)
					b, _ := (&opened{Operand: in.Statement.B, words: words(in.B)}).number(0)
					c.Division.Remainder = new(big.Int).Add(toBig(c.Division.Remainder), b)
					lieAbout(t, in, c, -1)
					return c, nil
				}
				in = example(seed, step.OpDivide, true)
			}
		}},
		"a root that is too small": {rootCheck, func() (*Step, []solver.Option) {
			in := example(5, step.OpRsqrt, true)
			for seed := uint64(6); in.Statement.First; seed++ {
				in = example(seed, step.OpRsqrt, true)
			}
			c := assigned(t, in, true)
			add(&c.Root.Root, -3)
			old := toBig(c.Root.Inverse)
			q, r := new(big.Int).DivMod(pow2(63), toBig(c.Root.Root), new(big.Int))
			c.Root.Inverse, c.Root.Rest = q, r
			c.Division.Quotient = q
			lieAbout(t, in, c, new(big.Int).Sub(q, old).Int64())
			return c, nil
		}},
		"a number behind the length": {paddingCheck, func() (*Step, []solver.Option) {
			in := sumOf(3, 1, 2, 3)
			c := assigned(t, in, true)
			// A's fourth number becomes 4, and the digest with it.
			set(in.A, step.Operand{Kind: chunk.Int16, Length: 4, Places: [2]int{3, 3}}, 0, big.NewInt(4))
			d, err := commit.NewDigester().DigestAny(chunk.Int16, 3, in.A)
			require.NoError(t, err)
			c.A, c.Slots[slotA].Words[0] = d.Big(), new(big.Int).SetBytes(in.A)
			zeros := make([]uint64, halves) // behind the word, where nothing masks them
			for i := range zeros {
				zeros[i] = 1 << (halfBits - 1)
			}
			copy(zeros, rawHalves(in.A))
			setLimbs(c.Halves[:], zeros, halfBits, false)
			lieAbout(t, in, c, 4)
			return c, nil
		}},
		"a word of no block": {unhashedCheck, func() (*Step, []solver.Option) {
			g := generator{rand.New(rand.NewPCG(9, 9))}
			in := g.input(step.OpBind)
			for in.Statement.A.Length > in.Statement.A.Kind.Limbs() || in.Statement.A.Kind == chunk.Weights {
				in = g.input(step.OpBind)
			}
			ok, err := in.Reference()
			require.NoError(t, err)
			c := assigned(t, in, !ok)
			if ok { // a right value becomes wrong
				c.Slots[slotA].Words[30] = 1
				return c, nil
			}
			// A wrong value becomes right: words 30 makes up for the difference.
			r := ecc.BN254.ScalarField()
			value := new(big.Int)
			all := words(in.A)
			for w := len(all) - 1; w >= 0; w-- {
				value.Mul(value, in.Point.Big()).Add(value, all[w]).Mod(value, r)
			}
			miss := new(big.Int).Sub(in.Value.Big(), value)
			power := new(big.Int).Exp(in.Point.Big(), big.NewInt(30), r)
			c.Slots[slotA].Words[30] = miss.Mul(miss, power.ModInverse(power, r)).Mod(miss, r)
			return c, nil
		}},
		"a kind without meaning": {kindCheck, func() (*Step, []solver.Option) {
			c := assigned(t, right, true)
			st := right.Statement
			st.Op = step.OpAdd
			c.Word = st.Word(true).Big()
			// b is the wide zero of the unused chunk.
			return c, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			lie, opts := attack.make()
			require.Error(t, solve(t, compiled(), lie, opts...))
			require.NoError(t, solve(t, lacking(t, attack.omit), lie, opts...), "the attack itself does not work")
		})
	}
}

// lieAbout moves the claim of an assignment by so much, and the digest with it.
func lieAbout(t testing.TB, in *StepInput, c *Step, by int64) {
	o := opened{Operand: in.Statement.O, words: words(in.O)}
	v, _ := o.number(0)
	lie := *in
	lie.O = append([]byte(nil), in.O...)
	set(lie.O, in.Statement.O, 0, v.Add(v, big.NewInt(by)))
	if running(in.Statement.Op) {
		add(&c.Division.Quotient, by)
	}
	d, err := commit.NewDigester().DigestAny(o.Kind, o.Length, lie.O)
	require.NoError(t, err)
	c.O = d.Big()
	for w, word := range words(lie.O) {
		c.Slots[slotO].Words[w] = word
	}
}

// sumOf claims the sum of n int16 rightly.
func sumOf(n int, values ...int16) *StepInput {
	total := int64(0)
	for _, v := range values {
		total += int64(v)
	}
	o, err := chunk.PackWide(nil, []chunk.Wide{chunk.WideOf(total)})
	if err != nil {
		panic(err)
	}
	return &StepInput{
		Statement: step.Statement{
			Op: step.OpSum, First: true, B: step.Unused,
			A: step.Operand{Source: step.Opened, Kind: chunk.Int16, Length: n},
			O: step.Operand{Source: step.Opened, Kind: chunk.Wide80, Length: 1},
		},
		A: chunk.PackInt16(nil, values), O: o,
	}
}

func rawHalves(raw []byte) []uint64 {
	o := opened{words: words(raw)}
	return o.limbs(0, chunk.Int16.Limbs(), halfBits)
}

// Hints are advice of the prover. A hostile one must not move the statement.
func TestHostileHints(t *testing.T) {
	in := copyStep(40, 20, 20*1_000_003-5)
	honest, lie := assigned(t, in, true), assigned(t, in, false)
	require.NoError(t, solve(t, compiled(), honest))
	require.Error(t, solve(t, compiled(), lie))
	require.Error(t, solve(t, compiled(), honest, alias()))
	unbounded := solver.OverrideHint(solver.GetHintID(bits.GetHints()[1]), func(_ *big.Int, in, out []*big.Int) error {
		for i := range out {
			out[i].SetUint64(0)
		}
		out[0].Set(in[0]) // all of the word in one "bit"
		return nil
	})
	require.Error(t, solve(t, compiled(), honest, unbounded))
	require.Error(t, solve(t, compiled(), lie, unbounded))

	// The zero test: a wrong claim stays wrong.
	wrong := assigned(t, copyStep(40, 20, 5), true)
	for _, inverse := range []int64{0, 1, -1} {
		require.Error(t, solve(t, compiled(), wrong, solver.OverrideHint(solver.GetHintID(solver.InvZeroHint),
			func(_ *big.Int, in, out []*big.Int) error { out[0].SetInt64(inverse); return nil })))
	}
}

// Codes that no operation has are impossible, and so are kinds and numbers of blocks.
func TestUnknownCodesHaveNoProof(t *testing.T) {
	in := copyStep(40, 20, 20*1_000_003-5)
	c := assigned(t, in, true)
	for _, code := range []step.Op{0, 23, 24, 29, step.OpInput, step.OpKeys, 32, 32 + step.OpCopy, 64 + step.OpCopy, 128 + step.OpCopy, 255} {
		require.False(t, known(code))
		for _, ok := range []bool{true, false} {
			st := in.Statement
			st.Op = code
			c.Word = st.Word(ok).Big()
			require.Error(t, solve(t, compiled(), c), "op %d", code)
		}
	}
	const operandBits = step.KindBits + step.BlocksBits + step.LengthBits + 2*step.PlaceBits
	honest := in.Statement.Word(true).Big()
	for slot := range 3 {
		at := step.OpBits + 2*step.FlagBits + slot*operandBits
		for _, f := range []struct{ at, width int }{{at, step.KindBits}, {at + step.KindBits, step.BlocksBits}} {
			for v := range 1 << f.width {
				word := new(big.Int).Set(honest)
				for j := range f.width {
					word.SetBit(word, f.at+j, uint(v>>j&1))
				}
				if word.Cmp(honest) != 0 {
					c.Word = word
					require.Error(t, solve(t, compiled(), c), "slot %d, %d at bit %d", slot, v, f.at)
				}
			}
		}
	}
	// Nothing fits above the fields of either word.
	c.Word = new(big.Int).SetBit(new(big.Int).Set(honest), 177, 1)
	require.Error(t, solve(t, compiled(), c))
	c.Word = honest
	require.NoError(t, solve(t, compiled(), c))
	c.Parameters = new(big.Int).SetBit(new(big.Int).Set(toBig(c.Parameters)), 224, 1)
	require.Error(t, solve(t, compiled(), c))
}

// Whatever stands in the word of a claim, the claim can be judged; bits above the
// limbs make it wrong.
func TestMalformedClaimsAreWrong(t *testing.T) {
	for _, op := range operations() {
		if !uses(op, slotO) {
			continue
		}
		g := generator{rand.New(rand.NewPCG(31, uint64(op)))}
		for spoiled := range 3 {
			in := example(uint64(spoiled), op, true)
			places := 1
			if op == step.OpAbsMax || op == step.OpMax {
				places = 2
			}
			g.spoil(in, g.IntN(places))
			ok, err := in.Reference()
			require.NoError(t, err)
			require.False(t, ok, "op %d", op)
			requireAgreement(t, in, true)
		}
	}
}

// A sum that leaves 80 bits cannot be claimed rightly: whatever stands there is wrong.
func TestOverflowIsAlwaysWrong(t *testing.T) {
	in := sumOf(1, 1)
	in.Statement.First = false
	in.Statement.O.Length, in.Statement.O.Places = 2, [2]int{1, 0}
	top := chunk.Wide{Hi: 1<<15 - 1, Lo: 1<<64 - 1}
	for _, claim := range []chunk.Wide{{Hi: -1 << 15}, top, {}} {
		var err error
		in.O, err = chunk.PackWide(nil, []chunk.Wide{top, claim})
		require.NoError(t, err)
		require.False(t, requireAgreement(t, in, true))
	}
}
