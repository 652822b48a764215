// Command dgrid is the one binary of the network: every service, every client and
// the demo are subcommands. It only wires; what it does lives in the packages.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/internal/keys"
)

// Exit codes of every subcommand.
const (
	exitOK    = 0
	exitError = 1
	exitCheck = 2 // a check failed
	exitFault = 3 // a fault was found
)

// exitCode carries an exit code other than exitError through cobra.
type exitCode struct {
	code int
	err  error
}

func (e exitCode) Error() string { return e.err.Error() }
func (e exitCode) Unwrap() error { return e.err }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(os.Stderr, "dgrid:", err)
	var e exitCode
	if errors.As(err, &e) {
		return e.code
	}
	return exitError
}

func newRoot() *cobra.Command { return rootOf(&globals{effort: keys.Strong}) }

func rootOf(g *globals) *cobra.Command {
	root := &cobra.Command{
		Use:           "dgrid",
		Short:         "Decentralized AI inference whose answers anyone can check",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().StringVar(&g.configFile, "config", "", "configuration file (see dgrid.example.toml)")
	root.PersistentFlags().StringArrayVar(&g.set, "set", nil, "override one key, as in --set chain.rpc=http://127.0.0.1:8545")
	root.PersistentFlags().BoolVar(&g.json, "json", false, "print machine-readable JSON on standard output")
	root.PersistentFlags().StringVar(&g.logLevel, "log", "", "log level: debug, info, warn, error")
	root.AddCommand(
		newVersionCommand(g),
		newConfigCommand(g),
		newModelCommand(g),
		newDeployCommand(g),
		newWalletCommand(g),
		newProviderCommand(g),
		newVerifyCommand(g),
		newKeysCommand(g),
		newKeysChild(),
		newCeremonyCommand(g, ceremonyCircuits()),
		newUpCommand(g),
		newDemoCommand(g),
		newRelayerCommand(g),
		newIndexerCommand(g),
		newAPICommand(g),
		newBenchCommand(g),
		newEconomicsCommand(g),
		newAuditorCommand(g),
	)
	return root
}
