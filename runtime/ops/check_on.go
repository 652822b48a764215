//go:build dgrid_checked

package ops

// Checked tells whether bounds are asserted in this build.
const Checked = checked

const checked = true

func assert(ok bool, what string) {
	if !ok {
		panic("ops: bound broken: " + what)
	}
}
