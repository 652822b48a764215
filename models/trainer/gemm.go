package trainer

// The matrix kernel. Every heavy operation of the trainer (projections, their two gradients, attention scores and
// mixes) is one call of gemm:
//
//	C[m,n] (+)= sum_k A[m*am + k*ak] * B[k*ldb + n]
//
// Rows of B and C are contiguous; A may be read by rows or by columns through its two strides, which is how the
// transposed products of the backward pass avoid copies. M must be a multiple of 4 and N of 16: the shapes that
// Config.Validate accepts keep to that, so the kernel has no tails.

const (
	tileM  = 4   // rows of C held in registers
	tileN  = 16  // columns of C held in registers
	chunkK = 256 // rows of B packed at a time: 16 KiB, half of a first-level cache
)

// kernel holds the packing buffer of one worker. It must not be shared between goroutines.
type kernel struct {
	panel [chunkK * tileN]float32
}

// gemm computes C = A*B, or C += A*B when accumulate is set.
func (kn *kernel) gemm(c []float32, ldc int, a []float32, am, ak int, b []float32, ldb int, m, n, k int, accumulate bool) {
	if m == 0 || n == 0 {
		return
	}
	// One access per operand checks the bounds that the inner loops rely on.
	_ = c[(m-1)*ldc+n-1]
	_ = a[(m-1)*am+(k-1)*ak]
	_ = b[(k-1)*ldb+n-1]
	for k0 := 0; k0 < k; k0 += chunkK {
		kc := min(chunkK, k-k0)
		add := accumulate || k0 > 0
		for n0 := 0; n0 < n; n0 += tileN {
			for i := range kc {
				copy(kn.panel[i*tileN:i*tileN+tileN], b[(k0+i)*ldb+n0:])
			}
			for m0 := 0; m0 < m; m0 += tileM {
				tile(c[m0*ldc+n0:], ldc, a[m0*am+k0*ak:], am, ak, &kn.panel, kc, add)
			}
		}
	}
	leaveKernel()
}

// transpose writes the [cols, rows] transpose of the [rows, cols] matrix src.
func transpose(dst, src []float32, rows, cols int) {
	for r := range rows {
		row := src[r*cols : r*cols+cols]
		for c, v := range row {
			dst[c*rows+r] = v
		}
	}
}
