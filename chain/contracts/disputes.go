package contracts

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
)

var (
	disputes  = bindings.NewDisputeGame()
	questions = bindings.NewQuestions()
	claims    = bindings.NewClaims()
	ledger    = bindings.NewDisputeLedger()
	verifiers = bindings.NewVerifierRegistry()
)

// What disputes are about, as the contracts take it.
type (
	Step         = bindings.Step
	StepProof    = bindings.StepProof
	SeamProof    = bindings.SeamProof
	OpenedDigest = bindings.OpenedDigest
	TokenLeaf    = bindings.TokenLeaf
	NoiseLeaf    = bindings.NoiseLeaf
	TreeNode     = bindings.TreeNode
	Node         = bindings.Node
	Dossier      = bindings.Dossier
	Terms        = bindings.QuestionTerms
	Line         = bindings.Line
)

// FaultKind is what a provider was found to have done; values are those of the contracts.
type FaultKind = events.FaultKind

// The kinds of fault.
const (
	FaultNone         = events.NoFault
	FaultWrongStep    = events.WrongStep
	FaultPick         = events.WrongPick
	FaultSeam         = events.Seam
	FaultKeys         = events.WrongKey
	FaultDigest       = events.BadDigest
	FaultShape        = events.BadShape
	FaultToken        = events.NoToken
	FaultPadding      = events.Padding
	FaultFinish       = events.BadFinish
	FaultOverBilling  = events.OverBilling
	FaultWrongVersion = events.WrongVersion
	FaultEquivocation = events.Equivocation
	FaultSilence      = events.Silence
	FaultWithheld     = events.Withheld
	FaultSalt         = events.BadSalt
	FaultRequest      = events.BadRequest
)

// Payment says where a receipt is in a redeemed voucher line; Count 0: it is not shown to
// be paid there.
type Payment struct {
	Relayer    common.Address     `json:"relayer"`
	Count      uint64             `json:"count"`
	Index      uint64             `json:"index"`
	Checkpoint uint32             `json:"checkpoint"`
	Path       []protocol.SumNode `json:"path,omitempty"`
}

// Evidence is what every dispute begins with.
type Evidence struct {
	Request   protocol.Request
	Receipt   protocol.Receipt
	Signature protocol.Bytes
	Payment   Payment
}

func bindRequest(r protocol.Request) bindings.Request {
	return bindings.Request{Payment: r.Payment, ModelVersion: r.ModelVersion, Requester: r.Requester, PromptRoot: r.PromptRoot,
		PromptTokens: r.PromptTokens, MaxOutputTokens: r.MaxOutputTokens, ParamsHash: r.ParamsHash, PriceIn: r.PriceIn.Big(),
		PriceOut: r.PriceOut.Big(), MaxFee: r.MaxFee.Big(), Deadline: r.Deadline, Audience: uint8(r.Audience), Salt: r.Salt}
}

func bindReceipt(r protocol.Receipt) bindings.Receipt {
	return bindings.Receipt{RequestHash: r.RequestHash, Provider: r.Provider, Seq: r.Seq, OutputRoot: r.OutputRoot,
		OutputTokens: r.OutputTokens, Finish: uint8(r.Finish), TraceRoot: r.TraceRoot, Fee: r.Fee.Big(), CompletedAt: r.CompletedAt}
}

func (p Payment) bind() bindings.Payment {
	out := bindings.Payment{Relayer: p.Relayer, Count: p.Count, Index: p.Index, Checkpoint: p.Checkpoint}
	for _, n := range p.Path {
		out.Path = append(out.Path, bindings.SumTreeNode{Hash: n.Hash, Sum: n.Sum.Big()})
	}
	return out
}

func (e Evidence) bind() bindings.ReceiptEvidence {
	return bindings.ReceiptEvidence{Request: bindRequest(e.Request), Receipt: bindReceipt(e.Receipt), Signature: e.Signature, Payment: e.Payment.bind()}
}

// Hashes converts a list for the generated types.
func Hashes(list []common.Hash) [][32]byte {
	out := make([][32]byte, len(list))
	for i, h := range list {
		out[i] = h
	}
	return out
}

// SignedOpening converts an opening and its signature.
func SignedOpening(o protocol.Opening, signature protocol.Bytes) bindings.SignedOpening {
	return bindings.SignedOpening{Opening: bindings.Opening{ReceiptHash: o.ReceiptHash, T: o.T, L: o.L, BlockRoot: o.BlockRoot}, Signature: signature}
}

// ProveFault shows one wrong number, or a token that was not to be picked.
func (a Addresses) ProveFault(e Evidence, p StepProof) protocol.Call {
	return call(a.Disputes, "prove fault", disputes.PackProveFault(e.bind(), p))
}

// ProveSeam shows that an end of a block is not the boundary that the receipt commits to.
func (a Addresses) ProveSeam(e Evidence, p SeamProof) protocol.Call {
	return call(a.Disputes, "prove seam", disputes.PackProveSeam(e.bind(), p))
}

// ProveKeys shows that an opening's key of position s is not that of its own block.
func (a Addresses) ProveKeys(e Evidence, here, there OpenedDigest, s, head uint32, submitter common.Address) protocol.Call {
	return call(a.Disputes, "prove keys", disputes.PackProveKeys(e.bind(), here, there, s, head, submitter))
}

// ProveBadDigest shows a digest that no chunk has.
func (a Addresses) ProveBadDigest(e Evidence, d OpenedDigest, submitter common.Address) protocol.Call {
	return call(a.Disputes, "prove bad digest", disputes.PackProveBadDigest(e.bind(), d, submitter))
}

// ProveToken shows an output token that is none of the model's.
func (a Addresses) ProveToken(e Evidence, index uint32, leaf TokenLeaf, submitter common.Address) protocol.Call {
	return call(a.Disputes, "prove token", disputes.PackProveToken(e.bind(), index, leaf, submitter))
}

// Settle refunds the fee of a receipt that was proven wrong before it was shown to be paid.
func (a Addresses) Settle(e Evidence) protocol.Call {
	return call(a.Disputes, "settle", disputes.PackSettle(e.bind()))
}

// SignedReceipt is a receipt with the signature of an operator.
type SignedReceipt struct {
	Receipt   protocol.Receipt `json:"receipt"`
	Signature protocol.Bytes   `json:"signature"`
}

func (s SignedReceipt) bind() bindings.SignedReceipt {
	return bindings.SignedReceipt{Receipt: bindReceipt(s.Receipt), Signature: s.Signature}
}

// ClaimEquivocation shows two receipts of one operator and number.
func (a Addresses) ClaimEquivocation(x, y SignedReceipt, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim equivocation", claims.PackClaimEquivocation(x.bind(), y.bind(), submitter))
}

// ClaimTwoAnswers shows two different answers of one length to one request.
func (a Addresses) ClaimTwoAnswers(e Evidence, other SignedReceipt, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim two answers", claims.PackClaimTwoAnswers(e.bind(), other.bind(), submitter))
}

// ClaimBilling shows a fee or a count that the request does not allow.
func (a Addresses) ClaimBilling(e Evidence, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim billing", claims.PackClaimBilling(e.bind(), submitter))
}

// ClaimFinish shows a finish that contradicts the counts.
func (a Addresses) ClaimFinish(e Evidence, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim finish", claims.PackClaimFinish(e.bind(), submitter))
}

// ClaimStop shows a finish that contradicts one output token.
func (a Addresses) ClaimStop(e Evidence, index uint32, leaf TokenLeaf, params []byte, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim stop", claims.PackClaimStop(e.bind(), index, leaf, params, submitter))
}

// ClaimPrompt shows a slot of the prompt that holds no token of the model, or, behind the last token, something.
func (a Addresses) ClaimPrompt(e Evidence, index uint32, leaf TokenLeaf, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim prompt", claims.PackClaimPrompt(e.bind(), index, leaf, submitter))
}

// ClaimParams shows parameters of the request that are not canonical.
func (a Addresses) ClaimParams(e Evidence, params []byte, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim params", claims.PackClaimParams(e.bind(), params, submitter))
}

// ClaimTraceTree shows a node that no boundary tree has.
func (a Addresses) ClaimTraceTree(e Evidence, n TreeNode, salt common.Hash, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim trace tree", claims.PackClaimTraceTree(e.bind(), n, salt, submitter))
}

// ClaimChunkTree shows a node that no tree of chunks under a boundary has.
func (a Addresses) ClaimChunkTree(e Evidence, n TreeNode, salt common.Hash, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim chunk tree", claims.PackClaimChunkTree(e.bind(), n, salt, submitter))
}

// ClaimSalt shows what a trace root hides, under a salt that the request's secret does not make. leaf is the prompt's first.
func (a Addresses) ClaimSalt(e Evidence, secret common.Hash, leaf TokenLeaf, salt, root common.Hash, submitter common.Address) protocol.Call {
	return call(a.Claims, "claim salt", claims.PackClaimSalt(e.bind(), secret, leaf, salt, root, submitter))
}

// FaultOf returns what a receipt was proven guilty of, FaultNone if of nothing.
func (r *Reader) FaultOf(ctx context.Context, receipt common.Hash) (FaultKind, error) {
	k, err := chain.Call(ctx, r.client, r.at.Ledger, nil, ledger.PackFaultOf(receipt), ledger.UnpackFaultOf)
	return FaultKind(k), err
}

// DisputableUntil returns the last second, exclusive, in which a receipt can be disputed,
// as far as the evidence shows.
func (r *Reader) DisputableUntil(ctx context.Context, e Evidence) (uint64, error) {
	return chain.Call(ctx, r.client, r.at.Disputes, nil, disputes.PackDisputableUntil(e.bind()), disputes.UnpackDisputableUntil)
}

// Bounty returns the most that a proven fault pays.
func (r *Reader) Bounty(ctx context.Context) (protocol.Amount, error) {
	return amount(chain.Call(ctx, r.client, r.at.Ledger, nil, ledger.PackBounty(), ledger.UnpackBounty))
}

// ExposureDivisor returns which part of a stake one fee, and its refund, may be at most.
func (r *Reader) ExposureDivisor(ctx context.Context) (uint64, error) {
	t, err := r.Timing(ctx)
	return uint64(t.ExposureDivisor), err
}

// HeaderOf returns the 128 bytes that a version's steps are derived from.
func (r *Reader) HeaderOf(ctx context.Context, version common.Hash) ([]byte, error) {
	return chain.Call(ctx, r.client, r.at.Registry, nil, registry.PackHeaderOf(version), registry.UnpackHeaderOf)
}

// Simulate runs a call on the newest state as if from sent it, and returns its gas. What
// the EVM refuses is a *chain.ContractError.
func (r *Reader) Simulate(ctx context.Context, from common.Address, c protocol.Call) (uint64, error) {
	return r.client.Simulate(ctx, ethereum.CallMsg{From: from, To: c.To, Data: c.Data, Value: c.Value.Big()})
}

// Covering returns the first checkpoint of a line whose paid sum reaches sum; it fails
// with protocol.ErrNotFound if none does.
func (r *Reader) Covering(ctx context.Context, line protocol.Line, sum protocol.Amount) (uint32, error) {
	id, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackLineId(line.Channel, line.Provider, line.ModelVersion, line.Relayer), market.UnpackLineId)
	if err != nil {
		return 0, err
	}
	state, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackLineOf(id), market.UnpackLineOf)
	if err != nil {
		return 0, err
	}
	low, high := uint32(0), state.Checkpoints
	for low < high { // sums of checkpoints never fall
		mid := low + (high-low)/2
		c, err := chain.Call(ctx, r.client, r.at.Market, nil, market.PackCheckpointOf(id, mid), market.UnpackCheckpointOf)
		if err != nil {
			return 0, err
		}
		if c.Paid.Cmp(sum.Big()) >= 0 {
			high = mid
		} else {
			low = mid + 1
		}
	}
	if low == state.Checkpoints {
		return 0, fmt.Errorf("no checkpoint of the line covers %s: %w", sum, protocol.ErrNotFound)
	}
	return low, nil
}

// Fault is a provider's slash for a receipt, as its event tells.
type Fault struct {
	Receipt      common.Hash     `json:"receipt"`
	ModelVersion common.Hash     `json:"model_version"` // zero: the evidence names none
	Provider     common.Address  `json:"provider"`
	Submitter    common.Address  `json:"submitter"`
	Kind         FaultKind       `json:"kind"`
	Slashed      protocol.Amount `json:"slashed"`
	Refunded     protocol.Amount `json:"refunded"`
	Bounty       protocol.Amount `json:"bounty"`
	Tx           common.Hash     `json:"tx"`
	Block        uint64          `json:"block"`
}

// FaultIn finds the fault that a transaction proved about a receipt.
func (a Addresses) FaultIn(logs []*types.Log, receipt common.Hash) (Fault, bool) {
	for _, l := range logs {
		if f, ok := a.fault(*l); ok && f.Receipt == receipt {
			return f, true
		}
	}
	return Fault{}, false
}

func (a Addresses) fault(l types.Log) (Fault, bool) {
	if l.Address != a.Ledger {
		return Fault{}, false
	}
	e, err := ledger.UnpackFaultProvenEvent(&l)
	if err != nil {
		return Fault{}, false
	}
	return Fault{Receipt: e.ReceiptHash, ModelVersion: e.ModelVersion, Provider: e.Provider, Submitter: e.Submitter, Kind: FaultKind(e.Kind), Slashed: protocol.MustAmount(e.Slashed),
		Refunded: protocol.MustAmount(e.Refunded), Bounty: protocol.MustAmount(e.Bounty), Tx: l.TxHash, Block: l.BlockNumber}, true
}

// Conviction returns what convicted a receipt, which happens once, since a block. It fails with
// protocol.ErrNotFound if nothing did, and with protocol.ErrUnavailable if the node has no log of it.
func (r *Reader) Conviction(ctx context.Context, receipt common.Hash, from uint64) (f Fault, err error) {
	kind, err := r.FaultOf(ctx, receipt)
	if err != nil {
		return f, err
	}
	if kind == FaultNone {
		return f, fmt.Errorf("conviction of receipt %s: %w", receipt, protocol.ErrNotFound)
	}
	l, err := r.newestLog(ctx, from, 0, r.at.Ledger, [][]common.Hash{{faultTopic}, {receipt}}, func(l *types.Log) bool {
		one, ok := r.at.fault(*l)
		f = one
		return ok && one.Kind == kind // the small rungs convict nobody
	})
	if err != nil {
		return Fault{}, fmt.Errorf("read faults: %w", err)
	}
	if l == nil {
		return Fault{}, fmt.Errorf("no log of the %s of receipt %s: %w", kind, receipt, protocol.ErrUnavailable)
	}
	return f, nil
}

// Faults returns every fault that was proven about a receipt since a block, the small rungs too.
func (r *Reader) Faults(ctx context.Context, receipt common.Hash, from uint64) (out []Fault, err error) {
	latest, err := r.Head(ctx)
	if err != nil {
		return nil, err
	}
	err = r.logsOf(ctx, from, latest, []common.Address{r.at.Ledger}, [][]common.Hash{{faultTopic}, {receipt}}, func(l *types.Log) error {
		if f, ok := r.at.fault(*l); ok {
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

var faultTopic = crypto.Keccak256Hash([]byte("FaultProven(bytes32,address,address,uint8,uint256,uint256,uint256,bytes32)"))

// Verifier returns the contract that judges a specification's proofs, and the hash of the
// verifying key that it is said to hold: nothing on chain compares the two.
func (r *Reader) Verifier(ctx context.Context, specVersion uint32) (at common.Address, key common.Hash, err error) {
	v, err := chain.Call(ctx, r.client, r.at.Verifiers, nil, verifiers.PackVerifierOf(specVersion), verifiers.UnpackVerifierOf)
	return v.Verifier, v.KeyHash, err
}
