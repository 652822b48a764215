// Command report measures the demo model and writes REPORT.md and report.json beside it. It fails when the model misses
// its quality gate.
//
//	go run ./models/cmd/report -out models/demo
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgrid-network/dgrid/models/corpus"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/models/eval"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// temperature of the sample stories, in thousandths.
const temperature = 600

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	out := flag.String("out", "models/demo", "folder for REPORT.md and report.json")
	windows := flag.Int("windows", 80, "held-out conversations")
	flag.Parse()
	vocab, err := tokenize.Parse(demo.Tokenizer())
	if err != nil {
		return err
	}
	m, err := runtime.Parse(demo.Container())
	if err != nil {
		return err
	}
	in := eval.Input{Container: demo.Container(), Checkpoint: demo.Checkpoint(), Windows: corpus.HeldOut(vocab, *windows, m.Header().Positions), MaxTokens: 400,
		TextName: "held-out conversations of the story grammar"}
	var stories strings.Builder
	for _, p := range demo.Prompts() {
		prompt, err := m.Tokenizer().Render(1, []tokenizer.Message{{Role: tokenizer.User, Content: p}})
		if err != nil {
			return err
		}
		in.Prompts = append(in.Prompts, prompt)
		res, err := m.NewSession().Generate(ctx, prompt, runtime.Params{Params: protocol.Params{TemperatureMilli: temperature}, MaxTokens: 400}, nil)
		if err != nil {
			return err
		}
		fmt.Fprintf(&stories, "> **%s**\n>\n> %s\n\n", p, strings.TrimSpace(m.Tokenizer().Text(prompt, res.Output)))
	}
	r, err := eval.Run(ctx, in)
	if err != nil {
		return err
	}
	var doc bytes.Buffer
	fmt.Fprintf(&doc, "# Quality of %s\n\nThe integer model against the float32 checkpoint it was imported from. Written by `go run ./models/cmd/report`.\n"+
		"Speeds are those of the machine that wrote it; everything else is reproducible from the committed files.\n\n", demo.Name)
	if err := r.WriteMarkdown(&doc); err != nil {
		return err
	}
	fmt.Fprintf(&doc, "\nGreedy answers may leave the float run at a near tie: the integer model is the model, so perplexity, KL and agreement count.\n\n"+
		"## Answers of the integer model\n\nTemperature %d.%d, seed of zeros.\n\n%s", temperature/1000, temperature%1000/100, stories.String())
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	for name, data := range map[string][]byte{"REPORT.md": bytes.TrimRight(doc.Bytes(), "\n"), "report.json": raw} {
		if err := os.WriteFile(filepath.Join(*out, name), append(data, '\n'), 0o644); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if err := r.WriteTable(os.Stdout); err != nil {
		return err
	}
	return r.Gate()
}
