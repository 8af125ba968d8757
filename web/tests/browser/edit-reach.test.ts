import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Drawing, Edited } from '../../src/contract/schemas.ts';
import { placeOfName, verticesOf, type AreaCollection } from '../../src/edit/shapes.ts';
import { editorCatalogues } from '../../src/locale/editor.ts';
import { fileAt, handsOf, type Hands } from './api.ts';
import { browserMissing, startBrowser, Visit, type DeviceName } from './browser.ts';
import { pairs, type Language } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { anyIn, demo, signIn, texts, unhinted } from './steps.ts';

const missing = browserMissing();

suite.skipIf(missing)(`what is in reach in the boundary editor${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  async function enter(device: DeviceName, language: Language, role = /boundary editor/i): Promise<Visit> {
    const visit = await Visit.begin(browser, server.url, { device, language });
    await visit.open('/edit/');
    await signIn(visit, role, undefined, '.editor');
    await visit.page.locator('table.grid tbody tr').first().waitFor();
    return visit;
  }

  /** A draft in which two micro-grids beside each other are one, so that a report in one of them has to move. */
  async function mergedDraft(admin: Hands): Promise<string> {
    const drawing = await admin.post<Drawing>('/boundary-drawings', {});
    const { features } = await admin.get<AreaCollection>(`/boundary-drawings/${drawing.drawing}/areas`);
    const fine = features.filter((one) => one.properties.level === 'micro_grid').map((area) => ({ ...area.properties, area, points: new Set(verticesOf(area).map(String)) }));
    const [pair] = fine.flatMap((one) => fine.filter((other) => other.parent === one.parent && other.code > one.code && [...other.points].filter((at) => one.points.has(at)).length > 2).map((other) => [one, other] as const));
    if (!pair) throw new Error('no two micro-grids lie beside each other');
    const [one, other] = pair;
    const [lon, lat] = placeOfName(other.area);
    await fileAt(server.url, { lon, lat }, 'Where two become one');
    const operations = [{ op: 'merge', area: one.code, other: other.code, whole: { code: one.code, name: one.name } }];
    const edited = await admin.post<Edited>(`/boundary-drawings/${drawing.drawing}/edits`, { revision: drawing.revision, operations });
    return (await admin.post<{ set: string }>(`/boundary-drawings/${drawing.drawing}/set`, { revision: edited.drawing.revision })).set;
  }

  /** Whether something is seen whole, with nothing upon it. */
  const seen = (what: Locator) => what.evaluate((one) => {
    const { left, top, right, bottom } = one.getBoundingClientRect();
    const on = [[left + 2, top + 2], [right - 3, bottom - 3]].map(([x = 0, y = 0]) => document.elementFromPoint(x, y));
    return on.every((at) => at !== null && (one.contains(at) || at.contains(one)));
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('brings what came of a file into view, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language);
    const { page } = visit;
    const { boundary_set } = await demo(server.url);
    const areas = Buffer.from(await (await fetch(`${server.url}/v1/demo/boundary-sets/${boundary_set}/areas`)).text());
    await visit.press(page.getByRole('button', { name: e.tabImport, exact: true }));
    // Before there is a file the map shows what is in force, and leaves room for more than itself.
    await visit.mapDrawn();
    await expect.poll(() => page.evaluate(() => document.querySelector('weige-sketch')?.['owner']?.['map'].queryRenderedFeatures({ layers: ['base-line'] }).length)).toBeGreaterThan(10);
    const share = await page.locator('weige-sketch').evaluate((map) => map.getBoundingClientRect().height / innerHeight);
    if (device === 'phone') expect(share, 'the map leaves no room').toBeLessThan(0.35);
    await visit.picture(`edit-reach-${device}-1-before`);
    const file = page.getByLabel(e.importFile);
    visit.expectComplaint(/422 .*\/inspection\)/);
    await visit.attach(file, { name: 'pickle.geojson', mimeType: 'application/geo+json', buffer: Buffer.from('Pickle') });
    await expect.poll(() => seen(page.locator('.answer [role=alert]'))).toBe(true);
    expect(await file.evaluate((one) => one === document.activeElement), 'another file is chosen next').toBe(true);
    await visit.attach(file, { name: 'grid.geojson', mimeType: 'application/geo+json', buffer: areas });
    await page.locator('#import-read:focus').waitFor();
    expect(await seen(page.locator('#import-read'))).toBe(true);
    await visit.picture(`edit-reach-${device}-2-read`);
    await visit.press(page.getByText(e.importSample));
    await page.getByRole('region', { name: e.importSample }).scrollIntoViewIfNeeded();
    expect(await unhinted(visit), 'what goes on is not seen to').toEqual([]);
    await visit.picture(`edit-reach-${device}-2-sample`);
    await visit.choose(page.getByLabel(e.importDatum), 'GCJ02');
    const check = page.getByRole('button', { name: e.check, exact: true });
    await check.focus();
    await page.keyboard.press('Enter');
    await page.locator('.answer:focus').waitFor();
    expect(await seen(page.locator('.answer > .notice').first()), 'what came of checking').toBe(true);
    await visit.check('a file checked');
    await visit.picture(`edit-reach-${device}-3-checked`);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('shows handles where they can be told apart, and what is done with a point beside it, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const visit = await enter(device, language);
    const { page } = visit;
    await visit.press(page.getByRole('button', { name: e.actDraw, exact: true }).first());
    await page.locator('weige-drawing .tools').waitFor();
    await visit.mapDrawn();
    const area = page.getByLabel(e.areaChosen);
    expect(await page.locator('.measures-box').evaluate((box) => box.clientHeight), 'room is kept for nothing').toBeLessThan(device === 'phone' ? 120 : 250);

    // An area that is tapped while all are seen comes near enough for its handles not to bury it.
    const box = await page.locator('weige-sketch canvas').boundingBox();
    await visit.press('weige-sketch canvas', { x: (box?.width ?? 0) / 2 + 10, y: (box?.height ?? 0) / 2 + 20 });
    await expect.poll(() => area.inputValue()).not.toBe('');
    const places = () => page.evaluate(() => {
      const map = document.querySelector('weige-sketch')?.['owner']?.['map'];
      const shown = map?.queryRenderedFeatures({ layers: ['handles'] }) ?? [];
      const spots = shown.map((one) => map?.project((one.geometry as unknown as { coordinates: [number, number] }).coordinates) ?? { x: 0, y: 0 });
      return spots.map(({ x, y }) => ({ x, y }));
    });
    await expect.poll(async () => (await places()).length, { message: 'there is nothing to take hold of' }).toBeGreaterThan(5);
    const spots = await places();
    const least = Math.min(...spots.flatMap((a, n) => spots.slice(n + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)).filter((far) => far > 2))); // or it is one, in two tiles
    expect(least, 'handles lie upon each other').toBeGreaterThan(device === 'phone' ? 15 : 9);
    expect(Math.max(...spots.map(({ x }) => x)) - Math.min(...spots.map(({ x }) => x)), 'the area is no larger than its handles').toBeGreaterThan(60);
    await visit.picture(`edit-reach-${device}-4-tapped`);
    // From far away none is shown rather than all upon the area.
    await visit.press(page.getByRole('button', { name: texts(language).mapWhole }));
    await expect.poll(async () => (await places()).length, { message: 'handles bury the area' }).toBe(0);
    await expect.poll(() => page.locator('.points [role=status]').textContent()).toMatch(anyIn(e.pointsCrowded, '\\d+'));
    await visit.picture(`edit-reach-${device}-5-far`);

    // No name of an area is cut off.
    await visit.choose(area, { index: 1 });
    const cut = await area.evaluate((one) => {
      const select = one as HTMLSelectElement;
      const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
      const { font, paddingLeft, paddingRight } = getComputedStyle(select);
      pen.font = font;
      const room = select.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight) - 20; // and its arrow
      return [...select.options].map(({ text }) => text).filter((text) => pen.measureText(text).width > room);
    });
    expect(cut).toEqual([]);
    await page.getByRole('button', { name: e.nextPoint }).scrollIntoViewIfNeeded();
    if (device === 'desktop') await page.evaluate(() => scrollTo(0, 0));
    await expect.poll(() => page.getByRole('button', { name: e.nextPoint }).isEnabled(), { message: 'the outline does not come' }).toBe(true);
    await visit.press(page.getByRole('button', { name: e.nextPoint }));
    await page.getByText(anyIn((what) => e.points('1', what), '\\d+')).waitFor();
    if (device === 'desktop') {
      for (const name of [e.previousPoint, e.nextPoint, e.movePoint, e.deletePoint]) expect(await seen(page.getByRole('button', { name })), name).toBe(true);
      expect(await seen(page.locator('input[name=lon]'))).toBe(true);
      expect(await page.evaluate(() => scrollY), 'without scrolling').toBe(0);
    }
    await visit.check('a point chosen');
    expect(await unhinted(visit), 'what goes on is not seen to').toEqual([]);
    await visit.picture(`edit-reach-${device}-6-point`);

    // Whoever says that it is drawn goes on from what is known of it, and is brought back from there.
    const finishing = page.getByRole('button', { name: e.finishing });
    await finishing.focus();
    await page.keyboard.press('Enter');
    await page.locator('#finish-state:focus').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator('#draft-note').evaluate((one) => one === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: e.drawOn }).press('Enter');
    await page.locator('#ask-finish:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('#finish-state:focus').waitFor();
    await page.getByRole('button', { name: e.finish, exact: true }).press('Enter');
    await page.locator('weige-compare h2').waitFor();
    await page.locator('#edit-title:focus').waitFor();
    await visit.check('after drawing');
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh'], ['phone', 'en']))('finds out what became of what had no answer, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const draft = await mergedDraft(await handsOf(server.url, 'administrator'));
    const visit = await enter(device, language, /administrator/i);
    const { page } = visit;
    visit.expectComplaint(/net::ERR_CONNECTION_RESET/);
    /** The next request like this is answered to nobody; or it does not even arrive. */
    const lose = (path: RegExp, arrives = true) => page.route(path, async (route) => {
      if (arrives) await route.fetch();
      return route.abort('connectionreset');
    }, { times: 1 });
    const publication = /\/publication$/;
    await page.goto(`${server.url}/edit/?set=${draft}`);
    await page.getByRole('heading', { name: e.publishTitle }).waitFor();

    // A date is set and taken back.
    await visit.write(page.getByLabel(e.publishAt), `${new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 11)}08:30`);
    await visit.press(page.getByRole('button', { name: e.publishOn }));
    await lose(publication);
    await visit.press(page.getByRole('button', { name: e.replaceOn }));
    await page.locator('#compare-done:focus').getByText(anyIn((what) => e.lookedUp(e.planned(what)))).waitFor();
    await lose(publication);
    await visit.press(page.getByRole('button', { name: e.publishWithdraw }));
    await page.getByText(e.lookedUp(e.withdrawn)).waitFor();

    // A publication that did not arrive, and one that did while nothing could be looked up.
    const publish = async () => {
      await visit.press(page.getByRole('button', { name: e.publishNow }));
      await visit.press(page.getByRole('button', { name: e.replaceYes }));
    };
    await lose(publication, false);
    await publish();
    await page.locator('#compare-trouble:focus').getByText(e.notDone).waitFor();
    await lose(publication);
    await lose(new RegExp(`/boundary-sets/${draft}$`), false);
    await publish();
    await page.getByText(e.maybeDone).waitFor();
    await visit.check('not known whether it was done');
    expect(await unhinted(visit), 'what goes on is not seen to').toEqual([]);
    await visit.picture(`edit-reach-${device}-7-lost`);
    await visit.press(page.getByRole('button', { name: e.lookAgain }));
    await page.getByText(e.lookedUp(e.published)).waitFor();

    // A plan that is confirmed and undone.
    await visit.press(page.getByRole('button', { name: e.rehomeLook }));
    const confirm = page.getByRole('button', { name: e.rehomeConfirm });
    await expect.poll(() => confirm.isEnabled()).toBe(true);
    await lose(/\/confirmation$/);
    await visit.press(confirm);
    await page.getByText(e.lookedUp(e.wasDone)).waitFor({ timeout: 60_000 });
    await lose(/\/undo$/);
    await visit.press(page.getByRole('button', { name: e.rehomeUndo }));
    await page.getByRole('button', { name: e.rehomeUndo }).waitFor({ state: 'detached' });
    await page.getByText(e.lookedUp(e.wasDone)).waitFor({ timeout: 60_000 });
    await visit.picture(`edit-reach-${device}-8-found`);

    // A file that is stored.
    const areas = Buffer.from(await (await fetch(`${server.url}/v1/demo/boundary-sets/${draft}/areas`)).text());
    await visit.press(page.getByRole('button', { name: e.tabImport, exact: true }));
    await visit.attach(page.getByLabel(e.importFile), { name: 'grid.geojson', mimeType: 'application/geo+json', buffer: areas });
    await page.getByText(e.mappingGuessed).waitFor();
    await visit.choose(page.getByLabel(e.importDatum), 'WGS84');
    await visit.press(page.getByRole('button', { name: e.check, exact: true }));
    await page.locator('.answer:focus').waitFor();
    await lose(/\/boundary-sets$/);
    await visit.press(page.getByRole('button', { name: e.importNow }));
    await page.locator('weige-compare h2').waitFor();
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh'], ['phone', 'en']))('prints what is compared, without what is pressed, on a %s in %s', async (device, language) => {
    const draft = await mergedDraft(await handsOf(server.url, 'administrator'));
    const visit = await enter(device, language, /administrator/i);
    const { page } = visit;
    await page.goto(`${server.url}/edit/?set=${draft}`);
    await page.getByRole('heading', { name: editorCatalogues[language].publishTitle }).waitFor();
    await visit.mapDrawn();
    const name = `edit-reach-${device}-9-printed`;
    expect(await visit.printed(name)).toEqual([]);
    expect(await visit.onPaper(name, () => page.locator('.hands tbody tr').filter({ visible: true }).count()), 'the ground that changes hands').toBe(1);
    expect(await visit.onPaper(name, () => page.locator('input').filter({ visible: true }).count()), 'fields on paper').toBe(0);
    await visit.end();
  });
});
