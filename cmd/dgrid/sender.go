package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/store"
)

// sendFlags are the flags of every command that sends transactions.
type sendFlags struct {
	key, passphrase string
	dryRun          bool
	timeout         time.Duration
}

func (f *sendFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.key, "key", "", "keystore file instead of the configured one")
	cmd.Flags().StringVar(&f.passphrase, "passphrase-file", "", "file with its passphrase; default: the keystore's name and .pass")
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "simulate and print what it costs; send nothing")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait for the transactions; what is sent by then is finished by the same command later")
}

// keystore returns which key the flags and the configuration mean.
func (f *sendFlags) keystore(configured config.Keystore) config.Keystore {
	k := configured
	if f.key != "" {
		k = config.Keystore{Key: f.key, Passphrase: f.key + ".pass"}
	}
	if f.passphrase != "" {
		k.Passphrase = f.passphrase
	}
	if k.Key != "" && k.Passphrase == "" {
		k.Passphrase = k.Key + ".pass"
	}
	return k
}

func loadKey(k config.Keystore, section string) (keys.Key, error) {
	key, err := keys.Load(k.Key, k.Passphrase)
	switch {
	case k.Key == "":
		err = advise(err, "name a keystore file with --key FILE or %s.key in the configuration; dgrid keys new FILE makes one", section)
	case errors.Is(err, protocol.ErrNotFound):
		err = advise(err, "check %s.key and %s.passphrase_file; dgrid keys new FILE makes a keystore", section, section)
	}
	return key, err
}

// act is one run of a command that moves money. It is on disk before anything is
// sent: the same command after a crash is the same act, with the same salts and
// times, and so the same transactions.
type act struct {
	N       uint64 `json:"n"`
	Began   uint64 `json:"began"` // block time
	Command string `json:"command"`
	Done    bool   `json:"done"`
}

// salt tells apart what is meant twice.
func (a act) salt(part string) common.Hash {
	return crypto.Keccak256Hash([]byte("dgrid client act"), new(big.Int).SetUint64(a.N).FillBytes(make([]byte, 8)), []byte(part))
}

// sender sends transactions of one key, through an outbox beside the keystore.
type sender struct {
	*client
	flags   *sendFlags
	key     keys.Key
	path    string // of the outbox
	store   *store.Store
	outbox  *store.Outbox
	manager *txmgr.Manager
	ctx     context.Context // ends when the manager does
	stop    func()
	notes   io.Writer
}

// sender opens the key and its outbox; close it.
func (c *client) sender(cmd *cobra.Command, f *sendFlags, k config.Keystore, section string) (*sender, error) {
	key, err := loadKey(k, section)
	if err != nil {
		return nil, err
	}
	s := &sender{client: c, flags: f, key: key, notes: cmd.ErrOrStderr(), ctx: cmd.Context(), stop: func() {}}
	if s.path, err = c.outboxPath(cmd.Context(), k.Key); err != nil {
		return nil, err
	}
	if f.dryRun {
		return s, nil
	}
	if s.store, err = store.Open(cmd.Context(), "sqlite:"+s.path); err != nil {
		if errors.Is(err, protocol.ErrConflict) {
			err = advise(err, "another command sends with this key; wait until it has ended")
		}
		return nil, err
	}
	s.outbox = s.store.Outbox()
	s.manager = txmgr.New(txmgr.Config{ChainID: c.chain.Profile().ID, Outbox: s.outbox, Node: c.chain,
		Signer: chain.KeySigner{Key: key.Private()}, Policy: limits(c.cfg.Chain), Decode: chain.NewDecoder(chain.ABIs()).Decode, Logger: quietLogger(c.log)})
	if err := s.start(cmd.Context()); err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	return s, nil
}

// limits are those of every key that sends.
func limits(c config.Chain) txmgr.Policy {
	p := txmgr.Policy{GasPerHour: c.GasPerHour}
	if !c.MaxFeeCap.IsZero() {
		p.MaxFeeCap = c.MaxFeeCap.Big()
	}
	return p
}

// outboxPath is beside the keystore. A development chain that begins anew has the
// same id and none of the old transactions, so its outbox carries the name of its
// first block.
func (c *client) outboxPath(ctx context.Context, keystore string) (string, error) {
	if !c.development() {
		return keystore + ".outbox.db", nil
	}
	genesis, err := c.chain.HeaderByNumber(ctx, new(big.Int))
	if err != nil {
		return "", fmt.Errorf("read first block: %w", c.chain.Wrap(err))
	}
	hash := genesis.Hash()
	return fmt.Sprintf("%s.dev-%x.outbox.db", keystore, hash[:4]), nil
}

// start runs the manager until stop. A wallet's key may be used by other programs
// too; what they sent is accepted as it is.
func (s *sender) start(ctx context.Context) error {
	if err := s.manager.Converge(ctx); errors.Is(err, txmgr.ErrHalted) {
		fmt.Fprintln(s.notes, "the key was used by another program; going on after its transactions")
		if err := s.manager.Accept(ctx); err != nil {
			return err
		}
	}
	running, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.manager.Run(running); err != nil {
			cancel(err)
		}
	}()
	s.ctx = running
	s.stop = func() {
		cancel(nil)
		<-ended
	}
	return nil
}

func (s *sender) close() error {
	s.stop()
	if s.store == nil {
		return nil
	}
	return s.store.Close()
}

// plan makes a command's calls from its act. It may read the chain.
type plan func(a act) ([]protocol.Call, error)

// perform carries a plan out, or simulates it with --dry-run. name says what is
// meant, arguments included. Result, where not nil, adds what the receipts tell.
func (s *sender) perform(ctx context.Context, name string, build plan, result func([]*types.Receipt) (facts, error)) (report, error) {
	r := report{Account: s.key.Address(), Chain: s.caip2(), DryRun: s.flags.dryRun, Finality: "included", Steps: []step{}}
	ctx, cancel := context.WithTimeout(ctx, s.flags.timeout)
	defer cancel()
	now, err := s.reader.Now(ctx)
	if err != nil {
		return r, s.explain(err, s.key.Address())
	}
	if s.flags.dryRun {
		r.Finality = "pending"
		calls, err := build(act{N: uint64(time.Now().UnixNano()), Began: now})
		if err != nil {
			return r, s.explain(err, s.key.Address())
		}
		r.Steps, err = s.preview(ctx, calls)
		r.Cost = total(r.Steps)
		return r, s.explain(err, s.key.Address())
	}
	if r.Steps, err = s.carryOut(ctx, name, now, build); err != nil {
		return r, s.explain(s.interrupted(ctx, err), s.key.Address())
	}
	r.Cost = total(r.Steps)
	if result != nil {
		receipts := make([]*types.Receipt, len(r.Steps))
		for i := range r.Steps {
			receipts[i] = r.Steps[i].receipt
		}
		r.Result, err = result(receipts)
	}
	return r, err
}

// interrupted says what became of a command that did not get to its end.
func (s *sender) interrupted(ctx context.Context, err error) error {
	if cause := context.Cause(s.ctx); errors.Is(cause, txmgr.ErrHalted) {
		return advise(cause, "the key was used by another program meanwhile; run the same command again")
	}
	if ctx.Err() != nil {
		return advise(err, "not finished; run the same command again to finish it: nothing is sent twice")
	}
	return err
}

func (s *sender) carryOut(ctx context.Context, name string, now uint64, build plan) ([]step, error) {
	if err := s.finishEarlier(ctx); err != nil {
		return nil, err
	}
	a, resumed, err := s.begin(name, now)
	if err != nil {
		return nil, err
	}
	calls, err := build(a)
	if err != nil {
		return nil, err
	}
	known, err := s.known(ctx, calls)
	if err != nil {
		return nil, err
	}
	if resumed && len(known) == 0 { // nothing of it was ever stored: begin anew, with today's times
		a.N, a.Began = a.N+1, now
		if err := s.save(a); err != nil {
			return nil, err
		}
		if calls, err = build(a); err != nil {
			return nil, err
		}
	}
	var fresh []protocol.Call
	for _, call := range calls {
		if !known[s.id(call)] {
			fresh = append(fresh, call)
		}
	}
	if _, err := s.preview(ctx, fresh); err != nil {
		if len(known) == 0 {
			a.Done = true
			err = errors.Join(err, s.save(a))
		}
		return nil, err
	}
	steps := make([]step, 0, len(calls))
	for _, call := range calls {
		receipt, err := s.manager.SubmitAndWait(s.within(ctx), call)
		if err != nil {
			if errors.As(err, new(*txmgr.Failed)) {
				a.Done = true
				err = errors.Join(err, s.save(a))
			}
			return nil, err
		}
		done := stepOf(call, receipt)
		if known[s.id(call)] {
			done.Note = "sent by an earlier run"
		}
		steps = append(steps, done)
	}
	a.Done = true
	return steps, s.save(a)
}

// within ends with the command's time or the manager's.
func (s *sender) within(ctx context.Context) context.Context {
	both, cancel := context.WithCancelCause(ctx)
	context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })
	return both
}

func (s *sender) id(call protocol.Call) common.Hash {
	return protocol.IntentID(s.chain.Profile().ID, s.key.Address(), call)
}

// known returns which calls were stored by an earlier run and are not failed.
func (s *sender) known(ctx context.Context, calls []protocol.Call) (map[common.Hash]bool, error) {
	out := map[common.Hash]bool{}
	for _, call := range calls {
		in, err := s.outbox.Get(ctx, s.id(call))
		switch {
		case errors.Is(err, protocol.ErrNotFound):
		case err != nil:
			return nil, err
		case in.State != protocol.IntentReverted && in.State != protocol.IntentSuperseded:
			out[in.ID] = true
		}
	}
	return out, nil
}

// finishEarlier waits for what a command began and did not see the end of.
func (s *sender) finishEarlier(ctx context.Context) error {
	lane, err := s.outbox.Lane(ctx, s.chain.Profile().ID, s.key.Address(), 0)
	if err != nil {
		return err
	}
	for _, in := range lane.Intents {
		if in.State == protocol.IntentMined {
			continue
		}
		fmt.Fprintf(s.notes, "finishing an earlier command's %s\n", in.Purpose)
		r, err := s.manager.Wait(s.within(ctx), in.ID)
		if failed := new(txmgr.Failed); errors.As(err, &failed) {
			fmt.Fprintf(s.notes, "it had no effect: %v\n", failed.Cause)
		} else if err != nil {
			return err
		} else {
			fmt.Fprintf(s.notes, "done in %s\n", r.TxHash)
		}
	}
	return nil
}

// begin returns the act of a command: the unfinished one if it is the same command,
// else a new one.
func (s *sender) begin(name string, now uint64) (a act, resumed bool, err error) {
	raw, err := os.ReadFile(s.path + ".act")
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return a, false, fmt.Errorf("read the last act: %w", err)
	default:
		if err := json.Unmarshal(raw, &a); err != nil {
			return a, false, fmt.Errorf("read the last act %s.act: %v: %w", s.path, err, protocol.ErrInvalid)
		}
	}
	if a.N != 0 && !a.Done && a.Command == name {
		return a, true, nil
	}
	a = act{N: a.N + 1, Began: now, Command: name}
	return a, false, s.save(a)
}

func (s *sender) save(a act) error {
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("encode act: %w", err)
	}
	return writeFile(s.path+".act", append(raw, '\n'))
}
