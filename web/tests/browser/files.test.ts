import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Visit } from './browser.ts';
import { pairs } from './pairs.ts';
import { demo, signIn } from './steps.ts';
import { withServer } from './with-server.ts';
import { filesCatalogues } from '../../src/locale/files.ts';
import { staffCatalogues } from '../../src/locale/staff.ts';

withServer('files', (on) => {
  it.each(pairs(['desktop', 'zh']))('of another system are checked and filed, and what is there is read out, on a %s in %s', async (device, language) => {
    const s = { ...staffCatalogues[language], ...filesCatalogues[language] };
    const { services } = await demo(on.server.url);
    const staff = await Visit.begin(on.browser, on.server.url, { device, language });
    await staff.open('/dispatch/');
    await signIn(staff, /street dispatcher/i);
    await staff.page.getByText(s.filesTitle, { exact: true }).click();
    const number = `2026-${device}-${language}`; // a number is filed once
    const file = `number,service_code,lon,lat,description\n${number}-1,${services[0]!.service_code},119.4600,32.2100,井盖松动\n${number}-2,none,119.4600,32.2100,没有这一类\n`;
    await staff.write('#import-source', '12345');
    await staff.attach('#import-file', { name: 'other.csv', mimeType: 'text/csv', buffer: Buffer.from('编号,service_code\n1,waste\n') });
    staff.expectComplaint(/400|422/);
    await staff.page.getByRole('button', { name: s.importCheck }).click();
    await staff.page.getByText(s.import_missing_column('description'), { exact: false }).waitFor();
    await staff.attach('#import-file', { name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
    await staff.page.getByRole('button', { name: s.importCheck }).click();
    await staff.page.getByText(s.importChecked(1, 0, 1)).waitFor();
    expect(await staff.page.locator('.faults li').allTextContents()).toEqual([expect.stringContaining(language === 'zh' ? s.import_service_code : 'There is no service "none" here')]);
    await staff.check('a file that was checked');
    await staff.picture('files-1-checked', { whole: true });
    await staff.page.getByRole('button', { name: s.importStart(1) }).click();
    await staff.page.getByText(s.importDone(1, 0, 1)).waitFor();

    // What happened in the last ten seconds is not read out yet, and the demo has only just been loaded.
    let lines: string[] = [];
    await expect.poll(async () => {
      const coming = staff.page.waitForEvent('download');
      await staff.page.getByRole('button', { name: s.exportStart }).click();
      const download = await coming;
      expect(download.suggestedFilename()).toMatch(/^reports-demo-.*\.csv$/);
      lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
      return lines.some((line) => line.includes(`12345,${number}-1,`)); // the year alone begins every date
    }, { timeout: 40_000, interval: 2000 }).toBe(true);
    expect(lines[0]).toMatch(/^\ufeffreport,service_code/);
    expect(lines.length).toBeGreaterThan(20);
    await staff.end();
  });
});
