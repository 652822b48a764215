package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// artifactOf is a forge artifact with what checkVerifiers reads.
func artifactOf(t *testing.T, dir, file, name, code string, methods []string, sources ...string) {
	t.Helper()
	ids, from := map[string]string{}, map[string]any{file: struct{}{}}
	for _, m := range methods {
		ids[m] = "00000000"
	}
	for _, s := range sources {
		from[s] = struct{}{}
	}
	source := filepath.Join(dir, "..", file)
	if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{
		"bytecode": map[string]string{"object": code}, "methodIdentifiers": ids,
		"metadata": map[string]any{"settings": map[string]any{"compilationTarget": map[string]string{file: name}}, "sources": from},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name+".sol", name+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCheckVerifiers(t *testing.T) {
	verifies := []string{verifierMethod}
	for name, c := range map[string]struct {
		add  func(dir string)
		want string // part of the error; empty: none
	}{
		"as it is":           {func(string) {}, ""},
		"mock in tests":      {func(d string) { artifactOf(t, d, testRoot+"M.sol", "M", "0x6000", verifies) }, ""},
		"interface":          {func(d string) { artifactOf(t, d, sourceRoot+"I.sol", "I", "0x", verifies) }, ""},
		"second verifier":    {func(d string) { artifactOf(t, d, sourceRoot+"M.sol", "M", "0x6000", verifies) }, "only"},
		"game of the tests":  {func(d string) { artifactOf(t, d, testRoot+"Game.sol", "Game", "0x6000", nil) }, "bindings"},
		"game with a mock":   {func(d string) { artifactOf(t, d, sourceRoot+"Game.sol", "Game", "0x6000", nil, testRoot+"M.sol") }, "test code"},
		"verifier from test": {func(d string) { artifactOf(t, d, testRoot+"V.sol", "StepVerifier", "0x6000", verifies) }, "bindings"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "out")
			artifactOf(t, dir, verifierSource, "StepVerifier", "0x6000", verifies)
			artifactOf(t, dir, sourceRoot+"Game.sol", "Game", "0x6000", nil)
			c.add(dir)
			err := checkVerifiers(dir, []string{"StepVerifier", "Game"})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
	if err := checkVerifiers(t.TempDir(), nil); err == nil {
		t.Fatal("no verifier at all passes")
	}
}
