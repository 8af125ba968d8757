import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Filed, StaffReport, Tracked } from '../../src/contract/schemas.ts';
import { browserMissing, startBrowser, Visit } from './browser.ts';
import { allPairs, pairs, type Language } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { anyIn, demo, texts } from './steps.ts';

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

  it.each(pairs(['phone', 'zh'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'zh']))('adds a word, says that it is not settled, then that it is, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const filed = await file();
    const visit = await Visit.begin(browser, server.url, { device, language, slow: true });
    visit.expectComplaint(notLoaded);
    const { page } = visit;
    const press = (name: string) => visit.press(page.getByRole('button', { name, exact: true }));
    await visit.open(`/track/#${filed.tracking_code}`);
    await page.locator('.tracked').waitFor();
    await visit.mapDrawn();
    expect(await page.locator('#code').evaluate((one) => one.scrollWidth - one.clientWidth), 'all of the code is seen').toBeLessThanOrEqual(0);
    expect(await visit.layoutShift(), 'layout shift').toBe(0);
    if ((device === 'phone') === (language === 'zh')) await visit.hurry(); // the others take every step with slow answers

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
    await page.getByText(t.noteUnsent).waitFor();
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
    await page.locator('.verdict button').first().waitFor();
    expect(await page.locator('.facts').innerText()).toContain(t.dueNone);
    expect(await page.locator('.timeline li').first().innerText(), 'not by whoever has it').toContain(t.event_resolved_staff);
    await visit.check(`verdict ${device} ${language}`);
    await visit.picture(`track-verdict-${device}-${language}`, { whole: true });
    await visit.pressTwice(page.getByRole('button', { name: t.answerBad, exact: true }));
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('answer-reopening');
    expect((await seen(filed.report)).events.at(-1)?.kind, 'a second tap says nothing').toBe('resolved');
    await page.keyboard.insertText('只亮了一盏');
    expect(await page.locator('.verdict form button').evaluate((one) => innerHeight - one.getBoundingClientRect().bottom), 'what sends it is seen').toBeGreaterThan(0);
    await visit.check(`reopening ${device} ${language}`);
    await press(t.reopenSend);
    await page.locator('.verdict button').first().waitFor({ state: 'detached' });
    await page.getByText(t.answerLater).waitFor();
    expect((await seen(filed.report)).status).toBe('reopened');
    // What confirms it has the keyboard, and is seen where it was pressed.
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('later');
    const { top = -1, bottom = Infinity } = await page.getByText(anyIn(t.reopenDone)).evaluate((one) => one.getBoundingClientRect().toJSON() as DOMRect);
    expect(top).toBeGreaterThanOrEqual(0);
    expect(bottom).toBeLessThanOrEqual(page.viewportSize()?.height ?? 0);
    await visit.check(`reopened ${device} ${language}`);
    await visit.picture(`track-reopened-${device}-${language}`);

    await resolve(filed.report);
    await press(t.refresh);
    await press(t.answerGood);
    await page.getByText(t.answerThanks).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe('thanks');
    await visit.check(`settled ${device} ${language}`);
    await visit.picture(`track-settled-${device}-${language}`, { whole: true });
    expect((await seen(filed.report)).events.at(-1)?.kind).toBe('confirmed');
    expect(await visit.printed(`track-printed-${device}-${language}`)).toEqual([]);

    if (allPairs || (device === 'phone') === (language === 'zh')) await withoutNetwork(visit, filed, language);

    // Another one near here begins with the place.
    const tracked = (await (await fetch(`${server.url}/v1/demo/reports/track/${filed.tracking_code}`)).json()) as Tracked;
    const located = visit.answer('GET', /\/locate$/);
    await page.getByRole('link', { name: t.nearHere }).click();
    const asked = new URL((await located).url()).searchParams;
    expect([Number(asked.get('lon')), Number(asked.get('lat'))]).toEqual([tracked.lon, tracked.lat]);
    expect(asked.get('accuracy'), 'near an edge it is asked on which side it is').toBe('20');
    await page.locator('.chain li').first().waitFor();
    expect(page.url()).not.toContain('#at');
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('never goes back to how it stood before, and keeps the words that do not get through, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const filed = await file();
    const visit = await Visit.begin(browser, server.url, { device, language });
    visit.expectComplaint(notLoaded);
    const { page, context } = visit;
    await visit.open(`/track/#${filed.tracking_code}`);
    await page.locator('.tracked').waitFor();
    await visit.mapDrawn();
    await context.setOffline(true);
    await visit.press(page.getByRole('button', { name: t.refresh, exact: true }));
    await page.locator('.tracked .notice.warn').waitFor();
    await visit.write('#answer-notes', '断网时写的');
    await visit.press('weige-track-answer form .secondary');
    await page.getByText(t.noteUnsent).waitFor();
    // Back online, what is asked for and what is sent run together; the older answer comes last.
    let noted = (): void => undefined;
    const arrived = new Promise<void>((done) => { noted = done; });
    await context.route(/\/reports\/track\/[^/]+$/, async (route) => {
      const answer = await route.fetch();
      await arrived;
      await new Promise((done) => setTimeout(done, 200));
      await route.fulfill({ response: answer });
    });
    await context.route(/\/notes$/, async (route) => {
      await new Promise((done) => setTimeout(done, 600));
      await route.continue();
    });
    page.on('response', (response) => { if (response.url().endsWith('/notes')) noted(); });
    const late = page.waitForResponse((response) => response.request().method() === 'GET' && /\/reports\/track\/[^/]+$/.test(response.url()));
    await context.setOffline(false);
    expect(((await (await late).json()) as Tracked).events.some((one) => one.kind === 'noted')).toBe(false);
    await page.locator('.answer[aria-busy=false]').waitFor();
    await page.getByText(t.eventNote('断网时写的')).waitFor();
    expect(await page.locator('.tracked .notice.warn').count()).toBe(0);
    expect(await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith('weige.tracked'))?.[1])).toContain('断网时写的');
    await context.unrouteAll({ behavior: 'wait' });

    // Why it is to be opened again stays over a reload, where the server does not answer.
    await resolve(filed.report);
    await page.reload();
    await visit.mapDrawn();
    await visit.press(page.getByRole('button', { name: t.answerBad, exact: true }));
    await visit.write('#answer-reopening', '还是不亮');
    await context.route(/\/(reopening|confirmation)$/, async (route) => {
      await new Promise((done) => setTimeout(done, 700)); // so late that what it moved would be nobody's doing
      await route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ code: 'unavailable', message: 'Later.' }) });
    });
    await visit.press(page.getByRole('button', { name: t.reopenSend, exact: true }));
    await page.locator('#answer-reopening[readonly]').waitFor(); // nothing is written that would not be sent
    await page.getByText(t.answerUnsent).waitFor();
    await visit.check('a reopening without an answer');
    await visit.picture('track-reopening-unsent');
    await visit.press(page.getByRole('button', { name: t.answerGood, exact: true }));
    await page.getByText(t.answerAgain).waitFor();
    await page.reload();
    await visit.mapDrawn();
    await expect.poll(() => page.locator('#answer-reopening').inputValue()).toBe('还是不亮');
    await context.unrouteAll({ behavior: 'wait' });
    await visit.press(page.getByRole('button', { name: t.reopenSend, exact: true }));
    await page.getByText(t.answerLater).waitFor();

    // The report takes no more words.
    for (let n = 2; n < 20; n++) await post(`/reports/track/${filed.tracking_code}/notes`, { note: `第 ${n} 句` });
    await visit.write('#answer-notes', '第二十一句');
    await visit.press('weige-track-answer form .secondary');
    await page.getByText(t.noteFull).waitFor();
    await visit.check('a report that takes no more words');
    await page.reload();
    await visit.mapDrawn();
    await expect.poll(() => page.locator('#answer-notes').inputValue()).toBe('第二十一句');
    await visit.end();
  });

  /** Opened before, the link opens without a network and says from when that is; a word written then is kept, and sent once. */
  async function withoutNetwork(visit: Visit, filed: Filed, language: Language): Promise<void> {
    const { page, context } = visit;
    const t = texts(language);
    const words = '没有网络时写的一句';
    const notes = async () => (await seen(filed.report)).events.filter((one) => one.reason === words).length;
    await expect.poll(() => page.evaluate(async () => (await (await caches.open('weige-shell')).match('/shell.json')) !== undefined), { timeout: 20_000 }).toBe(true);
    const looked = (await page.locator('.tracked .buttons .hint').textContent()) ?? '';
    visit.expectComplaint(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
    await page.unroute(/\/notes$/);
    await context.setOffline(true);
    // The browser that is told to be offline says that this failed, and lets it through now and then.
    await context.route(/\/notes$/, (route) => route.abort('internetdisconnected'));
    await page.reload();
    await page.locator('.tracked .notice.warn').waitFor();
    expect(looked).toContain((await page.locator('.tracked .notice.warn').textContent())?.match(/\d{1,2}:\d{2}/)?.[0]);
    expect(await page.locator('.timeline li').count()).toBeGreaterThanOrEqual(5);
    await visit.write('#answer-notes', words);
    await visit.press('weige-track-answer form .secondary');
    await page.getByText(t.noteUnsent).waitFor();
    await visit.check(`track without a network ${language}`);
    await visit.picture(`track-offline-${language}`, { whole: true });
    await page.reload();
    await expect.poll(() => page.locator('#answer-notes').inputValue()).toBe(words);
    await page.getByText(t.noteUnsent).waitFor();
    expect(await notes()).toBeLessThanOrEqual(1); // a page that was just loaded may get one through before the browser cuts it off; it is the same one below
    await context.unroute(/\/notes$/);
    // It arrives, and the answer is lost; then once more.
    let tries = 0;
    await context.route(/\/notes$/, async (route) => {
      if (++tries > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await context.setOffline(false);
    await expect.poll(() => tries, { timeout: 10_000 }).toBe(1);
    await page.getByText(t.noteUnsent).waitFor();
    await page.reload();
    await page.getByText(t.eventNote(words)).waitFor();
    await expect.poll(() => tries, { timeout: 10_000 }).toBe(2);
    expect(await notes()).toBe(1);
    await expect.poll(() => page.locator('#answer-notes').inputValue()).toBe('');
    expect(await page.locator('.tracked .notice.warn').count()).toBe(0);
  }
});
