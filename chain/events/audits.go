package events

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/dgrid-network/dgrid/protocol"
)

// Audits

type AuditRegistered struct {
	Audit, Line        common.Hash
	Provider           common.Address
	Checkpoint         uint32
	From, Sum, Stretch protocol.Amount
	Beacon             uint64 // number of the block that decides
	Roster             uint32
}

type AuditDrawn struct {
	Audit    common.Hash
	Provider common.Address
	Seed     common.Hash
	Points   uint32
	Stretch  protocol.Amount
	Lost     bool
}

type PointOpened struct {
	Audit, ReceiptHash common.Hash
	Provider           common.Address
	Index              uint32
	First, Second      common.Address // zero: nobody has to answer
	AttestBy           uint64
}

// LeafOpened is what opened points of a receipt: the calldata of openLeaf.
type LeafOpened struct {
	ReceiptHash common.Hash
	Call        []byte
}

type PointSilent struct {
	Audit    common.Hash
	Provider common.Address
	Index    uint32
	Silences uint8
	Slashed  protocol.Amount
}

type Attested struct {
	ReceiptHash common.Hash
	Auditor     common.Address
	Audit       common.Hash
	Index       uint32
	TraceRoot   common.Hash
	Right       bool
}

type AuditSettled struct {
	Audit, ReceiptHash common.Hash
	Auditor            common.Address
	Index              uint32
	Owed, Taken        protocol.Amount
}

type DrawPunished struct {
	Audit, ReceiptHash common.Hash
	Provider           common.Address
	Index              uint32
	Slashed            protocol.Amount
}

type AuditPaid struct {
	Auditor      common.Address
	Amount, Left protocol.Amount
}

// Auditors

type AuditorStaked struct {
	Auditor       common.Address
	Seat          uint8
	Amount, Stake protocol.Amount
	Version       uint32 // of the roster
}

type AuditorLeft struct {
	Auditor common.Address
	Seat    uint8
	ExitAt  uint64
	Version uint32
}

type AuditorWithdrawn struct {
	Auditor common.Address
	Amount  protocol.Amount
}

type AuditorPunished struct {
	Auditor       common.Address
	Point         common.Hash
	Amount, Stake protocol.Amount
}

// Attestations

type VersionRegistered struct {
	ModelVersion common.Hash
	Beacon       uint64
	Roster       uint32
}

type VersionAssigned struct {
	ModelVersion common.Hash
	Auditor      common.Address
}

type VersionAttested struct {
	ModelVersion    common.Hash
	Auditor         common.Address
	Attested, Drawn uint32
}

// amount88 reads an amount that the contracts keep in 88 bits.
func (r *reader) amount88() protocol.Amount {
	w := r.word()
	r.zeros(w, 21)
	var u uint256.Int
	u.SetBytes32(w)
	return protocol.Amount(u)
}

var auditForms = []form{
	{Audits, "AuditRegistered(bytes32,bytes32,address,uint32,uint88,uint88,uint88,uint64,uint32)", 3, func(r *reader) any {
		return AuditRegistered{r.topic(1), r.topic(2), r.topicAddress(3), r.uint32(), r.amount88(), r.amount88(), r.amount88(), r.uint(64), r.uint32()}
	}},
	{Audits, "AuditDrawn(bytes32,address,bytes32,uint32,uint88,bool)", 2, func(r *reader) any {
		return AuditDrawn{r.topic(1), r.topicAddress(2), r.hash(), r.uint32(), r.amount88(), r.bool()}
	}},
	{Audits, "PointOpened(bytes32,bytes32,address,uint32,address,address,uint64)", 3, func(r *reader) any {
		return PointOpened{r.topic(1), r.topic(2), r.topicAddress(3), r.uint32(), r.address(), r.address(), r.uint(64)}
	}},
	{Audits, "LeafOpened(bytes32,bytes)", 1, func(r *reader) any {
		return LeafOpened{r.topic(1), r.bytes()}
	}},
	{Audits, "PointSilent(bytes32,address,uint32,uint8,uint256)", 2, func(r *reader) any {
		return PointSilent{r.topic(1), r.topicAddress(2), r.uint32(), uint8(r.uint(8)), r.amount()}
	}},
	{Audits, "Attested(bytes32,address,bytes32,uint32,bytes32,bool)", 3, func(r *reader) any {
		return Attested{r.topic(1), r.topicAddress(2), r.topic(3), r.uint32(), r.hash(), r.bool()}
	}},
	{Audits, "AuditSettled(bytes32,bytes32,address,uint32,uint256,uint256)", 3, func(r *reader) any {
		return AuditSettled{r.topic(1), r.topic(2), r.topicAddress(3), r.uint32(), r.amount(), r.amount()}
	}},
	{Audits, "DrawPunished(bytes32,bytes32,address,uint32,uint256)", 3, func(r *reader) any {
		return DrawPunished{r.topic(1), r.topic(2), r.topicAddress(3), r.uint32(), r.amount()}
	}},
	{Audits, "AuditPaid(address,uint256,uint256)", 1, func(r *reader) any {
		return AuditPaid{r.topicAddress(1), r.amount(), r.amount()}
	}},

	{Auditors, "AuditorStaked(address,uint8,uint256,uint256,uint32)", 1, func(r *reader) any {
		return AuditorStaked{r.topicAddress(1), uint8(r.uint(8)), r.amount(), r.amount(), r.uint32()}
	}},
	{Auditors, "AuditorLeft(address,uint8,uint64,uint32)", 1, func(r *reader) any {
		return AuditorLeft{r.topicAddress(1), uint8(r.uint(8)), r.uint(64), r.uint32()}
	}},
	{Auditors, "AuditorWithdrawn(address,uint256)", 1, func(r *reader) any {
		return AuditorWithdrawn{r.topicAddress(1), r.amount()}
	}},
	{Auditors, "AuditorPunished(address,bytes32,uint256,uint256)", 2, func(r *reader) any {
		return AuditorPunished{r.topicAddress(1), r.topic(2), r.amount(), r.amount()}
	}},

	{Attestations, "VersionRegistered(bytes32,uint64,uint32)", 1, func(r *reader) any {
		return VersionRegistered{r.topic(1), r.uint(64), r.uint32()}
	}},
	{Attestations, "VersionAssigned(bytes32,address)", 2, func(r *reader) any {
		return VersionAssigned{r.topic(1), r.topicAddress(2)}
	}},
	{Attestations, "VersionAttested(bytes32,address,uint32,uint32)", 2, func(r *reader) any {
		return VersionAttested{r.topic(1), r.topicAddress(2), r.uint32(), r.uint32()}
	}},
}
