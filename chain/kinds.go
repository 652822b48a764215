package chain

import "github.com/dgrid-network/dgrid/protocol"

// kindOf returns the protocol kind of a custom error by its name; a name means the
// same in every contract. Whatever is not listed says that the state of the chain
// refuses the call, which is a conflict.
func kindOf(name string) error {
	if kind, ok := errorKinds[name]; ok {
		return kind
	}
	return protocol.ErrConflict
}

// errorKinds lists every custom error of the contracts; a test holds it equal to
// the ABIs, so that a new error is a decision.
var errorKinds = map[string]error{}
