package testsys

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/require"

	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/chain/devchain"
	"github.com/dgrid-network/dgrid/chain/txmgr"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/internal/story"
	"github.com/dgrid-network/dgrid/internal/testpg"
	"github.com/dgrid-network/dgrid/models/demo"
	"github.com/dgrid-network/dgrid/protocol"
)

// holdWord in a prompt makes the float upstream stop in the middle of its answer.
const holdWord = "unfinished"

// split is a network of one process per service, each configured by a file of its
// own, on anvil, Postgres and Redis.
type split struct {
	t     *testing.T
	dir   string
	node  *proxy // before anvil
	redis *process
	sock  string

	proven, sampled string // model versions
	relayerURL      string
	apiURL          string
	auditorURL      string
	providers       map[string]*process
	services        map[string]*process
}

func newSplit(t *testing.T) *split {
	s := &split{t: t, providers: map[string]*process{}, services: map[string]*process{}}
	anvil := tool(t, "anvil", "npm ci")
	server := tool(t, "redis-server", "apt-get install -y redis-server")
	database := testpg.URL(t)
	// A test's own folder may be too long for a socket's path.
	var err error
	s.dir, err = os.MkdirTemp("", "split")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(s.dir) })

	chain := start(t, "anvil", anvil, "--port", "0", "--chain-id", "31337", "--block-time", "1", "--slots-in-an-epoch", "1", "--accounts", "20")
	s.node = newProxy(t, chain.line("Listening on "))
	s.sock = filepath.Join(s.dir, "redis.sock")
	s.startRedis(server)
	for name, account := range map[string]int{"admin": admin, "relayer": relayerKey, "gateway": gatewayKey, "creator": creator,
		"proven/owner": provenOwner, "proven/operator": provenOperator, "sampled/owner": sampledOwner, "sampled/operator": sampledOperator, "auditor": auditorKey} {
		s.key(name, account)
	}
	s.config("chain", "")
	dgrid(t, nil, "deploy", "--config", s.path("chain.toml"), "--key", s.path("admin.json"))
	s.publish()
	upstream := start(t, "floatserve", binary(t, "floatserve"), "-key", "upstream-secret", "-hold", holdWord).line("")
	s.serve(database)
	s.provide(upstream)
	s.audit()
	return s
}

func (s *split) path(name string) string { return filepath.Join(s.dir, name) }

// config writes a configuration file of the chain and what else is said.
func (s *split) config(name, more string, args ...any) string {
	s.t.Helper()
	text := fmt.Sprintf("[log]\nlevel = \"info\"\n[chain]\nrpc = \"ws://%s\"\nid = 31337\ndeployment = %q\n", s.node.addr, s.path("record.json"))
	require.NoError(s.t, os.WriteFile(s.path(name+".toml"), []byte(text+fmt.Sprintf(more, args...)), 0o600))
	return s.path(name + ".toml")
}

// key imports a test account into a keystore, as a person would.
func (s *split) key(name string, account int) {
	s.t.Helper()
	raw := s.path("raw.hex")
	require.NoError(s.t, os.WriteFile(raw, []byte(hex.EncodeToString(crypto.FromECDSA(devchain.Key(account)))), 0o600))
	defer os.Remove(raw)
	dgrid(s.t, nil, "keys", "new", s.path(name+".json"), "--light", "--import", raw)
}

func (s *split) startRedis(server string) {
	s.t.Helper()
	s.redis = start(s.t, "redis", server, "--port", "0", "--unixsocket", s.sock, "--save", "", "--appendonly", "no", "--dir", s.dir)
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: s.sock, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}})
	defer c.Close()
	await(s.t, 30*time.Second, "redis", func() error { return c.Ping(s.t.Context()).Err() })
}

// publish brings the demo model on chain twice, by the creator's commands.
func (s *split) publish() {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(s.path("demo.dgm"), demo.Container(), 0o600))
	var out struct {
		Result struct {
			ModelVersion string `json:"model_version"`
		} `json:"result"`
	}
	common := []string{"--config", s.path("chain.toml"), "--key", s.path("creator.json"), "--royalty-bps", "500"}
	dgrid(s.t, &out, append([]string{"model", "publish", s.path("demo.dgm"), "--name", demo.Name}, common...)...)
	s.proven = out.Result.ModelVersion
	dgrid(s.t, &out, append([]string{"model", "publish", "--upstream-api", "--name", demo.Name + "-float"}, common...)...)
	s.sampled = out.Result.ModelVersion
	require.NotEqual(s.t, s.proven, s.sampled)
}

// service starts one of the services and returns its URL.
func (s *split) service(name, config string, args ...string) string {
	s.t.Helper()
	p := start(s.t, name, binary(s.t, "dgrid"), append(append([]string{name}, args...), "--config", config, "--json")...)
	var ready struct {
		Service string `json:"service"`
		URL     string `json:"url"`
	}
	require.NoError(s.t, json.Unmarshal([]byte(p.line("")), &ready))
	require.Equal(s.t, name, ready.Service)
	s.services[name] = p
	return ready.URL
}

func (s *split) serve(database string) {
	s.t.Helper()
	redis, store := fmt.Sprintf("[redis]\nurl = \"unix://%s\"\n", s.sock), fmt.Sprintf("[store]\nurl = %q\n", database)
	key := func(name string) string {
		return fmt.Sprintf("key = %q\npassphrase_file = %q\n", s.path(name+".json"), s.path(name+".json.pass"))
	}
	s.service("indexer", s.config("indexer", "%s[indexer]\nlisten = \"127.0.0.1:0\"\n", store))
	s.relayerURL = s.service("relayer", s.config("relayer", "%s[relayer]\nlisten = \"127.0.0.1:0\"\n%s", redis, key("relayer")))
	s.apiURL = s.service("api", s.config("api", "%s%s[api]\nlisten = \"127.0.0.1:0\"\nurl = \"http://api.dgrid.test\"\nrelayers = [%q]\nmodels = [%q]\naudience = \"anyone\"\n%s",
		redis, store, s.relayerURL, s.path("demo.dgm"), key("gateway")))
}

// provide stakes and starts both providers.
func (s *split) provide(upstream string) {
	s.t.Helper()
	require.NoError(s.t, os.WriteFile(s.path("upstream.key"), []byte("upstream-secret\n"), 0o600))
	for _, p := range []struct {
		name, version, backend string
		owner                  int
	}{
		{"proven", s.proven, fmt.Sprintf("model = %q\n", s.path("demo.dgm")), provenOwner},
		{"sampled", s.sampled, fmt.Sprintf("upstream = \"%s/v1\"\nupstream_key_file = %q\nupstream_model = %q\n", upstream, s.path("upstream.key"), demo.Name), sampledOwner},
	} {
		config := s.config(p.name, "[provider]\ndata = %q\nowner = \"%s\"\nrelayers = [%q]\ncontrol = \"unix:%s\"\nversion = \"%s\"\nprice_in = \"2000000\"\nprice_out = \"8000000\"\nmax_fee = \"1000000\"\ncapacity = 4\nredeem_every = 1\nredeem_min = \"0\"\nkey = %q\npassphrase_file = %q\n%s",
			s.path(p.name), devchain.Address(p.owner), s.relayerURL, s.path(p.name+".sock"), p.version, s.path(p.name+"/operator.json"), s.path(p.name+"/operator.json.pass"), p.backend)
		dgrid(s.t, nil, "wallet", "faucet", "1000", "--config", config, "--key", s.path(p.name+"/owner.json"))
		dgrid(s.t, nil, "provider", "register", "--stake", "1000", "--config", config, "--key", s.path(p.name+"/owner.json"))
		s.startProvider(p.name)
	}
	s.offered(2)
}

func (s *split) startProvider(name string) {
	s.t.Helper()
	s.providers[name] = start(s.t, name+" provider", binary(s.t, "dgrid"), "provider", "run", "--config", s.path(name+".toml"))
}

// audit starts an auditor that follows the API's feed.
func (s *split) audit() {
	s.t.Helper()
	config := s.config("auditor", "[auditor]\ndata = %q\nfeeds = [%q]\nrelayers = [%q]\nmodels = [\"%s=%s\"]\nlisten = \"127.0.0.1:0\"\nkey = %q\npassphrase_file = %q\n",
		s.path("cases"), s.apiURL, s.relayerURL, s.proven, s.path("demo.dgm"), s.path("auditor.json"), s.path("auditor.json.pass"))
	s.auditorURL = s.service("auditor", config, "run")
}

// audited waits until the auditor found every case right, and its metrics say so.
func (s *split) audited() {
	s.t.Helper()
	var list struct {
		Cases []struct {
			State string `json:"state"`
		} `json:"cases"`
	}
	await(s.t, time.Minute, "an audited answer", func() error {
		dgrid(s.t, &list, "auditor", "list", "--config", s.path("auditor.toml"), "--data", s.path("cases"))
		for _, c := range list.Cases {
			if c.State != "right" {
				return fmt.Errorf("a case is %s", c.State)
			}
		}
		if len(list.Cases) == 0 {
			return errors.New("no case")
		}
		return nil
	})
	v := &visitor{t: s.t, base: s.auditorURL}
	status, text := v.call(http.MethodGet, "/metrics", nil)
	require.Equal(s.t, http.StatusOK, status)
	require.Contains(s.t, string(text), `dgrid_auditor_cases{state="right"}`)
}

// offered waits until the relayer has so many live offers and the API shows them.
func (s *split) offered(n int) {
	s.t.Helper()
	v := &visitor{t: s.t, base: s.apiURL}
	await(s.t, time.Minute, "offers", func() error {
		status, text := v.call(http.MethodGet, "/v1/market/offers", nil)
		var list struct {
			Data []json.RawMessage `json:"data"`
		}
		if status != http.StatusOK {
			return fmt.Errorf("status %d: %s", status, text)
		}
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		if len(list.Data) != n {
			return fmt.Errorf("%d offers", len(list.Data))
		}
		return nil
	})
}

// The story told to separate processes that talk over sockets only, and then what
// goes wrong only between processes.
func TestStoryInManyProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: starts processes")
	}
	t.Parallel()
	s := newSplit(t)
	d, err := deploy.Load(s.path("record.json"))
	require.NoError(t, err)
	c, err := network.Connect(t.Context(), "ws://"+s.node.addr, d, 0, quiet())
	require.NoError(t, err)
	defer c.Client.Close()
	people := newLanes(t.Context(), c, txmgr.NewMemory())
	defer people.close()
	facts, err := story.Tell(t.Context(), world(t, c, s.apiURL, people.of, common.HexToHash(s.proven)))
	require.NoError(t, err)
	checkFacts(t, c, facts)
	nothingTwice(t, c)
	s.audited()

	f := &faults{split: s, chain: c, people: people}
	f.open()
	t.Run("redis restarted", f.redisRestarted)
	t.Run("provider killed in mid-answer", f.providerKilled)
	t.Run("node away", f.nodeAway)
	if t.Failed() {
		return // what they left is no state to settle
	}
	f.settle()
	nothingTwice(t, c)
	for _, p := range s.providers {
		p.interrupt()
	}
	for _, name := range []string{"auditor", "api", "relayer", "indexer"} {
		s.services[name].interrupt()
	}
}

// faults are of a visitor who pays for what he asks while things break.
type faults struct {
	*split
	chain  *network.Chain
	people *lanes
	v      *visitor
	id     common.Hash // channel
	asked  []answer
}

// open logs a stranger in with a channel of his own.
func (f *faults) open() {
	t := f.t
	me, at := devchain.Address(stranger), f.chain.Reader.Addresses()
	amount := protocol.NewAmount(20_000_000)
	now, err := f.chain.Reader.Now(t.Context())
	require.NoError(t, err)
	require.NoError(t, network.SubmitAll(t.Context(), f.people.of(me), at.Mint(me, amount, common.Hash{}), at.Approve(at.Vault, amount, common.Hash{}),
		at.Deposit(me, amount, common.Hash{}), at.OpenChannel(devchain.Address(gatewayKey), amount, now+24*3600, common.Hash{})))
	f.id = channelOf(t, f.chain, me)
	f.v = &visitor{t: t, base: f.apiURL}
	f.v.key, err = story.Login(t.Context(), f.apiURL, devchain.Key(stranger), f.id)
	require.NoError(t, err)
	f.buy(demo.Name + "@1")
}

func (f *faults) buy(model string) {
	f.t.Helper()
	f.asked = append(f.asked, f.v.must(chat(model, "a story about a lion")))
}

// redisRestarted: Redis comes back empty. Providers are offered again, and what was
// signed before is still paid.
func (f *faults) redisRestarted(t *testing.T) {
	f.redis.kill()
	require.NoError(t, os.RemoveAll(f.sock))
	status, _ := f.v.ask(chat(demo.Name+"@1", "nobody hears me"))
	require.Equal(t, http.StatusServiceUnavailable, status, "without Redis nobody can be matched")
	f.startRedis(tool(t, "redis-server", ""))
	await(t, time.Minute, "a provider to be matched again", func() error {
		status, a := f.v.ask(chat(demo.Name+"@1", "a story about a lion"))
		if status != http.StatusOK {
			return fmt.Errorf("%d %+v", status, a.Error)
		}
		f.asked = append(f.asked, a)
		return nil
	})
	f.offered(2)
}

// providerKilled: the stream ends with an error and costs nothing, for no receipt
// was signed; the provider comes back and serves.
func (f *faults) providerKilled(t *testing.T) {
	body := chat(demo.Name+"-float@1", "an "+holdWord+" story", map[string]any{"stream": true})
	res := f.v.request(http.MethodPost, "/v1/chat/completions", body)
	defer res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	stream := newEvents(res.Body)
	first, err := stream.next()
	require.NoError(t, err)
	for first.text() == "" {
		first, err = stream.next()
		require.NoError(t, err)
	}
	f.providers["sampled"].kill()
	var last event
	for e, err := stream.next(); err == nil; e, err = stream.next() {
		last = e
	}
	require.NotNil(t, last.Error, "the stream must end with an error")
	require.Equal(t, "provider_failed", last.Error.Code)
	require.False(t, stream.done, "an answer that failed is not done")

	f.startProvider("sampled")
	f.offered(2)
	f.buy(demo.Name + "-float@1")
	var g generation
	f.v.get("/v1/generations/"+strings.TrimSpace(first.ID), &g)
	require.NotEqual(t, "delivered", g.DGrid.Status)
	require.Empty(t, g.DGrid.Receipt.Digest, "nobody signed for it")
}

// nodeAway: reads go on and say how old they are; what was to be sent is sent once
// when the node is back.
func (f *faults) nodeAway(t *testing.T) {
	f.buy(demo.Name + "@1") // its voucher will have to wait
	f.node.cut()
	await(t, time.Minute, "reads to show that they lag", func() error { return f.lags(func(lag int) bool { return lag >= 4 }) })
	for _, path := range []string{"/v1/market/models", "/v1/market/providers", "/v1/market/accounts/" + devchain.Address(stranger).Hex() + "/money", "/v1/models",
		"/v1/generations/" + f.asked[0].DGrid.RequestID} {
		status, text := f.v.call(http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, text)
	}
	status, a := f.v.ask(chat(demo.Name+"@1", "nobody knows what is left in the channel"))
	require.Equal(t, http.StatusServiceUnavailable, status, "%+v", a)
	f.node.restore()
	await(t, time.Minute, "reads to catch up", func() error { return f.lags(func(lag int) bool { return lag <= 3 }) })
	await(t, time.Minute, "an answer", func() error {
		status, a := f.v.ask(chat(demo.Name+"@1", "a story about a lion"))
		if status != http.StatusOK {
			return fmt.Errorf("%d %+v", status, a.Error)
		}
		f.asked = append(f.asked, a)
		return nil
	})
}

// lags fails unless the lag that reads show, in seconds, is as it should be.
func (f *faults) lags(right func(lag int) bool) error {
	var out struct {
		Data struct {
			ChainID uint64 `json:"chain_id"`
		} `json:"data"`
		Meta struct {
			Lag int `json:"lag_seconds"`
		} `json:"meta"`
	}
	f.v.get("/v1/network", &out)
	if out.Data.ChainID != devchain.ChainID {
		return fmt.Errorf("chain %d", out.Data.ChainID)
	}
	if !right(out.Meta.Lag) {
		return fmt.Errorf("lag of %d s", out.Meta.Lag)
	}
	return nil
}

// settle waits until all that was bought is redeemed: exactly once each.
func (f *faults) settle() {
	t := f.t
	var fees protocol.Amount
	for _, a := range f.asked {
		await(t, 90*time.Second, "every answer to be redeemed", func() error { return f.v.settled(a.DGrid.RequestID) })
		fees = total(t, fees, a.DGrid.Price.BaseUnits)
	}
	require.Equal(t, fees, redeemed(t, f.chain)[f.id])
	vault, err := f.chain.Reader.TokenBalance(t.Context(), f.chain.Reader.Addresses().Vault)
	require.NoError(t, err)
	owed, err := f.chain.Reader.Owed(t.Context())
	require.NoError(t, err)
	require.Equal(t, owed, vault)
}
