package auditor

import (
	"slices"
	"sync"

	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// memory is what a case holds of a model and can make again: sessions, opened blocks, trees.
type memory struct {
	report *trace.Report
	opener *trace.Opener
	tree   *tree // the provider's boundary tree
	shown  map[step.Block]*claimed
}

// desk bounds how many cases hold memory, at work or between turns: cases are open for days, and any number of
// them may be. Whoever worked longest ago gives way.
//
// INVARIANT: a case touches its memory only while it is at work; at rest the desk may take it away.
type desk struct {
	mu     sync.Mutex
	seats  int
	atWork int
	rest   []*judge // with memory, the last at work at the end
}

// enter has a case begin to work, with the memory that it has still.
func (d *desk) enter(j *judge) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rest = slices.DeleteFunc(d.rest, func(one *judge) bool { return one == j })
	for d.atWork++; len(d.rest) > 0 && d.atWork+len(d.rest) > d.seats; d.rest = slices.Delete(d.rest, 0, 1) {
		d.rest[0].memory = memory{}
	}
}

func (d *desk) leave(j *judge) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.atWork--
	d.rest = append(d.rest, j)
}

// forget takes the memory of a case that is not at work.
func (d *desk) forget(j *judge) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rest = slices.DeleteFunc(d.rest, func(one *judge) bool { return one == j })
	j.memory = memory{}
}
