//go:build heavy

package circuit

const randomSteps = 5000
