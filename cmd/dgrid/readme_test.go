package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const top = "../.."

func read(t *testing.T, name string) string {
	b, err := os.ReadFile(filepath.Join(top, name))
	require.NoError(t, err)
	return string(b)
}

// TestReadmeCommandsExist holds every command line of the README and the docs to the
// binary and the Makefile: each subcommand, each flag, each target.
func TestReadmeCommandsExist(t *testing.T) {
	targets := regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(read(t, "Makefile"), -1)
	known := map[string]bool{}
	for _, m := range targets {
		known[m[1]] = true
	}
	pages, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	require.NoError(t, err)
	pages = append(pages, filepath.Join(top, "README.md"), filepath.Join(top, "models", "README.md"))
	block := regexp.MustCompile("(?s)```sh\n(.*?)```")
	checked := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			for _, line := range strings.Split(m[1], "\n") {
				line, _, _ = strings.Cut(line, "#")
				fields := strings.Fields(line)
				if len(fields) == 0 {
					continue
				}
				switch fields[0] {
				case "make":
					for _, target := range fields[1:] {
						require.True(t, known[target], "%s: no make target %q", page, target)
					}
					checked++
				case "./dgrid", "dgrid":
					if len(fields) > 1 && fields[1] == "help" {
						continue
					}
					root := newRoot()
					cmd, rest, err := root.Find(fields[1:])
					require.NoError(t, err, "%s: %s", page, line)
					require.NotEqual(t, root, cmd, "%s: %s names no subcommand", page, line)
					require.NoError(t, cmd.ParseFlags(rest), "%s: %s", page, line)
					checked++
				}
			}
		}
	}
	require.Greater(t, checked, 5, "the pages show hardly any command: the pattern must be wrong")
}

// TestFolderMapIsTrue holds the map in docs/architecture.md to the tree, both ways.
func TestFolderMapIsTrue(t *testing.T) {
	page := read(t, "docs/architecture.md")
	out, err := exec.Command("git", "-C", top, "ls-tree", "-d", "--name-only", "HEAD").Output()
	if err != nil {
		t.Skip("no git checkout: the tree cannot be listed")
	}
	mapped := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)/(?:[a-z]+/)?` \\|").FindAllStringSubmatch(page, -1) {
		mapped[m[1]] = true
	}
	for _, dir := range strings.Fields(string(out)) {
		if strings.HasPrefix(dir, ".") {
			continue
		}
		require.True(t, mapped[dir], "docs/architecture.md does not mention %s/", dir)
		delete(mapped, dir)
	}
	delete(mapped, "deployments") // written by dgrid deploy, never committed for development chains
	require.Empty(t, mapped, "docs/architecture.md mentions folders that are not there")
}
