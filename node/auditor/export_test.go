package auditor

// SetPoint ends the auditor where point returns an error.
func (a *Auditor) SetPoint(point func(at string, c *Case) error) { a.point = point }
