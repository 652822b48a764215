//go:build !dgrid_checked

package ops

// Checked tells whether bounds are asserted in this build.
const Checked = checked

const checked = false

func assert(bool, string) {}
