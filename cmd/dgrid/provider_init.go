package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/internal/config"
	"github.com/dgrid-network/dgrid/internal/keys"
	"github.com/dgrid-network/dgrid/protocol"
)

// Files that init makes in its folder.
const (
	ownerFile    = "owner.json"
	operatorFile = "operator.json"
	configFile   = "dgrid.toml"
)

// providerConfig is what init writes. Every value is quoted as TOML by %q, whose
// escapes TOML shares for these plain texts.
var providerConfig = template.Must(template.New("config").Funcs(template.FuncMap{
	"q": func(s any) string { return fmt.Sprintf("%q", fmt.Sprint(s)) },
	"list": func(l []string) string {
		if len(l) == 0 {
			return "[]"
		}
		return `["` + strings.Join(l, `", "`) + `"]`
	},
}).Parse(`# A provider of DGrid. Every key with its default is in dgrid.example.toml;
# dgrid config check --config THIS prints what is in force.

[chain]
rpc = {{q .Chain.RPC}} # http(s) or ws(s) URL of an EVM node
id = {{.Chain.ID}} # refused if the node says another
deployment = {{q .Chain.Deployment}} # where the contracts are

[provider]
owner = {{q .Provider.Owner}} # the cold address: stake and withdrawals
key = {{q .Provider.Key}} # the hot operator key: signs receipts and redeems, gas only
passphrase_file = {{q .Provider.Passphrase}}
data = {{q .Provider.Data}} # receipts and vouchers: back it up, losing it loses money

relayers = {{list .Provider.Relayers}} # one outbound connection to each
control = {{q .Provider.Control}} # loopback address of status, earnings, drain and metrics

# What is served: a model file (class proven) or an upstream (class sampled).
version = {{q .Provider.Version}} # model version, as dgrid model publish printed it
model = {{q .Provider.Model}} # container file, e.g. stories.dgm
# When another version takes its place, this one moves here as "VERSION=FILE": its receipts can be disputed for days.
former_models = {{list .Provider.FormerModels}}
upstream = {{q .Provider.Upstream}} # e.g. http://127.0.0.1:11434/v1
upstream_model = {{q .Provider.UpstreamModel}} # the upstream's name of the model
upstream_key_file = {{q .Provider.UpstreamKey}} # file with its API key

# The offer. Amounts are base units of the settlement token.
price_in = {{q .Provider.PriceIn}} # per 10^6 prompt tokens
price_out = {{q .Provider.PriceOut}} # per 10^6 output tokens
max_fee = {{q .Provider.MaxFee}} # highest fee of one answer; needs 400 times as much stake
capacity = {{.Provider.Capacity}} # answers at the same time

# When vouchers are brought on chain: gas is paid once for each redeem.
redeem_every = {{.Provider.RedeemEvery}} # seconds between two looks
redeem_min = {{q .Provider.RedeemMin}} # base units that a redeem must pay; less goes when it is old or its channel ends
`))

func newProviderInit(g *globals) *cobra.Command {
	var owner, importOwner string
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Make the owner's and the operator's keys and a commented configuration",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := g.load()
			if err != nil {
				return err
			}
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return fmt.Errorf("find folder: %w", err)
			}
			f, err := initProvider(cfg, dir, owner, importOwner, g.effort)
			if err != nil {
				return err
			}
			return g.print(cmd, f, func(w io.Writer) {
				f.write(w)
				fmt.Fprint(w, nextSteps(dir, owner == ""))
			})
		},
	}
	cmd.Flags().StringVar(&owner, "owner", "", "address of an owner whose key is kept elsewhere; default: a new key in DIR")
	cmd.Flags().StringVar(&importOwner, "import-owner", "", "file with the owner's raw hex key, to encrypt into DIR")
	return cmd
}

func initProvider(cfg config.Config, dir, owner, importOwner string, effort keys.Effort) (facts, error) {
	path := filepath.Join(dir, configFile)
	if _, err := os.Stat(path); err == nil {
		return nil, advise(fmt.Errorf("init: %s exists: %w", path, protocol.ErrConflict), "choose another folder, or edit that file; nothing was changed")
	}
	if owner != "" && importOwner != "" {
		return nil, fmt.Errorf("init: --owner and --import-owner exclude each other: %w", protocol.ErrInvalid)
	}
	ownerAddress := common.Address{}
	var err error
	switch {
	case owner != "":
		ownerAddress, err = parseAddress("owner", owner)
	case importOwner != "":
		var k keys.Key
		k, err = keys.Import(filepath.Join(dir, ownerFile), importOwner, effort)
		ownerAddress = keyAddress(k, err)
	default:
		var k keys.Key
		k, err = keys.OpenOrCreate(filepath.Join(dir, ownerFile), effort)
		ownerAddress = keyAddress(k, err)
	}
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	operator, err := keys.OpenOrCreate(filepath.Join(dir, operatorFile), effort)
	if err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	p := &cfg.Provider
	p.Owner, p.Key, p.Passphrase = ownerAddress, filepath.Join(dir, operatorFile), filepath.Join(dir, operatorFile+".pass")
	p.Data = filepath.Join(dir, "data")
	if cfg.Chain.Deployment, err = filepath.Abs(deploymentPath(cfg)); err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	if p.Model != "" {
		if p.Model, err = filepath.Abs(p.Model); err != nil {
			return nil, fmt.Errorf("init: %w", err)
		}
	}
	var text strings.Builder
	if err := providerConfig.Execute(&text, cfg); err != nil {
		return nil, fmt.Errorf("init: %w", err)
	}
	if err := writeFile(path, []byte(text.String())); err != nil {
		return nil, err
	}
	return facts{{"owner", ownerAddress}, {"operator", operator.Address()}, {"config", path}}, nil
}

// keyAddress is the zero address where there is no key.
func keyAddress(k keys.Key, err error) common.Address {
	if err != nil {
		return common.Address{}
	}
	return k.Address()
}

func nextSteps(dir string, ownKey bool) string {
	flag := ""
	if !ownKey {
		flag = " --key OWNER_KEYSTORE"
	}
	c := filepath.Join(dir, configFile)
	text := "\nnext:\n" +
		"  1. send gas money to owner and operator, and settlement tokens to the owner\n" +
		"  2. edit " + c + ": version, and model or upstream\n" +
		"  3. dgrid provider register --config " + c + " --stake AMOUNT" + flag + "\n" +
		"  4. dgrid provider doctor --config " + c + "\n" +
		"  5. dgrid provider run --config " + c + "\n"
	if ownKey {
		text += "  then move " + filepath.Join(dir, ownerFile) + " and its .pass off this machine: running needs the operator's key only\n"
	}
	return text
}
