package indexer

import (
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// burnAddress is the Vault's BURN_ADDRESS: burning is a release to it.
var burnAddress = common.HexToAddress("0x000000000000000000000000000000000000dEaD")

// apply folds one decoded event into s. It is the whole meaning of the events:
// rows depend on nothing but the deployment and the events applied before, in order.
func (s *state) apply(e any) (err error) {
	switch e := e.(type) {
	// Books inside the Vault (what reaches accounts is Released), what is only announced, and evidence (PointOpened says the rest).
	case nil, events.PoolPaid, events.TreasuryScheduled, events.VersionRegistered, events.LeafOpened:
	case events.Deposited:
		err = s.deposited(e)
	case events.Withdrawn:
		err = s.withdrawn(e)
	case events.Locked:
		err = s.locked(e)
	case events.Released:
		err = s.released(e.Account, e.Amount, &e.Free)
	case events.Burned:
		err = s.burned(e)
	case events.OperatorAdded, events.OperatorRetired, events.Staked, events.Unbonding, events.Unbonded,
		events.ExitMoved, events.ExitHeldForDispute, events.Slashed, events.Penalized:
		err = s.staking(e)
	case events.ModelPublished:
		err = s.published(e)
	case events.ChannelOpened, events.ChannelToppedUp, events.DelegateChanged, events.ChannelClosing, events.GraceExtended, events.ChannelSwept:
		err = s.channel(e)
	case events.VoucherRedeemed:
		err = s.redeemed(e)
	case events.VoucherRejected:
		err = s.rejected(e)
	case events.CreditMatured:
		err = s.matured(e)
	case events.CreditForfeited:
		p := s.provider(e.Provider)
		p.Forfeited, p.ForfeitThrough, p.ForfeitTime = true, store.Uint64(e.ThroughEpoch), store.Uint64(e.Until)
	case events.CreditHeld:
		p := s.provider(e.Provider)
		p.HeldUntil, p.HeldStretch = max(p.HeldUntil, store.Uint64(e.Until)), uint32(e.Stretch)
	case events.JobRequested, events.JobAccepted, events.JobDelivered, events.JobFinalized, events.JobRefunded,
		events.JobDisproved, events.JobCallback:
		err = s.job(e)
	case events.CallersSealed, events.SharesScheduled, events.SharesChanged, events.TreasuryChanged, events.PausedNewRequests:
		err = s.settings(e)
	case events.FaultProven, events.ReceiptSettled, events.WindowExtended, events.QuestionAsked, events.QuestionAnswered, events.QuestionExpired,
		events.BondPaid, events.Equivocated, events.WrongLeaf:
		err = s.dispute(e)
	case events.VerifierScheduled, events.VerifierSealed:
		err = s.verifier(e)
	case events.AuditRegistered, events.AuditDrawn, events.PointOpened, events.PointSilent, events.Attested, events.AuditSettled, events.DrawPunished,
		events.AuditPaid:
		err = s.audit(e)
	case events.AuditorStaked, events.AuditorLeft, events.AuditorWithdrawn, events.AuditorPunished, events.VersionAssigned, events.VersionAttested:
		err = s.auditors(e)
	default:
		err = fmt.Errorf("fold %T: no rule: %w", e, ErrIllegal)
	}
	if s.err != nil {
		return s.err
	}
	return err
}

func (s *state) position() string { return store.PositionID(s.block.Number, s.logIndex) }

func (s *state) totals() *store.Totals {
	if s.all == nil {
		s.all = s.lookup(store.Ref{Table: "totals", ID: store.TotalsID})
	}
	t, isNew := changeEntry[store.Totals](s, s.all)
	if isNew {
		t.Callers = []byte("[]")
	}
	return t
}

// balance is that of an account, which the plan of the event found.
func (s *state) balance(a common.Address) *store.Balance {
	b, isNew := changeEntry[store.Balance](s, s.plan.balance)
	if isNew {
		b.Account = a
	}
	return b
}

func (s *state) provider(a common.Address) *store.Provider {
	return s.providerAt(s.found(s.byAddress(s.often.providers, "providers", &a)), a)
}

func (s *state) providerAt(e *entry, a common.Address) *store.Provider {
	p, isNew := changeEntry[store.Provider](s, e)
	if isNew {
		p.Provider = a
	}
	return p
}

// first runs steps until one fails.
func first(steps ...error) error {
	for _, err := range steps {
		if err != nil {
			return err
		}
	}
	return nil
}

// ---------------------------------------------------------------- vault

func (s *state) deposited(e events.Deposited) error {
	b := s.balance(e.Account)
	record(s, s.position(), store.Transfer{Account: e.Account, Kind: store.TransferDeposit, Peer: e.Payer,
		Amount: e.Amount, Free: e.Free, TxHash: s.event.TxHash})
	return first(
		s.plus(&b.Free, e.Amount), s.same("free balance", b.Free, e.Free),
		s.plus(&b.Deposited, e.Amount), s.plus(&s.totals().Free, e.Amount))
}

func (s *state) withdrawn(e events.Withdrawn) error {
	b := s.balance(e.Account)
	record(s, s.position(), store.Transfer{Account: e.Account, Kind: store.TransferWithdrawal, Peer: e.To,
		Amount: e.Amount, Free: e.Free, TxHash: s.event.TxHash})
	return first(
		s.minus(&b.Free, e.Amount), s.same("free balance", b.Free, e.Free),
		s.plus(&b.Withdrawn, e.Amount), s.minus(&s.totals().Free, e.Amount))
}

func (s *state) locked(e events.Locked) error {
	b := s.balance(e.Account)
	return first(
		s.minus(&b.Free, e.Amount), s.same("free balance", b.Free, e.Free),
		s.plus(&b.Locked, e.Amount), s.minus(&s.totals().Free, e.Amount))
}

func (s *state) released(a common.Address, amount protocol.Amount, free *protocol.Amount) error {
	b := s.balance(a)
	if err := first(s.plus(&b.Free, amount), s.plus(&b.Released, amount), s.plus(&s.totals().Free, amount)); err != nil {
		return err
	}
	if free == nil {
		return nil
	}
	return s.same("free balance", b.Free, *free)
}

func (s *state) burned(e events.Burned) error {
	return first(s.released(burnAddress, e.Amount, nil), s.plus(&s.totals().Burned, e.Amount))
}

// -------------------------------------------------------------- staking

func (s *state) staking(e any) error {
	switch e := e.(type) {
	case events.OperatorAdded:
		s.provider(e.Provider).Operators++
		return add(s, store.AddressID(e.Operator), store.Operator{Operator: e.Operator, Provider: e.Provider, Active: true})
	case events.OperatorRetired:
		o, err := existing[store.Operator](s, store.AddressID(e.Operator))
		if err != nil {
			return err
		}
		if !o.Active || o.Provider != e.Provider {
			return s.illegal("operator %s retired twice, or by a stranger", e.Operator)
		}
		o.Active, o.RetiredAt = false, s.block.Time
	case events.Staked:
		return s.stakeMoved(e.Provider, s.plus, store.StakeChange{Kind: store.StakeAdded, Amount: e.Amount, Stake: e.Stake})
	case events.Unbonding:
		p := s.provider(e.Provider)
		p.ExitAt = store.Uint64(e.ExitAt)
		s.stakeRow(e.Provider, store.StakeChange{Kind: store.StakeUnbonding, Amount: e.Amount, Stake: p.Stake, ExitAt: p.ExitAt})
		return first(s.plus(&p.Unbonding, e.Amount), s.same("unbonding stake", p.Unbonding, e.Unbonding), s.freeStake(p))
	case events.Unbonded:
		if err := s.minus(&s.provider(e.Provider).Unbonding, e.Amount); err != nil {
			return err
		}
		return s.stakeMoved(e.Provider, s.minus, store.StakeChange{Kind: store.StakeUnbonded, Amount: e.Amount, Stake: e.Stake})
	case events.ExitMoved:
		s.provider(e.Provider).ExitAt = store.Uint64(e.ExitAt)
	case events.ExitHeldForDispute:
		p := s.provider(e.Provider)
		p.DisputeHold, p.DisputeUntil = e.Amount, store.Uint64(e.Until)
	case events.Slashed:
		p := s.provider(e.Provider)
		p.Slashes++
		return first(s.plus(&p.Slashed, e.Amount), s.stakeMoved(e.Provider, s.minus, store.StakeChange{
			Kind: store.StakeSlashed, Amount: e.Amount, Burned: e.Burned, Stake: e.Stake, Cause: e.Cause}))
	case events.Penalized:
		p := s.provider(e.Provider)
		p.Penalties++
		return first(s.plus(&p.Penalized, e.Amount), s.stakeMoved(e.Provider, s.minus, store.StakeChange{
			Kind: store.StakePenalized, Amount: e.Amount, Burned: e.Amount, Stake: e.Stake, Cause: e.Cause}))
	}
	return nil
}

// stakeMoved moves a stake by c.Amount to c.Stake and writes it down.
func (s *state) stakeMoved(a common.Address, move func(*protocol.Amount, protocol.Amount) error, c store.StakeChange) error {
	p := s.provider(a)
	if err := first(move(&p.Stake, c.Amount), s.same("stake", p.Stake, c.Stake)); err != nil {
		return err
	}
	if p.Unbonding.Cmp(p.Stake) > 0 { // a slash takes free stake first
		p.Unbonding = p.Stake
	}
	s.stakeRow(a, c)
	return s.freeStake(p)
}

func (s *state) freeStake(p *store.Provider) error {
	p.FreeStake = p.Stake
	return s.minus(&p.FreeStake, p.Unbonding)
}

func (s *state) stakeRow(a common.Address, c store.StakeChange) {
	c.Provider, c.TxHash = a, s.event.TxHash
	record(s, s.position(), c)
}

// --------------------------------------------------------------- models

func (s *state) published(e events.ModelPublished) error {
	m := e.Manifest
	if m.Parent != (common.Hash{}) {
		parent, err := existing[store.Version](s, store.HashID(m.Parent))
		if err != nil {
			return err
		}
		parent.Children++
	}
	return add(s, store.HashID(e.ModelVersion), store.Version{
		ModelVersion: e.ModelVersion, Creator: m.Creator, Publisher: e.Publisher, Parent: m.Parent, Kind: m.Kind, Class: m.Class,
		SpecVersion: m.SpecVersion, WeightsRoot: m.WeightsRoot, TokenizerHash: m.TokenizerHash,
		RoyaltyBps: m.RoyaltyBps, ParentRoyaltyBps: m.ParentRoyaltyBps, MinChildRoyaltyBps: m.MinChildRoyaltyBps,
		Name: shown(m.Name), MetadataURI: shown(m.MetadataURI), Header: append(protocol.Bytes{}, e.Header...),
	})
}

// shown makes text that every database takes out of what anyone may publish:
// Postgres refuses NUL and broken UTF-8, and one bad name must not stop the mirror.
func shown(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// ------------------------------------------------------------- settings

func (s *state) settings(e any) error {
	t := s.totals()
	switch e := e.(type) {
	case events.CallersSealed:
		t.Sealed, t.Callers = true, compact(e.Callers)
	case events.SharesScheduled:
		record(s, s.position(), store.ShareChange{RelayerBps: e.Shares.RelayerBps, ProtocolBps: e.Shares.ProtocolBps,
			AuditorsBps: e.Shares.AuditorsBps, EffectiveAt: store.Uint64(e.EffectiveAt), TxHash: s.event.TxHash})
	case events.SharesChanged:
		t.RelayerBps, t.ProtocolBps, t.AuditorsBps = e.Shares.RelayerBps, e.Shares.ProtocolBps, e.Shares.AuditorsBps
		record(s, s.position(), store.ShareChange{InForce: true, RelayerBps: e.Shares.RelayerBps, ProtocolBps: e.Shares.ProtocolBps,
			AuditorsBps: e.Shares.AuditorsBps, TxHash: s.event.TxHash})
	case events.TreasuryChanged:
		t.Treasury = e.Treasury
	case events.PausedNewRequests:
		t.Paused = e.Paused
	}
	return nil
}
