package contracts

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

var audits = bindings.NewAudits()

// JobCheckpoint is the checkpoint of a job's audit; its line is the job.
const JobCheckpoint = ^uint32(0)

// LineID names a voucher line as the Market does.
func LineID(l protocol.Line) common.Hash {
	return crypto.Keccak256Hash(market.PackLineId(l.Channel, l.Provider, l.ModelVersion, l.Relayer)[4:])
}

// AuditID names the audit of one redeem of a line, or of a job with JobCheckpoint.
func AuditID(line common.Hash, checkpoint uint32) common.Hash {
	return crypto.Keccak256Hash(audits.PackAuditId(line, checkpoint)[4:])
}

// PointID names a point of an audit.
func PointID(audit common.Hash, index uint32) common.Hash {
	word := func(n uint64) []byte { return common.BigToHash(new(big.Int).SetUint64(n)).Bytes() }
	// keccak256(abi.encode(audit, index, "point"))
	return crypto.Keccak256Hash(audit[:], word(uint64(index)), word(96), word(5), common.RightPadBytes([]byte("point"), 32))
}

// Terms of audits, auditors and beacons, as the contracts have them.
type (
	AuditTerms   = bindings.AuditTerms
	AuditorTerms = bindings.AuditorTerms
	BeaconTerms  = bindings.BeaconTerms
)

// RegisterAudit registers the audit of a redeem.
func (a Addresses) RegisterAudit(l protocol.Line, checkpoint uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "register audit", audits.PackRegister(l.Channel, l.Provider, l.ModelVersion, l.Relayer, checkpoint)), salt)
}

// RegisterJobAudit registers the audit of a delivered job; e.Payment is left out.
func (a Addresses) RegisterJobAudit(e Evidence, salt common.Hash) protocol.Call {
	e.Payment = Payment{}
	return salted(call(a.Audits, "register job audit", audits.PackRegisterJob(e.bind())), salt)
}

// DrawAudit draws a registered audit; header is Reader.BeaconHeader's.
func (a Addresses) DrawAudit(audit common.Hash, header []byte, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "draw audit", audits.PackDraw(audit, header)), salt)
}

// OpenLeaf opens the receipt that pays points of one audit.
func (a Addresses) OpenLeaf(e Evidence, indices []uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "open leaf", audits.PackOpenLeaf(e.bind(), indices)), salt)
}

// ReportSilence tells that nobody opened a point in its clock. salt tells it from the silence before.
func (a Addresses) ReportSilence(audit common.Hash, index uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "report silence", audits.PackReportSilence(audit, index)), salt)
}

// Attest says whether the receipt of a point is right; root is the caller's own trace root.
func (a Addresses) Attest(audit common.Hash, index uint32, root common.Hash, right bool, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "attest", audits.PackAttest(audit, index, root, right)), salt)
}

// SettleAudit ends a point: pays and punishes its auditors.
func (a Addresses) SettleAudit(audit common.Hash, index uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "settle audit", audits.PackSettle(audit, index)), salt)
}

// PunishDraw slashes for one more point that met a receipt proven wrong.
func (a Addresses) PunishDraw(audit common.Hash, index uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "punish draw", audits.PackPunishDraw(audit, index)), salt)
}

// PayAuditor pays an auditor what it is owed, as far as the pool reaches.
func (a Addresses) PayAuditor(auditor common.Address, salt common.Hash) protocol.Call {
	return salted(call(a.Audits, "pay auditor", audits.PackPay(auditor)), salt)
}

// PointState is where a drawn point stands; values are those of the contracts.
type PointState uint8

// The states of a point.
const (
	PointWaiting PointState = iota
	PointOpened
	PointSettled
	PointWithheld
)

// Attestation is what a drawn auditor said; values are those of the contracts.
type Attestation uint8

// What auditors say.
const (
	AnswerNone Attestation = iota
	AnswerRight
	AnswerWrong
)

// Audit is the audit of one redeem or of one job. Times are Unix seconds.
type Audit struct {
	Root     common.Hash // of the line at the registration, or the job's receipt
	Provider common.Address
	Beacon   uint64 // the block that decides; 0: not registered
	Roster   uint32
	From     protocol.Amount
	Sum      protocol.Amount
	Time     uint64 // of the redeem
	DrawnAt  uint64 // 0: not drawn
	Stretch  protocol.Amount
	Points   uint32
	PayBps   uint16
	Lost     bool
	Job      bool
}

// Point is one drawn point. Times are Unix seconds.
type Point struct {
	Deadline      uint64 // 0: DrawnAt and one clock
	AttestBy      uint64
	Silences      uint8
	State         PointState
	Punished      bool
	Receipt       common.Hash
	First, Second common.Address
	Answers       [2]Attestation // of First and Second
}

// Said returns what an auditor of the point said; drawn is false if it is none.
func (p Point) Said(auditor common.Address) (said Attestation, drawn bool) {
	switch auditor {
	case common.Address{}:
	case p.First:
		return p.Answers[0], true
	case p.Second:
		return p.Answers[1], true
	}
	return AnswerNone, false
}

// Drawn is a receipt that a point met.
type Drawn struct {
	Point     common.Hash // the first that met it
	TraceRoot common.Hash
	Provider  common.Address
	Until     uint64
}

// Audit returns an audit; its Beacon is 0 if it is not registered.
func (r *Reader) Audit(ctx context.Context, id common.Hash) (Audit, error) {
	a, err := chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackAuditOf(id), audits.UnpackAuditOf)
	if err != nil {
		return Audit{}, err
	}
	return Audit{a.Root, a.Provider, a.Beacon, a.Roster, protocol.MustAmount(a.From), protocol.MustAmount(a.Sum), a.Time.Uint64(), a.DrawnAt.Uint64(),
		protocol.MustAmount(a.Stretch), a.Points, a.PayBps, a.Lost, a.Job}, nil
}

// Point returns a point of a drawn audit.
func (r *Reader) Point(ctx context.Context, audit common.Hash, index uint32) (Point, error) {
	p, err := chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackPointOf(audit, index), audits.UnpackPointOf)
	if err != nil {
		return Point{}, err
	}
	return Point{p.Deadline.Uint64(), p.AttestBy.Uint64(), p.Silences, PointState(p.State), p.Punished, p.ReceiptHash, p.First, p.Second,
		[2]Attestation{Attestation(p.FirstAnswer), Attestation(p.SecondAnswer)}}, nil
}

// PointAt returns where in its line's sum a point of a drawn audit lies.
func (r *Reader) PointAt(ctx context.Context, audit common.Hash, index uint32) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackPointAt(audit, index), audits.UnpackPointAt))
}

// PointDeadline returns until when, exclusive, a waiting point can be opened.
func (r *Reader) PointDeadline(ctx context.Context, audit common.Hash, index uint32) (uint64, error) {
	return chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackDeadlineOf(audit, index), audits.UnpackDeadlineOf)
}

// DrawnOf returns what is known of a receipt that a point met; its Point is zero if none did.
func (r *Reader) DrawnOf(ctx context.Context, receipt common.Hash) (Drawn, error) {
	d, err := chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackDrawnOf(receipt), audits.UnpackDrawnOf)
	if err != nil {
		return Drawn{}, err
	}
	return Drawn{d.Point, d.TraceRoot, d.Provider, d.Until.Uint64()}, nil
}

// SettledFrom returns from when on what auditors said of a receipt is settled, if nothing
// is proven before.
func (r *Reader) SettledFrom(ctx context.Context, receipt common.Hash) (uint64, error) {
	return chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackSettledFrom(receipt), audits.UnpackSettledFrom)
}

// OwedTo returns what an auditor is owed for audits.
func (r *Reader) OwedTo(ctx context.Context, auditor common.Address) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackOwed(auditor), audits.UnpackOwed))
}

// AuditTerms returns the constants of audits.
func (r *Reader) AuditTerms(ctx context.Context) (AuditTerms, error) {
	return chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackAuditTerms(), audits.UnpackAuditTerms)
}

// AuditBeacon returns where draws take their randomness from.
func (r *Reader) AuditBeacon(ctx context.Context) (BeaconTerms, error) {
	return chain.Call(ctx, r.client, r.at.Beacon, nil, beacon.PackBeaconTerms(), beacon.UnpackBeaconTerms)
}

// prevRandao is the source whose block has to be shown.
const prevRandao = 1

// BeaconHeader returns what a draw by a block needs: nothing where its hash decides, its
// header in RLP where its mix does.
func (r *Reader) BeaconHeader(ctx context.Context, t BeaconTerms, block uint64) ([]byte, error) {
	if t.Source != prevRandao {
		return nil, nil
	}
	h, err := r.client.HeaderByNumber(ctx, new(big.Int).SetUint64(block))
	if err != nil {
		return nil, fmt.Errorf("read the beacon's block: %w", r.client.Wrap(err))
	}
	raw, err := rlp.EncodeToBytes(h)
	if err != nil {
		return nil, fmt.Errorf("encode the beacon's block: %v: %w", err, protocol.ErrInternal)
	}
	return raw, nil
}

// RedeemedAt returns the block time of one redeem of a line.
func (r *Reader) RedeemedAt(ctx context.Context, line common.Hash, checkpoint uint32) (uint64, error) {
	c, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackCheckpointOf(line, checkpoint), market.UnpackCheckpointOf)
	return c.Time, err
}

// Lapse returns for how many seconds after a redeem something about its audit can begin.
func (r *Reader) Lapse(ctx context.Context) (uint64, error) {
	t, err := r.Timing(ctx)
	return t.DisputeWindow + t.MaxHold, err
}

// AuditorShare returns the auditors' part of fees, in basis points.
func (r *Reader) AuditorShare(ctx context.Context) (uint16, error) {
	s, err := r.Shares(ctx)
	return s.AuditorsBps, err
}

// IsDrawn says whether an auditor was drawn for a receipt.
func (r *Reader) IsDrawn(ctx context.Context, auditor common.Address, receipt common.Hash) (bool, error) {
	return chain.Call(ctx, r.client, r.at.Audits, nil, audits.PackIsDrawn(auditor, receipt), audits.UnpackIsDrawn)
}
