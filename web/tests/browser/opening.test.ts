import { expect, it } from 'vitest';
import { Visit } from './browser.ts';
import { texts } from './steps.ts';
import { withServer } from './with-server.ts';

const asked = /^\/(config\.json|v1\/demo|v1\/demo\/boundary-sets\/[^/]+\/areas\?geometry=false)$/;

withServer('a page that opens', (on) => {
  it.each(['/', '/track/'])('%s asks for what it shows before its program is there, and once', async (path) => {
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en' });
    const { page } = visit;
    const seen: string[] = [];
    page.on('request', (request) => {
      const at = request.url().slice(on.server.url.length);
      if (asked.test(at)) seen.push(at);
    });
    let go = (): void => undefined;
    const held = new Promise<void>((done) => { go = done; });
    await page.route(/\/assets\/(report|track)-[^/]+\.js$/, async (route) => { await held; await route.continue(); });
    const areas = visit.answer('GET', /\/areas$/);
    await page.goto(on.server.url + path, { waitUntil: 'commit' });
    expect((await areas).status()).toBe(200);
    expect(await page.locator('h1').count()).toBe(0);
    go();
    await page.locator(path === '/' ? '#description' : 'weige-track input').waitFor();
    expect(seen.map((at) => at.replace(/sets\/[^/]+/, 'sets/'))).toEqual(['/config.json', '/v1/demo', '/v1/demo/boundary-sets//areas?geometry=false']);
    await visit.end();
  });

  it('asks by itself where that failed, once somebody wants it to', async () => {
    const t = texts('en');
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en' });
    const { page } = visit;
    visit.expectComplaint(/Failed to load resource/);
    await page.route(/\/areas\?geometry=false$/, (route) => route.abort('connectionreset'), { times: 2 });
    await page.goto(on.server.url);
    await visit.press(page.getByRole('button', { name: t.tryAgain, exact: true }));
    await page.locator('#description').waitFor();
    await visit.end();
  });

  it('shows another jurisdiction by its address', async () => {
    const visit = await Visit.begin(on.browser, on.server.url, { device: 'phone', language: 'en' });
    visit.expectComplaint(/Failed to load resource/);
    const answer = visit.answer('GET', /^\/v1\/elsewhere$/);
    await visit.page.goto(`${on.server.url}/?j=elsewhere`);
    expect((await answer).status()).toBe(404);
    await visit.page.getByRole('button', { name: texts('en').tryAgain, exact: true }).waitFor();
    await visit.end();
  });
});
