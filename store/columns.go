package store

import "github.com/dgrid-network/dgrid/protocol"

// columns takes the columns of one row after the other, always in the same order:
// how rows reach the database without reflection. See bulk.go for who implements it.
type columns interface {
	number(name string, n uint64) // below 2^63
	wide(name string, n uint64)   // Uint64
	flag(name string, b bool)
	text(name, s string)
	raw(name string, b []byte)
	amount(name string, a *protocol.Amount)
}

// record is a row that can name its columns.
type record interface{ columns(columns) }

func (e *Entity) columns(c columns) {
	c.number("network_id", uint64(e.NetworkID))
	c.text("id", e.ID)
	c.number("block", e.Block)
	c.number("log_index", uint64(e.LogIndex))
	c.number("time", e.Time)
	c.number("changed_block", e.ChangedBlock)
}

func (s *Split) columns(c columns) {
	c.amount("part_provider", &s.Provider)
	c.amount("part_creator", &s.Creator)
	c.amount("part_parent", &s.Parent)
	c.amount("part_relayer", &s.Relayer)
	c.amount("part_auditors", &s.Auditors)
	c.amount("part_protocol", &s.Protocol)
}

func (e *Event) columns(c columns) {
	c.number("network_id", uint64(e.NetworkID))
	c.number("block", e.Block)
	c.number("log_index", uint64(e.LogIndex))
	c.raw("block_hash", e.BlockHash[:])
	c.raw("tx_hash", e.TxHash[:])
	c.number("tx_index", uint64(e.TxIndex))
	c.raw("address", e.Address[:])
	c.raw("topics", e.Topics)
	c.raw("data", e.Data)
}

func (r *blockRow) columns(c columns) {
	c.number("network_id", uint64(r.NetworkID))
	c.number("number", r.Number)
	c.raw("hash", r.Hash[:])
	c.raw("parent_hash", r.ParentHash[:])
	c.number("time", r.Time)
}

func (u *undoRow) columns(c columns) {
	c.number("network_id", uint64(u.NetworkID))
	c.number("block", u.Block)
	c.text("changes", u.Changes)
}

func (r *Version) columns(c columns) {
	r.Entity.columns(c)
	c.raw("model_version", r.ModelVersion[:])
	c.raw("creator", r.Creator[:])
	c.raw("publisher", r.Publisher[:])
	c.raw("parent", r.Parent[:])
	c.number("kind", uint64(r.Kind))
	c.number("class", uint64(r.Class))
	c.number("spec_version", uint64(r.SpecVersion))
	c.raw("weights_root", r.WeightsRoot[:])
	c.raw("tokenizer_hash", r.TokenizerHash[:])
	c.number("royalty_bps", uint64(r.RoyaltyBps))
	c.number("parent_royalty_bps", uint64(r.ParentRoyaltyBps))
	c.number("min_child_royalty_bps", uint64(r.MinChildRoyaltyBps))
	c.text("name", r.Name)
	c.text("metadata_uri", r.MetadataURI)
	c.raw("header", r.Header)
	c.number("children", uint64(r.Children))
	c.number("providers", uint64(r.Providers))
	c.wide("receipts", uint64(r.Receipts))
	c.number("jobs", uint64(r.Jobs))
	c.amount("fees", &r.Fees)
	c.amount("royalties", &r.Royalties)
	c.amount("parent_royalties", &r.ParentRoyalties)
	c.number("faults", uint64(r.Faults))
	c.number("small_faults", uint64(r.SmallFaults))
	c.number("questions", uint64(r.Questions))
	c.number("audits", uint64(r.Audits))
	c.number("audits_passed", uint64(r.AuditsPassed))
	c.number("attested", uint64(r.Attested))
	c.number("attestors", uint64(r.Attestors))
}

func (r *Provider) columns(c columns) {
	r.Entity.columns(c)
	c.raw("provider", r.Provider[:])
	c.amount("stake", &r.Stake)
	c.amount("free_stake", &r.FreeStake)
	c.amount("unbonding", &r.Unbonding)
	c.wide("exit_at", uint64(r.ExitAt))
	c.amount("dispute_hold", &r.DisputeHold)
	c.wide("dispute_until", uint64(r.DisputeUntil))
	c.number("operators", uint64(r.Operators))
	c.number("models", uint64(r.Models))
	c.number("slashes", uint64(r.Slashes))
	c.amount("slashed", &r.Slashed)
	c.number("penalties", uint64(r.Penalties))
	c.amount("penalized", &r.Penalized)
	c.flag("forfeited", r.Forfeited)
	c.wide("forfeit_through", uint64(r.ForfeitThrough))
	c.wide("forfeit_time", uint64(r.ForfeitTime))
	c.wide("held_until", uint64(r.HeldUntil))
	c.number("held_stretch", uint64(r.HeldStretch))
	c.amount("pending", &r.Pending)
	c.amount("redeemed", &r.Redeemed)
	c.amount("earned", &r.Earned)
	c.amount("burned", &r.Burned)
	c.number("redeems", uint64(r.Redeems))
	c.wide("receipts", uint64(r.Receipts))
	c.number("rejections", uint64(r.Rejections))
	c.number("jobs_accepted", uint64(r.JobsAccepted))
	c.number("jobs_delivered", uint64(r.JobsDelivered))
	c.number("jobs_missed", uint64(r.JobsMissed))
	c.number("faults", uint64(r.Faults))
	c.number("small_faults", uint64(r.SmallFaults))
	c.number("questions", uint64(r.Questions))
	c.number("open_questions", uint64(r.OpenQuestions))
	c.number("silences", uint64(r.Silences))
	c.number("audits", uint64(r.Audits))
	c.number("audits_passed", uint64(r.AuditsPassed))
}

func (r *Operator) columns(c columns) {
	r.Entity.columns(c)
	c.raw("operator", r.Operator[:])
	c.raw("provider", r.Provider[:])
	c.flag("active", r.Active)
	c.number("retired_at", r.RetiredAt)
}

func (r *StakeChange) columns(c columns) {
	r.Entity.columns(c)
	c.raw("provider", r.Provider[:])
	c.text("kind", r.Kind)
	c.amount("amount", &r.Amount)
	c.amount("burned", &r.Burned)
	c.amount("stake", &r.Stake)
	c.raw("cause", r.Cause[:])
	c.wide("exit_at", uint64(r.ExitAt))
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Channel) columns(c columns) {
	r.Entity.columns(c)
	c.raw("channel", r.Channel[:])
	c.raw("requester", r.Requester[:])
	c.raw("delegate", r.Delegate[:])
	c.raw("retiring", r.Retiring[:])
	c.wide("retires_at", uint64(r.RetiresAt))
	c.text("state", r.State)
	c.amount("deposit", &r.Deposit)
	c.amount("paid", &r.Paid)
	c.amount("remaining", &r.Left)
	c.amount("refunded", &r.Refunded)
	c.wide("expiry", uint64(r.Expiry))
	c.wide("closes_at", uint64(r.ClosesAt))
	c.number("lines", uint64(r.Lines))
	c.number("redeems", uint64(r.Redeems))
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Line) columns(c columns) {
	r.Entity.columns(c)
	c.raw("line", r.Line[:])
	c.raw("channel", r.Channel[:])
	c.raw("requester", r.Requester[:])
	c.raw("provider", r.Provider[:])
	c.raw("model_version", r.ModelVersion[:])
	c.raw("relayer", r.Relayer[:])
	c.amount("total", &r.Total)
	c.amount("paid", &r.Paid)
	c.wide("count", uint64(r.Count))
	c.raw("receipts_root", r.ReceiptsRoot[:])
	c.number("checkpoints", uint64(r.Checkpoints))
}

func (r *Redeem) columns(c columns) {
	r.Entity.columns(c)
	c.raw("line", r.Line[:])
	c.number("checkpoint", uint64(r.Checkpoint))
	c.raw("channel", r.Channel[:])
	c.raw("provider", r.Provider[:])
	c.raw("model_version", r.ModelVersion[:])
	c.raw("relayer", r.Relayer[:])
	c.amount("amount", &r.Amount)
	c.amount("paid", &r.Paid)
	c.amount("total", &r.Total)
	c.wide("count", uint64(r.Count))
	c.raw("receipts_root", r.ReceiptsRoot[:])
	c.number("epoch", r.Epoch)
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Rejection) columns(c columns) {
	r.Entity.columns(c)
	c.raw("channel", r.Channel[:])
	c.raw("provider", r.Provider[:])
	c.raw("voucher_hash", r.VoucherHash[:])
	c.raw("reason", r.Reason)
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Credit) columns(c columns) {
	r.Entity.columns(c)
	c.raw("provider", r.Provider[:])
	c.raw("model_version", r.ModelVersion[:])
	c.raw("relayer", r.Relayer[:])
	c.number("epoch", r.Epoch)
	c.text("state", r.State)
	c.amount("amount", &r.Amount)
	c.number("redeems", uint64(r.Redeems))
	c.flag("forfeited", r.Forfeited)
	r.Split.columns(c)
	c.number("matured_at", r.MaturedAt)
	c.raw("matured_tx", r.MaturedTx[:])
}

func (r *Job) columns(c columns) {
	r.Entity.columns(c)
	c.raw("job", r.Job[:])
	c.raw("requester", r.Requester[:])
	c.raw("model_version", r.ModelVersion[:])
	c.text("state", r.State)
	c.raw("provider", r.Provider[:])
	c.raw("operator", r.Operator[:])
	c.raw("relayer", r.Relayer[:])
	c.text("request", string(r.Request))
	c.text("prompt", string(r.Prompt))
	c.text("receipt", string(r.Receipt))
	c.text("output", string(r.Output))
	c.amount("max_fee", &r.MaxFee)
	c.wide("deadline", uint64(r.Deadline))
	c.raw("callback", r.Callback[:])
	c.number("callback_gas", uint64(r.CallbackGas))
	c.flag("callback_at_delivery", r.CallbackAtDelivery)
	c.flag("callback_done", r.CallbackDone)
	c.number("callback_failures", uint64(r.CallbackFailures))
	c.number("accepted_at", r.AcceptedAt)
	c.number("delivered_at", r.DeliveredAt)
	c.wide("disputable_until", uint64(r.DisputableUntil))
	c.number("closed_at", r.ClosedAt)
	c.amount("fee", &r.Fee)
	c.amount("refunded", &r.Refunded)
	c.amount("penalty", &r.Penalty)
	c.flag("forfeited", r.Forfeited)
	c.flag("disproved", r.Disproved)
	r.Split.columns(c)
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Balance) columns(c columns) {
	r.Entity.columns(c)
	c.raw("account", r.Account[:])
	c.amount("free", &r.Free)
	c.amount("deposited", &r.Deposited)
	c.amount("withdrawn", &r.Withdrawn)
	c.amount("locked", &r.Locked)
	c.amount("released", &r.Released)
}

func (r *Transfer) columns(c columns) {
	r.Entity.columns(c)
	c.raw("account", r.Account[:])
	c.text("kind", r.Kind)
	c.raw("peer", r.Peer[:])
	c.amount("amount", &r.Amount)
	c.amount("free", &r.Free)
	c.raw("tx_hash", r.TxHash[:])
}

func (r *ShareChange) columns(c columns) {
	r.Entity.columns(c)
	c.flag("in_force", r.InForce)
	c.number("relayer_bps", uint64(r.RelayerBps))
	c.number("protocol_bps", uint64(r.ProtocolBps))
	c.number("auditors_bps", uint64(r.AuditorsBps))
	c.wide("effective_at", uint64(r.EffectiveAt))
	c.raw("tx_hash", r.TxHash[:])
}

func (r *Totals) columns(c columns) {
	r.Entity.columns(c)
	c.flag("paused", r.Paused)
	c.raw("treasury", r.Treasury[:])
	c.number("relayer_bps", uint64(r.RelayerBps))
	c.number("protocol_bps", uint64(r.ProtocolBps))
	c.number("auditors_bps", uint64(r.AuditorsBps))
	c.flag("sealed", r.Sealed)
	c.text("callers", string(r.Callers))
	c.amount("free", &r.Free)
	c.amount("burned", &r.Burned)
	c.amount("fees", &r.Fees)
}

func (r *Service) columns(c columns) {
	r.Entity.columns(c)
	c.raw("provider", r.Provider[:])
	c.raw("model_version", r.ModelVersion[:])
	c.amount("fees", &r.Fees)
	c.wide("receipts", uint64(r.Receipts))
	c.number("redeems", uint64(r.Redeems))
	c.number("jobs", uint64(r.Jobs))
	c.number("last_paid_at", r.LastPaidAt)
}
