// Package chat fixes the demo model's chat form:
//
//	<s> Q: Tell me a story about a fox called Mira.
//	A: Once upon a time ...</s> Q: Who found the kite?
//	A: Mira found the kite.</s>
//
// Every request is led by one space; an answer starts with the space before its first word and ends with the token
// </s>. Training text, float server and the integer model's template share it, and a test holds their ids together.
package chat

import "github.com/dgrid-network/dgrid/models/tokenize"

// The literal parts of the chat form.
const (
	Ask    = "Q: "
	Answer = "\nA:"
	System = "S: " // a system message stands before the first request, ended by a newline; the model only tolerates it
)

// Message is one entry of a chat.
type Message struct{ Role, Content string }

// EncodePrompt returns the ids that ask for the next answer. System and developer messages are instructions,
// "assistant" is the model, every other role speaks for the requester.
func EncodePrompt(v *tokenize.Vocab, messages []Message) []int32 {
	ids, run := []int32{tokenize.Begin}, ""
	flush := func() {
		if run != "" {
			ids = append(ids, v.Encode(" "+run)...)
		}
		run = ""
	}
	for _, m := range messages {
		switch m.Role {
		case "system", "developer":
			run += System + m.Content + "\n"
		case "assistant":
			run += " " + m.Content
			flush()
			ids = append(ids, tokenize.End)
		default:
			run += Ask + m.Content + Answer
		}
	}
	flush()
	return ids
}
