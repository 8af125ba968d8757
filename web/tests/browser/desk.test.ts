import { beforeAll, expect, it } from 'vitest';
import { caseworkCatalogues } from '../../src/locale/casework.ts';
import { fileAt, handsOf, placesOf, type Hands } from './api.ts';
import { Visit, type VisitOptions } from './browser.ts';
import { pairs, pairsOn } from './pairs.ts';
import { anyIn, signIn, texts } from './steps.ts';
import { withServer } from './with-server.ts';

const street = /street dispatcher/i;
const lamp = { zh: '路灯不亮', en: 'Street light out' };

withServer("the dispatcher's desk", (on) => {
  let hands: Hands;
  let places: { code: string; lon: number; lat: number }[];
  const filed: string[] = [];

  beforeAll(async () => {
    hands = await handsOf(on.server.url, 'street-dispatcher');
    places = await placesOf(on.server.url, hands);
    for (const [at, place] of places.slice(0, 12).entries()) filed.push((await fileAt(on.server.url, place, `第 ${at + 1} 件：路灯不亮`)).report);
  });

  async function sit(options: VisitOptions, path = '/dispatch/'): Promise<Visit> {
    const visit = await Visit.begin(on.browser, on.server.url, options);
    await visit.open(path);
    await signIn(visit, street);
    await visit.page.locator(path.includes('report=') ? 'weige-panel .words' : '.entry').first().waitFor();
    return visit;
  }

  it.each(pairs(['desktop', 'zh'], ['phone', 'en']))('takes a case all its way by buttons, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const t = texts(language);
    const { report } = await fileAt(on.server.url, places[0] ?? { lon: 0, lat: 0 }, '井盖松动，打13812345678', { public_words: true });
    const visit = await sit({ device, language }, `/dispatch/?report=${report}`);
    const { page } = visit;
    const chip = page.locator('.panel-head .chip');
    const step = async (name: string) => await visit.press(`[data-step=${name}]`);
    await page.locator('.steps').waitFor();
    await visit.check('steps');
    await visit.picture(`desk-steps-${language}`);
    // What everybody reads is taken back with one step, which the history tells.
    await page.getByText('井盖松动，打▇▇', { exact: true }).waitFor();
    await step('words_withdrawn');
    await page.locator('.step-form').waitFor(); // for good, so that it is asked for once more
    await visit.press('.step-form button.primary');
    await page.locator('[data-step=words_withdrawn]').waitFor({ state: 'detached' });
    expect(await page.getByText('▇▇').count()).toBe(0);
    expect(await page.locator('.timeline li').last().textContent()).toContain(t.event_words_withdrawn('').slice(0, 8));
    const facts = page.locator('weige-panel .facts').first();
    expect(await facts.textContent(), 'which deadline it is').toContain(s.dueFor_accept);
    await step('accepted');
    await expect.poll(() => chip.textContent()).toBe(t.status_in_progress_short);
    await expect.poll(() => facts.textContent()).toContain(s.dueFor_resolve);
    await expect.poll(() => page.locator(`[data-report="${report}"] .entry-due`).textContent()).toContain(s.dueFor_resolve);
    // What is to be filled in comes onto the screen, wherever the button was pressed.
    await page.locator('[data-step=reassigned]').evaluate((one) => one.scrollIntoView({ block: 'end' }));
    await step('reassigned');
    await page.locator('#reassign-area:focus').waitFor();
    await expect.poll(() => page.evaluate(() => { const { top, bottom } = document.activeElement?.getBoundingClientRect() ?? new DOMRect(); return [top >= 0, bottom <= innerHeight]; })).toEqual([true, true]);
    expect(await page.locator('weige-steps .primary').count(), 'one thing is to be done').toBe(1);
    await visit.press(page.getByRole('button', { name: s.stepCancel }));
    await step('resolved');
    await page.locator('.step-form button.primary').click();
    await page.getByText(s.stepNeedReply).waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('step-reply');
    await visit.check('step, words missing');
    await visit.write('#step-reply', '已经修好');
    await visit.picture(`desk-step-form-${language}`);
    await page.locator('.step-form button.primary').click();
    await expect.poll(() => chip.textContent()).toBe(t.status_resolved_short);
    expect(await page.locator('[data-step=reassigned]').count()).toBe(0);
    for (const label of [s.dueAt, s.dueFor_resolve]) expect(await facts.getByText(label, { exact: true }).count(), 'a deadline of what is done').toBe(0);
    await step('closed');
    await expect.poll(() => chip.textContent()).toBe(t.status_closed_short);
    await step('reopened');
    await visit.write('#step-reason', '又松了');
    await page.locator('.step-form button.primary').click();
    await expect.poll(() => chip.textContent()).toBe(t.status_reopened_short);
    await step('returned');
    await visit.choose('#step-code', 'not_our_duty');
    await visit.write('#step-reason', '归水务');
    await page.locator('.step-form button.primary').click();
    await expect.poll(() => chip.textContent()).toBe(t.status_returned_short);
    expect(await page.locator('.timeline').textContent()).toContain(s.code_not_our_duty);
    expect(await page.locator('.timeline').textContent()).toContain(s.by(s.you));
    await page.getByText(s.routingTitle).click();
    await page.locator('weige-routing p').first().waitFor();
    await page.getByText(s.routingSameToday).waitFor();
    await visit.check('returned');
    await visit.picture(`desk-returned-${language}`, { whole: true });
    if (device === 'desktop') expect(await page.evaluate(() => document.documentElement.scrollHeight), 'the window holds it all').toBe(800);
    await visit.end();
  });

  it.each(pairsOn('desktop', 'zh'))('picks by keyboard, previews, confirms, and takes it back, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await sit({ device, language });
    const { page } = visit;
    await page.locator('.entry').nth(1).focus();
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await visit.check('keys');
    await visit.picture('desk-keys');
    await page.keyboard.press(' ');
    expect([await page.evaluate(() => document.activeElement?.id), await page.locator('dialog input').isChecked()], 'a key pressed by mistake turns nothing off').toEqual(['keys-title', true]);
    await page.keyboard.press('Escape');
    await page.locator('li:nth-child(2) > .entry:focus').waitFor();
    // Looks among what is listed, and opens what an id says.
    const listed = await page.locator('.entry').count();
    const id = await page.locator('.entry').nth(1).getAttribute('data-report') ?? '';
    await page.keyboard.press('/');
    await page.keyboard.type(lamp[language].slice(0, -2));
    await expect.poll(() => page.locator('.entry').count()).toBeLessThan(listed);
    expect(new Set(await page.locator('.entry .entry-top > :first-child').allTextContents())).toEqual(new Set([lamp[language]]));
    await visit.check('looked for');
    await visit.picture('desk-sought');
    await visit.write('#filter-words', id.slice(0, 30));
    await expect.poll(() => page.locator('.entry').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).searchParams.get('report')).toBe(id);
    await page.locator('weige-panel .words').waitFor();
    await visit.back();
    await page.locator('weige-panel').waitFor({ state: 'detached' });
    await visit.write('#filter-words', `${on.server.url}/dispatch/?report=${id}`);
    await page.locator('weige-panel .words').waitFor();
    await expect.poll(() => page.locator('.entry').count()).toBe(listed);
    await visit.back();
    await page.locator('weige-panel').waitFor({ state: 'detached' });
    await page.locator('#filter-words').blur();
    await page.locator('.loads > summary').click();
    await page.locator('weige-loads tbody tr').first().waitFor();
    await visit.check('load per person');
    await visit.picture('desk-loads');
    const most = page.locator('weige-loads tbody tr').first();
    const has = Number(await most.locator('td').first().textContent());
    expect(has).toBeGreaterThan(0);
    await most.getByRole('button').click();
    await expect.poll(() => new URL(page.url()).searchParams.get('assignee')).toBeTruthy();
    await expect.poll(() => page.locator('.entry').count()).toBe(has);
    await visit.back();
    await expect.poll(() => new URL(page.url()).searchParams.get('assignee')).toBeNull();
    await page.locator('.loads > summary').click();
    await expect.poll(() => page.locator('.entry').count()).toBeGreaterThan(has);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText(s.pickedReports('2')).waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    await page.getByText(s.pickedReports('1')).waitFor();
    await visit.press(page.getByRole('button', { name: s.pickClear }));
    await page.locator('#list-title:focus').waitFor();
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.keyboard.press('r');
    await page.locator('weige-bulk form').waitFor();
    await page.locator('#panel-title:focus').waitFor(); // its program came only now
    await visit.check('bulk');
    await visit.picture('desk-bulk');
    await visit.choose('#bulk-to', places[3]?.code ?? '');
    await page.locator('.bulk .primary').click();
    await page.locator('#bulk-reason[aria-invalid=true]').waitFor();
    await visit.write('#bulk-reason', '台风前集中处理');
    await page.locator('.bulk .primary').click();
    const result = page.locator('.bulk-result');
    await result.waitFor();
    expect(await result.getAttribute('data-status')).toBe('previewed');
    await expect.poll(() => page.locator('.bulk-result .gives').count()).toBe(2);
    await visit.mapDrawn();
    await visit.check('bulk, preview');
    await visit.picture('desk-bulk-preview');
    // Where it does not get through, all that speaks for it is still there.
    visit.expectComplaint(/net::ERR_FAILED/);
    await page.route(/\/confirmation$/, (route) => route.abort(), { times: 1 });
    await page.locator('.bulk-result .primary').click();
    await page.getByText(s.bulkUnsent).waitFor();
    expect([await page.locator('.bulk-result').getAttribute('data-status'), await page.locator('.bulk-result .gives').count()]).toEqual(['previewed', 2]);
    await visit.check('bulk, not sent');
    await visit.picture('desk-bulk-unsent');
    await visit.pressTwice('.bulk-result .primary');
    await page.locator('.bulk-result[data-status=finished]').waitFor();
    await page.getByText(s.bulkFinished('2')).waitFor();
    expect(new URL(page.url()).searchParams.get('report'), 'a second press opens nothing').toBeNull();
    await visit.check('bulk, finished');
    await visit.picture('desk-bulk-finished');
    // It is found again by whoever opens the page anew.
    await page.reload();
    await page.getByText(s.bulkMine('2')).waitFor();
    await visit.check('a change of many, found again');
    await visit.picture('desk-bulk-again');
    await page.getByRole('button', { name: s.bulkLook }).click();
    await page.getByText(s.bulkFinished('2')).waitFor();
    await page.getByRole('button', { name: s.bulkUndo }).click();
    await page.getByText(s.bulkUndone('2')).waitFor();
    await visit.picture('desk-bulk-undone');
    await page.locator('#panel-title').press('Escape');
    await page.locator('weige-bulk').waitFor({ state: 'detached' });
    await page.locator('weige-keys > button').click();
    await page.locator('dialog input').uncheck();
    await page.locator('dialog .primary').click();
    await page.locator('.entry').first().focus();
    await page.keyboard.press('?');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(await visit.layoutShift()).toBe(0);
    await visit.end();
  });

  it.each(pairsOn('desktop', 'en'))('picks by lasso, polygon, area and view, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await sit({ device, language });
    const { page } = visit;
    await visit.mapDrawn();
    await visit.picture('desk-counts');
    const tool = (name: string) => page.locator('.map-tools button').filter({ hasText: name });
    const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
    if (!box) throw new Error('the map has no size');
    const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;

    await tool(s.pickLasso).click();
    await page.getByText(s.pickLassoHint).waitFor();
    await page.waitForTimeout(500); // the drawing program is on its way
    await page.mouse.move(...at(0.3, 0.3));
    await page.mouse.down();
    for (const [x, y] of [[0.5, 0.22], [0.75, 0.35], [0.8, 0.6], [0.6, 0.8], [0.35, 0.7], [0.27, 0.45], [0.3, 0.3]] as const) await page.mouse.move(...at(x, y), { steps: 8 });
    await page.mouse.up();
    await page.locator('.picked-bar').waitFor();
    await visit.check('lasso');
    await visit.picture('desk-lasso');
    await page.getByRole('button', { name: s.pickClear }).click();

    await tool(s.pickPolygon).click();
    await page.waitForTimeout(300);
    for (const [x, y] of [[0.3, 0.3], [0.7, 0.3], [0.6, 0.75], [0.3, 0.3]] as const) {
      await page.mouse.move(...at(x, y), { steps: 4 });
      await page.mouse.click(...at(x, y));
    }
    await page.locator('.picked-bar').waitFor();
    await page.getByRole('button', { name: s.pickClear }).click();

    await tool(s.pickAreas).click();
    await page.mouse.click(...at(0.5, 0.5));
    await page.locator('.picked-bar').waitFor();
    await visit.picture('desk-areas');
    await page.mouse.click(...at(0.5, 0.5));
    await page.locator('.picked-bar').waitFor({ state: 'detached' });
    await tool(s.pickAreas).click();

    await tool(s.pickView).click();
    await page.getByText(anyIn(s.pickedRing)).waitFor();
    await page.getByRole('button', { name: s.pickedMove }).click();
    await visit.write('#bulk-reason', 'Before the storm');
    await page.locator('.bulk .primary').click();
    await page.locator('.bulk-result[data-status=previewed]').waitFor();
    await page.locator('.bulk-result .gives').nth(1).waitFor();
    expect(await page.locator('.gives :is(th, td)').evaluateAll((cells) => cells.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)), 'words that stick out of their column').toEqual([]);
    await visit.picture('desk-view-preview');
    await visit.end();
  });

  it.each(pairsOn('phone', 'zh'))('picks by touch, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await sit({ device, language });
    const { page } = visit;
    await visit.press(page.locator('.reports .pick').first());
    await visit.press(page.locator('.reports .pick').nth(1));
    await page.getByText(s.pickedReports('2')).waitFor();
    await visit.check('picked on a phone');
    await visit.picture('desk-phone-picked');
    await visit.press(page.locator('.tabs button').nth(1));
    await visit.mapDrawn();
    // The first tap on it leaves the map where it is, for the second.
    await visit.press(page.getByRole('button', { name: s.pickClear }));
    await visit.press(page.locator('.map-tools button').filter({ hasText: s.pickAreas }));
    const canvas = page.locator('canvas.maplibregl-canvas');
    const lay = await canvas.boundingBox();
    for (const [count, dx] of [[1, -60], [2, 60]] as const) {
      await visit.press(canvas, { x: (lay?.width ?? 0) / 2 + dx, y: (lay?.height ?? 0) / 2 });
      await page.getByText(anyIn((number) => s.pickedAreas(String(count), number))).waitFor();
      expect((await canvas.boundingBox())?.y).toBe(lay?.y);
    }
    await visit.check('areas picked on a phone');
    await visit.picture('desk-phone-areas');
    await visit.press(page.locator('.map-tools button').filter({ hasText: s.pickView }));
    await visit.check('map on a phone');
    await visit.picture('desk-phone-map');
    await visit.press(page.getByRole('button', { name: s.pickedMove }));
    await visit.write('#bulk-reason', '换班');
    await visit.press('.bulk .primary');
    await page.locator('.bulk-result').waitFor();
    await visit.check('preview on a phone');
    await visit.picture('desk-phone-preview', { whole: true });
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh'], ['phone', 'en']))('splits, corrects and calls duplicates, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const t = texts(language);
    const place = places[1] ?? { lon: 0, lat: 0 };
    const [whole, again] = [await fileAt(on.server.url, place, '路面塌陷，水管也破了'), await fileAt(on.server.url, place, '还是那个坑')];
    const visit = await sit({ device, language }, `/dispatch/?report=${whole.report}`);
    const { page } = visit;
    const chip = page.locator('.panel-head .chip');
    await visit.press('[data-step=corrected]');
    await page.locator('.correct-map .map-frame[data-stage=drawn]').waitFor({ timeout: 60_000 });
    await page.locator('weige-correct form > .buttons .primary').click();
    await page.getByText(s.correctNothing).waitFor();
    const before = await page.locator('#correct-lon').inputValue();
    await page.locator('.correct-map .pin').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#correct-lon').inputValue()).not.toBe(before);
    await visit.choose('#correct-service', { index: 2 });
    await visit.write('#correct-reason', '是路面，不是路灯');
    await visit.check('correct');
    await visit.picture(`desk-correct-${language}`);
    await page.locator('weige-correct form > .buttons .primary').click();
    await page.locator('weige-steps .outcome').waitFor();
    expect(await page.locator('weige-correct').count()).toBe(0);

    await visit.press('[data-step=split]');
    await page.locator('weige-split button.primary').click();
    await page.getByText(s.splitNeedWhat).waitFor();
    await visit.write('#split-what-0', '修补路面');
    await visit.write('#split-what-1', '更换水管');
    await visit.choose('#split-area-1', places[4]?.code ?? '');
    await visit.write('#split-reason', '两个单位同时做');
    await visit.check('split');
    await visit.picture(`desk-split-${language}`, { whole: true });
    await page.locator('weige-split button.primary').click();
    await page.getByText(s.stepParts('2')).waitFor();
    expect(await page.locator('[data-step=split]').count()).toBe(0);

    await page.goto(`${on.server.url}/dispatch/?report=${again.report}`);
    await visit.press('[data-step=duplicate]');
    await page.locator(`#duplicate-original option[value="${whole.report}"]`).waitFor({ state: 'attached' });
    await visit.choose('#duplicate-original', whole.report);
    await page.getByText('路面塌陷，水管也破了').waitFor();
    await visit.check('duplicate');
    await visit.picture(`desk-duplicate-${language}`);
    await page.locator('weige-duplicate button.primary').click();
    await expect.poll(() => chip.textContent()).toBe(t.status_duplicate_short);
    await page.getByRole('button', { name: s.openOriginal }).click();
    await page.locator('weige-panel .words').filter({ hasText: '路面塌陷' }).waitFor();
    await visit.end();
  });

  it.each(pairs(['desktop', 'en']))('keeps a view under a name, on a %s in %s', async (device, language) => {
    const s = caseworkCatalogues[language];
    const visit = await sit({ device, language });
    const { page } = visit;
    await page.locator('.filters > summary').click();
    await visit.choose('#filter-status', 'assigned');
    await page.getByText(s.savedTitle).click();
    await visit.write('#saved-name', 'Under way');
    await page.getByRole('button', { name: s.savedKeep, exact: true }).click();
    await page.locator('.saved li button[aria-pressed=true]').waitFor();
    await visit.check('saved views');
    await visit.picture('desk-saved');
    await visit.choose('#filter-status', '');
    await page.reload();
    await page.locator('.entry').first().waitFor();
    await page.getByText(s.savedTitle).click();
    await page.getByRole('button', { name: 'Under way', exact: true }).click();
    expect(new URL(page.url()).searchParams.get('status')).toBe('assigned');
    await page.getByRole('button', { name: s.savedDrop('Under way') }).click();
    expect(await page.locator('.saved li').count()).toBe(0);

    // By kind: the list, and the numbers on the map with it.
    const numbered = page.waitForResponse((one) => /\/counts\?.*street-light/.test(one.url()));
    await page.locator('.filters > summary').click();
    await visit.choose('#filter-service', 'street-light');
    const { areas } = await (await numbered).json() as { areas: { open: number }[] };
    await expect.poll(() => page.locator('.entry').count()).toBe(areas.reduce((all, one) => all + one.open, 0));
    expect(new Set(await page.locator('.entry .entry-top > :first-child').allTextContents())).toEqual(new Set([lamp[language]]));

    await visit.press(page.getByRole('button', { name: s.clearFilters }));
    await page.locator('.filters > summary:focus').waitFor(); // the button is gone

    if (device === 'phone') return visit.end();
    // Everything has room in any window.
    await page.locator('.entry').first().click();
    await page.locator('weige-panel .words').waitFor();
    for (const width of [360, 719, 720, 959, 960, 1024, 1150, 1151, 1279, 1280, 1600]) {
      await visit.resize({ width, height: 800 });
      const room = await page.evaluate(() => ({ over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        map: document.querySelector('.desk-map .map-frame')?.clientWidth ?? 0, header: document.querySelector('.top')?.clientHeight ?? 0 }));
      const who = await page.locator('.who').evaluate((one) => [one.clientWidth >= 60, one.scrollHeight - one.clientHeight]);
      expect(who, `who is signed in, at ${width}`).toEqual([true, 0]);
      if ([360, 960, 1280].includes(width)) await visit.picture(`desk-width-${width}`);
      expect({ width, ...room }).toEqual({ width, over: 0, map: width < 960 ? 0 : expect.toSatisfy((one: number) => one > 240), header: width < 900 ? expect.any(Number) : 60 });
    }
    await visit.end();
  });

  it.each(pairs(['phone', 'zh']))('leads on an account that has nothing to do here, on a %s in %s', async (device, language) => {
    const visit = await Visit.begin(on.browser, on.server.url, { device, language });
    await visit.open('/dispatch/');
    await signIn(visit, /boundary editor/i, undefined, '.gate .warn');
    await visit.check('no duty');
    await visit.picture('desk-no-duty');
    await visit.page.locator('.gate .primary').click();
    await visit.page.waitForURL(/\/edit\//);
    await visit.end();
  });

  it.each(pairs(['desktop', 'zh']))('prints a list and a report that make sense, on a %s in %s', async (device, language) => {
    const visit = await sit({ device, language });
    const { page } = visit;
    if (device === 'desktop') await visit.mapDrawn();
    await visit.onPaper('desk-print', async () => {
      expect(await page.locator('.filters, .map-tools, .pick').evaluateAll((all) => all.filter((one) => one.checkVisibility()).length)).toBe(0);
      expect(await page.locator('.entry').last().isVisible()).toBe(true);
    });
    await page.locator('.entry').first().click();
    await page.locator('weige-panel .words').waitFor();
    await visit.onPaper('desk-print-report', async () => {
      expect(await page.locator('weige-panel .timeline').isVisible()).toBe(true);
      expect(await page.locator('.desk-list').isVisible()).toBe(false);
    });
    await visit.end();
  });
});
