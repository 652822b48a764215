package tokenize

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dgrid-network/dgrid/protocol"
)

const sample = " Once upon a time, there was a fox. The fox found the kite. \"Thank you!\" said the fox.\nThe other foxes found 12 kites."

func small(t require.TestingT) *Vocab {
	var c Counter
	for range 3 {
		c.Add(sample)
	}
	v, err := c.Train(400)
	require.NoError(t, err)
	return v
}

func TestMarshalParseIsIdentity(t *testing.T) {
	v := small(t)
	require.Equal(t, 400, v.Size())
	again, err := Parse(v.Marshal())
	require.NoError(t, err)
	require.Equal(t, v, again)
}

func TestEncodeDecodeIsIdentity(t *testing.T) {
	v := small(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`( [a-zT]{1,6}[.,!\n]?){0,20}`)).Draw(t, "text")
		require.Equal(t, text, v.Decode(v.Encode(text)))
	})
}

// TestCutsDoNotMatter is what lets a chat template encode a text in parts: any cut at a word gives the same ids.
func TestCutsDoNotMatter(t *testing.T) {
	v := small(t)
	require.True(t, v.wordwise)
	whole := v.encode(sample)
	require.Equal(t, whole, v.Encode(sample))
	var parts []int32
	for _, w := range Split(sample) {
		parts = append(parts, v.Encode(w)...)
	}
	require.Equal(t, whole, parts)
	require.Less(t, len(whole), len(sample)/2, "nothing was merged")
	require.Equal(t, sample, strings.Join(Split(sample), ""))
}

func TestTrainingIsAFunctionOfTheText(t *testing.T) {
	require.Equal(t, small(t).Marshal(), small(t).Marshal())
}

func TestTrainRefusesWhatDoesNotFit(t *testing.T) {
	var c Counter
	c.Add("ab")
	for _, size := range []int{300, 1000} {
		_, err := c.Train(size)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}

func TestParseRefusesDamage(t *testing.T) {
	raw := small(t).Marshal()
	for _, bad := range [][]byte{nil, raw[:3], raw[:len(raw)-1], raw[:100], append([]byte{1, 0, 0, 0}, raw[4:]...)} {
		_, err := Parse(bad)
		require.ErrorIs(t, err, protocol.ErrInvalid)
	}
}
