// Package bench measures the indexer and makes the histories that its tests and
// figures run on: a World plays random valid moves of the protocol and emits the
// logs that the contracts would, a Chain strings them into blocks with branches,
// and Serve shows a chain as a JSON-RPC node. No EVM is involved.
package bench

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/chain/events"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// Deployment is the one that worlds play on.
var Deployment = store.Deployment{
	ChainID: 31337,
	Vault:   common.HexToAddress("0x1000000000000000000000000000000000000001"),
	Staking: common.HexToAddress("0x2000000000000000000000000000000000000002"), Registry: common.HexToAddress("0x3000000000000000000000000000000000000003"),
	Slasher: common.HexToAddress("0x4000000000000000000000000000000000000004"), Market: common.HexToAddress("0x5000000000000000000000000000000000000005"),
	Timing: store.Timing{DisputeWindow: 20, CloseGrace: 10, Epoch: 2, MaxHold: 60},
	Disputes: store.Disputes{
		Ledger: common.HexToAddress("0x6000000000000000000000000000000000000006"), Questions: common.HexToAddress("0x7000000000000000000000000000000000000007"),
		Claims: common.HexToAddress("0x8000000000000000000000000000000000000008"), Verifiers: common.HexToAddress("0x9000000000000000000000000000000000000009"),
		Audits: common.HexToAddress("0xa00000000000000000000000000000000000000a"), Auditors: common.HexToAddress("0xb00000000000000000000000000000000000000b"),
		Attestations: common.HexToAddress("0xc00000000000000000000000000000000000000c"),
	},
}

var burnAddress = common.HexToAddress("0x000000000000000000000000000000000000dEaD")

type channel struct {
	id            common.Hash
	requester     common.Address
	delegate      common.Address
	deposit, paid uint64
	closing       bool
}

type line struct {
	paid, count uint64
	checkpoints uint32
}

type creditKey struct {
	provider common.Address
	version  common.Hash
	relayer  common.Address
	epoch    uint64
}

type job struct {
	id        common.Hash
	requester common.Address
	version   common.Hash
	maxFee    uint64
	provider  common.Address
	state     string
}

type staker struct{ stake, unbonding uint64 }

// World is the state of all contracts, as far as moves need it. The same seed gives
// the same moves.
type World struct {
	rnd      *rand.Rand
	block    uint64
	time     uint64
	nonce    uint64
	free     map[common.Address]uint64
	stakers  map[common.Address]*staker
	versions []common.Hash
	parents  map[common.Hash]common.Hash
	channels []*channel
	lines    map[protocol.Line]*line
	lineKeys []protocol.Line // of lines, in order
	credits  []creditKey
	amounts  map[creditKey]uint64
	jobs     []*job
	through  map[common.Address]uint64 // forfeited through this epoch, plus one
	disputes
	audits

	// Troubled says that every third move or so is about faults or draws; else every tenth is.
	Troubled bool

	epoch                       uint64 // seconds
	maxVersions                 int
	people, providers, relayers []common.Address
	logs                        []store.Event
}

// NewWorld returns an empty world with some accounts, up to maxVersions model
// versions, and credit epochs of so many seconds.
func NewWorld(accounts, maxVersions int, epoch uint64) *World {
	w := &World{epoch: epoch, maxVersions: maxVersions, free: map[common.Address]uint64{}, stakers: map[common.Address]*staker{}, parents: map[common.Hash]common.Hash{},
		lines: map[protocol.Line]*line{}, amounts: map[creditKey]uint64{}, through: map[common.Address]uint64{}}
	for i := range accounts {
		w.people = append(w.people, name20("requester", i))
	}
	for i := range max(2, accounts/5) {
		w.providers = append(w.providers, name20("provider", i))
	}
	w.relayers = []common.Address{{}, name20("relayer", 0), name20("relayer", 1)}
	return w
}

func name20(kind string, i int) common.Address {
	return common.Address(crypto.Keccak256([]byte(kind), binary.BigEndian.AppendUint64(nil, uint64(i)))[12:])
}

func (w *World) fresh(kind string) common.Hash {
	w.nonce++
	return crypto.Keccak256Hash([]byte(kind), binary.BigEndian.AppendUint64(nil, w.nonce), binary.BigEndian.AppendUint64(nil, w.rnd.Uint64()))
}

// Block plays moves of one block until it has about want logs; txs says which
// transaction each belongs to.
func (w *World) Block(number, time, seed uint64, want int) (logs []store.Event) {
	w.rnd = rand.New(rand.NewPCG(seed, number))
	w.block, w.time, w.logs = number, time, nil
	tx := uint32(0)
	for tries := 0; len(w.logs) < want && tries < 50*(want+1); tries++ {
		before := len(w.logs)
		w.move()
		if len(w.logs) == before {
			continue
		}
		hash := w.fresh("tx")
		for i := before; i < len(w.logs); i++ {
			w.logs[i].TxHash, w.logs[i].TxIndex, w.logs[i].LogIndex, w.logs[i].Block = hash, tx, uint32(i), number
		}
		tx++
	}
	return w.logs
}

func (w *World) emit(address common.Address, event string, data []byte, indexed ...any) {
	w.logs = append(w.logs, makeLog(address, event, data, indexed...))
}

func amount(n uint64) protocol.Amount { return protocol.NewAmount(n) }

func pick[T any](w *World, list []T) T { return list[w.rnd.IntN(len(list))] }

// move tries one random move; an impossible one does nothing. Redeeming is the most
// frequent, as on a live network.
func (w *World) move() {
	if w.Troubled && w.rnd.IntN(4) == 0 {
		if w.rnd.IntN(2) == 0 {
			w.dispute()
		} else {
			w.audit()
		}
		return
	}
	switch n := w.rnd.IntN(112); {
	case n < 8:
		w.deposit(pick(w, w.people), 1_000_000+w.rnd.Uint64N(1_000_000))
	case n < 10:
		w.withdraw(pick(w, w.people))
	case n < 14:
		w.stake(pick(w, w.providers))
	case n < 16:
		w.unbond(pick(w, w.providers))
	case n < 18:
		w.publish()
	case n < 28:
		w.openChannel(pick(w, w.people))
	case n < 34:
		w.touchChannel()
	case n < 68:
		w.redeem()
	case n < 84:
		w.mature()
	case n < 95:
		w.job()
	case n < 97:
		w.slash(pick(w, w.providers))
	case n < 100:
		w.govern()
	case n < 105:
		w.dispute()
	default:
		w.audit()
	}
}

func (w *World) lock(a common.Address, n uint64, module common.Address) {
	w.free[a] -= n
	w.emit(Deployment.Vault, "Locked", tuple(amount(n), amount(w.free[a])), a, module)
}

func (w *World) release(a common.Address, n uint64, module common.Address) {
	if n == 0 {
		return
	}
	w.free[a] += n
	w.emit(Deployment.Vault, "Released", tuple(amount(n), amount(w.free[a])), a, module)
}

func (w *World) burn(n uint64, module common.Address) {
	w.free[burnAddress] += n
	w.emit(Deployment.Vault, "Burned", tuple(amount(n)), module)
}

func (w *World) deposit(a common.Address, n uint64) {
	w.free[a] += n
	w.emit(Deployment.Vault, "Deposited", tuple(amount(n), amount(w.free[a])), a, a)
}

func (w *World) withdraw(a common.Address) {
	if n := w.free[a] / 2; n > 0 {
		w.free[a] -= n
		w.emit(Deployment.Vault, "Withdrawn", tuple(amount(n), amount(w.free[a])), a, a)
	}
}

func (w *World) staker(p common.Address) *staker {
	s := w.stakers[p]
	if s == nil {
		s = &staker{}
		w.stakers[p] = s
		w.emit(Deployment.Staking, "OperatorAdded", nil, p, common.Address(w.fresh("operator").Bytes()[12:]))
	}
	return s
}

func (w *World) stake(p common.Address) {
	s, n := w.staker(p), 500_000+w.rnd.Uint64N(1000)
	w.deposit(p, n)
	s.stake += n
	w.emit(Deployment.Staking, "Staked", tuple(amount(n), amount(s.stake)), p)
	w.lock(p, n, Deployment.Staking)
}

func (w *World) unbond(p common.Address) {
	s := w.staker(p)
	if s.unbonding > 0 && w.rnd.IntN(2) == 0 {
		n := s.unbonding
		s.stake, s.unbonding = s.stake-n, 0
		w.emit(Deployment.Staking, "Unbonded", tuple(amount(n), amount(s.stake)), p)
		w.release(p, n, Deployment.Staking)
		return
	}
	if n := (s.stake - s.unbonding) / 4; n > 0 {
		s.unbonding += n
		w.emit(Deployment.Staking, "Unbonding", tuple(amount(n), amount(s.unbonding), w.time+90), p)
	}
}

func (w *World) publish() {
	if len(w.versions) == w.maxVersions {
		return
	}
	id, parent, kind := w.fresh("version"), common.Hash{}, protocol.KindLLM
	if len(w.versions) > 0 && w.rnd.IntN(3) == 0 {
		if p := pick(w, w.versions); w.parents[p] == (common.Hash{}) {
			parent, kind = p, protocol.KindFineTune
		}
	}
	w.versions = append(w.versions, id)
	w.parents[id] = parent
	creator := pick(w, w.people)
	names := []string{"stories", "caf\xe9", "nul\x00name", "故事", ""}
	manifest := dynamic(tuple(kind, protocol.ClassProven, uint32(1), w.fresh("weights"), w.fresh("tokenizer"), parent,
		uint16(1000), uint16(500), uint16(200), creator, text(pick(w, names)), text("ipfs://"+id.Hex())))
	w.emit(Deployment.Registry, "ModelPublished", tuple(manifest, text(string(w.fresh("header").Bytes())[:w.rnd.IntN(32)])), id, pick(w, w.people), parent)
}

func (w *World) openChannel(a common.Address) {
	n := w.free[a] / 3
	if n == 0 {
		return
	}
	c := &channel{id: w.fresh("channel"), requester: a, delegate: name20("delegate", w.rnd.IntN(10)), deposit: n}
	w.channels = append(w.channels, c)
	w.emit(Deployment.Market, "ChannelOpened", tuple(amount(n), w.time+3600, amount(w.nonce)), c.id, a, c.delegate)
	w.lock(a, n, Deployment.Market)
}

func (w *World) touchChannel() {
	if len(w.channels) == 0 {
		return
	}
	i := w.rnd.IntN(len(w.channels))
	c := w.channels[i]
	switch n := w.rnd.IntN(4); {
	case n == 0 && !c.closing && w.free[c.requester] > 10:
		c.deposit += 10
		w.emit(Deployment.Market, "ChannelToppedUp", tuple(amount(10), amount(c.deposit)), c.id, c.requester)
		w.lock(c.requester, 10, Deployment.Market)
	case n == 1 && !c.closing:
		old := c.delegate
		c.delegate = name20("delegate", w.rnd.IntN(100))
		w.emit(Deployment.Market, "DelegateChanged", tuple(w.time+10), c.id, c.delegate, old)
	case n == 2 && !c.closing:
		c.closing = true
		w.emit(Deployment.Market, "ChannelClosing", tuple(w.time+10), c.id, c.requester)
	case n == 3 && c.closing:
		w.channels[i] = w.channels[len(w.channels)-1]
		w.channels = w.channels[:len(w.channels)-1]
		w.emit(Deployment.Market, "ChannelSwept", tuple(amount(c.deposit-c.paid), amount(c.paid)), c.id, c.requester)
		w.release(c.requester, c.deposit-c.paid, Deployment.Market)
	}
}

// redeem is one batch of up to ten vouchers of one provider.
func (w *World) redeem() {
	if len(w.channels) == 0 || len(w.versions) == 0 {
		return
	}
	p, epoch := pick(w, w.providers), w.time/w.epoch
	epoch = max(epoch, w.through[p])
	w.staker(p)
	for range 1 + w.rnd.IntN(10) {
		// A channel keeps to its relayer and to two versions.
		i := len(w.channels) - 1 - w.rnd.IntN(min(500, len(w.channels)))
		c, relayer := w.channels[i], w.relayers[i%3]
		version := w.versions[(i+w.rnd.IntN(2))%len(w.versions)]
		if w.rnd.IntN(4) > 0 {
			p = w.providers[i%len(w.providers)]
			w.staker(p)
			epoch = max(w.time/w.epoch, w.through[p])
		}
		rest := c.deposit - c.paid
		if rest == 0 {
			if w.rnd.IntN(8) > 0 {
				continue
			}
			w.emit(Deployment.Market, "VoucherRejected", tuple(w.fresh("voucher"), [4]byte{1, 2, 3, 4}), c.id, p)
			continue
		}
		n := 1 + w.rnd.Uint64N(max(1, rest/20))
		if w.rnd.IntN(25) == 0 {
			n = rest
		}
		key := protocol.Line{Channel: c.id, Provider: p, ModelVersion: version, Relayer: relayer}
		l := w.lines[key]
		if l == nil {
			l = &line{}
			w.lines[key] = l
			w.lineKeys = append(w.lineKeys, key)
		}
		c.paid += n
		l.paid += n
		l.count += 1 + w.rnd.Uint64N(50)
		w.emit(Deployment.Market, "VoucherRedeemed", tuple(relayer, amount(l.paid+7), l.count, w.fresh("root"), amount(n), amount(l.paid), l.checkpoints, epoch), c.id, p, version)
		if len(w.redeems) > 200 { // the others come too late for a draw
			w.redeems = append(w.redeems[:0], w.redeems[100:]...)
		}
		w.redeems = append(w.redeems, redeem{key, l.checkpoints, l.paid - n, n})
		l.checkpoints++
		ck := creditKey{p, version, relayer, epoch}
		if _, ok := w.amounts[ck]; !ok {
			w.credits = append(w.credits, ck)
		}
		w.amounts[ck] += n
	}
	w.emit(Deployment.Staking, "ExitMoved", tuple(w.time+50), p)
}

func (w *World) split(fee uint64, relayer common.Address) (s events.Split) {
	creator, parent, auditors, protocolPart := fee/10, fee/20, fee/50, fee/50
	rel := fee / 40
	if relayer == (common.Address{}) {
		rel = 0
	}
	own := fee - creator - parent - auditors - protocolPart - rel
	return events.Split{Provider: amount(own), Creator: amount(creator), Parent: amount(parent), Relayer: amount(rel), Auditors: amount(auditors), Protocol: amount(protocolPart)}
}

func (w *World) paySplit(p, relayer common.Address, s events.Split, forfeited bool) {
	n := func(a protocol.Amount) uint64 { u, _ := a.Uint64(); return u }
	if forfeited {
		w.burn(n(s.Provider), Deployment.Market)
	} else {
		w.release(p, n(s.Provider), Deployment.Market)
	}
	w.release(pick(w, w.people), n(s.Creator)+n(s.Parent), Deployment.Market)
	w.release(relayer, n(s.Relayer), Deployment.Market)
	w.release(Deployment.Slasher, n(s.Auditors), Deployment.Market)
	w.release(name20("treasury", 0), n(s.Protocol), Deployment.Market)
}

func (w *World) mature() {
	if len(w.credits) == 0 {
		return
	}
	i := w.rnd.IntN(len(w.credits))
	k := w.credits[i]
	if k.epoch+5 > w.time/w.epoch {
		return
	}
	w.credits[i] = w.credits[len(w.credits)-1]
	w.credits = w.credits[:len(w.credits)-1]
	fee := w.amounts[k]
	forfeited := k.epoch < w.through[k.provider]
	s := w.split(fee, k.relayer)
	data := tuple(append(append([]any{k.epoch, amount(fee)}, splitWords(s)...), forfeited)...)
	w.emit(Deployment.Market, "CreditMatured", data, k.version, k.provider, k.relayer)
	w.paySplit(k.provider, k.relayer, s, forfeited)
}

func (w *World) slash(p common.Address) {
	s := w.stakers[p]
	if s == nil || s.stake < 100 || w.rnd.IntN(3) > 0 {
		return
	}
	n := s.stake * 15 / 100
	s.stake -= n
	s.unbonding = min(s.unbonding, s.stake)
	w.emit(Deployment.Staking, "Slashed", tuple(amount(n), amount(n-10), amount(s.stake)), p, w.fresh("cause"))
	w.release(pick(w, w.people), 10, Deployment.Staking)
	w.burn(n-10, Deployment.Staking)
	w.forfeit(p)
	w.emit(Deployment.Staking, "ExitHeldForDispute", tuple(amount(n), w.time+30), p)
	w.emit(Deployment.Market, "CreditHeld", tuple(w.time+40, 0), p)
}

// forfeit burns what a provider has pending, from a fault on.
func (w *World) forfeit(p common.Address) {
	through := max(w.time/w.epoch, w.through[p])
	for _, k := range w.credits {
		if k.provider == p {
			through = max(through, k.epoch)
		}
	}
	w.through[p] = through + 1
	w.emit(Deployment.Market, "CreditForfeited", tuple(through, w.time), p)
}

func (w *World) job() {
	if len(w.versions) == 0 {
		return
	}
	if len(w.jobs) == 0 || w.rnd.IntN(3) == 0 {
		w.requestJob(pick(w, w.people))
		return
	}
	i := w.rnd.IntN(len(w.jobs))
	j := w.jobs[i]
	done := func() {
		w.jobs[i] = w.jobs[len(w.jobs)-1]
		w.jobs = w.jobs[:len(w.jobs)-1]
	}
	switch {
	case j.state == "requested" && w.rnd.IntN(4) == 0:
		done()
		w.emit(Deployment.Market, "JobRefunded", tuple(amount(j.maxFee), amount(0)), j.id, j.requester, common.Address{})
		w.release(j.requester, j.maxFee, Deployment.Market)
	case j.state == "requested":
		j.state, j.provider = "accepted", pick(w, w.providers)
		w.staker(j.provider)
		w.emit(Deployment.Market, "JobAccepted", tuple(w.relayers[1]), j.id, j.provider, name20("operator", 1))
	case j.state == "accepted" && w.rnd.IntN(5) == 0:
		done()
		s := w.stakers[j.provider]
		penalty := min(j.maxFee, s.stake)
		w.emit(Deployment.Market, "JobRefunded", tuple(amount(j.maxFee), amount(penalty)), j.id, j.requester, j.provider)
		w.release(j.requester, j.maxFee, Deployment.Market)
		if penalty > 0 {
			s.stake -= penalty
			s.unbonding = min(s.unbonding, s.stake)
			w.emit(Deployment.Staking, "Penalized", tuple(amount(penalty), amount(s.stake)), j.provider, j.id)
			w.burn(penalty, Deployment.Staking)
		}
	case j.state == "accepted":
		j.state = "delivered"
		r := protocol.Receipt{RequestHash: w.fresh("request"), Provider: j.provider, Seq: w.nonce, OutputRoot: w.fresh("output"), OutputTokens: 3, Finish: protocol.FinishStop,
			TraceRoot: w.fresh("trace"), Fee: amount(j.maxFee / 2), CompletedAt: w.time}
		domain := protocol.Domain{ChainID: Deployment.ChainID, Market: Deployment.Market}
		w.receipts = append(w.receipts, &disputed{hash: domain.Digest(r), provider: j.provider, job: j.id})
		receipt := []any{r.RequestHash, r.Provider, r.Seq, r.OutputRoot, r.OutputTokens, r.Finish, r.TraceRoot, r.Fee, r.CompletedAt}
		w.emit(Deployment.Market, "JobDelivered", tuple(append(receipt, numbers([]uint32{1, 2, 3}), w.time+20)...), j.id, j.provider)
	default:
		done()
		fee := j.maxFee / 2
		s := w.split(fee, w.relayers[1])
		w.emit(Deployment.Market, "JobFinalized", tuple(append(append([]any{amount(fee), amount(j.maxFee - fee)}, splitWords(s)...), false)...), j.id, j.provider)
		w.release(j.requester, j.maxFee-fee, Deployment.Market)
		w.paySplit(j.provider, w.relayers[1], s, false)
		w.emit(Deployment.Market, "JobCallback", tuple(w.rnd.IntN(2) == 0), j.id, name20("game", 0))
	}
}

func (w *World) requestJob(a common.Address) {
	fee := w.free[a] / 50
	if fee == 0 {
		return
	}
	j := &job{id: w.fresh("job"), requester: a, version: pick(w, w.versions), maxFee: fee, state: "requested"}
	w.jobs = append(w.jobs, j)
	request := []any{j.id, j.version, a, w.fresh("prompt"), uint32(4), uint32(16), w.fresh("params"), amount(5), amount(6), amount(fee), w.time + 60,
		protocol.AudienceAnyone, w.fresh("salt")}
	order := dynamic(tuple(j.version, numbers([]uint32{5, 6, 7, 8}), uint32(16), text("params"), amount(5), amount(6), amount(fee), w.time+60,
		w.fresh("salt"), name20("game", 0), uint32(100_000), w.rnd.IntN(2) == 0))
	w.emit(Deployment.Market, "JobRequested", tuple(append(request, order)...), j.id, a, j.version)
	w.lock(a, fee, Deployment.Market)
}

func (w *World) govern() {
	shares := []any{uint16(w.rnd.IntN(500)), uint16(w.rnd.IntN(500)), uint16(w.rnd.IntN(500))}
	switch w.rnd.IntN(4) {
	case 0:
		w.emit(Deployment.Market, "SharesScheduled", tuple(append(shares, w.time+100)...))
	case 1:
		w.emit(Deployment.Market, "SharesChanged", tuple(shares...))
	case 2:
		w.emit(Deployment.Market, "PausedNewRequests", tuple(w.rnd.IntN(2) == 0))
	case 3:
		w.emit(Deployment.Market, "TreasuryChanged", nil, pick(w, w.people))
	}
}
