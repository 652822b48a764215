// Package eval measures a model version of the integer runtime against its float32 source: perplexity, divergence,
// agreement of the best token, how far greedy runs stay together, the range of the residual, speed.
//
// It decides nothing about answers: the integer model is the model. It decides whether a version is fit to be
// registered (Report.Gate). Floats live here and in floatref, outside the runtime.
package eval

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"github.com/dgrid-network/dgrid/models/floatref"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

// The gate for registering a model version.
const (
	MaxPerplexityChange = 0.01 // relative, either direction
	MinAgreement        = 0.97 // share of positions with the same best token
	MaxDivergence       = 5e-3 // mean KL(float || integer) per token, nats
)

// Input is what a measurement needs.
type Input struct {
	Container  []byte // model file of the runtime
	Checkpoint []byte // llama2.c version 0 float source; nil measures the integer model alone
	TextName   string // says in the report which text the windows are
	Windows    [][]uint32
	Prompts    [][]uint32 // start points of the greedy runs
	MaxTokens  int        // length of a greedy run
}

// Report is the outcome. Comparisons are zero without a float source.
type Report struct {
	FileHash    string `json:"file_sha256"`
	FileBytes   int    `json:"file_bytes"`
	Parameters  int    `json:"parameters"`
	Shape       string `json:"shape"`
	Text        string `json:"text"`
	Windows     int    `json:"windows"`
	Predictions int    `json:"predictions"`

	Perplexity      float64 `json:"perplexity"`
	FloatPerplexity float64 `json:"float_perplexity,omitempty"`
	Change          float64 `json:"perplexity_change,omitempty"` // relative
	Agreement       float64 `json:"agreement,omitempty"`
	Divergence      float64 `json:"kl,omitempty"`
	WorstDivergence float64 `json:"kl_worst,omitempty"`

	Greedy []GreedyRun `json:"greedy,omitempty"`

	LargestResidual float64 `json:"largest_residual"` // real value of max |h|
	LargestLogit    float64 `json:"largest_logit"`
	Saturations     int     `json:"saturations"` // residual or logit elements at the int32 limit

	TokensPerSecond      float64 `json:"tokens_per_second"` // integer runtime, teacher-forced, trace leaves included
	FloatTokensPerSecond float64 `json:"float_tokens_per_second,omitempty"`
}

// GreedyRun says how long the two models' greedy answers to one prompt are the same.
type GreedyRun struct {
	Prompt  int `json:"prompt_tokens"`
	Tokens  int `json:"tokens"`           // of the integer answer
	Diverge int `json:"first_difference"` // index in the answer, -1: equal to the end
}

// Run measures. Errors wrap protocol.ErrInvalid where the input does not fit together.
func Run(ctx context.Context, in Input) (Report, error) {
	m, err := runtime.Parse(in.Container)
	if err != nil {
		return Report{}, fmt.Errorf("evaluate model: %w", err)
	}
	h, hash := m.Header(), m.FileHash()
	r := Report{FileHash: hex.EncodeToString(hash[:]), FileBytes: len(in.Container), Text: in.TextName, Windows: len(in.Windows),
		Shape: fmt.Sprintf("d %d, f %d, L %d, H %d, G %d, hd %d, V %d, N %d", h.Dim, h.FFN, h.Layers, h.Heads, h.KVHeads, h.HeadDim, h.Vocab, h.Positions)}
	var ref *floatref.Model
	if in.Checkpoint != nil {
		if ref, err = floatref.Parse(in.Checkpoint); err != nil {
			return Report{}, fmt.Errorf("evaluate model: %w", err)
		}
		if ref.Vocab != h.Vocab || ref.Positions < h.Positions {
			return Report{}, fmt.Errorf("evaluate model: float source has another vocabulary or context: %w", protocol.ErrInvalid)
		}
		r.Parameters = (len(in.Checkpoint)-28)/4 - ref.Positions*ref.HeadDim()
	}
	t := &tally{report: &r, session: m.NewSession(), ref: ref, vocab: h.Vocab}
	t.session.Observe = t.residual
	for i, w := range in.Windows {
		if err := ctx.Err(); err != nil {
			return Report{}, fmt.Errorf("evaluate model: %w", err)
		}
		if err := t.window(w); err != nil {
			return Report{}, fmt.Errorf("evaluate window %d: %w", i, err)
		}
	}
	t.close()
	if ref != nil {
		for i, p := range in.Prompts {
			g, err := greedy(ctx, m, ref, p, in.MaxTokens)
			if err != nil {
				return Report{}, fmt.Errorf("evaluate prompt %d: %w", i, err)
			}
			r.Greedy = append(r.Greedy, g)
		}
	}
	return r, nil
}

// tally adds up what the windows show.
type tally struct {
	report  *Report
	session *runtime.Session
	ref     *floatref.Model
	vocab   int
	logits  []float32 // of the float model, one row per position of the window
	agreed  int

	integer, float, kl     float64 // sums of nats
	integerTime, floatTime time.Duration
	largestH, largestLogit int32
	positions              int
}

const saturated = math.MaxInt32

func (t *tally) residual(_, _ int, h []int32) {
	for _, v := range h {
		v = max(v, -v)
		t.largestH = max(t.largestH, v)
		if v == saturated {
			t.report.Saturations++
		}
	}
}

// window runs one text through both models.
func (t *tally) window(ids []uint32) error {
	if len(ids) < 2 {
		return fmt.Errorf("%d tokens predict nothing: %w", len(ids), protocol.ErrInvalid)
	}
	inputs := ids[:len(ids)-1]
	if t.ref != nil {
		began, s := time.Now(), t.ref.NewSession()
		t.logits = t.logits[:0]
		for _, id := range inputs {
			row, err := s.Feed(id)
			if err != nil {
				return err
			}
			t.logits = append(t.logits, row...)
		}
		t.floatTime += time.Since(began)
	}
	t.session.Reset()
	var comparing time.Duration
	began := time.Now()
	err := t.session.Feed(inputs, 0, func(pos int, logits []int32) error {
		began := time.Now()
		t.compare(pos, logits, ids[pos+1])
		comparing += time.Since(began)
		return nil
	})
	t.integerTime += time.Since(began) - comparing
	t.positions += len(inputs)
	return err
}

// compare takes one prediction: logits is Q16, target what the text says.
func (t *tally) compare(pos int, logits []int32, target uint32) {
	best, limit := 0, int32(0)
	for i, v := range logits {
		if v > logits[best] {
			best = i
		}
		a := max(v, -v)
		limit = max(limit, a)
		if a == saturated {
			t.report.Saturations++
		}
	}
	t.largestLogit = max(t.largestLogit, limit)
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(float64(v-logits[best]) / 65536)
	}
	logSum := math.Log(sum)
	logProb := func(i int) float64 { return float64(logits[i]-logits[best])/65536 - logSum }
	t.integer -= logProb(int(target))
	if t.ref == nil {
		return
	}
	row := t.logits[pos*t.vocab : (pos+1)*t.vocab]
	top := 0
	for i, v := range row {
		if v > row[top] {
			top = i
		}
	}
	sum = 0
	for _, v := range row {
		sum += math.Exp(float64(v - row[top]))
	}
	logFloat, kl := math.Log(sum), 0.0
	for i, v := range row {
		lp := float64(v-row[top]) - logFloat
		kl += math.Exp(lp) * (lp - logProb(i))
	}
	t.float -= float64(row[target]-row[top]) - logFloat
	t.kl += kl
	t.report.WorstDivergence = max(t.report.WorstDivergence, kl)
	if top == best {
		t.agreed++
	}
}

func (t *tally) close() {
	r, n := t.report, float64(t.positions)
	r.Predictions = t.positions
	r.LargestResidual, r.LargestLogit = float64(t.largestH)/65536, float64(t.largestLogit)/65536
	if n == 0 {
		return
	}
	r.Perplexity = math.Exp(t.integer / n)
	r.TokensPerSecond = n / t.integerTime.Seconds()
	if t.ref != nil {
		r.FloatPerplexity = math.Exp(t.float / n)
		r.Change = r.Perplexity/r.FloatPerplexity - 1
		r.Agreement, r.Divergence = float64(t.agreed)/n, t.kl/n
		r.FloatTokensPerSecond = n / t.floatTime.Seconds()
	}
}

// greedy runs both models from one prompt.
func greedy(ctx context.Context, m *runtime.Model, ref *floatref.Model, prompt []uint32, maxTokens int) (GreedyRun, error) {
	res, err := m.NewSession().Generate(ctx, prompt, runtime.Params{MaxTokens: maxTokens}, nil)
	if err != nil {
		return GreedyRun{}, err
	}
	want, _, err := ref.Generate(ctx, prompt, floatref.Options{MaxTokens: maxTokens, Stop: m.Header().StopIDs}, nil)
	if err != nil {
		return GreedyRun{}, err
	}
	got := res.Output
	if n := len(got); res.Finish == protocol.FinishStop && n > 0 {
		got = got[:n-1] // the float answer leaves the stop token out
	}
	g := GreedyRun{Prompt: len(prompt), Tokens: len(got), Diverge: -1}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			g.Diverge = i
			break
		}
	}
	return g, nil
}

// Gate returns nil if the version is fit to be registered, else an error that names every missed bound and wraps
// protocol.ErrInvalid. A report without a float source cannot pass.
func (r Report) Gate() error {
	var missed []string
	miss := func(bad bool, format string, args ...any) {
		if bad {
			missed = append(missed, fmt.Sprintf(format, args...))
		}
	}
	miss(r.Predictions == 0 || r.FloatPerplexity == 0, "nothing was compared")
	miss(!(math.Abs(r.Change) <= MaxPerplexityChange), "perplexity changes by %+.3f %%, allowed %.0f %%", 100*r.Change, 100*MaxPerplexityChange)
	miss(!(r.Agreement >= MinAgreement), "agreement %.2f %%, wanted %.0f %%", 100*r.Agreement, 100*MinAgreement)
	miss(!(r.Divergence <= MaxDivergence), "KL %.2g, allowed %.0g", r.Divergence, MaxDivergence)
	miss(r.Saturations > 0, "%d saturated elements", r.Saturations)
	if len(missed) == 0 {
		return nil
	}
	return fmt.Errorf("model misses its quality gate: %s: %w", join(missed), protocol.ErrInvalid)
}
