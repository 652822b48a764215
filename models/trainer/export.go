package trainer

import (
	"encoding/binary"
	"math"
)

// Checkpoint is the model as a llama2.c v0 file: seven i32 (width, hidden, layers, heads, groups, vocabulary,
// context), then every tensor as f32, little endian, then the rotary table that readers skip. The positive vocabulary
// says that the classifier is the embedding.
func (m *Model) Checkpoint() []byte {
	out := make([]byte, 0, 28+4*(len(m.Params)+m.Seq*m.HeadDim()))
	for _, v := range []int{m.Dim, m.Hidden, m.Layers, m.Heads, m.Groups, m.Vocab, m.Seq} {
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	for _, part := range [][]float32{m.Params, m.cos, m.sin} {
		for _, v := range part {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		}
	}
	return out
}
