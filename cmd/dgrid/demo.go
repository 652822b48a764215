package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// demoLimit ends a demo that hangs.
const demoLimit = 5 * time.Minute

func newDemoCommand(g *globals) *cobra.Command {
	var factsFile string
	var seed uint64
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the main job from end to end in this process, and tell it",
		Long: `Start a whole network in this process and do its main job on real parts: a model is
published and served by two staked providers, answers are bought and their receipts
checked, vouchers are redeemed on chain, a game is answered by callback, and everybody
is paid out. Two more providers cheat: one computes a single number wrong, one opens
nothing. An auditor that is told nothing finds both, and both are slashed.

The proving keys are made at the first run and kept in the user's cache folder. --json
FILE also writes the facts, read back from the chain's log and the API's answers. --seed
takes the number that a run printed and has the cheater draw the same number again.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed("seed") {
				seed = rand.Uint64()
			}
			if g.logLevel == "" {
				g.logLevel = "error"
			}
			_, log, err := g.load()
			if err != nil {
				return err
			}
			data, err := os.MkdirTemp("", "dgrid-demo-")
			if err != nil {
				return fmt.Errorf("make a folder: %w", err)
			}
			defer os.RemoveAll(data)
			ctx, cancel := context.WithTimeout(cmd.Context(), demoLimit)
			defer cancel()
			n := &narrator{out: cmd.OutOrStdout(), began: time.Now()}
			facts, err := tellDemo(ctx, network.Config{Data: data, Log: log, Say: n.say}, n, seed)
			if factsFile != "" {
				err = errors.Join(err, facts.WriteFile(factsFile))
			}
			if err != nil {
				return err
			}
			n.say("done in %.1f s: %d answers, %d redeems, %d withdrawals", time.Since(n.began).Seconds(), len(facts.Requests), len(facts.Redeems), len(facts.Withdrawals))
			return nil
		},
	}
	// The global switch prints JSON; here the facts go to a file of their own.
	cmd.Flags().StringVar(&factsFile, "json", "", "also write the facts to this file")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "of the cheater's draw (default: another each time, printed)")
	return cmd
}

func tellDemo(ctx context.Context, cfg network.Config, n *narrator, seed uint64) (story.Facts, error) {
	set, err := provingKeys(ctx, n)
	if err != nil {
		return story.Facts{}, err
	}
	n.began = time.Now()
	cfg.Keys = func(context.Context) (*keys.Set, error) { return set, nil }
	net, err := network.Up(ctx, cfg)
	if err != nil {
		return story.Facts{}, err
	}
	ready := time.Since(n.began).Milliseconds()
	auditing, err := net.AddAuditor(ctx)
	if err != nil {
		return story.Facts{}, errors.Join(err, net.Close())
	}
	n.say("two more providers join: one will compute a single number wrong, drawn from seed %d, the other will open nothing", seed)
	suspects, err := story.Cheaters(ctx, net, seed)
	if err != nil {
		return story.Facts{}, errors.Join(err, net.Close())
	}
	facts, err := story.Tell(ctx, story.World{
		Chain: net.Chain, APIURL: net.APIURL, Model: net.Model, Proven: demo.Name + "@1", Sampled: demo.Name + "-float@1", ProvenVersion: net.Proven,
		Requester: devchain.Key(network.AccountRequester), First: devchain.Key(network.AccountFirstPlayer), Second: devchain.Key(network.AccountSecondPlayer),
		Creator: net.Creator(), Owners: net.Owners(),
		Suspects: suspects, Auditor: devchain.Address(network.AccountAuditor), Proofs: story.Proofs(auditing.Cases()),
		Lane:    func(account common.Address) *txmgr.Manager { return net.LaneOf(account) },
		Prompts: demo.Prompts(), GamePrompt: demo.Prompts()[3], Say: n.say, Print: n.print, Log: cfg.Log,
	})
	if facts.Durations != nil {
		facts.Durations["up"] = ready
	}
	return facts, errors.Join(err, net.Close())
}

// provingKeys makes the development keys, or finds them where they were kept: before
// the story, which has no time for it.
func provingKeys(ctx context.Context, n *narrator) (*keys.Set, error) {
	source, err := network.DefaultKeys("", n.out)
	if err != nil {
		return nil, err
	}
	n.say("proving keys, from %s", source.Dir)
	return source.Development(ctx)
}

// narrator tells a story to a person: one line per event with the time since the
// start, and answers as they stream in.
type narrator struct {
	out     io.Writer
	began   time.Time
	midline bool
}

func (n *narrator) say(format string, args ...any) {
	if n.midline {
		fmt.Fprintln(n.out)
		n.midline = false
	}
	fmt.Fprintf(n.out, "%6.1f s  %s\n", time.Since(n.began).Seconds(), fmt.Sprintf(format, args...))
}

func (n *narrator) print(text string) {
	if text == "" {
		return
	}
	if !n.midline {
		fmt.Fprint(n.out, "          ")
	}
	fmt.Fprint(n.out, text)
	n.midline = text[len(text)-1] != '\n'
}
