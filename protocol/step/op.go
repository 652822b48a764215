package step

// Op is what makes one number of a vector. Codes are part of the specification and
// of the circuit; they never change meaning.
type Op uint8

// The operations. In the comments a, a' are the two numbers read from operand A, b, b'
// those from B, o, o' those from O; o is the claim. rsh, rdiv and clamping are those
// of the runtime specification; a result is clamped to the range of O's kind (int16:
// ±32767, int32: ±(2^31-1)). Sums run over all numbers of the operands' chunks.
const (
	OpEmbed   Op = 1  // rsh(a * a', 8): a weight, and the scale of its group
	OpSquares Op = 2  // o' + sum(A * A)
	OpRsqrt   Op = 3  // first: zz, else inv, of the mean of squares a / X with eps Y
	OpNorm    Op = 4  // rsh(a * b', 47 - b/2)
	OpAbsMax  Op = 5  // the claim (o = k, o' = witness) stands against number X of Y, which is a
	OpQuant   Op = 6  // rsh(a, b)
	OpLinear  Op = 7  // o' + sum(scale * A * B)
	OpRotate  Op = 8  // rsh(a*b - a'*b', 14) if first, else rsh(a*b + a'*b', 14)
	OpScore   Op = 9  // rsh(X * sum(A * B from number 1 on), Y - A[0] - B[0])
	OpMax     Op = 10 // the claim (o = maximum, o' = witness) stands against number X of Y, which is a
	OpExp     Op = 11 // exp2[((b-a) >> 8) mod 256] >> ((b-a) >> 16), 0 where that shift exceeds 14
	OpSum     Op = 12 // o' + sum(A)
	OpMix     Op = 13 // o' + sum(A * B)
	OpGate    Op = 14 // rsh(rsh(a * sigmoid[w], 15) * b, 16), w = rsh(a, 11) + 512 clamped to 0..1023
	OpAdd     Op = 15 // a + b
	OpPick    Op = 16 // the token with logit b stands against the id with logit a; o is the largest logit
	OpRequant Op = 17 // rsh(a, 24 - b)
	OpPad     Op = 18 // first: o's word is zero, else: o is zero; o lies behind the chunk's last number
	OpDivide  Op = 19 // rdiv(a, b)
	OpCopy    Op = 20 // a
	OpColumn  Op = 21 // a << a'
	OpBind    Op = 22 // the polynomial over A's words is O at B

	// OpInput and OpKeys need no circuit: the contract compares hashes.
	OpInput Op = 30
	OpKeys  Op = 31
)

// Source says where a step reads an operand.
type Source uint8

// The sources.
const (
	None    Source = iota // not read: the digest of the chunk that is one wide zero
	Opened                // a chunk of this block's opening
	Earlier               // a chunk of an earlier position's opening of the same layer
	Stored                // a chunk of the model's weights
)
