//go:build geos

package main

/*
#cgo LDFLAGS: -lgeos_c
#include <geos_c.h>
#include <stdlib.h>

typedef struct { const GEOSPreparedGeometry *g; int at; } item;
typedef struct { GEOSContextHandle_t h; const GEOSGeometry *p; int found; } asked;

static void visit(void *i, void *a) {
	item *it = i; asked *as = a;
	if (as->found < 0 && GEOSPreparedContains_r(as->h, it->g, as->p)) as->found = it->at;
}

static GEOSGeometry *ring(GEOSContextHandle_t h, double *xy, int n) {
	return GEOSGeom_createLinearRing_r(h, GEOSCoordSeq_copyFromBuffer_r(h, xy, n, 0, 0));
}

static GEOSGeometry *polygon(GEOSContextHandle_t h, double *xy, int *lengths, int rings) {
	GEOSGeometry **all = malloc(sizeof(GEOSGeometry*) * rings);
	for (int i = 0; i < rings; i++) { all[i] = ring(h, xy, lengths[i]); xy += 2 * lengths[i]; }
	GEOSGeometry *p = GEOSGeom_createPolygon_r(h, all[0], all + 1, rings - 1);
	free(all);
	return p;
}

static void add(GEOSContextHandle_t h, GEOSSTRtree *t, GEOSGeometry **parts, int n, int at) {
	GEOSGeometry *g = n == 1 ? parts[0] : GEOSGeom_createCollection_r(h, GEOS_MULTIPOLYGON, parts, n);
	item *it = malloc(sizeof(item));
	it->g = GEOSPrepare_r(h, g);
	it->at = at;
	GEOSSTRtree_insert_r(h, t, g, it);
}

// All points in one call: what cgo costs per call is not GEOS's fault.
static int locate(GEOSContextHandle_t h, GEOSSTRtree *t, double x, double y) {
	GEOSGeometry *p = GEOSGeom_createPointFromXY_r(h, x, y);
	asked a = {h, p, -1};
	GEOSSTRtree_query_r(h, t, p, visit, &a);
	GEOSGeom_destroy_r(h, p);
	return a.found;
}
*/
import "C"

import (
	"unsafe"

	"github.com/paulmach/orb"
)

func init() {
	withGEOS = func(shapes []orb.MultiPolygon) peer {
		h := C.GEOS_init_r()
		tree := C.GEOSSTRtree_create_r(h, 10)
		for i, g := range shapes {
			parts := make([]*C.GEOSGeometry, 0, len(g))
			for _, polygon := range g {
				var xy []C.double
				var lengths []C.int
				for _, ring := range polygon {
					for _, p := range ring {
						xy = append(xy, C.double(p[0]), C.double(p[1]))
					}
					lengths = append(lengths, C.int(len(ring)))
				}
				parts = append(parts, C.polygon(h, &xy[0], &lengths[0], C.int(len(lengths))))
			}
			C.add(h, tree, (**C.GEOSGeometry)(unsafe.Pointer(&parts[0])), C.int(len(parts)), C.int(i))
		}
		return peer{"GEOS, prepared, STR-tree", func(p orb.Point) int { return int(C.locate(h, tree, C.double(p[0]), C.double(p[1]))) }}
	}
}
