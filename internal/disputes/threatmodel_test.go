package disputes

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// threat is a row of docs/threat-model.md: its id, or its name, and the tests that it names.
type threat struct {
	name  string
	tests [][]string // whole, file, function
}

var (
	namedTest = regexp.MustCompile("`([\\w./-]+\\.(?:go|sol)):(\\w+)`")
	// The second line of a mutant is an argument of tools/mutants.sh, the first one names rows.
	mutantHead = regexp.MustCompile(`^promise((?: \[[^]]+\])*): .+\n(?:go: \./([\w/]+) -run \^(\w+)\$(?: -timeout \d+[sm])?|forge: --match-path (\S+) --match-test (\w+))\n`)
)

// threatModel reads the page: what it says about each threat, and why some have no mutant.
func threatModel(t *testing.T) (page string, threats []threat, spared map[string]bool) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "threat-model.md"))
	require.NoError(t, err)
	page, spared = string(raw), map[string]bool{}
	section := ""
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(title)
		}
		cells := strings.Split(line, " | ")
		switch {
		case section == "Threats without a mutant":
			if m := regexp.MustCompile(`^- \*\*(.+?)\*\*: \S`).FindStringSubmatch(line); m != nil {
				spared[m[1]] = true
			}
		case section == "Soundness of proofs" || section == "Disputes" || section == "By name":
			name, ok := strings.CutPrefix(cells[0], "| ")
			if !ok || strings.Trim(name, "| \n") == "" || name == "threat" {
				continue
			}
			threats = append(threats, threat{name, namedTest.FindAllStringSubmatch(line, -1)})
		}
	}
	require.Greater(t, len(threats), 50, "rows were found")
	return page, threats, spared
}

// requireTest reports whether a file of the tree has a test of that name, or one that
// begins with it, as a forge filter would find it.
func requireTest(t *testing.T, file, name, end string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", file))
	if assert.NoError(t, err) {
		assert.Regexp(t, "(func|function) "+name+end, string(source), file)
	}
}

// TestThreatModelNamesTests holds docs/threat-model.md to tests that exist, and wants a
// test for each threat that was counted.
func TestThreatModelNamesTests(t *testing.T) {
	page, threats, _ := threatModel(t)
	for _, n := range namedTest.FindAllStringSubmatch(page, -1) {
		requireTest(t, n[1], n[2], `\(`)
	}
	tests := map[string]int{}
	for _, row := range threats {
		require.NotContains(t, tests, row.name, "two rows of one name")
		tests[row.name] = len(row.tests)
	}
	for family, last := range map[string]int{"ZK": 12, "DSP": 11} {
		for i := range last {
			id := fmt.Sprintf("%s-%d", family, i+1)
			assert.NotZero(t, tests[id], "%s has no row with a test", id)
		}
	}
}

// runs reports whether a mutant's test, a forge filter of one file or a function of a Go
// package, is among those that a row names.
func (row threat) runs(head []string) bool {
	return slices.ContainsFunc(row.tests, func(test []string) bool {
		file, name := test[1], test[2]
		if head[4] != "" {
			return file == head[4] && regexp.MustCompile(head[5]).MatchString(name)
		}
		return filepath.Dir(file) == head[2] && name == head[3]
	})
}

// TestEachThreatHasAMutant wants for each threat a mutant that breaks what stands in its
// way and that a test of its row notices, or a reason on the page why there is none; and of
// each mutant a test that exists.
func TestEachThreatHasAMutant(t *testing.T) {
	page, threats, spared := threatModel(t)
	files, err := filepath.Glob(filepath.Join("..", "..", "tools", "mutants", "*.patch"))
	require.NoError(t, err)
	mutants := map[string]int{}
	for _, file := range files {
		patch, err := os.ReadFile(file)
		require.NoError(t, err)
		head := mutantHead.FindStringSubmatch(string(patch))
		if !assert.NotNil(t, head, "%s does not begin with its promise and its test", file) {
			continue
		}
		if head[4] != "" {
			requireTest(t, head[4], head[5], "")
		} else {
			tests, err := filepath.Glob(filepath.Join("..", "..", head[2], "*_test.go"))
			require.NoError(t, err)
			found := false
			for _, test := range tests {
				source, err := os.ReadFile(test)
				require.NoError(t, err)
				found = found || strings.Contains(string(source), "func "+head[3]+"(")
			}
			assert.True(t, found, "%s names no test of %s", file, head[2])
		}
		for _, ref := range regexp.MustCompile(`\[([^]]+)\]`).FindAllStringSubmatch(head[1], -1) {
			var rows []threat
			for _, row := range threats {
				// Long names may be cut off at a comma or a colon.
				if rest, ok := strings.CutPrefix(row.name, ref[1]); ok && (rest == "" || strings.ContainsAny(rest[:1], ",:")) {
					rows = append(rows, row)
				}
			}
			if assert.Len(t, rows, 1, "%s names the threat %q", file, ref[1]) && rows[0].runs(head) {
				mutants[rows[0].name]++
			}
		}
	}
	for _, row := range threats {
		assert.NotEqual(t, mutants[row.name] > 0, spared[row.name], "%q has %d mutants that a test of its row notices; without one the page says why", row.name, mutants[row.name])
		delete(spared, row.name)
	}
	assert.Empty(t, spared, "reasons about no threat")
	assert.True(t, strings.Contains(page, fmt.Sprintf("| %d mutants |", len(files))), "the page counts other than %d mutants", len(files))
}
