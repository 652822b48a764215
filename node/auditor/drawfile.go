package auditor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// DrawState is how far the audit of a redeem or of a job came.
type DrawState string

// The states in order.
const (
	DrawSeen       DrawState = "seen"       // redeemed or delivered; nobody registered it yet
	DrawRegistered DrawState = "registered" // its beacon is to come, or to be used
	DrawDrawn      DrawState = "drawn"      // points wait for their receipts, auditors, or the end of the window
	DrawOver       DrawState = "over"       // nothing is left to do; Note says how it ended
)

// Draw is what is known about one audit, or, with a Version only, about a round of
// attestations. Its file is written before the next step is taken.
type Draw struct {
	Schema     string         `json:"schema"`
	ID         common.Hash    `json:"id"` // of the audit, or the model version
	State      DrawState      `json:"state"`
	Note       string         `json:"note,omitempty"`
	Line       protocol.Line  `json:"line,omitzero"`
	Checkpoint uint32         `json:"checkpoint,omitempty"`
	Job        common.Hash    `json:"job,omitzero"`
	Receipt    common.Hash    `json:"receipt,omitzero"` // of the job
	Version    common.Hash    `json:"version,omitzero"`
	Provider   common.Address `json:"provider,omitzero"`
	// Amount is what the redeem newly paid, or the job's fee; RedeemedAt is block time.
	Amount     protocol.Amount `json:"amount,omitzero"`
	RedeemedAt uint64          `json:"redeemed_at,omitempty"`
	Points     []DrawPoint     `json:"points,omitempty"`
	Acts       []Act           `json:"acts,omitempty"`
	Trouble    string          `json:"trouble,omitempty"`
}

// DrawPoint is one drawn place of a redeem.
type DrawPoint struct {
	Index    uint32          `json:"index"`
	At       protocol.Amount `json:"at"` // in the line's sum
	State    string          `json:"state"`
	Receipt  common.Hash     `json:"receipt,omitzero"`
	Mine     bool            `json:"mine,omitempty"` // this auditor was drawn for it
	AttestBy uint64          `json:"attest_by,omitempty"`
	Silences uint8           `json:"silences,omitempty"` // of the provider
	Said     *Said           `json:"said,omitempty"`
	Answered bool            `json:"answered,omitempty"` // Said is on chain
	Note     string          `json:"note,omitempty"`
	Over     bool            `json:"over,omitempty"`
}

// Said is what this auditor answers. INVARIANT: it is on disk before it is sent, and never
// changes: an auditor does not say two things.
type Said struct {
	Right bool        `json:"right"`
	Root  common.Hash `json:"root"` // its own trace root; zero if it found the fault without a replay
}

// Act is one transaction about a draw.
type Act struct {
	Name   string      `json:"name"`
	Tries  int         `json:"tries,omitempty"`
	Intent common.Hash `json:"intent,omitzero"`
	Done   bool        `json:"done,omitempty"`
	Failed string      `json:"failed,omitempty"`
}

// DrawSchema names the form of a draw's file.
const DrawSchema = "dgrid.draw/1"

// Draws is the folder of all draws.
type Draws struct{ dir string }

// OpenDraws creates the folder if it is missing.
func OpenDraws(dir string) (*Draws, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open draws: %w", err)
	}
	return &Draws{dir}, nil
}

func drawFile(id common.Hash) string { return id.Hex() + ".json" }

// Get reads a draw; protocol.ErrNotFound if there is none.
func (s *Draws) Get(id common.Hash) (*Draw, error) {
	var d Draw
	if err := readJSON(filepath.Join(s.dir, drawFile(id)), &d); err != nil {
		return nil, fmt.Errorf("draw %s: %w", id, err)
	}
	if d.Schema != DrawSchema || d.ID != id {
		return nil, fmt.Errorf("draw %s holds %s of schema %q: %w", id, d.ID, d.Schema, protocol.ErrInvalid)
	}
	return &d, nil
}

// List reads every draw, those that cannot be read left out with an error each.
func (s *Draws) List() (list []*Draw, failed error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list draws: %w", err)
	}
	for _, e := range entries {
		var id common.Hash
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !strings.HasPrefix(name, "0x") || id.UnmarshalText([]byte(name)) != nil {
			continue
		}
		if id == payID {
			continue
		}
		d, err := s.Get(id)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		list = append(list, d)
	}
	return list, failed
}

// put writes a draw.
func (s *Draws) put(d *Draw) error {
	d.Schema = DrawSchema
	if err := replace(s.dir, drawFile(d.ID), d); err != nil {
		return fmt.Errorf("write draw %s: %w", d.ID, err)
	}
	return nil
}

// cursor is where the watch of redeems goes on; zero if it is new.
func (s *Draws) cursor() (block uint64, err error) {
	if err = readJSON(filepath.Join(s.dir, "next.json"), &block); errors.Is(err, protocol.ErrNotFound) {
		err = nil
	}
	return block, err
}

func (s *Draws) setCursor(block uint64) error {
	return replace(s.dir, "next.json", block)
}

// act returns the record of a transaction.
func (d *Draw) act(name string) *Act {
	for i := range d.Acts {
		if d.Acts[i].Name == name {
			return &d.Acts[i]
		}
	}
	d.Acts = append(d.Acts, Act{Name: name})
	return &d.Acts[len(d.Acts)-1]
}

// send brings one transaction of a draw on chain, once: named by the draw, what it does
// and how often that failed. errPending until it is mined. What it did is read from the chain.
func (a *Auditor) send(ctx context.Context, d *Draw, name string, call func(salt common.Hash) protocol.Call) error {
	r := d.act(name)
	if r.Intent != (common.Hash{}) && !r.Done {
		_, err := a.deps.Sender.Succeeded(ctx, r.Intent)
		var failed *txmgr.Failed
		switch {
		case errors.As(err, &failed):
			r.Intent, r.Failed, r.Tries = common.Hash{}, failed.Error(), r.Tries+1
			return fmt.Errorf("%s: %w", name, err)
		case errors.Is(err, errPending):
			return err
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		}
		r.Done = true
		a.drawn.acts.WithLabelValues(kindOf(name)).Inc()
		return nil
	}
	if r.Done { // a reorg took it back, or the chain was read before it: it is done again under another name
		r.Done, r.Tries = false, r.Tries+1
	}
	c := call(hashOf([]byte("dgrid auditor "+name), d.ID[:], []byte{byte(r.Tries >> 8), byte(r.Tries)}))
	if _, err := a.deps.Chain.Simulate(ctx, a.deps.Sender.Address(), c); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	// INVARIANT: a crash before the intent is on disk repeats the salt, and with it the same transaction.
	if err := a.crash("before "+kindOf(name), nil); err != nil {
		return fatal{err}
	}
	if err := a.draws.put(d); err != nil {
		return fatal{err}
	}
	intent, err := a.deps.Sender.Submit(ctx, c)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := a.crash("sent "+kindOf(name), nil); err != nil {
		return fatal{err}
	}
	r.Intent, r.Failed = intent, ""
	if err := a.draws.put(d); err != nil {
		return fatal{err}
	}
	return errPending
}

// kindOf is the name of a transaction without its point.
func kindOf(name string) string {
	kind, _, _ := strings.Cut(name, " ")
	return kind
}

// fatal ends the auditor: without a disk nothing is safe.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }

func readJSON(path string, out any) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("file %s: %w", filepath.Base(path), protocol.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return fmt.Errorf("decode %s: %v: %w", filepath.Base(path), err, protocol.ErrInvalid)
	}
	return nil
}
