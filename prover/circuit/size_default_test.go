//go:build !heavy

package circuit

const randomSteps = 300
