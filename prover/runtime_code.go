package prover

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"sync"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/backend/groth16"
	groth16bn254 "github.com/consensys/gnark/backend/groth16/bn254"

	"github.com/dgrid-network/dgrid/protocol"
	"github.com/dgrid-network/dgrid/prover/circuit"
	"github.com/dgrid-network/dgrid/prover/keys"
)

// CheckVerifier fails with protocol.ErrConflict unless code, of a contract on some chain,
// is what the compiler makes of the verifier exported for a key of the Step circuit, with
// the settings of foundry.toml. It needs no compiler: exported verifiers differ in the
// key's numbers alone, so the code of the development verifier is put together anew with
// the numbers of this key. Whatever follows that code is never reached.
func CheckVerifier(key groth16.VerifyingKey, code []byte) error {
	if err := keys.Lint(key, circuit.PublicInputs); err != nil {
		return err
	}
	want, err := runtimeCode(key)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(code, want) {
		return fmt.Errorf("check verifier: not the code that the verifier of this key compiles to: %w", protocol.ErrConflict)
	}
	return nil
}

// CheckDevelopmentVerifier is CheckVerifier for the development key.
func CheckDevelopmentVerifier(code []byte) error {
	key, err := developmentKey()
	if err != nil {
		return err
	}
	return CheckVerifier(key, code)
}

// runtimeCode returns the code of the verifier contract of a key.
func runtimeCode(key groth16.VerifyingKey) ([]byte, error) {
	parts, err := template()
	if err != nil {
		return nil, err
	}
	return assemble(parts, numbers(key.(*groth16bn254.VerifyingKey))), nil
}

// template is the code of the development verifier, taken apart.
var template = sync.OnceValues(func() ([]part, error) {
	key, err := developmentKey()
	if err != nil {
		return nil, err
	}
	return takeApart(VerifierCode()[stepVerifierStart:], numbers(key))
})

func developmentKey() (*groth16bn254.VerifyingKey, error) {
	raw, err := hex.DecodeString(stepVerifierKey)
	if err != nil {
		return nil, fmt.Errorf("read the development key: %w", err)
	}
	key := new(groth16bn254.VerifyingKey)
	if _, err := key.ReadFrom(bytes.NewReader(raw)); err != nil {
		return nil, fmt.Errorf("read the development key: %w", err)
	}
	return key, nil
}

// numbers are the constants that make the contract of a key, in the order of its source.
func numbers(key *groth16bn254.VerifyingKey) (list []*big.Int) {
	add := func(coordinates ...fp.Element) {
		for i := range coordinates {
			list = append(list, coordinates[i].BigInt(new(big.Int)))
		}
	}
	add(key.G1.Alpha.X, key.G1.Alpha.Y)
	for _, p := range []bn254.G2Affine{key.G2.Beta, key.G2.Gamma, key.G2.Delta} {
		p.Neg(&p)
		add(p.X.A0, p.X.A1, p.Y.A0, p.Y.A1)
	}
	for _, k := range key.G1.K {
		add(k.X, k.Y)
	}
	return list
}

// part is an instruction with what it pushes, or a word of data. Numbers of a key and
// places differ from contract to contract: number and place count from 1, 0 is neither.
type part struct {
	bytes  []byte
	number int // the key's number that it pushes
	place  int // the part whose place it pushes
}

// Instructions.
const (
	opJumpDest = 0x5b
	opPush0    = 0x5f
	opPush2    = 0x61
	opPush32   = 0x7f
)

// takeApart finds in the code of a key's verifier what another key's would have changed.
func takeApart(code []byte, key []*big.Int) ([]part, error) {
	data := append(fp.Modulus().Bytes(), fr.Modulus().Bytes()...)
	program, found := bytes.CutSuffix(code, data)
	if !found {
		return nil, fmt.Errorf("verifier's code without the moduli at its end: %w", protocol.ErrInternal)
	}
	numbered, used := map[string]int{}, map[int]bool{}
	for i, n := range key {
		numbered[string(n.Bytes())] = i + 1
	}
	var parts []part
	place := map[int]int{}
	for at := 0; at < len(program); {
		p := part{bytes: program[at : at+1]}
		if op := program[at]; op > opPush0 && op <= opPush32 {
			p.bytes = program[at : at+1+int(op-opPush0)]
			p.number = numbered[string(p.bytes[1:])]
			used[p.number] = p.number > 0
		} else if op == opJumpDest {
			place[at] = len(parts) + 1
		}
		parts, at = append(parts, p), at+len(p.bytes)
	}
	for at := 0; at < len(data); at += fp.Bytes {
		place[len(program)+at] = len(parts) + 1
		parts = append(parts, part{bytes: data[at : at+fp.Bytes]})
	}
	for i, p := range parts {
		if len(p.bytes) == 3 && p.bytes[0] == opPush2 {
			parts[i].place = place[int(binary.BigEndian.Uint16(p.bytes[1:]))]
		}
	}
	for i := range key {
		if !used[i+1] {
			return nil, fmt.Errorf("verifier's code without number %d of its key: %w", i, protocol.ErrInternal)
		}
	}
	return parts, nil
}

// assemble puts the parts together with a key's numbers, each as short as it can be.
func assemble(parts []part, key []*big.Int) []byte {
	at, places := 0, make([]int, len(parts))
	for i, p := range parts {
		places[i] = at
		if p.number > 0 {
			at += 1 + len(key[p.number-1].Bytes())
		} else {
			at += len(p.bytes)
		}
	}
	code := make([]byte, 0, at)
	for _, p := range parts {
		switch {
		case p.number > 0:
			n := key[p.number-1].Bytes()
			code = append(append(code, opPush0+byte(len(n))), n...)
		case p.place > 0:
			code = binary.BigEndian.AppendUint16(append(code, opPush2), uint16(places[p.place-1]))
		default:
			code = append(code, p.bytes...)
		}
	}
	return code
}
