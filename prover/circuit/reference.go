package circuit

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// evaluation is a statement's numbers in plain integers.
type evaluation struct {
	step.Statement
	chunks       [3]opened
	a, a2, b, b2 *big.Int
	o, o2        *big.Int
	formed       [2]bool // nothing lies above the limbs of the words of o and o2
}

func (in *StepInput) evaluate() (*evaluation, error) {
	chunks, err := in.open()
	if err != nil {
		return nil, err
	}
	e := &evaluation{Statement: in.Statement, chunks: chunks}
	e.a, _ = chunks[slotA].number(0)
	e.a2, _ = chunks[slotA].number(1)
	e.b, _ = chunks[slotB].number(0)
	e.b2, _ = chunks[slotB].number(1)
	e.o, e.formed[0] = chunks[slotO].number(0)
	e.o2, e.formed[1] = chunks[slotO].number(1)
	return e, nil
}

// Reference returns whether the claim is right. It fails with protocol.ErrInvalid on a
// step that cannot be proven either way: one whose inputs no honest trace contains.
func (in *StepInput) Reference() (ok bool, err error) {
	e, err := in.evaluate()
	if err != nil {
		return false, err
	}
	switch e.Op {
	case step.OpAbsMax:
		return e.absMax(), nil
	case step.OpMax:
		return e.max(), nil
	case step.OpPick:
		return e.pick(), nil
	case step.OpPad:
		if e.First {
			w, _ := e.chunks[slotO].position(0)
			return e.chunks[slotO].words[w].Sign() == 0, nil
		}
		return e.formed[0] && e.o.Sign() == 0, nil
	case step.OpBind:
		value := new(big.Int)
		words := e.chunks[slotA].words
		for w := len(words) - 1; w >= 0; w-- {
			value.Mul(value, in.Point.Big()).Add(value, words[w]).Mod(value, fr.Modulus())
		}
		return value.Cmp(in.Value.Big()) == 0, nil
	}
	result, err := e.result()
	if err != nil {
		return false, err
	}
	return e.formed[0] && e.o.Cmp(result) == 0, nil
}

// Result returns the number that the operation makes. It fails with
// protocol.ErrInvalid where Reference does, and for operations that make none.
func (in *StepInput) Result() (*big.Int, error) {
	e, err := in.evaluate()
	if err != nil {
		return nil, err
	}
	return e.result()
}

func (e *evaluation) result() (*big.Int, error) {
	p, d, err := e.fraction()
	if err != nil {
		return nil, err
	}
	y, _ := new(big.Int).DivMod(p, d, new(big.Int)) // d > 0: rounds down
	return saturate(y, e.O.Kind), nil
}

// saturate returns a quotient clamped to the range of a kind's numbers.
func saturate(y *big.Int, kind chunk.Kind) *big.Int {
	var limit *big.Int
	switch kind {
	case chunk.Int16:
		limit = big.NewInt(1<<15 - 1)
	case chunk.Int32:
		limit = big.NewInt(1<<31 - 1)
	default:
		return y
	}
	if y.CmpAbs(limit) <= 0 {
		return y
	}
	if y.Sign() < 0 {
		limit.Neg(limit)
	}
	return limit
}

func product(x, y *big.Int) *big.Int { return new(big.Int).Mul(x, y) }

// fraction returns numerator and denominator of the operation's result, with what
// rounding adds to the numerator.
func (e *evaluation) fraction() (p, d *big.Int, err error) {
	p, shift := new(big.Int), new(big.Int)
	half := true
	switch e.Op {
	case step.OpEmbed:
		p, shift = product(e.a, e.a2), big.NewInt(8)
	case step.OpSquares, step.OpLinear, step.OpSum, step.OpMix:
		if !e.First {
			p.Set(e.o2)
		}
		var sum *big.Int
		if sum, err = e.sum(0); err == nil {
			p.Add(p, sum)
		}
	case step.OpRsqrt:
		p, err = e.rsqrt()
	case step.OpNorm:
		if e.b.Bit(0) != 0 {
			err = e.outside("odd shift")
		}
		p, shift = product(e.a, e.b2), new(big.Int).Sub(big.NewInt(47), new(big.Int).Rsh(e.b, 1))
	case step.OpQuant:
		p, shift = e.a, e.b
	case step.OpRotate:
		p = product(e.a2, e.b2)
		if e.First {
			p.Neg(p)
		}
		p.Add(p, product(e.a, e.b))
		shift = big.NewInt(14)
	case step.OpScore:
		if p, err = e.sum(1); err != nil {
			return nil, nil, err
		}
		p.Mul(p, big.NewInt(int64(e.X)))
		a0, b0 := e.chunks[slotA], e.chunks[slotB]
		a0.Places, b0.Places = [2]int{}, [2]int{}
		x, _ := a0.number(0)
		y, _ := b0.number(0)
		shift.SetInt64(int64(e.Y)).Sub(shift, x).Sub(shift, y)
	case step.OpExp:
		p, shift, err = e.exp()
		half = false
	case step.OpGate:
		p, shift = product(gate(e.a), e.b), big.NewInt(16)
	case step.OpAdd:
		p.Add(e.a, e.b)
	case step.OpRequant:
		p = e.a
		shift.Sub(big.NewInt(24), e.b)
	case step.OpDivide:
		if e.b.Sign() <= 0 {
			return nil, nil, e.outside("divisor")
		}
		return new(big.Int).Add(e.a, new(big.Int).Rsh(e.b, 1)), e.b, nil
	case step.OpCopy:
		p = e.a
	case step.OpColumn:
		if e.a2.Sign() < 0 || e.a2.Cmp(big.NewInt(47)) > 0 {
			return nil, nil, e.outside("shift")
		}
		p = product(e.a, pow2(int(e.a2.Int64())))
	default:
		return nil, nil, e.outside("operation")
	}
	if err != nil {
		return nil, nil, err
	}
	if shift.Sign() < 0 || shift.Cmp(big.NewInt(47)) > 0 {
		return nil, nil, e.outside("shift")
	}
	d = pow2(int(shift.Int64()))
	if half {
		p = new(big.Int).Add(p, new(big.Int).Rsh(d, 1))
	}
	return p, d, nil
}

func (e *evaluation) outside(what string) error {
	return fmt.Errorf("%s of operation %d is out of range: %w", what, e.Op, protocol.ErrInvalid)
}

// sum returns the sum of an operation over all numbers from the given one on.
func (e *evaluation) sum(from int) (*big.Int, error) {
	numbers := func(o *opened) ([]int64, error) {
		all := make([]int64, o.Length)
		at := *o
		for i := range all {
			at.Places[0] = i
			v, _ := at.number(0)
			all[i] = v.Int64()
		}
		return all, nil
	}
	x, err := numbers(&e.chunks[slotA])
	if err != nil {
		return nil, err
	}
	y := x
	if e.Op == step.OpLinear || e.Op == step.OpMix || e.Op == step.OpScore {
		if y, err = numbers(&e.chunks[slotB]); err != nil {
			return nil, err
		}
	}
	sum := new(big.Int)
	for i := from; i < len(x); i++ {
		term := big.NewInt(x[i])
		if e.Op != step.OpSum {
			term.Mul(term, big.NewInt(y[i]))
		}
		if e.Op == step.OpLinear {
			scales := e.chunks[slotB]
			scales.Places[1] = i / chunk.GroupSize
			m, _ := scales.number(1)
			term.Mul(term, m)
		}
		sum.Add(sum, term)
	}
	return sum, nil
}

// root is the intermediate numbers of OpRsqrt.
type root struct{ mean, rest, halfZeros, root, inverse, inverseRest *big.Int }

func (e *evaluation) root() (*root, error) {
	if e.X == 0 || e.a.Sign() < 0 {
		return nil, e.outside("mean")
	}
	r := &root{mean: new(big.Int), rest: new(big.Int)}
	r.mean.DivMod(e.a, big.NewInt(int64(e.X)), r.rest)
	return r, r.finish(new(big.Int).Add(r.mean, big.NewInt(int64(e.Y))), e)
}

// finish computes zz, the root and its inverse of v.
func (r *root) finish(v *big.Int, e *evaluation) error {
	zeros := 64 - v.BitLen()
	if v.Sign() == 0 || zeros < 0 {
		return e.outside("mean")
	}
	r.halfZeros = big.NewInt(int64(zeros / 2))
	r.root = new(big.Int).Sqrt(new(big.Int).Lsh(v, uint(zeros&^1)))
	r.inverse, r.inverseRest = new(big.Int).DivMod(pow2(63), r.root, new(big.Int))
	return nil
}

func (e *evaluation) rsqrt() (*big.Int, error) {
	r, err := e.root()
	if err != nil {
		return nil, err
	}
	if e.First {
		return new(big.Int).Lsh(r.halfZeros, 1), nil
	}
	return r.inverse, nil
}

func (e *evaluation) exp() (p, shift *big.Int, err error) {
	d := new(big.Int).Sub(e.b, e.a)
	if d.Sign() < 0 {
		return nil, nil, e.outside("exponent")
	}
	shift = new(big.Int).Rsh(d, 16)
	if shift.Cmp(big.NewInt(14)) > 0 {
		return new(big.Int), new(big.Int), nil
	}
	return big.NewInt(int64(constants().exp2[d.Int64()>>8&255])), shift, nil
}

// gate returns rsh(a * sigmoid[w], 15), w = rsh(a, 11) + 512 clamped to 0..1023.
func gate(a *big.Int) *big.Int {
	w := min(max((a.Int64()+1<<10)>>11+512, 0), 1023)
	return big.NewInt((a.Int64()*int64(constants().sigmoid[w]) + 1<<14) >> 15)
}

// witnessed says whether the claim of a maximum has its form, and whether its witness
// is the element that is compared.
func (e *evaluation) witnessed() (valid, this bool) {
	valid = e.formed[0] && e.formed[1] && e.o2.Sign() >= 0 && e.o2.Cmp(big.NewInt(int64(e.Y))) < 0
	return valid, e.o2.Cmp(big.NewInt(int64(e.X))) == 0
}

func (e *evaluation) absMax() bool {
	valid, this := e.witnessed()
	if !valid || e.o.Sign() < 0 || e.o.Cmp(big.NewInt(maxShift)) > 0 {
		return false
	}
	k := int(e.o.Int64())
	return e.a.CmpAbs(pow2(15+k)) < 0 && !(this && k > 0 && e.a.CmpAbs(pow2(14+k)) < 0)
}

func (e *evaluation) max() bool {
	valid, this := e.witnessed()
	return valid && e.a.Cmp(e.o) <= 0 && !(this && e.a.Cmp(e.o) != 0)
}

func (e *evaluation) pick() bool {
	score := func(logit *big.Int, noise int32) *big.Int {
		s := product(logit, big.NewInt(int64(e.X)))
		s.Add(s, pow2(15)).Rsh(s, 16)
		return s.Add(s, big.NewInt(int64(noise)))
	}
	least := new(big.Int).Sub(e.o, big.NewInt(int64(e.Y)))
	kept := func(logit *big.Int) bool { return e.Y == 0 || logit.Cmp(least) >= 0 }
	lead := score(e.a, e.NoiseA).Cmp(score(e.b, e.NoiseB))
	beaten := kept(e.a) && (lead > 0 || e.First && lead == 0)
	return e.formed[0] && !beaten && kept(e.b)
}
