package geo

// arcCount gives the number of arcs, see topology.
func (ix *Index) arcCount() int { return int(ix.size[inArcs]) - 1 }

// arc appends the points of an arc.
func (ix *Index) arc(i int, into []Point) []Point {
	from, to := ix.word(inArcs, uint32(i)), ix.word(inArcs, uint32(i)+1)
	for n := 0; from < to; n++ {
		p, ok := ix.piece(from)
		if !ok {
			return into
		}
		if n == 0 {
			into = append(into, p.first)
		}
		into = p.points(into)
		from += uint32(p.size()) / 4
	}
	return into
}

// rings tells the rings of an area in order: whether one begins a polygon, and its arcs, an arc run backward as the complement of its
// position. The references are only lent.
func (ix *Index) rings(id ID, each func(shell bool, refs []int32)) {
	var refs []int32
	from, to := ix.area(id, areaRing), ix.area(id+1, areaRing)
	if to >= ix.size[inRings] {
		ix.damage.Store(true)
		return
	}
	for r := from; r < to; r++ {
		word, end := ix.word(inRings, r), ix.word(inRings, r+1)&^shellFlag
		refs = refs[:0]
		for i := word &^ shellFlag; i < min(end, ix.size[inRefs]); i++ {
			ref := int32(ix.word(inRefs, i))
			if int(max(ref, ^ref)) >= ix.arcCount() {
				ix.damage.Store(true)
				return
			}
			refs = append(refs, ref)
		}
		if len(refs) == 0 || r == from && word&shellFlag == 0 {
			ix.damage.Store(true)
			return
		}
		each(word&shellFlag != 0, refs)
	}
}

// polygons gives an area's rings without their closing points.
func (ix *Index) polygons(id ID) [][][]Point {
	var polygons [][][]Point
	var arc []Point
	ix.rings(id, func(shell bool, refs []int32) {
		if shell {
			polygons = append(polygons, nil)
		}
		var ring []Point
		for _, ref := range refs {
			arc = ix.arc(int(max(ref, ^ref)), arc[:0])
			if len(arc) == 0 {
				continue
			}
			if ref >= 0 {
				ring = append(ring, arc[:len(arc)-1]...)
				continue
			}
			for k := len(arc) - 1; k > 0; k-- {
				ring = append(ring, arc[k])
			}
		}
		if len(ring) > 0 {
			last := len(polygons) - 1
			polygons[last] = append(polygons[last], ring)
		}
	})
	return polygons
}
