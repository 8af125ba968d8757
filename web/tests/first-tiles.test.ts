import { expect, it } from 'vitest';
import { reaches } from '../src/map/first-tiles.ts';

it('finds the tiles that have any of a box, on both hemispheres', () => {
  // 12/3407/1660 begins at 119.4434° east and reaches from 32.1759° to 32.2500° north.
  const box: [number, number, number, number] = [119.4445, 32.2, 119.46, 32.22];
  expect(reaches(box, 12, 3407, 1660)).toBe(true);
  expect([[3406, 1660], [3408, 1660], [3407, 1659], [3407, 1661]].map(([x = 0, y = 0]) => reaches(box, 12, x, y))).toEqual([false, false, false, false]);
  expect(reaches([-74.3, 40.4, -73.6, 41], 0, 0, 0)).toBe(true);
  // Sydney lies in the southern of two rows and the eastern of two columns.
  const south: [number, number, number, number] = [151, -34, 151.4, -33.7];
  expect([reaches(south, 1, 1, 1), reaches(south, 1, 1, 0), reaches(south, 1, 0, 1)]).toEqual([true, false, false]);
});
