package address

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weige/weige/geo"
)

// Row is one standard address.
type Row struct {
	Text     string
	Point    geo.Point // WGS 84
	Building string    // code of its building; empty where unknown
	Area     string    // code of its area, as stated; empty where unknown
}

// Reading gives how a character sounds, in pinyin without tones, such as lu; empty where it has no sound of its own.
type Reading func(r rune) string

// Progress is told how many of all steps are done, now and then.
type Progress func(done, total int)

// maxRows bounds a gazetteer; indices of places have linkShift bits.
const maxRows = 1 << 22

// compiler gathers what the arrays hold.
type compiler struct {
	g        *Grammar
	read     Reading
	text     []byte
	interned map[string]uint32
	places   map[placeID]*place
	order    []*place
	areas    map[string]bool
	sounds   map[rune]string
	entries  []entry
}

type placeID struct{ key, group string }

type place struct {
	name, key, group string
	stems            []string
	road             bool
	posts            []posting
}

type posting struct {
	num            Number
	building, unit string
	cross          string
	entry          uint32
	point          geo.Point
}

type entry struct {
	row        Row
	head, tail string
	areas      string
	road       uint32
	estate     uint32
}

// Compile makes the compiled form of a gazetteer: the same rows, in whatever order, give the same bytes. read may be nil, and then
// there is no pinyin. progress may be nil.
func (g *Grammar) Compile(rows []Row, read Reading, progress Progress) ([]byte, error) {
	if len(rows) == 0 || len(rows) > maxRows {
		return nil, fmt.Errorf("a gazetteer has 1 to %d addresses, not %d", maxRows, len(rows))
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Point.X, b.Point.X), cmp.Compare(a.Point.Y, b.Point.Y),
			cmp.Compare(a.Building, b.Building), cmp.Compare(a.Area, b.Area))
	})
	rows = slices.Compact(rows)
	c := compiler{g: g, read: read, text: []byte{0}, interned: map[string]uint32{"": 0}, places: map[placeID]*place{}, areas: map[string]bool{}, sounds: map[rune]string{}}
	for i, r := range rows {
		c.add(r)
		if i%progressStep == 0 {
			progress(i, len(rows))
		}
	}
	blob := c.write()
	progress(len(rows), len(rows))
	return blob, nil
}

// progressStep is after how many rows progress is told.
const progressStep = 20000

func (c *compiler) add(r Row) {
	a := c.g.Parse(r.Text)
	id := uint32(len(c.entries))
	head, tail := split(r.Text)
	c.entries = append(c.entries, entry{row: r, head: head, tail: tail, areas: packAreas(a.Areas)})
	for _, area := range a.Areas {
		c.areas[area.Name] = true
	}
	where := group(a.Areas, c.g.Apart)
	p := posting{num: a.Number, building: a.Building, unit: a.Unit, cross: c.g.key(a.Cross), entry: id, point: r.Point}
	if a.Road != "" {
		c.post(a.Road, where, true, p)
	}
	if a.Cross != "" {
		back := p
		back.cross = c.g.key(a.Road)
		c.post(a.Cross, where, true, back)
	}
	if a.Estate != "" {
		if a.Road == "" && p.building == "" { // old estates say 12号 for 12幢
			p.building, p.num = p.num.Text, Number{}
		}
		c.post(a.Estate, where, false, p)
	}
}

// key is how a name is compared: without spaces.
func (g *Grammar) key(name string) string { return strings.ReplaceAll(name, " ", "") }

func (c *compiler) post(name, where string, road bool, p posting) {
	id := placeID{c.g.key(name), where}
	at := c.places[id]
	if at == nil {
		at = &place{name: name, key: id.key, group: where, stems: c.g.stems(name), road: road}
		c.places[id] = at
		c.order = append(c.order, at)
	}
	at.road = at.road || road // Broadway is a road once somebody has a number on it
	at.posts = append(at.posts, p)
}

// split divides a text such that many share each half: at the first house number.
func split(text string) (head, tail string) {
	digit := func(r rune) bool { return isDigit(r) }
	i := strings.IndexFunc(text, digit)
	if i == 0 {
		i = strings.IndexFunc(text, func(r rune) bool { return !isDigit(r) && r != '-' })
	}
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// packAreas writes areas as one text: level, name, and a newline after each.
func packAreas(areas []Area) string {
	var b strings.Builder
	for _, a := range areas {
		b.WriteByte(byte('0' + a.Level))
		b.WriteString(a.Name)
		b.WriteByte('\n')
	}
	return b.String()
}

// intern gives the offset of a text, which is stored once.
func (c *compiler) intern(s string) uint32 {
	if at, ok := c.interned[s]; ok {
		return at
	}
	at := uint32(len(c.text))
	c.text = binary.AppendUvarint(c.text, uint64(len(s)))
	c.text = append(c.text, s...)
	c.interned[s] = at
	return at
}

type keyed struct {
	key  string
	link uint32
}

// write lays out everything in its order.
func (c *compiler) write() []byte {
	slices.SortFunc(c.order, func(a, b *place) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.group, b.group)) })
	var out [arrays][]uint32
	var names []keyed
	for i, p := range c.order {
		slices.SortFunc(p.posts, p.order())
		names = append(names, c.namesOf(uint32(i), p)...)
		out[inPlaces] = append(out[inPlaces], c.place(p, uint32(len(out[inPostings])/postWords))...)
		for _, q := range p.posts {
			at := uint32(len(out[inPostings])/postWords) + 1
			if e := &c.entries[q.entry]; p.road {
				e.road = at
			} else {
				e.estate = at
			}
			out[inPostings] = append(out[inPostings], q.num.Ord, c.intern(q.num.Text), c.intern(q.building), c.intern(q.unit), c.intern(q.cross), q.entry)
		}
	}
	end := make([]uint32, placeWords)
	end[placeFirst] = uint32(len(out[inPostings]) / postWords)
	out[inPlaces] = append(out[inPlaces], end...)
	c.keys(names, &out)
	for _, e := range c.entries {
		out[inEntries] = append(out[inEntries], uint32(e.row.Point.X), uint32(e.row.Point.Y), c.intern(e.head), c.intern(e.tail), c.intern(e.areas),
			c.intern(e.row.Area), c.intern(e.row.Building), e.road, e.estate)
	}
	for _, a := range slices.Sorted(maps.Keys(c.areas)) {
		out[inAreas] = append(out[inAreas], c.intern(a))
	}
	for _, r := range slices.Sorted(maps.Keys(c.sounds)) {
		out[inSounds] = append(out[inSounds], uint32(r), c.intern(c.sounds[r]))
	}
	return c.bytes(out)
}

// order sorts the postings of a road by number, and those of an estate by building.
func (p *place) order() func(a, b posting) int {
	byNumber := func(a, b posting) int {
		return cmp.Or(cmp.Compare(a.num.Ord, b.num.Ord), cmp.Compare(a.num.Text, b.num.Text))
	}
	byBuilding := func(a, b posting) int {
		return cmp.Or(cmp.Compare(leading(a.building), leading(b.building)), cmp.Compare(a.building, b.building))
	}
	byRest := func(a, b posting) int {
		return cmp.Or(cmp.Compare(leading(a.unit), leading(b.unit)), cmp.Compare(a.unit, b.unit), cmp.Compare(a.entry, b.entry))
	}
	if p.road {
		return func(a, b posting) int { return cmp.Or(byNumber(a, b), byBuilding(a, b), byRest(a, b)) }
	}
	return func(a, b posting) int { return cmp.Or(byBuilding(a, b), byNumber(a, b), byRest(a, b)) }
}

func (c *compiler) place(p *place, first uint32) []uint32 {
	low, high := p.posts[0].point, p.posts[0].point
	for _, q := range p.posts {
		low.X, low.Y = min(low.X, q.point.X), min(low.Y, q.point.Y)
		high.X, high.Y = max(high.X, q.point.X), max(high.Y, q.point.Y)
	}
	road := uint32(0)
	if p.road {
		road = 1
	}
	return []uint32{c.intern(p.name), c.intern(p.key), c.intern(p.group), road, first, uint32(low.X), uint32(low.Y), uint32(high.X), uint32(high.Y)}
}

// namesOf gives the names by which a place is asked for.
func (c *compiler) namesOf(id uint32, p *place) []keyed {
	list := []keyed{{p.key, linkName<<linkShift | id}}
	for _, stem := range p.stems {
		list = append(list, keyed{stem, linkStem<<linkShift | id})
	}
	if c.read == nil {
		return list
	}
	var full, initials strings.Builder
	sounds := false
	for _, r := range p.key {
		sound := c.read(r)
		if sound == "" {
			sound = string(r)
		} else {
			sounds, c.sounds[r] = true, sound
		}
		full.WriteString(sound)
		initials.WriteString(string([]rune(sound)[:1]))
	}
	if sounds {
		list = append(list, keyed{full.String(), linkPinyin<<linkShift | id}, keyed{initials.String(), linkInitials<<linkShift | id})
	}
	return list
}

// keys writes the sorted keys with their links, and the slips of those that are names.
func (c *compiler) keys(names []keyed, out *[arrays][]uint32) {
	slices.SortFunc(names, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.link, b.link)) })
	type slip struct{ hash, key uint32 }
	var slips []slip
	for i := 0; i < len(names); {
		key := uint32(len(out[inKeys]) / keyWords)
		out[inKeys] = append(out[inKeys], c.intern(names[i].key), uint32(len(out[inLinks])))
		written := false
		j := i
		for ; j < len(names) && names[j].key == names[i].key; j++ {
			out[inLinks] = append(out[inLinks], names[j].link)
			written = written || names[j].link>>linkShift <= linkStem
		}
		if written {
			slipsOf(names[i].key, func(h uint32) { slips = append(slips, slip{h, key}) })
		}
		i = j
	}
	out[inKeys] = append(out[inKeys], 0, uint32(len(out[inLinks])))
	slices.SortFunc(slips, func(a, b slip) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.key, b.key)) })
	for _, s := range slices.Compact(slips) {
		out[inSlips] = append(out[inSlips], s.hash, s.key)
	}
}

func (c *compiler) bytes(out [arrays][]uint32) []byte {
	words := 0
	for _, a := range out {
		words += len(a)
	}
	blob := make([]byte, 0, headBytes+4*words+len(c.text))
	blob = append(blob, magic...)
	blob = binary.LittleEndian.AppendUint32(blob, formatNow)
	blob = binary.LittleEndian.AppendUint32(blob, 0) // checksum
	for i, a := range out {
		n := len(a)
		if i == inText {
			n = len(c.text)
		}
		blob = binary.LittleEndian.AppendUint32(blob, uint32(n))
	}
	var country [8]byte // and the checksum of the rest
	copy(country[:4], c.g.Country)
	blob = append(blob, country[:]...)
	for _, a := range out {
		for _, w := range a {
			blob = binary.LittleEndian.AppendUint32(blob, w)
		}
	}
	blob = append(blob, c.text...)
	seal(blob)
	return blob
}
