import type * as GeoJSON from 'geojson';
import { describe, expect, it } from 'vitest';
import { readPoints, ReportPoints, withHouseholds, wouldBe } from '../src/edit/measures.ts';
import type { Client } from '../src/contract/client.ts';
import type { Position } from '../src/contract/areas.ts';
import { withChange, type AreaFeature } from '../src/edit/shapes.ts';
import { changeOf } from '../src/map/sketch-sources.ts';

const area = (code: string, ...coordinates: Position[][]): AreaFeature => ({ type: 'Feature', properties: { level: 'grid', code, name: code }, geometry: { type: 'Polygon', coordinates } });
const ring = (...points: Position[]): Position[] => [...points, points[0] as Position];

//  2 ┌───┬───┐
//    │ a │ b │   two areas that meet in a border of three points
//  0 └───┴───┘
//    0   1   2 thousandths of a degree
const a = area('a', ring([0, 0], [0.001, 0], [0.001, 0.001], [0.001, 0.002], [0, 0.002]));
const b = area('b', ring([0.001, 0], [0.002, 0], [0.002, 0.002], [0.001, 0.002], [0.001, 0.001]));

describe('points of reports', () => {
  it('are counted in the one area that holds them, on a border too', () => {
    const flat: number[] = [];
    for (let lon = 1; lon < 20; lon++) for (let lat = 1; lat < 20; lat++) flat.push(lon * 1000, lat * 1000);
    const points = new ReportPoints(flat);
    expect(points.size).toBe(19 * 19);
    expect(points.within(a) + points.within(b)).toBe(19 * 19);
    expect(points.within(a)).toBe(9 * 19);
    expect(points.within(area('c', ring([0.003, 0], [0.004, 0], [0.004, 0.002])))).toBe(0);
  });

  it('are not counted in a hole, and by the same rule in areas of many edges', () => {
    const round = (radius: number): Position[] => ring(...Array.from({ length: 900 }, (_, n): Position => [0.01 + radius * Math.cos((n * Math.PI) / 450), 0.01 + radius * Math.sin((n * Math.PI) / 450)]));
    const flat: number[] = [];
    let inside = 0;
    let between = 0;
    for (let n = 0; n < 4000; n++) {
      const [x, y] = [((n * 7919) % 4001) / 4001, ((n * 104729) % 3989) / 3989].map((one) => one * 0.02) as Position;
      flat.push(Math.round(x * 1e7), Math.round(y * 1e7));
      const far = Math.hypot(x - 0.01, y - 0.01);
      if (Math.abs(far - 0.008) < 1e-6 || Math.abs(far - 0.004) < 1e-6) flat.length -= 2;
      else if (far < 0.008) {
        inside++;
        if (far > 0.004) between++;
      }
    }
    const points = new ReportPoints(flat);
    expect(points.within(area('disc', round(0.008)))).toBe(inside);
    expect(points.within(area('ring', round(0.008), round(0.004)))).toBe(between);
  });

  it('are read part by part, in one period, up to a bound', async () => {
    const asked: Record<string, unknown>[] = [];
    const client = (parts: number) => ({ get: (_: string, { query }: { query: Record<string, unknown> }) => {
      asked.push(query);
      return Promise.resolve({ until: '2026-01-31T00:00:00Z', points: [asked.length, 5], ...(asked.length < parts ? { next: `p${asked.length}` } : {}) });
    } }) as unknown as Client;
    expect((await readPoints(client(3), new Date('2026-01-31T00:00:00Z')))?.size).toBe(3);
    expect(asked[0]).toEqual({ from: '2026-01-01T00:00:00.000Z' });
    expect(asked[2]).toEqual({ from: '2026-01-01T00:00:00.000Z', until: '2026-01-31T00:00:00Z', cursor: 'p2' });
    asked.length = 0;
    expect(await readPoints(client(1e9))).toBeUndefined();
    expect(asked.length).toBeLessThan(100);
  });
});

describe('a border that is dragged', () => {
  it('changes the areas that have the vertex, and those alone', () => {
    const after = wouldBe([a, b, area('c', ring([0, 0], [1, 0], [1, 1]))], { kind: 'vertex', at: [0.001, 0.001] }, [0.0005, 0.001]);
    expect(after.map((one) => one.properties.code)).toEqual(['a', 'b']);
    expect(after[0]?.geometry.coordinates[0]).toEqual([[0, 0], [0.001, 0], [0.0005, 0.001], [0.001, 0.002], [0, 0.002], [0, 0]]);
    const points = new ReportPoints([7000, 10000]);
    expect([a, b].map((one) => points.within(one))).toEqual([1, 0]);
    expect(after.map((one) => points.within(one))).toEqual([0, 1]);
  });

  it('closes the ring again when its first vertex moves, and takes a new vertex into both sides', () => {
    const [first] = wouldBe([a], { kind: 'vertex', at: [0, 0] }, [-0.001, 0]);
    expect(first?.geometry.coordinates[0]?.at(-1)).toEqual([-0.001, 0]);
    const both = wouldBe([a, b], { kind: 'middle', at: [0.001, 0.0005], before: [0.001, 0], after: [0.001, 0.001] }, [0.0009, 0.0005]);
    expect(both.map((one) => (one.geometry.coordinates[0] as Position[]).length)).toEqual([7, 7]);
    expect(both[1]?.geometry.coordinates[0]?.slice(-3)).toEqual([[0.001, 0.001], [0.0009, 0.0005], [0.001, 0]]);
  });
});

describe('what the map is sent of a change', () => {
  const all = (...features: AreaFeature[]) => ({ type: 'FeatureCollection' as const, features });
  const sent = (from: ReturnType<typeof all> | undefined, to: ReturnType<typeof all>) => changeOf(from as GeoJSON.GeoJSON | undefined, to as unknown as GeoJSON.GeoJSON);

  it('is what changed, where that is little, and else nothing: then it is sent everything', () => {
    const was = all(a, b);
    const moved = area('b', ring([0.001, 0], [0.002, 0], [0.002, 0.002]));
    expect(sent(was, withChange(was, [], [moved]))).toEqual({ remove: ['b'], add: [moved] });
    expect(sent(was, withChange(was, ['a'], [moved]))).toEqual({ remove: ['a', 'b'], add: [moved] });
    expect(sent(was, was)).toEqual({ remove: [], add: [] });
    expect(sent(undefined, was)).toBeUndefined();
    expect(sent(was, all(...Array.from({ length: 200 }, (_, n) => area(`n${n}`, ring([0, 0], [1, 0], [1, 1])))))).toBeUndefined();
  });
});

describe('households, while a border is dragged,', () => {
  const people = (one: AreaFeature, households?: number): AreaFeature => ({ ...one, properties: { ...one.properties, ...(households === undefined ? {} : { households }) } });
  const numbers = (areas: readonly AreaFeature[]) => Object.fromEntries(areas.map(({ properties: { code, households, households_estimated } }) => [code, households === undefined ? '?' : `${households_estimated ? 'about ' : ''}${households}`]));
  const dragged = (before: AreaFeature[], at: Position, to: Position) => numbers(withHouseholds(before, wouldBe(before, { at, kind: 'vertex' }, to)));
  const [middle, west]: Position[] = [[0.001, 0.001], [0.0005, 0.001]]; // a loses a quarter of its ground

  it('go with the ground, and stay as many', () => {
    expect(dragged([people(a, 100), people(b, 401)], middle as Position, west as Position)).toEqual({ a: 'about 75', b: 'about 426' });
    expect(dragged([people(a, 100), people(b, 401)], middle as Position, [0.0015, 0.001])).toEqual({ a: 'about 200', b: 'about 301' });
    expect(dragged([people(a, 100), people(b, 401)], middle as Position, middle as Position)).toEqual({ a: '100', b: '401' });
  });

  it('are not known where those of the ground are not', () => {
    expect(dragged([people(a), people(b, 401)], middle as Position, west as Position)).toEqual({ a: '?', b: '?' });
    expect(dragged([people(a, 100), people(b)], middle as Position, west as Position)).toEqual({ a: 'about 75', b: '?' });
    expect(dragged([a, b], middle as Position, west as Position)).toEqual({ a: '?', b: '?' });
  });

  it('leave with ground that nobody gets, and do not come with ground that nobody gave', () => {
    expect(dragged([people(a, 100), people(b, 400)], [0, 0], [0.0005, 0])).toEqual({ a: 'about 75' });
    expect(dragged([people(a, 100), people(b, 400)], [0, 0], [-0.0005, 0])).toEqual({ a: 'about 100' });
  });

  it('are divided among several without a rest', () => {
    const [left, right] = [area('c', ring([0, 0.002], [0.001, 0.002], [0.001, 0.004], [0, 0.004])), area('d', ring([0.001, 0.002], [0.002, 0.002], [0.002, 0.004], [0.001, 0.004]))];
    const four = [people(a, 7), people(b, 11), people(left as AreaFeature, 501), people(right as AreaFeature, 3)];
    for (const to of [[0.0013, 0.0024], [0.0004, 0.0021], [0.0011, 0.0013], [0.0007, 0.0018]] as Position[]) {
      const now = withHouseholds(four, wouldBe(four, { at: [0.001, 0.002], kind: 'vertex' }, to));
      expect(now.reduce((sum, one) => sum + (one.properties.households ?? NaN), 0), String(to)).toBe(522);
    }
  });
});
