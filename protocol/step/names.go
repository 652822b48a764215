package step

import "fmt"

var opNames = map[Op]string{
	OpEmbed: "embed", OpSquares: "squares", OpRsqrt: "rsqrt", OpNorm: "norm", OpAbsMax: "absmax", OpQuant: "quant", OpLinear: "linear",
	OpRotate: "rotate", OpScore: "score", OpMax: "max", OpExp: "exp", OpSum: "sum", OpMix: "mix", OpGate: "gate", OpAdd: "add", OpPick: "pick",
	OpRequant: "requant", OpPad: "pad", OpDivide: "divide", OpCopy: "copy", OpColumn: "column", OpBind: "bind", OpInput: "input", OpKeys: "keys",
}

// String returns the operation's name, for people.
func (o Op) String() string {
	if s, ok := opNames[o]; ok {
		return s
	}
	return fmt.Sprintf("op %d", uint8(o))
}

// Find returns the vector of a name in a layout.
func Find(layout []Vector, name string) (VectorID, bool) {
	for id, v := range layout {
		if v.Name == name {
			return VectorID(id), true
		}
	}
	return 0, false
}
