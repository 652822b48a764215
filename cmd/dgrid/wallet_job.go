package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
)

// jobState is where a job stands, as the Market counts.
type jobState uint8

const (
	jobRequested = jobState(contracts.JobRequested)
	jobAccepted  = jobState(contracts.JobAccepted)
	jobDelivered = jobState(contracts.JobDelivered)
	jobRefunded  = jobState(contracts.JobRefunded)
)

// jobFinalized is compared with the contract's own number.
const jobFinalized = uint8(contracts.JobFinalized)

func (s jobState) String() string {
	names := []string{"none", "requested", "accepted", "delivered", "finalized", "refunded"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("unknown(%d)", uint8(s))
}

func (s jobState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// jobFlags are what a job asks for and may cost.
type jobFlags struct {
	sendFlags
	model, version            string
	priceIn, priceOut, maxFee string
	maxTokens                 uint32
	temperature               float64
	seed                      string
	raw, noWait, noReplay     bool
	within                    time.Duration
}

func newWalletJob(g *globals) *cobra.Command {
	f := &jobFlags{}
	cmd := &cobra.Command{
		Use:   "job PROMPT --model FILE",
		Short: "Put a request on chain and wait for its answer; exit 3 if a replay finds another one",
		Long: `Put a request on chain, paid from the free balance, and wait for its answer.

The prompt is tokenised with the model file, which must be the one that the model
version names. Once delivered, the answer is replayed with that file: exit 3 says
that the provider answered something else, which can be disputed. A job that nobody
delivers in time is refunded.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := runtime.Open(f.model)
			if err != nil {
				return err
			}
			var answer *jobAnswer
			err = g.send(cmd, &f.sendFlags, func(s *sender) (report, error) {
				var r report
				r, answer, err = s.job(cmd, f, m, args[0])
				return r, err
			})
			if err == nil && answer != nil && answer.fault != "" {
				return exitCode{exitFault, fmt.Errorf("the answer is not the model's: %s: %w", answer.fault, protocol.ErrConflict)}
			}
			return err
		},
	}
	f.add(cmd)
	d := config.Default().Provider
	fl := cmd.Flags()
	fl.StringVar(&f.model, "model", "", "model file, to tokenise and to replay")
	fl.StringVar(&f.version, "version", "", "model version; default: the oldest one on chain with these weights")
	fl.StringVar(&f.priceIn, "price-in", d.PriceIn.String()+"u", "most to pay for 10^6 prompt tokens")
	fl.StringVar(&f.priceOut, "price-out", d.PriceOut.String()+"u", "most to pay for 10^6 output tokens")
	fl.StringVar(&f.maxFee, "max-fee", "", "most to pay in all; default: what the longest answer costs")
	fl.Uint32Var(&f.maxTokens, "max-tokens", 64, "longest answer")
	fl.Float64Var(&f.temperature, "temperature", 0, "0 is greedy")
	fl.StringVar(&f.seed, "seed", "", "any text; fixes the sampler's noise")
	fl.BoolVar(&f.raw, "raw", false, "continue the text instead of asking through the chat template")
	fl.DurationVar(&f.within, "within", 10*time.Minute, "time to deliver; at most what the deployment allows")
	fl.BoolVar(&f.noWait, "no-wait", false, "print the job's id and leave")
	fl.BoolVar(&f.noReplay, "no-replay", false, "believe the answer without running the model")
	_ = cmd.MarkFlagRequired("model")
	return cmd
}

// jobAnswer is a delivered job with what a replay found.
type jobAnswer struct {
	events.JobDelivered
	text  string
	fault string // what the replay found wrong; empty: nothing, or not replayed
}

func (s *sender) job(cmd *cobra.Command, f *jobFlags, m *runtime.Model, prompt string) (report, *jobAnswer, error) {
	ctx := cmd.Context()
	order, err := s.jobOrder(cmd, f, m, prompt)
	if err != nil {
		return report{}, nil, s.explain(err, s.key.Address())
	}
	timing, err := s.reader.Timing(ctx)
	if err != nil {
		return report{}, nil, s.explain(err, s.key.Address())
	}
	// What is meant is named by its content; the deadline follows from when it began.
	content := crypto.Keccak256Hash(s.reader.Addresses().RequestJob(order).Data)
	var requested events.JobRequested
	r, err := s.perform(ctx, fmt.Sprintf("job %s within %s", content, f.within), func(a act) ([]protocol.Call, error) {
		order.Salt = a.salt("job")
		order.Deadline = a.Began + min(uint64(f.within/time.Second), timing.MaxDeadline)
		return []protocol.Call{s.reader.Addresses().RequestJob(order)}, nil
	}, func(receipts []*types.Receipt) (facts, error) {
		var err error
		requested, err = findEvent[events.JobRequested](events.Market, s.reader.Addresses().Market, receipts)
		return facts{{"job", requested.Job}, {"model_version", order.ModelVersion}, {"prompt_tokens", len(order.Prompt)},
			{"max_fee", s.money(order.MaxFee)}, {"deadline", order.Deadline}}, err
	})
	if err != nil || r.DryRun || f.noWait {
		return r, nil, err
	}
	fmt.Fprintf(s.notes, "job %s waits for a provider until %d\n", requested.Job, order.Deadline)
	answer, err := s.awaitJob(ctx, requested.Job, r.Steps[0].Block)
	if err != nil {
		return r, nil, err
	}
	if err := s.judge(ctx, f, m, order, answer); err != nil {
		return r, nil, err
	}
	replay := "equal"
	switch {
	case f.noReplay:
		replay = "not done"
	case answer.fault != "":
		replay = answer.fault
	}
	r.Result = append(r.Result, fact{"provider", answer.Provider}, fact{"output_tokens", answer.Receipt.OutputTokens}, fact{"finish", answer.Receipt.Finish},
		fact{"fee", s.money(answer.Receipt.Fee)}, fact{"class", protocol.ClassProven}, fact{"receipt_hash", s.reader.Domain().Digest(answer.Receipt)},
		fact{"disputable_until", answer.DisputableUntil}, fact{"replay", replay}, fact{"text", answer.text})
	return r, answer, nil
}

// jobOrder makes the order of a prompt; salt and deadline come later.
func (s *sender) jobOrder(cmd *cobra.Command, f *jobFlags, m *runtime.Model, prompt string) (contracts.JobOrder, error) {
	o := contracts.JobOrder{MaxOutputTokens: f.maxTokens}
	facts, err := factsOf(m, 0, progress(cmd.ErrOrStderr(), "digest"))
	if err != nil {
		return o, err
	}
	if o.ModelVersion, err = s.versionFor(cmd.Context(), f.version, facts.WeightsRoot); err != nil {
		return o, err
	}
	if o.Prompt, o.Params.TemplateID, err = encodePrompt(m, prompt, f.raw); err != nil {
		return o, err
	}
	o.Params.TemperatureMilli = uint32(math.Round(f.temperature * 1000))
	if f.seed != "" {
		o.Params.Seed = crypto.Keccak256Hash([]byte(f.seed))
	}
	if err := o.Params.Validate(); err != nil {
		return o, err
	}
	if err := m.CheckRequest(o.Prompt, runtime.Params{Params: o.Params, MaxTokens: int(f.maxTokens)}); err != nil {
		return o, err
	}
	if o.PriceIn, err = s.parse(f.priceIn); err != nil {
		return o, err
	}
	if o.PriceOut, err = s.parse(f.priceOut); err != nil {
		return o, err
	}
	if f.maxFee != "" {
		o.MaxFee, err = s.parse(f.maxFee)
	} else {
		o.MaxFee, err = protocol.Fee(uint32(len(o.Prompt)), f.maxTokens, o.PriceIn, o.PriceOut)
	}
	return o, err
}

// versionFor finds the model version of the weights, or checks the one named.
func (c *client) versionFor(ctx context.Context, named string, root common.Hash) (common.Hash, error) {
	if named != "" {
		version, err := parseHash("version", named)
		if err != nil {
			return version, err
		}
		published, err := c.reader.Published(ctx, version)
		if err != nil {
			return version, err
		}
		if !published {
			return version, advise(fmt.Errorf("model version %s: %w", version, protocol.ErrNotFound), "publish it with dgrid model publish, or check id and chain")
		}
		onChain, err := c.reader.WeightsRoot(ctx, version)
		if err == nil && onChain != root {
			err = advise(fmt.Errorf("version %s has weights %s, the file has %s: %w", version, onChain, root, protocol.ErrConflict), "use the model file of that version (dgrid model inspect shows a file's root)")
		}
		return version, err
	}
	var found common.Hash
	err := c.scan(ctx, c.reader.Addresses().Registry, c.deployment.StartBlock, nil, func(l *types.Log) error {
		e, err := events.DecodeLog(events.Registry, l)
		if p, ok := e.(events.ModelPublished); err == nil && ok && found == (common.Hash{}) && p.Manifest.WeightsRoot == root && p.Manifest.Class == protocol.ClassProven {
			found = p.ModelVersion
		}
		return err
	})
	if err == nil && found == (common.Hash{}) {
		err = advise(fmt.Errorf("no version on chain has weights %s: %w", root, protocol.ErrNotFound), "publish the file with dgrid model publish, or check chain.id and chain.deployment")
	}
	return found, err
}

// scanSpan is how many blocks of log are asked for at once.
const scanSpan = 2_000

// scan visits a contract's log from a block on; topics as in a filter, nil for all.
func (c *client) scan(ctx context.Context, at common.Address, from uint64, topics [][]common.Hash, visit func(*types.Log) error) error {
	head, err := c.chain.BlockNumber(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", c.chain.Wrap(err))
	}
	for ; from <= head; from += scanSpan {
		logs, err := c.chain.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(from),
			ToBlock: new(big.Int).SetUint64(min(head, from+scanSpan-1)), Addresses: []common.Address{at}, Topics: topics})
		if err != nil {
			return fmt.Errorf("read log: %w", c.chain.Wrap(err))
		}
		for i := range logs {
			if err := visit(&logs[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// awaitJob follows a job until it is delivered. After the deadline it is refunded.
func (s *sender) awaitJob(ctx context.Context, job common.Hash, from uint64) (*jobAnswer, error) {
	last := jobState(0)
	for head := range s.chain.Heads(ctx) {
		j, err := s.reader.Job(ctx, job)
		if errors.Is(err, protocol.ErrUnavailable) {
			continue // the next head may find the node again
		} else if err != nil {
			return nil, err
		}
		state := jobState(j.State)
		if state != last {
			fmt.Fprintf(s.notes, "job is %s at block %d\n", state, head.Number)
			last = state
		}
		switch {
		case state == jobDelivered || j.State == jobFinalized:
			return s.delivered(ctx, job, from)
		case state == jobRefunded:
			return nil, fmt.Errorf("job %s was refunded: nobody delivered it: %w", job, protocol.ErrExpired)
		case head.Time >= j.Deadline && (state == jobRequested || state == jobAccepted):
			if _, err := s.refund(ctx, job); err != nil {
				return nil, err
			}
			return nil, advise(fmt.Errorf("nobody delivered job %s before its deadline; its money is refunded: %w", job, protocol.ErrExpired),
				"offer a higher --price-in and --price-out, or allow more time with --within")
		}
	}
	return nil, advise(fmt.Errorf("wait for job %s: %w", job, ctx.Err()), "dgrid wallet balance shows it; dgrid wallet refund %s returns its money after the deadline", job)
}

func (s *sender) refund(ctx context.Context, job common.Hash) (report, error) {
	return s.perform(ctx, "refund "+job.Hex(), func(act) ([]protocol.Call, error) {
		return []protocol.Call{s.reader.Addresses().RefundJob(job)}, nil
	}, s.showFree(ctx, s.key.Address()))
}

func newWalletRefund(g *globals) *cobra.Command {
	f := &sendFlags{}
	cmd := &cobra.Command{
		Use:   "refund JOB",
		Short: "Return the money of a job that nobody accepted yet or delivered in time",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, f, func(s *sender) (report, error) {
				job, err := parseHash("job", args[0])
				if err != nil {
					return report{}, err
				}
				return s.refund(cmd.Context(), job)
			})
		},
	}
	f.add(cmd)
	return cmd
}

// delivered reads a job's answer from the log.
func (s *sender) delivered(ctx context.Context, job common.Hash, from uint64) (*jobAnswer, error) {
	var answer *jobAnswer
	err := s.scan(ctx, s.reader.Addresses().Market, from, [][]common.Hash{nil, {job}}, func(l *types.Log) error {
		e, err := events.DecodeLog(events.Market, l)
		if d, ok := e.(events.JobDelivered); err == nil && ok && d.Job == job {
			answer = &jobAnswer{JobDelivered: d}
		}
		return err
	})
	if err == nil && answer == nil {
		err = fmt.Errorf("the log has no answer of job %s: %w", job, protocol.ErrUnavailable)
	}
	return answer, err
}

// judge makes the text and compares the answer with the model's own.
func (s *sender) judge(ctx context.Context, f *jobFlags, m *runtime.Model, o contracts.JobOrder, a *jobAnswer) error {
	decoder := m.Tokenizer().NewDecoder(o.Prompt)
	for _, id := range a.Output {
		a.text += decoder.Push(id)
	}
	a.text += decoder.Flush()
	if root := protocol.TokenRoot(common.Hash{}, protocol.TagOutput, a.Output); root != a.Receipt.OutputRoot {
		a.fault = fmt.Sprintf("the output has root %s, the receipt says %s", root, a.Receipt.OutputRoot)
		return nil
	}
	if f.noReplay {
		return nil
	}
	result, err := m.NewSession().Generate(ctx, o.Prompt, runtime.Params{Params: o.Params, MaxTokens: int(o.MaxOutputTokens)}, nil)
	if err != nil {
		return fmt.Errorf("replay the answer: %w", err)
	}
	trace := protocol.TraceRoot(common.Hash{}, result.Root)
	switch cut := a.Receipt.Finish == protocol.FinishCancelled; {
	case cut && len(a.Output) <= len(result.Output) && slices.Equal(a.Output, result.Output[:len(a.Output)]):
	case !slices.Equal(a.Output, result.Output):
		a.fault = fmt.Sprintf("the output differs from the model's at token %d", firstDifference(a.Output, result.Output))
	case !cut && a.Receipt.Finish != result.Finish:
		a.fault = fmt.Sprintf("finish is %s, the model's is %s", a.Receipt.Finish, result.Finish)
	case !cut && a.Receipt.TraceRoot != trace:
		a.fault = fmt.Sprintf("the trace root is %s, the model's is %s", a.Receipt.TraceRoot, trace)
	}
	return nil
}

func firstDifference(a, b []uint32) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}
