package main

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/runtime/commit"
)

// publishFlags are what a manifest says besides what the file does.
type publishFlags struct {
	sendFlags
	name, uri, creator, parent, kind     string
	royalty, parentRoyalty, childRoyalty uint16
	upstream                             bool
	weightsRoot                          string
}

func newModelPublish(g *globals) *cobra.Command {
	f := &publishFlags{}
	cmd := &cobra.Command{
		Use:   "publish [FILE] --name NAME",
		Short: "Publish a model version: of a file (class proven), or of an upstream API (class sampled)",
		Long: `Publish a model version, for ever: its id is the hash of its manifest.

With FILE the version is of class proven: the file's weights root and header go on
chain, and every provider that serves it must give the same answers. With
--upstream-api there is no file and the class is sampled.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return g.send(cmd, &f.sendFlags, func(s *sender) (report, error) { return s.publish(cmd, f, args) })
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.name, "name", "", "name for people; it proves nothing")
	fl.StringVar(&f.uri, "uri", "", "where a description is")
	fl.StringVar(&f.creator, "creator", "", "who gets the royalty; default: the key's own address")
	fl.Uint16Var(&f.royalty, "royalty-bps", 0, "the creator's share of every fee, in 1/100 of a percent")
	fl.StringVar(&f.parent, "parent", "", "version that this one is a fine-tune of")
	fl.Uint16Var(&f.parentRoyalty, "parent-royalty-bps", 0, "the parent's creator's share")
	fl.Uint16Var(&f.childRoyalty, "min-child-royalty-bps", 0, "what fine-tunes of this version must give at least")
	fl.StringVar(&f.kind, "kind", "", "llm, fine-tune, agent or upstream; default: by the other flags")
	fl.BoolVar(&f.upstream, "upstream-api", false, "a third-party API, with no file")
	fl.StringVar(&f.weightsRoot, "weights-root", "", "refuse the file unless it has this root")
	_ = cmd.MarkFlagRequired("name")
	return cmd
}

// manifest returns what will be published, with the header and its path.
func (f *publishFlags) manifest(cmd *cobra.Command, args []string, own common.Address) (m protocol.Manifest, header []byte, path []common.Hash, err error) {
	bad := func(format string, a ...any) error {
		return fmt.Errorf("publish: "+format+": %w", append(a, protocol.ErrInvalid)...)
	}
	if (len(args) == 1) == f.upstream {
		return m, nil, nil, bad("give a model file, or --upstream-api for a version without one")
	}
	m = protocol.Manifest{Kind: protocol.KindLLM, Class: protocol.ClassProven, RoyaltyBps: f.royalty, ParentRoyaltyBps: f.parentRoyalty,
		MinChildRoyaltyBps: f.childRoyalty, Creator: own, Name: f.name, MetadataURI: f.uri}
	if f.creator != "" {
		if m.Creator, err = parseAddress("creator", f.creator); err != nil {
			return m, nil, nil, err
		}
	}
	if f.parent != "" {
		m.Kind = protocol.KindFineTune
		if m.Parent, err = parseHash("parent", f.parent); err != nil {
			return m, nil, nil, err
		}
	}
	if f.upstream {
		m.Class, m.Kind = protocol.ClassSampled, protocol.KindUpstream
	}
	if f.kind != "" {
		if err := m.Kind.UnmarshalText([]byte(f.kind)); err != nil {
			return m, nil, nil, err
		}
	}
	if f.upstream {
		return m, nil, nil, nil
	}
	header, path, err = f.weights(cmd, args[0], &m)
	return m, header, path, err
}

// weights fills in what the file commits to.
func (f *publishFlags) weights(cmd *cobra.Command, file string, m *protocol.Manifest) ([]byte, []common.Hash, error) {
	model, err := runtime.Open(file)
	if err != nil {
		return nil, nil, err
	}
	facts, err := factsOf(model, 0, nil)
	if err != nil {
		return nil, nil, err
	}
	if f.weightsRoot != "" {
		want, err := parseHash("weights-root", f.weightsRoot)
		if err != nil {
			return nil, nil, err
		}
		if want != facts.WeightsRoot {
			return nil, nil, exitCode{exitCheck, fmt.Errorf("publish: %s has weights root %s, not %s: %w", file, facts.WeightsRoot, want, protocol.ErrConflict)}
		}
	}
	header := facts.Header.Encode()
	tensors := make([]commit.Tensor, 0, len(model.Tensors()))
	for _, t := range model.Tensors() {
		tensors = append(tensors, commit.Tensor{Name: t.Name, DType: string(t.DType), Shape: t.Shape, Data: t.Data})
	}
	leaves, err := commit.WeightsLeaves(header[:], tensors, progress(cmd.ErrOrStderr(), "digest"))
	if err != nil {
		return nil, nil, fmt.Errorf("digest weights: %w", err)
	}
	path, err := protocol.MerklePath(leaves, 0)
	if err != nil {
		return nil, nil, err
	}
	if root := protocol.MerkleRootFromPath(protocol.HashLeaf(header[:]), 0, path); root != facts.WeightsRoot {
		return nil, nil, fmt.Errorf("publish: the header's path leads to %s, not to the weights root %s: %w", root, facts.WeightsRoot, protocol.ErrInternal)
	}
	m.SpecVersion, m.WeightsRoot, m.TokenizerHash = uint32(facts.SpecVersion), facts.WeightsRoot, facts.TokenizerHash
	return header[:], path, nil
}

func (s *sender) publish(cmd *cobra.Command, f *publishFlags, args []string) (report, error) {
	m, header, path, err := f.manifest(cmd, args, s.key.Address())
	if err != nil {
		return report{}, err
	}
	version := contracts.VersionID(m)
	published, err := s.reader.Published(cmd.Context(), version)
	if err != nil {
		return report{}, s.explain(err, s.key.Address())
	}
	result := facts{{"model_version", version}, {"name", m.Name}, {"class", m.Class}, {"kind", m.Kind}, {"weights_root", m.WeightsRoot}, {"creator", m.Creator}, {"royalty_bps", m.RoyaltyBps}}
	if published {
		return report{Account: s.key.Address(), Chain: s.caip2(), DryRun: f.dryRun, Finality: "included", Steps: []step{}, Cost: total(nil),
			Result: append(result, fact{"note", "it was published before; nothing was sent"})}, nil
	}
	return s.perform(cmd.Context(), "publish "+version.Hex(), func(act) ([]protocol.Call, error) {
		return []protocol.Call{s.reader.Addresses().Publish(m, header, path)}, nil
	}, func(receipts []*types.Receipt) (facts, error) {
		e, err := findEvent[events.ModelPublished](events.Registry, s.reader.Addresses().Registry, receipts)
		if err == nil && e.ModelVersion != version {
			err = fmt.Errorf("the registry published %s, computed was %s: %w", e.ModelVersion, version, protocol.ErrInternal)
		}
		return result, err
	})
}
