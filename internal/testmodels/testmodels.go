// Package testmodels gives tests the weights that lie outside the repository, in
// the folder that DGRID_TEST_MODELS names. Unset, such tests skip; set, the files
// must be there and be the right ones. It is for tests only.
package testmodels

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

// Variable names the folder.
const Variable = "DGRID_TEST_MODELS"

// The files, to be found by their name with this SHA-256.
const (
	Stories260K = "stories260K.bin" // llama2.c version 0 checkpoint
	Tok512      = "tok512.bin"      // its tokenizer
	Text        = "tinystories-sample.txt"
)

var hashes = [][2]string{
	{Stories260K, "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696"},
	{Tok512, "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312"},
	{Text, "727e8b228375be3075114c20729c93ed6e81ae5d8fe7faf7cb54b304f0322d70"},
}

// Read returns a file of the folder. It skips the test when the variable is unset
// and fails it when the file is missing or another one.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv(Variable)
	if dir == "" {
		t.Skipf("%s is not set: it names the folder with %s", Variable, name)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatalf("%s is incomplete: %v", Variable, err)
	}
	sum := sha256.Sum256(data)
	for _, h := range hashes {
		if h[0] == name {
			if h[1] != hex.EncodeToString(sum[:]) {
				t.Fatalf("%s in %s is another file: SHA-256 %x", name, Variable, sum)
			}
			return data
		}
	}
	t.Fatalf("no hash is known for %s", name)
	return nil
}
