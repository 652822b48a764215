package auditor

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
)

// Asked is one question of this auditor on chain.
type Asked struct {
	Question common.Hash `json:"question"`
	What     string      `json:"what"`
	// Times counts how often it was asked; Intent is the last transaction about it.
	Times  int         `json:"times"`
	Intent common.Hash `json:"intent,omitzero"`
	// Expired are the transactions that ended it as unanswered: the last of them may convict. Due is the
	// deadline of the asking that the last of them is about, in Unix seconds: each asking has another.
	Expired []common.Hash   `json:"expired,omitempty"`
	Due     uint64          `json:"due,omitempty"`
	Bond    protocol.Amount `json:"bond,omitzero"` // of the last asking
	State   string          `json:"state"`         // asked, open, expiring, silent, answered
	Node    *Place          `json:"node,omitempty"`
	// ClosedAt is the block time at which it was first seen not to hold this auditor's bond as a question that is open; Closed
	// says that this is final.
	ClosedAt uint64 `json:"closed_at,omitempty"`
	Closed   bool   `json:"closed,omitempty"`

	answer []byte      // as the log has it, read once
	hash   common.Hash // of it, as the contract keeps it
}

// Place is a contracts.Node in JSON.
type Place struct {
	Kind   uint8       `json:"kind"`
	Level  uint8       `json:"level,omitempty"`
	T      uint32      `json:"t,omitempty"`
	L      uint32      `json:"l,omitempty"`
	Vector uint32      `json:"vector,omitempty"`
	Index  uint32      `json:"index,omitempty"`
	Size   uint32      `json:"size,omitempty"`
	Hash   common.Hash `json:"hash,omitzero"`
}

func placeOf(n contracts.Node) *Place {
	return &Place{n.Kind, n.Level, n.T, n.L, n.Vector, n.Index, n.Size, n.Hash}
}

func (p Place) node() contracts.Node {
	return contracts.Node{Kind: p.Kind, Level: p.Level, T: p.T, L: p.L, Vector: p.Vector, Index: p.Index, Size: p.Size, Hash: p.Hash}
}

// errPending says that something on chain is waited for: an answer, or that a block is final.
var errPending = txmgr.ErrPending

// withheld counts what a provider does not serve. When patience is over it is asked on
// chain, from then on about everything. Who may not ask there goes on off chain.
func (j *judge) withheld(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errPending):
		return j.convicted(ctx, err)
	case refusedAs(err, "WindowClosed"): // nothing more is answered
		kind, failed := j.a.deps.Chain.FaultOf(ctx, j.c.Receipt)
		switch {
		case failed != nil:
			return failed
		case kind != contracts.FaultNone:
			return j.convicted(ctx, err)
		}
		return j.late("%v", err)
	case !isUnserved(err) || j.c.State == Asking:
		return err
	}
	j.a.metrics.unserved()
	if j.c.Unserved++; j.c.Unserved >= j.a.cfg.Patience && j.entitled() {
		j.c.State = Asking
		j.a.desk.forget(j) // its blocks hold sources that ask off chain
		j.a.log.Warn("provider does not serve, asking on chain", "receipt", j.c.Receipt, "provider", j.c.Provider, "err", err)
		return nil
	}
	return err
}

// entitled says whether this auditor may ask on chain: what a requester keeps to itself only it may make public.
func (j *judge) entitled() bool {
	r := j.b.Request
	return r.Audience != protocol.AudienceRequester || r.Requester == j.a.deps.Sender.Address()
}

// refusedAs says whether a contract refused a call with an error of that name.
func refusedAs(err error, name string) bool {
	var e *chain.ContractError
	return errors.As(err, &e) && e.Name == name
}

// convicted ends a case whose silence was a proven fault, or that somebody else proved.
func (j *judge) convicted(ctx context.Context, pending error) error {
	kind, err := j.a.deps.Chain.FaultOf(ctx, j.c.Receipt)
	if err != nil || kind == contracts.FaultNone {
		return errors.Join(err, pending)
	}
	if err := j.release(ctx, true); err != nil {
		return err
	}
	type sent struct {
		intent common.Hash
		gas    uint64
	}
	own := map[common.Hash]sent{} // of silence nobody is named
	for _, asked := range j.c.Asked {
		for _, intent := range asked.Expired {
			receipt, err := j.a.deps.Sender.Final(ctx, intent)
			if errors.As(err, new(*txmgr.Failed)) || errors.Is(err, protocol.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			own[receipt.TxHash] = sent{intent, receipt.GasUsed}
		}
	}
	mine, err := j.settled(ctx)
	if err != nil {
		return err
	}
	j.c.Fault = &Finding{Kind: j.c.Verdict.Kind, Name: "withheld"}
	if by, ok := own[j.c.Verdict.Tx]; ok {
		j.c.Intent, j.c.Gas, mine = by.intent, by.gas, true
	}
	if !mine {
		return j.beaten(ctx, errors.New("while its provider was asked"))
	}
	return j.done()
}

// answer returns what the provider answered on chain about a node, and asks where nobody
// did: it is errPending until there is an answer. Silence is expired, which slashes, and
// asked again.
func (j *judge) answer(ctx context.Context, what string, n contracts.Node, ask func(e contracts.Evidence, salt common.Hash) protocol.Call) ([]byte, error) {
	reader := j.a.deps.Chain
	id := contracts.QuestionID(j.c.Receipt, n)
	q, err := reader.Question(ctx, id)
	if err != nil {
		return nil, err
	}
	record := j.record(id, what)
	record.Node = placeOf(n)
	switch q.State {
	case contracts.QuestionAnswered:
		j.a.stakes.bonded(id)
		if record.State != "answered" {
			record.State = "answered"
			j.a.metrics.asked("answered")
		}
		if record.answer == nil || record.hash != q.AnswerHash { // a reorg may have brought another
			if record.answer, err = reader.Answer(ctx, id, q.AskedAt); err != nil {
				return nil, err
			}
			record.hash = q.AnswerHash
		}
		return record.answer, nil
	case contracts.QuestionOpen:
		now, err := reader.Now(ctx)
		if err != nil {
			return nil, err
		}
		j.a.stakes.bonded(id)
		if now < q.Deadline {
			return nil, errPending
		}
		return nil, j.expire(ctx, record, q)
	}
	return nil, j.pose(ctx, record, ask)
}

func (j *judge) record(id common.Hash, what string) *Asked {
	for i := range j.c.Asked {
		if j.c.Asked[i].Question == id {
			return &j.c.Asked[i]
		}
	}
	j.c.Asked = append(j.c.Asked, Asked{Question: id, What: what})
	return &j.c.Asked[len(j.c.Asked)-1]
}

// pose asks a question that is not open. Each asking has a salt of its own, so that the
// outbox sends each once.
func (j *judge) pose(ctx context.Context, r *Asked, ask func(contracts.Evidence, common.Hash) protocol.Call) error {
	if r.State == "expiring" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Mined); err != nil {
			return err
		}
		r.State = "silent"
		j.a.metrics.asked("silent")
		return errPending // what the silence did is looked at before it is asked again
	}
	if r.State == "asked" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Mined); err != nil {
			return err
		}
		if r.State == "asked" {
			r.State = "open" // it is mined: what is read from now on counts
			return errPending
		}
	}
	if r.State == "open" { // and yet it is not: a reorg took it back for now, or somebody else expired it
		if err := j.sent(ctx, r, j.a.deps.Sender.Final); err != nil {
			return err
		}
		r.State = "silent"
	}
	payment, err := j.showing(ctx)
	if err != nil {
		return err
	}
	short := j.afford(ctx, r)
	defer func() {
		if r.State != "asked" {
			j.a.stakes.returned(r.Question)
		}
	}()
	call := ask(j.evidence(payment), salt("ask", r.Question, r.Times))
	if _, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call); err != nil && (short == nil || !refusedAs(err, "InsufficientFree")) {
		if refusedAs(err, "ReceiptProven") {
			err = errors.Join(errPending, err) // then nothing is asked any more, and the case ends
		}
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	if short != nil {
		return short
	}
	r.Times++
	if err := j.hand(ctx, r, "asked", call); err != nil {
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	j.a.metrics.asked("asked")
	return errPending
}

// hand gives the sender a transaction about a question.
//
// INVARIANT: what is sent is on disk before: no crash forgets a bond, or takes another asking's end for its own.
func (j *judge) hand(ctx context.Context, r *Asked, state string, call protocol.Call) (err error) {
	r.State, r.Intent = state, protocol.IntentID(j.b.Domain.ChainID, j.a.deps.Sender.Address(), call)
	if state == "expiring" {
		r.Expired = append(r.Expired, r.Intent)
	}
	if err := j.a.cases.Put(j.c); err != nil {
		return err
	}
	_, err = j.a.deps.Sender.Submit(ctx, call)
	return err
}

// sent is errPending until the last transaction about a question got so far. One that failed, or that a crash kept
// from the sender, leaves the question as it was: it is looked at again.
func (j *judge) sent(ctx context.Context, r *Asked, look reading) error {
	_, err := look(ctx, r.Intent)
	switch {
	case errors.As(err, new(*txmgr.Failed)):
		r.State, j.c.Failed = "", r.Intent
		return nil
	case errors.Is(err, protocol.ErrNotFound):
		r.State = ""
		return nil
	}
	return err
}

// reading gets the receipt of a transaction that came so far: Sender's methods do, those that wait for it and those that do not.
type reading = func(context.Context, common.Hash) (*types.Receipt, error)

// expire ends a question that nobody answered in time. Whoever keeps it open by asking it again
// after each end gets one silence more for each, as if this auditor had asked.
func (j *judge) expire(ctx context.Context, r *Asked, q contracts.Question) error {
	if r.State == "expiring" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Mined); err != nil {
			return err
		}
		if r.State == "expiring" && r.Due == q.Deadline {
			return errPending // it was read before that was mined, or a reorg takes a while
		}
	}
	payment, err := j.showing(ctx)
	if err != nil {
		return err
	}
	// INVARIANT: each try has a salt of its own.
	call := j.a.deps.Chain.Addresses().Expire(j.evidence(payment), r.Node.node(), salt("end", r.Question, len(r.Expired)))
	if _, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call); err != nil {
		return errors.Join(errPending, fmt.Errorf("expire the question for %s: %w", r.What, err))
	}
	r.Due = q.Deadline
	if err := j.hand(ctx, r, "expiring", call); err != nil {
		return fmt.Errorf("expire the question for %s: %w", r.What, err)
	}
	return errPending
}

func salt(act string, question common.Hash, n int) common.Hash {
	return hashOf([]byte("dgrid auditor "+act), question[:], []byte{byte(n >> 8), byte(n)})
}
