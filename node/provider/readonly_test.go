package provider

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// seenFile is a file as a reader must leave it.
type seenFile struct {
	info fs.FileInfo
	data string
}

func seenIn(t *testing.T, dir string) map[string]seenFile {
	t.Helper()
	files := map[string]seenFile{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		files[e.Name()] = seenFile{info, string(data)}
	}
	return files
}

// The doctor and an export may run as another user than the provider, as root mostly: whatever they
// wrote would be that user's, and the provider could not go on with it.
func TestReadingAJournalChangesNothing(t *testing.T) {
	read := map[string]func(dir string) error{
		"checked": func(dir string) error { _, err := CheckJournal(dir); return err },
		"its versions": func(dir string) error {
			list, err := JournalVersions(dir)
			if err == nil {
				require.Equal(t, []common.Hash{testVersion}, list)
			}
			return err
		},
		"exported": func(dir string) error {
			return Export(dir, testDomain, operatorKey.address, func(protocol.Receipt) (protocol.Bytes, error) { return nil, nil },
				func(common.Hash) (bundle.Model, error) { return bundle.Model{}, nil }, func(bundle.Bundle) error { return nil })
		},
	}
	for _, kind := range []string{"whole", "torn at its end", "a segment just begun", "a copy without its lock"} {
		dir := t.TempDir()
		b := testBook(t, dir, 1)
		for i := range byte(3) {
			signOne(t, b, i+1)
		}
		for name, f := range read {
			require.ErrorIs(t, f(dir), protocol.ErrConflict, "%s while it is held", name)
		}
		_, last := b.log.Segments()
		require.NoError(t, b.log.Close())
		path := filepath.Join(dir, fmt.Sprintf("%016x.journal", last))
		info, err := os.Stat(path)
		require.NoError(t, err)
		switch kind {
		case "torn at its end":
			require.NoError(t, os.Truncate(path, info.Size()-1))
		case "a segment just begun":
			require.NoError(t, os.Truncate(path, 3))
		case "a copy without its lock":
			require.NoError(t, os.Remove(filepath.Join(dir, "LOCK")))
		}
		before := seenIn(t, dir)
		for name, f := range read {
			require.NoError(t, f(dir), name)
			after := seenIn(t, dir)
			require.Len(t, after, len(before), "%s, %s", name, kind)
			for file, was := range before {
				is := after[file]
				require.Equal(t, was.data, is.data, "%s, %s, %s", name, kind, file)
				require.True(t, os.SameFile(was.info, is.info), "%s, %s: %s is another file", name, kind, file)
			}
		}
		testBook(t, dir, 1)
	}
	absent := filepath.Join(t.TempDir(), "journal")
	_, err := CheckJournal(absent)
	require.NoError(t, err)
	require.NoDirExists(t, absent)
}
