package trainer

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/dgrid-network/dgrid/protocol"
)

// lanes is the fixed number of gradient sums. It bounds the useful processors and makes the result independent of
// how many there are.
const lanes = 4

// Source draws documents: token ids and, for each of them, how much predicting it counts. step is how far training is,
// so that a source may change its mix; held-out rows are drawn at step 0. Equal states of rng and equal steps must give
// equal documents.
type Source interface {
	Document(rng *rand.Rand, step int) (tokens []int32, weights []float32)
}

// Options fix a training run.
type Options struct {
	Seed       uint64
	Steps      int     // optimizer steps
	Rows       int     // sequences per step
	Warmup     int     // steps of linear warm-up
	Rate, Last float64 // peak and final learning rate of the cosine
	Decay      float64 // weight decay of matrices
	Clip       float64 // bound on the gradient's norm
	LogEvery   int
	EvalEvery  int // steps between validation losses
	EvalRows   int
	SaveEvery  int
	Checkpoint string // path of the resumable state; empty: none
	Log        io.Writer
}

// Result sums up a run.
type Result struct {
	Loss       float64 `json:"loss"`            // last training loss shown, nats per weighted token
	Validation float64 `json:"validation_loss"` // held-out loss after the last step
	Tokens     int     `json:"tokens"`
	CPUSeconds float64 `json:"cpu_seconds"`
	Seconds    float64 `json:"seconds"`
}

// Run trains m in place on documents from src until the last step or until ctx ends. When Options.Checkpoint names an
// existing state the run goes on from there; on cancellation the state is saved and ctx's error returned.
func Run(ctx context.Context, m *Model, src Source, o Options) (Result, error) {
	if o.Rows < 1 || o.Rows%lanes != 0 {
		return Result{}, fmt.Errorf("start training: %w: rows per step must be a multiple of %d", protocol.ErrInvalid, lanes)
	}
	st := newState(m)
	if err := st.load(o.Checkpoint, m, o); err != nil {
		return Result{}, err
	}
	t := &run{m: m, src: src, o: o, state: st, grad: make([]float32, len(m.Params)), cpu0: cpuSeconds(), began: time.Now()}
	for range lanes {
		t.lanes = append(t.lanes, newLane(m))
	}
	fmt.Fprintf(o.Log, "# parameters %d  shape %+v  kernel %s  seed %d  steps %d  tokens/step %d\n",
		m.layout.total, m.Config, KernelName(), o.Seed, o.Steps, o.Rows*m.Seq)
	m.refresh()
	for st.Step < o.Steps {
		if err := ctx.Err(); err != nil {
			return Result{}, fmt.Errorf("train: %w", firstError(st.save(o.Checkpoint, m, o, t.cpu(), t.wall()), err))
		}
		t.step()
		if st.Step%o.SaveEvery == 0 || st.Step == o.Steps {
			if err := st.save(o.Checkpoint, m, o, t.cpu(), t.wall()); err != nil {
				return Result{}, err
			}
		}
	}
	return Result{Loss: t.shown, Validation: t.validate(), Tokens: st.Step * o.Rows * m.Seq,
		CPUSeconds: t.cpu(), Seconds: t.wall()}, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

type run struct {
	m     *Model
	src   Source
	o     Options
	state *state
	lanes []*lane
	grad  []float32
	cpu0  float64
	began time.Time

	sum, weight, shown float64
}

// cpu is the processor time of the whole run, earlier parts of a resumed run included.
func (r *run) cpu() float64 { return r.state.CPU + cpuSeconds() - r.cpu0 }

// wall is the elapsed time of the whole run, likewise.
func (r *run) wall() float64 { return r.state.Wall + time.Since(r.began).Seconds() }

func (r *run) step() {
	rows := make([]Row, r.o.Rows)
	r.parallel(func(l *lane, i int) { // rows i, i+lanes, ... of the step
		for j := i; j < len(rows); j += lanes {
			rows[j] = r.row(1, uint64(r.state.Step*r.o.Rows+j), r.state.Step)
		}
	})
	var total float64
	for _, row := range rows {
		for _, w := range row.Weights {
			total += float64(w)
		}
	}
	r.parallel(func(l *lane, i int) {
		clear(l.grad)
		l.loss, l.weight = 0, 0
		for j := i; j < len(rows); j += lanes {
			l.forward(rows[j])
			l.backward(rows[j], float32(1/total))
		}
	})
	clear(r.grad)
	for _, l := range r.lanes {
		addTo(r.grad, l.grad)
		r.sum += l.loss
		r.weight += l.weight
	}
	rate := r.rate()
	norm := r.state.update(r.m, r.grad, rate, r.o)
	r.m.refresh()
	st := r.state
	if st.Step%r.o.LogEvery == 0 || st.Step == r.o.Steps {
		r.shown = r.sum / r.weight
		r.sum, r.weight = 0, 0
		fmt.Fprintf(r.o.Log, "step %5d  tokens %9d  loss %.4f  rate %.2e  norm %.3f  cpu %.0f s  wall %.0f s\n",
			st.Step, st.Step*r.o.Rows*r.m.Seq, r.shown, rate, norm, r.cpu(), r.wall())
	}
	if r.o.EvalEvery > 0 && st.Step%r.o.EvalEvery == 0 {
		fmt.Fprintf(r.o.Log, "step %5d  validation loss %.4f\n", st.Step, r.validate())
	}
}

// rate is the learning rate of the step about to be applied.
func (r *run) rate() float64 {
	s, o := r.state.Step, r.o
	if s < o.Warmup {
		return o.Rate * float64(s+1) / float64(o.Warmup)
	}
	x := float64(s-o.Warmup) / float64(max(1, o.Steps-o.Warmup))
	return o.Last + (o.Rate-o.Last)*0.5*(1+math.Cos(math.Pi*x))
}

// validate is the loss on rows that no training step draws.
func (r *run) validate() float64 {
	r.parallel(func(l *lane, i int) {
		l.loss, l.weight = 0, 0
		for j := i; j < r.o.EvalRows; j += lanes {
			l.forward(r.row(2, uint64(j), 0))
		}
	})
	var sum, weight float64
	for _, l := range r.lanes {
		sum += l.loss
		weight += l.weight
	}
	return sum / weight
}

// row packs documents from the numbered stream into one sequence. Each row begins with a document; the last one is
// cut where the row ends.
func (r *run) row(purpose, index uint64, step int) Row {
	rng := rand.New(rand.NewPCG(r.o.Seed*4+purpose, index))
	n := r.m.Seq
	row := Row{Inputs: make([]int32, 0, n), Targets: make([]int32, 0, n), Weights: make([]float32, 0, n), Starts: make([]int32, 0, n)}
	for len(row.Inputs) < n {
		start := int32(len(row.Inputs))
		tokens, weights := r.src.Document(rng, step)
		for i, tok := range tokens {
			if len(row.Inputs) == n {
				break
			}
			target, weight := tok, float32(0)
			if i+1 < len(tokens) {
				target, weight = tokens[i+1], weights[i+1]
			}
			row.Inputs, row.Targets = append(row.Inputs, tok), append(row.Targets, target)
			row.Weights, row.Starts = append(row.Weights, weight), append(row.Starts, start)
		}
	}
	return row
}

func (r *run) parallel(work func(l *lane, i int)) {
	var wg sync.WaitGroup
	for i, l := range r.lanes {
		wg.Go(func() { work(l, i) })
	}
	wg.Wait()
}
