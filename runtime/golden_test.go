package runtime_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

// stories returns the imported stories260K model; tests share one.
func stories(t testing.TB) *runtime.Model {
	t.Helper()
	checkpoint, tok := testmodels.Read(t, testmodels.Stories260K), testmodels.Read(t, testmodels.Tok512)
	storiesOnce.Do(func() {
		var file []byte
		if file, storiesErr = importer.Llama2C(t.Context(), checkpoint, tok, importer.Options{}); storiesErr == nil {
			storiesModel, storiesErr = runtime.Parse(file)
		}
	})
	require.NoError(t, storiesErr)
	return storiesModel
}

var (
	storiesOnce  sync.Once
	storiesModel *runtime.Model
	storiesErr   error
)

func TestGoldenWeights(t *testing.T) {
	m := stories(t)
	byName := map[string][]byte{}
	for _, x := range m.Tensors() {
		byName[x.Name] = x.Data
	}
	h := sha256.New()
	add := func(name string) {
		require.Contains(t, byName, name+".q")
		h.Write(byName[name+".q"])
		h.Write(byName[name+".m"])
	}
	add("emb")
	add("head")
	for l := range m.Header().Layers {
		for _, name := range []string{"q", "k", "v", "o", "gate", "up", "down"} {
			add("layers.00" + string(rune('0'+l)) + "." + name)
		}
	}
	require.Equal(t, "ffd4dd1e84a892606a2bffaed9efc08b8936b9cc40ace5520faed3c7c01dd8cb", hex.EncodeToString(h.Sum(nil)))
}

func TestGoldenForward(t *testing.T) {
	m := stories(t)
	s := m.NewSession()
	residuals, logitsHash := sha256.New(), sha256.New()
	s.Observe = func(_, _ int, h []int32) { _ = binary.Write(residuals, binary.LittleEndian, h) }
	ids := []uint32{1}
	for range 200 {
		err := s.Feed(ids[len(ids)-1:], 0, func(t int, logits []int32) error {
			ids = append(ids, runtime.Pick(logits, runtime.Params{}.Params, uint64(t)+1))
			return binary.Write(logitsHash, binary.LittleEndian, logits)
		})
		require.NoError(t, err)
	}
	require.Equal(t, []uint32{1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426}, ids[:16])
	require.Equal(t, "0fe8865f087bda4b87cf4337b24d9a8def5cb5cbf6481f9adad0f878d6b490a8", hex.EncodeToString(residuals.Sum(nil)))
	require.Equal(t, "eb8fa6366f5713d9c44eba0ae521132589da2544c43722001ef301419596af34", hex.EncodeToString(logitsHash.Sum(nil)))
}

// TestGoldenTokens encodes what the model wrote back into what it picked, and a
// whole text there and back.
func TestGoldenTokens(t *testing.T) {
	tok := stories(t).Tokenizer()
	ids, err := tok.Encode("Once upon a time, there was a little girl")
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421}, ids)
	text := string(testmodels.Read(t, testmodels.Text))
	ids, err = tok.Encode(text)
	require.NoError(t, err)
	require.Equal(t, text, string(tok.Decode(ids)))
	require.Equal(t, text, tok.Text(ids[:1], ids[1:]))
	h := sha256.New()
	require.NoError(t, binary.Write(h, binary.LittleEndian, ids))
	require.Equal(t, "780de0d342de614571cf14fe41d715a07b4a9c6dc9375083302f261bb4fd6452", hex.EncodeToString(h.Sum(nil)), len(ids))
}
