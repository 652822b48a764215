package main

import (
	"github.com/spf13/cobra"
)

func newProviderCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "provider", Short: "Answer requests for money: init, doctor, register, run, status, earnings, drain, withdraw"}
	return cmd
}
