package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/protocol/bundle"
)

func newVerifyCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "verify RECEIPT.json",
		Short: "Check a receipt offline: who asked, who answered, tokens, fee; exit 2 if it is wrong",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read receipt: %w", err)
			}
			b, err := bundle.Decode(raw)
			if err != nil {
				return exitCode{exitCheck, err}
			}
			report, failed := b.Verify()
			err = g.print(cmd, report, func(w io.Writer) {
				for _, c := range report.Checks {
					status := statusPass
					if !c.OK {
						status = statusFail
					}
					fmt.Fprintf(w, "%s\t%s\t%s\n", status, c.Name, c.Detail)
				}
				fmt.Fprintf(w, "\nrequest\t%s\nreceipt\t%s\nprovider\t%s\nclass\t%s\ntokens\t%d in, %d out, finish %s\nfee\t%su\n",
					report.RequestHash, report.ReceiptHash, report.Provider, report.Class, report.PromptTokens, report.OutputTokens, report.Finish, report.Fee)
				fmt.Fprintln(w, "\nonly the chain can confirm:")
				for _, a := range report.Assumed {
					fmt.Fprintf(w, "  %s\n", a)
				}
			})
			if err == nil && failed != nil {
				err = exitCode{exitCheck, failed}
			}
			return err
		},
	}
}
