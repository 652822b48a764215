package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"

	"github.com/ethereum/go-ethereum/common"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/heap"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/runtime"
	"github.com/dgrid-network/dgrid/store"
)

// readiness is the line a service prints with --json once it listens.
type readiness struct {
	Service string         `json:"service"`
	URL     string         `json:"url"`
	Address common.Address `json:"address"`
}

// service is what the commands of services share: configuration, chain and logger.
type service struct {
	cfg   config.Config
	log   *slog.Logger
	chain *network.Chain
}

func (g *globals) service(ctx context.Context) (*service, error) {
	cfg, log, err := g.load()
	if err != nil {
		return nil, err
	}
	d, err := loadDeployment(cfg)
	if err != nil {
		return nil, err
	}
	c, err := connectTo(ctx, cfg.Chain, d, log)
	if err != nil {
		return nil, err
	}
	return &service{cfg, log, c}, nil
}

// connectTo connects to a deployment as the configuration says.
func connectTo(ctx context.Context, cfg config.Chain, d *deploy.Deployment, log *slog.Logger) (*network.Chain, error) {
	c, err := network.Connect(ctx, cfg.RPC, d, cfg.FinalityDepth, log)
	if err == nil {
		c.Policy = limits(cfg)
	}
	return c, err
}

// dialRedis connects to the configured server. A service of its own has no use for
// an in-process one: nobody else would see it.
func (s *service) dialRedis(ctx context.Context) (*redis.Client, error) {
	if s.cfg.Redis.URL == "" {
		return nil, advise(fmt.Errorf("redis.url is empty: %w", protocol.ErrInvalid), "set redis.url to a Redis server, or run everything in one process with dgrid up")
	}
	options, err := redis.ParseURL(s.cfg.Redis.URL)
	if err != nil {
		return nil, fmt.Errorf("read redis.url: %w", protocol.ErrInvalid) // the error would show the password
	}
	rdb := redis.NewClient(options)
	if err := rdb.Ping(ctx).Err(); err != nil {
		s.log.Warn("redis does not answer yet", "err", err)
	}
	return rdb, nil
}

func newRelayerCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "relayer",
		Short: "Match requests to providers and carry their answers",
		Long: `Match requests to providers and carry their answers, until SIGTERM or Ctrl-C.

Reads [chain], [redis] and [relayer] of the configuration, and needs a Redis server.
Any number of relayers may share one. docs/operations.md tells how to run it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := g.service(cmd.Context())
			if err != nil {
				return err
			}
			key, err := keys.Load(s.cfg.Relayer.Key, s.cfg.Relayer.Passphrase)
			if err != nil {
				return advise(err, "set relayer.key and relayer.passphrase_file; dgrid keys new makes both")
			}
			rdb, err := s.dialRedis(cmd.Context())
			if err != nil {
				return err
			}
			defer rdb.Close()
			defer heap.Room(s.cfg.Memory.Bytes())()
			metrics := prometheus.NewRegistry()
			r, err := s.chain.Relayer(key.Private(), rdb, s.log, metrics)
			if err != nil {
				return err
			}
			mux := observed(metrics)
			mux.Handle("/", r.Handler())
			return s.run(cmd, g, "relayer", s.cfg.Relayer.Listen, key.Address(), mux, r.Run)
		},
	}
}

func newIndexerCommand(g *globals) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "indexer",
		Short: "Mirror the chain into the database",
		Long: `Mirror the chain's events into the database, until SIGTERM or Ctrl-C.

Reads [chain], [store] and [indexer] of the configuration. GET /readyz says how far it
is; started again, it goes on where it was. docs/operations.md tells how to run it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, st, tables, err := g.tables(cmd.Context())
			if err != nil {
				return err
			}
			defer st.Close()
			metrics := prometheus.NewRegistry()
			x := s.chain.Indexer(tables, metrics)
			mux := observed(metrics)
			mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
				status := x.Status()
				w.Header().Set("Content-Type", "application/json")
				if !status.Ready {
					w.WriteHeader(http.StatusServiceUnavailable)
				}
				_ = json.NewEncoder(w).Encode(status)
			})
			return s.run(cmd, g, "indexer", s.cfg.Indexer.Listen, common.Address{}, mux, x.Run)
		},
	}
	cmd.AddCommand(newRebuildCommand(g))
	return cmd
}

// rebuilt is what became of the tables: digests of all of them.
type rebuilt struct {
	Identical bool        `json:"identical"`
	Block     uint64      `json:"block"`
	Before    common.Hash `json:"before"`
	After     common.Hash `json:"after"`
}

func newRebuildCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "rebuild",
		Short: "Fold the stored events anew: the tables come out as they were, or a fault is found",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, st, tables, err := g.tables(cmd.Context())
			if err != nil {
				return err
			}
			defer st.Close()
			before, err := tables.Digest(cmd.Context())
			if err != nil {
				return err
			}
			if err := s.chain.Indexer(tables, nil).Rebuild(cmd.Context()); err != nil {
				return err
			}
			after, err := tables.Digest(cmd.Context())
			if err != nil {
				return err
			}
			at, err := tables.Cursor(cmd.Context())
			if err != nil {
				return err
			}
			r := rebuilt{before == after, at.Number, before, after}
			err = g.print(cmd, r, func(w io.Writer) {
				if r.Identical {
					fmt.Fprintf(w, "identical: %x\n", after[:8])
				}
			})
			if err == nil && !r.Identical {
				err = exitCode{exitCheck, fmt.Errorf("the tables were %x and are %x now: %w", before[:8], after[:8], protocol.ErrConflict)}
			}
			return err
		},
	}
}

// tables opens the database and the deployment's part of it.
func (g *globals) tables(ctx context.Context) (*service, *store.Store, *store.Network, error) {
	s, err := g.service(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	st, err := store.Open(ctx, s.cfg.Store.URL)
	if err != nil {
		return nil, nil, nil, err
	}
	tables, err := s.chain.Network(ctx, st)
	if err != nil {
		_ = st.Close()
		return nil, nil, nil, err
	}
	return s, st, tables, nil
}

func newAPICommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:   "api",
		Short: "Serve dapps: the OpenAI-compatible routes and the marketplace",
		Long: `Serve dapps until SIGTERM or Ctrl-C: the OpenAI-compatible routes and the marketplace.

Reads [chain], [store], [redis] and [api] of the configuration, and needs an indexed
database, a Redis server and a relayer. docs/operations.md tells how to run it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, st, tables, err := g.tables(cmd.Context())
			if err != nil {
				return err
			}
			defer st.Close()
			key, err := keys.Load(s.cfg.API.Key, s.cfg.API.Passphrase)
			if err != nil {
				return advise(err, "set api.key and api.passphrase_file; dgrid keys new makes both")
			}
			rdb, err := s.dialRedis(cmd.Context())
			if err != nil {
				return err
			}
			defer rdb.Close()
			defer heap.Room(s.cfg.Memory.Bytes())()
			if len(s.cfg.API.Relayers) == 0 {
				return fmt.Errorf("api.relayers is empty: %w", protocol.ErrInvalid)
			}
			files := map[common.Hash]*runtime.Model{}
			for _, path := range s.cfg.API.Models {
				m, err := runtime.Open(path)
				if err != nil {
					return fmt.Errorf("open %s: %w", path, err)
				}
				root, _, err := network.WeightsOf(m, progress(cmd.ErrOrStderr(), "digest "+path))
				if err != nil {
					return err
				}
				files[root] = m
			}
			server, err := s.chain.API(cmd.Context(), network.APIOptions{Relayers: s.cfg.API.Relayers, URL: s.cfg.API.URL, Origins: s.cfg.API.Origins, Delegate: key.Private(),
				Audience: s.cfg.API.Audience},
				st, tables, network.NewCatalog(tables, files), rdb, s.log)
			if err != nil {
				return err
			}
			l, err := s.listen(cmd, g, "api", s.cfg.API.Listen, key.Address())
			if err != nil {
				return err
			}
			return stopped(cmd.Context(), server.Serve(cmd.Context(), l))
		},
	}
}

// observed serves what operators look at of every service: /metrics and /healthz.
func observed(metrics *prometheus.Registry) *http.ServeMux {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	return mux
}

// listen opens a service's port and says so.
func (s *service) listen(cmd *cobra.Command, g *globals, name, addr string, who common.Address) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if g.json {
		return l, printJSON(cmd.OutOrStdout(), readiness{name, "http://" + l.Addr().String(), who})
	}
	s.log.Info("service listens", "service", name, "address", l.Addr().String(), "key", who)
	return l, nil
}

// run serves handler beside the service itself until one of them ends.
func (s *service) run(cmd *cobra.Command, g *globals, name, addr string, who common.Address, handler http.Handler, main func(context.Context) error) error {
	l, err := s.listen(cmd, g, name, addr, who)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(cmd.Context())
	group.Go(func() error { return main(ctx) })
	group.Go(func() error { return network.ServeHTTP(ctx, l, handler) })
	return stopped(cmd.Context(), group.Wait())
}
