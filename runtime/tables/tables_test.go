package tables

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

func sum(t *testing.T, data ...any) string {
	h := sha256.New()
	for _, d := range data {
		require.NoError(t, binary.Write(h, binary.LittleEndian, d))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestTablesMatchSpecification(t *testing.T) {
	e := Exp2()
	require.Equal(t, "5c860f610acd19c92277eaa7294e00c570f3bbea80ef362751828884b30f20d2", sum(t, e))
	var wide [256]uint32
	for i, v := range e {
		wide[i] = uint32(v)
	}
	require.Equal(t, "d1596e98565752b06a5a0ef69f252200650fa7a5a3694bf9646d77996e672cbd", sum(t, wide))
	require.Equal(t, "dc4751c90e002c42c12caf8bcee267c1511364a584b5ebcca6c70ffb621a3668", sum(t, Sigmoid()))
	cos, sin := Rope(big.NewInt(10000), 0, 512, 8)
	require.Equal(t, "1be29c5e68f9da2ad880febc576baf869bcd67fd704ff58d8cbe0fa0edb10c8b", sum(t, cos, sin))
}

func TestSoftmaxScale(t *testing.T) {
	for hd, want := range map[int][2]uint32{8: {8557550, 24}, 64: {12102203, 26}, 128: {8557550, 26}} {
		c, ce := SoftmaxScale(hd)
		require.Equal(t, want, [2]uint32{c, ce}, "head width %d", hd)
	}
	for hd := 2; hd <= 256; hd += 2 {
		c, ce := SoftmaxScale(hd)
		require.True(t, c >= 1<<23 && c < 1<<24 && ce >= 23 && ce <= 27, "head width %d: %d, %d", hd, c, ce)
	}
}
