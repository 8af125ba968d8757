// Package geo keeps partitions of ground: areas on several levels, such as streets, communities and grids, that leave nothing between them
// and share nothing. It reads them, says what is wrong with them, mends what can be mended, edits them so that they stay partitions, and
// says in which area a point lies, in some ten nanoseconds in a city's set and a fraction of a microsecond in one of a million areas.
//
//	set, faults, err := geo.Parse(file, mapping, geo.Limits{})  // GeoJSON or TopoJSON, in WGS 84, CGCS2000, GCJ-02 or BD-09
//	faults = set.Check(geo.DefaultTolerance)                    // gaps, overlaps, T-junctions, children outside their parents, …
//	set, moves := set.Repair(geo.DefaultTolerance)              // what is thin is closed, and every move is listed
//	blob, err := set.Compile()                                  // the same bytes for the same set
//	ix, err := geo.Open(blob)                                   // no decoding: from memory, a file mapped into it, or a download
//	id := ix.Leaf(orb.Point{119.46, 32.21})                     // the smallest area, or None
//	match := ix.Locate(orb.Point{119.46, 32.21}, 30)            // the chain of areas, distances, and the neighbours within 30 m
//
// # Exactness
//
// Coordinates are integers of 1e-7 degree, 1.1 cm, from Parse on, and a point that is asked for is rounded to them first. All that
// decides in which area a point lies is computed in integers without overflow. So an answer does not depend on the processor, on the
// order of the input, or on whether points are asked for alone, many at once, or from a copy. Floating point is used for metres and
// for drawings.
//
// A point on an edge belongs to the area that holds the point moved by (δ, ε), 0 < ε ≪ δ: a little to the right, and much less upward.
// So every point of a partition belongs to one area of a level, and to one alone.
//
// # How a point is found
//
// Over the finest level lies a directory of square cells whose sides are a power of two, so that a point's cell is found by shifting its
// coordinates. A cell that no border crosses holds its area's label, and that is the answer: one look into memory. A cell that borders
// cross holds the label of its south-west corner, and where the pieces of border are that cross it:
//
//	┌───────────╲──┐
//	│   ·······⊙╲ B│    From the corner ● one walks up the cell's west side and then east to the point ⊙. Every edge on the
//	│ A ·   ╱╲___╲ │    way changes the label from what is on its left to what is on its right, or back; XOR of the label with
//	│   ·  ╱  C   ╲│    both does either, so that edges can be looked at in any order, and a walk into C and out again ends
//	●···──╱────────┘    where it began: in A.
//
// No area is ever asked whether it holds the point. Holes, islands, areas of several parts and vertices at which five areas meet are
// nothing special. Most cells are crossed by one piece; then the entry itself says where it is and on which side of it the corner lies,
// and the answer takes a second look into memory. Where many pieces crowd, a cell is divided into sixteen smaller ones.
//
// The walk only works where areas do not overlap. What overlaps nevertheless is put into layers, each with a directory of its own, and the
// lesser code has the ground. Areas of coarser levels follow from a table of parents; a level that does not nest exactly has a
// layer as well.
//
// # Borders
//
// The border of two areas is one arc, stored once, in pieces of a few edges that are written relative to their first point in 16 bits
// each. A piece carries the labels on its sides, and so serves the directory, distances, neighbours and outlines alike.
package geo
