package runtime_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/testmodels"
	"github.com/dgrid-network/dgrid/internal/testmodels/raw"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

// tiny returns an imported model of random weights.
func tiny(t testing.TB, seed uint64) *runtime.Model {
	t.Helper()
	m, err := runtime.Parse(tinyFile(t, seed))
	require.NoError(t, err)
	return m
}

func tinyFile(t testing.TB, seed uint64) []byte {
	t.Helper()
	c := testmodels.Random(testmodels.Tiny, seed)
	file, err := importer.Llama2C(t.Context(), c.V0(), c.TokenizerBin(), importer.Options{})
	require.NoError(t, err)
	return file
}

// oddHeader is a shape in which nothing divides nicely.
func oddHeader() runtime.Header { return raw.Odd() }

// rawModel returns a model of random tensors, whose mantissas lie below top.
func rawModel(t testing.TB, h runtime.Header, seed uint64, top uint32) *runtime.Model {
	t.Helper()
	return raw.Model(t, h, seed, top)
}

func rawTensors(h runtime.Header, seed uint64, top uint32) []runtime.Tensor {
	return raw.Tensors(h, seed, top)
}

func randomIDs(seed uint64, n, vocab int) []uint32 {
	r := rand.New(rand.NewPCG(seed, 3))
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(r.IntN(vocab))
	}
	return ids
}
