package prover

import (
	"context"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/internal/cost"
	"github.com/dgrid-network/dgrid/prover/keys"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/ops"
)

// layer is the first product of a model's first layer: its matrix, and the
// activations that reach it from one token's embedding.
type layer struct {
	tensors []commit.Tensor // of the model, or those of the matrix
	matrix  ops.Matrix
	input   []int16
	shift   uint // of input
}

const firstMatrix = "layers.000.q"

// demoLayer reads the demo model.
func demoLayer(t *testing.T, token int) layer {
	const file = "../models/demo/stories.dgm"
	if _, err := os.Stat(file); err != nil {
		missing(t, file)
	}
	model, err := runtime.Open(file)
	require.NoError(t, err)
	var l layer
	byName := map[string]runtime.Tensor{}
	for _, x := range model.Tensors() {
		l.tensors = append(l.tensors, commit.Tensor{Name: x.Name, DType: string(x.DType), Shape: x.Shape, Data: x.Data})
		byName[x.Name] = x
	}
	read := func(name string) ops.Matrix {
		q, m := byName[name+".q"], byName[name+".m"]
		w := ops.Matrix{Rows: q.Shape[0], Cols: q.Shape[1]}
		for _, b := range q.Data {
			w.Q = append(w.Q, int8(b))
		}
		for at := 0; at < len(m.Data); at += 4 {
			w.M = append(w.M, binary.LittleEndian.Uint32(m.Data[at:]))
		}
		return w
	}
	emb := read("emb")
	h, x := make([]int32, emb.Cols), make([]int32, emb.Cols)
	for i := range h {
		h[i] = ops.Sat(ops.Rsh(int64(emb.Q[token*emb.Cols+i])*int64(emb.M[token*emb.Groups()+i/ops.Group]), 8))
	}
	ops.Norm(x, h, model.Header().Eps)
	l.input = make([]int16, len(x))
	l.shift = ops.Quant(l.input, x)
	l.matrix = read(firstMatrix)
	return l
}

// wideLayer has rows of more than one chunk, as larger models do.
func wideLayer(rows, cols int) layer {
	r := rand.New(rand.NewPCG(21, 22))
	w := ops.Matrix{Rows: rows, Cols: cols}
	var l layer
	var m []byte
	q := make([]byte, rows*cols)
	for i := range q {
		q[i] = byte(r.Uint32())
		w.Q = append(w.Q, int8(q[i]))
	}
	for range rows * w.Groups() {
		w.M = append(w.M, r.Uint32()>>10)
		m = binary.LittleEndian.AppendUint32(m, w.M[len(w.M)-1])
	}
	for range cols {
		l.input = append(l.input, int16(r.IntN(65535)-32767))
	}
	l.matrix = w
	l.tensors = []commit.Tensor{
		{Name: firstMatrix + ".m", DType: "U32", Shape: []int{rows, w.Groups()}, Data: m},
		{Name: firstMatrix + ".q", DType: "I8", Shape: []int{rows, cols}, Data: q},
	}
	return l
}

// step returns the step of chunk c of row j with all running sums right. A row's
// sums do not straddle a chunk of sums.
func (l *layer) step(t testing.TB, j, c int) *circuit.StepInput {
	w := &l.matrix
	perRow := (w.Cols + 1023) / 1024
	rows := chunk.Wide80.Capacity() / perRow
	from := j / rows * rows
	var sums []chunk.Wide
	for row := from; row < min(from+rows, w.Rows); row++ {
		var sum int64
		for i := range w.Cols {
			sum += int64(w.Q[row*w.Cols+i]) * int64(l.input[i]) * int64(w.M[row*w.Groups()+i/ops.Group])
			if i%1024 == 1023 || i == w.Cols-1 {
				sums = append(sums, chunk.WideOf(sum))
			}
		}
	}
	words, err := chunk.PackWide(nil, sums)
	require.NoError(t, err)
	lo, hi := c*1024, min(c*1024+1024, w.Cols)
	g := j * w.Groups()
	weights, err := chunk.PackWeights(nil, w.Q[j*w.Cols+lo:j*w.Cols+hi], w.M[g+lo/32:g+(hi+31)/32])
	require.NoError(t, err)
	place := (j-from)*perRow + c
	in := &circuit.StepInput{
		Statement: step.Statement{
			Op: step.OpLinear, First: c == 0,
			A: step.Operand{Source: step.Opened, Kind: chunk.Int16, Length: hi - lo},
			B: step.Operand{Source: step.Stored, Kind: chunk.Weights, Length: hi - lo},
			O: step.Operand{Source: step.Opened, Kind: chunk.Wide80, Length: len(sums), Places: [2]int{place, max(place-1, 0)}},
		},
		A: chunk.PackInt16(nil, l.input[lo:hi]), B: weights, O: words,
		Submitter: common.HexToAddress("0x00000000000000000000000000000000000A11ce"),
	}
	if in.Statement.First {
		in.Statement.O.Places[1] = place
	}
	return in
}

// The story of this package: two committed chunks of a model, one running sum over
// them, one proof, one contract that believes it, and no other statement.
func TestProofOfOneSumOnTheVerifierContract(t *testing.T) {
	p := testProver(t)
	contract, err := deployVerifier(31337)
	require.NoError(t, err)
	for name, open := range map[string]func(t *testing.T) layer{
		"demo model": func(t *testing.T) layer { return demoLayer(t, 7) },
		"wide rows":  func(*testing.T) layer { return wideLayer(4, 1600) },
	} {
		t.Run(name, func(t *testing.T) {
			l := open(t)
			perRow := (l.matrix.Cols + 1023) / 1024
			row, c := l.matrix.Rows-1, perRow-1
			in := l.step(t, row, c)
			proof, inputs, err := p.Prove(t.Context(), in, true)
			require.NoError(t, err)
			answer, gas, err := contract.Call(Calldata(proof, inputs))
			require.NoError(t, err)
			require.Empty(t, answer)
			t.Logf("%d weights, verifying transaction %d gas", in.Statement.A.Length, gas)

			// The weights are those of the model: their digest is a leaf of its root.
			digests, err := commit.TensorDigests(l.tensors, firstMatrix+".q")
			require.NoError(t, err)
			require.Equal(t, digests[row*perRow+c], inputs[1])

			// The sum of a whole row is what the runtime makes its output from.
			sum, err := in.Result()
			require.NoError(t, err)
			y := make([]int32, l.matrix.Rows)
			l.matrix.Mul(y, l.input, l.shift, row, row+1)
			require.Equal(t, y[row], ops.Sat(ops.Rsh(sum.Int64(), ops.Exponent-l.shift)))

			requireOnlyTheseInputs(t, p, contract, proof, inputs)

			// The claim off by one: right cannot be proven, wrong can, and the proof of
			// the one is no proof of the other.
			wrong := *in
			place := in.Statement.O.Places[0]
			wrong.O = append([]byte(nil), in.O...)
			wrong.O[place/3*32+31-place%3*10] ^= 1
			requireUnprovable(t, p, &wrong, true)
			requireUnprovable(t, p, in, false)
			fault, faultInputs, err := p.Prove(t.Context(), &wrong, false)
			require.NoError(t, err)
			_, _, err = contract.Call(Calldata(fault, faultInputs))
			require.NoError(t, err)
			for _, bad := range [][]byte{Calldata(fault, inputs), Calldata(proof, faultInputs)} {
				_, _, err = contract.Call(bad)
				require.Error(t, err)
			}
			require.Equal(t, inputs[0], faultInputs[0])
			require.Equal(t, inputs[1], faultInputs[1])
			require.NotEqual(t, inputs[2], faultInputs[2])
		})
	}
}

// requireUnprovable checks that neither the reference nor the solver lets a false
// statement through.
func requireUnprovable(t *testing.T, p *Prover, in *circuit.StepInput, ok bool) {
	_, _, err := p.Prove(t.Context(), in, ok)
	require.ErrorIs(t, err, protocol.ErrConflict)
	assignment, _, err := in.Assign(ok)
	require.NoError(t, err)
	_, err = p.prove(assignment)
	require.ErrorContains(t, err, "is not satisfied")
}

type verifier interface {
	Call(data []byte) ([]byte, uint64, error)
}

// requireOnlyTheseInputs flips every public input in several ways, in Go and in the
// contract, and tries the aliases x + k*r.
func requireOnlyTheseInputs(t *testing.T, p *Prover, contract verifier, proof Proof, inputs circuit.Inputs) {
	rejected := func(in circuit.Inputs, why string) {
		require.ErrorIs(t, p.Verify(proof, in), protocol.ErrInvalid, why)
		_, _, err := contract.Call(Calldata(proof, in))
		require.ErrorContains(t, err, "revert", why)
	}
	r := ecc.BN254.ScalarField()
	rng := rand.New(rand.NewPCG(23, 24))
	for i := range inputs {
		for n := range 100 {
			bit := n // low bits, then any
			if n >= 16 {
				bit = rng.IntN(254)
			}
			in := inputs
			in[i][31-bit/8] ^= 1 << (bit % 8)
			rejected(in, "flipped bit")
		}
		in := inputs
		in[i] = common.Hash{}
		if inputs[i] != in[i] {
			rejected(in, "zero")
		}
		x := inputs[i].Big()
		for k := int64(1); k <= 5; k++ {
			alias := new(big.Int).Add(x, new(big.Int).Mul(r, big.NewInt(k)))
			if alias.BitLen() > 256 {
				break
			}
			in[i] = common.BigToHash(alias)
			rejected(in, "alias")
		}
	}
	for i := range inputs {
		for j := range i {
			in := inputs
			in[i], in[j] = in[j], in[i]
			rejected(in, "swapped")
		}
	}
}

// Groth16 proofs can be rewritten by anyone who sees one. Both rewritings verify,
// which is why a proof's bytes never serve as an identity anywhere.
func TestProofsAreMalleable(t *testing.T) {
	p, l := testProver(t), wideLayer(1, 40)
	proof, inputs, err := p.Prove(t.Context(), l.step(t, 0, 0), true)
	require.NoError(t, err)
	contract, err := deployVerifier(31337)
	require.NoError(t, err)
	made, err := decode(proof)
	require.NoError(t, err)

	negated := *made
	negated.Ar.Neg(&made.Ar)
	negated.Bs.Neg(&made.Bs)
	var k, inverse fr.Element
	k.SetUint64(123456789)
	inverse.Inverse(&k)
	scaled := *made
	scaled.Ar.ScalarMultiplication(&made.Ar, k.BigInt(new(big.Int)))
	scaled.Bs.ScalarMultiplication(&made.Bs, inverse.BigInt(new(big.Int)))
	for _, other := range []Proof{Proof(negated.MarshalSolidity()), Proof(scaled.MarshalSolidity())} {
		require.NotEqual(t, proof, other)
		require.NoError(t, p.Verify(other, inputs))
		_, _, err := contract.Call(Calldata(other, inputs))
		require.NoError(t, err)
	}
}

func TestMalformedProofsAreRefused(t *testing.T) {
	p, l := testProver(t), wideLayer(1, 40)
	proof, inputs, err := p.Prove(t.Context(), l.step(t, 0, 0), true)
	require.NoError(t, err)
	require.NoError(t, p.Verify(proof, inputs))
	contract, err := deployVerifier(31337)
	require.NoError(t, err)
	_, _, g1, _ := bn254.Generators()
	base := bn254.ID.BaseField()
	for name, spoil := range map[string]func(b *Proof){
		"zero":            func(b *Proof) { *b = Proof{} },
		"flipped bit":     func(b *Proof) { b[100] ^= 1 },
		"another point":   func(b *Proof) { raw := g1.RawBytes(); copy(b[192:], raw[:]) },
		"infinity":        func(b *Proof) { clear(b[:64]) },
		"infinity flag":   func(b *Proof) { clear(b[:64]); b[0] = 0x40 },
		"compressed flag": func(b *Proof) { b[0] |= 0x80 },
		"x over modulus": func(b *Proof) {
			new(big.Int).Add(new(big.Int).SetBytes(b[:32]), base).FillBytes(b[:32])
		},
	} {
		b := proof
		spoil(&b)
		require.ErrorIs(t, p.Verify(b, inputs), protocol.ErrInvalid, name)
		_, _, err := contract.Call(Calldata(b, inputs))
		require.Error(t, err, name)
	}
}

func TestDevelopmentKeysStayOnDevelopmentChains(t *testing.T) {
	set, err := devKeys()
	require.NoError(t, err)
	for _, id := range []uint64{31337, 1337} {
		p, err := New(set, id)
		require.NoError(t, err)
		require.Equal(t, keys.Step().DevKey, p.KeyHash())
		_, err = deployVerifier(id)
		require.NoError(t, err)
	}
	for _, id := range []uint64{1, 10, 8453, 31338} {
		_, err := New(set, id)
		require.ErrorIs(t, err, protocol.ErrUnauthorized)
		_, err = deployVerifier(id)
		require.ErrorContains(t, err, "revert")
	}
}

func TestProveRefuses(t *testing.T) {
	p, l := testProver(t), wideLayer(1, 40)
	in := l.step(t, 0, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := p.Prove(ctx, in, true)
	require.ErrorIs(t, err, context.Canceled)
	// Whoever waits for another proof can give up.
	p.busy <- struct{}{}
	ctx, cancel = context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, _, err := p.Prove(ctx, in, true)
		failed <- err
	}()
	cancel()
	require.ErrorIs(t, <-failed, context.Canceled)
	<-p.busy

	in.Statement.O.Places[0] = 9
	_, _, err = p.Prove(t.Context(), in, true)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

func TestMeasure(t *testing.T) {
	set, err := devKeys()
	require.NoError(t, err)
	in, err := SampleStep()
	require.NoError(t, err)
	ok, err := in.Reference()
	require.NoError(t, err)
	require.True(t, ok)
	f, err := Measure(t.Context(), set, in, 1, false)
	require.NoError(t, err)
	require.Less(t, f.VerifyGas, uint64(260_000))
	require.Positive(t, f.Prove)
	require.Positive(t, f.ProveHeap)
	require.Less(t, f.ContractBytes, 24_576)
	t.Logf("%+v", f)
	_, err = Measure(t.Context(), set, in, 0, false)
	require.ErrorIs(t, err, protocol.ErrInvalid)
}

func BenchmarkProve(b *testing.B) {
	set, err := devKeys()
	require.NoError(b, err)
	in, err := SampleStep()
	require.NoError(b, err)
	f, err := Measure(b.Context(), set, in, max(1, b.N), false)
	require.NoError(b, err)
	b.ReportMetric(float64(f.Constraints), "constraints")
	b.ReportMetric(f.Prove.Seconds(), "s/proof")
	b.ReportMetric(float64(f.ProveHeap)/1e6, "MB")
	b.ReportMetric(float64(f.VerifyGas), "gas")
}

// Proof bytes come from strangers: they are refused or have one encoding, and cost little.
func FuzzDecode(f *testing.F) {
	f.Add(make([]byte, ProofSize))
	_, _, g1, g2 := bn254.Generators()
	a, b := g1.RawBytes(), g2.RawBytes()
	f.Add(append(append(append([]byte(nil), a[:]...), b[:]...), a[:]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) != ProofSize {
			return
		}
		var p *groth16bn254.Proof
		var err error
		require.Less(t, cost.Allocated(func() { p, err = decode(Proof(data)) }), uint64(decodeBytes))
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		require.Equal(t, data, p.MarshalSolidity())
	})
}

func BenchmarkSetup(b *testing.B) {
	set, err := devKeys()
	require.NoError(b, err)
	in, err := SampleStep()
	require.NoError(b, err)
	for b.Loop() {
		f, err := Measure(b.Context(), set, in, 1, true)
		require.NoError(b, err)
		b.ReportMetric(f.Setup.Seconds(), "s/setup")
	}
}
