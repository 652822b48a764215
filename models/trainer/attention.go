package trainer

import "math"

// queryBlock is the number of queries handled together. Only keys from the first document start of the block to its
// last query are touched, so short documents cost little.
const queryBlock = 64

// keys returns the key range of the query block [t0, t1), widened to multiples of 16.
func keys(starts []int32, t0, t1 int) (s0, s1 int) {
	return int(starts[t0]) &^ 15, (t1 + 15) &^ 15
}

// attend fills s.prob and s.mix from s.q, s.k and s.v.
func (l *lane) attend(s *layerState, starts []int32) {
	m, T, d, hd, kv := l.m, l.m.Seq, l.m.Dim, l.m.HeadDim(), l.m.KVDim()
	soft := float32(1 / math.Sqrt(float64(hd)))
	for h := range m.Heads {
		g := h / (m.Heads / m.Groups)
		if h%(m.Heads/m.Groups) == 0 {
			headColumns(l.kt, s.k[g*hd:], kv, T, hd)
		}
		prob := s.prob[h*T*T : (h+1)*T*T]
		for t0 := 0; t0 < T; t0 += queryBlock {
			t1 := min(T, t0+queryBlock)
			s0, s1 := keys(starts, t0, t1)
			l.kn.gemm(prob[t0*T+s0:], T, s.q[t0*d+h*hd:], d, 1, l.kt[s0:], T, t1-t0, s1-s0, hd, false)
			for t := t0; t < t1; t++ {
				first := int(starts[t])
				p := prob[t*T+first : t*T+t+1]
				scale(p, 1/expSum(p, p, soft, maxOf(p)*soft))
				clear(prob[t*T+s0 : t*T+first])
				clear(prob[t*T+t+1 : t*T+s1])
			}
			l.kn.gemm(s.mix[t0*d+h*hd:], d, prob[t0*T+s0:], T, 1, s.v[s0*kv+g*hd:], kv, t1-t0, hd, s1-s0, false)
		}
	}
}

// attendBack turns the gradient of mix (in l.dn) into l.dq, l.dk and l.dv.
func (l *lane) attendBack(s *layerState, starts []int32) {
	m, T, d, hd, kv := l.m, l.m.Seq, l.m.Dim, l.m.HeadDim(), l.m.KVDim()
	soft := float32(1 / math.Sqrt(float64(hd)))
	clear(l.dk)
	clear(l.dv)
	for h := range m.Heads {
		g := h / (m.Heads / m.Groups)
		if h%(m.Heads/m.Groups) == 0 {
			headColumns(l.vt, s.v[g*hd:], kv, T, hd)
		}
		prob := s.prob[h*T*T : (h+1)*T*T]
		for t0 := 0; t0 < T; t0 += queryBlock {
			t1 := min(T, t0+queryBlock)
			s0, s1 := keys(starts, t0, t1)
			n, w := t1-t0, s1-s0
			dmix := l.dn[t0*d+h*hd:]
			l.kn.gemm(l.dp, T, dmix, d, 1, l.vt[s0:], T, n, w, hd, false)
			for i := range n {
				softmaxBack(l.dp[i*T:i*T+w], prob[(t0+i)*T+s0:(t0+i)*T+s1], soft)
			}
			l.kn.gemm(l.dq[t0*d+h*hd:], d, l.dp, T, 1, s.k[s0*kv+g*hd:], kv, n, hd, w, false)
			l.kn.gemm(l.dk[s0*kv+g*hd:], kv, l.dp, 1, T, s.q[t0*d+h*hd:], d, w, hd, n, true)
			l.kn.gemm(l.dv[s0*kv+g*hd:], kv, prob[t0*T+s0:], 1, T, dmix, d, w, hd, n, true)
		}
	}
}

// headColumns writes the [hd, T] transpose of one head of a [T, stride] matrix.
func headColumns(dst, src []float32, stride, T, hd int) {
	for t := range T {
		for i, v := range src[t*stride : t*stride+hd] {
			dst[i*T+t] = v
		}
	}
}
