package archtest

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unraced have tests that link neither node nor gnark, and are not worth the race detector.
var unraced = []struct{ prefix, why string }{
	{"internal/archtest", "it reads sources"},
	{"internal/economics", "arithmetic in one goroutine"},
	{"models/", "training and its data: arithmetic that takes minutes under the detector, but for what serves"},
}

// What `make test-race` runs are all packages whose tests link neither the embedded node nor gnark, but for those above.
func TestTheRaceDetectorWatchesWhatItCan(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^RACE := ((?:.*\\\n)*.*)$`).FindSubmatch(makefile)
	if list == nil {
		t.Fatal("the Makefile has no RACE")
	}
	args := append([]string{"list"}, strings.Fields(strings.ReplaceAll(string(list[1]), "\\\n", " "))...)
	cmd := exec.Command("go", args...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	watched := strings.Fields(string(out))
	for _, p := range cheapTests(t) {
		name := strings.TrimPrefix(p, module)
		excepted := slices.ContainsFunc(unraced, func(u struct{ prefix, why string }) bool { return strings.HasPrefix(name, u.prefix) })
		if !slices.Contains(watched, p) && !excepted {
			t.Errorf("%s links neither node nor gnark and is not in the Makefile's RACE", name)
		}
	}
}

// cheapTests are the packages with tests that link neither the embedded node nor gnark.
func cheapTests(t *testing.T) (list []string) {
	heavy := func(dep string) bool {
		return dep == "github.com/ethereum/go-ethereum/node" || strings.HasPrefix(dep, "github.com/consensys/gnark/")
	}
	for _, p := range packages(t, "-test") {
		if name, ok := strings.CutSuffix(p.ImportPath, ".test"); ok && !slices.ContainsFunc(p.Deps, heavy) {
			list = append(list, name)
		}
	}
	return list
}
