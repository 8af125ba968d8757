package geo

import (
	"math"
	"strconv"
	"strings"
)

// Households is how many households live on an area's ground. The zero value is not known, which is not the same as none.
type Households struct {
	Number    int
	Known     bool
	Estimated bool // spread over ground that changed hands, see Editor; nobody counted them
}

// mostHouseholds is the greatest number that a file may give an area, and mostStored that an area can have.
const (
	mostHouseholds = 99_999_999
	mostStored     = 1<<31 - 2
)

// estimatedFlag marks in a word of the compiled form that the number in its other bits is estimated. That is one too high, and 0 where it is not known.
const estimatedFlag = 1 << 31

func (h Households) word() uint32 {
	if !h.Known {
		return 0
	}
	w := uint32(h.Number + 1)
	if h.Estimated {
		w |= estimatedFlag
	}
	return w
}

func householdsOf(w uint32) Households {
	n := w &^ estimatedFlag
	if n == 0 {
		return Households{}
	}
	return Households{Number: int(n - 1), Known: true, Estimated: w&estimatedFlag != 0}
}

// plus gives the households of two areas together; they are known where both are.
func (h Households) plus(o Households) Households {
	if !h.Known || !o.Known {
		return Households{}
	}
	return Households{Number: min(h.Number+o.Number, mostStored), Known: true, Estimated: h.Estimated || o.Estimated}
}

// estimatedSuffix after the name of the property with the households names one that is true where they are estimated: so WriteGeoJSON writes it.
const estimatedSuffix = "_estimated"

// readHouseholds takes the value of a property: a whole number from 0 on, also as a text of digits. None, null and an empty text are not known. It is
// not ok where the value is anything else.
func readHouseholds(v any) (h Households, ok bool) {
	n := 0.0
	switch v := v.(type) {
	case nil:
		return h, true
	case float64:
		n = v
	case string:
		text := strings.TrimSpace(v)
		if text == "" {
			return h, true
		}
		whole, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return h, false
		}
		n = float64(whole)
	default:
		return h, false
	}
	if n != math.Trunc(n) || n < 0 || n > mostHouseholds {
		return h, false
	}
	return Households{Number: int(n), Known: true}, true
}

// Households gives how many households an area has.
func (ix *Index) Households(id ID) Households {
	if ix.size[inHouseholds] == 0 {
		return Households{}
	}
	return householdsOf(ix.word(inHouseholds, uint32(id)))
}

// HasHouseholds reports whether the households of any area are known.
func (s *BoundarySet) HasHouseholds() bool {
	for _, a := range s.areas {
		if a.households.Known {
			return true
		}
	}
	return false
}

// Recounted gives the codes of the areas that have another number of households than in a set before, or one that is estimated now and was not or the other way
// round. Areas that are in one of the sets alone are not among them.
func (s *BoundarySet) Recounted(before *BoundarySet) []string {
	was := make(map[string]Households, len(before.areas))
	for _, a := range before.areas {
		was[a.code] = a.households
	}
	var codes []string
	for _, a := range s.areas {
		if h, there := was[a.code]; there && h != a.households {
			codes = append(codes, a.code)
		}
	}
	return codes
}
