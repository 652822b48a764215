package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// The outcomes of a check.
const (
	statusPass = "PASS"
	statusWarn = "WARN"
	statusFail = "FAIL"
)

// check is one thing that was looked at, with what to do where it is wrong.
type check struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Detail string `json:"detail"`
	Hint   string `json:"hint,omitempty"`
	Millis int64  `json:"ms"`
}

// checklist gathers checks in order.
type checklist struct {
	checks []check
	last   time.Time
}

func (l *checklist) note(id, status, detail, hint string) {
	now := time.Now()
	if l.last.IsZero() {
		l.last = now
	}
	if status == statusPass {
		hint = ""
	}
	l.checks = append(l.checks, check{id, status, detail, hint, now.Sub(l.last).Milliseconds()})
	l.last = now
}

// add notes PASS or FAIL.
func (l *checklist) add(id string, good bool, detail, hint string) bool {
	status := statusPass
	if !good {
		status = statusFail
	}
	l.note(id, status, detail, hint)
	return good
}

// try notes an error as FAIL.
func (l *checklist) try(id string, err error, detail, hint string) bool {
	if err != nil {
		detail = err.Error()
	}
	return l.add(id, err == nil, detail, hint)
}

// ok reports that nothing failed.
func (l *checklist) ok() bool { return firstFailure(l.checks) == "" }

func firstFailure(checks []check) string {
	for _, c := range checks {
		if c.Status == statusFail {
			return c.ID + ": " + c.Detail
		}
	}
	return ""
}

func writeChecks(w io.Writer, checks []check) {
	for _, c := range checks {
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.Status, c.ID, c.Detail)
		if c.Hint != "" {
			fmt.Fprintf(w, "\t\twhat to do: %s\n", c.Hint)
		}
	}
}

func randomHash() (common.Hash, error) {
	var h common.Hash
	if _, err := rand.Read(h[:]); err != nil {
		return h, fmt.Errorf("draw a salt: %w", err)
	}
	return h, nil
}
