import type { Page, Response } from 'playwright-core';
import { expect } from 'vitest';
import type { Position } from '../../src/contract/areas.ts';
import { readAreas } from '../../src/contract/pieces.ts';
import type { Edited, EditOperation } from '../../src/contract/schemas.ts';
import { boxOf, ringsOf, verticesOf, withChange, type AreaCollection, type AreaFeature } from '../../src/edit/shapes.ts';
import type { editorCatalogues } from '../../src/locale/editor.ts';
import type { Visit } from './browser.ts';

const padding = 60; // around an area that the map was fitted to, in pixels

/** Longitude and latitude on the square of Web Mercator, 0 to 1 from the north-west. */
function mercator([lon, lat]: Position): { x: number; y: number } {
  return { x: (lon + 180) / 360, y: (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2 };
}

const key = ([lon, lat]: Position) => `${lon},${lat}`;

/** Somebody who draws by the mouse: knows the outlines of all areas, of which the page has those it needs, and where they lie on the screen. */
export class Draughtsman {
  areas: AreaCollection = { type: 'FeatureCollection', features: [] };
  private fitted: [number, number, number, number] = [0, 0, 0, 0];
  private canvas = { x: 0, y: 0, width: 0, height: 0 };
  private readonly visit: Visit;
  private readonly e: (typeof editorCatalogues)['zh'];

  constructor(visit: Visit, e: (typeof editorCatalogues)['zh']) {
    this.visit = visit;
    this.e = e;
  }

  get page(): Page {
    return this.visit.page;
  }

  /** Begins a drawing of the set in force, or of another version. */
  async begin(version?: string): Promise<void> {
    const listed = this.visit.answer('GET', /\/boundary-drawings\/[^/]+\/areas$/);
    const row = this.page.locator('tbody tr').filter(version ? { hasText: version } : { has: this.page.getByText(this.e.status_published, { exact: true }) });
    await row.getByRole('button', { name: this.e.actDraw, exact: true }).click();
    const { url, headers } = await listed.then(async (answer) => ({ url: answer.url(), headers: await answer.request().allHeaders() }));
    const authorization = headers['authorization'] ?? '';
    this.areas = await readAreas(async ({ cursor = '' }) => {
      const at = new URL(url);
      at.search = cursor && `cursor=${cursor}`;
      return (await (await fetch(at, { headers: { authorization } })).json()) as AreaCollection & { features: never[] };
    });
    await this.page.locator('weige-drawing .tools').waitFor();
    await this.visit.mapDrawn();
  }

  area(code: string): AreaFeature {
    const found = this.areas.features.find((one) => one.properties.code === code);
    if (!found) throw new Error(`there is no area ${code}`);
    return found;
  }

  /** Chooses an area by the list, which shows it on the map. */
  async choose(code: string): Promise<void> {
    await this.visit.choose(this.page.locator('weige-drawing .pair select').last(), code);
    this.fitted = boxOf(verticesOf(this.area(code))) as [number, number, number, number];
    await this.look();
    await this.page.waitForTimeout(400); // the map draws the handles in its own time
  }

  /** Sees where the map is: the page may have been scrolled. */
  private async look(): Promise<void> {
    this.canvas = (await this.page.locator('weige-sketch canvas').boundingBox()) ?? this.canvas;
  }

  /** Where a place lies on the screen. */
  at(place: Position): { x: number; y: number } {
    const [west, south, east, north] = this.fitted;
    const [corner, other] = [mercator([west, north]), mercator([east, south])];
    const size = Math.min((this.canvas.width - 2 * padding) / (other.x - corner.x), (this.canvas.height - 2 * padding) / (other.y - corner.y), 512 * 2 ** 18);
    const here = mercator(place);
    return { x: this.canvas.x + this.canvas.width / 2 + (here.x - (corner.x + other.x) / 2) * size, y: this.canvas.y + this.canvas.height / 2 + (here.y - (corner.y + other.y) / 2) * size };
  }

  /** Drags from a place by some pixels; look sees the page before the button is let go. */
  async drag(place: Position, by: { x: number; y: number }, look?: () => Promise<void>): Promise<Edited> {
    await this.look();
    const { x, y } = this.at(place);
    const { mouse } = this.page;
    await mouse.move(x, y);
    await this.page.waitForTimeout(50);
    return await this.step(async () => {
      await mouse.down();
      await mouse.move(x + by.x / 2, y + by.y / 2, { steps: 3 });
      await mouse.move(x + by.x, y + by.y, { steps: 3 });
      await look?.();
      await mouse.up();
    });
  }

  /** Begins to drag from a place, and leaves it by Escape before the button is let go. */
  async giveUp(place: Position, by: { x: number; y: number }): Promise<void> {
    await this.look();
    const { x, y } = this.at(place);
    const { mouse, keyboard } = this.page;
    await mouse.move(x, y);
    await this.page.waitForTimeout(50);
    await mouse.down();
    await mouse.move(x + by.x, y + by.y, { steps: 3 });
    await keyboard.press('Escape');
    await mouse.up();
  }

  async click(place: Position): Promise<void> {
    await this.look();
    const { x, y } = this.at(place);
    await this.page.mouse.click(x, y);
  }

  /** Makes an edit of the drawing and takes over what it changed; it has to be made, and to leave a partition. */
  async step(make: () => Promise<void>): Promise<Edited> {
    const answer = this.visit.answer('POST', /\/edits$/);
    await make();
    const edited = await this.taken(await answer);
    await this.page.waitForTimeout(300);
    return edited;
  }

  private async taken(answer: Response): Promise<Edited> {
    expect(answer.status(), await answer.text()).toBe(200);
    const edited = (await answer.json()) as Edited;
    expect(edited.checked).toBe(true);
    expect(edited.faults).toEqual([]);
    this.areas = withChange(this.areas, edited.removed, edited.changed as unknown as AreaFeature[]);
    return edited;
  }

  /** The last operations that the page sent. */
  static operations(answer: Response): EditOperation[] {
    return (answer.request().postDataJSON() as { operations: EditOperation[] }).operations;
  }

  /** Two areas of a level, or one of a code and its neighbour, and a vertex inside the border between them, which is on no other border. */
  border(level: string, code = ''): Border {
    for (const one of this.borders(level, code)) return one;
    throw new Error(`no two areas of ${level} have a border of their own`);
  }

  /** The one of these whose vertex lies farthest from those beside it, on a border that is not too crooked to be held by the mouse. */
  roomiest(level: string): Border {
    const far = (a: Position, b: Position) => Math.hypot(a[0] - b[0], a[1] - b[1]);
    const room = ({ before, vertex, after, one }: Border) => Math.min(far(before, vertex), far(vertex, after)) * (verticesOf(one).length > 800 ? 0 : 1);
    return [...this.borders(level)].reduce((best, next) => (room(next) > room(best) ? next : best));
  }

  private *borders(level: string, code = ''): Generator<Border> {
    const owners = new Map<string, Set<string>>();
    for (const area of this.areas.features) for (const at of verticesOf(area)) owners.set(key(at), (owners.get(key(at)) ?? new Set()).add(area.properties.code));
    const of = (at: Position | undefined) => [...(owners.get(key(at as Position)) ?? [])];
    for (const one of this.areas.features) {
      if (one.properties.level !== level || (code && one.properties.code !== code)) continue;
      for (const ring of ringsOf(one)) {
        for (let n = 1; n + 1 < ring.length; n++) {
          const [before, vertex, after] = [ring[n - 1], ring[n], ring[n + 1]] as [Position, Position, Position];
          const two = of(vertex);
          const other = two.find((code) => code !== one.properties.code);
          if (two.length === 2 && other && this.area(other).properties.level === level && [before, after].every((at) => of(at).includes(other))) yield { one, other: this.area(other), vertex, before, after };
        }
      }
    }
  }
}

interface Border {
  one: AreaFeature;
  other: AreaFeature;
  vertex: Position;
  before: Position;
  after: Position;
}

/** The place halfway between two. */
export function between(a: Position, b: Position): Position {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** The codes of what an edit changed. */
export function codesOf(edited: Edited): string[] {
  return (edited.changed as unknown as AreaFeature[]).map((one) => one.properties.code).sort();
}
