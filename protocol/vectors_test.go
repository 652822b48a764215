package protocol_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

var update = flag.Bool("update", false, "rewrite the vectors that Go and Solidity share")

const vectorFile = "../contracts/test/vectors/eip712.json"

// typedVector is one signed value: its fields under their EIP-712 names, numbers
// as decimal strings, and what both languages must compute from it.
type typedVector struct {
	Type      string         `json:"type"`
	TypeHash  common.Hash    `json:"typeHash"`
	Fields    map[string]any `json:"fields"`
	Digest    common.Hash    `json:"digest"`
	Signature protocol.Bytes `json:"signature"`
}

type feeVector struct {
	PromptTokens uint32          `json:"promptTokens"`
	OutputTokens uint32          `json:"outputTokens"`
	PriceIn      protocol.Amount `json:"priceIn"`
	PriceOut     protocol.Amount `json:"priceOut"`
	Fee          protocol.Amount `json:"fee"`
}

type tokenVector struct {
	Secret common.Hash `json:"secret"`
	Tag    string      `json:"tag"`
	IDs    []uint32    `json:"ids"`
	Root   common.Hash `json:"root"`
}

type sumVector struct {
	Receipts []common.Hash     `json:"receipts"`
	Fees     []protocol.Amount `json:"fees"`
	Total    protocol.Amount   `json:"total"`
	Root     common.Hash       `json:"root"`
}

type merkleVector struct {
	Leaves []common.Hash `json:"leaves"`
	Index  int           `json:"index"`
	Path   []common.Hash `json:"path"`
	Root   common.Hash   `json:"root"`
}

type vectors struct {
	ChainID      string                    `json:"chainId"`
	Market       common.Address            `json:"market"`
	Separator    common.Hash               `json:"separator"`
	Signer       common.Address            `json:"signer"`
	Request      typedVector               `json:"request"`
	Receipt      typedVector               `json:"receipt"`
	Voucher      typedVector               `json:"voucher"`
	Redemption   typedVector               `json:"redemption"`
	Acceptance   typedVector               `json:"acceptance"`
	Offer        typedVector               `json:"offer"`
	Reservation  typedVector               `json:"reservation"`
	Opening      typedVector               `json:"opening"`
	Consent      typedVector               `json:"operatorConsent"`
	OpenChannel  typedVector               `json:"openChannel"`
	Session      typedVector               `json:"session"`
	VouchersHash common.Hash               `json:"vouchersHash"`
	Fees         []feeVector               `json:"fees"`
	Tokens       []tokenVector             `json:"tokens"`
	SumTrees     []sumVector               `json:"sumTrees"`
	Merkle       []merkleVector            `json:"merkle"`
	Enums        map[string]map[string]int `json:"enums"`
}

// h makes distinct test hashes, one of them with leading zero bytes.
func h(s string) common.Hash    { return crypto.Keccak256Hash([]byte(s)) }
func a(s string) common.Address { return common.BytesToAddress(crypto.Keccak256([]byte(s))[12:]) }
func amt(t *testing.T, s string) protocol.Amount {
	v, err := protocol.ParseAmount(s)
	require.NoError(t, err)
	return v
}

var shortHash = common.HexToHash("0x00000000000000000000000000000000000000000000000000000000000000ff")

func signed(t *testing.T, d protocol.Domain, v protocol.Typed, fields map[string]any) typedVector {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("vector signer")))
	require.NoError(t, err)
	sig, err := d.Sign(key, v)
	require.NoError(t, err)
	return typedVector{v.EIP712Type(), crypto.Keccak256Hash([]byte(v.EIP712Type())), fields, d.Digest(v), sig}
}

func makeVectors(t *testing.T) vectors {
	d := protocol.Domain{ChainID: 31337, Market: a("market")}
	key, _ := crypto.ToECDSA(crypto.Keccak256([]byte("vector signer")))
	max128 := amt(t, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1)).String())
	request := protocol.Request{
		Payment: h("channel"), ModelVersion: h("model"), Requester: a("requester"), PromptRoot: shortHash,
		PromptTokens: 17, MaxOutputTokens: 256, ParamsHash: h("params"), PriceIn: amt(t, "1000000"), PriceOut: max128,
		MaxFee: amt(t, "123456789012345678901234567890"), Deadline: 1795000000, Audience: protocol.AudienceAuditors, Salt: h("salt"),
	}
	receipt := protocol.Receipt{
		RequestHash: d.Digest(request), Provider: a("provider"), Seq: 7, OutputRoot: h("output"), OutputTokens: 42,
		Finish: protocol.FinishStopString, TraceRoot: common.Hash{}, Fee: amt(t, "4321"), CompletedAt: 1794999999,
	}
	voucher := protocol.Voucher{
		Channel: h("channel"), Provider: a("provider"), ModelVersion: h("model"), Relayer: common.Address{},
		Total: amt(t, "999"), Count: 3, ReceiptsRoot: h("receipts"),
	}
	second := voucher
	second.Total, second.Count = amt(t, "1001"), 4
	redemption := protocol.Redemption{VouchersHash: d.VouchersHash([]protocol.Voucher{voucher, second})}
	acceptance := protocol.Acceptance{Job: h("job"), RequestHash: d.Digest(request), Provider: a("provider"), Relayer: a("relayer"), ValidUntil: 1795000001}
	offer := protocol.Offer{Provider: a("provider"), ModelVersion: h("model"), PriceIn: amt(t, "1"), PriceOut: amt(t, "2"),
		MaxFee: amt(t, "3"), Capacity: 4, Expiry: 5}
	reservation := protocol.Reservation{Channel: h("channel"), Provider: a("provider"), Relayer: a("relayer"),
		Amount: amt(t, "10"), Expiry: 11, Nonce: amt(t, "12")}
	opening := protocol.Opening{ReceiptHash: d.Digest(receipt), T: 17, L: 2, BlockRoot: h("block")}
	consent := protocol.OperatorConsent{Operator: a("operator"), Provider: a("provider")}
	open := protocol.OpenChannel{Requester: a("requester"), Delegate: a("delegate"), Amount: amt(t, "5000000"), Expiry: 1795003600,
		Nonce: amt(t, "9"), Deadline: 1795000100}
	session := protocol.Session{Provider: a("provider"), Relayer: a("relayer"), Nonce: h("nonce"), Expiry: 99}

	v := vectors{ChainID: "31337", Market: d.Market, Separator: d.Separator(), Signer: crypto.PubkeyToAddress(key.PublicKey),
		VouchersHash: redemption.VouchersHash}
	v.Request = signed(t, d, request, fieldsOf(t, request))
	v.Receipt = signed(t, d, receipt, fieldsOf(t, receipt))
	v.Voucher = signed(t, d, voucher, fieldsOf(t, voucher))
	v.Redemption = signed(t, d, redemption, fieldsOf(t, redemption))
	v.Acceptance = signed(t, d, acceptance, fieldsOf(t, acceptance))
	v.Offer = signed(t, d, offer, fieldsOf(t, offer))
	v.Reservation = signed(t, d, reservation, fieldsOf(t, reservation))
	v.Opening = signed(t, d, opening, fieldsOf(t, opening))
	v.Consent = signed(t, d, consent, fieldsOf(t, consent))
	v.OpenChannel = signed(t, d, open, fieldsOf(t, open))
	v.Session = signed(t, d, session, fieldsOf(t, session))

	for _, c := range []struct {
		in, out           uint32
		priceIn, priceOut string
	}{{1, 0, "1", "0"}, {1, 1, "999999", "1"}, {1, 1, "1000000", "1"}, {12, 34, "120000", "480000"}, {0, 0, "5", "5"},
		{4294967295, 4294967295, "340282366920938463463374607431768211455", "340282366920938463463374607431768211455"}} {
		fee, err := protocol.Fee(c.in, c.out, amt(t, c.priceIn), amt(t, c.priceOut))
		require.NoError(t, err)
		v.Fees = append(v.Fees, feeVector{c.in, c.out, amt(t, c.priceIn), amt(t, c.priceOut), fee})
	}
	for _, n := range []int{1, 7, 8, 9, 16, 17, 40} {
		ids := make([]uint32, n)
		for i := range ids {
			ids[i] = uint32(i*i + n)
		}
		for _, tag := range []protocol.Tag{protocol.TagPrompt, protocol.TagOutput} {
			v.Tokens = append(v.Tokens, tokenVector{common.Hash{}, string(tag), ids, protocol.TokenRoot(common.Hash{}, tag, ids)})
		}
		v.Tokens = append(v.Tokens, tokenVector{h("secret"), "prompt", ids, protocol.TokenRoot(h("secret"), protocol.TagPrompt, ids)})
	}
	for _, n := range []int{1, 2, 3, 5, 8, 13} {
		s := sumVector{}
		var tree protocol.SumTree
		for i := range n {
			hash, fee := h(string(rune('a'+i))), protocol.NewAmount(uint64(i*1000+1))
			var err error
			tree, err = tree.Append(hash, fee)
			require.NoError(t, err)
			s.Receipts, s.Fees = append(s.Receipts, hash), append(s.Fees, fee)
		}
		s.Total, s.Root = tree.Total(), tree.Root()
		v.SumTrees = append(v.SumTrees, s)
	}
	for _, n := range []int{1, 2, 3, 5, 8, 9} {
		m := merkleVector{Index: n - 1}
		for i := range n {
			m.Leaves = append(m.Leaves, protocol.HashLeaf([]byte{byte(i)}))
		}
		var err error
		m.Path, err = protocol.MerklePath(m.Leaves, m.Index)
		require.NoError(t, err)
		m.Root = protocol.MerkleRoot(m.Leaves)
		v.Merkle = append(v.Merkle, m)
	}
	v.Enums = map[string]map[string]int{
		"modelKind": {"llm": int(protocol.KindLLM), "fineTune": int(protocol.KindFineTune), "agent": int(protocol.KindAgent), "upstream": int(protocol.KindUpstream)},
		"class":     {"proven": int(protocol.ClassProven), "sampled": int(protocol.ClassSampled)},
		"finish": {"stop": int(protocol.FinishStop), "length": int(protocol.FinishLength), "context": int(protocol.FinishContext),
			"stopString": int(protocol.FinishStopString), "cancelled": int(protocol.FinishCancelled)},
		"audience": {"requester": int(protocol.AudienceRequester), "auditors": int(protocol.AudienceAuditors), "anyone": int(protocol.AudienceAnyone)},
		// Named by chain/contracts, whose tests read this file.
		"jobState": {"requested": 1, "accepted": 2, "delivered": 3, "finalized": 4, "refunded": 5},
	}
	return v
}

// fieldsOf reads a typed value by reflection into its EIP-712 names: an encoder
// independent of the one under test.
func fieldsOf(t *testing.T, v protocol.Typed) map[string]any {
	typ := v.EIP712Type()
	members := strings.Split(typ[strings.Index(typ, "(")+1:len(typ)-1], ",")
	rv := reflect.ValueOf(v)
	require.Equal(t, len(members), rv.NumField(), "%T and its type string differ", v)
	out := map[string]any{}
	for i, m := range members {
		name := strings.Fields(m)[1]
		require.Equal(t, strings.ToUpper(name[:1])+name[1:], rv.Type().Field(i).Name, "%T: field order", v)
		switch f := rv.Field(i).Interface().(type) {
		case common.Hash:
			out[name] = f.Hex()
		case common.Address:
			out[name] = strings.ToLower(f.Hex())
		case protocol.Amount:
			out[name] = f.String()
		default:
			out[name] = new(big.Int).SetUint64(rv.Field(i).Uint()).String()
		}
	}
	return out
}

// TestVectors holds Go to the file that the Solidity tests read too.
func TestVectors(t *testing.T) {
	got, err := json.MarshalIndent(makeVectors(t), "", "  ")
	require.NoError(t, err)
	got = append(got, '\n')
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(vectorFile), 0o755))
		require.NoError(t, os.WriteFile(vectorFile, got, 0o644))
	}
	want, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "%s differs: a signed type changed; if that is meant, run with -update and change the contracts", vectorFile)
}

// TestDigestsMatchWalletLibrary checks every digest against go-ethereum's own
// typed-data hasher, which is what wallets follow.
func TestDigestsMatchWalletLibrary(t *testing.T) {
	v := makeVectors(t)
	for _, tv := range []typedVector{v.Request, v.Receipt, v.Voucher, v.Redemption, v.Acceptance, v.Offer, v.Reservation, v.Opening, v.Consent, v.OpenChannel, v.Session} {
		name := tv.Type[:strings.Index(tv.Type, "(")]
		var members []apitypes.Type
		for _, m := range strings.Split(tv.Type[len(name)+1:len(tv.Type)-1], ",") {
			f := strings.Fields(m)
			members = append(members, apitypes.Type{Type: f[0], Name: f[1]})
		}
		data := apitypes.TypedData{
			Types: apitypes.Types{
				"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"}, {Name: "chainId", Type: "uint256"}, {Name: "verifyingContract", Type: "address"}},
				name:           members,
			},
			PrimaryType: name,
			Domain:      apitypes.TypedDataDomain{Name: "DGrid", Version: "1", ChainId: math.NewHexOrDecimal256(31337), VerifyingContract: v.Market.Hex()},
			Message:     tv.Fields,
		}
		digest, _, err := apitypes.TypedDataAndHash(data)
		require.NoError(t, err, name)
		require.Equal(t, tv.Digest, common.BytesToHash(digest), name)
	}
}

func TestRecoverRefusesOtherSpellings(t *testing.T) {
	d := protocol.Domain{ChainID: 1, Market: a("market")}
	key, err := crypto.GenerateKey()
	require.NoError(t, err)
	v := protocol.Redemption{VouchersHash: h("x")}
	sig, err := d.Sign(key, v)
	require.NoError(t, err)
	who, err := d.Recover(v, sig)
	require.NoError(t, err)
	require.Equal(t, crypto.PubkeyToAddress(key.PublicKey), who)

	n, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
	highS := append([]byte(nil), sig...)
	new(big.Int).Sub(n, new(big.Int).SetBytes(sig[32:64])).FillBytes(highS[32:64])
	highS[64] = 27 + 28 - sig[64]
	short := sig[:64]
	zeroV := append(append([]byte(nil), sig[:64]...), sig[64]-27)
	for name, bad := range map[string][]byte{"high s": highS, "64 bytes": short, "v 0 or 1": zeroV, "empty": nil, "zero": make([]byte, 65)} {
		_, err := d.Recover(v, bad)
		require.ErrorIs(t, err, protocol.ErrUnauthorized, name)
	}
	for name, other := range map[string]protocol.Domain{"chain": {ChainID: 2, Market: d.Market}, "contract": {ChainID: 1, Market: a("other")}} {
		who2, err := other.Recover(v, sig)
		require.True(t, err != nil || who2 != who, "a signature counts on another %s", name)
	}
}
