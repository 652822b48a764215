package disputes

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// aliases are the other words of 256 bits that stand for the same element of the field.
func aliases(h [32]byte) (list [][32]byte) {
	n := new(big.Int).SetBytes(h[:])
	for range 5 {
		if n.Add(n, modulus).BitLen() > 256 {
			break
		}
		list = append(list, common.BigToHash(n))
	}
	return list
}

// every calls with each alias of each word in place of it.
func every(words []*[32]byte, call func(i int)) (n int) {
	for i, word := range words {
		own := *word
		for _, alias := range aliases(own) {
			*word = alias
			call(i)
			n++
		}
		*word = own
	}
	return n
}

func eachOf(list [][32]byte) (words []*[32]byte) {
	for i := range list {
		words = append(words, &list[i])
	}
	return words
}

// Every word of calldata that stands for an element of the field is refused in each of its
// other spellings, where its own convicts or answers.
func TestReferenceNoElementHasTwoSpellings(t *testing.T) {
	cases := 0
	row(t, "an element written as itself plus the modulus (reference)", &cases)
	eachSeed(t, func(t *testing.T, seed uint64) { cases += noElementHasTwoSpellings(t, referenceWorld(t), seed) })
}

func noElementHasTwoSpellings(t *testing.T, base *world, seed uint64) (cases int) {
	for _, s := range sources {
		t.Run(s.name, func(t *testing.T) {
			f := s.drawn(t, base, seed, 2)
			j := auditorOf(f.a, auditing.Address, f.oracle)
			call, err := j.accuse(t.Context())
			require.NoError(t, err)
			e, p := bound(f.a.evidence()), unpackFault(call.Data)
			var words []*[32]byte
			for _, slot := range []struct {
				o step.Operand
				d *[32]byte
			}{{j.statement.A, &p.DigestA}, {j.statement.B, &p.DigestB}, {j.statement.O, &p.DigestO}} {
				if slot.o.Source != step.None {
					words = append(words, slot.d)
				}
			}
			cases += every(words, func(int) {
				_, err := f.send(mallory.Address, f.call(f.at.Disputes, "prove fault", game.PackProveFault(e, p)))
				require.ErrorContains(t, err, "NotInField")
			})
			f.must(mallory, call)
			convicted(t, f.world, f.a)
		})
	}
	for _, name := range []string{"a seam before the block", "a seam behind the block", "a seam behind a block of several chunks"} {
		t.Run(name, func(t *testing.T) {
			w, told := hidden(t, base, name, seed)
			call, err := auditorOf(told.a, auditing.Address, w.oracle).accuse(t.Context())
			require.NoError(t, err)
			e, p := bound(told.a.evidence()), unpackSeam(call.Data)
			cases += every(append(eachOf(p.Words), &p.WordsDigest), func(i int) {
				_, err := w.send(mallory.Address, w.call(w.at.Disputes, "prove seam", game.PackProveSeam(e, p)))
				require.ErrorContains(t, err, "NotInField", "word %d of %d", i, len(p.Words))
			})
			cases += every([]*[32]byte{&p.Digest}, func(int) {
				_, err := w.send(mallory.Address, w.call(w.at.Disputes, "prove seam", game.PackProveSeam(e, p)))
				require.ErrorContains(t, err, "BadPath") // the alias was never signed for
			})
			w.must(mallory, call)
			convicted(t, w, told.a)
		})
	}
	t.Run("an answer", func(t *testing.T) {
		w, told := hidden(t, base, "a number", seed)
		q := &inquiry{t: t, a: told.a, w: w, who: auditing, sys: w.oracle}
		asked := 0
		q.before = func(n bindings.Node, response protocol.Call) {
			if n.Kind != nodeChunk {
				return
			}
			asked++
			parsed, err := bindings.QuestionsMetaData.ParseABI()
			require.NoError(t, err)
			args, err := parsed.Methods["answerChunk"].Inputs.Unpack(response.Data[4:])
			require.NoError(t, err)
			words, proof := args[2].([][32]byte), args[4].([]byte)
			cases += every(eachOf(words), func(i int) {
				_, err := w.send(told.a.operator.Address, told.a.ask("answer chunk",
					questions.PackAnswerChunk(bound(told.a.evidence()), n, words, told.a.provider.Address, proof)))
				require.ErrorContains(t, err, "NotInField", fmt.Sprintf("word %d of %d", i, len(words)))
			})
		}
		require.NoError(t, q.pursue())
		require.NotZero(t, asked)
		convicted(t, w, told.a)
	})
	return cases
}

// hidden makes a secret by name, of a text that has room for it.
func hidden(t *testing.T, base *world, name string, seed uint64) (*world, *telling) {
	t.Helper()
	w := base.branch()
	w.t = t
	r := rand.New(rand.NewPCG(seed, 6))
	for _, s := range secrets {
		if s.name != name {
			continue
		}
		m := w.models[r.IntN(2)]
		if s.wide {
			m = w.models[1]
		}
		for {
			if x := library(t, r, &world{t: t, models: []*served{m}}, 1)[0]; len(x.prompt)+len(x.output) >= 3 {
				return w, s.hide(t, r, w, x)
			}
		}
	}
	t.Fatalf("no secret is called %q", name)
	return nil, nil
}
