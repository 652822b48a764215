//go:build !heavy

package circuit

const randomSteps = 100
