package economics

// Party is a set of roles that a cheater plays itself, or by puppets.
type Party uint8

const (
	Bounty   Party = 1 << iota // an auditor that is first in line with every proof
	Puppets                    // auditors that sign off whatever they are drawn for
	Relayer                    // a relayer that gets the relayer's part
	Creator                    // the model's creator and its parent's
	Resold                     // a gateway: users pay it, it is the requester that is refunded
	Everyone = Bounty | Puppets | Relayer | Creator | Resold
)

// Reaction is what a provider does once one of its wrong answers is drawn.
type Reaction uint8

const (
	Answer   Reaction = iota // opens what it is asked: the fault is proven
	Silence                  // answers no question
	Evacuate                 // has its own auditor prove faults on its own small receipts first, to bring stake home
	Confess                  // reports the smaller rung of equivocation on the receipt
)

// evacuations is how many faults on its own receipts an evacuating cheater proves:
// 0.85^20 leaves 4 % of the stake.
const evacuations = 20

// Strategy is one way to earn, repeated in every dispute window. The zero value
// answers honestly as much as its credit allows.
type Strategy struct {
	Name  string `json:"name"`
	About string `json:"about"`

	Answers    int   `json:"answers,omitempty"`     // per window; 0: as many as pending credit allows
	FeePPM     int64 `json:"fee_ppm,omitempty"`     // of the largest fee; 0: the largest
	WrongEvery int   `json:"wrong_every,omitempty"` // one answer in so many is wrong; 0: none
	Batch      int   `json:"batch,omitempty"`       // answers per redeem; 0: all in one
	Pieces     int   `json:"pieces,omitempty"`      // an answer is paid by so many redeems; 0: by one
	Shrink     int64 `json:"shrink,omitempty"`      // the stake was so many times larger when it answered; 0: no larger
	Adaptive   bool  `json:"adaptive,omitempty"`    // after every redeem goes on or stops, whatever is best
	Windows    int   `json:"windows,omitempty"`     // how long it goes on; 0: one window
	Identities int   `json:"identities,omitempty"`  // the stake is split over so many; 0: one

	Own       Party    `json:"own,omitempty"`
	Reaction  Reaction `json:"reaction,omitempty"`
	UnbondBPS int64    `json:"unbond_bps,omitempty"` // of the stake leaves by unbonding, after the answers
	Early     bool     `json:"early,omitempty"`      // it unbonds before the redeem, not after
	Wash      bool     `json:"wash,omitempty"`       // the requester is its own and nobody pays it
	Rewards   bool     `json:"rewards,omitempty"`    // it collects rewards by traffic
	Missed    bool     `json:"missed,omitempty"`     // accepts jobs and delivers none
	Flood     bool     `json:"flood,omitempty"`      // drawn, it asks itself until its credit would no longer be held; taken to be free
}

func (s Strategy) has(p Party) bool { return s.Own&p != 0 }
func (s Strategy) identities() int  { return max(1, s.Identities) }
func (s Strategy) windows() int     { return max(1, s.Windows) }

// Strategies returns every way to cheat that is asked about.
func Strategies() []Strategy {
	return []Strategy{
		{Name: "honest", About: "computes every answer"},
		{Name: "every answer wrong", About: "until credit is full, one redeem", WrongEvery: 1},
		{Name: "every answer wrong, small redeems", About: "one redeem an answer: draws are independent", WrongEvery: 1, Batch: 1},
		{Name: "every answer wrong, for ever", About: "goes on for twelve windows with what is left", WrongEvery: 1, Windows: 12},
		{Name: "one answer in ten wrong", About: "the rest computed, all of it pending", WrongEvery: 10},
		{Name: "one answer in ten wrong, own relayer and creator", About: "their parts are never forfeited", WrongEvery: 10, Own: Relayer | Creator},
		{Name: "patient, largest answers", About: "one wrong answer a window, nothing else pending", WrongEvery: 1, Answers: 1},
		{Name: "patient, small answers", About: "the same with a fiftieth of the largest fee", WrongEvery: 1, Answers: 1, FeePPM: PPM / 50},
		{Name: "patient, paid in pieces", About: "each answer is paid by eight redeems", WrongEvery: 1, Answers: 1, Pieces: 8},
		{Name: "redeem and unbond", About: "leaves with all its stake", WrongEvery: 1, Answers: 1, UnbondBPS: BPS},
		{Name: "unbond and redeem", About: "nine tenths unbond before the draw", WrongEvery: 1, Answers: 1, UnbondBPS: 9_000, Early: true},
		{Name: "own auditor first", About: "collects the bounty on itself", WrongEvery: 1, Answers: 1, Own: Bounty},
		{Name: "own auditors assigned", About: "puppets sign off what they are drawn for", WrongEvery: 1, Answers: 1, Own: Puppets},
		{Name: "own relayer", About: "keeps the relayer's part", WrongEvery: 1, Answers: 1, Own: Relayer},
		{Name: "own gateway", About: "resells, is the requester that is refunded", WrongEvery: 1, Answers: 1, Own: Resold},
		{Name: "own requester", About: "pays itself for wrong answers, bounty and refund come back", WrongEvery: 1, Answers: 10, Own: Everyone &^ Resold, Wash: true},
		{Name: "silent when drawn", About: "answers no question", WrongEvery: 1, Answers: 1, Reaction: Silence},
		{Name: "silent when drawn, all roles", About: "refunded, pays no bounty", WrongEvery: 1, Answers: 1, Reaction: Silence, Own: Everyone},
		{Name: "withhold answers", About: "accepts ten jobs and delivers none", Answers: 10, Missed: true},
		{Name: "confess the smaller fault", About: "reports equivocation on what was drawn", WrongEvery: 1, Answers: 1, Reaction: Confess, Own: Everyone},
		{Name: "evacuate the stake", About: "drawn, it slashes itself into its own pocket first", WrongEvery: 1, Reaction: Evacuate, Own: Everyone},
		{Name: "all roles, patient", About: "auditors, gateway, relayer, creator; paid in pieces", WrongEvery: 1, Answers: 1, Pieces: 8, Own: Everyone},
		{Name: "all roles, fast", About: "as much as credit allows, small redeems", WrongEvery: 1, Batch: 1, Own: Everyone},
		{Name: "all roles, best stopping", About: "stops after one answer; once caught goes on, as credit is lost anyhow", WrongEvery: 1, Adaptive: true, Own: Everyone},
		{Name: "floods itself to save its credit", About: "best stopping; once caught its puppets ask, to be convicted later", WrongEvery: 1, Adaptive: true, Own: Everyone, Flood: true},
		{Name: "all roles, stake shrunk", About: "answers, unbonds all but 1/200, redeems when the rest is gone", WrongEvery: 1, Shrink: 200, Own: Everyone},
		{Name: "all roles, stake split over 20", About: "twenty identities, patient", WrongEvery: 1, Answers: 1, Identities: 20, Own: Everyone},
		{Name: "wash trading for audits", About: "right answers to itself, puppets are paid for audits", Own: Everyone &^ Resold, Wash: true},
		{Name: "wash trading for audits, split over 20", About: "the same with small stakes and short stretches", Own: Everyone &^ Resold, Wash: true, Identities: 20},
		{Name: "wash trading for rewards", About: "the same, and rewards by traffic when they come", Own: Everyone &^ Resold, Wash: true, Rewards: true},
	}
}

// keep is what reaches the cheater's accounts of a fee, in basis points: own is the
// provider's part, that a fault forfeits, others its relayer's and creator's.
func (s Strategy) keep(p Parameters) (own, others int64) {
	own = BPS - p.RelayerBPS - p.ProtocolBPS - p.AuditorsBPS
	if s.has(Relayer) {
		others += p.RelayerBPS
	}
	if s.has(Creator) {
		others += p.MaxRoyaltyBPS
		own -= p.MaxRoyaltyBPS
	}
	return own, others
}
