package store

import (
	"context"
	"errors"
	"sync"

	"github.com/uptrace/bun"
)

// batcher lets SQLite writers that wait for each other anyway share one transaction
// and one fsync. Each runs in a savepoint of its own: one that fails undoes only
// itself. On Postgres writers run side by side and the server groups its own commits.
type batcher struct {
	mu      sync.Mutex
	queue   []*batchJob
	leading bool
}

type batchJob struct {
	fn      func(context.Context, bun.Tx) error
	durable bool
	err     error
	done    chan struct{}
}

// inTx runs fn in a transaction, perhaps with others. durable: it survives a power
// cut when inTx returns; else a crash of the process, and a power cut only with the
// next durable one. Since batches outlive their callers, a cancelled ctx stops nothing
// that was queued.
func (g *Gateway) inTx(ctx context.Context, durable bool, fn func(context.Context, bun.Tx) error) error {
	if g.s.Dialect() != SQLite {
		return g.s.InTx(ctx, fn)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	b, job := &g.s.gateway, &batchJob{fn: fn, durable: durable, done: make(chan struct{})}
	b.mu.Lock()
	b.queue = append(b.queue, job)
	lead := !b.leading
	b.leading = true
	b.mu.Unlock()
	if lead {
		g.lead(context.WithoutCancel(ctx))
	}
	<-job.done
	return job.err
}

// lead commits what waits, and hands the rest on so that it can return to its caller.
func (g *Gateway) lead(ctx context.Context) {
	b := &g.s.gateway
	b.mu.Lock()
	jobs := b.queue
	b.queue = nil
	b.mu.Unlock()

	g.commit(ctx, jobs)
	for _, j := range jobs {
		close(j.done)
	}

	b.mu.Lock()
	b.leading = len(b.queue) > 0
	more := b.leading
	b.mu.Unlock()
	if more {
		go g.lead(ctx)
	}
}

func (g *Gateway) commit(ctx context.Context, jobs []*batchJob) {
	durable := false
	for _, j := range jobs {
		durable = durable || j.durable
	}
	err := g.withSync(ctx, durable, func(conn bun.Conn) error {
		return conn.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
			for _, j := range jobs {
				if len(jobs) == 1 {
					j.err = j.fn(ctx, tx)
					return j.err
				}
				j.err = tx.RunInTx(ctx, nil, j.fn)
			}
			return nil
		})
	})
	if err != nil {
		for _, j := range jobs {
			if j.err == nil {
				j.err = err
			}
		}
	}
}

// withSync gives fn the writer connection; without durable its commits wait for no
// disk.
func (g *Gateway) withSync(ctx context.Context, durable bool, fn func(bun.Conn) error) (err error) {
	conn, err := g.s.DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if durable {
		return fn(conn)
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
		return err
	}
	err = fn(conn)
	_, back := conn.ExecContext(ctx, "PRAGMA synchronous = FULL")
	return errors.Join(err, back)
}
