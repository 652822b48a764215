package bundle

import (
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/protocol"
)

var (
	domain   = protocol.Domain{ChainID: 31337, Market: common.HexToAddress("0xa1")}
	delegate = mustKey("0000000000000000000000000000000000000000000000000000000000000001")
	operator = mustKey("0000000000000000000000000000000000000000000000000000000000000002")
)

func mustKey(hex string) *ecdsa.PrivateKey {
	k, err := crypto.HexToECDSA(hex)
	if err != nil {
		panic(err)
	}
	return k
}

// sample is a right answer: 3 prompt tokens, output 7 8 2 where 2 is the stop id.
func sample(t *testing.T, edit func(*Bundle)) Bundle {
	t.Helper()
	params := protocol.Params{TemperatureMilli: 1000, Seed: [32]byte{9}}
	b := Bundle{
		Schema: Schema, Domain: domain, Secret: common.Hash{5},
		Model:  Model{Class: protocol.ClassProven, Positions: 16, StopIDs: []uint32{2}},
		Params: params.Encode(), Prompt: []uint32{1, 5, 6}, Output: []uint32{7, 8, 2},
		Request: protocol.Request{
			Payment: common.Hash{1}, ModelVersion: common.Hash{2}, PromptTokens: 3, MaxOutputTokens: 10,
			ParamsHash: params.Hash(), PriceIn: protocol.NewAmount(1_000_000), PriceOut: protocol.NewAmount(2_000_001),
			MaxFee: protocol.NewAmount(100), Deadline: 1000,
		},
		Receipt: protocol.Receipt{Provider: common.HexToAddress("0xb0"), Seq: 1, OutputTokens: 3,
			Finish: protocol.FinishStop, TraceRoot: common.Hash{7}, Fee: protocol.NewAmount(10)},
	}
	if edit != nil {
		edit(&b)
	}
	seal(t, &b, edit)
	return b
}

// seal computes roots and signatures for what edit leaves, so that only the edited
// field is wrong.
func seal(t *testing.T, b *Bundle, edit func(*Bundle)) {
	t.Helper()
	var err error
	if b.Model.Class == protocol.ClassProven {
		b.Request.PromptRoot = protocol.TokenRoot(b.Secret, protocol.TagPrompt, b.Prompt)
		b.Receipt.OutputRoot = protocol.TokenRoot(b.Secret, protocol.TagOutput, b.Output)
	} else {
		b.Request.PromptRoot = protocol.TextRoot(b.Secret, protocol.TagPrompt, []byte(b.PromptText))
		b.Receipt.OutputRoot = protocol.TextRoot(b.Secret, protocol.TagOutput, []byte(b.OutputText))
	}
	if edit != nil {
		edit(b)
	}
	b.RequestSignature, err = domain.Sign(delegate, b.Request)
	require.NoError(t, err)
	b.Receipt.RequestHash = domain.Digest(b.Request)
	if edit != nil {
		edit(b)
	}
	b.Signature, err = domain.Sign(operator, b.Receipt)
	require.NoError(t, err)
	if edit != nil {
		edit(b)
	}
}

func TestVerifyAcceptsARightAnswer(t *testing.T) {
	b := sample(t, nil)
	data, err := json.Marshal(b)
	require.NoError(t, err)
	back, err := Decode(data)
	require.NoError(t, err)
	report, err := back.Verify()
	require.NoError(t, err)
	require.True(t, report.OK)
	require.Equal(t, crypto.PubkeyToAddress(delegate.PublicKey), report.Delegate)
	require.Equal(t, crypto.PubkeyToAddress(operator.PublicKey), report.Operator)
	require.Len(t, report.Checks, 13)
	require.Len(t, report.Assumed, 3)
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		check string
		edit  func(*Bundle)
	}{
		{"other schema", CheckSchema, func(b *Bundle) { b.Schema = "x" }},
		{"no class", CheckSchema, func(b *Bundle) { b.Model.Class = 0 }},
		{"request edited after signing", CheckRequestHash, func(b *Bundle) {
			if b.Signature != nil {
				b.Request.Deadline++
			}
		}},
		{"request signature torn", CheckRequest, func(b *Bundle) {
			if b.Signature != nil {
				b.RequestSignature = b.RequestSignature[:64]
			}
		}},
		{"other params", CheckParams, func(b *Bundle) { b.Params = protocol.Params{}.Encode() }},
		{"other prompt", CheckPrompt, func(b *Bundle) { b.Request.PromptRoot = common.Hash{1} }},
		{"prompt count", CheckPromptCount, func(b *Bundle) { b.Request.PromptTokens, b.Receipt.Fee = 4, protocol.NewAmount(11) }},
		{"params form", CheckParamsForm, func(b *Bundle) {
			b.Params = append(b.Params, 0)
			b.Request.ParamsHash = crypto.Keccak256Hash(b.Params)
		}},
		{"other request", CheckRequestHash, func(b *Bundle) { b.Receipt.RequestHash = common.Hash{3} }},
		{"receipt signature high", CheckSignature, func(b *Bundle) {
			if len(b.Signature) == 65 {
				b.Signature[64] = 29
			}
		}},
		{"other output", CheckOutput, func(b *Bundle) { b.Receipt.OutputRoot = common.Hash{1} }},
		{"billed token not delivered", CheckCount, func(b *Bundle) { b.Receipt.OutputTokens, b.Receipt.Fee = 4, protocol.NewAmount(12) }},
		{"sampled: more tokens than bytes", CheckCount, func(b *Bundle) {
			b.Model, b.PromptText, b.Prompt, b.Output, b.OutputText = Model{Class: protocol.ClassSampled}, "ask", nil, nil, "no"
			b.Receipt.TraceRoot = common.Hash{}
		}},
		{"over-billed", CheckFee, func(b *Bundle) { b.Receipt.Fee = protocol.NewAmount(11) }},
		{"under-billed", CheckFee, func(b *Bundle) { b.Receipt.Fee = protocol.NewAmount(9) }},
		{"fee above maximum", CheckFee, func(b *Bundle) { b.Request.MaxFee = protocol.NewAmount(9) }},
		{"tokens above maximum", CheckFee, func(b *Bundle) { b.Request.MaxOutputTokens = 2 }},
		{"stop without stop id", CheckFinish, func(b *Bundle) { b.Output = []uint32{7, 8, 9} }},
		{"goes on after stop id", CheckFinish, func(b *Bundle) { b.Output = []uint32{7, 2, 2} }},
		{"length too short", CheckFinish, func(b *Bundle) { b.Receipt.Finish = protocol.FinishLength }},
		{"context too early", CheckFinish, func(b *Bundle) { b.Receipt.Finish = protocol.FinishContext }},
		{"stop string not there", CheckFinish, func(b *Bundle) {
			b.Receipt.Finish, b.Stop, b.OutputText = protocol.FinishStopString, []string{"END"}, "no such"
		}},
		{"finish unknown", CheckFinish, func(b *Bundle) { b.Receipt.Finish = 9 }},
		{"no trace", CheckTrace, func(b *Bundle) { b.Receipt.TraceRoot = common.Hash{} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			report, err := sample(t, c.edit).Verify()
			require.Error(t, err)
			require.False(t, report.OK)
			var e *Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, c.check, e.Check, err)
			require.NotEqual(t, protocol.ErrInternal, protocol.Kind(err))
		})
	}
}

func TestVerifyEveryFinish(t *testing.T) {
	for name, edit := range map[string]func(*Bundle){
		"length":  func(b *Bundle) { b.Receipt.Finish, b.Request.MaxOutputTokens = protocol.FinishLength, 3 },
		"context": func(b *Bundle) { b.Receipt.Finish, b.Model.Positions = protocol.FinishContext, 5 },
		"stopString": func(b *Bundle) {
			b.Receipt.Finish, b.Stop, b.OutputText = protocol.FinishStopString, []string{"END"}, "the END"
		},
		"cancelled": func(b *Bundle) { b.Receipt.Finish, b.Output = protocol.FinishCancelled, []uint32{7, 8, 9} },
		"nothing delivered": func(b *Bundle) {
			b.Receipt.Finish, b.Output, b.Receipt.OutputTokens = protocol.FinishCancelled, nil, 0
			b.Receipt.Fee, b.Receipt.TraceRoot = protocol.NewAmount(3), common.Hash{}
		},
		"sampled": func(b *Bundle) {
			b.Model = Model{Class: protocol.ClassSampled}
			b.Prompt, b.Output, b.PromptText, b.OutputText = nil, nil, "hi", strings.Repeat("long ", 30)
			b.Receipt.TraceRoot = common.Hash{}
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sample(t, edit).Verify()
			require.NoError(t, err)
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"schema":"dgrid.receipt/1","model":{"class":"proven","positions":4}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Decode(data)
		if err != nil {
			return
		}
		if r, err := b.Verify(); (err == nil) != r.OK {
			t.Fatal("report and error disagree")
		}
	})
}
