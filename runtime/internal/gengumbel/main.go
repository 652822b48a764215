// Command gengumbel writes the sampler's noise table in its stored form.
package main

import (
	"encoding/binary"
	"fmt"
	"os"

	"github.com/dgrid-network/dgrid/runtime/tables"
)

func main() {
	t := tables.Gumbel()
	b := binary.AppendVarint(nil, int64(t[0]))
	for i := 1; i < len(t); i++ {
		b = binary.AppendUvarint(b, uint64(t[i]-t[i-1]))
	}
	if err := os.WriteFile(os.Args[1], b, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
