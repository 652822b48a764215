package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// What says that a proof holds is the one generated verifier. A stand-in that accepts
// anything would slash anybody, so none may be reachable from what is deployed: no
// contract of the list may be built from test code, and no other contract of the
// project may answer like a verifier.
const (
	verifierSource = "contracts/src/verifiers/StepVerifier.sol"
	verifierMethod = "verifyProof(bytes,uint256[5])"
	sourceRoot     = "contracts/src/"
	testRoot       = "contracts/test/"
)

// origin is the part of an artifact that says what it was built from.
type origin struct {
	Bytecode          code              `json:"bytecode"`
	MethodIdentifiers map[string]string `json:"methodIdentifiers"`
	Metadata          struct {
		Settings struct {
			CompilationTarget map[string]string `json:"compilationTarget"`
		} `json:"settings"`
		Sources map[string]json.RawMessage `json:"sources"`
	} `json:"metadata"`
}

// target is the file and name of the contract that an artifact is of.
func (o origin) target() (file, name string) {
	for file, name = range o.Metadata.Settings.CompilationTarget {
	}
	return file, name
}

// checkVerifiers walks the artifacts, which lie beside the sources' root. listed are the contracts that the bindings hold.
func checkVerifiers(artifacts string, listed []string) error {
	deployable := map[string]bool{}
	for _, name := range listed {
		deployable[name+".sol"+string(filepath.Separator)+name+".json"] = true
	}
	verifiers := 0
	err := filepath.WalkDir(artifacts, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) == "build-info" || filepath.Ext(path) != ".json" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var o origin
		if err := json.Unmarshal(b, &o); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		relative, err := filepath.Rel(artifacts, path)
		if err != nil {
			return err
		}
		// Forge keeps artifacts of sources that are gone; nothing can be deployed from those but what is listed.
		file, _ := o.target()
		if _, err := os.Stat(filepath.Join(filepath.Dir(artifacts), file)); err != nil && !deployable[relative] {
			return nil
		}
		is, err := o.check(deployable[relative])
		if is {
			verifiers++
		}
		return err
	})
	if err == nil && verifiers != 1 {
		return fmt.Errorf("%d verifiers under %s, not one", verifiers, sourceRoot)
	}
	return err
}

// check says whether the artifact is the verifier, and refuses what must not be
// reachable.
func (o origin) check(deployable bool) (verifier bool, err error) {
	file, name := o.target()
	if deployable && !strings.HasPrefix(file, sourceRoot) {
		return false, fmt.Errorf("%s of the bindings is built from %q", name, file)
	}
	if strings.HasPrefix(file, sourceRoot) {
		for source := range o.Metadata.Sources {
			if strings.HasPrefix(source, testRoot) {
				return false, fmt.Errorf("%s is built with test code: %s", file, source)
			}
		}
		// Interfaces have no code.
		if _, answers := o.MethodIdentifiers[verifierMethod]; answers && o.Bytecode.size() > 0 {
			if file != verifierSource {
				return false, fmt.Errorf("%s answers %s; only %s may", file, verifierMethod, verifierSource)
			}
			return true, nil
		}
	}
	return false, nil
}
