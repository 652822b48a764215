package protocol

import "errors"

// The kinds of error of the project. Wrap one with a verb phrase
// (fmt.Errorf("read cursor: %w", err)); api maps each kind to one HTTP status,
// and only Unavailable is worth a retry. Anything that wraps none is Internal.
var (
	ErrNotFound     = errors.New("not found")
	ErrInvalid      = errors.New("invalid")
	ErrConflict     = errors.New("conflict")
	ErrUnauthorized = errors.New("unauthorized")
	ErrExpired      = errors.New("expired")
	ErrUnavailable  = errors.New("unavailable")
	ErrInsufficient = errors.New("insufficient funds")
	ErrInternal     = errors.New("internal")
)

var kinds = []error{ErrNotFound, ErrInvalid, ErrConflict, ErrUnauthorized, ErrExpired, ErrUnavailable, ErrInsufficient}

// Kind returns which of the kinds above err wraps, ErrInternal if none, nil for nil.
func Kind(err error) error {
	if err == nil {
		return nil
	}
	for _, k := range kinds {
		if errors.Is(err, k) {
			return k
		}
	}
	return ErrInternal
}
