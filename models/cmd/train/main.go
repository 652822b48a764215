// Command train makes the demo model: vocabulary, training run, llama2.c checkpoint and tokenizer, and the integer
// model file imported from the two.
//
//	GOEXPERIMENT=simd go run ./models/cmd/train -out models/demo
//
// Without the experiment the portable kernel gives the same quality, but takes hours instead of twenty minutes. An
// interrupted run goes on from its state file.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/dgrid-network/dgrid/models/chat"
	"github.com/dgrid-network/dgrid/models/corpus"
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/models/trainer"
	"github.com/dgrid-network/dgrid/runtime/importer"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	out := flag.String("out", "models/demo", "folder for stories.dgm, stories.f32.bin, stories.tok.bin and train.log")
	state := flag.String("state", "", "file of the resumable state (default: train.state in the temporary folder)")
	cfg := trainer.Config{Dim: 96, Hidden: 192, Layers: 5, Heads: 6, Groups: 2, Vocab: 1024, Seq: 512}
	flag.IntVar(&cfg.Dim, "dim", cfg.Dim, "residual width")
	flag.IntVar(&cfg.Hidden, "hidden", cfg.Hidden, "feed-forward width")
	flag.IntVar(&cfg.Layers, "layers", cfg.Layers, "layers")
	flag.IntVar(&cfg.Heads, "heads", cfg.Heads, "query heads")
	flag.IntVar(&cfg.Groups, "groups", cfg.Groups, "key and value heads")
	flag.IntVar(&cfg.Vocab, "vocab", cfg.Vocab, "tokens")
	flag.IntVar(&cfg.Seq, "context", cfg.Seq, "positions")
	o := trainer.Options{Warmup: 150, Last: 1e-5, Decay: 0.05, Clip: 1, LogEvery: 50, EvalEvery: 500, EvalRows: 64, SaveEvery: 250}
	flag.Uint64Var(&o.Seed, "seed", 20240, "seed of parameters and text")
	flag.IntVar(&o.Steps, "steps", 6200, "optimizer steps")
	flag.IntVar(&o.Rows, "rows", 8, "sequences per step")
	flag.Float64Var(&o.Rate, "rate", 3e-3, "peak learning rate")
	focus := flag.Int("focus-from", 3278, "step from which requests name the plot more often")
	snapshot := flag.Bool("snapshot", false, "write the files from the state as it is, without training")
	flag.Parse()
	if *state == "" {
		*state = filepath.Join(os.TempDir(), "dgrid-train.state")
	}
	o.Checkpoint = *state
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return fmt.Errorf("make output folder: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(*out, "train.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open training log: %w", err)
	}
	defer log.Close()
	o.Log = io.MultiWriter(os.Stdout, log)

	vocab, err := corpus.Vocabulary(o.Seed, 20000, cfg.Vocab)
	if err != nil {
		return err
	}
	if *snapshot {
		model, step, err := trainer.Restore(o.Checkpoint)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.Log, "# snapshot after step %d\n", step)
		return write(ctx, *out, model, vocab, o.Log)
	}
	model, err := trainer.NewModel(cfg, o.Seed)
	if err != nil {
		return err
	}
	source := corpus.NewSource(vocab)
	source.FocusFrom = *focus
	result, err := trainer.Run(ctx, model, source, o)
	if err != nil {
		return err
	}
	if err := write(ctx, *out, model, vocab, o.Log); err != nil {
		return err
	}
	line, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("encode result: %w", err)
	}
	fmt.Fprintf(o.Log, "# result %s\n", line)
	return nil
}

// write saves the float model, its vocabulary and the integer model file made from them, and logs their hashes.
func write(ctx context.Context, folder string, model *trainer.Model, vocab *tokenize.Vocab, log io.Writer) error {
	checkpoint, tok := model.Checkpoint(), vocab.Marshal()
	container, err := importer.Llama2C(ctx, checkpoint, tok, importer.Options{Templates: []tokenizer.Template{chat.Template()}})
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		raw  []byte
	}{{"stories.f32.bin", checkpoint}, {"stories.tok.bin", tok}, {"stories.dgm", container}} {
		if err := os.WriteFile(filepath.Join(folder, f.name), f.raw, 0o644); err != nil {
			return fmt.Errorf("write model: %w", err)
		}
		fmt.Fprintf(log, "# sha256 %x  %s  %d bytes\n", sha256.Sum256(f.raw), f.name, len(f.raw))
	}
	return nil
}
