import { deflateSync, crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { Visit } from './browser.ts';
import { lateCatalogues } from '../../src/locale/late.ts';
import { pairs, type Language } from './pairs.ts';
import { describe, dropPin, findInList, send, signIn, texts } from './steps.ts';
import { withServer } from './with-server.ts';

/** A PNG of one colour. */
function png(width: number, height: number): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * width, 140)]);
  const data = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

withServer('photos', (on) => {
  // Staff have the other size, so that both see photos in each language.
  it.each(pairs(['phone', 'zh']))('go with a report, are seen by its reporter and by staff, and by everybody once staff say so, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const resident = await Visit.begin(on.browser, on.server.url, { device, language });
    await resident.open('/');
    await dropPin(resident, 10, 10);
    await describe(resident, '路面塌了一块');
    const input = resident.page.locator('#photo-file');
    await resident.attach(input, [{ name: 'road.png', mimeType: 'image/png', buffer: png(1500, 900) }, { name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no picture') }]);
    await resident.page.getByRole('img', { name: t.photoNumber(1) }).waitFor();
    await resident.page.getByText(t.photo_unreadable).waitFor();
    await resident.check('a photo on the form');
    await resident.picture('photos-1-form', { whole: true });
    const filed = await send(resident);
    await resident.press('.filed a.primary');
    await resident.page.locator('weige-photo-list img').waitFor();
    await resident.page.locator('weige-photo-list .photo').click();
    await expect.poll(() => resident.page.locator('weige-photo-list .large img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(1024);
    await resident.check('a photo on the tracking page');
    await resident.picture('photos-2-track', { whole: true });

    const released = async () => ((await (await fetch(`${on.server.url}/v1/demo/released-photos?report=${filed.report}`)).json()) as { photos: unknown[] }).photos.length;
    expect(await released()).toBe(0);
    const staff = await Visit.begin(on.browser, on.server.url, { device: device === 'phone' ? 'desktop' : 'phone', language });
    await staff.open('/dispatch/');
    await signIn(staff, /street dispatcher/i);
    await findInList(staff, filed.report);
    await staff.page.locator(`[data-report="${filed.report}"]`).click();
    await staff.page.locator('weige-photo-list img').waitFor();
    await staff.check('a photo in the panel');
    await staff.page.getByText(t.photoAddLater, { exact: true }).click();
    await staff.attach('#photo-file', { name: 'mended.png', mimeType: 'image/png', buffer: png(640, 480) });
    await staff.page.getByRole('button', { name: t.photoAdd }).click();
    await expect.poll(() => staff.page.locator('weige-photo-list img').count()).toBe(2);
    await staff.page.getByRole('button', { name: t.photoRelease }).first().click();
    await staff.page.getByText(t.photoPublic, { exact: true }).waitFor();
    await staff.picture('photos-3-panel', { whole: true });
    expect(await released()).toBe(1);
    await resident.page.getByText(t.photoAddLater, { exact: true }).click();
    await resident.attach('#photo-file', { name: 'again.png', mimeType: 'image/png', buffer: png(64, 48) });
    await resident.page.getByRole('button', { name: t.photoAdd }).click();
    await expect.poll(() => resident.page.locator('weige-photo-list img').count()).toBe(3);
    await resident.check('photos added to a report');
    await withoutNetwork(resident, filed.tracking_code, language);
    await resident.end();
    await staff.end();
  });

  /** A photo that is added without a network stays on the device over a reload, and reaches the report once although an answer is lost. */
  async function withoutNetwork(visit: Visit, code: string, language: Language): Promise<void> {
    const { page, context } = visit;
    const [t, l] = [texts(language), lateCatalogues[language]];
    const photos = async () => ((await (await fetch(`${on.server.url}/v1/demo/reports/track/${code}/photos`)).json()) as { photos: unknown[] }).photos.length;
    const before = await photos();
    await expect.poll(() => page.evaluate(async () => (await (await caches.open('weige-shell')).match('/shell.json')) !== undefined), { timeout: 20_000 }).toBe(true);
    visit.expectComplaint(/Failed to load resource|ERR_FAILED|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_RESET/);
    await context.setOffline(true);
    await page.reload();
    await page.locator('.tracked .notice.warn').waitFor();
    await visit.press(page.getByText(t.photoAddLater, { exact: true }));
    await visit.attach('#photo-file', { name: 'late.png', mimeType: 'image/png', buffer: png(320, 240) });
    await page.getByText(t.photo_later).waitFor();
    await visit.press(page.getByRole('button', { name: t.photoAdd }));
    await page.getByText(l.kept(1)).waitFor();
    expect(await page.locator('.add-photos li').count()).toBe(0);
    await visit.check('a photo kept for a report');
    await visit.picture('photos-4-kept', { whole: true });
    await page.reload();
    await page.getByText(l.kept(1)).waitFor();
    expect(await photos()).toBe(before);
    let gifts = 0;
    await context.route(/\/reports\/track\/[^/]+\/photos$/, async (route) => {
      if (route.request().method() !== 'POST' || ++gifts > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await context.setOffline(false);
    await expect.poll(() => gifts, { timeout: 15_000 }).toBe(1);
    await page.getByText(l.kept(1)).waitFor();
    await page.reload();
    await page.getByText(l.added).waitFor();
    expect([await photos(), gifts]).toEqual([before + 1, 2]);
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('weige.late')))).toEqual([]);
    await visit.press(page.getByRole('button', { name: t.refresh, exact: true }));
    await expect.poll(() => page.locator('weige-photo-list img').count()).toBe(before + 1);
    await visit.check('a photo sent later');
    await visit.picture('photos-5-sent', { whole: true });
  }
});
