package indexer

import (
	"encoding/json"
	"math"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// compact is the JSON of values that always have one.
func compact(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// saturate adds counts that strangers chose.
func saturate(sum *store.Uint64, n uint64) {
	if uint64(*sum) > math.MaxUint64-n {
		*sum = math.MaxUint64
		return
	}
	*sum += store.Uint64(n)
}

// ------------------------------------------------------------- channels

func (s *state) channel(e any) error {
	switch e := e.(type) {
	case events.ChannelOpened:
		return add(s, store.HashID(e.Channel), store.Channel{Channel: e.Channel, Requester: e.Requester, Delegate: e.Delegate,
			State: store.ChannelOpen, Deposit: e.Deposit, Left: e.Deposit, Expiry: store.Uint64(e.Expiry), TxHash: s.event.TxHash})
	case events.ChannelToppedUp:
		c, err := s.liveChannel(e.Channel)
		if err != nil {
			return err
		}
		return first(s.plus(&c.Deposit, e.Amount), s.same("deposit", c.Deposit, e.Deposit), s.plus(&c.Left, e.Amount))
	case events.DelegateChanged:
		c, err := s.liveChannel(e.Channel)
		if err != nil {
			return err
		}
		if c.Delegate != e.Retiring {
			return s.illegal("channel %s retires %s, its delegate is %s", c.ID, e.Retiring, c.Delegate)
		}
		c.Delegate, c.Retiring, c.RetiresAt = e.Delegate, e.Retiring, store.Uint64(e.RetiresAt)
	case events.ChannelClosing:
		c, err := s.liveChannel(e.Channel)
		if err != nil {
			return err
		}
		if c.State != store.ChannelOpen {
			return s.illegal("channel %s closes twice", c.ID)
		}
		c.State, c.ClosesAt = store.ChannelClosing, store.Uint64(e.ClosesAt)
	case events.GraceExtended:
		c, err := s.liveChannel(e.Channel)
		if err != nil {
			return err
		}
		if e.ClosesAt != 0 {
			c.State, c.ClosesAt = store.ChannelClosing, store.Uint64(e.ClosesAt)
		}
		if e.RetiresAt != 0 {
			c.RetiresAt = store.Uint64(e.RetiresAt)
		}
	case events.ChannelSwept:
		c, err := s.liveChannel(e.Channel)
		if err != nil {
			return err
		}
		err = first(s.same("paid", c.Paid, e.Paid), s.same("rest", c.Left, e.Refunded))
		c.State, c.Left, c.Refunded = store.ChannelSwept, protocol.Amount{}, e.Refunded
		return err
	}
	return nil
}

// liveChannel returns a channel that was not swept, for change.
func (s *state) liveChannel(id common.Hash) (*store.Channel, error) {
	return s.liveChannelAt(s.found(s.byHash(s.often.channels, "channels", &id)))
}

func (s *state) liveChannelAt(e *entry) (*store.Channel, error) {
	c, err := existingEntry[store.Channel](s, e)
	if err == nil && c.State == store.ChannelSwept {
		err = s.illegal("channel %s is swept", c.ID)
	}
	return c, err
}

// --------------------------------------------------- vouchers and credit

func (s *state) redeemed(e events.VoucherRedeemed) error {
	c, err := s.liveChannelAt(s.plan.channel)
	if err != nil {
		return err
	}
	c.Redeems++
	if err := first(s.plus(&c.Paid, e.Amount), s.minus(&c.Left, e.Amount)); err != nil {
		return err
	}
	receipts, err := s.redeemLine(c, e)
	if err != nil {
		return err
	}
	credit, isNew := changeEntry[store.Credit](s, s.plan.credit)
	if isNew {
		credit.Provider, credit.ModelVersion, credit.Relayer, credit.Epoch = e.Provider, e.ModelVersion, e.Relayer, e.Epoch
		credit.State = store.CreditPending
	} else if credit.State != store.CreditPending {
		return s.illegal("credit %s matured already", credit.ID)
	}
	credit.Redeems++
	v, err := existingEntry[store.Version](s, s.plan.version)
	if err != nil {
		return err
	}
	p := s.providerAt(s.plan.provider, e.Provider)
	p.Redeems++
	service := s.service(s.plan.service, p, v)
	service.Redeems++
	return first(s.plus(&credit.Amount, e.Amount), s.plus(&p.Pending, e.Amount), s.plus(&p.Redeemed, e.Amount),
		s.served(p, v, service, e.Amount, receipts))
}

// redeemLine moves the voucher line and says how many receipts were new.
func (s *state) redeemLine(c *store.Channel, e events.VoucherRedeemed) (receipts uint64, err error) {
	id := s.plan.line
	l, isNew := changeEntry[store.Line](s, s.plan.lineRow)
	if isNew {
		l.Line, l.Channel, l.Requester, l.Provider, l.ModelVersion, l.Relayer = id, e.Channel, c.Requester, e.Provider, e.ModelVersion, e.Relayer
		c.Lines++
	}
	if l.Checkpoints != e.Checkpoint || uint64(l.Count) > e.Count {
		return 0, s.illegal("line %s has %d checkpoints and %d receipts, the event says %d and %d", l.ID, l.Checkpoints, l.Count, e.Checkpoint, e.Count)
	}
	receipts = e.Count - uint64(l.Count)
	l.Checkpoints++
	l.Total, l.Count, l.ReceiptsRoot = e.Total, store.Uint64(e.Count), e.ReceiptsRoot
	record(s, store.RedeemID(id, e.Checkpoint), store.Redeem{Line: id, Checkpoint: e.Checkpoint, Channel: e.Channel, Provider: e.Provider,
		ModelVersion: e.ModelVersion, Relayer: e.Relayer, Amount: e.Amount, Paid: e.Paid, Total: e.Total, Count: store.Uint64(e.Count),
		ReceiptsRoot: e.ReceiptsRoot, Epoch: e.Epoch, TxHash: s.event.TxHash})
	return receipts, first(s.plus(&l.Paid, e.Amount), s.same("paid", l.Paid, e.Paid))
}

// service returns what a provider did with a model version, for change.
func (s *state) service(e *entry, p *store.Provider, v *store.Version) *store.Service {
	r, isNew := changeEntry[store.Service](s, e)
	if isNew {
		r.Provider, r.ModelVersion = p.Provider, v.ModelVersion
		v.Providers++
		p.Models++
	}
	return r
}

// served counts a fee for the provider, the version and both together.
func (s *state) served(p *store.Provider, v *store.Version, r *store.Service, fee protocol.Amount, receipts uint64) error {
	r.LastPaidAt = s.block.Time
	saturate(&v.Receipts, receipts)
	saturate(&p.Receipts, receipts)
	saturate(&r.Receipts, receipts)
	return first(s.plus(&v.Fees, fee), s.plus(&r.Fees, fee), s.plus(&s.totals().Fees, fee))
}

func (s *state) rejected(e events.VoucherRejected) error {
	s.provider(e.Provider).Rejections++
	record(s, s.position(), store.Rejection{Channel: e.Channel, Provider: e.Provider, VoucherHash: e.VoucherHash,
		Reason: append(protocol.Bytes{}, e.Reason[:]...), TxHash: s.event.TxHash})
	return nil
}

func (s *state) matured(e events.CreditMatured) error {
	credit, err := existingEntry[store.Credit](s, s.plan.credit)
	if err != nil {
		return err
	}
	if credit.State != store.CreditPending {
		return s.illegal("credit %s matures twice", credit.ID)
	}
	credit.State, credit.Forfeited, credit.Split = store.CreditMatured, e.Forfeited, store.Split(e.Split)
	credit.MaturedAt, credit.MaturedTx = s.block.Time, s.event.TxHash
	v, err := existingEntry[store.Version](s, s.plan.version)
	if err != nil {
		return err
	}
	p := s.providerAt(s.plan.provider, e.Provider)
	return first(s.same("credit", credit.Amount, e.Amount), s.minus(&p.Pending, e.Amount), s.paid(p, v, e.Amount, e.Split, e.Forfeited))
}

// paid counts the parts of a fee that was split.
func (s *state) paid(p *store.Provider, v *store.Version, fee protocol.Amount, parts events.Split, forfeited bool) error {
	var sum protocol.Amount
	for _, part := range [...]protocol.Amount{parts.Provider, parts.Creator, parts.Parent, parts.Relayer, parts.Auditors, parts.Protocol} {
		if err := s.plus(&sum, part); err != nil {
			return err
		}
	}
	if err := s.same("sum of the parts", sum, fee); err != nil {
		return err
	}
	own := &p.Earned
	if forfeited {
		own = &p.Burned
	}
	return first(s.plus(own, parts.Provider), s.plus(&v.Royalties, parts.Creator), s.plus(&v.ParentRoyalties, parts.Parent))
}

// ----------------------------------------------------------------- jobs

var null = json.RawMessage("null")

func (s *state) job(e any) error {
	switch e := e.(type) {
	case events.JobRequested:
		o := e.Order
		return add(s, store.HashID(e.Job), store.Job{Job: e.Job, Requester: e.Requester, ModelVersion: e.ModelVersion, State: store.JobRequested,
			Request: compact(e.Request), Prompt: compact(o.Prompt), Receipt: null, Output: null, MaxFee: o.MaxFee,
			Deadline: store.Uint64(o.Deadline), Callback: o.Callback, CallbackGas: o.CallbackGas, CallbackAtDelivery: o.CallbackAtDelivery,
			TxHash: s.event.TxHash})
	case events.JobAccepted:
		j, err := s.jobIn(e.Job, store.JobRequested)
		if err != nil {
			return err
		}
		s.provider(e.Provider).JobsAccepted++
		j.State, j.Provider, j.Operator, j.Relayer, j.AcceptedAt = store.JobAccepted, e.Provider, e.Operator, e.Relayer, s.block.Time
	case events.JobDelivered:
		j, err := s.jobIn(e.Job, store.JobAccepted)
		if err != nil {
			return err
		}
		s.provider(e.Provider).JobsDelivered++
		s.delivered(j, e)
		j.State, j.DeliveredAt, j.DisputableUntil = store.JobDelivered, s.block.Time, store.Uint64(e.DisputableUntil)
		j.Fee, j.Receipt, j.Output = e.Receipt.Fee, compact(e.Receipt), compact(e.Output)
	case events.JobFinalized:
		j, err := s.jobIn(e.Job, store.JobDelivered)
		if err != nil {
			return err
		}
		j.State, j.ClosedAt, j.Fee, j.Refunded, j.Split, j.Forfeited = store.JobFinalized, s.block.Time, e.Fee, e.Refunded, store.Split(e.Split), e.Forfeited
		v, err := existing[store.Version](s, store.HashID(j.ModelVersion))
		if err != nil {
			return err
		}
		p := s.provider(e.Provider)
		service := s.service(s.found(s.byPair(s.often.services, "services", &e.Provider, &j.ModelVersion)), p, v)
		v.Jobs++
		service.Jobs++
		whole := e.Fee
		return first(s.plus(&whole, e.Refunded), s.same("fee and rest", whole, j.MaxFee),
			s.paid(p, v, e.Fee, e.Split, e.Forfeited), s.served(p, v, service, e.Fee, 1))
	case events.JobRefunded:
		j, err := s.jobIn(e.Job, store.JobRequested, store.JobAccepted)
		if err != nil {
			return err
		}
		if e.Provider != (common.Address{}) {
			s.provider(e.Provider).JobsMissed++
		}
		j.State, j.ClosedAt, j.Refunded, j.Penalty = store.JobRefunded, s.block.Time, e.Refunded, e.Penalty
		return s.same("refund", j.MaxFee, e.Refunded)
	case events.JobDisproved:
		j, err := s.jobIn(e.Job, store.JobDelivered, store.JobFinalized)
		if err != nil {
			return err
		}
		j.Disproved = true
	case events.JobCallback:
		j, err := existing[store.Job](s, store.HashID(e.Job))
		if err != nil {
			return err
		}
		if j.CallbackDone {
			return s.illegal("callback of job %s ran twice", j.ID)
		}
		j.CallbackDone = e.Success
		if !e.Success {
			j.CallbackFailures++
		}
	}
	return nil
}

// jobIn returns a job that must be in one of the states, for change.
func (s *state) jobIn(id common.Hash, states ...string) (*store.Job, error) {
	j, err := existing[store.Job](s, store.HashID(id))
	if err != nil {
		return nil, err
	}
	for _, state := range states {
		if j.State == state {
			return j, nil
		}
	}
	return nil, s.illegal("job %s is %s", j.ID, j.State)
}
