package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dgrid-network/dgrid/internal/durable"
)

// Disk opens the files that a log writes, and makes what a folder lists durable.
type Disk interface {
	// Open is os.OpenFile for the owner alone.
	Open(path string, flag int) (File, error)
	SyncDir(dir string) error
	// Rename is os.Rename: SyncDir makes it durable.
	Rename(from, to string) error
	// Remove is os.Remove: SyncDir makes it durable. Of several, any may be lost before.
	Remove(path string) error
}

// File is an open segment. What was written may be lost until Sync returned nil.
type File interface {
	io.WriteCloser
	Sync() error
}

type osDisk struct{}

func (osDisk) Open(path string, flag int) (File, error) { return os.OpenFile(path, flag, 0o600) }

func (osDisk) SyncDir(dir string) error { return durable.SyncDir(dir) }

func (osDisk) Rename(from, to string) error { return os.Rename(from, to) }

func (osDisk) Remove(path string) error { return os.Remove(path) }

// makeDir makes a folder that is still there after the power went: with it all the numbers that
// were used would be forgotten.
func makeDir(disk Disk, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	var made []string
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, at)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, at := range made {
		if err := disk.SyncDir(filepath.Dir(at)); err != nil {
			return err
		}
	}
	if len(made) > 0 {
		return nil
	}
	// Who made it may have died before the folder around it was synced.
	if err := disk.SyncDir(filepath.Dir(dir)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
