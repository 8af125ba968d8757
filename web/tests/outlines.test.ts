import { describe, expect, it } from 'vitest';
import { shapesOf } from '../src/edit/outlines.ts';

describe('the shapes of a file', () => {
  const square = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]];

  it('are those of a FeatureCollection that lie on the earth', async () => {
    const features = [square, [[[200, 0], [201, 0], [201, 1], [200, 0]]]].map((coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates } }));
    expect((await shapesOf({ type: 'FeatureCollection', features }))?.features.map((one) => one.geometry)).toEqual([{ type: 'Polygon', coordinates: square }]);
    expect(await shapesOf({ type: 'FeatureCollection', features: 'none' })).toEqual({ type: 'FeatureCollection', features: [] });
  });

  it('are put together from the arcs of a Topology, quantized and shared', async () => {
    // Two squares side by side; the second goes along their border the other way round.
    const topology = {
      type: 'Topology', transform: { scale: [0.5, 0.5], translate: [10, 20] },
      arcs: [[[2, 0], [0, 2]], [[2, 2], [-2, 0], [0, -2], [2, 0]], [[2, 0], [2, 0], [0, 2], [-2, 0]]],
      objects: { a: { type: 'GeometryCollection', geometries: [{ type: 'Polygon', properties: { code: 'w' }, arcs: [[0, 1]] }] }, b: { type: 'MultiPolygon', properties: { code: 'e' }, arcs: [[[2, -1]]] } },
    };
    expect((await shapesOf(topology))?.features.map(({ properties, geometry }) => [properties, geometry])).toEqual([
      [{ code: 'w' }, { type: 'Polygon', coordinates: [[[11, 20], [11, 21], [10, 21], [10, 20], [11, 20]]] }],
      [{ code: 'e' }, { type: 'MultiPolygon', coordinates: [[[[11, 20], [12, 20], [12, 21], [11, 21], [11, 20]]]] }],
    ]);
  });

  it('are none where there is nothing that can be drawn', async () => {
    for (const file of [undefined, {}, { type: 'Pickle' }, { type: 'Topology' }, { type: 'Topology', objects: { a: { type: 'Polygon', arcs: [[7]] } }, arcs: [] }]) expect(await shapesOf(file)).toBeUndefined();
  });
});
