package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/protocol"
)

// ErrMalformed says that a node's answer is not what its method answers. Asking
// again, or asking another node, may help.
var ErrMalformed = fmt.Errorf("malformed answer: %w", protocol.ErrUnavailable)

// errTooLarge says that an answer exceeds what this client takes.
var errTooLarge = errors.New("answer too large")

// scanner reads JSON as a stream, in one pass and without building values: an
// answer of a hundred thousand logs costs the buffer and what is kept of the logs.
// It accepts JSON as RFC 8259 has it, or less.
type scanner struct {
	r       io.Reader
	buf     []byte
	i, n    int // unread bytes are buf[i:n]
	left    int64
	scratch []byte
	escaped bool // the last text had escapes
}

func newScanner(r io.Reader, limit int64) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10), left: limit}
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

func (s *scanner) fill() error {
	if s.left <= 0 {
		return errTooLarge
	}
	for tries := 0; tries < 100; tries++ {
		n, err := s.r.Read(s.buf)
		s.left -= int64(n)
		s.i, s.n = 0, n
		if n > 0 {
			return nil
		}
		if err == io.EOF {
			return malformed("unexpected end")
		}
		if err != nil {
			return fmt.Errorf("read answer: %w: %w", err, protocol.ErrUnavailable)
		}
	}
	return malformed("reader gives nothing")
}

// next returns the next byte.
func (s *scanner) next() (byte, error) {
	if s.i == s.n {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	c := s.buf[s.i]
	s.i++
	return c, nil
}

// token returns the first byte that is no white space.
func (s *scanner) token() (byte, error) {
	for {
		c, err := s.next()
		if err != nil || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c, err
		}
	}
}

func (s *scanner) expect(want byte) error {
	c, err := s.token()
	if err == nil && c != want {
		err = malformed("found %q, want %q", c, want)
	}
	return err
}

// end checks that nothing but white space is left.
func (s *scanner) end() error {
	for {
		for ; s.i < s.n; s.i++ {
			if c := s.buf[s.i]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
				return malformed("%q after the answer", c)
			}
		}
		n, err := s.r.Read(s.buf)
		s.i, s.n = 0, n
		if n == 0 && err == io.EOF {
			return nil
		}
		if n == 0 && err != nil {
			return fmt.Errorf("read answer: %w: %w", err, protocol.ErrUnavailable)
		}
		if s.left -= int64(n); s.left < 0 {
			return errTooLarge
		}
	}
}

// text reads the rest of a string whose opening quote was read. The result is valid
// until the next read.
func (s *scanner) text() ([]byte, error) {
	s.escaped = false
	// Fast path: the whole string lies in the buffer and is plain.
	if j := bytes.IndexByte(s.buf[s.i:s.n], '"'); j >= 0 {
		t := s.buf[s.i : s.i+j]
		if plain(t) {
			s.i += j + 1
			return t, nil
		}
	}
	s.scratch = s.scratch[:0]
	for {
		c, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case c == '"':
			if !utf8.Valid(s.scratch) {
				return nil, malformed("string is not UTF-8")
			}
			return s.scratch, nil
		case c < ' ':
			return nil, malformed("control character in a string")
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		default:
			s.scratch = append(s.scratch, c)
		}
	}
}

// plain reports that t needs no unescaping and no UTF-8 check.
func plain(t []byte) bool {
	for _, c := range t {
		if c < ' ' || c >= utf8.RuneSelf || c == '\\' {
			return false
		}
	}
	return true
}

func (s *scanner) escape() error {
	s.escaped = true
	c, err := s.next()
	if err != nil {
		return err
	}
	if i := bytes.IndexByte([]byte(`"\/bfnrt`), c); i >= 0 {
		s.scratch = append(s.scratch, "\"\\/\b\f\n\r\t"[i])
		return nil
	}
	if c != 'u' {
		return malformed("escape \\%c", c)
	}
	r, err := s.unicode()
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		if err := s.expectRaw('\\', 'u'); err != nil {
			return err
		}
		low, err := s.unicode()
		if err != nil {
			return err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return malformed("lone surrogate")
		}
	}
	s.scratch = utf8.AppendRune(s.scratch, r)
	return nil
}

func (s *scanner) expectRaw(want ...byte) error {
	for _, w := range want {
		c, err := s.next()
		if err != nil {
			return err
		}
		if c != w {
			return malformed("found %q, want %q", c, w)
		}
	}
	return nil
}

func (s *scanner) unicode() (r rune, err error) {
	for range 4 {
		c, err := s.next()
		if err != nil {
			return 0, err
		}
		d := nibble[c]
		if d == 0xff {
			return 0, malformed("\\u with %q", c)
		}
		r = r<<4 | rune(d)
	}
	return r, nil
}

// object reads an object whose opening brace was read; field gets each key, valid
// until its next read, and must read exactly the value.
func (s *scanner) object(field func(key []byte) error) error {
	c, err := s.token()
	if err != nil || c == '}' {
		return err
	}
	for {
		if c != '"' {
			return malformed("found %q, want a key", c)
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		// The colon may come from the next read, which would overwrite the key.
		if s.i == s.n || s.buf[s.i] != ':' {
			key = bytes.Clone(key)
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := field(key); err != nil {
			return err
		}
		if c, err = s.token(); err != nil || c == '}' {
			return err
		}
		if c != ',' {
			return malformed("found %q in an object", c)
		}
		if c, err = s.token(); err != nil {
			return err
		}
	}
}

// array reads an array whose opening bracket was read; item gets the first byte of
// each item.
func (s *scanner) array(item func(first byte) error) error {
	c, err := s.token()
	if err != nil || c == ']' {
		return err
	}
	for {
		if err := item(c); err != nil {
			return err
		}
		if c, err = s.token(); err != nil || c == ']' {
			return err
		}
		if c != ',' {
			return malformed("found %q in an array", c)
		}
		if c, err = s.token(); err != nil {
			return err
		}
	}
}

// maxDepth bounds the nesting of what is skipped.
const maxDepth = 32

// skip reads a value of which first is the first byte, and forgets it.
func (s *scanner) skip(first byte, depth int) error {
	if depth > maxDepth {
		return malformed("nested too deep")
	}
	switch {
	case first == '"':
		_, err := s.text()
		return err
	case first == '{':
		return s.object(func([]byte) error { return s.skipValue(depth + 1) })
	case first == '[':
		return s.array(func(c byte) error { return s.skip(c, depth+1) })
	case first == 't':
		return s.expectRaw('r', 'u', 'e')
	case first == 'f':
		return s.expectRaw('a', 'l', 's', 'e')
	case first == 'n':
		return s.expectRaw('u', 'l', 'l')
	}
	return s.number(first)
}

func (s *scanner) skipValue(depth int) error {
	c, err := s.token()
	if err != nil {
		return err
	}
	return s.skip(c, depth)
}

// number skips a number: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number(c byte) (err error) {
	if c == '-' {
		if c, err = s.next(); err != nil {
			return err
		}
	}
	if c < '0' || c > '9' {
		return malformed("found %q, want a value", c)
	}
	leadingZero := c == '0'
	if c, err = s.next(); err != nil {
		return err
	}
	if leadingZero && c >= '0' && c <= '9' {
		return malformed("number with a leading zero")
	}
	if c, err = s.digits(c); err != nil {
		return err
	}
	if c == '.' {
		if c, err = s.someDigits(); err != nil {
			return err
		}
	}
	if c == 'e' || c == 'E' {
		if c, err = s.next(); err != nil {
			return err
		}
		if c != '+' && c != '-' {
			s.i-- // next left it in the buffer
		}
		if _, err = s.someDigits(); err != nil {
			return err
		}
	}
	s.i--
	return nil
}

func (s *scanner) someDigits() (byte, error) {
	c, err := s.next()
	if err == nil && (c < '0' || c > '9') {
		err = malformed("number without digits")
	}
	if err != nil {
		return 0, err
	}
	return s.digits(c)
}

func (s *scanner) digits(c byte) (byte, error) {
	for c >= '0' && c <= '9' {
		var err error
		if c, err = s.next(); err != nil {
			return 0, err
		}
	}
	return c, nil
}

// nibble is the value of a hex digit, 0xff for other bytes.
var nibble = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range "0123456789abcdef" {
		t[c] = byte(i)
	}
	for i, c := range "ABCDEF" {
		t[c] = byte(10 + i)
	}
	return t
}()

// hex reads a string value "0x..", digits only.
func (s *scanner) hex() ([]byte, error) {
	if err := s.expect('"'); err != nil {
		return nil, err
	}
	return s.hexText()
}

func (s *scanner) hexText() ([]byte, error) {
	t, err := s.text()
	if err != nil {
		return nil, err
	}
	if s.escaped || len(t) < 2 || t[0] != '0' || t[1] != 'x' { // go-ethereum unescapes no hex either
		return nil, malformed("%.20q is not 0x hex", t)
	}
	return t[2:], nil
}

// decodeHex writes the bytes of digits into dst, which must be half as long.
func decodeHex(dst, digits []byte) error {
	if len(digits) != 2*len(dst) {
		return malformed("%d hex digits, want %d", len(digits), 2*len(dst))
	}
	var bad byte
	for i := range dst {
		hi, lo := nibble[digits[2*i]], nibble[digits[2*i+1]]
		bad |= hi | lo
		dst[i] = hi<<4 | lo&0xf
	}
	if bad > 0xf {
		return malformed("not hex")
	}
	return nil
}

// fixed reads a string of exactly len(dst) bytes.
func (s *scanner) fixed(dst []byte) error {
	t, err := s.hex()
	if err != nil {
		return err
	}
	return decodeHex(dst, t)
}

// quantity reads a number "0x..": no leading zeros, at most 64 bits.
func (s *scanner) quantity() (n uint64, err error) {
	if err := s.expect('"'); err != nil {
		return 0, err
	}
	return s.quantityText()
}

// quantityOrNull reads a number that a node may not know.
func (s *scanner) quantityOrNull() error {
	switch c, err := s.token(); {
	case err != nil:
		return err
	case c == 'n':
		return s.expectRaw('u', 'l', 'l')
	case c != '"':
		return malformed("found %q, want a quantity", c)
	}
	_, err := s.quantityText()
	return err
}

func (s *scanner) quantityText() (n uint64, err error) {
	t, err := s.hexText()
	if err != nil {
		return 0, err
	}
	if len(t) == 0 || len(t) > 16 || t[0] == '0' && len(t) > 1 {
		return 0, malformed("quantity of %d digits", len(t))
	}
	for _, c := range t {
		d := nibble[c]
		if d == 0xff {
			return 0, malformed("not hex")
		}
		n = n<<4 | uint64(d)
	}
	return n, nil
}

// boolean reads true or false.
func (s *scanner) boolean() (bool, error) {
	c, err := s.token()
	if err != nil {
		return false, err
	}
	switch c {
	case 't':
		return true, s.expectRaw('r', 'u', 'e')
	case 'f':
		return false, s.expectRaw('a', 'l', 's', 'e')
	}
	return false, malformed("found %q, want a bool", c)
}
