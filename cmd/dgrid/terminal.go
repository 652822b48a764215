package main

import (
	"fmt"
	"io"
	"os"

	"github.com/dgrid-network/dgrid/internal/durable"
)

// progress reports long work: a rewritten line on a terminal, a line for every
// tenth elsewhere. It is nil-safe to call often.
func progress(w io.Writer, what string) func(done, total int) {
	terminal := false
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	last := -1
	return func(done, total int) {
		step := 10
		if terminal {
			step = 1
		}
		percent := 100
		if total > 0 {
			percent = done * 100 / total / step * step
		}
		if percent == last {
			return
		}
		last = percent
		switch {
		case !terminal:
			fmt.Fprintf(w, "%s %d %%\n", what, percent)
		case percent < 100:
			fmt.Fprintf(w, "\r%s %3d %%", what, percent)
		default:
			fmt.Fprintf(w, "\r\033[K")
		}
	}
}

// writeFile replaces path in one step: readers see the old file or the new one.
func writeFile(path string, data []byte) error { return durable.WriteFile(path, data, 0o600) }
