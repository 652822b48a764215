//go:build !(goexperiment.simd && amd64)

package trainer

import "math"

// KernelName says which inner loops this build uses.
func KernelName() string { return "portable" }

func leaveKernel() {}

// tile computes one 4 x 16 tile of C from kc packed rows of B, in 2 x 4 register blocks.
func tile(c []float32, ldc int, a []float32, am, ak int, panel *[chunkK * tileN]float32, kc int, add bool) {
	for m := 0; m < tileM; m += 2 {
		a0, a1 := a[m*am:], a[(m+1)*am:]
		for n := 0; n < tileN; n += 4 {
			var s00, s01, s02, s03, s10, s11, s12, s13 float32
			p, q := n, 0
			for range kc {
				b := panel[p : p+4 : p+4]
				x, y := a0[q], a1[q]
				s00 += x * b[0]
				s01 += x * b[1]
				s02 += x * b[2]
				s03 += x * b[3]
				s10 += y * b[0]
				s11 += y * b[1]
				s12 += y * b[2]
				s13 += y * b[3]
				p += tileN
				q += ak
			}
			c0 := c[m*ldc+n : m*ldc+n+4 : m*ldc+n+4]
			c1 := c[(m+1)*ldc+n : (m+1)*ldc+n+4 : (m+1)*ldc+n+4]
			if add {
				s00, s01, s02, s03 = s00+c0[0], s01+c0[1], s02+c0[2], s03+c0[3]
				s10, s11, s12, s13 = s10+c1[0], s11+c1[1], s12+c1[2], s13+c1[3]
			}
			c0[0], c0[1], c0[2], c0[3] = s00, s01, s02, s03
			c1[0], c1[1], c1[2], c1[3] = s10, s11, s12, s13
		}
	}
}

// expSum writes exp(src*scale - shift) and returns the sum. dst and src may be the same slice.
func expSum(dst, src []float32, scale, shift float32) float32 {
	var sum float32
	for i, v := range src {
		e := expOne(v*scale - shift)
		dst[i] = e
		sum += e
	}
	return sum
}

// expOne is exp in float32: 2^n times a degree-6 polynomial on half an octave to each side, good to 2 ulp.
func expOne(x float32) float32 {
	if x < -87 {
		return 0
	}
	if x > 88 {
		x = 88
	}
	n := math.Float32frombits(math.Float32bits(x*1.44269504+12582912)) - 12582912
	r := x - n*0.693359375 + n*2.12194440e-4
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	p = p*r*r + r + 1
	return p * math.Float32frombits(uint32(int32(n)+127)<<23)
}

func maxOf(x []float32) float32 {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	return top
}

func scale(x []float32, k float32) {
	for i := range x {
		x[i] *= k
	}
}

// softmaxBack turns dp, the gradient of the probabilities p, into the gradient of the scores times k.
func softmaxBack(dp, p []float32, k float32) {
	p = p[:len(dp)]
	var dot float32
	for i, v := range p {
		dot += v * dp[i]
	}
	for i, v := range p {
		dp[i] = v * (dp[i] - dot) * k
	}
}
