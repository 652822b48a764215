package provider

import (
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/node/provider/journal"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/bundle"
)

// Export reads the journal in dir, which no running provider may hold, and hands every
// answer to visit as a bundle that anyone can check offline. sign signs a receipt again
// (signing is deterministic); model says what a version's header says. Jobs are left
// out: their requests are signed by being on chain.
func Export(dir string, d protocol.Domain, operator common.Address, sign func(protocol.Receipt) (protocol.Bytes, error),
	model func(version common.Hash) (bundle.Model, error), visit func(bundle.Bundle) error) error {
	err := eachAnswer(dir, func(r answerRecord) error {
		if r.Job || r.Operator != operator {
			return nil // a rotated operator's key is not here to sign again
		}
		b := bundle.Bundle{Schema: bundle.Schema, Domain: d, Request: r.Ask.Request, RequestSignature: r.Ask.Signature,
			Params: r.Ask.Params.Encode(), Stop: r.Ask.Stop, Secret: r.Ask.Secret, Prompt: r.Ask.Prompt, PromptText: r.Ask.PromptText,
			Output: r.Output, OutputText: r.Text, Receipt: r.Receipt}
		var err error
		if b.Model, err = model(r.Ask.Request.ModelVersion); err != nil {
			return err
		}
		if b.Model.Class == protocol.ClassProven {
			b.PromptText = ""
		}
		if b.Signature, err = sign(r.Receipt); err != nil {
			return err
		}
		return visit(b)
	})
	if err != nil {
		return fmt.Errorf("export receipts: %w", err)
	}
	return nil
}

// eachAnswer visits every answer of the journal in dir.
func eachAnswer(dir string, visit func(answerRecord) error) error {
	return journal.Replay(dir, func(pos journal.Pos, rec journal.Record) error {
		if rec.Type != recordAnswer {
			return nil
		}
		var r answerRecord
		if err := json.Unmarshal(rec.Data, &r); err != nil {
			return fmt.Errorf("journal record at %d:%d: %v: %w", pos.Segment, pos.Offset, err, protocol.ErrInvalid)
		}
		return visit(r)
	})
}

// CheckJournal replays the journal in dir as a start would, and changes nothing. A folder that does not
// exist yet is fine; one that a running provider holds is protocol.ErrConflict.
func CheckJournal(dir string) (JournalContents, error) {
	c := JournalContents{next: map[common.Address]uint64{}}
	if err := journal.Replay(dir, fromSummary(c.note)); err != nil {
		return c, fmt.Errorf("read the journal: %w", err)
	}
	return c, nil
}

// fromSummary replays a journal that begins at its beginning, or with the summary of what it does
// not hold any more; of another nobody knows which numbers were used.
func fromSummary(replay func(journal.Pos, journal.Record) error) func(journal.Pos, journal.Record) error {
	begun := false
	return func(pos journal.Pos, rec journal.Record) error {
		if !begun && pos.Segment > 1 && rec.Type != recordSummary {
			return fmt.Errorf("journal begins with segment %d, and that without a summary of those before: restore a copy of the folder and go on with it under a new operator key: %w",
				pos.Segment, protocol.ErrInvalid)
		}
		begun = true
		return replay(pos, rec)
	}
}
