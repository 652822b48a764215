// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package bindings

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// Acceptance is an auto generated low-level Go binding around an user-defined struct.
type Acceptance struct {
	Job         [32]byte
	RequestHash [32]byte
	Provider    common.Address
	Relayer     common.Address
	ValidUntil  uint64
}

// Channel is an auto generated low-level Go binding around an user-defined struct.
type Channel struct {
	Requester common.Address
	Expiry    uint64
	Delegate  common.Address
	ClosesAt  uint64
	Retiring  common.Address
	RetiresAt uint64
	Deposit   *big.Int
	Paid      *big.Int
}

// Checkpoint is an auto generated low-level Go binding around an user-defined struct.
type Checkpoint struct {
	Paid *big.Int
	Time uint64
}

// Job is an auto generated low-level Go binding around an user-defined struct.
type Job struct {
	Requester          common.Address
	State              uint8
	Deadline           uint64
	Provider           common.Address
	DeliveredAt        uint64
	CallbackGas        uint32
	Callback           common.Address
	CallbackAtDelivery bool
	CallbackDone       bool
	ModelVersion       [32]byte
	RequestHash        [32]byte
	ReceiptHash        [32]byte
	OutputRoot         [32]byte
	OutputTokens       uint32
	Finish             uint8
	MaxFee             *big.Int
	Fee                *big.Int
	Relayer            common.Address
	Forfeited          bool
	Disproved          bool
	PromptTokens       uint32
	MaxOutputTokens    uint32
	PriceIn            *big.Int
	PriceOut           *big.Int
	DisputableUntil    uint64
}

// JobOrder is an auto generated low-level Go binding around an user-defined struct.
type JobOrder struct {
	ModelVersion       [32]byte
	Prompt             []uint32
	MaxOutputTokens    uint32
	Params             []byte
	PriceIn            *big.Int
	PriceOut           *big.Int
	MaxFee             *big.Int
	Deadline           uint64
	Salt               [32]byte
	Callback           common.Address
	CallbackGas        uint32
	CallbackAtDelivery bool
}

// Line is an auto generated low-level Go binding around an user-defined struct.
type Line struct {
	ReceiptsRoot [32]byte
	Paid         *big.Int
	Count        uint64
	Checkpoints  uint32
}

// Manifest is an auto generated low-level Go binding around an user-defined struct.
type Manifest struct {
	Kind               uint8
	Class              uint8
	SpecVersion        uint32
	WeightsRoot        [32]byte
	TokenizerHash      [32]byte
	Parent             [32]byte
	RoyaltyBps         uint16
	ParentRoyaltyBps   uint16
	MinChildRoyaltyBps uint16
	Creator            common.Address
	Name               string
	MetadataURI        string
}

// Neighbours is an auto generated low-level Go binding around an user-defined struct.
type Neighbours struct {
	Vault    common.Address
	Staking  common.Address
	Registry common.Address
	Slasher  common.Address
}

// Receipt is an auto generated low-level Go binding around an user-defined struct.
type Receipt struct {
	RequestHash  [32]byte
	Provider     common.Address
	Seq          uint64
	OutputRoot   [32]byte
	OutputTokens uint32
	Finish       uint8
	TraceRoot    [32]byte
	Fee          *big.Int
	CompletedAt  uint64
}

// Request is an auto generated low-level Go binding around an user-defined struct.
type Request struct {
	Payment         [32]byte
	ModelVersion    [32]byte
	Requester       common.Address
	PromptRoot      [32]byte
	PromptTokens    uint32
	MaxOutputTokens uint32
	ParamsHash      [32]byte
	PriceIn         *big.Int
	PriceOut        *big.Int
	MaxFee          *big.Int
	Deadline        uint64
	Audience        uint8
	Salt            [32]byte
}

// Shares is an auto generated low-level Go binding around an user-defined struct.
type Shares struct {
	RelayerBps  uint16
	ProtocolBps uint16
	AuditorsBps uint16
}

// Split is an auto generated low-level Go binding around an user-defined struct.
type Split struct {
	Provider *big.Int
	Creator  *big.Int
	Parent   *big.Int
	Relayer  *big.Int
	Auditors *big.Int
	Protocol *big.Int
}

// StoryWagerQuestion is an auto generated low-level Go binding around an user-defined struct.
type StoryWagerQuestion struct {
	ModelVersion     [32]byte
	Prompt           []uint32
	MaxOutputTokens  uint32
	TemperatureMilli uint32
	PriceIn          *big.Int
	PriceOut         *big.Int
	MaxFee           *big.Int
	AnswerWithin     uint64
}

// StoryWagerWager is an auto generated low-level Go binding around an user-defined struct.
type StoryWagerWager struct {
	First     common.Address
	Settled   bool
	Cancelled bool
	FirstWon  bool
	Refunded  bool
	Second    common.Address
	SeedBlock uint64
	Stake     *big.Int
	Pot       *big.Int
	Job       [32]byte
}

// Timing is an auto generated low-level Go binding around an user-defined struct.
type Timing struct {
	DisputeWindow   uint64
	CloseGrace      uint64
	Epoch           uint64
	ExitMargin      uint64
	MaxHold         uint64
	Timelock        uint64
	MaxDeadline     uint64
	ExposureDivisor uint16
	MaxPromptTokens uint32
}

// Voucher is an auto generated low-level Go binding around an user-defined struct.
type Voucher struct {
	Channel      [32]byte
	Provider     common.Address
	ModelVersion [32]byte
	Relayer      common.Address
	Total        *big.Int
	Count        uint64
	ReceiptsRoot [32]byte
}

// MarketMetaData contains all meta data concerning the Market contract.
var MarketMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"jobs\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"vault\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"staking\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"registry\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"slasher\",\"type\":\"address\"}],\"internalType\":\"structNeighbours\",\"name\":\"neighbours_\",\"type\":\"tuple\"},{\"internalType\":\"address\",\"name\":\"owner_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"internalType\":\"structShares\",\"name\":\"shares_\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint64\",\"name\":\"disputeWindow\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closeGrace\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"exitMargin\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxHold\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"timelock\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxDeadline\",\"type\":\"uint64\"},{\"internalType\":\"uint16\",\"name\":\"exposureDivisor\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"maxPromptTokens\",\"type\":\"uint32\"}],\"internalType\":\"structTiming\",\"name\":\"timing_\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"stateMutability\":\"nonpayable\",\"type\":\"fallback\"},{\"inputs\":[],\"name\":\"acceptOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"applyShares\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"applyTreasury\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"}],\"name\":\"changeDelegate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"name\":\"channelOf\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"expiry\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"retiring\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"retiresAt\",\"type\":\"uint64\"},{\"internalType\":\"uint128\",\"name\":\"deposit\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"}],\"internalType\":\"structChannel\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"line\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"index\",\"type\":\"uint32\"}],\"name\":\"checkpointOf\",\"outputs\":[{\"components\":[{\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"}],\"internalType\":\"structCheckpoint\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"name\":\"closeChannel\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"creditEpochOf\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"}],\"name\":\"creditOf\",\"outputs\":[{\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"maturesAt\",\"type\":\"uint64\"},{\"internalType\":\"bool\",\"name\":\"forfeited\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"domainSeparator\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"forfeit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"total\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"count\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"receiptsRoot\",\"type\":\"bytes32\"}],\"internalType\":\"structVoucher\",\"name\":\"voucher\",\"type\":\"tuple\"}],\"name\":\"hashVoucher\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"holdCredit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"isPaused\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"jobsCode\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"}],\"name\":\"lineId\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"line\",\"type\":\"bytes32\"}],\"name\":\"lineOf\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"receiptsRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"count\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"checkpoints\",\"type\":\"uint32\"}],\"internalType\":\"structLine\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"}],\"name\":\"mature\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"neighbours\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"vault\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"staking\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"registry\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"slasher\",\"type\":\"address\"}],\"internalType\":\"structNeighbours\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"expiry\",\"type\":\"uint64\"}],\"name\":\"openChannel\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"expiry\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"openChannelFor\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bool\",\"name\":\"paused\",\"type\":\"bool\"}],\"name\":\"pauseNewRequests\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"pendingOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pendingOwner\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint128\",\"name\":\"total\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"count\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"receiptsRoot\",\"type\":\"bytes32\"}],\"internalType\":\"structVoucher[]\",\"name\":\"vouchers\",\"type\":\"tuple[]\"},{\"internalType\":\"bytes[]\",\"name\":\"signatures\",\"type\":\"bytes[]\"},{\"internalType\":\"bytes\",\"name\":\"consent\",\"type\":\"bytes\"}],\"name\":\"redeem\",\"outputs\":[{\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"renounceOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"internalType\":\"structShares\",\"name\":\"shares_\",\"type\":\"tuple\"}],\"name\":\"scheduleShares\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"treasury_\",\"type\":\"address\"}],\"name\":\"scheduleTreasury\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"scheduledShares\",\"outputs\":[{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"internalType\":\"structShares\",\"name\":\"next\",\"type\":\"tuple\"},{\"internalType\":\"uint64\",\"name\":\"effectiveAt\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"scheduledTreasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"next\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"effectiveAt\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"shares\",\"outputs\":[{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"internalType\":\"structShares\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"name\":\"sweepChannel\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"timing\",\"outputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"disputeWindow\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closeGrace\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"exitMargin\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxHold\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"timelock\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxDeadline\",\"type\":\"uint64\"},{\"internalType\":\"uint16\",\"name\":\"exposureDivisor\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"maxPromptTokens\",\"type\":\"uint32\"}],\"internalType\":\"structTiming\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"}],\"name\":\"topUp\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"transferOwnership\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"treasury\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"}],\"name\":\"ChannelClosing\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"deposit\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"expiry\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"nonce\",\"type\":\"uint256\"}],\"name\":\"ChannelOpened\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"refunded\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"}],\"name\":\"ChannelSwept\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"deposit\",\"type\":\"uint128\"}],\"name\":\"ChannelToppedUp\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"throughEpoch\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"}],\"name\":\"CreditForfeited\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"CreditHeld\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"components\":[{\"internalType\":\"uint128\",\"name\":\"provider\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"creator\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"parent\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"relayer\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"auditors\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"protocol\",\"type\":\"uint128\"}],\"indexed\":false,\"internalType\":\"structSplit\",\"name\":\"split\",\"type\":\"tuple\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"forfeited\",\"type\":\"bool\"}],\"name\":\"CreditMatured\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"delegate\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"retiring\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"retiresAt\",\"type\":\"uint64\"}],\"name\":\"DelegateChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"retiresAt\",\"type\":\"uint64\"}],\"name\":\"GraceExtended\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"}],\"name\":\"JobAccepted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"target\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"success\",\"type\":\"bool\"}],\"name\":\"JobCallback\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"seq\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"outputRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"outputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint8\",\"name\":\"finish\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"traceRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"fee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"completedAt\",\"type\":\"uint64\"}],\"indexed\":false,\"internalType\":\"structReceipt\",\"name\":\"receipt\",\"type\":\"tuple\"},{\"indexed\":false,\"internalType\":\"uint32[]\",\"name\":\"output\",\"type\":\"uint32[]\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"disputableUntil\",\"type\":\"uint64\"}],\"name\":\"JobDelivered\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"JobDisproved\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"fee\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"refunded\",\"type\":\"uint128\"},{\"components\":[{\"internalType\":\"uint128\",\"name\":\"provider\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"creator\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"parent\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"relayer\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"auditors\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"protocol\",\"type\":\"uint128\"}],\"indexed\":false,\"internalType\":\"structSplit\",\"name\":\"split\",\"type\":\"tuple\"},{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"forfeited\",\"type\":\"bool\"}],\"name\":\"JobFinalized\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"refunded\",\"type\":\"uint128\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"penalty\",\"type\":\"uint256\"}],\"name\":\"JobRefunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"payment\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"promptRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"promptTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"paramsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"uint8\",\"name\":\"audience\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"indexed\":false,\"internalType\":\"structRequest\",\"name\":\"request\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"prompt\",\"type\":\"uint32[]\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"bytes\",\"name\":\"params\",\"type\":\"bytes\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"callback\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"callbackGas\",\"type\":\"uint32\"},{\"internalType\":\"bool\",\"name\":\"callbackAtDelivery\",\"type\":\"bool\"}],\"indexed\":false,\"internalType\":\"structJobOrder\",\"name\":\"order\",\"type\":\"tuple\"}],\"name\":\"JobRequested\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferStarted\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"previousOwner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"newOwner\",\"type\":\"address\"}],\"name\":\"OwnershipTransferred\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"bool\",\"name\":\"paused\",\"type\":\"bool\"}],\"name\":\"PausedNewRequests\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"indexed\":false,\"internalType\":\"structShares\",\"name\":\"shares\",\"type\":\"tuple\"}],\"name\":\"SharesChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"components\":[{\"internalType\":\"uint16\",\"name\":\"relayerBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"protocolBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"auditorsBps\",\"type\":\"uint16\"}],\"indexed\":false,\"internalType\":\"structShares\",\"name\":\"shares\",\"type\":\"tuple\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"effectiveAt\",\"type\":\"uint64\"}],\"name\":\"SharesScheduled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"}],\"name\":\"TreasuryChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"treasury\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"effectiveAt\",\"type\":\"uint64\"}],\"name\":\"TreasuryScheduled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"total\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"count\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"receiptsRoot\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"amount\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint32\",\"name\":\"checkpoint\",\"type\":\"uint32\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"}],\"name\":\"VoucherRedeemed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"voucherHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes4\",\"name\":\"reason\",\"type\":\"bytes4\"}],\"name\":\"VoucherRejected\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"validUntil\",\"type\":\"uint64\"}],\"name\":\"AcceptanceExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"AmountTooHigh\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"AnswerDisproved\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"expiry\",\"type\":\"uint64\"}],\"name\":\"BadExpiry\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"BadParams\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"BadPrompt\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"}],\"name\":\"BadSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"BadWiring\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"BatchEmpty\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"CallbackAlreadyDone\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"gas\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"CallbackGasTooHigh\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"CallbackNotOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"name\":\"ChannelAlreadySwept\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"}],\"name\":\"ChannelClosed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"deposit\",\"type\":\"uint128\"}],\"name\":\"ChannelEmpty\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"closesAt\",\"type\":\"uint64\"}],\"name\":\"ChannelNotSweepable\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maturesAt\",\"type\":\"uint64\"}],\"name\":\"CreditNotMature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"retiring\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"retiresAt\",\"type\":\"uint64\"}],\"name\":\"DelegateRetiring\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"DisputeWindowOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"ExposureTooHigh\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"maxFee\",\"type\":\"uint256\"}],\"name\":\"FeeAboveMax\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"fee\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"expected\",\"type\":\"uint256\"}],\"name\":\"FeeMismatch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"InsufficientCallbackGas\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"JobDeadlineOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"JobDeadlinePassed\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"LengthMismatch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoCredit\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"NotOperator\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"NotProvenClass\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"}],\"name\":\"NotRequester\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotSlasher\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NothingScheduled\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"tokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"limit\",\"type\":\"uint32\"}],\"name\":\"OutputTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"OwnableInvalidOwner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"OwnableUnauthorizedAccount\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"Paused\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"ReceiptMismatch\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ReentrancyGuardReentrantCall\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"bits\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"SafeCastOverflowedUintDowncast\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"ScheduleExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"bps\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"SharesTooHigh\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"SignatureExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"TimelockOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"channel\",\"type\":\"bytes32\"}],\"name\":\"UnknownChannel\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"line\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"index\",\"type\":\"uint32\"}],\"name\":\"UnknownCheckpoint\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"UnknownJob\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"UnknownModelVersion\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"UnsafeTiming\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint128\",\"name\":\"total\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"paid\",\"type\":\"uint128\"}],\"name\":\"VoucherNotHigher\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"enumJobState\",\"name\":\"state\",\"type\":\"uint8\"}],\"name\":\"WrongJobState\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"WrongOutput\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"expected\",\"type\":\"address\"}],\"name\":\"WrongProvider\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"}],\"name\":\"WrongRequest\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAmount\",\"type\":\"error\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"validUntil\",\"type\":\"uint64\"}],\"internalType\":\"structAcceptance\",\"name\":\"acceptance\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"acceptJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"seq\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"outputRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"outputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint8\",\"name\":\"finish\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"traceRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"fee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"completedAt\",\"type\":\"uint64\"}],\"internalType\":\"structReceipt\",\"name\":\"receipt\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"},{\"internalType\":\"uint32[]\",\"name\":\"output\",\"type\":\"uint32[]\"}],\"name\":\"deliverJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"disproveJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"finalizeJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"seq\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"outputRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"outputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint8\",\"name\":\"finish\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"traceRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"fee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"completedAt\",\"type\":\"uint64\"}],\"internalType\":\"structReceipt\",\"name\":\"receipt\",\"type\":\"tuple\"}],\"name\":\"hashReceipt\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"payment\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"promptRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"promptTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"paramsHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"uint8\",\"name\":\"audience\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"}],\"internalType\":\"structRequest\",\"name\":\"request\",\"type\":\"tuple\"}],\"name\":\"hashRequest\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"jobOf\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"requester\",\"type\":\"address\"},{\"internalType\":\"enumJobState\",\"name\":\"state\",\"type\":\"uint8\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"deliveredAt\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"callbackGas\",\"type\":\"uint32\"},{\"internalType\":\"address\",\"name\":\"callback\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"callbackAtDelivery\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"callbackDone\",\"type\":\"bool\"},{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"requestHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"receiptHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"outputRoot\",\"type\":\"bytes32\"},{\"internalType\":\"uint32\",\"name\":\"outputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint8\",\"name\":\"finish\",\"type\":\"uint8\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"fee\",\"type\":\"uint128\"},{\"internalType\":\"address\",\"name\":\"relayer\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"forfeited\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"disproved\",\"type\":\"bool\"},{\"internalType\":\"uint32\",\"name\":\"promptTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"disputableUntil\",\"type\":\"uint64\"}],\"internalType\":\"structJob\",\"name\":\"v\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"refundJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"prompt\",\"type\":\"uint32[]\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"bytes\",\"name\":\"params\",\"type\":\"bytes\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"address\",\"name\":\"callback\",\"type\":\"address\"},{\"internalType\":\"uint32\",\"name\":\"callbackGas\",\"type\":\"uint32\"},{\"internalType\":\"bool\",\"name\":\"callbackAtDelivery\",\"type\":\"bool\"}],\"internalType\":\"structJobOrder\",\"name\":\"order\",\"type\":\"tuple\"}],\"name\":\"requestJob\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"output\",\"type\":\"uint32[]\"}],\"name\":\"runCallback\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"}]",
	ID:  "e3f740d53abe85db8d5f17d1e71509182c",
	Bin: "0x6102a0604052348015610010575f5ffd5b506040516164a13803806164a183398101604081905261002f91611177565b84516001600160a01b039081166080908152602080880151831660a09081526040808a0151851660c09081526060808c015190961660e090815287516001600160401b03908116610100908152958901518116610120529288015183166101405295870151821661016052938601518116610180529085015181166101a052918401519091166101c0529082015161ffff166101e05281015163ffffffff166102005246610260528330868361018e83604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201527f2bd5af9ee9fa1f0a7517853d71cfc160db46009177af5a82ed09c5510532c342918101919091527fc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc660608201524660808201526001600160a01b03821660a08201525f9060c001604051602081830303815290604052805190602001209050919050565b610240526040516101a79084908490849060200161123b565b60408051601f198184030181529190528051602090910120610220525050506001600160a01b0381166101f457604051631e4fbdf760e01b81525f60048201526024015b60405180910390fd5b6101fd8161037e565b506102078161039a565b6102118582610641565b6001600160a01b0386163b158061028a575061022051866001600160a01b031663e1f1176d6040518163ffffffff1660e01b8152600401602060405180830381865afa158015610263573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906102879190611321565b14155b156102c15760405163ae69e47f60e01b81526004016101eb906020808252600490820152636a6f627360e01b604082015260600190565b6001600160a01b038616610280526102d882610d82565b815160078054602080860180516040808901805161ffff9081166401000000000261ffff60201b19948216620100000263ffffffff19909816998216998a1797909717939093169590951790955584519586529051811691850191909152905116908201527fc9c9db2dac9c11c27af4109e2e9470d5359aa2fa095a12fca8b188f0104bcfb89060600160405180910390a161037383610e9f565b5050505050506114ae565b600c80546001600160a01b031916905561039781610f20565b50565b80516001600160401b03165f036103e45760405163d32379b760e01b815260206004820152600d60248201526c6469737075746557696e646f7760981b60448201526064016101eb565b80602001516001600160401b03165f0361042e5760405163d32379b760e01b815260206004820152600a602482015269636c6f7365477261636560b01b60448201526064016101eb565b80604001516001600160401b03165f036104735760405163d32379b760e01b81526020600482015260056024820152640cae0dec6d60db1b60448201526064016101eb565b8060c001516001600160401b03165f036104be5760405163d32379b760e01b815260206004820152600b60248201526a6d6178446561646c696e6560a81b60448201526064016101eb565b8060c001516001600160401b031681606001516001600160401b031610806104ff575080604001516001600160401b031681606001516001600160401b0316105b1561053a5760405163d32379b760e01b815260206004820152600a60248201526932bc34ba26b0b933b4b760b11b60448201526064016101eb565b6080810151815160408301516105509190611338565b61055a9190611338565b6001600160401b03168160a001516001600160401b0316116105aa5760405163d32379b760e01b815260206004820152600860248201526774696d656c6f636b60c01b60448201526064016101eb565b8060e0015161ffff165f036105f45760405163d32379b760e01b815260206004820152600f60248201526e32bc3837b9bab932a234bb34b9b7b960891b60448201526064016101eb565b80610100015163ffffffff165f036103975760405163d32379b760e01b815260206004820152600f60248201526e6d617850726f6d7074546f6b656e7360881b60448201526064016101eb565b81516040516342f6e38960e01b81523060048201526001600160a01b03909116906342f6e38990602401602060405180830381865afa158015610686573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906106aa9190611369565b6106e65760405163ae69e47f60e01b815260206004820152600c60248201526b1d985d5b1d0b9b585c9ad95d60a21b60448201526064016101eb565b815160208301516040516342f6e38960e01b81526001600160a01b0391821660048201529116906342f6e38990602401602060405180830381865afa158015610731573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906107559190611369565b6107925760405163ae69e47f60e01b815260206004820152600d60248201526c7661756c742e7374616b696e6760981b60448201526064016101eb565b815160608301516040516342f6e38960e01b81526001600160a01b0391821660048201529116906342f6e38990602401602060405180830381865afa1580156107dd573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906108019190611369565b61083e5760405163ae69e47f60e01b815260206004820152600d60248201526c3b30bab63a1739b630b9b432b960991b60448201526064016101eb565b815f01516001600160a01b031663f7e80e986040518163ffffffff1660e01b81526004015f60405180830381865afa15801561087c573d5f5f3e3d5ffd5b505050506040513d5f823e601f3d908101601f191682016040526108a3919081019061138f565b516003146108e45760405163ae69e47f60e01b815260206004820152600d60248201526c7661756c742e6d6f64756c657360981b60448201526064016101eb565b815f01516001600160a01b031682602001516001600160a01b031663fbfa77cf6040518163ffffffff1660e01b8152600401602060405180830381865afa158015610931573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610955919061143c565b6001600160a01b03161461099c5760405163ae69e47f60e01b815260206004820152600d60248201526c1cdd185ada5b99cb9d985d5b1d609a1b60448201526064016101eb565b306001600160a01b031682602001516001600160a01b03166380f556056040518163ffffffff1660e01b8152600401602060405180830381865afa1580156109e6573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610a0a919061143c565b6001600160a01b031614610a525760405163ae69e47f60e01b815260206004820152600e60248201526d1cdd185ada5b99cb9b585c9ad95d60921b60448201526064016101eb565b81606001516001600160a01b031682602001516001600160a01b031663b13442716040518163ffffffff1660e01b8152600401602060405180830381865afa158015610aa0573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610ac4919061143c565b6001600160a01b031614610b0d5760405163ae69e47f60e01b815260206004820152600f60248201526e39ba30b5b4b7339739b630b9b432b960891b60448201526064016101eb565b81604001516001600160a01b03163b5f03610b565760405163ae69e47f60e01b8152602060048201526008602482015267726567697374727960c01b60448201526064016101eb565b5f5f5f84606001516001600160a01b031663ce4e423f6040518163ffffffff1660e01b8152600401606060405180830381865afa158015610b99573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610bbd9190611455565b925092509250845f01516001600160a01b0316836001600160a01b031614610c185760405163ae69e47f60e01b815260206004820152600d60248201526c1cdb185cda195c8b9d985d5b1d609a1b60448201526064016101eb565b84602001516001600160a01b0316826001600160a01b031614610c705760405163ae69e47f60e01b815260206004820152600f60248201526e736c61736865722e7374616b696e6760881b60448201526064016101eb565b6001600160a01b0381163014610cba5760405163ae69e47f60e01b815260206004820152600e60248201526d1cdb185cda195c8b9b585c9ad95d60921b60448201526064016101eb565b60608401518451610ccb9190611338565b6001600160401b031685602001516001600160a01b0316636cf6d6756040518163ffffffff1660e01b8152600401602060405180830381865afa158015610d14573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610d389190611495565b6001600160401b031611610d7b5760405163d32379b760e01b8152602060048201526009602482015268756e626f6e64696e6760b81b60448201526064016101eb565b5050505050565b80516101f461ffff9091161115610ddb578051604051632609bbc560e11b81526060600482015260076064820152663932b630bcb2b960c91b608482015261ffff90911660248201526101f4604482015260a4016101eb565b6101f461ffff16816020015161ffff161115610e3d576020810151604051632609bbc560e11b81526060600482015260086064820152671c1c9bdd1bd8dbdb60c21b608482015261ffff90911660248201526101f4604482015260a4016101eb565b6101f461ffff16816040015161ffff161115610397576040808201519051632609bbc560e11b815260606004820152600860648201526761756469746f727360c01b608482015261ffff90911660248201526101f4604482015260a4016101eb565b6001600160a01b038116610ec65760405163d92e233d60e01b815260040160405180910390fd5b60098054600160401b600160e01b031916680100000000000000006001600160a01b038416908102919091179091556040517fc714d22a2f08b695f81e7c707058db484aa5b4d6b4c9fd64beb10fe85832f608905f90a250565b600b80546001600160a01b038381166001600160a01b0319831681179093556040519116919082907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a35050565b80516001600160a01b0381168114610f87575f5ffd5b919050565b634e487b7160e01b5f52604160045260245ffd5b60405161012081016001600160401b0381118282101715610fc357610fc3610f8c565b60405290565b604051608081016001600160401b0381118282101715610fc357610fc3610f8c565b604051601f8201601f191681016001600160401b038111828210171561101357611013610f8c565b604052919050565b805161ffff81168114610f87575f5ffd5b5f6060828403121561103c575f5ffd5b604051606081016001600160401b038111828210171561105e5761105e610f8c565b60405290508061106d8361101b565b815261107b6020840161101b565b602082015261108c6040840161101b565b60408201525092915050565b80516001600160401b0381168114610f87575f5ffd5b805163ffffffff81168114610f87575f5ffd5b5f61012082840312156110d2575f5ffd5b6110da610fa0565b90506110e582611098565b81526110f360208301611098565b602082015261110460408301611098565b604082015261111560608301611098565b606082015261112660808301611098565b608082015261113760a08301611098565b60a082015261114860c08301611098565b60c082015261115960e0830161101b565b60e082015261116b61010083016110ae565b61010082015292915050565b5f5f5f5f5f5f86880361026081121561118e575f5ffd5b61119788610f71565b96506080601f19820112156111aa575f5ffd5b506111b3610fc9565b6111bf60208901610f71565b81526111cd60408901610f71565b60208201526111de60608901610f71565b60408201526111ef60808901610f71565b6060820152945061120260a08801610f71565b935061121060c08801610f71565b925061121f8860e0890161102c565b915061122f8861014089016110c1565b90509295509295509295565b6001600160a01b03848116825283518116602080840191909152808501518216604080850191909152808601518316606080860191909152860151909216608084015283516001600160401b0390811660a0850152908401511660c08301528201516101c08201906112b860e08401826001600160401b03169052565b5060608301516001600160401b03908116610100848101919091526080850151821661012085015260a0850151821661014085015260c085015190911661016084015260e084015161ffff166101808401529092015163ffffffff166101a09091015292915050565b5f60208284031215611331575f5ffd5b5051919050565b6001600160401b03818116838216019081111561136357634e487b7160e01b5f52601160045260245ffd5b92915050565b5f60208284031215611379575f5ffd5b81518015158114611388575f5ffd5b9392505050565b5f6020828403121561139f575f5ffd5b81516001600160401b038111156113b4575f5ffd5b8201601f810184136113c4575f5ffd5b80516001600160401b038111156113dd576113dd610f8c565b8060051b6113ed60208201610feb565b91825260208184018101929081019087841115611408575f5ffd5b6020850194505b838510156114315761142085610f71565b82526020948501949091019061140f565b979650505050505050565b5f6020828403121561144c575f5ffd5b61138882610f71565b5f5f5f60608486031215611467575f5ffd5b61147084610f71565b925061147e60208501610f71565b915061148c60408501610f71565b90509250925092565b5f602082840312156114a5575f5ffd5b61138882611098565b60805160a05160c05160e05161010051610120516101405161016051610180516101a0516101c0516101e0516102005161022051610240516102605161028051614e686116395f395f8181610231015261070301525f61247901525f6124aa01525f50505f6105d701525f6105ad01525f818161057e0152613ae601525f818161054f01528181610df9015261153801525f81816105200152818161346b0152613a8001525f81816104f1015261143301525f81816104c2015281816122b10152818161241e01528181612afc0152613ac201525f818161049301528181610f3501528181611f3801528181612f370152613a5f01525f818161046401528181611454015281816123f40152613aa101525f818161086e015281816120d80152818161224c015261333301525f818161083f01528181613160015261387601525f8181610810015281816111a301528181611403015281816136200152613ea301525f81816107e101528181611dbb0152818161277d0152818161302f01526133c70152614e685ff3fe608060405234801561000f575f5ffd5b506004361061022f575f3560e01c80637ecebe001161012e578063b7798113116100b6578063ef76335a1161007a578063ef76335a14610976578063f2fde38b14610989578063f44136a11461099c578063f66e88b1146109cd578063f698da25146109e05761022f565b8063b7798113146107ae578063c06aa367146108e1578063ca1d8b94146108f4578063d435d78c14610907578063e30c3978146109655761022f565b80638e0a9b7e116100fd5780638e0a9b7e1461073857806398a9c062146107405780639c0fc451146107535780639f6f687a1461077e578063b187bd26146107915761022f565b80637ecebe001461069957806387994d88146106c15780638a3082e3146107015780638da5cb5b146107275761022f565b80634c2ee09d116101bc578063630da79511610180578063630da795146106505780636f5d5fc914610663578063715018a614610676578063744c39dc1461067e57806379ba5097146106915761022f565b80634c2ee09d146103cd5780634eb0b182146103e05780634fba5adf1461040b578063543f99a81461061157806361d027b3146106245761022f565b806325985c6e1161020357806325985c6e146103585780632ffbfe801461036e57806336d3a793146103785780633c93a3131461038b5780633f28ce721461039e5761022f565b80628676711461026d57806303314efa146102b457806305caa6bc14610317578063171a2a7d14610338575b7f0000000000000000000000000000000000000000000000000000000000000000365f80375f5f365f845af43d5f5f3e80610268573d5ffd5b503d5ff35b61028061027b3660046142a0565b6109e8565b604080516001600160801b0390941684526001600160401b0390921660208401521515908201526060015b60405180910390f35b61030a604080516060810182525f8082526020820181905291810191909152506040805160608101825260075461ffff808216835262010000820481166020840152640100000000909104169181019190915290565b6040516102ab91906142ee565b61032a61032536600461431f565b610a79565b6040519081526020016102ab565b61034b610346366004614338565b610aa7565b6040516102ab919061434f565b610360610bbd565b6040516102ab929190614411565b610376610c25565b005b610376610386366004614338565b610c6b565b610376610399366004614458565b610dd4565b6103a6610e89565b604080516001600160a01b0390931683526001600160401b039091166020830152016102ab565b6103766103db366004614338565b610eb6565b6103f36103ee3660046144ed565b61100d565b6040516001600160801b0390911681526020016102ab565b61060460408051610120810182525f80825260208201819052918101829052606081018290526080810182905260a0810182905260c0810182905260e081018290526101008101919091526040518061012001604052807f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160401b031681526020017f000000000000000000000000000000000000000000000000000000000000000061ffff1681526020017f000000000000000000000000000000000000000000000000000000000000000063ffffffff16815250905090565b6040516102ab91906145cc565b61037661061f3660046146aa565b611503565b600954600160401b90046001600160a01b03165b6040516001600160a01b0390911681526020016102ab565b61032a61065e3660046146db565b6115d6565b61037661067136600461475d565b611699565b6103766116f9565b61032a61068c366004614778565b61175c565b6103766117af565b61032a6106a73660046146aa565b6001600160a01b03165f9081526001602052604090205490565b6106d46106cf3660046147bf565b6117f0565b6040805182516001600160801b031681526020928301516001600160401b031692810192909252016102ab565b7f0000000000000000000000000000000000000000000000000000000000000000610638565b600b546001600160a01b0316610638565b610376611931565b61037661074e3660046142a0565b6119e7565b6107666107613660046146aa565b611ba3565b6040516001600160401b0390911681526020016102ab565b61037661078c3660046147f5565b611c1d565b600954600160e01b900460ff1660405190151581526020016102ab565b61089e604080516080810182525f80825260208201819052918101829052606081019190915260405180608001604052807f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031681526020017f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316815250905090565b6040516102ab919081516001600160a01b039081168252602080840151821690830152604080840151821690830152606092830151169181019190915260800190565b6103766108ef36600461481f565b611e2d565b61032a610902366004614842565b611ff5565b61091a610915366004614338565b612046565b6040516102ab9190815181526020808301516001600160801b0316908201526040808301516001600160401b03169082015260609182015163ffffffff169181019190915260800190565b600c546001600160a01b0316610638565b610376610984366004614884565b6120cd565b6103766109973660046146aa565b6121d0565b61032a6109aa3660046146aa565b6001600160a01b03165f908152602081905260409020546001600160801b031690565b6103766109db3660046146aa565b612241565b61032a6123a5565b6001600160a01b0384165f90815260208190526040812081908190600582610a128a8a8a8a6123b3565b815260208101919091526040015f205481546001600160801b039091169450610a4a908690600160d01b900464ffffffffff166123ee565b90549398909750600160801b90930464ffffffffff166001600160401b03949094169390931094509092505050565b5f610aa1610a85612476565b610a9c610a97368690038601866148f6565b6124cc565b61258f565b92915050565b60408051610100810182525f80825260208201819052918101829052606081018290526080810182905260a0810182905260c0810182905260e08101919091525f82815260026020818152604092839020835161010081018552928101546001600160a01b038082168552600160a01b82046001600160401b0316938501939093528154909216938301939093526060820190600160e01b900460ff16610b4e575f610b61565b8254600160a01b90046001600160401b03165b6001600160401b03908116825260038401546001600160a01b0381166020840152600160a01b90041660408201526001909201546001600160801b038082166060850152600160801b9091041660809092019190915292915050565b604080516060810182525f80825260208201819052918101919091526009546001600160401b03168015610c21576040805160608101825260085461ffff808216835262010000820481166020840152640100000000909104169181019190915291505b9091565b600a54610c4190600160a01b90046001600160401b03166125b3565b600a805467ffffffffffffffff60a01b198116909155610c69906001600160a01b031661265f565b565b610c736126e0565b5f610c7d82612715565b6002810154909150600160e81b900460ff1615610cb55760405163c885bf2760e01b8152600481018390526024015b60405180910390fd5b8054600160a01b90046001600160401b0316421015610d025780546040516388aac35360e01b815260048101849052600160a01b9091046001600160401b03166024820152604401610cac565b600281015460018201546001600160a01b03909116906001600160801b03600160801b82048116915f91610d389184911661498d565b60028501805460ff60e81b1916600160e81b1790556001850180546001600160801b038581166001600160801b0319909216821790925560408051928416835260208301919091529192506001600160a01b0385169187917f0ed49db7e4fe338df2d05a5b86569099a8f9cfc28da28deede7a69486d2f5831910160405180910390a3610dc58382612757565b50505050610dd16127e5565b50565b610ddc61280f565b610df3610dee368390038301836149bb565b61283c565b5f610e1e7f000000000000000000000000000000000000000000000000000000000000000042614a38565b9050816008610e2d8282614a57565b50506009805467ffffffffffffffff19166001600160401b0383161790556040517f1d73111dd9964746ee6c6f6b5e074ccff811127adfea62de47153c04c5d3309a90610e7d9084908490614ab2565b60405180910390a15050565b600a545f90600160a01b90046001600160401b03168015610c2157600a546001600160a01b031691509091565b610ebe6126e0565b5f610ec882612959565b6002810154909150600160e01b900460ff1680610ef657508054600160a01b90046001600160401b03164210155b15610f2f578054604051631a563f6b60e31b815260048101849052600160a01b9091046001600160401b03166024820152604401610cac565b5f610f5a7f000000000000000000000000000000000000000000000000000000000000000042614a38565b82549091506001600160401b03600160a01b90910481169082161115610f8e57508054600160a01b90046001600160401b03165b60028201805460ff60e01b1916600160e01b17905581546001600160401b038216600160a01b810267ffffffffffffffff60a01b19909216919091178355604051908152339084907f9fe4a05ec8b2b36ccfaaa228abeb2c9c5c456797ab1ebb2dce6298c3fd7caac89060200160405180910390a35050610dd16127e5565b5f6110166126e0565b5f8690036110375760405163143a603360e21b815260040160405180910390fd5b85841461105a576040516001621398b960e31b0319815260040160405180910390fd5b5f8787808060200260200160405190810160405280939291908181526020015f905b828210156110a85761109960e083028601368190038101906148f6565b8152602001906001019061107c565b505050505090505f6110b9826129aa565b90506110c78a828787612a59565b6001600160a01b038a165f8181526020818152604080832081516080808201845291546001600160801b038116825264ffffffffff600160801b8204811683870152600160a81b8204811683860152600160d01b90910416606080830191909152835161012081018552948501869052928401859052918301849052820183905260a0820183905260c0820183905260e082018390526101008201929092529182529061117382612aed565b64ffffffffff166020820152604051630213119b60e51b81526001600160a01b038d811660048301525f916002917f00000000000000000000000000000000000000000000000000000000000000001690634262336090602401602060405180830381865afa1580156111e8573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061120c9190614b0c565b6112169190614b37565b83519091506001600160801b03168111611230575f611245565b8251611245906001600160801b031682614b4a565b60408301525f5b85518110156112be576112b68387838151811061126b5761126b614b5d565b602002602001015187848151811061128557611285614b5d565b60200260200101518e8e8681811061129f5761129f614b5d565b90506020028101906112b19190614b71565b612b4c565b60010161124c565b5081606001515f036112d7575f955050505050506114f0565b6112e082612c18565b6112ed8260600151612cb3565b955085835f018181516113009190614bb3565b9150906001600160801b031690816001600160801b0316815250508160200151836040019064ffffffffff16908164ffffffffff1681525050825f5f8f6001600160a01b03166001600160a01b031681526020019081526020015f205f820151815f015f6101000a8154816001600160801b0302191690836001600160801b031602179055506020820151815f0160106101000a81548164ffffffffff021916908364ffffffffff1602179055506040820151815f0160156101000a81548164ffffffffff021916908364ffffffffff1602179055506060820151815f01601a6101000a81548164ffffffffff021916908364ffffffffff1602179055509050507f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031663b240cdc28e7f00000000000000000000000000000000000000000000000000000000000000007f00000000000000000000000000000000000000000000000000000000000000004261147e9190614a38565b6114889190614a38565b6040516001600160e01b031960e085901b1681526001600160a01b0390921660048301526001600160401b031660248201526044015f604051808303815f87803b1580156114d4575f5ffd5b505af11580156114e6573d5f5f3e3d5ffd5b5050505050505050505b6114f86127e5565b979650505050505050565b61150b61280f565b6001600160a01b0381166115325760405163d92e233d60e01b815260040160405180910390fd5b5f61155d7f000000000000000000000000000000000000000000000000000000000000000042614a38565b600a80546001600160e01b031916600160a01b6001600160401b0384169081026001600160a01b031916919091176001600160a01b038616908117909255604051908152919250907f4fb155f9703b41a17d3672fab70a124daeeb47e6ebb7e9de75078ec1b10aacd19060200160405180910390a25050565b5f6115df6126e0565b600954600160e01b900460ff161561160a576040516313d0ff5960e31b815260040160405180910390fd5b836001600160401b0316421061163e5760405163fcd4a11f60e01b81526001600160401b0385166004820152602401610cac565b5f61164c8989898989612cea565b905061165a89828686612dac565b61168257604051639a7d38d960e01b81526001600160a01b038a166004820152602401610cac565b61168e89898989612e0d565b9150506114f86127e5565b6116a161280f565b60098054821515600160e01b0260ff60e01b199091161790556040517fa4c82d8557d1ceab38814a8e314ffa062b928c13c370e33b885b1a58d1a0c802906116ee90831515815260200190565b60405180910390a150565b61170161280f565b600954600160e01b900460ff1615611754576009805460ff60e01b191690556040515f81527fa4c82d8557d1ceab38814a8e314ffa062b928c13c370e33b885b1a58d1a0c8029060200160405180910390a15b610c6961309d565b60408051602081018690526001600160a01b03808616928201929092526060810184905290821660808201525f9060a0015b6040516020818303038152906040528051906020012090505b949350505050565b600c5433906001600160a01b031681146117e75760405163118cdaa760e01b81526001600160a01b0382166004820152602401610cac565b610dd1816130aa565b604080518082019091525f80825260208201525f8381526003602052604090206001015461181e8160c01c90565b63ffffffff168363ffffffff16106118585760405163d56f075960e01b81526004810185905263ffffffff84166024820152604401610cac565b60016118648260c01c90565b61186e9190614bd2565b63ffffffff168363ffffffff16146118f6575f84815260046020526040812081611899600287614bee565b63ffffffff1681526020019081526020015f2090506002846118bb9190614c15565b63ffffffff16156118dd578054600160801b90046001600160801b03166118e9565b80546001600160801b03165b6001600160801b03169150505b60405180604001604052806119088390565b6001600160581b031681526020016119208360581c90565b64ffffffffff169052949350505050565b600954611946906001600160401b03166125b3565b6009805467ffffffffffffffff191690556008546007805461ffff80841663ffffffff199092168217620100008086048316021765ffff0000000019166401000000008086048316021790925560408051918252601084901c83166020808401919091529390931c909116918101919091527fc9c9db2dac9c11c27af4109e2e9470d5359aa2fa095a12fca8b188f0104bcfb89060600160405180910390a1565b6119ef6126e0565b5f6119fc858585856123b3565b5f818152600560209081526040808320546001600160a01b038a1684529183905282209293506001600160801b03169190829003611a4d57604051630c56c38560e21b815260040160405180910390fd5b80545f90611a6a908690600160d01b900464ffffffffff166123ee565b9050806001600160401b0316421015611aa9576040516328cdc65960e21b81526001600160401b03808716600483015282166024820152604401610cac565b81545f85815260056020526040812080546001600160801b03191690558354600160801b90920464ffffffffff166001600160401b038816109185918591611afb9084906001600160801b031661498d565b92506101000a8154816001600160801b0302191690836001600160801b031602179055505f5f611b2d868b8d8c6130c3565b91509150886001600160a01b03168b6001600160a01b03168b7f80d2b2f2e040b043e24ac3d21315bd72461c92907f9e03d0e7f90aa51e8c80498b8a8789604051611b7b9493929190614c3c565b60405180910390a4611b8e8282856132f8565b50505050505050611b9d6127e5565b50505050565b6001600160a01b0381165f90815260208181526040808320815160808101835290546001600160801b038116825264ffffffffff600160801b8204811694830194909452600160a81b8104841692820192909252600160d01b9091049091166060820152611c1090612aed565b64ffffffffff1692915050565b611c256126e0565b600954600160e01b900460ff1615611c50576040516313d0ff5960e31b815260040160405180910390fd5b5f611c5a83612715565b9050816001600160801b03165f03611c8557604051631f2a200560e01b815260040160405180910390fd5b6002810154600160e01b900460ff1680611cb357506002810154600160a01b90046001600160401b03164210155b15611cec578054604051631a563f6b60e31b815260048101859052600160a01b9091046001600160401b03166024820152604401610cac565b60018101545f90611d09906001600160801b038086169116614cdd565b90506001600160581b03811115611d4357604051631f08c7c560e01b8152600481018290526001600160581b036024820152604401610cac565b6001820180546001600160801b0319166001600160801b038381169182179092556040805192861683526020830191909152339186917f2dbcc0e5cefd349fe22bc7a85c2ac3e2e493281521fdc2539c1561a54134b6ff910160405180910390a360405163282d3fdf60e01b81526001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000169063282d3fdf90611df29033908790600401614cf0565b5f604051808303815f87803b158015611e09575f5ffd5b505af1158015611e1b573d5f5f3e3d5ffd5b505050505050611e296127e5565b5050565b611e356126e0565b5f611e3f83612959565b90506001600160a01b038216611e685760405163d92e233d60e01b815260040160405180910390fd5b6002810154600160e01b900460ff1680611e9357508054600160a01b90046001600160401b03164210155b15611ecc578054604051631a563f6b60e31b815260048101859052600160a01b9091046001600160401b03166024820152604401610cac565b6003810154600160a01b90046001600160401b0316421015611f27576003810154604051632031ba9b60e01b81526001600160a01b0382166004820152600160a01b9091046001600160401b03166024820152604401610cac565b80546001600160a01b03165f611f5d7f000000000000000000000000000000000000000000000000000000000000000042614a38565b6003840180546001600160a01b038581166001600160e01b03199092168217600160a01b6001600160401b0386169081029190911760ff60e01b191690935586546001600160a01b0319169088169081178755604051928352929350919087907f2017cd7005cda881601a5a5db059e2107f250d5e7b001fe54a6f3597b7a84fd59060200160405180910390a4505050611e296127e5565b5f611ffe6126e0565b600954600160e01b900460ff1615612029576040516313d0ff5960e31b815260040160405180910390fd5b61203533858585612e0d565b905061203f6127e5565b9392505050565b60408051608080820183525f80835260208084018290528385018290526060840182905285825260038152908490206001810154855193840190955280548352929391908101826001600160581b031681526020016120a58360801c90565b6001600160401b031681526020016120bd8360c01c90565b63ffffffff169052949350505050565b336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614612118576040516325e066bb60e11b8152336004820152602401610cac565b6001600160a01b0382165f908152602081905260408120906121426001600160401b03841661342b565b825490915064ffffffffff600160d01b9091048116908216116121655750505050565b815464ffffffffff60d01b1916600160d01b64ffffffffff8316021782556040516001600160401b03841681526001600160a01b038516907f482b620af7d54b4461e3177c2fc280548d89f721e1d47dbeb564f49ec749f0969060200160405180910390a250505050565b6121d861280f565b600c80546001600160a01b0383166001600160a01b03199091168117909155612209600b546001600160a01b031690565b6001600160a01b03167f38d16b8cac22d99fc7c124b9cd0de2d3fa1faef420bfe791d8c362d765e2270060405160405180910390a350565b336001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000161461228c576040516325e066bb60e11b8152336004820152602401610cac565b6001600160a01b0381165f908152602081905260408120906122d76001600160401b037f00000000000000000000000000000000000000000000000000000000000000001642614b37565b825490915064ffffffffff808316600160a81b90920416111561230657508054600160a81b900464ffffffffff165b815464ffffffffff808316600160801b909204161161234d5761232a816001614d12565b825464ffffffffff91909116600160801b0264ffffffffff60801b199091161782555b6040805164ffffffffff831681526001600160401b03421660208201526001600160a01b038516917f2a9adad09703c3eaef7e53805e5ca470bd50ccb598a8ce9c852dc04d29093432910160405180910390a2505050565b5f6123ae612476565b905090565b604080516001600160a01b03808716602083015291810185905290831660608201526001600160401b03821660808201525f9060a00161178e565b5f61203f7f00000000000000000000000000000000000000000000000000000000000000006001600160401b03167f00000000000000000000000000000000000000000000000000000000000000006001600160401b0316856001600160401b0316600161245c9190614cdd565b6124669190614d2f565b6124709190614cdd565b8361345c565b5f7f000000000000000000000000000000000000000000000000000000000000000046146124a7576123ae306134c0565b507f000000000000000000000000000000000000000000000000000000000000000090565b5f7f80a30152b9758786f442ceb952b705076a68799848fc149f93c13c7b94e774a5826040516020016125729291905f610100820190508382528251602083015260018060a01b0360208401511660408301526040830151606083015260018060a01b0360608401511660808301526001600160801b0360808401511660a08301526001600160401b0360a08401511660c083015260c083015160e08301529392505050565b604051602081830303815290604052805190602001209050919050565b60405161190160f01b81526002810183905260228101829052604290205f9061203f565b806001600160401b03165f036125dc576040516368307ad960e01b815260040160405180910390fd5b806001600160401b031642101561261157604051636d7fef6160e11b81526001600160401b0382166004820152602401610cac565b61261e62093a8082614a38565b6001600160401b03164210610dd15761263a62093a8082614a38565b6040516332a5fdfd60e01b81526001600160401b039091166004820152602401610cac565b6001600160a01b0381166126865760405163d92e233d60e01b815260040160405180910390fd5b6009805468010000000000000000600160e01b031916600160401b6001600160a01b038416908102919091179091556040517fc714d22a2f08b695f81e7c707058db484aa5b4d6b4c9fd64beb10fe85832f608905f90a250565b6126e8613557565b610c6960017f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005b90613597565b5f818152600260208190526040909120908101546001600160a01b03166127525760405163b08fc1cb60e01b815260048101839052602401610cac565b919050565b6001600160801b03811615611e2957604051630357371d60e01b81526001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001690630357371d906127b49085908590600401614cf0565b5f604051808303815f87803b1580156127cb575f5ffd5b505af11580156127dd573d5f5f3e3d5ffd5b505050505050565b610c695f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f0061270f565b600b546001600160a01b03163314610c695760405163118cdaa760e01b8152336004820152602401610cac565b80516101f461ffff9091161115612895578051604051632609bbc560e11b81526060600482015260076064820152663932b630bcb2b960c91b608482015261ffff90911660248201526101f4604482015260a401610cac565b6101f461ffff16816020015161ffff1611156128f7576020810151604051632609bbc560e11b81526060600482015260086064820152671c1c9bdd1bd8dbdb60c21b608482015261ffff90911660248201526101f4604482015260a401610cac565b6101f461ffff16816040015161ffff161115610dd1576040808201519051632609bbc560e11b815260606004820152600860648201526761756469746f727360c01b608482015261ffff90911660248201526101f4604482015260a401610cac565b5f61296382612715565b60028101549091506001600160a01b03163314612752576002810154604051630348d81960e11b81523360048201526001600160a01b039091166024820152604401610cac565b60605f6129b5612476565b905082516001600160401b038111156129d0576129d06148ae565b6040519080825280602002602001820160405280156129f9578160200160208202803683370190505b5091505f5b8351811015612a5257612a2d82610a9c868481518110612a2057612a20614b5d565b60200260200101516124cc565b838281518110612a3f57612a3f614b5d565b60209081029190910101526001016129fe565b5050919050565b338115612aac575f84604051602001612a729190614d46565b604051602081830303815290604052805190602001209050612aa8612aa1612a98612476565b610a9c8461359e565b85856135d8565b9150505b612ab681866135ef565b612ae6576040516311ce341560e21b81526001600160a01b03808316600483015286166024820152604401610cac565b5050505050565b5f80612b226001600160401b037f00000000000000000000000000000000000000000000000000000000000000001642614b37565b90508064ffffffffff16836020015164ffffffffff1611612b43578061203f565b50506020015190565b83515f9081526002602052604081209080612b6b888489898989613689565b90925090506001600160e01b031982165f03612bab575f610100890152612b938884896137a0565b915087610100015115612bab57612bab838883613a5c565b6001600160e01b0319821615612c0e5787518751604080518981526001600160e01b0319861660208201526001600160a01b03909316927ff6cf83ff61b0acc0cfdfb362a3cb688273bdc1a52b2a9a7ff5d6c956f134ca16910160405180910390a35b5050505050505050565b8060c001515f03612c265750565b612c338160c00151612cb3565b60055f612c58845f015185608001518660a00151876020015164ffffffffff166123b3565b815260208101919091526040015f9081208054909190612c829084906001600160801b0316614bb3565b92506101000a8154816001600160801b0302191690836001600160801b031602179055505f8160c001818152505050565b5f6001600160801b03821115612ce6576040516306dfcc6560e41b81526080600482015260248101839052604401610cac565b5090565b6001600160a01b0385165f90815260016020526040812054612d9f612d0d612476565b604080517f63caf1a473646d3e2889c5e011902955da2691fc7ebace78492768eda70b52ea6020808301919091526001600160a01b03808d16838501528b1660608301526001600160801b038a1660808301526001600160401b03808a1660a084015260c08301879052881660e08084019190915283518084039091018152610100909201909252805191012061258f565b9150505b95945050505050565b5f6001600160a01b038516612dc257505f6117a7565b846001600160a01b0316612dd78585856135d8565b6001600160a01b031603612ded575060016117a7565b6001600160a01b0385163b15801590612da35750612da385858585613cb5565b5f6001600160a01b038416612e355760405163d92e233d60e01b815260040160405180910390fd5b826001600160801b03165f03612e5e57604051631f2a200560e01b815260040160405180910390fd5b6001600160581b036001600160801b0384161115612ea757604051631f08c7c560e01b81526001600160801b03841660048201526001600160581b036024820152604401610cac565b42826001600160401b0316111580612ed45750612ec86312cc030042614cdd565b826001600160401b0316115b15612efd576040516308ae9ea160e11b81526001600160401b0383166004820152602401610cac565b5f612f0786613d1f565b5f82815260026020526040902080546001600160a01b0319166001600160a01b0389161781559193509150612f5c7f000000000000000000000000000000000000000000000000000000000000000085614a38565b815467ffffffffffffffff60a01b1916600160a01b6001600160401b0392831681029190911783556001830180546001600160801b0319166001600160801b0389169081179091556002840180546001600160a01b038c81166001600160e01b03199092168217958a16948502959095179091556040805192835260208301939093529181018590529188169185907f39fe0aa913df80ee693e0cfecf2fd816e1071f30abb042d6bc0b28a51e8429a69060600160405180910390a460405163282d3fdf60e01b81526001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000169063282d3fdf90613066908a908990600401614cf0565b5f604051808303815f87803b15801561307d575f5ffd5b505af115801561308f573d5f5f3e3d5ffd5b505050505050949350505050565b6130a561280f565b610c695f5b600c80546001600160a01b0319169055610dd181613d93565b6040805160c0810182525f80825260208201819052918101829052606081018290526080810182905260a0810191909152604080516080810182525f8082526020820181905291810182905260608101919091526040805160608101825260075461ffff80821683526201000082048116602084015264010000000090910416818301529051634fad616d60e11b8152600481018790525f9081907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031690639f5ac2da90602401608060405180830381865afa1580156131ad573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906131d19190614d7b565b6001600160a01b0391821660408901529281166020880152888116606088015289168652925090506132038983613de4565b6001600160801b0316602086015261321b8982613de4565b6001600160801b031660408601526001600160a01b0386161561324a5761324589845f0151613de4565b61324c565b5f5b6001600160801b03166060860152604083015161326a908a90613de4565b6001600160801b031660808601526020830151613288908a90613de4565b6001600160801b031660a0860181905260808601516060870151604088015160208901516132b6908e61498d565b6132c0919061498d565b6132ca919061498d565b6132d4919061498d565b6132de919061498d565b6001600160801b0316855250929791965090945050505050565b61330a82602001518460200151612757565b61331c82604001518460400151612757565b61332e82606001518460600151612757565b61335c7f00000000000000000000000000000000000000000000000000000000000000008460800151612757565b60095460a084015161337e91600160401b90046001600160a01b031690612757565b8061339657815183516133919190612757565b505050565b82516001600160801b031615613391578251604051630852cd8d60e31b81526001600160801b0390911660048201527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906342966c68906024015f604051808303815f87803b158015613410575f5ffd5b505af1158015613422573d5f5f3e3d5ffd5b50505050505050565b5f64ffffffffff821115612ce6576040516306dfcc6560e41b81526028600482015260248101839052604401610cac565b5f806134916001600160401b037f00000000000000000000000000000000000000000000000000000000000000001685614cdd565b90505f848464ffffffffff16116134a857846134b1565b8364ffffffffff165b90508181106117a75781612da3565b604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201527f2bd5af9ee9fa1f0a7517853d71cfc160db46009177af5a82ed09c5510532c342918101919091527fc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc660608201524660808201526001600160a01b03821660a08201525f9060c001612572565b7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005c15610c6957604051633ee5aeb560e01b815260040160405180910390fd5b80825d5050565b604080517fd20acd84cbc6fbac876ddbaf125aa7d07ea6fbba9a5b608809f89b8f312a504760208201529081018290525f90606001612572565b5f6135e4848484613e11565b509095945050505050565b5f6135fa8383613e58565b801561203f5750604051633367cca560e01b81526001600160a01b0384811660048301527f00000000000000000000000000000000000000000000000000000000000000001690633367cca590602401602060405180830381865afa158015613665573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061203f9190614dcc565b5f5f875f01516001600160a01b031686602001516001600160a01b0316146136ba576324b7d7c360e21b9150613795565b86546001600160a01b03811690600160a01b90046001600160401b0316816136ee575063b08fc1cb60e01b92506137959050565b806001600160401b031642106137105750631a563f6b60e31b92506137959050565b61371b8787876135d8565b92505f826001600160a01b0316846001600160a01b0316148061377f57506001600160a01b03841615801590613760575060038a01546001600160a01b038581169116145b801561377f575060038a0154600160a01b90046001600160401b031642105b90508061379157639a7d38d960e01b94505b5050505b965096945050505050565b5f5f6137bc835f0151865f01518560400151866060015161175c565b5f818152600360205260409020600181015460808601519293509091816001600160581b0316816001600160801b031611158061381757506137fe8260801c90565b6001600160401b03168660a001516001600160401b0316105b1561383057506351f48d1d60e01b935061203f92505050565b61383a8260c01c90565b63ffffffff1615801561385557508760e00151866040015114155b1561390a576040868101519051630e29a66960e21b815260048101919091527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906338a699a490602401602060405180830381865afa1580156138c3573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906138e79190614dcc565b6138ff5750630b33a25760e31b935061203f92505050565b604086015160e08901525b60018701546001600160801b0380821691600160801b9004168181036139405750634a01821d60e01b955061203f945050505050565b5f6139786139576001600160581b0387168661498d565b6001600160801b031661396a848661498d565b6001600160801b0316613f1f565b90508a60400151811115613995575060408a015160016101008c01525b805f036139b357506307e9bf9360e41b965061203f95505050505050565b6139bd8183614bb3565b60018b0180546001600160801b03928316600160801b029216919091179055604089015160608a01516139f2918d9184613f34565b6139fc8560c01c90565b63ffffffff1615613a1157613a118786613fcb565b60c0890151865560a0890151613a2a9086908390614066565b9450848660010181905550613a4c8982878e6020015164ffffffffff166140cf565b505f9a9950505050505050505050565b5f7f00000000000000000000000000000000000000000000000000000000000000007f00000000000000000000000000000000000000000000000000000000000000007f00000000000000000000000000000000000000000000000000000000000000007f0000000000000000000000000000000000000000000000000000000000000000613b0b7f000000000000000000000000000000000000000000000000000000000000000042614a38565b613b159190614a38565b613b1f9190614a38565b613b299190614a38565b613b339190614a38565b60028501549091505f90600160e01b900460ff1680613b6657506002850154600160a01b90046001600160401b03164210155b8015613b7e57506002850154600160f01b900460ff16155b85549091505f906001600160a01b03858116911614801590613bac57506003860154600160e01b900460ff16155b90508115613bf157855467ffffffffffffffff60a01b1916600160a01b6001600160401b0385160217865560028601805462ff00ff60e01b19166201000160e01b1790555b8015613c2f5760038601805460ff60e01b196001600160401b038616600160a01b021668ffffffffffffffffff60a01b1990911617600160e01b1790555b8180613c385750805b156127dd5784602001516001600160a01b0316855f01517fc5492ea5f451217211611df9dc5b1e136b80edc9dde1f156706a342fc0b9b4c484613c7b575f613c7d565b855b84613c88575f613c8a565b865b604080516001600160401b0393841681529290911660208301520160405180910390a3505050505050565b60408051630b135d3f60e11b808252600482018690526024820192909252604481018390525f91908390818660648301375f82606483010152601f820160051c60051b915060205f60648401838b5afa9050825f5114601f3d111681169350505050949350505050565b6001600160a01b0381165f9081526001602052604081208054829182613d4483614de7565b909155506040805146602082015230918101919091526001600160a01b03851660608201526080810182905290915060a001604051602081830303815290604052805190602001209150915091565b600b80546001600160a01b038381166001600160a01b0319831681179093556040519116919082907f8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0905f90a35050565b5f61203f612710613e0261ffff85166001600160801b038716614d2f565b613e0c9190614b37565b612cb3565b5f80806041849003613e45578435602086013560408701355f1a613e37898285856141ae565b955095509550505050613e4f565b505f915060029050825b93509350939050565b5f6001600160a01b03831615801590613e7957506001600160a01b03821615155b801561203f5750604051630426716760e31b81526001600160a01b038481166004830152808416917f0000000000000000000000000000000000000000000000000000000000000000909116906321338b3890602401602060405180830381865afa158015613eea573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190613f0e9190614dff565b6001600160a01b0316149392505050565b5f818310613f2d578161203f565b5090919050565b828460800151141580613f5d5750816001600160a01b03168460a001516001600160a01b031614155b15613f8257613f6b84612c18565b608084018390526001600160a01b03821660a08501525b808460c001818151613f949190614cdd565b905250606084018051829190613fab908390614cdd565b905250604084018051829190613fc2908390614b4a565b90525050505050565b5f6001613fd88360c01c90565b613fe29190614bd2565b5f84815260046020526040812063ffffffff9290921692509081614007600285614b37565b81526020019081526020015f2090506002826140239190614e1a565b5f036140475780546001600160801b0319166001600160801b038416178155611b9d565b8281546001600160801b03918216600160801b02911617815550505050565b5f6117a76140748486614e2d565b42846140808860c01c90565b61408b906001614e4c565b6001600160581b03841664ffffffffff60581b605885901b161767ffffffffffffffff60801b608084901b161763ffffffff60c01b60c083901b1617949350505050565b836040015184602001516001600160a01b0316855f01517f3f748321e16fff0a9674a1c6de2055b799950cd39ee2497ea6f3b8d795b3e825876060015188608001518960a001518a60c001518a6141238b90565b600161412f8d60c01c90565b6141399190614bd2565b604080516001600160a01b0390981688526001600160801b0396871660208901526001600160401b03958616908801526060870193909352931660808501526001600160581b0390921660a084015263ffffffff90911660c0830152861660e08201526101000160405180910390a450505050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411156141e757505f9150600390508261426c565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa158015614238573d5f5f3e3d5ffd5b5050604051601f1901519150506001600160a01b03811661426357505f92506001915082905061426c565b92505f91508190505b9450945094915050565b6001600160a01b0381168114610dd1575f5ffd5b80356001600160401b0381168114612752575f5ffd5b5f5f5f5f608085870312156142b3575f5ffd5b84356142be81614276565b93506020850135925060408501356142d581614276565b91506142e36060860161428a565b905092959194509250565b60608101610aa1828461ffff815116825261ffff602082015116602083015261ffff60408201511660408301525050565b5f60e0828403128015614330575f5ffd5b509092915050565b5f60208284031215614348575f5ffd5b5035919050565b81516001600160a01b0390811682526020808401516001600160401b0316908301526040808401519091169082015260608083015161010083019161439e908401826001600160401b03169052565b5060808301516143b960808401826001600160a01b03169052565b5060a08301516143d460a08401826001600160401b03169052565b5060c08301516143ef60c08401826001600160801b03169052565b5060e083015161440a60e08401826001600160801b03169052565b5092915050565b60808101614442828561ffff815116825261ffff602082015116602083015261ffff60408201511660408301525050565b6001600160401b03831660608301529392505050565b5f6060828403128015614330575f5ffd5b5f5f83601f840112614479575f5ffd5b5081356001600160401b0381111561448f575f5ffd5b6020830191508360208260051b85010111156144a9575f5ffd5b9250929050565b5f5f83601f8401126144c0575f5ffd5b5081356001600160401b038111156144d6575f5ffd5b6020830191508360208285010111156144a9575f5ffd5b5f5f5f5f5f5f5f6080888a031215614503575f5ffd5b873561450e81614276565b965060208801356001600160401b03811115614528575f5ffd5b8801601f81018a13614538575f5ffd5b80356001600160401b0381111561454d575f5ffd5b8a602060e083028401011115614561575f5ffd5b6020919091019650945060408801356001600160401b03811115614583575f5ffd5b61458f8a828b01614469565b90955093505060608801356001600160401b038111156145ad575f5ffd5b6145b98a828b016144b0565b989b979a50959850939692959293505050565b5f610120820190506001600160401b0383511682526001600160401b036020840151166020830152604083015161460e60408401826001600160401b03169052565b50606083015161462960608401826001600160401b03169052565b50608083015161464460808401826001600160401b03169052565b5060a083015161465f60a08401826001600160401b03169052565b5060c083015161467a60c08401826001600160401b03169052565b5060e083015161469060e084018261ffff169052565b5061010083015161440a61010084018263ffffffff169052565b5f602082840312156146ba575f5ffd5b813561203f81614276565b80356001600160801b0381168114612752575f5ffd5b5f5f5f5f5f5f5f60c0888a0312156146f1575f5ffd5b87356146fc81614276565b9650602088013561470c81614276565b955061471a604089016146c5565b94506147286060890161428a565b93506147366080890161428a565b925060a08801356001600160401b038111156145ad575f5ffd5b8015158114610dd1575f5ffd5b5f6020828403121561476d575f5ffd5b813561203f81614750565b5f5f5f5f6080858703121561478b575f5ffd5b84359350602085013561479d81614276565b92506040850135915060608501356147b481614276565b939692955090935050565b5f5f604083850312156147d0575f5ffd5b82359150602083013563ffffffff811681146147ea575f5ffd5b809150509250929050565b5f5f60408385031215614806575f5ffd5b82359150614816602084016146c5565b90509250929050565b5f5f60408385031215614830575f5ffd5b8235915060208301356147ea81614276565b5f5f5f60608486031215614854575f5ffd5b833561485f81614276565b925061486d602085016146c5565b915061487b6040850161428a565b90509250925092565b5f5f60408385031215614895575f5ffd5b82356148a081614276565b91506148166020840161428a565b634e487b7160e01b5f52604160045260245ffd5b60405160e081016001600160401b03811182821017156148f057634e487b7160e01b5f52604160045260245ffd5b60405290565b5f60e0828403128015614907575f5ffd5b506149106148c2565b82358152602083013561492281614276565b602082015260408381013590820152606083013561493f81614276565b6060820152614950608084016146c5565b608082015261496160a0840161428a565b60a082015260c0928301359281019290925250919050565b634e487b7160e01b5f52601160045260245ffd5b6001600160801b038281168282160390811115610aa157610aa1614979565b61ffff81168114610dd1575f5ffd5b5f60608284031280156149cc575f5ffd5b50604051606081016001600160401b03811182821017156149fb57634e487b7160e01b5f52604160045260245ffd5b6040528235614a09816149ac565b81526020830135614a19816149ac565b60208201526040830135614a2c816149ac565b60408201529392505050565b6001600160401b038181168382160190811115610aa157610aa1614979565b8135614a62816149ac565b81546020840135614a72816149ac565b6040850135614a80816149ac565b65ffff000000008160201b1661ffff851665ffffffffffff1985161763ffff00008460101b1617178555505050505050565b608081018335614ac1816149ac565b61ffff1682526020840135614ad5816149ac565b61ffff1660208301526040840135614aec816149ac565b61ffff1660408301526001600160401b0392909216606090910152919050565b5f60208284031215614b1c575f5ffd5b5051919050565b634e487b7160e01b5f52601260045260245ffd5b5f82614b4557614b45614b23565b500490565b81810381811115610aa157610aa1614979565b634e487b7160e01b5f52603260045260245ffd5b5f5f8335601e19843603018112614b86575f5ffd5b8301803591506001600160401b03821115614b9f575f5ffd5b6020019150368190038213156144a9575f5ffd5b6001600160801b038181168382160190811115610aa157610aa1614979565b63ffffffff8281168282160390811115610aa157610aa1614979565b5f63ffffffff831680614c0357614c03614b23565b8063ffffffff84160491505092915050565b5f63ffffffff831680614c2a57614c2a614b23565b8063ffffffff84160691505092915050565b5f610120820190506001600160401b03861682526001600160801b03851660208301526001600160801b0384511660408301526001600160801b0360208501511660608301526001600160801b0360408501511660808301526001600160801b0360608501511660a08301526001600160801b0360808501511660c08301526001600160801b0360a08501511660e0830152612da361010083018415159052565b80820180821115610aa157610aa1614979565b6001600160a01b039290921682526001600160801b0316602082015260400190565b64ffffffffff8181168382160190811115610aa157610aa1614979565b8082028115828204841417610aa157610aa1614979565b81515f90829060208501835b82811015614d70578151845260209384019390910190600101614d52565b509195945050505050565b5f5f5f5f60808587031215614d8e575f5ffd5b8451614d9981614276565b6020860151909450614daa816149ac565b6040860151909350614dbb81614276565b60608601519092506147b4816149ac565b5f60208284031215614ddc575f5ffd5b815161203f81614750565b5f60018201614df857614df8614979565b5060010190565b5f60208284031215614e0f575f5ffd5b815161203f81614276565b5f82614e2857614e28614b23565b500690565b6001600160581b038181168382160190811115610aa157610aa1614979565b63ffffffff8181168382160190811115610aa157610aa161497956",
}

// Market is an auto generated Go binding around an Ethereum contract.
type Market struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Market) GetABI() abi.ABI {
	return c.abi
}

// NewMarket creates a new instance of Market.
func NewMarket() *Market {
	parsed, err := MarketMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Market{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Market) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address jobs, (address,address,address,address) neighbours_, address owner_, address treasury_, (uint16,uint16,uint16) shares_, (uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint16,uint32) timing_) returns()
func (market *Market) PackConstructor(jobs common.Address, neighbours_ Neighbours, owner_ common.Address, treasury_ common.Address, shares_ Shares, timing_ Timing) []byte {
	enc, err := market.abi.Pack("", jobs, neighbours_, owner_, treasury_, shares_, timing_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAcceptJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4c48af4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function acceptJob((bytes32,bytes32,address,address,uint64) acceptance, bytes signature) returns()
func (market *Market) PackAcceptJob(acceptance Acceptance, signature []byte) []byte {
	enc, err := market.abi.Pack("acceptJob", acceptance, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAcceptJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4c48af4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function acceptJob((bytes32,bytes32,address,address,uint64) acceptance, bytes signature) returns()
func (market *Market) TryPackAcceptJob(acceptance Acceptance, signature []byte) ([]byte, error) {
	return market.abi.Pack("acceptJob", acceptance, signature)
}

// PackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79ba5097.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function acceptOwnership() returns()
func (market *Market) PackAcceptOwnership() []byte {
	enc, err := market.abi.Pack("acceptOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAcceptOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x79ba5097.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function acceptOwnership() returns()
func (market *Market) TryPackAcceptOwnership() ([]byte, error) {
	return market.abi.Pack("acceptOwnership")
}

// PackApplyShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8e0a9b7e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function applyShares() returns()
func (market *Market) PackApplyShares() []byte {
	enc, err := market.abi.Pack("applyShares")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApplyShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8e0a9b7e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function applyShares() returns()
func (market *Market) TryPackApplyShares() ([]byte, error) {
	return market.abi.Pack("applyShares")
}

// PackApplyTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2ffbfe80.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function applyTreasury() returns()
func (market *Market) PackApplyTreasury() []byte {
	enc, err := market.abi.Pack("applyTreasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApplyTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2ffbfe80.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function applyTreasury() returns()
func (market *Market) TryPackApplyTreasury() ([]byte, error) {
	return market.abi.Pack("applyTreasury")
}

// PackChangeDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc06aa367.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function changeDelegate(bytes32 channel, address delegate) returns()
func (market *Market) PackChangeDelegate(channel [32]byte, delegate common.Address) []byte {
	enc, err := market.abi.Pack("changeDelegate", channel, delegate)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChangeDelegate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc06aa367.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function changeDelegate(bytes32 channel, address delegate) returns()
func (market *Market) TryPackChangeDelegate(channel [32]byte, delegate common.Address) ([]byte, error) {
	return market.abi.Pack("changeDelegate", channel, delegate)
}

// PackChannelOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x171a2a7d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function channelOf(bytes32 channel) view returns((address,uint64,address,uint64,address,uint64,uint128,uint128))
func (market *Market) PackChannelOf(channel [32]byte) []byte {
	enc, err := market.abi.Pack("channelOf", channel)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChannelOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x171a2a7d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function channelOf(bytes32 channel) view returns((address,uint64,address,uint64,address,uint64,uint128,uint128))
func (market *Market) TryPackChannelOf(channel [32]byte) ([]byte, error) {
	return market.abi.Pack("channelOf", channel)
}

// UnpackChannelOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x171a2a7d.
//
// Solidity: function channelOf(bytes32 channel) view returns((address,uint64,address,uint64,address,uint64,uint128,uint128))
func (market *Market) UnpackChannelOf(data []byte) (Channel, error) {
	out, err := market.abi.Unpack("channelOf", data)
	if err != nil {
		return *new(Channel), err
	}
	out0 := *abi.ConvertType(out[0], new(Channel)).(*Channel)
	return out0, nil
}

// PackCheckpointOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87994d88.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function checkpointOf(bytes32 line, uint32 index) view returns((uint128,uint64))
func (market *Market) PackCheckpointOf(line [32]byte, index uint32) []byte {
	enc, err := market.abi.Pack("checkpointOf", line, index)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCheckpointOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87994d88.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function checkpointOf(bytes32 line, uint32 index) view returns((uint128,uint64))
func (market *Market) TryPackCheckpointOf(line [32]byte, index uint32) ([]byte, error) {
	return market.abi.Pack("checkpointOf", line, index)
}

// UnpackCheckpointOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x87994d88.
//
// Solidity: function checkpointOf(bytes32 line, uint32 index) view returns((uint128,uint64))
func (market *Market) UnpackCheckpointOf(data []byte) (Checkpoint, error) {
	out, err := market.abi.Unpack("checkpointOf", data)
	if err != nil {
		return *new(Checkpoint), err
	}
	out0 := *abi.ConvertType(out[0], new(Checkpoint)).(*Checkpoint)
	return out0, nil
}

// PackCloseChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4c2ee09d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function closeChannel(bytes32 channel) returns()
func (market *Market) PackCloseChannel(channel [32]byte) []byte {
	enc, err := market.abi.Pack("closeChannel", channel)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCloseChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4c2ee09d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function closeChannel(bytes32 channel) returns()
func (market *Market) TryPackCloseChannel(channel [32]byte) ([]byte, error) {
	return market.abi.Pack("closeChannel", channel)
}

// PackCreditEpochOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c0fc451.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function creditEpochOf(address provider) view returns(uint64)
func (market *Market) PackCreditEpochOf(provider common.Address) []byte {
	enc, err := market.abi.Pack("creditEpochOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreditEpochOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9c0fc451.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function creditEpochOf(address provider) view returns(uint64)
func (market *Market) TryPackCreditEpochOf(provider common.Address) ([]byte, error) {
	return market.abi.Pack("creditEpochOf", provider)
}

// UnpackCreditEpochOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9c0fc451.
//
// Solidity: function creditEpochOf(address provider) view returns(uint64)
func (market *Market) UnpackCreditEpochOf(data []byte) (uint64, error) {
	out, err := market.abi.Unpack("creditEpochOf", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackCreditOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x00867671.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function creditOf(address provider, bytes32 modelVersion, address relayer, uint64 epoch) view returns(uint128 amount, uint64 maturesAt, bool forfeited)
func (market *Market) PackCreditOf(provider common.Address, modelVersion [32]byte, relayer common.Address, epoch uint64) []byte {
	enc, err := market.abi.Pack("creditOf", provider, modelVersion, relayer, epoch)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCreditOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x00867671.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function creditOf(address provider, bytes32 modelVersion, address relayer, uint64 epoch) view returns(uint128 amount, uint64 maturesAt, bool forfeited)
func (market *Market) TryPackCreditOf(provider common.Address, modelVersion [32]byte, relayer common.Address, epoch uint64) ([]byte, error) {
	return market.abi.Pack("creditOf", provider, modelVersion, relayer, epoch)
}

// CreditOfOutput serves as a container for the return parameters of contract
// method CreditOf.
type CreditOfOutput struct {
	Amount    *big.Int
	MaturesAt uint64
	Forfeited bool
}

// UnpackCreditOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x00867671.
//
// Solidity: function creditOf(address provider, bytes32 modelVersion, address relayer, uint64 epoch) view returns(uint128 amount, uint64 maturesAt, bool forfeited)
func (market *Market) UnpackCreditOf(data []byte) (CreditOfOutput, error) {
	out, err := market.abi.Unpack("creditOf", data)
	outstruct := new(CreditOfOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Amount = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.MaturesAt = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	outstruct.Forfeited = *abi.ConvertType(out[2], new(bool)).(*bool)
	return *outstruct, nil
}

// PackDeliverJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0e484973.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function deliverJob(bytes32 job, (bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt, bytes signature, uint32[] output) returns()
func (market *Market) PackDeliverJob(job [32]byte, receipt Receipt, signature []byte, output []uint32) []byte {
	enc, err := market.abi.Pack("deliverJob", job, receipt, signature, output)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDeliverJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0e484973.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function deliverJob(bytes32 job, (bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt, bytes signature, uint32[] output) returns()
func (market *Market) TryPackDeliverJob(job [32]byte, receipt Receipt, signature []byte, output []uint32) ([]byte, error) {
	return market.abi.Pack("deliverJob", job, receipt, signature, output)
}

// PackDisproveJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb2aa3604.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function disproveJob(bytes32 job) returns()
func (market *Market) PackDisproveJob(job [32]byte) []byte {
	enc, err := market.abi.Pack("disproveJob", job)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDisproveJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb2aa3604.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function disproveJob(bytes32 job) returns()
func (market *Market) TryPackDisproveJob(job [32]byte) ([]byte, error) {
	return market.abi.Pack("disproveJob", job)
}

// PackDomainSeparator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf698da25.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function domainSeparator() view returns(bytes32)
func (market *Market) PackDomainSeparator() []byte {
	enc, err := market.abi.Pack("domainSeparator")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDomainSeparator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf698da25.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function domainSeparator() view returns(bytes32)
func (market *Market) TryPackDomainSeparator() ([]byte, error) {
	return market.abi.Pack("domainSeparator")
}

// UnpackDomainSeparator is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf698da25.
//
// Solidity: function domainSeparator() view returns(bytes32)
func (market *Market) UnpackDomainSeparator(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("domainSeparator", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackFinalizeJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xea8212d9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function finalizeJob(bytes32 job) returns()
func (market *Market) PackFinalizeJob(job [32]byte) []byte {
	enc, err := market.abi.Pack("finalizeJob", job)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFinalizeJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xea8212d9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function finalizeJob(bytes32 job) returns()
func (market *Market) TryPackFinalizeJob(job [32]byte) ([]byte, error) {
	return market.abi.Pack("finalizeJob", job)
}

// PackForfeit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf66e88b1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function forfeit(address provider) returns()
func (market *Market) PackForfeit(provider common.Address) []byte {
	enc, err := market.abi.Pack("forfeit", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackForfeit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf66e88b1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function forfeit(address provider) returns()
func (market *Market) TryPackForfeit(provider common.Address) ([]byte, error) {
	return market.abi.Pack("forfeit", provider)
}

// PackHashReceipt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6b4ea1a9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function hashReceipt((bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt) view returns(bytes32)
func (market *Market) PackHashReceipt(receipt Receipt) []byte {
	enc, err := market.abi.Pack("hashReceipt", receipt)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHashReceipt is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6b4ea1a9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function hashReceipt((bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt) view returns(bytes32)
func (market *Market) TryPackHashReceipt(receipt Receipt) ([]byte, error) {
	return market.abi.Pack("hashReceipt", receipt)
}

// UnpackHashReceipt is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6b4ea1a9.
//
// Solidity: function hashReceipt((bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt) view returns(bytes32)
func (market *Market) UnpackHashReceipt(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("hashReceipt", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackHashRequest is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaae33989.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function hashRequest((bytes32,bytes32,address,bytes32,uint32,uint32,bytes32,uint128,uint128,uint128,uint64,uint8,bytes32) request) view returns(bytes32)
func (market *Market) PackHashRequest(request Request) []byte {
	enc, err := market.abi.Pack("hashRequest", request)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHashRequest is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaae33989.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function hashRequest((bytes32,bytes32,address,bytes32,uint32,uint32,bytes32,uint128,uint128,uint128,uint64,uint8,bytes32) request) view returns(bytes32)
func (market *Market) TryPackHashRequest(request Request) ([]byte, error) {
	return market.abi.Pack("hashRequest", request)
}

// UnpackHashRequest is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xaae33989.
//
// Solidity: function hashRequest((bytes32,bytes32,address,bytes32,uint32,uint32,bytes32,uint128,uint128,uint128,uint64,uint8,bytes32) request) view returns(bytes32)
func (market *Market) UnpackHashRequest(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("hashRequest", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackHashVoucher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x05caa6bc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function hashVoucher((bytes32,address,bytes32,address,uint128,uint64,bytes32) voucher) view returns(bytes32)
func (market *Market) PackHashVoucher(voucher Voucher) []byte {
	enc, err := market.abi.Pack("hashVoucher", voucher)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHashVoucher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x05caa6bc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function hashVoucher((bytes32,address,bytes32,address,uint128,uint64,bytes32) voucher) view returns(bytes32)
func (market *Market) TryPackHashVoucher(voucher Voucher) ([]byte, error) {
	return market.abi.Pack("hashVoucher", voucher)
}

// UnpackHashVoucher is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x05caa6bc.
//
// Solidity: function hashVoucher((bytes32,address,bytes32,address,uint128,uint64,bytes32) voucher) view returns(bytes32)
func (market *Market) UnpackHashVoucher(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("hashVoucher", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackHoldCredit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef76335a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function holdCredit(address provider, uint64 until) returns()
func (market *Market) PackHoldCredit(provider common.Address, until uint64) []byte {
	enc, err := market.abi.Pack("holdCredit", provider, until)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHoldCredit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef76335a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function holdCredit(address provider, uint64 until) returns()
func (market *Market) TryPackHoldCredit(provider common.Address, until uint64) ([]byte, error) {
	return market.abi.Pack("holdCredit", provider, until)
}

// PackIsPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb187bd26.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isPaused() view returns(bool)
func (market *Market) PackIsPaused() []byte {
	enc, err := market.abi.Pack("isPaused")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsPaused is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb187bd26.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isPaused() view returns(bool)
func (market *Market) TryPackIsPaused() ([]byte, error) {
	return market.abi.Pack("isPaused")
}

// UnpackIsPaused is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb187bd26.
//
// Solidity: function isPaused() view returns(bool)
func (market *Market) UnpackIsPaused(data []byte) (bool, error) {
	out, err := market.abi.Unpack("isPaused", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackJobOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaffe000e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function jobOf(bytes32 job) view returns((address,uint8,uint64,address,uint64,uint32,address,bool,bool,bytes32,bytes32,bytes32,bytes32,uint32,uint8,uint128,uint128,address,bool,bool,uint32,uint32,uint128,uint128,uint64) v)
func (market *Market) PackJobOf(job [32]byte) []byte {
	enc, err := market.abi.Pack("jobOf", job)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJobOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaffe000e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function jobOf(bytes32 job) view returns((address,uint8,uint64,address,uint64,uint32,address,bool,bool,bytes32,bytes32,bytes32,bytes32,uint32,uint8,uint128,uint128,address,bool,bool,uint32,uint32,uint128,uint128,uint64) v)
func (market *Market) TryPackJobOf(job [32]byte) ([]byte, error) {
	return market.abi.Pack("jobOf", job)
}

// UnpackJobOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xaffe000e.
//
// Solidity: function jobOf(bytes32 job) view returns((address,uint8,uint64,address,uint64,uint32,address,bool,bool,bytes32,bytes32,bytes32,bytes32,uint32,uint8,uint128,uint128,address,bool,bool,uint32,uint32,uint128,uint128,uint64) v)
func (market *Market) UnpackJobOf(data []byte) (Job, error) {
	out, err := market.abi.Unpack("jobOf", data)
	if err != nil {
		return *new(Job), err
	}
	out0 := *abi.ConvertType(out[0], new(Job)).(*Job)
	return out0, nil
}

// PackJobsCode is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8a3082e3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function jobsCode() view returns(address)
func (market *Market) PackJobsCode() []byte {
	enc, err := market.abi.Pack("jobsCode")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJobsCode is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8a3082e3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function jobsCode() view returns(address)
func (market *Market) TryPackJobsCode() ([]byte, error) {
	return market.abi.Pack("jobsCode")
}

// UnpackJobsCode is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8a3082e3.
//
// Solidity: function jobsCode() view returns(address)
func (market *Market) UnpackJobsCode(data []byte) (common.Address, error) {
	out, err := market.abi.Unpack("jobsCode", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackLineId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x744c39dc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lineId(bytes32 channel, address provider, bytes32 modelVersion, address relayer) pure returns(bytes32)
func (market *Market) PackLineId(channel [32]byte, provider common.Address, modelVersion [32]byte, relayer common.Address) []byte {
	enc, err := market.abi.Pack("lineId", channel, provider, modelVersion, relayer)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLineId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x744c39dc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lineId(bytes32 channel, address provider, bytes32 modelVersion, address relayer) pure returns(bytes32)
func (market *Market) TryPackLineId(channel [32]byte, provider common.Address, modelVersion [32]byte, relayer common.Address) ([]byte, error) {
	return market.abi.Pack("lineId", channel, provider, modelVersion, relayer)
}

// UnpackLineId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x744c39dc.
//
// Solidity: function lineId(bytes32 channel, address provider, bytes32 modelVersion, address relayer) pure returns(bytes32)
func (market *Market) UnpackLineId(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("lineId", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackLineOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd435d78c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lineOf(bytes32 line) view returns((bytes32,uint128,uint64,uint32))
func (market *Market) PackLineOf(line [32]byte) []byte {
	enc, err := market.abi.Pack("lineOf", line)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLineOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd435d78c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lineOf(bytes32 line) view returns((bytes32,uint128,uint64,uint32))
func (market *Market) TryPackLineOf(line [32]byte) ([]byte, error) {
	return market.abi.Pack("lineOf", line)
}

// UnpackLineOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd435d78c.
//
// Solidity: function lineOf(bytes32 line) view returns((bytes32,uint128,uint64,uint32))
func (market *Market) UnpackLineOf(data []byte) (Line, error) {
	out, err := market.abi.Unpack("lineOf", data)
	if err != nil {
		return *new(Line), err
	}
	out0 := *abi.ConvertType(out[0], new(Line)).(*Line)
	return out0, nil
}

// PackMature is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x98a9c062.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mature(address provider, bytes32 modelVersion, address relayer, uint64 epoch) returns()
func (market *Market) PackMature(provider common.Address, modelVersion [32]byte, relayer common.Address, epoch uint64) []byte {
	enc, err := market.abi.Pack("mature", provider, modelVersion, relayer, epoch)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMature is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x98a9c062.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mature(address provider, bytes32 modelVersion, address relayer, uint64 epoch) returns()
func (market *Market) TryPackMature(provider common.Address, modelVersion [32]byte, relayer common.Address, epoch uint64) ([]byte, error) {
	return market.abi.Pack("mature", provider, modelVersion, relayer, epoch)
}

// PackNeighbours is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7798113.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function neighbours() view returns((address,address,address,address))
func (market *Market) PackNeighbours() []byte {
	enc, err := market.abi.Pack("neighbours")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNeighbours is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb7798113.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function neighbours() view returns((address,address,address,address))
func (market *Market) TryPackNeighbours() ([]byte, error) {
	return market.abi.Pack("neighbours")
}

// UnpackNeighbours is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb7798113.
//
// Solidity: function neighbours() view returns((address,address,address,address))
func (market *Market) UnpackNeighbours(data []byte) (Neighbours, error) {
	out, err := market.abi.Unpack("neighbours", data)
	if err != nil {
		return *new(Neighbours), err
	}
	out0 := *abi.ConvertType(out[0], new(Neighbours)).(*Neighbours)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address account) view returns(uint256)
func (market *Market) PackNonces(account common.Address) []byte {
	enc, err := market.abi.Pack("nonces", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address account) view returns(uint256)
func (market *Market) TryPackNonces(account common.Address) ([]byte, error) {
	return market.abi.Pack("nonces", account)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address account) view returns(uint256)
func (market *Market) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := market.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOpenChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xca1d8b94.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function openChannel(address delegate, uint128 amount, uint64 expiry) returns(bytes32 channel)
func (market *Market) PackOpenChannel(delegate common.Address, amount *big.Int, expiry uint64) []byte {
	enc, err := market.abi.Pack("openChannel", delegate, amount, expiry)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpenChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xca1d8b94.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function openChannel(address delegate, uint128 amount, uint64 expiry) returns(bytes32 channel)
func (market *Market) TryPackOpenChannel(delegate common.Address, amount *big.Int, expiry uint64) ([]byte, error) {
	return market.abi.Pack("openChannel", delegate, amount, expiry)
}

// UnpackOpenChannel is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xca1d8b94.
//
// Solidity: function openChannel(address delegate, uint128 amount, uint64 expiry) returns(bytes32 channel)
func (market *Market) UnpackOpenChannel(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("openChannel", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackOpenChannelFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x630da795.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function openChannelFor(address requester, address delegate, uint128 amount, uint64 expiry, uint64 deadline, bytes signature) returns(bytes32 channel)
func (market *Market) PackOpenChannelFor(requester common.Address, delegate common.Address, amount *big.Int, expiry uint64, deadline uint64, signature []byte) []byte {
	enc, err := market.abi.Pack("openChannelFor", requester, delegate, amount, expiry, deadline, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpenChannelFor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x630da795.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function openChannelFor(address requester, address delegate, uint128 amount, uint64 expiry, uint64 deadline, bytes signature) returns(bytes32 channel)
func (market *Market) TryPackOpenChannelFor(requester common.Address, delegate common.Address, amount *big.Int, expiry uint64, deadline uint64, signature []byte) ([]byte, error) {
	return market.abi.Pack("openChannelFor", requester, delegate, amount, expiry, deadline, signature)
}

// UnpackOpenChannelFor is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x630da795.
//
// Solidity: function openChannelFor(address requester, address delegate, uint128 amount, uint64 expiry, uint64 deadline, bytes signature) returns(bytes32 channel)
func (market *Market) UnpackOpenChannelFor(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("openChannelFor", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owner() view returns(address)
func (market *Market) PackOwner() []byte {
	enc, err := market.abi.Pack("owner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x8da5cb5b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owner() view returns(address)
func (market *Market) TryPackOwner() ([]byte, error) {
	return market.abi.Pack("owner")
}

// UnpackOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x8da5cb5b.
//
// Solidity: function owner() view returns(address)
func (market *Market) UnpackOwner(data []byte) (common.Address, error) {
	out, err := market.abi.Unpack("owner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPauseNewRequests is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6f5d5fc9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pauseNewRequests(bool paused) returns()
func (market *Market) PackPauseNewRequests(paused bool) []byte {
	enc, err := market.abi.Pack("pauseNewRequests", paused)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPauseNewRequests is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6f5d5fc9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pauseNewRequests(bool paused) returns()
func (market *Market) TryPackPauseNewRequests(paused bool) ([]byte, error) {
	return market.abi.Pack("pauseNewRequests", paused)
}

// PackPendingOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf44136a1.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingOf(address provider) view returns(uint256)
func (market *Market) PackPendingOf(provider common.Address) []byte {
	enc, err := market.abi.Pack("pendingOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf44136a1.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingOf(address provider) view returns(uint256)
func (market *Market) TryPackPendingOf(provider common.Address) ([]byte, error) {
	return market.abi.Pack("pendingOf", provider)
}

// UnpackPendingOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf44136a1.
//
// Solidity: function pendingOf(address provider) view returns(uint256)
func (market *Market) UnpackPendingOf(data []byte) (*big.Int, error) {
	out, err := market.abi.Unpack("pendingOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPendingOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe30c3978.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pendingOwner() view returns(address)
func (market *Market) PackPendingOwner() []byte {
	enc, err := market.abi.Pack("pendingOwner")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPendingOwner is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe30c3978.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pendingOwner() view returns(address)
func (market *Market) TryPackPendingOwner() ([]byte, error) {
	return market.abi.Pack("pendingOwner")
}

// UnpackPendingOwner is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe30c3978.
//
// Solidity: function pendingOwner() view returns(address)
func (market *Market) UnpackPendingOwner(data []byte) (common.Address, error) {
	out, err := market.abi.Unpack("pendingOwner", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRedeem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4eb0b182.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function redeem(address provider, (bytes32,address,bytes32,address,uint128,uint64,bytes32)[] vouchers, bytes[] signatures, bytes consent) returns(uint128 paid)
func (market *Market) PackRedeem(provider common.Address, vouchers []Voucher, signatures [][]byte, consent []byte) []byte {
	enc, err := market.abi.Pack("redeem", provider, vouchers, signatures, consent)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRedeem is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4eb0b182.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function redeem(address provider, (bytes32,address,bytes32,address,uint128,uint64,bytes32)[] vouchers, bytes[] signatures, bytes consent) returns(uint128 paid)
func (market *Market) TryPackRedeem(provider common.Address, vouchers []Voucher, signatures [][]byte, consent []byte) ([]byte, error) {
	return market.abi.Pack("redeem", provider, vouchers, signatures, consent)
}

// UnpackRedeem is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4eb0b182.
//
// Solidity: function redeem(address provider, (bytes32,address,bytes32,address,uint128,uint64,bytes32)[] vouchers, bytes[] signatures, bytes consent) returns(uint128 paid)
func (market *Market) UnpackRedeem(data []byte) (*big.Int, error) {
	out, err := market.abi.Unpack("redeem", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRefundJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x33358bd3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refundJob(bytes32 job) returns()
func (market *Market) PackRefundJob(job [32]byte) []byte {
	enc, err := market.abi.Pack("refundJob", job)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefundJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x33358bd3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refundJob(bytes32 job) returns()
func (market *Market) TryPackRefundJob(job [32]byte) ([]byte, error) {
	return market.abi.Pack("refundJob", job)
}

// PackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function renounceOwnership() returns()
func (market *Market) PackRenounceOwnership() []byte {
	enc, err := market.abi.Pack("renounceOwnership")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRenounceOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x715018a6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function renounceOwnership() returns()
func (market *Market) TryPackRenounceOwnership() ([]byte, error) {
	return market.abi.Pack("renounceOwnership")
}

// PackRequestJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x831ae252.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function requestJob((bytes32,uint32[],uint32,bytes,uint128,uint128,uint128,uint64,bytes32,address,uint32,bool) order) returns(bytes32 job)
func (market *Market) PackRequestJob(order JobOrder) []byte {
	enc, err := market.abi.Pack("requestJob", order)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRequestJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x831ae252.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function requestJob((bytes32,uint32[],uint32,bytes,uint128,uint128,uint128,uint64,bytes32,address,uint32,bool) order) returns(bytes32 job)
func (market *Market) TryPackRequestJob(order JobOrder) ([]byte, error) {
	return market.abi.Pack("requestJob", order)
}

// UnpackRequestJob is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x831ae252.
//
// Solidity: function requestJob((bytes32,uint32[],uint32,bytes,uint128,uint128,uint128,uint64,bytes32,address,uint32,bool) order) returns(bytes32 job)
func (market *Market) UnpackRequestJob(data []byte) ([32]byte, error) {
	out, err := market.abi.Unpack("requestJob", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackRunCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12677671.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function runCallback(bytes32 job, uint32[] output) returns()
func (market *Market) PackRunCallback(job [32]byte, output []uint32) []byte {
	enc, err := market.abi.Pack("runCallback", job, output)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRunCallback is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12677671.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function runCallback(bytes32 job, uint32[] output) returns()
func (market *Market) TryPackRunCallback(job [32]byte, output []uint32) ([]byte, error) {
	return market.abi.Pack("runCallback", job, output)
}

// PackScheduleShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3c93a313.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function scheduleShares((uint16,uint16,uint16) shares_) returns()
func (market *Market) PackScheduleShares(shares Shares) []byte {
	enc, err := market.abi.Pack("scheduleShares", shares)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackScheduleShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3c93a313.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function scheduleShares((uint16,uint16,uint16) shares_) returns()
func (market *Market) TryPackScheduleShares(shares Shares) ([]byte, error) {
	return market.abi.Pack("scheduleShares", shares)
}

// PackScheduleTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x543f99a8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function scheduleTreasury(address treasury_) returns()
func (market *Market) PackScheduleTreasury(treasury common.Address) []byte {
	enc, err := market.abi.Pack("scheduleTreasury", treasury)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackScheduleTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x543f99a8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function scheduleTreasury(address treasury_) returns()
func (market *Market) TryPackScheduleTreasury(treasury common.Address) ([]byte, error) {
	return market.abi.Pack("scheduleTreasury", treasury)
}

// PackScheduledShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25985c6e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function scheduledShares() view returns((uint16,uint16,uint16) next, uint64 effectiveAt)
func (market *Market) PackScheduledShares() []byte {
	enc, err := market.abi.Pack("scheduledShares")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackScheduledShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x25985c6e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function scheduledShares() view returns((uint16,uint16,uint16) next, uint64 effectiveAt)
func (market *Market) TryPackScheduledShares() ([]byte, error) {
	return market.abi.Pack("scheduledShares")
}

// ScheduledSharesOutput serves as a container for the return parameters of contract
// method ScheduledShares.
type ScheduledSharesOutput struct {
	Next        Shares
	EffectiveAt uint64
}

// UnpackScheduledShares is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x25985c6e.
//
// Solidity: function scheduledShares() view returns((uint16,uint16,uint16) next, uint64 effectiveAt)
func (market *Market) UnpackScheduledShares(data []byte) (ScheduledSharesOutput, error) {
	out, err := market.abi.Unpack("scheduledShares", data)
	outstruct := new(ScheduledSharesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Next = *abi.ConvertType(out[0], new(Shares)).(*Shares)
	outstruct.EffectiveAt = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	return *outstruct, nil
}

// PackScheduledTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3f28ce72.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function scheduledTreasury() view returns(address next, uint64 effectiveAt)
func (market *Market) PackScheduledTreasury() []byte {
	enc, err := market.abi.Pack("scheduledTreasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackScheduledTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3f28ce72.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function scheduledTreasury() view returns(address next, uint64 effectiveAt)
func (market *Market) TryPackScheduledTreasury() ([]byte, error) {
	return market.abi.Pack("scheduledTreasury")
}

// ScheduledTreasuryOutput serves as a container for the return parameters of contract
// method ScheduledTreasury.
type ScheduledTreasuryOutput struct {
	Next        common.Address
	EffectiveAt uint64
}

// UnpackScheduledTreasury is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3f28ce72.
//
// Solidity: function scheduledTreasury() view returns(address next, uint64 effectiveAt)
func (market *Market) UnpackScheduledTreasury(data []byte) (ScheduledTreasuryOutput, error) {
	out, err := market.abi.Unpack("scheduledTreasury", data)
	outstruct := new(ScheduledTreasuryOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Next = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.EffectiveAt = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	return *outstruct, nil
}

// PackShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x03314efa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function shares() view returns((uint16,uint16,uint16))
func (market *Market) PackShares() []byte {
	enc, err := market.abi.Pack("shares")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackShares is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x03314efa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function shares() view returns((uint16,uint16,uint16))
func (market *Market) TryPackShares() ([]byte, error) {
	return market.abi.Pack("shares")
}

// UnpackShares is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x03314efa.
//
// Solidity: function shares() view returns((uint16,uint16,uint16))
func (market *Market) UnpackShares(data []byte) (Shares, error) {
	out, err := market.abi.Unpack("shares", data)
	if err != nil {
		return *new(Shares), err
	}
	out0 := *abi.ConvertType(out[0], new(Shares)).(*Shares)
	return out0, nil
}

// PackSweepChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36d3a793.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function sweepChannel(bytes32 channel) returns()
func (market *Market) PackSweepChannel(channel [32]byte) []byte {
	enc, err := market.abi.Pack("sweepChannel", channel)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSweepChannel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36d3a793.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function sweepChannel(bytes32 channel) returns()
func (market *Market) TryPackSweepChannel(channel [32]byte) ([]byte, error) {
	return market.abi.Pack("sweepChannel", channel)
}

// PackTiming is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4fba5adf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function timing() view returns((uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint16,uint32))
func (market *Market) PackTiming() []byte {
	enc, err := market.abi.Pack("timing")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTiming is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4fba5adf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function timing() view returns((uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint16,uint32))
func (market *Market) TryPackTiming() ([]byte, error) {
	return market.abi.Pack("timing")
}

// UnpackTiming is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4fba5adf.
//
// Solidity: function timing() view returns((uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint16,uint32))
func (market *Market) UnpackTiming(data []byte) (Timing, error) {
	out, err := market.abi.Unpack("timing", data)
	if err != nil {
		return *new(Timing), err
	}
	out0 := *abi.ConvertType(out[0], new(Timing)).(*Timing)
	return out0, nil
}

// PackTopUp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9f6f687a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function topUp(bytes32 channel, uint128 amount) returns()
func (market *Market) PackTopUp(channel [32]byte, amount *big.Int) []byte {
	enc, err := market.abi.Pack("topUp", channel, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTopUp is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9f6f687a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function topUp(bytes32 channel, uint128 amount) returns()
func (market *Market) TryPackTopUp(channel [32]byte, amount *big.Int) ([]byte, error) {
	return market.abi.Pack("topUp", channel, amount)
}

// PackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (market *Market) PackTransferOwnership(newOwner common.Address) []byte {
	enc, err := market.abi.Pack("transferOwnership", newOwner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferOwnership is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf2fde38b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferOwnership(address newOwner) returns()
func (market *Market) TryPackTransferOwnership(newOwner common.Address) ([]byte, error) {
	return market.abi.Pack("transferOwnership", newOwner)
}

// PackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function treasury() view returns(address)
func (market *Market) PackTreasury() []byte {
	enc, err := market.abi.Pack("treasury")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTreasury is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x61d027b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function treasury() view returns(address)
func (market *Market) TryPackTreasury() ([]byte, error) {
	return market.abi.Pack("treasury")
}

// UnpackTreasury is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x61d027b3.
//
// Solidity: function treasury() view returns(address)
func (market *Market) UnpackTreasury(data []byte) (common.Address, error) {
	out, err := market.abi.Unpack("treasury", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// MarketChannelClosing represents a ChannelClosing event raised by the Market contract.
type MarketChannelClosing struct {
	Channel   [32]byte
	Requester common.Address
	ClosesAt  uint64
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketChannelClosingEventName = "ChannelClosing"

// ContractEventName returns the user-defined event name.
func (MarketChannelClosing) ContractEventName() string {
	return MarketChannelClosingEventName
}

// UnpackChannelClosingEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ChannelClosing(bytes32 indexed channel, address indexed requester, uint64 closesAt)
func (market *Market) UnpackChannelClosingEvent(log *types.Log) (*MarketChannelClosing, error) {
	event := "ChannelClosing"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketChannelClosing)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketChannelOpened represents a ChannelOpened event raised by the Market contract.
type MarketChannelOpened struct {
	Channel   [32]byte
	Requester common.Address
	Delegate  common.Address
	Deposit   *big.Int
	Expiry    uint64
	Nonce     *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketChannelOpenedEventName = "ChannelOpened"

// ContractEventName returns the user-defined event name.
func (MarketChannelOpened) ContractEventName() string {
	return MarketChannelOpenedEventName
}

// UnpackChannelOpenedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ChannelOpened(bytes32 indexed channel, address indexed requester, address indexed delegate, uint128 deposit, uint64 expiry, uint256 nonce)
func (market *Market) UnpackChannelOpenedEvent(log *types.Log) (*MarketChannelOpened, error) {
	event := "ChannelOpened"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketChannelOpened)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketChannelSwept represents a ChannelSwept event raised by the Market contract.
type MarketChannelSwept struct {
	Channel   [32]byte
	Requester common.Address
	Refunded  *big.Int
	Paid      *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketChannelSweptEventName = "ChannelSwept"

// ContractEventName returns the user-defined event name.
func (MarketChannelSwept) ContractEventName() string {
	return MarketChannelSweptEventName
}

// UnpackChannelSweptEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ChannelSwept(bytes32 indexed channel, address indexed requester, uint128 refunded, uint128 paid)
func (market *Market) UnpackChannelSweptEvent(log *types.Log) (*MarketChannelSwept, error) {
	event := "ChannelSwept"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketChannelSwept)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketChannelToppedUp represents a ChannelToppedUp event raised by the Market contract.
type MarketChannelToppedUp struct {
	Channel [32]byte
	Payer   common.Address
	Amount  *big.Int
	Deposit *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const MarketChannelToppedUpEventName = "ChannelToppedUp"

// ContractEventName returns the user-defined event name.
func (MarketChannelToppedUp) ContractEventName() string {
	return MarketChannelToppedUpEventName
}

// UnpackChannelToppedUpEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ChannelToppedUp(bytes32 indexed channel, address indexed payer, uint128 amount, uint128 deposit)
func (market *Market) UnpackChannelToppedUpEvent(log *types.Log) (*MarketChannelToppedUp, error) {
	event := "ChannelToppedUp"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketChannelToppedUp)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketCreditForfeited represents a CreditForfeited event raised by the Market contract.
type MarketCreditForfeited struct {
	Provider     common.Address
	ThroughEpoch uint64
	Time         uint64
	Raw          *types.Log // Blockchain specific contextual infos
}

const MarketCreditForfeitedEventName = "CreditForfeited"

// ContractEventName returns the user-defined event name.
func (MarketCreditForfeited) ContractEventName() string {
	return MarketCreditForfeitedEventName
}

// UnpackCreditForfeitedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CreditForfeited(address indexed provider, uint64 throughEpoch, uint64 time)
func (market *Market) UnpackCreditForfeitedEvent(log *types.Log) (*MarketCreditForfeited, error) {
	event := "CreditForfeited"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketCreditForfeited)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketCreditHeld represents a CreditHeld event raised by the Market contract.
type MarketCreditHeld struct {
	Provider common.Address
	Until    uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const MarketCreditHeldEventName = "CreditHeld"

// ContractEventName returns the user-defined event name.
func (MarketCreditHeld) ContractEventName() string {
	return MarketCreditHeldEventName
}

// UnpackCreditHeldEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CreditHeld(address indexed provider, uint64 until)
func (market *Market) UnpackCreditHeldEvent(log *types.Log) (*MarketCreditHeld, error) {
	event := "CreditHeld"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketCreditHeld)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketCreditMatured represents a CreditMatured event raised by the Market contract.
type MarketCreditMatured struct {
	ModelVersion [32]byte
	Provider     common.Address
	Relayer      common.Address
	Epoch        uint64
	Amount       *big.Int
	Split        Split
	Forfeited    bool
	Raw          *types.Log // Blockchain specific contextual infos
}

const MarketCreditMaturedEventName = "CreditMatured"

// ContractEventName returns the user-defined event name.
func (MarketCreditMatured) ContractEventName() string {
	return MarketCreditMaturedEventName
}

// UnpackCreditMaturedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CreditMatured(bytes32 indexed modelVersion, address indexed provider, address indexed relayer, uint64 epoch, uint128 amount, (uint128,uint128,uint128,uint128,uint128,uint128) split, bool forfeited)
func (market *Market) UnpackCreditMaturedEvent(log *types.Log) (*MarketCreditMatured, error) {
	event := "CreditMatured"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketCreditMatured)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketDelegateChanged represents a DelegateChanged event raised by the Market contract.
type MarketDelegateChanged struct {
	Channel   [32]byte
	Delegate  common.Address
	Retiring  common.Address
	RetiresAt uint64
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketDelegateChangedEventName = "DelegateChanged"

// ContractEventName returns the user-defined event name.
func (MarketDelegateChanged) ContractEventName() string {
	return MarketDelegateChangedEventName
}

// UnpackDelegateChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event DelegateChanged(bytes32 indexed channel, address indexed delegate, address indexed retiring, uint64 retiresAt)
func (market *Market) UnpackDelegateChangedEvent(log *types.Log) (*MarketDelegateChanged, error) {
	event := "DelegateChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketDelegateChanged)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketGraceExtended represents a GraceExtended event raised by the Market contract.
type MarketGraceExtended struct {
	Channel   [32]byte
	Provider  common.Address
	ClosesAt  uint64
	RetiresAt uint64
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketGraceExtendedEventName = "GraceExtended"

// ContractEventName returns the user-defined event name.
func (MarketGraceExtended) ContractEventName() string {
	return MarketGraceExtendedEventName
}

// UnpackGraceExtendedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event GraceExtended(bytes32 indexed channel, address indexed provider, uint64 closesAt, uint64 retiresAt)
func (market *Market) UnpackGraceExtendedEvent(log *types.Log) (*MarketGraceExtended, error) {
	event := "GraceExtended"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketGraceExtended)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobAccepted represents a JobAccepted event raised by the Market contract.
type MarketJobAccepted struct {
	Job      [32]byte
	Provider common.Address
	Operator common.Address
	Relayer  common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const MarketJobAcceptedEventName = "JobAccepted"

// ContractEventName returns the user-defined event name.
func (MarketJobAccepted) ContractEventName() string {
	return MarketJobAcceptedEventName
}

// UnpackJobAcceptedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobAccepted(bytes32 indexed job, address indexed provider, address indexed operator, address relayer)
func (market *Market) UnpackJobAcceptedEvent(log *types.Log) (*MarketJobAccepted, error) {
	event := "JobAccepted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobAccepted)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobCallback represents a JobCallback event raised by the Market contract.
type MarketJobCallback struct {
	Job     [32]byte
	Target  common.Address
	Success bool
	Raw     *types.Log // Blockchain specific contextual infos
}

const MarketJobCallbackEventName = "JobCallback"

// ContractEventName returns the user-defined event name.
func (MarketJobCallback) ContractEventName() string {
	return MarketJobCallbackEventName
}

// UnpackJobCallbackEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobCallback(bytes32 indexed job, address indexed target, bool success)
func (market *Market) UnpackJobCallbackEvent(log *types.Log) (*MarketJobCallback, error) {
	event := "JobCallback"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobCallback)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobDelivered represents a JobDelivered event raised by the Market contract.
type MarketJobDelivered struct {
	Job             [32]byte
	Provider        common.Address
	Receipt         Receipt
	Output          []uint32
	DisputableUntil uint64
	Raw             *types.Log // Blockchain specific contextual infos
}

const MarketJobDeliveredEventName = "JobDelivered"

// ContractEventName returns the user-defined event name.
func (MarketJobDelivered) ContractEventName() string {
	return MarketJobDeliveredEventName
}

// UnpackJobDeliveredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobDelivered(bytes32 indexed job, address indexed provider, (bytes32,address,uint64,bytes32,uint32,uint8,bytes32,uint128,uint64) receipt, uint32[] output, uint64 disputableUntil)
func (market *Market) UnpackJobDeliveredEvent(log *types.Log) (*MarketJobDelivered, error) {
	event := "JobDelivered"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobDelivered)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobDisproved represents a JobDisproved event raised by the Market contract.
type MarketJobDisproved struct {
	Job      [32]byte
	Provider common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const MarketJobDisprovedEventName = "JobDisproved"

// ContractEventName returns the user-defined event name.
func (MarketJobDisproved) ContractEventName() string {
	return MarketJobDisprovedEventName
}

// UnpackJobDisprovedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobDisproved(bytes32 indexed job, address indexed provider)
func (market *Market) UnpackJobDisprovedEvent(log *types.Log) (*MarketJobDisproved, error) {
	event := "JobDisproved"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobDisproved)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobFinalized represents a JobFinalized event raised by the Market contract.
type MarketJobFinalized struct {
	Job       [32]byte
	Provider  common.Address
	Fee       *big.Int
	Refunded  *big.Int
	Split     Split
	Forfeited bool
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketJobFinalizedEventName = "JobFinalized"

// ContractEventName returns the user-defined event name.
func (MarketJobFinalized) ContractEventName() string {
	return MarketJobFinalizedEventName
}

// UnpackJobFinalizedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobFinalized(bytes32 indexed job, address indexed provider, uint128 fee, uint128 refunded, (uint128,uint128,uint128,uint128,uint128,uint128) split, bool forfeited)
func (market *Market) UnpackJobFinalizedEvent(log *types.Log) (*MarketJobFinalized, error) {
	event := "JobFinalized"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobFinalized)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobRefunded represents a JobRefunded event raised by the Market contract.
type MarketJobRefunded struct {
	Job       [32]byte
	Requester common.Address
	Refunded  *big.Int
	Provider  common.Address
	Penalty   *big.Int
	Raw       *types.Log // Blockchain specific contextual infos
}

const MarketJobRefundedEventName = "JobRefunded"

// ContractEventName returns the user-defined event name.
func (MarketJobRefunded) ContractEventName() string {
	return MarketJobRefundedEventName
}

// UnpackJobRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobRefunded(bytes32 indexed job, address indexed requester, uint128 refunded, address indexed provider, uint256 penalty)
func (market *Market) UnpackJobRefundedEvent(log *types.Log) (*MarketJobRefunded, error) {
	event := "JobRefunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobRefunded)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketJobRequested represents a JobRequested event raised by the Market contract.
type MarketJobRequested struct {
	Job          [32]byte
	Requester    common.Address
	ModelVersion [32]byte
	Request      Request
	Order        JobOrder
	Raw          *types.Log // Blockchain specific contextual infos
}

const MarketJobRequestedEventName = "JobRequested"

// ContractEventName returns the user-defined event name.
func (MarketJobRequested) ContractEventName() string {
	return MarketJobRequestedEventName
}

// UnpackJobRequestedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event JobRequested(bytes32 indexed job, address indexed requester, bytes32 indexed modelVersion, (bytes32,bytes32,address,bytes32,uint32,uint32,bytes32,uint128,uint128,uint128,uint64,uint8,bytes32) request, (bytes32,uint32[],uint32,bytes,uint128,uint128,uint128,uint64,bytes32,address,uint32,bool) order)
func (market *Market) UnpackJobRequestedEvent(log *types.Log) (*MarketJobRequested, error) {
	event := "JobRequested"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketJobRequested)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketOwnershipTransferStarted represents a OwnershipTransferStarted event raised by the Market contract.
type MarketOwnershipTransferStarted struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const MarketOwnershipTransferStartedEventName = "OwnershipTransferStarted"

// ContractEventName returns the user-defined event name.
func (MarketOwnershipTransferStarted) ContractEventName() string {
	return MarketOwnershipTransferStartedEventName
}

// UnpackOwnershipTransferStartedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner)
func (market *Market) UnpackOwnershipTransferStartedEvent(log *types.Log) (*MarketOwnershipTransferStarted, error) {
	event := "OwnershipTransferStarted"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketOwnershipTransferStarted)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketOwnershipTransferred represents a OwnershipTransferred event raised by the Market contract.
type MarketOwnershipTransferred struct {
	PreviousOwner common.Address
	NewOwner      common.Address
	Raw           *types.Log // Blockchain specific contextual infos
}

const MarketOwnershipTransferredEventName = "OwnershipTransferred"

// ContractEventName returns the user-defined event name.
func (MarketOwnershipTransferred) ContractEventName() string {
	return MarketOwnershipTransferredEventName
}

// UnpackOwnershipTransferredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)
func (market *Market) UnpackOwnershipTransferredEvent(log *types.Log) (*MarketOwnershipTransferred, error) {
	event := "OwnershipTransferred"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketOwnershipTransferred)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketPausedNewRequests represents a PausedNewRequests event raised by the Market contract.
type MarketPausedNewRequests struct {
	Paused bool
	Raw    *types.Log // Blockchain specific contextual infos
}

const MarketPausedNewRequestsEventName = "PausedNewRequests"

// ContractEventName returns the user-defined event name.
func (MarketPausedNewRequests) ContractEventName() string {
	return MarketPausedNewRequestsEventName
}

// UnpackPausedNewRequestsEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event PausedNewRequests(bool paused)
func (market *Market) UnpackPausedNewRequestsEvent(log *types.Log) (*MarketPausedNewRequests, error) {
	event := "PausedNewRequests"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketPausedNewRequests)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketSharesChanged represents a SharesChanged event raised by the Market contract.
type MarketSharesChanged struct {
	Shares Shares
	Raw    *types.Log // Blockchain specific contextual infos
}

const MarketSharesChangedEventName = "SharesChanged"

// ContractEventName returns the user-defined event name.
func (MarketSharesChanged) ContractEventName() string {
	return MarketSharesChangedEventName
}

// UnpackSharesChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SharesChanged((uint16,uint16,uint16) shares)
func (market *Market) UnpackSharesChangedEvent(log *types.Log) (*MarketSharesChanged, error) {
	event := "SharesChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketSharesChanged)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketSharesScheduled represents a SharesScheduled event raised by the Market contract.
type MarketSharesScheduled struct {
	Shares      Shares
	EffectiveAt uint64
	Raw         *types.Log // Blockchain specific contextual infos
}

const MarketSharesScheduledEventName = "SharesScheduled"

// ContractEventName returns the user-defined event name.
func (MarketSharesScheduled) ContractEventName() string {
	return MarketSharesScheduledEventName
}

// UnpackSharesScheduledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SharesScheduled((uint16,uint16,uint16) shares, uint64 effectiveAt)
func (market *Market) UnpackSharesScheduledEvent(log *types.Log) (*MarketSharesScheduled, error) {
	event := "SharesScheduled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketSharesScheduled)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketTreasuryChanged represents a TreasuryChanged event raised by the Market contract.
type MarketTreasuryChanged struct {
	Treasury common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const MarketTreasuryChangedEventName = "TreasuryChanged"

// ContractEventName returns the user-defined event name.
func (MarketTreasuryChanged) ContractEventName() string {
	return MarketTreasuryChangedEventName
}

// UnpackTreasuryChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TreasuryChanged(address indexed treasury)
func (market *Market) UnpackTreasuryChangedEvent(log *types.Log) (*MarketTreasuryChanged, error) {
	event := "TreasuryChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketTreasuryChanged)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketTreasuryScheduled represents a TreasuryScheduled event raised by the Market contract.
type MarketTreasuryScheduled struct {
	Treasury    common.Address
	EffectiveAt uint64
	Raw         *types.Log // Blockchain specific contextual infos
}

const MarketTreasuryScheduledEventName = "TreasuryScheduled"

// ContractEventName returns the user-defined event name.
func (MarketTreasuryScheduled) ContractEventName() string {
	return MarketTreasuryScheduledEventName
}

// UnpackTreasuryScheduledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event TreasuryScheduled(address indexed treasury, uint64 effectiveAt)
func (market *Market) UnpackTreasuryScheduledEvent(log *types.Log) (*MarketTreasuryScheduled, error) {
	event := "TreasuryScheduled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketTreasuryScheduled)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketVoucherRedeemed represents a VoucherRedeemed event raised by the Market contract.
type MarketVoucherRedeemed struct {
	Channel      [32]byte
	Provider     common.Address
	ModelVersion [32]byte
	Relayer      common.Address
	Total        *big.Int
	Count        uint64
	ReceiptsRoot [32]byte
	Amount       *big.Int
	Paid         *big.Int
	Checkpoint   uint32
	Epoch        uint64
	Raw          *types.Log // Blockchain specific contextual infos
}

const MarketVoucherRedeemedEventName = "VoucherRedeemed"

// ContractEventName returns the user-defined event name.
func (MarketVoucherRedeemed) ContractEventName() string {
	return MarketVoucherRedeemedEventName
}

// UnpackVoucherRedeemedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VoucherRedeemed(bytes32 indexed channel, address indexed provider, bytes32 indexed modelVersion, address relayer, uint128 total, uint64 count, bytes32 receiptsRoot, uint128 amount, uint128 paid, uint32 checkpoint, uint64 epoch)
func (market *Market) UnpackVoucherRedeemedEvent(log *types.Log) (*MarketVoucherRedeemed, error) {
	event := "VoucherRedeemed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketVoucherRedeemed)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// MarketVoucherRejected represents a VoucherRejected event raised by the Market contract.
type MarketVoucherRejected struct {
	Channel     [32]byte
	Provider    common.Address
	VoucherHash [32]byte
	Reason      [4]byte
	Raw         *types.Log // Blockchain specific contextual infos
}

const MarketVoucherRejectedEventName = "VoucherRejected"

// ContractEventName returns the user-defined event name.
func (MarketVoucherRejected) ContractEventName() string {
	return MarketVoucherRejectedEventName
}

// UnpackVoucherRejectedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event VoucherRejected(bytes32 indexed channel, address indexed provider, bytes32 voucherHash, bytes4 reason)
func (market *Market) UnpackVoucherRejectedEvent(log *types.Log) (*MarketVoucherRejected, error) {
	event := "VoucherRejected"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != market.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(MarketVoucherRejected)
	if len(log.Data) > 0 {
		if err := market.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range market.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (market *Market) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], market.abi.Errors["AcceptanceExpired"].ID.Bytes()[:4]) {
		return market.UnpackAcceptanceExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["AmountTooHigh"].ID.Bytes()[:4]) {
		return market.UnpackAmountTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["AnswerDisproved"].ID.Bytes()[:4]) {
		return market.UnpackAnswerDisprovedError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BadExpiry"].ID.Bytes()[:4]) {
		return market.UnpackBadExpiryError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BadParams"].ID.Bytes()[:4]) {
		return market.UnpackBadParamsError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BadPrompt"].ID.Bytes()[:4]) {
		return market.UnpackBadPromptError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BadSignature"].ID.Bytes()[:4]) {
		return market.UnpackBadSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BadWiring"].ID.Bytes()[:4]) {
		return market.UnpackBadWiringError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["BatchEmpty"].ID.Bytes()[:4]) {
		return market.UnpackBatchEmptyError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["CallbackAlreadyDone"].ID.Bytes()[:4]) {
		return market.UnpackCallbackAlreadyDoneError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["CallbackGasTooHigh"].ID.Bytes()[:4]) {
		return market.UnpackCallbackGasTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["CallbackNotOpen"].ID.Bytes()[:4]) {
		return market.UnpackCallbackNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ChannelAlreadySwept"].ID.Bytes()[:4]) {
		return market.UnpackChannelAlreadySweptError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ChannelClosed"].ID.Bytes()[:4]) {
		return market.UnpackChannelClosedError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ChannelEmpty"].ID.Bytes()[:4]) {
		return market.UnpackChannelEmptyError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ChannelNotSweepable"].ID.Bytes()[:4]) {
		return market.UnpackChannelNotSweepableError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["CreditNotMature"].ID.Bytes()[:4]) {
		return market.UnpackCreditNotMatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["DelegateRetiring"].ID.Bytes()[:4]) {
		return market.UnpackDelegateRetiringError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["DisputeWindowOpen"].ID.Bytes()[:4]) {
		return market.UnpackDisputeWindowOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ExposureTooHigh"].ID.Bytes()[:4]) {
		return market.UnpackExposureTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["FeeAboveMax"].ID.Bytes()[:4]) {
		return market.UnpackFeeAboveMaxError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["FeeMismatch"].ID.Bytes()[:4]) {
		return market.UnpackFeeMismatchError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["InsufficientCallbackGas"].ID.Bytes()[:4]) {
		return market.UnpackInsufficientCallbackGasError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["JobDeadlineOpen"].ID.Bytes()[:4]) {
		return market.UnpackJobDeadlineOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["JobDeadlinePassed"].ID.Bytes()[:4]) {
		return market.UnpackJobDeadlinePassedError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["LengthMismatch"].ID.Bytes()[:4]) {
		return market.UnpackLengthMismatchError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NoCredit"].ID.Bytes()[:4]) {
		return market.UnpackNoCreditError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NotOperator"].ID.Bytes()[:4]) {
		return market.UnpackNotOperatorError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NotProvenClass"].ID.Bytes()[:4]) {
		return market.UnpackNotProvenClassError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NotRequester"].ID.Bytes()[:4]) {
		return market.UnpackNotRequesterError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NotSlasher"].ID.Bytes()[:4]) {
		return market.UnpackNotSlasherError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["NothingScheduled"].ID.Bytes()[:4]) {
		return market.UnpackNothingScheduledError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["OutputTooLong"].ID.Bytes()[:4]) {
		return market.UnpackOutputTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["OwnableInvalidOwner"].ID.Bytes()[:4]) {
		return market.UnpackOwnableInvalidOwnerError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["OwnableUnauthorizedAccount"].ID.Bytes()[:4]) {
		return market.UnpackOwnableUnauthorizedAccountError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["Paused"].ID.Bytes()[:4]) {
		return market.UnpackPausedError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ReceiptMismatch"].ID.Bytes()[:4]) {
		return market.UnpackReceiptMismatchError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ReentrancyGuardReentrantCall"].ID.Bytes()[:4]) {
		return market.UnpackReentrancyGuardReentrantCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["SafeCastOverflowedUintDowncast"].ID.Bytes()[:4]) {
		return market.UnpackSafeCastOverflowedUintDowncastError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ScheduleExpired"].ID.Bytes()[:4]) {
		return market.UnpackScheduleExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["SharesTooHigh"].ID.Bytes()[:4]) {
		return market.UnpackSharesTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["SignatureExpired"].ID.Bytes()[:4]) {
		return market.UnpackSignatureExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["TimelockOpen"].ID.Bytes()[:4]) {
		return market.UnpackTimelockOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["UnknownChannel"].ID.Bytes()[:4]) {
		return market.UnpackUnknownChannelError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["UnknownCheckpoint"].ID.Bytes()[:4]) {
		return market.UnpackUnknownCheckpointError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["UnknownJob"].ID.Bytes()[:4]) {
		return market.UnpackUnknownJobError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["UnknownModelVersion"].ID.Bytes()[:4]) {
		return market.UnpackUnknownModelVersionError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["UnsafeTiming"].ID.Bytes()[:4]) {
		return market.UnpackUnsafeTimingError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["VoucherNotHigher"].ID.Bytes()[:4]) {
		return market.UnpackVoucherNotHigherError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["WrongJobState"].ID.Bytes()[:4]) {
		return market.UnpackWrongJobStateError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["WrongOutput"].ID.Bytes()[:4]) {
		return market.UnpackWrongOutputError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["WrongProvider"].ID.Bytes()[:4]) {
		return market.UnpackWrongProviderError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["WrongRequest"].ID.Bytes()[:4]) {
		return market.UnpackWrongRequestError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return market.UnpackZeroAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], market.abi.Errors["ZeroAmount"].ID.Bytes()[:4]) {
		return market.UnpackZeroAmountError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// MarketAcceptanceExpired represents a AcceptanceExpired error raised by the Market contract.
type MarketAcceptanceExpired struct {
	ValidUntil uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AcceptanceExpired(uint64 validUntil)
func MarketAcceptanceExpiredErrorID() common.Hash {
	return common.HexToHash("0x94cc0f982dea33cc0d439f5058b884071e7c0bfa2765a32159a647e85badad94")
}

// UnpackAcceptanceExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AcceptanceExpired(uint64 validUntil)
func (market *Market) UnpackAcceptanceExpiredError(raw []byte) (*MarketAcceptanceExpired, error) {
	out := new(MarketAcceptanceExpired)
	if err := market.abi.UnpackIntoInterface(out, "AcceptanceExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketAmountTooHigh represents a AmountTooHigh error raised by the Market contract.
type MarketAmountTooHigh struct {
	Amount *big.Int
	Limit  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AmountTooHigh(uint256 amount, uint256 limit)
func MarketAmountTooHighErrorID() common.Hash {
	return common.HexToHash("0x1f08c7c55c34352ecfb8855b9b72f240625abc0ef78a8fed0c3b23765590451e")
}

// UnpackAmountTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AmountTooHigh(uint256 amount, uint256 limit)
func (market *Market) UnpackAmountTooHighError(raw []byte) (*MarketAmountTooHigh, error) {
	out := new(MarketAmountTooHigh)
	if err := market.abi.UnpackIntoInterface(out, "AmountTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketAnswerDisproved represents a AnswerDisproved error raised by the Market contract.
type MarketAnswerDisproved struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AnswerDisproved(bytes32 job)
func MarketAnswerDisprovedErrorID() common.Hash {
	return common.HexToHash("0xf419d3b513f27b23e8dd04bda2fe75ec798b9f4e0342404d23c9e3d8f70e24ec")
}

// UnpackAnswerDisprovedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AnswerDisproved(bytes32 job)
func (market *Market) UnpackAnswerDisprovedError(raw []byte) (*MarketAnswerDisproved, error) {
	out := new(MarketAnswerDisproved)
	if err := market.abi.UnpackIntoInterface(out, "AnswerDisproved", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBadExpiry represents a BadExpiry error raised by the Market contract.
type MarketBadExpiry struct {
	Expiry uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadExpiry(uint64 expiry)
func MarketBadExpiryErrorID() common.Hash {
	return common.HexToHash("0x115d3d426c17c3e2eb531c245ef6ed2a5879ff7034c340e5e1e9ee60cd9abcac")
}

// UnpackBadExpiryError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadExpiry(uint64 expiry)
func (market *Market) UnpackBadExpiryError(raw []byte) (*MarketBadExpiry, error) {
	out := new(MarketBadExpiry)
	if err := market.abi.UnpackIntoInterface(out, "BadExpiry", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBadParams represents a BadParams error raised by the Market contract.
type MarketBadParams struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadParams(uint256 length)
func MarketBadParamsErrorID() common.Hash {
	return common.HexToHash("0xcc34a05ab77a1a88e5319c7a6f3a6bc4e466d49ceb14be895307e03344a99e32")
}

// UnpackBadParamsError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadParams(uint256 length)
func (market *Market) UnpackBadParamsError(raw []byte) (*MarketBadParams, error) {
	out := new(MarketBadParams)
	if err := market.abi.UnpackIntoInterface(out, "BadParams", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBadPrompt represents a BadPrompt error raised by the Market contract.
type MarketBadPrompt struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadPrompt(uint256 length)
func MarketBadPromptErrorID() common.Hash {
	return common.HexToHash("0xe88d6bfa4ffc6601b1ed1e4320cc9a1b24bcb3004f2ad314714d6c15143afd02")
}

// UnpackBadPromptError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadPrompt(uint256 length)
func (market *Market) UnpackBadPromptError(raw []byte) (*MarketBadPrompt, error) {
	out := new(MarketBadPrompt)
	if err := market.abi.UnpackIntoInterface(out, "BadPrompt", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBadSignature represents a BadSignature error raised by the Market contract.
type MarketBadSignature struct {
	Signer common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadSignature(address signer)
func MarketBadSignatureErrorID() common.Hash {
	return common.HexToHash("0x9a7d38d94d3da0d5188ab778bbe9a3a38c77802b1bf2426c15740dc786da791d")
}

// UnpackBadSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadSignature(address signer)
func (market *Market) UnpackBadSignatureError(raw []byte) (*MarketBadSignature, error) {
	out := new(MarketBadSignature)
	if err := market.abi.UnpackIntoInterface(out, "BadSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBadWiring represents a BadWiring error raised by the Market contract.
type MarketBadWiring struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadWiring(string field)
func MarketBadWiringErrorID() common.Hash {
	return common.HexToHash("0xae69e47fc8b1541caaf278b97ca46f285d96194e0cb755b2b586ba92bca0c852")
}

// UnpackBadWiringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadWiring(string field)
func (market *Market) UnpackBadWiringError(raw []byte) (*MarketBadWiring, error) {
	out := new(MarketBadWiring)
	if err := market.abi.UnpackIntoInterface(out, "BadWiring", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketBatchEmpty represents a BatchEmpty error raised by the Market contract.
type MarketBatchEmpty struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BatchEmpty()
func MarketBatchEmptyErrorID() common.Hash {
	return common.HexToHash("0x50e980cc61cbc139cce5db720abf20938663aa742c8f1e42423e92f394698c2e")
}

// UnpackBatchEmptyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BatchEmpty()
func (market *Market) UnpackBatchEmptyError(raw []byte) (*MarketBatchEmpty, error) {
	out := new(MarketBatchEmpty)
	if err := market.abi.UnpackIntoInterface(out, "BatchEmpty", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketCallbackAlreadyDone represents a CallbackAlreadyDone error raised by the Market contract.
type MarketCallbackAlreadyDone struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CallbackAlreadyDone(bytes32 job)
func MarketCallbackAlreadyDoneErrorID() common.Hash {
	return common.HexToHash("0x49e245f1d67ef0ca868c2767b8efac4e5b34bf3889bda75db7a241f98c1d6829")
}

// UnpackCallbackAlreadyDoneError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CallbackAlreadyDone(bytes32 job)
func (market *Market) UnpackCallbackAlreadyDoneError(raw []byte) (*MarketCallbackAlreadyDone, error) {
	out := new(MarketCallbackAlreadyDone)
	if err := market.abi.UnpackIntoInterface(out, "CallbackAlreadyDone", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketCallbackGasTooHigh represents a CallbackGasTooHigh error raised by the Market contract.
type MarketCallbackGasTooHigh struct {
	Gas   *big.Int
	Limit *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CallbackGasTooHigh(uint256 gas, uint256 limit)
func MarketCallbackGasTooHighErrorID() common.Hash {
	return common.HexToHash("0x924121a79ccdfcb86f644c91c8bdc65b88f1c7a9d8fbb580e2bb765b81ba1b8b")
}

// UnpackCallbackGasTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CallbackGasTooHigh(uint256 gas, uint256 limit)
func (market *Market) UnpackCallbackGasTooHighError(raw []byte) (*MarketCallbackGasTooHigh, error) {
	out := new(MarketCallbackGasTooHigh)
	if err := market.abi.UnpackIntoInterface(out, "CallbackGasTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketCallbackNotOpen represents a CallbackNotOpen error raised by the Market contract.
type MarketCallbackNotOpen struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CallbackNotOpen(bytes32 job)
func MarketCallbackNotOpenErrorID() common.Hash {
	return common.HexToHash("0x9c0fc28fa563c0ae50c64bd4d1e4051bf1be574bdc440a8c86ab554d435ae314")
}

// UnpackCallbackNotOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CallbackNotOpen(bytes32 job)
func (market *Market) UnpackCallbackNotOpenError(raw []byte) (*MarketCallbackNotOpen, error) {
	out := new(MarketCallbackNotOpen)
	if err := market.abi.UnpackIntoInterface(out, "CallbackNotOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketChannelAlreadySwept represents a ChannelAlreadySwept error raised by the Market contract.
type MarketChannelAlreadySwept struct {
	Channel [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChannelAlreadySwept(bytes32 channel)
func MarketChannelAlreadySweptErrorID() common.Hash {
	return common.HexToHash("0xc885bf2752ada09c53497b895eaed91ceff3e7696f18b664f970d3035cdc2129")
}

// UnpackChannelAlreadySweptError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChannelAlreadySwept(bytes32 channel)
func (market *Market) UnpackChannelAlreadySweptError(raw []byte) (*MarketChannelAlreadySwept, error) {
	out := new(MarketChannelAlreadySwept)
	if err := market.abi.UnpackIntoInterface(out, "ChannelAlreadySwept", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketChannelClosed represents a ChannelClosed error raised by the Market contract.
type MarketChannelClosed struct {
	Channel  [32]byte
	ClosesAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChannelClosed(bytes32 channel, uint64 closesAt)
func MarketChannelClosedErrorID() common.Hash {
	return common.HexToHash("0xd2b1fb589a77e8500a25c038fcf363c0175357936dd26d734c3cb9119e77a94d")
}

// UnpackChannelClosedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChannelClosed(bytes32 channel, uint64 closesAt)
func (market *Market) UnpackChannelClosedError(raw []byte) (*MarketChannelClosed, error) {
	out := new(MarketChannelClosed)
	if err := market.abi.UnpackIntoInterface(out, "ChannelClosed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketChannelEmpty represents a ChannelEmpty error raised by the Market contract.
type MarketChannelEmpty struct {
	Channel [32]byte
	Deposit *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChannelEmpty(bytes32 channel, uint128 deposit)
func MarketChannelEmptyErrorID() common.Hash {
	return common.HexToHash("0x4a01821d5e98d20791df3cbbf27ba88243d95e0bd376d23cd024284d83e6a16f")
}

// UnpackChannelEmptyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChannelEmpty(bytes32 channel, uint128 deposit)
func (market *Market) UnpackChannelEmptyError(raw []byte) (*MarketChannelEmpty, error) {
	out := new(MarketChannelEmpty)
	if err := market.abi.UnpackIntoInterface(out, "ChannelEmpty", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketChannelNotSweepable represents a ChannelNotSweepable error raised by the Market contract.
type MarketChannelNotSweepable struct {
	Channel  [32]byte
	ClosesAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ChannelNotSweepable(bytes32 channel, uint64 closesAt)
func MarketChannelNotSweepableErrorID() common.Hash {
	return common.HexToHash("0x88aac3539fcd62779a21b7aff4a6fe135f129e933e0d5a4ed6c2801374c90139")
}

// UnpackChannelNotSweepableError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ChannelNotSweepable(bytes32 channel, uint64 closesAt)
func (market *Market) UnpackChannelNotSweepableError(raw []byte) (*MarketChannelNotSweepable, error) {
	out := new(MarketChannelNotSweepable)
	if err := market.abi.UnpackIntoInterface(out, "ChannelNotSweepable", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketCreditNotMature represents a CreditNotMature error raised by the Market contract.
type MarketCreditNotMature struct {
	Epoch     uint64
	MaturesAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error CreditNotMature(uint64 epoch, uint64 maturesAt)
func MarketCreditNotMatureErrorID() common.Hash {
	return common.HexToHash("0xa3371964f27c4cbbe06b74b8f387bcdb39bc49e4ec07162a7f9c418533eeccf1")
}

// UnpackCreditNotMatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error CreditNotMature(uint64 epoch, uint64 maturesAt)
func (market *Market) UnpackCreditNotMatureError(raw []byte) (*MarketCreditNotMature, error) {
	out := new(MarketCreditNotMature)
	if err := market.abi.UnpackIntoInterface(out, "CreditNotMature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketDelegateRetiring represents a DelegateRetiring error raised by the Market contract.
type MarketDelegateRetiring struct {
	Retiring  common.Address
	RetiresAt uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DelegateRetiring(address retiring, uint64 retiresAt)
func MarketDelegateRetiringErrorID() common.Hash {
	return common.HexToHash("0x2031ba9b86caf682a4d316fccc99e7ad9cd0229edab21072c97855e5dfa68704")
}

// UnpackDelegateRetiringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DelegateRetiring(address retiring, uint64 retiresAt)
func (market *Market) UnpackDelegateRetiringError(raw []byte) (*MarketDelegateRetiring, error) {
	out := new(MarketDelegateRetiring)
	if err := market.abi.UnpackIntoInterface(out, "DelegateRetiring", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketDisputeWindowOpen represents a DisputeWindowOpen error raised by the Market contract.
type MarketDisputeWindowOpen struct {
	Job   [32]byte
	Until uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DisputeWindowOpen(bytes32 job, uint64 until)
func MarketDisputeWindowOpenErrorID() common.Hash {
	return common.HexToHash("0x6a518c7bfca443793295306c82265f4ebffee79245e5f16f703cfedd8b7a239b")
}

// UnpackDisputeWindowOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DisputeWindowOpen(bytes32 job, uint64 until)
func (market *Market) UnpackDisputeWindowOpenError(raw []byte) (*MarketDisputeWindowOpen, error) {
	out := new(MarketDisputeWindowOpen)
	if err := market.abi.UnpackIntoInterface(out, "DisputeWindowOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketExposureTooHigh represents a ExposureTooHigh error raised by the Market contract.
type MarketExposureTooHigh struct {
	Amount *big.Int
	Limit  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ExposureTooHigh(uint256 amount, uint256 limit)
func MarketExposureTooHighErrorID() common.Hash {
	return common.HexToHash("0x7e9bf93098148a1d0845cee7e84d1e5718767abc6246a5b5d0998c485887665c")
}

// UnpackExposureTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ExposureTooHigh(uint256 amount, uint256 limit)
func (market *Market) UnpackExposureTooHighError(raw []byte) (*MarketExposureTooHigh, error) {
	out := new(MarketExposureTooHigh)
	if err := market.abi.UnpackIntoInterface(out, "ExposureTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketFeeAboveMax represents a FeeAboveMax error raised by the Market contract.
type MarketFeeAboveMax struct {
	Fee    *big.Int
	MaxFee *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeAboveMax(uint256 fee, uint256 maxFee)
func MarketFeeAboveMaxErrorID() common.Hash {
	return common.HexToHash("0x7b7d1b036115a4afa9171e8631ec601add642ced40d18e964f330d8467f094e2")
}

// UnpackFeeAboveMaxError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeAboveMax(uint256 fee, uint256 maxFee)
func (market *Market) UnpackFeeAboveMaxError(raw []byte) (*MarketFeeAboveMax, error) {
	out := new(MarketFeeAboveMax)
	if err := market.abi.UnpackIntoInterface(out, "FeeAboveMax", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketFeeMismatch represents a FeeMismatch error raised by the Market contract.
type MarketFeeMismatch struct {
	Fee      *big.Int
	Expected *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error FeeMismatch(uint256 fee, uint256 expected)
func MarketFeeMismatchErrorID() common.Hash {
	return common.HexToHash("0xe1065931dd6f6c8e3d9368e314508b3c4bd24c8d21b94b92ef90145d559e1e5c")
}

// UnpackFeeMismatchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error FeeMismatch(uint256 fee, uint256 expected)
func (market *Market) UnpackFeeMismatchError(raw []byte) (*MarketFeeMismatch, error) {
	out := new(MarketFeeMismatch)
	if err := market.abi.UnpackIntoInterface(out, "FeeMismatch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketInsufficientCallbackGas represents a InsufficientCallbackGas error raised by the Market contract.
type MarketInsufficientCallbackGas struct {
	Left   *big.Int
	Needed *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientCallbackGas(uint256 left, uint256 needed)
func MarketInsufficientCallbackGasErrorID() common.Hash {
	return common.HexToHash("0x588700c7ea1328b71dfe93583a49b046dc7160470037ca384d75299f4a8aff97")
}

// UnpackInsufficientCallbackGasError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientCallbackGas(uint256 left, uint256 needed)
func (market *Market) UnpackInsufficientCallbackGasError(raw []byte) (*MarketInsufficientCallbackGas, error) {
	out := new(MarketInsufficientCallbackGas)
	if err := market.abi.UnpackIntoInterface(out, "InsufficientCallbackGas", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketJobDeadlineOpen represents a JobDeadlineOpen error raised by the Market contract.
type MarketJobDeadlineOpen struct {
	Job      [32]byte
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error JobDeadlineOpen(bytes32 job, uint64 deadline)
func MarketJobDeadlineOpenErrorID() common.Hash {
	return common.HexToHash("0x6fcd2c26a408895aa9ddddd13372ec0fafb440a554f968aa7b35a408e2ecb182")
}

// UnpackJobDeadlineOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error JobDeadlineOpen(bytes32 job, uint64 deadline)
func (market *Market) UnpackJobDeadlineOpenError(raw []byte) (*MarketJobDeadlineOpen, error) {
	out := new(MarketJobDeadlineOpen)
	if err := market.abi.UnpackIntoInterface(out, "JobDeadlineOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketJobDeadlinePassed represents a JobDeadlinePassed error raised by the Market contract.
type MarketJobDeadlinePassed struct {
	Job      [32]byte
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error JobDeadlinePassed(bytes32 job, uint64 deadline)
func MarketJobDeadlinePassedErrorID() common.Hash {
	return common.HexToHash("0xdc215431b4cd346d1119c238f36bb0a2d2a2ebb8112b52c7862b4fddcae47fd2")
}

// UnpackJobDeadlinePassedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error JobDeadlinePassed(bytes32 job, uint64 deadline)
func (market *Market) UnpackJobDeadlinePassedError(raw []byte) (*MarketJobDeadlinePassed, error) {
	out := new(MarketJobDeadlinePassed)
	if err := market.abi.UnpackIntoInterface(out, "JobDeadlinePassed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketLengthMismatch represents a LengthMismatch error raised by the Market contract.
type MarketLengthMismatch struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error LengthMismatch()
func MarketLengthMismatchErrorID() common.Hash {
	return common.HexToHash("0xff633a3803c58b9bc21e58efecee59f27e033cc0b1883fccb4969c76146fe60f")
}

// UnpackLengthMismatchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error LengthMismatch()
func (market *Market) UnpackLengthMismatchError(raw []byte) (*MarketLengthMismatch, error) {
	out := new(MarketLengthMismatch)
	if err := market.abi.UnpackIntoInterface(out, "LengthMismatch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNoCredit represents a NoCredit error raised by the Market contract.
type MarketNoCredit struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoCredit()
func MarketNoCreditErrorID() common.Hash {
	return common.HexToHash("0x315b0e1402b8fce06679c02718edf3900dbdfeacb28a5cb9eb16ee5bf9256e16")
}

// UnpackNoCreditError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoCredit()
func (market *Market) UnpackNoCreditError(raw []byte) (*MarketNoCredit, error) {
	out := new(MarketNoCredit)
	if err := market.abi.UnpackIntoInterface(out, "NoCredit", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNotOperator represents a NotOperator error raised by the Market contract.
type MarketNotOperator struct {
	Signer   common.Address
	Provider common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOperator(address signer, address provider)
func MarketNotOperatorErrorID() common.Hash {
	return common.HexToHash("0x4738d054fb342362ac3b7f0ca661178b1cf93159ab6884ef2cb88b14760d0f55")
}

// UnpackNotOperatorError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOperator(address signer, address provider)
func (market *Market) UnpackNotOperatorError(raw []byte) (*MarketNotOperator, error) {
	out := new(MarketNotOperator)
	if err := market.abi.UnpackIntoInterface(out, "NotOperator", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNotProvenClass represents a NotProvenClass error raised by the Market contract.
type MarketNotProvenClass struct {
	ModelVersion [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotProvenClass(bytes32 modelVersion)
func MarketNotProvenClassErrorID() common.Hash {
	return common.HexToHash("0x01a7fe71229aebc9dc796da7910eb1a41966140ee60ee9ed3f761cbf251c6fa0")
}

// UnpackNotProvenClassError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotProvenClass(bytes32 modelVersion)
func (market *Market) UnpackNotProvenClassError(raw []byte) (*MarketNotProvenClass, error) {
	out := new(MarketNotProvenClass)
	if err := market.abi.UnpackIntoInterface(out, "NotProvenClass", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNotRequester represents a NotRequester error raised by the Market contract.
type MarketNotRequester struct {
	Caller    common.Address
	Requester common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotRequester(address caller, address requester)
func MarketNotRequesterErrorID() common.Hash {
	return common.HexToHash("0x0691b032b929d76e12873ceb559e6ea1a430f5e6ad588ffca056b6a5a9c89d14")
}

// UnpackNotRequesterError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotRequester(address caller, address requester)
func (market *Market) UnpackNotRequesterError(raw []byte) (*MarketNotRequester, error) {
	out := new(MarketNotRequester)
	if err := market.abi.UnpackIntoInterface(out, "NotRequester", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNotSlasher represents a NotSlasher error raised by the Market contract.
type MarketNotSlasher struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSlasher(address caller)
func MarketNotSlasherErrorID() common.Hash {
	return common.HexToHash("0x4bc0cd76e5ae33e138f3b6102c7a4d91ece10c34862bde6e59a763ba1571b395")
}

// UnpackNotSlasherError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSlasher(address caller)
func (market *Market) UnpackNotSlasherError(raw []byte) (*MarketNotSlasher, error) {
	out := new(MarketNotSlasher)
	if err := market.abi.UnpackIntoInterface(out, "NotSlasher", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketNothingScheduled represents a NothingScheduled error raised by the Market contract.
type MarketNothingScheduled struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingScheduled()
func MarketNothingScheduledErrorID() common.Hash {
	return common.HexToHash("0x68307ad9a165dc6e2bc806736ff3a5036bc2ccf1a6e34796e286711d72810b1d")
}

// UnpackNothingScheduledError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingScheduled()
func (market *Market) UnpackNothingScheduledError(raw []byte) (*MarketNothingScheduled, error) {
	out := new(MarketNothingScheduled)
	if err := market.abi.UnpackIntoInterface(out, "NothingScheduled", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketOutputTooLong represents a OutputTooLong error raised by the Market contract.
type MarketOutputTooLong struct {
	Tokens uint32
	Limit  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OutputTooLong(uint32 tokens, uint32 limit)
func MarketOutputTooLongErrorID() common.Hash {
	return common.HexToHash("0x827c5cb25f889a175d291390c5dcbea4d15967e807d566f4a4f2b6eb3de8fb0a")
}

// UnpackOutputTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OutputTooLong(uint32 tokens, uint32 limit)
func (market *Market) UnpackOutputTooLongError(raw []byte) (*MarketOutputTooLong, error) {
	out := new(MarketOutputTooLong)
	if err := market.abi.UnpackIntoInterface(out, "OutputTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketOwnableInvalidOwner represents a OwnableInvalidOwner error raised by the Market contract.
type MarketOwnableInvalidOwner struct {
	Owner common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableInvalidOwner(address owner)
func MarketOwnableInvalidOwnerErrorID() common.Hash {
	return common.HexToHash("0x1e4fbdf7f3ef8bcaa855599e3abf48b232380f183f08f6f813d9ffa5bd585188")
}

// UnpackOwnableInvalidOwnerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableInvalidOwner(address owner)
func (market *Market) UnpackOwnableInvalidOwnerError(raw []byte) (*MarketOwnableInvalidOwner, error) {
	out := new(MarketOwnableInvalidOwner)
	if err := market.abi.UnpackIntoInterface(out, "OwnableInvalidOwner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketOwnableUnauthorizedAccount represents a OwnableUnauthorizedAccount error raised by the Market contract.
type MarketOwnableUnauthorizedAccount struct {
	Account common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func MarketOwnableUnauthorizedAccountErrorID() common.Hash {
	return common.HexToHash("0x118cdaa7a341953d1887a2245fd6665d741c67c8c50581daa59e1d03373fa188")
}

// UnpackOwnableUnauthorizedAccountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OwnableUnauthorizedAccount(address account)
func (market *Market) UnpackOwnableUnauthorizedAccountError(raw []byte) (*MarketOwnableUnauthorizedAccount, error) {
	out := new(MarketOwnableUnauthorizedAccount)
	if err := market.abi.UnpackIntoInterface(out, "OwnableUnauthorizedAccount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketPaused represents a Paused error raised by the Market contract.
type MarketPaused struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Paused()
func MarketPausedErrorID() common.Hash {
	return common.HexToHash("0x9e87fac88ff661f02d44f95383c817fece4bce600a3dab7a54406878b965e752")
}

// UnpackPausedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Paused()
func (market *Market) UnpackPausedError(raw []byte) (*MarketPaused, error) {
	out := new(MarketPaused)
	if err := market.abi.UnpackIntoInterface(out, "Paused", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketReceiptMismatch represents a ReceiptMismatch error raised by the Market contract.
type MarketReceiptMismatch struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReceiptMismatch(string field)
func MarketReceiptMismatchErrorID() common.Hash {
	return common.HexToHash("0x741329daac19af00009a1c349408ffffe5864f062c0faf8742d323db01b3e548")
}

// UnpackReceiptMismatchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReceiptMismatch(string field)
func (market *Market) UnpackReceiptMismatchError(raw []byte) (*MarketReceiptMismatch, error) {
	out := new(MarketReceiptMismatch)
	if err := market.abi.UnpackIntoInterface(out, "ReceiptMismatch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketReentrancyGuardReentrantCall represents a ReentrancyGuardReentrantCall error raised by the Market contract.
type MarketReentrancyGuardReentrantCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReentrancyGuardReentrantCall()
func MarketReentrancyGuardReentrantCallErrorID() common.Hash {
	return common.HexToHash("0x3ee5aeb571de7fc460830b4d0017439a1ca56fb0bc39062227ade4fe4a24c1ca")
}

// UnpackReentrancyGuardReentrantCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReentrancyGuardReentrantCall()
func (market *Market) UnpackReentrancyGuardReentrantCallError(raw []byte) (*MarketReentrancyGuardReentrantCall, error) {
	out := new(MarketReentrancyGuardReentrantCall)
	if err := market.abi.UnpackIntoInterface(out, "ReentrancyGuardReentrantCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketSafeCastOverflowedUintDowncast represents a SafeCastOverflowedUintDowncast error raised by the Market contract.
type MarketSafeCastOverflowedUintDowncast struct {
	Bits  uint8
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func MarketSafeCastOverflowedUintDowncastErrorID() common.Hash {
	return common.HexToHash("0x6dfcc6503a32754ce7a89698e18201fc5294fd4aad43edefee786f88423b1a12")
}

// UnpackSafeCastOverflowedUintDowncastError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func (market *Market) UnpackSafeCastOverflowedUintDowncastError(raw []byte) (*MarketSafeCastOverflowedUintDowncast, error) {
	out := new(MarketSafeCastOverflowedUintDowncast)
	if err := market.abi.UnpackIntoInterface(out, "SafeCastOverflowedUintDowncast", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketScheduleExpired represents a ScheduleExpired error raised by the Market contract.
type MarketScheduleExpired struct {
	Until uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ScheduleExpired(uint64 until)
func MarketScheduleExpiredErrorID() common.Hash {
	return common.HexToHash("0x32a5fdfd76fea90f0196ac651f0b95a588d31b2bf3f287887f84a4dd1f45e39d")
}

// UnpackScheduleExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ScheduleExpired(uint64 until)
func (market *Market) UnpackScheduleExpiredError(raw []byte) (*MarketScheduleExpired, error) {
	out := new(MarketScheduleExpired)
	if err := market.abi.UnpackIntoInterface(out, "ScheduleExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketSharesTooHigh represents a SharesTooHigh error raised by the Market contract.
type MarketSharesTooHigh struct {
	Field string
	Bps   *big.Int
	Limit *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SharesTooHigh(string field, uint256 bps, uint256 limit)
func MarketSharesTooHighErrorID() common.Hash {
	return common.HexToHash("0x4c13778a819c7d59fb76a875a20e237507191df88317b51938be1914c5086dac")
}

// UnpackSharesTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SharesTooHigh(string field, uint256 bps, uint256 limit)
func (market *Market) UnpackSharesTooHighError(raw []byte) (*MarketSharesTooHigh, error) {
	out := new(MarketSharesTooHigh)
	if err := market.abi.UnpackIntoInterface(out, "SharesTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketSignatureExpired represents a SignatureExpired error raised by the Market contract.
type MarketSignatureExpired struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SignatureExpired(uint64 deadline)
func MarketSignatureExpiredErrorID() common.Hash {
	return common.HexToHash("0xfcd4a11f231310e556b91446aa29b4b13e5fa8be9866b6c2a801fad864538263")
}

// UnpackSignatureExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SignatureExpired(uint64 deadline)
func (market *Market) UnpackSignatureExpiredError(raw []byte) (*MarketSignatureExpired, error) {
	out := new(MarketSignatureExpired)
	if err := market.abi.UnpackIntoInterface(out, "SignatureExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketTimelockOpen represents a TimelockOpen error raised by the Market contract.
type MarketTimelockOpen struct {
	Until uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TimelockOpen(uint64 until)
func MarketTimelockOpenErrorID() common.Hash {
	return common.HexToHash("0xdaffdec24ca1201f86eacdbe2080ec56ec99955bd90a617f8a9b361b64ad1fbd")
}

// UnpackTimelockOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TimelockOpen(uint64 until)
func (market *Market) UnpackTimelockOpenError(raw []byte) (*MarketTimelockOpen, error) {
	out := new(MarketTimelockOpen)
	if err := market.abi.UnpackIntoInterface(out, "TimelockOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketUnknownChannel represents a UnknownChannel error raised by the Market contract.
type MarketUnknownChannel struct {
	Channel [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownChannel(bytes32 channel)
func MarketUnknownChannelErrorID() common.Hash {
	return common.HexToHash("0xb08fc1cb7d4c5a62cfc36d1d52273872c8ad5c540953a2c17c0a39912130100d")
}

// UnpackUnknownChannelError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownChannel(bytes32 channel)
func (market *Market) UnpackUnknownChannelError(raw []byte) (*MarketUnknownChannel, error) {
	out := new(MarketUnknownChannel)
	if err := market.abi.UnpackIntoInterface(out, "UnknownChannel", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketUnknownCheckpoint represents a UnknownCheckpoint error raised by the Market contract.
type MarketUnknownCheckpoint struct {
	Line  [32]byte
	Index uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownCheckpoint(bytes32 line, uint32 index)
func MarketUnknownCheckpointErrorID() common.Hash {
	return common.HexToHash("0xd56f0759e1131b101bf16b4d88c0d9d313459a50a3cefc5bd8ca9adfcbd20d6b")
}

// UnpackUnknownCheckpointError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownCheckpoint(bytes32 line, uint32 index)
func (market *Market) UnpackUnknownCheckpointError(raw []byte) (*MarketUnknownCheckpoint, error) {
	out := new(MarketUnknownCheckpoint)
	if err := market.abi.UnpackIntoInterface(out, "UnknownCheckpoint", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketUnknownJob represents a UnknownJob error raised by the Market contract.
type MarketUnknownJob struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownJob(bytes32 job)
func MarketUnknownJobErrorID() common.Hash {
	return common.HexToHash("0xe498a4818df576325d078a1a3c9d8186f5a17dea5710a922e4ee3dbe46eef065")
}

// UnpackUnknownJobError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownJob(bytes32 job)
func (market *Market) UnpackUnknownJobError(raw []byte) (*MarketUnknownJob, error) {
	out := new(MarketUnknownJob)
	if err := market.abi.UnpackIntoInterface(out, "UnknownJob", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketUnknownModelVersion represents a UnknownModelVersion error raised by the Market contract.
type MarketUnknownModelVersion struct {
	ModelVersion [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownModelVersion(bytes32 modelVersion)
func MarketUnknownModelVersionErrorID() common.Hash {
	return common.HexToHash("0x599d12b83ba0bb64899e3790367f2ce2aa0d71bcd501abf636eadc7ffdc6fa60")
}

// UnpackUnknownModelVersionError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownModelVersion(bytes32 modelVersion)
func (market *Market) UnpackUnknownModelVersionError(raw []byte) (*MarketUnknownModelVersion, error) {
	out := new(MarketUnknownModelVersion)
	if err := market.abi.UnpackIntoInterface(out, "UnknownModelVersion", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketUnsafeTiming represents a UnsafeTiming error raised by the Market contract.
type MarketUnsafeTiming struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnsafeTiming(string field)
func MarketUnsafeTimingErrorID() common.Hash {
	return common.HexToHash("0xd32379b7d97ded1ae9e201548179ad50004f8b987e32095ee1980fd49c23bbba")
}

// UnpackUnsafeTimingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnsafeTiming(string field)
func (market *Market) UnpackUnsafeTimingError(raw []byte) (*MarketUnsafeTiming, error) {
	out := new(MarketUnsafeTiming)
	if err := market.abi.UnpackIntoInterface(out, "UnsafeTiming", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketVoucherNotHigher represents a VoucherNotHigher error raised by the Market contract.
type MarketVoucherNotHigher struct {
	Total *big.Int
	Paid  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error VoucherNotHigher(uint128 total, uint128 paid)
func MarketVoucherNotHigherErrorID() common.Hash {
	return common.HexToHash("0x51f48d1d38876d2a777929e241bdd8ac7bcb2149b95c0e4e7dacfe585d53d5d8")
}

// UnpackVoucherNotHigherError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error VoucherNotHigher(uint128 total, uint128 paid)
func (market *Market) UnpackVoucherNotHigherError(raw []byte) (*MarketVoucherNotHigher, error) {
	out := new(MarketVoucherNotHigher)
	if err := market.abi.UnpackIntoInterface(out, "VoucherNotHigher", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketWrongJobState represents a WrongJobState error raised by the Market contract.
type MarketWrongJobState struct {
	Job   [32]byte
	State uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongJobState(bytes32 job, uint8 state)
func MarketWrongJobStateErrorID() common.Hash {
	return common.HexToHash("0xb3543b4a430be5707a3cf0dd2b6d447c26d246a8a841055815085403aca5c74f")
}

// UnpackWrongJobStateError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongJobState(bytes32 job, uint8 state)
func (market *Market) UnpackWrongJobStateError(raw []byte) (*MarketWrongJobState, error) {
	out := new(MarketWrongJobState)
	if err := market.abi.UnpackIntoInterface(out, "WrongJobState", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketWrongOutput represents a WrongOutput error raised by the Market contract.
type MarketWrongOutput struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongOutput(bytes32 job)
func MarketWrongOutputErrorID() common.Hash {
	return common.HexToHash("0xee068af2ff705e921ca4f6943f85c6ffec9b234510dd34954bb9cdb15f01d03d")
}

// UnpackWrongOutputError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongOutput(bytes32 job)
func (market *Market) UnpackWrongOutputError(raw []byte) (*MarketWrongOutput, error) {
	out := new(MarketWrongOutput)
	if err := market.abi.UnpackIntoInterface(out, "WrongOutput", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketWrongProvider represents a WrongProvider error raised by the Market contract.
type MarketWrongProvider struct {
	Provider common.Address
	Expected common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongProvider(address provider, address expected)
func MarketWrongProviderErrorID() common.Hash {
	return common.HexToHash("0x92df5f0c9bb0144bafc15a6760c1163618eed84331e64f516678eb08c88895ee")
}

// UnpackWrongProviderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongProvider(address provider, address expected)
func (market *Market) UnpackWrongProviderError(raw []byte) (*MarketWrongProvider, error) {
	out := new(MarketWrongProvider)
	if err := market.abi.UnpackIntoInterface(out, "WrongProvider", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketWrongRequest represents a WrongRequest error raised by the Market contract.
type MarketWrongRequest struct {
	Job         [32]byte
	RequestHash [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongRequest(bytes32 job, bytes32 requestHash)
func MarketWrongRequestErrorID() common.Hash {
	return common.HexToHash("0x1d8dd39f0d4efc5a0f5af9f935d2030095a7ce34f5bd66c90b9efd3b9da1ec3d")
}

// UnpackWrongRequestError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongRequest(bytes32 job, bytes32 requestHash)
func (market *Market) UnpackWrongRequestError(raw []byte) (*MarketWrongRequest, error) {
	out := new(MarketWrongRequest)
	if err := market.abi.UnpackIntoInterface(out, "WrongRequest", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketZeroAddress represents a ZeroAddress error raised by the Market contract.
type MarketZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func MarketZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (market *Market) UnpackZeroAddressError(raw []byte) (*MarketZeroAddress, error) {
	out := new(MarketZeroAddress)
	if err := market.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketZeroAmount represents a ZeroAmount error raised by the Market contract.
type MarketZeroAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAmount()
func MarketZeroAmountErrorID() common.Hash {
	return common.HexToHash("0x1f2a2005cb66a8e145327e8814e243a0996aec9bfe1e15a495778b1236dbd485")
}

// UnpackZeroAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAmount()
func (market *Market) UnpackZeroAmountError(raw []byte) (*MarketZeroAmount, error) {
	out := new(MarketZeroAmount)
	if err := market.abi.UnpackIntoInterface(out, "ZeroAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// MarketJobsMetaData contains all meta data concerning the MarketJobs contract.
var MarketJobsMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"market\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"address\",\"name\":\"vault\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"staking\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"registry\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"slasher\",\"type\":\"address\"}],\"internalType\":\"structNeighbours\",\"name\":\"n\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint64\",\"name\":\"disputeWindow\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"closeGrace\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"epoch\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"exitMargin\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxHold\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"timelock\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"maxDeadline\",\"type\":\"uint64\"},{\"internalType\":\"uint16\",\"name\":\"exposureDivisor\",\"type\":\"uint16\"},{\"internalType\":\"uint32\",\"name\":\"maxPromptTokens\",\"type\":\"uint32\"}],\"internalType\":\"structTiming\",\"name\":\"t\",\"type\":\"tuple\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"configHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "f07c57e77e521b77177168bf7f6523303c",
	Bin: "0x610280604052348015610010575f5ffd5b5060405161473838038061473883398101604081905261002f91610267565b81516001600160a01b039081166080908152602080850151831660a0908152604080870151851660c0908152606080890151871660e090815288516001600160401b039081166101009081528a8801518216610120528a8601518216610140528a8401518216610160528a8901518216610180528a87015182166101a0528a8501519091166101c0528982015161ffff166101e05289015163ffffffff16610200524661026081905284517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f818901527f2bd5af9ee9fa1f0a7517853d71cfc160db46009177af5a82ed09c5510532c342818701527fc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6938101939093529682019690965295891686840152815180870390930183528501905280519101206102405284918491849161018791859185918591016103a5565b60408051601f198184030181529190528051602090910120610220525061048b945050505050565b80516001600160a01b03811681146101c5575f5ffd5b919050565b604051608081016001600160401b03811182821017156101f857634e487b7160e01b5f52604160045260245ffd5b60405290565b60405161012081016001600160401b03811182821017156101f857634e487b7160e01b5f52604160045260245ffd5b80516001600160401b03811681146101c5575f5ffd5b805161ffff811681146101c5575f5ffd5b805163ffffffff811681146101c5575f5ffd5b5f5f5f8385036101c081121561027b575f5ffd5b610284856101af565b93506080601f1982011215610297575f5ffd5b61029f6101ca565b6102ab602087016101af565b81526102b9604087016101af565b60208201526102ca606087016101af565b60408201526102db608087016101af565b60608201529250610120609f19820112156102f4575f5ffd5b506102fd6101fe565b61030960a0860161022d565b815261031760c0860161022d565b602082015261032860e0860161022d565b604082015261033a610100860161022d565b606082015261034c610120860161022d565b608082015261035e610140860161022d565b60a0820152610370610160860161022d565b60c08201526103826101808601610243565b60e08201526103946101a08601610254565b610100820152809150509250925092565b6001600160a01b03848116825283518116602080840191909152808501518216604080850191909152808601518316606080860191909152860151909216608084015283516001600160401b0390811660a0850152908401511660c08301528201516101c082019061042260e08401826001600160401b03169052565b5060608301516001600160401b03908116610100848101919091526080850151821661012085015260a0850151821661014085015260c085015190911661016084015260e084015161ffff166101808401529092015163ffffffff166101a09091015292915050565b60805160a05160c05160e05161010051610120516101405161016051610180516101a0516101c0516101e051610200516102205161024051610260516141bb61057d5f395f611ad401525f611b0a01525f61017901525f6120f901525f61270f01525f61226401525f50505f612f3b01525f61141801525f611c9101525f50505f818161143e0152611d3b01525f81816110d70152612b5a01525f8181612002015261298701525f8181610885015281816109b6015281816113e501528181611c060152818161267401528181612735015261282501525f8181610cff01528181611f930152612bee01526141bb5ff3fe608060405234801561000f575f5ffd5b50600436106100a6575f3560e01c8063aae339891161006e578063aae339891461011e578063affe000e14610131578063b2aa360414610151578063b4c48af414610164578063e1f1176d14610177578063ea8212d91461019d575f5ffd5b80630e484973146100aa57806312677671146100bf57806333358bd3146100d25780636b4ea1a9146100e5578063831ae2521461010b575b5f5ffd5b6100bd6100b8366004613339565b6101b0565b005b6100bd6100cd3660046133c4565b610507565b6100bd6100e036600461340b565b6106cd565b6100f86100f3366004613422565b610a34565b6040519081526020015b60405180910390f35b6100f861011936600461343d565b610a4f565b6100f861012c366004613474565b610da6565b61014461013f36600461340b565b610dc9565b60405161010291906134cb565b6100bd61015f36600461340b565b6110cc565b6100bd610172366004613713565b6111a7565b7f00000000000000000000000000000000000000000000000000000000000000006100f8565b6100bd6101ab36600461340b565b6114ea565b6101b86116b6565b5f6101c2876116ed565b90506101d087826002611739565b8054600160a01b90046001600160401b0316421061022157805460405163dc21543160e01b815260048101899052600160a01b9091046001600160401b031660248201526044015b60405180910390fd5b61022d81878585611796565b5f610247610239611ad1565b61024289611b2c565b611b7d565b90505f610255828888611ba4565b60018401549091506102719082906001600160a01b0316611bbb565b6102a75760018301546040516311ce341560e21b81526001600160a01b0380841660048301529091166024820152604401610218565b60018301546001600160a01b03165f90815260208181526040808320815160808101835281546001600160801b038116825264ffffffffff600160801b8204811695830195909552600160a81b8104851693820193909352600160d01b909204909216606082015290919061031b90611c82565b825464ffffffffff60a81b1916600160a81b64ffffffffff831602178355905061034c6101008b0160e08c01613771565b61035586611ce1565b61035f919061379e565b825483905f906103799084906001600160801b031661379e565b82546001600160801b039182166101009390930a928302919092021990911617905550845460ff60e01b1916600360e01b1785556103bd60c08b0160a08c016137cd565b855460ff60e81b1916600160e81b60ff929092169190910217855560018501805467ffffffffffffffff60a01b1916600160a01b426001600160401b031681029190911790915560028601805464ffffffffff60a01b191664ffffffffff841690920291909117905561043660a08b0160808c016137f9565b60028601805463ffffffff92909216600160c81b0263ffffffff60c81b199092169190911790556006850184905560608a0135600786015561047f6101008b0160e08c01613771565b6008860180546001600160801b03928316600160801b02921691909117905560018501546001600160a01b03168b7f041e3c4e9376ca7301bc785c1d375026027d1f105ba91ab2c816fb8aca94da988c8a8a6104da8b611d22565b6040516104ea949392919061393f565b60405180910390a350505050506104ff611d99565b505050505050565b61050f6116b6565b5f610519846116ed565b905061052784828585611dc3565b80546001600160f81b0316600160f81b1780825560048201545f9186919086908690600160e81b900460ff1660058111156105645761056461348e565b60405160240161057895949392919061397d565b60408051601f198184030181529190526020810180516001600160e01b03166319b823b560e31b179052600283015460018401549192506001600160a01b03169063ffffffff600160e01b909104165f5a9050619c408110806105fc57508160406105e5619c40846139b7565b6105f090603f6139ca565b6105fa91906139e1565b105b156106535780619c40603f6106128560406139ca565b61061c91906139e1565b6106269190613a00565b610631906001613a00565b60405163588700c760e01b815260048101929092526024820152604401610218565b5f61065f848487611f2c565b9050806106745785546001600160f81b031686555b836001600160a01b0316897f213c2642d5dd39a2aa38f7c1c7774926c47315cf930f0910f82c77115ae2f47d836040516106b2911515815260200190565b60405180910390a35050505050506106c8611d99565b505050565b6106d56116b6565b5f6106df826116ed565b80546001808301546008840154939450600160e01b830460ff16936001600160a01b0393841693909116916001600160801b03909116908460058111156107285761072861348e565b14158015610748575060028460058111156107455761074561348e565b14155b1561076a5785846040516359aa1da560e11b8152600401610218929190613a13565b5f600185600581111561077f5761077f61348e565b1480156107945750336001600160a01b038516145b8654909150600160a01b90046001600160401b0316421080156107b5575080155b156107ee5785546040516337e6961360e11b815260048101899052600160a01b9091046001600160401b03166024820152604401610218565b855460ff60e01b1916600560e01b1786555f60028660058111156108145761081461348e565b036109255761082287611ce1565b6001600160a01b0385165f90815260208190526040812080549091906108529084906001600160801b031661379e565b92506101000a8154816001600160801b0302191690836001600160801b03160217905550610922836001600160801b03167f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03166342623360876040518263ffffffff1660e01b81526004016108de91906001600160a01b0391909116815260200190565b602060405180830381865afa1580156108f9573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061091d9190613a30565b611f41565b90505b604080516001600160801b0385168152602081018390526001600160a01b0380871692908816918b917f9d70cde8fce921712be5340890110676e5e48140f81ea9ca64740ced6566564e910160405180910390a46109838584611f56565b8015610a225760405163261233f360e11b81526001600160a01b038581166004830152602482018a9052604482018390527f00000000000000000000000000000000000000000000000000000000000000001690634c2467e6906064016020604051808303815f875af11580156109fc573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610a209190613a30565b505b50505050505050610a31611d99565b50565b5f610a49610a40611ad1565b61024284611b2c565b92915050565b5f610a586116b6565b600954600160e01b900460ff1615610a83576040516313d0ff5960e31b815260040160405180910390fd5b610a8c82611fea565b610a95336123de565b5090505f610aa38284612452565b5f83815260066020526040902080546001600160a01b03191633178155909150610ad4610100850160e08601613a47565b81546001600160401b0391909116600160a01b0260ff60e01b191668ffffffffffffffffff60a01b1990911617600160e01b178155610b1b61018085016101608601613a78565b8154901515600160f01b0260ff60f01b19909116178155610b44610160850161014086016137f9565b60018201805463ffffffff92909216600160e01b026001600160e01b03909216919091179055610b7c61014085016101208601613a93565b6002820180546001600160a01b0319166001600160a01b0392909216919091179055608082015160038201805463ffffffff60a01b1916600160a01b63ffffffff90931692909202919091179055610bda60608501604086016137f9565b60038201805463ffffffff92909216600160c01b0263ffffffff60c01b1990921691909117905583356004820155610c1c610c13611ad1565b610242846125db565b6005820155610c3160e0850160c08601613771565b6008820180546001600160801b0319166001600160801b0392909216919091179055610c6360a0850160808601613771565b6009820180546001600160801b0319166001600160801b0392909216919091179055610c9560c0850160a08601613771565b6009820180546001600160801b03928316600160801b029216919091179055604051843590339085907f5d9d286fe5686554f6d1dedf3c195b1e1e08366e99641e90d8116cddd1e5dcbe90610ced9087908a90613c5d565b60405180910390a46001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001663282d3fdf33610d3560e0880160c08901613771565b6040516001600160e01b031960e085901b1681526001600160a01b0390921660048301526001600160801b031660248201526044015f604051808303815f87803b158015610d81575f5ffd5b505af1158015610d93573d5f5f3e3d5ffd5b505050505050610da1611d99565b919050565b5f610a49610db2611ad1565b610242610dc436869003860186613df8565b6125db565b60408051610320810182525f8082526020808301828152838501839052606084018390526080840183905260a0840183905260c0840183905260e08401839052610100840183905261012084018390526101408401839052610160840183905261018084018390526101a084018390526101c084018390526101e08401839052610200840183905261022084018390526102408401839052610260840183905261028084018390526102a084018390526102c084018390526102e084018390526103008401839052858352600690915292902080546001600160a01b038116835291929091600160e01b900460ff166005811115610ec957610ec961348e565b90816005811115610edc57610edc61348e565b90525080546001600160401b03600160a01b8083048216604086015260018401546001600160a01b0380821660608801529181049092166080860181905263ffffffff600160e01b909304831660a0870152600285015480831660c088015260ff600160f01b86048116151560e0890152600160f81b8604811615156101008901526004870154610120890152600587015461014089015260068701546101608901526007870154610180890152600160c81b9091049093166101a0870152600160e81b9093049091166101c085015260088301546001600160801b038082166101e0870152600160801b9091041661020085015260038301541661022084015215801590611023575060018101546001600160a01b03165f908152602081905260409020546002820154600160801b90910464ffffffffff908116600160a01b90920416105b1515610240830152600281015460ff600160e81b909104161515610260830152600381015463ffffffff600160a01b8083048216610280860152600160c01b909204166102a084015260098201546001600160801b038082166102c0860152600160801b909104166102e084015260018201546001600160401b0391900416156110b5576110b081611d22565b6110b7565b5f5b6001600160401b031661030083015250919050565b336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614611117576040516325e066bb60e11b8152336004820152602401610218565b5f611121826116ed565b905060048154600160e01b900460ff1660058111156111425761114261348e565b146111535761115382826003611739565b60028101805460ff60e81b1916600160e81b17905560018101546040516001600160a01b039091169083907f05fab138cfcec5d9121f6dc10100a13f82224a0991e03245363cf7b439bbe499905f90a35050565b6111af6116b6565b5f6111ba84356116ed565b90505f6111cd6060860160408701613a93565b90506111dc8535836001611739565b8154600160a01b90046001600160401b0316421061122857815460405163dc21543160e01b815286356004820152600160a01b9091046001600160401b03166024820152604401610218565b61123860a0860160808701613a47565b6001600160401b0316421061127c5761125760a0860160808701613a47565b60405163129981f360e31b81526001600160401b039091166004820152602401610218565b81600501548560200135146112b4576005820154604051631d8dd39f60e01b8152863560048201526024810191909152604401610218565b5f6112d36112cc6112c3611ad1565b6102428961260f565b8686611ba4565b90506112df8183612643565b61130f576040516311ce341560e21b81526001600160a01b03808316600483015283166024820152604401610218565b60088301546113319083906001600160801b031661132c86611ce1565b6126dd565b825460ff60e01b1916600160e11b1783556001830180546001600160a01b0319166001600160a01b03841617905561136f6080870160608801613a93565b6003840180546001600160a01b0319166001600160a01b0392831617905581811690831687357f221b9ce91602ba4480113acfd93883df7cd33c2d0bb253bb83880fddb824530f6113c660808b0160608c01613a93565b6040516001600160a01b03909116815260200160405180910390a482547f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063b240cdc29084907f000000000000000000000000000000000000000000000000000000000000000090611473907f000000000000000000000000000000000000000000000000000000000000000090600160a01b90046001600160401b0316613ed9565b61147d9190613ed9565b6040516001600160e01b031960e085901b1681526001600160a01b0390921660048301526001600160401b031660248201526044015f604051808303815f87803b1580156114c9575f5ffd5b505af11580156114db573d5f5f3e3d5ffd5b505050505050506106c8611d99565b6114f26116b6565b5f6114fc826116ed565b905061150a82826003611739565b5f61151482611d22565b9050806001600160401b031642101561155257604051636a518c7b60e01b8152600481018490526001600160401b0382166024820152604401610218565b60018201546003830154600484015460088501546001600160a01b039384169392909216915f9081906001600160801b03600160801b82048116916115999183911661379e565b6001600160a01b0387165f908152602081905260408120805460028c01548c5460ff60e01b1916600160e21b178d55825495975093955064ffffffffff600160801b9091048116600160a01b909404169290921092859291906116069084906001600160801b031661379e565b92506101000a8154816001600160801b0302191690836001600160801b031602179055505f5f61163885878a8a6128ea565b91509150876001600160a01b03168b7f3aa9c48737d8d7e02bdc22a78eaf9ca6e9c83a141c0e8d876b37d9596b2290d38787868860405161167c9493929190613ef8565b60405180910390a38954611699906001600160a01b031685611f56565b6116a4828285612b1f565b50505050505050505050610a31611d99565b6116be612c52565b6116eb60017f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005b90612c92565b565b5f818152600660205260408120908154600160e01b900460ff1660058111156117185761171861348e565b03610da15760405163e498a48160e01b815260048101839052602401610218565b80600581111561174b5761174b61348e565b8254600160e01b900460ff1660058111156117685761176861348e565b146106c85781546040516359aa1da560e11b8152610218918591600160e01b90910460ff1690600401613a13565b60058401548335146117d957604051633a0994ed60e11b815260206004820152600b60248201526a0e4cae2eacae6e890c2e6d60ab1b6044820152606401610218565b60018401546001600160a01b03166117f76040850160208601613a93565b6001600160a01b03161461183957604051633a0994ed60e11b8152602060048201526008602482015267383937bb34b232b960c11b6044820152606401610218565b61184960a08401608085016137f9565b63ffffffff16158061187057508061186760a08501608086016137f9565b63ffffffff1614155b806118a057506003840154600160c01b900463ffffffff1661189860a08501608086016137f9565b63ffffffff16115b156118dd57604051633a0994ed60e11b815260206004820152600c60248201526b6f7574707574546f6b656e7360a01b6044820152606401610218565b5f60016118f060c0860160a087016137cd565b60ff1614806119115750600361190c60c0860160a087016137cd565b60ff16145b8061195e5750600261192960c0860160a087016137cd565b60ff1614801561195e57506003850154600160c01b900463ffffffff1661195660a08601608087016137f9565b63ffffffff16145b90508061199757604051633a0994ed60e11b81526020600482015260066024820152650ccd2dcd2e6d60d31b6044820152606401610218565b6119ac5f651bdd5d1c1d5d60d21b8585612c99565b8460600135146119ec57604051633a0994ed60e11b815260206004820152600a6024820152691bdd5d1c1d5d149bdbdd60b21b6044820152606401610218565b60c08401355f03611a2c57604051633a0994ed60e11b81526020600482015260096024820152681d1c9858d9549bdbdd60ba1b6044820152606401610218565b60038501545f90611a7290600160a01b900463ffffffff16611a5460a08801608089016137f9565b60098901546001600160801b0380821691600160801b900416612de0565b905080611a86610100870160e08801613771565b6001600160801b0316146104ff57611aa5610100860160e08701613771565b60405163e106593160e01b81526001600160801b03909116600482015260248101829052604401610218565b5f7f00000000000000000000000000000000000000000000000000000000000000004614611b0757611b0230612e4e565b905090565b507f000000000000000000000000000000000000000000000000000000000000000090565b5f7fd23d7af1a6544e3efe4678643d3bf0902d6a934cbbf9ca8f150dce305b1e798682604051602001611b60929190613f99565b604051602081830303815290604052805190602001209050919050565b60405161190160f01b81526002810183905260228101829052604290205f905b9392505050565b5f611bb0848484612ee5565b509095945050505050565b5f6001600160a01b03831615801590611bdc57506001600160a01b03821615155b8015611b9d5750604051630426716760e31b81526001600160a01b038481166004830152808416917f0000000000000000000000000000000000000000000000000000000000000000909116906321338b3890602401602060405180830381865afa158015611c4d573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190611c719190613fae565b6001600160a01b0316149392505050565b5f80611cb76001600160401b037f000000000000000000000000000000000000000000000000000000000000000016426139e1565b90508064ffffffffff16836020015164ffffffffff1611611cd85780611b9d565b50506020015190565b600381015460098201545f91610a499163ffffffff600160a01b8304811692600160c01b900416906001600160801b0380821691600160801b900416612de0565b60018101545f90610a4990611d6a906001600160401b037f0000000000000000000000000000000000000000000000000000000000000000811691600160a01b900416613a00565b60018401546001600160a01b03165f90815260208190526040902054600160d01b900464ffffffffff16612f2c565b6116eb5f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f006116e5565b5f60048454600160e01b900460ff166005811115611de357611de361348e565b1480611e1e57508354600160f01b900460ff168015611e1e575060038454600160e01b900460ff166005811115611e1c57611e1c61348e565b145b9050801580611e38575060028401546001600160a01b0316155b15611e5957604051639c0fc28f60e01b815260048101869052602401610218565b8354600160f81b900460ff1615611e86576040516349e245f160e01b815260048101869052602401610218565b6002840154600160e81b900460ff1615611eb65760405163f419d3b560e01b815260048101869052602401610218565b6002840154600160c81b900463ffffffff168214611eea57604051637703457960e11b815260048101869052602401610218565b6007840154611f045f651bdd5d1c1d5d60d21b8686612c99565b14611f2557604051637703457960e11b815260048101869052602401610218565b5050505050565b5f5f5f8351602085015f8888f1949350505050565b5f818310611f4f5781611b9d565b5090919050565b6001600160801b03811615611fe657604051630357371d60e01b81526001600160a01b0383811660048301526001600160801b03831660248301527f00000000000000000000000000000000000000000000000000000000000000001690630357371d906044015f604051808303815f87803b158015611fd4575f5ffd5b505af11580156104ff573d5f5f3e3d5ffd5b5050565b60405163edf1f39d60e01b8152813560048201525f907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063edf1f39d90602401602060405180830381865afa15801561204f573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906120739190613fc9565b90505f8160028111156120885761208861348e565b036120a957604051630b33a25760e31b815282356004820152602401610218565b60018160028111156120bd576120bd61348e565b146120de576040516301a7fe7160e01b815282356004820152602401610218565b5f6120ec6020840184613fe7565b91505080158061212157507f000000000000000000000000000000000000000000000000000000000000000063ffffffff1681115b1561214257604051637446b5fd60e11b815260048101829052602401610218565b610100612152606085018561402c565b9050111561218557612167606084018461402c565b60405163661a502d60e11b8152610218925060040190815260200190565b61219560608401604085016137f9565b63ffffffff1615806121bd57506121b260e0840160c08501613771565b6001600160801b0316155b156121db57604051631f2a200560e01b815260040160405180910390fd5b6108006121ee60608501604086016137f9565b63ffffffff1611156122345761220a60608401604085016137f9565b60405163413e2e5960e11b815263ffffffff90911660048201526108006024820152604401610218565b42612246610100850160e08601613a47565b6001600160401b03161115806122a6575061228a6001600160401b037f00000000000000000000000000000000000000000000000000000000000000001642613a00565b61229b610100850160e08601613a47565b6001600160401b0316115b156122e1576122bc610100840160e08501613a47565b6040516308ae9ea160e11b81526001600160401b039091166004820152602401610218565b621e84806122f7610160850161014086016137f9565b63ffffffff16111561234057612315610160840161014085016137f9565b60405163924121a760e01b815263ffffffff9091166004820152621e84806024820152604401610218565b5f61237a8261235560608701604088016137f9565b61236560a0880160808901613771565b61237560c0890160a08a01613771565b612de0565b905061238c60e0850160c08601613771565b6001600160801b03168111156123d857806123ad60e0860160c08701613771565b604051637b7d1b0360e01b815260048101929092526001600160801b03166024820152604401610218565b50505050565b6001600160a01b0381165f90815260016020526040812080548291826124038361406e565b909155506040805146602082015230918101919091526001600160a01b03851660608201526080810182905290915060a001604051602081830303815290604052805190602001209150915091565b604080516101a0810182525f606082018190526080820181905260a0820181905260c0820181905260e08201819052610100820181905261012082018190526101408201819052610160820181905261018082018190528482528335602080840191909152339383019390935290916124e29190651c1c9bdb5c1d60d21b906124dd90860186613fe7565b612c99565b60608201526124f46020830183613fe7565b63ffffffff1660808301525061251060608301604084016137f9565b63ffffffff1660a0820152612528606083018361402c565b604051612536929190614086565b60405190819003902060c082015261255460a0830160808401613771565b6001600160801b031660e082015261257260c0830160a08401613771565b6001600160801b031661010082015261259160e0830160c08401613771565b6001600160801b03166101208201526125b1610100830160e08401613a47565b6001600160401b031661014082015260026101608201526101009190910135610180820152919050565b5f7f821dcf0f120006178552eb7fa0705039c1cc47488add3b6baac764ee1702fbab82604051602001611b60929190614095565b5f7fd3b4bdd546555009053e621b313e46037adf75f3df509d39d1af9fd85d1fd13282604051602001611b609291906140aa565b5f61264e8383611bbb565b8015611b9d5750604051633367cca560e01b81526001600160a01b0384811660048301527f00000000000000000000000000000000000000000000000000000000000000001690633367cca590602401602060405180830381865afa1580156126b9573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190611b9d9190614126565b6001600160a01b038381165f81815260208190526040808220905163785f9ae360e11b815260048101939093529290917f000000000000000000000000000000000000000000000000000000000000000061ffff16917f0000000000000000000000000000000000000000000000000000000000000000169063f0bf35c690602401602060405180830381865afa15801561277a573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061279e9190613a30565b6127a891906139e1565b905080846001600160801b031611156127e6576040516307e9bf9360e41b81526001600160801b038516600482015260248101829052604401610218565b81545f906127fe9085906001600160801b0316613a00565b604051630213119b60e51b81526001600160a01b0388811660048301529192505f916002917f000000000000000000000000000000000000000000000000000000000000000090911690634262336090602401602060405180830381865afa15801561286c573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906128909190613a30565b61289a91906139e1565b9050808211156128c7576040516307e9bf9360e41b81526004810183905260248101829052604401610218565b5082546001600160801b0319166001600160801b03919091161790915550505050565b6040805160c0810182525f80825260208201819052918101829052606081018290526080810182905260a0810191909152604080516080810182525f8082526020820181905291810182905260608101919091526040805160608101825260075461ffff80821683526201000082048116602084015264010000000090910416818301529051634fad616d60e11b8152600481018790525f9081907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031690639f5ac2da90602401608060405180830381865afa1580156129d4573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906129f89190614152565b6001600160a01b039182166040890152928116602088015288811660608801528916865292509050612a2a8983612f9b565b6001600160801b03166020860152612a428982612f9b565b6001600160801b031660408601526001600160a01b03861615612a7157612a6c89845f0151612f9b565b612a73565b5f5b6001600160801b031660608601526040830151612a91908a90612f9b565b6001600160801b031660808601526020830151612aaf908a90612f9b565b6001600160801b031660a086018190526080860151606087015160408801516020890151612add908e61379e565b612ae7919061379e565b612af1919061379e565b612afb919061379e565b612b05919061379e565b6001600160801b0316855250929791965090945050505050565b612b3182602001518460200151611f56565b612b4382604001518460400151611f56565b612b5582606001518460600151611f56565b612b837f00000000000000000000000000000000000000000000000000000000000000008460800151611f56565b60095460a0840151612baa916801000000000000000090046001600160a01b031690611f56565b80612bbd57815183516106c89190611f56565b82516001600160801b0316156106c8578251604051630852cd8d60e31b81526001600160801b0390911660048201527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906342966c68906024015f604051808303815f87803b158015612c37575f5ffd5b505af1158015612c49573d5f5f3e3d5ffd5b50505050505050565b7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005c156116eb57604051633ee5aeb560e01b815260040160405180910390fd5b80825d5050565b5f8060086001612ca98286613a00565b612cb391906139b7565b612cbd91906139e1565b90505f816001600160401b03811115612cd857612cd8613daf565b604051908082528060200260200182016040528015612d01578160200160208202803683370190505b5090505f5b82811015612dcb576040805160208082018b90526001600160d01b03198a168284015260e084901b6001600160e01b03191660468301528251602a818403018152604a90920190925280519101205f81612d6b8989612d666008886139ca565b612fc8565b6040516001600160f81b031990931660208401526021830191909152604182015260610160405160208183030381529060405280519060200120838381518110612db757612db76141a7565b602090810291909101015250600101612d06565b50612dd581613038565b979650505050505050565b5f80612dfb6001600160801b03841663ffffffff87166139ca565b612e146001600160801b03861663ffffffff89166139ca565b612e1e9190613a00565b9050620f42406001612e308284613a00565b612e3a91906139b7565b612e4491906139e1565b9695505050505050565b604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201527f2bd5af9ee9fa1f0a7517853d71cfc160db46009177af5a82ed09c5510532c342918101919091527fc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc660608201524660808201526001600160a01b03821660a08201525f9060c001611b60565b5f80806041849003612f19578435602086013560408701355f1a612f0b8982858561314a565b955095509550505050612f23565b505f915060029050825b93509350939050565b5f80612f616001600160401b037f00000000000000000000000000000000000000000000000000000000000000001685613a00565b90505f848464ffffffffff1611612f785784612f81565b8364ffffffffff165b9050818110612f905781612f92565b805b95945050505050565b5f611b9d612710612fb961ffff85166001600160801b0387166139ca565b612fc391906139e1565b613212565b5f80825b612fd7600885613a00565b81101561302f57848110612fef5763ffffffff613016565b858582818110613001576130016141a7565b905060200201602081019061301691906137f9565b63ffffffff16602083901b179150806001019050612fcc565b50949350505050565b80515f9080820361304b57505f92915050565b6001811115613128575f6002613062836001613a00565b61306c91906139e1565b90505f5b81811015613120575f836130858360026139ca565b613090906001613a00565b1061309b575f6130cb565b856130a78360026139ca565b6130b2906001613a00565b815181106130c2576130c26141a7565b60200260200101515b90506130fa866130dc8460026139ca565b815181106130ec576130ec6141a7565b602002602001015182613249565b86838151811061310c5761310c6141a7565b602090810291909101015250600101613070565b50905061304b565b825f8151811061313a5761313a6141a7565b6020026020010151915050919050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a084111561318357505f91506003905082613208565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa1580156131d4573d5f5f3e3d5ffd5b5050604051601f1901519150506001600160a01b0381166131ff57505f925060019150829050613208565b92505f91508190505b9450945094915050565b5f6001600160801b03821115613245576040516306dfcc6560e41b81526080600482015260248101839052604401610218565b5090565b5f82158015613256575081155b1561326257505f610a49565b604051600160f81b6020820152602181018490526041810183905260610160405160208183030381529060405280519060200120905092915050565b5f61012082840312156132af575f5ffd5b50919050565b5f5f83601f8401126132c5575f5ffd5b5081356001600160401b038111156132db575f5ffd5b6020830191508360208285010111156132f2575f5ffd5b9250929050565b5f5f83601f840112613309575f5ffd5b5081356001600160401b0381111561331f575f5ffd5b6020830191508360208260051b85010111156132f2575f5ffd5b5f5f5f5f5f5f610180878903121561334f575f5ffd5b86359550613360886020890161329e565b94506101408701356001600160401b0381111561337b575f5ffd5b61338789828a016132b5565b9095509350506101608701356001600160401b038111156133a6575f5ffd5b6133b289828a016132f9565b979a9699509497509295939492505050565b5f5f5f604084860312156133d6575f5ffd5b8335925060208401356001600160401b038111156133f2575f5ffd5b6133fe868287016132f9565b9497909650939450505050565b5f6020828403121561341b575f5ffd5b5035919050565b5f6101208284031215613433575f5ffd5b611b9d838361329e565b5f6020828403121561344d575f5ffd5b81356001600160401b03811115613462575f5ffd5b82016101808185031215611b9d575f5ffd5b5f6101a0828403128015613486575f5ffd5b509092915050565b634e487b7160e01b5f52602160045260245ffd5b60068110610a3157634e487b7160e01b5f52602160045260245ffd5b6134c7816134a2565b9052565b81516001600160a01b03168152610320810160208301516134ef60208401826134be565b50604083015161350a60408401826001600160401b03169052565b50606083015161352560608401826001600160a01b03169052565b50608083015161354060808401826001600160401b03169052565b5060a083015161355860a084018263ffffffff169052565b5060c083015161357360c08401826001600160a01b03169052565b5060e083015161358760e084018215159052565b5061010083015161359d61010084018215159052565b506101208301516101208301526101408301516101408301526101608301516101608301526101808301516101808301526101a08301516135e76101a084018263ffffffff169052565b506101c08301516135fe6101c084018260ff169052565b506101e083015161361b6101e08401826001600160801b03169052565b506102008301516136386102008401826001600160801b03169052565b506102208301516136556102208401826001600160a01b03169052565b5061024083015161366b61024084018215159052565b5061026083015161368161026084018215159052565b5061028083015161369b61028084018263ffffffff169052565b506102a08301516136b56102a084018263ffffffff169052565b506102c08301516136d26102c08401826001600160801b03169052565b506102e08301516136ef6102e08401826001600160801b03169052565b5061030083015161370c6103008401826001600160401b03169052565b5092915050565b5f5f5f83850360c0811215613726575f5ffd5b60a0811215613733575f5ffd5b5083925060a08401356001600160401b0381111561374f575f5ffd5b6133fe868287016132b5565b80356001600160801b0381168114610da1575f5ffd5b5f60208284031215613781575f5ffd5b611b9d8261375b565b634e487b7160e01b5f52601160045260245ffd5b6001600160801b038281168282160390811115610a4957610a4961378a565b803560ff81168114610da1575f5ffd5b5f602082840312156137dd575f5ffd5b611b9d826137bd565b803563ffffffff81168114610da1575f5ffd5b5f60208284031215613809575f5ffd5b611b9d826137e6565b6001600160a01b0381168114610a31575f5ffd5b8035610da181613812565b80356001600160401b0381168114610da1575f5ffd5b80358252602081013561385981613812565b6001600160a01b0316602083015261387360408201613831565b6001600160401b0316604083015260608181013590830152613897608082016137e6565b63ffffffff1660808301526138ae60a082016137bd565b60ff1660a083015260c081810135908301526138cc60e0820161375b565b6001600160801b031660e08301526138e76101008201613831565b6001600160401b038116610100840152505050565b8183526020830192505f815f5b848110156139355763ffffffff61391f836137e6565b1686526020958601959190910190600101613909565b5093949350505050565b6139498186613847565b6101606101208201525f613962610160830185876138fc565b90506001600160401b03831661014083015295945050505050565b858152846020820152608060408201525f61399c6080830185876138fc565b90506139a7836134a2565b8260608301529695505050505050565b81810381811115610a4957610a4961378a565b8082028115828204841417610a4957610a4961378a565b5f826139fb57634e487b7160e01b5f52601260045260245ffd5b500490565b80820180821115610a4957610a4961378a565b82815260408101613a23836134a2565b8260208301529392505050565b5f60208284031215613a40575f5ffd5b5051919050565b5f60208284031215613a57575f5ffd5b611b9d82613831565b8015158114610a31575f5ffd5b8035610da181613a60565b5f60208284031215613a88575f5ffd5b8135611b9d81613a60565b5f60208284031215613aa3575f5ffd5b8135611b9d81613812565b80518252602081015160208301526040810151613ad660408401826001600160a01b03169052565b50606081015160608301526080810151613af8608084018263ffffffff169052565b5060a0810151613b1060a084018263ffffffff169052565b5060c081015160c083015260e0810151613b3560e08401826001600160801b03169052565b50610100810151613b526101008401826001600160801b03169052565b50610120810151613b6f6101208401826001600160801b03169052565b50610140810151613b8c6101408401826001600160401b03169052565b50610160810151613ba361016084018260ff169052565b5061018090810151910152565b5f5f8335601e19843603018112613bc5575f5ffd5b83016020810192503590506001600160401b03811115613be3575f5ffd5b8060051b36038213156132f2575f5ffd5b5f5f8335601e19843603018112613c09575f5ffd5b83016020810192503590506001600160401b03811115613c27575f5ffd5b8036038213156132f2575f5ffd5b81835281816020850137505f828201602090810191909152601f909101601f19169091010190565b613c678184613aae565b6101c06101a082018190528235908201525f613c866020840184613bb0565b6101806101e0850152613c9e610340850182846138fc565b915050613cad604085016137e6565b63ffffffff16610200840152613cc66060850185613bf4565b8483036101bf1901610220860152613cdf838284613c35565b92505050613cef6080850161375b565b6001600160801b0316610240840152613d0a60a0850161375b565b6001600160801b0316610260840152613d2560c0850161375b565b6001600160801b0316610280840152613d4060e08501613831565b6001600160401b03166102a08401526101008401356102c0840152613d686101208501613826565b6001600160a01b03166102e0840152613d8461014085016137e6565b63ffffffff16610300840152613d9d6101608501613a6d565b80151561032085015250949350505050565b634e487b7160e01b5f52604160045260245ffd5b6040516101a081016001600160401b0381118282101715613df257634e487b7160e01b5f52604160045260245ffd5b60405290565b5f6101a0828403128015613e0a575f5ffd5b50613e13613dc3565b8235815260208084013590820152613e2d60408401613826565b604082015260608381013590820152613e48608084016137e6565b6080820152613e5960a084016137e6565b60a082015260c08381013590820152613e7460e0840161375b565b60e0820152613e86610100840161375b565b610100820152613e99610120840161375b565b610120820152613eac6101408401613831565b610140820152613ebf61016084016137bd565b610160820152610180928301359281019290925250919050565b6001600160401b038181168382160190811115610a4957610a4961378a565b5f610120820190506001600160801b03861682526001600160801b03851660208301526001600160801b0384511660408301526001600160801b0360208501511660608301526001600160801b0360408501511660808301526001600160801b0360608501511660a08301526001600160801b0360808501511660c08301526001600160801b0360a08501511660e0830152612f9261010083018415159052565b8281526101408101611b9d6020830184613847565b5f60208284031215613fbe575f5ffd5b8151611b9d81613812565b5f60208284031215613fd9575f5ffd5b815160038110611b9d575f5ffd5b5f5f8335601e19843603018112613ffc575f5ffd5b8301803591506001600160401b03821115614015575f5ffd5b6020019150600581901b36038213156132f2575f5ffd5b5f5f8335601e19843603018112614041575f5ffd5b8301803591506001600160401b0382111561405a575f5ffd5b6020019150368190038213156132f2575f5ffd5b5f6001820161407f5761407f61378a565b5060010190565b818382375f9101908152919050565b8281526101c08101611b9d6020830184613aae565b828152813560208083019190915282013560408083019190915260c08201908301356140d581613812565b6001600160a01b03166060838101919091528301356140f381613812565b6001600160a01b03166080838101919091526001600160401b0390614119908501613831565b1660a08301529392505050565b5f60208284031215614136575f5ffd5b8151611b9d81613a60565b805161ffff81168114610da1575f5ffd5b5f5f5f5f60808587031215614165575f5ffd5b845161417081613812565b935061417e60208601614141565b9250604085015161418e81613812565b915061419c60608601614141565b905092959194509250565b634e487b7160e01b5f52603260045260245ffd",
}

// MarketJobs is an auto generated Go binding around an Ethereum contract.
type MarketJobs struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *MarketJobs) GetABI() abi.ABI {
	return c.abi
}

// NewMarketJobs creates a new instance of MarketJobs.
func NewMarketJobs() *MarketJobs {
	parsed, err := MarketJobsMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &MarketJobs{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *MarketJobs) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address market, (address,address,address,address) n, (uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint16,uint32) t) returns()
func (marketJobs *MarketJobs) PackConstructor(market common.Address, n Neighbours, t Timing) []byte {
	enc, err := marketJobs.abi.Pack("", market, n, t)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackConfigHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe1f1176d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function configHash() view returns(bytes32)
func (marketJobs *MarketJobs) PackConfigHash() []byte {
	enc, err := marketJobs.abi.Pack("configHash")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackConfigHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe1f1176d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function configHash() view returns(bytes32)
func (marketJobs *MarketJobs) TryPackConfigHash() ([]byte, error) {
	return marketJobs.abi.Pack("configHash")
}

// UnpackConfigHash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe1f1176d.
//
// Solidity: function configHash() view returns(bytes32)
func (marketJobs *MarketJobs) UnpackConfigHash(data []byte) ([32]byte, error) {
	out, err := marketJobs.abi.Unpack("configHash", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// ModelRegistryMetaData contains all meta data concerning the ModelRegistry contract.
var ModelRegistryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"name\":\"MAX_PARENT_ROYALTY_BPS\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_ROYALTY_BPS\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"classOf\",\"outputs\":[{\"internalType\":\"enumClass\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"exists\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"headerOf\",\"outputs\":[{\"internalType\":\"bytes\",\"name\":\"\",\"type\":\"bytes\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"kindOf\",\"outputs\":[{\"internalType\":\"enumModelKind\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"parentOf\",\"outputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"enumModelKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"enumClass\",\"name\":\"class\",\"type\":\"uint8\"},{\"internalType\":\"uint32\",\"name\":\"specVersion\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"weightsRoot\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"tokenizerHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"parent\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"royaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"parentRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"minChildRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"}],\"internalType\":\"structManifest\",\"name\":\"manifest\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"header\",\"type\":\"bytes\"},{\"internalType\":\"bytes32[]\",\"name\":\"path\",\"type\":\"bytes32[]\"}],\"name\":\"publish\",\"outputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"royalties\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"creatorBps\",\"type\":\"uint16\"},{\"internalType\":\"address\",\"name\":\"parentCreator\",\"type\":\"address\"},{\"internalType\":\"uint16\",\"name\":\"parentBps\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"specVersionOf\",\"outputs\":[{\"internalType\":\"uint32\",\"name\":\"\",\"type\":\"uint32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"enumModelKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"enumClass\",\"name\":\"class\",\"type\":\"uint8\"},{\"internalType\":\"uint32\",\"name\":\"specVersion\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"weightsRoot\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"tokenizerHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"parent\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"royaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"parentRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"minChildRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"}],\"internalType\":\"structManifest\",\"name\":\"manifest\",\"type\":\"tuple\"}],\"name\":\"versionId\",\"outputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"weightsRootOf\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"publisher\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"parent\",\"type\":\"bytes32\"},{\"components\":[{\"internalType\":\"enumModelKind\",\"name\":\"kind\",\"type\":\"uint8\"},{\"internalType\":\"enumClass\",\"name\":\"class\",\"type\":\"uint8\"},{\"internalType\":\"uint32\",\"name\":\"specVersion\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"weightsRoot\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"tokenizerHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"parent\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"royaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"parentRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"minChildRoyaltyBps\",\"type\":\"uint16\"},{\"internalType\":\"address\",\"name\":\"creator\",\"type\":\"address\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"metadataURI\",\"type\":\"string\"}],\"indexed\":false,\"internalType\":\"structManifest\",\"name\":\"manifest\",\"type\":\"tuple\"},{\"indexed\":false,\"internalType\":\"bytes\",\"name\":\"header\",\"type\":\"bytes\"}],\"name\":\"ModelPublished\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"AlreadyPublished\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"BadHeader\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"computed\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"weightsRoot\",\"type\":\"bytes32\"}],\"name\":\"BadHeaderPath\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"}],\"name\":\"BadManifest\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"parent\",\"type\":\"bytes32\"}],\"name\":\"ParentHasParent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"bps\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"minimum\",\"type\":\"uint256\"}],\"name\":\"ParentRoyaltyTooLow\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"field\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"bps\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"RoyaltyTooHigh\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"ModelVersionId\",\"name\":\"modelVersion\",\"type\":\"bytes32\"}],\"name\":\"UnknownVersion\",\"type\":\"error\"}]",
	ID:  "3e254b56222d92d47acf39cfb7ab1cbcc5",
	Bin: "0x6080604052348015600e575f5ffd5b50611f068061001c5f395ff3fe608060405234801561000f575f5ffd5b50600436106100b1575f3560e01c8063db3dedfa1161006e578063db3dedfa146101af578063ddeda132146101c2578063defc0e62146101e4578063edf1f39d146101ed578063f0adc27f14610223578063f3157baa14610243575f5ffd5b8063023c91c3146100b557806317a2a3c2146100f457806338a699a4146101155780633dca40e6146101385780637426f0cb146101545780639f5ac2da14610167575b5f5ffd5b6100de6100c33660046117da565b5f90815260208190526040902054600160d01b900460ff1690565b6040516100eb9190611819565b60405180910390f35b610107610102366004611886565b61026b565b6040519081526020016100eb565b6101286101233660046117da565b610541565b60405190151581526020016100eb565b6101416105dc81565b60405161ffff90911681526020016100eb565b61010761016236600461194f565b610574565b61017a6101753660046117da565b6105a3565b604080516001600160a01b03958616815261ffff948516602082015294909216918401919091521660608201526080016100eb565b6101076101bd3660046117da565b610607565b6101076101d03660046117da565b5f9081526020819052604090206001015490565b6101416103e881565b6102166101fb3660046117da565b5f90815260208190526040902054600160d81b900460ff1690565b6040516100eb9190611999565b6102366102313660046117da565b61061b565b6040516100eb91906119d5565b6102566102513660046117da565b61067f565b60405163ffffffff90911681526020016100eb565b5f61027586610574565b5f8181526020819052604081209192508154600160d81b900460ff1660028111156102a2576102a26117f1565b146102c857604051636857728b60e11b8152600481018390526024015b60405180910390fd5b6102d18761069d565b6102da876108a8565b6102e787878787876109ed565b6102f087610c69565b61030261014088016101208901611a04565b81546001600160a01b0319166001600160a01b039190911617815561032d60e0880160c08901611a2e565b815461ffff91909116600160a01b0261ffff60a01b1990911617815561035a610100880160e08901611a2e565b815461ffff91909116600160b01b0261ffff60b01b1990911617815561038861012088016101008901611a2e565b815461ffff91909116600160c01b0261ffff60c01b199091161781556103b16020880188611a55565b8154829060ff60d01b1916600160d01b8360048111156103d3576103d36117f1565b02179055506103e86040880160208901611a7c565b8154829060ff60d81b1916600160d81b83600281111561040a5761040a6117f1565b021790555061041f6060880160408901611aa8565b815463ffffffff91909116600160e01b026001600160e01b0390911617815560a087013560018083019190915560608801356002830155608088013560038301556104706040890160208a01611a7c565b6002811115610481576104816117f1565b036104ec575f5b60048110156104ea57868661049e836020611ad5565b906104aa846020611ad5565b6104b5906020611aec565b926104c293929190611aff565b6104cb91611b26565b8260040182600481106104e0576104e0611b43565b0155600101610488565b505b8660a00135336001600160a01b0316837f1ff0ddff54a1cd4b8ce39e736ce82cf660d7a210c9cd4eeebaa8527c019768d78a8a8a60405161052f93929190611ccb565b60405180910390a45095945050505050565b5f805f83815260208190526040902054600160d81b900460ff16600281111561056c5761056c6117f1565b141592915050565b5f816040516020016105869190611cf0565b604051602081830303815290604052805190602001209050919050565b5f5f5f5f5f6105b186610f33565b80546001600160a01b038116965061ffff600160a01b820481169650600160b01b909104169250905081156105ff5760018101545f908152602081905260409020546001600160a01b031692505b509193509193565b5f61061182610f33565b6002015492915050565b60605f61062783610f33565b6040805160808101918290529160049081019182845b81548152602001906001019080831161063d5750505050509050806040516020016106689190611d02565b604051602081830303815290604052915050919050565b5f61068982610f33565b54600160e01b900463ffffffff1692915050565b5f6106ab6020830183611a55565b60048111156106bc576106bc6117f1565b036106f35760405163c94c734560e01b81526004016102bf906020808252600490820152631ada5b9960e21b604082015260600190565b5f6107046040830160208401611a7c565b6002811115610715576107156117f1565b036107335760405163c94c734560e01b81526004016102bf90611d35565b60046107426020830183611a55565b6004811115610753576107536117f1565b1480156107815750600261076d6040830160208401611a7c565b600281111561077e5761077e6117f1565b14155b1561079f5760405163c94c734560e01b81526004016102bf90611d35565b5f6107b261014083016101208401611a04565b6001600160a01b0316036107f35760405163c94c734560e01b815260206004820152600760248201526631b932b0ba37b960c91b60448201526064016102bf565b610801610140820182611d54565b1590508061081e5750604061081a610140830183611d54565b9050115b156108555760405163c94c734560e01b81526004016102bf906020808252600490820152636e616d6560e01b604082015260600190565b610200610866610160830183611d54565b905011156108a55760405163c94c734560e01b815260206004820152600b60248201526a6d6574616461746155524960a81b60448201526064016102bf565b50565b6105dc6108bb60e0830160c08401611a2e565b61ffff16111561091e576108d560e0820160c08301611a2e565b604051633965f21760e01b815260606004820152600a606482015269726f79616c747942707360b01b608482015261ffff90911660248201526105dc604482015260a4016102bf565b6103e8610932610100830160e08401611a2e565b61ffff16111561096b5761094d610100820160e08301611a2e565b6103e8604051633965f21760e01b81526004016102bf929190611d97565b6103e861098061012083016101008401611a2e565b61ffff1611156108a55761099c61012082016101008301611a2e565b604051633965f21760e01b81526060600482015260126064820152716d696e4368696c64526f79616c747942707360701b608482015261ffff90911660248201526103e8604482015260a4016102bf565b60026109ff6040870160208801611a7c565b6002811115610a1057610a106117f1565b03610aff57606085013515610a565760405163c94c734560e01b815260206004820152600b60248201526a1dd95a59da1d1cd49bdbdd60aa1b60448201526064016102bf565b610a666060860160408701611aa8565b63ffffffff1615610a8a5760405163c94c734560e01b81526004016102bf90611de0565b8215610ac25760405163c94c734560e01b81526020600482015260066024820152653432b0b232b960d11b60448201526064016102bf565b8015610afa5760405163c94c734560e01b81526004016102bf906020808252600490820152630e0c2e8d60e31b604082015260600190565b610c62565b610b0f6060860160408701611aa8565b63ffffffff166001141580610b33575046617a6914158015610b3357504661053914155b15610b515760405163c94c734560e01b81526004016102bf90611de0565b60808501355f03610b955760405163c94c734560e01b815260206004820152600d60248201526c0e8ded6cadcd2f4cae490c2e6d609b1b60448201526064016102bf565b610b9f8484610f84565b801580610bac5750601481115b15610be35760405163c94c734560e01b81526004016102bf906020808252600490820152630e0c2e8d60e31b604082015260600190565b5f610c2d610c2586868080601f0160208091040260200160405190810160405280939291908181526020018383808284375f920191909152506114d492505050565b5f85856114e9565b905085606001358114610c6057604051633983ae7160e11b815260048101829052606087013560248201526044016102bf565b505b5050505050565b5f6002610c796020840184611a55565b6004811115610c8a57610c8a6117f1565b1480610cb357506003610ca06020840184611a55565b6004811115610cb157610cb16117f1565b145b905080151560a0830135151514610cf65760405163c94c734560e01b81526020600482015260066024820152651c185c995b9d60d21b60448201526064016102bf565b80610d3257610d0c610100830160e08401611a2e565b61ffff1615610d2e5760405163c94c734560e01b81526004016102bf90611e05565b5050565b5f610d408360a00135610f33565b600181015490915015610d6c57604051630ecd3cc560e41b815260a084013560048201526024016102bf565b8054600160c01b900461ffff16610d8a610100850160e08601611a2e565b61ffff161015610dd757610da5610100840160e08501611a2e565b8154604051634404db9760e01b815261ffff9283166004820152600160c01b90910490911660248201526044016102bf565b6003610de66020850185611a55565b6004811115610df757610df76117f1565b14610e0157505050565b8054600160d81b900460ff166002811115610e1e57610e1e6117f1565b610e2e6040850160208601611a7c565b6002811115610e3f57610e3f6117f1565b14610e5d5760405163c94c734560e01b81526004016102bf90611d35565b8060020154836060013514610ea35760405163c94c734560e01b815260206004820152600b60248201526a1dd95a59da1d1cd49bdbdd60aa1b60448201526064016102bf565b8054600160e01b900463ffffffff16610ec26060850160408601611aa8565b63ffffffff1614610ee65760405163c94c734560e01b81526004016102bf90611de0565b8060030154836080013514610f2e5760405163c94c734560e01b815260206004820152600d60248201526c0e8ded6cadcd2f4cae490c2e6d609b1b60448201526064016102bf565b505050565b5f818152602081905260408120908154600160d81b900460ff166002811115610f5e57610f5e6117f1565b03610f7f5760405163270fca3360e21b8152600481018390526024016102bf565b919050565b60808114610fc757604080516385e2a27960e01b8152600481019190915260066044820152650d8cadccee8d60d31b6064820152602481018290526084016102bf565b610fd460045f8385611aff565b610fdd91611e34565b6001600160e01b0319166344474d3160e01b146110485761100160045f8385611aff565b61100a91611e34565b604080516385e2a27960e01b8152600481019190915260056044820152646d6167696360d81b606482015260e09190911c60248201526084016102bf565b61107782826004604051806040016040528060078152602001663b32b939b4b7b760c91b81525060018061155e565b506110a482826008604051806040016040528060048152602001631ada5b9960e21b81525060018061155e565b506110d08282600c604051806040016040528060018152602001601960fa1b815250602061400061155e565b506110fd82826010604051806040016040528060018152602001603360f91b81525060206201000061155e565b5061112982826014604051806040016040528060018152602001601360fa1b81525060016103e761155e565b505f61115683836018604051806040016040528060018152602001600960fb1b815250600161400061155e565b90505f6111828484601c604051806040016040528060018152602001604760f81b81525060018761155e565b905061118e8183611e6c565b156111c957604080516385e2a27960e01b8152600481019190915260016044820152604760f81b6064820152602481018290526084016102bf565b5f6111f685856020604051806040016040528060028152602001611a1960f21b815250600261010061155e565b9050611203600282611e6c565b151580611219575060206112178285611ad5565b105b8061122e575061400061122c8285611ad5565b115b1561126a57604080516385e2a27960e01b8152600481019190915260026044820152611a1960f21b6064820152602481018290526084016102bf565b5f61129786866024604051806040016040528060018152602001602b60f91b81525060016204000061155e565b90506112c486866028604051806040016040528060018152602001602760f91b815250600161800061155e565b505f6112ef8787602c604051806040016040528060018152602001603960f91b81525060028861155e565b90506112fc600282611e6c565b1561133757604080516385e2a27960e01b8152600481019190915260016044820152603960f91b6064820152602481018290526084016102bf565b6113648787603060405180604001604052806005815260200164666c61677360d81b8152505f600161155e565b506113a5878760346040518060400160405280600381526020016265707360e81b81525060018063ffffffff61139a9190611e8b565b63ffffffff1661155e565b506113d487876038604051806040016040528060018152602001604360f81b8152506280000062ffffff61155e565b506114008787603c60405180604001604052806002815260200161634560f01b8152506017601b61155e565b5061142d87876040805180604001604052806005815260200164067726f75760dc1b81525060208061155e565b5061145e8787604460405180604001604052806008815260200167195e1c1bdb995b9d60c21b81525060188061155e565b505f61146c888860486115a5565b9050828110158015611482575063ffffffff8114155b156114bf57604080516385e2a27960e01b815260048101919091526003604482015262626f7360e81b6064820152602481018290526084016102bf565b6114ca888885611655565b5050505050505050565b6040515f906105869082908490602001611ea7565b5f805b828110156115545760018516156115245761151f84848381811061151257611512611b43565b9050602002013587611784565b611546565b6115468685858481811061153a5761153a611b43565b90506020020135611784565b9550600194851c94016114ec565b5093949350505050565b5f61156a8787876115a5565b90508281108061157957508181115b1561159b5783816040516385e2a27960e01b81526004016102bf929190611ed2565b9695505050505050565b5f601884846115b5856003611aec565b8181106115c4576115c4611b43565b919091013560f81c90911b9050601085856115e0866002611aec565b8181106115ef576115ef611b43565b919091013560f81c90911b90506008868661160b876001611aec565b81811061161a5761161a611b43565b919091013560f81c90911b905086868681811061163957611639611b43565b9050013560f81c60f81b60f81c60ff1617171790509392505050565b5f6116838484604c6040518060400160405280600581526020016473746f707360d81b8152505f600861155e565b90505f5b6008811015611736575f811580159061169f57508282105b6116a9575f6116d4565b6116c986866116b9856004611ad5565b6116c490604c611aec565b6115a5565b6116d4906001611aec565b905061172c86866116e6856004611ad5565b6116f1906050611aec565b60405180604001604052806004815260200163073746f760e41b8152508588881061171c575f61155e565b61172760018b611ef3565b61155e565b5050600101611687565b5060705b6080811015610c6257611771858583604051806040016040528060088152602001671c995cd95c9d995960c21b8152505f5f61155e565b5061177d600482611aec565b905061173a565b5f82158015611791575081155b1561179d57505f6117d4565b604051600160f81b602082015260218101849052604181018390526061016040516020818303038152906040528051906020012090505b92915050565b5f602082840312156117ea575f5ffd5b5035919050565b634e487b7160e01b5f52602160045260245ffd5b60058110611815576118156117f1565b9052565b602081016117d48284611805565b5f6101808284031215611838575f5ffd5b50919050565b5f5f83601f84011261184e575f5ffd5b50813567ffffffffffffffff811115611865575f5ffd5b6020830191508360208260051b850101111561187f575f5ffd5b9250929050565b5f5f5f5f5f6060868803121561189a575f5ffd5b853567ffffffffffffffff8111156118b0575f5ffd5b6118bc88828901611827565b955050602086013567ffffffffffffffff8111156118d8575f5ffd5b8601601f810188136118e8575f5ffd5b803567ffffffffffffffff8111156118fe575f5ffd5b88602082840101111561190f575f5ffd5b60209190910194509250604086013567ffffffffffffffff811115611932575f5ffd5b61193e8882890161183e565b969995985093965092949392505050565b5f6020828403121561195f575f5ffd5b813567ffffffffffffffff811115611975575f5ffd5b61198184828501611827565b949350505050565b60038110611815576118156117f1565b602081016117d48284611989565b5f81518084528060208401602086015e5f602082860101526020601f19601f83011685010191505092915050565b602081525f6119e760208301846119a7565b9392505050565b80356001600160a01b0381168114610f7f575f5ffd5b5f60208284031215611a14575f5ffd5b6119e7826119ee565b803561ffff81168114610f7f575f5ffd5b5f60208284031215611a3e575f5ffd5b6119e782611a1d565b803560058110610f7f575f5ffd5b5f60208284031215611a65575f5ffd5b6119e782611a47565b803560038110610f7f575f5ffd5b5f60208284031215611a8c575f5ffd5b6119e782611a6e565b803563ffffffff81168114610f7f575f5ffd5b5f60208284031215611ab8575f5ffd5b6119e782611a95565b634e487b7160e01b5f52601160045260245ffd5b80820281158282048414176117d4576117d4611ac1565b808201808211156117d4576117d4611ac1565b5f5f85851115611b0d575f5ffd5b83861115611b19575f5ffd5b5050820193919092039150565b803560208310156117d4575f19602084900360031b1b1692915050565b634e487b7160e01b5f52603260045260245ffd5b5f5f8335601e19843603018112611b6c575f5ffd5b830160208101925035905067ffffffffffffffff811115611b8b575f5ffd5b80360382131561187f575f5ffd5b81835281816020850137505f828201602090810191909152601f909101601f19169091010190565b611bd382611bce83611a47565b611805565b5f611be060208301611a6e565b611bed6020850182611989565b50611bfa60408301611a95565b63ffffffff166040840152606082810135908401526080808301359084015260a08083013590840152611c2f60c08301611a1d565b61ffff1660c0840152611c4460e08301611a1d565b61ffff1660e0840152611c5a6101008301611a1d565b61ffff16610100840152611c7161012083016119ee565b6001600160a01b0316610120840152611c8e610140830183611b57565b610180610140860152611ca661018086018284611b99565b915050611cb7610160840184611b57565b85830361016087015261159b838284611b99565b604081525f611cdd6040830186611bc1565b828103602084015261159b818587611b99565b602081525f6119e76020830184611bc1565b5f8183825b6004811015611d26578151835260209283019290910190600101611d07565b50505060808201905092915050565b602080825260059082015264636c61737360d81b604082015260600190565b5f5f8335601e19843603018112611d69575f5ffd5b83018035915067ffffffffffffffff821115611d83575f5ffd5b60200191503681900382131561187f575f5ffd5b606081525f611dc660608301601081526f706172656e74526f79616c747942707360801b602082015260400190565b61ffff948516602084015292909316604090910152919050565b6020808252600b908201526a39b832b1ab32b939b4b7b760a91b604082015260600190565b602081525f6117d460208301601081526f706172656e74526f79616c747942707360801b602082015260400190565b80356001600160e01b03198116906004841015611e65576001600160e01b0319600485900360031b81901b82161691505b5092915050565b5f82611e8657634e487b7160e01b5f52601260045260245ffd5b500690565b63ffffffff82811682821603908111156117d4576117d4611ac1565b6001600160f81b03198316815281515f908060208501600185015e5f92016001019182525092915050565b604081525f611ee460408301856119a7565b90508260208301529392505050565b818103818111156117d4576117d4611ac156",
}

// ModelRegistry is an auto generated Go binding around an Ethereum contract.
type ModelRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *ModelRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewModelRegistry creates a new instance of ModelRegistry.
func NewModelRegistry() *ModelRegistry {
	parsed, err := ModelRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &ModelRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *ModelRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackMAXPARENTROYALTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdefc0e62.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_PARENT_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) PackMAXPARENTROYALTYBPS() []byte {
	enc, err := modelRegistry.abi.Pack("MAX_PARENT_ROYALTY_BPS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXPARENTROYALTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdefc0e62.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_PARENT_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) TryPackMAXPARENTROYALTYBPS() ([]byte, error) {
	return modelRegistry.abi.Pack("MAX_PARENT_ROYALTY_BPS")
}

// UnpackMAXPARENTROYALTYBPS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdefc0e62.
//
// Solidity: function MAX_PARENT_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) UnpackMAXPARENTROYALTYBPS(data []byte) (uint16, error) {
	out, err := modelRegistry.abi.Unpack("MAX_PARENT_ROYALTY_BPS", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackMAXROYALTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3dca40e6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) PackMAXROYALTYBPS() []byte {
	enc, err := modelRegistry.abi.Pack("MAX_ROYALTY_BPS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXROYALTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3dca40e6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) TryPackMAXROYALTYBPS() ([]byte, error) {
	return modelRegistry.abi.Pack("MAX_ROYALTY_BPS")
}

// UnpackMAXROYALTYBPS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3dca40e6.
//
// Solidity: function MAX_ROYALTY_BPS() view returns(uint16)
func (modelRegistry *ModelRegistry) UnpackMAXROYALTYBPS(data []byte) (uint16, error) {
	out, err := modelRegistry.abi.Unpack("MAX_ROYALTY_BPS", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackClassOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xedf1f39d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function classOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) PackClassOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("classOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClassOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xedf1f39d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function classOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) TryPackClassOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("classOf", modelVersion)
}

// UnpackClassOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xedf1f39d.
//
// Solidity: function classOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) UnpackClassOf(data []byte) (uint8, error) {
	out, err := modelRegistry.abi.Unpack("classOf", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackExists is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38a699a4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function exists(bytes32 modelVersion) view returns(bool)
func (modelRegistry *ModelRegistry) PackExists(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("exists", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackExists is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x38a699a4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function exists(bytes32 modelVersion) view returns(bool)
func (modelRegistry *ModelRegistry) TryPackExists(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("exists", modelVersion)
}

// UnpackExists is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x38a699a4.
//
// Solidity: function exists(bytes32 modelVersion) view returns(bool)
func (modelRegistry *ModelRegistry) UnpackExists(data []byte) (bool, error) {
	out, err := modelRegistry.abi.Unpack("exists", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackHeaderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0adc27f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function headerOf(bytes32 modelVersion) view returns(bytes)
func (modelRegistry *ModelRegistry) PackHeaderOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("headerOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHeaderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0adc27f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function headerOf(bytes32 modelVersion) view returns(bytes)
func (modelRegistry *ModelRegistry) TryPackHeaderOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("headerOf", modelVersion)
}

// UnpackHeaderOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf0adc27f.
//
// Solidity: function headerOf(bytes32 modelVersion) view returns(bytes)
func (modelRegistry *ModelRegistry) UnpackHeaderOf(data []byte) ([]byte, error) {
	out, err := modelRegistry.abi.Unpack("headerOf", data)
	if err != nil {
		return *new([]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([]byte)).(*[]byte)
	return out0, nil
}

// PackKindOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x023c91c3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function kindOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) PackKindOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("kindOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackKindOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x023c91c3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function kindOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) TryPackKindOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("kindOf", modelVersion)
}

// UnpackKindOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x023c91c3.
//
// Solidity: function kindOf(bytes32 modelVersion) view returns(uint8)
func (modelRegistry *ModelRegistry) UnpackKindOf(data []byte) (uint8, error) {
	out, err := modelRegistry.abi.Unpack("kindOf", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackParentOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddeda132.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function parentOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) PackParentOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("parentOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackParentOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xddeda132.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function parentOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) TryPackParentOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("parentOf", modelVersion)
}

// UnpackParentOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xddeda132.
//
// Solidity: function parentOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) UnpackParentOf(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("parentOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17a2a3c2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function publish((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest, bytes header, bytes32[] path) returns(bytes32 modelVersion)
func (modelRegistry *ModelRegistry) PackPublish(manifest Manifest, header []byte, path [][32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("publish", manifest, header, path)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPublish is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x17a2a3c2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function publish((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest, bytes header, bytes32[] path) returns(bytes32 modelVersion)
func (modelRegistry *ModelRegistry) TryPackPublish(manifest Manifest, header []byte, path [][32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("publish", manifest, header, path)
}

// UnpackPublish is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x17a2a3c2.
//
// Solidity: function publish((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest, bytes header, bytes32[] path) returns(bytes32 modelVersion)
func (modelRegistry *ModelRegistry) UnpackPublish(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("publish", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackRoyalties is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9f5ac2da.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function royalties(bytes32 modelVersion) view returns(address creator, uint16 creatorBps, address parentCreator, uint16 parentBps)
func (modelRegistry *ModelRegistry) PackRoyalties(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("royalties", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRoyalties is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9f5ac2da.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function royalties(bytes32 modelVersion) view returns(address creator, uint16 creatorBps, address parentCreator, uint16 parentBps)
func (modelRegistry *ModelRegistry) TryPackRoyalties(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("royalties", modelVersion)
}

// RoyaltiesOutput serves as a container for the return parameters of contract
// method Royalties.
type RoyaltiesOutput struct {
	Creator       common.Address
	CreatorBps    uint16
	ParentCreator common.Address
	ParentBps     uint16
}

// UnpackRoyalties is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9f5ac2da.
//
// Solidity: function royalties(bytes32 modelVersion) view returns(address creator, uint16 creatorBps, address parentCreator, uint16 parentBps)
func (modelRegistry *ModelRegistry) UnpackRoyalties(data []byte) (RoyaltiesOutput, error) {
	out, err := modelRegistry.abi.Unpack("royalties", data)
	outstruct := new(RoyaltiesOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Creator = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.CreatorBps = *abi.ConvertType(out[1], new(uint16)).(*uint16)
	outstruct.ParentCreator = *abi.ConvertType(out[2], new(common.Address)).(*common.Address)
	outstruct.ParentBps = *abi.ConvertType(out[3], new(uint16)).(*uint16)
	return *outstruct, nil
}

// PackSpecVersionOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf3157baa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function specVersionOf(bytes32 modelVersion) view returns(uint32)
func (modelRegistry *ModelRegistry) PackSpecVersionOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("specVersionOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSpecVersionOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf3157baa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function specVersionOf(bytes32 modelVersion) view returns(uint32)
func (modelRegistry *ModelRegistry) TryPackSpecVersionOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("specVersionOf", modelVersion)
}

// UnpackSpecVersionOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf3157baa.
//
// Solidity: function specVersionOf(bytes32 modelVersion) view returns(uint32)
func (modelRegistry *ModelRegistry) UnpackSpecVersionOf(data []byte) (uint32, error) {
	out, err := modelRegistry.abi.Unpack("specVersionOf", data)
	if err != nil {
		return *new(uint32), err
	}
	out0 := *abi.ConvertType(out[0], new(uint32)).(*uint32)
	return out0, nil
}

// PackVersionId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7426f0cb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function versionId((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest) pure returns(bytes32)
func (modelRegistry *ModelRegistry) PackVersionId(manifest Manifest) []byte {
	enc, err := modelRegistry.abi.Pack("versionId", manifest)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVersionId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7426f0cb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function versionId((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest) pure returns(bytes32)
func (modelRegistry *ModelRegistry) TryPackVersionId(manifest Manifest) ([]byte, error) {
	return modelRegistry.abi.Pack("versionId", manifest)
}

// UnpackVersionId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7426f0cb.
//
// Solidity: function versionId((uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest) pure returns(bytes32)
func (modelRegistry *ModelRegistry) UnpackVersionId(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("versionId", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackWeightsRootOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdb3dedfa.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function weightsRootOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) PackWeightsRootOf(modelVersion [32]byte) []byte {
	enc, err := modelRegistry.abi.Pack("weightsRootOf", modelVersion)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWeightsRootOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdb3dedfa.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function weightsRootOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) TryPackWeightsRootOf(modelVersion [32]byte) ([]byte, error) {
	return modelRegistry.abi.Pack("weightsRootOf", modelVersion)
}

// UnpackWeightsRootOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdb3dedfa.
//
// Solidity: function weightsRootOf(bytes32 modelVersion) view returns(bytes32)
func (modelRegistry *ModelRegistry) UnpackWeightsRootOf(data []byte) ([32]byte, error) {
	out, err := modelRegistry.abi.Unpack("weightsRootOf", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// ModelRegistryModelPublished represents a ModelPublished event raised by the ModelRegistry contract.
type ModelRegistryModelPublished struct {
	ModelVersion [32]byte
	Publisher    common.Address
	Parent       [32]byte
	Manifest     Manifest
	Header       []byte
	Raw          *types.Log // Blockchain specific contextual infos
}

const ModelRegistryModelPublishedEventName = "ModelPublished"

// ContractEventName returns the user-defined event name.
func (ModelRegistryModelPublished) ContractEventName() string {
	return ModelRegistryModelPublishedEventName
}

// UnpackModelPublishedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ModelPublished(bytes32 indexed modelVersion, address indexed publisher, bytes32 indexed parent, (uint8,uint8,uint32,bytes32,bytes32,bytes32,uint16,uint16,uint16,address,string,string) manifest, bytes header)
func (modelRegistry *ModelRegistry) UnpackModelPublishedEvent(log *types.Log) (*ModelRegistryModelPublished, error) {
	event := "ModelPublished"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != modelRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ModelRegistryModelPublished)
	if len(log.Data) > 0 {
		if err := modelRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range modelRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (modelRegistry *ModelRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["AlreadyPublished"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackAlreadyPublishedError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["BadHeader"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackBadHeaderError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["BadHeaderPath"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackBadHeaderPathError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["BadManifest"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackBadManifestError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["ParentHasParent"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackParentHasParentError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["ParentRoyaltyTooLow"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackParentRoyaltyTooLowError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["RoyaltyTooHigh"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackRoyaltyTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], modelRegistry.abi.Errors["UnknownVersion"].ID.Bytes()[:4]) {
		return modelRegistry.UnpackUnknownVersionError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// ModelRegistryAlreadyPublished represents a AlreadyPublished error raised by the ModelRegistry contract.
type ModelRegistryAlreadyPublished struct {
	ModelVersion [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyPublished(bytes32 modelVersion)
func ModelRegistryAlreadyPublishedErrorID() common.Hash {
	return common.HexToHash("0xd0aee51620d79c28c115990acd3da4b0a78507f71e79228ca2a81d53f4759cbf")
}

// UnpackAlreadyPublishedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyPublished(bytes32 modelVersion)
func (modelRegistry *ModelRegistry) UnpackAlreadyPublishedError(raw []byte) (*ModelRegistryAlreadyPublished, error) {
	out := new(ModelRegistryAlreadyPublished)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "AlreadyPublished", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryBadHeader represents a BadHeader error raised by the ModelRegistry contract.
type ModelRegistryBadHeader struct {
	Field string
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadHeader(string field, uint256 value)
func ModelRegistryBadHeaderErrorID() common.Hash {
	return common.HexToHash("0x85e2a279f8a19ab32d459986c164d6b37c53343390f2bd6573126c4f36dfc005")
}

// UnpackBadHeaderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadHeader(string field, uint256 value)
func (modelRegistry *ModelRegistry) UnpackBadHeaderError(raw []byte) (*ModelRegistryBadHeader, error) {
	out := new(ModelRegistryBadHeader)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "BadHeader", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryBadHeaderPath represents a BadHeaderPath error raised by the ModelRegistry contract.
type ModelRegistryBadHeaderPath struct {
	Computed    [32]byte
	WeightsRoot [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadHeaderPath(bytes32 computed, bytes32 weightsRoot)
func ModelRegistryBadHeaderPathErrorID() common.Hash {
	return common.HexToHash("0x73075ce234b6a46e77a7752d5642caa851a167cc05a7d5a0e53c70ddc32c296e")
}

// UnpackBadHeaderPathError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadHeaderPath(bytes32 computed, bytes32 weightsRoot)
func (modelRegistry *ModelRegistry) UnpackBadHeaderPathError(raw []byte) (*ModelRegistryBadHeaderPath, error) {
	out := new(ModelRegistryBadHeaderPath)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "BadHeaderPath", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryBadManifest represents a BadManifest error raised by the ModelRegistry contract.
type ModelRegistryBadManifest struct {
	Field string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadManifest(string field)
func ModelRegistryBadManifestErrorID() common.Hash {
	return common.HexToHash("0xc94c7345a660c8617cdd109d91c0c3f2a568c0198cd09eb57921497cef1dbc86")
}

// UnpackBadManifestError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadManifest(string field)
func (modelRegistry *ModelRegistry) UnpackBadManifestError(raw []byte) (*ModelRegistryBadManifest, error) {
	out := new(ModelRegistryBadManifest)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "BadManifest", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryParentHasParent represents a ParentHasParent error raised by the ModelRegistry contract.
type ModelRegistryParentHasParent struct {
	Parent [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ParentHasParent(bytes32 parent)
func ModelRegistryParentHasParentErrorID() common.Hash {
	return common.HexToHash("0xecd3cc50f592dba0db2dc8e9bef8d72b7214c12a98b01de72350e98910716c9e")
}

// UnpackParentHasParentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ParentHasParent(bytes32 parent)
func (modelRegistry *ModelRegistry) UnpackParentHasParentError(raw []byte) (*ModelRegistryParentHasParent, error) {
	out := new(ModelRegistryParentHasParent)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "ParentHasParent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryParentRoyaltyTooLow represents a ParentRoyaltyTooLow error raised by the ModelRegistry contract.
type ModelRegistryParentRoyaltyTooLow struct {
	Bps     *big.Int
	Minimum *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ParentRoyaltyTooLow(uint256 bps, uint256 minimum)
func ModelRegistryParentRoyaltyTooLowErrorID() common.Hash {
	return common.HexToHash("0x4404db970d29961ef7bdb6151efe9be1bbf4602aa71aafcadd3e570a588314b8")
}

// UnpackParentRoyaltyTooLowError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ParentRoyaltyTooLow(uint256 bps, uint256 minimum)
func (modelRegistry *ModelRegistry) UnpackParentRoyaltyTooLowError(raw []byte) (*ModelRegistryParentRoyaltyTooLow, error) {
	out := new(ModelRegistryParentRoyaltyTooLow)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "ParentRoyaltyTooLow", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryRoyaltyTooHigh represents a RoyaltyTooHigh error raised by the ModelRegistry contract.
type ModelRegistryRoyaltyTooHigh struct {
	Field string
	Bps   *big.Int
	Limit *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error RoyaltyTooHigh(string field, uint256 bps, uint256 limit)
func ModelRegistryRoyaltyTooHighErrorID() common.Hash {
	return common.HexToHash("0x3965f21760bfb1d9ce3593bcfeec651c7310c6b1a113026c67ae218d5a5778eb")
}

// UnpackRoyaltyTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error RoyaltyTooHigh(string field, uint256 bps, uint256 limit)
func (modelRegistry *ModelRegistry) UnpackRoyaltyTooHighError(raw []byte) (*ModelRegistryRoyaltyTooHigh, error) {
	out := new(ModelRegistryRoyaltyTooHigh)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "RoyaltyTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ModelRegistryUnknownVersion represents a UnknownVersion error raised by the ModelRegistry contract.
type ModelRegistryUnknownVersion struct {
	ModelVersion [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownVersion(bytes32 modelVersion)
func ModelRegistryUnknownVersionErrorID() common.Hash {
	return common.HexToHash("0x9c3f28cc16ab50fa24f8b7f95be4adb02c5793644b16cd3cb8abf4ce855daaf1")
}

// UnpackUnknownVersionError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownVersion(bytes32 modelVersion)
func (modelRegistry *ModelRegistry) UnpackUnknownVersionError(raw []byte) (*ModelRegistryUnknownVersion, error) {
	out := new(ModelRegistryUnknownVersion)
	if err := modelRegistry.abi.UnpackIntoInterface(out, "UnknownVersion", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// SlasherMetaData contains all meta data concerning the Slasher contract.
var SlasherMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIVault\",\"name\":\"vault\",\"type\":\"address\"},{\"internalType\":\"contractIStaking\",\"name\":\"staking\",\"type\":\"address\"},{\"internalType\":\"contractIMarket\",\"name\":\"market\",\"type\":\"address\"},{\"internalType\":\"address[]\",\"name\":\"callers_\",\"type\":\"address[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"MAX_BOUNTY_BPS\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_RETURNED_BPS\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"MAX_SLASH_BPS\",\"outputs\":[{\"internalType\":\"uint16\",\"name\":\"\",\"type\":\"uint16\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"callers\",\"outputs\":[{\"internalType\":\"address[]\",\"name\":\"\",\"type\":\"address[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"disproveJob\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"slashable\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"exitUntil\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"creditUntil\",\"type\":\"uint64\"}],\"name\":\"hold\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"isCaller\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"payFromPool\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"}],\"name\":\"refundPaid\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"},{\"internalType\":\"uint16\",\"name\":\"bps\",\"type\":\"uint16\"},{\"internalType\":\"bool\",\"name\":\"forfeitCredit\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"refundTo\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"refund\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"bountyTo\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"bounty\",\"type\":\"uint256\"}],\"name\":\"slash\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"taken\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"wiring\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"vault\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"staking\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"market\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":false,\"internalType\":\"address[]\",\"name\":\"callers\",\"type\":\"address[]\"}],\"name\":\"CallersSealed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"PoolPaid\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotAContract\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotCaller\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint16\",\"name\":\"bps\",\"type\":\"uint16\"},{\"internalType\":\"uint16\",\"name\":\"limit\",\"type\":\"uint16\"}],\"name\":\"SlashTooHigh\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"}]",
	ID:  "7096c498299c43fbc38e19f7af684f72da",
	Bin: "0x60e060405234801561000f575f5ffd5b5060405161116e38038061116e83398101604081905261002e916101ed565b6001600160a01b038416158061004b57506001600160a01b038316155b8061005d57506001600160a01b038216155b1561007b5760405163d92e233d60e01b815260040160405180910390fd5b6001600160a01b0380851660805283811660a052821660c0525f5b8151811015610164578181815181106100b1576100b16102f1565b60200260200101516001600160a01b03163b5f03610115578181815181106100db576100db6102f1565b60200260200101516040516322a2d07b60e21b815260040161010c91906001600160a01b0391909116815260200190565b60405180910390fd5b60015f5f84848151811061012b5761012b6102f1565b6020908102919091018101516001600160a01b031682528101919091526040015f20805460ff1916911515919091179055600101610096565b5060026101718282610305565b507f6bf336af8108141b0d75275c68332722c39e069d1618ae0ea3e2d921f4b455fa816040516101a191906103ae565b60405180910390a1505050506103f9565b6001600160a01b03811681146101c6575f5ffd5b50565b634e487b7160e01b5f52604160045260245ffd5b80516101e8816101b2565b919050565b5f5f5f5f60808587031215610200575f5ffd5b845161020b816101b2565b602086015190945061021c816101b2565b604086015190935061022d816101b2565b60608601519092506001600160401b03811115610248575f5ffd5b8501601f81018713610258575f5ffd5b80516001600160401b03811115610271576102716101c9565b604051600582901b90603f8201601f191681016001600160401b038111828210171561029f5761029f6101c9565b60405291825260208184018101929081018a8411156102bc575f5ffd5b6020850194505b838510156102e2576102d4856101dd565b8152602094850194016102c3565b50969995985093965050505050565b634e487b7160e01b5f52603260045260245ffd5b81516001600160401b0381111561031e5761031e6101c9565b68010000000000000000811115610337576103376101c9565b81548183558082101561036b57825f528160205f20018282035f5b81811015610367575f83820155600101610352565b5050505b506020830161037f835f9081526020902090565b5f5b838110156103a65782516001600160a01b031681830155602090920191600101610381565b505050505050565b602080825282518282018190525f918401906040840190835b818110156103ee5783516001600160a01b03168352602093840193909201916001016103c7565b509095945050505050565b60805160a05160c051610d0c6104625f395f81816101e20152818161056101528181610733015281816107e1015261095101525f81816101ba01528181610486015281816106a001526108ba01525f81816101950152818161031f01526103a20152610d0c5ff3fe608060405234801561000f575f5ffd5b50600436106100a6575f3560e01c80637ac07dcc1161006e5780637ac07dcc1461012f57806393ae7f6114610161578063b2aa360414610174578063ce4e423f14610187578063e5a4ffc514610211578063ff45de2e1461021a575f5ffd5b8063108e6cfc146100aa57806331440f55146100c857806342fd3769146100e45780635c5aa4e0146100ed5780636bfeb66a1461011a575b5f5ffd5b6100b261022d565b6040516100bf91906109c8565b60405180910390f35b6100d16105dc81565b60405161ffff90911681526020016100bf565b6100d16102bc81565b61010c6100fb366004610a13565b60016020525f908152604090205481565b6040519081526020016100bf565b61012d610128366004610a45565b61028d565b005b61015161013d366004610a6d565b5f6020819052908152604090205460ff1681565b60405190151581526020016100bf565b61010c61016f366004610a98565b6103ff565b61012d610182366004610a13565b61079a565b604080516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000811682527f0000000000000000000000000000000000000000000000000000000000000000811660208301527f000000000000000000000000000000000000000000000000000000000000000016918101919091526060016100bf565b6100d16101f481565b61012d610228366004610b34565b610843565b6060600280548060200260200160405190810160405280929190818152602001828054801561028357602002820191905f5260205f20905b81546001600160a01b03168152600190910190602001808311610265575b5050505050905090565b335f9081526020819052604090205460ff166102c3576040516377ed384360e11b81523360048201526024015b60405180910390fd5b60405181815233906001600160a01b038416907f4fc71f67b91d2d268ddb9a25cd833a91ba5caad7d866382cdc9ac967b86a3b0f9060200160405180910390a360405163282d3fdf60e01b8152306004820152602481018290527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063282d3fdf906044015f604051808303815f87803b158015610368575f5ffd5b505af115801561037a573d5f5f3e3d5ffd5b5050604051630357371d60e01b81526001600160a01b038581166004830152602482018590527f0000000000000000000000000000000000000000000000000000000000000000169250630357371d91506044015f604051808303815f87803b1580156103e5575f5ffd5b505af11580156103f7573d5f5f3e3d5ffd5b505050505050565b335f9081526020819052604081205460ff16610430576040516377ed384360e11b81523360048201526024016102ba565b6105dc61ffff88161115610465576040516324fac7a760e01b815261ffff881660048201526105dc60248201526044016102ba565b604051630213119b60e51b81526001600160a01b038a811660048301525f917f000000000000000000000000000000000000000000000000000000000000000090911690634262336090602401602060405180830381865afa1580156104cd573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906104f19190610b82565b90505f61271061050561ffff8b1684610bad565b61050f9190610bc4565b90505f6127106105216102bc84610bad565b61052b9190610bc4565b90506001600160a01b038816158061054f57505f8b81526001602052604090205415155b15610558575f96505b6105fd6105f7887f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316634fba5adf6040518163ffffffff1660e01b815260040161012060405180830381865afa1580156105bc573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906105e09190610c42565b60e001516105f29061ffff1687610bc4565b6109af565b826109af565b96508615610616575f8b81526001602052604090208790555b6001600160a01b038616610628575f94505b6106526106488661271061063e6101f487610bad565b6105f29190610bc4565b6105f28984610cf9565b604051635765271f60e11b81526001600160a01b038e81166004830152602482018e9052604482018590528a81166064830152608482018a905288811660a483015260c482018390529196507f00000000000000000000000000000000000000000000000000000000000000009091169063aeca4e3e9060e4016020604051808303815f875af11580156106e8573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061070c9190610b82565b9350881561078b5760405163f66e88b160e01b81526001600160a01b038d811660048301527f0000000000000000000000000000000000000000000000000000000000000000169063f66e88b1906024015f604051808303815f87803b158015610774575f5ffd5b505af1158015610786573d5f5f3e3d5ffd5b505050505b50505098975050505050505050565b335f9081526020819052604090205460ff166107cb576040516377ed384360e11b81523360048201526024016102ba565b604051632caa8d8160e21b8152600481018290527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063b2aa3604906024015f604051808303815f87803b15801561082a575f5ffd5b505af115801561083c573d5f5f3e3d5ffd5b5050505050565b335f9081526020819052604090205460ff16610874576040516377ed384360e11b81523360048201526024016102ba565b67ffffffffffffffff82161561091257604051637e3728a960e01b81526001600160a01b0385811660048301526024820185905267ffffffffffffffff841660448301527f00000000000000000000000000000000000000000000000000000000000000001690637e3728a9906064015f604051808303815f87803b1580156108fb575f5ffd5b505af115801561090d573d5f5f3e3d5ffd5b505050505b67ffffffffffffffff8116156109a9576040516377bb19ad60e11b81526001600160a01b03858116600483015267ffffffffffffffff831660248301527f0000000000000000000000000000000000000000000000000000000000000000169063ef76335a906044015f604051808303815f87803b158015610992575f5ffd5b505af11580156109a4573d5f5f3e3d5ffd5b505050505b50505050565b5f8183106109bd57816109bf565b825b90505b92915050565b602080825282518282018190525f918401906040840190835b81811015610a085783516001600160a01b03168352602093840193909201916001016109e1565b509095945050505050565b5f60208284031215610a23575f5ffd5b5035919050565b80356001600160a01b0381168114610a40575f5ffd5b919050565b5f5f60408385031215610a56575f5ffd5b610a5f83610a2a565b946020939093013593505050565b5f60208284031215610a7d575f5ffd5b6109bf82610a2a565b61ffff81168114610a95575f5ffd5b50565b5f5f5f5f5f5f5f5f610100898b031215610ab0575f5ffd5b610ab989610a2a565b9750602089013596506040890135610ad081610a86565b955060608901358015158114610ae4575f5ffd5b9450610af260808a01610a2a565b935060a08901359250610b0760c08a01610a2a565b979a969950949793969295919450919260e001359150565b67ffffffffffffffff81168114610a95575f5ffd5b5f5f5f5f60808587031215610b47575f5ffd5b610b5085610a2a565b9350602085013592506040850135610b6781610b1f565b91506060850135610b7781610b1f565b939692955090935050565b5f60208284031215610b92575f5ffd5b5051919050565b634e487b7160e01b5f52601160045260245ffd5b80820281158282048414176109c2576109c2610b99565b5f82610bde57634e487b7160e01b5f52601260045260245ffd5b500490565b604051610120810167ffffffffffffffff81118282101715610c1357634e487b7160e01b5f52604160045260245ffd5b60405290565b8051610a4081610b1f565b8051610a4081610a86565b805163ffffffff81168114610a40575f5ffd5b5f610120828403128015610c54575f5ffd5b50610c5d610be3565b610c6683610c19565b8152610c7460208401610c19565b6020820152610c8560408401610c19565b6040820152610c9660608401610c19565b6060820152610ca760808401610c19565b6080820152610cb860a08401610c19565b60a0820152610cc960c08401610c19565b60c0820152610cda60e08401610c24565b60e0820152610cec6101008401610c2f565b6101008201529392505050565b818103818111156109c2576109c2610b9956",
}

// Slasher is an auto generated Go binding around an Ethereum contract.
type Slasher struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Slasher) GetABI() abi.ABI {
	return c.abi
}

// NewSlasher creates a new instance of Slasher.
func NewSlasher() *Slasher {
	parsed, err := SlasherMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Slasher{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Slasher) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address vault, address staking, address market, address[] callers_) returns()
func (slasher *Slasher) PackConstructor(vault common.Address, staking common.Address, market common.Address, callers_ []common.Address) []byte {
	enc, err := slasher.abi.Pack("", vault, staking, market, callers_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackMAXBOUNTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe5a4ffc5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_BOUNTY_BPS() view returns(uint16)
func (slasher *Slasher) PackMAXBOUNTYBPS() []byte {
	enc, err := slasher.abi.Pack("MAX_BOUNTY_BPS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXBOUNTYBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe5a4ffc5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_BOUNTY_BPS() view returns(uint16)
func (slasher *Slasher) TryPackMAXBOUNTYBPS() ([]byte, error) {
	return slasher.abi.Pack("MAX_BOUNTY_BPS")
}

// UnpackMAXBOUNTYBPS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe5a4ffc5.
//
// Solidity: function MAX_BOUNTY_BPS() view returns(uint16)
func (slasher *Slasher) UnpackMAXBOUNTYBPS(data []byte) (uint16, error) {
	out, err := slasher.abi.Unpack("MAX_BOUNTY_BPS", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackMAXRETURNEDBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42fd3769.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_RETURNED_BPS() view returns(uint16)
func (slasher *Slasher) PackMAXRETURNEDBPS() []byte {
	enc, err := slasher.abi.Pack("MAX_RETURNED_BPS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXRETURNEDBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42fd3769.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_RETURNED_BPS() view returns(uint16)
func (slasher *Slasher) TryPackMAXRETURNEDBPS() ([]byte, error) {
	return slasher.abi.Pack("MAX_RETURNED_BPS")
}

// UnpackMAXRETURNEDBPS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x42fd3769.
//
// Solidity: function MAX_RETURNED_BPS() view returns(uint16)
func (slasher *Slasher) UnpackMAXRETURNEDBPS(data []byte) (uint16, error) {
	out, err := slasher.abi.Unpack("MAX_RETURNED_BPS", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackMAXSLASHBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31440f55.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_SLASH_BPS() view returns(uint16)
func (slasher *Slasher) PackMAXSLASHBPS() []byte {
	enc, err := slasher.abi.Pack("MAX_SLASH_BPS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXSLASHBPS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31440f55.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_SLASH_BPS() view returns(uint16)
func (slasher *Slasher) TryPackMAXSLASHBPS() ([]byte, error) {
	return slasher.abi.Pack("MAX_SLASH_BPS")
}

// UnpackMAXSLASHBPS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x31440f55.
//
// Solidity: function MAX_SLASH_BPS() view returns(uint16)
func (slasher *Slasher) UnpackMAXSLASHBPS(data []byte) (uint16, error) {
	out, err := slasher.abi.Unpack("MAX_SLASH_BPS", data)
	if err != nil {
		return *new(uint16), err
	}
	out0 := *abi.ConvertType(out[0], new(uint16)).(*uint16)
	return out0, nil
}

// PackCallers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x108e6cfc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function callers() view returns(address[])
func (slasher *Slasher) PackCallers() []byte {
	enc, err := slasher.abi.Pack("callers")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCallers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x108e6cfc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function callers() view returns(address[])
func (slasher *Slasher) TryPackCallers() ([]byte, error) {
	return slasher.abi.Pack("callers")
}

// UnpackCallers is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x108e6cfc.
//
// Solidity: function callers() view returns(address[])
func (slasher *Slasher) UnpackCallers(data []byte) ([]common.Address, error) {
	out, err := slasher.abi.Unpack("callers", data)
	if err != nil {
		return *new([]common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new([]common.Address)).(*[]common.Address)
	return out0, nil
}

// PackDisproveJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb2aa3604.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function disproveJob(bytes32 job) returns()
func (slasher *Slasher) PackDisproveJob(job [32]byte) []byte {
	enc, err := slasher.abi.Pack("disproveJob", job)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDisproveJob is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb2aa3604.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function disproveJob(bytes32 job) returns()
func (slasher *Slasher) TryPackDisproveJob(job [32]byte) ([]byte, error) {
	return slasher.abi.Pack("disproveJob", job)
}

// PackHold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xff45de2e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil) returns()
func (slasher *Slasher) PackHold(provider common.Address, slashable *big.Int, exitUntil uint64, creditUntil uint64) []byte {
	enc, err := slasher.abi.Pack("hold", provider, slashable, exitUntil, creditUntil)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHold is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xff45de2e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function hold(address provider, uint256 slashable, uint64 exitUntil, uint64 creditUntil) returns()
func (slasher *Slasher) TryPackHold(provider common.Address, slashable *big.Int, exitUntil uint64, creditUntil uint64) ([]byte, error) {
	return slasher.abi.Pack("hold", provider, slashable, exitUntil, creditUntil)
}

// PackIsCaller is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ac07dcc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isCaller(address account) view returns(bool)
func (slasher *Slasher) PackIsCaller(account common.Address) []byte {
	enc, err := slasher.abi.Pack("isCaller", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsCaller is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ac07dcc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isCaller(address account) view returns(bool)
func (slasher *Slasher) TryPackIsCaller(account common.Address) ([]byte, error) {
	return slasher.abi.Pack("isCaller", account)
}

// UnpackIsCaller is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ac07dcc.
//
// Solidity: function isCaller(address account) view returns(bool)
func (slasher *Slasher) UnpackIsCaller(data []byte) (bool, error) {
	out, err := slasher.abi.Unpack("isCaller", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackPayFromPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6bfeb66a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function payFromPool(address to, uint256 amount) returns()
func (slasher *Slasher) PackPayFromPool(to common.Address, amount *big.Int) []byte {
	enc, err := slasher.abi.Pack("payFromPool", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPayFromPool is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6bfeb66a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function payFromPool(address to, uint256 amount) returns()
func (slasher *Slasher) TryPackPayFromPool(to common.Address, amount *big.Int) ([]byte, error) {
	return slasher.abi.Pack("payFromPool", to, amount)
}

// PackRefundPaid is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c5aa4e0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refundPaid(bytes32 cause) view returns(uint256)
func (slasher *Slasher) PackRefundPaid(cause [32]byte) []byte {
	enc, err := slasher.abi.Pack("refundPaid", cause)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefundPaid is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5c5aa4e0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refundPaid(bytes32 cause) view returns(uint256)
func (slasher *Slasher) TryPackRefundPaid(cause [32]byte) ([]byte, error) {
	return slasher.abi.Pack("refundPaid", cause)
}

// UnpackRefundPaid is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x5c5aa4e0.
//
// Solidity: function refundPaid(bytes32 cause) view returns(uint256)
func (slasher *Slasher) UnpackRefundPaid(data []byte) (*big.Int, error) {
	out, err := slasher.abi.Unpack("refundPaid", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackSlash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x93ae7f61.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function slash(address provider, bytes32 cause, uint16 bps, bool forfeitCredit, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (slasher *Slasher) PackSlash(provider common.Address, cause [32]byte, bps uint16, forfeitCredit bool, refundTo common.Address, refund *big.Int, bountyTo common.Address, bounty *big.Int) []byte {
	enc, err := slasher.abi.Pack("slash", provider, cause, bps, forfeitCredit, refundTo, refund, bountyTo, bounty)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSlash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x93ae7f61.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function slash(address provider, bytes32 cause, uint16 bps, bool forfeitCredit, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (slasher *Slasher) TryPackSlash(provider common.Address, cause [32]byte, bps uint16, forfeitCredit bool, refundTo common.Address, refund *big.Int, bountyTo common.Address, bounty *big.Int) ([]byte, error) {
	return slasher.abi.Pack("slash", provider, cause, bps, forfeitCredit, refundTo, refund, bountyTo, bounty)
}

// UnpackSlash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x93ae7f61.
//
// Solidity: function slash(address provider, bytes32 cause, uint16 bps, bool forfeitCredit, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (slasher *Slasher) UnpackSlash(data []byte) (*big.Int, error) {
	out, err := slasher.abi.Unpack("slash", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackWiring is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xce4e423f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function wiring() view returns(address vault, address staking, address market)
func (slasher *Slasher) PackWiring() []byte {
	enc, err := slasher.abi.Pack("wiring")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWiring is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xce4e423f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function wiring() view returns(address vault, address staking, address market)
func (slasher *Slasher) TryPackWiring() ([]byte, error) {
	return slasher.abi.Pack("wiring")
}

// WiringOutput serves as a container for the return parameters of contract
// method Wiring.
type WiringOutput struct {
	Vault   common.Address
	Staking common.Address
	Market  common.Address
}

// UnpackWiring is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xce4e423f.
//
// Solidity: function wiring() view returns(address vault, address staking, address market)
func (slasher *Slasher) UnpackWiring(data []byte) (WiringOutput, error) {
	out, err := slasher.abi.Unpack("wiring", data)
	outstruct := new(WiringOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Vault = *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	outstruct.Staking = *abi.ConvertType(out[1], new(common.Address)).(*common.Address)
	outstruct.Market = *abi.ConvertType(out[2], new(common.Address)).(*common.Address)
	return *outstruct, nil
}

// SlasherCallersSealed represents a CallersSealed event raised by the Slasher contract.
type SlasherCallersSealed struct {
	Callers []common.Address
	Raw     *types.Log // Blockchain specific contextual infos
}

const SlasherCallersSealedEventName = "CallersSealed"

// ContractEventName returns the user-defined event name.
func (SlasherCallersSealed) ContractEventName() string {
	return SlasherCallersSealedEventName
}

// UnpackCallersSealedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event CallersSealed(address[] callers)
func (slasher *Slasher) UnpackCallersSealedEvent(log *types.Log) (*SlasherCallersSealed, error) {
	event := "CallersSealed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != slasher.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(SlasherCallersSealed)
	if len(log.Data) > 0 {
		if err := slasher.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range slasher.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// SlasherPoolPaid represents a PoolPaid event raised by the Slasher contract.
type SlasherPoolPaid struct {
	To     common.Address
	Caller common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const SlasherPoolPaidEventName = "PoolPaid"

// ContractEventName returns the user-defined event name.
func (SlasherPoolPaid) ContractEventName() string {
	return SlasherPoolPaidEventName
}

// UnpackPoolPaidEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event PoolPaid(address indexed to, address indexed caller, uint256 amount)
func (slasher *Slasher) UnpackPoolPaidEvent(log *types.Log) (*SlasherPoolPaid, error) {
	event := "PoolPaid"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != slasher.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(SlasherPoolPaid)
	if len(log.Data) > 0 {
		if err := slasher.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range slasher.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (slasher *Slasher) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], slasher.abi.Errors["NotAContract"].ID.Bytes()[:4]) {
		return slasher.UnpackNotAContractError(raw[4:])
	}
	if bytes.Equal(raw[:4], slasher.abi.Errors["NotCaller"].ID.Bytes()[:4]) {
		return slasher.UnpackNotCallerError(raw[4:])
	}
	if bytes.Equal(raw[:4], slasher.abi.Errors["SlashTooHigh"].ID.Bytes()[:4]) {
		return slasher.UnpackSlashTooHighError(raw[4:])
	}
	if bytes.Equal(raw[:4], slasher.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return slasher.UnpackZeroAddressError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// SlasherNotAContract represents a NotAContract error raised by the Slasher contract.
type SlasherNotAContract struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAContract(address caller)
func SlasherNotAContractErrorID() common.Hash {
	return common.HexToHash("0x8a8b41ec6b8382733436ac0321a506b0d1e41dc29c8650d1fd1ff17e726ab809")
}

// UnpackNotAContractError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAContract(address caller)
func (slasher *Slasher) UnpackNotAContractError(raw []byte) (*SlasherNotAContract, error) {
	out := new(SlasherNotAContract)
	if err := slasher.abi.UnpackIntoInterface(out, "NotAContract", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// SlasherNotCaller represents a NotCaller error raised by the Slasher contract.
type SlasherNotCaller struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotCaller(address caller)
func SlasherNotCallerErrorID() common.Hash {
	return common.HexToHash("0xefda7086f00a455aaaf2808c7101693cd8bd6909ab39be1ab4eaeea7a0d7e101")
}

// UnpackNotCallerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotCaller(address caller)
func (slasher *Slasher) UnpackNotCallerError(raw []byte) (*SlasherNotCaller, error) {
	out := new(SlasherNotCaller)
	if err := slasher.abi.UnpackIntoInterface(out, "NotCaller", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// SlasherSlashTooHigh represents a SlashTooHigh error raised by the Slasher contract.
type SlasherSlashTooHigh struct {
	Bps   uint16
	Limit uint16
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SlashTooHigh(uint16 bps, uint16 limit)
func SlasherSlashTooHighErrorID() common.Hash {
	return common.HexToHash("0x24fac7a79a085532831fcfb656633f459bcb376d62279041764fa2089b5bc59c")
}

// UnpackSlashTooHighError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SlashTooHigh(uint16 bps, uint16 limit)
func (slasher *Slasher) UnpackSlashTooHighError(raw []byte) (*SlasherSlashTooHigh, error) {
	out := new(SlasherSlashTooHigh)
	if err := slasher.abi.UnpackIntoInterface(out, "SlashTooHigh", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// SlasherZeroAddress represents a ZeroAddress error raised by the Slasher contract.
type SlasherZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func SlasherZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (slasher *Slasher) UnpackZeroAddressError(raw []byte) (*SlasherZeroAddress, error) {
	out := new(SlasherZeroAddress)
	if err := slasher.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingMetaData contains all meta data concerning the Staking contract.
var StakingMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIVault\",\"name\":\"vault_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"market_\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"slasher_\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"unbonding\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"atRisk\",\"type\":\"uint64\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"internalType\":\"bytes\",\"name\":\"consent\",\"type\":\"bytes\"}],\"name\":\"addOperator\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"completeUnbond\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"disputeHoldOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"freeStakeOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"holdExit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"holdExitForDispute\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"isActiveOperator\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"market\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"penalize\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"taken\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"providerOf\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"retireOperator\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"refundTo\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"refund\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"bountyTo\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"bounty\",\"type\":\"uint256\"}],\"name\":\"slash\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"taken\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"slasher\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"stake\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"stakeOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"unbond\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"unbondingOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"exitAt\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"unbondingPeriod\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"vault\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"until\",\"type\":\"uint64\"}],\"name\":\"ExitHeldForDispute\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"exitAt\",\"type\":\"uint64\"}],\"name\":\"ExitMoved\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"OperatorAdded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"OperatorRetired\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"Penalized\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"cause\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"burned\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"Slashed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"Staked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"stake\",\"type\":\"uint256\"}],\"name\":\"Unbonded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"unbonding\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"exitAt\",\"type\":\"uint64\"}],\"name\":\"Unbonding\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"}],\"name\":\"BadOperatorConsent\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"exitAt\",\"type\":\"uint64\"}],\"name\":\"ExitNotOpen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"InsufficientStake\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotMarket\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"NotOperatorOf\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotSlasher\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"NothingUnbonding\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"operator\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"provider\",\"type\":\"address\"}],\"name\":\"OperatorTaken\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"bits\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"SafeCastOverflowedUintDowncast\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"unbonding\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"needed\",\"type\":\"uint64\"}],\"name\":\"UnsafeUnbonding\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAmount\",\"type\":\"error\"}]",
	ID:  "940623d04e68018f31ec7acc466c25ec41",
	Bin: "0x610100604052348015610010575f5ffd5b506040516119e63803806119e683398101604081905261002f91610123565b6001600160a01b038516158061004c57506001600160a01b038416155b8061005e57506001600160a01b038316155b1561007c5760405163d92e233d60e01b815260040160405180910390fd5b806001600160401b0316826001600160401b0316116100c55760405163fcd1d7c960e01b81526001600160401b0380841660048301528216602482015260440160405180910390fd5b506001600160a01b0393841660805291831660a05290911660c0526001600160401b031660e05261018c565b6001600160a01b0381168114610105575f5ffd5b50565b80516001600160401b038116811461011e575f5ffd5b919050565b5f5f5f5f5f60a08688031215610137575f5ffd5b8551610142816100f1565b6020870151909550610153816100f1565b6040870151909450610164816100f1565b925061017260608701610108565b915061018060808701610108565b90509295509295909350565b60805160a05160c05160e0516117d36102135f395f818161024e01526104a001525f8181610338015281816106f40152610c7201525f818161028d015281816105d501528181610ef201526110cb01525f81816103aa0152818161068201528181610ae201528181610c0201528181610d8901528181610e0d0152610e7b01526117d35ff3fe608060405234801561000f575f5ffd5b506004361061011c575f3560e01c8063890cf736116100a9578063b240cdc21161006e578063b240cdc21461035c578063b4e28fc31461036f578063d0973a7b14610382578063f0bf35c614610395578063fbfa77cf146103a8575f5ffd5b8063890cf736146102b1578063a694fc3a146102c4578063acf09912146102d7578063aeca4e3e14610323578063b134427114610336575f5ffd5b806348709038116100ef57806348709038146101fe5780634c2467e61461022e5780636cf6d675146102415780637e3728a91461027857806380f556051461028b575f5ffd5b806321338b381461012057806327de9e32146101685780633367cca51461017d57806342623360146101bf575b5f5ffd5b61014b61012e366004611578565b6001600160a01b039081165f908152600160205260409020541690565b6040516001600160a01b0390911681526020015b60405180910390f35b61017b610176366004611591565b6103ce565b005b6101af61018b366004611578565b6001600160a01b03165f90815260016020526040902054600160a01b900460ff1690565b604051901515815260200161015f565b6101f06101cd366004611578565b6001600160a01b03165f908152602081905260409020546001600160801b031690565b60405190815260200161015f565b61021161020c366004611578565b610551565b604080519283526001600160401b0390911660208301520161015f565b6101f061023c3660046115a8565b6105c9565b6040516001600160401b037f000000000000000000000000000000000000000000000000000000000000000016815260200161015f565b61017b6102863660046115ee565b6106e9565b7f000000000000000000000000000000000000000000000000000000000000000061014b565b61017b6102bf366004611578565b610889565b61017b6102d2366004611591565b610b3f565b6102116102e5366004611578565b6001600160a01b03165f9081526020819052604090208054600190910154600160801b9091046001600160801b0316916001600160401b0390911690565b6101f0610331366004611627565b610c66565b7f000000000000000000000000000000000000000000000000000000000000000061014b565b61017b61036a36600461168f565b610ee7565b61017b61037d366004611578565b610fca565b61017b6103903660046116c0565b611071565b6101f06103a3366004611578565b6112b7565b7f000000000000000000000000000000000000000000000000000000000000000061014b565b805f036103ee57604051631f2a200560e01b815260040160405180910390fd5b335f908152602081905260408120805490919061041d906001600160801b03600160801b820481169116611750565b6001600160801b031690508083111561045e5760405163936d426d60e01b815233600482015260248101829052604481018490526064015b60405180910390fd5b5f610468846112fc565b83546104849190600160801b90046001600160801b031661176f565b60018401549091505f906104ca906001600160401b03166104c57f00000000000000000000000000000000000000000000000000000000000000004261178e565b611333565b84546001600160801b03908116600160801b91851691820217865560018601805467ffffffffffffffff19166001600160401b03841690811790915560408051898152602081019390935282015290915033907ff5023aa92770a9b885eda6234687e4c3507e0ff073cc13c4bcf35877163d23af9060600160405180910390a25050505050565b6001600160a01b0381165f9081526020819052604081206001810154829190600160401b90046001600160401b0316421061058d575f5f6105b4565b6001810154600160801b81046001600160801b031690600160401b90046001600160401b03165b6001600160801b039091169590945092505050565b5f336001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016146106155760405163bfae38b360e01b8152336004820152602401610455565b5f610620858461135e565b604080518381526020810183905292945090925085916001600160a01b038816917f0b61bb37104ece8beaec431f582339c714846d27b1bc657b2509c5ada444f077910160405180910390a3604051630852cd8d60e31b8152600481018390527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906342966c68906024015f604051808303815f87803b1580156106cb575f5ffd5b505af11580156106dd573d5f5f3e3d5ffd5b50505050509392505050565b336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614610734576040516325e066bb60e11b8152336004820152602401610455565b6001600160a01b0383165f9081526020819052604081206001810154909190600160401b90046001600160401b0316421061076f575f610785565b6001820154600160801b90046001600160801b03165b6001600160801b03908116915061079d9082906117ad565b8411156107b8576107b5816001600160801b036117ad565b93505b5f6107cb6107c686846117c0565b6112fc565b90505f6107ef8460010160089054906101000a90046001600160401b031686611333565b6001850180546001600160401b03908116600160801b6001600160801b0387169081026fffffffffffffffff0000000000000000191691909117600160401b928516928302179092556040805192835260208301919091529192506001600160a01b038916917fe10adc298dd2b06024c87da76a492c40f22f5b270aa7de8e5184a39925d0426b910160405180910390a250505050505050565b6001600160a01b0381165f90815260208190526040812080549091600160801b9091046001600160801b0316908190036108e157604051632fdeeafd60e21b81526001600160a01b0384166004820152602401610455565b60018201546001600160401b031642101561092f5760018201546040516302577dd360e21b81526001600160a01b03851660048201526001600160401b039091166024820152604401610455565b6001820154600160401b90046001600160401b03164210156109f657600182015482545f916001600160801b03600160801b9091048116911611610973575f610997565b60018301548354610997916001600160801b03600160801b90910481169116611750565b6001600160801b03169050805f036109e85760018301546040516302577dd360e21b81526001600160a01b0386166004820152600160401b9091046001600160401b03166024820152604401610455565b808211156109f4578091505b505b5f610a00826112fc565b8354610a1591906001600160801b0316611750565b9050610a20826112fc565b83548490601090610a42908490600160801b90046001600160801b0316611750565b82546101009290920a6001600160801b0381810219909316918316021790915584546001600160801b03191690831690811785556040805185815260208101929092526001600160a01b03871692507f6377e6852c3c3eb914806be9085171e0f4e00da79573f3f740695326ba92a612910160405180910390a2604051630357371d60e01b81526001600160a01b038581166004830152602482018490527f00000000000000000000000000000000000000000000000000000000000000001690630357371d906044015f604051808303815f87803b158015610b23575f5ffd5b505af1158015610b35573d5f5f3e3d5ffd5b5050505050505050565b805f03610b5f57604051631f2a200560e01b815260040160405180910390fd5b335f90815260208190526040812090610b77836112fc565b8254610b8c91906001600160801b031661176f565b82546001600160801b0319166001600160801b038216908117845560408051868152602081019290925291925033917f1449c6dd7851abc30abf37f57715f492010519147cc2652fbc38202c18a6ee90910160405180910390a260405163282d3fdf60e01b8152336004820152602481018490527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063282d3fdf906044015f604051808303815f87803b158015610c4b575f5ffd5b505af1158015610c5d573d5f5f3e3d5ffd5b50505050505050565b5f336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614610cb2576040516325e066bb60e11b8152336004820152602401610455565b5f610cbd898861135e565b9092509050818510610ccf5781610cd1565b845b9450610cdd85836117ad565b8310610cf257610ced85836117ad565b610cf4565b825b92505f83610d0287856117ad565b610d0c91906117ad565b604080518581526020810183905290810184905290915089906001600160a01b038c16907f70305a9350f8c11738bba72272a5f5f583803926c7f6299b2094ff0a2417ceb39060600160405180910390a38515610de157604051630357371d60e01b81526001600160a01b038881166004830152602482018890527f00000000000000000000000000000000000000000000000000000000000000001690630357371d906044015f604051808303815f87803b158015610dca575f5ffd5b505af1158015610ddc573d5f5f3e3d5ffd5b505050505b8315610e6557604051630357371d60e01b81526001600160a01b038681166004830152602482018690527f00000000000000000000000000000000000000000000000000000000000000001690630357371d906044015f604051808303815f87803b158015610e4e575f5ffd5b505af1158015610e60573d5f5f3e3d5ffd5b505050505b604051630852cd8d60e31b8152600481018290527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906342966c68906024015f604051808303815f87803b158015610ec4575f5ffd5b505af1158015610ed6573d5f5f3e3d5ffd5b505050505050979650505050505050565b336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614610f325760405163bfae38b360e01b8152336004820152602401610455565b6001600160a01b0382165f90815260208190526040902060018101546001600160401b0390811690831611610f6657505050565b60018101805467ffffffffffffffff19166001600160401b0384169081179091556040519081526001600160a01b038416907f66cb2554f52c77ec2dbe6b97621c6e77345286091c11a823330f4b5bd69bb43f9060200160405180910390a2505050565b6001600160a01b038082165f908152600160205260409020805490911633141580610ffe57508054600160a01b900460ff16155b1561102d5760405163556f926f60e11b81526001600160a01b0383166004820152336024820152604401610455565b805460ff60a01b191681556040516001600160a01b0383169033907f9ca680a1bf2451071551686bff042c3f74ad45a83e2b7d65de6566f14ba83b4e905f90a35050565b6001600160a01b038084165f9081526001602052604090208054909116156110c2578054604051632882d4e560e11b81526001600160a01b0380871660048301529091166024820152604401610455565b5f6111fb6111997f0000000000000000000000000000000000000000000000000000000000000000604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201527f2bd5af9ee9fa1f0a7517853d71cfc160db46009177af5a82ed09c5510532c342918101919091527fc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc660608201524660808201526001600160a01b03821660a08201525f9060c001604051602081830303815290604052805190602001209050919050565b604080517f22453774069a3a2d0e979c562aad97dfb56d5f54d4fc27298e15c225e40b161f6020808301919091526001600160a01b038a1682840152336060808401919091528351808403909101815260809092019092528051910120611413565b90506001600160a01b038516158061122f5750846001600160a01b0316611223828686611437565b6001600160a01b031614155b15611258576040516355a687a560e01b81526001600160a01b0386166004820152602401610455565b815460ff60a01b19339081166001600160a81b031990921691909117600160a01b1783556040516001600160a01b03871691907f0780dc183feb0e4f9714cd802b3c0a21894b7ccb4172c992569d2acb5d45f91c905f90a35050505050565b6001600160a01b0381165f90815260208190526040812080546112ec906001600160801b03600160801b820481169116611750565b6001600160801b03169392505050565b5f6001600160801b0382111561132f576040516306dfcc6560e41b81526080600482015260248101839052604401610455565b5090565b5f816001600160401b0316836001600160401b0316116113535781611355565b825b90505b92915050565b6001600160a01b0382165f90815260208190526040812080548291906001600160801b031684106113995780546001600160801b031661139b565b835b81549093506113b49084906001600160801b03166117ad565b91506113bf826112fc565b81546001600160801b0319166001600160801b0391821617808355600160801b90041682101561140b576113f2826112fc565b81546001600160801b03918216600160801b0291161781555b509250929050565b60405161190160f01b81526002810183905260228101829052604290205f90611355565b5f61144384848461144e565b509095945050505050565b5f80806041849003611482578435602086013560408701355f1a61147489828585611495565b95509550955050505061148c565b505f915060029050825b93509350939050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08411156114ce57505f91506003905082611553565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa15801561151f573d5f5f3e3d5ffd5b5050604051601f1901519150506001600160a01b03811661154a57505f925060019150829050611553565b92505f91508190505b9450945094915050565b80356001600160a01b0381168114611573575f5ffd5b919050565b5f60208284031215611588575f5ffd5b6113558261155d565b5f602082840312156115a1575f5ffd5b5035919050565b5f5f5f606084860312156115ba575f5ffd5b6115c38461155d565b95602085013595506040909401359392505050565b80356001600160401b0381168114611573575f5ffd5b5f5f5f60608486031215611600575f5ffd5b6116098461155d565b92506020840135915061161e604085016115d8565b90509250925092565b5f5f5f5f5f5f5f60e0888a03121561163d575f5ffd5b6116468861155d565b965060208801359550604088013594506116626060890161155d565b93506080880135925061167760a0890161155d565b96999598509396929591949193505060c09091013590565b5f5f604083850312156116a0575f5ffd5b6116a98361155d565b91506116b7602084016115d8565b90509250929050565b5f5f5f604084860312156116d2575f5ffd5b6116db8461155d565b925060208401356001600160401b038111156116f5575f5ffd5b8401601f81018613611705575f5ffd5b80356001600160401b0381111561171a575f5ffd5b86602082840101111561172b575f5ffd5b939660209190910195509293505050565b634e487b7160e01b5f52601160045260245ffd5b6001600160801b0382811682821603908111156113585761135861173c565b6001600160801b0381811683821601908111156113585761135861173c565b6001600160401b0381811683821601908111156113585761135861173c565b818103818111156113585761135861173c565b808201808211156113585761135861173c56",
}

// Staking is an auto generated Go binding around an Ethereum contract.
type Staking struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Staking) GetABI() abi.ABI {
	return c.abi
}

// NewStaking creates a new instance of Staking.
func NewStaking() *Staking {
	parsed, err := StakingMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Staking{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Staking) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address vault_, address market_, address slasher_, uint64 unbonding, uint64 atRisk) returns()
func (staking *Staking) PackConstructor(vault_ common.Address, market_ common.Address, slasher_ common.Address, unbonding uint64, atRisk uint64) []byte {
	enc, err := staking.abi.Pack("", vault_, market_, slasher_, unbonding, atRisk)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAddOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0973a7b.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function addOperator(address operator, bytes consent) returns()
func (staking *Staking) PackAddOperator(operator common.Address, consent []byte) []byte {
	enc, err := staking.abi.Pack("addOperator", operator, consent)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAddOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd0973a7b.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function addOperator(address operator, bytes consent) returns()
func (staking *Staking) TryPackAddOperator(operator common.Address, consent []byte) ([]byte, error) {
	return staking.abi.Pack("addOperator", operator, consent)
}

// PackCompleteUnbond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x890cf736.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function completeUnbond(address provider) returns()
func (staking *Staking) PackCompleteUnbond(provider common.Address) []byte {
	enc, err := staking.abi.Pack("completeUnbond", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCompleteUnbond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x890cf736.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function completeUnbond(address provider) returns()
func (staking *Staking) TryPackCompleteUnbond(provider common.Address) ([]byte, error) {
	return staking.abi.Pack("completeUnbond", provider)
}

// PackDisputeHoldOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x48709038.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function disputeHoldOf(address provider) view returns(uint256 amount, uint64 until)
func (staking *Staking) PackDisputeHoldOf(provider common.Address) []byte {
	enc, err := staking.abi.Pack("disputeHoldOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDisputeHoldOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x48709038.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function disputeHoldOf(address provider) view returns(uint256 amount, uint64 until)
func (staking *Staking) TryPackDisputeHoldOf(provider common.Address) ([]byte, error) {
	return staking.abi.Pack("disputeHoldOf", provider)
}

// DisputeHoldOfOutput serves as a container for the return parameters of contract
// method DisputeHoldOf.
type DisputeHoldOfOutput struct {
	Amount *big.Int
	Until  uint64
}

// UnpackDisputeHoldOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x48709038.
//
// Solidity: function disputeHoldOf(address provider) view returns(uint256 amount, uint64 until)
func (staking *Staking) UnpackDisputeHoldOf(data []byte) (DisputeHoldOfOutput, error) {
	out, err := staking.abi.Unpack("disputeHoldOf", data)
	outstruct := new(DisputeHoldOfOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Amount = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.Until = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	return *outstruct, nil
}

// PackFreeStakeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0bf35c6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function freeStakeOf(address provider) view returns(uint256)
func (staking *Staking) PackFreeStakeOf(provider common.Address) []byte {
	enc, err := staking.abi.Pack("freeStakeOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFreeStakeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf0bf35c6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function freeStakeOf(address provider) view returns(uint256)
func (staking *Staking) TryPackFreeStakeOf(provider common.Address) ([]byte, error) {
	return staking.abi.Pack("freeStakeOf", provider)
}

// UnpackFreeStakeOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf0bf35c6.
//
// Solidity: function freeStakeOf(address provider) view returns(uint256)
func (staking *Staking) UnpackFreeStakeOf(data []byte) (*big.Int, error) {
	out, err := staking.abi.Unpack("freeStakeOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackHoldExit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb240cdc2.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function holdExit(address provider, uint64 until) returns()
func (staking *Staking) PackHoldExit(provider common.Address, until uint64) []byte {
	enc, err := staking.abi.Pack("holdExit", provider, until)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHoldExit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb240cdc2.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function holdExit(address provider, uint64 until) returns()
func (staking *Staking) TryPackHoldExit(provider common.Address, until uint64) ([]byte, error) {
	return staking.abi.Pack("holdExit", provider, until)
}

// PackHoldExitForDispute is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7e3728a9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function holdExitForDispute(address provider, uint256 amount, uint64 until) returns()
func (staking *Staking) PackHoldExitForDispute(provider common.Address, amount *big.Int, until uint64) []byte {
	enc, err := staking.abi.Pack("holdExitForDispute", provider, amount, until)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHoldExitForDispute is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7e3728a9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function holdExitForDispute(address provider, uint256 amount, uint64 until) returns()
func (staking *Staking) TryPackHoldExitForDispute(provider common.Address, amount *big.Int, until uint64) ([]byte, error) {
	return staking.abi.Pack("holdExitForDispute", provider, amount, until)
}

// PackIsActiveOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3367cca5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isActiveOperator(address operator) view returns(bool)
func (staking *Staking) PackIsActiveOperator(operator common.Address) []byte {
	enc, err := staking.abi.Pack("isActiveOperator", operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsActiveOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3367cca5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isActiveOperator(address operator) view returns(bool)
func (staking *Staking) TryPackIsActiveOperator(operator common.Address) ([]byte, error) {
	return staking.abi.Pack("isActiveOperator", operator)
}

// UnpackIsActiveOperator is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3367cca5.
//
// Solidity: function isActiveOperator(address operator) view returns(bool)
func (staking *Staking) UnpackIsActiveOperator(data []byte) (bool, error) {
	out, err := staking.abi.Unpack("isActiveOperator", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackMarket is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x80f55605.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function market() view returns(address)
func (staking *Staking) PackMarket() []byte {
	enc, err := staking.abi.Pack("market")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMarket is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x80f55605.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function market() view returns(address)
func (staking *Staking) TryPackMarket() ([]byte, error) {
	return staking.abi.Pack("market")
}

// UnpackMarket is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x80f55605.
//
// Solidity: function market() view returns(address)
func (staking *Staking) UnpackMarket(data []byte) (common.Address, error) {
	out, err := staking.abi.Unpack("market", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPenalize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4c2467e6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function penalize(address provider, bytes32 cause, uint256 amount) returns(uint256 taken)
func (staking *Staking) PackPenalize(provider common.Address, cause [32]byte, amount *big.Int) []byte {
	enc, err := staking.abi.Pack("penalize", provider, cause, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPenalize is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4c2467e6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function penalize(address provider, bytes32 cause, uint256 amount) returns(uint256 taken)
func (staking *Staking) TryPackPenalize(provider common.Address, cause [32]byte, amount *big.Int) ([]byte, error) {
	return staking.abi.Pack("penalize", provider, cause, amount)
}

// UnpackPenalize is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4c2467e6.
//
// Solidity: function penalize(address provider, bytes32 cause, uint256 amount) returns(uint256 taken)
func (staking *Staking) UnpackPenalize(data []byte) (*big.Int, error) {
	out, err := staking.abi.Unpack("penalize", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackProviderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x21338b38.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function providerOf(address operator) view returns(address)
func (staking *Staking) PackProviderOf(operator common.Address) []byte {
	enc, err := staking.abi.Pack("providerOf", operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackProviderOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x21338b38.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function providerOf(address operator) view returns(address)
func (staking *Staking) TryPackProviderOf(operator common.Address) ([]byte, error) {
	return staking.abi.Pack("providerOf", operator)
}

// UnpackProviderOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x21338b38.
//
// Solidity: function providerOf(address operator) view returns(address)
func (staking *Staking) UnpackProviderOf(data []byte) (common.Address, error) {
	out, err := staking.abi.Unpack("providerOf", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRetireOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4e28fc3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function retireOperator(address operator) returns()
func (staking *Staking) PackRetireOperator(operator common.Address) []byte {
	enc, err := staking.abi.Pack("retireOperator", operator)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRetireOperator is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb4e28fc3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function retireOperator(address operator) returns()
func (staking *Staking) TryPackRetireOperator(operator common.Address) ([]byte, error) {
	return staking.abi.Pack("retireOperator", operator)
}

// PackSlash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaeca4e3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function slash(address provider, bytes32 cause, uint256 amount, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (staking *Staking) PackSlash(provider common.Address, cause [32]byte, amount *big.Int, refundTo common.Address, refund *big.Int, bountyTo common.Address, bounty *big.Int) []byte {
	enc, err := staking.abi.Pack("slash", provider, cause, amount, refundTo, refund, bountyTo, bounty)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSlash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xaeca4e3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function slash(address provider, bytes32 cause, uint256 amount, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (staking *Staking) TryPackSlash(provider common.Address, cause [32]byte, amount *big.Int, refundTo common.Address, refund *big.Int, bountyTo common.Address, bounty *big.Int) ([]byte, error) {
	return staking.abi.Pack("slash", provider, cause, amount, refundTo, refund, bountyTo, bounty)
}

// UnpackSlash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xaeca4e3e.
//
// Solidity: function slash(address provider, bytes32 cause, uint256 amount, address refundTo, uint256 refund, address bountyTo, uint256 bounty) returns(uint256 taken)
func (staking *Staking) UnpackSlash(data []byte) (*big.Int, error) {
	out, err := staking.abi.Unpack("slash", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackSlasher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb1344271.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function slasher() view returns(address)
func (staking *Staking) PackSlasher() []byte {
	enc, err := staking.abi.Pack("slasher")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSlasher is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb1344271.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function slasher() view returns(address)
func (staking *Staking) TryPackSlasher() ([]byte, error) {
	return staking.abi.Pack("slasher")
}

// UnpackSlasher is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xb1344271.
//
// Solidity: function slasher() view returns(address)
func (staking *Staking) UnpackSlasher(data []byte) (common.Address, error) {
	out, err := staking.abi.Unpack("slasher", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa694fc3a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stake(uint256 amount) returns()
func (staking *Staking) PackStake(amount *big.Int) []byte {
	enc, err := staking.abi.Pack("stake", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa694fc3a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stake(uint256 amount) returns()
func (staking *Staking) TryPackStake(amount *big.Int) ([]byte, error) {
	return staking.abi.Pack("stake", amount)
}

// PackStakeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42623360.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function stakeOf(address provider) view returns(uint256)
func (staking *Staking) PackStakeOf(provider common.Address) []byte {
	enc, err := staking.abi.Pack("stakeOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStakeOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42623360.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function stakeOf(address provider) view returns(uint256)
func (staking *Staking) TryPackStakeOf(provider common.Address) ([]byte, error) {
	return staking.abi.Pack("stakeOf", provider)
}

// UnpackStakeOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x42623360.
//
// Solidity: function stakeOf(address provider) view returns(uint256)
func (staking *Staking) UnpackStakeOf(data []byte) (*big.Int, error) {
	out, err := staking.abi.Unpack("stakeOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackUnbond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x27de9e32.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unbond(uint256 amount) returns()
func (staking *Staking) PackUnbond(amount *big.Int) []byte {
	enc, err := staking.abi.Pack("unbond", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnbond is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x27de9e32.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unbond(uint256 amount) returns()
func (staking *Staking) TryPackUnbond(amount *big.Int) ([]byte, error) {
	return staking.abi.Pack("unbond", amount)
}

// PackUnbondingOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xacf09912.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unbondingOf(address provider) view returns(uint256 amount, uint64 exitAt)
func (staking *Staking) PackUnbondingOf(provider common.Address) []byte {
	enc, err := staking.abi.Pack("unbondingOf", provider)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnbondingOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xacf09912.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unbondingOf(address provider) view returns(uint256 amount, uint64 exitAt)
func (staking *Staking) TryPackUnbondingOf(provider common.Address) ([]byte, error) {
	return staking.abi.Pack("unbondingOf", provider)
}

// UnbondingOfOutput serves as a container for the return parameters of contract
// method UnbondingOf.
type UnbondingOfOutput struct {
	Amount *big.Int
	ExitAt uint64
}

// UnpackUnbondingOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xacf09912.
//
// Solidity: function unbondingOf(address provider) view returns(uint256 amount, uint64 exitAt)
func (staking *Staking) UnpackUnbondingOf(data []byte) (UnbondingOfOutput, error) {
	out, err := staking.abi.Unpack("unbondingOf", data)
	outstruct := new(UnbondingOfOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Amount = abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	outstruct.ExitAt = *abi.ConvertType(out[1], new(uint64)).(*uint64)
	return *outstruct, nil
}

// PackUnbondingPeriod is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6cf6d675.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function unbondingPeriod() view returns(uint64)
func (staking *Staking) PackUnbondingPeriod() []byte {
	enc, err := staking.abi.Pack("unbondingPeriod")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackUnbondingPeriod is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x6cf6d675.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function unbondingPeriod() view returns(uint64)
func (staking *Staking) TryPackUnbondingPeriod() ([]byte, error) {
	return staking.abi.Pack("unbondingPeriod")
}

// UnpackUnbondingPeriod is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x6cf6d675.
//
// Solidity: function unbondingPeriod() view returns(uint64)
func (staking *Staking) UnpackUnbondingPeriod(data []byte) (uint64, error) {
	out, err := staking.abi.Unpack("unbondingPeriod", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackVault is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfbfa77cf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function vault() view returns(address)
func (staking *Staking) PackVault() []byte {
	enc, err := staking.abi.Pack("vault")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackVault is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfbfa77cf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function vault() view returns(address)
func (staking *Staking) TryPackVault() ([]byte, error) {
	return staking.abi.Pack("vault")
}

// UnpackVault is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfbfa77cf.
//
// Solidity: function vault() view returns(address)
func (staking *Staking) UnpackVault(data []byte) (common.Address, error) {
	out, err := staking.abi.Unpack("vault", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// StakingExitHeldForDispute represents a ExitHeldForDispute event raised by the Staking contract.
type StakingExitHeldForDispute struct {
	Provider common.Address
	Amount   *big.Int
	Until    uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingExitHeldForDisputeEventName = "ExitHeldForDispute"

// ContractEventName returns the user-defined event name.
func (StakingExitHeldForDispute) ContractEventName() string {
	return StakingExitHeldForDisputeEventName
}

// UnpackExitHeldForDisputeEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ExitHeldForDispute(address indexed provider, uint256 amount, uint64 until)
func (staking *Staking) UnpackExitHeldForDisputeEvent(log *types.Log) (*StakingExitHeldForDispute, error) {
	event := "ExitHeldForDispute"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingExitHeldForDispute)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingExitMoved represents a ExitMoved event raised by the Staking contract.
type StakingExitMoved struct {
	Provider common.Address
	ExitAt   uint64
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingExitMovedEventName = "ExitMoved"

// ContractEventName returns the user-defined event name.
func (StakingExitMoved) ContractEventName() string {
	return StakingExitMovedEventName
}

// UnpackExitMovedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ExitMoved(address indexed provider, uint64 exitAt)
func (staking *Staking) UnpackExitMovedEvent(log *types.Log) (*StakingExitMoved, error) {
	event := "ExitMoved"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingExitMoved)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingOperatorAdded represents a OperatorAdded event raised by the Staking contract.
type StakingOperatorAdded struct {
	Provider common.Address
	Operator common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingOperatorAddedEventName = "OperatorAdded"

// ContractEventName returns the user-defined event name.
func (StakingOperatorAdded) ContractEventName() string {
	return StakingOperatorAddedEventName
}

// UnpackOperatorAddedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OperatorAdded(address indexed provider, address indexed operator)
func (staking *Staking) UnpackOperatorAddedEvent(log *types.Log) (*StakingOperatorAdded, error) {
	event := "OperatorAdded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingOperatorAdded)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingOperatorRetired represents a OperatorRetired event raised by the Staking contract.
type StakingOperatorRetired struct {
	Provider common.Address
	Operator common.Address
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingOperatorRetiredEventName = "OperatorRetired"

// ContractEventName returns the user-defined event name.
func (StakingOperatorRetired) ContractEventName() string {
	return StakingOperatorRetiredEventName
}

// UnpackOperatorRetiredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event OperatorRetired(address indexed provider, address indexed operator)
func (staking *Staking) UnpackOperatorRetiredEvent(log *types.Log) (*StakingOperatorRetired, error) {
	event := "OperatorRetired"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingOperatorRetired)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingPenalized represents a Penalized event raised by the Staking contract.
type StakingPenalized struct {
	Provider common.Address
	Cause    [32]byte
	Amount   *big.Int
	Stake    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingPenalizedEventName = "Penalized"

// ContractEventName returns the user-defined event name.
func (StakingPenalized) ContractEventName() string {
	return StakingPenalizedEventName
}

// UnpackPenalizedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Penalized(address indexed provider, bytes32 indexed cause, uint256 amount, uint256 stake)
func (staking *Staking) UnpackPenalizedEvent(log *types.Log) (*StakingPenalized, error) {
	event := "Penalized"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingPenalized)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingSlashed represents a Slashed event raised by the Staking contract.
type StakingSlashed struct {
	Provider common.Address
	Cause    [32]byte
	Amount   *big.Int
	Burned   *big.Int
	Stake    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingSlashedEventName = "Slashed"

// ContractEventName returns the user-defined event name.
func (StakingSlashed) ContractEventName() string {
	return StakingSlashedEventName
}

// UnpackSlashedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Slashed(address indexed provider, bytes32 indexed cause, uint256 amount, uint256 burned, uint256 stake)
func (staking *Staking) UnpackSlashedEvent(log *types.Log) (*StakingSlashed, error) {
	event := "Slashed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingSlashed)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingStaked represents a Staked event raised by the Staking contract.
type StakingStaked struct {
	Provider common.Address
	Amount   *big.Int
	Stake    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingStakedEventName = "Staked"

// ContractEventName returns the user-defined event name.
func (StakingStaked) ContractEventName() string {
	return StakingStakedEventName
}

// UnpackStakedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Staked(address indexed provider, uint256 amount, uint256 stake)
func (staking *Staking) UnpackStakedEvent(log *types.Log) (*StakingStaked, error) {
	event := "Staked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingStaked)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingUnbonded represents a Unbonded event raised by the Staking contract.
type StakingUnbonded struct {
	Provider common.Address
	Amount   *big.Int
	Stake    *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const StakingUnbondedEventName = "Unbonded"

// ContractEventName returns the user-defined event name.
func (StakingUnbonded) ContractEventName() string {
	return StakingUnbondedEventName
}

// UnpackUnbondedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Unbonded(address indexed provider, uint256 amount, uint256 stake)
func (staking *Staking) UnpackUnbondedEvent(log *types.Log) (*StakingUnbonded, error) {
	event := "Unbonded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingUnbonded)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StakingUnbonding represents a Unbonding event raised by the Staking contract.
type StakingUnbonding struct {
	Provider  common.Address
	Amount    *big.Int
	Unbonding *big.Int
	ExitAt    uint64
	Raw       *types.Log // Blockchain specific contextual infos
}

const StakingUnbondingEventName = "Unbonding"

// ContractEventName returns the user-defined event name.
func (StakingUnbonding) ContractEventName() string {
	return StakingUnbondingEventName
}

// UnpackUnbondingEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Unbonding(address indexed provider, uint256 amount, uint256 unbonding, uint64 exitAt)
func (staking *Staking) UnpackUnbondingEvent(log *types.Log) (*StakingUnbonding, error) {
	event := "Unbonding"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != staking.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StakingUnbonding)
	if len(log.Data) > 0 {
		if err := staking.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range staking.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (staking *Staking) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], staking.abi.Errors["BadOperatorConsent"].ID.Bytes()[:4]) {
		return staking.UnpackBadOperatorConsentError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["ExitNotOpen"].ID.Bytes()[:4]) {
		return staking.UnpackExitNotOpenError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["InsufficientStake"].ID.Bytes()[:4]) {
		return staking.UnpackInsufficientStakeError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["NotMarket"].ID.Bytes()[:4]) {
		return staking.UnpackNotMarketError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["NotOperatorOf"].ID.Bytes()[:4]) {
		return staking.UnpackNotOperatorOfError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["NotSlasher"].ID.Bytes()[:4]) {
		return staking.UnpackNotSlasherError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["NothingUnbonding"].ID.Bytes()[:4]) {
		return staking.UnpackNothingUnbondingError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["OperatorTaken"].ID.Bytes()[:4]) {
		return staking.UnpackOperatorTakenError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["SafeCastOverflowedUintDowncast"].ID.Bytes()[:4]) {
		return staking.UnpackSafeCastOverflowedUintDowncastError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["UnsafeUnbonding"].ID.Bytes()[:4]) {
		return staking.UnpackUnsafeUnbondingError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return staking.UnpackZeroAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], staking.abi.Errors["ZeroAmount"].ID.Bytes()[:4]) {
		return staking.UnpackZeroAmountError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StakingBadOperatorConsent represents a BadOperatorConsent error raised by the Staking contract.
type StakingBadOperatorConsent struct {
	Operator common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadOperatorConsent(address operator)
func StakingBadOperatorConsentErrorID() common.Hash {
	return common.HexToHash("0x55a687a52a4e0d7378d9252a5978c63cda5557a4178f6b7b905cda39931ffef9")
}

// UnpackBadOperatorConsentError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadOperatorConsent(address operator)
func (staking *Staking) UnpackBadOperatorConsentError(raw []byte) (*StakingBadOperatorConsent, error) {
	out := new(StakingBadOperatorConsent)
	if err := staking.abi.UnpackIntoInterface(out, "BadOperatorConsent", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingExitNotOpen represents a ExitNotOpen error raised by the Staking contract.
type StakingExitNotOpen struct {
	Provider common.Address
	ExitAt   uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ExitNotOpen(address provider, uint64 exitAt)
func StakingExitNotOpenErrorID() common.Hash {
	return common.HexToHash("0x095df74c2ec48e9596b6b592088ffef0e6c428b2816616ee39857c60db11148f")
}

// UnpackExitNotOpenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ExitNotOpen(address provider, uint64 exitAt)
func (staking *Staking) UnpackExitNotOpenError(raw []byte) (*StakingExitNotOpen, error) {
	out := new(StakingExitNotOpen)
	if err := staking.abi.UnpackIntoInterface(out, "ExitNotOpen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingInsufficientStake represents a InsufficientStake error raised by the Staking contract.
type StakingInsufficientStake struct {
	Provider common.Address
	Free     *big.Int
	Needed   *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientStake(address provider, uint256 free, uint256 needed)
func StakingInsufficientStakeErrorID() common.Hash {
	return common.HexToHash("0x936d426dd74f230ad5a4425fb8e2282c39c20abb35ad8a2da02a9b2239d6c390")
}

// UnpackInsufficientStakeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientStake(address provider, uint256 free, uint256 needed)
func (staking *Staking) UnpackInsufficientStakeError(raw []byte) (*StakingInsufficientStake, error) {
	out := new(StakingInsufficientStake)
	if err := staking.abi.UnpackIntoInterface(out, "InsufficientStake", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingNotMarket represents a NotMarket error raised by the Staking contract.
type StakingNotMarket struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotMarket(address caller)
func StakingNotMarketErrorID() common.Hash {
	return common.HexToHash("0xbfae38b33907467ea3651d4564b66c7df27bbd52b3924e47aa461b118ab3c8a3")
}

// UnpackNotMarketError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotMarket(address caller)
func (staking *Staking) UnpackNotMarketError(raw []byte) (*StakingNotMarket, error) {
	out := new(StakingNotMarket)
	if err := staking.abi.UnpackIntoInterface(out, "NotMarket", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingNotOperatorOf represents a NotOperatorOf error raised by the Staking contract.
type StakingNotOperatorOf struct {
	Operator common.Address
	Provider common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotOperatorOf(address operator, address provider)
func StakingNotOperatorOfErrorID() common.Hash {
	return common.HexToHash("0xaadf24dea3b36a4fe4666e4809c0b804f01945960c2a5733f6027012dc65c818")
}

// UnpackNotOperatorOfError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotOperatorOf(address operator, address provider)
func (staking *Staking) UnpackNotOperatorOfError(raw []byte) (*StakingNotOperatorOf, error) {
	out := new(StakingNotOperatorOf)
	if err := staking.abi.UnpackIntoInterface(out, "NotOperatorOf", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingNotSlasher represents a NotSlasher error raised by the Staking contract.
type StakingNotSlasher struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotSlasher(address caller)
func StakingNotSlasherErrorID() common.Hash {
	return common.HexToHash("0x4bc0cd76e5ae33e138f3b6102c7a4d91ece10c34862bde6e59a763ba1571b395")
}

// UnpackNotSlasherError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotSlasher(address caller)
func (staking *Staking) UnpackNotSlasherError(raw []byte) (*StakingNotSlasher, error) {
	out := new(StakingNotSlasher)
	if err := staking.abi.UnpackIntoInterface(out, "NotSlasher", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingNothingUnbonding represents a NothingUnbonding error raised by the Staking contract.
type StakingNothingUnbonding struct {
	Provider common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingUnbonding(address provider)
func StakingNothingUnbondingErrorID() common.Hash {
	return common.HexToHash("0xbf7babf42769460cc78797944234cd23f16a1f227ab920250aa68a7d7e85e6aa")
}

// UnpackNothingUnbondingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingUnbonding(address provider)
func (staking *Staking) UnpackNothingUnbondingError(raw []byte) (*StakingNothingUnbonding, error) {
	out := new(StakingNothingUnbonding)
	if err := staking.abi.UnpackIntoInterface(out, "NothingUnbonding", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingOperatorTaken represents a OperatorTaken error raised by the Staking contract.
type StakingOperatorTaken struct {
	Operator common.Address
	Provider common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OperatorTaken(address operator, address provider)
func StakingOperatorTakenErrorID() common.Hash {
	return common.HexToHash("0x5105a9ca5ae270dbc1d3884e3b505da00d1546b064c40df86b5754ddd49675bf")
}

// UnpackOperatorTakenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OperatorTaken(address operator, address provider)
func (staking *Staking) UnpackOperatorTakenError(raw []byte) (*StakingOperatorTaken, error) {
	out := new(StakingOperatorTaken)
	if err := staking.abi.UnpackIntoInterface(out, "OperatorTaken", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingSafeCastOverflowedUintDowncast represents a SafeCastOverflowedUintDowncast error raised by the Staking contract.
type StakingSafeCastOverflowedUintDowncast struct {
	Bits  uint8
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func StakingSafeCastOverflowedUintDowncastErrorID() common.Hash {
	return common.HexToHash("0x6dfcc6503a32754ce7a89698e18201fc5294fd4aad43edefee786f88423b1a12")
}

// UnpackSafeCastOverflowedUintDowncastError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func (staking *Staking) UnpackSafeCastOverflowedUintDowncastError(raw []byte) (*StakingSafeCastOverflowedUintDowncast, error) {
	out := new(StakingSafeCastOverflowedUintDowncast)
	if err := staking.abi.UnpackIntoInterface(out, "SafeCastOverflowedUintDowncast", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingUnsafeUnbonding represents a UnsafeUnbonding error raised by the Staking contract.
type StakingUnsafeUnbonding struct {
	Unbonding uint64
	Needed    uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnsafeUnbonding(uint64 unbonding, uint64 needed)
func StakingUnsafeUnbondingErrorID() common.Hash {
	return common.HexToHash("0xfcd1d7c989bafa08c40b09f28c9be7568832bcbda15f44a29d13f1bb0ab0e0ce")
}

// UnpackUnsafeUnbondingError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnsafeUnbonding(uint64 unbonding, uint64 needed)
func (staking *Staking) UnpackUnsafeUnbondingError(raw []byte) (*StakingUnsafeUnbonding, error) {
	out := new(StakingUnsafeUnbonding)
	if err := staking.abi.UnpackIntoInterface(out, "UnsafeUnbonding", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingZeroAddress represents a ZeroAddress error raised by the Staking contract.
type StakingZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func StakingZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (staking *Staking) UnpackZeroAddressError(raw []byte) (*StakingZeroAddress, error) {
	out := new(StakingZeroAddress)
	if err := staking.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StakingZeroAmount represents a ZeroAmount error raised by the Staking contract.
type StakingZeroAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAmount()
func StakingZeroAmountErrorID() common.Hash {
	return common.HexToHash("0x1f2a2005cb66a8e145327e8814e243a0996aec9bfe1e15a495778b1236dbd485")
}

// UnpackZeroAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAmount()
func (staking *Staking) UnpackZeroAmountError(raw []byte) (*StakingZeroAmount, error) {
	out := new(StakingZeroAmount)
	if err := staking.abi.UnpackIntoInterface(out, "ZeroAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerMetaData contains all meta data concerning the StoryWager contract.
var StoryWagerMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIMarket\",\"name\":\"market\",\"type\":\"address\"},{\"internalType\":\"contractIVault\",\"name\":\"vault\",\"type\":\"address\"},{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"prompt\",\"type\":\"uint32[]\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"temperatureMilli\",\"type\":\"uint32\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"answerWithin\",\"type\":\"uint64\"}],\"internalType\":\"structStoryWager.Question\",\"name\":\"question_\",\"type\":\"tuple\"},{\"internalType\":\"uint128\",\"name\":\"maxStake_\",\"type\":\"uint128\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"ask\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"cancel\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"claim\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"join\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"maxStake\",\"outputs\":[{\"internalType\":\"uint128\",\"name\":\"\",\"type\":\"uint128\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"story\",\"type\":\"uint32[]\"},{\"internalType\":\"enumFinish\",\"name\":\"finish\",\"type\":\"uint8\"}],\"name\":\"onJobResult\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint128\",\"name\":\"stake\",\"type\":\"uint128\"}],\"name\":\"open\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"player\",\"type\":\"address\"}],\"name\":\"owed\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"question\",\"outputs\":[{\"components\":[{\"internalType\":\"bytes32\",\"name\":\"modelVersion\",\"type\":\"bytes32\"},{\"internalType\":\"uint32[]\",\"name\":\"prompt\",\"type\":\"uint32[]\"},{\"internalType\":\"uint32\",\"name\":\"maxOutputTokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"temperatureMilli\",\"type\":\"uint32\"},{\"internalType\":\"uint128\",\"name\":\"priceIn\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"priceOut\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"maxFee\",\"type\":\"uint128\"},{\"internalType\":\"uint64\",\"name\":\"answerWithin\",\"type\":\"uint64\"}],\"internalType\":\"structStoryWager.Question\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"shareRefund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"statusOf\",\"outputs\":[{\"internalType\":\"enumStoryWager.Status\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"wagerOf\",\"outputs\":[{\"components\":[{\"internalType\":\"address\",\"name\":\"first\",\"type\":\"address\"},{\"internalType\":\"bool\",\"name\":\"settled\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"cancelled\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"firstWon\",\"type\":\"bool\"},{\"internalType\":\"bool\",\"name\":\"refunded\",\"type\":\"bool\"},{\"internalType\":\"address\",\"name\":\"second\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"seedBlock\",\"type\":\"uint64\"},{\"internalType\":\"uint128\",\"name\":\"stake\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"pot\",\"type\":\"uint128\"},{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"internalType\":\"structStoryWager.Wager\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"wagers\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"player\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Claimed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"seed\",\"type\":\"bytes32\"}],\"name\":\"WagerAsked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"returned\",\"type\":\"uint128\"}],\"name\":\"WagerCancelled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"second\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint64\",\"name\":\"seedBlock\",\"type\":\"uint64\"}],\"name\":\"WagerJoined\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"first\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"stake\",\"type\":\"uint128\"}],\"name\":\"WagerOpened\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"WagerRefunded\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"winner\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint128\",\"name\":\"pot\",\"type\":\"uint128\"},{\"indexed\":false,\"internalType\":\"uint32[]\",\"name\":\"story\",\"type\":\"uint32[]\"},{\"indexed\":false,\"internalType\":\"enumFinish\",\"name\":\"finish\",\"type\":\"uint8\"}],\"name\":\"WagerWon\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotFirst\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotMarket\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"}],\"name\":\"NotRefunded\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"player\",\"type\":\"address\"}],\"name\":\"NothingOwed\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"seedBlock\",\"type\":\"uint64\"}],\"name\":\"SeedUnknown\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint128\",\"name\":\"stake\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"min\",\"type\":\"uint128\"},{\"internalType\":\"uint128\",\"name\":\"max\",\"type\":\"uint128\"}],\"name\":\"StakeOutOfRange\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint32\",\"name\":\"tokens\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"limit\",\"type\":\"uint32\"}],\"name\":\"StoryTooLong\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"job\",\"type\":\"bytes32\"}],\"name\":\"UnknownJob\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"wager\",\"type\":\"uint256\"},{\"internalType\":\"enumStoryWager.Status\",\"name\":\"status\",\"type\":\"uint8\"}],\"name\":\"WrongStatus\",\"type\":\"error\"}]",
	ID:  "451b8b525d830984a18cc25143a88f0a4d",
	Bin: "0x610120604052348015610010575f5ffd5b506040516129aa3803806129aa83398101604081905261002f916103e3565b6001600160a01b03808516608052831660a081905260408051637e062a3560e11b8152905163fc0c546a916004808201926020929091908290030181865afa15801561007d573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906100a191906104f6565b6001600160a01b031660c0816001600160a01b031681525050836001600160a01b031663b77981136040518163ffffffff1660e01b8152600401608060405180830381865afa1580156100f6573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061011a9190610518565b606001516001600160a01b031660e05260c08201516001600160801b0390811690821611156101805760c0820151604051633b531d6760e21b81526001600160801b0380841660048301525f602483015290911660448201526064015b60405180910390fd5b6001600160801b038116610100908152604083015163ffffffff1611156101d057604080830151905163674ce11560e11b815263ffffffff90911660048201526101006024820152604401610177565b8151600190815560208301518391906002906101ec9082610620565b5060408201516002820180546060850151608086015163ffffffff9485166001600160401b031993841617640100000000959092169490940217600160401b600160c01b031916680100000000000000006001600160801b03948516021790915560a084015160c0850151908316600160801b919093160291909117600383015560e090920151600490910180549092166001600160401b039091161790555061070692505050565b6001600160a01b03811681146102a9575f5ffd5b50565b634e487b7160e01b5f52604160045260245ffd5b60405161010081016001600160401b03811182821017156102e3576102e36102ac565b60405290565b604051601f8201601f191681016001600160401b0381118282101715610311576103116102ac565b604052919050565b805163ffffffff8116811461032c575f5ffd5b919050565b5f82601f830112610340575f5ffd5b81516001600160401b03811115610359576103596102ac565b8060051b610369602082016102e9565b91825260208185018101929081019086841115610384575f5ffd5b6020860192505b838310156103ad5761039c83610319565b82526020928301929091019061038b565b9695505050505050565b80516001600160801b038116811461032c575f5ffd5b80516001600160401b038116811461032c575f5ffd5b5f5f5f5f608085870312156103f6575f5ffd5b845161040181610295565b602086015190945061041281610295565b60408601519093506001600160401b0381111561042d575f5ffd5b8501610100818803121561043f575f5ffd5b6104476102c0565b8151815260208201516001600160401b03811115610463575f5ffd5b61046f89828501610331565b60208301525061048160408301610319565b604082015261049260608301610319565b60608201526104a3608083016103b7565b60808201526104b460a083016103b7565b60a08201526104c560c083016103b7565b60c08201526104d660e083016103cd565b60e082015292506104eb9050606086016103b7565b905092959194509250565b5f60208284031215610506575f5ffd5b815161051181610295565b9392505050565b5f6080828403128015610529575f5ffd5b50604051608081016001600160401b038111828210171561054c5761054c6102ac565b604052825161055a81610295565b8152602083015161056a81610295565b6020820152604083015161057d81610295565b6040820152606083015161059081610295565b60608201529392505050565b680100000000000000008211156105b5576105b56102ac565b80548282558083101561061b576007830160031c825f528060205f2001601c8560021b1680156105f4575f19820180545f198360200360031b1c168155505b50816007840160031c0391505f5b82811015610617575f82820155600101610602565b5050505b505050565b81516001600160401b03811115610639576106396102ac565b610643818361059c565b60208301610656835f9081526020902090565b8260031c5f5b818110156106b9575f5f5b60088110156106ac5761069b610681875163ffffffff1690565b63ffffffff908116600584901b90811b91901b1984161790565b602096909601959150600101610667565b508382015560010161065c565b5060071984168085038186146106fc575f5f5b828110156106f6576106e5610681885163ffffffff1690565b6020979097019691506001016106cc565b50848401555b5050505050505050565b60805160a05160c05160e051610100516122216107895f395f81816101e60152818161054b01526105ab01525f610fcd01525f8181611418015261145601525f81816104a30152818161147801526114ca01525f818161095901528181610bcb01528181610c7301528181610dc901528181610ffc015261129f01526122215ff3fe608060405234801561000f575f5ffd5b50600436106100cb575f3560e01c806340e58ee511610088578063df18e04711610063578063df18e0471461019c578063e0b8119d146101bb578063e47e7e66146101ce578063ea1b28e0146101e1575f5ffd5b806340e58ee514610156578063ad35efd414610169578063cdc11da814610189575f5ffd5b8063049878f3146100cf57806307773a70146100e457806310269c97146100fb5780631e83409a1461011b57806335499b4c1461012e5780633fad9ae014610141575b5f5ffd5b6100e26100dd366004611960565b610220565b005b6006545b6040519081526020015b60405180910390f35b61010e610109366004611960565b6102ca565b6040516100f29190611977565b6100e2610129366004611a6d565b6103f7565b6100e861013c366004611a9c565b6104fe565b6101496106b3565b6040516100f29190611af7565b6100e2610164366004611960565b6107f6565b61017c610177366004611960565b610b13565b6040516100f29190611bcb565b6100e2610197366004611bf5565b610c68565b6100e86101aa366004611a6d565b5f6020819052908152604090205481565b6100e26101c9366004611960565b610f38565b6100e26101dc366004611960565b6111e1565b6102087f000000000000000000000000000000000000000000000000000000000000000081565b6040516001600160801b0390911681526020016100f2565b5f61022c82600161138f565b90505f61023a436001611c9b565b6001830180546001600160401b038316600160a01b810267ffffffffffffffff60a01b19339081166001600160e01b0319909416939093171790925560405191825291925084907fbaba9a4637c706042aea49b517ec40430ac06bd02c2b1f70aa18d6968e0506989060200160405180910390a360028201546102c5906001600160801b031661140b565b505050565b60408051610140810182525f80825260208201819052918101829052606081018290526080810182905260a0810182905260c0810182905260e0810182905261010081018290526101208101919091526006828154811061032d5761032d611cba565b5f918252602091829020604080516101408101825260049390930290910180546001600160a01b038082168552600160a01b80830460ff908116151597870197909752600160a81b83048716151594860194909452600160b01b8204861615156060860152600160b81b90910490941615156080840152600181015493841660a084015292046001600160401b031660c082015260028201546001600160801b0380821660e0840152600160801b9091041661010082015260039091015461012082015292915050565b335f908152602081905260408120549081900361042e57604051633a8d87ed60e11b81523360048201526024015b60405180910390fd5b335f818152602081815260408083209290925590518381526001600160a01b03851692917ff7a40077ff7a04c7e61f6f26fb13774259ddf1b6bce9ecf26a8276cdd3992683910160405180910390a360405163f3fef3a360e01b81526001600160a01b038381166004830152602482018390527f0000000000000000000000000000000000000000000000000000000000000000169063f3fef3a3906044015f604051808303815f87803b1580156104e4575f5ffd5b505af11580156104f6573d5f5f3e3d5ffd5b505050505050565b6004545f90819061052190600290600160801b90046001600160801b0316611ce2565b61052c906001611d0f565b9050806001600160801b0316836001600160801b0316108061057f57507f00000000000000000000000000000000000000000000000000000000000000006001600160801b0316836001600160801b0316115b156105d857604051633b531d6760e21b81526001600160801b03808516600483015280831660248301527f0000000000000000000000000000000000000000000000000000000000000000166044820152606401610425565b600680546001810182555f91909152600481027ff652222313e28459528d920b65115c16c04f3efc82aaedc97be59f3f377c0d3f810180546001600160a01b0319163390811782557ff652222313e28459528d920b65115c16c04f3efc82aaedc97be59f3f377c0d4190920180546001600160801b0388166fffffffffffffffffffffffffffffffff1990911681179091556040519081529294509184907f257b69d6d0022e18c0b8b5ece558cf46c2073a74fc45ef2f4e7b63384bf4674e9060200160405180910390a36106ac8461140b565b5050919050565b60408051610100810182525f8082526060602083018190529282018190529181018290526080810182905260a0810182905260c0810182905260e08101919091526001604051806101000160405290815f82015481526020016001820180548060200260200160405190810160405280929190818152602001828054801561078357602002820191905f5260205f20905f905b82829054906101000a900463ffffffff1663ffffffff16815260200190600401906020826003010492830192600103820291508084116107465790505b5050509183525050600282015463ffffffff808216602084015264010000000082041660408301526001600160801b03600160401b9091048116606083015260038301548082166080840152600160801b90041660a08201526004909101546001600160401b031660c090910152919050565b5f61080082610b13565b90505f6006838154811061081657610816611cba565b5f91825260209091206004909102019050600182600681111561083b5761083b611ba3565b036109055780546001600160a01b0316331461086c5760405163b49e3d1f60e01b8152336004820152602401610425565b805460ff60a81b198116600160a81b17825560028201546001600160a01b039091165f90815260208190526040812080546001600160801b03909316929091906108b7908490611d2e565b909155505060028101546040516001600160801b03909116815283907fa71c95ea618485c1a6a365583343ac869877e88498f9986afd5082d2361ad4139060200160405180910390a2505050565b6002808201545f91610920916001600160801b031690611d41565b9050600383600681111561093657610936611ba3565b03610a625760038201546040516357ff000760e11b81525f916001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000169163affe000e916109909160040190815260200190565b61032060405180830381865afa1580156109ac573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906109d09190611e11565b90505f6004826020015160058111156109eb576109eb611ba3565b1480156109fa57508161026001515b9050600582602001516005811115610a1457610a14611ba3565b14158015610a20575080155b15610a4257858560405163a5d15e1f60e01b8152600401610425929190611fd8565b8015610a5b57610200820151610a589084611fec565b92505b5050610aab565b6002836006811115610a7657610a76611ba3565b141580610a895750610a878261152c565b155b15610aab57838360405163a5d15e1f60e01b8152600401610425929190611fd8565b815460ff60a81b1916600160a81b1782556040516001600160801b038216815284907fa71c95ea618485c1a6a365583343ac869877e88498f9986afd5082d2361ad4139060200160405180910390a2610b0d82826001600160801b0316611557565b50505050565b6006545f908210610b2557505f919050565b5f60068381548110610b3957610b39611cba565b5f91825260209091206004909102018054909150600160a81b900460ff1615610b655750600692915050565b8054600160a01b900460ff1615610b7f5750600592915050565b60018101546001600160a01b0316610b9a5750600192915050565b60038101545f03610bae5750600292915050565b6003808201546040516357ff000760e11b815260048101919091527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063affe000e9060240161032060405180830381865afa158015610c19573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610c3d9190611e11565b602001516005811115610c5257610c52611ba3565b14610c5e576003610c61565b60045b9392505050565b336001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614610cb35760405163bfae38b360e01b8152336004820152602401610425565b5f858152600760205260409020546006541580610cf257508560068281548110610cdf57610cdf611cba565b905f5260205f2090600402016003015414155b15610d135760405163e498a48160e01b815260048101879052602401610425565b5f60068281548110610d2757610d27611cba565b5f918252602082206004909102019150805b85811015610d8257868682818110610d5357610d53611cba565b9050602002016020810190610d68919061200b565b610d789063ffffffff1683611d2e565b9150600101610d39565b50815460ff60a01b1916600160a01b178255610d9f600282612026565b825460ff60b01b19169015600160b01b021782556040516357ff000760e11b8152600481018990527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063affe000e9060240161032060405180830381865afa158015610e17573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610e3b9190611e11565b6102000151600280840154610e5b916001600160801b0390911690611d41565b610e659190611fec565b6002830180546001600160801b03908116600160801b93821684021791829055919004165f80610e94856115d9565b6001600160a01b03166001600160a01b031681526020019081526020015f205f828254610ec19190611d2e565b90915550610ed09050826115d9565b6001600160a01b0316837f47686f7292ca97dfe648892625f01d832f9e70698fbee6914ed180c4bd2cb6b68460020160109054906101000a90046001600160801b0316898989604051610f269493929190612039565b60405180910390a35050505050505050565b5f610f4282610b13565b90505f60068381548110610f5857610f58611cba565b5f918252602090912060049091020190506006826006811115610f7d57610f7d611ba3565b14158015610f9d57506005826006811115610f9a57610f9a611ba3565b14155b15610fbf57828260405163a5d15e1f60e01b8152600401610425929190611fd8565b60038101545f90156110f3577f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316635c5aa4e07f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031663affe000e85600301546040518263ffffffff1660e01b815260040161104c91815260200190565b61032060405180830381865afa158015611068573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061108c9190611e11565b61016001516040518263ffffffff1660e01b81526004016110af91815260200190565b602060405180830381865afa1580156110ca573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906110ee91906120ab565b6110f5565b5f5b905080158061110c57508154600160b81b900460ff165b1561112d57604051634417538160e01b815260048101859052602401610425565b815460ff60b81b1916600160b81b17825560405184907f872bb540665f9bdf2ba62c8f79508ae20bf0fb4ecdf34273a2bdfe1cfa2e7d6c906111729084815260200190565b60405180910390a2600583600681111561118e5761118e611ba3565b036111d757805f5f61119f856115d9565b6001600160a01b03166001600160a01b031681526020019081526020015f205f8282546111cc9190611d2e565b90915550610b0d9050565b610b0d8282611557565b5f6111ed82600261138f565b6001810154909150600160a01b90046001600160401b03164311158061121757506112178161152c565b156112535760018101546040516326e1805160e21b815260048101849052600160a01b9091046001600160401b03166024820152604401610425565b600181015460408051600160a01b9092046001600160401b03164060208301523090820152606081018390525f906080016040516020818303038152906040528051906020012090505f7f00000000000000000000000000000000000000000000000000000000000000006001600160a01b031663831ae2526112d58461160c565b6040518263ffffffff1660e01b81526004016112f191906120f0565b6020604051808303815f875af115801561130d573d5f5f3e3d5ffd5b505050506040513d601f19601f8201168201806040525081019061133191906120ab565b600384018190555f818152600760205260409081902086905551909150819085907f6f1786a13b79ee53f8eb3891f06bb9e815f04f707c1fd2c803b6f0833a64ab84906113819086815260200190565b60405180910390a350505050565b5f5f61139a84610b13565b90508260068111156113ae576113ae611ba3565b8160068111156113c0576113c0611ba3565b146113e257838160405163a5d15e1f60e01b8152600401610425929190611fd8565b600684815481106113f5576113f5611cba565b905f5260205f2090600402019150505b92915050565b6114496001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001633306001600160801b0385166117e1565b6114a66001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000167f00000000000000000000000000000000000000000000000000000000000000006001600160801b038416611817565b6040516311f9fbc960e21b81523060048201526001600160801b03821660248201527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906347e7ef24906044015f604051808303815f87803b158015611513575f5ffd5b505af1158015611525573d5f5f3e3d5ffd5b5050505050565b60018101545f9061154f90600160a01b90046001600160401b0316610100611d2e565b431192915050565b6115626002826121fb565b60018301546001600160a01b03165f908152602081905260408120805490919061158d908490611d2e565b9091555061159e90506002826121fb565b6115a8908261220e565b82546001600160a01b03165f90815260208190526040812080549091906115d0908490611d2e565b90915550505050565b80545f90600160b01b900460ff166115fe5760018201546001600160a01b0316611405565b50546001600160a01b031690565b60408051610180810182525f808252606060208301819052928201819052828201929092526080810182905260a0810182905260c0810182905260e0810182905261010081018290526101208101829052610140810182905261016081019190915260018054825260028054604080516020808402820181019092528281529291908301828280156116e657602002820191905f5260205f20905f905b82829054906101000a900463ffffffff1663ffffffff16815260200190600401906020826003010492830192600103820291508084116116a95790505b5050505050602083810191909152600282015463ffffffff81166040808601919091528051600160f81b938101939093526001600160e01b0319640100000000830460e01b1660218401525f602584018190526029840187905260498401819052604d84015280518084036031018152605190930190526060840191909152600160401b90046001600160801b039081166080840152600382015480821660a0850152600160801b90041660c083015260048101546117ae906001600160401b031642611c9b565b6001600160401b031660e0830152506101008101919091523061012082015262061a806101408201525f61016082015290565b6117ef848484846001611891565b610b0d57604051635274afe760e01b81526001600160a01b0385166004820152602401610425565b6118238383835f6118fe565b6102c55761183483835f60016118fe565b61185c57604051635274afe760e01b81526001600160a01b0384166004820152602401610425565b61186983838360016118fe565b6102c557604051635274afe760e01b81526001600160a01b0384166004820152602401610425565b6040516323b872dd60e01b5f8181526001600160a01b038781166004528616602452604485905291602083606481808c5af1925060015f511483166118ed5783831516156118e1573d5f823e3d81fd5b5f883b113d1516831692505b604052505f60605295945050505050565b60405163095ea7b360e01b5f8181526001600160a01b038616600452602485905291602083604481808b5af1925060015f51148316611954578383151615611948573d5f823e3d81fd5b5f873b113d1516831692505b60405250949350505050565b5f60208284031215611970575f5ffd5b5035919050565b81516001600160a01b031681526101408101602083015161199c602084018215159052565b5060408301516119b0604084018215159052565b5060608301516119c4606084018215159052565b5060808301516119d8608084018215159052565b5060a08301516119f360a08401826001600160a01b03169052565b5060c0830151611a0e60c08401826001600160401b03169052565b5060e0830151611a2960e08401826001600160801b03169052565b50610100830151611a466101008401826001600160801b03169052565b5061012092830151919092015290565b6001600160a01b0381168114611a6a575f5ffd5b50565b5f60208284031215611a7d575f5ffd5b8135610c6181611a56565b6001600160801b0381168114611a6a575f5ffd5b5f60208284031215611aac575f5ffd5b8135610c6181611a88565b5f8151808452602084019350602083015f5b82811015611aed57815163ffffffff16865260209586019590910190600101611ac9565b5093949350505050565b60208152815160208201525f60208301516101006040840152611b1e610120840182611ab7565b905063ffffffff604085015116606084015263ffffffff60608501511660808401526080840151611b5a60a08501826001600160801b03169052565b5060a08401516001600160801b03811660c08501525060c08401516001600160801b03811660e08501525060e08401516001600160401b0381166101008501525b509392505050565b634e487b7160e01b5f52602160045260245ffd5b60078110611bc757611bc7611ba3565b9052565b602081016114058284611bb7565b60068110611a6a575f5ffd5b8035611bf081611bd9565b919050565b5f5f5f5f5f60808688031215611c09575f5ffd5b853594506020860135935060408601356001600160401b03811115611c2c575f5ffd5b8601601f81018813611c3c575f5ffd5b80356001600160401b03811115611c51575f5ffd5b8860208260051b8401011115611c65575f5ffd5b60209190910193509150611c7b60608701611be5565b90509295509295909350565b634e487b7160e01b5f52601160045260245ffd5b6001600160401b03818116838216019081111561140557611405611c87565b634e487b7160e01b5f52603260045260245ffd5b634e487b7160e01b5f52601260045260245ffd5b5f6001600160801b03831680611cfa57611cfa611cce565b806001600160801b0384160491505092915050565b6001600160801b03818116838216019081111561140557611405611c87565b8082018082111561140557611405611c87565b6001600160801b038181168382160290811690818114611d6357611d63611c87565b5092915050565b60405161032081016001600160401b0381118282101715611d9957634e487b7160e01b5f52604160045260245ffd5b60405290565b8051611bf081611a56565b8051611bf081611bd9565b80516001600160401b0381168114611bf0575f5ffd5b63ffffffff81168114611a6a575f5ffd5b8051611bf081611dcb565b80518015158114611bf0575f5ffd5b805160ff81168114611bf0575f5ffd5b8051611bf081611a88565b5f610320828403128015611e23575f5ffd5b50611e2c611d6a565b611e3583611d9f565b8152611e4360208401611daa565b6020820152611e5460408401611db5565b6040820152611e6560608401611d9f565b6060820152611e7660808401611db5565b6080820152611e8760a08401611ddc565b60a0820152611e9860c08401611d9f565b60c0820152611ea960e08401611de7565b60e0820152611ebb6101008401611de7565b6101008201526101208381015190820152610140808401519082015261016080840151908201526101808084015190820152611efa6101a08401611ddc565b6101a0820152611f0d6101c08401611df6565b6101c0820152611f206101e08401611e06565b6101e0820152611f336102008401611e06565b610200820152611f466102208401611d9f565b610220820152611f596102408401611de7565b610240820152611f6c6102608401611de7565b610260820152611f7f6102808401611ddc565b610280820152611f926102a08401611ddc565b6102a0820152611fa56102c08401611e06565b6102c0820152611fb86102e08401611e06565b6102e0820152611fcb6103008401611db5565b6103008201529392505050565b82815260408101610c616020830184611bb7565b6001600160801b03828116828216039081111561140557611405611c87565b5f6020828403121561201b575f5ffd5b8135610c6181611dcb565b5f8261203457612034611cce565b500690565b6001600160801b038516815260606020820181905281018390525f8460808301825b8681101561208857823561206e81611dcb565b63ffffffff1682526020928301929091019060010161205b565b509150506006831061209c5761209c611ba3565b82604083015295945050505050565b5f602082840312156120bb575f5ffd5b5051919050565b5f81518084528060208401602086015e5f602082860101526020601f19601f83011685010191505092915050565b60208152815160208201525f602083015161018060408401526121176101a0840182611ab7565b90506040840151612130606085018263ffffffff169052565b506060840151838203601f1901608085015261214c82826120c2565b915050608084015161216960a08501826001600160801b03169052565b5060a08401516001600160801b03811660c08501525060c08401516001600160801b03811660e08501525060e08401516001600160401b038116610100850152506101008401516101208401526101208401516121d26101408501826001600160a01b03169052565b5061014084015163ffffffff811661016085015250610160840151801515610180850152611b9b565b5f8261220957612209611cce565b500490565b8181038181111561140557611405611c8756",
}

// StoryWager is an auto generated Go binding around an Ethereum contract.
type StoryWager struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *StoryWager) GetABI() abi.ABI {
	return c.abi
}

// NewStoryWager creates a new instance of StoryWager.
func NewStoryWager() *StoryWager {
	parsed, err := StoryWagerMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &StoryWager{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *StoryWager) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address market, address vault, (bytes32,uint32[],uint32,uint32,uint128,uint128,uint128,uint64) question_, uint128 maxStake_) returns()
func (storyWager *StoryWager) PackConstructor(market common.Address, vault common.Address, question_ StoryWagerQuestion, maxStake_ *big.Int) []byte {
	enc, err := storyWager.abi.Pack("", market, vault, question_, maxStake_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAsk is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe47e7e66.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function ask(uint256 wager) returns()
func (storyWager *StoryWager) PackAsk(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("ask", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAsk is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe47e7e66.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function ask(uint256 wager) returns()
func (storyWager *StoryWager) TryPackAsk(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("ask", wager)
}

// PackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancel(uint256 wager) returns()
func (storyWager *StoryWager) PackCancel(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("cancel", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancel is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40e58ee5.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancel(uint256 wager) returns()
func (storyWager *StoryWager) TryPackCancel(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("cancel", wager)
}

// PackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1e83409a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function claim(address to) returns()
func (storyWager *StoryWager) PackClaim(to common.Address) []byte {
	enc, err := storyWager.abi.Pack("claim", to)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackClaim is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1e83409a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function claim(address to) returns()
func (storyWager *StoryWager) TryPackClaim(to common.Address) ([]byte, error) {
	return storyWager.abi.Pack("claim", to)
}

// PackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x049878f3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function join(uint256 wager) returns()
func (storyWager *StoryWager) PackJoin(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("join", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackJoin is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x049878f3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function join(uint256 wager) returns()
func (storyWager *StoryWager) TryPackJoin(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("join", wager)
}

// PackMaxStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xea1b28e0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function maxStake() view returns(uint128)
func (storyWager *StoryWager) PackMaxStake() []byte {
	enc, err := storyWager.abi.Pack("maxStake")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMaxStake is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xea1b28e0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function maxStake() view returns(uint128)
func (storyWager *StoryWager) TryPackMaxStake() ([]byte, error) {
	return storyWager.abi.Pack("maxStake")
}

// UnpackMaxStake is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xea1b28e0.
//
// Solidity: function maxStake() view returns(uint128)
func (storyWager *StoryWager) UnpackMaxStake(data []byte) (*big.Int, error) {
	out, err := storyWager.abi.Unpack("maxStake", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOnJobResult is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdc11da8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function onJobResult(bytes32 job, bytes32 , uint32[] story, uint8 finish) returns()
func (storyWager *StoryWager) PackOnJobResult(job [32]byte, arg1 [32]byte, story []uint32, finish uint8) []byte {
	enc, err := storyWager.abi.Pack("onJobResult", job, arg1, story, finish)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOnJobResult is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xcdc11da8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function onJobResult(bytes32 job, bytes32 , uint32[] story, uint8 finish) returns()
func (storyWager *StoryWager) TryPackOnJobResult(job [32]byte, arg1 [32]byte, story []uint32, finish uint8) ([]byte, error) {
	return storyWager.abi.Pack("onJobResult", job, arg1, story, finish)
}

// PackOpen is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35499b4c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function open(uint128 stake) returns(uint256 wager)
func (storyWager *StoryWager) PackOpen(stake *big.Int) []byte {
	enc, err := storyWager.abi.Pack("open", stake)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOpen is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x35499b4c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function open(uint128 stake) returns(uint256 wager)
func (storyWager *StoryWager) TryPackOpen(stake *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("open", stake)
}

// UnpackOpen is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x35499b4c.
//
// Solidity: function open(uint128 stake) returns(uint256 wager)
func (storyWager *StoryWager) UnpackOpen(data []byte) (*big.Int, error) {
	out, err := storyWager.abi.Unpack("open", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf18e047.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owed(address player) view returns(uint256)
func (storyWager *StoryWager) PackOwed(player common.Address) []byte {
	enc, err := storyWager.abi.Pack("owed", player)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdf18e047.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owed(address player) view returns(uint256)
func (storyWager *StoryWager) TryPackOwed(player common.Address) ([]byte, error) {
	return storyWager.abi.Pack("owed", player)
}

// UnpackOwed is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdf18e047.
//
// Solidity: function owed(address player) view returns(uint256)
func (storyWager *StoryWager) UnpackOwed(data []byte) (*big.Int, error) {
	out, err := storyWager.abi.Unpack("owed", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackQuestion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3fad9ae0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function question() view returns((bytes32,uint32[],uint32,uint32,uint128,uint128,uint128,uint64))
func (storyWager *StoryWager) PackQuestion() []byte {
	enc, err := storyWager.abi.Pack("question")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQuestion is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3fad9ae0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function question() view returns((bytes32,uint32[],uint32,uint32,uint128,uint128,uint128,uint64))
func (storyWager *StoryWager) TryPackQuestion() ([]byte, error) {
	return storyWager.abi.Pack("question")
}

// UnpackQuestion is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3fad9ae0.
//
// Solidity: function question() view returns((bytes32,uint32[],uint32,uint32,uint128,uint128,uint128,uint64))
func (storyWager *StoryWager) UnpackQuestion(data []byte) (StoryWagerQuestion, error) {
	out, err := storyWager.abi.Unpack("question", data)
	if err != nil {
		return *new(StoryWagerQuestion), err
	}
	out0 := *abi.ConvertType(out[0], new(StoryWagerQuestion)).(*StoryWagerQuestion)
	return out0, nil
}

// PackShareRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe0b8119d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function shareRefund(uint256 wager) returns()
func (storyWager *StoryWager) PackShareRefund(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("shareRefund", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackShareRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe0b8119d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function shareRefund(uint256 wager) returns()
func (storyWager *StoryWager) TryPackShareRefund(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("shareRefund", wager)
}

// PackStatusOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad35efd4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function statusOf(uint256 wager) view returns(uint8)
func (storyWager *StoryWager) PackStatusOf(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("statusOf", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackStatusOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xad35efd4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function statusOf(uint256 wager) view returns(uint8)
func (storyWager *StoryWager) TryPackStatusOf(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("statusOf", wager)
}

// UnpackStatusOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xad35efd4.
//
// Solidity: function statusOf(uint256 wager) view returns(uint8)
func (storyWager *StoryWager) UnpackStatusOf(data []byte) (uint8, error) {
	out, err := storyWager.abi.Unpack("statusOf", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackWagerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10269c97.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function wagerOf(uint256 wager) view returns((address,bool,bool,bool,bool,address,uint64,uint128,uint128,bytes32))
func (storyWager *StoryWager) PackWagerOf(wager *big.Int) []byte {
	enc, err := storyWager.abi.Pack("wagerOf", wager)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWagerOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x10269c97.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function wagerOf(uint256 wager) view returns((address,bool,bool,bool,bool,address,uint64,uint128,uint128,bytes32))
func (storyWager *StoryWager) TryPackWagerOf(wager *big.Int) ([]byte, error) {
	return storyWager.abi.Pack("wagerOf", wager)
}

// UnpackWagerOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x10269c97.
//
// Solidity: function wagerOf(uint256 wager) view returns((address,bool,bool,bool,bool,address,uint64,uint128,uint128,bytes32))
func (storyWager *StoryWager) UnpackWagerOf(data []byte) (StoryWagerWager, error) {
	out, err := storyWager.abi.Unpack("wagerOf", data)
	if err != nil {
		return *new(StoryWagerWager), err
	}
	out0 := *abi.ConvertType(out[0], new(StoryWagerWager)).(*StoryWagerWager)
	return out0, nil
}

// PackWagers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07773a70.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function wagers() view returns(uint256)
func (storyWager *StoryWager) PackWagers() []byte {
	enc, err := storyWager.abi.Pack("wagers")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWagers is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x07773a70.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function wagers() view returns(uint256)
func (storyWager *StoryWager) TryPackWagers() ([]byte, error) {
	return storyWager.abi.Pack("wagers")
}

// UnpackWagers is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x07773a70.
//
// Solidity: function wagers() view returns(uint256)
func (storyWager *StoryWager) UnpackWagers(data []byte) (*big.Int, error) {
	out, err := storyWager.abi.Unpack("wagers", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// StoryWagerClaimed represents a Claimed event raised by the StoryWager contract.
type StoryWagerClaimed struct {
	Player common.Address
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StoryWagerClaimedEventName = "Claimed"

// ContractEventName returns the user-defined event name.
func (StoryWagerClaimed) ContractEventName() string {
	return StoryWagerClaimedEventName
}

// UnpackClaimedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Claimed(address indexed player, address indexed to, uint256 amount)
func (storyWager *StoryWager) UnpackClaimedEvent(log *types.Log) (*StoryWagerClaimed, error) {
	event := "Claimed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerClaimed)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerAsked represents a WagerAsked event raised by the StoryWager contract.
type StoryWagerWagerAsked struct {
	Wager *big.Int
	Job   [32]byte
	Seed  [32]byte
	Raw   *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerAskedEventName = "WagerAsked"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerAsked) ContractEventName() string {
	return StoryWagerWagerAskedEventName
}

// UnpackWagerAskedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerAsked(uint256 indexed wager, bytes32 indexed job, bytes32 seed)
func (storyWager *StoryWager) UnpackWagerAskedEvent(log *types.Log) (*StoryWagerWagerAsked, error) {
	event := "WagerAsked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerAsked)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerCancelled represents a WagerCancelled event raised by the StoryWager contract.
type StoryWagerWagerCancelled struct {
	Wager    *big.Int
	Returned *big.Int
	Raw      *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerCancelledEventName = "WagerCancelled"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerCancelled) ContractEventName() string {
	return StoryWagerWagerCancelledEventName
}

// UnpackWagerCancelledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerCancelled(uint256 indexed wager, uint128 returned)
func (storyWager *StoryWager) UnpackWagerCancelledEvent(log *types.Log) (*StoryWagerWagerCancelled, error) {
	event := "WagerCancelled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerCancelled)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerJoined represents a WagerJoined event raised by the StoryWager contract.
type StoryWagerWagerJoined struct {
	Wager     *big.Int
	Second    common.Address
	SeedBlock uint64
	Raw       *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerJoinedEventName = "WagerJoined"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerJoined) ContractEventName() string {
	return StoryWagerWagerJoinedEventName
}

// UnpackWagerJoinedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerJoined(uint256 indexed wager, address indexed second, uint64 seedBlock)
func (storyWager *StoryWager) UnpackWagerJoinedEvent(log *types.Log) (*StoryWagerWagerJoined, error) {
	event := "WagerJoined"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerJoined)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerOpened represents a WagerOpened event raised by the StoryWager contract.
type StoryWagerWagerOpened struct {
	Wager *big.Int
	First common.Address
	Stake *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerOpenedEventName = "WagerOpened"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerOpened) ContractEventName() string {
	return StoryWagerWagerOpenedEventName
}

// UnpackWagerOpenedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerOpened(uint256 indexed wager, address indexed first, uint128 stake)
func (storyWager *StoryWager) UnpackWagerOpenedEvent(log *types.Log) (*StoryWagerWagerOpened, error) {
	event := "WagerOpened"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerOpened)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerRefunded represents a WagerRefunded event raised by the StoryWager contract.
type StoryWagerWagerRefunded struct {
	Wager  *big.Int
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerRefundedEventName = "WagerRefunded"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerRefunded) ContractEventName() string {
	return StoryWagerWagerRefundedEventName
}

// UnpackWagerRefundedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerRefunded(uint256 indexed wager, uint256 amount)
func (storyWager *StoryWager) UnpackWagerRefundedEvent(log *types.Log) (*StoryWagerWagerRefunded, error) {
	event := "WagerRefunded"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerRefunded)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// StoryWagerWagerWon represents a WagerWon event raised by the StoryWager contract.
type StoryWagerWagerWon struct {
	Wager  *big.Int
	Winner common.Address
	Pot    *big.Int
	Story  []uint32
	Finish uint8
	Raw    *types.Log // Blockchain specific contextual infos
}

const StoryWagerWagerWonEventName = "WagerWon"

// ContractEventName returns the user-defined event name.
func (StoryWagerWagerWon) ContractEventName() string {
	return StoryWagerWagerWonEventName
}

// UnpackWagerWonEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event WagerWon(uint256 indexed wager, address indexed winner, uint128 pot, uint32[] story, uint8 finish)
func (storyWager *StoryWager) UnpackWagerWonEvent(log *types.Log) (*StoryWagerWagerWon, error) {
	event := "WagerWon"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != storyWager.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(StoryWagerWagerWon)
	if len(log.Data) > 0 {
		if err := storyWager.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range storyWager.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (storyWager *StoryWager) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], storyWager.abi.Errors["NotFirst"].ID.Bytes()[:4]) {
		return storyWager.UnpackNotFirstError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["NotMarket"].ID.Bytes()[:4]) {
		return storyWager.UnpackNotMarketError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["NotRefunded"].ID.Bytes()[:4]) {
		return storyWager.UnpackNotRefundedError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["NothingOwed"].ID.Bytes()[:4]) {
		return storyWager.UnpackNothingOwedError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return storyWager.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["SeedUnknown"].ID.Bytes()[:4]) {
		return storyWager.UnpackSeedUnknownError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["StakeOutOfRange"].ID.Bytes()[:4]) {
		return storyWager.UnpackStakeOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["StoryTooLong"].ID.Bytes()[:4]) {
		return storyWager.UnpackStoryTooLongError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["UnknownJob"].ID.Bytes()[:4]) {
		return storyWager.UnpackUnknownJobError(raw[4:])
	}
	if bytes.Equal(raw[:4], storyWager.abi.Errors["WrongStatus"].ID.Bytes()[:4]) {
		return storyWager.UnpackWrongStatusError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StoryWagerNotFirst represents a NotFirst error raised by the StoryWager contract.
type StoryWagerNotFirst struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotFirst(address caller)
func StoryWagerNotFirstErrorID() common.Hash {
	return common.HexToHash("0xb49e3d1f2979a9b83b46bcfb0d19effcc87f0ed75bfba755ead7c8667ea22aae")
}

// UnpackNotFirstError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotFirst(address caller)
func (storyWager *StoryWager) UnpackNotFirstError(raw []byte) (*StoryWagerNotFirst, error) {
	out := new(StoryWagerNotFirst)
	if err := storyWager.abi.UnpackIntoInterface(out, "NotFirst", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerNotMarket represents a NotMarket error raised by the StoryWager contract.
type StoryWagerNotMarket struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotMarket(address caller)
func StoryWagerNotMarketErrorID() common.Hash {
	return common.HexToHash("0xbfae38b33907467ea3651d4564b66c7df27bbd52b3924e47aa461b118ab3c8a3")
}

// UnpackNotMarketError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotMarket(address caller)
func (storyWager *StoryWager) UnpackNotMarketError(raw []byte) (*StoryWagerNotMarket, error) {
	out := new(StoryWagerNotMarket)
	if err := storyWager.abi.UnpackIntoInterface(out, "NotMarket", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerNotRefunded represents a NotRefunded error raised by the StoryWager contract.
type StoryWagerNotRefunded struct {
	Wager *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotRefunded(uint256 wager)
func StoryWagerNotRefundedErrorID() common.Hash {
	return common.HexToHash("0x441753817ed1131d10416b2ee3cddbaa795b3f3a237782ee773f2e3a098b1ad1")
}

// UnpackNotRefundedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotRefunded(uint256 wager)
func (storyWager *StoryWager) UnpackNotRefundedError(raw []byte) (*StoryWagerNotRefunded, error) {
	out := new(StoryWagerNotRefunded)
	if err := storyWager.abi.UnpackIntoInterface(out, "NotRefunded", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerNothingOwed represents a NothingOwed error raised by the StoryWager contract.
type StoryWagerNothingOwed struct {
	Player common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NothingOwed(address player)
func StoryWagerNothingOwedErrorID() common.Hash {
	return common.HexToHash("0x751b0fdaa408a0c7537afaf0af96a92598192bff093a0ad0f684a7c83bc223c9")
}

// UnpackNothingOwedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NothingOwed(address player)
func (storyWager *StoryWager) UnpackNothingOwedError(raw []byte) (*StoryWagerNothingOwed, error) {
	out := new(StoryWagerNothingOwed)
	if err := storyWager.abi.UnpackIntoInterface(out, "NothingOwed", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the StoryWager contract.
type StoryWagerSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func StoryWagerSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (storyWager *StoryWager) UnpackSafeERC20FailedOperationError(raw []byte) (*StoryWagerSafeERC20FailedOperation, error) {
	out := new(StoryWagerSafeERC20FailedOperation)
	if err := storyWager.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerSeedUnknown represents a SeedUnknown error raised by the StoryWager contract.
type StoryWagerSeedUnknown struct {
	Wager     *big.Int
	SeedBlock uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SeedUnknown(uint256 wager, uint64 seedBlock)
func StoryWagerSeedUnknownErrorID() common.Hash {
	return common.HexToHash("0x9b86014411ee9b0c15fccc1559019fa5b0641584c2a4d0513a49d3e72f4b6066")
}

// UnpackSeedUnknownError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SeedUnknown(uint256 wager, uint64 seedBlock)
func (storyWager *StoryWager) UnpackSeedUnknownError(raw []byte) (*StoryWagerSeedUnknown, error) {
	out := new(StoryWagerSeedUnknown)
	if err := storyWager.abi.UnpackIntoInterface(out, "SeedUnknown", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerStakeOutOfRange represents a StakeOutOfRange error raised by the StoryWager contract.
type StoryWagerStakeOutOfRange struct {
	Stake *big.Int
	Min   *big.Int
	Max   *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StakeOutOfRange(uint128 stake, uint128 min, uint128 max)
func StoryWagerStakeOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0xed4c759c75991387e38bff0d805cc1d58f3dd2839f02d4662c7ded4160ec458b")
}

// UnpackStakeOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StakeOutOfRange(uint128 stake, uint128 min, uint128 max)
func (storyWager *StoryWager) UnpackStakeOutOfRangeError(raw []byte) (*StoryWagerStakeOutOfRange, error) {
	out := new(StoryWagerStakeOutOfRange)
	if err := storyWager.abi.UnpackIntoInterface(out, "StakeOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerStoryTooLong represents a StoryTooLong error raised by the StoryWager contract.
type StoryWagerStoryTooLong struct {
	Tokens uint32
	Limit  uint32
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StoryTooLong(uint32 tokens, uint32 limit)
func StoryWagerStoryTooLongErrorID() common.Hash {
	return common.HexToHash("0xce99c22ac222e5f614f2e3cc1a5d12f816aa600a1787984d9043ae8b0f0a39de")
}

// UnpackStoryTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StoryTooLong(uint32 tokens, uint32 limit)
func (storyWager *StoryWager) UnpackStoryTooLongError(raw []byte) (*StoryWagerStoryTooLong, error) {
	out := new(StoryWagerStoryTooLong)
	if err := storyWager.abi.UnpackIntoInterface(out, "StoryTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerUnknownJob represents a UnknownJob error raised by the StoryWager contract.
type StoryWagerUnknownJob struct {
	Job [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error UnknownJob(bytes32 job)
func StoryWagerUnknownJobErrorID() common.Hash {
	return common.HexToHash("0xe498a4818df576325d078a1a3c9d8186f5a17dea5710a922e4ee3dbe46eef065")
}

// UnpackUnknownJobError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error UnknownJob(bytes32 job)
func (storyWager *StoryWager) UnpackUnknownJobError(raw []byte) (*StoryWagerUnknownJob, error) {
	out := new(StoryWagerUnknownJob)
	if err := storyWager.abi.UnpackIntoInterface(out, "UnknownJob", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StoryWagerWrongStatus represents a WrongStatus error raised by the StoryWager contract.
type StoryWagerWrongStatus struct {
	Wager  *big.Int
	Status uint8
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongStatus(uint256 wager, uint8 status)
func StoryWagerWrongStatusErrorID() common.Hash {
	return common.HexToHash("0xa5d15e1f94e40302e3f7050760870a95f04eb9d943cd2cb333833178258083d6")
}

// UnpackWrongStatusError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongStatus(uint256 wager, uint8 status)
func (storyWager *StoryWager) UnpackWrongStatusError(raw []byte) (*StoryWagerWrongStatus, error) {
	out := new(StoryWagerWrongStatus)
	if err := storyWager.abi.UnpackIntoInterface(out, "WrongStatus", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenMetaData contains all meta data concerning the TestToken contract.
var TestTokenMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"DOMAIN_SEPARATOR\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"allowance\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"approve\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"authorizationState\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"balanceOf\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"cancelAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"decimals\",\"outputs\":[{\"internalType\":\"uint8\",\"name\":\"\",\"type\":\"uint8\"}],\"stateMutability\":\"pure\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"eip712Domain\",\"outputs\":[{\"internalType\":\"bytes1\",\"name\":\"fields\",\"type\":\"bytes1\"},{\"internalType\":\"string\",\"name\":\"name\",\"type\":\"string\"},{\"internalType\":\"string\",\"name\":\"version\",\"type\":\"string\"},{\"internalType\":\"uint256\",\"name\":\"chainId\",\"type\":\"uint256\"},{\"internalType\":\"address\",\"name\":\"verifyingContract\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"uint256[]\",\"name\":\"extensions\",\"type\":\"uint256[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"mint\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"name\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"nonces\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"permit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"receiveWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"symbol\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalSupply\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transfer\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"transferFrom\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"transferWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Approval\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationCanceled\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"AuthorizationUsed\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[],\"name\":\"EIP712DomainChanged\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"Transfer\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"ECDSAInvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"ECDSAInvalidSignatureLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"ECDSAInvalidSignatureS\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"allowance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientAllowance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"balance\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"ERC20InsufficientBalance\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"approver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidApprover\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"receiver\",\"type\":\"address\"}],\"name\":\"ERC20InvalidReceiver\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"sender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"spender\",\"type\":\"address\"}],\"name\":\"ERC20InvalidSpender\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"}],\"name\":\"ERC2612ExpiredSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"signer\",\"type\":\"address\"},{\"internalType\":\"address\",\"name\":\"owner\",\"type\":\"address\"}],\"name\":\"ERC2612InvalidSigner\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"}],\"name\":\"ERC3009InvalidAuthorizationTime\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ERC3009InvalidSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"authorizer\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"nonce\",\"type\":\"bytes32\"}],\"name\":\"ERC3009UsedAuthorization\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"currentNonce\",\"type\":\"uint256\"}],\"name\":\"InvalidAccountNonce\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidShortString\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint8\",\"name\":\"bits\",\"type\":\"uint8\"},{\"internalType\":\"uint256\",\"name\":\"value\",\"type\":\"uint256\"}],\"name\":\"SafeCastOverflowedUintDowncast\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"string\",\"name\":\"str\",\"type\":\"string\"}],\"name\":\"StringTooLong\",\"type\":\"error\"}]",
	ID:  "a1c7a176194a98d14bf4c0bdad8e5b9ee4",
	Bin: "0x610160604052348015610010575f5ffd5b50604051806040016040528060118152602001702223b934b2102a32b9ba102237b63630b960791b81525080604051806040016040528060018152602001603160f81b815250604051806040016040528060118152602001702223b934b2102a32b9ba102237b63630b960791b815250604051806040016040528060048152602001631d1554d160e21b81525081600390816100ac919061025c565b5060046100b9828261025c565b5050506100cb8261017360201b60201c565b610120526100d881610173565b61014052815160208084019190912060e052815190820120610100524660a05261016460e05161010051604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201529081019290925260608201524660808201523060a08201525f9060c00160405160208183030381529060405280519060200120905090565b60805250503060c05250610372565b5f5f829050601f815111156101a6578260405163305a27a960e01b815260040161019d919061031a565b60405180910390fd5b80516101b18261034f565b179392505050565b634e487b7160e01b5f52604160045260245ffd5b600181811c908216806101e157607f821691505b6020821081036101ff57634e487b7160e01b5f52602260045260245ffd5b50919050565b601f821115610257578282111561025757805f5260205f20601f840160051c602085101561023057505f5b90810190601f840160051c035f5b81811015610253575f8382015560010161023e565b5050505b505050565b81516001600160401b03811115610275576102756101b9565b6102898161028384546101cd565b84610205565b6020601f8211600181146102bb575f83156102a45750848201515b5f19600385901b1c1916600184901b178455610313565b5f84815260208120601f198516915b828110156102ea57878501518255602094850194600190920191016102ca565b508482101561030757868401515f19600387901b60f8161c191681555b505060018360011b0184555b5050505050565b602081525f82518060208401528060208501604085015e5f604082850101526040601f19601f83011684010191505092915050565b805160208083015191908110156101ff575f1960209190910360031b1b16919050565b60805160a05160c05160e0516101005161012051610140516116596103c35f395f610b6b01525f610b4001525f610a1801525f6109f001525f61094b01525f61097501525f61099f01526116595ff3fe608060405234801561000f575f5ffd5b506004361061011c575f3560e01c80637ecebe00116100a9578063d505accf1161006e578063d505accf14610249578063dd62ed3e1461025c578063e3ee160e14610294578063e94a0102146102a7578063ef55bec6146102df575f5ffd5b80637ecebe00146101ed57806384b0196e1461020057806388b7ab631461021b57806395d89b411461022e578063a9059cbb14610236575f5ffd5b8063313ce567116100ef578063313ce567146101865780633644e5151461019557806340c10f191461019d5780635a049a70146101b257806370a08231146101c5575f5ffd5b806306fdde0314610120578063095ea7b31461013e57806318160ddd1461016157806323b872dd14610173575b5f5ffd5b6101286102f2565b604051610135919061124f565b60405180910390f35b61015161014c366004611283565b610382565b6040519015158152602001610135565b6002545b604051908152602001610135565b6101516101813660046112ab565b61039b565b60405160068152602001610135565b6101656103be565b6101b06101ab366004611283565b6103cc565b005b6101b06101c03660046112f5565b6103da565b6101656101d336600461133f565b6001600160a01b03165f9081526020819052604090205490565b6101656101fb36600461133f565b610492565b6102086104af565b6040516101359796959493929190611358565b6101b06102293660046113ee565b6104f1565b6101286105af565b610151610244366004611283565b6105be565b6101b06102573660046114a0565b6105cb565b61016561026a366004611506565b6001600160a01b039182165f90815260016020908152604080832093909416825291909152205490565b6101b06102a2366004611537565b610701565b6101516102b5366004611283565b6001600160a01b03919091165f908152600860209081526040808320938352929052205460ff1690565b6101b06102ed366004611537565b61078f565b606060038054610301906115b2565b80601f016020809104026020016040519081016040528092919081815260200182805461032d906115b2565b80156103785780601f1061034f57610100808354040283529160200191610378565b820191905f5260205f20905b81548152906001019060200180831161035b57829003601f168201915b5050505050905090565b5f3361038f818585610854565b60019150505b92915050565b5f336103a8858285610866565b6103b38585856108e2565b506001949350505050565b5f6103c761093f565b905090565b6103d68282610a68565b5050565b604080517f158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a159742960208201526001600160a01b03871691810191909152606081018590525f90610441906080015b60405160208183030381529060405280519060200120610a9c565b905061044f81858585610ac8565b6001600160a01b0316866001600160a01b03161461048057604051631df081fd60e21b815260040160405180910390fd5b61048a8686610af6565b505050505050565b6001600160a01b0381165f90815260076020526040812054610395565b5f6060805f5f5f60606104c0610b39565b6104c8610b64565b604080515f80825260208201909252600f60f81b9b939a50919850469750309650945092509050565b5f6105327fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de88a8a8a8a8a8a60405160200161042697969594939291906115ea565b905061054089828585610b8f565b61055d57604051631df081fd60e21b815260040160405180910390fd5b6001600160a01b03881633146105965760405163ec442f0560e01b81526001600160a01b03891660048201526024015b60405180910390fd5b6105a4898989898989610c01565b505050505050505050565b606060048054610301906115b2565b5f3361038f8185856108e2565b834211156105ef5760405163313c898160e11b81526004810185905260240161058d565b5f7f6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c988888861063a8c6001600160a01b03165f90815260076020526040902080546001810190915590565b6040805160208101969096526001600160a01b0394851690860152929091166060840152608083015260a082015260c0810186905260e0016040516020818303038152906040528051906020012090505f61069482610a9c565b90505f6106a382878787610ac8565b9050896001600160a01b0316816001600160a01b0316146106ea576040516325c0072360e11b81526001600160a01b0380831660048301528b16602482015260440161058d565b6106f58a8a8a610854565b50505050505050505050565b5f6107427f7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a22678b8b8b8b8b8b60405160200161042697969594939291906115ea565b905061075081858585610ac8565b6001600160a01b03168a6001600160a01b03161461078157604051631df081fd60e21b815260040160405180910390fd5b6106f58a8a8a8a8a8a610c01565b5f6107d07fd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de88b8b8b8b8b8b60405160200161042697969594939291906115ea565b90506107de81858585610ac8565b6001600160a01b03168a6001600160a01b03161461080f57604051631df081fd60e21b815260040160405180910390fd5b886001600160a01b03811633146108455760405163ec442f0560e01b81526001600160a01b03909116600482015260240161058d565b506106f58a8a8a8a8a8a610c01565b6108618383836001610c55565b505050565b6001600160a01b038381165f908152600160209081526040808320938616835292905220545f198110156108dc57818110156108ce57604051637dc7a0d960e11b81526001600160a01b0384166004820152602481018290526044810183905260640161058d565b6108dc84848484035f610c55565b50505050565b6001600160a01b03831661090b57604051634b637e8f60e11b81525f600482015260240161058d565b6001600160a01b0382166109345760405163ec442f0560e01b81525f600482015260240161058d565b610861838383610d27565b5f306001600160a01b037f00000000000000000000000000000000000000000000000000000000000000001614801561099757507f000000000000000000000000000000000000000000000000000000000000000046145b156109c157507f000000000000000000000000000000000000000000000000000000000000000090565b6103c7604080517f8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f60208201527f0000000000000000000000000000000000000000000000000000000000000000918101919091527f000000000000000000000000000000000000000000000000000000000000000060608201524660808201523060a08201525f9060c00160405160208183030381529060405280519060200120905090565b6001600160a01b038216610a915760405163ec442f0560e01b81525f600482015260240161058d565b6103d65f8383610d27565b5f610395610aa861093f565b8360405161190160f01b8152600281019290925260228201526042902090565b5f5f5f5f610ad888888888610e4d565b925092509250610ae88282610f15565b50909150505b949350505050565b610b008282610fcd565b60405181906001600160a01b038416907f1cdd46ff242716cdaa72d159d339a485b3438398348d68f09d7c8c0a59353d81905f90a35050565b60606103c77f0000000000000000000000000000000000000000000000000000000000000000611057565b60606103c77f0000000000000000000000000000000000000000000000000000000000000000611057565b5f846001600160a01b03163b5f03610bee575f5f610bae868686611094565b5090925090505f816003811115610bc757610bc7611626565b148015610be55750866001600160a01b0316826001600160a01b0316145b92505050610aee565b610bfa858585856110db565b9050610aee565b610c0b8383611145565b610c158682610fcd565b60405181906001600160a01b038816907f98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5905f90a361048a8686866108e2565b6001600160a01b038416610c7e5760405163e602df0560e01b81525f600482015260240161058d565b6001600160a01b038316610ca757604051634a1406b160e11b81525f600482015260240161058d565b6001600160a01b038085165f90815260016020908152604080832093871683529290522082905580156108dc57826001600160a01b0316846001600160a01b03167f8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b92584604051610d1991815260200190565b60405180910390a350505050565b6001600160a01b038316610d51578060025f828254610d46919061163a565b90915550610dc19050565b6001600160a01b0383165f9081526020819052604090205481811015610da35760405163391434e360e21b81526001600160a01b0385166004820152602481018290526044810183905260640161058d565b6001600160a01b0384165f9081526020819052604090209082900390555b6001600160a01b038216610ddd57600280548290039055610dfb565b6001600160a01b0382165f9081526020819052604090208054820190555b816001600160a01b0316836001600160a01b03167fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef83604051610e4091815260200190565b60405180910390a3505050565b5f80807f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0841115610e8657505f91506003905082610f0b565b604080515f808252602082018084528a905260ff891692820192909252606081018790526080810186905260019060a0016020604051602081039080840390855afa158015610ed7573d5f5f3e3d5ffd5b5050604051601f1901519150506001600160a01b038116610f0257505f925060019150829050610f0b565b92505f91508190505b9450945094915050565b5f826003811115610f2857610f28611626565b03610f31575050565b6001826003811115610f4557610f45611626565b03610f635760405163f645eedf60e01b815260040160405180910390fd5b6002826003811115610f7757610f77611626565b03610f985760405163fce698f760e01b81526004810182905260240161058d565b6003826003811115610fac57610fac611626565b036103d6576040516335e2f38360e21b81526004810182905260240161058d565b6001600160a01b0382165f9081526008602090815260408083208484529091529020548290829060ff161561102657604051638f7808c160e01b81526001600160a01b039092166004830152602482015260440161058d565b50506001600160a01b039091165f90815260086020908152604080832093835292905220805460ff19166001179055565b60605f611063836111b4565b6040805160208082528183019092529192505f91906020820181803683375050509182525060208101929092525090565b5f808060418490036110c8578435602086013560408701355f1a6110ba89828585610e4d565b9550955095505050506110d2565b505f915060029050825b93509350939050565b60408051630b135d3f60e11b808252600482018690526024820192909252604481018390525f91908390818660648301375f82606483010152601f820160051c60051b915060205f60648401838b5afa9050825f5114601f3d111681169350505050949350505050565b81811665800000000000165f81156111645761115f6111db565b61116c565b61116c6111e5565b65ffffffffffff169050811984168111801561118a57508119831681105b8484909161048a57604051634a931c1760e01b81526004810192909252602482015260440161058d565b5f60ff8216601f81111561039557604051632cd44ac360e21b815260040160405180910390fd5b5f6103c7436111eb565b5f6103c7425b5f65ffffffffffff82111561121d576040516306dfcc6560e41b8152603060048201526024810183905260440161058d565b5090565b5f81518084528060208401602086015e5f602082860101526020601f19601f83011685010191505092915050565b602081525f6112616020830184611221565b9392505050565b80356001600160a01b038116811461127e575f5ffd5b919050565b5f5f60408385031215611294575f5ffd5b61129d83611268565b946020939093013593505050565b5f5f5f606084860312156112bd575f5ffd5b6112c684611268565b92506112d460208501611268565b929592945050506040919091013590565b803560ff8116811461127e575f5ffd5b5f5f5f5f5f60a08688031215611309575f5ffd5b61131286611268565b945060208601359350611327604087016112e5565b94979396509394606081013594506080013592915050565b5f6020828403121561134f575f5ffd5b61126182611268565b60ff60f81b8816815260e060208201525f61137660e0830189611221565b82810360408401526113888189611221565b606084018890526001600160a01b038716608085015260a0840186905283810360c0850152845180825260208087019350909101905f5b818110156113dd5783518352602093840193909201916001016113bf565b50909b9a5050505050505050505050565b5f5f5f5f5f5f5f5f60e0898b031215611405575f5ffd5b61140e89611268565b975061141c60208a01611268565b965060408901359550606089013594506080890135935060a0890135925060c089013567ffffffffffffffff811115611453575f5ffd5b8901601f81018b13611463575f5ffd5b803567ffffffffffffffff811115611479575f5ffd5b8b602082840101111561148a575f5ffd5b989b979a50959850939692959194602001935050565b5f5f5f5f5f5f5f60e0888a0312156114b6575f5ffd5b6114bf88611268565b96506114cd60208901611268565b955060408801359450606088013593506114e9608089016112e5565b9699959850939692959460a0840135945060c09093013592915050565b5f5f60408385031215611517575f5ffd5b61152083611268565b915061152e60208401611268565b90509250929050565b5f5f5f5f5f5f5f5f5f6101208a8c031215611550575f5ffd5b6115598a611268565b985061156760208b01611268565b975060408a0135965060608a0135955060808a0135945060a08a0135935061159160c08b016112e5565b989b979a50959894979396929550929360e081013593506101000135919050565b600181811c908216806115c657607f821691505b6020821081036115e457634e487b7160e01b5f52602260045260245ffd5b50919050565b9687526001600160a01b0395861660208801529390941660408601526060850191909152608084015260a083019190915260c082015260e00190565b634e487b7160e01b5f52602160045260245ffd5b8082018082111561039557634e487b7160e01b5f52601160045260245ffd",
}

// TestToken is an auto generated Go binding around an Ethereum contract.
type TestToken struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *TestToken) GetABI() abi.ABI {
	return c.abi
}

// NewTestToken creates a new instance of TestToken.
func NewTestToken() *TestToken {
	parsed, err := TestTokenMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &TestToken{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *TestToken) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testToken *TestToken) PackDOMAINSEPARATOR() []byte {
	enc, err := testToken.abi.Pack("DOMAIN_SEPARATOR")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDOMAINSEPARATOR is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x3644e515.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testToken *TestToken) TryPackDOMAINSEPARATOR() ([]byte, error) {
	return testToken.abi.Pack("DOMAIN_SEPARATOR")
}

// UnpackDOMAINSEPARATOR is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x3644e515.
//
// Solidity: function DOMAIN_SEPARATOR() view returns(bytes32)
func (testToken *TestToken) UnpackDOMAINSEPARATOR(data []byte) ([32]byte, error) {
	out, err := testToken.abi.Unpack("DOMAIN_SEPARATOR", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testToken *TestToken) PackAllowance(owner common.Address, spender common.Address) []byte {
	enc, err := testToken.abi.Pack("allowance", owner, spender)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAllowance is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xdd62ed3e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testToken *TestToken) TryPackAllowance(owner common.Address, spender common.Address) ([]byte, error) {
	return testToken.abi.Pack("allowance", owner, spender)
}

// UnpackAllowance is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xdd62ed3e.
//
// Solidity: function allowance(address owner, address spender) view returns(uint256)
func (testToken *TestToken) UnpackAllowance(data []byte) (*big.Int, error) {
	out, err := testToken.abi.Unpack("allowance", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testToken *TestToken) PackApprove(spender common.Address, value *big.Int) []byte {
	enc, err := testToken.abi.Pack("approve", spender, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackApprove is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x095ea7b3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testToken *TestToken) TryPackApprove(spender common.Address, value *big.Int) ([]byte, error) {
	return testToken.abi.Pack("approve", spender, value)
}

// UnpackApprove is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x095ea7b3.
//
// Solidity: function approve(address spender, uint256 value) returns(bool)
func (testToken *TestToken) UnpackApprove(data []byte) (bool, error) {
	out, err := testToken.abi.Unpack("approve", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackAuthorizationState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe94a0102.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (testToken *TestToken) PackAuthorizationState(authorizer common.Address, nonce [32]byte) []byte {
	enc, err := testToken.abi.Pack("authorizationState", authorizer, nonce)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAuthorizationState is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe94a0102.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (testToken *TestToken) TryPackAuthorizationState(authorizer common.Address, nonce [32]byte) ([]byte, error) {
	return testToken.abi.Pack("authorizationState", authorizer, nonce)
}

// UnpackAuthorizationState is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe94a0102.
//
// Solidity: function authorizationState(address authorizer, bytes32 nonce) view returns(bool)
func (testToken *TestToken) UnpackAuthorizationState(data []byte) (bool, error) {
	out, err := testToken.abi.Unpack("authorizationState", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testToken *TestToken) PackBalanceOf(account common.Address) []byte {
	enc, err := testToken.abi.Pack("balanceOf", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBalanceOf is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x70a08231.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testToken *TestToken) TryPackBalanceOf(account common.Address) ([]byte, error) {
	return testToken.abi.Pack("balanceOf", account)
}

// UnpackBalanceOf is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x70a08231.
//
// Solidity: function balanceOf(address account) view returns(uint256)
func (testToken *TestToken) UnpackBalanceOf(data []byte) (*big.Int, error) {
	out, err := testToken.abi.Unpack("balanceOf", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackCancelAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a049a70.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) PackCancelAuthorization(authorizer common.Address, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := testToken.abi.Pack("cancelAuthorization", authorizer, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackCancelAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x5a049a70.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) TryPackCancelAuthorization(authorizer common.Address, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return testToken.abi.Pack("cancelAuthorization", authorizer, nonce, v, r, s)
}

// PackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function decimals() pure returns(uint8)
func (testToken *TestToken) PackDecimals() []byte {
	enc, err := testToken.abi.Pack("decimals")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDecimals is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x313ce567.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function decimals() pure returns(uint8)
func (testToken *TestToken) TryPackDecimals() ([]byte, error) {
	return testToken.abi.Pack("decimals")
}

// UnpackDecimals is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x313ce567.
//
// Solidity: function decimals() pure returns(uint8)
func (testToken *TestToken) UnpackDecimals(data []byte) (uint8, error) {
	out, err := testToken.abi.Unpack("decimals", data)
	if err != nil {
		return *new(uint8), err
	}
	out0 := *abi.ConvertType(out[0], new(uint8)).(*uint8)
	return out0, nil
}

// PackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testToken *TestToken) PackEip712Domain() []byte {
	enc, err := testToken.abi.Pack("eip712Domain")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackEip712Domain is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x84b0196e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testToken *TestToken) TryPackEip712Domain() ([]byte, error) {
	return testToken.abi.Pack("eip712Domain")
}

// Eip712DomainOutput serves as a container for the return parameters of contract
// method Eip712Domain.
type Eip712DomainOutput struct {
	Fields            [1]byte
	Name              string
	Version           string
	ChainId           *big.Int
	VerifyingContract common.Address
	Salt              [32]byte
	Extensions        []*big.Int
}

// UnpackEip712Domain is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x84b0196e.
//
// Solidity: function eip712Domain() view returns(bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)
func (testToken *TestToken) UnpackEip712Domain(data []byte) (Eip712DomainOutput, error) {
	out, err := testToken.abi.Unpack("eip712Domain", data)
	outstruct := new(Eip712DomainOutput)
	if err != nil {
		return *outstruct, err
	}
	outstruct.Fields = *abi.ConvertType(out[0], new([1]byte)).(*[1]byte)
	outstruct.Name = *abi.ConvertType(out[1], new(string)).(*string)
	outstruct.Version = *abi.ConvertType(out[2], new(string)).(*string)
	outstruct.ChainId = abi.ConvertType(out[3], new(big.Int)).(*big.Int)
	outstruct.VerifyingContract = *abi.ConvertType(out[4], new(common.Address)).(*common.Address)
	outstruct.Salt = *abi.ConvertType(out[5], new([32]byte)).(*[32]byte)
	outstruct.Extensions = *abi.ConvertType(out[6], new([]*big.Int)).(*[]*big.Int)
	return *outstruct, nil
}

// PackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function mint(address account, uint256 amount) returns()
func (testToken *TestToken) PackMint(account common.Address, amount *big.Int) []byte {
	enc, err := testToken.abi.Pack("mint", account, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMint is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x40c10f19.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function mint(address account, uint256 amount) returns()
func (testToken *TestToken) TryPackMint(account common.Address, amount *big.Int) ([]byte, error) {
	return testToken.abi.Pack("mint", account, amount)
}

// PackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function name() view returns(string)
func (testToken *TestToken) PackName() []byte {
	enc, err := testToken.abi.Pack("name")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackName is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x06fdde03.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function name() view returns(string)
func (testToken *TestToken) TryPackName() ([]byte, error) {
	return testToken.abi.Pack("name")
}

// UnpackName is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x06fdde03.
//
// Solidity: function name() view returns(string)
func (testToken *TestToken) UnpackName(data []byte) (string, error) {
	out, err := testToken.abi.Unpack("name", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testToken *TestToken) PackNonces(owner common.Address) []byte {
	enc, err := testToken.abi.Pack("nonces", owner)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackNonces is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x7ecebe00.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testToken *TestToken) TryPackNonces(owner common.Address) ([]byte, error) {
	return testToken.abi.Pack("nonces", owner)
}

// UnpackNonces is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x7ecebe00.
//
// Solidity: function nonces(address owner) view returns(uint256)
func (testToken *TestToken) UnpackNonces(data []byte) (*big.Int, error) {
	out, err := testToken.abi.Unpack("nonces", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) PackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := testToken.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd505accf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) TryPackPermit(owner common.Address, spender common.Address, value *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return testToken.abi.Pack("permit", owner, spender, value, deadline, v, r, s)
}

// PackReceiveWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88b7ab63.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (testToken *TestToken) PackReceiveWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) []byte {
	enc, err := testToken.abi.Pack("receiveWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReceiveWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x88b7ab63.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature) returns()
func (testToken *TestToken) TryPackReceiveWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, signature []byte) ([]byte, error) {
	return testToken.abi.Pack("receiveWithAuthorization", from, to, value, validAfter, validBefore, nonce, signature)
}

// PackReceiveWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef55bec6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) PackReceiveWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := testToken.abi.Pack("receiveWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackReceiveWithAuthorization0 is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xef55bec6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function receiveWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) TryPackReceiveWithAuthorization0(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return testToken.abi.Pack("receiveWithAuthorization0", from, to, value, validAfter, validBefore, nonce, v, r, s)
}

// PackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function symbol() view returns(string)
func (testToken *TestToken) PackSymbol() []byte {
	enc, err := testToken.abi.Pack("symbol")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSymbol is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x95d89b41.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function symbol() view returns(string)
func (testToken *TestToken) TryPackSymbol() ([]byte, error) {
	return testToken.abi.Pack("symbol")
}

// UnpackSymbol is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x95d89b41.
//
// Solidity: function symbol() view returns(string)
func (testToken *TestToken) UnpackSymbol(data []byte) (string, error) {
	out, err := testToken.abi.Unpack("symbol", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalSupply() view returns(uint256)
func (testToken *TestToken) PackTotalSupply() []byte {
	enc, err := testToken.abi.Pack("totalSupply")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalSupply is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x18160ddd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalSupply() view returns(uint256)
func (testToken *TestToken) TryPackTotalSupply() ([]byte, error) {
	return testToken.abi.Pack("totalSupply")
}

// UnpackTotalSupply is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x18160ddd.
//
// Solidity: function totalSupply() view returns(uint256)
func (testToken *TestToken) UnpackTotalSupply(data []byte) (*big.Int, error) {
	out, err := testToken.abi.Unpack("totalSupply", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testToken *TestToken) PackTransfer(to common.Address, value *big.Int) []byte {
	enc, err := testToken.abi.Pack("transfer", to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransfer is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa9059cbb.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testToken *TestToken) TryPackTransfer(to common.Address, value *big.Int) ([]byte, error) {
	return testToken.abi.Pack("transfer", to, value)
}

// UnpackTransfer is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa9059cbb.
//
// Solidity: function transfer(address to, uint256 value) returns(bool)
func (testToken *TestToken) UnpackTransfer(data []byte) (bool, error) {
	out, err := testToken.abi.Unpack("transfer", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testToken *TestToken) PackTransferFrom(from common.Address, to common.Address, value *big.Int) []byte {
	enc, err := testToken.abi.Pack("transferFrom", from, to, value)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferFrom is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x23b872dd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testToken *TestToken) TryPackTransferFrom(from common.Address, to common.Address, value *big.Int) ([]byte, error) {
	return testToken.abi.Pack("transferFrom", from, to, value)
}

// UnpackTransferFrom is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x23b872dd.
//
// Solidity: function transferFrom(address from, address to, uint256 value) returns(bool)
func (testToken *TestToken) UnpackTransferFrom(data []byte) (bool, error) {
	out, err := testToken.abi.Unpack("transferFrom", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackTransferWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3ee160e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) PackTransferWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := testToken.abi.Pack("transferWithAuthorization", from, to, value, validAfter, validBefore, nonce, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTransferWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe3ee160e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function transferWithAuthorization(address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) returns()
func (testToken *TestToken) TryPackTransferWithAuthorization(from common.Address, to common.Address, value *big.Int, validAfter *big.Int, validBefore *big.Int, nonce [32]byte, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return testToken.abi.Pack("transferWithAuthorization", from, to, value, validAfter, validBefore, nonce, v, r, s)
}

// TestTokenApproval represents a Approval event raised by the TestToken contract.
type TestTokenApproval struct {
	Owner   common.Address
	Spender common.Address
	Value   *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const TestTokenApprovalEventName = "Approval"

// ContractEventName returns the user-defined event name.
func (TestTokenApproval) ContractEventName() string {
	return TestTokenApprovalEventName
}

// UnpackApprovalEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Approval(address indexed owner, address indexed spender, uint256 value)
func (testToken *TestToken) UnpackApprovalEvent(log *types.Log) (*TestTokenApproval, error) {
	event := "Approval"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testToken.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestTokenApproval)
	if len(log.Data) > 0 {
		if err := testToken.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testToken.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TestTokenAuthorizationCanceled represents a AuthorizationCanceled event raised by the TestToken contract.
type TestTokenAuthorizationCanceled struct {
	Authorizer common.Address
	Nonce      [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const TestTokenAuthorizationCanceledEventName = "AuthorizationCanceled"

// ContractEventName returns the user-defined event name.
func (TestTokenAuthorizationCanceled) ContractEventName() string {
	return TestTokenAuthorizationCanceledEventName
}

// UnpackAuthorizationCanceledEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce)
func (testToken *TestToken) UnpackAuthorizationCanceledEvent(log *types.Log) (*TestTokenAuthorizationCanceled, error) {
	event := "AuthorizationCanceled"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testToken.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestTokenAuthorizationCanceled)
	if len(log.Data) > 0 {
		if err := testToken.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testToken.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TestTokenAuthorizationUsed represents a AuthorizationUsed event raised by the TestToken contract.
type TestTokenAuthorizationUsed struct {
	Authorizer common.Address
	Nonce      [32]byte
	Raw        *types.Log // Blockchain specific contextual infos
}

const TestTokenAuthorizationUsedEventName = "AuthorizationUsed"

// ContractEventName returns the user-defined event name.
func (TestTokenAuthorizationUsed) ContractEventName() string {
	return TestTokenAuthorizationUsedEventName
}

// UnpackAuthorizationUsedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)
func (testToken *TestToken) UnpackAuthorizationUsedEvent(log *types.Log) (*TestTokenAuthorizationUsed, error) {
	event := "AuthorizationUsed"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testToken.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestTokenAuthorizationUsed)
	if len(log.Data) > 0 {
		if err := testToken.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testToken.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TestTokenEIP712DomainChanged represents a EIP712DomainChanged event raised by the TestToken contract.
type TestTokenEIP712DomainChanged struct {
	Raw *types.Log // Blockchain specific contextual infos
}

const TestTokenEIP712DomainChangedEventName = "EIP712DomainChanged"

// ContractEventName returns the user-defined event name.
func (TestTokenEIP712DomainChanged) ContractEventName() string {
	return TestTokenEIP712DomainChangedEventName
}

// UnpackEIP712DomainChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event EIP712DomainChanged()
func (testToken *TestToken) UnpackEIP712DomainChangedEvent(log *types.Log) (*TestTokenEIP712DomainChanged, error) {
	event := "EIP712DomainChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testToken.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestTokenEIP712DomainChanged)
	if len(log.Data) > 0 {
		if err := testToken.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testToken.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// TestTokenTransfer represents a Transfer event raised by the TestToken contract.
type TestTokenTransfer struct {
	From  common.Address
	To    common.Address
	Value *big.Int
	Raw   *types.Log // Blockchain specific contextual infos
}

const TestTokenTransferEventName = "Transfer"

// ContractEventName returns the user-defined event name.
func (TestTokenTransfer) ContractEventName() string {
	return TestTokenTransferEventName
}

// UnpackTransferEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Transfer(address indexed from, address indexed to, uint256 value)
func (testToken *TestToken) UnpackTransferEvent(log *types.Log) (*TestTokenTransfer, error) {
	event := "Transfer"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != testToken.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TestTokenTransfer)
	if len(log.Data) > 0 {
		if err := testToken.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range testToken.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (testToken *TestToken) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], testToken.abi.Errors["ECDSAInvalidSignature"].ID.Bytes()[:4]) {
		return testToken.UnpackECDSAInvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ECDSAInvalidSignatureLength"].ID.Bytes()[:4]) {
		return testToken.UnpackECDSAInvalidSignatureLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ECDSAInvalidSignatureS"].ID.Bytes()[:4]) {
		return testToken.UnpackECDSAInvalidSignatureSError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InsufficientAllowance"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InsufficientAllowanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InsufficientBalance"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InsufficientBalanceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InvalidApprover"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InvalidApproverError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InvalidReceiver"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InvalidReceiverError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InvalidSender"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InvalidSenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC20InvalidSpender"].ID.Bytes()[:4]) {
		return testToken.UnpackERC20InvalidSpenderError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC2612ExpiredSignature"].ID.Bytes()[:4]) {
		return testToken.UnpackERC2612ExpiredSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC2612InvalidSigner"].ID.Bytes()[:4]) {
		return testToken.UnpackERC2612InvalidSignerError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC3009InvalidAuthorizationTime"].ID.Bytes()[:4]) {
		return testToken.UnpackERC3009InvalidAuthorizationTimeError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC3009InvalidSignature"].ID.Bytes()[:4]) {
		return testToken.UnpackERC3009InvalidSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["ERC3009UsedAuthorization"].ID.Bytes()[:4]) {
		return testToken.UnpackERC3009UsedAuthorizationError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["InvalidAccountNonce"].ID.Bytes()[:4]) {
		return testToken.UnpackInvalidAccountNonceError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["InvalidShortString"].ID.Bytes()[:4]) {
		return testToken.UnpackInvalidShortStringError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["SafeCastOverflowedUintDowncast"].ID.Bytes()[:4]) {
		return testToken.UnpackSafeCastOverflowedUintDowncastError(raw[4:])
	}
	if bytes.Equal(raw[:4], testToken.abi.Errors["StringTooLong"].ID.Bytes()[:4]) {
		return testToken.UnpackStringTooLongError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TestTokenECDSAInvalidSignature represents a ECDSAInvalidSignature error raised by the TestToken contract.
type TestTokenECDSAInvalidSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignature()
func TestTokenECDSAInvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0xf645eedf0193584640b6b90cb9477e4c95b98636c148a891d4c0a146dc46e75a")
}

// UnpackECDSAInvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignature()
func (testToken *TestToken) UnpackECDSAInvalidSignatureError(raw []byte) (*TestTokenECDSAInvalidSignature, error) {
	out := new(TestTokenECDSAInvalidSignature)
	if err := testToken.abi.UnpackIntoInterface(out, "ECDSAInvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenECDSAInvalidSignatureLength represents a ECDSAInvalidSignatureLength error raised by the TestToken contract.
type TestTokenECDSAInvalidSignatureLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func TestTokenECDSAInvalidSignatureLengthErrorID() common.Hash {
	return common.HexToHash("0xfce698f7e8e5342cd615f641317bc45fe7e1e4a8b0a14dd1383ff8dc9c41917f")
}

// UnpackECDSAInvalidSignatureLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureLength(uint256 length)
func (testToken *TestToken) UnpackECDSAInvalidSignatureLengthError(raw []byte) (*TestTokenECDSAInvalidSignatureLength, error) {
	out := new(TestTokenECDSAInvalidSignatureLength)
	if err := testToken.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenECDSAInvalidSignatureS represents a ECDSAInvalidSignatureS error raised by the TestToken contract.
type TestTokenECDSAInvalidSignatureS struct {
	S [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func TestTokenECDSAInvalidSignatureSErrorID() common.Hash {
	return common.HexToHash("0xd78bce0cccb935155ed6428d1c13e50b7f3550fd2b66b9fe266006fea4a5e1eb")
}

// UnpackECDSAInvalidSignatureSError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ECDSAInvalidSignatureS(bytes32 s)
func (testToken *TestToken) UnpackECDSAInvalidSignatureSError(raw []byte) (*TestTokenECDSAInvalidSignatureS, error) {
	out := new(TestTokenECDSAInvalidSignatureS)
	if err := testToken.abi.UnpackIntoInterface(out, "ECDSAInvalidSignatureS", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InsufficientAllowance represents a ERC20InsufficientAllowance error raised by the TestToken contract.
type TestTokenERC20InsufficientAllowance struct {
	Spender   common.Address
	Allowance *big.Int
	Needed    *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func TestTokenERC20InsufficientAllowanceErrorID() common.Hash {
	return common.HexToHash("0xfb8f41b23e99d2101d86da76cdfa87dd51c82ed07d3cb62cbc473e469dbc75c3")
}

// UnpackERC20InsufficientAllowanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)
func (testToken *TestToken) UnpackERC20InsufficientAllowanceError(raw []byte) (*TestTokenERC20InsufficientAllowance, error) {
	out := new(TestTokenERC20InsufficientAllowance)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InsufficientAllowance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InsufficientBalance represents a ERC20InsufficientBalance error raised by the TestToken contract.
type TestTokenERC20InsufficientBalance struct {
	Sender  common.Address
	Balance *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func TestTokenERC20InsufficientBalanceErrorID() common.Hash {
	return common.HexToHash("0xe450d38cd8d9f7d95077d567d60ed49c7254716e6ad08fc9872816c97e0ffec6")
}

// UnpackERC20InsufficientBalanceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)
func (testToken *TestToken) UnpackERC20InsufficientBalanceError(raw []byte) (*TestTokenERC20InsufficientBalance, error) {
	out := new(TestTokenERC20InsufficientBalance)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InsufficientBalance", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InvalidApprover represents a ERC20InvalidApprover error raised by the TestToken contract.
type TestTokenERC20InvalidApprover struct {
	Approver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidApprover(address approver)
func TestTokenERC20InvalidApproverErrorID() common.Hash {
	return common.HexToHash("0xe602df05cc75712490294c6c104ab7c17f4030363910a7a2626411c6d3118847")
}

// UnpackERC20InvalidApproverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidApprover(address approver)
func (testToken *TestToken) UnpackERC20InvalidApproverError(raw []byte) (*TestTokenERC20InvalidApprover, error) {
	out := new(TestTokenERC20InvalidApprover)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InvalidApprover", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InvalidReceiver represents a ERC20InvalidReceiver error raised by the TestToken contract.
type TestTokenERC20InvalidReceiver struct {
	Receiver common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func TestTokenERC20InvalidReceiverErrorID() common.Hash {
	return common.HexToHash("0xec442f055133b72f3b2f9f0bb351c406b178527de2040a7d1feb4e058771f613")
}

// UnpackERC20InvalidReceiverError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidReceiver(address receiver)
func (testToken *TestToken) UnpackERC20InvalidReceiverError(raw []byte) (*TestTokenERC20InvalidReceiver, error) {
	out := new(TestTokenERC20InvalidReceiver)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InvalidReceiver", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InvalidSender represents a ERC20InvalidSender error raised by the TestToken contract.
type TestTokenERC20InvalidSender struct {
	Sender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSender(address sender)
func TestTokenERC20InvalidSenderErrorID() common.Hash {
	return common.HexToHash("0x96c6fd1edd0cd6ef7ff0ecc0facdf53148dc0048b57fe58af65755250a7a96bd")
}

// UnpackERC20InvalidSenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSender(address sender)
func (testToken *TestToken) UnpackERC20InvalidSenderError(raw []byte) (*TestTokenERC20InvalidSender, error) {
	out := new(TestTokenERC20InvalidSender)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InvalidSender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC20InvalidSpender represents a ERC20InvalidSpender error raised by the TestToken contract.
type TestTokenERC20InvalidSpender struct {
	Spender common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC20InvalidSpender(address spender)
func TestTokenERC20InvalidSpenderErrorID() common.Hash {
	return common.HexToHash("0x94280d62c347d8d9f4d59a76ea321452406db88df38e0c9da304f58b57b373a2")
}

// UnpackERC20InvalidSpenderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC20InvalidSpender(address spender)
func (testToken *TestToken) UnpackERC20InvalidSpenderError(raw []byte) (*TestTokenERC20InvalidSpender, error) {
	out := new(TestTokenERC20InvalidSpender)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC20InvalidSpender", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC2612ExpiredSignature represents a ERC2612ExpiredSignature error raised by the TestToken contract.
type TestTokenERC2612ExpiredSignature struct {
	Deadline *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func TestTokenERC2612ExpiredSignatureErrorID() common.Hash {
	return common.HexToHash("0x627913023c184eaad13735d5a3d2657ae76ec9a872a70e0fc57522ef1a114d58")
}

// UnpackERC2612ExpiredSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612ExpiredSignature(uint256 deadline)
func (testToken *TestToken) UnpackERC2612ExpiredSignatureError(raw []byte) (*TestTokenERC2612ExpiredSignature, error) {
	out := new(TestTokenERC2612ExpiredSignature)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC2612ExpiredSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC2612InvalidSigner represents a ERC2612InvalidSigner error raised by the TestToken contract.
type TestTokenERC2612InvalidSigner struct {
	Signer common.Address
	Owner  common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func TestTokenERC2612InvalidSignerErrorID() common.Hash {
	return common.HexToHash("0x4b800e463b323b1d856edf9dec70329a639d13874a57f5c28219ff57128756db")
}

// UnpackERC2612InvalidSignerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC2612InvalidSigner(address signer, address owner)
func (testToken *TestToken) UnpackERC2612InvalidSignerError(raw []byte) (*TestTokenERC2612InvalidSigner, error) {
	out := new(TestTokenERC2612InvalidSigner)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC2612InvalidSigner", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC3009InvalidAuthorizationTime represents a ERC3009InvalidAuthorizationTime error raised by the TestToken contract.
type TestTokenERC3009InvalidAuthorizationTime struct {
	ValidAfter  *big.Int
	ValidBefore *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC3009InvalidAuthorizationTime(uint256 validAfter, uint256 validBefore)
func TestTokenERC3009InvalidAuthorizationTimeErrorID() common.Hash {
	return common.HexToHash("0x4a931c17dee7b777c9cbff49696775decabdf15f0f4299ed982c63de16870b15")
}

// UnpackERC3009InvalidAuthorizationTimeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC3009InvalidAuthorizationTime(uint256 validAfter, uint256 validBefore)
func (testToken *TestToken) UnpackERC3009InvalidAuthorizationTimeError(raw []byte) (*TestTokenERC3009InvalidAuthorizationTime, error) {
	out := new(TestTokenERC3009InvalidAuthorizationTime)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC3009InvalidAuthorizationTime", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC3009InvalidSignature represents a ERC3009InvalidSignature error raised by the TestToken contract.
type TestTokenERC3009InvalidSignature struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC3009InvalidSignature()
func TestTokenERC3009InvalidSignatureErrorID() common.Hash {
	return common.HexToHash("0x77c207f4defda98b291ec961b5c4117337ad6395b29d5f627b766bfbb84cc315")
}

// UnpackERC3009InvalidSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC3009InvalidSignature()
func (testToken *TestToken) UnpackERC3009InvalidSignatureError(raw []byte) (*TestTokenERC3009InvalidSignature, error) {
	out := new(TestTokenERC3009InvalidSignature)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC3009InvalidSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenERC3009UsedAuthorization represents a ERC3009UsedAuthorization error raised by the TestToken contract.
type TestTokenERC3009UsedAuthorization struct {
	Authorizer common.Address
	Nonce      [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ERC3009UsedAuthorization(address authorizer, bytes32 nonce)
func TestTokenERC3009UsedAuthorizationErrorID() common.Hash {
	return common.HexToHash("0x8f7808c1770a7455ad80e90de4a45fff05aec416cd59cd420827199281b8dbcd")
}

// UnpackERC3009UsedAuthorizationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ERC3009UsedAuthorization(address authorizer, bytes32 nonce)
func (testToken *TestToken) UnpackERC3009UsedAuthorizationError(raw []byte) (*TestTokenERC3009UsedAuthorization, error) {
	out := new(TestTokenERC3009UsedAuthorization)
	if err := testToken.abi.UnpackIntoInterface(out, "ERC3009UsedAuthorization", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenInvalidAccountNonce represents a InvalidAccountNonce error raised by the TestToken contract.
type TestTokenInvalidAccountNonce struct {
	Account      common.Address
	CurrentNonce *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func TestTokenInvalidAccountNonceErrorID() common.Hash {
	return common.HexToHash("0x752d88c0de02638abf10e8e31861e4c68dc1f3a1e7d840e580683f2c282bfc7a")
}

// UnpackInvalidAccountNonceError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidAccountNonce(address account, uint256 currentNonce)
func (testToken *TestToken) UnpackInvalidAccountNonceError(raw []byte) (*TestTokenInvalidAccountNonce, error) {
	out := new(TestTokenInvalidAccountNonce)
	if err := testToken.abi.UnpackIntoInterface(out, "InvalidAccountNonce", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenInvalidShortString represents a InvalidShortString error raised by the TestToken contract.
type TestTokenInvalidShortString struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidShortString()
func TestTokenInvalidShortStringErrorID() common.Hash {
	return common.HexToHash("0xb3512b0c6163e5f0bafab72bb631b9d58cd7a731b082f910338aa21c83d5c274")
}

// UnpackInvalidShortStringError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidShortString()
func (testToken *TestToken) UnpackInvalidShortStringError(raw []byte) (*TestTokenInvalidShortString, error) {
	out := new(TestTokenInvalidShortString)
	if err := testToken.abi.UnpackIntoInterface(out, "InvalidShortString", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenSafeCastOverflowedUintDowncast represents a SafeCastOverflowedUintDowncast error raised by the TestToken contract.
type TestTokenSafeCastOverflowedUintDowncast struct {
	Bits  uint8
	Value *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func TestTokenSafeCastOverflowedUintDowncastErrorID() common.Hash {
	return common.HexToHash("0x6dfcc6503a32754ce7a89698e18201fc5294fd4aad43edefee786f88423b1a12")
}

// UnpackSafeCastOverflowedUintDowncastError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value)
func (testToken *TestToken) UnpackSafeCastOverflowedUintDowncastError(raw []byte) (*TestTokenSafeCastOverflowedUintDowncast, error) {
	out := new(TestTokenSafeCastOverflowedUintDowncast)
	if err := testToken.abi.UnpackIntoInterface(out, "SafeCastOverflowedUintDowncast", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TestTokenStringTooLong represents a StringTooLong error raised by the TestToken contract.
type TestTokenStringTooLong struct {
	Str string
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error StringTooLong(string str)
func TestTokenStringTooLongErrorID() common.Hash {
	return common.HexToHash("0x305a27a93f8e33b7392df0a0f91d6fc63847395853c45991eec52dbf24d72381")
}

// UnpackStringTooLongError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error StringTooLong(string str)
func (testToken *TestToken) UnpackStringTooLongError(raw []byte) (*TestTokenStringTooLong, error) {
	out := new(TestTokenStringTooLong)
	if err := testToken.abi.UnpackIntoInterface(out, "StringTooLong", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultMetaData contains all meta data concerning the Vault contract.
var VaultMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token_\",\"type\":\"address\"},{\"internalType\":\"address[]\",\"name\":\"modules_\",\"type\":\"address[]\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"BURN_ADDRESS\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"burn\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"deposit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"from\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validAfter\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"validBefore\",\"type\":\"uint256\"},{\"internalType\":\"bytes32\",\"name\":\"salt\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"signature\",\"type\":\"bytes\"}],\"name\":\"depositWithAuthorization\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"deadline\",\"type\":\"uint256\"},{\"internalType\":\"uint8\",\"name\":\"v\",\"type\":\"uint8\"},{\"internalType\":\"bytes32\",\"name\":\"r\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"s\",\"type\":\"bytes32\"}],\"name\":\"depositWithPermit\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"flushBurned\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"free\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"}],\"name\":\"held\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"}],\"name\":\"isModule\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"lock\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"modules\",\"outputs\":[{\"internalType\":\"address[]\",\"name\":\"\",\"type\":\"address[]\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"owed\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"release\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"token\",\"outputs\":[{\"internalType\":\"address\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"totalFree\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"withdraw\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Burned\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"payer\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"}],\"name\":\"Deposited\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"}],\"name\":\"Locked\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"}],\"name\":\"Released\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"}],\"name\":\"Withdrawn\",\"type\":\"event\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"}],\"name\":\"BadRecipient\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"}],\"name\":\"DuplicateModule\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"moved\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"asked\",\"type\":\"uint256\"}],\"name\":\"InexactTransfer\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"account\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"free\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"InsufficientFree\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"module\",\"type\":\"address\"},{\"internalType\":\"uint256\",\"name\":\"held\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"needed\",\"type\":\"uint256\"}],\"name\":\"InsufficientHeld\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"NotAToken\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"caller\",\"type\":\"address\"}],\"name\":\"NotModule\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ReentrancyGuardReentrantCall\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"address\",\"name\":\"token\",\"type\":\"address\"}],\"name\":\"SafeERC20FailedOperation\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAddress\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"ZeroAmount\",\"type\":\"error\"}]",
	ID:  "152a83ec69a144b8093a173ad8d9e57938",
	Bin: "0x60a060405234801561000f575f5ffd5b506040516117dc3803806117dc83398101604081905261002e916101e2565b816001600160a01b03163b5f036100685760405163f0ae59ab60e01b81526001600160a01b03831660048201526024015b60405180910390fd5b6001600160a01b0382166080525f5b815181101561019e575f6001600160a01b031682828151811061009c5761009c6102c0565b60200260200101516001600160a01b0316036100cb5760405163d92e233d60e01b815260040160405180910390fd5b60025f8383815181106100e0576100e06102c0565b6020908102919091018101516001600160a01b031682528101919091526040015f205460ff161561014e5781818151811061011d5761011d6102c0565b6020026020010151604051630da3f63f60e41b815260040161005f91906001600160a01b0391909116815260200190565b600160025f848481518110610165576101656102c0565b6020908102919091018101516001600160a01b031682528101919091526040015f20805460ff1916911515919091179055600101610077565b5060056101ab82826102d4565b50505061037d565b80516001600160a01b03811681146101c9575f5ffd5b919050565b634e487b7160e01b5f52604160045260245ffd5b5f5f604083850312156101f3575f5ffd5b6101fc836101b3565b60208401519092506001600160401b03811115610217575f5ffd5b8301601f81018513610227575f5ffd5b80516001600160401b03811115610240576102406101ce565b604051600582901b90603f8201601f191681016001600160401b038111828210171561026e5761026e6101ce565b60405291825260208184018101929081018884111561028b575f5ffd5b6020850194505b838510156102b1576102a3856101b3565b815260209485019401610292565b50809450505050509250929050565b634e487b7160e01b5f52603260045260245ffd5b81516001600160401b038111156102ed576102ed6101ce565b68010000000000000000811115610306576103066101ce565b81548183558082101561033a57825f528160205f20018282035f5b81811015610336575f83820155600101610321565b5050505b506020830161034e835f9081526020902090565b5f5b838110156103755782516001600160a01b031681830155602090920191600101610350565b505050505050565b6080516114086103d45f395f81816102390152818161039201528181610640015281816106ad01528181610b2701528181610ba701528181610c9b01528181610e3f01528181610ebf0152610efd01526114085ff3fe608060405234801561000f575f5ffd5b50600436106100fb575f3560e01c80634d41299c11610093578063f3fef3a311610063578063f3fef3a31461020f578063f7e80e9814610222578063fc0c546a14610237578063fccc281314610271575f5ffd5b80634d41299c146101cd578063c87d6779146101e0578063c9b5bb17146101e8578063d842019f14610207575f5ffd5b8063333e44e6116100ce578063333e44e61461016c57806342966c681461017557806342f6e3891461018857806347e7ef24146101ba575f5ffd5b80630357371d146100ff57806312a62cff14610114578063282d3fdf1461012757806332f750ff1461013a575b5f5ffd5b61011261010d366004611146565b61027a565b005b61011261012236600461116e565b61034a565b610112610135366004611146565b610407565b6101596101483660046111c9565b60016020525f908152604090205481565b6040519081526020015b60405180910390f35b61015960035481565b6101126101833660046111e9565b6104ce565b6101aa6101963660046111c9565b60026020525f908152604090205460ff1681565b6040519015158152602001610163565b6101126101c8366004611146565b61055d565b6101126101db366004611200565b610577565b610159610865565b6101596101f63660046111c9565b5f6020819052908152604090205481565b61011261087b565b61011261021d366004611146565b6108c5565b61022a610933565b60405161016391906112a4565b7f00000000000000000000000000000000000000000000000000000000000000005b6040516001600160a01b039091168152602001610163565b61025961dead81565b335f9081526002602052604090205460ff166102b05760405163cb11855160e01b81523360048201526024015b60405180910390fd5b6102b8610993565b6001600160a01b0382166102df5760405163d92e233d60e01b815260040160405180910390fd5b6102e8816109c8565b5f6102f38383610a3f565b604080518481526020810183905291925033916001600160a01b038616917f29e9bc035f01bfa0da19263257dbbaeb34bf6c9c780d975b99cb802aecfcf1a291015b60405180910390a350610346610a9f565b5050565b610352610993565b60405163d505accf60e01b8152336004820152306024820152604481018690526064810185905260ff8416608482015260a4810183905260c481018290527f00000000000000000000000000000000000000000000000000000000000000006001600160a01b03169063d505accf9060e4015f604051808303815f87803b1580156103db575f5ffd5b505af19250505080156103ec575060015b506103f78686610ac9565b6103ff610a9f565b505050505050565b335f9081526002602052604090205460ff166104385760405163cb11855160e01b81523360048201526024016102a7565b610440610993565b5f61044b8383610be0565b335f9081526001602052604081208054929350849290919061046e908490611303565b925050819055508160045f8282546104869190611303565b9091555050604080518381526020810183905233916001600160a01b038616917f967ad762aa9070ada8db64577288e214771e89667066ae38e8750cb8a86c54299101610335565b335f9081526002602052604090205460ff166104ff5760405163cb11855160e01b81523360048201526024016102a7565b610507610993565b610510816109c8565b61051c61dead82610a3f565b5060405181815233907f696de425f79f4a40bc6d2122ca50507f0efbeabbff86a84871b7196ab8ea8df79060200160405180910390a261055a610a9f565b50565b610565610993565b61056f8282610ac9565b610346610a9f565b61057f610993565b855f0361059f57604051631f2a200560e01b815260040160405180910390fd5b6001600160a01b0387166105c65760405163d92e233d60e01b815260040160405180910390fd5b6040805146602082015230918101919091526001600160a01b03881660608201526080810187905260a0810186905260c0810185905260e081018490525f906101000160408051601f198184030181529082905280516020909101206370a0823160e01b825230600483015291505f906001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016906370a0823190602401602060405180830381865afa158015610685573d5f5f3e3d5ffd5b505050506040513d601f19601f820116820180604052508101906106a9919061131c565b90507f00000000000000000000000000000000000000000000000000000000000000006041841480156106e457506001600160a01b038a163b155b156107dd575f6106f76020828789611333565b6107009161135a565b90505f61071160406020888a611333565b61071a9161135a565b9050826001600160a01b031663ef55bec68d308e8e8e8b8e8e604081811061074457610744611377565b60405160e08b901b6001600160e01b03191681526001600160a01b03998a1660048201529890971660248901525060448701949094526064860192909252608485015260a4840152013560f81c60c482015260e481018590526101048101849052610124015f604051808303815f87803b1580156107c0575f5ffd5b505af11580156107d2573d5f5f3e3d5ffd5b505050505050610845565b6040516388b7ab6360e01b81526001600160a01b038216906388b7ab6390610817908d9030908e908e908e908b908e908e9060040161138b565b5f604051808303815f87803b15801561082e575f5ffd5b505af1158015610840573d5f5f3e3d5ffd5b505050505b6108518a8b8b85610c7a565b50505061085c610a9f565b50505050505050565b5f6004546003546108769190611303565b905090565b610883610993565b61dead5f8181526020527f44ad89ba62b98ff34f51403ac22759b55759460c0bb5521eb4b6ee3cff49cf83546108bb91908190610da5565b6108c3610a9f565b565b6108cd610993565b6001600160a01b0382166108f45760405163d92e233d60e01b815260040160405180910390fd5b306001600160a01b0383160361092857604051631ecdd20960e31b81526001600160a01b03831660048201526024016102a7565b61056f338383610da5565b6060600580548060200260200160405190810160405280929190818152602001828054801561098957602002820191905f5260205f20905b81546001600160a01b0316815260019091019060200180831161096b575b5050505050905090565b61099b610fa4565b6108c360017f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005b90610fe4565b335f9081526001602052604090205481811015610a085760405163553d1b4560e11b815233600482015260248101829052604481018390526064016102a7565b610a1282826113f5565b335f9081526001602052604081209190915560048054849290610a369084906113f5565b90915550505050565b6001600160a01b0382165f90815260208190526040812054610a62908390611303565b6001600160a01b0384165f908152602081905260408120829055600380549293508492909190610a93908490611303565b90915550909392505050565b6108c35f7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f006109c2565b805f03610ae957604051631f2a200560e01b815260040160405180910390fd5b6001600160a01b038216610b105760405163d92e233d60e01b815260040160405180910390fd5b6040516370a0823160e01b81523060048201525f907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906370a0823190602401602060405180830381865afa158015610b74573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610b98919061131c565b9050610bcf6001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016333085610feb565b610bdb83338484610c7a565b505050565b6001600160a01b0382165f9081526020819052604081205482811015610c32576040516313c3c9cf60e31b81526001600160a01b038516600482015260248101829052604481018490526064016102a7565b610c3c83826113f5565b6001600160a01b0385165f908152602081905260408120829055600380549294508592909190610c6d9084906113f5565b9091555091949350505050565b6040516370a0823160e01b81523060048201525f9082906001600160a01b037f000000000000000000000000000000000000000000000000000000000000000016906370a0823190602401602060405180830381865afa158015610ce0573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610d04919061131c565b610d0e91906113f5565b9050828114610d3a57604051639366facf60e01b815260048101829052602481018490526044016102a7565b5f610d458685610a3f565b9050846001600160a01b0316866001600160a01b03167ff5681f9d0db1b911ac18ee83d515a1cf1051853a9eae418316a2fdf7dea427c58684604051610d95929190918252602082015260400190565b60405180910390a3505050505050565b805f03610dc557604051631f2a200560e01b815260040160405180910390fd5b5f610dd08483610be0565b9050826001600160a01b0316846001600160a01b03167f91fb9d98b786c57d74c099ccd2beca1739e9f6a81fb49001ca465c4b7591bbe28484604051610e20929190918252602082015260400190565b60405180910390a36040516370a0823160e01b81523060048201525f907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906370a0823190602401602060405180830381865afa158015610e8c573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610eb0919061131c565b9050610ee66001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168585611027565b6040516370a0823160e01b81523060048201525f907f00000000000000000000000000000000000000000000000000000000000000006001600160a01b0316906370a0823190602401602060405180830381865afa158015610f4a573d5f5f3e3d5ffd5b505050506040513d601f19601f82011682018060405250810190610f6e919061131c565b610f7890836113f5565b90508381146103ff57604051639366facf60e01b815260048101829052602481018590526044016102a7565b7f9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f005c156108c357604051633ee5aeb560e01b815260040160405180910390fd5b80825d5050565b610ff984848484600161105c565b61102157604051635274afe760e01b81526001600160a01b03851660048201526024016102a7565b50505050565b61103483838360016110c9565b610bdb57604051635274afe760e01b81526001600160a01b03841660048201526024016102a7565b6040516323b872dd60e01b5f8181526001600160a01b038781166004528616602452604485905291602083606481808c5af1925060015f511483166110b85783831516156110ac573d5f823e3d81fd5b5f883b113d1516831692505b604052505f60605295945050505050565b60405163a9059cbb60e01b5f8181526001600160a01b038616600452602485905291602083604481808b5af1925060015f5114831661111f578383151615611113573d5f823e3d81fd5b5f873b113d1516831692505b60405250949350505050565b80356001600160a01b0381168114611141575f5ffd5b919050565b5f5f60408385031215611157575f5ffd5b6111608361112b565b946020939093013593505050565b5f5f5f5f5f5f60c08789031215611183575f5ffd5b61118c8761112b565b95506020870135945060408701359350606087013560ff811681146111af575f5ffd5b9598949750929560808101359460a0909101359350915050565b5f602082840312156111d9575f5ffd5b6111e28261112b565b9392505050565b5f602082840312156111f9575f5ffd5b5035919050565b5f5f5f5f5f5f5f60c0888a031215611216575f5ffd5b61121f8861112b565b96506020880135955060408801359450606088013593506080880135925060a088013567ffffffffffffffff811115611256575f5ffd5b8801601f81018a13611266575f5ffd5b803567ffffffffffffffff81111561127c575f5ffd5b8a602082840101111561128d575f5ffd5b602082019350809250505092959891949750929550565b602080825282518282018190525f918401906040840190835b818110156112e45783516001600160a01b03168352602093840193909201916001016112bd565b509095945050505050565b634e487b7160e01b5f52601160045260245ffd5b80820180821115611316576113166112ef565b92915050565b5f6020828403121561132c575f5ffd5b5051919050565b5f5f85851115611341575f5ffd5b8386111561134d575f5ffd5b5050820193919092039150565b80356020831015611316575f19602084900360031b1b1692915050565b634e487b7160e01b5f52603260045260245ffd5b6001600160a01b0389811682528816602082015260408101879052606081018690526080810185905260a0810184905260e060c08201819052810182905281836101008301375f81830161010090810191909152601f909201601f19160101979650505050505050565b81810381811115611316576113166112ef56",
}

// Vault is an auto generated Go binding around an Ethereum contract.
type Vault struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Vault) GetABI() abi.ABI {
	return c.abi
}

// NewVault creates a new instance of Vault.
func NewVault() *Vault {
	parsed, err := VaultMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Vault{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Vault) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address token_, address[] modules_) returns()
func (vault *Vault) PackConstructor(token_ common.Address, modules_ []common.Address) []byte {
	enc, err := vault.abi.Pack("", token_, modules_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackBURNADDRESS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfccc2813.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function BURN_ADDRESS() view returns(address)
func (vault *Vault) PackBURNADDRESS() []byte {
	enc, err := vault.abi.Pack("BURN_ADDRESS")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBURNADDRESS is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfccc2813.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function BURN_ADDRESS() view returns(address)
func (vault *Vault) TryPackBURNADDRESS() ([]byte, error) {
	return vault.abi.Pack("BURN_ADDRESS")
}

// UnpackBURNADDRESS is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfccc2813.
//
// Solidity: function BURN_ADDRESS() view returns(address)
func (vault *Vault) UnpackBURNADDRESS(data []byte) (common.Address, error) {
	out, err := vault.abi.Unpack("BURN_ADDRESS", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42966c68.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function burn(uint256 amount) returns()
func (vault *Vault) PackBurn(amount *big.Int) []byte {
	enc, err := vault.abi.Pack("burn", amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackBurn is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42966c68.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function burn(uint256 amount) returns()
func (vault *Vault) TryPackBurn(amount *big.Int) ([]byte, error) {
	return vault.abi.Pack("burn", amount)
}

// PackDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47e7ef24.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function deposit(address account, uint256 amount) returns()
func (vault *Vault) PackDeposit(account common.Address, amount *big.Int) []byte {
	enc, err := vault.abi.Pack("deposit", account, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDeposit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x47e7ef24.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function deposit(address account, uint256 amount) returns()
func (vault *Vault) TryPackDeposit(account common.Address, amount *big.Int) ([]byte, error) {
	return vault.abi.Pack("deposit", account, amount)
}

// PackDepositWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d41299c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function depositWithAuthorization(address from, uint256 amount, uint256 validAfter, uint256 validBefore, bytes32 salt, bytes signature) returns()
func (vault *Vault) PackDepositWithAuthorization(from common.Address, amount *big.Int, validAfter *big.Int, validBefore *big.Int, salt [32]byte, signature []byte) []byte {
	enc, err := vault.abi.Pack("depositWithAuthorization", from, amount, validAfter, validBefore, salt, signature)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDepositWithAuthorization is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4d41299c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function depositWithAuthorization(address from, uint256 amount, uint256 validAfter, uint256 validBefore, bytes32 salt, bytes signature) returns()
func (vault *Vault) TryPackDepositWithAuthorization(from common.Address, amount *big.Int, validAfter *big.Int, validBefore *big.Int, salt [32]byte, signature []byte) ([]byte, error) {
	return vault.abi.Pack("depositWithAuthorization", from, amount, validAfter, validBefore, salt, signature)
}

// PackDepositWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12a62cff.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function depositWithPermit(address account, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (vault *Vault) PackDepositWithPermit(account common.Address, amount *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) []byte {
	enc, err := vault.abi.Pack("depositWithPermit", account, amount, deadline, v, r, s)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDepositWithPermit is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x12a62cff.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function depositWithPermit(address account, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) returns()
func (vault *Vault) TryPackDepositWithPermit(account common.Address, amount *big.Int, deadline *big.Int, v uint8, r [32]byte, s [32]byte) ([]byte, error) {
	return vault.abi.Pack("depositWithPermit", account, amount, deadline, v, r, s)
}

// PackFlushBurned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd842019f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function flushBurned() returns()
func (vault *Vault) PackFlushBurned() []byte {
	enc, err := vault.abi.Pack("flushBurned")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFlushBurned is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd842019f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function flushBurned() returns()
func (vault *Vault) TryPackFlushBurned() ([]byte, error) {
	return vault.abi.Pack("flushBurned")
}

// PackFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc9b5bb17.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function free(address account) view returns(uint256)
func (vault *Vault) PackFree(account common.Address) []byte {
	enc, err := vault.abi.Pack("free", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc9b5bb17.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function free(address account) view returns(uint256)
func (vault *Vault) TryPackFree(account common.Address) ([]byte, error) {
	return vault.abi.Pack("free", account)
}

// UnpackFree is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc9b5bb17.
//
// Solidity: function free(address account) view returns(uint256)
func (vault *Vault) UnpackFree(data []byte) (*big.Int, error) {
	out, err := vault.abi.Unpack("free", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackHeld is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x32f750ff.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function held(address module) view returns(uint256)
func (vault *Vault) PackHeld(module common.Address) []byte {
	enc, err := vault.abi.Pack("held", module)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackHeld is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x32f750ff.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function held(address module) view returns(uint256)
func (vault *Vault) TryPackHeld(module common.Address) ([]byte, error) {
	return vault.abi.Pack("held", module)
}

// UnpackHeld is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x32f750ff.
//
// Solidity: function held(address module) view returns(uint256)
func (vault *Vault) UnpackHeld(data []byte) (*big.Int, error) {
	out, err := vault.abi.Unpack("held", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackIsModule is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42f6e389.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isModule(address account) view returns(bool)
func (vault *Vault) PackIsModule(account common.Address) []byte {
	enc, err := vault.abi.Pack("isModule", account)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsModule is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x42f6e389.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isModule(address account) view returns(bool)
func (vault *Vault) TryPackIsModule(account common.Address) ([]byte, error) {
	return vault.abi.Pack("isModule", account)
}

// UnpackIsModule is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x42f6e389.
//
// Solidity: function isModule(address account) view returns(bool)
func (vault *Vault) UnpackIsModule(data []byte) (bool, error) {
	out, err := vault.abi.Unpack("isModule", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackLock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x282d3fdf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function lock(address account, uint256 amount) returns()
func (vault *Vault) PackLock(account common.Address, amount *big.Int) []byte {
	enc, err := vault.abi.Pack("lock", account, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLock is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x282d3fdf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function lock(address account, uint256 amount) returns()
func (vault *Vault) TryPackLock(account common.Address, amount *big.Int) ([]byte, error) {
	return vault.abi.Pack("lock", account, amount)
}

// PackModules is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf7e80e98.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function modules() view returns(address[])
func (vault *Vault) PackModules() []byte {
	enc, err := vault.abi.Pack("modules")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackModules is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf7e80e98.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function modules() view returns(address[])
func (vault *Vault) TryPackModules() ([]byte, error) {
	return vault.abi.Pack("modules")
}

// UnpackModules is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xf7e80e98.
//
// Solidity: function modules() view returns(address[])
func (vault *Vault) UnpackModules(data []byte) ([]common.Address, error) {
	out, err := vault.abi.Unpack("modules", data)
	if err != nil {
		return *new([]common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new([]common.Address)).(*[]common.Address)
	return out0, nil
}

// PackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc87d6779.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function owed() view returns(uint256)
func (vault *Vault) PackOwed() []byte {
	enc, err := vault.abi.Pack("owed")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackOwed is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xc87d6779.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function owed() view returns(uint256)
func (vault *Vault) TryPackOwed() ([]byte, error) {
	return vault.abi.Pack("owed")
}

// UnpackOwed is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xc87d6779.
//
// Solidity: function owed() view returns(uint256)
func (vault *Vault) UnpackOwed(data []byte) (*big.Int, error) {
	out, err := vault.abi.Unpack("owed", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0357371d.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function release(address account, uint256 amount) returns()
func (vault *Vault) PackRelease(account common.Address, amount *big.Int) []byte {
	enc, err := vault.abi.Pack("release", account, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRelease is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x0357371d.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function release(address account, uint256 amount) returns()
func (vault *Vault) TryPackRelease(account common.Address, amount *big.Int) ([]byte, error) {
	return vault.abi.Pack("release", account, amount)
}

// PackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function token() view returns(address)
func (vault *Vault) PackToken() []byte {
	enc, err := vault.abi.Pack("token")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackToken is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfc0c546a.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function token() view returns(address)
func (vault *Vault) TryPackToken() ([]byte, error) {
	return vault.abi.Pack("token")
}

// UnpackToken is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfc0c546a.
//
// Solidity: function token() view returns(address)
func (vault *Vault) UnpackToken(data []byte) (common.Address, error) {
	out, err := vault.abi.Unpack("token", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackTotalFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x333e44e6.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function totalFree() view returns(uint256)
func (vault *Vault) PackTotalFree() []byte {
	enc, err := vault.abi.Pack("totalFree")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTotalFree is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x333e44e6.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function totalFree() view returns(uint256)
func (vault *Vault) TryPackTotalFree() ([]byte, error) {
	return vault.abi.Pack("totalFree")
}

// UnpackTotalFree is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x333e44e6.
//
// Solidity: function totalFree() view returns(uint256)
func (vault *Vault) UnpackTotalFree(data []byte) (*big.Int, error) {
	out, err := vault.abi.Unpack("totalFree", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf3fef3a3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function withdraw(address to, uint256 amount) returns()
func (vault *Vault) PackWithdraw(to common.Address, amount *big.Int) []byte {
	enc, err := vault.abi.Pack("withdraw", to, amount)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackWithdraw is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xf3fef3a3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function withdraw(address to, uint256 amount) returns()
func (vault *Vault) TryPackWithdraw(to common.Address, amount *big.Int) ([]byte, error) {
	return vault.abi.Pack("withdraw", to, amount)
}

// VaultBurned represents a Burned event raised by the Vault contract.
type VaultBurned struct {
	Module common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const VaultBurnedEventName = "Burned"

// ContractEventName returns the user-defined event name.
func (VaultBurned) ContractEventName() string {
	return VaultBurnedEventName
}

// UnpackBurnedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Burned(address indexed module, uint256 amount)
func (vault *Vault) UnpackBurnedEvent(log *types.Log) (*VaultBurned, error) {
	event := "Burned"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != vault.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(VaultBurned)
	if len(log.Data) > 0 {
		if err := vault.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range vault.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// VaultDeposited represents a Deposited event raised by the Vault contract.
type VaultDeposited struct {
	Account common.Address
	Payer   common.Address
	Amount  *big.Int
	Free    *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const VaultDepositedEventName = "Deposited"

// ContractEventName returns the user-defined event name.
func (VaultDeposited) ContractEventName() string {
	return VaultDepositedEventName
}

// UnpackDepositedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Deposited(address indexed account, address indexed payer, uint256 amount, uint256 free)
func (vault *Vault) UnpackDepositedEvent(log *types.Log) (*VaultDeposited, error) {
	event := "Deposited"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != vault.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(VaultDeposited)
	if len(log.Data) > 0 {
		if err := vault.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range vault.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// VaultLocked represents a Locked event raised by the Vault contract.
type VaultLocked struct {
	Account common.Address
	Module  common.Address
	Amount  *big.Int
	Free    *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const VaultLockedEventName = "Locked"

// ContractEventName returns the user-defined event name.
func (VaultLocked) ContractEventName() string {
	return VaultLockedEventName
}

// UnpackLockedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Locked(address indexed account, address indexed module, uint256 amount, uint256 free)
func (vault *Vault) UnpackLockedEvent(log *types.Log) (*VaultLocked, error) {
	event := "Locked"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != vault.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(VaultLocked)
	if len(log.Data) > 0 {
		if err := vault.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range vault.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// VaultReleased represents a Released event raised by the Vault contract.
type VaultReleased struct {
	Account common.Address
	Module  common.Address
	Amount  *big.Int
	Free    *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const VaultReleasedEventName = "Released"

// ContractEventName returns the user-defined event name.
func (VaultReleased) ContractEventName() string {
	return VaultReleasedEventName
}

// UnpackReleasedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Released(address indexed account, address indexed module, uint256 amount, uint256 free)
func (vault *Vault) UnpackReleasedEvent(log *types.Log) (*VaultReleased, error) {
	event := "Released"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != vault.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(VaultReleased)
	if len(log.Data) > 0 {
		if err := vault.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range vault.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// VaultWithdrawn represents a Withdrawn event raised by the Vault contract.
type VaultWithdrawn struct {
	Account common.Address
	To      common.Address
	Amount  *big.Int
	Free    *big.Int
	Raw     *types.Log // Blockchain specific contextual infos
}

const VaultWithdrawnEventName = "Withdrawn"

// ContractEventName returns the user-defined event name.
func (VaultWithdrawn) ContractEventName() string {
	return VaultWithdrawnEventName
}

// UnpackWithdrawnEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Withdrawn(address indexed account, address indexed to, uint256 amount, uint256 free)
func (vault *Vault) UnpackWithdrawnEvent(log *types.Log) (*VaultWithdrawn, error) {
	event := "Withdrawn"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != vault.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(VaultWithdrawn)
	if len(log.Data) > 0 {
		if err := vault.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range vault.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (vault *Vault) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], vault.abi.Errors["BadRecipient"].ID.Bytes()[:4]) {
		return vault.UnpackBadRecipientError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["DuplicateModule"].ID.Bytes()[:4]) {
		return vault.UnpackDuplicateModuleError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["InexactTransfer"].ID.Bytes()[:4]) {
		return vault.UnpackInexactTransferError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["InsufficientFree"].ID.Bytes()[:4]) {
		return vault.UnpackInsufficientFreeError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["InsufficientHeld"].ID.Bytes()[:4]) {
		return vault.UnpackInsufficientHeldError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["NotAToken"].ID.Bytes()[:4]) {
		return vault.UnpackNotATokenError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["NotModule"].ID.Bytes()[:4]) {
		return vault.UnpackNotModuleError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["ReentrancyGuardReentrantCall"].ID.Bytes()[:4]) {
		return vault.UnpackReentrancyGuardReentrantCallError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["SafeERC20FailedOperation"].ID.Bytes()[:4]) {
		return vault.UnpackSafeERC20FailedOperationError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["ZeroAddress"].ID.Bytes()[:4]) {
		return vault.UnpackZeroAddressError(raw[4:])
	}
	if bytes.Equal(raw[:4], vault.abi.Errors["ZeroAmount"].ID.Bytes()[:4]) {
		return vault.UnpackZeroAmountError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// VaultBadRecipient represents a BadRecipient error raised by the Vault contract.
type VaultBadRecipient struct {
	To common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error BadRecipient(address to)
func VaultBadRecipientErrorID() common.Hash {
	return common.HexToHash("0xf66e904851b37b80accff44adee209ff00dc29eeb445bb1edb327e45cf1f9315")
}

// UnpackBadRecipientError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error BadRecipient(address to)
func (vault *Vault) UnpackBadRecipientError(raw []byte) (*VaultBadRecipient, error) {
	out := new(VaultBadRecipient)
	if err := vault.abi.UnpackIntoInterface(out, "BadRecipient", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultDuplicateModule represents a DuplicateModule error raised by the Vault contract.
type VaultDuplicateModule struct {
	Module common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error DuplicateModule(address module)
func VaultDuplicateModuleErrorID() common.Hash {
	return common.HexToHash("0xda3f63f0a45bae23988b6db2a103e81e364d9b990048937ebc669cb1b1c61c66")
}

// UnpackDuplicateModuleError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error DuplicateModule(address module)
func (vault *Vault) UnpackDuplicateModuleError(raw []byte) (*VaultDuplicateModule, error) {
	out := new(VaultDuplicateModule)
	if err := vault.abi.UnpackIntoInterface(out, "DuplicateModule", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultInexactTransfer represents a InexactTransfer error raised by the Vault contract.
type VaultInexactTransfer struct {
	Moved *big.Int
	Asked *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InexactTransfer(uint256 moved, uint256 asked)
func VaultInexactTransferErrorID() common.Hash {
	return common.HexToHash("0x9366facfd0eab5c275551d2aacfe42d873d5c14d816655672626dcc3776c8c59")
}

// UnpackInexactTransferError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InexactTransfer(uint256 moved, uint256 asked)
func (vault *Vault) UnpackInexactTransferError(raw []byte) (*VaultInexactTransfer, error) {
	out := new(VaultInexactTransfer)
	if err := vault.abi.UnpackIntoInterface(out, "InexactTransfer", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultInsufficientFree represents a InsufficientFree error raised by the Vault contract.
type VaultInsufficientFree struct {
	Account common.Address
	Free    *big.Int
	Needed  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientFree(address account, uint256 free, uint256 needed)
func VaultInsufficientFreeErrorID() common.Hash {
	return common.HexToHash("0x9e1e4e784bbddcbbadde53a03920ea175e18f95bcb5879336ac4cace822636ef")
}

// UnpackInsufficientFreeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientFree(address account, uint256 free, uint256 needed)
func (vault *Vault) UnpackInsufficientFreeError(raw []byte) (*VaultInsufficientFree, error) {
	out := new(VaultInsufficientFree)
	if err := vault.abi.UnpackIntoInterface(out, "InsufficientFree", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultInsufficientHeld represents a InsufficientHeld error raised by the Vault contract.
type VaultInsufficientHeld struct {
	Module common.Address
	Held   *big.Int
	Needed *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InsufficientHeld(address module, uint256 held, uint256 needed)
func VaultInsufficientHeldErrorID() common.Hash {
	return common.HexToHash("0xaa7a368acb4c4c3b29fe1a76ea711cb7d6565a6b860da719d03b32aa126e0215")
}

// UnpackInsufficientHeldError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InsufficientHeld(address module, uint256 held, uint256 needed)
func (vault *Vault) UnpackInsufficientHeldError(raw []byte) (*VaultInsufficientHeld, error) {
	out := new(VaultInsufficientHeld)
	if err := vault.abi.UnpackIntoInterface(out, "InsufficientHeld", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultNotAToken represents a NotAToken error raised by the Vault contract.
type VaultNotAToken struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAToken(address token)
func VaultNotATokenErrorID() common.Hash {
	return common.HexToHash("0xf0ae59ab2305e450b7994c131d4d487b62eef4fac72f3b690bc790b01afd51f5")
}

// UnpackNotATokenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAToken(address token)
func (vault *Vault) UnpackNotATokenError(raw []byte) (*VaultNotAToken, error) {
	out := new(VaultNotAToken)
	if err := vault.abi.UnpackIntoInterface(out, "NotAToken", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultNotModule represents a NotModule error raised by the Vault contract.
type VaultNotModule struct {
	Caller common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotModule(address caller)
func VaultNotModuleErrorID() common.Hash {
	return common.HexToHash("0xcb118551cda8cc5ce9225b5eaaa04836734c2037bdb0839e9ce64fd239b402d4")
}

// UnpackNotModuleError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotModule(address caller)
func (vault *Vault) UnpackNotModuleError(raw []byte) (*VaultNotModule, error) {
	out := new(VaultNotModule)
	if err := vault.abi.UnpackIntoInterface(out, "NotModule", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultReentrancyGuardReentrantCall represents a ReentrancyGuardReentrantCall error raised by the Vault contract.
type VaultReentrancyGuardReentrantCall struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ReentrancyGuardReentrantCall()
func VaultReentrancyGuardReentrantCallErrorID() common.Hash {
	return common.HexToHash("0x3ee5aeb571de7fc460830b4d0017439a1ca56fb0bc39062227ade4fe4a24c1ca")
}

// UnpackReentrancyGuardReentrantCallError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ReentrancyGuardReentrantCall()
func (vault *Vault) UnpackReentrancyGuardReentrantCallError(raw []byte) (*VaultReentrancyGuardReentrantCall, error) {
	out := new(VaultReentrancyGuardReentrantCall)
	if err := vault.abi.UnpackIntoInterface(out, "ReentrancyGuardReentrantCall", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultSafeERC20FailedOperation represents a SafeERC20FailedOperation error raised by the Vault contract.
type VaultSafeERC20FailedOperation struct {
	Token common.Address
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SafeERC20FailedOperation(address token)
func VaultSafeERC20FailedOperationErrorID() common.Hash {
	return common.HexToHash("0x5274afe73c98b4749fc91ffae6b7b574e7842cb2144a159e9377a5f20b32edf9")
}

// UnpackSafeERC20FailedOperationError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SafeERC20FailedOperation(address token)
func (vault *Vault) UnpackSafeERC20FailedOperationError(raw []byte) (*VaultSafeERC20FailedOperation, error) {
	out := new(VaultSafeERC20FailedOperation)
	if err := vault.abi.UnpackIntoInterface(out, "SafeERC20FailedOperation", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultZeroAddress represents a ZeroAddress error raised by the Vault contract.
type VaultZeroAddress struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAddress()
func VaultZeroAddressErrorID() common.Hash {
	return common.HexToHash("0xd92e233df2717d4a40030e20904abd27b68fcbeede117eaaccbbdac9618c8c73")
}

// UnpackZeroAddressError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAddress()
func (vault *Vault) UnpackZeroAddressError(raw []byte) (*VaultZeroAddress, error) {
	out := new(VaultZeroAddress)
	if err := vault.abi.UnpackIntoInterface(out, "ZeroAddress", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// VaultZeroAmount represents a ZeroAmount error raised by the Vault contract.
type VaultZeroAmount struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroAmount()
func VaultZeroAmountErrorID() common.Hash {
	return common.HexToHash("0x1f2a2005cb66a8e145327e8814e243a0996aec9bfe1e15a495778b1236dbd485")
}

// UnpackZeroAmountError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroAmount()
func (vault *Vault) UnpackZeroAmountError(raw []byte) (*VaultZeroAmount, error) {
	out := new(VaultZeroAmount)
	if err := vault.abi.UnpackIntoInterface(out, "ZeroAmount", raw); err != nil {
		return nil, err
	}
	return out, nil
}
