import { expect, it } from 'vitest';
import type { Filed, StaffReport, Tracked } from '../../src/contract/schemas.ts';
import { caseworkCatalogues } from '../../src/locale/casework.ts';
import { fileAt, handsOf, placesOf } from './api.ts';
import { Visit } from './browser.ts';
import { describe, dropPin, signIn, texts } from './steps.ts';
import { withServer } from './with-server.ts';

withServer('one device', (on) => {
  it('keeps two reports that two windows made of one draft, and sends both', async () => {
    const t = texts('en');
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'desktop', language: 'en' });
    const { context, page } = visit;
    visit.expectComplaint(/Failed to load resource|ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
    const codes: string[] = [];
    context.on('response', (response) => { if (response.request().method() === 'POST' && response.url().endsWith('/reports')) void response.json().then(({ tracking_code }: Filed) => codes.push(tracking_code)); });
    await visit.open('/');
    await dropPin(visit, 20, 20);
    await describe(visit, 'The lamp is dark');
    await expect.poll(() => page.evaluate(async () => (await (await caches.open('weige-shell')).match('/shell.json')) !== undefined), { timeout: 20_000 }).toBe(true);
    const other = await context.newPage();
    await other.goto(on.server.url);
    await expect.poll(() => other.locator('#description').inputValue()).toBe('The lamp is dark');
    await context.setOffline(true);
    await visit.press('.send button.primary');
    await page.getByRole('heading', { name: t.savedTitle }).waitFor();
    await other.locator('#description').fill('And a drain is blocked');
    await other.locator('.send button.primary').click();
    await other.getByRole('heading', { name: t.savedTitle }).waitFor();
    await context.setOffline(false);
    await expect.poll(() => codes.length).toBe(2);
    const words = await Promise.all(codes.map(async (code) => ((await (await fetch(`${on.server.url}/v1/demo/reports/track/${code}`)).json()) as Tracked).description));
    expect(words.sort()).toEqual(['And a drain is blocked', 'The lamp is dark']);
    await visit.end();
  });

  it('that goes round keeps what somebody did without a network until they are here again', async () => {
    const s = caseworkCatalogues.zh;
    const hands = await handsOf(on.server.url, 'street-dispatcher');
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'zh' });
    const { context, page } = visit;
    visit.expectComplaint(/Failed to load resource|ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
    await visit.open('/mine/');
    const person = await signIn(visit, /leader/i);
    const { report } = await fileAt(on.server.url, (await placesOf(on.server.url, hands))[0] ?? { lon: 0, lat: 0 }, '路灯不亮');
    const { version, assignee } = await hands.get<StaffReport>(`/reports/${report}`);
    if (assignee.person !== person) await hands.post(`/reports/${report}/reassignment`, { area: hands.duties.find((duty) => duty.person === person)?.area, person, reason: '请就近看一下', version });
    await page.locator('.mine-head .quiet').click();
    await visit.press(`[data-report="${report}"]`);
    await page.locator('[data-step=accepted]').waitFor();
    await context.setOffline(true);
    await visit.press('[data-step=accepted]');
    await page.getByText(s.mineSavedMove(s.step_accepted), { exact: true }).waitFor();
    const waiting = () => page.evaluate(() => new Promise<number>((done) => {
      const opening = indexedDB.open('weige-mine-demo');
      opening.onsuccess = () => {
        const counting = opening.result.transaction('moves').objectStore('moves').count();
        counting.onsuccess = () => { opening.result.close(); done(counting.result); };
      };
    }));
    expect(await waiting()).toBe(1);
    // Their time is up, and another takes the phone before there is a network.
    await page.evaluate(() => sessionStorage.clear());
    await page.goto('about:blank');
    await context.setOffline(false);
    await visit.open('/mine/');
    const other = await signIn(visit, /street dispatcher/i);
    expect(other).not.toBe(person);
    await page.locator('.mine-head .quiet[aria-disabled=false]').waitFor();
    expect(await page.getByText(s.mineSent, { exact: true }).count(), 'nothing of theirs was to arrive').toBe(0);
    expect(await page.locator(`[data-report="${report}"]`).count()).toBe(0);
    expect(await waiting()).toBe(1);
    expect((await hands.get<StaffReport>(`/reports/${report}`)).status).toBe('assigned');
    await page.evaluate(() => sessionStorage.clear());
    await visit.open('/mine/');
    expect(await signIn(visit, /leader/i)).toBe(person);
    await expect.poll(async () => (await hands.get<StaffReport>(`/reports/${report}`)).status).toBe('in_progress');
    await visit.end();
  });
});
