package ceremony

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/internal/cost"
)

// finishedDir makes the fixture for fuzz targets, which have no T yet.
func finishedDir(f *testing.F) (string, *Manifest) {
	f.Helper()
	var m Manifest
	f.Add(byte(0), []byte{})
	fixture.once.Do(func() { fixture.err = makeFixture(f) })
	require.NoError(f, fixture.err)
	require.NoError(f, readRecord(filepath.Join(stageDir(finished), manifestFile), &m))
	return stageDir(finished), &m
}

// requireCheap bounds what decoding a file of a small circuit allocates, whatever lengths
// the file says that its parts have.
func requireCheap(t testing.TB, decode func()) {
	t.Helper()
	require.Less(t, cost.Allocated(decode), uint64(8<<20))
}

// Every four bytes of every file, replaced by the largest length.
func TestLengthsOfFilesAllocateNothing(t *testing.T) {
	c := at(t, finished)
	m := c.manifest
	tried := 0
	for name, data := range files(t, c.dir) {
		decode := map[string]func(data []byte) error{
			filepath.Join(keysDir, provingFile): func(data []byte) error { _, err := m.decodeProvingKey(data); return err },
			"phase1/0001.params":                func(data []byte) error { _, err := m.decodePhase1(data); return err },
			"phase2/0001.params":                func(data []byte) error { _, err := m.decodePhase2(data); return err },
		}[name]
		if decode == nil {
			continue
		}
		tried++
		require.NoError(t, decode(data), name)
		for at := 0; at+4 <= len(data); at++ {
			bad := bytes.Clone(data)
			copy(bad[at:], "\xff\xff\xff\xff")
			requireCheap(t, func() { _ = decode(bad) })
		}
	}
	require.Equal(t, 3, tried)
}

// A file that is larger than it can be is refused before it is read.
func TestHugeFilesAreRefusedUnread(t *testing.T) {
	c := at(t, finished)
	for name, data := range files(t, c.dir) {
		path := filepath.Join(c.dir, name)
		require.NoError(t, os.Truncate(path, 1<<36)) // a hole
		var err error
		require.Less(t, cost.Allocated(func() { err = verify(t, c.dir) }), uint64(32<<20), name)
		require.ErrorIs(t, err, protocol.ErrInvalid, name)
		require.NoError(t, os.WriteFile(path, data, 0o644))
	}
	require.NoError(t, verify(t, c.dir))
}

// Whatever is decoded has one encoding, and what has not is refused without a panic.
func FuzzParameters(f *testing.F) {
	dir, m := finishedDir(f)
	for phase := 1; phase <= 2; phase++ {
		data, err := os.ReadFile(paramsPath(dir, phase, 1))
		require.NoError(f, err)
		f.Add(byte(phase), data)
	}
	f.Fuzz(func(t *testing.T, phase byte, data []byte) {
		var p params
		var err error
		requireCheap(t, func() {
			if phase == 1 {
				p, err = m.decodePhase1(data)
			} else {
				p, err = m.decodePhase2(data)
			}
		})
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		again, err := encodeParams(p)
		require.NoError(t, err)
		require.Equal(t, data, again)
	})
}

func FuzzRecords(f *testing.F) {
	dir, _ := finishedDir(f)
	for kind, name := range []string{manifestFile, "phase1/0001.json", "phase2/sealed.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(f, err)
		f.Add(byte(kind), data)
	}
	f.Fuzz(func(t *testing.T, kind byte, data []byte) {
		r := []record{new(Manifest), new(Record), new(Sealed)}[int(kind)%3]
		var err error
		requireCheap(t, func() { err = decode(data, r) })
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
			return
		}
		require.Equal(t, string(data), string(encode(r)))
	})
}

func FuzzProvingKey(f *testing.F) {
	dir, m := finishedDir(f)
	data, err := os.ReadFile(filepath.Join(dir, keysDir, provingFile))
	require.NoError(f, err)
	f.Add(byte(0), data)
	f.Fuzz(func(t *testing.T, _ byte, data []byte) {
		var err error
		requireCheap(t, func() { _, err = m.decodeProvingKey(data) })
		if err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
		}
	})
}
