package economics

import (
	"fmt"

	"github.com/dgrid-network/dgrid/protocol"
)

// Scale of shares (basis points) and of probabilities (parts per million).
const (
	BPS = 10_000
	PPM = 1_000_000
)

// What questions take at most, as whole transactions: the dispute suites measure them with
// real proofs and compare. The dearest answer is that with a whole chunk and the proof that
// its words are the ones signed for.
const (
	AskGas    = 450_000
	AnswerGas = 510_000
)

// milliPerGas is what a unit of gas is taken to cost, in thousandths of a base unit: half a
// gwei, with ether at 3,200 tokens of six decimals.
const milliPerGas = 1_600

// GasCost is the price of gas, rounded up.
func GasCost(gas int64) Money { return Money((gas*milliPerGas + 999) / 1000) }

// Parameters are the rules in numbers. Those in basis points are parts of 10^4,
// those in parts per million of 10^6.
type Parameters struct {
	// Exposure.
	FeeDivisor     int64 `json:"fee_divisor"`     // one fee is at most free stake / FeeDivisor
	PendingBPS     int64 `json:"pending_bps"`     // of the stake may be pending credit
	StretchDivisor int64 `json:"stretch_divisor"` // a stretch is free stake / (StretchDivisor * audit probability)

	// Audits.
	AuditPPM         int64 `json:"audit_ppm"`         // probability that an answer of the largest fee is drawn
	AssignedAuditors int   `json:"assigned_auditors"` // per draw
	FlatAuditPay     bool  `json:"flat_audit_pay"`    // an audit is paid the same whatever stretch it was drawn for

	// Slashes.
	FaultBPS           int64 `json:"fault_bps"`   // of the stake that remains, per proven fault
	SilenceBPS         int64 `json:"silence_bps"` // the same per unanswered question and per equivocation
	SilencesToFault    int   `json:"silences_to_fault"`
	OncePerReceipt     bool  `json:"once_per_receipt"`     // a receipt is slashed once for ever, not once for each draw that meets it
	SilenceIsFault     bool  `json:"silence_is_fault"`     // the last silence is a proven fault; else it ends the matter
	SmallRungCloses    bool  `json:"small_rung_closes"`    // an equivocation on a receipt bars its fault proof
	UnbondingAnswers   bool  `json:"unbonding_answers"`    // unbonding stake stays until it can no longer be slashed
	ForfeitCredit      bool  `json:"forfeit_credit"`       // a fault takes the provider's part of its pending credit
	HoldStretches      bool  `json:"hold_stretches"`       // credit is held as much longer as a flood of questions takes
	RefundDivisor      int64 `json:"refund_divisor"`       // a refund is at most stake / RefundDivisor; 0: no limit
	BountyBPS          int64 `json:"bounty_bps"`           // of a slash
	ReturnedBPS        int64 `json:"returned_bps"`         // of a slash, refund and bounty together; the rest burns
	MaxRoyaltyBPS      int64 `json:"max_royalty_bps"`      // of a fee, creator and parent together
	RewardPerFeeBPS    int64 `json:"reward_per_fee_bps"`   // of the protocol fee that a party's own traffic produced
	RelayerBPS         int64 `json:"relayer_bps"`          // of a fee
	ProtocolBPS        int64 `json:"protocol_bps"`         // of a fee
	AuditorsBPS        int64 `json:"auditors_bps"`         // of a fee, to the auditors' pool
	PuppetBPS          int64 `json:"puppet_bps"`           // assumption: of the auditors' stake is the cheater's
	SavingBPS          int64 `json:"saving_bps"`           // assumption: of its revenue a cheater saves by not computing
	ClockSeconds       int64 `json:"clock_seconds"`        // of one question
	MaxHoldSeconds     int64 `json:"max_hold_seconds"`     // how long disputes can hold pending credit beyond its maturity
	AnswerSeconds      int64 `json:"answer_seconds"`       // by so much one question moves a provider's line on
	BaseBond           Money `json:"base_bond"`            // of one question, in base units; a third burns, goes to who answered, to the provider
	AskCost            Money `json:"ask_cost"`             // what sending the dearest question costs
	AnswerCost         Money `json:"answer_cost"`          // what sending the dearest answer costs
	RequiredCentiRatio int64 `json:"required_centi_ratio"` // loss / gain that is asked for, in hundredths
}

// Live returns the defaults for chains with real money. The assumptions that are no
// parameters of a deployment lean to the cheater: it saves all it is paid, and nearly a
// third of the auditors' stake is its own.
func Live() Parameters {
	return Parameters{
		FeeDivisor: protocol.ExposureDivisor, PendingBPS: 5_000, StretchDivisor: protocol.ExposureDivisor,
		AuditPPM: 30_000, AssignedAuditors: 2,
		FaultBPS: 1_500, SilenceBPS: 500, SilencesToFault: 3, SilenceIsFault: true, UnbondingAnswers: true,
		ForfeitCredit: true, HoldStretches: true, RefundDivisor: protocol.ExposureDivisor, BountyBPS: 500, ReturnedBPS: 700,
		MaxRoyaltyBPS: 2_500, RewardPerFeeBPS: 5_000,
		RelayerBPS: 200, ProtocolBPS: 200, AuditorsBPS: 300,
		ClockSeconds: 6 * 3600, MaxHoldSeconds: 102 * 3600,
		AnswerSeconds: 60, BaseBond: 3_000_000, AskCost: GasCost(AskGas), AnswerCost: GasCost(AnswerGas),
		PuppetBPS: 3_000, SavingBPS: BPS, RequiredCentiRatio: 150,
	}
}

// Validate reports the first parameter out of range, wrapping protocol.ErrInvalid.
func (p Parameters) Validate() error {
	shares := []struct {
		name string
		v    int64
		max  int64
	}{
		{"slash per fault", p.FaultBPS, BPS}, {"slash per silence", p.SilenceBPS, BPS}, {"bounty", p.BountyBPS, BPS},
		{"returned part", p.ReturnedBPS, BPS}, {"puppets", p.PuppetBPS, BPS}, {"saving", p.SavingBPS, BPS},
		{"reward", p.RewardPerFeeBPS, BPS}, {"relayer's share", p.RelayerBPS, BPS}, {"protocol's share", p.ProtocolBPS, BPS},
		{"auditors' share", p.AuditorsBPS, BPS}, {"royalty", p.MaxRoyaltyBPS, BPS}, {"pending credit", p.PendingBPS, 50 * BPS},
		{"clock of a question", p.ClockSeconds, 1 << 30}, {"longest hold of credit", p.MaxHoldSeconds, 1 << 30},
		{"refund divisor", p.RefundDivisor, 1 << 20}, {"required ratio", p.RequiredCentiRatio, 1 << 20},
	}
	for _, s := range shares {
		if s.v < 0 || s.v > s.max {
			return fmt.Errorf("%s %d is not in 0..%d: %w", s.name, s.v, s.max, protocol.ErrInvalid)
		}
	}
	if sum := p.RelayerBPS + p.ProtocolBPS + p.AuditorsBPS + p.MaxRoyaltyBPS; sum > BPS {
		return fmt.Errorf("parts of a fee sum to %d of %d: %w", sum, BPS, protocol.ErrInvalid)
	}
	if p.AuditPPM < 1 || p.AuditPPM > PPM {
		return fmt.Errorf("audit probability %d is not in 1..%d parts per million: %w", p.AuditPPM, PPM, protocol.ErrInvalid)
	}
	if p.FeeDivisor < 1 || p.FeeDivisor > 1<<16 || p.StretchDivisor < 1 || p.StretchDivisor > 1<<16 {
		return fmt.Errorf("exposure divisor is not in 1..%d: %w", 1<<16, protocol.ErrInvalid)
	}
	if p.PendingBPS*p.FeeDivisor < BPS {
		return fmt.Errorf("no answer fits under the pending credit: %w", protocol.ErrInvalid)
	}
	if p.AssignedAuditors < 1 || p.AssignedAuditors > 64 || p.SilencesToFault < 1 || p.SilencesToFault > 64 {
		return fmt.Errorf("auditors per draw or silences per fault not in 1..64: %w", protocol.ErrInvalid)
	}
	if p.AnswerSeconds < 1 || p.BaseBond < 0 || p.AskCost < 0 || p.AnswerCost < 0 {
		return fmt.Errorf("a line of questions without time, or a negative cost: %w", protocol.ErrInvalid)
	}
	if p.ClockSeconds < 1 {
		return fmt.Errorf("a question without time to answer it: %w", protocol.ErrInvalid)
	}
	return nil
}

// StakeFloor returns the stake from which on the bounty of a first fault pays for a
// proof that costs cost. Below it nobody is paid to catch the provider.
func (p Parameters) StakeFloor(cost Money) Money {
	share := p.FaultBPS * min(p.BountyBPS, p.ReturnedBPS)
	if share == 0 {
		return 0
	}
	return Money((int64(cost)*BPS*BPS + share - 1) / share)
}

// required is the ratio asked for.
func (p Parameters) required() float64 { return float64(p.RequiredCentiRatio) / 100 }

// largestFee that a free stake backs.
func (p Parameters) largestFee(free Money) Money { return free / Money(p.FeeDivisor) }

// stretch of newly paid sum in which one point is drawn.
func (p Parameters) stretch(free Money) Money {
	return max(1, free*PPM/Money(p.StretchDivisor*p.AuditPPM))
}

// auditPay is what all auditors of one draw are paid together: the pool's part of a
// whole stretch, so that the pool pays out what the traffic put in, on average.
func (p Parameters) auditPay(stretch, whole Money) Money {
	if p.FlatAuditPay {
		stretch = whole
	}
	return share(stretch, p.AuditorsBPS)
}

// payout is what one slash of amount returns, of a stake of stake.
func (p Parameters) payout(amount, stake, fee Money, refunded, rewarded bool) (refund, bounty Money) {
	left := share(amount, p.ReturnedBPS)
	if refunded {
		refund = left
		if p.RefundDivisor != 0 {
			refund = min(left, fee, stake/Money(p.RefundDivisor))
		}
	}
	if rewarded {
		bounty = min(share(amount, p.BountyBPS), left-refund)
	}
	return refund, bounty
}
