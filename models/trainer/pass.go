package trainer

import "math"

// Row is one training sequence: Seq inputs, their targets with weights, and for each position the first position of
// its document. Attention never crosses a document's start.
type Row struct {
	Inputs, Targets []int32
	Weights         []float32
	Starts          []int32
}

// layerState is what the backward pass needs of one layer.
type layerState struct {
	in, n1, r1, q, k, v, prob, mix []float32
	mid, n2, r2, gate, up, act     []float32
}

// lane owns the buffers and the gradient sum of one worker.
type lane struct {
	m                              *Model
	kn                             kernel
	grad                           []float32
	layers                         []layerState
	out, nf, rf, logits            []float32
	dh, dn, dq, dk, dv, da, db, dp []float32
	kt, vt                         []float32
	loss, weight                   float64
}

func newLane(m *Model) *lane {
	t, d, f, kv := m.Seq, m.Dim, m.Hidden, m.KVDim()
	mk := func(n int) []float32 { return make([]float32, n) }
	l := &lane{m: m, grad: mk(len(m.Params)), layers: make([]layerState, m.Layers),
		out: mk(t * d), nf: mk(t * d), rf: mk(t), logits: mk(t * m.Vocab),
		dh: mk(t * d), dn: mk(t * d), dq: mk(t * d), dk: mk(t * kv), dv: mk(t * kv), da: mk(t * f), db: mk(t * f),
		dp: mk(queryBlock * t), kt: mk(m.HeadDim() * t), vt: mk(m.HeadDim() * t)}
	for i := range l.layers {
		l.layers[i] = layerState{in: mk(t * d), n1: mk(t * d), r1: mk(t), q: mk(t * d), k: mk(t * kv), v: mk(t * kv),
			prob: mk(m.Heads * t * t), mix: mk(t * d), mid: mk(t * d), n2: mk(t * d), r2: mk(t),
			gate: mk(t * f), up: mk(t * f), act: mk(t * f)}
	}
	return l
}

// linear computes y [T, out] = x [T, in] * W^T, or adds it to y.
func (l *lane) linear(y, x []float32, w span, add bool) {
	l.kn.gemm(y, w.rows, x, w.cols, 1, w.of(l.m.flipped), w.rows, l.m.Seq, w.rows, w.cols, add)
}

// linearBack adds the weight gradient and writes (or adds to) dx [T, in] = dy * W.
func (l *lane) linearBack(dx, dy, x []float32, w span, add bool) {
	l.kn.gemm(w.of(l.grad), w.cols, dy, 1, w.rows, x, w.cols, w.rows, w.cols, l.m.Seq, true)
	l.kn.gemm(dx, w.cols, dy, w.rows, 1, w.of(l.m.Params), w.cols, l.m.Seq, w.cols, w.rows, add)
}

// forward runs one row and leaves probabilities over the vocabulary in logits; it adds the loss to the lane.
func (l *lane) forward(row Row) {
	m, d := l.m, l.m.Dim
	emb := m.layout.emb.of(m.Params)
	h := l.layers[0].in
	for t, tok := range row.Inputs {
		copy(h[t*d:t*d+d], emb[int(tok)*d:])
	}
	for i := range l.layers {
		s := &l.layers[i]
		rmsNorm(s.n1, s.r1, s.in, m.layout.attNorm[i].of(m.Params))
		l.linear(s.q, s.n1, m.layout.wq[i], false)
		l.linear(s.k, s.n1, m.layout.wk[i], false)
		l.linear(s.v, s.n1, m.layout.wv[i], false)
		for t := range m.Seq {
			m.rotate(s.q[t*d:t*d+d], t, 1)
			m.rotate(s.k[t*m.KVDim():(t+1)*m.KVDim()], t, 1)
		}
		l.attend(s, row.Starts)
		copy(s.mid, s.in)
		l.linear(s.mid, s.mix, m.layout.wo[i], true)
		rmsNorm(s.n2, s.r2, s.mid, m.layout.ffnNorm[i].of(m.Params))
		l.linear(s.gate, s.n2, m.layout.w1[i], false)
		l.linear(s.up, s.n2, m.layout.w3[i], false)
		expSum(s.act, s.gate, -1, 0)
		for j, g := range s.gate {
			s.act[j] = g / (1 + s.act[j]) * s.up[j]
		}
		next := l.out
		if i+1 < m.Layers {
			next = l.layers[i+1].in
		}
		copy(next, s.mid)
		l.linear(next, s.act, m.layout.w2[i], true)
	}
	rmsNorm(l.nf, l.rf, l.out, m.layout.finalNorm.of(m.Params))
	l.linear(l.logits, l.nf, m.layout.emb, false)
	for t, target := range row.Targets {
		p := l.logits[t*m.Vocab : (t+1)*m.Vocab]
		top := maxOf(p)
		gold := p[target]
		sum := expSum(p, p, 1, top)
		if w := row.Weights[t]; w > 0 {
			l.loss += float64(w) * (math.Log(float64(sum)) - float64(gold-top))
			l.weight += float64(w)
		}
		scale(p, 1/sum)
	}
}

// backward adds the gradient of norm * loss of the row that forward has just run.
func (l *lane) backward(row Row, norm float32) {
	m, d := l.m, l.m.Dim
	for t, target := range row.Targets {
		p := l.logits[t*m.Vocab : (t+1)*m.Vocab]
		w := row.Weights[t] * norm
		scale(p, w)
		p[target] -= w
	}
	l.linearBack(l.dn, l.logits, l.nf, m.layout.emb, false)
	clear(l.dh)
	rmsNormBack(l.dh, m.layout.finalNorm.of(l.grad), l.dn, l.out, l.rf, m.layout.finalNorm.of(m.Params))
	for i := m.Layers - 1; i >= 0; i-- {
		s := &l.layers[i]
		l.linearBack(l.da, l.dh, s.act, m.layout.w2[i], false)
		expSum(l.db, s.gate, -1, 0)
		for j, g := range s.gate {
			sig := 1 / (1 + l.db[j])
			da := l.da[j]
			l.da[j] = da * s.up[j] * sig * (1 + g*(1-sig))
			l.db[j] = da * g * sig
		}
		l.linearBack(l.dn, l.da, s.n2, m.layout.w1[i], false)
		l.linearBack(l.dn, l.db, s.n2, m.layout.w3[i], true)
		rmsNormBack(l.dh, m.layout.ffnNorm[i].of(l.grad), l.dn, s.mid, s.r2, m.layout.ffnNorm[i].of(m.Params))
		l.linearBack(l.dn, l.dh, s.mix, m.layout.wo[i], false) // dn is now the gradient of mix
		l.attendBack(s, row.Starts)
		for t := range m.Seq {
			m.rotate(l.dq[t*d:t*d+d], t, -1)
			m.rotate(l.dk[t*m.KVDim():(t+1)*m.KVDim()], t, -1)
		}
		l.linearBack(l.dn, l.dq, s.n1, m.layout.wq[i], false)
		l.linearBack(l.dn, l.dk, s.n1, m.layout.wk[i], true)
		l.linearBack(l.dn, l.dv, s.n1, m.layout.wv[i], true)
		rmsNormBack(l.dh, m.layout.attNorm[i].of(l.grad), l.dn, s.in, s.r1, m.layout.attNorm[i].of(m.Params))
	}
	demb := m.layout.emb.of(l.grad)
	for t, tok := range row.Inputs {
		addTo(demb[int(tok)*d:int(tok)*d+d], l.dh[t*d:t*d+d])
	}
}

func addTo(dst, src []float32) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] += v
	}
}
