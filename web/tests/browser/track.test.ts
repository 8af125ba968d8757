import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Filed, StaffReport, Tracked } from '../../src/contract/schemas.ts';
import { browserMissing, startBrowser, Visit, type DeviceName } from './browser.ts';
import { startServer, type Server } from './server.ts';
import { demo, texts } from './steps.ts';

const missing = browserMissing();
const notLoaded = /Failed to load resource/;

suite.skipIf(missing)(`following a report${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let server: Server;
  let browser: Browser;
  let bearer: Record<string, string>;
  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser({ webgl: true });
    const { access_token } = (await (await fetch(`${server.url}/issuer/demo-token`, { method: 'POST', body: new URLSearchParams({ person: 'street-dispatcher' }) })).json()) as { access_token: string };
    bearer = { Authorization: `Bearer ${access_token}` };
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const post = async <A>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<A> => {
    const answer = await fetch(`${server.url}/v1/demo${path}`, { method: 'POST', body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as A;
  };
  const file = async (): Promise<Filed> => {
    const { services, bbox } = await demo(server.url);
    const [west = 0, south = 0, east = 0, north = 0] = bbox ?? [];
    return await post<Filed>('/reports', { service_code: services[0]?.service_code, lon: (west + east) / 2, lat: (south + north) / 2, description: '三幢门口的路灯不亮' });
  };
  const seen = async (report: string) => (await (await fetch(`${server.url}/v1/demo/reports/${report}`, { headers: bearer })).json()) as StaffReport;
  const resolve = async (report: string) => post<StaffReport>(`/reports/${report}/resolution`, { version: (await seen(report)).version, reply: '灯泡已换' }, bearer);

  const ways: [DeviceName, 'zh' | 'en'][] = [['phone', 'zh'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'zh']];
  it.each(ways)('adds a word, says that it is not settled, then that it is, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const filed = await file();
    const visit = await Visit.begin(browser, server.url, { device, language });
    visit.expectComplaint(notLoaded);
    const { page } = visit;
    const press = async (name: string) => { const button = page.getByRole('button', { name, exact: true }); await (device === 'phone' ? button.tap() : button.click()); };
    await visit.open(`/track/#${filed.tracking_code}`);
    await page.locator('.tracked').waitFor();
    await visit.mapDrawn();
    expect(await visit.layoutShift(), 'layout shift').toBeLessThan(0.01);

    // Too short; then the network is gone in mid-send, after it has arrived; then once more.
    await press(t.noteSend);
    await page.getByText(t.answerShort).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('answer-notes');
    await page.keyboard.insertText('在二单元门口，晚上最黑');
    let lost = 0;
    await page.route(/\/notes$/, async (route) => {
      if (lost++ > 0) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await press(t.noteSend);
    await page.getByText(t.answerUnsent).waitFor();
    await visit.check(`note not sent ${device} ${language}`);
    await press(t.noteSend);
    await page.getByText(t.noteDone).waitFor();
    await page.getByText(t.eventNote('在二单元门口，晚上最黑')).waitFor();
    const noted = (await seen(filed.report)).events.filter((one) => one.kind === 'noted');
    expect(noted.map((one) => one.reason)).toEqual(['在二单元门口，晚上最黑']);
    await visit.check(`note added ${device} ${language}`);
    await visit.picture(`track-noted-${device}-${language}`, { whole: true });

    await resolve(filed.report);
    await press(t.refresh);
    await page.locator('.verdict').waitFor();
    await visit.check(`verdict ${device} ${language}`);
    await visit.picture(`track-verdict-${device}-${language}`, { whole: true });
    await press(t.answerBad);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('answer-reopening');
    await page.keyboard.insertText('只亮了一盏');
    await visit.check(`reopening ${device} ${language}`);
    await press(t.reopenSend);
    await page.locator('.verdict').waitFor({ state: 'detached' });
    expect((await seen(filed.report)).status).toBe('reopened');

    await resolve(filed.report);
    await press(t.refresh);
    await press(t.answerGood);
    await page.getByText(t.answerThanks).waitFor();
    await visit.check(`settled ${device} ${language}`);
    await visit.picture(`track-settled-${device}-${language}`, { whole: true });
    expect((await seen(filed.report)).events.at(-1)?.kind).toBe('confirmed');

    // Another one near here begins with the place.
    const tracked = (await (await fetch(`${server.url}/v1/demo/reports/track/${filed.tracking_code}`)).json()) as Tracked;
    const located = visit.answer('GET', /\/locate$/);
    await page.getByRole('link', { name: t.nearHere }).click();
    const asked = new URL((await located).url()).searchParams;
    expect([Number(asked.get('lon')), Number(asked.get('lat'))]).toEqual([tracked.lon, tracked.lat]);
    await page.locator('.chain li').first().waitFor();
    expect(page.url()).not.toContain('#at');
    await visit.end();
  });
});
