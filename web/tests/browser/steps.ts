import { expect } from 'vitest';
import { laterCatalogues, type LaterCatalogue } from '../../src/locale/later.ts';
import { residentCatalogues, type ResidentCatalogue } from '../../src/locale/resident.ts';
import { staffCatalogues } from '../../src/locale/staff.ts';
import type { Filed, Jurisdiction } from '../../src/contract/schemas.ts';
import type { Visit } from './browser.ts';
import type { Language } from './pairs.ts';

export function texts(language: Language): ResidentCatalogue & LaterCatalogue {
  return { ...residentCatalogues[language], ...laterCatalogues[language] };
}

/** The demo as the server describes it. */
export async function demo(url: string): Promise<Jurisdiction & { boundary_set: string; levels: unknown[] }> {
  const jurisdiction = (await (await fetch(`${url}/v1/demo`)).json()) as Jurisdiction;
  const { boundary_set, levels } = jurisdiction;
  if (!boundary_set || !levels) throw new Error('the demo has no boundaries');
  return { ...jurisdiction, boundary_set, levels };
}

/**
 * Points at the map, `dx` and `dy` pixels from its middle, and waits for the answer to who is there. By touch the place comes under the crosshair
 * and is confirmed.
 */
export async function dropPin(visit: Visit, dx: number, dy: number): Promise<void> {
  await visit.mapDrawn();
  const canvas = visit.page.locator('canvas.maplibregl-canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  if (!box) throw new Error('the map has no size');
  const located = visit.answer('GET', /\/locate$/);
  await visit.press('canvas.maplibregl-canvas', { x: box.width / 2 + dx, y: box.height / 2 + dy });
  const confirm = visit.page.locator('.aim');
  if (await confirm.count()) {
    await visit.page.waitForTimeout(400); // until the map has come to rest
    await visit.press(confirm);
  }
  expect((await located).status()).toBe(200);
  await visit.page.locator('.pin').waitFor();
  await visit.page.locator('.chain li').first().waitFor();
}

/** Fills in what and why. */
export async function describe(visit: Visit, words: string): Promise<void> {
  await visit.choose('#service_code', { index: 1 });
  await visit.write('#description', words);
}

/** Sends the report and gives what the server answered. */
export async function send(visit: Visit): Promise<Filed> {
  const filing = visit.answer('POST', /\/reports$/);
  await visit.press('.send button.primary');
  const answer = await filing;
  expect(answer.status()).toBe(201);
  const filed = (await answer.json()) as Filed;
  await visit.page.locator('#filed').waitFor();
  expect(await visit.page.locator('.ticket .code span').textContent()).toBe(filed.tracking_code);
  return filed;
}

/** Signs in by the demo's page as the role whose button carries this text, and gives the person's id. */
export async function signIn(visit: Visit, role: RegExp, picture?: string, inside = '.desk, .mine-head'): Promise<string> {
  const t = texts((await visit.page.locator('html').getAttribute('lang')) === 'en' ? 'en' : 'zh');
  await visit.page.getByRole('button', { name: t.signIn, exact: true }).click();
  const button = visit.page.locator('button[name=person]').filter({ hasText: role }).first();
  await button.waitFor();
  if (picture) await visit.picture(picture);
  const person = await button.getAttribute('value');
  await button.click();
  await visit.page.locator(inside).waitFor();
  return person ?? '';
}

/** Finds a report in the list, taking more pages as long as there are any. */
export async function findInList(visit: Visit, report: string): Promise<void> {
  const entry = visit.page.locator(`[data-report="${report}"]`);
  const s = staffCatalogues[(await visit.page.locator('html').getAttribute('lang')) === 'en' ? 'en' : 'zh'];
  const more = visit.page.getByRole('button', { name: s.listMore });
  await visit.page.locator('.entry').first().waitFor();
  for (let pages = 0; pages < 20 && (await entry.count()) === 0 && (await more.count()) > 0; pages++) {
    const queue = visit.answer('GET', /\/queue$/);
    await more.click();
    await queue;
  }
  await entry.scrollIntoViewIfNeeded();
}

/** A text of a catalogue, whatever stands where it takes something in; or what the pattern says. */
export function anyIn(text: (what: string) => string, pattern = '.*'): RegExp {
  return new RegExp(text('\0').split('\0').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join(pattern));
}

/** What can be scrolled within the page and goes on beyond an edge without a shadow there that says so. */
export async function unhinted({ page }: Visit): Promise<string[]> {
  return await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('#content *')].filter((one) => {
    const { overflowX, overflowY, backgroundAttachment } = getComputedStyle(one);
    const goesOn = (/auto|scroll/.test(overflowX) && one.scrollWidth > one.clientWidth + 1) || (/auto|scroll/.test(overflowY) && one.scrollHeight > one.clientHeight + 1);
    return goesOn && one.checkVisibility() && !one.matches('textarea') && !(/local/.test(backgroundAttachment) && /scroll/.test(backgroundAttachment));
  }).map((one) => one.outerHTML.slice(0, 100)));
}
