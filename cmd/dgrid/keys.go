package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/prover/keys"
)

func newKeysCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "keys", Short: "Make and check the proving keys of the circuits"}
	var dir string
	dev := &cobra.Command{
		Use:   "dev",
		Short: "Make the development proving keys, or check the cached ones; anyone can forge proofs under them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			self, err := os.Executable()
			if err != nil {
				return fmt.Errorf("find this program: %w", err)
			}
			dot := keys.Dot()
			fmt.Fprintf(cmd.ErrOrStderr(), "checking the keys of circuit %s in %s\n", dot.Name, dir)
			set, err := keys.Store{Dir: dir, Child: []string{self, keys.ChildCommand}, Progress: cmd.ErrOrStderr()}.Dev(cmd.Context(), dot)
			if err != nil {
				return err
			}
			f := facts{{"circuit", set.Circuit}, {"constraints", set.System.GetNbConstraints()}, {"verifying_key", set.KeyHash}, {"deployment", set.Deployment}, {"dir", dir}}
			return g.print(cmd, f, func(w io.Writer) { f.write(w) })
		},
	}
	dev.Flags().StringVar(&dir, "dir", "keys", "folder of the cache")
	cmd.AddCommand(dev)
	return cmd
}

// newKeysChild is the process in which development keys are made: its randomness is
// fixed, so it does nothing else.
func newKeysChild() *cobra.Command {
	return &cobra.Command{
		Use: keys.ChildCommand, Hidden: true, DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if code := keys.RunChild(args, cmd.ErrOrStderr(), keys.Dot()); code != 0 {
				return exitCode{code, fmt.Errorf("development keys were not made")}
			}
			return nil
		},
	}
}
