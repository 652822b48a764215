package ceremony

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
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
		if phase == 1 {
			p, err = m.decodePhase1(data)
		} else {
			p, err = m.decodePhase2(data)
		}
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
		if err := decode(data, r); err != nil {
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
		if _, err := m.decodeProvingKey(data); err != nil {
			require.ErrorIs(t, err, protocol.ErrInvalid)
		}
	})
}
