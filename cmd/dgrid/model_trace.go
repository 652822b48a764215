package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	steps "github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// traceFacts is what a trace commits to, and one block of it.
type traceFacts struct {
	Positions int         `json:"positions"`
	Root      common.Hash `json:"boundary_root"`
	Prompt    []uint32    `json:"prompt"`
	Output    []uint32    `json:"output"`
	T         int         `json:"t"`
	L         int         `json:"l"`
	// Leaf is the boundary leaf after the block; null for a head.
	Leaf      *common.Hash  `json:"leaf"`
	BlockRoot common.Hash   `json:"block_root"`
	Vectors   []vectorFacts `json:"vectors"`
}

// vectorFacts is one vector of a block. Numbers are decimal strings, row by row.
type vectorFacts struct {
	Name    string      `json:"name"`
	Op      string      `json:"op"`
	Kind    string      `json:"kind"`
	Rows    int         `json:"rows"`
	Cols    int         `json:"cols"`
	Chunks  int         `json:"chunks"`
	Root    common.Hash `json:"root"`
	Numbers []string    `json:"numbers,omitempty"`
}

type traceFlags struct {
	prompt, ids, block, vector string
	raw                        bool
	maxTokens                  int
}

func newModelTrace(g *globals) *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use:   "trace FILE --prompt TEXT|--ids N,N,... [--block T,L] [--vector NAME]",
		Short: "Answer a prompt greedily and show one block of its execution trace, number by number",
		Long: `Answer a prompt greedily and show one block of its execution trace.

Block T,0 is the embedding of position T, T,1 to T,L its layers, T,L+1 its head. Every
vector is listed with its operation, shape, chunks and root; --vector prints the numbers
of one. docs/trace-spec.md says what they mean.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			facts, err := f.run(cmd, args[0])
			if err != nil {
				return err
			}
			return g.print(cmd, facts, func(w io.Writer) { facts.write(w) })
		},
	}
	cmd.Flags().StringVar(&f.prompt, "prompt", "", "text to answer")
	cmd.Flags().StringVar(&f.ids, "ids", "", "token ids to answer instead of a text, separated by commas")
	cmd.Flags().BoolVar(&f.raw, "raw", false, "continue the text instead of asking through the chat template")
	cmd.Flags().StringVar(&f.block, "block", "0,0", "position and layer")
	cmd.Flags().StringVar(&f.vector, "vector", "", "also print the numbers of this vector")
	cmd.Flags().IntVar(&f.maxTokens, "max-tokens", 50, "longest answer")
	cmd.MarkFlagsOneRequired("prompt", "ids")
	cmd.MarkFlagsMutuallyExclusive("prompt", "ids")
	return cmd
}

func (f *traceFlags) run(cmd *cobra.Command, file string) (traceFacts, error) {
	_, m, err := readModel(file)
	if err != nil {
		return traceFacts{}, err
	}
	var prompt []uint32
	if f.ids != "" {
		prompt, err = parseIDs(f.ids)
	} else {
		prompt, _, err = encodePrompt(m, f.prompt, f.raw)
	}
	if err != nil {
		return traceFacts{}, err
	}
	pair, err := parseIDs(f.block)
	if err != nil || len(pair) != 2 {
		return traceFacts{}, fmt.Errorf("block %q is not position,layer: %w", f.block, protocol.ErrInvalid)
	}
	result, err := m.NewSession().Generate(cmd.Context(), prompt, runtime.Params{MaxTokens: f.maxTokens}, nil)
	if err != nil {
		return traceFacts{}, err
	}
	report, err := trace.Replay(cmd.Context(), m, prompt, result.Output, protocol.Params{})
	if err != nil {
		return traceFacts{}, err
	}
	at := steps.Block{T: int(pair[0]), L: int(pair[1])}
	b, err := report.Opener().Open(cmd.Context(), at)
	if err != nil {
		return traceFacts{}, err
	}
	facts := traceFacts{Positions: report.Positions, Root: report.Root, Prompt: prompt, Output: result.Output, T: at.T, L: at.L, BlockRoot: b.Root()}
	if layers := b.Arch.Layers; at.L <= layers {
		facts.Leaf = &report.Leaves[at.T*(layers+1)+at.L]
	}
	return facts, facts.vectors(b, f.vector)
}

func (f *traceFacts) vectors(b *trace.Block, name string) error {
	if _, ok := steps.Find(b.Layout, name); !ok && name != "" {
		return fmt.Errorf("vector %q of block (%d, %d): %w", name, b.T, b.L, protocol.ErrNotFound)
	}
	for id, v := range b.Layout {
		out := vectorFacts{Name: v.Name, Op: v.Op.String(), Kind: kindName(v), Rows: v.Rows, Cols: v.Cols, Chunks: v.Chunks(), Root: b.Roots()[id]}
		if v.Name == name {
			for i := range b.Numbers(steps.VectorID(id)).Len() {
				out.Numbers = append(out.Numbers, b.Numbers(steps.VectorID(id)).At(i).Big().String())
			}
		}
		f.Vectors = append(f.Vectors, out)
	}
	return nil
}

func kindName(v steps.Vector) string {
	switch v.Kind {
	case chunk.Int16:
		return "int16"
	case chunk.Int32:
		return "int32"
	case chunk.Wide80:
		return "wide"
	}
	return "digests"
}

func (f *traceFacts) write(w io.Writer) {
	fmt.Fprintf(w, "positions\t%d\nboundary root\t%s\n", f.Positions, f.Root)
	if f.Leaf != nil {
		fmt.Fprintf(w, "leaf (%d, %d)\t%s\n", f.T, f.L, f.Leaf)
	}
	fmt.Fprintf(w, "block root\t%s\n\n#\tvector\tmade by\tkind\tshape\tchunks\troot\n", f.BlockRoot)
	for i, v := range f.Vectors {
		if v.Rows == 0 {
			continue
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d x %d\t%d\t%s\n", i, v.Name, v.Op, v.Kind, v.Rows, v.Cols, v.Chunks, v.Root)
	}
	for _, v := range f.Vectors {
		for row := 0; len(v.Numbers) > 0 && row < v.Rows; row++ {
			fmt.Fprintf(w, "\n%s row %d: %s\n", v.Name, row, strings.Join(v.Numbers[row*v.Cols:(row+1)*v.Cols], " "))
		}
	}
}

// parseIDs reads numbers separated by commas.
func parseIDs(text string) ([]uint32, error) {
	var ids []uint32
	for _, s := range strings.Split(text, ",") {
		v, err := strconv.ParseUint(strings.TrimSpace(s), 10, 32)
		if err != nil {
			return nil, fmt.Errorf("read %q: %v: %w", s, err, protocol.ErrInvalid)
		}
		ids = append(ids, uint32(v))
	}
	return ids, nil
}
