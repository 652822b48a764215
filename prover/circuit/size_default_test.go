//go:build !heavy

package circuit

const randomSteps = 1000
