package ceremony

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dgrid-network/dgrid/internal/durable"
	"github.com/dgrid-network/dgrid/protocol"
)

// The files of a ceremony's folder.
const (
	manifestFile  = "ceremony.json"
	lockFile      = ".lock"
	sealFile      = "sealed.json"
	keysDir       = "keys"
	provingFile   = "proving.key"
	verifyingFile = "verifying.key"
)

func phaseDir(dir string, phase int) string {
	return filepath.Join(dir, fmt.Sprintf("phase%d", phase))
}

func recordPath(dir string, phase, sequence int) string {
	return filepath.Join(phaseDir(dir, phase), fmt.Sprintf("%04d.json", sequence))
}

func paramsPath(dir string, phase, sequence int) string {
	return filepath.Join(phaseDir(dir, phase), fmt.Sprintf("%04d.params", sequence))
}

func sealPath(dir string, phase int) string { return filepath.Join(phaseDir(dir, phase), sealFile) }

// makeEmpty makes the folder, or checks that it is empty.
func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make ceremony: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("make ceremony: %w", err)
	}
	if len(entries) != 0 {
		return fmt.Errorf("make ceremony: %s is not empty: %w", dir, protocol.ErrConflict)
	}
	return nil
}

// readFile reads a regular file of at most limit bytes. It fails with
// protocol.ErrNotFound if there is none: the folder came from others, and a pipe or
// a device in it would block or never end.
func readFile(path string, limit int64) ([]byte, error) {
	f, size, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("read %s: %d bytes where at most %d can be: %w", filepath.Base(path), size, limit, protocol.ErrInvalid)
	}
	var buf bytes.Buffer
	buf.Grow(int(size) + bytes.MinRead)
	if _, err := buf.ReadFrom(io.LimitReader(f, limit+1)); err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("read %s: it grows: %w", filepath.Base(path), protocol.ErrInvalid)
	}
	return buf.Bytes(), nil
}

func openFile(path string) (*os.File, int64, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, fmt.Errorf("read %s: %w", path, protocol.ErrNotFound)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("read %s: not a regular file: %w", path, protocol.ErrInvalid)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	return f, info.Size(), nil
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// writeFile puts a whole file in place: after a crash there is the old one, or none,
// or the new one.
func writeFile(path string, write func(io.Writer) error) error {
	fail := func(err error) error { return fmt.Errorf("write %s: %w", filepath.Base(path), err) }
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail(err)
	}
	err := durable.Write(path, 0o644, func(out io.Writer) error {
		w := bufio.NewWriterSize(out, 1<<20)
		return errors.Join(write(w), w.Flush())
	})
	if err != nil {
		return err
	}
	if err := durable.SyncDir(filepath.Dir(dir)); err != nil {
		return fail(err)
	}
	return nil
}

func writeBytes(path string, data []byte) error {
	return writeFile(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeRecord writes a record that is not there yet.
func writeRecord(path string, r record) error {
	there, err := exists(path)
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if there {
		return fmt.Errorf("write record: %s is there already: %w", path, protocol.ErrConflict)
	}
	return writeBytes(path, encode(r))
}

func readRecord(path string, r record) error {
	data, err := readFile(path, maxRecord)
	if err != nil {
		return err
	}
	if err := decode(data, r); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// ReadManifest reads what the ceremony in a folder is for, and nothing else.
func ReadManifest(dir string) (Manifest, error) {
	var m Manifest
	err := readRecord(filepath.Join(dir, manifestFile), &m)
	return m, err
}
