package geo

// check looks at every reference once, so that no question can lead outside the bytes. It fills in the levels and the bound.
func (ix *Index) check() error {
	h := &ix.header
	ok := h[hLevels]%2 == 0 && h[hLevels] > 0 && h[hAreas]%areaWords == 0 && h[hAreas] > 0 && h[hRings]%2 == 0 && h[hPoints]%2 == 0 &&
		h[hArcs] > 0 && ix.word(hArcs, 0) == 0 && ix.word(hArcs, h[hArcs]-1) == h[hPoints]/2
	if !ok {
		return errCorrupt
	}
	for i := uint32(0); i < h[hLevels]; i += 2 {
		o, n := ix.word(hLevels, i), ix.word(hLevels, i+1)
		if !ix.inText(o, n) {
			return errCorrupt
		}
		ix.levels = append(ix.levels, ix.string(o, n))
	}
	for i := uint32(0); i+1 < h[hArcs]; i++ {
		// An arc has at least two points, and a reference to its start or end never leads elsewhere.
		if ix.word(hArcs, i)+2 > ix.word(hArcs, i+1) || ix.word(hArcs, i) > h[hPoints]/2 {
			return errCorrupt
		}
	}
	for i := uint32(0); i < h[hRefs]; i++ {
		ref := int32(ix.word(hRefs, i))
		if uint32(max(ref, ^ref)) >= h[hArcs]-1 {
			return errCorrupt
		}
	}
	for i := uint32(0); i < h[hRings]; i += 2 {
		if n := ix.word(hRings, i+1) &^ shellFlag; n == 0 || uint64(ix.word(hRings, i))+uint64(n) > uint64(h[hRefs]) {
			return errCorrupt
		}
	}
	for i := uint32(0); i < h[hEdges]; i++ {
		if uint64(ix.word(hEdges, i))+1 >= uint64(h[hPoints]/2) {
			return errCorrupt
		}
	}
	if !ix.checkAreas() || !ix.checkGrid() {
		return errCorrupt
	}
	return nil
}

func (ix *Index) inText(offset, length uint32) bool {
	return uint64(offset)+uint64(length) <= uint64(ix.header[hText])
}

func (ix *Index) checkAreas() bool {
	h := &ix.header
	level := -1
	for id := range ID(ix.Len()) {
		b := ix.box(id)
		now, parent := ix.area(id, aLevel), ix.parent(id)
		if now >= uint32(len(ix.levels)) || int(now) < level || b.min.X > b.max.X || b.min.Y > b.max.Y {
			return false
		}
		for ; level < int(now); level++ {
			ix.first = append(ix.first, id)
		}
		if (now == 0) != (parent == None) || parent < None || parent >= id || parent >= 0 && ix.area(parent, aLevel) != now-1 {
			return false
		}
		rings, count := ix.area(id, aRings), ix.area(id, aRingCount)
		if count == 0 || uint64(rings)+uint64(count) > uint64(h[hRings]/2) || ix.word(hRings, 2*rings+1)&shellFlag == 0 {
			return false
		}
		if !ix.inText(ix.area(id, aCode), ix.area(id, aCodeLength)) || !ix.inText(ix.area(id, aName), ix.area(id, aNameLength)) || !ix.checkSlabs(id, b) {
			return false
		}
		ix.bound = ix.bound.with(b.min).with(b.max)
	}
	for len(ix.first) <= len(ix.levels) {
		ix.first = append(ix.first, ID(ix.Len()))
	}
	return true
}

func (ix *Index) checkSlabs(id ID, b box) bool {
	start, count, height := ix.area(id, aSlabs), ix.area(id, aSlabCount), ix.area(id, aSlabHeight)
	span := uint64(int64(b.max.Y) - int64(b.min.Y) + 1)
	if count == 0 || height == 0 || uint64(count)*uint64(height) < span || uint64(start)+uint64(count)+1 > uint64(ix.header[hSlabs]) {
		return false
	}
	for i := start; i < start+count; i++ {
		if ix.word(hSlabs, i) > ix.word(hSlabs, i+1) || ix.word(hSlabs, i+1) > ix.header[hEdges] {
			return false
		}
	}
	return true
}

func (ix *Index) checkGrid() bool {
	h := &ix.header
	wide, high, shift := uint64(h[hGridWide]), uint64(h[hGridHigh]), h[hGridShift]
	if shift > 32 || wide*high != uint64(h[hCells]) || int32(h[hGridX]) != ix.bound.min.X || int32(h[hGridY]) != ix.bound.min.Y {
		return false
	}
	if uint64(int64(ix.bound.max.X)-int64(ix.bound.min.X))>>shift >= wide || uint64(int64(ix.bound.max.Y)-int64(ix.bound.min.Y))>>shift >= high {
		return false
	}
	for i := uint32(0); i < h[hLists]; {
		n := ix.word(hLists, i)
		if uint64(i)+1+uint64(n) > uint64(h[hLists]) {
			return false
		}
		for j := i + 1; j <= i+n; j++ {
			if ix.word(hLists, j)>>1 >= uint32(ix.Len()) {
				return false
			}
		}
		i += n + 1
	}
	for i := uint32(0); i < h[hCells]; i++ {
		at := uint64(ix.word(hCells, i))
		if at >= uint64(h[hLists]) || at+uint64(ix.word(hLists, uint32(at))) >= uint64(h[hLists]) {
			return false
		}
	}
	return true
}
