package grammar

import "strings"

func words(s string) []string { return strings.Fields(s) }

func phrases(s string) []string {
	var out []string
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func girls() []string {
	return words(`Mira Lily Anna Emma Lucy Sara Nora Ella Mia Zoe Ruby Rose Daisy Molly Lena Ida Clara Alice Bella Tina
		Maya Nina Ada Eva Kira Luna Stella Penny Poppy Hazel Ivy Jane Julia Kate Laura Maria Nelly Olga Pia Rita Sofia
		Tara Uma Vera Wendy Yara Zara Amy Betty Cora Dora Elsa Fay Gina Hanna Iris Joy Kim Lola Mary Sally Suzy Tilda
		Willa Grace Susan Heidi Greta Freya Ava Olivia Sophie Emily Chloe Leila Amina Fatima Yuki Mei Priya Anya Nadia`)
}

func boys() []string {
	return words(`Tom Ben Sam Max Leo Tim Jack Finn Otto Hugo Paul Oscar Noah Liam Adam Alex Bob Carl Dan Eli Felix
		George Henry Ian Jim Karl Luke Mark Nick Oliver Pete Rex Simon Theo Victor Will Zack Aron Bruno Charlie David
		Emil Frank Gus Harry Ivan Jonas Kai Louis Milo Nils Olaf Pablo Rico Rudi Samir Tito Umar Vito Walter Yuri Toby
		Arthur Billy Danny Eddie Freddy Joe John Peter James Robin Ravi Omar Ali Hassan Kenji Chen Diego Mateo Juan`)
}

func syllables() []string {
	return words(`ba be bi bo bu da de di do du fa fi fo ga go gu ha he hi jo ka ke ki ko ku la le li lo lu ma me mi mo
		mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi wa we ya yo za ze zi zo zu
		bri cla dri fli fre gra kle pli pri sha she sto tri ver zan bel cor dan fin gar hal jas kel lin mar nor pen qua
		quin ras sil tor ul van wil xan yor`)
}

func endings() []string {
	return words(`n l r s x m ra la na ta ka lo ro no to ko mi ni li ri us is an en in on ar er or el il ley bert kin ster nder th ck`)
}

func animals() []string {
	return words(`fox bear rabbit mouse cat dog wolf owl frog duck hedgehog squirrel deer lion tiger elephant monkey
		turtle snail bee ant bird crow robin goose hen pig cow sheep goat horse pony donkey camel zebra giraffe
		kangaroo koala panda penguin seal whale dolphin fish crab otter beaver badger mole rat hamster puppy kitten
		lamb calf chick duckling swan eagle hawk parrot peacock sparrow bat spider butterfly snake lizard crocodile
		hippo rhino gorilla octopus dragon puppy dog cat fox bear rabbit mouse lion cricket worm ladybug walrus moose
		raccoon skunk llama toad pigeon stork tortoise leopard bunny dinosaur shark`)
}

func people() []string {
	return words(`robot ghost giant elf troll knight sailor baker farmer painter gardener pirate teacher doctor wizard
		clown fisherman singer cook dancer snowman astronaut monster king`)
}

func adjectives() []string {
	return words(`little small brave kind clever shy happy young funny quiet cheerful gentle lazy curious friendly proud
		tiny silly lonely hungry sleepy big old strong fast slow smart good careful busy`)
}

func colors() []string {
	return words(`red blue green yellow white black pink orange purple golden silver brown gray shiny`)
}

func toys() []string {
	return words(`kite ball hat boat drum doll book key ring bell cup scarf bag box flute lamp coin shell spoon basket
		umbrella blanket pencil map feather stone button crown whistle mirror necklace car train balloon glove shoe
		boot coat clock candle watch mask`)
}

func places() []string {
	return phrases(`in a small house by the river, in the green forest, near the blue sea, on a farm,
		at the edge of the woods, in a quiet village, under an old oak tree, on a tall hill, in a warm cave,
		in a big city, on a small island, in a little red house, near a clear lake, in the mountains, by a deep pond,
		in a garden full of flowers, next to a windmill, in a castle, in the desert, in a town by the sea,
		in a hollow log, beside a long road, in the jungle, on a ship, in the snow, in a wooden hut`)
}

func spots() []string {
	return phrases(`under the bed, behind the big rock, in the tall grass, under a bush, by the pond, in an old box,
		up in a tree, near the well, behind the barn, on the bridge, under a pile of leaves, next to the gate,
		in the kitchen, behind the door, in the mud, under the table, on the roof, beside the fence, in a hole,
		under the stairs, at the bakery, in the sand`)
}

func hobbies() []string {
	return phrases(`sing, run in the grass, look at the stars, paint pictures, read books, climb trees, count clouds,
		bake bread, dance in the rain, swim in the lake, tell jokes, pick flowers, play games, jump over puddles,
		listen to the birds, sleep in the sun, ride a bike, draw maps, collect stones, watch the boats, play the drum,
		eat berries, chase butterflies, help others, make soup, fly kites`)
}

func foods() []string {
	return phrases(`a big pie, a basket of apples, a loaf of bread, a bag of nuts, a honey cake, a bowl of soup,
		a jar of honey, a box of cookies, a plate of pancakes, a bunch of grapes, a piece of cheese, a bag of cherries,
		a bowl of berries, a sweet melon, a pot of rice`)
}

// person is a character with the words that go with it.
type person struct {
	name, kind string
	female     bool
}

func (w *writer) name(female bool) string {
	if w.chance(0.45) {
		if female {
			return w.pick(girls())
		}
		return w.pick(boys())
	}
	return w.invented()
}

// invented makes up a name, so that names cannot be learned by heart.
func (w *writer) invented() string {
	s := w.pick(syllables())
	if w.chance(0.6) {
		s += w.pick(syllables())
	}
	if w.chance(0.7) || len(s) < 3 {
		s += w.pick(endings())
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (w *writer) person() *person {
	p := &person{female: w.chance(0.5)}
	switch x := w.rng.Float64(); {
	case x < 0.68:
		p.kind = w.pick(animals())
	case x < 0.86:
		p.kind = "boy"
		if p.female {
			p.kind = "girl"
		}
	case x < 0.89:
		p.kind = "prince"
		if p.female {
			p.kind = "princess"
		}
	case x < 0.97:
		p.kind = w.pick(people())
		if p.kind == "king" || p.kind == "fisherman" || p.kind == "snowman" {
			p.female = false
		}
	default:
		p.kind = strings.ToLower(w.invented())
	}
	p.name = w.name(p.female)
	return p
}

// bind sets the variables of a character under a suffix: {N}, {A}, {he}, {He}, {him}, {his}, {His}, {himself}.
func (w *writer) bind(p *person, suffix string) {
	he, him, his := "he", "him", "his"
	if p.female {
		he, him, his = "she", "her", "her"
	}
	up := func(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
	for k, v := range map[string]string{"N": p.name, "A": p.kind, "he": he, "He": up(he), "him": him, "his": his, "His": up(his), "himself": him + "self"} {
		w.vars[k+suffix] = v
	}
}
