package ops

// Scores writes z[s] = rsh(c * sum_i q[i]*rows_s[i], shift - kRows[s]) in log2
// units, Q16, for each stored row (len(q) elements each, scale shift kRows[s]) and
// returns the largest. shift = cE + 16 - kq, and shift - kRows[s] is in 7..43.
func Scores(z []int64, q []int16, rows []int16, kRows []uint8, c int64, shift uint) (zmax int64) {
	hd := len(q)
	zmax = -1 << 62
	for s := range z {
		row := rows[s*hd : (s+1)*hd]
		row = row[:len(q)]
		var dot int64
		for i, x := range q {
			dot += int64(x) * int64(row[i])
		}
		if checked {
			assert(dot < 1<<38 && dot > -1<<38, "score dot")
		}
		v := Rsh(c*dot, shift-uint(kRows[s]))
		z[s] = v
		zmax = max(zmax, v)
	}
	return zmax
}

// Exp2Weights writes the softmax weights e[s] = exp2[(D>>8)&255] >> (D>>16) with
// D = zmax - z[s], 0 if D>>16 > 14, over z itself, and returns their sum.
func Exp2Weights(z []int64, zmax int64, exp2 *[256]uint16) (sum int64) {
	for s, v := range z {
		d := zmax - v
		var e int64
		if w := uint64(d) >> 16; w <= 14 {
			e = int64(exp2[d>>8&255] >> w)
		}
		z[s] = e
		sum += e
	}
	if checked {
		assert(sum >= 16384 && sum <= 1<<29, "softmax sum")
	}
	return sum
}

// Mix writes o[i] = rdiv(sum_s e[s]*(rows_s[i] << kRows[s]), sum), Q16: one
// division a channel, after the sum. acc is scratch of len(o) elements.
func Mix(o []int32, acc []int64, e []int64, rows []int16, kRows []uint8, sum int64) {
	acc = acc[:len(o)]
	clear(acc)
	MixSums(acc, e, rows, kRows)
	for i, a := range acc {
		if checked {
			assert(a <= 1<<60 && a >= -1<<60, "mix sum")
		}
		o[i] = int32(Rdiv(a, sum))
	}
}

// MixSums adds sum_s e[s]*(rows_s[i] << kRows[s]) to acc[i].
func MixSums(acc, e []int64, rows []int16, kRows []uint8) {
	hd := len(acc)
	for s, w := range e {
		if w == 0 {
			continue
		}
		w <<= kRows[s] & 31
		row := rows[s*hd : (s+1)*hd]
		row = row[:len(acc)]
		for i := range acc {
			acc[i] += w * int64(row[i])
		}
	}
}
