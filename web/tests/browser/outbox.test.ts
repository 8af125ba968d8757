import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Filed, PublicReports, Tracked } from '../../src/contract/schemas.ts';
import { dot } from './api.ts';
import { browserMissing, startBrowser, Visit, type VisitOptions } from './browser.ts';
import { pairs } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { anyIn, describe, dropPin, texts } from './steps.ts';

const missing = browserMissing();
const notLoaded = /Failed to load resource|An unknown error occurred when fetching the script/; // the latter of what keeps the page

suite.skipIf(missing)(`a report without a connection${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  /** How many open reports the public list of the demo has. */
  const listed = async () => {
    let count = 0;
    for (let cursor = ''; ; ) {
      const page = (await (await fetch(`${server.url}/v1/demo/reports?bbox=-180,-85,180,85&limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json()) as PublicReports;
      count += page.features.length;
      if (!page.next) return count;
      cursor = page.next;
    }
  };
  const codeShown = async (page: Page) => (await page.locator('.ticket .code, .outbox .code').first().textContent())?.trim() ?? '';
  const tracked = async (code: string) => (await (await fetch(`${server.url}/v1/demo/reports/track/${code}`)).json()) as Tracked;

  /** A report that is ready to be sent, by somebody whose network will fail. */
  async function written(who: VisitOptions, [x, y]: readonly [number, number], words: string): Promise<Visit> {
    const visit = await Visit.begin(browser, server.url, who);
    visit.expectComplaint(notLoaded);
    await visit.open('/');
    await visit.page.waitForLoadState('networkidle'); // what comes after the form is there too before the network fails
    await dropPin(visit, x, y);
    await describe(visit, words);
    return visit;
  }

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('is kept and sent by itself when the network is back, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const before = await listed();
    const visit = await written({ device, language }, [20, 10], '下水道堵了');
    const { page } = visit;
    await visit.write('#contact-name', '楼组长');
    await visit.context.setOffline(true);
    await visit.press('.send button.primary');
    await page.getByText(t.outboxWaiting).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('saved');
    await visit.check(`saved on this ${device}`);
    await visit.picture(`outbox-saved-${device}`, { whole: true });
    await visit.context.setOffline(false);
    await page.getByText(t.outboxArrived).waitFor();
    await visit.check(`arrived from this ${device}`);
    expect((await tracked(await codeShown(page))).description).toBe('下水道堵了');
    expect(await listed()).toBe(before + 1);
    await page.getByRole('button', { name: t.outboxNoted }).click();
    await page.locator('.outbox').waitFor({ state: 'detached' });
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('is filed once when the network is cut in mid-send and the browser is closed, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const before = await listed();
    const visit = await written({ device, language }, [-20, 15], '电线垂下来了');
    // It arrives, the answer does not, and then nothing goes through any more.
    const keys: string[] = [];
    let arrived: Filed | undefined;
    await visit.context.route(/\/reports$/, async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      keys.push(route.request().headers()['idempotency-key'] ?? '');
      if (keys.length > 1) return route.abort('connectionreset');
      arrived = (await (await route.fetch()).json()) as Filed;
      return route.abort('connectionreset');
    });
    await visit.press('.send button.primary');
    await expect.poll(() => arrived).toBeDefined();
    await visit.page.getByText(t.outboxUnsure).waitFor();
    await visit.page.getByRole('heading', { name: t.savedAgain }).waitFor();
    await visit.check('a report of which no answer came');
    await visit.picture('outbox-unsure', { whole: true });
    await visit.page.close();
    // Another page, two windows of it at once, and each is asked to try again and again.
    await visit.context.unroute(/\/reports$/);
    const requests: string[] = [];
    visit.context.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/reports')) requests.push(request.headers()['idempotency-key'] ?? ''); });
    const pages = [await visit.context.newPage(), await visit.context.newPage()];
    await Promise.all(pages.map((page) => page.goto(server.url)));
    for (const page of pages) await page.locator('.outbox [data-state=filed]').waitFor();
    for (const page of pages) expect(await codeShown(page)).toBe(arrived?.tracking_code);
    // Whoever opens the page hears of it without looking for it: while it arrives, and when it did before. Beside the map the outbox itself is in sight.
    const newsSeen = async (page: Page) => {
      const link = page.locator(device === 'phone' ? '.report-news a' : '.outbox a.secondary');
      expect(await link.getAttribute('href')).toBe(`/track/#${arrived?.tracking_code}`);
      expect((await link.boundingBox())?.y).toBeLessThan((page.viewportSize()?.height ?? 0) - 44);
    };
    for (const page of pages) await newsSeen(page);
    await pages[0]?.reload();
    await pages[0]?.locator('.outbox [data-state=filed]').waitFor();
    if (pages[0]) await newsSeen(pages[0]);
    if (device === 'phone') {
      await pages[0]?.locator('.report-news button').tap();
      expect(await pages[0]?.evaluate(() => document.activeElement?.id)).toBe('outbox-title');
    }
    expect(new Set([...keys, ...requests]).size).toBe(1);
    expect(await listed()).toBe(before + 1);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('is kept, says until when, and is filed later when too much came from where the reporter is, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await written({ device, language }, [10, 20], 'المصباح\u202e لا يعمل.');
    const { page } = visit;
    let tries = 0;
    await visit.context.route(/\/reports$/, async (route) => {
      if (route.request().method() !== 'POST' || ++tries > 2) return route.continue();
      if (tries === 2) return route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ code: 'unavailable', message: 'Later.' }) });
      return route.fulfill({ status: 429, headers: { 'Retry-After': '300' }, contentType: 'application/json', body: JSON.stringify({ code: 'too_many', message: 'Later.' }) });
    });
    await visit.press('.send button.primary');
    await page.getByText(anyIn(t.outboxHeld)).waitFor();
    await visit.check('held up');
    await visit.picture('outbox-held', { whole: true });
    await visit.press(page.getByRole('button', { name: t.outboxSendNow }));
    await page.getByText(t.outboxFailing).waitFor();
    await visit.check('a server that does not answer');
    await visit.press(page.getByRole('button', { name: t.outboxSendNow }));
    await page.locator('.outbox [data-state=filed]').waitFor();
    expect((await tracked(await codeShown(page))).description).toBe('المصباح لا يعمل.');
    // Its words are read as they are written: from the right, with the full stop at their left.
    await visit.press('.outbox a.secondary');
    const [first, stop] = await page.locator('dd.said').last().evaluate((said) => [0, -1].map((at) => {
      const text = [...said.childNodes].filter((one) => one instanceof Text && one.data.trim() !== '')[0] as Text;
      const range = document.createRange();
      range.setStart(text, at < 0 ? text.length - 1 : at);
      range.setEnd(text, at < 0 ? text.length : at + 1);
      return range.getBoundingClientRect().left;
    }));
    expect(stop).toBeLessThan(first ?? 0);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en']))('is written on a page that opens without a network, and sent once, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const before = await listed();
    const visit = await Visit.begin(browser, server.url, { device, language, geolocation: { longitude: 119.45, latitude: 32.2, accuracy: 12 } });
    visit.expectComplaint(/Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_FAILED/);
    const { context } = visit;
    await visit.open('/');
    const keptHere = () => visit.page.evaluate(async () => (await (await caches.open('weige-shell')).keys()).map(({ url }) => url.slice(location.origin.length)));
    await expect.poll(keptHere, { timeout: 20_000 }).toContain('/shell.json');
    expect((await keptHere()).filter((address) => address.startsWith('/v1/') && !/^\/v1\/demo(\/boundary-sets\/[^/]+\/areas\?geometry=false)?$/.test(address))).toEqual([]);

    await context.setOffline(true);
    await visit.page.reload();
    expect(await visit.page.evaluate(() => fetch('/healthz').then(() => 'reached', () => 'cut'))).toBe('cut');
    await visit.press('.find-me');
    await visit.page.getByText(t.locateLater).waitFor();
    await visit.mapDrawn();
    await visit.page.waitForLoadState('networkidle');
    await describe(visit, '井盖丢了，没有网络');
    await visit.check(`written without a network on this ${device}`);
    await visit.picture(`offline-form-${device}`, { whole: true });
    await visit.page.waitForTimeout(200); // until the device has written it
    await visit.page.close();

    // The browser is opened again, still without a network.
    const page = await context.newPage();
    await page.goto(server.url);
    await expect.poll(() => page.locator('#description').inputValue()).toBe('井盖丢了，没有网络');
    await page.locator('.send button.primary').click();
    await page.getByText(t.outboxWaiting).waitFor();
    await page.close();
    const again = await context.newPage();
    await again.goto(server.url);
    await again.locator('.outbox [data-state]').first().waitFor();
    expect(await listed()).toBe(before);

    // It arrives, and the answer is lost.
    let tries = 0;
    await context.route(/\/reports$/, async (route) => {
      if (route.request().method() !== 'POST' || ++tries > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await context.setOffline(false);
    await again.locator('.outbox [data-state=filed]').waitFor();
    expect((await tracked(await codeShown(again))).description).toBe('井盖丢了，没有网络');
    expect([await listed(), tries]).toEqual([before + 1, 2]);
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('is put back into the form only once what stands there may go, with its own place, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await written({ device, language }, [20, 10], '第一件');
    const { page } = visit;
    await visit.write('#contact-phone', '0511-85012345');
    const first = await page.locator('.chain li').last().innerText();
    await visit.context.setOffline(true);
    await visit.press('.send button.primary');
    await page.getByText(t.outboxWaiting).waitFor();
    await page.getByText(t.outboxContact).waitFor();
    expect(await page.locator('.outbox-words').innerText()).toBe('第一件');
    await visit.press(page.getByRole('button', { name: t.reportAnother }));
    let refuse = true;
    await visit.context.route(/\/reports$/, (route) => (refuse && route.request().method() === 'POST'
      ? route.fulfill({ status: 400, contentType: 'application/json', body: JSON.stringify({ code: 'invalid', field: 'description', message: 'No.' }) }) : route.continue()));
    await visit.context.setOffline(false);
    await page.locator('.outbox [data-state=refused]').waitFor();
    await dropPin(visit, -90, -60);
    await describe(visit, '第二件，还没写完');
    expect(await page.locator('.chain li').last().innerText()).not.toBe(first);
    await visit.press(page.getByRole('button', { name: t.outboxEdit }));
    await page.getByText(t.outboxReplaceAsk('第二件，还没写完')).waitFor();
    await visit.check('asked before the form is replaced');
    await visit.picture('outbox-replace', { whole: true });
    await visit.press(page.getByRole('button', { name: t.outboxReplaceNot }));
    expect(await page.locator('#description').inputValue()).toBe('第二件，还没写完');
    await visit.press(page.getByRole('button', { name: t.outboxEdit }));
    await visit.press(page.getByRole('button', { name: t.outboxReplace }));
    await expect.poll(() => page.locator('#description').inputValue()).toBe('第一件');
    await expect.poll(() => page.locator('.chain li').last().innerText()).toBe(first);
    await page.locator('.outbox').waitFor({ state: 'detached' });
    // Whom to reach is not shown to whoever holds the phone, unless asked for.
    expect(await page.locator('#contact-phone').inputValue()).toBe('');
    await page.getByText(t.contactNotTaken).waitFor();
    await visit.press(page.getByRole('button', { name: t.contactTake }));
    expect(await page.locator('#contact-phone').inputValue()).toBe('0511-85012345');

    // While it is sent, nothing can be written that would not be.
    refuse = false;
    let go = (): void => undefined;
    await visit.context.route(/\/reports$/, async (route) => {
      if (route.request().method() === 'POST') await new Promise<void>((done) => { go = done; });
      await route.fallback();
    });
    await page.locator('#description').focus();
    await visit.press('.send button.primary');
    await page.locator('.send [role=status]').getByText(t.sendingLocked).waitFor({ state: 'attached' });
    await page.keyboard.type('更多');
    expect(await page.locator('#description').evaluate((field) => field.closest('[inert]') !== null)).toBe(true);
    await visit.picture('outbox-sending', { whole: true });
    go();
    await page.locator('#filed').waitFor();
    expect((await tracked(await codeShown(page))).description).toBe('第一件');
    expect(await page.evaluate(() => new Promise((done) => {
      const opened = indexedDB.open('weige');
      opened.onsuccess = () => { const all = opened.result.transaction('drafts').objectStore('drafts').count(); all.onsuccess = () => done(all.result); };
    }))).toBe(0);
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh']))('survives a closed browser as a draft, with its photo, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const visit = await Visit.begin(browser, server.url, { device, language });
    await visit.open('/');
    await dropPin(visit, 5, 5);
    await describe(visit, '写到一半');
    // Of five, the one that cannot be read keeps none of the others out, and the last finds no place.
    await visit.attach('#photo-file', [dot, { name: 'IMG_7.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') }, dot, dot, dot]);
    await visit.page.locator('.kept-photos img').nth(2).waitFor();
    await expect.poll(() => visit.page.locator('#photo-wrong').innerText()).toBe(`${t.photoNot('IMG_7.jpg', t.photo_unreadable)} ${t.photosBeyond('1')}`);
    await visit.page.waitForTimeout(200);
    await visit.page.close();
    const page = await visit.context.newPage();
    await page.goto(server.url);
    await page.locator('.chain li').first().waitFor();
    expect(await page.locator('#description').inputValue()).toBe('写到一半');
    expect(await page.locator('.kept-photos img').count()).toBe(3);
    await page.locator('#clear-draft').click();
    await page.getByText(t.clearAsk).waitFor();
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('keep-draft'); // a second tap keeps it
    await page.getByRole('button', { name: t.clearYes }).click();
    await page.waitForTimeout(200); // until the device has written it
    await page.reload();
    await page.locator('h1').waitFor();
    await expect.poll(() => page.locator('#description').inputValue()).toBe('');
    await visit.end();
  });

  // Closing the last page of a window leaves the browser running; here it ends, and another one finds what the first wrote down.
  it.each(pairs(['phone', 'zh']))('survives a browser that was ended, as a draft and while it waits, with its photo, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const folder = await mkdtemp(join(tmpdir(), 'weige-profile-'));
    const begin = () => Visit.resume(folder, server.url, { device, language });
    try {
      const before = await listed();
      const first = await begin();
      await first.open('/');
      await dropPin(first, 15, -10);
      await describe(first, '花坛的砖松了');
      await first.attach('#photo-file', dot);
      await first.page.locator('.kept-photos img').waitFor();
      await expect.poll(() => first.page.evaluate(() => new Promise<number>((done) => {
        const opening = indexedDB.open('weige');
        opening.onsuccess = () => {
          const reading = opening.result.transaction('drafts').objectStore('drafts').getAll();
          reading.onsuccess = () => { opening.result.close(); done((reading.result as { photos: unknown[] }[])[0]?.photos.length ?? 0); };
        };
      }))).toBe(1);
      await first.end();

      const second = await begin();
      second.expectComplaint(notLoaded);
      const { page } = second;
      await second.open('/');
      await expect.poll(() => page.locator('#description').inputValue()).toBe('花坛的砖松了');
      const photos = page.locator('.kept-photos img');
      await expect.poll(() => photos.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth > 0))).toEqual([true]);
      await page.locator('.chain li').first().waitFor();
      await second.mapDrawn();
      await page.waitForLoadState('networkidle');
      await second.picture(`outbox-resumed-${device}`, { whole: true });
      await second.context.setOffline(true);
      await second.press('.send button.primary');
      await page.getByText(t.outboxWaiting).waitFor();
      await second.end();
      expect(await listed()).toBe(before);

      const third = await begin();
      const sent: string[] = [];
      third.context.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/reports')) sent.push(request.postData() ?? ''); });
      await third.open('/');
      await third.page.locator('.outbox [data-state=filed]').waitFor();
      const code = await codeShown(third.page);
      expect((await tracked(code)).description).toBe('花坛的砖松了');
      const { photos: kept } = (await (await fetch(`${server.url}/v1/demo/reports/track/${code}/photos`)).json()) as { photos: unknown[] };
      expect(kept).toHaveLength(1);
      await third.page.reload(); // which sends nothing again
      await third.page.locator('.outbox [data-state=filed]').waitFor();
      await third.page.waitForLoadState('networkidle');
      expect([sent.length, await listed()]).toEqual([1, before + 1]);
      await third.end();
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 }); // where a test failed, its browser may still write
    }
  });
});
