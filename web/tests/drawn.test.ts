import { describe, expect, it } from 'vitest';
import { readAreas } from '../src/contract/pieces.ts';
import type { Areas, BoundarySet, Edited } from '../src/contract/schemas.ts';
import { DrawnAreas } from '../src/edit/drawn.ts';
import { placeIn, withPlace } from '../src/edit/place.ts';

const base = { set: 's', levels: ['street', 'grid'], bbox: [0, 0, 1, 1] } as unknown as BoundarySet;
const ring = [[0, 0], [1, 0], [1, 1], [0, 0]];
const area = (code: string, level = 'grid', more: object = {}, drawn = true) => ({ type: 'Feature', properties: { level, code, name: code, ...more }, geometry: drawn ? { type: 'Polygon', coordinates: [ring] } : null });
const list = (features: object[], removed: string[] = []) => ({ type: 'FeatureCollection', features, removed }) as unknown as Areas;
const edited = (removed: string[], changed: object[]) => ({ removed, changed }) as unknown as Edited;
const begun = DrawnAreas.of(base, list([area('s', 'street', {}, false), area('a', 'grid', {}, false), area('b', 'grid', { changed: true }, false), area('c', 'grid', {}, false)], ['x']));

describe('a drawing as far as it is needed', () => {
  it('begins where the address says, as far as that is there', () => {
    expect(placeIn(begun, '?drawing=d')).toEqual({ level: 'grid', area: '' });
    expect(placeIn(begun, '?level=street')).toEqual({ level: 'street', area: '' });
    expect(placeIn(begun, '?level=street&area=a')).toEqual({ level: 'grid', area: 'a' });
    expect(placeIn(begun, '?level=moon&area=gone')).toEqual({ level: 'grid', area: '' });
    expect(withPlace(new URLSearchParams('drawing=d&level=x&area=y'), { level: 'grid', area: '' }).toString()).toBe('drawing=d&level=grid');
    expect(withPlace(new URLSearchParams('set=s&level=x&area=y')).toString()).toBe('set=s');
  });

  it('leaves out of its base what differs and is gone, and asks for the outlines it lacks', () => {
    expect(begun.leftOut).toEqual({ drawn: ['x'], stale: ['b'] });
    expect([begun.lacks('grid'), begun.lacks('street')]).toEqual([true, false]);
    const here = begun.with(list([area('b')]));
    expect(here.leftOut).toEqual({ drawn: ['b', 'x'], stale: [] });
    expect(here.overlay.features.map((one) => one.properties.code)).toEqual(['b']);
  });

  it('takes an edit over: what is gone, what is new, what came without its outline', () => {
    const after = begun.after(edited(['a'], [area('n'), area('s', 'street', {}, false)]));
    expect(after.listed.map((one) => one.properties.code)).toEqual(['b', 'c', 'n', 's']);
    expect(after.leftOut).toEqual({ drawn: ['a', 'n', 'x'], stale: ['b', 's'] });
    expect(after.outline('n')).toBeDefined();
    const undone = after.after(edited(['n'], [area('a')]));
    expect(undone.leftOut.drawn).toEqual(['a', 'n', 'x']);
    expect(undone.outline('n')).toBeUndefined();
    expect(undone.register.area('n')).toBeUndefined();
  });

  it('keeps its list where only outlines change, and what is drawn where others are worked on', () => {
    const moved = begun.after(edited([], [area('a'), area('b')]));
    expect(moved.listed).toBe(begun.listed);
    const around = moved.with(list([area('c')]));
    expect(around.outlinesOf('grid').map((one) => one.properties.code).sort()).toEqual(['a', 'b', 'c']);
    expect(around.overlay.features.map((one) => one.properties.code).sort()).toEqual(['a', 'b']);
    const left = around.only(new Set(['a']));
    expect([left.outline('a'), left.outline('b'), left.outline('c')].map(Boolean)).toEqual([true, true, false]);
  });

  it('asks no longer for an outline that is larger than an answer', () => {
    const large = begun.with(list([area('b', 'grid', { points: 200_000 }, false)]));
    expect([large.tooLarge('b'), large.lacks('grid')]).toEqual([200_000, false]);
    expect(large.leftOut.stale).toEqual(['b']);
  });
});

it('reads areas piece after piece', async () => {
  const asked: unknown[] = [];
  const pieces = [{ features: [{ n: 1 }], next: 's.1' }, { features: [{ n: 2 }], next: 's.2' }, { features: [{ n: 3 }] }];
  const all = await readAreas<{ features: { [key: string]: unknown }[]; next?: string }>(async (cursor) => { asked.push(cursor); return pieces[asked.length - 1] ?? { features: [] }; });
  expect(all.features).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  expect(asked).toEqual([{}, { cursor: 's.1' }, { cursor: 's.2' }]);
});
