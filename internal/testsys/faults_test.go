package testsys

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// ask reads one answer of the marketplace's API.
func ask[T any](t *testing.T, url string) (out T) {
	t.Helper()
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, 200, res.StatusCode, url)
	require.NoError(t, json.NewDecoder(res.Body).Decode(&out))
	return out
}

// requireShown waits until the API shows a fault as the chain has it: in the list, on the
// provider's page, and with what was asked before.
func requireShown(t *testing.T, api string, f story.Fault) {
	t.Helper()
	list := api + "/v1/market/faults?rung=fault&kind=" + f.Kind + "&provider=" + f.Provider.Hex()
	require.Eventually(t, func() bool { return len(ask[store.Page[store.Fault]](t, list).Data) == 1 }, time.Minute, 50*time.Millisecond)
	shown := ask[store.Page[store.Fault]](t, list).Data[0]
	require.Equal(t, f.Receipt, shown.Receipt)

	page := ask[store.One[store.ProviderPage]](t, api+"/v1/market/providers/"+f.Provider.Hex()).Data
	require.EqualValues(t, 1, page.Faults)
	require.Zero(t, page.OpenQuestions)
	var slashed, refunded, bounty protocol.Amount // silences before the fault too
	for _, fault := range page.FaultList {
		slashed, refunded, bounty = total(t, slashed, fault.Slashed), total(t, refunded, fault.Refunded), total(t, bounty, fault.Bounty)
	}
	require.Equal(t, []protocol.Amount{f.Slashed, f.Refunded, f.AuditorPaid}, []protocol.Amount{slashed, refunded, bounty})
	require.Equal(t, slashed, page.Slashed, "every slash is a fault's")
	receipt := ask[store.One[store.ReceiptPage]](t, api+"/v1/market/receipts/"+shown.Receipt.Hex()).Data
	require.Equal(t, f.Kind, receipt.Fault)
	require.Equal(t, slashed, receipt.Slashed)
	asks := uint32(0)
	for _, q := range receipt.QuestionList {
		asks += q.Asks
	}
	require.Equal(t, asks, page.Questions)
	if f.Kind == "withheld" {
		require.EqualValues(t, 3, receipt.Silences)
		require.NotEmpty(t, receipt.QuestionList)
	}
}
