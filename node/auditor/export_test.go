package auditor

import "context"

// SetPoint ends the auditor where point returns an error.
func (a *Auditor) SetPoint(point func(at string, c *Case) error) { a.point = point }

// Token logs in at an API.
func (a *Auditor) Token(ctx context.Context, base string) (string, error) { return a.token(ctx, base) }
