import { expect, it } from 'vitest';
import type { Filed, QueueItem } from '../../src/contract/schemas.ts';
import { caseworkCatalogues } from '../../src/locale/casework.ts';
import { Visit } from './browser.ts';
import { pairs } from './pairs.ts';
import { findInList, signIn } from './steps.ts';
import { withServer } from './with-server.ts';

const community = { lon: 119.46, lat: 32.21 };

withServer('the list while others work', (on) => {
  const ask = async <A>(method: string, path: string, body?: unknown, token?: string): Promise<A> => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID(), ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`${on.server.url}/v1/demo${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json() as A;
  };
  const file = () => ask<Filed>('POST', '/reports', { service_code: 'waste', ...community, description: '垃圾桶满了' });

  const ways = pairs(['desktop', 'zh'], ['desktop', 'en']);
  it.each(ways)('says what is new within seconds, moves nothing, and shows it when asked, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    const { page } = visit;
    await visit.open('/dispatch/');
    await signIn(visit, /street dispatcher/i);
    await page.locator('.entry').first().waitFor();
    const token = await page.evaluate(() => {
      const key = Object.keys(sessionStorage).find((one) => one.startsWith('oidc.user:'));
      return (JSON.parse(sessionStorage.getItem(key ?? '') ?? '{}') as { access_token: string }).access_token;
    });
    await page.waitForTimeout(1500); // until the page watches
    const places = () => page.locator('.entry, .list-head h2, .list-head .quiet').evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
    const entries = await page.locator('.entry').count();
    const before = await places();
    const filed = await file();
    // The page asks by itself every 15 seconds; this is the poke.
    await page.getByRole('button', { name: s.freshCount(1), exact: true }).waitFor({ timeout: 4000 });
    await file();
    await page.getByRole('button', { name: s.freshCount(2), exact: true }).waitFor({ timeout: 4000 });
    expect(await places()).toEqual(before);
    expect(await page.locator('.entry').count()).toBe(entries);
    await visit.check(`${language} new reports`);
    await visit.picture(`${language}-new-reports`);

    // What is in the list changes in its place, but not while the pointer is there, which a phone does not have.
    const first = page.locator('.entry').nth(2 * ways.findIndex(([one, other]) => one === device && other === language)); // each pair one of its own
    const id = await first.getAttribute('data-report') ?? '';
    const said = await first.textContent();
    if (device === 'desktop') await first.hover();
    const now = await ask<QueueItem>('GET', `/reports/${id}`, undefined, token);
    await ask('POST', `/reports/${id}/resolution`, { version: now.version, reply: '已清运' }, token);
    if (device === 'desktop') {
      await page.waitForTimeout(2500);
      expect(await first.textContent()).toBe(said);
      await page.mouse.move(900, 500);
    }
    await expect.poll(() => first.textContent()).not.toBe(said);
    expect(await first.getAttribute('data-report')).toBe(id);

    await page.locator('.chip.fresh').click();
    await page.locator('.chip.fresh').waitFor({ state: 'detached' });
    await findInList(visit, filed.report);
    await expect.poll(() => page.locator('.chip.new').count()).toBe(2);
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-report'))).toBe(filed.report);
    await expect.poll(() => page.evaluate(() => { const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? new DOMRect(); return [top >= 0, bottom <= innerHeight]; }), { message: 'it is on the screen' }).toEqual([true, true]);

    // What somebody writes outlasts what a colleague does meanwhile, and a reload.
    await page.keyboard.press('Enter');
    await visit.press('[data-step=remarked]');
    await visit.write('#step-reason', '先打个招呼');
    const open = await ask<QueueItem>('GET', `/reports/${filed.report}`, undefined, token);
    await ask('POST', `/reports/${filed.report}/remarks`, { version: open.version, reason: '同事先看过了' }, token);
    await page.getByText(s.panelChanged).waitFor();
    await visit.picture(`${language}-changed-meanwhile`);
    expect(await page.locator('.timeline').textContent()).not.toContain('同事先看过了');
    await page.getByRole('button', { name: s.panelRenew }).click();
    await expect.poll(() => page.locator('.timeline').textContent()).toContain('同事先看过了');
    expect(await page.locator('#step-reason').inputValue()).toBe('先打个招呼');
    await page.reload();
    await expect.poll(() => page.locator('#step-reason').inputValue()).toBe('先打个招呼');
    await page.locator('.step-form .primary').click();
    await expect.poll(() => page.locator('.timeline').textContent()).toContain('先打个招呼');
    await page.reload();
    await page.locator('.timeline').waitFor();
    expect(await page.locator('#step-reason').count()).toBe(0);
    await visit.end();
  });
});
