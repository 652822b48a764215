package trainer

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestGemmMatchesDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var kn kernel
	for _, s := range []struct{ m, n, k int }{{4, 16, 1}, {8, 32, 7}, {12, 48, 300}, {64, 16, 513}} {
		for _, byColumn := range []bool{false, true} {
			for _, add := range []bool{false, true} {
				am, ak := s.k, 1
				if byColumn {
					am, ak = 1, s.m
				}
				a, b, c := randoms(rng, s.m*s.k), randoms(rng, s.k*s.n), randoms(rng, s.m*s.n)
				want := make([]float64, s.m*s.n)
				for i := range s.m {
					for j := range s.n {
						if add {
							want[i*s.n+j] = float64(c[i*s.n+j])
						}
						for k := range s.k {
							want[i*s.n+j] += float64(a[i*am+k*ak]) * float64(b[k*s.n+j])
						}
					}
				}
				kn.gemm(c, s.n, a, am, ak, b, s.n, s.m, s.n, s.k, add)
				for i, v := range c {
					if math.Abs(float64(v)-want[i]) > 1e-4*float64(s.k) {
						t.Fatalf("m=%d n=%d k=%d byColumn=%v add=%v: c[%d] = %v, want %v", s.m, s.n, s.k, byColumn, add, i, v, want[i])
					}
				}
			}
		}
	}
}

func TestExpSum(t *testing.T) {
	var src []float32
	for x := float32(-100); x < 60; x += 0.173 {
		src = append(src, x)
	}
	dst := make([]float32, len(src))
	sum := expSum(dst, src, 0.5, 1)
	var want float64
	for i, x := range src {
		e := math.Exp(float64(x*0.5 - 1))
		want += e
		if math.Abs(float64(dst[i])-e) > 4e-7*e+1e-38 {
			t.Fatalf("exp(%v) = %v, want %v", x*0.5-1, dst[i], e)
		}
	}
	if math.Abs(float64(sum)-want) > 1e-5*want {
		t.Fatalf("sum = %v, want %v", sum, want)
	}
}

func BenchmarkGemm(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const m, n, k = 512, 256, 96
	a, w, c := randoms(rng, m*k), randoms(rng, k*n), make([]float32, m*n)
	var kn kernel
	for b.Loop() {
		kn.gemm(c, n, a, k, 1, w, n, m, n, k, false)
	}
	b.ReportMetric(2*m*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

func randoms(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}
