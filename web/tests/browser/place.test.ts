import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Located, Tracked } from '../../src/contract/schemas.ts';
import { browserMissing, startBrowser, Visit } from './browser.ts';
import { pairs, pairsOn } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { demo, describe, send, texts } from './steps.ts';

const missing = browserMissing();

suite.skipIf(missing)(`a place${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  it.each(pairsOn('phone', 'zh', 'en'))('comes under a crosshair by touch, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(browser, server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    await visit.mapDrawn();
    const confirm = page.getByRole('button', { name: t.aimHere, exact: true });
    await confirm.waitFor();
    await visit.check(`crosshair ${language}`);
    await visit.picture(`place-crosshair-${language}`);
    const first = visit.answer('GET', /\/locate$/);
    await visit.press(confirm);
    const here = ((await (await first).json()) as Located).proof;
    await page.locator('.chain li').first().waitFor();
    expect(await confirm.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.className), 'what was pressed is gone').toBe('located');
    await visit.picture(`place-confirmed-${language}`);
    // Another place, tapped: the map goes there, and nothing is chosen before it is confirmed.
    await visit.press('canvas.maplibregl-canvas', { x: 60, y: 80 });
    const move = page.getByRole('button', { name: t.aimMove, exact: true });
    await move.waitFor();
    await visit.picture(`place-moved-${language}`);
    const second = visit.answer('GET', /\/locate$/);
    await page.waitForTimeout(400);
    await visit.press(move);
    const there = ((await (await second).json()) as Located).proof;
    expect(there.lon).toBeLessThan(here.lon);
    expect(there.lat).toBeGreaterThan(here.lat);
    expect(await visit.layoutShift(), 'layout shift').toBe(0);
    await visit.end();
  });

  it.each(pairsOn('desktop', 'zh'))('is dragged with a mouse, on a %s in %s', async (device, language) => {
    const visit = await Visit.begin(browser, server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    await visit.mapDrawn();
    const first = visit.answer('GET', /\/locate$/);
    await page.locator('canvas.maplibregl-canvas').click({ position: { x: 300, y: 300 } });
    const here = ((await (await first).json()) as Located).proof;
    const pin = await page.locator('.pin').boundingBox();
    if (!pin) throw new Error('there is no pin');
    const second = visit.answer('GET', /\/locate$/);
    await page.mouse.move(pin.x + pin.width / 2, pin.y + 20);
    await page.mouse.down();
    await page.mouse.move(pin.x + pin.width / 2 + 120, pin.y + 90, { steps: 6 });
    await page.mouse.up();
    const there = ((await (await second).json()) as Located).proof;
    expect(there.lon).toBeGreaterThan(here.lon);
    expect(there.lat).toBeLessThan(here.lat);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('is found by its address, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(browser, server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    await visit.mapDrawn();
    // The name of a lane that there is in two communities is completed, and the choices tell them apart.
    await visit.press('#address');
    const before = await visit.layoutShift();
    await page.keyboard.insertText('桂花巷');
    const choices = page.locator('.address-choices button');
    await expect.poll(() => choices.count()).toBeGreaterThanOrEqual(2);
    expect(new Set(await page.locator('.address-choices .hint').allTextContents()).size).toBeGreaterThanOrEqual(2);
    expect((await visit.layoutShift()) - before, 'layout shift of the choices').toBe(0);
    await visit.check(`address choices ${device}`);
    await visit.picture(`place-address-${device}`);
    const chosen = visit.answer('GET', /\/locate$/);
    await visit.press(choices.nth(1));
    expect((await chosen).status()).toBe(200);
    await page.locator('.chain li').first().waitFor();
    await page.locator('.pin').waitFor();
    expect(await page.evaluate(() => document.activeElement?.className), 'what was pressed is gone').toBe('located');
    await visit.picture(`place-address-found-${device}`);
    // The pin is moved on the map: the address is not that of it.
    expect(await page.locator('#address').inputValue()).toContain('桂花巷');
    await page.locator('.pin').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#address').inputValue()).toBe('');
    // Nor does an address that is still being looked for take away a pin that was moved meanwhile.
    let answer = (): void => undefined;
    const held = new Promise<void>((done) => { answer = done; });
    await page.route(/\/locate\?address=/, async (route) => { await held; await route.continue().catch(() => undefined); }); // it may have been given up
    await visit.write('#address', '桂花巷');
    await page.keyboard.press('Enter');
    await page.locator('#address-said').getByText(t.addressFinding).waitFor();
    await page.locator('.pin').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('#address-said').textContent()).toBe('');
    answer();
    await page.unrouteAll({ behavior: 'wait' });
    expect(await choices.count()).toBe(0);
    // By the keyboard alone, and what is not there.
    await visit.write('#address', '没有这条路 12345 号');
    await page.keyboard.press('Enter');
    await page.locator('#address-said').getByText(t.addressNone).waitFor();
    await visit.check(`no address ${device}`);
    await visit.picture(`place-no-address-${device}`);
    // The pin stays, which is said; or the report is filed by what was written.
    await page.getByText(t.addressPinStays).waitFor();
    expect(await page.locator('.pin').count()).toBe(1);
    await page.getByRole('button', { name: t.addressAsWrittenNoPin }).click();
    await page.locator('.pin').waitFor({ state: 'detached' });
    await page.getByText(t.placeByAddress('没有这条路 12345 号')).waitFor();
    await visit.check(`by address ${device}`);
    await visit.picture(`place-by-address-${device}`, { whole: true });
    await describe(visit, '井盖松了');
    await page.locator('.preview').getByText(t.previewUnplaced).waitFor();
    const { tracking_code } = await send(visit);
    const tracked = (await (await fetch(`${server.url}/v1/demo/reports/track/${tracking_code}`)).json()) as Tracked;
    expect([tracked.address, tracked.address_grade]).toEqual(['没有这条路 12345 号', 'none']);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('near an edge is asked about, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const edge = await nearAnEdge(server.url);
    const visit = await Visit.begin(browser, server.url, { device, language, geolocation: { longitude: edge.lon, latitude: edge.lat, accuracy: 60 }, slow: true });
    const { page } = visit;
    await visit.open('/');
    await visit.mapDrawn();
    await visit.press('.find-me');
    await page.locator('.sides').waitFor();
    await page.getByText(t.locatingBetter(t.metres('60'))).waitFor();
    // A better fix takes the place of the coarse one, and the question comes again by what is known then.
    const better = visit.answer('GET', /\/locate$/);
    await visit.context.setGeolocation({ longitude: edge.lon, latitude: edge.lat, accuracy: 12 });
    const url = new URL((await better).url());
    expect(url.searchParams.get('accuracy')).toBe('12');
    await page.getByText(t.locatedMe(t.metres('12'))).waitFor();
    const choices = page.locator('.side-choices button');
    await expect.poll(() => choices.count()).toBeGreaterThanOrEqual(2);
    // Each side is named with the grid that holds it.
    const grid = await page.locator('.chain li:nth-last-child(2) strong').innerText();
    expect(await choices.first().innerText()).toContain(`${grid}\u00a0› `);
    const before = await page.locator('.chain li').last().textContent();
    await visit.check(`sides ${device}`);
    await page.locator('.report-map').scrollIntoViewIfNeeded();
    await visit.picture(`place-sides-${device}`, { whole: device === 'phone' });
    await choices.nth(1).scrollIntoViewIfNeeded();
    await visit.press(choices.nth(1));
    await page.locator('.sides').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.className), 'its answer has the keyboard').toBe('located');
    await expect.poll(() => page.locator('.chain li').last().textContent()).not.toBe(before);
    await visit.picture(`place-side-taken-${device}`);
    await visit.end();
  });
});

/** A place of the demo within a few metres of an edge between two areas. */
async function nearAnEdge(url: string): Promise<{ lon: number; lat: number }> {
  const { boundary_set } = await demo(url);
  const areas = (await (await fetch(`${url}/v1/demo/boundary-sets/${boundary_set}/areas?geometry=false`)).json()) as { features: { properties: { label: [number, number] } }[] };
  const at = areas.features.at(-100)?.properties.label;
  if (!at) throw new Error('the demo has no areas');
  const locate = async (lon: number, lat: number, accuracy: number) => (await (await fetch(`${url}/v1/demo/locate?lon=${lon}&lat=${lat}&accuracy=${accuracy}`)).json()) as Located;
  const near = (await locate(at[0], at[1], 300)).chain.at(-1)?.neighbours?.[0]?.at;
  if (!near) throw new Error('no neighbour within 300 m');
  // Two thirds of a per mille of the way back: a step this side of the edge.
  const back = (edge: number | undefined, own: number) => Number(((edge ?? own) + (own - (edge ?? own)) * 0.05).toFixed(7));
  return { lon: back(near[0], at[0]), lat: back(near[1], at[1]) };
}
