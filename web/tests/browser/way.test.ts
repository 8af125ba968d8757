import { expect, it } from 'vitest';
import { Visit, type DeviceName } from './browser.ts';
import { pairs } from './pairs.ts';
import { demo, describe, dropPin, findInList, send, signIn, texts } from './steps.ts';
import { withServer } from './with-server.ts';

const dispatcher = /street dispatcher/i;

withServer("one report's way", (on) => {
  it.each(pairs(['phone', 'zh'], ['desktop', 'zh'], ['desktop', 'en'], ['phone', 'en']))('from a pin to another person, on a %s in %s', async (device, language) => {
    const t = texts(language);
    const name = `${device}-${language}`;
    const words = language === 'zh' ? '三幢门口的路灯不亮，已经两天' : 'The lamp at building 3 has been out for two days';

    // A resident drops a pin, sees the grid and who has it, and files.
    const resident = await Visit.begin(on.browser, on.server.url, { device, language });
    await resident.open('/');
    await resident.mapDrawn();
    expect(await resident.layoutShift(), 'layout shift while opening').toBe(0);
    expect(await resident.page.locator('html').getAttribute('lang')).toBe(t.lang);
    await resident.picture(`${name}-1-report`);
    await dropPin(resident, Math.round(Math.random() * 100 - 50), Math.round(Math.random() * 100 - 50));
    expect(await resident.page.locator('.chain li').count()).toBe((await demo(on.server.url)).levels.length);
    expect(await resident.page.locator('.answers').textContent()).not.toBe('');
    await describe(resident, words);
    await resident.write('#contact-phone', '0511 8888 0000');
    await resident.check(`${name} report`);
    await resident.picture(`${name}-2-located`);
    await resident.picture(`${name}-2-located-whole`, { whole: true });
    const filed = await send(resident);
    await resident.check(`${name} filed`);
    await resident.picture(`${name}-3-filed`);
    expect(await resident.printed(`${name}-3-filed-printed`, '.report-map canvas')).toEqual([]);
    expect(await resident.onPaper(`${name}-3-filed-printed`, () => resident.page.locator('.filed .buttons a').filter({ visible: true }).count())).toBe(0);
    expect(await resident.page.locator('.ticket .code').isVisible()).toBe(true);
    await resident.press('.filed a.primary');
    await resident.page.locator('.tracked').waitFor();
    expect(new URL(resident.page.url()).pathname + new URL(resident.page.url()).search).toBe('/track/');
    expect(await resident.page.locator('.timeline li').count()).toBe(1);
    const before = await resident.page.locator('.now-who').textContent();

    // A dispatcher finds it in the list and on the map, and hands it to somebody else.
    const staff = await Visit.begin(on.browser, on.server.url, { device, language });
    await staff.open('/dispatch/');
    await staff.check(`${name} sign-in`);
    await signIn(staff, dispatcher, `${name}-4-issuer`);
    await findInList(staff, filed.report);
    await staff.check(`${name} list`);
    if (device === 'desktop') await staff.mapDrawn();
    await staff.picture(`${name}-5-list`);
    await pickOnMap(staff, filed.report, words, device, language);
    await readContact(staff);
    const person = await reassign(staff, name);
    await staff.check(`${name} reassigned`);
    await staff.picture(`${name}-7-reassigned`);

    // The resident's page says so.
    await resident.page.getByRole('button', { name: t.refresh }).click();
    await expect.poll(() => resident.page.locator('.timeline li').count()).toBe(2);
    const now = await resident.page.locator('.now-who').textContent();
    expect(now).not.toBe(before);
    expect(now).not.toContain(person.id);
    await resident.mapDrawn();
    await resident.check(`${name} track`);
    await resident.picture(`${name}-8-track`, { whole: true });
    await resident.end();
    await staff.end();
  });

  /** Selects the report in the list, closes it, and picks it again by its point on the map. */
  async function pickOnMap(staff: Visit, report: string, words: string, device: DeviceName, language: string): Promise<void> {
    const { page } = staff;
    const panelWords = page.locator('weige-panel .words');
    if (device === 'phone') {
      await staff.press(page.locator('.tabs button').nth(1));
      await staff.mapDrawn();
      await staff.picture(`phone-${language}-6-map`);
      await staff.press(page.locator('.tabs button').nth(0));
    }
    await staff.press(`[data-report="${report}"]`);
    await panelWords.waitFor();
    expect(await panelWords.textContent()).toBe(words);
    expect(await page.locator(`[data-report="${report}"]`).getAttribute('aria-current')).toBe('true');
    expect(new URL(page.url()).searchParams.get('report')).toBe(report);
    await page.waitForTimeout(800);
    await page.locator('.panel-head .quiet').click();
    await panelWords.waitFor({ state: 'detached' });
    if (device === 'phone') await staff.press(page.locator('.tabs button').nth(1));
    await page.waitForTimeout(800);
    const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
    if (!box) throw new Error('the map has no size');
    await staff.press('canvas.maplibregl-canvas', { x: box.width / 2, y: box.height / 2 });
    await panelWords.waitFor();
    expect(new URL(page.url()).searchParams.get('report')).toBe(report);
  }

  /** Reads the contact details, which takes a reason and is noted. */
  async function readContact(staff: Visit): Promise<void> {
    const { page } = staff;
    await page.locator('.contact-ask button').click();
    await page.locator('#contact-reason[aria-invalid=true]').waitFor();
    await staff.write('#contact-reason', '约上门时间');
    await page.locator('.contact-ask button').click();
    await page.locator('.contact-read').getByText('0511 8888 0000').waitFor();
    // Who did, and why, is there to be seen by those who answer for it.
    await page.locator('.readings > summary').click();
    await page.locator('.readings li').getByText('约上门时间').waitFor();
    expect(await page.locator('.readings li').count()).toBe(1);
  }

  /** Hands the open report to a named person of another area. */
  async function reassign(staff: Visit, name: string): Promise<{ id: string }> {
    const { page } = staff;
    const before = await page.locator('.assignee-now').textContent();
    await staff.press('[data-step=reassigned]');
    const areas = await page.locator('#reassign-area option').evaluateAll((all) => (all as HTMLOptionElement[]).filter((one) => !one.selected && one.value !== '-').map((one) => one.value));
    await staff.choose('#reassign-area', areas[areas.length >> 1] ?? '');
    await staff.choose('#reassign-person', { index: 1 });
    const id = await page.locator('#reassign-person').inputValue();
    await page.locator('weige-reassign button.primary').click();
    await page.locator('#reassign-reason[aria-invalid=true]').waitFor();
    await staff.write('#reassign-reason', name.endsWith('zh') ? '这一段由隔壁网格养护' : 'The grid next door looks after this stretch');
    await staff.picture(`${name}-6-panel`);
    const done = staff.answer('POST', /\/reassignment$/);
    await page.locator('weige-reassign button.primary').click();
    expect((await done).status()).toBe(200);
    await page.locator('.outcome').waitFor();
    expect(await page.locator('.assignee-now').textContent()).not.toBe(before);
    return { id };
  }
});
