import { describe, expect, it } from 'vitest';
import { faultBox, faultShapes } from '../src/edit/faults.ts';
import { ground } from '../src/edit/measured.ts';
import { editorCatalogues } from '../src/locale/editor.ts';
import { rightsOf } from '../src/sign-in/rights.ts';
import { boxOf, handlesOf, hectares, nextCode, nextName, placeOfName, Register, ringsOf, squareMetres, verticesOf, withChange, type AreaFeature } from '../src/edit/shapes.ts';

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
    const { zh, en } = editorCatalogues;
    expect([18_540, 640, 1, 0.6, 0.2].map((metres) => ground(en, metres, 'en')), 'what is not even a square metre is not said to be none').toEqual(['1.85 ha', '640 m²', '1 m²', 'less than 1 m²', 'less than 1 m²']);
    expect(ground(zh, 0.2, 'zh-CN')).toBe('不到 1 平方米');
  });

  it('takes a change over: what is gone goes, what is new comes, the rest stays', () => {
    const areas = withChange({ type: 'FeatureCollection', features: [named('a'), named('b'), named('c')] }, ['a'], [named('b'), named('d')]);
    expect(areas.features.map((one) => one.properties.code)).toEqual(['c', 'b', 'd']);
  });

  it('proposes the code after the last one beside an area', () => {
    const under = (code: string, parent = 'p'): AreaFeature => ({ ...square, properties: { level: 'grid', code, name: code, parent } });
    const areas = (...features: AreaFeature[]) => ({ type: 'FeatureCollection' as const, features });
    expect(nextCode(areas(under('p01'), under('p09'), under('q77', 'q')), under('p01'))).toBe('p10');
    expect(nextCode(areas(under('999111001004099'), under('999111001004007')), under('999111001004007'))).toBe('999111001004100');
    expect(nextCode(areas(under('p98'), under('p99')), under('p98'))).toBe('p98b');
    expect(nextCode(areas(under('east'), under('eastb')), under('east'))).toBe('eastc');
    const named = (code: string, name: string): AreaFeature => ({ ...square, properties: { level: 'grid', code, name } });
    expect(nextName(named('p01', '微网格01'), 'p05')).toBe('微网格05');
    expect(nextName(named('p01', '第一网格'), 'p05')).toBe('第一网格 2');
    expect(nextName(named('p01', '微网格01'), 'p01b')).toBe('微网格01 2');
  });

  it('calls areas of one name by their parents as well', () => {
    const called = (code: string, name: string, parent: string, level = 'grid'): AreaFeature => ({ ...square, properties: { level, code, name, parent } });
    const [a, b, c] = [called('a', '01', 'p'), called('b', '01', 'q'), called('c', '02', 'q')] as const;
    const register = new Register({ features: [called('p', 'East', '', 'street'), called('q', 'West', '', 'street'), a, b, c] });
    expect([a, b, c].map((one) => register.called(one))).toEqual(['East 01', 'West 01', '02']);
    expect(register.area('b')).toBe(b);
    expect([a, b, c].map((one) => register.told(one))).toEqual(['East 01', 'West 01', '02']);
    const twins = [called('d', '03', ''), called('e', '03', ''), called('f', '', '')];
    const other = new Register({ features: twins });
    expect(twins.map((one) => other.told(one)), 'what has the same name is told apart by its code').toEqual(['03 d', '03 e', 'f']);
  });

  it('puts a name inside its area', () => {
    expect(placeOfName(square)[0]).toBeGreaterThan(0);
    // A bracket that is open to the east: the middle of its box lies outside.
    const bracket: AreaFeature = { ...square, geometry: { type: 'MultiPolygon', coordinates: [[[[9, 9], [9.1, 9], [9.1, 9.1], [9, 9]]], [[[0, 0], [4, 0], [4, 1], [1, 1], [1, 3], [4, 3], [4, 4], [0, 4], [0, 0]]]] } };
    expect(placeOfName(bracket)).toEqual([0.5, 2]);
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
    [['editor@demo'], { edits: true, rehomes: false, addresses: false }],
    [['administrator@demo'], { edits: true, rehomes: true, addresses: true }],
    [['administrator@*'], { edits: true, rehomes: true, addresses: true }],
    [['editor@other', 'dispatcher@demo', 'editor@demo:a'], { edits: false, rehomes: false, addresses: false }],
    [undefined, { edits: true, rehomes: true, addresses: true }],
  ])('%s', (grants, want) => {
    expect(rightsOf(session(grants), 'demo')).toEqual(want);
  });
});
