package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
)

// globals are the flags that every subcommand has.
type globals struct {
	configFile string
	set        []string
	json       bool
	logLevel   string
	// effort is what new keystores cost to open.
	effort keys.Effort
}

// load reads the configuration and builds the logger it asks for.
func (g *globals) load() (config.Config, *slog.Logger, error) {
	flags := map[string]any{}
	for _, s := range g.set {
		key, value, ok := strings.Cut(s, "=")
		if !ok {
			return config.Config{}, nil, fmt.Errorf("--set %q is not key=value: %w", s, protocol.ErrInvalid)
		}
		flags[key] = value
	}
	if g.logLevel != "" {
		flags["log.level"] = g.logLevel
	}
	c, err := config.Load(g.configFile, flags)
	if err != nil {
		return c, nil, err
	}
	return c, newLogger(os.Stderr, c.Log), nil
}

func newLogger(w io.Writer, c config.Log) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.Level)) // validated by config
	options := &slog.HandlerOptions{Level: level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// printJSON writes v as one line.
func printJSON(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// print writes v as JSON where --json is given, else calls human.
func (g *globals) print(cmd *cobra.Command, v any, human func(w io.Writer)) error {
	if g.json {
		return printJSON(cmd.OutOrStdout(), v)
	}
	tw := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	human(tw)
	return tw.Flush()
}

func newVersionCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version and what it was built with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := map[string]string{"version": "dev", "go": "", "revision": ""}
			if info, ok := debug.ReadBuildInfo(); ok {
				v["go"] = info.GoVersion
				if info.Main.Version != "" && info.Main.Version != "(devel)" {
					v["version"] = info.Main.Version
				}
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v["revision"] = s.Value
					}
				}
			}
			return g.print(cmd, v, func(w io.Writer) { fmt.Fprintf(w, "dgrid %s (%s) %s\n", v["version"], v["go"], v["revision"]) })
		},
	}
}

func newConfigCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Look at the configuration"}
	cmd.AddCommand(&cobra.Command{
		Use:   "check",
		Short: "Check the configuration and print what is in force, secrets masked",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := g.load()
			if err != nil {
				return exitCode{exitCheck, err}
			}
			effective := c.Effective()
			return g.print(cmd, effective, func(w io.Writer) {
				keys := make([]string, 0, len(effective))
				for key := range effective {
					keys = append(keys, key)
				}
				sort.Strings(keys)
				for _, key := range keys {
					fmt.Fprintf(w, "%s\t%s\t%s\n", key, effective[key], config.EnvName(key))
				}
			})
		},
	})
	return cmd
}
