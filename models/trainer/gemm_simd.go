//go:build goexperiment.simd && amd64

package trainer

import (
	"math"
	"simd/archsimd"
	"unsafe"
)

// KernelName says which inner loops this build uses.
func KernelName() string { return "archsimd AVX2" }

func leaveKernel() { archsimd.ClearAVXUpperBits() }

// tile computes one 4 x 16 tile of C from kc packed rows of B. gemm has checked the outer bounds.
func tile(c []float32, ldc int, a []float32, am, ak int, panel *[chunkK * tileN]float32, kc int, add bool) {
	cp := unsafe.Pointer(&c[0])
	row := uintptr(ldc) * 4
	var s00, s01, s10, s11, s20, s21, s30, s31 archsimd.Float32x8
	if add {
		s00, s01 = load8(cp), load8(unsafe.Add(cp, 32))
		s10, s11 = load8(unsafe.Add(cp, row)), load8(unsafe.Add(cp, row+32))
		s20, s21 = load8(unsafe.Add(cp, 2*row)), load8(unsafe.Add(cp, 2*row+32))
		s30, s31 = load8(unsafe.Add(cp, 3*row)), load8(unsafe.Add(cp, 3*row+32))
	}
	ap := unsafe.Pointer(&a[0])
	step, am4 := uintptr(ak)*4, uintptr(am)*4
	bp := unsafe.Pointer(panel)
	for range kc {
		b0, b1 := load8(bp), load8(unsafe.Add(bp, 32))
		x := archsimd.BroadcastFloat32x8(*(*float32)(ap))
		s00, s01 = x.MulAdd(b0, s00), x.MulAdd(b1, s01)
		x = archsimd.BroadcastFloat32x8(*(*float32)(unsafe.Add(ap, am4)))
		s10, s11 = x.MulAdd(b0, s10), x.MulAdd(b1, s11)
		x = archsimd.BroadcastFloat32x8(*(*float32)(unsafe.Add(ap, 2*am4)))
		s20, s21 = x.MulAdd(b0, s20), x.MulAdd(b1, s21)
		x = archsimd.BroadcastFloat32x8(*(*float32)(unsafe.Add(ap, 3*am4)))
		s30, s31 = x.MulAdd(b0, s30), x.MulAdd(b1, s31)
		ap = unsafe.Add(ap, step)
		bp = unsafe.Add(bp, tileN*4)
	}
	store8(cp, s00)
	store8(unsafe.Add(cp, 32), s01)
	store8(unsafe.Add(cp, row), s10)
	store8(unsafe.Add(cp, row+32), s11)
	store8(unsafe.Add(cp, 2*row), s20)
	store8(unsafe.Add(cp, 2*row+32), s21)
	store8(unsafe.Add(cp, 3*row), s30)
	store8(unsafe.Add(cp, 3*row+32), s31)
}

func load8(p unsafe.Pointer) archsimd.Float32x8     { return archsimd.LoadFloat32x8((*[8]float32)(p)) }
func store8(p unsafe.Pointer, v archsimd.Float32x8) { v.Store((*[8]float32)(p)) }

// expSum writes exp(src*scale - shift) and returns the sum. dst and src may be the same slice.
func expSum(dst, src []float32, scale, shift float32) float32 {
	n := len(src) &^ 7
	dst = dst[:len(src)]
	var sum float32
	if n > 0 {
		bc := archsimd.BroadcastFloat32x8
		sc, sh := bc(scale), bc(shift)
		lo, hi, magic, log2e := bc(-87), bc(88), bc(12582912), bc(1.44269504)
		ln2a, ln2b := bc(-0.693359375), bc(2.12194440e-4)
		c0, c1, c2, c3, c4, c5, one := bc(1.9875691500e-4), bc(1.3981999507e-3), bc(8.3334519073e-3), bc(4.1665795894e-2), bc(1.6666665459e-1), bc(5.0000001201e-1), bc(1)
		bias := archsimd.BroadcastInt32x8(127)
		var total archsimd.Float32x8
		for i := 0; i < n; i += 8 {
			x := load8(unsafe.Pointer(&src[i])).Mul(sc).Sub(sh)
			keep := x.GreaterEqual(lo)
			x = x.Max(lo).Min(hi)
			k := x.MulAdd(log2e, magic).Sub(magic)
			r := k.MulAdd(ln2b, k.MulAdd(ln2a, x))
			p := c0.MulAdd(r, c1)
			p = p.MulAdd(r, c2)
			p = p.MulAdd(r, c3)
			p = p.MulAdd(r, c4)
			p = p.MulAdd(r, c5)
			p = p.MulAdd(r.Mul(r), r).Add(one)
			pow := k.ConvertToInt32().Add(bias).ShiftAllLeft(23).AsFloat32x8()
			e := p.Mul(pow).Masked(keep)
			store8(unsafe.Pointer(&dst[i]), e)
			total = total.Add(e)
		}
		var lanes [8]float32
		total.Store(&lanes)
		archsimd.ClearAVXUpperBits()
		for _, v := range lanes {
			sum += v
		}
	}
	for i := n; i < len(src); i++ {
		dst[i] = float32(math.Exp(float64(src[i]*scale - shift)))
		sum += dst[i]
	}
	return sum
}

func maxOf(x []float32) float32 {
	top, n := x[0], len(x)&^7
	if n > 0 {
		m := load8(unsafe.Pointer(&x[0]))
		for i := 8; i < n; i += 8 {
			m = m.Max(load8(unsafe.Pointer(&x[i])))
		}
		var lanes [8]float32
		m.Store(&lanes)
		archsimd.ClearAVXUpperBits()
		for _, v := range lanes {
			top = max(top, v)
		}
	}
	for _, v := range x[n:] {
		top = max(top, v)
	}
	return top
}

func scale(x []float32, k float32) {
	n := len(x) &^ 7
	kk := archsimd.BroadcastFloat32x8(k)
	for i := 0; i < n; i += 8 {
		p := unsafe.Pointer(&x[i])
		store8(p, load8(p).Mul(kk))
	}
	archsimd.ClearAVXUpperBits()
	for i := n; i < len(x); i++ {
		x[i] *= k
	}
}

// softmaxBack turns dp, the gradient of the probabilities p, into the gradient of the scores times k. The length is a
// multiple of 16.
func softmaxBack(dp, p []float32, k float32) {
	p = p[:len(dp)]
	var acc archsimd.Float32x8
	for i := 0; i+8 <= len(dp); i += 8 {
		acc = load8(unsafe.Pointer(&p[i])).MulAdd(load8(unsafe.Pointer(&dp[i])), acc)
	}
	var lanes [8]float32
	acc.Store(&lanes)
	var dot float32
	for _, v := range lanes {
		dot += v
	}
	d, kk := archsimd.BroadcastFloat32x8(dot), archsimd.BroadcastFloat32x8(k)
	for i := 0; i+8 <= len(dp); i += 8 {
		q := unsafe.Pointer(&dp[i])
		store8(q, load8(q).Sub(d).Mul(load8(unsafe.Pointer(&p[i]))).Mul(kk))
	}
	archsimd.ClearAVXUpperBits()
}
