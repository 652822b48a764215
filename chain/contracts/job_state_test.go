package contracts

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The vectors that the contracts' tests read too number the states of a job.
func TestJobStatesAreTheContracts(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "contracts", "test", "vectors", "eip712.json"))
	require.NoError(t, err)
	var vectors struct {
		Enums struct {
			JobState map[string]JobState `json:"jobState"`
		} `json:"enums"`
	}
	require.NoError(t, json.Unmarshal(raw, &vectors))
	require.Equal(t, map[string]JobState{
		"requested": JobRequested, "accepted": JobAccepted, "delivered": JobDelivered, "finalized": JobFinalized, "refunded": JobRefunded,
	}, vectors.Enums.JobState)
}
