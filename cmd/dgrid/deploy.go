package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/chain/deploy"
	"github.com/dgrid-network/dgrid/internal/network"
	"github.com/dgrid-network/dgrid/protocol"
)

// deployFlags are the choices of a deployment.
type deployFlags struct {
	sendFlags
	profile, token, owner, treasury string
	verifier, keyHash, keysDir      string
}

func newDeployCommand(g *globals) *cobra.Command {
	f := &deployFlags{}
	cmd := &cobra.Command{
		Use:   "deploy",
		Short: "Create the contracts and record where they are in deployments/<chainId>.json",
		Long: `Create the contracts and record where they are in deployments/<chainId>.json.

Profile development has windows of seconds and a test token that anyone may mint;
profile live has a dispute window of 30 hours and a week of unbonding, and needs
--token, and --verifier with --key-hash and --keys: the contract that a key ceremony
made (docs/ceremony.md). Its code must be what that key compiles to. A deploy that was interrupted is finished by running it again, with the
transactions it signed. A record is never overwritten.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return g.deploy(cmd, f) },
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.profile, "profile", "development", "development or live")
	cmd.Flags().StringVar(&f.token, "token", "", "settlement token; development chains get a test token without")
	cmd.Flags().StringVar(&f.owner, "owner", "", "who may change the bounded parameters; default: the deployer")
	cmd.Flags().StringVar(&f.treasury, "treasury", "", "who gets the protocol's share; default: the owner")
	cmd.Flags().StringVar(&f.verifier, "verifier", "", "verifier contract of specification 1, deployed before; development chains get the development one without")
	cmd.Flags().StringVar(&f.keyHash, "key-hash", "", "hash of the verifier's verifying key, as dgrid ceremony seal printed it")
	cmd.Flags().StringVar(&f.keysDir, "keys", "", "folder of the sealed ceremony whose key the verifier has; default: prover.keys")
	return cmd
}

func (f *deployFlags) parameters(deployer common.Address) (deploy.Parameters, error) {
	read := func(what, text string, otherwise common.Address) (common.Address, error) {
		if text == "" {
			return otherwise, nil
		}
		return parseAddress(what, text)
	}
	owner, err1 := read("owner", f.owner, deployer)
	treasury, err2 := read("treasury", f.treasury, owner)
	token, err3 := read("token", f.token, common.Address{})
	if err := errors.Join(err1, err2, err3); err != nil {
		return deploy.Parameters{}, err
	}
	verifier, keyHash, err := f.proofs()
	if err != nil {
		return deploy.Parameters{}, err
	}
	switch f.profile {
	case "development":
		p := deploy.Development(owner)
		p.Token, p.Treasury = token, treasury
		if verifier != (common.Address{}) {
			f.prove(&p, verifier, keyHash)
		}
		return p, nil
	case "live":
		if token == (common.Address{}) {
			return deploy.Parameters{}, advise(fmt.Errorf("profile live without a settlement token: %w", protocol.ErrInvalid), "name it with --token ADDRESS; anyone may mint the test token")
		}
		if verifier == (common.Address{}) {
			return deploy.Parameters{}, advise(fmt.Errorf("profile live without a verifier: %w", protocol.ErrInvalid), "name it with --verifier ADDRESS --key-hash HASH; anyone can forge proofs under the development keys")
		}
		p := deploy.Live(token, owner, treasury)
		f.prove(&p, verifier, keyHash)
		return p, nil
	}
	return deploy.Parameters{}, fmt.Errorf("profile %q is neither development nor live: %w", f.profile, protocol.ErrInvalid)
}

// prove sets the verifier and how its code is checked.
func (f *deployFlags) prove(p *deploy.Parameters, verifier common.Address, keyHash common.Hash) {
	source := network.KeySource{Dir: f.keysDir}
	p.Verifier, p.KeyHash = verifier, keyHash
	p.CheckVerifier = func(code []byte) error {
		err := source.CheckVerifier(keyHash, code)
		switch {
		case errors.Is(err, protocol.ErrConflict):
			return advise(err, "deploy the contract that dgrid ceremony seal wrote, compiled with the settings of foundry.toml (docs/ceremony.md)")
		case err != nil:
			return advise(err, "name the folder of the sealed ceremony with --keys or prover.keys; its keys/verifying.key is needed, and has the hash --key-hash")
		}
		return nil
	}
}

// proofs reads the verifier and the hash of its key, both or neither.
func (f *deployFlags) proofs() (verifier common.Address, keyHash common.Hash, err error) {
	if (f.verifier == "") != (f.keyHash == "") {
		return verifier, keyHash, fmt.Errorf("--verifier and --key-hash go together: %w", protocol.ErrInvalid)
	}
	if f.verifier == "" {
		return verifier, keyHash, nil
	}
	if verifier, err = parseAddress("verifier", f.verifier); err != nil {
		return verifier, keyHash, err
	}
	if err := keyHash.UnmarshalText([]byte(f.keyHash)); err != nil {
		return verifier, keyHash, fmt.Errorf("--key-hash %q is no hash: %w", f.keyHash, protocol.ErrInvalid)
	}
	return verifier, keyHash, nil
}

func (g *globals) deploy(cmd *cobra.Command, f *deployFlags) error {
	cfg, log, err := g.quietly()
	if err != nil {
		return err
	}
	path := deploymentPath(cfg)
	if _, err := os.Stat(path); err == nil {
		return advise(fmt.Errorf("deploy: %s exists: %w", path, protocol.ErrConflict), "the network is deployed; to make another, name another record with chain.deployment")
	}
	f.keysDir = cmp.Or(f.keysDir, cfg.Prover.Keys)
	key, err := loadKey(f.keystore(cfg.Wallet.Keystore), "wallet")
	if err != nil {
		return err
	}
	p, err := f.parameters(key.Address())
	if err != nil {
		return err
	}
	c, err := dialNode(cmd.Context(), cfg, log)
	if err != nil {
		return err
	}
	defer c.Close()
	view := &client{cfg: cfg, log: log, chain: c}
	if f.profile == "development" && !view.development() && p.Token == (common.Address{}) {
		return advise(fmt.Errorf("deploy: the test token on chain %d: anyone may mint it: %w", cfg.Chain.ID, protocol.ErrInvalid), "name the settlement token with --token, or use --profile live")
	}
	plan, err := deploy.Network(p)
	if err != nil {
		return err
	}
	s := &sender{client: view, flags: &f.sendFlags, key: key}
	steps, err := s.previewDeploy(cmd, plan, path)
	if err != nil {
		return view.explain(err, key.Address())
	}
	if f.dryRun {
		r := report{Account: key.Address(), Chain: view.caip2(), DryRun: true, Finality: "pending", Steps: steps, Cost: total(steps)}
		return g.print(cmd, r, r.write)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), f.timeout)
	defer cancel()
	d, err := deploy.Run(ctx, c, chain.KeySigner{Key: key.Private()}, plan, path)
	if err != nil {
		return advise(view.explain(err, key.Address()), "run the same command again to finish what was signed: nothing is sent twice")
	}
	return g.print(cmd, d, func(w io.Writer) {
		names := make([]string, 0, len(d.Contracts))
		for name := range d.Contracts {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(w, "%s\t%s\n", name, d.Address(name))
		}
		fmt.Fprintf(w, "record\t%s\n", path)
	})
}

// previewDeploy simulates the plan. A deploy under way is not simulated: what it
// signed is fixed, and part of it may be done.
func (s *sender) previewDeploy(cmd *cobra.Command, plan []deploy.Step, path string) ([]step, error) {
	if _, err := os.Stat(path + ".pending"); err == nil {
		return []step{}, nil
	}
	calls, err := deploy.Calls(cmd.Context(), s.chain, s.key.Address(), plan)
	if err != nil {
		return nil, err
	}
	return s.preview(cmd.Context(), calls)
}
