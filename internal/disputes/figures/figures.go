// Package figures holds what a dispute costs on chain, by the shape of the model: measured
// by the suites of package disputes, which fail when a figure drifts from the file.
package figures

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed figures.json
var measured []byte

// Dispute is what a dispute about a model of some shape costs. Gas is that of whole
// transactions, paths as deep as the shape's; the proof is real.
type Dispute struct {
	Shape     string `json:"shape"`
	Width     int    `json:"width"`
	Layers    int    `json:"layers"`
	Positions int    `json:"positions"` // of the trace
	Leaves    int    `json:"leaves"`    // of the boundary tree

	Gas          uint64 `json:"gas"`           // proveFault of a receipt that was paid, in a line of 1,024
	GasUnpaid    uint64 `json:"gas_unpaid"`    // of one that was not paid yet
	Calldata     int    `json:"calldata"`      // bytes, paid
	CalldataGas  uint64 `json:"calldata_gas"`  // of Gas
	VerifierGas  uint64 `json:"verifier_gas"`  // of Gas: the proof itself
	RemainingGas uint64 `json:"remaining_gas"` // of Gas: base, evidence, paths, slash and payouts

	Withheld    int `json:"withheld"`     // transactions of the auditor when everything is asked on chain
	WithheldHop int `json:"withheld_hop"` // the same where the lie leads to an earlier block's
	Aim         int `json:"aim"`          // 2*ceil(log16(leaves)) + 8

	Steps     []Step `json:"steps"`      // the dearest step of each kind
	AskGas    uint64 `json:"ask_gas"`    // the dearest question on the way to a chunk
	AnswerGas uint64 `json:"answer_gas"` // the dearest answer: a chunk of the most words, with a proof

	Paths []Path `json:"paths"` // all other ways to a verdict
}

// Step is the dearest step of those that read from the same places. Gas is that of
// proveFault of a receipt that was paid, as Dispute's, with the verifier at its most.
type Step struct {
	Reads string `json:"reads"`
	Gas   uint64 `json:"gas"`
}

// Path is one way to a verdict, to its last transaction.
type Path struct {
	Path         string `json:"path"`
	Transactions int    `json:"transactions"`          // of the auditor
	Gas          uint64 `json:"gas"`                   // of all of them
	Answers      uint64 `json:"answers_gas,omitempty"` // of all that the provider answered
}

// Disputes returns the figures, smallest shape first.
func Disputes() (list []Dispute, err error) {
	if err := json.Unmarshal(measured, &list); err != nil {
		return nil, fmt.Errorf("read dispute figures: %w", err)
	}
	return list, nil
}
