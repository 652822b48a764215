package indexer

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// node is what a question asks for, as the API shows it: with the receipt's hash, all
// that its name is made of.
type node struct {
	Kind   string      `json:"kind"`
	Level  uint8       `json:"level"`
	T      uint32      `json:"t"`
	L      uint32      `json:"l"`
	Vector uint32      `json:"vector"`
	Index  uint32      `json:"index"`
	Size   uint32      `json:"size"`
	Hash   common.Hash `json:"hash"`
}

// nodeKinds names what can be asked for (contracts/src/interfaces/INodeTable.sol).
var nodeKinds = [...]string{"none", "params", "prompt", "output", "trace", "boundary", "boundary_chunks", "block", "vectors", "digests", "chunk"}

func nodeKind(k uint8) string {
	if int(k) < len(nodeKinds) {
		return nodeKinds[k]
	}
	return fmt.Sprintf("unknown(%d)", k)
}

// receipt returns what is known of a receipt, for change.
func (s *state) receipt(hash common.Hash, provider common.Address) *store.Receipt {
	r, isNew := change[store.Receipt](s, store.HashID(hash))
	if isNew {
		r.Receipt = hash
	}
	if r.Provider == (common.Address{}) {
		r.Provider = provider
	}
	return r
}

// delivered notes which receipt a job got: disputes name receipts.
func (s *state) delivered(j *store.Job, e events.JobDelivered) {
	r := s.receipt(s.domain.Digest(e.Receipt), e.Provider)
	r.Job, r.RequestHash, r.ModelVersion = e.Job, e.Receipt.RequestHash, j.ModelVersion
}

// version returns a model version for change; nil if none is named, or it is not known.
func (s *state) version(id common.Hash) *store.Version {
	if id == (common.Hash{}) {
		return nil
	}
	e := s.found(s.byHash(s.often.versions, "versions", &id))
	if e.row == nil {
		return nil
	}
	v, _ := changeEntry[store.Version](s, e)
	return v
}

func (s *state) dispute(e any) error {
	switch e := e.(type) {
	case events.FaultProven:
		return s.faultProven(e)
	case events.ReceiptSettled:
		return s.settled(e)
	case events.WindowExtended:
		r := s.receipt(e.ReceiptHash, common.Address{}) // whose it is comes with what extends it
		if store.Uint64(e.Until) <= r.ExtendedUntil {
			return s.illegal("window of receipt %s goes back", r.ID)
		}
		r.ExtendedUntil = store.Uint64(e.Until)
	case events.QuestionAsked:
		return s.asked(e)
	case events.QuestionAnswered:
		return s.answered(e)
	case events.QuestionExpired:
		return s.expired(e)
	case events.BondPaid:
		return s.bondPaid(e)
	case events.Equivocated:
		record(s, s.position(), store.Claim{Kind: store.ClaimEquivocation, Provider: e.Provider, Operator: e.Operator,
			Receipt: e.ReceiptHash, Other: e.OtherHash, Cause: e.ReceiptHash, TxHash: s.event.TxHash})
	case events.WrongLeaf:
		// Named by its cause, which the fault that follows has: each counts once.
		line, err := existing[store.Line](s, store.HashID(e.Line))
		if err != nil {
			return err
		}
		return add(s, store.HashID(e.Cause), store.Claim{Kind: store.ClaimWrongLeaf, Provider: e.Provider, Receipt: e.ReceiptHash,
			Line: e.Line, ModelVersion: line.ModelVersion, Cause: e.Cause, TxHash: s.event.TxHash})
	}
	return nil
}

// --------------------------------------------------------------- faults

// small reports whether a kind is of the small rung.
func small(k events.FaultKind) bool { return k == events.Silence || k == events.Equivocation }

func (s *state) faultProven(e events.FaultProven) error {
	f := store.Fault{Receipt: e.ReceiptHash, Cause: e.ReceiptHash, Provider: e.Provider, Submitter: e.Submitter, Kind: e.Kind.String(), ModelVersion: e.ModelVersion,
		Rung: store.RungFault, Slashed: e.Slashed, Refunded: e.Refunded, Bounty: e.Bounty, TxHash: s.event.TxHash}
	if small(e.Kind) {
		f.Rung = store.RungSmall
	}
	if leaf, ok := s.lookup(store.Ref{Table: "claims", ID: store.HashID(f.Cause)}).row.(*store.Claim); ok {
		// The cause is a leaf of the provider's line; the receipt may be an honest one of somebody else.
		f.Receipt, f.Line, f.ModelVersion = leaf.Receipt, leaf.Line, leaf.ModelVersion
	} else if p, ok := s.lookup(store.Ref{Table: "audit_points", ID: store.HashID(f.Cause)}).row.(*store.AuditPoint); ok {
		// The cause is a drawn point; its receipt, if it has one, has its own fault.
		f.Receipt, f.Line, f.ModelVersion = p.Receipt, p.Line, p.ModelVersion
	} else if err := s.proven(&f); err != nil {
		return err
	}
	p, v := s.provider(e.Provider), s.version(f.ModelVersion)
	if f.Rung == store.RungSmall {
		p.SmallFaults++
	} else {
		p.Faults++
	}
	if v != nil && f.Rung == store.RungSmall {
		v.SmallFaults++
	} else if v != nil {
		v.Faults++
	}
	record(s, s.position(), f)
	return nil
}

// proven notes a fault in its receipt, and what the receipt tells about it.
func (s *state) proven(f *store.Fault) error {
	r := s.receipt(f.Receipt, f.Provider)
	// Evidence names the version of every receipt, of a job's or not; a pair of receipts names none.
	if r.ModelVersion == (common.Hash{}) {
		r.ModelVersion = f.ModelVersion
	}
	f.ModelVersion, f.RequestHash, f.Job = r.ModelVersion, r.RequestHash, r.Job
	if f.Rung == store.RungSmall {
		r.SmallFault = f.Kind
	} else {
		if r.Fault != "" {
			return s.illegal("receipt %s is proven wrong twice", r.ID)
		}
		r.Fault, r.ProvenAt, r.ProvenTx = f.Kind, s.block.Time, s.event.TxHash
	}
	return first(s.plus(&r.Slashed, f.Slashed), s.plus(&r.Refunded, f.Refunded), s.plus(&r.Bounty, f.Bounty))
}

func (s *state) settled(e events.ReceiptSettled) error {
	r, err := existing[store.Receipt](s, store.HashID(e.ReceiptHash))
	if err != nil {
		return err
	}
	if r.Fault == "" || r.SettledAt != 0 {
		return s.illegal("receipt %s is settled before a fault, or twice", r.ID)
	}
	r.SettledAt, r.SettledTx = s.block.Time, s.event.TxHash
	return first(s.plus(&r.Slashed, e.Slashed), s.plus(&r.Refunded, e.Refunded))
}

// ------------------------------------------------------------ questions

func (s *state) asked(e events.QuestionAsked) error {
	r := s.receipt(e.ReceiptHash, e.Provider)
	q, isNew := change[store.Question](s, store.HashID(e.Question))
	if !isNew && q.State != store.QuestionExpired {
		return s.illegal("question %s is asked again while it is %s", q.ID, q.State)
	}
	base, asks, expired, slashed := *q.Base(), q.Asks+1, q.ExpiredAt, q.Slashed
	n := e.Node
	*q = store.Question{Entity: base, Question: e.Question, Receipt: e.ReceiptHash, Provider: e.Provider, ModelVersion: r.ModelVersion, Asker: e.Asker,
		Kind: nodeKind(n.Kind), Node: compact(node{nodeKind(n.Kind), n.Level, n.T, n.L, n.Vector, n.Index, n.Size, n.Hash}),
		Bond: e.Bond, Deadline: store.Uint64(e.Deadline), State: store.QuestionAsked, Asks: asks, AskedAt: s.block.Time, AskedTx: s.event.TxHash,
		Answer: protocol.Bytes{}, ExpiredAt: expired, Slashed: slashed}
	p := s.provider(e.Provider)
	p.Questions++
	p.OpenQuestions++
	r.Questions++
	r.OpenQuestions++
	if v := s.version(r.ModelVersion); v != nil {
		v.Questions++
	}
	return nil
}

// closes returns an open question, for change, and counts it as open no more.
func (s *state) closes(receipt, question common.Hash) (*store.Question, *store.Receipt, *store.Provider, error) {
	q, err := existing[store.Question](s, store.HashID(question))
	if err != nil {
		return nil, nil, nil, err
	}
	if q.State != store.QuestionAsked || q.Receipt != receipt {
		return nil, nil, nil, s.illegal("question %s about receipt %s is %s", q.ID, q.Receipt, q.State)
	}
	r, err := existing[store.Receipt](s, store.HashID(receipt))
	if err != nil {
		return nil, nil, nil, err
	}
	p := s.provider(q.Provider)
	if r.OpenQuestions == 0 || p.OpenQuestions == 0 {
		return nil, nil, nil, s.illegal("no question about receipt %s is open", r.ID)
	}
	r.OpenQuestions--
	p.OpenQuestions--
	return q, r, p, nil
}

func (s *state) answered(e events.QuestionAnswered) error {
	q, _, _, err := s.closes(e.ReceiptHash, e.Question)
	if err != nil {
		return err
	}
	q.State, q.Answerer, q.AnsweredAt, q.AnsweredTx = store.QuestionAnswered, e.Answerer, s.block.Time, s.event.TxHash
	q.Answer = append(protocol.Bytes{}, e.Answer...)
	return nil
}

func (s *state) expired(e events.QuestionExpired) error {
	q, r, p, err := s.closes(e.ReceiptHash, e.Question)
	if err != nil {
		return err
	}
	// They count anew from a provider's last Withheld: the receipt's may fall, the provider's do not.
	if e.Counted {
		p.Silences++
	}
	if now := uint32(e.Silences); e.Counted && now == 0 || now > r.Silences+1 || !e.Counted && now > r.Silences {
		return s.illegal("receipt %s had %d silences and now %d", r.ID, r.Silences, now)
	}
	r.Silences = uint32(e.Silences)
	// The bond goes back with it.
	q.State, q.ExpiredAt, q.BondTo, q.BondPaid = store.QuestionExpired, s.block.Time, q.Asker, q.Bond
	return s.plus(&q.Slashed, e.Slashed)
}

func (s *state) bondPaid(e events.BondPaid) error {
	q, err := existing[store.Question](s, store.HashID(e.Question))
	if err != nil {
		return err
	}
	if q.State != store.QuestionAnswered || !q.BondPaid.IsZero() {
		return s.illegal("bond of question %s is paid twice, or before an answer", q.ID)
	}
	q.BondTo, q.BondPaid, q.BondToProvider, q.BondBurned = e.To, e.Amount, e.ToProvider, e.Burned
	whole := e.Amount
	return first(s.plus(&whole, e.ToProvider), s.plus(&whole, e.Burned), s.same("bond", q.Bond, whole))
}

// ------------------------------------------------------------ verifiers

func (s *state) verifier(e any) error {
	switch e := e.(type) {
	case events.VerifierScheduled:
		v, _ := change[store.Verifier](s, store.SpecID(e.SpecVersion))
		if v.State == store.VerifierSealed {
			return s.illegal("verifier of version %d is sealed", e.SpecVersion)
		}
		v.SpecVersion, v.State, v.Verifier, v.KeyHash, v.EffectiveAt = e.SpecVersion, store.VerifierScheduled, e.Verifier, e.KeyHash, store.Uint64(e.EffectiveAt)
		v.TxHash = s.event.TxHash
	case events.VerifierSealed: // the first one without a schedule
		v, _ := change[store.Verifier](s, store.SpecID(e.SpecVersion))
		if v.State == store.VerifierSealed {
			return s.illegal("verifier of version %d is sealed twice", e.SpecVersion)
		}
		v.SpecVersion, v.State, v.Verifier, v.KeyHash, v.CodeHash = e.SpecVersion, store.VerifierSealed, e.Verifier, e.KeyHash, e.CodeHash
		v.SealedAt, v.TxHash = s.block.Time, s.event.TxHash
	}
	return nil
}
