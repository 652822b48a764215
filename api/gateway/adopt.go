package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// adopt takes over what a provider holds of a line where this gateway knows another: its store
// was restored from a copy, and what it signed since then is lost. It believes its own
// signature and nothing else: that voucher can be redeemed, whatever is stored here. False if
// there is nothing to take over, or not all of what changed can be seen.
func (g *Gateway) adopt(ctx context.Context, row *store.VoucherLine, held *wire.Held) (bool, error) {
	v := held.Voucher
	signer, err := g.cfg.Domain.Recover(v, held.Signature)
	if err != nil || signer != crypto.PubkeyToAddress(g.cfg.Delegate.PublicKey) || v.Line() != row.Line() {
		return false, nil
	}
	tree, receipts, ok := rebuilt(held)
	if !ok || held.Base.Count > uint64(row.HeldCount) {
		return false, nil
	}
	// A provider that has two lines of ours to show must not lead us from one to the other and back.
	state := g.payState(row.ID)
	if !state.adopted.IsZero() && g.now().Sub(state.adopted) < longestPause {
		return false, nil
	}
	base := int64(held.Base.Count)
	own, err := g.store.Added(ctx, row.ID, base, int64(v.Count))
	if err != nil || slices.Equal(own, receipts) {
		return false, err
	}
	next := *row
	raw, err := json.Marshal(tree)
	if err != nil {
		return false, err
	}
	next.Tree, next.Count, next.Total, next.Signature = string(raw), int64(v.Count), v.Total, held.Signature
	next.HeldCount, next.Refusal, next.UpdatedAt = next.Count, "", g.unix()
	if err := g.store.Adopt(ctx, &next, row, base, receipts); err != nil {
		return false, fmt.Errorf("adopt line %s: %w", row.ID, err)
	}
	state.adopted = g.now()
	g.log.Warn("this gateway forgot vouchers that it signed, and took them over from their provider",
		"line", row.ID, "provider", row.Provider, "stored", row.Count, "held", v.Count, "total", v.Total)
	return true, nil
}

// rebuilt returns the tree of a voucher from what its provider shows; false if that is not the
// tree that was signed.
func rebuilt(held *wire.Held) (tree protocol.SumTree, receipts []common.Hash, ok bool) {
	tree = held.Base
	whole := len(tree.Peaks) == bits.OnesCount64(tree.Count) && len(held.Leaves) > 0 && len(held.Leaves) <= wire.MaxHeld
	if !whole || slices.ContainsFunc(tree.Peaks, func(n protocol.SumNode) bool { return !n.Sum.Fits128() }) {
		return tree, nil, false
	}
	for _, leaf := range held.Leaves {
		var err error
		if tree, err = tree.Append(leaf.Receipt, leaf.Fee); err != nil {
			return tree, nil, false
		}
		receipts = append(receipts, leaf.Receipt)
	}
	v := held.Voucher
	return tree, receipts, tree.Root() == v.ReceiptsRoot && tree.Count == v.Count && tree.Total() == v.Total
}
