package store

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/uptrace/bun"
)

// ChannelFilter selects channels; zero fields select all.
type ChannelFilter struct {
	Requester common.Address
	Delegate  common.Address
	State     string // ChannelOpen...
}

// Channels lists channels. Sorts: deposit, paid, remaining, expiry.
func (n *Network) Channels(ctx context.Context, f ChannelFilter, l List) (Page[Channel], error) {
	sortable := sorts{"deposit": "deposit", "paid": "paid", "remaining": "remaining", "expiry": "expiry"}
	return page[Channel](ctx, n, l, sortable, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereText(whereAddress(whereAddress(q, "requester", f.Requester), "delegate", f.Delegate), "state", f.State)
	})
}

// ChannelPage is a channel with its voucher lines.
type ChannelPage struct {
	Channel
	VoucherLines []Line `json:"voucher_lines"` // best paid first, at most MaxPage
}

// Channel returns one channel.
func (n *Network) Channel(ctx context.Context, channel common.Hash) (One[ChannelPage], error) {
	o := One[ChannelPage]{Data: ChannelPage{VoucherLines: []Line{}}}
	err := n.View(ctx, func(ctx context.Context, v *View) error {
		o.Meta = v.Meta
		if err := get(ctx, v, HashID(channel), &o.Data.Channel); err != nil {
			return err
		}
		err := v.db.NewSelect().Model(&o.Data.VoucherLines).Where("network_id = ? AND channel = ?", n.id, channel).
			OrderExpr("paid DESC, id").Limit(MaxPage).Scan(ctx)
		if err != nil {
			return fmt.Errorf("list lines: %w", err)
		}
		return nil
	})
	return o, err
}

// LineFilter selects voucher lines; zero fields select all.
type LineFilter struct {
	Channel      common.Hash
	Requester    common.Address
	Provider     common.Address
	ModelVersion common.Hash
	Relayer      common.Address
}

// Lines lists voucher lines. Sorts: paid, total, count.
func (n *Network) Lines(ctx context.Context, f LineFilter, l List) (Page[Line], error) {
	return page[Line](ctx, n, l, sorts{"paid": "paid", "total": "total", "count": "count"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		q = whereHash(whereHash(q, "channel", f.Channel), "model_version", f.ModelVersion)
		q = whereAddress(whereAddress(q, "provider", f.Provider), "relayer", f.Relayer)
		return whereAddress(q, "requester", f.Requester)
	})
}

// Line returns one line by the Market's lineId, see MarketLineID.
func (n *Network) Line(ctx context.Context, line common.Hash) (One[Line], error) {
	return one[Line](ctx, n, HashID(line))
}

// RedeemFilter selects redeemed vouchers; zero fields select all.
type RedeemFilter struct {
	Line         common.Hash
	Channel      common.Hash
	Provider     common.Address
	ModelVersion common.Hash
}

// Redeems lists redeemed vouchers, the checkpoints of lines. Sorts: amount.
func (n *Network) Redeems(ctx context.Context, f RedeemFilter, l List) (Page[Redeem], error) {
	return page[Redeem](ctx, n, l, sorts{"amount": "amount"}, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.Line != (common.Hash{}) { // by name: the names of a line's checkpoints start with the line's
			q = q.Where("id > ? AND id < ?", HashID(f.Line)+":", HashID(f.Line)+";")
		}
		q = whereHash(whereHash(q, "channel", f.Channel), "model_version", f.ModelVersion)
		return whereAddress(q, "provider", f.Provider)
	})
}

// Checkpoint returns one checkpoint of a line.
func (n *Network) Checkpoint(ctx context.Context, line common.Hash, index uint32) (One[Redeem], error) {
	return one[Redeem](ctx, n, RedeemID(line, index))
}

// RejectionFilter selects vouchers that paid nothing.
type RejectionFilter struct {
	Channel  common.Hash
	Provider common.Address
}

// Rejections lists vouchers that paid nothing. No sorts.
func (n *Network) Rejections(ctx context.Context, f RejectionFilter, l List) (Page[Rejection], error) {
	return page[Rejection](ctx, n, l, nil, func(q *bun.SelectQuery) *bun.SelectQuery {
		return whereAddress(whereHash(q, "channel", f.Channel), "provider", f.Provider)
	})
}
