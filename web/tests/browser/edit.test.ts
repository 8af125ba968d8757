import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Position } from '../../src/contract/areas.ts';
import type { Drawing, Edited } from '../../src/contract/schemas.ts';
import { boxOf, placeOfName, verticesOf, type AreaCollection, type AreaFeature } from '../../src/edit/shapes.ts';
import { editorCatalogues } from '../../src/locale/editor.ts';
import { handsOf } from './api.ts';
import { browserMissing, startBrowser, Visit, type DeviceName } from './browser.ts';
import { between, codesOf, Draughtsman } from './drawing.ts';
import { pairs, pairsOn, type Language } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { anyIn, texts } from './steps.ts';

const missing = browserMissing();

suite.skipIf(missing)(`the boundary editor${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser({ webgl: true });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function enter(device: DeviceName, language: Language, role: RegExp): Promise<Visit> {
    const visit = await Visit.begin(browser, server.url, { device, language });
    await visit.open('/edit/');
    await visit.page.getByRole('button', { name: texts(language).signIn, exact: true }).click();
    const button = visit.page.locator('button[name=person]').filter({ hasText: role }).first();
    await button.waitFor();
    await button.click();
    await visit.page.locator('.editor').waitFor();
    return visit;
  }

  /** Where a place lies on the screen, by the point that is chosen in the form and in the middle of the map. */
  async function begin(page: Page, e: (typeof editorCatalogues)['zh']): Promise<void> {
    await page.getByRole('button', { name: e.actDraw, exact: true }).first().click();
    await page.locator('weige-drawing .tools').waitFor();
  }

  it.each(pairs(['desktop', 'zh'], ['phone', 'en']))('draws, compares and publishes, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const name = `edit-${device}-${language}`;
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    await page.locator('table.grid tbody tr').first().waitFor();
    expect(await page.locator('.top nav').textContent(), 'address books are for administrators').not.toContain(texts(language).navGazetteer);
    await visit.check(`${name} versions`);
    await visit.picture(`${name}-1-versions`);
    await visit.write(page.getByLabel(e.nameOfNew), `${name}?`);
    await begin(page, e);
    await page.getByRole('heading', { name: e.drawTitle(`${name}?`) }).waitFor();
    await page.getByRole('button', { name: e.rename, exact: true }).click();
    await visit.write(page.getByLabel(e.nameOfDrawing), name);
    await page.getByRole('button', { name: e.keepName }).click();
    await page.getByRole('heading', { name: e.drawTitle(name), exact: true }).waitFor();
    const drawing = new URL(page.url()).searchParams.get('drawing') ?? '';
    // An area that is chosen is shown, also by a map that has not come yet.
    await page.reload();
    const area = page.getByLabel(e.areaChosen);
    await visit.choose(area, { index: 1 });
    await visit.mapDrawn();
    await expect.poll(() => page.evaluate(() => document.querySelector('weige-sketch')?.['owner']?.['map'].getZoom())).toBeGreaterThan(15);
    await visit.check(`${name} drawing`);

    // A point of an area is moved by its coordinates: the map is another way to do the same.
    await page.getByRole('button', { name: e.nextPoint }).click();
    await page.waitForTimeout(500);
    await visit.picture(`${name}-2-drawing`, { whole: device === 'phone' });
    const lon = page.locator('input[name=lon]');
    const before = Number(await lon.inputValue());
    await visit.write(lon, String(before + 0.00002));
    const edit = visit.answer('POST', /\/edits$/);
    await page.getByRole('button', { name: e.movePoint }).click();
    const answered = await edit;
    if (answered.status() === 200) {
      const { changed } = (await answered.json()) as { changed: unknown[] };
      expect(changed.length, 'a moved point is one of several areas').toBeGreaterThan(1);
      expect(Number(await lon.inputValue())).toBeCloseTo(before + 0.00002, 7);
    } else expect(answered.status()).toBe(422);

    if (device === 'desktop') await alsoEdited(visit, drawing, language);
    else if (answered.status() === 200) await staysAt(page, e);

    await page.getByRole('button', { name: e.finishing }).click();
    await page.getByRole('button', { name: e.finish }).click();
    await page.getByRole('heading', { name: e.publishTitle }).waitFor();
    await visit.mapDrawn();
    await visit.check(`${name} compare`);
    await visit.picture(`${name}-4-compare`, { whole: device === 'phone' });
    await publishNow(page, e);
    await visit.end();
  });

  /** Whoever undoes and makes again by the keyboard stays where they press, and so does the page. */
  async function staysAt(page: Page, e: (typeof editorCatalogues)['zh']): Promise<void> {
    for (const name of [e.undo, e.redo]) {
      const button = page.getByRole('button', { name, exact: true });
      await button.focus();
      const scrolled = await page.evaluate(() => scrollY);
      await button.press('Enter');
      await page.getByText(e.saving).waitFor({ state: 'detached' });
      await expect.poll(() => button.getAttribute('aria-disabled'), { message: 'there is one step alone' }).toBe('true');
      await page.waitForTimeout(100);
      expect(await button.evaluate((one) => one === document.activeElement), name).toBe(true);
      expect(await page.evaluate(() => scrollY), name).toBe(scrolled);
    }
  }

  /** Nothing is published by one press: what replaces what is read first, and the keyboard can leave it. */
  async function publishNow(page: Page, e: (typeof editorCatalogues)['zh']): Promise<void> {
    const ask = page.getByRole('button', { name: e.publishNow });
    await ask.focus();
    await page.keyboard.press('Enter');
    await page.locator('#replacing').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => ask.evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    const version = new URL(page.url()).searchParams.get('set')?.slice(0, 8) ?? '';
    expect(await page.locator('#replacing').textContent()).toContain(version);
    const accept = page.getByLabel(e.acceptFaults); // a border may have been moved inwards
    const wrong = await page.locator('weige-compare .notice.warn:not(.confirm) .wrong').count();
    expect(await accept.count(), 'what is said to be wrong has to be accepted, and nothing else').toBe(wrong > 0 ? 1 : 0);
    if (wrong > 0) {
      expect(await page.getByRole('button', { name: e.replaceYes }).isDisabled()).toBe(true);
      await accept.check();
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(e.published).waitFor();
    await page.getByRole('button', { name: anyIn(e.rollBack, '.+') }).waitFor(); // what was in force until now can be put back from here
  }

  /** Somebody else edits the same drawing; the step of the one who did not know is not made. */
  async function alsoEdited(visit: Visit, drawing: string, language: Language): Promise<void> {
    const e = editorCatalogues[language];
    const { page } = visit;
    const other = await enter('desktop', language, /administrator|管理员/i);
    await other.page.locator('.drawings li').filter({ hasText: `edit-desktop-${language} ·` }).waitFor();
    await other.page.goto(`${server.url}/edit/?drawing=${drawing}`);
    await other.page.locator('weige-drawing .tools').waitFor();
    const undo = visit.answer('POST', /\/edits$/);
    await page.getByRole('button', { name: e.undo }).click();
    expect((await undo).status()).toBe(200);
    other.expectComplaint(/409/);
    const late = other.answer('POST', /\/edits$/);
    await other.page.getByRole('button', { name: e.undo }).click().catch(() => undefined);
    expect((await late).status()).toBe(409);
    await other.page.getByText(e.conflict).waitFor();
    await other.picture(`edit-desktop-${language}-3-conflict`);
    await other.end();
    await page.getByRole('button', { name: e.redo }).click();
  }

  it.each(pairsOn('desktop', 'en'))('draws by the mouse: moves, inserts, deletes, splits and merges, each undone and made again in one, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    await page.locator('table.grid tbody tr').first().waitFor();
    const hand = new Draughtsman(visit, e);
    await hand.begin();
    await visit.choose(page.getByLabel(e.workLevel), 'micro_grid');
    const { one, other, vertex } = hand.border('micro_grid');
    const two = [one.properties.code, other.properties.code].sort();
    await hand.choose(one.properties.code);
    await page.getByText(e.colMonth).waitFor();

    // A vertex that two areas share moves for both and for nobody else; what they measure is seen before the button is let go.
    // So are their households: who lives on the ground that changes hands is counted for the other one, and nobody is lost.
    const measures = page.locator('.measures tbody tr');
    const people = (areas: readonly AreaFeature[]) => areas.reduce((sum, area) => sum + (area.properties.households ?? NaN), 0);
    const lived = people([one, other]);
    const moved = await hand.drag(vertex, { x: -4, y: -60 }, async () => {
      await visit.picture('edit-mouse-1-dragging');
      const rows = (await measures.allTextContents()).map((row) => /\([+-]/.exec(row)?.[0]).sort();
      expect(rows, 'one grows by what the other gives').toEqual(['(+', '(-']);
      const column = (await page.locator('.measures thead th').allTextContents()).indexOf(e.households);
      const cells = await page.locator(`.measures tbody tr > :nth-child(${column + 1})`).allTextContents();
      const [about, changes] = [new RegExp(e.about('([\\d,]+)')), /\(([+-][\d,]+)\)/].map((part) => cells.map((cell) => Number(part.exec(cell)?.[1]?.replace(',', ''))));
      expect(about?.reduce((sum, n) => sum + n, 0), cells.join('; ')).toBe(lived);
      expect(Math.abs(changes?.[0] ?? 0), cells.join('; ')).toBeGreaterThan(0);
      expect(changes?.[0], cells.join('; ')).toBe(-(changes?.[1] as number));
    });
    expect(codesOf(moved)).toEqual(two);
    // Escape gives a drag up: nothing is sent, and the area stays chosen and measured.
    const steps = await page.locator('.saying').textContent();
    await hand.giveUp(hand.border('micro_grid', one.properties.code).vertex, { x: 20, y: 30 });
    await page.getByText(e.givenUp).waitFor();
    expect(new URL(page.url()).searchParams.get('area')).toBe(one.properties.code);
    expect(await page.getByLabel(e.areaChosen).inputValue()).toBe(one.properties.code);
    expect(await page.locator('.measures tbody tr').allTextContents()).toHaveLength(1);
    expect(steps).toBe(e.saved('1'));
    await page.locator('weige-sketch canvas').focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByLabel(e.areaChosen).inputValue(), { message: 'what is not chosen is not shown as chosen' }).toBe('');
    await hand.choose(one.properties.code);
    expect(people(moved.changed as unknown as AreaFeature[])).toBe(lived);
    expect(new Set(moved.changed.map((area) => (area as unknown as AreaFeature).properties.households_estimated))).toEqual(new Set([true]));
    expect(moved.removed).toEqual([]);

    const count = () => verticesOf(hand.area(one.properties.code)).length;
    const had = count();
    const now = hand.border('micro_grid', one.properties.code);
    const place = between(now.vertex, now.after);
    const inserted = await hand.drag(place, { x: 14, y: -10 });
    expect(count()).toBe(had + 1);
    expect(codesOf(inserted)).toContain(one.properties.code);
    expect(inserted.changed.length).toBeGreaterThan(1);

    // The vertex that was put in is clicked and deleted.
    const put = verticesOf(hand.area(one.properties.code)).find((at) => Math.hypot(hand.at(at).x - hand.at(place).x - 14, hand.at(at).y - hand.at(place).y + 10) < 2);
    if (!put) throw new Error('the vertex does not lie where it was let go');
    await hand.click(put);
    await hand.step(() => page.getByRole('button', { name: e.deletePoint }).click());
    expect(count()).toBe(had);

    // Undone and made again by the buttons, then by the keys.
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    expect(count()).toBe(had + 1);
    await hand.step(() => page.getByRole('button', { name: e.redo }).click());
    expect(count()).toBe(had);
    expect(await page.getByRole('button', { name: e.redo }).evaluate((one) => one === document.activeElement), 'the keyboard stays at what was pressed').toBe(true);
    await page.locator('weige-sketch canvas').focus();
    await hand.step(() => page.keyboard.press('Control+z'));
    await hand.step(() => page.keyboard.press('Control+y'));
    expect(count()).toBe(had);

    // An area is cut from north to south, and the parts are made one again.
    const splits = page.getByRole('button', { name: e.toolSplit, exact: true });
    await splits.click();
    expect(await splits.evaluate((one) => [one.matches(':hover'), getComputedStyle(one).backgroundColor, getComputedStyle(one).color]), 'what is chosen is read while it is pointed at').toEqual([true, 'rgb(11, 107, 100)', 'rgb(255, 255, 255)']);
    const [west, south, east, north] = boxOf(verticesOf(hand.area(one.properties.code))) as [number, number, number, number];
    const beyond = (north - south) * 0.05;
    for (const lat of [north + beyond, (north + south) / 2, south - beyond]) await hand.click([(west + east) / 2, lat]);
    await page.getByRole('button', { name: e.doSplit }).scrollIntoViewIfNeeded();
    await visit.check('drawing, split');
    await visit.picture('edit-mouse-2-line');
    const there = new Set(hand.areas.features.map((area) => area.properties.code));
    const before = there.size;
    const split = await hand.step(() => page.getByRole('button', { name: e.doSplit }).click());
    await page.locator('#area-chosen:focus').waitFor();
    const part = codesOf(split).find((code) => !there.has(code));
    if (!part) throw new Error(`the cut made ${codesOf(split).join()}`);
    expect(hand.areas.features.length).toBe(before + 1);
    await visit.picture('edit-mouse-3-split');
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    expect(hand.areas.features.length).toBe(before);
    await hand.step(() => page.getByRole('button', { name: e.redo }).click());

    await page.getByRole('button', { name: e.toolMerge }).click();
    await hand.choose(one.properties.code);
    const inPart = placeOfName(hand.area(part));
    const onCut: Position = [(west + east) / 2, inPart[1]];
    await hand.click(between(between(onCut, inPart), onCut)); // the rest of it may lie beyond the map
    await page.locator('input[name=whole]').waitFor();
    await page.getByRole('button', { name: e.toolMerge, exact: true }).click(); // once more: what was chosen stays
    expect(await page.locator('input[name=whole]').count()).toBe(1);
    await visit.check('drawing, merge');
    await visit.picture('edit-mouse-4-merge');
    const merged = await hand.step(() => page.getByRole('button', { name: e.doMerge }).click());
    expect(merged.removed).toEqual([part]);
    await page.locator('#area-chosen:focus').waitFor();
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    expect(hand.areas.features.length).toBe(before + 1);
    await hand.step(() => page.getByRole('button', { name: e.redo }).click());
    expect(hand.areas.features.length).toBe(before);
    await visit.picture('edit-mouse-5-merged');

    // A step is made, and its answer is lost: that is found out.
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    visit.expectComplaint(/net::ERR_CONNECTION_RESET|409/);
    const lose = (times: number) => page.route(/\/edits$/, async (route) => {
      await route.fetch();
      return route.abort('connectionreset');
    }, { times });
    await lose(1);
    await page.getByRole('button', { name: e.redo }).click();
    await page.getByText(anyIn((what) => e.lookedUp(e.saved(what)), '\\d+')).waitFor();
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    // Where that cannot be found out either, nobody else is blamed for it.
    await lose(2);
    await page.getByRole('button', { name: e.redo }).click();
    await page.getByText(e.unsent).waitFor();
    await page.getByRole('button', { name: e.undo }).click();
    await page.getByText(e.foundOut).waitFor();
    await visit.check('drawing, found out');
    await hand.step(() => page.getByRole('button', { name: e.undo }).click());
    await hand.step(() => page.getByRole('button', { name: e.redo }).click());

    // A border that would run through another is refused, with the reason and the place; nothing is changed.
    await page.getByRole('button', { name: e.toolMove }).click();
    await hand.choose(one.properties.code);
    const far = hand.border('micro_grid', one.properties.code);
    visit.expectComplaint(/422/);
    const refused = visit.answer('POST', /\/edits$/);
    const [from, to] = [hand.at(far.vertex), hand.at(placeOfName(hand.area(one.properties.code)))];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(2 * to.x - from.x, 2 * to.y - from.y - 300, { steps: 6 });
    await page.mouse.up();
    expect((await refused).status()).toBe(422);
    await page.getByRole('alert').waitFor();
    await visit.check('drawing, refused');
    await visit.picture('edit-mouse-6-refused');

    // Whoever goes on with something else is not told of it any more; a reload finds the level and the area again, and a drawing that is none says so.
    await page.getByRole('button', { name: e.toolSplit, exact: true }).click();
    await page.locator('.saying[role=status]').waitFor();
    expect(await page.locator('.faults').count()).toBe(0);
    await visit.choose(page.getByLabel(e.workLevel), 'community');
    await visit.choose(page.getByLabel(e.areaChosen), { index: 2 });
    const community = await page.getByLabel(e.areaChosen).inputValue();
    // A drawing that could not be read can be asked for again.
    await page.route(/\/boundary-drawings\/[^/?]+$/, (route) => route.abort(), { times: 1 });
    visit.expectComplaint(/net::ERR_FAILED/);
    await page.reload();
    await page.getByRole('alert').waitFor();
    await visit.check('a drawing that could not be read');
    await visit.picture('edit-mouse-7-unread');
    await visit.press(page.getByRole('button', { name: texts(language).tryAgain, exact: true }));
    await page.locator('weige-drawing .tools').waitFor();
    expect([await page.getByLabel(e.workLevel).inputValue(), await page.getByLabel(e.areaChosen).inputValue()]).toEqual(['community', community]);
    visit.expectComplaint(/404/);
    await page.goto(`${server.url}/edit/?drawing=nonsense`);
    await page.getByRole('alert').waitFor();
    expect(await page.locator('weige-drawing').textContent()).toBe('');
    await visit.end();
  });

  // New York's community districts, with their coast, where they are there; else the areas of the demo.
  const boards = resolve(import.meta.dirname, '../../../../shared/data/nyc-community_districts.geojson');
  it.each(pairsOn('desktop', 'en'))('opens a real city, and moves a point of a border of two areas for these alone, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    const { boundary_set } = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };
    const file = existsSync(boards) ? await readFile(boards) : Buffer.from(await (await fetch(`${server.url}/v1/demo/boundary-sets/${boundary_set}/areas?level=micro_grid`)).text());
    await page.getByRole('button', { name: e.tabImport }).click();
    await visit.attach(page.getByLabel(e.importFile), { name: 'city.geojson', mimeType: 'application/geo+json', buffer: file });
    await page.getByText(e.mappingGuessed).waitFor();
    await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
    await page.getByRole('button', { name: e.check, exact: true }).click();
    await page.locator('.card .notice[role=status]').waitFor();
    await page.getByRole('button', { name: e.importNow }).click();
    await page.locator('weige-compare h2').waitFor();
    const set = new URL(page.url()).searchParams.get('set') ?? '';
    await page.getByRole('button', { name: e.tabSets }).click();

    const answers: Promise<number>[] = [];
    page.on('response', (answer) => { if (/\/(areas|edits)(\?|$)/.test(answer.url())) answers.push(answer.body().then((body) => body.length)); });
    const hand = new Draughtsman(visit, e);
    await hand.begin(set.slice(0, 8));
    const [level = ''] = hand.areas.features.map((one) => one.properties.level);
    const { one, other, vertex } = hand.roomiest(level);
    await hand.choose(one.properties.code);
    await page.getByRole('button', { name: e.nextPoint }).waitFor();
    await visit.picture('edit-city-1-chosen');
    const answer = visit.answer('POST', /\/edits$/);
    const from = hand.at(vertex);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 3, from.y + 5, { steps: 4 });
    await page.mouse.up();
    const moved = (await (await answer).json()) as Edited;
    expect(codesOf(moved)).toEqual([one.properties.code, other.properties.code].sort());
    expect(moved.removed).toEqual([]);
    await expect.poll(() => page.locator('.measures tbody tr').count()).toBe(2);
    for (const bytes of await Promise.all(answers)) expect(bytes).toBeLessThan(4_000_000);
    await visit.check('drawing, a city');
    await visit.picture('edit-city-2-moved');
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh']))('imports a file with its mapping guessed and its shift found out, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    const set = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };
    const areas = await (await fetch(`${server.url}/v1/demo/boundary-sets/${set.boundary_set}/areas`)).text();
    await page.getByRole('button', { name: e.tabImport }).click();
    await visit.attach(page.getByLabel(e.importFile), { name: 'grid.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(areas) });
    await page.getByText(e.mappingGuessed).waitFor();
    expect(await page.locator('.level-row').count()).toBeGreaterThan(1);
    await alsoElsewhere(visit, areas, language);
    // Somebody takes them for GCJ-02, which they are not.
    await visit.choose(page.getByLabel(e.importDatum), 'GCJ02');
    await page.getByRole('button', { name: e.check, exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    await visit.check('import, shifted');
    await visit.picture('edit-import-shifted');
    expect(await page.getByRole('button', { name: e.importNow }).isEnabled()).toBe(true);
    await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
    expect(await page.getByRole('button', { name: e.importNow }).isEnabled(), 'that datum was not checked').toBe(false);
    await page.getByRole('button', { name: e.check, exact: true }).click();
    await page.locator('.notice[role=status]').waitFor();
    await visit.check('import, checked');
    await visit.picture('edit-import-checked');
    await page.getByRole('button', { name: e.importNow }).click();
    await page.locator('weige-compare h2').waitFor();
    await visit.end();
  });

  /** The same areas in Germany, and with their coordinates swapped; and files that are none. Ends with the areas where they are, not yet checked. */
  async function alsoElsewhere(visit: Visit, areas: string, language: Language): Promise<void> {
    const { page } = visit;
    const e = editorCatalogues[language];
    visit.expectComplaint(/422 .*\/inspection\)/);
    const choose = (text: string | Buffer, name = 'grid.geojson') => visit.attach(page.getByLabel(e.importFile), { name, mimeType: 'application/geo+json', buffer: Buffer.from(text) });
    const moved = (change: (at: Position) => Position) => JSON.stringify(JSON.parse(areas), (_, value: unknown) => (Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'number') ? change(value as Position) : value));
    const check = async (text: string) => {
      await choose(text);
      await page.getByText(e.importReading).waitFor({ state: 'detached' });
      await page.getByText(e.mappingGuessed).waitFor();
      await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
      await page.getByRole('button', { name: e.check, exact: true }).click();
      await page.locator('.notice[role=alert]').waitFor();
      return page.locator('.notice[role=alert]').textContent();
    };
    expect(await check(moved(([lon, lat]) => [lon + 0.0004, lat + 0.0004]))).toMatch(anyIn((metres) => e.beside(metres, e.underMetre), '5\\d'));
    await visit.mapDrawn();
    await expect.poll(() => page.evaluate(() => document.querySelector('weige-sketch')?.['owner']?.['map'].queryRenderedFeatures({ layers: ['earlier'] }).length), { message: 'what is in force is not drawn beneath' }).toBeGreaterThan(10);
    await visit.picture('edit-import-beside');
    // What is wrong with one feature is named, and the guess holds.
    const slip = (change: (all: AreaFeature[]) => string): [string, string] => {
      const all = JSON.parse(areas) as AreaCollection;
      const said = change(all.features.filter((one) => one.properties.level === 'micro_grid'));
      return [JSON.stringify(all), said];
    };
    for (const [text, said] of [slip(([one]) => { (one as AreaFeature).properties.parent = 'nope'; return 'nope'; }),
      slip(([one, other]) => { (other as AreaFeature).properties.code = (one as AreaFeature).properties.code; return (one as AreaFeature).properties.code; })]) {
      await choose(text);
      await page.getByText(e.importReading).waitFor({ state: 'detached' });
      await page.getByText(e.mappingGuessed).waitFor();
      expect(await page.getByLabel(e.importDatum).inputValue(), 'another file may be of another datum').toBe('');
      expect(await page.locator('.level-row').count()).toBeGreaterThan(1);
      await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
      await page.getByRole('button', { name: e.check, exact: true }).click();
      await page.locator('.answer .faults li').first().waitFor();
      const listed = await page.locator('.answer .faults li').allTextContents();
      expect(listed).toHaveLength(1);
      expect(listed[0]).toContain(said);
      expect(listed[0]).toContain('features[');
    }
    await visit.picture('edit-import-slip');
    expect(await check(moved(([lon, lat]) => [lon - 109, lat + 18]))).toMatch(anyIn(e.away, '\\s?[789],?\\d{3} (公里|km)'));
    expect(await page.getByRole('button', { name: e.importNow }).isEnabled(), 'the first areas of another city are right').toBe(true);
    expect(await check(moved(([lon, lat]) => [lat, lon]))).toBe(e.swapped);
    expect(await page.getByRole('button', { name: e.importNow }).isEnabled()).toBe(false);
    expect(await page.evaluate(() => document.querySelector('weige-sketch')?.['owner']?.['map'].getCenter().lng), 'the map is where the city is').toBeGreaterThan(100);
    for (const [text, kind] of [['', 'kind_file_empty'], ['PK\u0003\u0004\u0000', 'kind_file_packed'], [areas.slice(0, 5000), 'kind_file_cut_off'], ['Pickle', 'kind_file_unreadable'], ['[1]', 'kind_file_other_type']] as const) {
      const refused = visit.answer('POST', /\/inspection$/);
      await choose(text, 'other.geojson');
      const { message } = (await (await refused).json()) as { message: string };
      await page.getByText(language === 'en' ? message : e[kind]).waitFor(); // in English the server's own sentence, which says more
    }
    // The same as TopoJSON lies where they lie.
    const { features } = JSON.parse(areas) as AreaCollection;
    const arcs: Position[][] = [];
    const ofRing = (ring: Position[]) => [arcs.push(ring) - 1];
    const geometries = features.map(({ geometry: { type, coordinates }, properties }) => ({ type, properties, arcs: type === 'Polygon' ? (coordinates as Position[][]).map(ofRing) : (coordinates as Position[][][]).map((polygon) => polygon.map(ofRing)) }));
    await choose(JSON.stringify({ type: 'Topology', objects: { areas: { type: 'GeometryCollection', geometries } }, arcs }), 'grid.topojson');
    await page.getByText(e.mappingGuessed).waitFor();
    const drawn = () => page.evaluate(() => (document.querySelector('weige-sketch')?.areas as { features: { geometry: unknown }[] } | undefined)?.features.map((one) => one.geometry));
    await expect.poll(drawn).toEqual(features.map((one) => one.geometry));
    await visit.picture('edit-import-topojson');
    await choose(areas);
    await page.getByText(e.importReading).waitFor({ state: 'detached' });
    await page.getByText(e.mappingGuessed).waitFor();
  }

  it.each(pairs(['desktop', 'en']))('lists what is wrong with a file, shows each on the map, and mends it, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    const inForce = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };
    const areas = (await (await fetch(`${server.url}/v1/demo/boundary-sets/${inForce.boundary_set}/areas`)).json()) as AreaCollection;
    // One micro-grid keeps back forty centimetres from a neighbour at one point.
    const [first] = areas.features.filter((one) => one.properties.level === 'micro_grid' && one.geometry.type === 'Polygon');
    const ring = (first as AreaFeature).geometry.coordinates[0] as Position[];
    const at = ring[2] as Position;
    const inside = placeOfName(first as AreaFeature);
    const far = Math.hypot(inside[0] - at[0], inside[1] - at[1]);
    ring[2] = [at[0] + ((inside[0] - at[0]) / far) * 4e-6, at[1] + ((inside[1] - at[1]) / far) * 4e-6];
    await page.getByRole('button', { name: e.tabImport }).click();
    await visit.attach(page.getByLabel(e.importFile), { name: 'gap.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify(areas)) });
    await page.getByText(e.mappingGuessed).waitFor();
    await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
    await page.getByRole('button', { name: e.check, exact: true }).click();
    const show = page.getByRole('button', { name: e.showFault });
    await show.first().waitFor();
    await visit.mapDrawn();
    const canvas = page.locator('weige-sketch canvas');
    const whole = await canvas.screenshot();
    await show.first().click();
    await visit.picture('edit-faults-1-import');
    expect((await canvas.screenshot()).equals(whole), 'the map does not go to the fault').toBe(false);
    await visit.check('import, with faults');
    await visit.write(page.getByLabel(e.note), 'Second adjustment of the year');
    await page.getByLabel(e.note).press('Tab');
    await page.getByRole('button', { name: e.importNow }).click();
    await page.locator('weige-compare h2').waitFor();
    const version = new URL(page.url()).searchParams.get('set')?.slice(0, 8) ?? '';
    // It is published with what is wrong with it by those alone who say so.
    await page.locator('weige-compare .notice.warn').filter({ hasText: anyIn(e.faultsLeft, '.+') }).waitFor();
    const left = page.locator('weige-compare .faults');
    await left.locator('summary').click();
    await visit.mapDrawn();
    await left.getByRole('button', { name: e.showFault }).first().click();
    await page.getByRole('button', { name: e.publishNow }).click();
    const [yes, accept] = [page.getByRole('button', { name: e.replaceYes }), page.getByLabel(e.acceptFaults)];
    expect(await page.locator('.confirm').textContent()).toMatch(anyIn(e.faultsLeft, '.+'));
    expect(await yes.isDisabled()).toBe(true);
    await page.getByRole('button', { name: e.showFaults }).click();
    await accept.check();
    expect(await yes.isEnabled()).toBe(true);
    await visit.check('faults before publishing');
    await visit.picture('edit-faults-5-publishing', { whole: true });
    await page.getByRole('button', { name: e.replaceNo }).click();

    await page.getByRole('button', { name: e.tabSets }).click();
    const row = page.locator('table.grid tbody tr').filter({ hasText: version });
    await row.getByRole('button', { name: e.actDraw, exact: true }).click();
    await show.first().waitFor();
    await visit.mapDrawn();
    const drawn = await canvas.screenshot();
    await show.first().click();
    await visit.picture('edit-faults-2-drawing');
    expect((await canvas.screenshot()).equals(drawn), 'the map does not go to the fault').toBe(false);
    await visit.check('drawing, with faults');

    await page.getByRole('button', { name: e.tabSets }).click();
    const repair = visit.answer('POST', /\/repair$/);
    await row.getByRole('button', { name: e.actRepair }).click();
    const repaired = (await (await repair).json()) as { moves_all: number; set: { warnings?: unknown[] } };
    expect(repaired.moves_all).toBeGreaterThan(0);
    expect(repaired.set.warnings ?? []).toEqual([]);
    await expect.poll(() => row.evaluate((one) => one.contains(document.activeElement)), { message: 'the keyboard stays in the row' }).toBe(true);
    await visit.picture('edit-faults-3-mended');
    // What is not needed any more goes: the drawing first, then the draft that it began from.
    expect(await row.textContent()).toContain('Second adjustment of the year');
    await row.getByRole('button', { name: e.actDiscard }).click();
    visit.expectComplaint(/409 \(Conflict\).*\/discard\)/);
    await visit.check('discarding');
    await visit.picture('edit-faults-4-discard');
    await page.getByRole('button', { name: e.discardYes }).click();
    await page.locator('.confirm [role=alert]').waitFor();
    await page.getByRole('button', { name: e.discardNo }).click();
    expect(await row.textContent()).toContain('Second adjustment of the year');
    const drawings = page.locator('.drawings li').filter({ hasText: version });
    await drawings.getByRole('button', { name: e.actDiscard }).click();
    await page.getByRole('button', { name: e.discardYes }).click();
    await drawings.waitFor({ state: 'detached' });
    await row.getByRole('button', { name: e.actDiscard }).click();
    visit.expectComplaint(/net::ERR_CONNECTION_RESET|409 \(Conflict\).*\/discard\)/);
    await page.route(/\/discard$/, async (route) => {
      await route.fetch();
      return route.abort('connectionreset');
    }, { times: 1 }); // it is discarded, and nobody is told so
    await page.getByRole('button', { name: e.discardYes }).click();
    await page.getByText(e.lookedUp(e.discardedSet(e.setNoted('Second adjustment of the year', version)))).waitFor();
    expect(await row.count()).toBe(0);
    await visit.end();
  });

  const publishing = pairs(['desktop', 'zh']);
  it.each(publishing)('plans a publication, publishes, gives what was there to whoever has the ground now, takes that back, and goes back to the version before, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    // Two micro-grids become one: what was reported in the other has to go to it.
    const admin = await handsOf(server.url, 'administrator');
    const { reports } = await admin.get<{ reports: { chain: string[] }[] }>('/queue?limit=200');
    const drawing = await admin.post<Drawing>('/boundary-drawings', { name: '并两个微网格' });
    const areas = await admin.get<AreaCollection>(`/boundary-drawings/${drawing.drawing}/areas`);
    const each = reports.flatMap(({ chain }) => {
      const mine = areas.features.find((one) => one.properties.code === chain.at(-1) && one.properties.level === 'micro_grid');
      const points = new Set(mine ? verticesOf(mine).map(String) : []);
      const beside = areas.features.find((one) => one !== mine && one.properties.parent === mine?.properties.parent && verticesOf(one).filter((at) => points.has(String(at))).length > 2);
      return mine && beside ? [[mine.properties.code, { gone: mine.properties, whole: beside.properties }] as const] : [];
    });
    const pair = [...new Map(each).values()][publishing.findIndex(([one, other]) => one === device && other === language)]; // each time another one, which makes a version of its own
    if (!pair) throw new Error('no micro-grid with a report has a neighbour');
    const edited = await admin.post<Edited>(`/boundary-drawings/${drawing.drawing}/edits`, { revision: drawing.revision, operations: [{ op: 'merge', area: pair.whole.code, other: pair.gone.code, whole: { code: pair.whole.code, name: pair.whole.name } }] });
    const draft = await admin.post<{ set: string }>(`/boundary-drawings/${drawing.drawing}/set`, { revision: edited.drawing.revision });
    const { boundary_set: old } = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };

    const visit = await enter(device, language, /administrator/i);
    const { page } = visit;
    await page.goto(`${server.url}/edit/?set=${draft.set}`);
    await page.getByRole('heading', { name: e.publishTitle }).waitFor();
    await visit.mapDrawn();
    // What differs is listed, and the map goes to what is pressed.
    const gone = page.locator('.differing button').filter({ hasText: pair.gone.code });
    await page.getByText(e.listRemoved('1')).click();
    await page.getByRole('button', { name: texts(language).mapWhole }).click();
    const canvas = page.locator('weige-sketch canvas');
    const all = await canvas.screenshot();
    await gone.click();
    await expect.poll(async () => (await canvas.screenshot()).equals(all), { message: 'the map does not go to the area' }).toBe(false);
    await visit.write(page.getByLabel(e.publishAt), '2026-01-05T08:30');
    await page.getByRole('button', { name: e.publishOn }).click();
    expect(await page.getByLabel(e.publishAt).evaluate((field) => (field as HTMLInputElement).validity.rangeUnderflow)).toBe(true);
    await visit.write(page.getByLabel(e.publishAt), `${new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 11)}08:30`);
    await page.getByRole('button', { name: e.publishOn }).click();
    // A date is asked about as well: what goes is read before.
    const ask = page.locator('.confirm');
    await expect.poll(() => page.locator('#replacing').evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await ask.textContent()).toContain(e.replaceRemoves('1'));
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('#publish-on').evaluate((one) => one === document.activeElement)).toBe(true);
    expect(await page.getByRole('button', { name: e.publishWithdraw }).count(), 'no date is set before yes').toBe(0);
    await page.keyboard.press('Enter');
    await ask.getByRole('button', { name: e.replaceOn }).click();
    await page.getByRole('button', { name: e.publishWithdraw }).waitFor();
    await expect.poll(() => page.locator('#compare-done').evaluate((one) => one === document.activeElement), { message: 'the keyboard goes on from what was done' }).toBe(true);
    await visit.check('planned');
    await visit.picture('edit-publish-1-planned', { whole: true });
    await page.getByRole('button', { name: e.publishWithdraw }).click();
    await page.getByText(e.withdrawn).waitFor();
    // Many areas are called alike: their street or community is said with them.
    const hands = page.locator('table.hands tbody td:not(.number)');
    expect(await hands.first().textContent()).toMatch(/^\S+ \S+ \d+$/);
    expect(await hands.evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length), 'a code runs into the next').toBe(0);

    // The re-homing is looked at before anything is published.
    await page.getByRole('button', { name: e.rehomeLook }).click();
    await page.getByRole('table', { name: e.whoGives }).waitFor();
    expect(await page.getByRole('button', { name: e.rehomeConfirm }).isDisabled()).toBe(true);
    await page.getByText(e.rehomeFirst).waitFor();
    await publishNow(page, e);
    await page.getByRole('button', { name: e.rehomeLook }).click();
    await expect.poll(() => page.getByRole('button', { name: e.rehomeConfirm }).isEnabled(), { timeout: 10_000 }).toBe(true);
    await visit.check('re-homing');
    await visit.picture('edit-publish-2-rehoming', { whole: true });
    await page.getByRole('button', { name: e.rehomeConfirm }).click();
    await page.getByRole('button', { name: e.rehomeUndo }).waitFor({ timeout: 60_000 });
    await page.locator('#rehome-title:focus').waitFor();
    await visit.picture('edit-publish-3-rehomed', { whole: true });
    // Whoever comes back later can still take it back.
    await page.reload();
    await page.getByText(e.inForceAlready).waitFor();
    await page.getByRole('button', { name: e.rehomeUndo }).click();
    await page.getByRole('button', { name: e.rehomeUndo }).waitFor({ state: 'detached' });
    await page.locator('.notice[role=status]').last().waitFor();

    await page.getByRole('button', { name: e.tabSets }).click();
    await page.locator('table.grid tbody tr').filter({ hasText: old.slice(0, 8) }).getByRole('button', { name: e.actCompare }).click();
    await page.getByRole('heading', { name: e.publishTitle }).waitFor();
    await publishNow(page, e);
    const now = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };
    expect(now.boundary_set).toBe(old);
    await page.getByRole('button', { name: e.tabSets }).click();
    await page.locator('table.grid tbody tr').first().waitFor();
    await visit.check('versions after going back');
    await visit.picture('edit-publish-4-back');
    await visit.end();
  });
});
