package auditor

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/internal/durable"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
	"github.com/dgrid-network/dgrid/protocol/step"
	"github.com/dgrid-network/dgrid/runtime/trace"
)

// State is how far a case came.
type State string

// The states in order. Those that end a case are final unless a reorg takes back what
// they stand on, which the transaction manager mends.
const (
	Hidden    State = "hidden"    // drawn, and shown by nobody: its tokens are asked for on chain
	Found     State = "found"     // the bundle is on disk
	Replayed  State = "replayed"  // wrong; nothing of the provider's is known yet
	Located   State = "located"   // the first block that differs is known
	Asking    State = "asking"    // the provider does not serve: questions on chain
	Opened    State = "opened"    // the wrong number is known, with everything about it
	Proven    State = "proven"    // the transaction is ready
	Submitted State = "submitted" // the transaction is with the sender
	Unpaid    State = "unpaid"    // convicted and final; a payment may still be refunded

	Right    State = "right"    // the answer is the answer
	Settled  State = "settled"  // convicted, final, and nothing left to do
	Lost     State = "lost"     // somebody else proved it, or the window closed
	Unusable State = "unusable" // nothing can be said about it; Note says why
)

// Over reports whether nothing is left to do.
func (s State) Over() bool {
	return s == Right || s == Settled || s == Lost || s == Unusable
}

// Schema names the form of a case's files.
const Schema = "dgrid.case/1"

// Case is what is known about one receipt. Its file is case.json in the case's folder;
// larger parts have files of their own.
type Case struct {
	Schema   string         `json:"schema"`
	Receipt  common.Hash    `json:"receipt"`
	Provider common.Address `json:"provider"`
	State    State          `json:"state"`
	Origin   string         `json:"origin"` // feed, job, file, draw
	Feed     string         `json:"feed,omitempty"`
	Note     string         `json:"note,omitempty"`
	// Relayer, Bought (Unix seconds) and Number say where the answer is in its voucher line, as was told when it was found: by
	// Feed, or by where it is from. What others say of that is in Cases.Sales.
	Relayer common.Address `json:"relayer,omitzero"`
	Bought  uint64         `json:"bought,omitempty"`
	Number  uint64         `json:"number,omitempty"`
	// Opened is the receipt's place in its line as its provider opened it for the draw that is known last, and AtOnce how
	// many questions are asked at a time, of a receipt that was hidden.
	Opened *contracts.Payment `json:"opened,omitempty"`
	AtOnce int                `json:"at_once,omitempty"`

	// Times are block times in Unix seconds.
	FoundAt  uint64 `json:"found_at"`
	Deadline uint64 `json:"deadline,omitempty"` // the end of the window as far as it is known

	Replay *Replay     `json:"replay,omitempty"`
	First  *step.Block `json:"first,omitempty"`
	Fault  *Finding    `json:"fault,omitempty"`
	Proof  *Proof      `json:"proof,omitempty"`

	Call     *Call            `json:"call,omitempty"`
	Intent   common.Hash      `json:"intent,omitzero"`
	Gas      uint64           `json:"gas,omitempty"`
	Verdict  *contracts.Fault `json:"verdict,omitempty"`
	Failed   common.Hash      `json:"failed,omitzero"` // the last transaction that failed on chain
	Settling common.Hash      `json:"settling,omitzero"`
	// RefusedAt is the block time at which the refund was first seen to be done by somebody else.
	RefusedAt uint64 `json:"refused_at,omitempty"`

	Failures int    `json:"failures,omitempty"` // in a row, in this state
	Trouble  string `json:"trouble,omitempty"`
	// Unserved counts how often the provider was asked off chain in vain.
	Unserved int `json:"unserved,omitempty"`
	// Asked are questions on chain.
	Asked []Asked `json:"asked,omitempty"`
}

// Replay is what a replay said.
type Replay struct {
	Positions  int         `json:"positions"`
	Root       common.Hash `json:"root"` // of the boundary tree
	WrongToken int         `json:"wrong_token"`
	Millis     int64       `json:"millis"`
}

// Finding is the first wrong thing and how it is shown.
type Finding struct {
	Kind  contracts.FaultKind `json:"kind"`
	Step  step.Step           `json:"step"`
	Name  string              `json:"name,omitempty"` // of the vector and the operation, for people
	Chunk int                 `json:"chunk"`
	Task  *Task               `json:"task,omitempty"` // nil where contracts compare
}

// Call is a protocol.Call in JSON.
type Call struct {
	To      common.Address `json:"to"`
	Data    protocol.Bytes `json:"data"`
	Purpose string         `json:"purpose"`
}

func saved(c protocol.Call) *Call { return &Call{*c.To, c.Data, c.Purpose} }

func (c *Call) protocol() protocol.Call {
	to := c.To
	return protocol.Call{To: &to, Data: c.Data, Purpose: c.Purpose}
}

// Opened is what a provider showed of one block, checked against its signature by whoever
// reads it again.
type Opening struct {
	Opening   protocol.Opening          `json:"opening"`
	Signature protocol.Bytes            `json:"signature"`
	Roots     []common.Hash             `json:"roots,omitempty"`
	Digests   map[string][]common.Hash  `json:"digests,omitempty"` // by number of the vector
	Digest    map[string]Digest         `json:"digest,omitempty"`  // by "vector/chunk": what was asked for on chain
	Words     map[string]protocol.Bytes `json:"words,omitempty"`   // by "vector/chunk"
	// Leaves are the chunk leaves under the boundary leaf behind the block.
	Leaves []common.Hash `json:"leaves,omitempty"`
}

// Digest is the digest of a chunk with its siblings up to the root of its vector.
type Digest struct {
	Hash common.Hash   `json:"hash"`
	Path []common.Hash `json:"path"`
}

// files of a case's folder.
const (
	fileCase       = "case.json"
	fileBundle     = "bundle.json"
	fileBoundaries = "boundaries.json"
	fileOpenings   = "openings.json"
	fileSalts      = "salts.json"
	fileSales      = "sales.json"
)

// maxCaseFile bounds what is read back: a boundary leaf is 69 bytes of JSON.
const maxCaseFile = 256 << 20

// Cases is the folder of all cases.
type Cases struct{ dir string }

// OpenCases creates the folder if it is missing.
func OpenCases(dir string) (*Cases, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open cases: %w", err)
	}
	return &Cases{dir}, nil
}

// Dir returns a case's folder.
func (s *Cases) Dir(receipt common.Hash) string { return filepath.Join(s.dir, receipt.Hex()) }

// Get reads a case; protocol.ErrNotFound if there is none.
func (s *Cases) Get(receipt common.Hash) (*Case, error) {
	var c Case
	if err := s.read(receipt, fileCase, &c); err != nil {
		return nil, err
	}
	if c.Schema != Schema || c.Receipt != receipt {
		return nil, fmt.Errorf("case %s holds %s of schema %q: %w", receipt, c.Receipt, c.Schema, protocol.ErrInvalid)
	}
	return &c, nil
}

// List reads every case, those that cannot be read left out with an error each.
func (s *Cases) List() ([]*Case, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	var list []*Case
	var failed error
	for _, e := range entries {
		var receipt common.Hash
		if !strings.HasPrefix(e.Name(), "0x") || receipt.UnmarshalText([]byte(e.Name())) != nil {
			continue
		}
		c, err := s.Get(receipt)
		switch {
		case errors.Is(err, protocol.ErrNotFound): // killed before the case was written
		case err != nil:
			failed = errors.Join(failed, err)
		default:
			list = append(list, c)
		}
	}
	return list, failed
}

// Create writes a new case with its bundle, of a hidden one what is known of it; created is false if it exists.
func (s *Cases) Create(c *Case, b bundle.Bundle) (created bool, err error) {
	if _, err := s.Get(c.Receipt); !errors.Is(err, protocol.ErrNotFound) {
		return false, err
	}
	if err := os.MkdirAll(s.Dir(c.Receipt), 0o700); err != nil {
		return false, fmt.Errorf("create case: %w", err)
	}
	if err := s.write(c.Receipt, fileBundle, b); err != nil {
		return false, err
	}
	return true, s.Put(c)
}

// Put writes a case.
func (s *Cases) Put(c *Case) error { return s.write(c.Receipt, fileCase, c) }

// Bundle reads a case's bundle.
func (s *Cases) Bundle(receipt common.Hash) (b bundle.Bundle, err error) {
	return b, s.read(receipt, fileBundle, &b)
}

// Boundaries is the provider's boundary tree on disk.
type Boundaries struct {
	// Salt hides the tree's root in the receipt, as the provider showed it.
	Salt   common.Hash   `json:"salt"`
	Leaves []common.Hash `json:"leaves"`
	// Nodes were shown on chain; with them the leaves are the provider's only up to the
	// first that differs.
	Nodes []Node `json:"nodes,omitempty"`
}

// Boundaries reads what the provider said its boundary leaves are; none if it is unknown.
func (s *Cases) Boundaries(receipt common.Hash) (b Boundaries, err error) {
	if err = s.read(receipt, fileBoundaries, &b); errors.Is(err, protocol.ErrNotFound) {
		err = nil
	}
	return b, err
}

func (s *Cases) putBoundaries(receipt common.Hash, t *tree) error {
	b := Boundaries{Salt: t.salt, Leaves: t.leaves}
	for p, hash := range t.shown {
		b.Nodes = append(b.Nodes, Node{p.level, p.index, hash})
	}
	return s.write(receipt, fileBoundaries, b)
}

// Openings reads what the provider showed of blocks.
func (s *Cases) Openings(receipt common.Hash) (list []*Opening, err error) {
	if err = s.read(receipt, fileOpenings, &list); errors.Is(err, protocol.ErrNotFound) {
		err = nil
	}
	return list, err
}

func (s *Cases) read(receipt common.Hash, name string, out any) error {
	path := filepath.Join(s.Dir(receipt), name)
	if info, err := os.Stat(path); err == nil && info.Size() > maxCaseFile {
		return fmt.Errorf("read %s of %d bytes: %w", name, info.Size(), protocol.ErrInvalid)
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s of case %s: %w", name, receipt, protocol.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read case: %w", err)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("read %s of case %s: %v: %w", name, receipt, err, protocol.ErrInvalid)
	}
	return nil
}

func (s *Cases) write(receipt common.Hash, name string, v any) error {
	if err := replace(s.Dir(receipt), name, v); err != nil {
		return fmt.Errorf("write case %s: %w", receipt, err)
	}
	return nil
}

// replace writes a file of the auditor's: whoever reads it sees the old one or the new
// one, also after a crash.
func replace(dir, name string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	return overwrite(dir, name, raw)
}

// overwrite is replace of what is encoded already.
func overwrite(dir, name string, raw []byte) error {
	return durable.WriteFile(filepath.Join(dir, name), append(raw, '\n'), 0o600)
}

func key(id step.VectorID, c int) string { return fmt.Sprintf("%d/%d", id, c) }

func describe(layout []step.Vector, f trace.Fault) string {
	if f.Step.Vector < 0 || int(f.Step.Vector) >= len(layout) {
		return "pick"
	}
	v := layout[f.Step.Vector]
	return v.Name + " (" + v.Op.String() + ")"
}
