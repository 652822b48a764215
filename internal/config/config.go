// Package config reads the one configuration of the dgrid binary: defaults, then
// a TOML file, then environment variables, then flags. It is the only place that
// reads the environment. Unknown keys are errors, Validate reports every problem
// at once, and secrets never print.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"sort"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"github.com/dgrid-network/dgrid/protocol"
)

// EnvPrefix starts every environment variable: DGRID_CHAIN_RPC sets chain.rpc.
const EnvPrefix = "DGRID_"

// Config is everything the binary can be told. dgrid.example.toml shows every key
// with its default.
type Config struct {
	Log      Log      `koanf:"log"`
	Memory   Memory   `koanf:"memory"`
	Chain    Chain    `koanf:"chain"`
	Store    Store    `koanf:"store"`
	Redis    Redis    `koanf:"redis"`
	Relayer  Relayer  `koanf:"relayer"`
	Indexer  Indexer  `koanf:"indexer"`
	API      API      `koanf:"api"`
	Provider Provider `koanf:"provider"`
	Auditor  Auditor  `koanf:"auditor"`
	Prover   Prover   `koanf:"prover"`
	Wallet   Wallet   `koanf:"wallet"`
}

// Log is what is written to standard error.
type Log struct {
	Level  string `koanf:"level"`  // debug, info, warn, error
	Format string `koanf:"format"` // text, json
}

// Memory is what a process may spend to be faster.
type Memory struct {
	// Room is how much a relayer, an API or a provider may hold more so that it collects
	// garbage less often, MiB. Go's own variable GOGC wins.
	Room uint32 `koanf:"room"`
}

// Bytes is the room in bytes.
func (m Memory) Bytes() uint64 { return uint64(m.Room) << 20 }

// CollectorIsSet tells whether the environment says when Go collects garbage.
func CollectorIsSet() bool { return os.Getenv("GOGC") != "" }

// Chain is the EVM network and where the contracts are on it.
type Chain struct {
	RPC           string `koanf:"rpc"`            // http(s):// or ws(s):// of a node
	ID            uint64 `koanf:"id"`             // refused if the node says another
	Deployment    string `koanf:"deployment"`     // file that `dgrid deploy` wrote; empty: deployments/<id>.json
	FinalityDepth uint64 `koanf:"finality_depth"` // blocks; 0: the node's finalized tag
	// GasPerHour is how much gas one key may sign for in an hour; 0: any.
	GasPerHour uint64 `koanf:"gas_per_hour"`
	// MaxFeeCap is what a transaction may offer at most, wei per gas; 0: anything.
	MaxFeeCap protocol.Amount `koanf:"max_fee_cap"`
}

// Store is the database.
type Store struct {
	URL string `koanf:"url"` // sqlite:FILE or postgres://...
}

// Redis holds presence, leases and rate limits: hints only.
type Redis struct {
	URL string `koanf:"url"` // empty: in-process
}

// Relayer matches requests to providers.
type Relayer struct {
	Listen string `koanf:"listen"`
	Keystore
}

// Indexer mirrors the chain into the store.
type Indexer struct {
	Listen string `koanf:"listen"` // /healthz, /readyz, /metrics
}

// API serves dapps.
type API struct {
	Listen   string   `koanf:"listen"`
	URL      string   `koanf:"url"`      // how the world reaches it; the SIWE domain and URI
	Origins  []string `koanf:"origins"`  // exact CORS origins
	Relayers []string `koanf:"relayers"` // base URLs
	Models   []string `koanf:"models"`   // files of the proven models whose prompts it makes
	// Audience is who may see the tokens of what it buys: nobody audits what only the
	// requester may see.
	Audience protocol.Audience `koanf:"audience"`
	Keystore
}

// Keystore names an encrypted key and the file with its passphrase.
type Keystore struct {
	Key        string `koanf:"key"`
	Passphrase string `koanf:"passphrase_file"`
}

// Provider answers requests.
type Provider struct {
	Data string `koanf:"data"` // folder of the journal
	// NewJournal lets a used operator key begin with a journal, once: it never signed a receipt elsewhere.
	NewJournal  bool           `koanf:"new_journal"`
	Owner       common.Address `koanf:"owner"`
	Relayers    []string       `koanf:"relayers"`
	Control     string         `koanf:"control"` // loopback address of status and drain
	Model       string         `koanf:"model"`   // container file (class proven)
	Upstream    string         `koanf:"upstream"`
	UpstreamKey string         `koanf:"upstream_key_file"`
	// UpstreamModel is the upstream's name of the model.
	UpstreamModel string      `koanf:"upstream_model"`
	Version       common.Hash `koanf:"version"` // model version served
	// FormerModels are VERSION=FILE: of versions served before, whose receipts can still be disputed.
	FormerModels []string        `koanf:"former_models"`
	PriceIn      protocol.Amount `koanf:"price_in"`
	PriceOut     protocol.Amount `koanf:"price_out"`
	MaxFee       protocol.Amount `koanf:"max_fee"`
	Capacity     uint32          `koanf:"capacity"`
	RedeemEvery  uint32          `koanf:"redeem_every"` // seconds between two looks for vouchers to redeem
	RedeemMin    protocol.Amount `koanf:"redeem_min"`   // what a redeem must pay to be worth its gas
	Tags         []string        `koanf:"tags"`
	Languages    []string        `koanf:"languages"`
	Keystore
}

// Auditor checks answers.
type Auditor struct {
	Data     string   `koanf:"data"`     // folder of cases and draws
	Feeds    []string `koanf:"feeds"`    // base URLs of APIs with an audit feed; empty: api.url
	Relayers []string `koanf:"relayers"` // base URLs to ask providers through; empty: api.relayers
	Models   []string `koanf:"models"`   // VERSION=FILE
	Listen   string   `koanf:"listen"`   // /healthz, /metrics
	// Draws has it look after drawn audits; a seated auditor that does not loses stake.
	Draws    bool `koanf:"draws"`
	Register bool `koanf:"register"` // audits of redeems that nobody else registers
	Report   bool `koanf:"report"`   // providers that do not open what was drawn
	// GainMin is what a transaction must bring to be worth its gas, base units.
	GainMin protocol.Amount `koanf:"gain_min"`
	// BondShare is how much of what it has for bonds may be out about one provider, percent.
	BondShare uint32 `koanf:"bond_share"`
	Keystore
}

// Prover is where proofs come from.
type Prover struct {
	Keys string `koanf:"keys"` // folder of a sealed ceremony; on development chains the cache of development keys
}

// Wallet is whose key the wallet and model commands use.
type Wallet struct {
	Keystore
}

// Default returns the configuration with nothing said.
func Default() Config {
	return Config{
		Log:     Log{Level: "info", Format: "text"},
		Memory:  Memory{Room: 128},
		Chain:   Chain{RPC: "http://127.0.0.1:8545", ID: 31337, GasPerHour: 1_000_000_000, MaxFeeCap: protocol.NewAmount(5_000_000_000_000)},
		Store:   Store{URL: "sqlite:dgrid.db"},
		Relayer: Relayer{Listen: "127.0.0.1:8650"},
		Indexer: Indexer{Listen: "127.0.0.1:8651"},
		API: API{Listen: "127.0.0.1:8652", URL: "http://127.0.0.1:8652", Origins: []string{},
			Relayers: []string{"http://127.0.0.1:8650"}, Models: []string{}, Audience: protocol.AudienceAuditors},
		Provider: Provider{Data: "provider", Relayers: []string{"http://127.0.0.1:8650"}, Control: "127.0.0.1:8653",
			PriceIn: protocol.NewAmount(2_000_000), PriceOut: protocol.NewAmount(8_000_000), MaxFee: protocol.NewAmount(20_000),
			Capacity: 2, RedeemEvery: 60, RedeemMin: protocol.NewAmount(10_000), FormerModels: []string{}, Tags: []string{}, Languages: []string{}},
		Auditor: Auditor{Data: "auditor", Listen: "127.0.0.1:8654", Feeds: []string{}, Relayers: []string{}, Models: []string{}, Draws: true, Register: true, Report: true,
			GainMin: protocol.NewAmount(50_000), BondShare: 25},
	}
}

// Load reads path (none if empty), then the environment, then flags ("chain.rpc"
// to value), over the defaults, and validates the result.
func Load(path string, flags map[string]any) (Config, error) {
	k := koanf.New(".")
	known := map[string]bool{}
	for _, key := range Keys() {
		known[key] = true
	}
	if path != "" {
		if err := k.Load(file.Provider(path), toml.Parser()); err != nil {
			return Config{}, fmt.Errorf("read configuration %s: %v: %w", path, err, protocol.ErrInvalid)
		}
	}
	byEnv := map[string]string{}
	for key := range known {
		byEnv[EnvName(key)] = key
	}
	if err := k.Load(env.Provider(".", env.Opt{Prefix: EnvPrefix, TransformFunc: func(name, value string) (string, any) {
		key, ok := byEnv[name]
		if !ok {
			return "", nil // other variables of the prefix steer tests
		}
		return key, splitList(key, value)
	}}), nil); err != nil {
		return Config{}, fmt.Errorf("read environment: %w", err)
	}
	if err := k.Load(confmap.Provider(flags, "."), nil); err != nil {
		return Config{}, fmt.Errorf("read flags: %w", err)
	}
	var problems []error
	for _, key := range k.Keys() {
		if !known[key] {
			problems = append(problems, fmt.Errorf("%s: unknown key: %w", key, protocol.ErrInvalid))
		}
	}
	c := Default()
	if err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: decoder(&c)}); err != nil {
		problems = append(problems, fmt.Errorf("%v: %w", err, protocol.ErrInvalid))
	}
	if err := errors.Join(problems...); err != nil {
		return Config{}, err
	}
	return c, c.Validate()
}

// Validate returns every problem at once, each naming its key.
func (c Config) Validate() error {
	var problems []error
	bad := func(key, format string, args ...any) {
		problems = append(problems, fmt.Errorf("%s: %s: %w", key, fmt.Sprintf(format, args...), protocol.ErrInvalid))
	}
	if !contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		bad("log.level", "%q is none of debug, info, warn, error", c.Log.Level)
	}
	if !contains([]string{"text", "json"}, c.Log.Format) {
		bad("log.format", "%q is neither text nor json", c.Log.Format)
	}
	checkURL := func(key, value string, schemes ...string) {
		u, err := url.Parse(value)
		if err != nil || !contains(schemes, u.Scheme) || u.Host == "" && u.Scheme != "sqlite" && u.Scheme != "unix" {
			bad(key, "%q is no URL of %s", redactURL(value), strings.Join(schemes, ", "))
		}
	}
	checkURL("chain.rpc", c.Chain.RPC, "http", "https", "ws", "wss")
	if c.Chain.ID == 0 {
		bad("chain.id", "is zero")
	}
	checkURL("store.url", c.Store.URL, "sqlite", "postgres", "postgresql")
	if c.Redis.URL != "" {
		checkURL("redis.url", c.Redis.URL, "redis", "rediss", "unix")
	}
	checkURL("api.url", c.API.URL, "http", "https")
	for _, u := range c.API.Relayers {
		checkURL("api.relayers", u, "http", "https")
	}
	for _, u := range c.Provider.Relayers {
		checkURL("provider.relayers", u, "http", "https")
	}
	for _, u := range c.Auditor.Feeds {
		checkURL("auditor.feeds", u, "http", "https")
	}
	for _, u := range c.Auditor.Relayers {
		checkURL("auditor.relayers", u, "http", "https")
	}
	for key, models := range map[string][]string{"auditor.models": c.Auditor.Models, "provider.former_models": c.Provider.FormerModels} {
		for _, m := range models {
			if _, _, err := VersionFile(m); err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", key, err))
			}
		}
	}
	if c.Provider.Upstream != "" {
		checkURL("provider.upstream", c.Provider.Upstream, "http", "https")
	}
	for _, p := range []struct {
		key    string
		amount protocol.Amount
	}{{"provider.price_in", c.Provider.PriceIn}, {"provider.price_out", c.Provider.PriceOut}, {"provider.max_fee", c.Provider.MaxFee}} {
		if !p.amount.Fits128() {
			bad(p.key, "does not fit 128 bits")
		}
	}
	if c.Provider.RedeemEvery == 0 {
		bad("provider.redeem_every", "is zero")
	}
	if c.Provider.Capacity == 0 {
		bad("provider.capacity", "is zero")
	}
	return errors.Join(problems...)
}

// Keys lists every key, sorted.
func Keys() []string {
	var keys []string
	walk(reflect.ValueOf(Default()), "", func(key string, _ reflect.Value) { keys = append(keys, key) })
	sort.Strings(keys)
	return keys
}

// EnvName returns the environment variable that sets key.
func EnvName(key string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// Effective returns every key with its value as text, credentials in URLs masked.
func (c Config) Effective() map[string]string {
	out := map[string]string{}
	walk(reflect.ValueOf(c), "", func(key string, v reflect.Value) {
		text := fmt.Sprint(v.Interface())
		if strings.Contains(text, "://") {
			text = redactURL(text)
		}
		out[key] = text
	})
	return out
}

// VersionFile reads VERSION=FILE: a model version and its container file.
func VersionFile(text string) (version common.Hash, file string, err error) {
	hash, file, _ := strings.Cut(text, "=")
	if file == "" || version.UnmarshalText([]byte(hash)) != nil {
		return common.Hash{}, "", fmt.Errorf("%q is not VERSION=FILE: %w", text, protocol.ErrInvalid)
	}
	return version, file, nil
}

// ReadSecret returns the content of a secret file without its final newline.
func ReadSecret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func walk(v reflect.Value, prefix string, visit func(string, reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag := f.Tag.Get("koanf")
		switch {
		case f.Anonymous:
			walk(v.Field(i), prefix, visit)
		case f.Type.Kind() == reflect.Struct:
			walk(v.Field(i), prefix+tag+".", visit)
		default:
			visit(prefix+tag, v.Field(i))
		}
	}
}

// redactURL masks the password of a URL.
func redactURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.User == nil {
		return s
	}
	return u.Redacted()
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
