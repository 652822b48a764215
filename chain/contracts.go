package chain

import (
	"fmt"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
)

// Addresses is where one deployment's contracts are. The Market answers for the
// job functions too.
type Addresses struct {
	Token    common.Address `json:"token"`
	Vault    common.Address `json:"vault"`
	Staking  common.Address `json:"staking"`
	Registry common.Address `json:"registry"`
	Slasher  common.Address `json:"slasher"`
	Market   common.Address `json:"market"`
}

// Contracts is one deployment: its addresses and the generated codecs. Reads and
// calls in terms of the protocol's words are its methods; the codecs are there
// for the rest, with Call.
type Contracts struct {
	At       Addresses
	Client   *Client
	Token    *bindings.TestToken // any ERC-20 with permit and ERC-3009 answers to it, but for mint
	Vault    *bindings.Vault
	Staking  *bindings.Staking
	Registry *bindings.ModelRegistry
	Slasher  *bindings.Slasher
	Market   *bindings.Market
	Wager    *bindings.StoryWager // the sample game, wherever it is
}

// Bind returns the contracts at the given addresses. It reads nothing.
func Bind(c *Client, at Addresses) *Contracts {
	return &Contracts{
		At: at, Client: c,
		Token: bindings.NewTestToken(), Vault: bindings.NewVault(), Staking: bindings.NewStaking(),
		Registry: bindings.NewModelRegistry(), Slasher: bindings.NewSlasher(), Market: bindings.NewMarket(),
		Wager: bindings.NewStoryWager(),
	}
}

// Shapes of the contracts' own structs and answers.
type (
	Neighbours    = bindings.Neighbours
	Shares        = bindings.Shares
	Timing        = bindings.Timing
	Manifest      = bindings.Manifest
	JobOrder      = bindings.JobOrder
	Job           = bindings.Job
	Channel       = bindings.Channel
	Line          = bindings.Line
	Checkpoint    = bindings.Checkpoint
	Split         = bindings.Split
	Credit        = bindings.CreditOfOutput
	WagerQuestion = bindings.StoryWagerQuestion
	Wager         = bindings.StoryWagerWager
)

// JobState is how far a job got; values are those of the contracts.
type JobState = uint8

const (
	JobNone JobState = iota
	JobRequested
	JobAccepted
	JobDelivered
	JobFinalized
	JobRefunded
)

// metadata lists the generated contracts by name.
func metadata() map[string]*bind.MetaData {
	return map[string]*bind.MetaData{
		"TestToken": &bindings.TestTokenMetaData, "Vault": &bindings.VaultMetaData, "Staking": &bindings.StakingMetaData,
		"ModelRegistry": &bindings.ModelRegistryMetaData, "Slasher": &bindings.SlasherMetaData, "Market": &bindings.MarketMetaData,
		"MarketJobs": &bindings.MarketJobsMetaData, "StoryWager": &bindings.StoryWagerMetaData,
	}
}

// ABIs returns the parsed ABI of every contract of the project by name.
func ABIs() map[string]*abi.ABI {
	out := map[string]*abi.ABI{}
	for name, meta := range metadata() {
		parsed, err := meta.ParseABI()
		if err != nil {
			panic(fmt.Sprintf("generated ABI of %s: %v", name, err))
		}
		out[name] = parsed
	}
	return out
}

// Code returns a contract's ABI as JSON and its creation code.
func Code(name string) (abiJSON string, code []byte, err error) {
	meta, ok := metadata()[name]
	if !ok {
		return "", nil, fmt.Errorf("contract %q: %w", name, protocol.ErrNotFound)
	}
	return meta.ABI, common.FromHex(meta.Bin), nil
}

// The structs of signed types, as the contracts take them.

func voucherOf(v protocol.Voucher) bindings.Voucher {
	return bindings.Voucher{
		Channel: v.Channel, Provider: v.Provider, ModelVersion: v.ModelVersion, Relayer: v.Relayer,
		Total: v.Total.Big(), Count: v.Count, ReceiptsRoot: v.ReceiptsRoot,
	}
}

func receiptOf(r protocol.Receipt) bindings.Receipt {
	return bindings.Receipt{
		RequestHash: r.RequestHash, Provider: r.Provider, Seq: r.Seq, OutputRoot: r.OutputRoot, OutputTokens: r.OutputTokens,
		Finish: uint8(r.Finish), TraceRoot: r.TraceRoot, Fee: r.Fee.Big(), CompletedAt: r.CompletedAt,
	}
}

// RequestOf is the other way: the request that a job put on chain.
func RequestOf(r bindings.Request) protocol.Request {
	return protocol.Request{
		Payment: r.Payment, ModelVersion: r.ModelVersion, Requester: r.Requester, PromptRoot: r.PromptRoot,
		PromptTokens: r.PromptTokens, MaxOutputTokens: r.MaxOutputTokens, ParamsHash: r.ParamsHash,
		PriceIn: protocol.MustAmount(r.PriceIn), PriceOut: protocol.MustAmount(r.PriceOut), MaxFee: protocol.MustAmount(r.MaxFee),
		Deadline: r.Deadline, Audience: protocol.Audience(r.Audience), Salt: r.Salt,
	}
}

// ReceiptOf is the receipt that a delivery put on chain.
func ReceiptOf(r bindings.Receipt) protocol.Receipt {
	return protocol.Receipt{
		RequestHash: r.RequestHash, Provider: r.Provider, Seq: r.Seq, OutputRoot: r.OutputRoot, OutputTokens: r.OutputTokens,
		Finish: protocol.Finish(r.Finish), TraceRoot: r.TraceRoot, Fee: protocol.MustAmount(r.Fee), CompletedAt: r.CompletedAt,
	}
}
