package circuit

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/constraint/solver"
	"github.com/consensys/gnark/std/math/bits"
	"github.com/stretchr/testify/require"
)

// program is a compiled circuit in the order of its instructions, with the wire that each
// one makes found beforehand: a second solver, six times as fast as gnark's on witnesses
// that are mostly zeros and ones. It takes no hint but the two of package circuit's comment
// and no constraint that divides. TestProgramsSolveAsGnarkDoes holds it to gnark's.
type program struct {
	coeffs []fr.Element
	steps  []instruction
	inputs int // wires that the caller sets, behind the constant
	wires  sync.Pool
}

// instruction is a constraint l*r = o or, where hint is set, a hint of l.
type instruction struct {
	l, r, o constraint.LinearExpression
	makes   int // the wire that the constraint makes, out of o; -1 where it checks
	negated bool
	bit     bool // v*v = v
	hint    solver.HintID
	outputs [2]uint32
}

var (
	bitsHint    = solver.GetHintID(bits.GetHints()[1])
	inverseHint = solver.GetHintID(solver.InvZeroHint)
)

// bitElements are the two values that most wires have.
var bitElements = [2]fr.Element{{}, fr.One()}

func newProgram(t testing.TB, system constraint.ConstraintSystem) *program {
	ccs := system.(*cs.R1CS)
	p := &program{coeffs: ccs.Coefficients, inputs: ccs.GetNbPublicVariables() - 1 + ccs.GetNbSecretVariables()}
	known := make([]bool, 1+p.inputs+ccs.GetNbInternalVariables())
	for v := range 1 + p.inputs {
		known[v] = true
	}
	p.wires.New = func() any { w := make([]fr.Element, len(known)); return &w }
	for _, packed := range ccs.Instructions {
		raw, s := packed.Unpack(&ccs.System), instruction{makes: -1}
		switch b := ccs.Blueprints[packed.BlueprintID].(type) {
		case constraint.BlueprintHint:
			var h constraint.HintMapping
			b.DecompressHint(&h, raw)
			require.Len(t, h.Inputs, 1)
			s.hint, s.l, s.outputs = h.HintID, h.Inputs[0], [2]uint32{h.OutputRange.Start, h.OutputRange.End}
			for v := h.OutputRange.Start; v < h.OutputRange.End; v++ {
				known[v] = true
			}
		case constraint.BlueprintR1C:
			var c constraint.R1C
			b.DecompressR1C(&c, raw)
			s.l, s.r = c.L, c.R
			s.bit = len(c.L) == 1 && c.L[0].CID == constraint.CoeffIdOne && slices.Equal(c.L, c.R) && slices.Equal(c.L, c.O)
			for _, term := range c.O {
				if known[term.VID] {
					s.o = append(s.o, term)
					continue
				}
				require.Equal(t, -1, s.makes, "a constraint makes two wires")
				require.Contains(t, []uint32{constraint.CoeffIdOne, constraint.CoeffIdMinusOne}, term.CID)
				s.makes, s.negated = int(term.VID), term.CID == constraint.CoeffIdMinusOne
				known[term.VID] = true
			}
		default:
			t.Fatalf("instruction of a %T", b)
		}
		for _, side := range []constraint.LinearExpression{s.l, s.r} {
			for _, term := range side {
				require.True(t, known[term.VID], "a constraint divides")
			}
		}
		p.steps = append(p.steps, s)
	}
	require.NotContains(t, known, false)
	return p
}

// sum evaluates a linear expression. Most wires are bits. The element is the caller's: a new
// one for each would be a quarter of the time.
func (p *program) sum(sum *fr.Element, terms constraint.LinearExpression, wires []fr.Element) {
	sum.SetZero()
	for _, t := range terms {
		v := &wires[t.VID]
		switch {
		case v.IsZero():
		case v.IsOne():
			sum.Add(sum, &p.coeffs[t.CID])
		case t.CID == constraint.CoeffIdOne:
			sum.Add(sum, v)
		case t.CID == constraint.CoeffIdMinusOne:
			sum.Sub(sum, v)
		default:
			var x fr.Element
			sum.Add(sum, x.Mul(v, &p.coeffs[t.CID]))
		}
	}
}

// solve returns an error that names the first constraint that does not hold.
func (p *program) solve(c *Step) error { return p.solveWith(c, nil) }

// solveWith is solve with hints that lie: lie is given the number of a hint's instruction,
// its input and the right outputs, and may change them.
func (p *program) solveWith(c *Step, lie func(i int, in *fr.Element, out []fr.Element)) error {
	pooled := p.wires.Get().(*[]fr.Element)
	defer p.wires.Put(pooled)
	wires := *pooled
	wires[0].SetOne()
	if n := len(elements(c, wires[1:1])); n != p.inputs {
		return fmt.Errorf("%d inputs instead of %d", n, p.inputs)
	}
	var l, r, o fr.Element
	for i := range p.steps {
		s := &p.steps[i]
		if s.bit && (wires[s.l[0].VID].IsZero() || wires[s.l[0].VID].IsOne()) {
			continue
		}
		p.sum(&l, s.l, wires)
		switch s.hint {
		case 0:
		case bitsHint:
			digits := l.Bits()
			for v := s.outputs[0]; v < s.outputs[1]; v++ {
				at := v - s.outputs[0]
				wires[v] = bitElements[digits[at/64]>>(at%64)&1]
			}
		case inverseHint:
			wires[s.outputs[0]].Inverse(&l)
		default:
			return fmt.Errorf("instruction %d takes hint %d", i, s.hint)
		}
		if s.hint != 0 {
			if lie != nil {
				lie(i, &l, wires[s.outputs[0]:s.outputs[1]])
			}
			continue
		}
		if !l.IsZero() {
			if p.sum(&r, s.r, wires); r.IsZero() || l.IsOne() {
				l = r
			} else if !r.IsOne() {
				l.Mul(&l, &r)
			}
		}
		p.sum(&o, s.o, wires)
		l.Sub(&l, &o)
		switch {
		case s.makes < 0:
			if !l.IsZero() {
				return fmt.Errorf("instruction %d does not hold", i)
			}
		case s.negated:
			wires[s.makes].Neg(&l)
		default:
			wires[s.makes] = l
		}
	}
	return nil
}

// quick is the circuit without its digests, and whole is all of it.
var (
	quick = func() *program { return without(panics{}, digestCheck) }
	whole = sync.OnceValue(func() *program { return newProgram(panics{}, compiled()) })
)

// panics stands for a test where what is made serves many of them.
type panics struct{ testing.TB }

func (panics) Helper()                        {}
func (panics) Errorf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
func (panics) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
func (panics) FailNow()                       { panic("test fails") }

func TestProgramsSolveAsGnarkDoes(t *testing.T) {
	for _, op := range operations() {
		in := example(17, op, op%2 == 0)
		for _, ok := range []bool{op%2 == 0, op%2 != 0} {
			c := assigned(t, in, ok)
			want := solve(t, compiled(), c)
			require.Equal(t, ok == (op%2 == 0), want == nil)
			require.Equal(t, want == nil, whole().solve(c) == nil, "op %d", op)
			require.Equal(t, want == nil, quick().solve(c) == nil, "op %d", op)
		}
		// Any private value spoilt is noticed by both or by neither.
		c := assigned(t, in, op%2 == 0)
		for i := range 3 {
			add(&c.Slots[i].Words[0], 1)
			require.Error(t, whole().solve(c), "op %d", op)
			add(&c.Slots[i].Words[0], -1)
		}
		require.NoError(t, whole().solve(c))
	}
}
