package api

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/gin-gonic/gin"

	"github.com/dgrid-network/dgrid/api/gateway"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/wire"
)

// offerCache keeps the relayer's offers for a moment: every list of models shows them.
type offerCache struct {
	mu    sync.Mutex
	until time.Time
	list  []wire.OfferView
}

const offersLife = time.Second

func (s *Server) liveOffers(ctx context.Context) ([]wire.OfferView, error) {
	s.offers.mu.Lock()
	defer s.offers.mu.Unlock()
	if now := s.now(); now.After(s.offers.until) {
		list, err := s.deps.Relay.Offers(ctx)
		if err != nil {
			return nil, err
		}
		s.offers.list, s.offers.until = list, now.Add(offersLife)
	}
	return s.offers.list, nil
}

// supportedParameters are the sampling parameters that both classes keep.
var supportedParameters = []string{"max_tokens", "max_completion_tokens", "temperature", "seed", "stop", "stream", "stream_options"}

// perToken is a price per million tokens as a decimal of one token's price in the
// settlement token.
func (s *Server) perToken(price protocol.Amount) string {
	d := price.Decimal(s.cfg.Decimals + 6)
	if strings.Contains(d, ".") {
		d = strings.TrimRight(strings.TrimRight(d, "0"), ".")
	}
	return d
}

func (s *Server) prices(in, out protocol.Amount) gin.H {
	return gin.H{"prompt": s.perToken(in), "completion": s.perToken(out)}
}

// entry is a model as OpenAI lists it, with who serves it now.
func (s *Server) entry(ctx context.Context, m gateway.Model, offers []wire.OfferView) gin.H {
	providers := []gin.H{}
	var in, out protocol.Amount
	for _, o := range offers {
		if o.Offer.ModelVersion != m.Version || !o.Online {
			continue
		}
		if len(providers) == 0 || o.Offer.PriceOut.Cmp(out) < 0 {
			in, out = o.Offer.PriceIn, o.Offer.PriceOut
		}
		stake, open := s.standing(ctx, o.Offer.Provider)
		providers = append(providers, gin.H{"address": o.Offer.Provider, "price": s.prices(o.Offer.PriceIn, o.Offer.PriceOut), "stake": stake,
			"reliability": o.Reliability, "p50_ttft_ms": o.TTFTMillis, "tokens_per_second": o.TokensPerSecond, "open_disputes": open})
	}
	supported := supportedParameters
	if m.Class == protocol.ClassProven {
		supported = append([]string{"min_p"}, supported...)
	}
	e := gin.H{"id": m.ID, "object": "model", "created": m.Created, "owned_by": m.Creator, "context_length": m.Context, "supported_parameters": supported, "pricing": nil,
		"dgrid": gin.H{"model_version": m.Version, "class": m.Class, "weights_root": m.WeightsRoot, "creator": m.Creator, "license": m.License, "royalty_bps": m.RoyaltyBps, "providers": providers}}
	if len(providers) > 0 {
		e["pricing"] = s.prices(in, out)
	}
	return e
}

// standing is a provider's free stake and how many questions wait for it; null while it
// is not indexed.
func (s *Server) standing(ctx context.Context, provider common.Address) (stake, open any) {
	if s.deps.Network == nil {
		return nil, nil
	}
	p, err := s.deps.Network.ProviderRow(ctx, provider)
	if err != nil {
		return nil, nil
	}
	return p.Data.FreeStake, p.Data.OpenQuestions
}

// models lists what can be asked. Without the relayer the list stands, without providers.
func (s *Server) models(c *gin.Context) {
	all, err := s.deps.Catalog.All(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	offers := s.offersOrNone(c)
	data := make([]gin.H, len(all))
	for i, m := range all {
		data[i] = s.entry(c.Request.Context(), m, offers)
	}
	c.JSON(200, gin.H{"object": "list", "data": data})
}

func (s *Server) model(c *gin.Context) {
	m, err := s.deps.Catalog.ByID(c.Request.Context(), c.Param("id"))
	if protocol.Kind(err) == protocol.ErrNotFound {
		err = &gateway.Error{Code: gateway.CodeModel, Param: "model", Detail: "there is no model " + clip(c.Param("id")), Cause: err}
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	c.JSON(200, s.entry(c.Request.Context(), m, s.offersOrNone(c)))
}

func (s *Server) offersOrNone(c *gin.Context) []wire.OfferView {
	offers, err := s.liveOffers(c.Request.Context())
	if err != nil {
		s.log.WarnContext(c.Request.Context(), "models are listed without offers", "error", err)
	}
	return offers
}
