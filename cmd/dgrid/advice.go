package main

import (
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/dgrid-network/dgrid/chain"
	"github.com/dgrid-network/dgrid/protocol"
)

// advised is an error with what to do about it.
type advised struct {
	err    error
	advice string
}

func (a *advised) Error() string { return a.err.Error() + "\n  what to do: " + a.advice }
func (a *advised) Unwrap() error { return a.err }

// advise adds what to do about err; the first advice stays.
func advise(err error, format string, args ...any) error {
	if err == nil || errors.As(err, new(*advised)) {
		return err
	}
	return &advised{err, fmt.Sprintf(format, args...)}
}

// refusalAdvice says what a person does about a contract's refusal, by error name.
var refusalAdvice = map[string]string{
	"InsufficientFree":           "less is free: dgrid wallet balance shows how much, dgrid wallet deposit AMOUNT adds to it",
	"ERC20InsufficientBalance":   "get tokens to your address first (dgrid wallet balance shows it; development chains: dgrid wallet faucet 100)",
	"ERC20InsufficientAllowance": "run dgrid wallet deposit, which approves what it needs, or dgrid wallet permit, which needs no approval",
	"UnknownChannel":             "check the channel id (dgrid wallet balance lists yours), chain.id and chain.deployment",
	"NotRequester":               "use the key that opened the channel",
	"ChannelClosed":              "the channel is closed: open another with dgrid wallet open",
	"ChannelNotSweepable":        "close the channel and wait for its grace period; the time in the error is when sweeping works",
	"ChannelAlreadySwept":        "nothing is left in it: its rest is in your free balance",
	"BadExpiry":                  "choose an expiry in the future",
	"NotProvenClass":             "jobs on chain need a model version of class proven",
	"UnknownModelVersion":        "publish the version first (dgrid model publish) or check its id",
	"AlreadyPublished":           "this very version is on chain already; nothing is to be done",
	"OperatorTaken":              "an operator key serves one provider for ever: make a new one with dgrid provider init",
	"InsufficientStake":          "less stake is free than that; dgrid provider status shows it",
	"ExitNotOpen":                "wait until the time in the error",
	"NothingUnbonding":           "start with dgrid provider unstake AMOUNT",
	"JobDeadlineOpen":            "an assigned job can be refunded after its deadline",
	"WrongJobState":              "the job is past that state; nothing is to be done",
	"Paused":                     "new channels, top-ups and jobs are stopped for now; withdrawing works",
	"BadHeaderPath":              "the file is not the one that the weights root names",
	"ERC2612ExpiredSignature":    "run the command again: it signs anew",
	"SeatTaken":                  "stake more than the smallest seat has, or name another: dgrid auditor register AMOUNT --seat N",
	"SeatChanging":               "choose another seat, or wait until the time in the error",
	"NotSeated":                  "take a seat first: dgrid auditor register AMOUNT",
	"AlreadyAuditor":             "withdraw the stake that is leaving first: dgrid auditor withdraw",
	"NothingToWithdraw":          "give the seat up first (dgrid auditor unregister); dgrid auditor seat shows what is staked",
	"RoundOpen":                  "one round of attestations at a time: the time in the error is when the next may begin (dgrid auditor version show VERSION)",
	"NotAToken":                  "give the address of an ERC-20 token",
}

// explain gives errors of transactions their advice.
func (c *client) explain(err error, account common.Address) error {
	var refused *chain.ContractError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refusalAdvice[refused.Name] != "":
		return advise(err, "%s", refusalAdvice[refused.Name])
	case errors.Is(err, protocol.ErrInsufficient) && refused == nil:
		return c.needGas(err, account)
	case errors.Is(err, protocol.ErrUnavailable):
		return advise(err, "the node at chain.rpc does not answer; run the same command again when it does: nothing is sent twice")
	}
	return err
}

func (c *client) needGas(err error, account common.Address) error {
	if c.development() {
		return advise(err, "get gas money: dgrid wallet faucet 100 --to %s", account)
	}
	return advise(err, "send some of the chain's coin to %s: it pays for gas", account)
}
