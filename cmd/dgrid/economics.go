package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/economics"
	"github.com/dgrid-network/dgrid/protocol"
)

// liveEconomics are the rules of a deployment with real money.
func liveEconomics() economics.Parameters {
	return economicsOf(deploy.Live(common.Address{}, common.Address{}, common.Address{}))
}

// economicsOf are the rules of a deployment: what its parameters fix, and what the
// contracts have as constants.
func economicsOf(d deploy.Parameters) economics.Parameters {
	p := economics.Live()
	exposure := int64(d.Timing.ExposureDivisor)
	p.FeeDivisor, p.StretchDivisor, p.RefundDivisor = exposure, exposure, exposure
	p.RelayerBPS, p.ProtocolBPS, p.AuditorsBPS = int64(d.Shares.RelayerBps), int64(d.Shares.ProtocolBps), int64(d.Shares.AuditorsBps)
	p.MaxHoldSeconds = int64(d.Timing.MaxHold)
	p.ClockSeconds, p.AnswerSeconds = int64(d.Questions.Clock), int64(d.Questions.AnswerTime)
	p.BaseBond = economics.Money(d.Questions.BaseBond.Int64())
	p.AuditPPM = int64(d.Audits.AuditBps) * (economics.PPM / economics.BPS)
	return p
}

// partFlag sets a number from a part of one, as in 0.03.
type partFlag struct {
	v     *int64
	scale int64
}

func (f partFlag) String() string {
	if f.v == nil {
		return ""
	}
	return fmt.Sprint(float64(*f.v) / float64(f.scale))
}

func (f partFlag) Type() string { return "part" }

func (f partFlag) Set(s string) error {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.Abs(x) > 1000 {
		return fmt.Errorf("%q is no part of one: %w", s, protocol.ErrInvalid)
	}
	*f.v = int64(math.Round(x * float64(f.scale)))
	return nil
}

func newEconomicsCommand(g *globals) *cobra.Command {
	p := liveEconomics()
	var without []string
	trials, seed := 4000, uint64(1)
	names := make([]string, len(economics.Removals()))
	for i, r := range economics.Removals() {
		names[i] = r.Name
	}
	cmd := &cobra.Command{
		Use:   "economics",
		Short: "Show what each way to cheat brings and costs under the protocol's numbers",
		Long: `Asks of every known way to cheat what it brings and what it costs, exactly and by a
seeded simulation, and prints loss / gain. Gain and loss are in percent of the stake, per
window; docs/economics.md has the model.

Exit code 0: every ratio is at least the required one. 2: one is not. 1: the
parameters are out of range, or simulation and expectation disagree.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := p
			for _, name := range without {
				var ok bool
				if q, ok = q.Without(name); !ok {
					return fmt.Errorf("no rule %q, only %s: %w", name, strings.Join(names, ", "), protocol.ErrInvalid)
				}
			}
			r, err := economics.Evaluate(q, trials, seed)
			if err != nil {
				return err
			}
			if err := g.print(cmd, r, func(w io.Writer) { writeEconomics(w, r, without) }); err != nil {
				return err
			}
			if !r.Pass {
				return exitCode{exitCheck, fmt.Errorf("%s: loss / gain %.3f is below %.2f: %w", r.Lowest, r.Ratio, r.Required, protocol.ErrConflict)}
			}
			return nil
		},
	}
	f := cmd.Flags()
	part := func(v *int64, scale int64, name, about string) { f.Var(partFlag{v, scale}, name, about) }
	part(&p.AuditPPM, economics.PPM, "audit-probability", "that an answer of the largest fee is drawn")
	part(&p.PuppetBPS, economics.BPS, "puppets", "part of the auditors' stake that is the cheater's")
	part(&p.SavingBPS, economics.BPS, "saving", "part of its revenue that a cheater saves by not computing")
	part(&p.FaultBPS, economics.BPS, "slash", "of the stake, per proven fault")
	part(&p.SilenceBPS, economics.BPS, "slash-silence", "of the stake, per unanswered question")
	part(&p.BountyBPS, economics.BPS, "bounty", "of a slash, at most")
	part(&p.ReturnedBPS, economics.BPS, "returned", "of a slash, refund and bounty together; the rest burns")
	part(&p.PendingBPS, economics.BPS, "pending", "of the stake, that may be pending credit")
	part(&p.RelayerBPS, economics.BPS, "share-relayer", "of a fee")
	part(&p.ProtocolBPS, economics.BPS, "share-protocol", "of a fee")
	part(&p.AuditorsBPS, economics.BPS, "share-auditors", "of a fee")
	part(&p.RequiredCentiRatio, 100, "require", "loss / gain to ask for")
	f.IntVar(&p.AssignedAuditors, "auditors", p.AssignedAuditors, "assigned to each draw")
	f.IntVar(&trials, "trials", trials, "simulated windows of a full strategy; light ones are played up to 100 times as often")
	f.Uint64Var(&seed, "seed", seed, "of the simulation")
	f.StringSliceVar(&without, "without", nil, "take rules away: "+strings.Join(names, ", "))
	return cmd
}

func writeEconomics(w io.Writer, r economics.Report, without []string) {
	ratio := func(v *float64) string {
		if v == nil {
			return "no gain"
		}
		return fmt.Sprintf("%.3f", *v)
	}
	fmt.Fprintf(w, "strategy\tgain %%\tloss %%\tloss/gain\tsimulated loss %%\tverdict\n")
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s\t%.4f\t%.4f\t%s\t%.4f ± %.4f\t%s\n", row.Strategy.Name, 100*row.Expected.Gain, 100*row.Expected.Loss,
			ratio(row.Ratio), 100*row.Simulated.Loss, 100*row.Simulated.LossError, row.Verdict)
	}
	fmt.Fprintf(w, "\nlowest\t%.3f\t%s\n", r.Ratio, r.Lowest)
	part := func(v, scale int64) string {
		if v == 0 {
			return "none"
		}
		return fmt.Sprintf("%.4g %%", 100*float64(v)/float64(scale))
	}
	fmt.Fprintf(w, "%.2f is reached at\taudits %s\tslash %s\tpuppets %s\n", r.Required,
		part(r.Limits.AuditPPM, economics.PPM), part(r.Limits.FaultBPS, economics.BPS), part(r.Limits.PuppetBPS, economics.BPS))
	fmt.Fprintf(w, "\ngrief\tcost\tharm\tcost/harm\n")
	for _, g := range r.Griefs {
		v := "no harm"
		if g.Ratio != nil {
			v = ratio(g.Ratio)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", g.Name, g.Cost, g.Harm, v)
	}
	fmt.Fprintf(w, "\nwithout\tlowest\tby\tmeans\n")
	for _, m := range r.Removed {
		if !slices.Contains(without, m.Name) {
			fmt.Fprintf(w, "%s\t%.3f\t%s\t%s\n", m.Name, m.Ratio, m.Strategy, m.About)
		}
	}
	fmt.Fprintf(w, "\nThe table needs, and does not show:\n")
	for _, c := range r.Conditions {
		fmt.Fprintf(w, "- %s; otherwise %s\n", c.Needs, c.Broken)
	}
}
