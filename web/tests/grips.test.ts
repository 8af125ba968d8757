import { describe, expect, it } from 'vitest';
import type { Position } from '../src/contract/areas.ts';
import { handlesOf, type AreaFeature } from '../src/edit/shapes.ts';
import { toldApart } from '../src/map/grips.ts';

//  40 ┌────────────┐
//     │            │   a border with two points in the middle of its lower side, three pixels from each other
//   0 └────·─·─────┘
const ring: Position[] = [[0, 0], [20, 0], [23, 0], [60, 0], [60, 40], [0, 40], [0, 0]];
const area: AreaFeature = { type: 'Feature', properties: { level: 'grid', code: 'a', name: 'A' }, geometry: { type: 'Polygon', coordinates: [ring] } };
const at = (scale: number) => ([x, y]: Position) => ({ x: x * scale, y: y * scale });
const kept = (scale: number, apart: number, chosen?: Position) => toldApart(handlesOf(area), at(scale), apart, chosen);
const vertices = (scale: number, apart: number, chosen?: Position) => kept(scale, apart, chosen).filter((one) => one.kind === 'vertex').map((one) => one.at);

describe('handles', () => {
  it('are all there where all can be told apart', () => {
    expect(kept(10, 10)).toEqual(handlesOf(area));
  });

  it('are thinned out, those with most room first, and with a middle only between two that are there', () => {
    expect(vertices(1, 10)).toEqual([[0, 0], [20, 0], [60, 0], [60, 40], [0, 40]]);
    expect(kept(1, 10).filter((one) => one.kind === 'middle').map((one) => one.at)).toEqual([[10, 0], [60, 20], [30, 40], [0, 20]]);
  });

  it('keep the one that is chosen, in place of what lies beside it', () => {
    expect(vertices(1, 10, [23, 0])).toEqual([[0, 0], [23, 0], [60, 0], [60, 40], [0, 40]]);
    expect(vertices(0.01, 10, [23, 0])).toEqual([[23, 0]]);
  });
});
