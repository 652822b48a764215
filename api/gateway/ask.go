package gateway

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
	"github.com/dgrid-network/dgrid/store"
)

// charsPerToken is how many bytes of a chat one token is reckoned for in class
// sampled, where nobody but the upstream knows its tokenizer. Requester and provider
// agree on the number by signing it; it is on the low side so that providers accept it.
const charsPerToken = 3

// prompt is a chat in the form that is committed to.
type prompt struct {
	ids    []uint32
	text   string // sampled
	count  uint32
	maxOut uint32
}

// render makes the prompt and bounds the answer. It wraps protocol.ErrInvalid.
func (g *Gateway) render(c *Chat) (prompt, error) {
	var p prompt
	if c.Model.Class == protocol.ClassSampled {
		p.text = string(c.RawMessages)
		p.count = uint32((len(p.text) + charsPerToken - 1) / charsPerToken)
	} else {
		ids, err := g.tokens(c)
		if err != nil {
			return p, err
		}
		p.ids, p.count = ids, uint32(len(ids))
	}
	if p.count == 0 {
		return p, refuse(CodeInvalid, "messages", "the prompt is empty")
	}
	room := uint32(1 << 20)
	if n := c.Model.Context; n > 0 {
		if p.count > n {
			return p, refuse(CodeContext, "messages", "the prompt has %d tokens, the model has room for %d", p.count, n)
		}
		room = n - p.count + 1 // the last token is never fed back
	}
	p.maxOut = min(room, g.cfg.MaxOutputTokens)
	if c.MaxTokens > 0 {
		p.maxOut = min(room, c.MaxTokens)
	}
	return p, nil
}

func (g *Gateway) tokens(c *Chat) ([]uint32, error) {
	if c.Model.Tokenizer == nil {
		return nil, &Error{Code: CodeUnavailable, Detail: "this gateway has no tokenizer for model " + c.Model.ID, Cause: protocol.ErrUnavailable}
	}
	var ids []uint32
	var err error
	switch {
	case c.Tokens != nil:
		ids = c.Tokens
		if slices.ContainsFunc(ids, func(id uint32) bool { return id >= c.Model.Vocab }) {
			return nil, refuse(CodeInvalid, "prompt", "a token id is outside the vocabulary of %d", c.Model.Vocab)
		}
	case c.Messages == nil:
		ids, err = c.Model.Tokenizer.Encode(c.Text)
	case c.Model.Template == 0:
		// A model without a chat template continues a text: the contents, a line each.
		text := ""
		for i, m := range c.Messages {
			if i > 0 {
				text += "\n"
			}
			text += m.Content
		}
		ids, err = c.Model.Tokenizer.Encode(text)
	default:
		ids, err = c.Model.Tokenizer.Render(c.Model.Template, c.Messages)
		c.Params.TemplateID = c.Model.Template
	}
	if err != nil {
		return nil, refuse(CodeInvalid, "messages", "%v", err)
	}
	return ids, nil
}

// funds checks before matching that the channel can be spent from at all and that
// something is left.
func (g *Gateway) funds(ctx context.Context, c *Chat) (Channel, error) {
	ch, err := g.chain.Channel(ctx, c.Channel)
	if errors.Is(err, protocol.ErrNotFound) {
		return ch, g.lacking(c, "channel", protocol.Amount{}, protocol.Amount{}, "this key is bound to a channel that does not exist (yet); open it and wait for its block", err)
	}
	if err != nil {
		return ch, err
	}
	switch {
	case ch.Closing || ch.Expiry <= uint64(g.unix()):
		return ch, g.lacking(c, "channel", protocol.Amount{}, protocol.Amount{}, "the channel is closed or expired; open another and make a key for it", protocol.ErrExpired)
	case ch.Delegate != g.delegate:
		return ch, g.lacking(c, "channel", protocol.Amount{}, protocol.Amount{}, fmt.Sprintf("the channel's delegate is %s; make %s its delegate so that this gateway can sign", ch.Delegate, g.delegate), protocol.ErrUnauthorized)
	case ch.Requester != c.Account:
		return ch, g.lacking(c, "channel", protocol.Amount{}, protocol.Amount{}, "the channel belongs to another account", protocol.ErrUnauthorized)
	case ch.Paid.Cmp(ch.Deposit) >= 0:
		return ch, g.lacking(c, "channel", protocol.NewAmount(1), protocol.Amount{}, "nothing is left in the channel; top it up", protocol.ErrInsufficient)
	}
	key, err := g.store.KeyByToken(ctx, c.KeyHash)
	if err != nil {
		return ch, err
	}
	if l := key.SpendLimit; !l.IsZero() && key.Spent.Cmp(l) >= 0 {
		return ch, limited(c, &store.LimitError{Limit: store.LimitSpend, Needed: protocol.NewAmount(1)})
	}
	if key.TokenLimit > 0 && key.TokensUsed >= key.TokenLimit {
		return ch, limited(c, &store.LimitError{Limit: store.LimitTokens, Needed: protocol.NewAmount(1)})
	}
	if key.Concurrency > 0 && key.Running >= key.Concurrency {
		return ch, limited(c, &store.LimitError{Limit: store.LimitConcurrency, Needed: protocol.NewAmount(1)})
	}
	return ch, nil
}

func (g *Gateway) lacking(c *Chat, limit string, needed, left protocol.Amount, how string, cause error) *Error {
	return &Error{Code: CodeFunds, Detail: how, Cause: cause,
		Missing: &Missing{Limit: limit, Needed: needed, Left: left, Channel: c.Channel.Hex(), HowToFund: how}}
}

// withLeft adds what this gateway knows to a relayer's refusal for lack of money.
func (g *Gateway) withLeft(ctx context.Context, id common.Hash, ch Channel, refusal error) error {
	var e *Error
	if !errors.As(refusal, &e) || e.Missing == nil || e.Missing.Needed.IsZero() {
		return refusal
	}
	books, err := g.store.SpentOf(ctx, id)
	if err != nil {
		return refusal
	}
	spent := books.Spent
	if ch.Paid.Cmp(spent) > 0 {
		spent = ch.Paid
	}
	for _, part := range []protocol.Amount{spent, books.Held} {
		if ch.Deposit, err = ch.Deposit.Sub(part); err != nil {
			return refusal // nothing is left
		}
	}
	e.Missing.Left = ch.Deposit
	return refusal
}

// limited is what a client is told of a limit that the books refuse to pass.
func limited(c *Chat, l *store.LimitError) *Error {
	e := &Error{Code: CodeKeyLimit, Cause: l, Missing: &Missing{Limit: string(l.Limit), Needed: l.Needed, Left: l.Left}}
	switch l.Limit {
	case store.LimitChannel:
		e.Code, e.Missing.Channel = CodeFunds, c.Channel.Hex()
		e.Missing.HowToFund = "top up the channel (Market.topUp), name a smaller max_tokens, or wait for running answers to end"
		e.Detail = fmt.Sprintf("this answer may cost %s base units and the channel has %s left", l.Needed, l.Left)
	case store.LimitSpend:
		e.Missing.HowToFund = "make a key with a higher spend limit"
		e.Detail = fmt.Sprintf("this answer may cost %s base units and the key may spend %s more", l.Needed, l.Left)
	case store.LimitTokens:
		e.Missing.HowToFund = "make a key with a higher token limit"
		e.Detail = fmt.Sprintf("this answer may take %s tokens and the key has %s left", l.Needed, l.Left)
	case store.LimitConcurrency:
		*e = Error{Code: CodeConcurrency, Detail: "the key's requests at once are all taken", RetryAfter: defaultRetryInterval, Cause: l}
	}
	return e
}

// checkMatch checks a match as far as anybody can who is not the relayer.
func (g *Gateway) checkMatch(ctx context.Context, c *Chat, p prompt, m wire.Match) error {
	r, o := c.Routing, m.Offer.Offer
	switch {
	case o.ModelVersion != c.Model.Version:
		return errors.New("matched offer is for another model version")
	case r.MaxPriceIn != nil && o.PriceIn.Cmp(*r.MaxPriceIn) > 0, r.MaxPriceOut != nil && o.PriceOut.Cmp(*r.MaxPriceOut) > 0:
		return errors.New("matched offer is dearer than the request allows")
	case !g.allowed(r, o.Provider):
		return errors.New("matched provider is one that the request excludes")
	}
	signer, err := g.cfg.Domain.Recover(o, m.Offer.Signature)
	if err != nil {
		return err
	}
	provider, err := g.chain.ProviderOf(ctx, signer)
	if err != nil {
		return err
	}
	if provider != o.Provider {
		return fmt.Errorf("offer of %s is signed by %s, who signs for %s", o.Provider, signer, provider)
	}
	return g.withinExposure(ctx, p, o)
}

// withinExposure refuses an answer that may cost more than the provider's stake can
// answer for: relayer and provider check it too, but might be one.
func (g *Gateway) withinExposure(ctx context.Context, p prompt, o protocol.Offer) error {
	fee, err := protocol.Fee(p.count, p.maxOut, o.PriceIn, o.PriceOut)
	if err != nil {
		return err
	}
	stake, err := g.chain.FreeStake(ctx, o.Provider)
	if err == nil && !protocol.WithinExposure(fee, stake) {
		err = fmt.Errorf("the answer may cost %s, above free stake %s / %d of its provider: %w", fee, stake, protocol.ExposureDivisor, protocol.ErrInvalid)
	}
	return err
}

// allowed tells whether a request may go to a provider at all: an order without fallbacks
// excludes all others.
func (g *Gateway) allowed(r Routing, provider common.Address) bool {
	return !slices.Contains(r.Ignore, provider) && (len(r.Only) == 0 || slices.Contains(r.Only, provider)) &&
		(len(r.Order) == 0 || r.AllowFallbacks || slices.Contains(r.Order, provider))
}

// relayFailure turns a relayer's refusal into ours.
func relayFailure(c *Chat, err error) error {
	var e *RelayError
	if !errors.As(err, &e) {
		return err
	}
	return failure(c, e.Failure, err)
}

func failure(c *Chat, f wire.Failure, cause error) *Error {
	out := &Error{Code: Code(f.Code), Detail: f.Detail, Cause: cause}
	if f.Route != nil {
		out.Rejected = f.Route.Rejected
	}
	switch out.Code {
	case CodeNoProvider:
		out.RetryAfter = defaultRetryInterval
	case CodeFunds:
		out.Missing = &Missing{Limit: "channel", Needed: f.Needed, Channel: c.Channel.Hex(), HowToFund: "top up the channel (Market.topUp) or wait for running answers to end"}
	case CodeFirstToken, CodeTotal, CodeProvider:
	case CodeConcurrency, CodeUnavailable:
		out.RetryAfter = defaultRetryInterval
	case wire.CodeUnavailable, wire.CodeLeaseExpired:
		out.Code, out.RetryAfter = CodeUnavailable, defaultRetryInterval
	case wire.CodeUnauthorized:
		out.Code = CodeFunds
		out.Missing = &Missing{Limit: "channel", Channel: c.Channel.Hex(), HowToFund: "make this gateway the channel's delegate (Market.changeDelegate)"}
	case wire.CodeBodyTooLarge:
		out.Code = CodeInvalid
	case CodeInvalid, CodeUnsupported, CodeContext, CodeModel:
	default:
		out.Code, out.RetryAfter = CodeProvider, defaultRetryInterval
		var e *RelayError
		if errors.As(cause, &e) && e.Status == http.StatusServiceUnavailable {
			out.Code = CodeNoProvider
		}
		out.Detail = fmt.Sprintf("%s (%s)", f.Detail, f.Code)
	}
	return out
}

// sign makes the request for a match, with a fresh secret and salt.
func (g *Gateway) sign(c *Chat, p prompt, m wire.Match) (wire.Ask, error) {
	var secret, salt common.Hash
	if _, err := rand.Read(secret[:]); err != nil {
		return wire.Ask{}, fmt.Errorf("draw request secret: %w", err)
	}
	if _, err := rand.Read(salt[:]); err != nil {
		return wire.Ask{}, fmt.Errorf("draw request salt: %w", err)
	}
	o := m.Offer.Offer
	maxFee, err := protocol.Fee(p.count, p.maxOut, o.PriceIn, o.PriceOut)
	if err != nil {
		return wire.Ask{}, err
	}
	if !o.MaxFee.IsZero() && maxFee.Cmp(o.MaxFee) > 0 {
		return wire.Ask{}, &Error{Code: CodeNoProvider, Detail: fmt.Sprintf("the answer may cost %s, the matched provider serves up to %s; name a smaller max_tokens", maxFee, o.MaxFee), Cause: protocol.ErrInvalid}
	}
	root := protocol.TokenRoot(secret, protocol.TagPrompt, p.ids)
	if c.Model.Class == protocol.ClassSampled {
		root = protocol.TextRoot(secret, protocol.TagPrompt, []byte(p.text))
	}
	request := protocol.Request{Payment: c.Channel, ModelVersion: c.Model.Version, Requester: c.Account, PromptRoot: root,
		PromptTokens: p.count, MaxOutputTokens: p.maxOut, ParamsHash: c.Params.Hash(), PriceIn: o.PriceIn, PriceOut: o.PriceOut,
		MaxFee: maxFee, Deadline: uint64(g.now().Add(g.cfg.Lifetime).Unix()), Audience: g.cfg.Audience, Salt: salt}
	signature, err := g.cfg.Domain.Sign(g.cfg.Delegate, request)
	if err != nil {
		return wire.Ask{}, err
	}
	ask := wire.Ask{Hash: g.cfg.Domain.Digest(request), Request: request, Signature: signature, Relayer: m.Relayer,
		Params: c.Params, Prompt: p.ids, PromptText: p.text, Stop: c.Stop, Secret: secret}
	if c.Model.Class == protocol.ClassSampled {
		ask.Messages = json.RawMessage(p.text)
	}
	return ask, nil
}

// PublicID is the id that clients see for a request.
func PublicID(kind string, hash common.Hash) string {
	prefix := "chatcmpl-"
	if kind == "completion" {
		prefix = "cmpl-"
	}
	return prefix + hex.EncodeToString(hash[:16])
}

// CheckChannel reports whether this gateway can spend from a channel for account.
func (g *Gateway) CheckChannel(ctx context.Context, channel common.Hash, account common.Address) error {
	ch, err := g.chain.Channel(ctx, channel)
	if errors.Is(err, protocol.ErrNotFound) {
		return refuse(CodeInvalid, "channel", "there is no channel %s (yet)", channel)
	}
	switch {
	case err != nil:
		return asError(err)
	case ch.Requester != account:
		return refuse(CodeInvalid, "channel", "the channel belongs to another account")
	case ch.Delegate != g.delegate:
		return refuse(CodeInvalid, "channel", "the channel's delegate is %s; it must be %s for this gateway to sign", ch.Delegate, g.delegate)
	case ch.Closing || ch.Expiry <= uint64(g.unix()):
		return refuse(CodeInvalid, "channel", "the channel is closed or expired")
	}
	return nil
}
