import { describe, expect, it } from 'vitest';
import { areaTree, type Position } from '../src/contract/areas.ts';
import type { QueueItem } from '../src/contract/schemas.ts';
import { actionOf } from '../src/dispatch/keys.ts';
import { changesOf } from '../src/dispatch/load.ts';
import { areaToggled, inside, isEmpty, isPicked, nothingPicked, ringAround, selectionOf, thinned, toggled, type Picked } from '../src/dispatch/picked.ts';
import { countPoints, shades } from '../src/map/features.ts';

const area = (level: string, code: string, parent?: string) => ({ properties: { level, code, name: code, parent, label: [0, 0] } });
const areas = areaTree([area('street', 's'), area('grid', 'g1', 's'), area('grid', 'g2', 's')], undefined);
const item = (report: string, lon: number, lat: number, chain: string[]): QueueItem =>
  ({ report, version: 1, status: 'assigned', service_code: 'light', filed_at: '2026-11-25T00:00:00Z', lon, lat, chain, boundary_set: 'b', assignee: { kind: 'person', person: 'p', because: 'duty' } });
const [a, b, outside] = [item('a', 1, 1, ['s', 'g1']), item('b', 3, 1, ['s', 'g2']), item('c', 9, 9, [])];
const listed = [a, b, outside];
const filters = { area: '', assignee: 'p', status: 'assigned', service: 'light', late: 'yes', report: '' } as const;
const ring: Picked = { by: 'ring', ring: ringAround([0, 0, 2, 2]) };

describe('what is picked', () => {
  it('is the same in list and map, however it was picked', () => {
    expect(listed.map((one) => isPicked(ring, one))).toEqual([true, false, false]);
    expect(listed.map((one) => isPicked(areaToggled(nothingPicked, 's'), one))).toEqual([true, true, false]);
    expect(listed.map((one) => isPicked(toggled(ring, b, listed), one))).toEqual([true, true, false]);
    expect(isEmpty(areaToggled(areaToggled(nothingPicked, 'g1'), 'g1'))).toBe(true);
  });

  it('is asked for with areas where they are known, and with the filters where it is not named one by one', () => {
    const chosen = (reports: string[]): Picked => ({ by: 'reports', reports: new Set(reports) });
    expect(selectionOf(chosen(['a', 'b']), filters, listed, areas)).toEqual({ reports: ['a', 'b'], areas: ['g1', 'g2'] });
    expect(selectionOf(chosen(['a', 'c']), filters, listed, areas)).toEqual({ reports: ['a', 'c'] });
    expect(selectionOf(chosen(['a', 'gone']), filters, listed, areas)).toEqual({ reports: ['a', 'gone'] });
    expect(selectionOf(areaToggled(nothingPicked, 'g1'), filters, listed, areas)).toEqual({ areas: ['g1'], assignee: 'p', status: 'assigned', service_code: 'light', late: true });
    expect(selectionOf(ring, { ...filters, assignee: 'all', status: '', late: '', area: 'g1' }, listed, areas)).toEqual({ polygon: { type: 'Polygon', coordinates: [ring.by === 'ring' ? ring.ring : []] }, areas: ['g1'], service_code: 'light' });
  });

  it('is inside a ring by the parity of crossings, hollows and all', () => {
    const hollow: Position[] = [[0, 0], [4, 0], [4, 4], [2, 1], [0, 4], [0, 0]];
    expect([[1, 1], [3, 1], [2, 3], [5, 1], [-1, 2]].map((at) => inside(hollow, at as Position))).toEqual([true, true, false, false, false]);
  });

  it('keeps rings closed when it thins them', () => {
    const circle = Array.from({ length: 5001 }, (_, at): Position => [Math.cos((at % 5000) / 795.77), Math.sin((at % 5000) / 795.77)]);
    const few = thinned(circle, 1000);
    expect(few.length).toBe(1000);
    expect(few.at(-1)).toEqual(few[0]);
    expect(new Set(few.map(String)).size).toBe(999);
  });
});

describe('single keys', () => {
  const key = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, defaultPrevented: false, ...more });
  it.each([
    [key('j'), null, 'next'], [key('?'), { tagName: 'BUTTON' }, 'help'], [key('/'), { tagName: 'BODY' }, 'search'],
    [key('j'), { tagName: 'TEXTAREA' }, undefined], [key('j'), { tagName: 'SELECT' }, undefined], [key('r', { ctrlKey: true }), null, undefined], [key('q'), null, undefined],
  ] as const)('%o in %o: %s', (event, target, action) => {
    expect(actionOf(event, target)).toBe(action);
  });
});

describe('counts and loads', () => {
  it('shade areas by their share of the fullest of their level', () => {
    const points = countPoints([{ code: 'g1', open: 8, waiting: 0, late: 3 }, { code: 'g2', open: 1, waiting: 1 }, { code: '-', open: 5, waiting: 5 }], areas);
    expect(shades(points)).toEqual(new Map([['s', 4], ['g1', 4], ['g2', 1]]));
    expect(points.features.map(({ properties: { code, late } }) => [code, late])).toEqual([['s', 3], ['g1', 3], ['g2', 0]]);
  });

  it('sum up what a change takes and gives', () => {
    const who = (person: string) => ({ kind: 'person', person, because: 'duty' }) as const;
    const table = [{ from: who('p'), to: who('q'), reports: 3 }, { from: who('p'), to: who('r'), reports: 1 }, { from: { kind: 'queue', because: 'queue' } as const, to: who('q'), reports: 2 }];
    expect([...changesOf(table)]).toEqual([['p', -4], ['q', 5], ['r', 1]]);
  });
});
