package indexer_test

import (
	"context"
	"encoding/json"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/indexer"
	"github.com/dgrid-network/dgrid/indexer/bench"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// tale is a chain whose logs a test writes by hand.
type tale struct {
	t *testing.T
	c *bench.Chain
	n *store.Network
	x *indexer.Indexer
}

func tell(t *testing.T) *tale {
	c := bench.NewChain(2, 1, 1)
	n := network(t, "sqlite::memory:")
	return &tale{t, c, n, newIndexer(c, n, 500)}
}

func (s *tale) block(logs ...store.Event) (time uint64) {
	s.t.Helper()
	time = s.c.Append(logs...)
	converge(s.t, s.x, s.c)
	return time
}

func num(n uint64) protocol.Amount { return protocol.NewAmount(n) }

func log(address common.Address, event string, indexed []any, values ...any) store.Event {
	return bench.Log(address, event, indexed, values...)
}

var (
	ctx        = context.Background()
	parts      = bench.Deployment.Disputes
	who, asker = common.Address{1}, common.Address{2}
	rcpt       = common.Hash{0xaa}
)

func faultLog(cause common.Hash, kind events.FaultKind, slashed, refunded, bounty uint64) store.Event {
	return log(parts.Ledger, "FaultProven", []any{cause, who, asker}, uint8(kind), num(slashed), num(refunded), num(bounty), common.Hash{})
}

func node(kind uint8) []any {
	return []any{kind, uint8(4), uint32(7), uint32(3), uint32(2), uint32(9), uint32(64), common.Hash{0xee}}
}

func askLog(question common.Hash, bond, deadline uint64) store.Event {
	return log(parts.Questions, "QuestionAsked", []any{rcpt, question, asker}, append(append([]any{who}, node(10)...), num(bond), deadline)...)
}

// TestAQuestionFromAskToFault: silence three times, and what each table says meanwhile.
func TestAQuestionFromAskToFault(t *testing.T) {
	s := tell(t)
	question := common.Hash{0xbb}
	asked := s.block(askLog(question, 30, 1000), log(parts.Ledger, "WindowExtended", []any{rcpt}, uint64(2000)))
	q, err := s.n.Question(ctx, question)
	require.NoError(t, err)
	require.Equal(t, store.QuestionAsked, q.Data.State)
	require.Equal(t, asked, q.Data.AskedAt)
	require.Equal(t, "chunk", q.Data.Kind)
	require.JSONEq(t, `{"kind":"chunk","level":4,"t":7,"l":3,"vector":2,"index":9,"size":64,"hash":"0xee00000000000000000000000000000000000000000000000000000000000000"}`, string(q.Data.Node))
	r, err := s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.EqualValues(t, 2000, r.Data.ExtendedUntil)
	require.EqualValues(t, 1, r.Data.OpenQuestions)

	s.block(faultLog(rcpt, events.Silence, 50, 5, 1), log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(1), true, num(50)))
	s.block(askLog(question, 40, 1100))
	s.block(log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(2), true, num(0)))
	s.block(askLog(question, 50, 1200))
	last := s.block(faultLog(rcpt, events.Withheld, 150, 6, 2), log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(3), true, num(150)))

	q, err = s.n.Question(ctx, question)
	require.NoError(t, err)
	require.Equal(t, store.QuestionExpired, q.Data.State)
	require.EqualValues(t, 3, q.Data.Asks)
	require.Equal(t, asked, q.Data.Time, "the first time")
	require.Equal(t, []protocol.Amount{num(50), num(50), num(200)}, []protocol.Amount{q.Data.Bond, q.Data.BondPaid, q.Data.Slashed})
	require.Equal(t, asker, q.Data.BondTo)
	r, err = s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.Equal(t, []string{"withheld", "silence"}, []string{r.Data.Fault, r.Data.SmallFault})
	require.Equal(t, []uint64{3, 0, 3, last}, []uint64{uint64(r.Data.Questions), uint64(r.Data.OpenQuestions), uint64(r.Data.Silences), r.Data.ProvenAt})
	require.Equal(t, []protocol.Amount{num(200), num(11), num(3)}, []protocol.Amount{r.Data.Slashed, r.Data.Refunded, r.Data.Bounty})
	require.Len(t, r.Data.FaultList, 2)
	p, err := s.n.Provider(ctx, who)
	require.NoError(t, err)
	require.Equal(t, []uint32{1, 1, 3, 0, 3}, []uint32{p.Data.Faults, p.Data.SmallFaults, p.Data.Questions, p.Data.OpenQuestions, p.Data.Silences})

	s.block(log(parts.Ledger, "ReceiptSettled", []any{rcpt, who}, num(9), num(4)))
	r, err = s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.Equal(t, []protocol.Amount{num(209), num(15)}, []protocol.Amount{r.Data.Slashed, r.Data.Refunded})
	equal(t, fresh(t, s.c), dump(t, s.n))
}

// TestAFaultNamesItsModel: the version of a channel's receipt comes with its fault, and the
// version's page shows it. One who equivocates names none.
func TestAFaultNamesItsModel(t *testing.T) {
	s := tell(t)
	version := common.Hash{0xcc}
	s.block(log(parts.Ledger, "FaultProven", []any{rcpt, who, asker}, uint8(events.WrongStep), num(150), num(6), num(2), version))
	s.block(faultLog(common.Hash{0xab}, events.Equivocation, 50, 0, 1))
	faults, err := s.n.Faults(ctx, store.FaultFilter{ModelVersion: version}, store.List{})
	require.NoError(t, err)
	require.Len(t, faults.Data, 1)
	require.Equal(t, rcpt, faults.Data[0].Receipt)
	r, err := s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.Equal(t, version, r.Data.ModelVersion)
	equal(t, fresh(t, s.c), dump(t, s.n))
}

// TestSilencesCountAnew: after a provider's Withheld those of its other receipts do; its own
// count never falls.
func TestSilencesCountAnew(t *testing.T) {
	s := tell(t)
	question := common.Hash{0xbb}
	expire := func(silences uint8, counted bool) {
		s.block(askLog(question, 30, 1000))
		s.block(log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, silences, counted, num(0)))
	}
	expire(1, true)
	expire(2, true)
	expire(0, false) // it belongs to the outage that was a fault already
	expire(1, true)
	expire(1, false)
	r, err := s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Data.Silences)
	p, err := s.n.Provider(ctx, who)
	require.NoError(t, err)
	require.EqualValues(t, 3, p.Data.Silences)
}

// TestImpossibleDisputesHalt: what the contracts cannot do stops the indexer.
func TestImpossibleDisputesHalt(t *testing.T) {
	if raced {
		t.Skip("folds events one by one: the pass without the detector runs it")
	}
	question := common.Hash{0xbb}
	ask := askLog(question, 30, 1000)
	expire := log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(1), true, num(0))
	answer := func(id common.Hash) store.Event {
		return log(parts.Questions, "QuestionAnswered", []any{rcpt, id, asker}, append(node(10), uint64(9*32), uint64(0))...)
	}
	fault := faultLog(rcpt, events.Seam, 1, 0, 0)
	settle := log(parts.Ledger, "ReceiptSettled", []any{rcpt, who}, num(9), num(4))
	pay := func(n uint64) store.Event {
		return log(parts.Questions, "BondPaid", []any{rcpt, question, asker}, num(n), num(5), num(5))
	}
	sealed := log(parts.Verifiers, "VerifierSealed", []any{uint32(1), who}, common.Hash{1}, common.Hash{2})
	for name, logs := range map[string][]store.Event{
		"asked twice":              {ask, ask},
		"answered unasked":         {ask, answer(common.Hash{1})},
		"answered after expiry":    {ask, expire, answer(question)},
		"silences from nowhere":    {ask, log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(2), true, num(0))},
		"silence not counted":      {ask, log(parts.Questions, "QuestionExpired", []any{rcpt, question, who}, uint8(1), false, num(0))},
		"bond without an answer":   {ask, pay(20)},
		"another bond":             {ask, answer(question), pay(21)},
		"bond twice":               {ask, answer(question), pay(20), pay(20)},
		"proven twice":             {fault, fault},
		"settled unproven":         {ask, settle},
		"settled twice":            {fault, settle, settle},
		"window goes back":         {ask, log(parts.Ledger, "WindowExtended", []any{rcpt}, uint64(9)), log(parts.Ledger, "WindowExtended", []any{rcpt}, uint64(8))},
		"leaf of no line":          {log(parts.Claims, "WrongLeaf", []any{common.Hash{1}, who, rcpt}, common.Hash{2})},
		"sealed twice":             {sealed, sealed},
		"drawn unregistered":       {log(parts.Audits, "AuditDrawn", []any{common.Hash{1}, who}, common.Hash{2}, uint32(1), num(5), false)},
		"attested undrawn":         {log(parts.Audits, "Attested", []any{rcpt, asker, common.Hash{1}}, uint32(0), common.Hash{2}, true)},
		"auditor withdraws others": {log(parts.Auditors, "AuditorStaked", []any{asker}, uint8(0), num(5), num(5), uint32(1)), log(parts.Auditors, "AuditorWithdrawn", []any{asker}, num(4))},
	} {
		t.Run(name, func(t *testing.T) {
			s := tell(t)
			s.block(logs[:len(logs)-1]...)
			s.c.Append(logs[len(logs)-1])
			heads, err := s.c.Heads(ctx)
			require.NoError(t, err)
			require.ErrorIs(t, s.x.ConvergeAll(ctx, heads), indexer.ErrHalted)
		})
	}
}

// TestADrawFromRedeemToPayment: points lie where the contract puts them, a receipt that
// one met has a version, and a silence is a fault of the point, not of a receipt.
func TestADrawFromRedeemToPayment(t *testing.T) {
	s := tell(t)
	version, channel, audit, seed := common.Hash{7}, common.Hash{8}, common.Hash{9}, common.Hash{0x5e, 0xed}
	line := store.MarketLineID(protocol.Line{Channel: channel, Provider: who, ModelVersion: version})
	first, second := common.Address{11}, common.Address{12}
	d := bench.Deployment
	s.block(bench.Publish(version, asker),
		log(d.Market, "ChannelOpened", []any{channel, asker, asker}, num(1000), uint64(1<<40), num(0)),
		log(d.Market, "VoucherRedeemed", []any{channel, who, version}, common.Address{}, num(700), uint64(9), common.Hash{1}, num(700), num(700), uint32(0), uint64(5)),
		log(parts.Auditors, "AuditorStaked", []any{first}, uint8(0), num(500), num(500), uint32(1)),
		log(parts.Auditors, "AuditorStaked", []any{second}, uint8(1), num(500), num(500), uint32(2)),
		log(parts.Audits, "AuditRegistered", []any{audit, line, who}, uint32(0), num(100), num(600), num(300), uint64(77), uint32(2)))
	s.block(log(parts.Audits, "AuditDrawn", []any{audit, who}, seed, uint32(2), num(300), false))

	a, err := s.n.Audit(ctx, audit)
	require.NoError(t, err)
	require.Equal(t, version, a.Data.ModelVersion)
	require.Len(t, a.Data.PointList, 2)
	for i, p := range a.Data.PointList { // the arithmetic of Audits.pointAt
		word := make([]byte, 64)
		copy(word, seed[:])
		word[63] = byte(i)
		offset := new(big.Int).Mod(new(big.Int).SetBytes(crypto.Keccak256(word)), big.NewInt(300))
		require.Equal(t, offset.Add(offset, big.NewInt(100+int64(i)*300)).String(), p.At.String())
		require.Equal(t, crypto.Keccak256Hash(audit[:], common.LeftPadBytes([]byte{byte(i)}, 32), common.LeftPadBytes([]byte{96}, 32),
			common.LeftPadBytes([]byte{5}, 32), common.RightPadBytes([]byte("point"), 32)), p.Point)
	}
	point := a.Data.PointList[1].Point
	s.block(log(parts.Ledger, "WindowExtended", []any{rcpt}, uint64(3000)),
		log(parts.Audits, "PointOpened", []any{audit, rcpt, who}, uint32(0), first, second, uint64(90)),
		faultLog(point, events.Silence, 40, 0, 1), log(parts.Audits, "PointSilent", []any{audit, who}, uint32(1), uint8(1), num(40)))
	drawn, err := s.n.IsDrawn(ctx, first, rcpt)
	require.NoError(t, err)
	require.True(t, drawn)
	drawn, err = s.n.IsDrawn(ctx, asker, rcpt)
	require.NoError(t, err)
	require.False(t, drawn)
	faults, err := s.n.Faults(ctx, store.FaultFilter{ModelVersion: version}, store.List{})
	require.NoError(t, err)
	require.Len(t, faults.Data, 1)
	require.Equal(t, []common.Hash{{}, point, line}, []common.Hash{faults.Data[0].Receipt, faults.Data[0].Cause, faults.Data[0].Line})
	r, err := s.n.Receipt(ctx, rcpt)
	require.NoError(t, err)
	require.Equal(t, version, r.Data.ModelVersion)
	require.Equal(t, who, r.Data.Provider)
	require.Empty(t, r.Data.FaultList)

	s.block(log(parts.Audits, "Attested", []any{rcpt, first, audit}, uint32(0), common.Hash{3}, true))
	s.block(log(parts.Audits, "AuditSettled", []any{audit, rcpt, first}, uint32(0), num(4), num(0)),
		log(parts.Auditors, "AuditorPunished", []any{second, a.Data.PointList[0].Point}, num(20), num(480)),
		log(parts.Audits, "AuditSettled", []any{audit, rcpt, second}, uint32(0), num(0), num(20)),
		log(parts.Audits, "AuditPaid", []any{first}, num(3), num(1)))
	list, err := s.n.Attestations(ctx, store.AttestationFilter{Receipt: rcpt}, store.List{Sort: "attest_by"})
	require.NoError(t, err)
	require.Len(t, list.Data, 2)
	auditors, err := s.n.Auditors(ctx, store.List{Sort: "stake"})
	require.NoError(t, err)
	require.Equal(t, []protocol.Amount{num(500), num(480)}, []protocol.Amount{auditors.Data[0].Stake, auditors.Data[1].Stake})
	require.Equal(t, []protocol.Amount{num(1), num(3)}, []protocol.Amount{auditors.Data[0].Owed, auditors.Data[0].Paid})
	require.EqualValues(t, 1, auditors.Data[1].Absent)
	v, err := s.n.Version(ctx, version)
	require.NoError(t, err)
	require.Equal(t, []uint32{2, 1, 0, 1}, []uint32{v.Data.Audits, v.Data.AuditsPassed, v.Data.Faults, v.Data.SmallFaults})
	require.Len(t, v.Data.FaultList, 1)

	s.block(faultLog(rcpt, events.WrongStep, 100, 1, 9), log(parts.Audits, "DrawPunished", []any{audit, rcpt, who}, uint32(0), num(60)))
	v, err = s.n.Version(ctx, version)
	require.NoError(t, err)
	require.EqualValues(t, 1, v.Data.Faults)
	a, err = s.n.Audit(ctx, audit)
	require.NoError(t, err)
	require.Equal(t, num(100), a.Data.Slashed)
	text, err := json.Marshal(a.Data.PointList[0])
	require.NoError(t, err)
	require.Contains(t, string(text), `"punished":true`)
	equal(t, fresh(t, s.c), dump(t, s.n))
}

// TestAHoldAndItsStretch: the log says what the Market keeps of both.
func TestAHoldAndItsStretch(t *testing.T) {
	s := tell(t)
	held := func(until, stretch uint64) (uint64, uint32) {
		s.block(log(bench.Deployment.Market, "CreditHeld", []any{who}, until, stretch))
		p, err := s.n.Provider(ctx, who)
		require.NoError(t, err)
		return uint64(p.Data.HeldUntil), p.Data.HeldStretch
	}
	for _, c := range []struct {
		until   uint64
		stretch uint32
	}{{1000, 0}, {1000, 60}, {2000, 1<<24 - 1}, {3000, 0}} {
		until, stretch := held(c.until, uint64(c.stretch))
		require.Equal(t, c.until, until)
		require.Equal(t, c.stretch, stretch)
	}
	equal(t, fresh(t, s.c), dump(t, s.n))
}
