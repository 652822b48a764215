package ceremony

import (
	cryptorand "crypto/rand"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/dgrid-network/dgrid/protocol"
)

// systemReader is the randomness that this process started with. Development keys
// are made by replacing it (package keys), in a process of their own.
var systemReader = cryptorand.Reader

// checkEntropy refuses to work with replaced randomness: a contributor's secrets
// would be known, and the random numbers of whoever checks predictable.
func checkEntropy() error {
	from := reflect.Indirect(reflect.ValueOf(cryptorand.Reader)).Type().PkgPath()
	if cryptorand.Reader != systemReader || !strings.HasPrefix(from, "crypto/") {
		return fmt.Errorf("check randomness: this process does not use the operating system's: %w", protocol.ErrUnauthorized)
	}
	return nil
}

// forget drops what a contribution left on the heap. It is a best effort: gnark keeps
// secrets in local values that Go cannot erase, so a contributor's process should end.
func forget() {
	runtime.GC()
	runtime.GC()
}
