package tokenizer

import (
	"fmt"
	"unicode/utf8"

	"github.com/dgrid-network/dgrid/protocol"
)

// SegmentKind says what a piece of a chat template is.
type SegmentKind uint8

// The kinds of segment.
const (
	Literal SegmentKind = 0 // Text, encoded as text
	Single  SegmentKind = 1 // Token, usually a control token
	Slot    SegmentKind = 2 // the content of the message
)

// Segment is a piece of a chat template.
type Segment struct {
	Kind  SegmentKind
	Text  string
	Token uint32
}

// Role is the author of a message.
type Role string

// The roles.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a conversation.
type Message struct {
	Role    Role
	Content string
}

// Template turns a conversation into prompt ids. It has no language: Begin comes
// first, then the segments of each message's role, then Generate, which invites
// the answer. A role without segments is refused.
//
// Adjacent literals and slots are joined before they are encoded, also across
// messages; a Single ends a run. Content is only ever encoded as text, so no
// message can forge a control token.
type Template struct {
	Name                                     string
	Begin, System, User, Assistant, Generate []Segment
}

const maxSegments = 64

func (t Template) sections() [5][]Segment {
	return [5][]Segment{t.Begin, t.System, t.User, t.Assistant, t.Generate}
}

func (t Template) check(vocab int) error {
	if len(t.Name) < 1 || len(t.Name) > 64 || !utf8.ValidString(t.Name) {
		return fmt.Errorf("name %q", t.Name)
	}
	for i, section := range t.sections() {
		slots := 0
		for _, s := range section {
			switch {
			case s.Kind == Slot && s.Text == "" && s.Token == 0:
				slots++
			case s.Kind == Literal && s.Text != "" && len(s.Text) < 1<<16 && utf8.ValidString(s.Text) && s.Token == 0:
			case s.Kind == Single && s.Text == "" && s.Token < uint32(vocab):
			default:
				return fmt.Errorf("segment %+v", s)
			}
		}
		isRole := i >= 1 && i <= 3
		if len(section) > maxSegments || isRole && len(section) > 0 && slots != 1 || !isRole && slots != 0 {
			return fmt.Errorf("section %d has %d segments and %d slots", i, len(section), slots)
		}
	}
	return nil
}

// Templates returns the names of the chat templates; the first has template id 1.
func (t *Tokenizer) Templates() []string {
	names := make([]string, len(t.spec.Templates))
	for i, tpl := range t.spec.Templates {
		names[i] = tpl.Name
	}
	return names
}

// Render returns the prompt ids of a conversation by the template with the given
// id, led by BOS if the tokenizer adds one. It wraps protocol.ErrInvalid for an
// unknown template, a role that the template has no place for, and bad text.
func (t *Tokenizer) Render(template uint32, messages []Message) ([]uint32, error) {
	if template < 1 || uint64(template) > uint64(len(t.spec.Templates)) {
		return nil, fmt.Errorf("render messages: template %d of %d: %w", template, len(t.spec.Templates), protocol.ErrInvalid)
	}
	tpl := t.spec.Templates[template-1]
	var ids []uint32
	if t.spec.AddBOS {
		ids = append(ids, t.bos)
	}
	run, err := []byte(nil), error(nil)
	add := func(section []Segment, content string) {
		for _, s := range section {
			switch s.Kind {
			case Literal:
				run = append(run, s.Text...)
			case Slot:
				run = append(run, content...)
			case Single:
				if err == nil {
					ids, err = t.Append(ids, string(run))
				}
				ids, run = append(ids, s.Token), run[:0]
			}
		}
	}
	add(tpl.Begin, "")
	for i, m := range messages {
		section := map[Role][]Segment{System: tpl.System, User: tpl.User, Assistant: tpl.Assistant}[m.Role]
		if len(section) == 0 {
			return nil, fmt.Errorf("render messages: message %d has role %q, which template %q has no place for: %w", i, m.Role, tpl.Name, protocol.ErrInvalid)
		}
		if !utf8.ValidString(m.Content) {
			return nil, fmt.Errorf("render messages: message %d is not valid UTF-8: %w", i, protocol.ErrInvalid)
		}
		add(section, m.Content)
	}
	add(tpl.Generate, "")
	if err != nil {
		return nil, err
	}
	return t.Append(ids, string(run))
}
