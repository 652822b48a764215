package chain

import (
	"fmt"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
)

// metadata lists the generated contracts by name.
func metadata() map[string]*bind.MetaData {
	return map[string]*bind.MetaData{
		"TestToken": &bindings.TestTokenMetaData, "Vault": &bindings.VaultMetaData, "Staking": &bindings.StakingMetaData,
		"ModelRegistry": &bindings.ModelRegistryMetaData, "Slasher": &bindings.SlasherMetaData, "Market": &bindings.MarketMetaData,
		"StepVerifier": &bindings.StepVerifierMetaData, "VerifierRegistry": &bindings.VerifierRegistryMetaData,
		"StepTable": &bindings.StepTableMetaData, "NodeTable": &bindings.NodeTableMetaData,
		"DisputeGame": &bindings.DisputeGameMetaData, "Questions": &bindings.QuestionsMetaData, "Claims": &bindings.ClaimsMetaData,
		"Beacon": &bindings.BeaconMetaData, "Auditors": &bindings.AuditorsMetaData, "Audits": &bindings.AuditsMetaData, "Attestations": &bindings.AttestationsMetaData,
		"DisputeLedger": &bindings.DisputeLedgerMetaData,
		"MarketJobs":    &bindings.MarketJobsMetaData, "StoryWager": &bindings.StoryWagerMetaData,
	}
}

// ABIs returns the parsed ABI of every contract of the project by name. The
// Market's has the job functions too, which it answers by delegation.
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
