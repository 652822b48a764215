package auditor

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
)

// PayID names the file about an auditor's own pay.
var PayID = payID

// SetPoint ends the auditor where point returns an error.
func (a *Auditor) SetPoint(point func(at string, c *Case) error) { a.point = point }

// Token logs in at an API.
func (a *Auditor) Token(ctx context.Context, base string) (string, error) { return a.token(ctx, base) }

// Held says how many cases hold sessions, blocks or trees of a model.
func (a *Auditor) Held() int {
	a.desk.mu.Lock()
	defer a.desk.mu.Unlock()
	return a.desk.atWork + len(a.desk.rest)
}

// Wake looks once at a case that sleeps.
func (a *Auditor) Wake(ctx context.Context, receipt common.Hash) (woke bool, err error) {
	return a.wake(ctx, receipt)
}

// LateNow looks once at what may be paid late.
func (a *Auditor) LateNow(ctx context.Context, redeems Redeems) error { return a.lateNow(ctx, redeems) }

// Asleep says how many receipts' payments are waited for.
func (a *Auditor) Asleep() int {
	a.late.mu.Lock()
	defer a.late.mu.Unlock()
	return len(a.late.asleep)
}

// Unmined says how many bonds the free balance is said to be still with.
func (a *Auditor) Unmined() (n int) {
	a.stakes.mu.Lock()
	defer a.stakes.mu.Unlock()
	for _, o := range a.stakes.out {
		if !o.mined {
			n++
		}
	}
	return n
}
