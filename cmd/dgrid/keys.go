package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	accounts "github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/prover/keys"
)

func newKeysCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make keys: of accounts, and the proving keys of the circuits"}
	var dir string
	dev := &cobra.Command{
		Use:   "dev",
		Short: "Make the development proving keys, or check the cached ones; anyone can forge proofs under them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			source, err := network.DefaultKeys(dir, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "checking the keys of circuit %s in %s\n", keys.Step().Name, source.Dir)
			set, err := source.Development(cmd.Context())
			if err != nil {
				return err
			}
			f := facts{{"circuit", set.Circuit}, {"constraints", set.System.GetNbConstraints()}, {"verifying_key", set.KeyHash}, {"deployment", set.Deployment}, {"dir", source.Dir}}
			return g.print(cmd, f, func(w io.Writer) { f.write(w) })
		},
	}
	dev.Flags().StringVar(&dir, "dir", "", "folder of the cache; default: the user's, as dgrid up and demo")
	cmd.AddCommand(dev, newKeysNew(g))
	return cmd
}

// newKeysNew makes the key of a wallet or a service.
func newKeysNew(g *globals) *cobra.Command {
	var hexFile string
	var light bool
	cmd := &cobra.Command{
		Use:   "new FILE",
		Short: "Make a key in an encrypted file, with its passphrase in FILE.pass",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			effort, create := g.effort, accounts.Create
			if light {
				effort = accounts.Light
			}
			if hexFile != "" {
				create = func(path string, e accounts.Effort) (accounts.Key, error) { return accounts.Import(path, hexFile, e) }
			}
			key, err := create(args[0], effort)
			if err != nil {
				return err
			}
			f := facts{{"address", key.Address()}, {"key", args[0]}, {"passphrase_file", args[0] + ".pass"}}
			return g.print(cmd, f, func(w io.Writer) {
				f.write(w)
				fmt.Fprintf(w, "\nname it in the configuration, in [wallet], [relayer] or [api]:\n  key = %q\n  passphrase_file = %q\nback both files up: nobody can make them again\n", args[0], args[0]+".pass")
			})
		},
	}
	cmd.Flags().StringVar(&hexFile, "import", "", "file with a raw hex key to encrypt instead of making one")
	cmd.Flags().BoolVar(&light, "light", false, "encrypt so weakly that the file opens at once: for development and tests")
	return cmd
}

// newKeysChild is the process in which development keys are made: its randomness is
// fixed, so it does nothing else.
func newKeysChild() *cobra.Command {
	return &cobra.Command{
		Use: keys.ChildCommand, Hidden: true, DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if code := keys.RunChild(args, cmd.ErrOrStderr(), keys.Step()); code != 0 {
				return exitCode{code, fmt.Errorf("development keys were not made")}
			}
			return nil
		},
	}
}
