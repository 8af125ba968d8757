import { describe, expect, it } from 'vitest';
import { faultBox, faultShapes } from '../src/edit/faults.ts';
import { rightsOf } from '../src/edit/rights.ts';
import { boxOf, handlesOf, hectares, ringsOf, squareMetres, verticesOf, withChange, type AreaFeature } from '../src/edit/shapes.ts';

//  4 ┌───────┐
//    │ ┌─┐   │   a square of 4 thousandths of a degree with a hole of one
//  0 └─┴─┴───┘
const square: AreaFeature = {
  type: 'Feature', properties: { level: 'grid', code: 'a', name: 'A' },
  geometry: { type: 'Polygon', coordinates: [[[0, 0], [0.004, 0], [0.004, 0.004], [0, 0.004], [0, 0]], [[0.001, 0.001], [0.001, 0.002], [0.002, 0.002], [0.002, 0.001], [0.001, 0.001]]] },
};
const named = (code: string): AreaFeature => ({ ...square, properties: { ...square.properties, code } });

describe('shapes', () => {
  it('takes rings apart without the point that closes them', () => {
    expect(ringsOf(square).map((ring) => ring.length)).toEqual([4, 4]);
    expect(verticesOf(square)).toHaveLength(8);
  });

  it('gives a handle for each vertex and for the middle of each edge, the closing one too', () => {
    const handles = handlesOf(square);
    expect(handles.filter((one) => one.kind === 'vertex')).toHaveLength(8);
    expect(handles.filter((one) => one.kind === 'middle')).toHaveLength(8);
    expect(handles).toContainEqual({ kind: 'middle', at: [0, 0.002], before: [0, 0.004], after: [0, 0] });
  });

  it('measures without the hole', () => {
    // 15 of 16 squares of a thousandth of a degree, 111.195 m each way at the equator
    expect(squareMetres(square) / (15 * 111.195 ** 2)).toBeCloseTo(1, 4);
    expect(hectares(185_000, 'en')).toBe('19');
    expect(hectares(18_540, 'en')).toBe('1.85');
  });

  it('takes a change over: what is gone goes, what is new comes, the rest stays', () => {
    const areas = withChange({ type: 'FeatureCollection', features: [named('a'), named('b'), named('c')] }, ['a'], [named('b'), named('d')]);
    expect(areas.features.map((one) => one.properties.code)).toEqual(['c', 'b', 'd']);
  });

  it('boxes positions', () => {
    expect(boxOf([])).toBeUndefined();
    expect(boxOf([[1, 5], [3, 2]])).toEqual([1, 2, 3, 5]);
  });
});

describe('faults', () => {
  const at = { kind: 'gap', message: 'm', geometry: { type: 'Point', coordinates: [1, 2] } };
  it('are shown where they have a place', () => {
    expect(faultShapes([at, { kind: 'bad_code', message: 'm' }]).features).toHaveLength(1);
    const box = faultBox(at);
    expect(box?.[0]).toBeLessThan(1);
    expect(box?.[3]).toBeGreaterThan(2);
    expect(faultBox({ kind: 'bad_code', message: 'm' })).toBeUndefined();
  });
});

describe('rights', () => {
  const session = (grants?: string[]) => ({ token: '', person: 'p', name: 'P', grants });
  it.each([
    [['editor@demo'], { edits: true, rehomes: false }],
    [['administrator@demo'], { edits: true, rehomes: true }],
    [['administrator@*'], { edits: true, rehomes: true }],
    [['editor@other', 'dispatcher@demo', 'editor@demo:a'], { edits: false, rehomes: false }],
    [undefined, { edits: true, rehomes: true }],
  ])('%s', (grants, want) => {
    expect(rightsOf(session(grants), 'demo')).toEqual(want);
  });
});
