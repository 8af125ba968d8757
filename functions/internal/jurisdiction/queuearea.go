package jurisdiction

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/weige/weige/geo"
)

// OutsideQueue is the queue area of reports that lie outside every area.
const OutsideQueue = "-"

// QueueLevel gives the position of the level by whose areas work lists are kept: the one the settings name, else the finest.
// It must not be asked while no boundary set is in force.
func (c Current) QueueLevel() int {
	levels := c.Areas.Levels()
	if i := slices.Index(levels, c.Settings.QueueLevel); i >= 0 {
		return i
	}
	return len(levels) - 1
}

// Chain gives the codes of an area and of those that hold it, coarse to fine. ok is false for a code that the set in force does not have.
func (c Current) Chain(area string) (chain []string, ok bool) {
	if c.Areas == nil {
		return nil, false
	}
	id, ok := c.Areas.Find(area)
	if !ok {
		return nil, false
	}
	for _, up := range c.Areas.Chain(id) {
		chain = append(chain, c.Areas.Area(up).Code)
	}
	return chain, true
}

// QueueArea gives the code under which a report with this chain of area codes, coarse to fine, is listed: its area of the queue
// level, or the finest it has above that, or OutsideQueue.
func (c Current) QueueArea(chain []string) string {
	if len(chain) == 0 || c.Areas == nil {
		return OutsideQueue
	}
	return chain[min(c.QueueLevel(), len(chain)-1)]
}

// AllQueueAreas gives every queue area there can be an open report under: those of the set in force, OutsideQueue, and retired
// ones.
func (c Current) AllQueueAreas() []string {
	areas := append([]string{OutsideQueue}, c.Retired...)
	if c.Areas == nil {
		return areas
	}
	for level := range c.QueueLevel() + 1 {
		for _, id := range c.Areas.OfLevel(level) {
			areas = append(areas, c.Areas.Area(id).Code)
		}
	}
	return unique(areas)
}

// QueueAreasUnder gives the queue areas that may hold reports of an area and of its children: those of the set in force, and retired ones
// whose ground they have, under which reports are listed until they are re-homed. Below the queue level that is the
// one queue area above it, whose list then has other areas' reports too. ok is false for a code that is neither in the set in
// force nor retired.
func (c Current) QueueAreasUnder(code string) (areas []string, ok bool) {
	if code == OutsideQueue || slices.Contains(c.Retired, code) {
		areas = append(areas, code)
	}
	if c.Areas == nil {
		return areas, len(areas) > 0
	}
	id, found := c.Areas.Find(code)
	if !found { // of a code that is no more, those under which reports that were filed in it are listed: whoever still holds it has them until then
		ok = len(areas) > 0
		for _, heir := range c.Succession[code] {
			under, _ := c.QueueAreasUnder(heir)
			areas = append(areas, under...)
		}
		return unique(areas), ok
	}
	queue := c.QueueLevel()
	if chain := c.Areas.Chain(id); len(chain) > queue+1 {
		areas = append(areas, c.Areas.Area(chain[queue]).Code)
	} else {
		areas = c.queueAreasIn(id, queue, areas)
	}
	for _, old := range c.Retired {
		heirs := c.Succession[old]
		if len(heirs) == 0 || slices.ContainsFunc(heirs, func(heir string) bool { return slices.Contains(areas, heir) }) {
			areas = append(areas, old)
		}
	}
	return unique(areas), true
}

// queueAreasIn adds the queue areas of an area and of its children.
func (c Current) queueAreasIn(id geo.ID, queue int, areas []string) []string {
	var walk func(geo.ID)
	walk = func(id geo.ID) {
		a := c.Areas.Area(id)
		areas = append(areas, a.Code)
		if a.Level < queue {
			for _, child := range c.Areas.Children(id) {
				walk(child)
			}
		}
	}
	walk(id)
	return areas
}

// QueueAreasMeeting gives the queue areas that may hold reports inside a bound in degrees. OutsideQueue and retired ones are
// always among them: nobody knows where their reports lie.
func (c Current) QueueAreasMeeting(b orb.Bound) []string {
	areas := append([]string{OutsideQueue}, c.Retired...)
	if c.Areas == nil {
		return areas
	}
	for level := range c.QueueLevel() + 1 {
		for _, id := range c.Areas.Meeting(b, level) {
			areas = append(areas, c.Areas.Area(id).Code)
		}
	}
	return unique(areas)
}

// RetiredBy gives the queue areas that lists would no longer ask for if next were in force, for Change.Retire.
func (c Current) RetiredBy(next Current) []string {
	kept := next.AllQueueAreas()
	var gone []string
	for _, code := range c.AllQueueAreas() {
		if !slices.Contains(kept, code) {
			gone = append(gone, code)
		}
	}
	return gone
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
