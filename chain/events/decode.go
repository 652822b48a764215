package events

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
)

const (
	manifestType = "(uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string)"
	splitType    = "(uint128,uint128,uint128,uint128,uint128,uint128)"
	requestType  = "(bytes32,bytes32,address,bytes32,uint32,uint32,bytes32,uint128,uint128,uint128,uint64,uint8,bytes32)"
	receiptType  = "(bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64)"
	orderType    = "(bytes32,uint32[],uint32,bytes,uint128,uint128,uint128,uint64,bytes32,address,uint32,bool)"
	sharesType   = "(uint16,uint16,uint16)"
)

// form is one event: its signature, how many parameters are indexed, and how the
// rest is read.
type form struct {
	source    Source
	signature string
	indexed   int
	read      func(*reader) any
}

var forms = append([]form{
	{Vault, "Deposited(address,address,uint256,uint256)", 2, func(r *reader) any {
		return Deposited{r.topicAddress(1), r.topicAddress(2), r.amount(), r.amount()}
	}},
	{Vault, "Withdrawn(address,address,uint256,uint256)", 2, func(r *reader) any {
		return Withdrawn{r.topicAddress(1), r.topicAddress(2), r.amount(), r.amount()}
	}},
	{Vault, "Locked(address,address,uint256,uint256)", 2, func(r *reader) any {
		return Locked{r.topicAddress(1), r.topicAddress(2), r.amount(), r.amount()}
	}},
	{Vault, "Released(address,address,uint256,uint256)", 2, func(r *reader) any {
		return Released{r.topicAddress(1), r.topicAddress(2), r.amount(), r.amount()}
	}},
	{Vault, "Burned(address,uint256)", 1, func(r *reader) any {
		return Burned{r.topicAddress(1), r.amount()}
	}},

	{Staking, "OperatorAdded(address,address)", 2, func(r *reader) any {
		return OperatorAdded{r.topicAddress(1), r.topicAddress(2)}
	}},
	{Staking, "OperatorRetired(address,address)", 2, func(r *reader) any {
		return OperatorRetired{r.topicAddress(1), r.topicAddress(2)}
	}},
	{Staking, "Staked(address,uint256,uint256)", 1, func(r *reader) any {
		return Staked{r.topicAddress(1), r.amount(), r.amount()}
	}},
	{Staking, "Unbonding(address,uint256,uint256,uint64)", 1, func(r *reader) any {
		return Unbonding{r.topicAddress(1), r.amount(), r.amount(), r.uint(64)}
	}},
	{Staking, "Unbonded(address,uint256,uint256)", 1, func(r *reader) any {
		return Unbonded{r.topicAddress(1), r.amount(), r.amount()}
	}},
	{Staking, "ExitMoved(address,uint64)", 1, func(r *reader) any {
		return ExitMoved{r.topicAddress(1), r.uint(64)}
	}},
	{Staking, "ExitHeldForDispute(address,uint256,uint64)", 1, func(r *reader) any {
		return ExitHeldForDispute{r.topicAddress(1), r.amount(), r.uint(64)}
	}},
	{Staking, "Slashed(address,bytes32,uint256,uint256,uint256)", 2, func(r *reader) any {
		return Slashed{r.topicAddress(1), r.topic(2), r.amount(), r.amount(), r.amount()}
	}},
	{Staking, "Penalized(address,bytes32,uint256,uint256)", 2, func(r *reader) any {
		return Penalized{r.topicAddress(1), r.topic(2), r.amount(), r.amount()}
	}},

	{Registry, "ModelPublished(bytes32,address,bytes32," + manifestType + ",bytes)", 3, func(r *reader) any {
		e := ModelPublished{ModelVersion: r.topic(1), Publisher: r.topicAddress(2), Parent: r.topic(3)}
		e.Manifest, e.Header = r.tail().manifest(), r.bytes()
		return e
	}},

	{Slasher, "CallersSealed(address[])", 0, func(r *reader) any {
		return CallersSealed{list(r, (*reader).address)}
	}},
	{Slasher, "PoolPaid(address,address,uint256)", 2, func(r *reader) any {
		return PoolPaid{r.topicAddress(1), r.topicAddress(2), r.amount()}
	}},

	{Market, "ChannelOpened(bytes32,address,address,uint128,uint64,uint256)", 3, func(r *reader) any {
		return ChannelOpened{r.topic(1), r.topicAddress(2), r.topicAddress(3), r.amount128(), r.uint(64), r.amount()}
	}},
	{Market, "ChannelToppedUp(bytes32,address,uint128,uint128)", 2, func(r *reader) any {
		return ChannelToppedUp{r.topic(1), r.topicAddress(2), r.amount128(), r.amount128()}
	}},
	{Market, "DelegateChanged(bytes32,address,address,uint64)", 3, func(r *reader) any {
		return DelegateChanged{r.topic(1), r.topicAddress(2), r.topicAddress(3), r.uint(64)}
	}},
	{Market, "ChannelClosing(bytes32,address,uint64)", 2, func(r *reader) any {
		return ChannelClosing{r.topic(1), r.topicAddress(2), r.uint(64)}
	}},
	{Market, "GraceExtended(bytes32,address,uint64,uint64)", 2, func(r *reader) any {
		return GraceExtended{r.topic(1), r.topicAddress(2), r.uint(64), r.uint(64)}
	}},
	{Market, "ChannelSwept(bytes32,address,uint128,uint128)", 2, func(r *reader) any {
		return ChannelSwept{r.topic(1), r.topicAddress(2), r.amount128(), r.amount128()}
	}},
	{Market, "VoucherRedeemed(bytes32,address,bytes32,address,uint128,uint64,bytes32,uint128,uint128,uint32,uint64)", 3, func(r *reader) any {
		return VoucherRedeemed{r.topic(1), r.topicAddress(2), r.topic(3), r.address(), r.amount128(), r.uint(64), r.hash(),
			r.amount128(), r.amount128(), uint32(r.uint(32)), r.uint(64)}
	}},
	{Market, "VoucherRejected(bytes32,address,bytes32,bytes4)", 2, func(r *reader) any {
		return VoucherRejected{r.topic(1), r.topicAddress(2), r.hash(), r.selector()}
	}},
	{Market, "CreditMatured(bytes32,address,address,uint64,uint128," + splitType + ",bool)", 3, func(r *reader) any {
		return CreditMatured{r.topic(1), r.topicAddress(2), r.topicAddress(3), r.uint(64), r.amount128(), r.split(), r.bool()}
	}},
	{Market, "CreditForfeited(address,uint64,uint64)", 1, func(r *reader) any {
		return CreditForfeited{r.topicAddress(1), r.uint(64), r.uint(64)}
	}},
	{Market, "CreditHeld(address,uint64,uint64)", 1, func(r *reader) any {
		return CreditHeld{r.topicAddress(1), r.uint(64), r.uint(64)}
	}},
	{Market, "JobRequested(bytes32,address,bytes32," + requestType + "," + orderType + ")", 3, func(r *reader) any {
		return JobRequested{r.topic(1), r.topicAddress(2), r.topic(3), r.request(), r.tail().order()}
	}},
	{Market, "JobAccepted(bytes32,address,address,address)", 3, func(r *reader) any {
		return JobAccepted{r.topic(1), r.topicAddress(2), r.topicAddress(3), r.address()}
	}},
	{Market, "JobDelivered(bytes32,address," + receiptType + ",uint32[],uint64)", 2, func(r *reader) any {
		return JobDelivered{r.topic(1), r.topicAddress(2), r.receipt(), list(r, (*reader).uint32), r.uint(64)}
	}},
	{Market, "JobFinalized(bytes32,address,uint128,uint128," + splitType + ",bool)", 2, func(r *reader) any {
		return JobFinalized{r.topic(1), r.topicAddress(2), r.amount128(), r.amount128(), r.split(), r.bool()}
	}},
	{Market, "JobRefunded(bytes32,address,uint128,address,uint256)", 3, func(r *reader) any {
		refunded := r.amount128()
		return JobRefunded{r.topic(1), r.topicAddress(2), refunded, r.topicAddress(3), r.amount()}
	}},
	{Market, "JobDisproved(bytes32,address)", 2, func(r *reader) any {
		return JobDisproved{r.topic(1), r.topicAddress(2)}
	}},
	{Market, "JobCallback(bytes32,address,bool)", 2, func(r *reader) any {
		return JobCallback{r.topic(1), r.topicAddress(2), r.bool()}
	}},
	{Market, "SharesScheduled(" + sharesType + ",uint64)", 0, func(r *reader) any {
		return SharesScheduled{r.shares(), r.uint(64)}
	}},
	{Market, "SharesChanged(" + sharesType + ")", 0, func(r *reader) any {
		return SharesChanged{r.shares()}
	}},
	{Market, "TreasuryScheduled(address,uint64)", 1, func(r *reader) any {
		return TreasuryScheduled{r.topicAddress(1), r.uint(64)}
	}},
	{Market, "TreasuryChanged(address)", 1, func(r *reader) any {
		return TreasuryChanged{r.topicAddress(1)}
	}},
	{Market, "PausedNewRequests(bool)", 0, func(r *reader) any {
		return PausedNewRequests{r.bool()}
	}},
}, append(disputeForms, auditForms...)...)

type key struct {
	source Source
	topic  common.Hash
}

var byTopic = func() map[key]*form {
	m := make(map[key]*form, len(forms))
	for i := range forms {
		m[key{forms[i].source, crypto.Keccak256Hash([]byte(forms[i].signature))}] = &forms[i]
	}
	return m
}()

// Topics returns the first topics of all events of a contract, for bloom filters.
func Topics(s Source) []common.Hash {
	var topics []common.Hash
	for i := range forms {
		if forms[i].source == s {
			topics = append(topics, crypto.Keccak256Hash([]byte(forms[i].signature)))
		}
	}
	return topics
}

// Signatures returns the signatures of all events of a contract.
func Signatures(s Source) []string {
	var list []string
	for i := range forms {
		if forms[i].source == s {
			list = append(list, forms[i].signature)
		}
	}
	return list
}

// Decode returns the event in a log of contract s: one of the structs of this
// package, or nil if the event is none of DGrid's (an owner's two-step transfer,
// say). topics are the log's topics one after the other, 32 bytes each. A log
// that does not have the form of its event is ErrInvalid.
func Decode(s Source, topics, data []byte) (any, error) {
	if len(topics) < 32 {
		return nil, nil
	}
	f, ok := byTopic[key{s, common.Hash(topics[:32])}]
	if !ok {
		return nil, nil
	}
	if len(topics) != 32*(1+f.indexed) {
		return nil, fmt.Errorf("decode %s: %d bytes of topics: %w", f.signature, len(topics), protocol.ErrInvalid)
	}
	r := reader{root: new(state), topics: topics, data: data}
	e := f.read(&r)
	if r.root.err != nil {
		return nil, fmt.Errorf("decode %s: %w", f.signature, r.root.err)
	}
	return e, nil
}
