import { expect, it } from 'vitest';
import { gazetteerCatalogues } from '../../src/locale/gazetteer.ts';
import { handsOf } from './api.ts';
import { Visit, type DeviceName } from './browser.ts';
import { pairs, type Language } from './pairs.ts';
import { texts, unhinted } from './steps.ts';
import { withServer } from './with-server.ts';

/** A file of standard addresses around a place of the demo. */
function addresses(lon: number, lat: number, ...more: string[]): string {
  const rows = Array.from({ length: 40 }, (_, at) => `试航路${at + 1}号,${(lon + at * 1e-5).toFixed(7)},${lat.toFixed(7)},WGS84,,`);
  return `text,lon,lat,datum,building,area,note\n${[...rows, ...more].join('\n')}\n`;
}

withServer('the address books', (on) => {
  async function enter(device: DeviceName, language: Language, role: RegExp, path = '/gazetteer/'): Promise<Visit> {
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    await visit.open(path);
    await visit.page.getByRole('button', { name: texts(language).signIn, exact: true }).click();
    const button = visit.page.locator('button[name=person]').filter({ hasText: role }).first();
    await button.waitFor();
    await button.click();
    await visit.page.locator('#content h1').first().waitFor();
    return visit;
  }

  const keeping = pairs(['desktop', 'zh']);
  it.each(keeping)('checks a file, lists its faults, imports the mended one through a reload, finds an address, and goes back, on a %s in %s', async (device, language) => {
    const g = gazetteerCatalogues[language];
    const admin = await handsOf(on.server.url, 'administrator');
    const before = await admin.get<{ in_force: string }>('/gazetteer');
    const { bbox = [] } = (await (await fetch(`${on.server.url}/v1/demo`)).json()) as { bbox?: number[] };
    const [west = 0, south = 0, east = 0, north = 0] = bbox;
    // Each time addresses of their own, under a name of their own: they make a version of their own.
    const [lon, lat] = [(west + east) / 2, (south + north) / 2 + keeping.findIndex(([one, other]) => one === device && other === language) * 1e-6];
    const csv = `标准地址-${device}-${language}.csv`;

    const visit = await enter(device, language, /administrator/i);
    const { page } = visit;
    const rows = page.locator('table.grid tbody tr');
    await rows.first().waitFor();
    expect(await page.locator('.top nav [aria-current=page]').textContent()).toBe(texts(language).navGazetteer);
    expect(await rows.filter({ hasText: g.inForce }).locator('th').textContent()).toBe(before.in_force.slice(0, 8));
    expect(await visit.layoutShift()).toBe(0);
    await visit.check('versions');
    await visit.picture('gazetteer-1-versions');

    // The keyboard leads through the whole import.
    await page.getByRole('button', { name: g.tabImport, exact: true }).focus();
    await page.keyboard.press('Enter');
    const choose = page.getByLabel(g.file);
    await page.getByRole('button', { name: g.check, exact: true }).click();
    await page.getByText(g.needFile).waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: g.sampleGet }).click();
    expect((await download).suggestedFilename()).toBe('addresses-cn.csv');
    await visit.attach(choose, { name: '别的.csv', mimeType: 'text/csv', buffer: Buffer.from('地址,经度\n试航路1号,119\n') });
    await page.getByText(g.sampleMissing(['text', 'lon', 'lat', 'datum'].join(language === 'zh' ? '、' : ', '))).waitFor();
    await visit.attach(choose, { name: '标准地址.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\u0003\u0004\u0014\u0000\u0000，') });
    await page.locator('.sample').getByText(g.unfit_packed).waitFor();
    await page.getByRole('button', { name: g.check, exact: true }).click();
    await page.locator('#import-wrong').getByText(g.unfit_packed).waitFor();
    const faulty = addresses(lon, lat, `试航路50号,东经,${lat},WGS84,,`, `,${lon},${lat},WGS84,,`, `试航路52号,${lon},${lat},火星,,`, '试航路53号,119,32,WGS84,,');
    await visit.attach(choose, { name: csv, mimeType: 'text/csv', buffer: Buffer.from(faulty) });
    await page.getByText(g.sampleGood).waitFor();
    await visit.check('a file chosen');
    expect(await unhinted(visit), 'what goes on is not seen to').toEqual([]);
    await visit.picture('gazetteer-2-file');
    await page.getByRole('button', { name: g.check, exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.intake[data-state=refused]').waitFor({ timeout: 20_000 });
    const lines = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent?.trim().replace(/\s+/g, ' ')).join(' | ')));
    // In English the server's own sentences, which say more.
    const reasons = language === 'zh' ? [g.reason_no_longitude, g.reason_no_text, g.reason_no_datum, g.reason_unknown_column, g.reason_outside_areas]
      : ['"东经" is no longitude in degrees.', 'There is no address in this line.', '"火星" is no datum; there are WGS84, CGCS2000, GCJ02 and BD09.',
          'This column is not known and was not read.', 'The address lies outside every area of the boundaries in force.'];
    expect(lines).toEqual(['42 | lon | ', '43 | text | ', '44 | datum | ', `1 | note | ${g.warning} `, `45 | lon | ${g.warning} `].map((at, n) => at + reasons[n]));
    expect(await page.getByText(g.bad('3')).count()).toBe(1);
    await visit.check('faults');
    await visit.picture('gazetteer-3-faults');

    await page.getByRole('button', { name: g.again }).click();
    await visit.attach(choose, { name: csv, mimeType: 'text/csv', buffer: Buffer.from(addresses(lon, lat)) });
    await page.getByRole('button', { name: g.check, exact: true }).click();
    // Reloaded in the middle: it goes on, and is found by its address.
    await page.waitForURL(/import=[0-9a-f]{24}/);
    await page.reload();
    await page.locator('.intake[data-state=done]').waitFor({ timeout: 20_000 });
    expect((await admin.get<{ in_force: string }>('/gazetteer')).in_force).toBe(before.in_force);
    await page.getByText(g.good('40', '1')).waitFor();
    await visit.picture('gazetteer-4-checked');
    const checked = page.url();
    // What takes the place of what is read before, and the keyboard can leave it.
    const had = (await admin.get<{ versions: { version: string; addresses: number }[] }>('/gazetteer')).versions.find((one) => one.version === before.in_force)?.addresses ?? 0;
    await page.getByRole('button', { name: g.use }).click();
    await page.locator('.confirm .primary:focus').waitFor();
    expect(await page.locator('.confirm').textContent()).toContain(`${had.toLocaleString(texts(language).lang)} → 40`);
    await visit.check('asked before another gazetteer is put in force');
    await page.keyboard.press('Escape');
    await page.locator('.intake .primary:focus').waitFor();
    expect((await admin.get<{ in_force: string }>('/gazetteer')).in_force).toBe(before.in_force);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: g.useYes }).click();
    await page.waitForURL((url) => url.href !== checked);
    await page.reload();
    await page.getByRole('button', { name: g.goTry }).waitFor({ timeout: 20_000 });
    await visit.check('in force');
    const now = await admin.get<{ in_force: string }>('/gazetteer');
    expect(now.in_force).not.toBe(before.in_force);

    await page.getByRole('button', { name: g.goTry }).click();
    await visit.write(page.getByLabel(g.tryAddress, { exact: true }), '试航路七号');
    await page.keyboard.press('Enter');
    await page.locator('.candidates h3').first().waitFor();
    expect(await page.locator('.notice strong').textContent()).toBe(g.grade_number);
    expect(await page.locator('.candidates code').first().textContent()).toBe(`${(lon + 6e-5).toFixed(6)}, ${lat.toFixed(6)}`);
    expect(await page.locator('.candidates .chain li').count()).toBeGreaterThan(0);
    await visit.mapDrawn();
    await visit.check('an address tried');
    await visit.picture('gazetteer-5-tried');

    await page.getByRole('button', { name: g.tabVersions, exact: true }).click();
    await page.getByText(csv).first().waitFor();
    expect(await rows.filter({ hasText: now.in_force.slice(0, 8) }).textContent()).toContain('系统管理员');
    const old = rows.filter({ hasText: before.in_force.slice(0, 8) });
    await old.getByRole('button', { name: g.putBack }).click();
    expect(await page.locator('#confirm-title').textContent()).toContain(before.in_force.slice(0, 8));
    await visit.check('asked to confirm');
    await visit.picture('gazetteer-6-confirm');
    await page.keyboard.press('Escape');
    expect(await page.locator('.confirm').count()).toBe(0);
    expect(await old.getByRole('button', { name: g.putBack }).evaluate((one) => one === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.locator('.confirm .primary:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText(g.putBackDone(before.in_force.slice(0, 8))).waitFor();
    expect((await admin.get<{ in_force: string }>('/gazetteer')).in_force).toBe(before.in_force);

    // A lost result is found again from the list, by its file's name.
    await page.locator('.drawings li').filter({ hasText: csv }).last().getByRole('button', { name: g.look }).click();
    await page.locator('.intake[data-state=refused]').waitFor();

    if (device === 'phone') return visit.end();
    // Who may do most has the fullest header: in each language it fits a small desktop, too.
    await page.goto(`${on.server.url}/dispatch/`);
    await page.locator('.desk').waitFor();
    await page.getByRole('button', { name: texts(language).languageSwitch }).click();
    for (const width of [1440, 1280, 920]) {
      await visit.resize({ width, height: 800 });
      const end = await page.locator('.account button').last().evaluate((one) => one.getBoundingClientRect().right);
      expect(end, `the header at ${width}`).toBeLessThanOrEqual(width);
      expect(await page.locator('header.top').evaluate((one) => one.getBoundingClientRect().height), `rows of the header at ${width}`).toBeLessThan(70);
    }
    await visit.end();
  });

  it.each(pairs(['phone', 'en']))('is for administrators, and fits the screen, on a %s in %s', async (device, language) => {
    const g = gazetteerCatalogues[language];
    const editor = await enter(device, language, /boundary editor/i);
    await editor.page.getByText(g.notKeeper).waitFor();
    await editor.end();

    const visit = await enter(device, language, /administrator/i, '/gazetteer/?try');
    const phone = visit.page;
    await visit.write(phone.getByLabel(g.tryAddress, { exact: true }), '石矶街');
    await visit.press(phone.getByRole('button', { name: g.tryGo }));
    await phone.locator('.notice').first().waitFor();
    await visit.check('tried on a phone');
    await visit.picture('gazetteer-phone-1-tried', { whole: true });
    await visit.press(phone.getByRole('button', { name: g.tabImport, exact: true }));
    await visit.check('import on a phone');
    await visit.press(phone.getByRole('button', { name: g.tabVersions, exact: true }));
    await phone.locator('table.grid tbody tr').first().waitFor();
    await visit.check('versions on a phone');
    await visit.picture('gazetteer-phone-2-versions', { whole: true });
    await visit.end();
  });
});
