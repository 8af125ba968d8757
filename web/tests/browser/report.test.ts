import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import type { Filed, PublicReports } from '../../src/contract/schemas.ts';
import { ago, distance } from '../../src/locale/format.ts';
import { handsOf, sendPhoto } from './api.ts';
import { browserMissing, startBrowser, Visit } from './browser.ts';
import { allPairs, pairs } from './pairs.ts';
import { startServer, type Server } from './server.ts';
import { demo, texts } from './steps.ts';

const missing = browserMissing();

suite.skipIf(missing)(`the report form${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  const file = async (lon: number, lat: number, service: string, words: string, shared: boolean, photos: string[] = []): Promise<Filed> => {
    const body = JSON.stringify({ service_code: service, lon, lat, description: words, public_words: shared, photos });
    const answer = await fetch(`${server.url}/v1/demo/reports`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() } });
    return (await answer.json()) as Filed;
  };
  const ways = pairs(['phone', 'zh'], ['desktop', 'en'], ['phone', 'en'], ['desktop', 'zh']);

  it.each(ways)('shows what was reported nearby, what is personal and what the public sees, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const { services, boundary_set } = await demo(server.url);
    const service = services.find((one) => !one.private && !one.questions?.length)?.service_code ?? '';
    const { features } = (await (await fetch(`${server.url}/v1/demo/boundary-sets/${boundary_set}/areas?geometry=false`)).json()) as { features: { properties: { label: [number, number] } }[] };
    const [lon = 0, lat = 0] = features.at(-40 - 7 * ways.findIndex(([a, b]) => a === device && b === language))?.properties.label ?? [];
    const photo = await sendPhoto(server.url);
    const nearest = await file(lon + 0.0003, lat, service, '小卖部门口的灯，找13812345678或\n0511-85012345', true, [photo]);
    await (await handsOf(server.url, 'street-dispatcher')).put(`/reports/${nearest.report}/photos/${photo}/release`, { released: true });
    await file(lon - 0.0004, lat, service, '谁也不该读到', false);
    const visit = await Visit.begin(browser, server.url, { device, language, geolocation: { longitude: lon, latitude: lat, accuracy: 8 }, slow: (device === 'phone') === (language === 'en') });
    const { page } = visit;
    const press = (name: string) => visit.press(page.getByRole('button', { name, exact: true }).first());
    await visit.open('/');
    await visit.mapDrawn();
    const around = visit.answer('GET', /\/reports$/);
    await press(t.whereAmI);
    await around;
    await page.locator('.chain li').first().waitFor();
    const beforeChoice = await visit.layoutShift();
    await visit.choose('#service_code', service);
    await page.locator('.similar').waitFor();
    expect((await visit.layoutShift()) - beforeChoice, 'layout shift of what is similar').toBe(0);
    await visit.check(`similar ${device} ${language}`);
    expect(await page.locator('.similar .public-words').allInnerTexts()).toEqual(['小卖部门口的灯，找▇▇或 ▇▇']);
    // How far and how old each is, and its photo where staff let everybody see it.
    const line = (metres: number, minutes: number) => [t.similarAway(distance(t, metres)), t.similarFiled(ago(t, nearest.filed_at, Date.parse(nearest.filed_at) + minutes * 60_000))].join(t.dot);
    const lines = await page.locator('.similar .hint').allInnerTexts();
    expect(lines).toHaveLength(2);
    for (const [n, metres] of [28, 38].entries()) expect([0, 1, 2, 3].map((minutes) => line(metres, minutes))).toContain(lines[n]);
    const photos = page.locator('.similar-photo img');
    await expect.poll(() => photos.evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth > 0))).toEqual([true]);
    expect(await page.locator('.similar li').first().locator('img').count(), 'the photo of the one that has it').toBe(1);
    await page.locator('.similar').scrollIntoViewIfNeeded();
    await visit.picture(`report-similar-${device}-${language}`);
    // It is folded to one line by its button, and by itself for whoever goes on writing; whoever wants to sees it again.
    await press(t.similarFold);
    await page.locator('.similar.folded').waitFor();
    await visit.check(`similar, folded ${device} ${language}`);
    await visit.press('.unfold');
    await page.locator('.similar ul').waitFor();
    await visit.write('#description', '灯');
    await page.locator('.similar.folded').waitFor();
    expect((await page.locator('.similar').boundingBox())?.height).toBeLessThan(70);
    await visit.picture(`report-similar-folded-${device}-${language}`);
    if (device === 'desktop') expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 'beside the map only the form scrolls').toBeLessThanOrEqual(0);
    const size = page.viewportSize() ?? { width: 360, height: 740 };
    if (device === 'phone') { // lying on its side, nothing lies over what is written
      await visit.resize({ width: 740, height: 360 });
      await page.locator('#contact-name').focus();
      const [field, sheet] = [await page.locator('#contact-name').boundingBox(), await page.locator('.similar').boundingBox()];
      expect((field?.y ?? 0) + (field?.height ?? 0)).toBeLessThanOrEqual(sheet?.y ?? 0);
      await visit.picture(`report-similar-low-${language}`);
      await visit.choose('#service_code', service); // and it begins folded there
      expect(await page.locator('.similar.folded').count()).toBe(1);
      await visit.press('.unfold');
      expect((await page.locator('.similar ul').boundingBox())?.height).toBeGreaterThan(100);
      await visit.picture(`report-similar-low-open-${language}`);
      await visit.press('.fold');
      await visit.resize(size);
    }
    await visit.press('.unfold');
    if (device === 'phone') { // the room below the form fits what lies over it, and goes only where nothing that is seen moves
      const room = () => page.evaluate(() => document.documentElement.scrollHeight - scrollY - (document.querySelector('.report-form')?.getBoundingClientRect().bottom ?? 0));
      const sendAt = async () => (await page.locator('.send button.primary').boundingBox())?.y;
      expect(await room()).toBeGreaterThan(size.height * 0.6);
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      const before = await sendAt();
      await press(t.similarFold);
      await page.locator('.similar.folded').waitFor();
      expect(await sendAt()).toBe(before);
      await visit.picture(`report-similar-folded-below-${language}`);
      await page.evaluate(() => scrollTo(0, 0));
      await expect.poll(room).toBeLessThan(100);
      await visit.press('.unfold');
    }
    // Too, and then not.
    await press(t.meToo);
    await page.getByText(t.meTooTitle).waitFor();
    await visit.check(`me too ${device} ${language}`);
    await visit.picture(`report-me-too-${device}-${language}`);
    await press(t.meTooAnyway);
    await page.locator('.similar').waitFor({ state: 'detached' });

    const words = language === 'zh' ? '灯坏了，找苏L12345的车主，电话13812345678或0511-85012345' : 'Lamp out. Ask the owner of AB12 CDE, phone 0511 8501 2345 or a.b@example.com';
    await visit.write('#description', words);
    await expect.poll(() => page.locator('.marks button').count()).toBe(3);
    await page.locator('.preview').waitFor();
    // Nobody reads them until that is asked for; then exactly what the preview shows.
    expect(await page.locator('#share').isChecked()).toBe(false);
    expect(await page.locator('.preview .public-words').count()).toBe(0);
    await visit.press(page.getByText(t.share));
    const shown = language === 'zh' ? '灯坏了，找▇▇的车主，电话▇▇或▇▇' : 'Lamp out. Ask the owner of ▇▇, phone ▇▇ or ▇▇';
    expect(await page.locator('.preview .public-words').innerText()).toBe(shown);
    await visit.check(`preview ${device} ${language}`);
    await page.locator('.marks').scrollIntoViewIfNeeded();
    await visit.picture(`report-marks-${device}-${language}`);
    await page.locator('.preview').scrollIntoViewIfNeeded();
    await visit.picture(`report-preview-${device}-${language}`, { whole: device === 'phone' });
    for (let left = 3; left > 0; left--) {
      await page.locator('.marks button').first().scrollIntoViewIfNeeded();
      await visit.press('.marks .buttons button:first-child');
      await expect.poll(() => page.locator('.marks button').count()).toBe(left - 1);
    }
    expect(await page.locator('#description').inputValue()).not.toMatch(/\d{4}|@/);
    const promised = await page.locator('.preview .public-words').innerText();
    const filing = visit.answer('POST', /\/reports$/);
    await visit.press('.send button.primary');
    const answer = await filing;
    expect(answer.status()).toBe(201);
    await page.locator('#filed').waitFor();
    const box = [lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001].join(',');
    const { features: seen } = (await (await fetch(`${server.url}/v1/demo/reports?bbox=${box}&words=true`)).json()) as PublicReports;
    expect(seen.map((one) => one.properties.words)).toContain(promised);
    if (device === 'phone' || allPairs) { // and whoever wrote them takes them back
      await visit.open(`/track/#${((await answer.json()) as Filed).tracking_code}`);
      await page.locator('section.public-words').waitFor();
      expect(await page.locator('section.public-words .said').innerText()).toBe(promised);
      await visit.check(`public words ${language}`);
      await press(t.wordsTakeBack);
      await press(t.wordsLeave);
      await press(t.wordsTakeBack);
      visit.expectComplaint(/Failed to load resource/);
      await page.route(/\/words-withdrawal$/, async (route) => {
        await new Promise((done) => setTimeout(done, 700)); // so late that what it moved would be nobody's doing
        await route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify({ code: 'unavailable', message: 'Later.' }) });
      }, { times: 1 });
      await press(t.wordsTakeBackYes);
      await page.locator('section.public-words').getByText(t.answerAgain).waitFor();
      await visit.picture(`track-words-still-${language}`);
      await press(t.wordsTakeBackYes);
      await page.locator('section.public-words').getByText(t.wordsTaken).waitFor();
      await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toContain('taken');
      const { features: left } = (await (await fetch(`${server.url}/v1/demo/reports?bbox=${box}&words=true`)).json()) as PublicReports;
      expect(left.map((one) => one.properties.words)).not.toContain(promised);
    }
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('offers the place of a photo, sends none of it, and says what to do about HEIC, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const { boundary_set } = await demo(server.url);
    const { features } = (await (await fetch(`${server.url}/v1/demo/boundary-sets/${boundary_set}/areas?geometry=false`)).json()) as { features: { properties: { label: [number, number] } }[] };
    const [lon = 0, lat = 0] = features.at(-60)?.properties.label ?? [];
    const visit = await Visit.begin(browser, server.url, { device, language });
    const { page } = visit;
    await visit.open('/');
    const picture = Buffer.from(await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(3000, 1500);
      canvas.getContext('2d')!.fillRect(0, 0, 3000, 1500);
      return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.5 })).arrayBuffer())];
    }));
    await visit.attach('#photo-file', [{ name: 'IMG_1.heic', mimeType: 'image/heic', buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1') }]);
    await page.getByText(t.photoHeic).waitFor();
    await visit.check('HEIC');
    await page.locator('weige-photo-field').scrollIntoViewIfNeeded();
    await visit.picture('report-heic');
    await visit.attach('#photo-file', [{ name: 'IMG_2.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([picture.subarray(0, 2), exif(lon, lat), picture.subarray(2)]) }]);
    await page.getByText(t.photoPlace).waitFor();
    await visit.check('the place of a photo');
    await visit.picture('report-photo-place', { whole: true });
    const located = visit.answer('GET', /\/locate$/);
    await visit.press(page.getByRole('button', { name: t.photoPlaceUse }));
    const asked = new URL((await located).url()).searchParams;
    expect(Number(asked.get('lon'))).toBeCloseTo(lon, 4);
    expect(Number(asked.get('lat'))).toBeCloseTo(lat, 4);
    await visit.choose('#service_code', 'lift');
    await visit.choose('#answer-trapped', 'no');
    expect(await page.locator('.urgent').count()).toBe(0);
    await visit.choose('#answer-trapped', 'yes');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('119');
    await visit.check('somebody is trapped');
    await visit.write('#description', '电梯停了');
    let sent: Buffer | undefined;
    page.on('request', (request) => { if (request.method() === 'POST' && /multipart/.test(request.headers()['content-type'] ?? '')) sent = request.postDataBuffer() ?? undefined; });
    const filing = visit.answer('POST', /\/reports$/);
    await visit.press('.send button.primary');
    const body = (await filing).request().postDataJSON() as { photos?: string[] };
    expect(body.photos).toHaveLength(1);
    await page.locator('#filed').waitFor();
    expect(await page.locator('.filed .urgent').innerText()).toContain('119');
    // The map shows what was reported, until something else is.
    const pin = page.locator('.pin');
    expect(await pin.getAttribute('aria-disabled')).toBe('true');
    await visit.check('filed');
    await visit.picture('report-filed-urgent', { whole: true });
    await visit.press(page.getByRole('button', { name: t.reportAnother }));
    await pin.waitFor({ state: 'detached' });
    expect(await page.locator('.urgent').count()).toBe(0);
    expect(sent?.includes('Exif') ?? false).toBe(false);
    await visit.end();
  });
});

/** A segment APP1 with a position, in ten-thousandths of seconds. */
function exif(lon: number, lat: number): Buffer {
  const tiff = Buffer.alloc(140);
  tiff.write('II*\0\x08\0\0\0', 0, 'latin1');
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8);
  entry(10, 0x8825, 4, 1, 26);
  tiff.writeUInt16LE(4, 26);
  for (const [n, value, side, at] of [[0, lat, 'N', 80], [1, lon, 'E', 104]] as const) {
    entry(28 + 24 * n, 1 + 2 * n, 2, 2, side.charCodeAt(0));
    entry(40 + 24 * n, 2 + 2 * n, 5, 3, at);
    const minutes = (value % 1) * 60;
    for (const [k, [part, by]] of ([[Math.floor(value), 1], [Math.floor(minutes), 1], [Math.round((minutes % 1) * 600_000), 10_000]] as const).entries()) {
      tiff.writeUInt32LE(part, at + 8 * k);
      tiff.writeUInt32LE(by, at + 8 * k + 4);
    }
  }
  return Buffer.concat([Buffer.from([0xff, 0xe1, 0, 148]), Buffer.from('Exif\0\0', 'latin1'), tiff]);
}
