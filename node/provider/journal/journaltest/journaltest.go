// Package journaltest is a disk that forgets what was not synced: what a journal's process finds
// after the power went, where a process that was merely killed finds all that it wrote. It
// forgets the most that a disk may; a disk that keeps a part of it leaves a torn end, which
// the journal's own tests cut. After a sync that failed it takes what it did not write for
// written, as Linux does: later syncs of that file succeed, and bring nothing.
package journaltest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/dgrid-network/dgrid/node/provider/journal"
)

// Disk is the computer's disk with a note of what is durable.
type Disk struct {
	// Root is the absolute path of a folder that is there for certain. Those in it last once
	// the folders around them were synced.
	Root string

	mu    sync.Mutex
	files map[string]*durable
	dirs  map[string]bool // synced folders: what they list is durable
	gone  map[string]gone // per folder, the first file whose removal is not durable
	fail  error
}

// durable is what a file would have left.
type durable struct {
	listed bool
	size   int64
	torn   bool   // a sync failed: what is in the file now will never be written
	before []byte // while a rename is not synced, what its new name had
}

// gone is a removed file as it would come back.
type gone struct {
	path string
	data []byte
}

// Fail lets every sync fail with err from now on; nil heals.
func (d *Disk) Fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fail = err
}

// Open opens a file; one that is there and was never opened before is durable as it is.
func (d *Disk) Open(path string, flag int) (journal.File, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	there := err == nil
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	if d.files == nil {
		d.files = map[string]*durable{}
	}
	if d.files[path] == nil {
		d.files[path] = &durable{listed: there}
		if there {
			d.files[path].size = info.Size()
		}
	}
	if flag&os.O_TRUNC != 0 {
		d.files[path].torn = false
	}
	return &file{f, d, d.files[path]}, nil
}

// Rename gives a file that Open opened another name, in the same folder.
func (d *Disk) Rename(from, to string) error {
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	if to, err = filepath.Abs(to); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	moved, old := d.files[from], d.files[to]
	if moved == nil {
		return fmt.Errorf("rename %s: %w", from, fs.ErrNotExist)
	}
	moved.listed, moved.before = false, nil
	if old != nil && !old.listed {
		moved.before = old.before
	} else if was, err := os.ReadFile(to); err == nil {
		if old != nil {
			was = was[:min(int64(len(was)), old.size)]
		}
		moved.before = was
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	delete(d.files, from)
	d.files[to] = moved
	return os.Rename(from, to)
}

// Remove removes a file. Of several whose removal is not durable Lose brings the first back and none
// of the others: the order in which a disk removes is its own.
func (d *Disk) Remove(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.Remove(path)
	}
	if err != nil {
		return err
	}
	f, dir := d.files[path], filepath.Dir(path)
	delete(d.files, path)
	if _, ok := d.gone[dir]; ok || f != nil && !f.listed {
		return nil
	}
	if f != nil {
		data = data[:min(int64(len(data)), f.size)]
	}
	if d.gone == nil {
		d.gone = map[string]gone{}
	}
	d.gone[dir] = gone{path, data}
	return nil
}

// SyncDir makes durable what a folder lists now.
func (d *Disk) SyncDir(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return d.fail
	}
	for path, f := range d.files {
		if filepath.Dir(path) == dir {
			f.listed, f.before = true, nil
		}
	}
	delete(d.gone, dir)
	if d.dirs == nil {
		d.dirs = map[string]bool{}
	}
	d.dirs[dir] = true
	return nil
}

// Lose copies into the folder to what the folder dir would hold if the power went now. A folder
// whose own name was not synced holds nothing.
func (d *Disk) Lose(dir, to string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for at := dir; at != d.Root && at != filepath.Dir(at); at = filepath.Dir(at) {
		if !d.dirs[filepath.Dir(at)] {
			return nil
		}
	}
	if g, ok := d.gone[dir]; ok {
		if err := os.WriteFile(filepath.Join(to, filepath.Base(g.path)), g.data, 0o600); err != nil {
			return err
		}
	}
	for path, f := range d.files {
		if filepath.Dir(path) == dir && f.before != nil {
			if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), f.before, 0o600); err != nil {
				return err
			}
		}
		if filepath.Dir(path) != dir || !f.listed {
			continue
		}
		if err := copyStart(path, filepath.Join(to, filepath.Base(path)), f.size); err != nil {
			return err
		}
	}
	return nil
}

func copyStart(from, to string, size int64) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was deleted
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, io.LimitReader(in, size)); err != nil {
		err = fmt.Errorf("copy %s: %w", from, err)
	}
	return errors.Join(err, out.Close())
}

type file struct {
	*os.File
	disk *Disk
	kept *durable
}

// Sync makes durable what the file holds now.
func (f *file) Sync() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.fail != nil {
		f.kept.torn = true
		return f.disk.fail
	}
	if f.kept.torn {
		return nil
	}
	info, err := f.Stat()
	if err == nil {
		f.kept.size = info.Size()
	}
	return err
}
