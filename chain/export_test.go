package chain

// ListedErrors returns the kind of every error that kinds.go lists.
func ListedErrors() map[string]error {
	out := map[string]error{}
	for kind, names := range errorKinds {
		for name := range names {
			out[name] = kind
		}
	}
	return out
}
