// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IStepTable} from "../interfaces/IStepTable.sol";
import {StepLib} from "../libraries/StepLib.sol";
import {Operand, Pick, Source, Statement, Step, VectorShape} from "../types/DisputeTypes.sol";

/// @title StepTable
/// @notice See `IStepTable`. The tables LAYER, HEAD and EMBEDDING are the specification; the code below them knows what
/// each operation reads, and how places become indices.
contract StepTable is IStepTable {
    /// @dev One vector is five bytes: op; kind and flags; rows and columns (codes of `_dimension`); what A and B read:
    /// vectors of the block, or for Linear's B the matrix. Flags: 1 packed, 2 cap 512, 4 a row a head that begins with its
    /// claim, 8 for models with biases: a wide vector exists only there, another one is a sum only there.
    bytes private constant LAYER = hex"1e30020000" // 00 in
        hex"02410c0000" // 01 norm.squares     of in
        hex"0341010100" // 02 norm.rsqrt
        hex"0430020002" // 03 norm.normed
        hex"0541010300" // 04 norm.claim
        hex"0620020304" // 05 norm.quant
        hex"07414b0504" // 06 q.sums           matrix 4
        hex"1148040604" // 07 q.wide
        hex"1138040604" // 08 q
        hex"07415b0502" // 09 k.sums           matrix 2
        hex"1148050904" // 10 k.wide
        hex"1138050904" // 11 k
        hex"07415b0506" // 12 v.sums           matrix 6
        hex"1148050c04" // 13 v.wide
        hex"1138050c04" // 14 v
        hex"0830040800" // 15 q.rotated
        hex"0830050b00" // 16 k.rotated
        hex"0541710f00" // 17 q.claim
        hex"06247a0f11" // 18 q.rows
        hex"0541811000" // 19 k.claim
        hex"06248a1013" // 20 k.rows
        hex"0541810e00" // 21 v.claim
        hex"06248a0e15" // 22 v.rows
        hex"1f00980000" // 23 keys
        hex"1530591600" // 24 columns          of v.rows of all positions
        hex"0940791217" // 25 scores
        hex"0a41711900" // 26 scores.claim
        hex"0b2279191a" // 27 softmax
        hex"0c417f1b00" // 28 softmax.sums
        hex"0d414f181b" // 29 mix.sums
        hex"1330041d1c" // 30 mix
        hex"0541011e00" // 31 mix.claim
        hex"0620041e1f" // 32 mix.quant
        hex"07412d2003" // 33 o.sums           matrix 3
        hex"113002211f" // 34 o
        hex"0f30020022" // 35 middle
        hex"02410c2300" // 36 middle.squares
        hex"0341012400" // 37 middle.rsqrt
        hex"0430022325" // 38 middle.normed
        hex"0541012600" // 39 middle.claim
        hex"0620022627" // 40 middle.quant
        hex"07413b2801" // 41 gate.sums        matrix 1
        hex"1130032927" // 42 gate
        hex"07413b2805" // 43 up.sums          matrix 5
        hex"1130032b27" // 44 up
        hex"0e30032a2c" // 45 gated
        hex"0541012d00" // 46 gated.claim
        hex"0620032d2e" // 47 gated.quant
        hex"07412e2f00" // 48 down.sums        matrix 0
        hex"113002302e" // 49 down
        hex"0f30022331"; // 50 out
    bytes private constant HEAD = hex"1e30020000" // 0 in
        hex"02410c0000" // 1 norm.squares
        hex"0341010100" // 2 norm.rsqrt
        hex"0430020002" // 3 norm.normed
        hex"0541010300" // 4 norm.claim
        hex"0620020304" // 5 norm.quant
        hex"07416b0507" // 6 logits.sums       the head's matrix
        hex"1130060604" // 7 logits
        hex"0a41010700"; // 8 logits.claim
    bytes private constant EMBEDDING = hex"0130020000"; // 0 out
    uint256 private constant ENTRY = 5;

    uint256 private constant PACKED = 1;
    uint256 private constant SPAN = 2;
    uint256 private constant HEADED = 4;
    uint256 private constant BIASABLE = 8;

    // Vectors that the rules name.
    uint256 private constant KEY_ROWS = 20;
    uint256 private constant KEYS = 23;
    // The vector's number one behind the head's: the step that picks the token.
    uint256 private constant TOKEN = 9;
    uint256 private constant LOGITS = 7;
    uint256 private constant LOGIT_CLAIM = 8;

    /// @dev Chunks whose numbers meet int32 in a product: a position each.
    uint256 private constant SPAN_CAP = 512;
    uint256 private constant WEIGHT_CAP = 1024;

    uint256 private constant HEADER = 128;
    uint256 private constant U32 = 0xffffffff;
    uint256 private constant ODD_BYTES = 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
    uint256 private constant ODD_PAIRS = 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;

    /// @dev One block of one model.
    struct View {
        uint256 t;
        uint256 l;
        uint256 width;
        uint256 ffn;
        uint256 layers;
        uint256 heads;
        uint256 kvHeads;
        uint256 headWidth;
        uint256 vocabulary;
        uint256 positions;
        uint256 rotated;
        bool biased;
        uint256 eps;
        uint256 scale;
        uint256 scaleExp;
        bytes table;
        uint256 count;
    }

    struct Vector {
        uint256 op;
        uint256 kind;
        uint256 flags;
        uint256 rows;
        uint256 cols;
        uint256 cap;
        uint256 a;
        uint256 b;
    }

    /// @inheritdoc IStepTable
    function statement(bytes calldata header, Step calldata step, uint32 token, Pick calldata pick)
        external
        pure
        returns (Statement memory)
    {
        View memory v = _view(header, step.t, step.l);
        if (step.l == v.layers + 1 && step.vector == TOKEN) return _pick(v, step, pick);
        Vector memory vec = _vector(v, step.vector);
        if (vec.rows == 0 || vec.op == StepLib.KEYS) revert NoVector(step.l, step.vector);
        if (step.padding) return _padding(v, vec, step);
        if (step.row >= vec.rows || step.col >= vec.cols) revert NoNumber(step.vector, step.row, step.col);
        if (vec.op == StepLib.INPUT) revert NoVector(step.l, step.vector);
        if (vec.op == StepLib.EMBED) return _embed(v, step, token);
        return _number(v, vec, step);
    }

    /// @inheritdoc IStepTable
    function words(Statement calldata s, bool ok, address submitter)
        external
        pure
        returns (uint256 stepWord, uint256 parameters)
    {
        return (StepLib.stepWord(s, ok), StepLib.parameters(s.x, s.y, submitter));
    }

    /// @inheritdoc IStepTable
    function bindWords(uint8 kind, uint32 length, address submitter)
        external
        pure
        returns (uint256 stepWord, uint256 parameters)
    {
        return (StepLib.stepWord(StepLib.bind(kind, length), true), StepLib.parameters(0, 0, submitter));
    }

    /// @inheritdoc IStepTable
    function vectors(bytes calldata header, uint256 t, uint256 l) external pure returns (uint256) {
        return _view(header, t, l).count;
    }

    /// @inheritdoc IStepTable
    function shape(bytes calldata header, uint256 t, uint256 l, uint256 vector)
        external
        pure
        returns (VectorShape memory s)
    {
        Vector memory vec = _vector(_view(header, t, l), vector);
        s.op = _u8(vec.op);
        s.kind = _u8(vec.kind);
        s.rows = _u32(vec.rows);
        s.cols = _u32(vec.cols);
        s.cap = _u32(vec.cap);
        s.packed = vec.flags & PACKED != 0;
        s.chunks = _u32(_chunks(vec));
    }

    /// @inheritdoc IStepTable
    function chunk(bytes calldata header, uint256 t, uint256 l, uint256 vector, uint256 index)
        external
        pure
        returns (uint8 kind, uint256 length, uint256 wordCount)
    {
        View memory v = _view(header, t, l);
        Vector memory vec = _vector(v, vector);
        if (index >= _chunks(vec)) revert NoPadding(vector, index, 0);
        if (vec.op == StepLib.KEYS) (vec, index) = (_vector(v, KEY_ROWS), index % v.kvHeads);
        kind = _u8(vec.kind);
        length = _length(vec, index);
        wordCount = StepLib.wordCount(kind, length);
    }

    /// @inheritdoc IStepTable
    function leaf(bytes calldata header, uint256 t, uint256 l, uint256 vector, uint256 index)
        external
        pure
        returns (Operand memory o)
    {
        View memory v = _view(header, t, l);
        Vector memory vec = _vector(v, vector);
        uint256 chunks = _chunks(vec);
        if (index >= chunks) revert NoPadding(vector, index, 0);
        o = _leaf(v, vector, index, chunks);
        if (vec.op == StepLib.KEYS) (vec, index) = (_vector(v, KEY_ROWS), index % v.kvHeads);
        (o.kind, o.length) = (_u8(vec.kind), _u32(_length(vec, index)));
    }

    /// @inheritdoc IStepTable
    function counterpart(bytes calldata header, uint256 t, uint256 l, uint256 s, uint256 head)
        external
        pure
        returns (Operand memory here, Operand memory there)
    {
        View memory v = _view(header, t, l);
        if (l == 0 || l > v.layers) revert NoVector(l, KEYS);
        if (s > t || head >= v.kvHeads) revert NoNumber(KEYS, s, head);
        here = _leaf(v, KEYS, s * v.kvHeads + head, (t + 1) * v.kvHeads);
        there = _leaf(v, KEY_ROWS, head, v.kvHeads);
        there.t = _u32(s);
        if (s < t) there.source = Source.Earlier;
    }

    /// @inheritdoc IStepTable
    function unusedDigest() external pure returns (bytes32) {
        return StepLib.UNUSED_DIGEST;
    }

    // --------------------------------------------------------------- steps

    function _embed(View memory v, Step calldata s, uint256 token)
        private
        pure
        returns (Statement memory st)
    {
        if (token >= v.vocabulary) revert NoToken(token, v.vocabulary);
        st.op = _u8(StepLib.EMBED);
        st.a = _stored(v, _firstMatrix(v), StepLib.WEIGHTS, v.vocabulary, v.width, token, s.col);
        st.a.place2 = st.a.place / _u32(StepLib.GROUP);
        st.b = _unused();
        st.o = _at(v, s.vector, s.row, s.col);
    }

    function _pick(View memory v, Step calldata s, Pick calldata p)
        private
        pure
        returns (Statement memory st)
    {
        if (p.token >= v.vocabulary) revert NoToken(p.token, v.vocabulary);
        if (s.witness >= v.vocabulary) revert NoWitness(s.witness, v.vocabulary);
        if (s.row != 0 || s.col != 0 || s.padding) revert NoNumber(s.vector, s.row, s.col);
        st.op = _u8(StepLib.PICK);
        // The witness wins a tie.
        st.first = s.witness < p.token;
        (st.x, st.y, st.noiseA, st.noiseB) = (p.beta, p.maxGap, p.noiseA, p.noiseB);
        st.a = _at(v, LOGITS, 0, s.witness);
        st.b = _at(v, LOGITS, 0, p.token);
        st.o = _at(v, LOGIT_CLAIM, 0, 0);
    }

    /// @dev A place behind the numbers of a chunk; `row` is the chunk and `col` the place.
    function _padding(View memory v, Vector memory vec, Step calldata s)
        private
        pure
        returns (Statement memory st)
    {
        uint256 chunks = _chunks(vec);
        if (s.row >= chunks) revert NoPadding(s.vector, s.row, s.col);
        uint256 length = _length(vec, s.row);
        uint256 perWord = StepLib.limbs(vec.kind);
        uint256 count = StepLib.wordCount(vec.kind, length);
        uint256 end = StepLib.blocks(count) * StepLib.BLOCK_WORDS * perWord;
        if (s.col < length || s.col >= end) revert NoPadding(s.vector, s.row, s.col);
        st.op = _u8(StepLib.PAD);
        st.first = s.col / perWord >= count;
        st.a = _unused();
        st.b = _unused();
        st.o = _leaf(v, s.vector, s.row, chunks);
        (st.o.kind, st.o.length) = (_u8(vec.kind), _u32(length));
        (st.o.place, st.o.place2) = (s.col, s.col);
    }

    /// @dev What each operation reads. Operands name chunks of the same block but where it says otherwise.
    function _number(View memory v, Vector memory vec, Step calldata s)
        private
        pure
        returns (Statement memory st)
    {
        uint256 op = vec.op;
        st.op = _u8(op);
        st.b = _unused();
        st.o = _at(v, s.vector, s.row, s.col);
        if (op == StepLib.SQUARES) {
            st.a = _at(v, vec.a, 0, uint256(s.col) * SPAN_CAP);
        } else if (op == StepLib.RSQRT) {
            st.a = _last(v, vec.a, 0);
            (st.first, st.x, st.y) = (s.col == 0, _u32(v.width), _u32(v.eps));
        } else if (op == StepLib.NORM) {
            st.a = _at(v, vec.a, 0, s.col);
            st.b = _pair(v, vec.b, 0, 0, 1);
        } else if (op == StepLib.ABS_MAX || op == StepLib.MAX) {
            _claim(v, vec, s, st);
        } else if (op == StepLib.QUANT) {
            _quant(v, vec, s, st);
        } else if (op == StepLib.LINEAR) {
            st.a = _at(v, vec.a, 0, uint256(s.col) * WEIGHT_CAP);
            st.b = _matrix(v, vec.b, s.row, uint256(s.col) * WEIGHT_CAP);
        } else if (op == StepLib.REQUANT) {
            _requant(v, vec, s, st);
        } else if (op == StepLib.ROTATE) {
            _rotate(v, vec, s, st);
        } else if (op == StepLib.ADD || op == StepLib.GATE) {
            st.a = _at(v, vec.a, 0, s.col);
            st.b = _at(v, vec.b, 0, s.col);
        } else {
            _attend(v, vec, s, st);
        }
        // A running sum: the number before it counts too, unless it is the first of its row.
        bool runs = op == StepLib.SQUARES || op == StepLib.LINEAR || op == StepLib.SUM || op == StepLib.MIX;
        if (runs) {
            st.first = s.col == 0;
            if (!st.first) --st.o.place2;
        }
    }

    /// @dev A claim about a row of numbers, or about an equal part of one row for each head, meets one of them.
    function _claim(View memory v, Vector memory vec, Step calldata s, Statement memory st) private pure {
        Vector memory source = _vector(v, vec.a);
        uint256 n = source.rows == 1 ? source.cols / vec.rows : source.cols;
        if (s.witness >= n) revert NoWitness(s.witness, n);
        st.a = source.rows == 1
            ? _at(v, vec.a, 0, uint256(s.row) * n + s.witness)
            : _at(v, vec.a, s.row, s.witness);
        st.o = _pair(v, s.vector, s.row, 0, 1);
        (st.x, st.y) = (s.witness, _u32(n));
    }

    function _quant(View memory v, Vector memory vec, Step calldata s, Statement memory st) private pure {
        if (vec.flags & HEADED == 0) {
            st.a = _at(v, vec.a, 0, s.col);
            st.b = _at(v, vec.b, 0, 0);
        } else if (s.col == 0) {
            st.op = _u8(StepLib.COPY);
            st.a = _at(v, vec.b, s.row, 0);
        } else {
            st.a = _at(v, vec.a, 0, uint256(s.row) * v.headWidth + s.col - 1);
            st.b = _at(v, vec.b, s.row, 0);
        }
    }

    /// @dev With biases the wide vector before it holds what the sums give, and the result adds the bias.
    function _requant(View memory v, Vector memory vec, Step calldata s, Statement memory st) private pure {
        if (vec.flags & BIASABLE != 0 && v.biased && vec.kind != StepLib.WIDE) {
            st.op = _u8(StepLib.ADD);
            st.a = _at(v, s.vector - 1, 0, s.col);
            // In the container's order: of keys, of queries, of values.
            uint256 order = s.vector == 8 ? 1 : (s.vector == 11 ? 0 : 2);
            st.b = _stored(v, 3 * v.l - 2 + order, StepLib.INT32, 1, vec.cols, 0, s.col);
        } else {
            st.a = _last(v, vec.a, s.col);
            st.b = _at(v, vec.b, 0, 0);
        }
    }

    function _rotate(View memory v, Vector memory vec, Step calldata s, Statement memory st) private pure {
        uint256 i = s.col % v.headWidth;
        if (i >= v.rotated) {
            st.op = _u8(StepLib.COPY);
            st.a = _at(v, vec.a, 0, s.col);
            return;
        }
        st.first = i % 2 == 0;
        st.a = _pair(v, vec.a, 0, s.col, s.col ^ 1);
        st.b = _stored(v, _firstMatrix(v) - 1, StepLib.INT16, v.positions, v.rotated, s.t, i / 2);
        st.b.place2 = _u32((v.rotated + i) / 2);
    }

    function _attend(View memory v, Vector memory vec, Step calldata s, Statement memory st) private pure {
        uint256 op = vec.op;
        // How many heads share a key head.
        uint256 share = v.heads / v.kvHeads;
        if (op == StepLib.COLUMN) {
            // The row of values of position `col`, at this layer.
            st.a = _pair(v, vec.a, s.row / v.headWidth, 1 + s.row % v.headWidth, 0);
            st.a.t = s.col;
            if (s.col < s.t) st.a.source = Source.Earlier;
        } else if (op == StepLib.SCORE) {
            st.a = _at(v, vec.a, s.row, 0);
            st.b = _leaf(v, vec.b, uint256(s.col) * v.kvHeads + s.row / share, (v.t + 1) * v.kvHeads);
            (st.b.kind, st.b.length) = (_u8(StepLib.INT16), _u32(v.headWidth + 1));
            (st.x, st.y) = (_u32(v.scale), _u32(v.scaleExp + 16));
        } else if (op == StepLib.EXP) {
            st.a = _at(v, vec.a, s.row, s.col);
            st.b = _at(v, vec.b, s.row, 0);
        } else if (op == StepLib.SUM) {
            st.a = _at(v, vec.a, s.row, uint256(s.col) * SPAN_CAP);
        } else if (op == StepLib.MIX) {
            uint256 head = s.row / v.headWidth;
            st.a = _at(v, vec.a, head / share * v.headWidth + s.row % v.headWidth, uint256(s.col) * SPAN_CAP);
            st.b = _at(v, vec.b, head, uint256(s.col) * SPAN_CAP);
        } else {
            // Divide.
            st.a = _last(v, vec.a, s.col);
            st.b = _last(v, vec.b, s.col / v.headWidth);
        }
    }

    // ------------------------------------------------------------ operands

    function _at(View memory v, uint256 id, uint256 row, uint256 col)
        private
        pure
        returns (Operand memory o)
    {
        Vector memory vec = _vector(v, id);
        (uint256 c, uint256 place) = _locate(vec, row, col);
        o = _leaf(v, id, c, _chunks(vec));
        o.kind = _u8(vec.kind);
        o.length = _u32(_length(vec, c));
        o.place = _u32(place);
        o.place2 = _u32(place);
    }

    /// @dev Two numbers of one chunk.
    function _pair(View memory v, uint256 id, uint256 row, uint256 col, uint256 col2)
        private
        pure
        returns (Operand memory o)
    {
        o = _at(v, id, row, col);
        (, uint256 place2) = _locate(_vector(v, id), row, col2);
        o.place2 = _u32(place2);
    }

    /// @dev The last sum of a row.
    function _last(View memory v, uint256 id, uint256 row) private pure returns (Operand memory) {
        return _at(v, id, row, _vector(v, id).cols - 1);
    }

    function _leaf(View memory v, uint256 id, uint256 c, uint256 chunks)
        private
        pure
        returns (Operand memory o)
    {
        o.source = Source.Opened;
        o.t = _u32(v.t);
        (o.outer, o.outers) = (_u32(id), _u32(v.count));
        (o.inner, o.inners) = (_u32(c), _u32(chunks));
    }

    /// @dev The chunk of a tensor that holds a number.
    function _stored(
        View memory v,
        uint256 tensor,
        uint256 kind,
        uint256 rows,
        uint256 cols,
        uint256 row,
        uint256 col
    ) private pure returns (Operand memory o) {
        Vector memory vec;
        (vec.kind, vec.rows, vec.cols, vec.cap) = (kind, rows, cols, StepLib.capacity(kind));
        (uint256 c, uint256 place) = _locate(vec, row, col);
        o.source = Source.Stored;
        (o.outer, o.outers) = (_u32(tensor), _u32(_firstMatrix(v) + 3 + 7 * v.layers));
        (o.inner, o.inners) = (_u32(c), _u32(_chunks(vec)));
        (o.kind, o.length) = (_u8(kind), _u32(_length(vec, c)));
        (o.place, o.place2) = (_u32(place), _u32(place));
    }

    /// @dev Matrices of a layer in the container's order: down 0, gate 1, key 2, output 3, query 4, up 5, value 6; 7 is the
    /// head's.
    function _matrix(View memory v, uint256 m, uint256 row, uint256 col)
        private
        pure
        returns (Operand memory)
    {
        uint256 first = _firstMatrix(v);
        uint256 tensor = m == 7 ? first + 1 : first + 2 + 7 * (v.l - 1) + m;
        uint256 rows = v.width;
        uint256 cols = v.width;
        if (m == 0) cols = v.ffn;
        else if (m == 1 || m == 5) rows = v.ffn;
        else if (m == 2 || m == 6) rows = v.kvHeads * v.headWidth;
        else if (m == 3) cols = v.heads * v.headWidth;
        else if (m == 4) rows = v.heads * v.headWidth;
        else rows = v.vocabulary;
        return _stored(v, tensor, StepLib.WEIGHTS, rows, cols, row, col);
    }

    /// @dev The leaf of the embedding. Before it: the header, three biases a layer if there are any, the tables of exp2 and
    /// sigmoid, the rotation table. Behind it: the head's matrix, seven matrices a layer, the tokenizer.
    function _firstMatrix(View memory v) private pure returns (uint256) {
        return 4 + (v.biased ? 3 * v.layers : 0);
    }

    function _unused() private pure returns (Operand memory o) {
        (o.kind, o.length) = (_u8(StepLib.WIDE), 1);
    }

    // ------------------------------------------------------------- vectors

    function _locate(Vector memory vec, uint256 row, uint256 col)
        private
        pure
        returns (uint256 c, uint256 place)
    {
        if (vec.flags & PACKED != 0) {
            uint256 perChunk = vec.cap / vec.cols;
            return (row / perChunk, row % perChunk * vec.cols + col);
        }
        return (row * _ceilDiv(vec.cols, vec.cap) + col / vec.cap, col % vec.cap);
    }

    function _chunks(Vector memory vec) private pure returns (uint256) {
        if (vec.flags & PACKED != 0) return _ceilDiv(vec.rows, vec.cap / vec.cols);
        return vec.rows * _ceilDiv(vec.cols, vec.cap);
    }

    /// @dev Numbers in chunk c.
    function _length(Vector memory vec, uint256 c) private pure returns (uint256) {
        if (vec.flags & PACKED != 0) {
            uint256 perChunk = vec.cap / vec.cols;
            return _min(perChunk, vec.rows - c * perChunk) * vec.cols;
        }
        return _min(vec.cap, vec.cols - c % _ceilDiv(vec.cols, vec.cap) * vec.cap);
    }

    function _vector(View memory v, uint256 id) private pure returns (Vector memory vec) {
        if (id >= v.count) revert NoVector(v.l, id);
        bytes memory table = v.table;
        uint256 e;
        // INVARIANT: id < count, so the five bytes are inside the table.
        assembly ("memory-safe") {
            e := shr(216, mload(add(add(table, 0x20), mul(id, ENTRY))))
        }
        vec.op = e >> 32;
        vec.kind = (e >> 28) & 0xf;
        vec.flags = (e >> 24) & 0xf;
        vec.rows = _dimension(v, (e >> 20) & 0xf);
        vec.cols = _dimension(v, (e >> 16) & 0xf);
        vec.a = (e >> 8) & 0xff;
        vec.b = e & 0xff;
        if (vec.op == StepLib.KEYS) vec.cap = 1;
        else vec.cap = vec.flags & SPAN != 0 ? SPAN_CAP : StepLib.capacity(vec.kind);
        bool onlyBiased = vec.flags & BIASABLE != 0 && vec.kind == StepLib.WIDE;
        if (onlyBiased && !v.biased) vec.rows = 0;
    }

    /// @dev What rows and columns are counted in.
    function _dimension(View memory v, uint256 code) private pure returns (uint256) {
        if (code < 2) return code + 1;
        if (code == 2) return v.width;
        if (code == 3) return v.ffn;
        if (code == 4) return v.heads * v.headWidth;
        if (code == 5) return v.kvHeads * v.headWidth;
        if (code == 6) return v.vocabulary;
        if (code == 7) return v.heads;
        if (code == 8) return v.kvHeads;
        if (code == 9) return v.t + 1;
        if (code == 10) return v.headWidth + 1;
        if (code == 11) return _ceilDiv(v.width, WEIGHT_CAP);
        if (code == 12) return _ceilDiv(v.width, SPAN_CAP);
        if (code == 13) return _ceilDiv(v.heads * v.headWidth, WEIGHT_CAP);
        if (code == 14) return _ceilDiv(v.ffn, WEIGHT_CAP);
        return _ceilDiv(v.t + 1, SPAN_CAP);
    }

    /// @dev The constants of a header that was checked when its version was published.
    function _view(bytes calldata header, uint256 t, uint256 l) private pure returns (View memory v) {
        if (header.length != HEADER) revert BadHeaderLength(header.length);
        uint256 first = _bigEndian(uint256(bytes32(header[0:32])));
        uint256 second = _bigEndian(uint256(bytes32(header[32:64])));
        (v.t, v.l) = (t, l);
        v.width = (first >> 128) & U32;
        v.ffn = (first >> 96) & U32;
        v.layers = (first >> 64) & U32;
        v.heads = (first >> 32) & U32;
        v.kvHeads = first & U32;
        v.headWidth = second >> 224;
        v.vocabulary = (second >> 192) & U32;
        v.positions = (second >> 160) & U32;
        v.rotated = (second >> 128) & U32;
        v.biased = (second >> 96) & 1 != 0;
        v.eps = (second >> 64) & U32;
        v.scale = (second >> 32) & U32;
        v.scaleExp = second & U32;
        if (t >= v.positions || l > v.layers + 1) revert NoBlock(t, l);
        v.table = l == 0 ? EMBEDDING : (l > v.layers ? HEAD : LAYER);
        v.count = v.table.length / ENTRY;
    }

    /// @dev Turns the eight little-endian uint32 of a word round: first the bytes of each pair, then the pairs.
    function _bigEndian(uint256 word) private pure returns (uint256) {
        word = ((word & ODD_BYTES) << 8) | ((word >> 8) & ODD_BYTES);
        return ((word & ODD_PAIRS) << 16) | ((word >> 16) & ODD_PAIRS);
    }

    /// @dev Codes of operations and kinds.
    function _u8(uint256 x) private pure returns (uint8) {
        // casting is safe: every code in the tables is below 32
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint8(x);
    }

    /// @dev Indices, counts and constants of a header: the limits of headers (HeaderLib) keep all far below 2^32.
    function _u32(uint256 x) private pure returns (uint32) {
        // casting is safe: the largest are leaves of columns and keys, below 2^30
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(x);
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }

    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}
