package auditor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/contracts"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// Asked is one question of this auditor on chain.
type Asked struct {
	Question common.Hash `json:"question"`
	What     string      `json:"what"`
	// Times counts how often it was asked; Intent is the last transaction about it.
	Times  int         `json:"times"`
	Intent common.Hash `json:"intent,omitzero"`
	// Expired are the transactions that ended it as unanswered: the last of them may convict.
	Expired []common.Hash `json:"expired,omitempty"`
	State   string        `json:"state"` // asked, open, expiring, silent, answered
	Node    *Place        `json:"node,omitempty"`
}

// Place is a contracts.Node in JSON.
type Place struct {
	Kind   uint8       `json:"kind"`
	Level  uint8       `json:"level,omitempty"`
	T      uint32      `json:"t,omitempty"`
	L      uint32      `json:"l,omitempty"`
	Vector uint32      `json:"vector,omitempty"`
	Index  uint32      `json:"index,omitempty"`
	Size   uint32      `json:"size,omitempty"`
	Hash   common.Hash `json:"hash,omitzero"`
}

func placeOf(n contracts.Node) *Place {
	return &Place{n.Kind, n.Level, n.T, n.L, n.Vector, n.Index, n.Size, n.Hash}
}

func (p Place) node() contracts.Node {
	return contracts.Node{Kind: p.Kind, Level: p.Level, T: p.T, L: p.L, Vector: p.Vector, Index: p.Index, Size: p.Size, Hash: p.Hash}
}

// errPending says that something on chain is waited for: an answer, or that a block is final.
var errPending = errors.New("waiting for the chain")

// withheld counts what a provider does not serve. When patience is over it is asked on
// chain, from then on about everything.
func (j *judge) withheld(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, errPending):
		return j.convicted(ctx, err)
	case !isUnserved(err) || j.c.State == Asking:
		return err
	}
	j.a.metrics.unserved()
	if j.c.Unserved++; j.c.Unserved >= j.a.cfg.Patience {
		j.c.State = Asking
		j.shown = map[step.Block]*claimed{} // they hold sources that ask off chain
		j.a.log.Warn("provider does not serve, asking on chain", "receipt", j.c.Receipt, "provider", j.c.Provider, "err", err)
		return nil
	}
	return err
}

// convicted ends a case whose silence was a proven fault, or that somebody else proved.
func (j *judge) convicted(ctx context.Context, pending error) error {
	kind, err := j.a.deps.Chain.FaultOf(ctx, j.c.Receipt)
	if err != nil || kind == contracts.FaultNone {
		return errors.Join(err, pending)
	}
	if err := j.release(ctx); err != nil {
		return err
	}
	type sent struct {
		intent common.Hash
		gas    uint64
	}
	own := map[common.Hash]sent{} // of silence nobody is named
	for _, asked := range j.c.Asked {
		for _, intent := range asked.Expired {
			receipt, err := j.a.deps.Sender.WaitFinal(ctx, intent)
			if errors.As(err, new(*txmgr.Failed)) {
				continue
			}
			if err != nil {
				return err
			}
			own[receipt.TxHash] = sent{intent, receipt.GasUsed}
		}
	}
	mine, err := j.settled(ctx)
	if err != nil {
		return err
	}
	j.c.Fault = &Finding{Kind: j.c.Verdict.Kind, Name: "withheld"}
	if by, ok := own[j.c.Verdict.Tx]; ok {
		j.c.Intent, j.c.Gas, mine = by.intent, by.gas, true
	}
	if !mine {
		return j.beaten(ctx, errors.New("while its provider was asked"))
	}
	return j.done()
}

// release takes back the bonds of own questions that nobody will answer, as the receipt is proven wrong.
func (j *judge) release(ctx context.Context) error {
	for i := range j.c.Asked {
		asked := &j.c.Asked[i]
		if asked.Times == 0 || asked.Node == nil {
			continue
		}
		q, err := j.a.deps.Chain.Question(ctx, asked.Question)
		if err != nil {
			return err
		}
		if q.State == contracts.QuestionOpen && q.Asker == j.a.deps.Sender.Address() {
			return j.expire(ctx, asked, asked.Node.node())
		}
	}
	return nil
}

// answer returns what the provider answered on chain about a node, and asks where nobody
// did: it is errPending until there is an answer. Silence is expired, which slashes, and
// asked again.
func (j *judge) answer(ctx context.Context, what string, n contracts.Node, ask func(e contracts.Evidence, salt common.Hash) protocol.Call) ([]byte, error) {
	reader := j.a.deps.Chain
	id := contracts.QuestionID(j.c.Receipt, n)
	q, err := reader.Question(ctx, id)
	if err != nil {
		return nil, err
	}
	record := j.record(id, what)
	record.Node = placeOf(n)
	switch q.State {
	case contracts.QuestionAnswered:
		if record.State != "answered" {
			record.State = "answered"
			j.a.metrics.asked("answered")
		}
		return reader.Answer(ctx, id, j.a.cfg.StartBlock)
	case contracts.QuestionOpen:
		now, err := reader.Now(ctx)
		if err != nil {
			return nil, err
		}
		if now < q.Deadline {
			return nil, errPending
		}
		return nil, j.expire(ctx, record, n)
	}
	return nil, j.pose(ctx, record, ask)
}

func (j *judge) record(id common.Hash, what string) *Asked {
	for i := range j.c.Asked {
		if j.c.Asked[i].Question == id {
			return &j.c.Asked[i]
		}
	}
	j.c.Asked = append(j.c.Asked, Asked{Question: id, What: what})
	return &j.c.Asked[len(j.c.Asked)-1]
}

// pose asks a question that is not open. Each asking has a salt of its own, so that the
// outbox sends each once.
func (j *judge) pose(ctx context.Context, r *Asked, ask func(contracts.Evidence, common.Hash) protocol.Call) error {
	if r.State == "expiring" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Wait); err != nil {
			return err
		}
		r.State = "silent"
		j.a.metrics.asked("silent")
		return errPending // what the silence did is looked at before it is asked again
	}
	if r.State == "asked" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Wait); err != nil {
			return err
		}
		if r.State == "asked" {
			r.State = "open" // it is mined: what is read from now on counts
			return errPending
		}
	}
	if r.State == "open" { // and yet it is not: a reorg took it back for now, or somebody else expired it
		if err := j.sent(ctx, r, j.a.deps.Sender.WaitFinal); err != nil {
			return err
		}
		r.State = "silent"
	}
	payment, err := j.payment(ctx)
	if err != nil {
		return err
	}
	call := ask(j.evidence(payment), salt("ask", r.Question, r.Times))
	if _, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call); err != nil {
		if e := new(chain.ContractError); errors.As(err, &e) && e.Name == "ReceiptProven" {
			err = errors.Join(errPending, err) // then nothing is asked any more, and the case ends
		}
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	// INVARIANT: a crash before the count is on disk repeats the salt, and with it the same transaction.
	if r.Intent, err = j.a.deps.Sender.Submit(ctx, call); err != nil {
		return fmt.Errorf("ask for %s: %w", r.What, err)
	}
	r.Times, r.State = r.Times+1, "asked"
	j.a.metrics.asked("asked")
	return errPending
}

// sent waits until the last transaction about a question is mined. One that failed leaves
// the question as it was: it is looked at again.
func (j *judge) sent(ctx context.Context, r *Asked, wait func(context.Context, common.Hash) (*types.Receipt, error)) error {
	look, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	_, err := wait(look, r.Intent)
	var failed *txmgr.Failed
	switch {
	case errors.As(err, &failed):
		r.State = ""
		return nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return errPending
	}
	return err
}

// glance is how long a case looks for a transaction before others have their turn.
const glance = 100 * time.Millisecond

func (j *judge) expire(ctx context.Context, r *Asked, n contracts.Node) error {
	if r.State == "expiring" {
		if err := j.sent(ctx, r, j.a.deps.Sender.Wait); err != nil {
			return err
		}
		return errPending
	}
	payment, err := j.payment(ctx)
	if err != nil {
		return err
	}
	call := j.a.deps.Chain.Addresses().Expire(j.evidence(payment), n, salt("expire", r.Question, r.Times))
	if _, err := j.a.deps.Chain.Simulate(ctx, j.a.deps.Sender.Address(), call); err != nil {
		return errors.Join(errPending, fmt.Errorf("expire the question for %s: %w", r.What, err))
	}
	if r.Intent, err = j.a.deps.Sender.Submit(ctx, call); err != nil {
		return fmt.Errorf("expire the question for %s: %w", r.What, err)
	}
	if r.State = "expiring"; !slices.Contains(r.Expired, r.Intent) {
		r.Expired = append(r.Expired, r.Intent)
	}
	return errPending
}

func salt(act string, question common.Hash, n int) common.Hash {
	return hashOf([]byte("dgrid auditor "+act), question[:], []byte{byte(n >> 8), byte(n)})
}

// walk descends the boundary tree on chain to the first leaf that differs from the
// replay's, and returns the provider's tree as far as that shows it: all of the replay's
// if only the salt is another.
func (j *judge) walk(ctx context.Context, own []common.Hash) (*tree, error) {
	at := j.a.deps.Chain.Addresses()
	mine := newTree(own, nil)
	n := contracts.TraceNode(j.b.Receipt.TraceRoot, len(own))
	ask := at.AskTrace
	what := "the trace"
	var nodes []Node
	var salt common.Hash
	for {
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return nil, err
		}
		shown, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return nil, err
		}
		if contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			salt = shown // further down the contract reads none
		}
		down := min(int(n.Level), contracts.NodeStep)
		level, first := int(n.Level)-down, int(n.Index)<<down
		nodes = append(nodes, folded(level, first, children)...)
		child := -1
		for i, hash := range children {
			if misshapen(len(own), level, first+i, hash) {
				return newSalted(own, nodes, salt), nil
			}
			if child < 0 && hash != mine.node(level, first+i) {
				child = i
			}
		}
		if child < 0 && contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			return newSalted(own, nodes, salt), nil // the replay's tree under another salt
		}
		if child < 0 {
			return nil, fmt.Errorf("children of a node that differs are those of the replay: %w", protocol.ErrInternal)
		}
		if level == 0 {
			leaves := append([]common.Hash(nil), own...)
			leaves[first+child] = children[child]
			return newSalted(leaves, nodes, salt), nil
		}
		parent := n
		n.Kind, n.Level, n.Index, n.Hash = uint8(contracts.NodeBoundary), uint8(level), uint32(first+child), children[child]
		what = fmt.Sprintf("node %d of level %d of the trace", first+child, level)
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return at.AskChild(e, parent, children, uint32(child), salt)
		}
	}
}

// folded are the children of a node and everything between them and it, with it.
func folded(level, first int, children []common.Hash) (nodes []Node) {
	for row := children; ; level, first = level+1, first/2 {
		for i, h := range row {
			nodes = append(nodes, Node{level, first + i, h})
		}
		if len(row) == 1 {
			return nodes
		}
		row = protocol.MerkleAbove(row)
	}
}

// askOpening gets a signed opening on chain.
func (j *judge) askOpening(ctx context.Context, at step.Block) (*Opening, error) {
	n := contracts.Node{Kind: uint8(contracts.NodeBlock), T: uint32(at.T), L: uint32(at.L)}
	raw, err := j.answer(ctx, fmt.Sprintf("block (%d, %d)", at.T, at.L), n, func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return j.a.deps.Chain.Addresses().AskBlock(e, uint32(at.T), uint32(at.L), salt)
	})
	if err != nil {
		return nil, err
	}
	root, signature, err := contracts.DecodeBlockAnswer(raw)
	if err != nil {
		return nil, err
	}
	return &Opening{Opening: protocol.Opening{ReceiptHash: j.c.Receipt, T: n.T, L: n.L, BlockRoot: root}, Signature: signature}, nil
}

// below collects the leaves of a tree that an opening commits to, on chain. What is equal
// in the block itself is not asked for.
func (j *judge) below(ctx context.Context, what string, n contracts.Node, own []common.Hash, ask func(contracts.Evidence, common.Hash) protocol.Call) ([]common.Hash, error) {
	mine := newTree(own, nil)
	leaves := make([]common.Hash, 1<<mine.depth())
	var descend func(n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) error
	descend = func(n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) error {
		level, index := int(n.Level), int(n.Index)
		if n.Hash == mine.node(level, index) || level == 0 {
			for i := index << level; i < (index+1)<<level; i++ {
				leaves[i] = mine.node(0, i)
			}
			if level == 0 {
				leaves[index] = n.Hash
			}
			return nil
		}
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return err
		}
		_, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return err
		}
		down := min(level, contracts.NodeStep)
		for i, hash := range children {
			child := n
			child.Level, child.Index, child.Hash = uint8(level-down), uint32(index<<down|i), hash
			if hash == (common.Hash{}) || int(child.Index)<<child.Level >= len(own) && child.Level == 0 {
				if child.Level == 0 {
					leaves[child.Index] = hash
				}
				continue // nothing is below it, or nothing that counts
			}
			err := descend(child, func(e contracts.Evidence, salt common.Hash) protocol.Call {
				return j.a.deps.Chain.Addresses().AskChild(e, n, children, uint32(i), salt)
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	return leaves, descend(n, ask)
}

// askLeaves gets the chunk leaves under a boundary leaf that differs, on chain: below the
// answer that showed the leaf.
func (j *judge) askLeaves(ctx context.Context, s *claimed, n int) error {
	row := j.m.arch.Layers + 1
	index := s.own.T*row + s.own.L
	own := make([]common.Hash, 0, n)
	for c := range n {
		words, err := s.own.Chunk(outOf(s.own.Block), c)
		if err != nil {
			return err
		}
		own = append(own, chunk.Leaf(words))
	}
	top := contracts.TraceNode(j.b.Receipt.TraceRoot, len(j.tree.leaves))
	parent, children, child, err := j.parent(ctx, "the trace", top, index, j.a.deps.Chain.Addresses().AskTrace)
	if err != nil {
		return err
	}
	below := contracts.Node{Kind: uint8(contracts.NodeBoundaryChunks), Level: uint8(protocol.MerkleDepth(n)), T: uint32(s.own.T), L: uint32(s.own.L),
		Size: uint32(n), Hash: j.tree.node(0, index)}
	const what = "chunks of a boundary"
	ask := func(e contracts.Evidence, salt common.Hash) protocol.Call {
		return j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
	}
	if below.Level > contracts.NodeStep {
		raw, err := j.answer(ctx, what, below, ask)
		if err != nil {
			return err
		}
		_, row, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return err
		}
		level := int(below.Level) - contracts.NodeStep
		for i, hash := range row {
			// Nothing is asked about a node behind the last leaf: it is wrong as it stands.
			if misshapen(n, level, i, hash) {
				s.source.kept.Leaves, s.source.kept.LeafNodes = own, folded(level, 0, row)
				return nil
			}
		}
	}
	list, err := j.below(ctx, what, below, own, ask)
	if err == nil {
		s.source.kept.Leaves = list
	}
	return err
}

// outOf is the vector at the end of a block.
func outOf(at step.Block) step.VectorID {
	if at.L == 0 {
		return step.EmbedOut
	}
	return step.Out
}

// chainSource hands out what stands under an opening from answers on chain.
type chainSource struct {
	j    *judge
	s    *claimed
	kept *Opening
	// What leads to each of a vector's many digests is made and read once.
	own   map[step.VectorID]*tree
	tops  map[step.VectorID]top
	below map[contracts.Node][]common.Hash
}

// top is the question about the root of a vector.
type top struct {
	node contracts.Node
	ask  func(contracts.Evidence, common.Hash) protocol.Call
}

func newChainSource(j *judge, s *claimed, kept *Opening) *chainSource {
	return &chainSource{j: j, s: s, kept: kept, own: map[step.VectorID]*tree{}, tops: map[step.VectorID]top{}, below: map[contracts.Node][]common.Hash{}}
}

// children returns the nodes that the provider showed below one.
func (c *chainSource) children(ctx context.Context, what string, n contracts.Node, ask func(contracts.Evidence, common.Hash) protocol.Call) ([]common.Hash, error) {
	if list, ok := c.below[n]; ok {
		return list, nil
	}
	raw, err := c.j.answer(ctx, what, n, ask)
	if err != nil {
		return nil, err
	}
	_, list, err := contracts.DecodeNodeAnswer(raw)
	if err == nil {
		c.below[n] = list
	}
	return list, err
}

func (c *chainSource) vectors() contracts.Node {
	count := len(c.s.own.Layout)
	return contracts.Node{Kind: uint8(contracts.NodeVectors), Level: uint8(protocol.MerkleDepth(count)), T: c.kept.Opening.T, L: c.kept.Opening.L,
		Size: uint32(count), Hash: c.kept.Opening.BlockRoot}
}

func (c *chainSource) askRoots(e contracts.Evidence, salt common.Hash) protocol.Call {
	return c.j.a.deps.Chain.Addresses().AskOpening(e, c.kept.Opening, c.kept.Signature, salt)
}

func (c *chainSource) roots(ctx context.Context) ([]common.Hash, error) {
	what := fmt.Sprintf("vectors of block (%d, %d)", c.kept.Opening.T, c.kept.Opening.L)
	return c.j.below(ctx, what, c.vectors(), c.s.own.Roots(), c.askRoots)
}

// digests is the question about the root of a vector, and how it is asked: as a child of
// the answer that shows it, or, of a block of one vector, about the opening itself.
func (c *chainSource) digests(ctx context.Context, id step.VectorID) (top, error) {
	if t, ok := c.tops[id]; ok {
		return t, nil
	}
	all := c.vectors()
	chunks := c.s.own.Layout[id].Chunks()
	t := top{contracts.Node{Kind: uint8(contracts.NodeDigests), Level: uint8(protocol.MerkleDepth(chunks)), T: all.T, L: all.L, Vector: uint32(id),
		Size: uint32(chunks), Hash: c.kept.Roots[id]}, c.askRoots}
	if all.Level > 0 {
		parent, children, child, err := c.j.parent(ctx, "vectors of a block", all, int(id), c.askRoots)
		if err != nil {
			return top{}, err
		}
		t.ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
		}
	}
	c.tops[id] = t
	return t, nil
}

// parent finds the node right above a leaf of a tree, its answer, and which child leads to
// the leaf. What was not asked on the way, because the leaves were served, is asked.
func (j *judge) parent(ctx context.Context, what string, n contracts.Node, leaf int, ask func(contracts.Evidence, common.Hash) protocol.Call) (contracts.Node, []common.Hash, uint32, error) {
	for {
		raw, err := j.answer(ctx, what, n, ask)
		if err != nil {
			return n, nil, 0, err
		}
		_, children, err := contracts.DecodeNodeAnswer(raw)
		if err != nil {
			return n, nil, 0, err
		}
		down := min(int(n.Level), contracts.NodeStep)
		level := int(n.Level) - down
		child := uint32(leaf>>level) - n.Index<<down
		if level == 0 {
			return n, children, child, nil
		}
		above := n
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return j.a.deps.Chain.Addresses().AskChild(e, above, children, child, salt)
		}
		if contracts.NodeKind(n.Kind) == contracts.NodeTrace {
			n.Kind = uint8(contracts.NodeBoundary)
		}
		n.Level, n.Index, n.Hash = uint8(level), uint32(leaf>>level), children[child]
	}
}

// digest finds the digest of a chunk and its siblings up to the root of its vector. Only
// what leads to it and differs from the auditor's own is asked for: whoever makes all
// behind its lie differ must not win a clock for each of it.
func (c *chainSource) digest(ctx context.Context, id step.VectorID, at int) (common.Hash, []common.Hash, error) {
	mine := c.own[id]
	if mine == nil {
		mine = newTree(c.s.own.Digests(id), nil)
		c.own[id] = mine
	}
	if mine.root() == c.kept.Roots[id] {
		return mine.node(0, at), mine.path(0, at), nil
	}
	if mine.depth() == 0 {
		return c.kept.Roots[id], nil, nil
	}
	t, err := c.digests(ctx, id)
	if err != nil {
		return common.Hash{}, nil, err
	}
	n, ask := t.node, t.ask
	var above []common.Hash
	for {
		level := int(n.Level)
		switch {
		case level == 0:
			return n.Hash, above, nil
		case n.Hash == mine.node(level, int(n.Index)):
			return mine.node(0, at), append(mine.path(0, at)[:level], above...), nil
		case n.Hash == (common.Hash{}): // all below it is zero
			return common.Hash{}, append(make([]common.Hash, level), above...), nil
		}
		children, err := c.children(ctx, "digests of "+c.s.own.Layout[id].Name, n, ask)
		if err != nil {
			return common.Hash{}, nil, err
		}
		lower := level - min(level, contracts.NodeStep)
		child := at>>lower - int(n.Index)<<(level-lower)
		siblings, err := protocol.MerklePath(children, child)
		if err != nil {
			return common.Hash{}, nil, err
		}
		above = append(siblings, above...)
		parent := n
		n.Level, n.Index, n.Hash = uint8(lower), uint32(at>>lower), children[child]
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, uint32(child), salt)
		}
	}
}

func (c *chainSource) words(ctx context.Context, id step.VectorID, at int, digest common.Hash) ([]byte, error) {
	vec := c.s.own.Layout[id]
	n := contracts.Node{Kind: uint8(contracts.NodeChunk), Level: uint8(vec.Kind), T: c.kept.Opening.T, L: c.kept.Opening.L, Vector: uint32(id),
		Index: uint32(at), Size: uint32(vec.Length(at)), Hash: digest}
	t, err := c.digests(ctx, id)
	if err != nil {
		return nil, err
	}
	ask := t.ask
	if t.node.Level > 0 {
		parent, children, child, err := c.j.parent(ctx, "digests of "+vec.Name, t.node, at, ask)
		if err != nil {
			return nil, err
		}
		ask = func(e contracts.Evidence, salt common.Hash) protocol.Call {
			return c.j.a.deps.Chain.Addresses().AskChild(e, parent, children, child, salt)
		}
	}
	raw, err := c.j.answer(ctx, fmt.Sprintf("chunk %d of %s", at, vec.Name), n, ask)
	if err != nil {
		return nil, err
	}
	list, err := contracts.DecodeChunkAnswer(raw)
	if err != nil {
		return nil, err
	}
	words := make([]byte, 0, len(list)*chunk.WordBytes)
	for _, w := range list {
		words = append(words, w[:]...)
	}
	return words, nil
}
