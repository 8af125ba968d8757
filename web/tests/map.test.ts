import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import type { StyleSpecification } from 'maplibre-gl';
import { describe, expect, it } from 'vitest';
import { areaTree } from '../src/contract/areas.ts';
import type { QueueItem } from '../src/contract/schemas.ts';
import { countPoints, pointingAccuracy, publicPoints, queuePoints, rounded } from '../src/map/features.ts';
import { AREA_LAYERS, LAYERS, POINTS_FROM_ZOOM, SOURCES } from '../src/map/sources.ts';
import { fineCountsFrom, levelScales, linesFrom, namesBetween, zoomAtWidth, type LevelScale } from '../src/map/scale.ts';
import { mapStyle } from '../src/map/style.ts';

/** Levels of an area the size of a street, each with five times the areas of the one above. */
const scales = (levels: number): LevelScale[] => Array.from({ length: levels }, (_, level) => ({ count: 5 ** level, onePixel: 5 + Math.log2(5 ** level) / 2 }));

describe('mapStyle', () => {
  it.each([1, 2, 3, 5])('is valid with %d levels and asks nobody but the given address', (levels) => {
    const style = mapStyle({ scales: scales(levels), tiles: 'http://127.0.0.1:8080/v1/demo/boundary-sets/0123456789abcdef/tiles/{z}/{x}/{y}', bounds: [119.4, 32.1, 119.5, 32.3] });
    expect(validateStyleMin(style)).toEqual([]);
    expect(style.glyphs).toBeUndefined();
    expect(style.sprite).toBeUndefined();
    expect(JSON.stringify(style).match(/https?:\/\/[^/"]+/g)).toEqual(['http://127.0.0.1:8080']);
    const lines = style.layers.filter((layer) => /^line-\d/.test(layer.id));
    expect(lines).toHaveLength(levels);
    expect(lines.at(-1)?.id, 'the coarsest border is drawn over finer ones').toBe('line-0');
  });

  it('is valid without boundaries', () => {
    const style = mapStyle({ scales: [] });
    expect(validateStyleMin(style)).toEqual([]);
    expect(Object.keys(style.sources)).toEqual([SOURCES.reports, SOURCES.counts, SOURCES.picked, SOURCES.moves]);
  });

  it('lets through what lies under it, and asks no other host by itself', () => {
    const address = { scales: scales(3), tiles: 'http://127.0.0.1:8080/{z}/{x}/{y}' };
    const style = mapStyle({ ...address, seeThrough: true });
    expect(Object.values(style.sources).some(({ type }) => type === 'raster')).toBe(false);
    expect(validateStyleMin(style)).toEqual([]);
    const opacity = (of: StyleSpecification) => (of.layers.find(({ id }) => id === AREA_LAYERS.fine) as { paint: { 'fill-opacity': unknown[] } }).paint['fill-opacity'][2];
    expect(opacity(mapStyle(address))).toBe(1);
    expect(opacity(style)).toBeLessThan(1);
  });

  it('draws single reports where counts end', () => {
    const layer = (id: string) => mapStyle({ scales: scales(3) }).layers.find((one) => one.id === id);
    expect(layer(LAYERS.reportPoints)?.minzoom).toBe(POINTS_FROM_ZOOM);
    expect(layer(LAYERS.fineCounts)?.maxzoom).toBe(POINTS_FROM_ZOOM);
    expect(layer(LAYERS.coarseCounts)?.maxzoom).toBe(layer(LAYERS.fineCounts)?.minzoom);
  });
});

describe('scale', () => {
  it('shows coarse levels before fine ones, whatever the number of levels', () => {
    for (const count of [1, 2, 3, 4, 8]) {
      const lines = Array.from({ length: count }, (_, level) => linesFrom(scales(count), level));
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
      expect(lines[0]).toBe(0);
      const names = namesBetween(scales(count));
      expect(names.map(([from]) => from)).toEqual(names.map(([from]) => from).sort((a, b) => a - b));
      for (const [level, [from, to]] of names.entries()) {
        expect(to).toBeGreaterThan(from);
        // At every zoom some level has its names on the map.
        expect(to).toBeGreaterThanOrEqual(names[level + 1]?.[0] ?? 0);
      }
    }
  });

  it('measures areas against the bounds', () => {
    const features = Array.from({ length: 16 }, (_, at) => ({ properties: { level: 'grid', code: `g${at}`, name: '', label: [0, 0] } }));
    // A square of 4 by 4 areas on the equator, 0.04 degrees wide: each is 0.01 degree, 1,111.95 m.
    const [scale] = levelScales(areaTree(features, undefined), [0, -0.02, 0.04, 0.02]);
    if (!scale) throw new Error('no scale');
    const zoom = zoomAtWidth(scale, 100);
    expect((1111.95 / 78_271.517) * 2 ** zoom).toBeCloseTo(100, 3);
    expect(fineCountsFrom(scale, 15)).toBeCloseTo(zoomAtWidth(scale, 90), 9);
    expect(fineCountsFrom(scale, 12)).toBe(11.5);
  });
});

const item = (report: string, kind: 'person' | 'queue' = 'person'): QueueItem => ({
  report, version: 1, status: kind === 'queue' ? 'received' : 'assigned', service_code: 'lamp', filed_at: '2026-03-01T00:00:00Z', lon: 119.46, lat: 32.21,
  chain: ['1', '11'], assignee: { kind, because: kind === 'queue' ? 'queue' : 'duty' }, boundary_set: '0123456789abcdef',
});

describe('features', () => {
  const areas = areaTree([
    { properties: { level: 'community', code: '1', name: '一', label: [119.4, 32.2] } },
    { properties: { level: 'grid', code: '11', name: '一一', parent: '1', label: [119.41, 32.21] } },
    { properties: { level: 'grid', code: '12', name: '一二', parent: '1', label: 'nowhere' } },
    { properties: { level: 'grid', code: '13', name: '一三', parent: '1', label: [119.42, 32.22] } },
  ], undefined);

  it('mark exactly the selected report', () => {
    const points = queuePoints([item('a'), item('b', 'queue'), item('c')], 'b');
    expect(points.features.map((one) => one.properties['selected'])).toEqual([false, true, false]);
    expect(points.features.map((one) => one.properties['waiting'])).toEqual([false, true, false]);
  });

  it('put counts at labels and leave out what has none or is nothing', () => {
    const points = countPoints([{ code: '11', open: 3, waiting: 1 }, { code: '1', open: 0, waiting: 0 }, { code: '-', open: 9, waiting: 9 }, { code: '12', open: 2, waiting: 0 }], areas);
    expect(points.features.map((one) => [one.properties['code'], one.properties['level'], one.properties['open'], one.geometry.coordinates]))
      .toEqual([['1', 0, 3, [119.4, 32.2]], ['11', 1, 3, [119.41, 32.21]]]);
  });

  it('add up the counts of what an area holds', () => {
    const points = countPoints([{ code: '11', open: 3, waiting: 1 }, { code: '13', open: 4, waiting: 2, late: 1 }], areas);
    expect(points.features.find((one) => one.properties['code'] === '1')?.properties).toEqual({ code: '1', level: 0, open: 7, waiting: 3, late: 1 });
  });

  it('carry no more of a public report than where it is and whether it waits', () => {
    const points = publicPoints({ type: 'FeatureCollection', features: [{ type: 'Feature', id: 'r', geometry: { type: 'Point', coordinates: [119.46, 32.21] },
      properties: { service_code: 'lamp', status: 'received', filed_at: '2026-03-01T00:00:00Z', boundary_set: '0' } }] });
    expect(points.features[0]?.properties).toEqual({ report: 'r', waiting: true, selected: false });
  });
});

describe('accuracy', () => {
  it('is finer the nearer one looks, and bounded', () => {
    const at = (zoom: number) => pointingAccuracy(zoom, 32.21);
    // 78271.517 * cos(32.21°) / 2^16 = 1.0106 m per pixel, times 8
    expect(at(16)).toBeCloseTo(8.1, 1);
    expect(at(22)).toBe(1);
    expect(at(3)).toBe(200);
    for (let zoom = 0; zoom < 22; zoom++) expect(at(zoom)).toBeGreaterThanOrEqual(at(zoom + 1));
  });

  it('rounds to 1e-7 degree', () => {
    expect(rounded(119.46000004999)).toBe(119.46);
    expect(rounded(-0.00000015)).toBe(-1e-7);
    expect(rounded(32.2099999999)).toBe(32.21);
  });
});
