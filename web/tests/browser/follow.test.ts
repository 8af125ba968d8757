import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import { followCatalogues } from '../../src/locale/follow.ts';
import { fileAt, handsOf, placesOf } from './api.ts';
import { browserMissing, startBrowser, Visit } from './browser.ts';
import { linkOfMail } from './mails.ts';
import { pairs } from './pairs.ts';
import { startServer, type Server } from './server.ts';

const missing = browserMissing();

suite.skipIf(missing)(`following${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await startServer();
    browser = await startBrowser({ webgl: false });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it.each(pairs(['phone', 'zh'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'zh']))('from the tracking page to a mail, and out again, on a %s in %s', async (device, language) => {
    const f = followCatalogues[language];
    const kept = server.kept;
    if (!kept) throw new Error('say by WEIGE_VAR where the server keeps its mails');
    const address = `${device}-${crypto.randomUUID()}@resident.example`;
    const hands = await handsOf(server.url, 'street-dispatcher');
    const place = (await placesOf(server.url, hands))[0];
    if (!place) throw new Error('the demo has no areas');
    const filed = await fileAt(server.url, place, '三幢门口的路灯不亮');

    const visit = await Visit.begin(browser, server.url, { device, language, slow: (device === 'phone') === (language === 'zh') });
    visit.expectComplaint(/WebGL/i);
    await visit.open(`/track/#${filed.tracking_code}`);
    await visit.page.getByText(f.followReport).click();
    await visit.page.getByRole('button', { name: f.byMail }).click();
    await visit.page.getByText(f.needEmail).waitFor();
    await visit.write('#follow-email', address);
    await visit.check(`${device} follow`);
    await visit.picture(`follow-${device}-${language}-1`, { whole: true });
    await visit.page.getByRole('button', { name: f.byMail }).click();
    await visit.page.getByText(f.pending).waitFor();

    await visit.open(await linkOfMail(kept, address, /http\S+\/subscribe\/\S+#confirm=[\w-]{44}/));
    await visit.check(`${device} confirm`);
    await visit.picture(`follow-${device}-${language}-2`);
    await visit.page.getByRole('button', { name: f.confirmButton }).click();
    await visit.page.getByText(f.confirmed).waitFor();
    await visit.page.locator('input[name=pace][value=daily]').check();
    await visit.page.getByRole('button', { name: f.save }).click();
    await visit.page.getByText(f.saved).waitFor();
    await visit.page.locator('input[name=pace][value=once]').check();
    await visit.page.getByRole('button', { name: f.save }).click();
    await visit.page.getByText(f.saved).waitFor();
    await visit.check(`${device} manage`);
    await visit.picture(`follow-${device}-${language}-3`);

    const { version } = await hands.get<{ version: number }>(`/reports/${filed.report}`);
    await hands.post(`/reports/${filed.report}/resolution`, { version, reply: '灯泡已换' });
    await visit.open(await linkOfMail(kept, address, /http\S+\/subscribe\/\S+#report=[\w-]{44}/));
    await visit.page.getByText('灯泡已换').waitFor();
    await visit.check(`${device} track by mail`);
    await visit.page.getByRole('link', { name: f.more }).click();
    await visit.page.getByRole('button', { name: f.endButton }).click();
    await visit.page.getByText(f.ended).waitFor();
    await visit.check(`${device} ended`);
    await visit.picture(`follow-${device}-${language}-4`, { whole: true });
    visit.expectComplaint(/404/);
    await visit.back();
    await visit.page.reload();
    await visit.page.getByText(f.linkOver).waitFor();
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('leads feed readers to all that is open, and to what is in an area, on a %s in %s', async (device, language) => {
    const f = followCatalogues[language];
    const hands = await handsOf(server.url, 'street-dispatcher');
    const place = (await placesOf(server.url, hands))[0];
    if (!place) throw new Error('the demo has no areas');
    const { report } = await fileAt(server.url, place, '井盖松了');
    const visit = await Visit.begin(browser, server.url, { device, language });
    const { page } = visit;
    await visit.open('/subscribe/');
    await page.getByRole('heading', { name: f.feedTitle }).waitFor();
    const entries = async (link: number) => {
      const answer = await fetch(new URL((await page.locator('.feeds a').nth(link).getAttribute('href')) ?? '', server.url));
      expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, expect.stringContaining('application/atom+xml')]);
      const feed = await answer.text();
      expect(feed).toMatch(/<feed [^>]*xmlns="http:\/\/www\.w3\.org\/2005\/Atom"/);
      return feed.match(/<entry>.*?<\/entry>/gs) ?? [];
    };
    expect((await entries(0)).some((one) => one.includes(report))).toBe(true);
    expect(await page.locator('.feeds a').count()).toBe(1);
    // Down to the area in which it lies, level by level.
    const levels = page.locator('select[id^=area-]');
    for (let level = 0; level < (await levels.count()); level++) {
      const codes = await levels.nth(level).locator('option').evaluateAll((all) => (all as HTMLOptionElement[]).map(({ value }) => value));
      await visit.choose(levels.nth(level), codes.find((code) => code !== '' && place.code.startsWith(code)) ?? 'the area is not offered');
    }
    const here = await entries(1);
    expect(here.some((one) => one.includes(report))).toBe(true);
    expect(here.length).toBeLessThan((await entries(0)).length);
    await visit.check('feeds');
    await visit.picture(`follow-feeds-${device}-${language}`, { whole: true });
    await visit.end();
  });

  it('shows what is pushed and where it leads', async () => {
    const visit = await Visit.begin(browser, server.url, { device: 'desktop', language: 'en' });
    await visit.context.grantPermissions(['notifications'], { origin: server.url });
    await visit.open('/subscribe/');
    const debug = await visit.context.newCDPSession(visit.page);
    const registered = new Promise<string>((done) => debug.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const one = registrations[0];
      if (one) done(one.registrationId);
    }));
    await debug.send('ServiceWorker.enable');
    await visit.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.register('/push.js', { scope: '/subscribe/' });
      while (registration.active?.state !== 'activated') await new Promise((done) => setTimeout(done, 50));
    });
    const note = { title: 'Street light out · 微网格05', body: 'closed', url: '/subscribe/?j=demo#report=x', tag: 'r1' };
    const registrationId = await registered;
    const shownOnce = async (wait: number) => {
      await debug.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId, data: JSON.stringify(note) });
      return await visit.page.evaluate(async (pause) => {
        await new Promise((done) => setTimeout(done, pause));
        const registration = await navigator.serviceWorker.getRegistration('/subscribe/');
        return ((await registration?.getNotifications()) ?? []).map((one) => ({ title: one.title, body: one.body, url: one.data as string, tag: one.tag }));
      }, wait);
    };
    // Chromium throws away what is kept of a notification when it is asked for between its being kept and its being on the screen; so it is asked for
    // once after each push, and pushed once more where that was too early. One of the same tag takes the place of the one before.
    let shown: (typeof note)[] = [];
    for (const wait of [1500, 6000]) if (!shown.length) shown = await shownOnce(wait);
    expect(shown).toEqual([note]);
    await visit.end();
  });
});
