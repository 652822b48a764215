package grammar

// fact is a question about a story and its answer; both are templates over the story's variables.
type fact struct{ q, a string }

// plot is a story's skeleton. Templates see the hero (N, A, he ...), the friend (N2, A2, he2 ...) and the variables
// that pick fills from lists.
type plot struct {
	vars   map[string][]string // drawn once per story
	about  []string            // what a request may call the plot
	who    []string            // how a request may describe the hero
	body   []string
	moral  []string // completes "{N} learned that ..."
	facts  []fact
	object bool // the story turns on {C} {O}
}

func plots() []plot {
	return append(plotsOfFriends(), plotsOfCourage()...)
}

func plotsOfFriends() []plot {
	return []plot{{ // lost and found
		object: true,
		vars:   map[string][]string{"S1": spots(), "S2": spots(), "S3": spots(), "finder": {"{N}", "{N2}"}},
		about:  []string{"a lost {O}", "a {C} {O}", "a {O}", "losing things", "a {C} {O} that was lost"},
		who:    []string{"who lost {his} {O}", "who lost a {C} {O}", "who had a {C} {O}"},
		body: []string{
			"{N} had a {C} {O}. {He} [loved it very much|took it everywhere|played with it every day].",
			"One [morning|day|evening], the {O} was gone. {N} [looked and looked|looked {S1}|searched the whole day], but {he} could not find it. {N} [felt very sad|was very sad|began to cry].",
			"{N2} the {A2} [came by|heard {him}|saw this]. \"[Why are you sad|What is wrong|Why do you cry], {N}?\" asked {N2}. \"I lost my {C} {O},\" said {N}. \"[Do not cry|Do not worry|Come with me]. [I will help you|We will find it|Let us look together],\" said {N2}.",
			"[They looked {S1}. It was not there.|First they looked {S1}.] [Then they looked {S2}.|They looked {S2} too.] [At last|Then|In the end], {finder} saw something {C} {S3}. It was the {O}!",
			"\"[Thank you|Oh, thank you|You are a true friend], {N2}!\" said {N}. [{He} hugged {his} friend.|They danced with joy.] [They played until the sun went down.|Then they went home together.|That night {N} slept well.]",
		},
		moral: []string{"a good friend helps when you are sad", "two can find more than one", "it is good to ask for help"},
		facts: []fact{
			{"[What did {N} lose|What was lost|What was gone]?", "{N} lost {his} {C} {O}."},
			{"Who lost [the|a] {O}?", "{N} lost the {O}."},
			{"Who found the {O}?", "{finder} found the {O}."},
			{"Where was the {O}?", "The {O} was {S3}."},
			{"[Where did they find it|Where did they find the {O}]?", "They found the {O} {S3}."},
			{"[What color was the {O}|Which color was the {O}]?", "The {O} was {C}."},
			{"Who helped {N}?", "{N2} the {A2} helped {N}."},
			{"Why was {N} sad?", "{N} was sad because {his} {O} was gone."},
			{"Did {N2} lose the {O}?", "No, {N} lost the {O}."},
		},
	}, { // rescue
		vars: map[string][]string{
			"trap": phrases("in a deep hole, in the mud, in a net, in a thorny bush, in a tall tree, on a rock in the river, under a fallen branch, in an old well"),
			"tool": phrases("rope, strong branch, ladder, long stick, wooden board")},
		about: []string{"helping others", "a rescue", "kindness", "helping a friend", "a {A2} who was stuck"},
		who:   []string{"who helped a {A2}", "who saved {N2}", "who helped others"},
		body: []string{
			"One [morning|day|afternoon], {N} heard a cry. \"Help! Help!\" {N} ran [to look|as fast as {he} could|to see what it was].",
			"{N2} the {A2} was stuck {trap}. \"[Please help me|I can not get out|I am so afraid]!\" said {N2}. \"[Stay calm|Do not be afraid|Hold on]. I will get you out,\" said {N}.",
			"{N} [found|looked around and saw|ran home and came back with] a {tool}. \"[Hold on to this|Take this|Grab the end]!\" {he} called. {N} pulled and pulled. [It was very hard.|It took a long time.|{His} arms hurt, but {he} did not stop.] At last {N2} was free.",
			"\"[You saved me|Thank you for your help|You are so kind]!\" said {N2}. [\"Why did you help me?\" {he2} asked. \"Because you needed me,\" said {N}.|\"That is what friends are for,\" said {N}.]",
			"From that day on, {N} and {N2} were [best friends|good friends|always together].",
		},
		moral: []string{"a kind heart is stronger than big arms", "it feels good to help others", "whoever helps finds a friend"},
		facts: []fact{
			{"Who was stuck?", "{N2} the {A2} was stuck."}, {"Where was {N2} stuck?", "{N2} was stuck {trap}."},
			{"[Who helped {N2}|Who saved {N2}]?", "{N} helped {N2}."}, {"What did {N} use?", "{N} used a {tool}."},
			{"[How did {N} help {N2}|How did {N} save {N2}]?", "{N} pulled {N2} out with a {tool}."},
			{"What did {N} hear?", "{N} heard a cry for help."},
			{"Was {N} stuck?", "No, {N2} was stuck {trap}."},
		},
	}, { // sharing
		vars:  map[string][]string{"food": foods(), "food2": foods()},
		about: []string{"sharing", "a {food}", "a {A} who would not share", "being hungry"},
		who:   []string{"who did not want to share", "who learned to share", "who had a {food}"},
		body: []string{
			"One [day|morning], {N} had a {food}. It [smelled so good|looked so good|was all for {him}]. {N} sat down [under a tree|in the sun|by the road] to eat.",
			"{N2} the {A2} came by. \"I am so hungry,\" said {N2}. \"[May I have a little|Can I have some|Will you share with me]?\" \"No! It is mine,\" said {N}. {N2} [went away with tears in {his2} eyes|looked down and walked away|said nothing and sat down alone].",
			"{N} began to eat, but it did not taste good. {He} [felt bad|felt lonely|thought of {N2}]. [\"What have I done?\" {he} said.|So {he} stood up and ran.] \"Wait, {N2}!\" called {N}. \"[Come back|I am sorry]. [We can share|Let us eat together].\"",
			"They shared the {food}, and now it tasted [wonderful|very good|better than ever].",
			"The next day, {N2} came with a {food2}. \"[This is for you|Now I share with you|Look what I have],\" {he2} said. They [laughed|smiled] and ate together.",
		},
		moral: []string{"food tastes better when you share it", "sharing makes two people happy", "it is good to share"},
		facts: []fact{
			{"[What did {N} have|What did {N} eat]?", "{N} had a {food}."}, {"Who was hungry?", "{N2} the {A2} was hungry."},
			{"What did {N2} bring the next day?", "{N2} brought a {food2}."}, {"What did they share?", "They shared a {food}."},
			{"What did {N2} ask?", "{N2} asked {N} to share the food."}, {"Why did {N} feel bad?", "{N} felt bad because {he} did not share."},
			{"Did {N} share at first?", "No, at first {N} did not want to share."},
		},
	}, { // new friend
		vars: map[string][]string{"game": phrases("ball, hide and seek, tag, cards, chess, catch, pirates, house"),
			"from": phrases("a land across the sea, a far valley, the other side of the hill, a big city, the cold north")},
		about: []string{"friendship", "making a new friend", "a new friend", "two friends", "being lonely"},
		who:   []string{"who had no friends", "who made a new friend", "who met {N2}"},
		body: []string{
			"One day, a new {A2} came to live there. {His2} name was {N2}, and {he2} came from {from}. {N2} was shy and [sat alone|did not speak|stood behind a tree].",
			"[The others did not talk to {him2}.|\"{He2} is not like us,\" said the others.|Nobody asked {him2} to play.] But {N} [walked over|went to {him2}|smiled] and said, \"Hello! I am {N}. Do you want to play {game} with me?\"",
			"{N2} [looked up|smiled a little|was surprised]. \"I do not know how,\" {he2} said. \"[That is fine|No problem|It is easy], I will show you,\" said {N}.",
			"They played {game} [all day|all afternoon|until it was dark]. {N2} [laughed for the first time|was good at it|told {N} about {from}]. [Soon the others came to play too.|The others saw it and wanted to play too.]",
			"\"[I was so lonely|Today was the best day|I am glad I met you],\" said {N2}. \"[Me too|Now you have a friend|Come again tomorrow],\" said {N}.",
		},
		moral: []string{"a kind word can make a friend", "someone new is a friend you do not know yet", "nobody should be alone"},
		facts: []fact{
			{"[Who was new|Who was shy|Who was lonely]?", "{N2} the {A2} was new and shy."}, {"Where did {N2} come from?", "{N2} came from {from}."},
			{"What did they play?", "They played {game}."}, {"[Who asked {N2} to play|Who was kind to {N2}]?", "{N} asked {N2} to play."},
			{"How did {N2} feel?", "{N2} felt lonely, but then {he2} was happy."},
			{"What did {N} say to {N2}?", "{N} asked {N2} to play {game}."},
		},
	}, { // gift
		vars:  map[string][]string{"gift": phrases("hat, drum, crown of flowers, card, toy boat, scarf, picture, song, basket, kite, necklace of shells, cake")},
		about: []string{"a gift", "a birthday", "the birthday of {N2}", "a present"},
		who:   []string{"who made a gift", "who had no gift", "who made a {gift} for {N2}"},
		body: []string{
			"It was the birthday of {N2} the {A2}. {N} wanted to bring a gift, but {he} had no money. \"What can I do?\" {he} [said|thought|asked {himself}].",
			"{N} [thought for a long time|sat down and thought|walked up and down]. Then {he} had an idea. \"I will make a {gift}!\" [{He} worked all night.|{He} worked hard until it was done.|It took {him} all day.]",
			"At the party there were many big gifts. {N} [was afraid|felt shy|stood at the door]. \"My gift is so small,\" {he} said [softly|to {N2}].",
			"{N2} opened it. \"A {gift}!\" {he2} [cried|said with a smile]. \"[You made it|Did you make it]? This is the best gift of all.\" {N} [was so happy|smiled|jumped for joy], and they [danced|ate cake|sang] together.",
		},
		moral: []string{"the best gift comes from the heart", "a small gift can be a big joy", "love can not be bought"},
		facts: []fact{
			{"[What did {N} make|What was the gift|What did {N} give {N2}]?", "{N} made a {gift} for {N2}."},
			{"[Whose birthday was it|Who had a birthday]?", "It was the birthday of {N2} the {A2}."},
			{"Why did {N} make a gift?", "{N} made a gift because {he} had no money."}, {"Who made the {gift}?", "{N} made the {gift}."},
			{"Did {N2} like the gift?", "Yes, {N2} said it was the best gift of all."},
		},
	}, { // honesty
		object: true,
		vars: map[string][]string{"thing": words("cup vase lamp plate window pot mirror clock chair jar"),
			"owner": phrases("mother, father, grandmother, grandfather, uncle, aunt")},
		about: []string{"honesty", "telling the truth", "a broken {thing}", "a lie"},
		who:   []string{"who broke a {thing}", "who told the truth", "who told a lie"},
		body: []string{
			"One [rainy day|morning|afternoon], {N} played with {his} {O} in the house. [Crash!|Oh no!|Bang!] The {thing} of {his} {owner} fell down and broke.",
			"{N} was afraid. {He} hid the pieces [under the bed|behind the door|in a box]. \"[Nobody saw it|Nobody will know],\" {he} thought. But {N2} the {A2} saw it. \"You must tell the truth,\" said {N2}. \"[But I am afraid|They will be angry],\" said {N}. \"[I will come with you|Be brave|It is the right thing],\" said {N2}.",
			"So {N} went to {his} {owner}. \"I broke the {thing}. I am sorry,\" {he} said. {His} {owner} [looked at {him} for a while|was quiet|took {his} hand]. \"[I am sad about the {thing}|It was only a {thing}], but I am proud of you, because you told the truth.\"",
			"Then they [fixed the {thing} together|put the pieces together with glue]. {N} felt [light and happy|much better].",
		},
		moral: []string{"it is always better to tell the truth", "the truth makes the heart light", "a brave heart tells the truth"},
		facts: []fact{
			{"[What did {N} break|What broke|What fell down]?", "{N} broke the {thing} of {his} {owner}."}, {"Who broke the {thing}?", "{N} broke the {thing}."},
			{"Whose {thing} was it?", "It was the {thing} of {his} {owner}."}, {"Who told {N} to tell the truth?", "{N2} the {A2} told {N} to tell the truth."},
			{"Was the {owner} angry?", "No, the {owner} was proud because {N} told the truth."},
			{"What did {N} play with?", "{N} played with {his} {O}."},
		},
	}, { // wish
		vars: map[string][]string{"magic": words("stone shell lamp feather coin mirror bottle flower"), "giver": phrases("fairy, star, little elf, talking fish, golden bird"),
			"want": phrases("a big house, a bag of gold, a fast horse, a tower of cakes, a pair of wings")},
		about: []string{"a wish", "magic", "a magic {magic}", "a {giver}"},
		who:   []string{"who had one wish", "who found a magic {magic}", "who met a {giver}"},
		body: []string{
			"One [night|evening|day], {N} found a {C} {magic}. It [began to shine|was warm|made a soft sound]. Then a {giver} [came out|stood there]! \"You have one wish,\" said the {giver}. \"[Choose well|Think about it|Only one].\"",
			"{N} thought of {want}. [That would be nice!|How good that would be!] But then {he} thought of {N2} the {A2}, who was sick [in bed|for many days] and could not play.",
			"\"What do you wish?\" asked the {giver}. \"I wish that {N2} is well again,\" said {N}. \"[Nothing for you|Not {want}]?\" asked the {giver}. \"[No|My friend is more important],\" said {N}.",
			"[There was a flash of light.|The {magic} went dark.|The {giver} smiled and was gone.] The next morning, {N2} [knocked at the door|came running|stood outside and laughed]. \"I am well again!\" said {N2}. They [played all day|hugged for a long time].",
		},
		moral: []string{"a friend is worth more than gold", "the best wish is for someone else", "kindness is the best magic"},
		facts: []fact{
			{"What did {N} find?", "{N} found a {C} {magic}."}, {"[What did {N} wish|What was the wish]?", "{N} wished that {N2} was well again."},
			{"Who was sick?", "{N2} the {A2} was sick."}, {"[Who gave the wish|Who came out of the {magic}]?", "A {giver} gave {N} one wish."},
			{"How many wishes did {N} have?", "{N} had one wish."}, {"What color was the {magic}?", "The {magic} was {C}."},
		},
	}}
}
