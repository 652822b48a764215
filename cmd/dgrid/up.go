package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/models/demo"
)

// upFacts is the line that `dgrid up --json` prints when the network is ready.
type upFacts struct {
	APIURL     string              `json:"api_url"`
	APIKey     string              `json:"api_key"`
	RPCURL     string              `json:"rpc_url"`
	RelayerURL string              `json:"relayer_url"`
	ChainID    uint64              `json:"chain_id"`
	Contracts  contracts.Addresses `json:"contracts"`
	Model      string              `json:"model"`
	Channel    common.Hash         `json:"channel"`
}

func newUpCommand(g *globals) *cobra.Command {
	var data string
	var chainPort, apiPort, relayerPort int
	var audited bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Keep a whole network running in this process",
		Long: `Run a development chain, the contracts, an indexer, a relayer, the API and two providers
of the demo model on loopback, until Ctrl-C. Prints a curl line to try it with.

With --data it survives restarts, also kill -9; without, it starts anew every time.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if g.logLevel == "" {
				g.logLevel = "warn"
			}
			_, log, err := g.load()
			if err != nil {
				return err
			}
			source, err := network.DefaultKeys("", cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			cfg := network.Config{Data: data, ChainPort: chainPort, APIPort: apiPort, RelayerPort: relayerPort, Log: log, Keys: source.Development}
			if audited {
				cfg.Terms = network.AuditedTerms
			}
			if data == "" {
				if cfg.Data, err = os.MkdirTemp("", "dgrid-up-"); err != nil {
					return fmt.Errorf("make a folder: %w", err)
				}
				defer os.RemoveAll(cfg.Data)
			}
			if !g.json {
				cfg.Say = func(format string, args ...any) { fmt.Fprintf(cmd.ErrOrStderr(), format+"\n", args...) }
			}
			return up(cmd, g, cfg, audited)
		},
	}
	cmd.Flags().BoolVar(&audited, "auditor", false, "run an auditor with a seat too: redeems are drawn, and what is drawn is checked (decided when the contracts are deployed)")
	cmd.Flags().StringVar(&data, "data", "", "folder to keep the network in")
	cmd.Flags().IntVar(&chainPort, "chain-port", 0, "port of the chain's RPC; 0 takes a free one")
	cmd.Flags().IntVar(&apiPort, "api-port", 0, "port of the API; 0 takes a free one")
	cmd.Flags().IntVar(&relayerPort, "relayer-port", 0, "port of the relayer; 0 takes a free one")
	return cmd
}

// up starts a network, says how to use it, and keeps it until ctx ends.
func up(cmd *cobra.Command, g *globals, cfg network.Config, audited bool) error {
	ctx := cmd.Context()
	n, err := network.Up(ctx, cfg)
	if err != nil {
		return stopped(ctx, err)
	}
	facts, err := ready(ctx, n)
	if err == nil && audited {
		_, err = n.AddSeated(ctx, network.AccountAuditor, 0)
	}
	if err != nil {
		return stopped(ctx, errors.Join(err, n.Close()))
	}
	err = g.print(cmd, facts, func(w io.Writer) {
		fmt.Fprintf(w, "chain\t%s (id %d)\n", facts.RPCURL, facts.ChainID)
		fmt.Fprintf(w, "market\t%s\n", facts.Contracts.Market)
		fmt.Fprintf(w, "api\t%s\n", facts.APIURL)
		fmt.Fprintf(w, "model\t%s (%s)\n", facts.Model, demo.Description)
		fmt.Fprintf(w, "accounts\tfunded, of the mnemonic %q\n", devchain.Mnemonic)
		for i := range network.Accounts {
			fmt.Fprintf(w, "\t%d  %s  %s\n", i, devchain.Address(i), network.AccountName(i))
		}
		fmt.Fprintf(w, "\nTry it:\n\n%s\n\nCtrl-C stops.\n", curlLine(facts))
	})
	if err != nil {
		return errors.Join(err, n.Close())
	}
	return stopped(ctx, n.Wait())
}

// ready opens the requester's channel and makes a key for it.
func ready(ctx context.Context, n *network.Network) (upFacts, error) {
	channel, err := n.OpenChannel(ctx, network.AccountRequester, 100, 24*time.Hour)
	if err != nil {
		return upFacts{}, fmt.Errorf("open a channel: %w", err)
	}
	key, err := n.CreateKey(ctx, network.AccountRequester, channel)
	if err != nil {
		return upFacts{}, fmt.Errorf("make an API key: %w", err)
	}
	return upFacts{APIURL: n.APIURL, APIKey: key, RPCURL: n.Dev.HTTP(), RelayerURL: n.RelayerURL, ChainID: n.Chain.Deployment.ChainID,
		Contracts: n.Chain.Reader.Addresses(), Model: demo.Name + "@1", Channel: channel}, nil
}

// curlLine asks for a story and can be pasted into a shell.
func curlLine(f upFacts) string {
	return fmt.Sprintf("curl -N %s/v1/chat/completions -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' "+
		"-d '{\"model\":\"%s\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}'", f.APIURL, f.APIKey, f.Model, demo.Prompts()[0])
}

// stopped turns the end that the user asked for into success.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}
