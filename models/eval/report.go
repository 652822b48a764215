package eval

import (
	"fmt"
	"io"
	"strings"
)

func join(list []string) string { return strings.Join(list, "; ") }

// rows are the report's lines: what, value.
func (r Report) rows() [][2]string {
	f := fmt.Sprintf
	out := [][2]string{
		{"file SHA-256", r.FileHash}, {"file bytes", f("%d", r.FileBytes)}, {"shape", r.Shape},
		{"text", f("%s: %d windows, %d predictions", r.Text, r.Windows, r.Predictions)},
		{"perplexity, integer", f("%.4f", r.Perplexity)},
	}
	if r.FloatPerplexity > 0 {
		out = append(out, [][2]string{
			{"perplexity, float32", f("%.4f", r.FloatPerplexity)}, {"change", f("%+.3f %%", 100*r.Change)},
			{"same best token", f("%.2f %%", 100*r.Agreement)}, {"KL(float, integer) per token", f("%.1e (worst %.1e)", r.Divergence, r.WorstDivergence)},
			{"trained parameters", f("%d", r.Parameters)},
		}...)
	}
	for i, g := range r.Greedy {
		where := "equal to the end"
		if g.Diverge >= 0 {
			where = f("first difference at token %d", g.Diverge)
		}
		out = append(out, [2]string{f("greedy run %d", i+1), f("%d tokens, %s", g.Tokens, where)})
	}
	out = append(out, [][2]string{
		{"largest residual |h|", f("%.2f of 32768", r.LargestResidual)}, {"largest logit", f("%.2f of 32768", r.LargestLogit)},
		{"saturated elements", f("%d", r.Saturations)}, {"integer tokens/s", f("%.0f", r.TokensPerSecond)},
	}...)
	if r.FloatTokensPerSecond > 0 {
		out = append(out, [2]string{"float32 tokens/s", f("%.0f", r.FloatTokensPerSecond)})
	}
	gate := "passed"
	if err := r.Gate(); err != nil {
		gate = err.Error()
	}
	return append(out, [2]string{"gate", gate})
}

// WriteTable prints the report for a terminal.
func (r Report) WriteTable(w io.Writer) error {
	for _, row := range r.rows() {
		if _, err := fmt.Fprintf(w, "%-30s %s\n", row[0], row[1]); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
	}
	return nil
}

// WriteMarkdown prints the report as a table for a document.
func (r Report) WriteMarkdown(w io.Writer) error {
	if _, err := fmt.Fprint(w, "| measure | value |\n|---|---|\n"); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	for _, row := range r.rows() {
		if _, err := fmt.Fprintf(w, "| %s | %s |\n", row[0], row[1]); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
	}
	return nil
}
