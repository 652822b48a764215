package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/models/eval"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
	"github.com/dgrid-network/dgrid/runtime/importer"
)

func newModelCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{Use: "model", Short: "Import, inspect, check, run and publish models"}
	cmd.AddCommand(newModelImport(g), newModelInspect(g), newModelVerify(g), newModelRun(g), newModelEval(g), newModelTrace(g), newModelPublish(g))
	return cmd
}

func newModelImport(g *globals) *cobra.Command {
	var tokenizerFile, templateFile, out string
	var positions int
	cmd := &cobra.Command{
		Use:   "import CHECKPOINT --tokenizer FILE [--out FILE]",
		Short: "Make a model file from a llama2.c checkpoint, in integers only: everyone derives the same file",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			checkpoint, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("read checkpoint: %w", err)
			}
			vocabulary, err := os.ReadFile(tokenizerFile)
			if err != nil {
				return fmt.Errorf("read tokenizer: %w", err)
			}
			options := importer.Options{Positions: positions, Progress: progress(cmd.ErrOrStderr(), "quantise")}
			if templateFile != "" {
				text, err := os.ReadFile(templateFile)
				if err != nil {
					return fmt.Errorf("read chat templates: %w", err)
				}
				if err := json.Unmarshal(text, &options.Templates); err != nil {
					return fmt.Errorf("read chat templates: %v: %w", err, protocol.ErrInvalid)
				}
			}
			file, err := importer.Llama2C(cmd.Context(), checkpoint, vocabulary, options)
			if err != nil {
				return err
			}
			if err := writeFile(out, file); err != nil {
				return err
			}
			m, err := runtime.Parse(file)
			if err != nil {
				return err
			}
			return describe(g, cmd, file, m)
		},
	}
	cmd.Flags().StringVar(&tokenizerFile, "tokenizer", "", "llama2.c tokenizer.bin of the checkpoint")
	cmd.Flags().StringVar(&templateFile, "templates", "", "JSON list of chat templates")
	cmd.Flags().StringVar(&out, "out", "model.dgm", "model file to write")
	cmd.Flags().IntVar(&positions, "positions", 0, "shorten the context to this many positions")
	_ = cmd.MarkFlagRequired("tokenizer")
	return cmd
}

// modelFacts are what a model file says of itself, and what it commits to.
type modelFacts struct {
	FileSHA256    string         `json:"file_sha256"`
	FileBytes     int            `json:"file_bytes"`
	SpecVersion   int            `json:"spec_version"`
	WeightsRoot   common.Hash    `json:"weights_root"`
	TokenizerHash common.Hash    `json:"tokenizer_hash"`
	Header        runtime.Header `json:"header"`
	Vocabulary    int            `json:"vocabulary"`
	Context       int            `json:"context"`
}

// factsOf digests a parsed model; progress may be nil.
func factsOf(m *runtime.Model, size int, progress func(done, total int)) (modelFacts, error) {
	h := m.Header()
	root, _, err := network.WeightsOf(m, progress)
	if err != nil {
		return modelFacts{}, err
	}
	sum := m.FileHash()
	return modelFacts{FileSHA256: hex.EncodeToString(sum[:]), FileBytes: size, SpecVersion: commit.SpecVersion, WeightsRoot: root,
		TokenizerHash: network.TokenizerHash(m), Header: h, Vocabulary: h.Vocab, Context: h.Positions}, nil
}

// readModel reads a model file; ErrInvalid wraps one that is no model.
func readModel(path string) ([]byte, *runtime.Model, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read model: %w", err)
	}
	m, err := runtime.Parse(file)
	if err != nil {
		return nil, nil, fmt.Errorf("read model %s: %w", path, err)
	}
	return file, m, nil
}

func describe(g *globals, cmd *cobra.Command, file []byte, m *runtime.Model) error {
	f, err := factsOf(m, len(file), progress(cmd.ErrOrStderr(), "digest"))
	if err != nil {
		return err
	}
	return g.print(cmd, f, func(w io.Writer) {
		fmt.Fprintf(w, "file\t%d bytes, sha256 %s\n", f.FileBytes, f.FileSHA256)
		fmt.Fprintf(w, "shape\td %d, ffn %d, layers %d, heads %d/%d of %d\n", f.Header.Dim, f.Header.FFN, f.Header.Layers, f.Header.Heads, f.Header.KVHeads, f.Header.HeadDim)
		fmt.Fprintf(w, "vocabulary\t%d\n", f.Vocabulary)
		fmt.Fprintf(w, "context\t%d positions\n", f.Context)
		fmt.Fprintf(w, "weights root\t%s (spec version %d)\n", f.WeightsRoot, f.SpecVersion)
		fmt.Fprintf(w, "tokenizer\t%s\n", f.TokenizerHash)
	})
}

func newModelInspect(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "Show the shape of a model file and what a version of it commits to",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, m, err := readModel(args[0])
			if err != nil {
				return err
			}
			return describe(g, cmd, file, m)
		},
	}
}

func newModelVerify(g *globals) *cobra.Command {
	var root, sha string
	cmd := &cobra.Command{
		Use:   "verify FILE [--weights-root HASH] [--sha256 HASH]",
		Short: "Check that a model file is canonical, inside all limits, and the one that is meant (exit 2 if not)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var wanted common.Hash
			if root != "" {
				var err error
				if wanted, err = parseHash("weights root", root); err != nil {
					return err
				}
			}
			file, m, err := readModel(args[0])
			if errors.Is(err, protocol.ErrInvalid) {
				return exitCode{exitCheck, err}
			}
			if err != nil {
				return err
			}
			f, err := factsOf(m, len(file), progress(cmd.ErrOrStderr(), "digest"))
			if err != nil {
				return exitCode{exitCheck, err}
			}
			if root != "" && wanted != f.WeightsRoot {
				return exitCode{exitCheck, fmt.Errorf("weights root is %s, not %s: %w", f.WeightsRoot, root, protocol.ErrConflict)}
			}
			if sha != "" && !strings.EqualFold(sha, f.FileSHA256) {
				return exitCode{exitCheck, fmt.Errorf("sha256 is %s, not %s: %w", f.FileSHA256, sha, protocol.ErrConflict)}
			}
			return g.print(cmd, f, func(w io.Writer) {
				fmt.Fprintf(w, "canonical and within limits: sha256 %s, weights root %s\n", f.FileSHA256, f.WeightsRoot)
			})
		},
	}
	cmd.Flags().StringVar(&root, "weights-root", "", "weights root that the file must have")
	cmd.Flags().StringVar(&sha, "sha256", "", "SHA-256 that the file must have")
	return cmd
}

func newModelRun(g *globals) *cobra.Command {
	var maxTokens int
	var temperature float64
	var seed string
	var raw bool
	cmd := &cobra.Command{
		Use:   "run FILE PROMPT",
		Short: "Answer a prompt on this machine, with no network",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			_, m, err := readModel(args[0])
			if err != nil {
				return err
			}
			milli, err := temperatureMilli(temperature)
			if err != nil {
				return err
			}
			prompt, template, err := encodePrompt(m, args[1], raw)
			if err != nil {
				return err
			}
			params := runtime.Params{MaxTokens: maxTokens}
			params.TemplateID = template
			params.TemperatureMilli = milli
			params.Seed = crypto.Keccak256Hash([]byte(seed))
			decoder := m.Tokenizer().NewDecoder(prompt)
			var text strings.Builder
			emit := func(piece string) {
				text.WriteString(piece)
				if !g.json {
					fmt.Fprint(cmd.OutOrStdout(), piece)
				}
			}
			result, err := m.NewSession().Generate(cmd.Context(), prompt, params, func(id uint32) error {
				emit(decoder.Push(id))
				return nil
			})
			if err != nil {
				return err
			}
			emit(decoder.Flush())
			if !g.json {
				fmt.Fprintln(cmd.OutOrStdout())
				return nil
			}
			return printJSON(cmd.OutOrStdout(), map[string]any{"text": text.String(), "prompt": prompt, "output": result.Output,
				"finish": result.Finish, "boundary_root": result.Root})
		},
	}
	cmd.Flags().IntVar(&maxTokens, "max-tokens", 200, "longest answer")
	cmd.Flags().Float64Var(&temperature, "temperature", 0, "0 is greedy")
	cmd.Flags().StringVar(&seed, "seed", "", "any text; fixes the sampler's noise")
	cmd.Flags().BoolVar(&raw, "raw", false, "continue the text instead of asking through the chat template")
	return cmd
}

// temperatureMilli returns a temperature in thousandths; 0 is greedy.
func temperatureMilli(t float64) (uint32, error) {
	milli := math.Round(t * 1000)
	if t != 0 && !(milli >= protocol.MinTemperatureMilli && milli <= protocol.MaxTemperatureMilli) { // nor NaN
		return 0, fmt.Errorf("temperature %v is neither 0 nor from %v to %v: %w", t, protocol.MinTemperatureMilli/1000.0, protocol.MaxTemperatureMilli/1000.0, protocol.ErrInvalid)
	}
	return uint32(milli), nil
}

// encodePrompt asks through the first chat template where the model has one.
func encodePrompt(m *runtime.Model, text string, raw bool) ([]uint32, uint32, error) {
	if !raw {
		return network.Prompt(m, text)
	}
	ids, err := m.Tokenizer().Encode(text)
	return ids, 0, err
}

func newModelEval(g *globals) *cobra.Command {
	var source, textFile string
	var windows int
	cmd := &cobra.Command{
		Use:   "eval FILE --text FILE [--source CHECKPOINT]",
		Short: "Measure a model against its float source; exit 2 if it fails the registration gate",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if windows < 1 {
				return fmt.Errorf("measure %d windows: %w", windows, protocol.ErrInvalid)
			}
			file, m, err := readModel(args[0])
			if err != nil {
				return err
			}
			text, err := os.ReadFile(textFile)
			if err != nil {
				return fmt.Errorf("read text: %w", err)
			}
			in := eval.Input{Container: file, TextName: textFile, MaxTokens: 100}
			if source != "" {
				if in.Checkpoint, err = os.ReadFile(source); err != nil {
					return fmt.Errorf("read checkpoint: %w", err)
				}
			}
			if in.Windows, err = eval.TextWindows(m.Tokenizer(), string(text), windows, 1000, min(400, m.Header().Positions)); err != nil {
				return err
			}
			report, err := eval.Run(cmd.Context(), in)
			if err != nil {
				return err
			}
			if g.json {
				err = printJSON(cmd.OutOrStdout(), report)
			} else {
				err = report.WriteTable(cmd.OutOrStdout())
			}
			if gate := report.Gate(); gate != nil {
				return errors.Join(err, exitCode{exitCheck, gate})
			}
			return err
		},
	}
	cmd.Flags().StringVar(&source, "source", "", "llama2.c float checkpoint that the file was made from")
	cmd.Flags().StringVar(&textFile, "text", "", "text to measure on")
	cmd.Flags().IntVar(&windows, "windows", 20, "how many windows of the text")
	_ = cmd.MarkFlagRequired("text")
	return cmd
}
