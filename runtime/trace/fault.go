package trace

import (
	"bytes"
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// Kind is what is wrong with an opening, and with it how that is shown.
type Kind int

// The kinds of fault. Only WrongStep, SeamIn and SeamOut need a proof.
const (
	None      Kind = iota
	WrongStep      // Step is wrong: a proof of its statement with ok = 0
	NoElement      // the digest at Step.Vector, Chunk is zero or not below the field's modulus
	WrongKey       // the entry of Keys at Step.Row, Step.Col is not what block (Step.Row, L) has
	SeamIn         // chunk Chunk of In is not that of the boundary before: Bind
	SeamOut        // the boundary after the block is not that of Out: Bind
	NoToken        // the picked token is outside the vocabulary
)

// Fault is the first wrong thing in an opening.
type Fault struct {
	Kind Kind
	// Step names block and vector. For WrongStep it is the step to prove.
	Step step.Step
	// Chunk is the chunk at fault; -1 for a SeamOut whose chunk is unknown.
	Chunk int
}

// End is what a provider committed to about the end of a block: the boundary leaf in
// its trace. The zero value is for blocks without one (heads) and compares nothing.
type End struct {
	Leaf common.Hash
	// Chunks are the chunk leaves under Leaf, if known: they tell which chunk differs.
	Chunks []common.Hash
}

// FirstFault compares a claimed opening of this block with the block and returns the
// first thing that is wrong with it, in the order of vectors, chunks and places; Kind
// None if nothing is. The boundary before the block must be agreed, and so must the
// blocks before it.
//
// The witness of a maximum or of a scale shift is judged by what it shows, not
// compared: an opening with other witnesses is right, although its root differs. What
// stands behind the leaves of a tree or at absent vectors is read by no step and means
// nothing.
//
// Errors are those of the opening's source: nothing can be said yet.
func (b *Block) FirstFault(ctx context.Context, theirs *Opening, end End) (Fault, error) {
	roots, err := theirs.Roots(ctx)
	if err != nil {
		return Fault{}, err
	}
	for id, vec := range b.Layout {
		if vec.Chunks() == 0 || roots[id] == b.roots[id] {
			continue
		}
		if f, err := b.vectorFault(ctx, theirs, step.VectorID(id)); err != nil || f.Kind != None {
			return f, err
		}
	}
	return b.endFault(end), nil
}

func (b *Block) vectorFault(ctx context.Context, theirs *Opening, id step.VectorID) (Fault, error) {
	vec := b.Layout[id]
	for c, own := range b.digests[id] {
		at := step.Step{Block: b.Block, Vector: id}
		digest, err := theirs.Digest(ctx, id, c)
		if err != nil {
			return Fault{}, err
		}
		switch {
		case digest == own:
			continue
		case digest == (common.Hash{}) || !commit.IsElement(digest): // nothing lies under either
			return Fault{NoElement, at, c}, nil
		case vec.Digests():
			at.Row, at.Col = vec.Index(c, 0)
			return Fault{WrongKey, at, c}, nil
		case vec.Op == step.OpInput:
			return Fault{SeamIn, at, c}, nil
		}
		words, err := theirs.Words(ctx, id, c)
		if err != nil {
			return Fault{}, err
		}
		if s, wrong := b.chunkFault(id, c, words); wrong {
			return Fault{WrongStep, s, c}, nil
		}
	}
	return Fault{}, nil
}

// chunkFault finds the first wrong place of a chunk with other words than its own.
func (b *Block) chunkFault(id step.VectorID, c int, words []byte) (s step.Step, wrong bool) {
	vec := b.Layout[id]
	s = step.Step{Block: b.Block, Vector: id}
	n, limbs := vec.Length(c), vec.Kind.Limbs()
	claim := vec.Op == step.OpAbsMax || vec.Op == step.OpMax
	for p := range n {
		s.Row, s.Col = vec.Index(c, p)
		got, whole := Read(vec.Kind, words, p)
		if claim {
			if s.Col != 0 {
				continue // a witness is judged with its value
			}
			witness, _ := Read(vec.Kind, words, p+1)
			if !whole {
				return s, true
			}
			if s.Witness, wrong = b.refute(id, s.Row, got, witness); wrong {
				return s, true
			}
		} else if !whole || got != b.Number(id, s.Row, s.Col) {
			return s, true
		}
	}
	s.Witness, s.Padding, s.Row = 0, true, c
	count, _ := vec.Kind.Words(n)
	for p := n; p < count*limbs; p++ {
		if got, whole := Read(vec.Kind, words, p); !whole || got != (chunk.Wide{}) {
			s.Col = p
			return s, true
		}
	}
	for w := count; w < len(words)/chunk.WordBytes; w++ {
		if !bytes.Equal(words[w*chunk.WordBytes:(w+1)*chunk.WordBytes], make([]byte, chunk.WordBytes)) {
			s.Col = w * limbs
			return s, true
		}
	}
	return s, false
}

// refute returns the column of a number against which a claim does not stand.
func (b *Block) refute(id step.VectorID, row int, value, witness chunk.Wide) (x int, wrong bool) {
	vec := b.Layout[id]
	numbers, n := b.claimed(id, row)
	v, ok := small(value)
	w, in := small(witness)
	if !in || w < 0 || w >= int64(n) || !ok {
		if vec.Op == step.OpMax && in && w >= 0 && w < int64(n) {
			return int(w), true // a maximum so large or small is not the witness's
		}
		return 0, true
	}
	own := b.Number(id, row, 1)
	counter := int(own.Lo)
	if vec.Op == step.OpMax {
		switch {
		case numbers(counter) > v:
			return counter, true
		case numbers(int(w)) != v:
			return int(w), true
		}
		return 0, false
	}
	size := func(i int) int64 { return max(numbers(i), -numbers(i)) }
	switch {
	case v < 0 || v > 16:
		return 0, true
	case size(counter) >= 1<<(15+v):
		return counter, true
	case v >= 1 && size(int(w)) < 1<<(14+v):
		return int(w), true
	}
	return 0, false
}

// small returns w as an int64 if it is one.
func small(w chunk.Wide) (int64, bool) {
	v := int64(w.Lo)
	return v, w == chunk.WideOf(v)
}

// claimed returns the row of numbers that a claim is about, and its length.
func (b *Block) claimed(id step.VectorID, row int) (number func(i int) int64, n int) {
	st, err := b.Arch.Statement(step.Step{Block: b.Block, Vector: id, Row: row}, 0, step.Pick{})
	if err != nil {
		return nil, 0
	}
	source := step.VectorID(st.A.Leaf.Outer)
	vec := b.Layout[source]
	r, from := vec.Index(st.A.Leaf.Inner, st.A.Places[0])
	return func(i int) int64 {
		v, _ := small(b.Number(source, r, from+i))
		return v
	}, int(st.Y)
}

func (b *Block) endFault(end End) Fault {
	out := step.Out
	switch b.L {
	case 0:
		out = step.EmbedOut
	case b.Arch.Layers + 1:
		return Fault{}
	}
	h := b.numbers[out].Int32
	if end.Leaf == (common.Hash{}) || end.Leaf == chunk.BoundaryLeaf(h) {
		return Fault{}
	}
	f := Fault{SeamOut, step.Step{Block: b.Block, Vector: out}, -1}
	n := b.Layout[out].Chunks()
	if n == 1 {
		f.Chunk = 0
	} else if under(end.Chunks, n, end.Leaf) {
		for c := range n {
			if end.Chunks[c] != chunk.LeafInt32(h[c*chunk.MaxInt32:min((c+1)*chunk.MaxInt32, len(h))]) {
				f.Chunk = c
				break
			}
		}
	}
	return f
}

// PickOf returns what a statement about a pick needs besides the logits: whether token,
// picked for a position (of the new token in prompt and output), stands against
// another id.
func PickOf(p protocol.Params, position uint64, token, witness uint32) step.Pick {
	if p.TemperatureMilli == 0 {
		return step.Pick{Token: int(token), Beta: 1 << 16}
	}
	noise := func(id uint32) int32 { return runtime.Noise(runtime.NoiseWord(p.Seed, position, id)) }
	return step.Pick{Token: int(token), Beta: uint32(runtime.Beta(p.TemperatureMilli)), MaxGap: p.MaxGap, NoiseA: noise(witness), NoiseB: noise(token)}
}

// WrongPick tells whether a head, whose opening is right, picks another token than the
// one that was claimed: the one that it picks is the counterexample.
func (b *Block) WrongPick(token uint32, p protocol.Params) (Fault, step.Pick) {
	if b.L != b.Arch.Layers+1 {
		return Fault{}, step.Pick{}
	}
	s := step.Step{Block: b.Block, Vector: step.Token}
	if int(token) >= b.Arch.Vocabulary {
		return Fault{NoToken, s, 0}, step.Pick{}
	}
	right := runtime.Pick(b.numbers[step.Logits].Int32, p, uint64(b.T)+1)
	if right == token {
		return Fault{}, step.Pick{}
	}
	s.Witness = int(right)
	return Fault{WrongStep, s, 0}, PickOf(p, uint64(b.T)+1, token, right)
}
