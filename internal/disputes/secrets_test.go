package disputes

import (
	"context"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// secret is a wrong answer that can only be shown by asking.
type secret struct {
	name string
	// wide says that boundaries of several chunks are needed.
	wide bool
	tell func(s *telling)
}

// telling makes one secret and counts what it takes to show it.
type telling struct {
	t    testing.TB
	r    *rand.Rand
	a    *answer
	at   step.Block // of a layer, with an earlier position
	want int        // transactions when every question is answered
	// longer: more than one vector has to be looked into, so that the aim may be exceeded.
	longer bool
	// mute: the last question has no answer. told: the last answer convicts by itself.
	mute, told bool
}

// levels counts the answers from the root of a tree to a leaf.
func levels(leaves int) int {
	return (protocol.MerkleDepth(leaves) + contracts.NodeStep - 1) / contracts.NodeStep
}

// look counts the questions about a block: only its opening, or one of its vectors too,
// with or without the words of a chunk.
func (s *telling) look(at step.Block, id step.VectorID, words bool) {
	s.want++
	if id < 0 {
		return
	}
	s.want += questionsInBlock(s.a.block(at).b.Layout, id) - 1
	if !words {
		s.want--
	}
}

const nothing = step.VectorID(-1)

// place draws a number of a vector.
func (s *telling) place(at step.Block, id step.VectorID) (c, place int) {
	vec := s.a.block(at).b.Layout[id]
	c = s.r.IntN(vec.Chunks())
	return c, s.r.IntN(vec.Length(c))
}

// signed signs for a wrong boundary behind the block.
func (s *telling) signed() {
	s.want += levels(len(s.a.leaves)) + 1 // and what convicts
	s.a.wrongEnd(s.t, s.r, s.at)
	s.a.sign()
}

// plain are the vectors in which another number is always wrong, whatever stands beside it.
var plain = []step.VectorID{step.Squares, step.Normed, step.NormQuant, step.QuerySums, step.K, step.ValueSums, step.QRot, step.KeyRows, step.Scores,
	step.Softmax, step.SoftmaxSums, step.MixSums, step.Mixed, step.OutSums, step.Middle, step.GateSums, step.UpLinear, step.Gated, step.DownSums, step.Out}

func (s *telling) plain() step.VectorID { return plain[s.r.IntN(len(plain))] }

// words replaces the words of a drawn chunk of a vector by what how makes of them.
func (s *telling) words(id step.VectorID, how func(words []byte, vec step.Vector, c int) []byte) {
	l := s.a.block(s.at)
	c, _ := s.place(s.at, id)
	own, err := l.Words(context.Background(), id, c)
	require.NoError(s.t, err)
	l.setWords(s.t, id, c, how(slices.Clone(own), l.b.Layout[id], c))
}

// head makes an answer with a wrong token, and returns the block that picks it.
func (s *telling) head() step.Block {
	x := s.a.text
	index, v := s.r.IntN(len(x.output)), uint32(x.m.arch.Vocabulary)
	s.a = s.a.w.answered(x.forged(s.t, index, (x.output[index]+1+s.r.Uint32N(v-1))%v), accomplice, accompliceKey)
	return step.Block{T: len(x.prompt) - 1 + index, L: x.m.arch.Layers + 1}
}

func (s *telling) earlier() step.Block { return step.Block{T: s.r.IntN(s.at.T), L: s.at.L} }

// secrets are all that a provider can hide, by how it is shown.
var secrets = []secret{
	{"a number", false, func(s *telling) {
		id := s.plain()
		c, place := s.place(s.at, id)
		s.a.off(s.t, s.at, id, c, place)
		s.look(s.at, id, true)
		s.signed()
	}},
	{"a number of columns", false, func(s *telling) {
		vec, before := s.a.block(s.at).b.Layout[step.Columns], s.earlier()
		c, place := vec.At(s.r.IntN(vec.Rows), before.T)
		s.a.off(s.t, s.at, step.Columns, c, place)
		s.look(s.at, step.Columns, true)
		s.look(before, nothing, false)
		s.longer = true
		s.signed()
	}},
	{"columns that agree with a wrong earlier block", false, func(s *telling) {
		vec, before := s.a.block(s.at).b.Layout[step.Columns], s.earlier()
		row := s.r.IntN(vec.Rows)
		c, place := vec.At(row, before.T)
		st, err := s.a.m.arch.Statement(step.Step{Block: s.at, Vector: step.Columns, Row: row, Col: before.T}, 0, step.Pick{})
		require.NoError(s.t, err)
		s.a.off(s.t, before, step.VectorID(st.A.Leaf.Outer), st.A.Leaf.Inner, st.A.Places[0])
		s.a.off(s.t, s.at, step.Columns, c, place)
		s.look(s.at, step.Columns, true)
		s.look(before, step.ValueRows, true)
		s.longer = true
		s.signed()
	}},
	{"a claim", false, func(s *telling) {
		ids := []step.VectorID{step.NormClaim, step.QueryClaim, step.ScoreClaim, step.GatedClaim}
		id := ids[s.r.IntN(len(ids))]
		vec := s.a.block(s.at).b.Layout[id]
		c, place := vec.At(s.r.IntN(vec.Rows), 0)
		s.a.off(s.t, s.at, id, c, place)
		s.look(s.at, id, true)
		s.signed()
	}},
	{"an embedding", false, func(s *telling) {
		s.at.L = 0
		c, place := s.place(s.at, step.EmbedOut)
		s.a.off(s.t, s.at, step.EmbedOut, c, place)
		s.look(s.at, step.EmbedOut, true)
		s.signed()
	}},
	{"a pick", false, func(s *telling) {
		s.look(s.head(), nothing, false)
		s.want++
		s.a.sign()
	}},
	{"a head that justifies its pick", false, func(s *telling) {
		at := s.head()
		id := []step.VectorID{step.LogitSums, step.Logits, step.LogitClaim}[s.r.IntN(3)]
		c, place := s.place(at, id)
		if id == step.LogitClaim {
			place = 0
		}
		s.a.off(s.t, at, id, c, place)
		s.look(at, id, true)
		s.want++
		s.a.sign()
	}},
	{"a token of no model", false, func(s *telling) {
		x := s.a.text
		index := s.r.IntN(len(x.output))
		x = x.cut(s.t, index+1, protocol.FinishLength).forged(s.t, index, uint32(x.m.arch.Vocabulary+s.r.IntN(5)))
		s.a = s.a.w.answered(x, accomplice, accompliceKey)
		s.want++ // nothing is asked
	}},
	{"a key", false, func(s *telling) {
		before := s.earlier()
		s.key(before, randomElement(s.r))
		s.look(before, nothing, false)
		s.signed()
	}},
	{"a key of its own position", false, func(s *telling) {
		s.key(s.at, randomElement(s.r))
		s.longer = false
		s.signed()
	}},
	{"a key that agrees with a wrong earlier block", false, func(s *telling) {
		before := s.earlier()
		head := s.r.IntN(s.a.m.arch.KVHeads)
		s.a.off(s.t, before, step.KeyRows, head, s.r.IntN(s.a.block(before).b.Layout[step.KeyRows].Length(head)))
		s.keyOf(before, head, s.a.block(before).digests[step.KeyRows][head])
		s.look(before, step.KeyRows, true)
		s.signed()
	}},
	{"a seam before the block", false, func(s *telling) {
		c, place := s.place(s.at, step.In)
		s.a.off(s.t, s.at, step.In, c, place)
		s.look(s.at, step.In, false)
		s.signed()
	}},
	{"a seam behind the block", false, func(s *telling) {
		s.a.block(s.at)
		s.behind()
	}},
	{"a seam behind a block of several chunks", true, func(s *telling) {
		s.behind()
	}},
	{"something behind the chunks of a boundary", true, func(s *telling) {
		parts := s.a.tree(nodeAt(nodeBoundaryChunks, s.at))
		parts = append(parts, randomHash(s.r))
		s.a.parts[s.at] = parts
		s.a.leaves[s.at.T*(s.a.m.arch.Layers+1)+s.at.L] = protocol.MerkleRoot(parts)
		s.look(s.at, nothing, false)
		s.want += levels(len(s.a.leaves)) + levels(len(parts)) + 1
		s.a.sign()
	}},
	{"a digest that is no element", false, func(s *telling) {
		id := s.plain()
		c, _ := s.place(s.at, id)
		s.a.block(s.at).setDigest(id, c, common.BigToHash(new(big.Int).Add(modulus, big.NewInt(s.r.Int64N(1000)))))
		s.look(s.at, id, false)
		s.signed()
	}},
	{"a digest of zero", false, func(s *telling) {
		id := s.plain()
		c, _ := s.place(s.at, id)
		s.a.block(s.at).setDigest(id, c, common.Hash{})
		s.look(s.at, id, false)
		s.signed()
	}},
	{"a digest of nothing", false, func(s *telling) {
		id := s.plain()
		c, _ := s.place(s.at, id)
		s.a.block(s.at).setDigest(id, c, randomElement(s.r))
		s.look(s.at, id, true)
		s.signed()
		s.mute = true
	}},
	{"padding in a chunk's last word", false, func(s *telling) {
		id := []step.VectorID{step.Normed, step.NormQuant, step.Rsqrt, step.Out}[s.r.IntN(4)]
		last := 0
		s.words(id, func(words []byte, vec step.Vector, c int) []byte {
			limbs := vec.Kind.Limbs()
			if last = vec.Length(c) % limbs; last == 0 {
				last = limbs - 1 // no padding: the last number
			}
			bits := map[chunk.Kind]int{chunk.Int16: 16, chunk.Int32: 32, chunk.Wide80: 80}[vec.Kind]
			words[len(words)-1-last*bits/8] ^= 1 << s.r.IntN(8)
			return words
		})
		s.look(s.at, id, true)
		s.signed()
	}},
	{"bits above the numbers", false, func(s *telling) {
		id := s.plain()
		s.words(id, func(words []byte, _ step.Vector, _ int) []byte {
			words[s.r.IntN(len(words)/32)*32] |= 1 << s.r.IntN(4)
			return words
		})
		s.look(s.at, id, true)
		s.signed()
		s.want-- // no proof is needed
		s.told = true
	}},
	{"words behind the last one", false, func(s *telling) {
		id := step.Squares
		s.words(id, func(words []byte, _ step.Vector, _ int) []byte {
			return append(words, randomElement(s.r).Bytes()...)
		})
		s.look(s.at, id, true)
		s.signed()
		s.mute = true
	}},
	{"something behind the boundaries", false, func(s *telling) {
		n := len(s.a.leaves)
		s.want++
		index := n + s.r.IntN(1<<protocol.MerkleDepth(n)-n)
		for len(s.a.leaves) < index {
			s.a.leaves = append(s.a.leaves, common.Hash{})
		}
		s.a.leaves = append(s.a.leaves, randomHash(s.r))
		for height := protocol.MerkleDepth(n); height > 0; {
			height -= min(4, height)
			s.want++
			if index>>height<<height >= n {
				break // a node that no tree has
			}
		}
		s.a.sign()
	}},
	{"a hole in the boundaries", false, func(s *telling) {
		s.a.leaves[s.r.IntN(len(s.a.leaves))] = common.Hash{}
		s.want += levels(len(s.a.leaves)) + 1
		s.a.sign()
	}},
	{"a number behind claims with other right witnesses", false, func(s *telling) {
		id := step.Out
		layout, looked := s.a.block(s.at).b.Layout, []step.VectorID{id}
		for other, vec := range layout {
			if vec.Op == step.OpAbsMax && s.otherWitness(step.VectorID(other)) {
				looked = append(looked, step.VectorID(other))
				s.want += levels(vec.Chunks()) + 1
			}
		}
		c, place := s.place(s.at, id)
		s.a.off(s.t, s.at, id, c, place)
		s.look(s.at, id, true)
		s.want += rootAnswers(layout, looked...) - rootAnswers(layout, id)
		s.longer = true
		s.signed()
	}},
}

// behind signs for a wrong boundary behind a right block.
func (s *telling) behind() {
	s.look(s.at, nothing, false)
	s.signed()
	if n := s.a.block(s.at).b.Layout[step.Out].Chunks(); n > 1 {
		s.want += levels(n)
	}
}

// key replaces an entry of keys.
func (s *telling) key(of step.Block, digest common.Hash) {
	s.keyOf(of, s.r.IntN(s.a.m.arch.KVHeads), digest)
}

func (s *telling) keyOf(of step.Block, head int, digest common.Hash) {
	vec := s.a.block(s.at).b.Layout[step.Keys]
	c, _ := vec.At(of.T, head)
	s.a.block(s.at).setDigest(step.Keys, c, digest)
	s.look(s.at, step.Keys, false)
	s.longer = true
}

// otherWitness claims the same maxima with other witnesses that are as good, if there are
// any.
func (s *telling) otherWitness(id step.VectorID) (found bool) {
	l := s.a.block(s.at)
	vec := l.b.Layout[id]
	for c := range vec.Chunks() {
		numbers := make([]chunk.Wide, vec.Length(c))
		for i := range numbers {
			row, col := vec.Index(c, i)
			numbers[i] = l.b.Number(id, row, col)
			if col != 1 {
				continue
			}
			if w, ok := s.another(id, row); ok {
				numbers[i], found = chunk.WideOf(int64(w)), true
			}
		}
		words, err := chunk.PackWide(nil, numbers)
		require.NoError(s.t, err)
		l.setWords(s.t, id, c, words)
	}
	return found
}

// another is a witness of a scale shift that is not the model's own.
func (s *telling) another(id step.VectorID, row int) (int, bool) {
	l := s.a.block(s.at)
	k, own := l.b.Number(id, row, 0).Lo, int(l.b.Number(id, row, 1).Lo)
	for w := 0; ; w++ {
		st, err := s.a.m.arch.Statement(step.Step{Block: s.at, Vector: id, Row: row, Witness: w}, 0, step.Pick{})
		if err != nil {
			return 0, false
		}
		source := step.VectorID(st.A.Leaf.Outer)
		r, col := l.b.Layout[source].Index(st.A.Leaf.Inner, st.A.Places[0])
		v := int64(l.b.Number(source, r, col).Lo)
		if w != own && (k == 0 || max(v, -v) >= 1<<(14+k)) {
			return w, true
		}
	}
}
