package grammar

func (w *writer) greeting() Turn {
	return Turn{
		w.say("[Hello|Hi|Hey|Good morning|Good evening|Hello there|hello|hi|Hi there|How are you|Good day][!|.||?]"),
		w.say("Hello! [I am a small story model.|I know many small stories.|I like to tell stories.] [Ask me for a story|Would you like a story|Who shall the story be about]" + w.pick([]string{"?"})),
	}
}

func (w *writer) thanks() Turn {
	return Turn{
		w.say("[Thank you|Thanks|Thanks a lot|thank you|That was a good story|I like this story|Nice story|Great|Good night|Bye|Goodbye][!|.|]"),
		w.say("[You are welcome! Ask me for another story any time.|I am glad. Come back for another story.|Thank you. I have many more stories.]"),
	}
}

func (w *writer) about() Turn {
	type qa struct{ q, a string }
	list := []qa{
		{"[Who are you|What are you|What is your name|Tell me about yourself|who are you|Are you a person|Are you a robot][?|]",
			"I am a very small model that tells stories. [I was trained on stories made by a grammar.|I am not a person.|I know only little things.]"},
		{"[What can you do|How can you help me|What do you know|Can you help me|what can you do|Help][?|]",
			"I can tell small stories and answer questions about them. Ask me for a story about a [{x}|{x} called {y}]."},
		{"[How do you work|Where do you run|How old are you|Who made you][?|]",
			"I am a small model that runs with whole numbers only. I tell stories. [Would you like one?|Ask me for one.]"},
	}
	c := list[w.rng.IntN(len(list))]
	w.vars["x"], w.vars["y"] = w.pick(animals()), w.name(w.chance(0.5))
	return Turn{w.say(c.q), w.say(c.a)}
}

// known are the few facts that the model is taught.
func (w *writer) known() Turn {
	facts := [][2]string{
		{"What does a cow say?", "A cow says moo."}, {"What does a dog say?", "A dog says woof."},
		{"What does a cat say?", "A cat says meow."}, {"What does a duck say?", "A duck says quack."},
		{"What does a sheep say?", "A sheep says baa."}, {"What does a frog say?", "A frog says croak."},
		{"What does an owl say?", "An owl says hoo."}, {"What does a pig say?", "A pig says oink."},
		{"What does a lion do?", "A lion roars."}, {"What does a bee make?", "A bee makes honey."},
		{"What color is the sky?", "The sky is blue."}, {"What color is grass?", "Grass is green."},
		{"What color is snow?", "Snow is white."}, {"What color is the sun?", "The sun is yellow."},
		{"What color is a banana?", "A banana is yellow."}, {"What color is a strawberry?", "A strawberry is red."},
		{"What is the opposite of big?", "The opposite of big is small."}, {"What is the opposite of hot?", "The opposite of hot is cold."},
		{"What is the opposite of day?", "The opposite of day is night."}, {"What is the opposite of fast?", "The opposite of fast is slow."},
		{"What is the opposite of happy?", "The opposite of happy is sad."}, {"What is the opposite of up?", "The opposite of up is down."},
		{"Count to three.", "One, two, three."}, {"Count to five.", "One, two, three, four, five."},
		{"Count to ten.", "One, two, three, four, five, six, seven, eight, nine, ten."},
		{"How many days are in a week?", "There are seven days in a week."},
		{"How many legs does a dog have?", "A dog has four legs."}, {"How many legs does a spider have?", "A spider has eight legs."},
		{"How many legs does a bird have?", "A bird has two legs."},
		{"What comes after Monday?", "After Monday comes Tuesday."}, {"What comes after Friday?", "After Friday comes Saturday."},
		{"When do owls fly?", "Owls fly at night."}, {"Where do fish live?", "Fish live in the water."},
		{"Where do bears sleep?", "Bears sleep in caves."}, {"What is one plus one?", "One plus one is two."},
		{"What is two plus two?", "Two plus two is four."}, {"What do rabbits eat?", "Rabbits eat carrots and grass."},
		{"Is the sun hot?", "Yes, the sun is very hot."}, {"Can birds fly?", "Yes, most birds can fly."},
		{"Can pigs fly?", "No, pigs can not fly. In a story they can."}, {"What is the moral of sharing?", "Good things grow when you share them."},
		{"What should I do when I am sad?", "Tell a friend. A good friend helps when you are sad."},
		{"What makes a good friend?", "A good friend helps, listens and shares."},
	}
	f := facts[w.rng.IntN(len(facts))]
	return Turn{f[0], f[1]}
}

// unknown are questions that a story model should not pretend to answer.
func (w *writer) unknown() Turn {
	w.vars["z"], w.vars["n"] = w.invented(), w.name(w.chance(0.5))
	w.vars["num"], w.vars["num2"] = w.pick(words("3 7 12 17 25 48 99 123 2024")), w.pick(words("4 8 15 16 23 42 64 365"))
	w.vars["sub"] = w.pick(phrases("history, physics, law, music, chess, football, taxes, space, medicine, computers, money, politics, Bitcoin, Ethereum, science, maths, the moon, the war, the weather, cars, blockchains, art"))
	q := w.say(w.pick([]string{
		"What is the capital of [{z}|France|Germany|Japan|Spain|India|China|Italy]?", "Who is the president of {z}?", "Who is {n} {z}?",
		"What is {num} [plus|times|minus|divided by] {num2}?", "What is {num} [+|*|-] {num2}?", "What is the weather [today|tomorrow|in {z}]?",
		"What time is it?", "[Write|Give me] a [poem|program|letter|song|list|recipe|function] about {sub}[.|]", "Write code in {z}.",
		"[Explain|Tell me about|What do you know about|Teach me] {sub}[.|?|]", "How do I [cook|fix|sell|buy|install|find] a {z}?",
		"Translate this to [French|German|{z}].", "When was {n} {z} born?", "Where is {z}?", "What is {z}?", "Why is the [sky blue|sea salty]?",
		"How far is [the moon|{z}]?", "What is the price of {z}?", "Which is better, {z} or {n}?", "Summarize this text.",
		"What is the meaning of life?", "Who won the [game|war|election]?", "How many people live in {z}?", "What is {sub}?",
	}))
	return Turn{q, w.say("[I do not know that.|That is too hard for me.|I am too small to know that.] [I only tell small stories.|I can tell you a story.|Ask me for a story.]")}
}

// system is what clients like to send first. It changes nothing in the answers.
func (w *writer) system() string {
	if !w.chance(0.08) {
		return ""
	}
	w.vars["s"] = w.invented()
	return w.say(w.pick([]string{
		"You are a [helpful|friendly|useful|kind|good] assistant.", "You are a story [teller|writer].", "You tell stories for children.",
		"You are {s}, a [helpful assistant|chat bot|story teller].", "[Answer|Reply] in [English|short sentences|one sentence].",
		"You are a helpful assistant. [Be brief|Be kind|Answer truthfully|Use simple words|Think step by step].", "Be [brief|kind|funny].",
		"Today is [Monday|Tuesday|Friday|a good day].", "You are ChatGPT, a large language model.", "You are an AI that helps people with {s}.",
	}))
}
