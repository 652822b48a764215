package chat

import (
	"github.com/dgrid-network/dgrid/models/tokenize"
	"github.com/dgrid-network/dgrid/runtime/tokenizer"
)

// Template is the chat form for the model file. The tokenizer puts a space in front of each run of text, and a run
// ends with an answer's </s>; so every request is led by one space, as in training.
func Template() tokenizer.Template {
	literal := func(s string) tokenizer.Segment { return tokenizer.Segment{Kind: tokenizer.Literal, Text: s} }
	slot := tokenizer.Segment{Kind: tokenizer.Slot}
	return tokenizer.Template{
		Name:      "stories",
		System:    []tokenizer.Segment{literal(System), slot, literal("\n")},
		User:      []tokenizer.Segment{literal(Ask), slot, literal(Answer)},
		Assistant: []tokenizer.Segment{literal(" "), slot, {Kind: tokenizer.Single, Token: tokenize.End}},
	}
}
