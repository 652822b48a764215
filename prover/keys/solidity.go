package keys

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/backend/solidity"

	"github.com/dgrid-network/dgrid/protocol"
)

// licence is the first line of every Solidity file.
const licence = "// SPDX-License-Identifier: MIT\n"

// Solidity returns the source of the verifier contract of a key, under the name given:
// gnark's template below the licence and the lines of header, without spaces at the end
// of lines. It fails with protocol.ErrInternal if the template is not the known one.
func Solidity(vk groth16.VerifyingKey, name, header string, options ...solidity.ExportOption) ([]byte, error) {
	var buf bytes.Buffer
	if err := vk.ExportSolidity(&buf, append([]solidity.ExportOption{solidity.WithPragmaVersion("^0.8.28")}, options...)...); err != nil {
		return nil, fmt.Errorf("export verifier: %w", err)
	}
	source, found := strings.CutPrefix(strings.TrimSpace(buf.String()), licence)
	if !found || strings.Count(source, "contract Verifier {") != 1 {
		return nil, fmt.Errorf("export verifier: gnark's template has changed: %w", protocol.ErrInternal)
	}
	source = strings.Replace(source, "contract Verifier {", "contract "+name+" {", 1)
	var out strings.Builder
	out.WriteString(licence + header)
	for line := range strings.Lines(source) {
		out.WriteString(strings.TrimRight(line, " \t\n") + "\n")
	}
	return []byte(out.String()), nil
}
