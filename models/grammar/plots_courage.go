package grammar

func plotsOfCourage() []plot {
	return []plot{{ // fear
		vars: map[string][]string{
			"fear": phrases("the dark, thunder, deep water, high places, loud noises, the old house, the wind"),
			"aid":  phrases("lantern, lucky stone, warm coat, little bell, magic song, map")},
		about: []string{"being brave", "being afraid", "{fear}", "fear", "courage"},
		who:   []string{"who was afraid of {fear}", "who was always afraid", "who wanted to be brave"},
		body: []string{
			"{N} was afraid of {fear}. The others [laughed at {him}|did not understand|called {him} a coward]. {N} [wished to be brave|felt small].",
			"One [stormy night|evening|night], {his} friend {N2} the {A2} did not come home. \"[Who will look for {N2}?|Somebody must look for {N2}!]\" said the others. {N} [took a deep breath|felt {his} heart beat]. \"I will go,\" said {N}.",
			"{He} took a {aid} and went out. {He} was so afraid of {fear}! But {he} thought of {N2} and [did not turn back|walked on|took one step and then another].",
			"[At last|Soon] {he} found {N2} [under a tree|behind a rock|by the road]. \"You came!\" said {N2}. \"I was so afraid.\" \"[So was I|I was afraid too|Me too],\" said {N}. They held hands and walked home.",
			"[From then on, nobody laughed at {N}.|Now everyone called {N} brave.|\"You are the bravest of all,\" said the others.]",
		},
		moral: []string{"being brave means to go on when you are afraid", "a friend makes you brave", "even the brave are afraid sometimes"},
		facts: []fact{
			{"[What was {N} afraid of|What did {N} fear]?", "{N} was afraid of {fear}."}, {"Who was afraid of {fear}?", "{N} was afraid of {fear}."},
			{"Who did not come home?", "{N2} the {A2} did not come home."}, {"What did {N} take?", "{N} took a {aid}."},
			{"Who found {N2}?", "{N} found {N2}."}, {"Was {N} brave?", "Yes, {N} was brave."},
		},
	}, { // building
		vars: map[string][]string{"work": phrases("tree house, boat, sand castle, bridge, little house, tower, raft, wagon"),
			"cause": phrases("the wind blew it down, the rain washed it away, a big wave came, it was too weak, the snow was too heavy"),
			"stuff": phrases("strong wood, big stones, thick ropes, new nails, clay and straw")},
		about: []string{"building a {work}", "trying again", "not giving up", "a {work}"},
		who:   []string{"who built a {work}", "who wanted to build a {work}", "who did not give up"},
		body: []string{
			"{N} wanted to build a {work}. [{He} worked all day.|{He} began at once.|It was hard work.] But [then|in the night|the next day] it broke, because {cause}.",
			"\"[I give up|I can not do it|It is too hard],\" said {N}. {He} [sat down|was angry|kicked a stone]. {N2} the {A2} [saw it|came over|sat down beside {him}]. \"[Let us try again|Do not give up|We can do it together],\" said {N2}. \"This time we take {stuff}.\"",
			"So they worked together. {N} [carried|brought] the {stuff}, and {N2} [held it all together|showed {him} what to do]. [They worked for three days.|They made many mistakes.|Step by step it grew.]",
			"[At last|In the end] the {work} stood there, and it was strong. \"We did it!\" [cried|called|said] {N}. [All the others came to see it.|They sat on it and looked at the stars.|{N2} laughed and clapped.]",
		},
		moral: []string{"you should never give up", "work is easy when you do it together", "you learn from every mistake"},
		facts: []fact{
			{"[What did {N} build|What did {N} want to build]?", "{N} wanted to build a {work}."}, {"Why did it break?", "It broke because {cause}."},
			{"[What did they use|What did they take]?", "They used {stuff}."}, {"Who helped {N}?", "{N2} the {A2} helped {N}."},
			{"What did {N2} say?", "{N2} said that they should try again."}, {"Did {N} give up?", "No, {N} tried again with {N2}."},
		},
	}, { // race
		vars: map[string][]string{"stop": phrases("take a nap, eat some berries, look at the clouds, drink some water, talk to a bird"),
			"goal": phrases("the old oak, the bridge, the mill, the top of the hill, the lake")},
		about: []string{"a race", "being too proud", "a slow {A2}", "a race to {goal}"},
		who:   []string{"who was very fast", "who ran a race", "who was too proud"},
		body: []string{
			"{N} could run very fast. \"Nobody is as fast as I am!\" {he} [said every day|liked to say|told everyone]. [The others did not like that.|The others grew tired of it.]",
			"One day, {N2} the {A2} said, \"Let us have a race to {goal}.\" {N} laughed. \"You? You are so slow!\" \"[We will see|Let us try|I am not afraid],\" said {N2}.",
			"They began to run. {N} was [soon far ahead|much faster]. \"I have so much time,\" {he} said, and {he} stopped to {stop}. {N2} [did not stop|went on step by step|walked and walked].",
			"[When {N} looked up|When {N} ran on], {N2} was already at {goal}. \"{N2} wins!\" called the others. {N} [turned red|could not believe it|hung {his} head]. \"[You were better|You won]. I am sorry that I laughed at you,\" said {N}. \"[It is all right|Let us be friends],\" said {N2}.",
		},
		moral: []string{"slow and steady wins the race", "you should not laugh at others", "pride makes you slow"},
		facts: []fact{
			{"[Who won the race|Who won]?", "{N2} the {A2} won the race."}, {"[Who lost the race|Who was faster]?", "{N} was faster, but {he} lost the race."},
			{"[Why did {N} lose|Why did {N} stop]?", "{N} stopped to {stop}."}, {"Where did they run?", "They ran to {goal}."},
			{"What did {N} say at the end?", "{N} said that {he} was sorry."}, {"Did {N} win?", "No, {N2} won the race."},
		},
	}, { // seed
		vars: map[string][]string{"plant": phrases("sunflower, apple tree, pumpkin, rose, cherry tree, bean plant, pear tree"),
			"time": phrases("one week, two weeks, ten days, a month, many days")},
		about: []string{"patience", "a seed", "a {plant}", "waiting"},
		who:   []string{"who found a seed", "who could not wait", "who planted a seed"},
		body: []string{
			"One spring day, {N} found a [tiny|small|round] seed. \"What will it be?\" {he} [asked|wondered]. {He} put it into the ground and gave it water.",
			"The next day, {N} ran out to look. There was nothing. [{He} looked again the day after. Still nothing.|Day after day there was nothing.] \"[It is a bad seed|It will never grow|I do not want to wait],\" said {N}.",
			"{N2} the {A2} [smiled|shook {his2} head|sat down beside {him}]. \"Good things need time,\" said {N2}. \"Give it water every day and wait.\" So {N} gave it water every day and [sang to it|talked to it|waited].",
			"After {time}, a green leaf came out. It grew and grew. In the summer it was a {plant}! \"Look, {N2}!\" called {N}. \"[It was worth it|It is so beautiful|You were right].\" [They sat beside it and were happy.|They had a party beside it.]",
		},
		moral: []string{"good things need time", "you must be able to wait", "small things can grow big"},
		facts: []fact{
			{"What did {N} find?", "{N} found a seed."}, {"[What grew from the seed|What did the seed become|What was it]?", "The seed became a {plant}."},
			{"How long did it take?", "It took {time} until a leaf came out."}, {"[Who told {N} to wait|Who helped {N}]?", "{N2} the {A2} told {N} to wait."},
			{"What did {N} do every day?", "{N} gave the seed water every day."}, {"What did {N2} say?", "{N2} said that good things need time."},
		},
	}, { // lost way
		vars: map[string][]string{"lure": phrases("butterfly, rolling ball, white rabbit, strange song, little light, falling leaf"),
			"guide": phrases("the river, the stars, the white stones, the light of the moon, the old road"),
			"wood":  phrases("the dark forest, the tall grass, the foggy hills, the big city, the snow")},
		about: []string{"getting lost", "finding the way home", "a {lure}", "coming home", "{wood}"},
		who:   []string{"who got lost", "who lost {his} way", "who followed a {lure}"},
		body: []string{
			"One [day|evening|afternoon], {N} saw a {lure}. {He} followed it [further and further|without looking back|deep] into {wood}. Then the {lure} was gone, and {N} did not know where {he} was.",
			"It [grew dark|was getting cold|began to rain]. \"Is anybody there?\" called {N}. [Nobody answered.|Only the wind answered.] {He} [sat down and cried|was very afraid].",
			"\"Why are you crying?\" asked a voice. It was {N2} the {A2}. \"I want to go home, but I lost my way,\" said {N}. \"[Do you know the way|Can you help me]?\" \"[It is easy|I know it well],\" said {N2}. \"We only have to follow {guide}.\"",
			"So they followed {guide}. [{N2} told funny stories on the way.|They sang a song on the way.|It was a long way.] At last {N} saw {his} home. {His} [mother|father|grandmother] ran out and held {him} tight. \"Thank you, {N2}!\" said {N}. [\"Come and eat with us.\"|\"Come and see me soon.\"]",
		},
		moral: []string{"you should look where you go", "there is always a way home", "it is good to ask for the way"},
		facts: []fact{
			{"[What did {N} follow|What did {N} see]?", "{N} followed a {lure}."}, {"[Where did {N} get lost|Where was {N} lost]?", "{N} got lost in {wood}."},
			{"[Who helped {N}|Who showed {N} the way]?", "{N2} the {A2} showed {N} the way home."}, {"[How did they get home|How did {N} get home]?", "They followed {guide}."},
			{"[Who got lost|Who was lost]?", "{N} got lost in {wood}."},
		},
	}, { // learning
		vars: map[string][]string{"skill": phrases("swim, fly a kite, ride a bike, whistle, skate, juggle, climb the big tree, read, play the flute, cook"),
			"count": words("three five seven ten twenty")},
		about: []string{"learning to {skill}", "learning something new", "practice"},
		who:   []string{"who wanted to learn to {skill}", "who could not {skill}", "who learned to {skill}"},
		body: []string{
			"{N} wanted to learn to {skill}. {He} tried it once, and it went wrong. {He} tried it again, and it went wrong again. [The others laughed.|\"I will never learn it,\" said {N}.]",
			"{N2} the {A2} could {skill} very well. \"How do you do it?\" asked {N}. \"[One step at a time|Slowly and with joy|Practice every day],\" said {N2}. \"[Come, I will show you|Try it with me].\"",
			"They practiced for {count} days. [Some days were hard.|Some days {N} wanted to stop.] But {N2} always said, \"[Once more|Just one more time|You are getting better]!\" And {N} tried once more.",
			"Then one [morning|day] it worked. {N} could {skill}! \"Look at me!\" {he} [cried|called|shouted]. {N2} [clapped|was very proud|laughed with joy]. \"I always knew it,\" {he2} said.",
		},
		moral: []string{"practice makes it work", "every big thing begins with a small step", "you can learn anything if you do not stop"},
		facts: []fact{
			{"[What did {N} want to learn|What did {N} learn to do]?", "{N} wanted to learn to {skill}."}, {"[Who helped {N}|Who showed {N} how to {skill}]?", "{N2} the {A2} helped {N}."},
			{"How long did they practice?", "They practiced for {count} days."}, {"Who could {skill} very well?", "{N2} could {skill} very well."},
			{"Can {N} {skill} now?", "Yes, now {N} can {skill}."},
		},
	}, { // strange sound
		vars: map[string][]string{"sound": phrases("Tap tap tap, Boo hoo, Knock knock, Scratch scratch, Ding dong, Crack crack"),
			"was":  phrases("a branch at the window, a tiny kitten, a drop of water, an old door in the wind, a hungry mouse, a lost puppy"),
			"spot": phrases("in the attic, in the cellar, behind the wall, outside the window, in the kitchen, under the floor")},
		about: []string{"a strange sound", "a monster", "a noise in the night", "a dark night"},
		who:   []string{"who heard a strange sound", "who was afraid of a monster", "who could not sleep"},
		body: []string{
			"One night, {N} could not sleep. There was a sound {spot}. \"{sound},\" it went. {N} [hid under the blanket|sat up in bed|felt cold]. \"It is a monster!\" {he} thought.",
			"{He} ran to {N2} the {A2}. \"There is a monster {spot}!\" said {N}. \"[Are you sure|Did you see it]?\" asked {N2}. \"No, but I heard it,\" said {N}. \"[Then let us look|Come, we will look together],\" said {N2}, and {he2} took a lamp.",
			"They went [slowly|on the tips of their toes|hand in hand]. \"{sound},\" it went again. {N} [wanted to run away|held the hand of {N2}]. Then the light fell on it. It was only {was}!",
			"{N} [laughed and laughed|had to laugh|was so glad]. \"[What a funny monster|So that is my monster],\" {he} said. {N2} laughed too. Then they [went to bed|drank warm milk] and slept until the morning.",
		},
		moral: []string{"most monsters are small when you look at them", "it is better to look than to be afraid", "fear grows in the dark"},
		facts: []fact{
			{"What did {N} hear?", "{N} heard a strange sound {spot}."}, {"[What was it|What made the sound|Was it a monster]?", "It was only {was}."},
			{"Where was the sound?", "The sound was {spot}."}, {"[Who went with {N}|Who helped {N}]?", "{N2} the {A2} went with {N}."},
			{"What did {N2} take?", "{N2} took a lamp."}, {"Why could {N} not sleep?", "{N} could not sleep because of a strange sound."},
		},
	}}
}
