package contracts

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

var (
	auditors     = bindings.NewAuditors()
	attestations = bindings.NewAttestations()
	beacon       = bindings.NewBeacon()
)

// Seats is how many places the roster of auditors has.
const Seats = 64

// JoinAuditors locks the caller's free balance and takes a seat.
func (a Addresses) JoinAuditors(seat uint8, amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Auditors, "join the auditors", auditors.PackJoin(seat, amount.Big())), salt)
}

// RaiseAuditor adds the caller's free balance to its stake as an auditor.
func (a Addresses) RaiseAuditor(amount protocol.Amount, salt common.Hash) protocol.Call {
	return salted(call(a.Auditors, "raise an auditor's stake", auditors.PackRaise(amount.Big())), salt)
}

// LeaveAuditors gives the caller's seat up.
func (a Addresses) LeaveAuditors(salt common.Hash) protocol.Call {
	return salted(call(a.Auditors, "leave the auditors", auditors.PackLeave()), salt)
}

// WithdrawAuditor returns an auditor's stake to its free balance, once its exit is open.
func (a Addresses) WithdrawAuditor(auditor common.Address, salt common.Hash) protocol.Call {
	return salted(call(a.Auditors, "withdraw an auditor's stake", auditors.PackWithdraw(auditor)), salt)
}

// RegisterVersion registers a round of attestations for a model version.
func (a Addresses) RegisterVersion(version, salt common.Hash) protocol.Call {
	return salted(call(a.Attestations, "register version", attestations.PackRegisterVersion(version)), salt)
}

// DrawVersion draws who attests; header is Reader.BeaconHeader's.
func (a Addresses) DrawVersion(version common.Hash, header []byte, salt common.Hash) protocol.Call {
	return salted(call(a.Attestations, "draw version", attestations.PackDrawVersion(version, header)), salt)
}

// AttestVersion attests to a version.
func (a Addresses) AttestVersion(version, salt common.Hash) protocol.Call {
	return salted(call(a.Attestations, "attest version", attestations.PackAttestVersion(version)), salt)
}

// Auditor is what an auditor has at stake.
type Auditor struct {
	Stake  protocol.Amount `json:"stake"`
	ExitAt uint64          `json:"exit_at,omitempty"` // block time from which the stake can be withdrawn; 0 while seated
	Seat   uint8           `json:"seat"`
	Seated bool            `json:"seated"`
}

// Auditor returns an account's place on the roster.
func (r *Reader) Auditor(ctx context.Context, account common.Address) (Auditor, error) {
	a, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackAuditorOf(account), auditors.UnpackAuditorOf)
	if err != nil {
		return Auditor{}, err
	}
	return Auditor{protocol.MustAmount(a.Stake), a.ExitAt, a.Seat, a.Seated}, nil
}

// Seat is one place on the roster.
type Seat struct {
	Owner     common.Address // zero: empty
	Weight    uint16         // units of stake
	ChangedAt uint64         // block time; it changes hands again Unbonding seconds later at the earliest
}

// Roster returns every seat as it is now.
func (r *Reader) Roster(ctx context.Context) ([Seats]Seat, error) {
	var list [Seats]Seat
	version, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackRosterVersion(), auditors.UnpackRosterVersion)
	if err != nil {
		return list, err
	}
	weights, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackWeightsAt(version), auditors.UnpackWeightsAt)
	if err != nil {
		return list, err
	}
	for i := range list {
		s, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackSeatOf(uint8(i)), auditors.UnpackSeatOf)
		if err != nil {
			return list, err
		}
		list[i] = Seat{s.Owner, weights[i], s.ChangedAt}
	}
	return list, nil
}

// Weight returns an auditor's part of all weight on the newest roster: own of total units.
func (r *Reader) Weight(ctx context.Context, a Auditor) (own, total uint64, err error) {
	version, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackRosterVersion(), auditors.UnpackRosterVersion)
	if err != nil {
		return 0, 0, err
	}
	weights, err := chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackWeightsAt(version), auditors.UnpackWeightsAt)
	if err != nil {
		return 0, 0, err
	}
	for _, w := range weights {
		total += uint64(w)
	}
	if a.Seated {
		own = uint64(weights[a.Seat])
	}
	return own, total, nil
}

// AuditorTerms returns the least stake and the clock of the roster.
func (r *Reader) AuditorTerms(ctx context.Context) (AuditorTerms, error) {
	return chain.Call(ctx, r.client, r.at.Auditors, nil, auditors.PackAuditorTerms(), auditors.UnpackAuditorTerms)
}

// Round is the last round of attestations to a model version.
type Round struct {
	Beacon            uint64 // 0: none was registered
	RegisteredAt      uint64
	Drawn             bool
	Assigned          uint32 // auditors drawn in all rounds
	Attested          uint32
	Mine, MineAttests bool // whether the account asked for was drawn, and has attested
}

// Round returns how far attestations of a version are, and an account's part in them.
func (r *Reader) Round(ctx context.Context, version common.Hash, account common.Address) (Round, error) {
	a, err := chain.Call(ctx, r.client, r.at.Attestations, nil, attestations.PackAttestationOf(version), attestations.UnpackAttestationOf)
	if err != nil {
		return Round{}, err
	}
	out := Round{Beacon: a.Beacon, RegisteredAt: a.RegisteredAt.Uint64(), Drawn: a.IsDrawn, Assigned: a.Drawn, Attested: a.Attested}
	if out.Mine, err = chain.Call(ctx, r.client, r.at.Attestations, nil, attestations.PackIsDrawn(version, account), attestations.UnpackIsDrawn); err != nil {
		return out, err
	}
	out.MineAttests, err = chain.Call(ctx, r.client, r.at.Attestations, nil, attestations.PackHasAttested(version, account), attestations.UnpackHasAttested)
	return out, err
}

// AttestationRound returns the seconds between two rounds for one version.
func (r *Reader) AttestationRound(ctx context.Context) (uint64, error) {
	w, err := chain.Call(ctx, r.client, r.at.Attestations, nil, attestations.PackAttestationsWiring(), attestations.UnpackAttestationsWiring)
	return w.Round, err
}
