package circuit

import (
	"github.com/dgrid-network/dgrid/protocol/chunk"
	"github.com/dgrid-network/dgrid/protocol/step"
)

// operands are the kinds that an operation's chunks may have. The table bounds every
// number in the circuit's arithmetic: with other kinds it would not hold.
type operands [3][]chunk.Kind

// kindsOf returns the kinds of an operation's chunks; nil for an operation without a
// circuit.
func kindsOf(op step.Op) *operands {
	const i16, i32, wide = chunk.Int16, chunk.Int32, chunk.Wide80
	k := func(kinds ...chunk.Kind) []chunk.Kind { return kinds }
	unused := k(wide)
	switch op {
	case step.OpEmbed:
		return &operands{k(chunk.Weights), unused, k(i32)}
	case step.OpSquares:
		return &operands{k(i32), unused, k(wide)}
	case step.OpRsqrt:
		return &operands{k(wide), unused, k(wide)}
	case step.OpNorm:
		return &operands{k(i32), k(wide), k(i32)}
	case step.OpAbsMax:
		return &operands{k(i32), unused, k(wide)}
	case step.OpQuant:
		return &operands{k(i32), k(wide), k(i16)}
	case step.OpLinear:
		return &operands{k(i16), k(chunk.Weights), k(wide)}
	case step.OpRotate:
		return &operands{k(i32), k(i16), k(i32)}
	case step.OpScore:
		return &operands{k(i16), k(i16), k(wide)}
	case step.OpMax:
		return &operands{k(i32, wide), unused, k(wide)}
	case step.OpExp:
		return &operands{k(wide), k(wide), k(i16)}
	case step.OpSum:
		return &operands{k(i16), unused, k(wide)}
	case step.OpMix:
		return &operands{k(i32), k(i16), k(wide)}
	case step.OpGate:
		return &operands{k(i32), k(i32), k(i32)}
	case step.OpAdd:
		return &operands{k(i32, wide), k(i32), k(i32)}
	case step.OpPick:
		return &operands{k(i32), k(i32), k(wide)}
	case step.OpRequant:
		return &operands{k(wide), k(wide), k(i32, wide)}
	case step.OpPad:
		return &operands{unused, unused, k(i16, i32, wide)}
	case step.OpDivide:
		return &operands{k(wide), k(wide), k(i32)}
	case step.OpCopy:
		return &operands{k(i32, wide), unused, k(i16, i32)}
	case step.OpColumn:
		return &operands{k(i16), unused, k(i32)}
	case step.OpBind:
		return &operands{allKinds(), unused, unused}
	}
	return nil
}

func known(op step.Op) bool { return kindsOf(op) != nil }

func allKinds() []chunk.Kind {
	return []chunk.Kind{chunk.Int8, chunk.Int16, chunk.Int32, chunk.Wide80, chunk.Weights, chunk.Uint8, chunk.Uint16}
}
