import { expect, it } from 'vitest';
import { Visit } from './browser.ts';
import { withServer } from './with-server.ts';

// What all the other tests rely on: whatever moves by itself is seen.
withServer('what moves', (on) => {
  it('fails a visit when an answer moves it, and not when a press does', async () => {
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en' });
    await visit.open('/track/');
    /** Pushes all the rest down, so many milliseconds after the next key. */
    const pushAfter = (wait: number) => visit.page.evaluate((ms) => {
      const put = () => {
        const pushed = document.createElement('p');
        pushed.style.height = '80px';
        document.body.prepend(pushed);
      };
      addEventListener('keydown', () => { if (ms) setTimeout(put, ms); else put(); }, { once: true });
    }, wait);
    await pushAfter(0);
    await visit.page.keyboard.press('Control');
    await visit.page.waitForTimeout(300);
    expect(await visit.layoutShift()).toBe(0);
    await pushAfter(800);
    await visit.page.keyboard.press('Control');
    await visit.page.waitForTimeout(1200);
    expect(await visit.layoutShift()).toBeGreaterThan(0.05);
    await expect(visit.end()).rejects.toThrow('layout shifts');
  });
});

// And whatever any page of a visit complains about is seen, whoever opened it.
withServer('what a visit complains about', (on) => {
  it('is that of every page, each told once', async () => {
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en' });
    await visit.open('/track/');
    await visit.context.route('http://elsewhere.example/', (route) => route.abort());
    const other = await visit.context.newPage();
    await other.goto(on.server.url);
    await Promise.all([other.waitForEvent('pageerror'), other.evaluate(() => {
      console.error('said elsewhere');
      setTimeout(() => { throw new Error('thrown elsewhere'); });
    })]);
    await Promise.all([visit.context.waitForEvent('request', (request) => request.url() === 'http://elsewhere.example/'), other.goto('http://elsewhere.example/').catch(() => undefined)]);
    const complaints = await visit.end().then(() => [], (error: { actual: string[] }) => error.actual);
    for (const one of ['console error: said elsewhere', 'page error: thrown elsewhere', 'external request: http://elsewhere.example/']) {
      expect(complaints.filter((what) => what.startsWith(one)), one).toHaveLength(1);
    }
  });
});
