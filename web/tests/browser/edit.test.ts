import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest';
import { editorCatalogues } from '../../src/locale/editor.ts';
import { browserMissing, startBrowser, Visit, type DeviceName } from './browser.ts';
import { startServer, type Server } from './server.ts';
import { texts } from './steps.ts';

const missing = browserMissing();

suite.skipIf(missing)(`the boundary editor${missing ? ` (skipped: ${missing})` : ''}`, () => {
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

  async function enter(device: DeviceName, language: 'zh' | 'en', role: RegExp): Promise<Visit> {
    const visit = await Visit.begin(browser, server.url, { device, language });
    await visit.open('/edit/');
    await visit.page.getByRole('button', { name: texts(language).signIn, exact: true }).click();
    const button = visit.page.locator('button[name=person]').filter({ hasText: role }).first();
    await button.waitFor();
    await button.click();
    await visit.page.locator('.editor').waitFor();
    return visit;
  }

  /** Where a place lies on the screen, by the point that is chosen in the form and in the middle of the map. */
  async function begin(page: Page, e: (typeof editorCatalogues)['zh']): Promise<void> {
    await page.getByRole('button', { name: e.actDraw, exact: true }).first().click();
    await page.locator('weige-drawing .tools').waitFor();
  }

  const ways: [DeviceName, 'zh' | 'en'][] = [['desktop', 'zh'], ['phone', 'en']];
  it.each(ways)('draws, is told of others, compares and publishes, on a %s in %s', async (device, language) => {
    const e = editorCatalogues[language];
    const name = `edit-${device}-${language}`;
    const visit = await enter(device, language, /boundary editor/i);
    const { page } = visit;
    await page.locator('table.grid tbody tr').first().waitFor();
    await visit.check(`${name} versions`);
    await visit.picture(`${name}-1-versions`);
    await begin(page, e);
    const drawing = new URL(page.url()).searchParams.get('drawing') ?? '';
    await visit.mapDrawn();
    await visit.check(`${name} drawing`);

    // A point of an area is moved by its coordinates: the map is another way to do the same.
    const area = page.getByLabel(e.areaChosen);
    await area.selectOption({ index: 1 });
    await page.getByRole('button', { name: e.nextPoint }).click();
    await page.waitForTimeout(500);
    await visit.picture(`${name}-2-drawing`, { whole: device === 'phone' });
    const lon = page.locator('input[name=lon]');
    const before = Number(await lon.inputValue());
    await lon.fill(String(before + 0.00002));
    const edit = visit.answer('POST', /\/edits$/);
    await page.getByRole('button', { name: e.movePoint }).click();
    const answered = await edit;
    if (answered.status() === 200) {
      const { changed } = (await answered.json()) as { changed: unknown[] };
      expect(changed.length, 'a moved point is one of several areas').toBeGreaterThan(1);
      expect(Number(await lon.inputValue())).toBeCloseTo(before + 0.00002, 7);
    } else expect(answered.status()).toBe(422);

    // By the mouse: the middle of an edge is dragged out.
    if (device === 'desktop') await dragMiddle(visit, e);

    // Somebody else edits the same drawing; the step of the one who did not know is not made.
    const other = await enter('desktop', language, /administrator|管理员/i);
    await other.page.goto(`${server.url}/edit/?drawing=${drawing}`);
    await other.page.locator('weige-drawing .tools').waitFor();
    const undo = visit.answer('POST', /\/edits$/);
    await page.getByRole('button', { name: e.undo }).click();
    expect((await undo).status()).toBe(200);
    other.expectComplaint(/409/);
    const late = other.answer('POST', /\/edits$/);
    await other.page.getByRole('button', { name: e.undo }).click().catch(() => undefined);
    expect((await late).status()).toBe(409);
    await other.page.getByText(e.conflict).waitFor();
    await other.picture(`${name}-3-conflict`);
    await other.end();
    await page.getByRole('button', { name: e.redo }).click();

    await page.getByRole('button', { name: e.finish }).click();
    await page.getByRole('heading', { name: e.publishTitle }).waitFor();
    await visit.mapDrawn();
    await visit.check(`${name} compare`);
    await visit.picture(`${name}-4-compare`, { whole: device === 'phone' });
    await page.getByRole('button', { name: e.publishNow }).click();
    await page.getByText(e.published).waitFor();
    await visit.end();
  });

  async function dragMiddle(visit: Visit, e: (typeof editorCatalogues)['zh']): Promise<void> {
    const { page } = visit;
    const box = await page.locator('weige-sketch canvas').boundingBox();
    if (!box) throw new Error('the map has no size');
    const before = await page.locator('.points p').textContent();
    // The chosen area fills the map; its handles lie around the middle. The first that can be taken hold of is dragged a little.
    for (let angle = 0; angle < 360; angle += 3) {
      for (let far = 40; far < Math.min(box.width, box.height) / 2 - 20; far += 12) {
        const x = box.x + box.width / 2 + far * Math.cos((angle * Math.PI) / 180);
        const y = box.y + box.height / 2 + far * Math.sin((angle * Math.PI) / 180);
        await page.mouse.move(x, y);
        if ((await page.locator('weige-sketch canvas').evaluate((canvas) => (canvas as HTMLElement).style.cursor)) !== 'move') continue;
        const edit = visit.answer('POST', /\/edits$/);
        await page.mouse.down();
        await page.mouse.move(x + 3, y + 3, { steps: 2 });
        await page.mouse.move(x + 9, y + 7, { steps: 4 });
        await page.mouse.up();
        const status = (await edit).status();
        if (status !== 200) visit.expectComplaint(/422/);
        expect([200, 422]).toContain(status);
        expect(before).not.toBeNull();
        expect(e.points('1', '1')).not.toBe('');
        return;
      }
    }
    throw new Error('no handle was found on the map');
  }

  it('imports a file with its mapping guessed and its shift found out', async () => {
    const e = editorCatalogues.zh;
    const visit = await enter('desktop', 'zh', /网格边界编辑员/);
    const { page } = visit;
    const set = (await (await fetch(`${server.url}/v1/demo`)).json()) as { boundary_set: string };
    const areas = await (await fetch(`${server.url}/v1/demo/boundary-sets/${set.boundary_set}/areas`)).text();
    await page.getByRole('button', { name: e.tabImport }).click();
    await page.getByLabel(e.importFile).setInputFiles({ name: 'grid.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(areas) });
    await page.getByText(e.mappingGuessed).waitFor();
    expect(await page.locator('.level-row').count()).toBeGreaterThan(1);
    // Somebody takes them for GCJ-02, which they are not.
    await page.getByLabel(e.importDatum).selectOption('GCJ02');
    await page.getByRole('button', { name: e.check, exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    await visit.check('import, shifted');
    await visit.picture('edit-import-shifted');
    await page.getByLabel(e.importDatum).selectOption('WGS84');
    await page.getByRole('button', { name: e.check, exact: true }).click();
    await page.locator('.notice[role=status]').waitFor();
    await visit.check('import, checked');
    await visit.picture('edit-import-checked');
    await page.getByRole('button', { name: e.importNow }).click();
    await page.locator('weige-compare h2').waitFor();
    await visit.end();
  });
});
