package contracts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/dgrid-network/dgrid/bindings"
	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// NodeKind is what a question asks for; values are those of the contracts.
type NodeKind uint8

// The kinds of node.
const (
	NodeParams NodeKind = iota + 1
	NodePrompt
	NodeOutput
	NodeTrace
	NodeBoundary
	NodeBoundaryChunks
	NodeBlock
	NodeVectors
	NodeDigests
	NodeChunk
)

// Values of a question's state.
const (
	QuestionNone uint8 = iota
	QuestionOpen
	QuestionAnswered
)

// NodeStep is how many levels of a tree one answer shows at most.
const NodeStep = 6

// QuestionID names a question: keccak256(abi.encode(receiptHash, node)).
func QuestionID(receipt common.Hash, n Node) common.Hash {
	return crypto.Keccak256Hash(questions.PackQuestionId(receipt, n)[4:])
}

// TraceNode is the top of the boundary tree under a trace root: a tree of count leaves.
func TraceNode(root common.Hash, count int) Node {
	return Node{Kind: uint8(NodeTrace), Level: uint8(protocol.MerkleDepth(count)), Size: uint32(count), Hash: root}
}

// AskTrace asks for the top of the boundary tree. salt tells one asking from the one before.
func (a Addresses) AskTrace(e Evidence, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask trace", questions.PackAskTrace(e.bind())), salt)
}

// AskBlock asks for a signed opening.
func (a Addresses) AskBlock(e Evidence, t, l uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask block", questions.PackAskBlock(e.bind(), t, l)), salt)
}

// AskOpening asks for what is below the root of an opening.
func (a Addresses) AskOpening(e Evidence, o protocol.Opening, sig protocol.Bytes, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask opening", questions.PackAskOpening(e.bind(), SignedOpening(o, sig))), salt)
}

// AskChild asks for what is below a child of an answered node.
func (a Addresses) AskChild(e Evidence, parent Node, children []common.Hash, child uint32, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "ask child", questions.PackAskChild(e.bind(), parent, Hashes(children), child)), salt)
}

// Expire ends a question that nobody answered in time. salt tells it from one before.
func (a Addresses) Expire(e Evidence, n Node, salt common.Hash) protocol.Call {
	return salted(call(a.Questions, "expire question", questions.PackExpire(e.bind(), n)), salt)
}

// PayBond pays the bond of an answered question out.
func (a Addresses) PayBond(receipt common.Hash, n Node) protocol.Call {
	return call(a.Questions, "pay bond", questions.PackPayBond(receipt, n))
}

// AnswerParams answers with the request's canonical parameters.
func (a Addresses) AnswerParams(receipt common.Hash, n Node, params []byte) protocol.Call {
	return call(a.Questions, "answer params", questions.PackAnswerParams(receipt, n, params))
}

// AnswerTokens answers with a range of token leaves: their salts and ids, and the path above.
func (a Addresses) AnswerTokens(receipt common.Hash, n Node, salts, ids, path []common.Hash) protocol.Call {
	return call(a.Questions, "answer tokens", questions.PackAnswerTokens(receipt, n, Hashes(salts), Hashes(ids), Hashes(path)))
}

// AnswerBlock answers with a signed opening.
func (a Addresses) AnswerBlock(e Evidence, o protocol.Opening, sig protocol.Bytes) protocol.Call {
	return call(a.Questions, "answer block", questions.PackAnswerBlock(e.bind(), SignedOpening(o, sig)))
}

// AnswerNode answers with the nodes below one, and of the trace with its salt.
func (a Addresses) AnswerNode(receipt common.Hash, n Node, salt common.Hash, children []common.Hash) protocol.Call {
	return call(a.Questions, "answer node", questions.PackAnswerNode(receipt, n, salt, Hashes(children)))
}

// AnswerChunk answers with the words of a chunk and a proof that they are bound to its digest.
func (a Addresses) AnswerChunk(e Evidence, n Node, words []common.Hash, submitter common.Address, proof []byte) protocol.Call {
	return call(a.Questions, "answer chunk", questions.PackAnswerChunk(e.bind(), n, Hashes(words), submitter, proof))
}

// Question is what was asked and, once it is answered, by whom. Times are in Unix seconds.
type Question struct {
	Asker      common.Address
	AskedAt    uint64
	Deadline   uint64 // answers count before it
	State      uint8
	Answerer   common.Address
	Bond       *big.Int // zero once it was paid out
	AnswerHash common.Hash
}

// Question returns a question; its State is QuestionNone if it is not open and was not answered.
func (r *Reader) Question(ctx context.Context, id common.Hash) (Question, error) {
	q, err := chain.Call(ctx, r.client, r.at.Questions, nil, questions.PackQuestionOf(id), questions.UnpackQuestionOf)
	if err != nil {
		return Question{}, err
	}
	return question(q), nil
}

func question(q bindings.Question) Question {
	return Question{Asker: q.Asker, AskedAt: q.AskedAt.Uint64(), Deadline: q.Deadline.Uint64(), State: q.State, Answerer: q.Answerer,
		Bond: q.Bond, AnswerHash: q.AnswerHash}
}

// Dossier returns what questions did to a receipt.
func (r *Reader) Dossier(ctx context.Context, receipt common.Hash) (Dossier, error) {
	return chain.Call(ctx, r.client, r.at.Questions, nil, questions.PackDossierOf(receipt), questions.UnpackDossierOf)
}

// QuestionTerms returns the clocks and bonds of the deployment.
func (r *Reader) QuestionTerms(ctx context.Context) (Terms, error) {
	return chain.Call(ctx, r.client, r.at.Questions, nil, questions.PackTerms(), questions.UnpackTerms)
}

var (
	askedTopic    = crypto.Keccak256Hash([]byte("QuestionAsked(bytes32,bytes32,address,address,(uint8,uint8,uint32,uint32,uint32,uint32,uint32,bytes32),uint96,uint64)"))
	answeredTopic = crypto.Keccak256Hash([]byte("QuestionAnswered(bytes32,bytes32,address,(uint8,uint8,uint32,uint32,uint32,uint32,uint32,bytes32),bytes)"))
)

// Answer returns the bytes that answered a question which was asked at a block time;
// protocol.ErrNotFound if there are none.
func (r *Reader) Answer(ctx context.Context, question common.Hash, askedAt uint64) ([]byte, error) {
	l, err := r.newestLog(ctx, 0, askedAt, r.at.Questions, [][]common.Hash{{answeredTopic}, nil, {question}}, func(*types.Log) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	if l == nil {
		return nil, fmt.Errorf("answer to question %s: %w", question, protocol.ErrNotFound)
	}
	e, err := questions.UnpackQuestionAnsweredEvent(l)
	if err != nil {
		return nil, fmt.Errorf("decode answer: %w: %w", err, protocol.ErrInternal)
	}
	return e.Answer, nil
}

// AskedQuestion is a question that somebody asked.
type AskedQuestion struct {
	ID       common.Hash
	Receipt  common.Hash
	Asker    common.Address
	Provider common.Address
	Node     Node
	Deadline uint64
}

// Asked returns the questions that were asked in a range of blocks, the last included.
func (r *Reader) Asked(ctx context.Context, from, to uint64) ([]AskedQuestion, error) {
	logs, err := r.client.FilterLogs(ctx, ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to),
		Addresses: []common.Address{r.at.Questions}, Topics: [][]common.Hash{{askedTopic}}})
	if err != nil {
		return nil, fmt.Errorf("read questions: %w", r.client.Wrap(err))
	}
	var out []AskedQuestion
	for i := range logs {
		e, err := questions.UnpackQuestionAskedEvent(&logs[i])
		if err != nil {
			return nil, fmt.Errorf("decode question: %w: %w", err, protocol.ErrInternal)
		}
		out = append(out, AskedQuestion{e.Question, e.ReceiptHash, e.Asker, e.Provider, e.Node, e.Deadline})
	}
	return out, nil
}

// Head returns the number of the latest block.
func (r *Reader) Head(ctx context.Context) (uint64, error) {
	h, err := r.client.Head(ctx, chain.Latest)
	if err != nil {
		return 0, err
	}
	return h.Number.Uint64(), nil
}

// DecodeNodeAnswer reads abi.encode(salt, children).
func DecodeNodeAnswer(b []byte) (salt common.Hash, children []common.Hash, err error) {
	if len(b) < 64 {
		return salt, nil, fmt.Errorf("answer of %d bytes: %w", len(b), protocol.ErrInvalid)
	}
	children, err = hashList(b, 32)
	return common.Hash(b[:32]), children, err
}

// DecodeChunkAnswer reads abi.encode(words).
func DecodeChunkAnswer(b []byte) ([]common.Hash, error) { return hashList(b, 0) }

// DecodeBlockAnswer reads abi.encode(blockRoot, signature).
func DecodeBlockAnswer(b []byte) (root common.Hash, signature protocol.Bytes, err error) {
	at, n, err := dynamic(b, 32)
	if err != nil || uint64(len(b)) < at+n {
		return root, nil, fmt.Errorf("answer of %d bytes: %w", len(b), protocol.ErrInvalid)
	}
	return common.Hash(b[:32]), append(protocol.Bytes(nil), b[at:at+n]...), nil
}

// dynamic finds a dynamic part whose offset stands at byte head: its data and length.
func dynamic(b []byte, head uint64) (at, n uint64, err error) {
	bad := fmt.Errorf("answer of %d bytes: %w", len(b), protocol.ErrInvalid)
	number := func(at uint64) (uint64, bool) {
		if at+32 > uint64(len(b)) || common.Hash(b[at:at+32]).Big().BitLen() > 31 {
			return 0, false
		}
		return binary.BigEndian.Uint64(b[at+24 : at+32]), true
	}
	offset, ok := number(head)
	if !ok {
		return 0, 0, bad
	}
	if n, ok = number(offset); !ok {
		return 0, 0, bad
	}
	return offset + 32, n, nil
}

func hashList(b []byte, head uint64) ([]common.Hash, error) {
	at, n, err := dynamic(b, head)
	if err != nil || at+32*n > uint64(len(b)) {
		return nil, fmt.Errorf("answer of %d bytes: %w", len(b), protocol.ErrInvalid)
	}
	list := make([]common.Hash, n)
	for i := range list {
		list[i] = common.Hash(b[at+32*uint64(i) : at+32*uint64(i)+32])
	}
	return list, nil
}

const (
	// lookFirst is how many of the known questions are read each time, the first due of them,
	// and lookOn how many others, by turns: so a bounded time passes until each was read.
	lookFirst = 192
	lookOn    = 64
)

// QuestionWatch follows the questions about one provider's receipts. The log only says
// where to look; what is open is read from the contract. A read that fails hides the one
// question only, until the next time.
type QuestionWatch struct {
	reader   *Reader
	provider common.Address

	mu     sync.Mutex
	next   uint64 // block of the log
	latest uint64 // newest block seen
	now    uint64 // newest block time seen
	round  uint64
	known  map[common.Hash]*watched
	due    map[common.Hash]uint64 // the last deadline of any question about a receipt
}

// watched is a known question.
type watched struct {
	AskedQuestion
	looked uint64 // the round it was read in last
	over   uint64 // the block at which it was first seen not to wait any more; 0 while it does
}

// NewQuestionWatch starts at the block the contracts were deployed in.
func NewQuestionWatch(r *Reader, provider common.Address, startBlock uint64) *QuestionWatch {
	return &QuestionWatch{reader: r, provider: provider, next: startBlock, known: map[common.Hash]*watched{}, due: map[common.Hash]uint64{}}
}

// Addresses returns where the contracts are.
func (w *QuestionWatch) Addresses() Addresses { return w.reader.at }

// Open returns questions that wait for an answer, the most urgent first. With an error it
// returns those that could be read all the same. One call reads a bounded number of
// questions: where more are known, the first due are read every time and the others by turns.
func (w *QuestionWatch) Open(ctx context.Context) ([]AskedQuestion, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	failed := w.follow(ctx)
	if now, err := w.reader.Now(ctx); err != nil {
		failed = errors.Join(failed, err)
	} else {
		w.now = now
	}
	look := w.look()
	calldata := make([][]byte, len(look))
	for i, q := range look {
		calldata[i] = questions.PackQuestionOf(q.ID)
	}
	states, errs := chain.CallMany(ctx, w.reader.client, w.reader.at.Questions, calldata, questions.UnpackQuestionOf)
	var open []AskedQuestion
	var unread []error
	for i, q := range look {
		q.looked = w.round
		if errs[i] != nil {
			unread = append(unread, errs[i])
			continue
		}
		state := question(states[i])
		if state.State != QuestionOpen || w.now >= state.Deadline {
			q.over = cmp.Or(q.over, max(w.latest, 1))
			continue
		}
		q.over = 0
		asked := q.AskedQuestion
		asked.Asker, asked.Deadline = state.Asker, state.Deadline
		open = append(open, asked)
	}
	if len(unread) > 0 {
		failed = errors.Join(failed, fmt.Errorf("read %d of %d questions: %w", len(unread), len(look), unread[0]))
	}
	slices.SortFunc(open, byDeadline)
	return open, failed
}

func byDeadline(a, b AskedQuestion) int {
	return cmp.Or(cmp.Compare(a.Deadline, b.Deadline), bytes.Compare(a.ID[:], b.ID[:]))
}

// look chooses the questions to read, and forgets those that no reorg brings back.
func (w *QuestionWatch) look() []*watched {
	w.round++
	var waiting, rest []*watched
	for id, q := range w.known {
		if q.over == 0 && w.now >= q.Deadline {
			q.over = max(w.latest, 1)
		}
		switch {
		case q.over == 0:
			waiting = append(waiting, q)
		case w.latest > q.over+watchOverlap:
			delete(w.known, id)
		default:
			rest = append(rest, q)
		}
	}
	slices.SortFunc(waiting, func(a, b *watched) int { return byDeadline(a.AskedQuestion, b.AskedQuestion) })
	n := min(len(waiting), lookFirst)
	look, rest := waiting[:n:n], append(rest, waiting[n:]...)
	slices.SortFunc(rest, func(a, b *watched) int {
		return cmp.Or(cmp.Compare(a.looked, b.looked), byDeadline(a.AskedQuestion, b.AskedQuestion))
	})
	return append(look, rest[:min(len(rest), lookOn)]...)
}

// LastDue returns, for each receipt that was ever asked about, the last deadline of a
// question about it: for as long as a window lasts after that, the next may follow. One
// of a block that a reorg took back counts too.
func (w *QuestionWatch) LastDue(ctx context.Context) (map[common.Hash]uint64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.follow(ctx); err != nil {
		return nil, err
	}
	return maps.Clone(w.due), nil
}

// follow reads what was asked since the last time. What it read before it fails stays read.
func (w *QuestionWatch) follow(ctx context.Context) error {
	latest, err := w.reader.Head(ctx)
	if err != nil {
		return err
	}
	w.latest = latest
	for from := w.next - min(w.next, watchOverlap); from <= latest; from += watchSpan {
		to := min(latest, from+watchSpan-1)
		list, err := w.reader.Asked(ctx, from, to)
		if err != nil {
			return err
		}
		for _, q := range list {
			if q.Provider != w.provider {
				continue
			}
			w.due[q.Receipt] = max(w.due[q.Receipt], q.Deadline)
			if k := w.known[q.ID]; k == nil || k.Deadline != q.Deadline {
				w.known[q.ID] = &watched{AskedQuestion: q}
			}
		}
		w.next = to + 1
	}
	return nil
}
