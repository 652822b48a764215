// Package demo carries the project's own demo model: a story writer of half a million parameters, trained by
// models/cmd/train on the text of models/grammar. It holds data only; models/README.md says how it was made and
// REPORT.md how the integer model compares with the float one.
//
// Container is what providers of class proven serve; Checkpoint and Tokenizer are its float source, which the demo's
// sampled provider runs through models/floatserver.
package demo

import _ "embed" // the model files

// Name is the model's name in catalogues and requests.
const Name = "dgrid-stories"

// Description is one honest sentence for people who meet the model.
const Description = "A tiny demo model trained by the project on synthetic children's stories: it tells short stories and answers questions about them."

// ContainerSHA256 is the hash of Container.
const ContainerSHA256 = "9fa4b903a2e4f0f80ab38713d0ef7012267113df5bc8d0cd7d44b84d7783c220"

var (
	//go:embed stories.dgm
	container string
	//go:embed stories.f32.bin
	checkpoint string
	//go:embed stories.tok.bin
	tokenizer string
)

// Container returns a copy of the integer model file.
func Container() []byte { return []byte(container) }

// Checkpoint returns a copy of the float32 source, a llama2.c version 0 checkpoint.
func Checkpoint() []byte { return []byte(checkpoint) }

// Tokenizer returns a copy of the vocabulary, a llama2.c tokenizer.bin.
func Tokenizer() []byte { return []byte(tokenizer) }

// Temperature suits the model's stories: greedy answers are sound but choose the same names again and again.
const Temperature = 0.6

// Prompts are requests that show what the model can do.
func Prompts() []string {
	return []string{
		"Tell me a story about a fox called Mira and a bear called Bruno.",
		"Write a short story about a robot who lost his key.",
		"Tell me a story about Tom and his friend Lily.",
		"Please tell me a story about sharing.",
		"Tell me a story about a penguin who was afraid of the dark.",
		"Tell me a story about a dragon called Zando and a mouse called Nina.",
	}
}
